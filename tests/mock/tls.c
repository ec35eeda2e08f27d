/* TLS of the mock server, over memory. */
#include "tls.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "text.h"

struct ami_mock_tls {
    SSL_CTX *ctx;
};

struct ami_mock_crypt {
    SSL *ssl;
    BIO *in, *out; /* ssl's */
    size_t sent;   /* of what out holds */
    bool over;
};

/* ---- The certificate --------------------------------------------------------------------- */

static bool load(SSL_CTX *ctx, const char *cert, const char *key, char *why, size_t size)
{
    const char *file = cert;

    if (SSL_CTX_use_certificate_chain_file(ctx, cert) == 1) {
        file = key ? key : cert;
        if (SSL_CTX_use_PrivateKey_file(ctx, file, SSL_FILETYPE_PEM) == 1)
            return true;
    }
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    snprintf(why, size, "cannot use %s: %s", file, reason ? reason : "it cannot be read");
    ERR_clear_error();
    return false;
}

ami_mock_tls *ami_mock_tls_new(const char *cert, const char *key, char *why, size_t size)
{
    ami_mock_tls *tls = ami_mock_alloc(sizeof *tls);

    ERR_clear_error();
    tls->ctx = SSL_CTX_new(TLS_server_method());
    if (!tls->ctx)
        abort();
    if (load(tls->ctx, cert, key, why, size))
        return tls;
    ami_mock_tls_free(tls);
    return NULL;
}

void ami_mock_tls_free(ami_mock_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->ctx);
    free(tls);
}

/* ---- A client ---------------------------------------------------------------------------- */

ami_mock_crypt *ami_mock_crypt_new(const ami_mock_tls *tls)
{
    ami_mock_crypt *crypt = ami_mock_alloc(sizeof *crypt);

    crypt->ssl = SSL_new(tls->ctx);
    crypt->in = BIO_new(BIO_s_mem());
    crypt->out = BIO_new(BIO_s_mem());
    if (!crypt->ssl || !crypt->in || !crypt->out)
        abort();
    SSL_set_bio(crypt->ssl, crypt->in, crypt->out);
    SSL_set_accept_state(crypt->ssl);
    return crypt;
}

void ami_mock_crypt_free(ami_mock_crypt *crypt)
{
    if (!crypt)
        return;
    SSL_free(crypt->ssl);
    free(crypt);
}

void ami_mock_crypt_feed(ami_mock_crypt *crypt, const void *data, size_t len)
{
    if (BIO_write(crypt->in, data, (int)len) != (int)len)
        abort();
}

size_t ami_mock_crypt_read(ami_mock_crypt *crypt, void *data, size_t room)
{
    size_t n = 0;

    ERR_clear_error();
    if (SSL_read_ex(crypt->ssl, data, room, &n) != 1)
        crypt->over |= SSL_get_error(crypt->ssl, 0) != SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return n;
}

bool ami_mock_crypt_over(const ami_mock_crypt *crypt)
{
    return crypt->over;
}

size_t ami_mock_crypt_write(ami_mock_crypt *crypt, const void *data, size_t len)
{
    size_t n = 0;

    ERR_clear_error();
    if (SSL_is_init_finished(crypt->ssl) && len > 0)
        SSL_write_ex(crypt->ssl, data, len, &n);
    ERR_clear_error();
    return n;
}

const char *ami_mock_crypt_output(const ami_mock_crypt *crypt, size_t *len)
{
    char *held = NULL;

    *len = (size_t)BIO_get_mem_data(crypt->out, &held) - crypt->sent;
    return *len ? held + crypt->sent : "";
}

void ami_mock_crypt_sent(ami_mock_crypt *crypt, size_t n)
{
    size_t len;

    crypt->sent += n;
    ami_mock_crypt_output(crypt, &len);
    if (len > 0)
        return;
    crypt->sent = 0;
    (void)BIO_reset(crypt->out);
}
