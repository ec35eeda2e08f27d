/* SPDX-License-Identifier: MIT */
/* What else is agreed on in the handshake: versions, names, the client's own certificate. */
#include "tls_bench.h"

#include <sys/socket.h>
#include <unistd.h>

/* ---- Versions ---------------------------------------------------------------------------- */

static const struct {
    int server_min, server_max, client_min;
    const char *spoken; /* NULL: none */
} versions[] = {
    {0, 0, 0, "TLSv1.3"},
    {0, TLS1_2_VERSION, 0, "TLSv1.2"},
    {0, TLS1_2_VERSION, AMI_TLS_1_2, "TLSv1.2"},
    {0, TLS1_2_VERSION, AMI_TLS_1_3, NULL},
    {0, 0, AMI_TLS_1_3, "TLSv1.3"},
    {TLS1_3_VERSION, 0, 0, "TLSv1.3"},
    {0, TLS1_1_VERSION, 0, NULL},
    {0, TLS1_VERSION, 0, NULL},
};

static void test_versions(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        SSL_CTX *server = tls_server(GOOD);

        if (versions[i].server_min)
            SSL_CTX_set_min_proto_version(server, versions[i].server_min);
        SSL_CTX_set_max_proto_version(server, versions[i].server_max);
        tls_start(b, (struct ami_tls_opts){.min_version = versions[i].client_min}, server,
                  "pbx.test");
        if (versions[i].spoken) {
            tls_check_ready(b);
            assert_string_equal(SSL_get_version(tls_peer.ssl), versions[i].spoken);
        } else {
            tls_check_refused(b, "version", AMI_E_TLS, "no version of TLS that both sides allow");
            assert_true(ami_conn_error(b->conn)->tls != 0);
        }
    }
}

/* ---- Names told to the server ------------------------------------------------------------ */

static char told[64];

static int on_name(SSL *ssl, int *alert, void *user)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert;
    (void)user;
    snprintf(told, sizeof told, "%s", name ? name : "none");
    return SSL_TLSEXT_ERR_OK;
}

static void check_told(struct bench *b, const char *host, const char *server_name,
                       const char *expected)
{
    SSL_CTX *server = tls_server(GOOD);

    SSL_CTX_set_tlsext_servername_callback(server, on_name);
    tls_start(b, (struct ami_tls_opts){.server_name = server_name}, server, host);
    tls_check_ready(b);
    assert_string_equal(told, expected);
}

static void test_server_name_indication(void **state)
{
    struct bench *b = *state;

    check_told(b, "pbx.test", NULL, "pbx.test");
    check_told(b, "pbx.test.", NULL, "pbx.test");
    check_told(b, "127.0.0.1", "pbx.test", "pbx.test");
    check_told(b, "127.0.0.1", NULL, "none");
    check_told(b, "::1", NULL, "none");
}

/* ---- The client's certificate ------------------------------------------------------------ */

static SSL_CTX *asking_server(int version)
{
    SSL_CTX *server = tls_server(GOOD);

    SSL_CTX_set_max_proto_version(server, version);
    SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(server), tls_ca.x509);
    return server;
}

static void test_client_certificate(void **state)
{
    struct bench *b = *state;
    struct ami_tls_opts opts = {.cert_file = cert_path("client.pem")};

    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        tls_start(b, opts, asking_server(version), "pbx.test");
        tls_check_ready(b);
        X509 *shown = SSL_get0_peer_certificate(tls_peer.ssl);
        assert_non_null(shown);
        assert_int_equal(X509_cmp(shown, tls_certs[CLIENT].x509), 0);
    }
}

/* With TLS 1.3 the refusal comes when the handshake is over for the client. */
static void test_no_client_certificate(void **state)
{
    struct bench *b = *state;

    tls_start(b, (struct ami_tls_opts){0}, asking_server(TLS1_2_VERSION), "pbx.test");
    tls_check_refused(b, "no certificate", AMI_E_TLS, "handshake failure");
    tls_start(b, (struct ami_tls_opts){0}, asking_server(TLS1_3_VERSION), "pbx.test");
    assert_int_equal(settle(b), AMI_E_TLS);
    assert_log(b, "state HANDSHAKE from IDLE\n"
                  "state LOGIN from HANDSHAKE\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from LOGIN: AMI_E_TLS\n");
    assert_non_null(strstr(ami_conn_error(b->conn)->text, "certificate required"));
}

/* ---- A descriptor of the caller ---------------------------------------------------------- */

static void test_no_host_to_verify(void **state)
{
    struct bench *b = *state;
    struct ami_error error;
    ami_tls *tls;
    int pair[2];

    assert_int_equal(ami_tls_new(&tls, NULL, &error), AMI_OK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    b->opts.tls = tls;
    b->opts.host = NULL;
    bench_new(b);
    assert_int_equal(ami_conn_start_fd(b->conn, pair[0]), AMI_E_INVAL);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_IDLE);
    assert_log(b, "");
    close(pair[0]);
    close(pair[1]);
    ami_tls_free(tls);
    b->opts.tls = NULL;
}

static const struct CMUnitTest tests[] = {
    TLS_TEST(test_versions),           TLS_TEST(test_server_name_indication),
    TLS_TEST(test_client_certificate), TLS_TEST(test_no_client_certificate),
    TLS_TEST(test_no_host_to_verify),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, tls_make_certs, tls_remove_certs);
}
