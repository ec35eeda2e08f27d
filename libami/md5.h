/* SPDX-License-Identifier: MIT */
/* The digest of AMI's challenge login. */
#ifndef AMI__MD5_H
#define AMI__MD5_H

enum { AMI__MD5_HEX = 32 };

/* The MD5 of the challenge followed by the secret, as lower-case hex and a NUL. 0, or AMI_E_NOMEM
 * or AMI_E_NOTSUP when OpenSSL has no MD5. */
int ami__md5_key(char hex[AMI__MD5_HEX + 1], const char *challenge, const char *secret);

#endif
