/* SPDX-License-Identifier: MIT */
/* What ami_conn_new takes and refuses. */
#include "peer.h"

#include <unistd.h>

#define SIZED(...)                                        \
    {                                                     \
        .size = sizeof(struct ami_conn_opts), __VA_ARGS__ \
    }
#define GOOD(...) SIZED(.username = "u", .secret = "s", __VA_ARGS__)

static const struct {
    const char *what;
    struct ami_conn_opts opts;
    int result;
} option_cases[] = {
    {"user and secret", GOOD(.user = NULL), AMI_OK},
    {"no username", SIZED(.secret = "s"), AMI_E_INVAL},
    {"no secret", SIZED(.username = "u"), AMI_E_INVAL},
    {"empty username", SIZED(.username = "", .secret = "s"), AMI_E_INVAL},
    {"line end in username", SIZED(.username = "u\r\nEvents: on", .secret = "s"), AMI_E_INVAL},
    {"line end in secret", SIZED(.username = "u", .secret = "s\n"), AMI_E_INVAL},
    {"keep-alive", GOOD(.keepalive_ms = 1, .pong_timeout_ms = 1), AMI_OK},
    {"no time for the pong", GOOD(.pong_timeout_ms = -1), AMI_E_INVAL},
    {"keep-alive off", GOOD(.keepalive_ms = -1), AMI_OK},
    {"keep-alive -2", GOOD(.keepalive_ms = -2), AMI_E_INVAL},
    {"reconnect", GOOD(.reconnect_min_ms = 1, .reconnect_max_ms = 1), AMI_OK},
    {"reconnect longer at first", GOOD(.reconnect_min_ms = 2, .reconnect_max_ms = 1), AMI_E_INVAL},
    {"reconnect off", GOOD(.reconnect_min_ms = -1), AMI_OK},
    {"reconnect -2", GOOD(.reconnect_min_ms = -2), AMI_E_INVAL},
    {"empty host", GOOD(.host = ""), AMI_E_INVAL},
    {"all hosts of a domain", GOOD(.host = ".test"), AMI_E_INVAL},
    {"port -1", GOOD(.port = -1), AMI_E_INVAL},
    {"port 65536", GOOD(.port = 65536), AMI_E_INVAL},
    {"port 65535", GOOD(.port = 65535), AMI_OK},
    {"events", GOOD(.events = "call,agent"), AMI_OK},
    {"blank in events", GOOD(.events = "call, agent"), AMI_E_INVAL},
    {"tab in events", GOOD(.events = "call\t"), AMI_E_INVAL},
    {"line end in events", GOOD(.events = "call\r\nX: y"), AMI_E_INVAL},
    {"plain", GOOD(.auth = AMI_AUTH_PLAIN), AMI_OK},
    {"plain without TLS", GOOD(.auth = AMI_AUTH_PLAIN, .refuse_plaintext = true), AMI_E_INVAL},
    {"MD5 without TLS", GOOD(.refuse_plaintext = true), AMI_OK},
    {"strange auth", GOOD(.auth = (enum ami_auth)7), AMI_E_INVAL},
    {"connect timeout off", GOOD(.connect_timeout_ms = -1), AMI_OK},
    {"connect timeout -2", GOOD(.connect_timeout_ms = -2), AMI_E_INVAL},
    {"login timeout -2", GOOD(.login_timeout_ms = -2), AMI_E_INVAL},
    {"action timeout -2", GOOD(.action_timeout_ms = -2), AMI_E_INVAL},
    {"line_max", GOOD(.line_max = 1022), AMI_OK},
    {"line_max too large", GOOD(.line_max = 1023), AMI_E_INVAL},
    {"lines_max too large", GOOD(.lines_max = 129), AMI_E_INVAL},
    {"line_max -1", GOOD(.line_max = -1), AMI_E_INVAL},
    {"lines_max -1", GOOD(.lines_max = -1), AMI_E_INVAL},
    {"limits of size 0", GOOD(.limits = &(const struct ami_limits){0}), AMI_E_INVAL},
    {"size 0", {.username = "u", .secret = "s"}, AMI_E_INVAL},
};

