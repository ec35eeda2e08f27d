/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "alloc.h"
#include "error.h"
#include "opts.h"

static struct ami_allocator heap(void)
{
    return ami__allocator(NULL);
}

bool ami__tls_no_memory(struct ami_error *error)
{
    unsigned long e;
    bool none = false;

    while ((e = ERR_get_error()))
        none |= ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE;
    if (none)
        ami__error_set(error, AMI_E_NOMEM, 0, "out of memory");
    return none;
}

int ami__tls_failed(struct ami_error *error, int code, const char *what)
{
    unsigned long e = ERR_peek_error();
    const char *reason = ERR_reason_error_string(e);
    char text[64] = "OpenSSL gives no reason";
    int sys = ERR_SYSTEM_ERROR(e) ? ERR_GET_REASON(e) : 0;

    if (ami__tls_no_memory(error))
        return error->code;
    if (sys)
        ami__error_sys_text(text, sizeof text, sys);
    ami__error_set(error, code, sys, "%.80s: %s", what, reason ? reason : text);
    error->tls = e;
    return error->code;
}

/* ---- The options ------------------------------------------------------------------------- */

/* Exactly what a pin is made of: no blanks, no other padding. */
static bool is_pin(const char *text)
{
    unsigned char bytes[AMI__TLS_PIN], again[AMI__TLS_PIN];

    if (strlen(text) != AMI__TLS_PIN || memcmp(text, "sha256//", 8) != 0)
        return false;
    return EVP_DecodeBlock(bytes, (const unsigned char *)text + 8, AMI__TLS_PIN - 8) == 33 &&
           EVP_EncodeBlock(again, bytes, 32) == AMI__TLS_PIN - 8 &&
           memcmp(again, text + 8, AMI__TLS_PIN - 8) == 0;
}

/* What is wrong with the options, in words, or NULL. */
static const char *what_is_invalid(const struct ami_tls_opts *o)
{
    if (o->key_file && !o->cert_file)
        return "there is a key_file without a cert_file";
    if (o->server_name && !o->server_name[0])
        return "the server_name is empty";
    if (o->server_name && o->server_name[0] == '.') /* OpenSSL would take every name below it */
        return "the server_name begins with a dot";
    if (o->min_version != 0 && o->min_version != AMI_TLS_1_2 && o->min_version != AMI_TLS_1_3)
        return "the min_version is neither AMI_TLS_1_2 nor AMI_TLS_1_3";
    if (o->pin && !is_pin(o->pin))
        return "the pin is not \"sha256//\" and 44 characters of base 64";
    return NULL;
}

/* ---- OpenSSL's context ------------------------------------------------------------------- */

/* OpenSSL would take a directory that is not there, and verify nothing with it. */
static int check_dir(const char *path, struct ami_error *error)
{
    struct stat st;
    char why[64];
    int sys = stat(path, &st) != 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;

    if (sys == 0)
        return AMI_OK;
    ami__error_sys_text(why, sizeof why, sys);
    return ami__error_set(error, AMI_E_TLS, sys, "%.80s: %s", path, why);
}

static int load_trust(SSL_CTX *ctx, const struct ami_tls_opts *o, struct ami_error *error)
{
    if (!o->ca_file && !o->ca_dir && SSL_CTX_set_default_verify_paths(ctx) != 1)
        return ami__tls_failed(error, AMI_E_TLS, "the system's authorities");
    if (o->ca_file && SSL_CTX_load_verify_file(ctx, o->ca_file) != 1)
        return ami__tls_failed(error, AMI_E_TLS, o->ca_file);
    if (!o->ca_dir)
        return AMI_OK;
    if (SSL_CTX_load_verify_dir(ctx, o->ca_dir) != 1)
        return ami__tls_failed(error, AMI_E_TLS, o->ca_dir);
    return check_dir(o->ca_dir, error);
}

