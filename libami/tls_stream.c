/* SPDX-License-Identifier: MIT */
#include "tls_stream.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "alloc.h"
#include "error.h"
#include "text.h"
#include "tls.h"
#include "tls_verify.h"

/* Bytes of output. The user's are fewer, and so is the longest chain of certificates that servers
 * take; there is no end to what a server may ask of TLS itself, such as new keys, while it reads
 * nothing. */
enum { OUTPUT_MAX = 128 << 10 };

struct ami__tls_stream {
    struct ami_allocator alloc;
    const ami_tls *tls;
    SSL *ssl;
    BIO *in, *out; /* memory; they belong to ssl */
    size_t sent;   /* bytes of what out holds */
    bool heard;    /* something came */
    struct ami_error error;
    char name[]; /* to verify */
};

/* ---- Life -------------------------------------------------------------------------------- */

static int on_verify(int ok, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct ami__tls_stream *s = SSL_get_app_data(ssl);

    if (!ok)
        ami__tls_distrust(&s->error, store, s->name);
    return ok;
}

/* Only names are told to the server: it has no use for an address that it is reached at. */
static bool set_name(SSL *ssl, const char *name)
{
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1 ||
           (SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1);
}

static bool set_up(struct ami__tls_stream *s)
{
    s->ssl = SSL_new(s->tls->ctx);
    s->in = BIO_new(BIO_s_mem());
    s->out = BIO_new(BIO_s_mem());
    if (!s->ssl || !s->in || !s->out) {
        BIO_free(s->in);
        BIO_free(s->out);
        return false;
    }
    SSL_set_bio(s->ssl, s->in, s->out);
    SSL_set_connect_state(s->ssl);
    SSL_set_app_data(s->ssl, s);
    if (s->tls->verify)
        SSL_set_verify(s->ssl, SSL_VERIFY_PEER, on_verify);
    return !s->name[0] || set_name(s->ssl, s->name);
}

/* Certificates and servers know a name without the dot that makes it absolute. */
static size_t name_len(const char *name)
{
    size_t len = strlen(name);

    return len > 1 && name[len - 1] == '.' ? len - 1 : len;
}

struct ami__tls_stream *ami__tls_begin(const ami_tls *tls, const char *host,
                                       const struct ami_allocator *alloc, struct ami_error *error)
{
    const char *name = tls->server_name ? tls->server_name : host ? host : "";
    size_t len = name_len(name);
    struct ami__tls_stream *s = ami__alloc(alloc, sizeof *s + len + 1);

    if (!s) {
        ami__error_set(error, AMI_E_NOMEM, 0, "out of memory");
        return NULL;
    }
    *s = (struct ami__tls_stream){.alloc = *alloc, .tls = tls};
    memcpy(s->name, name, len);
    s->name[len] = '\0';
    ERR_clear_error();
    if (!set_up(s))
        ami__tls_failed(&s->error, AMI_E_TLS, "TLS");
    if (s->error.code == AMI_OK && ami__tls_handshake(s) >= 0)
        return s;
    *error = s->error;
    ami__tls_end(s);
    return NULL;
}

void ami__tls_end(struct ami__tls_stream *s)
{
    if (!s)
        return;
    SSL_free(s->ssl);
    ami__free(&s->alloc, s);
}

const struct ami_error *ami__tls_error(const struct ami__tls_stream *s)
{
    return &s->error;
}

/* ---- Records ----------------------------------------------------------------------------- */

/* The first byte of a server that speaks TLS begins a message of the handshake, or an alert. */
static bool speaks_tls(const char *data)
{
    return data[0] == 0x16 || data[0] == 0x15;
}

