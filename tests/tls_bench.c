/* SPDX-License-Identifier: MIT */
#include "tls_bench.h"

#include <openssl/err.h>

/* ---- Certificates ------------------------------------------------------------------------ */

struct cert tls_ca, tls_certs[TLS_CERTS];
static struct cert unknown_ca, old_ca, weak_ca;

#define NAMES "DNS:pbx.test,DNS:*.wild.test,IP:127.0.0.1,IP:::1"
#define MANY                                                                 \
    "DNS:a.example,DNS:b.example,DNS:c.example,DNS:d.example,DNS:e.example," \
    "DNS:f.example,DNS:g.example,DNS:h.example,DNS:i.example,DNS:j.example,IP:::ffff"

static const struct cert_spec specs[TLS_CERTS] = {
    [GOOD] = {.name = "pbx.test", .alt = NAMES, .issuer = &tls_ca},
    [EXPIRED] = {.name = "pbx.test", .alt = NAMES, .issuer = &tls_ca, .from = -20, .to = -10},
    [NOT_YET] = {.name = "pbx.test", .alt = NAMES, .issuer = &tls_ca, .from = 10, .to = 20},
    [SELF_SIGNED] = {.name = "pbx.test", .alt = NAMES},
    [OTHER_HOST] = {.name = "a.example", .alt = "DNS:a.example,DNS:b.example", .issuer = &tls_ca},
    [MANY_HOSTS] = {.name = "a.example", .alt = MANY, .issuer = &tls_ca},
    [OTHER_IP] = {.name = "a.example", .alt = "IP:192.0.2.1,IP:2001:db8::1", .issuer = &tls_ca},
    [ONLY_NAMES] = {.name = "127.0.0.1", .alt = "DNS:pbx.test", .issuer = &tls_ca},
    [ONLY_COMMON] = {.name = "pbx.test", .issuer = &tls_ca},
    [STRANGE_NAME] = {.name = "\033[31mred", .issuer = &tls_ca},
    [UNKNOWN_CA] = {.name = "pbx.test", .alt = NAMES, .issuer = &unknown_ca},
    [WHOLE_CHAIN] = {.name = "pbx.test", .alt = NAMES, .issuer = &unknown_ca},
    [OLD_CA] = {.name = "pbx.test", .alt = NAMES, .issuer = &old_ca},
    [WEAK] = {.name = "pbx.test", .alt = NAMES, .issuer = &tls_ca, .rsa_bits = 768},
    [WEAK_CA] = {.name = "pbx.test", .alt = NAMES, .issuer = &weak_ca},
    [FOR_CLIENTS] = {.name = "pbx.test", .alt = NAMES, .issuer = &tls_ca, .use = "clientAuth"},
    [CLIENT] = {.name = "client", .issuer = &tls_ca},
};

int tls_make_certs(void **state)
{
    (void)state;
    cert_dir_make();
    tls_ca = cert_make(&(struct cert_spec){.name = "Test CA", .ca = true});
    unknown_ca = cert_make(&(struct cert_spec){.name = "Unknown CA", .ca = true});
    old_ca = cert_make(&(struct cert_spec){.name = "Old CA", .ca = true, .from = -9, .to = -1});
    weak_ca = cert_make(&(struct cert_spec){.name = "Weak CA", .ca = true, .rsa_bits = 768});
    for (int i = 0; i < TLS_CERTS; i++)
        tls_certs[i] = cert_make(&specs[i]);
    cert_write(&tls_ca, "trusted.pem");
    cert_append(&old_ca, "trusted.pem");
    cert_append(&weak_ca, "trusted.pem");
    cert_write_both(&tls_certs[GOOD], "good.pem");
    cert_write_both(&tls_certs[CLIENT], "client.pem");
    return 0;
}

int tls_remove_certs(void **state)
{
    (void)state;
    cert_free(&tls_ca);
    cert_free(&unknown_ca);
    cert_free(&old_ca);
    cert_free(&weak_ca);
    for (int i = 0; i < TLS_CERTS; i++)
        cert_free(&tls_certs[i]);
    cert_dir_remove();
    return 0;
}

SSL_CTX *tls_server(enum tls_cert which)
{
    return cert_server(&tls_certs[which], which == WHOLE_CHAIN ? &unknown_ca
                                          : which == OLD_CA    ? &old_ca
                                          : which == WEAK_CA   ? &weak_ca
                                                               : NULL);
}

/* ---- A connection ------------------------------------------------------------------------ */

int tls_tear_down(void **state)
{
    tls_close();
    return tear_down(state);
}

ami_tls *tls_client(struct ami_tls_opts opts)
{
    struct ami_error error;
    ami_tls *tls;

    opts.size = sizeof opts;
    opts.ca_file = cert_path("trusted.pem");
    assert_int_equal(ami_tls_new(&tls, &opts, &error), AMI_OK);
    return tls;
}

void tls_renew(struct bench *b, ami_tls *tls)
{
    tls_close();
    b->opts.tls = tls;
    bench_reset(b);
    bench_new(b);
    b->opts.tls = NULL;
    submit(b, "a", "Ping");
}

void tls_start(struct bench *b, struct ami_tls_opts opts, SSL_CTX *server, const char *host)
{
    ami_tls *tls = tls_client(opts);

    b->opts.host = host;
    tls_renew(b, tls);
    ami_tls_free(tls); /* the connection keeps what it needs */
    tls_open(b, server);
    SSL_CTX_free(server);
}

static size_t moved(void)
{
    return world.recvs + tls_peer.received + tls_peer.sent;
}

int tls_settle(struct bench *b)
{
    size_t before;
    int rc;

    do {
        before = moved();
        rc = settle(b);
    } while (rc >= 0 && moved() > before);
    return rc;
}

void tls_check_ready(struct bench *b)
{
    far_say(b, BANNER);
    tls_settle(b);
    far_serve(b, "Challenge", "Success", "Challenge: 123456789\r\n");
    tls_settle(b);
    far_serve(b, "Login", "Success", "");
    tls_settle(b);
    far_serve(b, "Ping", "Success", "");
    tls_settle(b);
    assert_log(b, "state HANDSHAKE from IDLE\n"
                  "state LOGIN from HANDSHAKE\n"
                  "state READY from LOGIN\n"
                  "a DONE AMI_OK sent READY\n");
    assert_int_equal(ERR_peek_error(), 0);
}

void tls_check_refused(struct bench *b, const char *what, int code, const char *text)
{
    const struct ami_error *error = ami_conn_error(b->conn);
    struct text expected = {0};

    int rc = tls_settle(b);
    tls_pump();
    if (rc != code || error->code != code || !strstr(error->text, text))
        fail_msg("%s: %s: %s", what, ami_err_name(rc), error->text);
    text_addf(&expected,
              "state HANDSHAKE from IDLE\n"
              "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
              "state CLOSED from HANDSHAKE: %s\n",
              ami_err_name(code));
    assert_log(b, expected.data);
    text_free(&expected);
    far_at_end(b);
    assert_string_equal(text_str(&b->heard), "");
}
