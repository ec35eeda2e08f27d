/* SPDX-License-Identifier: MIT */
/* A connection over TLS from its handshake to its end, and servers that do not speak TLS. */
#include "tls_bench.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

static void start(struct bench *b)
{
    tls_start(b, (struct ami_tls_opts){0}, tls_server(GOOD), "pbx.test");
}

static void ready(struct bench *b)
{
    start(b);
    tls_check_ready(b);
}

/* ---- The handshake ----------------------------------------------------------------------- */

static void test_deadline(void **state)
{
    struct bench *b = *state;

    start(b);
    tls_peer.send_max = 0;
    assert_string_equal(interest(b->conn), "fd RW +10000");
    settle(b);
    assert_string_equal(interest(b->conn), "fd R +10000");
    world.now += 9999;
    assert_int_equal(settle(b), 0);
    world.now += 1;
    tls_check_refused(b, "silent", AMI_E_TIMEOUT, "no end of the TLS handshake within 10000 ms");
}

static void test_no_deadline(void **state)
{
    struct bench *b = *state;

    b->opts.connect_timeout_ms = -1;
    start(b);
    tls_peer.send_max = 0;
    settle(b);
    assert_string_equal(interest(b->conn), "fd R +60000"); /* that of the Ping */
}

/* The login has its own time, from the end of the handshake. */
static void test_deadline_of_the_login(void **state)
{
    struct bench *b = *state;

    start(b);
    tls_peer.send_max = 0;
    settle(b);
    world.now += 6000;
    tls_peer.send_max = SIZE_MAX;
    settle(b);
    assert_string_equal(interest(b->conn), "fd R +16000");
    world.now += 10000;
    assert_int_equal(settle(b), AMI_E_TIMEOUT);
    assert_non_null(strstr(ami_conn_error(b->conn)->text, "no banner"));
}

static void test_server_leaves(void **state)
{
    struct bench *b = *state;

    start(b);
    tls_peer.send_max = 100;
    tls_peer.breaks = true;
    tls_check_refused(b, "closed", AMI_E_EOF, "the server closed in the TLS handshake");
}

/* Errors that somebody left in OpenSSL's queue are not taken for ours. */
static void test_old_errors(void **state)
{
    struct bench *b = *state;

    start(b);
    for (int i = 0; i < 20; i++) {
        tls_pump();
        ERR_raise(ERR_LIB_USER, 7);
        assert_true(ami_conn_process(b->conn, AMI_READ | AMI_WRITE) >= 0);
    }
    tls_check_ready(b);
}

/* ---- Over TCP ---------------------------------------------------------------------------- */

static void test_mock(void **state)
{
    struct bench *b = *state;
    ami_tls *tls = tls_client((struct ami_tls_opts){0});

    mock_open(b, &(struct ami_mock_opts){.cert = cert_path("good.pem")});
    b->opts.port = ami_mock_server_tls_port(b->server);
    b->opts.tls = tls;
    b->opts.host = "127.0.0.1";
    bench_new(b);
    submit(b, "a", "CoreShowChannels");
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "a DONE");
    ami_conn_close(b->conn);
    mock_until(b, "state CLOSED");
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state HANDSHAKE from CONNECTING\n"
                  "state LOGIN from HANDSHAKE\n"
                  "state READY from LOGIN\n"
                  "a RESPONSE AMI_OK sent READY\n"
                  "a DONE AMI_OK sent READY\n"
                  "state CLOSING from READY\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
    ami_tls_free(tls);
}

/* The doors mixed up: each side has its own words for it. */
static void test_mock_at_the_wrong_port(void **state)
{
    struct bench *b = *state;
    ami_tls *tls = tls_client((struct ami_tls_opts){0});

    mock_open(b, &(struct ami_mock_opts){.cert = cert_path("good.pem")});
    b->opts.tls = tls;
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state CLOSED from HANDSHAKE: AMI_E_TLS");
    assert_non_null(strstr(ami_conn_error(b->conn)->text, "does not speak TLS: \"Asterisk Call"));
    bench_free(b);
    ami_tls_free(tls);
}