int ami__tls_feed(struct ami__tls_stream *s, const void *data, size_t len)
{
    char shown[64];

    if (!s->heard && len > 0 && !speaks_tls(data)) {
        ami__printable(shown, sizeof shown, data, ami__trimmed(data, len));
        ami__error_set(&s->error, AMI_E_TLS, 0, "the server does not speak TLS: \"%s\"", shown);
    }
    s->heard = true;
    ERR_clear_error();
    if (s->error.code == AMI_OK && BIO_write(s->in, data, (int)len) != (int)len)
        ami__tls_failed(&s->error, AMI_E_NOMEM, "TLS");
    return s->error.code;
}

size_t ami__tls_output(const struct ami__tls_stream *s, const void **data)
{
    char *held = NULL;
    size_t len = (size_t)BIO_get_mem_data(s->out, &held);

    *data = held + s->sent;
    return len - s->sent;
}

void ami__tls_sent(struct ami__tls_stream *s, size_t n)
{
    const void *data;

    s->sent += n;
    if (ami__tls_output(s, &data) > 0)
        return;
    s->sent = 0;
    (void)BIO_reset(s->out);
}

/* ---- The handshake ----------------------------------------------------------------------- */

/* The reasons that deserve plainer words than OpenSSL's. */
static const char *failed_step(unsigned long e)
{
    switch (ERR_GET_REASON(e)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return "no version of TLS that both sides allow";
    default:
        return "the TLS handshake failed";
    }
}

static int check_pin(struct ami__tls_stream *s)
{
    X509 *cert = s->tls->pin ? SSL_get1_peer_certificate(s->ssl) : NULL;

    if (s->tls->pin)
        ami__tls_is_pinned(&s->error, cert, s->tls->pin);
    X509_free(cert);
    ERR_clear_error();
    return s->error.code;
}

int ami__tls_handshake(struct ami__tls_stream *s)
{
    if (s->error.code != AMI_OK)
        return s->error.code;
    ERR_clear_error();
    int done = SSL_do_handshake(s->ssl);
    if (done == 1)
        return check_pin(s) == AMI_OK ? 1 : s->error.code;
    if (SSL_get_error(s->ssl, done) == SSL_ERROR_WANT_READ)
        return 0;
    if (s->error.code == AMI_OK)
        ami__tls_failed(&s->error, AMI_E_TLS, failed_step(ERR_peek_error()));
    ERR_clear_error();
    return s->error.code;
}

/* ---- What the records hold --------------------------------------------------------------- */

static ptrdiff_t broke(struct ami__tls_stream *s)
{
    ami__tls_failed(&s->error, AMI_E_TLS, "TLS broke");
    return -EPROTO;
}

ptrdiff_t ami__tls_read(struct ami__tls_stream *s, void *data, size_t room)
{
    size_t n;

    if (BIO_ctrl_pending(s->out) > OUTPUT_MAX)
        ami__error_set(&s->error, AMI_E_LIMIT, 0, "over the limit of %d bytes for TLS to send",
                       OUTPUT_MAX);
    if (s->error.code != AMI_OK)
        return -EPROTO;
    ERR_clear_error();
    if (SSL_read_ex(s->ssl, data, room, &n) == 1)
        return (ptrdiff_t)n;
    switch (SSL_get_error(s->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        return broke(s);
    }
}

bool ami__tls_has_input(const struct ami__tls_stream *s)
{
    return BIO_ctrl_pending(s->in) > 0 || SSL_pending(s->ssl) > 0;
}

ptrdiff_t ami__tls_write(struct ami__tls_stream *s, const void *data, size_t len)
{
    size_t n;

    if (s->error.code != AMI_OK)
        return -EPROTO;
    ERR_clear_error();
    if (SSL_write_ex(s->ssl, data, len, &n) == 1)
        return (ptrdiff_t)n;
    return broke(s);
}

void ami__tls_farewell(struct ami__tls_stream *s)
{
    ERR_clear_error();
    if (s->error.code == AMI_OK && SSL_is_init_finished(s->ssl))
        SSL_shutdown(s->ssl);
    ERR_clear_error();
}
