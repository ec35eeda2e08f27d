/* SPDX-License-Identifier: MIT */
/* What is wrong with a certificate, in words. */
#ifndef AMI__TLS_VERIFY_H
#define AMI__TLS_VERIFY_H

#include "tls.h"

/* Says which check failed, on which certificate; name is the one it should be for. error->tls is
 * the X509_V_ERR_ code. */
void ami__tls_distrust(struct ami_error *error, X509_STORE_CTX *store, const char *name);

/* Whether the certificate's public key is the one with this pin; or says what it is. */
bool ami__tls_is_pinned(struct ami_error *error, X509 *cert, const char *pin);

#endif