static void test_mock_returns(void **state)
{
    struct bench *b = *state;
    ami_tls *tls = tls_client((struct ami_tls_opts){0});

    mock_open(b, &(struct ami_mock_opts){.cert = cert_path("good.pem")});
    int port = b->opts.port = ami_mock_server_tls_port(b->server);
    b->opts.tls = tls;
    b->opts.reconnect_min_ms = 1000;
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state READY");
    ami_mock_server_free(b->server);
    settle(b);
    assert_true(was_logged(b, "state BACKOFF from READY: "));
    mock_open(b, &(struct ami_mock_opts){.cert = cert_path("good.pem"), .tls_port = port});
    world.now = ami_conn_deadline(b->conn);
    mock_until(b, "state READY from LOGIN, gap ");
    bench_free(b);
    ami_tls_free(tls);
}

/* No repetition would make it the right one. */
static void test_no_return_to_an_impostor(void **state)
{
    struct bench *b = *state;
    ami_tls *tls = tls_client((struct ami_tls_opts){.server_name = "bank.test"});

    mock_open(b, &(struct ami_mock_opts){.cert = cert_path("good.pem")});
    b->opts.port = ami_mock_server_tls_port(b->server);
    b->opts.tls = tls;
    b->opts.reconnect_min_ms = 1000;
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state CLOSED from HANDSHAKE: AMI_E_VERIFY");
    bench_free(b);
    ami_tls_free(tls);
}

static void test_default_port(void **state)
{
    struct bench *b = *state;
    ami_tls *tls = tls_client((struct ami_tls_opts){0});

    b->opts.host = "255.255.255.255";
    for (int port = 5038; port <= 5039; port++) {
        char expected[32];

        snprintf(expected, sizeof expected, "port %d: ", port);
        bench_reset(b);
        b->opts.tls = port == 5039 ? tls : NULL;
        bench_new(b);
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_CONNECT);
        assert_non_null(strstr(ami_conn_error(b->conn)->text, expected));
    }
    ami_tls_free(tls);
}

/* ---- Servers that speak something else --------------------------------------------------- */

static const struct {
    const char *bytes, *text;
} not_tls[] = {
    {BANNER, "the server does not speak TLS: \"Asterisk Call Manager/5.0.4\""},
    {"HTTP/1.1 400 Bad Request\r\n\r\n",
     "the server does not speak TLS: \"HTTP/1.1 400 Bad Request\""},
    {"\033[31m", "the server does not speak TLS: \"?[31m\""},
    {"\x16 and then nonsense", "the TLS handshake failed: "},
};

static void test_not_tls(void **state)
{
    struct bench *b = *state;
    ami_tls *tls = tls_client((struct ami_tls_opts){0});

    for (size_t i = 0; i < ARRAY_LEN(not_tls); i++) {
        tls_renew(b, tls);
        far_open(b);
        far_say(b, not_tls[i].bytes);
        settle(b);
        assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_TLS);
        if (!strstr(ami_conn_error(b->conn)->text, not_tls[i].text))
            fail_msg("%s", ami_conn_error(b->conn)->text);
        assert_log(b, "state HANDSHAKE from IDLE\n"
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from HANDSHAKE: AMI_E_TLS\n");
    }
    ami_tls_free(tls);
}

/* Neither side speaks first, until the server gives up. */
static void test_plain_client(void **state)
{
    struct bench *b = *state;
    SSL_CTX *server = tls_server(GOOD);

    bench_new(b);
    tls_open(b, server);
    SSL_CTX_free(server);
    assert_int_equal(settle(b), 0);
    tls_peer.breaks = true;
    tls_peer.send_max = 0;
    assert_int_equal(settle(b), AMI_E_EOF);
    assert_non_null(strstr(ami_conn_error(b->conn)->text, "before it sent a banner"));
}

