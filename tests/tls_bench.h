/* SPDX-License-Identifier: MIT */
/* Connections under test over TLS: servers good and bad, and what becomes of the handshake. */
#ifndef AMI_TESTS_TLS_BENCH_H
#define AMI_TESTS_TLS_BENCH_H

#include "certs.h"
#include "tls_peer.h"

/* The servers' certificates. The file trusted.pem has all authorities but the unknown one. */
enum tls_cert {
    GOOD, /* for pbx.test, *.wild.test, 127.0.0.1 and ::1; good.pem has its key, too */
    EXPIRED,
    NOT_YET,
    SELF_SIGNED,
    OTHER_HOST,
    MANY_HOSTS,
    OTHER_IP,
    ONLY_NAMES,
    ONLY_COMMON,
    STRANGE_NAME,
    UNKNOWN_CA,
    WHOLE_CHAIN,
    OLD_CA,
    WEAK,
    WEAK_CA,
    FOR_CLIENTS,
    CLIENT, /* client.pem likewise */
    TLS_CERTS
};
extern struct cert tls_ca, tls_certs[TLS_CERTS];

/* Fixtures of the group, and of a test. */
int tls_make_certs(void **state);
int tls_remove_certs(void **state);
int tls_tear_down(void **state);
#define TLS_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tls_tear_down)

/* A server's settings with this certificate; owned. */
SSL_CTX *tls_server(enum tls_cert which);

/* The settings of a client that trusts trusted.pem; owned. */
ami_tls *tls_client(struct ami_tls_opts opts);

/* A new connection with these settings, which has submitted a Ping as "a". */
void tls_renew(struct bench *b, ami_tls *tls);

/* The same, started over a socketpair to such a server, which it frees. */
void tls_start(struct bench *b, struct ami_tls_opts opts, SSL_CTX *server, const char *host);

/* As settle, and until nothing moves any more, however small the pieces. */
int tls_settle(struct bench *b);

/* Goes on to READY and the answer. */
void tls_check_ready(struct bench *b);

/* It ends in the handshake with this error, whose text holds this, and nothing was told to the
 * server. */
void tls_check_refused(struct bench *b, const char *what, int code, const char *text);

#endif