static void test_options(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(option_cases); i++) {
        struct ami_conn_opts opts = option_cases[i].opts;
        ami_conn *conn = (ami_conn *)(void *)b;
        struct ami_error why;

        opts.allocator = &b->alloc.allocator;
        int err = ami_conn_new(&conn, &opts);
        if (err != option_cases[i].result || (err < 0) != (conn == NULL))
            fail_msg("%s: %s", option_cases[i].what, ami_err_name(err));
        if (ami_conn_check(&opts, &why) != err || why.code != err)
            fail_msg("%s: %s: %s", option_cases[i].what, ami_err_name(why.code), why.text);
        ami_conn_free(conn);
        assert_int_equal(b->alloc.live, 0);
    }
}

static void test_options_missing(void **state)
{
    struct bench *b = *state;

    assert_int_equal(ami_conn_new(NULL, &b->opts), AMI_E_INVAL);
    assert_int_equal(ami_conn_new(&b->conn, NULL), AMI_E_INVAL);
    assert_null(b->conn);
}

static void test_init_macros(void **state)
{
    static const struct ami_conn_opts conn = AMI_CONN_OPTS_INIT, conn_zero = SIZED(.port = 0);
    static const struct ami_tls_opts tls = AMI_TLS_OPTS_INIT, tls_zero = {.size = sizeof tls};

    (void)state;
    assert_memory_equal(&conn, &conn_zero, sizeof conn);
    assert_memory_equal(&tls, &tls_zero, sizeof tls);
}

/* A program built with an older header knows fewer members. */
static void test_smaller_size(void **state)
{
    struct bench *b = *state;

    b->opts.size = offsetof(struct ami_conn_opts, on_state);
    bench_new(b);
    assert_null(ami_session_user(ami_conn_session(b->conn)));
    ami_conn_close(b->conn);
    assert_log(b, "");
}

/* With a newer one, more; they are taken if they say nothing. */
static void test_larger_size(void **state)
{
    struct bench *b = *state;
    struct {
        struct ami_conn_opts opts;
        char tail[16];
    } newer = {b->opts, {0}};

    newer.opts.size = sizeof newer;
    assert_int_equal(ami_conn_new(&b->conn, &newer.opts), AMI_OK);
    assert_ptr_equal(ami_session_user(ami_conn_session(b->conn)), b);
    bench_free(b);
    newer.tail[15] = 1;
    assert_int_equal(ami_conn_new(&b->conn, &newer.opts), AMI_E_INVAL);
    assert_null(b->conn);
}

/* "Strings are copied; limits and allocator are read during the call." */
static void test_options_are_copied(void **state)
{
    struct bench *b = *state;
    char username[] = "admin", secret[] = "secret", events[] = "off", host[] = "127.0.0.1";
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct ami_allocator allocator = b->alloc.allocator;

    mock_open(b, NULL);
    b->opts.username = username;
    b->opts.secret = secret;
    b->opts.events = events;
    b->opts.host = host;
    b->opts.limits = &limits;
    b->opts.allocator = &allocator;
    bench_new(b);
    username[0] = secret[0] = events[0] = host[0] = '#';
    memset(&limits, '#', sizeof limits);
    memset(&allocator, 0, sizeof allocator);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state READY");
}

static void test_works_without_callbacks(void **state)
{
    struct bench *b = *state;

    mock_open(b, NULL);
    b->opts.on_state = NULL;
    b->opts.user = NULL;
    b->opts.allocator = NULL;
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    for (int i = 0; i < 100000 && ami_conn_state(b->conn) != AMI_STATE_READY; i++) {
        ami_mock_server_pump(b->server, 0);
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
    }
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    assert_log(b, "");
}

static void test_state_names(void **state)
{
    static const char *const names[] = {"IDLE",  "RESOLVING", "CONNECTING", "HANDSHAKE", "LOGIN",
                                        "READY", "BACKOFF",   "CLOSING",    "CLOSED"};

    (void)state;
    for (int i = 0; i < (int)ARRAY_LEN(names); i++)
        assert_string_equal(ami_conn_state_name((enum ami_conn_state)i), names[i]);
    assert_non_null(ami_conn_state_name((enum ami_conn_state)99));
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_options),
    BENCH_TEST(test_options_missing),
    BENCH_TEST(test_init_macros),
    BENCH_TEST(test_smaller_size),
    BENCH_TEST(test_larger_size),
    BENCH_TEST(test_options_are_copied),
    BENCH_TEST(test_works_without_callbacks),
    BENCH_TEST(test_state_names),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
