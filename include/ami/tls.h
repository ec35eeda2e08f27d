/* SPDX-License-Identifier: MIT */
/* TLS settings for connections. This version has no TLS yet: ami_tls_new says so. */
#ifndef AMI_TLS_H
#define AMI_TLS_H

#include <stdbool.h>

#include <ami/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ami_tls_opts {
    size_t size;
    const char *ca_file, *ca_dir;     /* trusted authorities; both NULL: the system's */
    const char *cert_file, *key_file; /* the client's own certificate */
    const char *server_name;          /* name to verify instead of the host */
    int min_version;                  /* 0: TLS 1.2 */
    const char *pin;                  /* of the server's public key */
    bool insecure_no_verify;          /* accept any certificate */
};
#define AMI_TLS_OPTS_INIT                                                         \
    {                                                                             \
        sizeof(struct ami_tls_opts), NULL, NULL, NULL, NULL, NULL, 0, NULL, false \
    }

/* Always AMI_E_NOTSUP in this version, *tls is set to NULL and *error, if given, filled. */
AMI_API int ami_tls_new(ami_tls **tls, const struct ami_tls_opts *opts, struct ami_error *error);
AMI_API void ami_tls_free(ami_tls *tls);

#ifdef __cplusplus
}
#endif
#endif
