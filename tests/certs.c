/* SPDX-License-Identifier: MIT */
#include "certs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static char dir[200];

static void need(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "certificates: %s\n", what);
    ERR_print_errors_fp(stderr);
    abort();
}

/* ---- Certificates ------------------------------------------------------------------------ */

static void extend(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;

    if (!value)
        return;
    X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    need(extension && X509_add_ext(x509, extension, -1) == 1, value);
    X509_EXTENSION_free(extension);
}

static void set_times(X509 *x509, const struct cert_spec *spec)
{
    bool given = spec->from || spec->to;

    need(X509_time_adj_ex(X509_getm_notBefore(x509), given ? spec->from : -1, 0, NULL) &&
             X509_time_adj_ex(X509_getm_notAfter(x509), given ? spec->to : 1, 0, NULL),
         "times");
}

struct cert cert_make(const struct cert_spec *spec)
{
    static long serial;
    struct cert cert = {.x509 = X509_new()};

    cert.key = spec->rsa_bits ? EVP_RSA_gen((unsigned)spec->rsa_bits) : EVP_EC_gen("P-256");
    need(cert.x509 && cert.key, "a key");
    const struct cert *issuer = spec->issuer ? spec->issuer : &cert;
    X509_NAME *name = X509_get_subject_name(cert.x509);

    X509_set_version(cert.x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.x509), ++serial);
    set_times(cert.x509, spec);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)spec->name, -1, -1,
                               0);
    X509_set_issuer_name(cert.x509, X509_get_subject_name(issuer->x509));
    X509_set_pubkey(cert.x509, cert.key);
    extend(cert.x509, issuer->x509, NID_basic_constraints, spec->ca ? "critical,CA:TRUE" : NULL);
    extend(cert.x509, issuer->x509, NID_subject_alt_name, spec->alt);
    extend(cert.x509, issuer->x509, NID_ext_key_usage, spec->use);
    need(X509_sign(cert.x509, issuer->key, EVP_sha256()) > 0, "a signature");
    return cert;
}

void cert_free(struct cert *cert)
{
    X509_free(cert->x509);
    EVP_PKEY_free(cert->key);
    *cert = (struct cert){0};
}

/* ---- Files ------------------------------------------------------------------------------- */

void cert_dir_make(void)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(dir, sizeof dir, "%s/ami-certs-XXXXXX", tmp ? tmp : "/tmp");
    need(mkdtemp(dir), "no folder");
}

void cert_dir_remove(void)
{
    DIR *d = opendir(dir);
    struct dirent *entry;

    need(d, dir);
    while ((entry = readdir(d)))
        unlink(cert_path(entry->d_name));
    closedir(d);
    rmdir(dir);
}

const char *cert_path(const char *file)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", dir, file);
    return path;
}

static FILE *open_file(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);

    need(file, path);
    return file;
}

static const char *write_cert(const struct cert *cert, const char *file, const char *mode)
{
    const char *path = cert_path(file);
    FILE *out = open_file(path, mode);

    need(PEM_write_X509(out, cert->x509) == 1 && fclose(out) == 0, path);
    return path;
}

const char *cert_write(const struct cert *cert, const char *file)
{
    return write_cert(cert, file, "w");
}

const char *cert_append(const struct cert *cert, const char *file)
{
    return write_cert(cert, file, "a");
}

static const char *write_key(const struct cert *cert, const char *file, const char *mode,
                             const char *passphrase)
{
    const char *path = cert_path(file);
    FILE *out = open_file(path, mode);

    need(PEM_write_PrivateKey(out, cert->key, passphrase ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL,
                              (void *)(uintptr_t)passphrase) == 1 &&
             fclose(out) == 0,
         path);
    return path;
}

const char *cert_write_both(const struct cert *cert, const char *file)
{
    cert_write(cert, file);
    return write_key(cert, file, "a", NULL);
}

const char *cert_write_key(const struct cert *cert, const char *file, const char *passphrase)
{
    return write_key(cert, file, "w", passphrase);
}

const char *cert_write_text(const char *text, const char *file)
{
    const char *path = cert_path(file);
    FILE *out = open_file(path, "w");

    need(fputs(text, out) >= 0 && fclose(out) == 0, path);
    return path;
}

void cert_write_hashed(const struct cert *cert)
{
    char file[32];

    snprintf(file, sizeof file, "%08lx.0", X509_subject_name_hash(cert->x509));
    cert_write(cert, file);
}

/* ---- A server ---------------------------------------------------------------------------- */

SSL_CTX *cert_server(const struct cert *cert, const struct cert *chain)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    need(ctx, "a server");
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    need(SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0") == 1, "ciphers");
    need(SSL_CTX_use_certificate(ctx, cert->x509) == 1 &&
             SSL_CTX_use_PrivateKey(ctx, cert->key) == 1,
         "the server's certificate");
    if (chain)
        need(SSL_CTX_add1_chain_cert(ctx, chain->x509) == 1, "the chain");
    return ctx;
}