/* OpenSSL would ask on the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *asked)
{
    (void)buf;
    (void)size;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static int load_key(SSL_CTX *ctx, const char *file, struct ami_error *error)
{
    bool asked = false;

    SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(ctx, &asked);
    int loaded = SSL_CTX_use_PrivateKey_file(ctx, file, SSL_FILETYPE_PEM);
    SSL_CTX_set_default_passwd_cb_userdata(ctx, NULL);
    if (asked)
        return ami__error_set(error, AMI_E_TLS, 0, "%.80s: the key has a passphrase", file);
    return loaded == 1 ? AMI_OK : ami__tls_failed(error, AMI_E_TLS, file);
}

static int load_identity(SSL_CTX *ctx, const struct ami_tls_opts *o, struct ami_error *error)
{
    if (!o->cert_file)
        return AMI_OK;
    if (SSL_CTX_use_certificate_chain_file(ctx, o->cert_file) != 1)
        return ami__tls_failed(error, AMI_E_TLS, o->cert_file);
    return load_key(ctx, o->key_file ? o->key_file : o->cert_file, error);
}

/*
 * In OpenSSL's default library context, unlike MD5 (see md5.c): which providers, ciphers and key
 * sizes are good enough is for the system's openssl.cnf to say, and nothing is changed there. The
 * least version that it sets may be raised, not lowered.
 */
static int make_context(ami_tls *tls, const struct ami_tls_opts *o, struct ami_error *error)
{
    int version = o->min_version ? o->min_version : AMI_TLS_1_2;
    SSL_CTX *ctx = tls->ctx = SSL_CTX_new(TLS_client_method());

    if (!ctx)
        return ami__tls_failed(error, AMI_E_TLS, "OpenSSL");
    if (SSL_CTX_get_min_proto_version(ctx) < version &&
        SSL_CTX_set_min_proto_version(ctx, version) != 1)
        return ami__tls_failed(error, AMI_E_TLS, "min_version");
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
    X509_VERIFY_PARAM_set_hostflags(SSL_CTX_get0_param(ctx), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    int err = load_trust(ctx, o, error);
    return err < 0 ? err : load_identity(ctx, o, error);
}

/* ---- Life -------------------------------------------------------------------------------- */

static char *copy(const char *text, bool *ok)
{
    struct ami_allocator alloc = heap();
    char *copied = text ? ami__strndup(&alloc, text, strlen(text)) : NULL;

    if (text && !copied)
        *ok = false;
    return copied;
}

static ami_tls *make(const struct ami_tls_opts *o, struct ami_error *error)
{
    struct ami_allocator alloc = heap();
    ami_tls *tls = ami__alloc(&alloc, sizeof *tls);
    bool ok = tls;

    if (tls) {
        *tls = (ami_tls){.references = 1, .verify = !o->insecure_no_verify};
        tls->server_name = copy(o->server_name, &ok);
        tls->pin = copy(o->pin, &ok);
    }
    if (!ok)
        ami__error_set(error, AMI_E_NOMEM, 0, "out of memory");
    else if (make_context(tls, o, error) == AMI_OK)
        return tls;
    ami_tls_free(tls);
    return NULL;
}

int ami_tls_new(ami_tls **tls, const struct ami_tls_opts *opts, struct ami_error *error)
{
    struct ami_tls_opts o;
    struct ami_error why = {0};
    const char *words;

    if (tls)
        *tls = NULL;
    ERR_clear_error();
    if (!tls)
        ami__error_set(&why, AMI_E_INVAL, 0, "there is no place for the settings");
    else if (ami__opts_copy(&o, sizeof o, opts) < 0)
        ami__error_set(&why, AMI_E_INVAL, 0, "the size of the options is unknown");
    else if ((words = what_is_invalid(&o)))
        ami__error_set(&why, AMI_E_INVAL, 0, "%s", words);
    else
        *tls = make(&o, &why);
    ERR_clear_error();
    if (error)
        *error = why;
    return why.code;
}

ami_tls *ami__tls_keep(const ami_tls *tls)
{
    ami_tls *counted = (ami_tls *)(uintptr_t)tls;

    if (counted)
        atomic_fetch_add(&counted->references, 1);
    return counted;
}

void ami_tls_free(ami_tls *tls)
{
    struct ami_allocator alloc = heap();

    if (!tls || atomic_fetch_sub(&tls->references, 1) != 1)
        return;
    SSL_CTX_free(tls->ctx);
    ami__free(&alloc, tls->server_name);
    ami__free(&alloc, tls->pin);
    ami__free(&alloc, tls);
}

bool ami__tls_needs_host(const ami_tls *tls)
{
    return tls->verify && !tls->server_name;
}