/* ---- Ends -------------------------------------------------------------------------------- */

static void test_close(void **state)
{
    struct bench *b = *state;

    ready(b);
    ami_conn_close(b->conn);
    settle(b);
    far_serve(b, "Logoff", "Goodbye", "");
    settle(b);
    assert_false(tls_peer.farewell_heard);
    far_close(b);
    assert_int_equal(settle(b), AMI_E_CANCELLED);
    tls_pump();
    assert_log(b, "state CLOSING from READY\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
}

/* Whoever ends the connection says so. */
static void test_farewell(void **state)
{
    struct bench *b = *state;

    ready(b);
    bench_free(b);
    tls_pump();
    assert_true(tls_peer.farewell_heard);
    ready(b);
    ami_conn_close(b->conn);
    settle(b);
    world.now += 2000;
    assert_int_equal(settle(b), AMI_E_CANCELLED);
    tls_pump();
    assert_true(tls_peer.farewell_heard);
}

static const struct {
    const char *bytes, *text;
    bool no_farewell;
} ends[] = {
    {"", "the server closed the connection", false},
    {"", "the server closed the connection", true},
    {"Event: B\r\nX: y", "the server closed in mid-message", false},
    {"Event: B\r\nX: y", "the server closed in mid-message", true},
};

/* With and without close_notify; what came before is heard. */
static void test_server_ends(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        ready(b);
        on_events(b, NULL);
        submit(b, "b", "Ping");
        settle(b);
        tls_peer.no_farewell = ends[i].no_farewell;
        far_say(b, "Event: A\r\n\r\n");
        far_say(b, ends[i].bytes);
        far_close(b);
        assert_int_equal(settle(b), AMI_E_EOF);
        assert_string_equal(ami_conn_error(b->conn)->text, ends[i].text);
        assert_log(b, "event A\n"
                      "b DONE AMI_E_LOST sent CLOSED\n"
                      "state CLOSED from READY: AMI_E_EOF\n");
    }
}

/* Somebody on the way changes a byte. */
static void test_damage(void **state)
{
    struct bench *b = *state;
    static const char record[] = "\x17\x03\x03\x00\x20 this was never encrypted, was it";

    ready(b);
    submit(b, "b", "Ping");
    settle(b);
    assert_int_equal(send(tls_peer.wire, record, sizeof record - 1, 0), sizeof record - 1);
    assert_int_equal(settle(b), AMI_E_TLS);
    assert_non_null(strstr(ami_conn_error(b->conn)->text, "TLS broke: "));
    assert_true(ami_conn_error(b->conn)->tls != 0);
    assert_log(b, "b DONE AMI_E_LOST sent CLOSED\n"
                  "state CLOSED from READY: AMI_E_TLS\n");
    assert_int_equal(ERR_peek_error(), 0);
}

/* What had come before is heard, in however many pieces. */
static void test_write_fails(void **state)
{
    struct bench *b = *state;

    ready(b);
    on_events(b, NULL);
    far_say(b, "Event: A\r\n\r\n");
    tls_pump();
    world.between = NULL;
    world.piece = 10;
    assert_int_equal(shutdown(tls_peer.wire, SHUT_RD), 0);
    submit(b, "b", "Ping");
    assert_int_equal(settle(b), AMI_E_IO);
    assert_int_equal(ami_conn_error(b->conn)->sys, EPIPE);
    assert_log(b, "event A\n"
                  "b DONE AMI_E_LOST sent CLOSED\n"
                  "state CLOSED from READY: AMI_E_IO\n");
}

/* ---- In callbacks ------------------------------------------------------------------------ */

static void pause_it(struct bench *b)
{
    ami_conn_pause(b->conn, true);
}

static const char *const moments[] = {"state HANDSHAKE", "state LOGIN", "state READY", "a DONE",
                                      "event A"};

static bool events_said;

static bool is_open(const struct bench *b)
{
    return b->conn && ami_conn_state(b->conn) != AMI_STATE_CLOSED;
}

