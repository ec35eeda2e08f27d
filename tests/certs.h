/* SPDX-License-Identifier: MIT */
/* Certificates for tests, good ones and bad ones, made when they are needed. */
#ifndef AMI_TESTS_CERTS_H
#define AMI_TESTS_CERTS_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct cert {
    X509 *x509;
    EVP_PKEY *key;
};

/* What a certificate says. */
struct cert_spec {
    const char *name; /* the common name */
    const char *alt;  /* such as "DNS:pbx.test,IP:127.0.0.1", or NULL */
    const char *use;  /* extended key usage, such as "clientAuth", or NULL: any */
    int from, to;     /* days from now; both 0: from yesterday to tomorrow */
    int rsa_bits;     /* 0: a key on the curve P-256 */
    bool ca;
    const struct cert *issuer; /* NULL: self-signed */
};

/* Owned; ends the program when OpenSSL cannot. */
struct cert cert_make(const struct cert_spec *spec);
void cert_free(struct cert *cert);

/* A folder of its own for files, gone with all of them at cert_dir_remove. */
void cert_dir_make(void);
void cert_dir_remove(void);

/* The path of a file there. Valid until the eighth call after this one. */
const char *cert_path(const char *file);

/* Writes into the folder; each returns the path. */
const char *cert_write(const struct cert *cert, const char *file);
const char *cert_append(const struct cert *cert, const char *file);
const char *cert_write_both(const struct cert *cert, const char *file); /* its key, too */
const char *cert_write_key(const struct cert *cert, const char *file, const char *passphrase);
const char *cert_write_text(const char *text, const char *file);

/* Writes the name that OpenSSL looks for in a folder of authorities. */
void cert_write_hashed(const struct cert *cert);

/* A server's settings, which take weak keys and old versions, too; owned. chain, if not NULL, is
 * sent behind the certificate. */
SSL_CTX *cert_server(const struct cert *cert, const struct cert *chain);

#endif
