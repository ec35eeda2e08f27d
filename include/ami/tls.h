/* SPDX-License-Identifier: MIT */
/*
 * TLS for connections: whom to trust, and how to show who we are. One ami_tls serves any number of
 * connections, of any thread; see `tls` in struct ami_conn_opts.
 *
 * The server's certificate is verified, and that it was made for the host; nothing but
 * insecure_no_verify weakens that.
 */
#ifndef AMI_TLS_H
#define AMI_TLS_H

#include <stdbool.h>

#include <ami/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The least version to speak. Older ones than 1.2 are broken, and OpenSSL's own defaults refuse
 * them: a server that has nothing better is reached through a tunnel. */
enum ami_tls_version { AMI_TLS_1_2 = 0x0303, AMI_TLS_1_3 = 0x0304 };

/* Strings and files are read during the call. */
struct ami_tls_opts {
    size_t size;
    const char *ca_file, *ca_dir; /* trusted authorities, PEM; both NULL: the system's */
    const char *cert_file;        /* the client's own certificate, its chain behind it, PEM */
    const char *key_file;         /* its key, without a passphrase; NULL: in cert_file, too */
    const char *server_name;      /* name or address to verify instead of the host */
    int min_version;              /* AMI_TLS_1_2 (also 0) or AMI_TLS_1_3 */
    const char *pin;              /* the server's public key: "sha256//BASE64", as curl has it;
                                     asked for in addition to all else */
    bool insecure_no_verify;      /* take any certificate, so that anybody can be the server */
};
#define AMI_TLS_OPTS_INIT                                                         \
    {                                                                             \
        sizeof(struct ami_tls_opts), NULL, NULL, NULL, NULL, NULL, 0, NULL, false \
    }

/* New settings, owned, in *tls; opts NULL means the defaults. AMI_E_INVAL, AMI_E_NOMEM, AMI_E_TLS
 * for a file that cannot be used; *error, if given, says in words which and why. */
AMI_API int ami_tls_new(ami_tls **tls, const struct ami_tls_opts *opts, struct ami_error *error);

/* Connections that were made with it keep what they need. */
AMI_API void ami_tls_free(ami_tls *tls);

#ifdef __cplusplus
}
#endif
#endif