/* Plays the server until nothing is left to do. Behind the Ping come two events, in two records. */
static void play(struct bench *b)
{
    for (int i = 0; i < 10 && is_open(b); i++) {
        settle(b);
        far_serve_all(b);
        if (is_open(b) && b->far >= 0 && !events_said && was_logged(b, "a DONE")) {
            far_say(b, "Event: A\r\n\r\n");
            tls_pump();
            far_say(b, "Event: B\r\n\r\n");
            tls_pump();
            events_said = true;
        }
    }
}

static void at(struct bench *b, const char *when, void (*deed)(struct bench *))
{
    ami_tls *tls = tls_client((struct ami_tls_opts){0});
    SSL_CTX *server = tls_server(GOOD);

    tls_renew(b, tls);
    ami_tls_free(tls);
    on_events(b, NULL);
    b->when = when;
    b->deed = deed;
    tls_open(b, server);
    SSL_CTX_free(server);
    events_said = false;
    far_say(b, BANNER);
    play(b);
    assert_null(b->deed);
}

static void test_freed_in_callbacks(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        at(b, moments[i], free_it);
        assert_null(b->conn);
    }
}

static void test_closed_in_callbacks(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        at(b, moments[i], close_it);
        assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_CANCELLED);
    }
}

/* What TLS holds needs no word from the socket to go on. */
static void test_paused_in_callbacks(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        at(b, moments[i], pause_it);
        assert_false(was_logged(b, "event B"));
        ami_conn_pause(b->conn, false);
        if (strcmp(moments[i], "event A") == 0) {
            assert_string_equal(interest(b->conn), "fd R now");
            assert_int_equal(ami_conn_process(b->conn, 0), 1);
        } else {
            play(b);
        }
        assert_true(was_logged(b, "event B"));
    }
}

/* ---- What was sent ----------------------------------------------------------------------- */

/* A record that was made goes, though its action is cancelled; what is behind it can be withdrawn.
 */
static void test_withdrawn(void **state)
{
    struct bench *b = *state;
    struct request request;

    ready(b);
    world.send_room = 0;
    submit(b, "b", "ActionB");
    settle(b);
    assert_string_equal(interest(b->conn), "fd RW +60000");
    ami_id c = submit(b, "c", "ActionC");
    submit(b, "d", "ActionD");
    settle(b);
    assert_int_equal(ami_cancel(ami_conn_session(b->conn), c), AMI_OK);
    assert_log(b, "c DONE AMI_E_CANCELLED unsent READY\n");
    world.send_room = 3;
    settle(b);
    world.send_room = -1;
    settle(b);
    far_expect(b, "ActionB", &request);
    far_answer(b, &request, "Success", "");
    far_serve(b, "ActionD", "Success", "");
    settle(b);
    assert_log(b, "b DONE AMI_OK sent READY\n"
                  "d DONE AMI_OK sent READY\n");
}

static const struct CMUnitTest tests[] = {
    TLS_TEST(test_deadline),
    TLS_TEST(test_no_deadline),
    TLS_TEST(test_deadline_of_the_login),
    TLS_TEST(test_server_leaves),
    TLS_TEST(test_old_errors),
    TLS_TEST(test_mock),
    TLS_TEST(test_mock_at_the_wrong_port),
    TLS_TEST(test_mock_returns),
    TLS_TEST(test_no_return_to_an_impostor),
    TLS_TEST(test_default_port),
    TLS_TEST(test_not_tls),
    TLS_TEST(test_plain_client),
    TLS_TEST(test_close),
    TLS_TEST(test_farewell),
    TLS_TEST(test_server_ends),
    TLS_TEST(test_damage),
    TLS_TEST(test_write_fails),
    TLS_TEST(test_freed_in_callbacks),
    TLS_TEST(test_closed_in_callbacks),
    TLS_TEST(test_paused_in_callbacks),
    TLS_TEST(test_withdrawn),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, tls_make_certs, tls_remove_certs);
}
