/* SPDX-License-Identifier: MIT */
/* A connection's life with a well-behaved server: options, states, what a loop is told, submitting,
 * waiting, pausing, closing. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TEST_SECONDS = 60 };

/* ---- Options ----------------------------------------------------------------------------- */

static const char not_tls[] = "no TLS context, but not NULL either";

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
    {"TLS", GOOD(.tls = (const ami_tls *)(const void *)not_tls), AMI_E_NOTSUP},
    {"keep-alive", GOOD(.keepalive_ms = 1), AMI_E_NOTSUP},
    {"keep-alive off", GOOD(.keepalive_ms = -1), AMI_OK},
    {"keep-alive -2", GOOD(.keepalive_ms = -2), AMI_E_INVAL},
    {"reconnect", GOOD(.reconnect_min_ms = 1), AMI_E_NOTSUP},
    {"reconnect off", GOOD(.reconnect_min_ms = -1), AMI_OK},
    {"reconnect -2", GOOD(.reconnect_min_ms = -2), AMI_E_INVAL},
    {"port -1", GOOD(.port = -1), AMI_E_INVAL},
    {"port 65536", GOOD(.port = 65536), AMI_E_INVAL},
    {"port 65535", GOOD(.port = 65535), AMI_OK},
    {"events", GOOD(.events = "call,agent"), AMI_OK},
    {"blank in events", GOOD(.events = "call, agent"), AMI_E_INVAL},
    {"tab in events", GOOD(.events = "call\t"), AMI_E_INVAL},
    {"line end in events", GOOD(.events = "call\r\nX: y"), AMI_E_INVAL},
    {"plain", GOOD(.auth = AMI_AUTH_PLAIN), AMI_OK},
    {"strange auth", GOOD(.auth = (enum ami_auth)7), AMI_E_INVAL},
    {"connect timeout off", GOOD(.connect_timeout_ms = -1), AMI_OK},
    {"connect timeout -2", GOOD(.connect_timeout_ms = -2), AMI_E_INVAL},
    {"login timeout -2", GOOD(.login_timeout_ms = -2), AMI_E_INVAL},
    {"action timeout -2", GOOD(.action_timeout_ms = -2), AMI_E_INVAL},
    {"line_max", GOOD(.line_max = 1022), AMI_OK},
    {"line_max too large", GOOD(.line_max = 1023), AMI_E_INVAL},
    {"lines_max too large", GOOD(.lines_max = 129), AMI_E_INVAL},
    {"size 0", {.username = "u", .secret = "s"}, AMI_E_INVAL},
};

static void test_options(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(option_cases); i++) {
        struct ami_conn_opts opts = option_cases[i].opts;
        ami_conn *conn = (ami_conn *)(void *)b;

        opts.allocator = &b->alloc.allocator;
        int err = ami_conn_new(&conn, &opts);
        if (err != option_cases[i].result || (err < 0) != (conn == NULL))
            fail_msg("%s: %s", option_cases[i].what, ami_err_name(err));
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

static void test_tls_is_not_supported(void **state)
{
    struct ami_tls_opts opts = AMI_TLS_OPTS_INIT;
    ami_tls *tls = (ami_tls *)*state;
    struct ami_error error = {0};

    assert_int_equal(ami_tls_new(&tls, &opts, &error), AMI_E_NOTSUP);
    assert_null(tls);
    assert_int_equal(error.code, AMI_E_NOTSUP);
    assert_true(error.text[0] != '\0');
    ami_tls_free(tls);
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

static void test_state_names(void **state)
{
    static const char *const names[] = {"IDLE",  "RESOLVING", "CONNECTING", "HANDSHAKE", "LOGIN",
                                        "READY", "BACKOFF",   "CLOSING",    "CLOSED"};

    (void)state;
    for (int i = 0; i < (int)ARRAY_LEN(names); i++)
        assert_string_equal(ami_conn_state_name((enum ami_conn_state)i), names[i]);
    assert_non_null(ami_conn_state_name((enum ami_conn_state)99));
}

/* ---- The way to READY -------------------------------------------------------------------- */

static void test_states_in_order(void **state)
{
    struct bench *b = *state;

    mock_open(b, NULL);
    bench_new(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_IDLE);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state READY");
    assert_int_equal(ami_conn_error(b->conn)->code, AMI_OK);
    ami_conn_close(b->conn);
    mock_until(b, "state CLOSED");
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state LOGIN from CONNECTING\n"
                  "state READY from LOGIN\n"
                  "state CLOSING from READY\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
    assert_int_equal(ami_mock_server_clients(b->server), 0);
}

static void test_logs_in_to_every_version(void **state)
{
    static const char *const versions[] = {"1.4", "11", "13", "16", "22"};
    struct bench *b = *state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(versions); i++) {
        b->opts.auth = i % 2 ? AMI_AUTH_PLAIN : AMI_AUTH_MD5;
        bench_reset(b);
        mock_open(b, &(struct ami_mock_opts){.version = versions[i / 2]});
        bench_new(b);
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        mock_until(b, "state READY");
    }
}

static bool has_line(const char *text, const char *line)
{
    size_t len = strlen(line);

    for (const char *at = text; (at = strstr(at, line)) != NULL; at++) {
        if ((at == text || at[-1] == '\n') && at[len] == '\r')
            return true;
    }
    return false;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

#define MD5_KEY "Key: 7ccde16e862dfe7681297713e9e9cadb"

static const struct {
    enum ami_auth auth;
    const char *events;
    const char *lines[5]; /* besides Action and ActionID, and no others */
} login_cases[] = {
    {AMI_AUTH_MD5, NULL, {"AuthType: MD5", "Username: admin", MD5_KEY}},
    {AMI_AUTH_MD5,
     "call,agent",
     {"AuthType: MD5", "Username: admin", MD5_KEY, "Events: call,agent"}},
    {AMI_AUTH_PLAIN, NULL, {"Username: admin", "Secret: secret"}},
    {AMI_AUTH_PLAIN, "off", {"Username: admin", "Secret: secret", "Events: off"}},
};

static void test_login_on_the_wire(void **state)
{
    struct bench *b = *state;
    struct request login;

    for (size_t i = 0; i < ARRAY_LEN(login_cases); i++) {
        size_t lines = 2;

        b->opts.auth = login_cases[i].auth;
        b->opts.events = login_cases[i].events;
        bench_reset(b);
        bench_new(b);
        far_open(b);
        far_say(b, BANNER);
        settle(b);
        if (b->opts.auth == AMI_AUTH_MD5)
            far_serve(b, "Challenge", "Success", "Challenge: 123456789\r\n");
        settle(b);
        far_expect(b, "Login", &login);
        for (; login_cases[i].lines[lines - 2]; lines++)
            assert_true(has_line(login.text, login_cases[i].lines[lines - 2]));
        assert_int_equal(count_lines(login.text), lines);
        assert_int_equal(strstr(b->heard.data, "secret") != NULL, b->opts.auth == AMI_AUTH_PLAIN);
    }
}

static void watch_for_events(struct bench *b)
{
    on_events(b, NULL);
}

/* READY comes at the login's Success; FullyBooted follows as an ordinary event. */
static void test_ready_before_fully_booted(void **state)
{
    struct bench *b = *state;

    mock_open(b, NULL);
    bench_new(b);
    b->when = "state READY";
    b->deed = watch_for_events;
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "event FullyBooted");
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state LOGIN from CONNECTING\n"
                  "state READY from LOGIN\n"
                  "event FullyBooted\n");
}

static void test_ready_without_fully_booted(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    on_events(b, NULL);
    far_open(b);
    far_log_in(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n");
}

static void trace(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                  void *user)
{
    struct bench *b = user;

    (void)session;
    text_add(&b->log, direction == AMI_TRACE_IN ? "<" : ">");
    text_add_bytes(&b->log, data, len);
}

static void test_trace_shows_no_secret(void **state)
{
    struct bench *b = *state;

    b->opts.on_trace = trace;
    for (int auth = AMI_AUTH_MD5; auth <= AMI_AUTH_PLAIN; auth++) {
        b->opts.auth = (enum ami_auth)auth;
        bench_reset(b);
        bench_new(b);
        far_open(b);
        far_log_in(b);
        assert_true(was_logged(b, "<Asterisk Call Manager"));
        assert_true(was_logged(b, ">Action: Login"));
        assert_true(was_logged(b, auth == AMI_AUTH_MD5 ? "Key: ***\r\n" : "Secret: ***\r\n"));
        assert_false(was_logged(b, "secret"));
        assert_false(was_logged(b, MD5_KEY));
    }
}

/* An allocator that looks at what it is given back. */
union block {
    size_t size;
    max_align_t align;
};

static void look_for_secret(const union block *block)
{
    const char *bytes = (const char *)(block + 1), *secret = "swordfish";
    size_t len = strlen(secret);

    for (size_t i = 0; i + len <= block->size; i++)
        assert_memory_not_equal(bytes + i, secret, len);
}

static void *looking_realloc(void *user, void *ptr, size_t size)
{
    union block *old = ptr ? (union block *)ptr - 1 : NULL, *fresh = NULL;

    ++*(size_t *)user;
    if (size > 0) {
        fresh = calloc(1, sizeof *fresh + size);
        assert_non_null(fresh);
        fresh->size = size;
        if (old)
            memcpy(fresh + 1, ptr, old->size < size ? old->size : size);
    }
    if (old)
        look_for_secret(old);
    free(old);
    return fresh ? fresh + 1 : NULL;
}

/* "kept until the connection is freed, then wiped"; the bytes of the login as soon as they are sent
 */
static void test_secret_is_wiped(void **state)
{
    struct bench *b = *state;
    size_t calls = 0;
    const struct ami_allocator allocator = {looking_realloc, &calls};

    b->opts.allocator = &allocator;
    b->opts.secret = "swordfish";
    for (int auth = AMI_AUTH_MD5; auth <= AMI_AUTH_PLAIN; auth++) {
        b->opts.auth = (enum ami_auth)auth;
        bench_reset(b);
        far_ready(b);
        for (int i = 0; i < 50; i++)
            submit(b, "a", "Ping");
        settle(b);
        bench_free(b);
    }
    assert_true(calls > 0);
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

/* Bytes may come one by one, and leave so. */
static void say_slowly(struct bench *b, const char *bytes)
{
    for (; *bytes; bytes++) {
        far_say_bytes(b, bytes, 1);
        for (int i = 0; i < 200; i++) {
            world.send_room = 1;
            assert_true(ami_conn_wait(b->conn, 0) >= 0);
        }
    }
}

static void answer_slowly(struct bench *b, const char *name, const char *headers)
{
    struct request request;
    struct text bytes = {0};

    far_expect(b, name, &request);
    text_addf(&bytes, "Response: Success\r\nActionID: %s\r\n%s\r\n", request.id, headers);
    say_slowly(b, bytes.data);
    text_free(&bytes);
}

static void test_login_byte_by_byte(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    say_slowly(b, BANNER);
    answer_slowly(b, "Challenge", "Challenge: 123456789\r\n");
    answer_slowly(b, "Login", "Message: Authentication accepted\r\n");
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n");
}

/* ---- Addresses --------------------------------------------------------------------------- */

static const struct {
    const char *host;
    bool ipv6;
} host_cases[] = {
    {"127.0.0.1", false}, {"::1", true}, {"localhost", false}, {"localhost", true}, {NULL, false},
};

static void test_hosts(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(host_cases); i++) {
        if (host_cases[i].ipv6 && !have_ipv6())
            continue;
        b->opts.host = host_cases[i].host;
        bench_reset(b);
        mock_open(b, &(struct ami_mock_opts){.ipv6 = host_cases[i].ipv6});
        bench_new(b);
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        mock_until(b, "state READY");
        assert_log(b, "state CONNECTING from IDLE\n"
                      "state LOGIN from CONNECTING\n"
                      "state READY from LOGIN\n");
    }
}

static void test_localhost_is_ipv4_first(void **state)
{
    struct bench *b = *state;

    if (!have_ipv6())
        skip();
    mock_open(b, NULL);
    listen_on(b, true, b->opts.port, 8);
    b->opts.host = "localhost";
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state READY");
    assert_int_equal(ami_mock_server_clients(b->server), 1);
}

static void test_socket_options(void **state)
{
    struct bench *b = *state;
    int on = 0;
    socklen_t len = sizeof on;

    mock_ready(b);
    int fd = ami_conn_fd(b->conn);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
    assert_true(on);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void test_host_name_is_not_supported(void **state)
{
    static const char *const hosts[] = {"pbx.example", "1.2.3.4.5", "[::1]", "localhost.example"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        b->opts.host = hosts[i];
        bench_reset(b);
        bench_new(b);
        assert_int_equal(ami_conn_start(b->conn), AMI_E_NOTSUP);
        assert_int_equal(ami_conn_state(b->conn), AMI_STATE_IDLE);
        assert_log(b, "");
    }
}

static void test_start_only_once(void **state)
{
    struct bench *b = *state;
    int pair[2];

    mock_ready(b);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(ami_conn_start(b->conn), AMI_E_STATE);
    assert_int_equal(ami_conn_start_fd(b->conn, pair[0]), AMI_E_STATE);
    ami_conn_close(b->conn);
    mock_until(b, "state CLOSED");
    assert_int_equal(ami_conn_start(b->conn), AMI_E_STATE);
    assert_int_equal(ami_conn_start_fd(b->conn, pair[0]), AMI_E_STATE);
    assert_true(fcntl(pair[0], F_GETFD) >= 0);
    close(pair[0]);
    close(pair[1]);
}

static void test_start_fd(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    int fd = ami_conn_fd(b->conn);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_log(b, "state LOGIN from IDLE\n");
    bench_free(b);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* On failure the descriptor is still the caller's, and the connection IDLE. */
static void test_start_fd_of_another_kind(void **state)
{
    struct bench *b = *state;
    int fds[3], other;

    assert_int_equal(pipe(fds), 0);
    fds[2] = socket(AF_INET, SOCK_DGRAM, 0);
    other = fds[1];
    bench_new(b);
    assert_int_equal(ami_conn_start_fd(b->conn, -1), AMI_E_IO);
    for (int i = 0; i < 3; i++) {
        int flags = fcntl(fds[i], F_GETFL);
        assert_int_equal(ami_conn_start_fd(b->conn, fds[i]), AMI_E_IO);
        assert_int_equal(fcntl(fds[i], F_GETFL), flags);
        close(fds[i]);
    }
    assert_int_equal(ami_conn_start_fd(b->conn, other), AMI_E_IO);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_IDLE);
    assert_log(b, "");
}

/* ---- What process returns ---------------------------------------------------------------- */

static void test_process_before_start(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_STATE);
    assert_int_equal(ami_conn_wait(b->conn, -1), AMI_E_STATE);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_IDLE);
}

static void test_process_nothing(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ | AMI_WRITE), 0);
    assert_int_equal(ami_conn_wait(b->conn, 0), 0);
    far_say(b, "Event: Nobody\r\nListens: 1\r\n\r\n");
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 0);
    far_say(b, "Event: Half");
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 0);
    assert_log(b, "");
}

static void test_process_something(void **state)
{
    struct bench *b = *state;
    struct request ping;

    far_ready(b);
    on_events(b, "Hangup");
    far_say(b, "Event: Hangup\r\n\r\n");
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    assert_log(b, "event Hangup\n");
    submit(b, "a", "Ping");
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    far_expect(b, "Ping", &ping);
    far_answer(b, &ping, "Success", "Ping: Pong\r\n");
    assert_int_equal(ami_conn_wait(b->conn, 0), 1);
    assert_log(b, "a DONE AMI_OK sent READY\n");
}

static void test_process_timer(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "a", "Ping");
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    world.now += 59999;
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    world.now += 1;
    assert_int_equal(ami_conn_process(b->conn, 0), 1);
    assert_log(b, "a DONE AMI_E_TIMEOUT sent READY\n");
}

static void test_process_when_closed(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    far_close(b);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), AMI_E_EOF);
    assert_log(b, "state CLOSED from READY: AMI_E_EOF\n");
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_EOF);
    assert_int_equal(ami_conn_wait(b->conn, -1), AMI_E_EOF);
    assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_EOF);
    assert_log(b, "");
}

static void test_process_after_close(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    ami_conn_close(b->conn);
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_CANCELLED);
    assert_int_equal(ami_conn_wait(b->conn, -1), AMI_E_CANCELLED);
    assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_CANCELLED);
    assert_true(ami_conn_error(b->conn)->text[0] != '\0');
}

/* ---- Held actions ------------------------------------------------------------------------ */

static void submit_d(struct bench *b)
{
    submit(b, "d", "ActionD");
}

static void test_held_actions_go_in_order(void **state)
{
    static const char *const names[] = {"ActionA", "ActionB", "ActionC", "ActionD"};
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    far_open(b);
    submit(b, "c", "ActionC");
    b->when = "state READY";
    b->deed = submit_d;
    far_log_in(b);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        far_serve(b, names[i], "Success", "");
    settle(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n"
                  "a DONE AMI_OK sent READY\n"
                  "b DONE AMI_OK sent READY\n"
                  "c DONE AMI_OK sent READY\n"
                  "d DONE AMI_OK sent READY\n");
}

static ami_action *action_within(const char *name, int ms)
{
    ami_action *action = ami_action_new(name);

    assert_int_equal(ami_action_timeout(action, ms), AMI_OK);
    return action;
}

static void test_held_actions_time_out(void **state)
{
    struct bench *b = *state;
    struct request request;

    bench_new(b);
    submit_action(b, "a", action_within("Ping", 3000));
    far_open(b);
    submit_action(b, "b", action_within("Ping", 2000));
    assert_int_equal(ami_conn_deadline(b->conn), CLOCK_START + 2000);
    world.now += 2000;
    assert_int_equal(ami_conn_process(b->conn, 0), 1);
    world.now += 1000;
    assert_int_equal(ami_conn_process(b->conn, 0), 1);
    assert_log(b, "state LOGIN from IDLE\n"
                  "b DONE AMI_E_NOT_SENT unsent LOGIN\n"
                  "a DONE AMI_E_NOT_SENT unsent LOGIN\n");
    far_log_in(b);
    assert_false(far_take(b, &request));
}

/* "in milliseconds from the moment it is submitted", however late the loop asks */
static void test_timers_start_at_the_submit(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit_action(b, "a", action_within("ActionA", 2000));
    world.now += 600;
    far_open(b);
    assert_int_equal(ami_conn_deadline(b->conn), CLOCK_START + 2000);
    submit_action(b, "b", action_within("ActionB", 1000));
    world.now += 600;
    far_log_in(b);
    assert_int_equal(ami_conn_deadline(b->conn), CLOCK_START + 1600);
    submit_action(b, "c", action_within("ActionC", 300));
    world.now += 100;
    ami_conn_process(b->conn, AMI_WRITE);
    assert_int_equal(ami_conn_deadline(b->conn), CLOCK_START + 1500);
}

static void test_held_action_is_cancelled(void **state)
{
    struct bench *b = *state;
    struct request request;

    bench_new(b);
    ami_id id = submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    assert_int_equal(ami_cancel(ami_conn_session(b->conn), id), AMI_OK);
    assert_log(b, "a DONE AMI_E_CANCELLED unsent IDLE\n");
    far_ready(b);
    far_expect(b, "ActionB", &request);
}

/* The library needs actions of its own to log in: a full queue must not stop it. */
static void test_full_queue_does_not_stop_the_login(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct request request;

    limits.in_flight = 2;
    b->opts.limits = &limits;
    bench_new(b);
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    assert_int_equal(try_submit(b, "c", "ActionC"), AMI_E_LIMIT);
    far_ready(b);
    far_expect(b, "ActionA", &request);
    far_expect(b, "ActionB", &request);
}

static void test_full_output_does_not_stop_the_login(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    int err;

    limits.output = 200;
    b->opts.limits = &limits;
    bench_new(b);
    while ((err = try_submit(b, "a", "A")) == AMI_OK)
        continue;
    assert_int_equal(err, AMI_E_LIMIT);
    far_ready(b);
}

/* Old servers read short lines only; what they read is known once the banner has come. */
static void test_held_action_is_too_long_for_the_server(void **state)
{
    static const int line_maxes[] = {0, 400};
    struct bench *b = *state;
    struct request request;
    char value[301];

    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(line_maxes); i++) {
        ami_action *action = ami_action_new("ActionA");

        assert_int_equal(ami_action_add(action, "Value", value), AMI_OK);
        b->opts.auth = AMI_AUTH_PLAIN;
        b->opts.line_max = line_maxes[i];
        bench_reset(b);
        bench_new(b);
        submit_action(b, "a", action);
        submit(b, "b", "ActionB");
        far_open(b);
        far_say(b, "Asterisk Call Manager/1.0\r\n");
        settle(b);
        far_serve(b, "Login", "Success", "");
        settle(b);
        assert_int_equal(was_logged(b, "a DONE AMI_E_LIMIT unsent READY\n"), i == 0);
        if (i == 1)
            far_expect(b, "ActionA", &request);
        far_expect(b, "ActionB", &request);
    }
}

/* ---- How actions end with the connection ------------------------------------------------- */

static void test_in_flight_at_the_end(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    ami_conn_process(b->conn, 0);
    world.send_room = 1;
    submit(b, "c", "ActionC");
    submit(b, "d", "ActionD");
    ami_conn_process(b->conn, AMI_WRITE);
    far_close(b);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), AMI_E_EOF);
    assert_log(b, "a DONE AMI_E_LOST sent CLOSED\n"
                  "b DONE AMI_E_LOST sent CLOSED\n"
                  "c DONE AMI_E_LOST sent CLOSED\n"
                  "d DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from READY: AMI_E_EOF\n");
}

static void test_timeout_before_and_after_sending(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    submit_action(b, "a", action_within("ActionA", 1000));
    ami_conn_process(b->conn, 0);
    world.send_room = 0;
    submit_action(b, "b", action_within("ActionB", 1000));
    ami_conn_process(b->conn, 0);
    world.now += 1000;
    ami_conn_process(b->conn, 0);
    assert_log(b, "a DONE AMI_E_TIMEOUT sent READY\n"
                  "b DONE AMI_E_NOT_SENT unsent READY\n");
    world.send_room = -1;
    settle(b);
    far_expect(b, "ActionA", &request);
    far_answer(b, &request, "Success", "");
    settle(b);
    assert_false(far_take(b, &request));
    assert_log(b, "");
}

static void test_submit_after_the_end(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    far_close(b);
    settle(b);
    assert_log(b, "state CLOSED from READY: AMI_E_EOF\n");
    assert_int_equal(try_submit(b, "a", "Ping"), AMI_E_STATE);
    assert_log(b, "");
}

/* ---- What a loop waits for --------------------------------------------------------------- */

static void test_interest_in_each_state(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    bench_new(b);
    assert_string_equal(interest(b->conn), "- - never");
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "fd W +10000");
    bench_reset(b);
    bench_new(b);
    far_open(b);
    assert_string_equal(interest(b->conn), "fd R +10000");
    world.send_room = 0;
    far_say(b, BANNER);
    settle(b);
    assert_string_equal(interest(b->conn), "fd RW +10000");
    bench_reset(b);
    far_ready(b);
    assert_string_equal(interest(b->conn), "fd R never");
    submit(b, "a", "Ping");
    assert_string_equal(interest(b->conn), "fd RW +60000");
    settle(b);
    assert_string_equal(interest(b->conn), "fd R +60000");
    world.now += 10;
    ami_conn_close(b->conn);
    assert_string_equal(interest(b->conn), "fd RW +2010");
    settle(b);
    assert_string_equal(interest(b->conn), "fd R +2010");
    far_close(b);
    settle(b);
    assert_string_equal(interest(b->conn), "- - never");
}

static void test_timeouts_can_be_off(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    b->opts.connect_timeout_ms = b->opts.login_timeout_ms = b->opts.action_timeout_ms = -1;
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "fd W never");
    bench_reset(b);
    bench_new(b);
    far_open(b);
    assert_string_equal(interest(b->conn), "fd R never");
    far_log_in(b);
    submit(b, "a", "Ping");
    assert_string_equal(interest(b->conn), "fd RW never");
}

static void test_timeouts_of_ones_own(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    b->opts.connect_timeout_ms = 100;
    b->opts.login_timeout_ms = 200;
    b->opts.action_timeout_ms = 300;
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "fd W +100");
    bench_reset(b);
    bench_new(b);
    far_open(b);
    assert_string_equal(interest(b->conn), "fd R +200");
    far_log_in(b);
    submit(b, "a", "Ping");
    assert_string_equal(interest(b->conn), "fd RW +300");
}

/* The whole life as a loop with registrations hears it. */
static void test_notify_through_life(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    watch(b);
    far_open(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "notify fd R +10000\n");
    far_log_in(b);
    assert_log(b, "state READY from LOGIN\n"
                  "notify fd R never\n");
    submit(b, "a", "ActionA");
    assert_log(b, "notify fd RW +60000\n");
    submit(b, "b", "ActionB");
    assert_log(b, "");
    settle(b);
    assert_log(b, "notify fd R +60000\n");
    far_serve(b, "ActionA", "Success", "");
    far_serve(b, "ActionB", "Success", "");
    settle(b);
    assert_log(b, "a DONE AMI_OK sent READY\n"
                  "b DONE AMI_OK sent READY\n"
                  "notify fd R never\n");
    ami_conn_close(b->conn);
    assert_log(b, "state CLOSING from READY\n"
                  "notify fd RW +2000\n");
    settle(b);
    assert_log(b, "notify fd R +2000\n");
    far_close(b);
    settle(b);
    assert_log(b, "notify - - never\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
    ami_conn_free(b->conn);
    b->conn = NULL;
    assert_log(b, "drop\n");
}

static void test_notify_when_freed(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "a", "Ping");
    settle(b);
    watch(b);
    ami_conn_free(b->conn);
    b->conn = NULL;
    b->freed = true;
    assert_log(b, "notify - - never\n"
                  "a DONE AMI_E_CANCELLED sent CLOSED\n"
                  "drop\n");
}

static void test_notify_can_be_replaced(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    watch(b);
    watch(b);
    assert_log(b, "drop\n");
    ami_conn_set_notify(b->conn, NULL, NULL, NULL);
    assert_log(b, "drop\n");
    ami_conn_set_notify(b->conn, NULL, NULL, NULL);
    far_open(b);
    assert_log(b, "state LOGIN from IDLE\n");
    bench_free(b);
    assert_log(b, "");
}

/* A drop without fn tells when the connection is freed. */
static void drop_only(void *user)
{
    ++*(int *)user;
}

static void test_drop_without_fn(void **state)
{
    struct bench *b = *state;
    int dropped = 0;

    bench_new(b);
    ami_conn_set_notify(b->conn, NULL, &dropped, drop_only);
    far_open(b);
    settle(b);
    assert_int_equal(dropped, 0);
    bench_free(b);
    assert_int_equal(dropped, 1);
}

static void submit_two(struct bench *b)
{
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
}

/* What a callback submits is sent on the way out of process; the loop hears of the timer alone. */
static void test_notify_after_callbacks(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    watch(b);
    on_events(b, NULL);
    b->when = "event Hangup";
    b->deed = submit_two;
    far_say(b, "Event: Hangup\r\n\r\nEvent: Newchannel\r\n\r\n");
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    assert_log(b, "event Hangup\n"
                  "event Newchannel\n"
                  "notify fd R +60000\n");
    far_expect(b, "ActionA", &request);
    far_expect(b, "ActionB", &request);
}

static void test_notify_of_cancel(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    ami_id id = submit(b, "a", "Ping");
    watch(b);
    assert_int_equal(ami_cancel(ami_conn_session(b->conn), id), AMI_OK);
    assert_log(b, "a DONE AMI_E_CANCELLED unsent READY\n"
                  "notify fd R never\n");
}

/* The second address has a descriptor of its own, perhaps with the number of the first. */
static void test_notify_of_the_next_address(void **state)
{
    struct bench *b = *state;

    if (!have_ipv6())
        skip();
    listen_on(b, true, 0, 8);
    b->opts.host = "localhost";
    bench_new(b);
    watch(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "notify fd W +5000\n");
    for (int i = 0; i < 100000 && !was_logged(b, "state LOGIN"); i++)
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
    assert_true(strncmp(b->log.data, "notify - - ", 11) == 0);
    assert_true(was_logged(b, "\nnotify fd W +10000\n"
                              "state LOGIN from CONNECTING\n"
                              "notify fd R +10000\n"));
}

/* ---- Sending and receiving --------------------------------------------------------------- */

static void test_one_recv_for_what_is_there(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    for (int i = 0; i < 10; i++)
        far_say(b, "Event: Hangup\r\nCause: 16\r\n\r\n");
    world.recvs = 0;
    ami_conn_process(b->conn, AMI_READ);
    assert_int_equal(world.recvs, 1);
    for (int i = 0; i < 10; i++)
        assert_true(was_logged(b, "event Hangup"));
    ami_conn_process(b->conn, AMI_WRITE);
    assert_int_equal(world.recvs, 1);
}

static void test_one_send_for_a_batch(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    world.sends = 0;
    for (int i = 0; i < 20; i++)
        submit(b, "a", "Ping");
    assert_int_equal(world.sends, 0);
    ami_conn_process(b->conn, AMI_WRITE);
    assert_int_equal(world.sends, 1);
    for (int i = 0; i < 20; i++)
        far_expect(b, "Ping", &request);
}

static void test_sends_in_pieces(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    for (int i = 0; i < 100; i++) {
        world.send_room = 1;
        ami_conn_process(b->conn, AMI_WRITE);
    }
    far_expect(b, "ActionA", &request);
    far_expect(b, "ActionB", &request);
    assert_string_equal(interest(b->conn), "fd R +60000");
}

static void expect_ping(struct bench *b)
{
    struct request request;

    far_expect(b, "Ping", &request);
}

/* "process and wait flush, first and last": what was submitted before is sent before callbacks run,
 * which may take their time. */
static void test_sends_before_it_dispatches(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    submit(b, "a", "Ping");
    far_say(b, "Event: A\r\n\r\n");
    b->when = "event A";
    b->deed = expect_ping;
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    assert_null(b->deed);
}

/* ---- Waiting ----------------------------------------------------------------------------- */

static bool nothing_happens(void *user)
{
    (void)user;
    return false;
}

static void test_wait_flushes_and_times_out(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    world.idle = nothing_happens;
    submit(b, "a", "Ping");
    assert_int_equal(ami_conn_wait(b->conn, 500), 0);
    assert_int_equal(world.waited_ms, 500);
    assert_int_equal(world.waited_for, AMI_READ);
    far_expect(b, "Ping", &request);
}

static void test_wait_ends_at_the_deadline(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    world.idle = nothing_happens;
    submit_action(b, "a", action_within("Ping", 700));
    assert_int_equal(ami_conn_wait(b->conn, 500), 0);
    assert_int_equal(ami_conn_wait(b->conn, 500), 1);
    assert_int_equal(world.waited_ms, 200);
    submit_action(b, "b", action_within("Ping", 800));
    assert_int_equal(ami_conn_wait(b->conn, -1), 1);
    assert_int_equal(world.waited_ms, 800);
    assert_log(b, "a DONE AMI_E_TIMEOUT sent READY\n"
                  "b DONE AMI_E_TIMEOUT sent READY\n");
}

static void test_wait_is_interrupted(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    world.interrupted = true;
    assert_int_equal(ami_conn_wait(b->conn, -1), 0);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
}

/* ---- Pausing ----------------------------------------------------------------------------- */

static void test_pause_stops_reading(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    watch(b);
    ami_conn_pause(b->conn, true);
    assert_log(b, "notify - - never\n");
    world.recvs = 0;
    far_say(b, "Event: Hangup\r\n\r\n");
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 0);
    assert_int_equal(world.recvs, 0);
    ami_conn_pause(b->conn, false);
    assert_log(b, "notify fd R never\n");
    assert_int_equal(ami_conn_wait(b->conn, 0), 1);
    assert_log(b, "event Hangup\n");
}

static void test_paused_but_writing(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    ami_conn_pause(b->conn, true);
    submit(b, "a", "Ping");
    assert_string_equal(interest(b->conn), "fd W +60000");
    assert_int_equal(ami_conn_process(b->conn, AMI_WRITE), 0);
    assert_string_equal(interest(b->conn), "- - +60000");
    far_expect(b, "Ping", &request);
}

static void test_timers_run_while_paused(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "a", "Ping");
    ami_conn_pause(b->conn, true);
    world.idle = nothing_happens;
    assert_int_equal(ami_conn_wait(b->conn, -1), 1);
    assert_log(b, "a DONE AMI_E_TIMEOUT sent READY\n");
}

static void pause_it(struct bench *b)
{
    ami_conn_pause(b->conn, true);
}

static void test_pause_in_a_callback(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    b->when = "event A";
    b->deed = pause_it;
    far_say(b, "Event: A\r\n\r\nEvent: B\r\n\r\nEvent: C\r\n\r\nEvent: ");
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    far_say(b, "D\r\n\r\n");
    for (int i = 0; i < 3; i++)
        assert_int_equal(ami_conn_process(b->conn, AMI_READ), 0);
    assert_log(b, "event A\n");
    watch(b);
    b->when = "event B";
    b->deed = pause_it;
    ami_conn_pause(b->conn, false);
    assert_log(b, "notify fd R now\n");
    assert_int_equal(ami_conn_process(b->conn, 0), 1);
    assert_log(b, "event B\n"
                  "notify - - never\n");
    ami_conn_pause(b->conn, false);
    settle(b);
    assert_log(b, "notify fd R now\n"
                  "event C\n"
                  "event D\n"
                  "notify fd R never\n");
}

static void test_pause_in_on_state(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    on_events(b, NULL);
    far_open(b);
    b->opts.auth = AMI_AUTH_MD5;
    b->when = "state READY";
    b->deed = pause_it;
    far_log_in(b);
    far_say(b, "Event: A\r\n\r\n");
    settle(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n");
    ami_conn_pause(b->conn, false);
    settle(b);
    assert_log(b, "event A\n");
}

/* Nothing is lost: not what was buffered, not what came meanwhile, not the end. */
static void test_end_while_paused(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    b->when = "event A";
    b->deed = pause_it;
    far_say(b, "Event: A\r\n\r\nEvent: B\r\n\r\n");
    settle(b);
    far_say(b, "Event: C\r\n\r\n");
    far_close(b);
    assert_int_equal(settle(b), 0);
    ami_conn_pause(b->conn, false);
    assert_int_equal(settle(b), AMI_E_EOF);
    assert_log(b, "event A\n"
                  "event B\n"
                  "event C\n"
                  "state CLOSED from READY: AMI_E_EOF\n");
}

static void test_pause_before_start(void **state)
{
    struct bench *b = *state;

    mock_open(b, NULL);
    bench_new(b);
    ami_conn_pause(b->conn, true);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "fd W +10000");
    mock_until(b, "state LOGIN");
    assert_string_equal(interest(b->conn), "- - +10000");
    ami_conn_pause(b->conn, false);
    mock_until(b, "state READY");
}

/* ---- Closing ----------------------------------------------------------------------------- */

static void test_close_behind_what_is_queued(void **state)
{
    struct bench *b = *state;
    struct request a, logoff;

    far_ready(b);
    on_events(b, NULL);
    submit(b, "a", "ActionA");
    ami_conn_close(b->conn);
    settle(b);
    far_expect(b, "ActionA", &a);
    far_expect(b, "Logoff", &logoff);
    far_say(b, "Event: Hangup\r\n\r\n");
    far_answer(b, &a, "Success", "");
    far_answer(b, &logoff, "Goodbye", "Message: Thanks for all the fish.\r\n");
    settle(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_CLOSING);
    far_close(b);
    assert_int_equal(settle(b), AMI_E_CANCELLED);
    assert_log(b, "state CLOSING from READY\n"
                  "event Hangup\n"
                  "a DONE AMI_OK sent CLOSING\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
}

static void test_close_takes_two_seconds_at_most(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "a", "ActionA");
    ami_conn_process(b->conn, 0);
    ami_conn_close(b->conn);
    world.now += 1999;
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    assert_log(b, "state CLOSING from READY\n");
    assert_false(far_at_end(b));
    world.now += 1;
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_CANCELLED);
    assert_log(b, "a DONE AMI_E_LOST sent CLOSED\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
    assert_true(far_at_end(b));
}

static void test_close_before_start(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "ActionA");
    ami_conn_close(b->conn);
    assert_log(b, "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from IDLE: AMI_E_CANCELLED\n");
    assert_int_equal(ami_conn_start(b->conn), AMI_E_STATE);
}

static void test_close_while_connecting(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    bench_new(b);
    watch(b);
    submit(b, "a", "ActionA");
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    text_free(&b->log);
    ami_conn_close(b->conn);
    assert_log(b, "notify - - never\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from CONNECTING: AMI_E_CANCELLED\n");
}

static void test_close_before_ready(void **state)
{
    struct bench *b = *state;
    struct request request;

    for (int greeted = 0; greeted <= 1; greeted++) {
        bench_reset(b);
        bench_new(b);
        far_open(b);
        submit(b, "a", "ActionA");
        if (greeted)
            far_say(b, BANNER);
        settle(b);
        ami_conn_close(b->conn);
        assert_log(b, "state LOGIN from IDLE\n"
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from LOGIN: AMI_E_CANCELLED\n");
        assert_true(far_at_end(b));
        assert_int_equal(far_take(b, &request), greeted);
        assert_false(far_take(b, &request));
    }
}

static void test_close_refuses_submits(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    ami_conn_close(b->conn);
    assert_int_equal(try_submit(b, "a", "Ping"), AMI_E_STATE);
    far_close(b);
    settle(b);
    assert_int_equal(try_submit(b, "b", "Ping"), AMI_E_STATE);
    assert_log(b, "state CLOSING from READY\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
}

static void test_close_twice(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    ami_conn_close(b->conn);
    world.now += 500;
    ami_conn_close(b->conn);
    settle(b);
    assert_string_equal(interest(b->conn), "fd R +2000");
    far_expect(b, "Logoff", &request);
    assert_false(far_take(b, &request));
    far_close(b);
    settle(b);
    ami_conn_close(b->conn);
    assert_log(b, "state CLOSING from READY\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
}

/* A close after the end does not change the reason. */
static void test_close_after_the_end(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    far_close(b);
    settle(b);
    ami_conn_close(b->conn);
    assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_EOF);
    assert_log(b, "state CLOSED from READY: AMI_E_EOF\n");
}

/* Logoff goes out however much is in flight. */
static void test_close_with_a_full_queue(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct request request;

    far_ready(b);
    bench_reset(b);
    limits.in_flight = 1;
    b->opts.limits = &limits;
    far_ready(b);
    submit(b, "a", "ActionA");
    ami_conn_close(b->conn);
    settle(b);
    assert_log(b, "state CLOSING from READY\n");
    far_expect(b, "ActionA", &request);
    far_expect(b, "Logoff", &request);
}

static void test_close_with_a_full_output(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct request request;
    size_t count = 0;

    limits.output = 1000;
    b->opts.limits = &limits;
    far_ready(b);
    world.send_room = 0;
    while (try_submit(b, "a", "ActionA") == AMI_OK)
        count++;
    assert_true(count > 5);
    ami_conn_close(b->conn);
    world.send_room = -1;
    settle(b);
    assert_log(b, "state CLOSING from READY\n");
    while (count-- > 0)
        far_expect(b, "ActionA", &request);
    far_expect(b, "Logoff", &request);
}

static void test_close_while_paused(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    ami_conn_pause(b->conn, true);
    ami_conn_close(b->conn);
    assert_string_equal(interest(b->conn), "fd W +2000");
    settle(b);
    assert_string_equal(interest(b->conn), "- - +2000");
    far_expect(b, "Logoff", &request);
    world.now += 2000;
    assert_int_equal(settle(b), AMI_E_CANCELLED);
}

static void submit_and_close(struct bench *b)
{
    submit(b, "b", "ActionB");
    ami_conn_close(b->conn);
}

/* "Sends what is queued and Logoff." */
static void test_close_when_ready(void **state)
{
    struct bench *b = *state;
    struct request request;

    bench_new(b);
    submit(b, "a", "ActionA");
    b->when = "state READY";
    b->deed = submit_and_close;
    far_open(b);
    far_log_in(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n"
                  "state CLOSING from READY\n");
    far_expect(b, "ActionA", &request);
    far_expect(b, "ActionB", &request);
    far_expect(b, "Logoff", &request);
}

static void free_it(struct bench *b)
{
    bench_free(b);
}

static void close_it(struct bench *b)
{
    ami_conn_close(b->conn);
}

static void close_and_close(struct bench *b)
{
    b->when = "a DONE";
    b->deed = close_it;
    ami_conn_close(b->conn);
}

static void close_and_free(struct bench *b)
{
    b->when = "a DONE";
    b->deed = free_it;
    ami_conn_close(b->conn);
}

/* Closing may end an action that the server cannot take, and its callback may close or free. */
static void test_close_within_close(void **state)
{
    static void (*const deeds[])(struct bench *) = {close_and_close, close_and_free};
    static const char *const logs[] = {"a DONE AMI_E_LIMIT unsent READY\n"
                                       "state CLOSING from READY\n",
                                       "a DONE AMI_E_LIMIT unsent READY\n"};
    struct bench *b = *state;
    char value[301] = {0};

    memset(value, 'x', sizeof value - 1);
    b->opts.auth = AMI_AUTH_PLAIN;
    for (size_t i = 0; i < ARRAY_LEN(deeds); i++) {
        ami_action *action = ami_action_new("ActionA");

        assert_int_equal(ami_action_add(action, "Value", value), AMI_OK);
        bench_reset(b);
        bench_new(b);
        submit_action(b, "a", action);
        b->when = "state READY";
        b->deed = deeds[i];
        far_open(b);
        far_say(b, "Asterisk Call Manager/1.0\r\n");
        settle(b);
        far_serve(b, "Login", "Success", "");
        text_free(&b->log);
        int rc = ami_conn_process(b->conn, AMI_READ);
        assert_int_equal(rc, b->conn ? 1 : AMI_E_CANCELLED);
        assert_int_equal(strncmp(b->log.data, "state READY from LOGIN\n", 23), 0);
        assert_string_equal(b->log.data + 23, logs[i]);
    }
}

/* ---- Freeing ----------------------------------------------------------------------------- */

static void test_free_nothing(void **state)
{
    struct bench *b = *state;

    ami_conn_free(NULL);
    bench_new(b);
    bench_free(b);
    assert_log(b, "");
}

static void test_free_in_flight(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    on_events(b, NULL);
    submit(b, "a", "ActionA");
    ami_conn_process(b->conn, 0);
    submit(b, "b", "ActionB");
    bench_free(b);
    assert_log(b, "a DONE AMI_E_CANCELLED sent CLOSED\n"
                  "b DONE AMI_E_CANCELLED unsent CLOSED\n");
    assert_true(far_at_end(b));
    far_expect(b, "ActionA", &request);
    assert_false(far_take(b, &request));
}

static ami_conn *other_conn;

static void free_other(struct bench *b)
{
    (void)b;
    ami_conn_free(other_conn);
    other_conn = NULL;
}

/* Different connections are independent; one may be freed in a callback of another. */
static void test_free_another(void **state)
{
    struct bench *b = *state;
    struct ami_conn_opts opts = AMI_CONN_OPTS_INIT;
    int pair[2];

    opts.username = opts.secret = "u";
    opts.allocator = &b->alloc.allocator;
    assert_int_equal(ami_conn_new(&other_conn, &opts), AMI_OK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(ami_conn_start_fd(other_conn, pair[0]), AMI_OK);
    far_ready(b);
    on_events(b, NULL);
    b->when = "event A";
    b->deed = free_other;
    far_say(b, "Event: A\r\n\r\nEvent: B\r\n\r\n");
    assert_int_equal(settle(b), 0);
    assert_log(b, "event A\n"
                  "event B\n");
    assert_null(other_conn);
    close(pair[1]);
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_options),
    BENCH_TEST(test_options_missing),
    BENCH_TEST(test_tls_is_not_supported),
    BENCH_TEST(test_init_macros),
    BENCH_TEST(test_smaller_size),
    BENCH_TEST(test_larger_size),
    BENCH_TEST(test_options_are_copied),
    BENCH_TEST(test_state_names),
    BENCH_TEST(test_states_in_order),
    BENCH_TEST(test_logs_in_to_every_version),
    BENCH_TEST(test_login_on_the_wire),
    BENCH_TEST(test_ready_before_fully_booted),
    BENCH_TEST(test_ready_without_fully_booted),
    BENCH_TEST(test_trace_shows_no_secret),
    BENCH_TEST(test_secret_is_wiped),
    BENCH_TEST(test_works_without_callbacks),
    BENCH_TEST(test_login_byte_by_byte),
    BENCH_TEST(test_hosts),
    BENCH_TEST(test_localhost_is_ipv4_first),
    BENCH_TEST(test_socket_options),
    BENCH_TEST(test_host_name_is_not_supported),
    BENCH_TEST(test_start_only_once),
    BENCH_TEST(test_start_fd),
    BENCH_TEST(test_start_fd_of_another_kind),
    BENCH_TEST(test_process_before_start),
    BENCH_TEST(test_process_nothing),
    BENCH_TEST(test_process_something),
    BENCH_TEST(test_process_timer),
    BENCH_TEST(test_process_when_closed),
    BENCH_TEST(test_process_after_close),
    BENCH_TEST(test_held_actions_go_in_order),
    BENCH_TEST(test_held_actions_time_out),
    BENCH_TEST(test_timers_start_at_the_submit),
    BENCH_TEST(test_held_action_is_cancelled),
    BENCH_TEST(test_full_queue_does_not_stop_the_login),
    BENCH_TEST(test_full_output_does_not_stop_the_login),
    BENCH_TEST(test_held_action_is_too_long_for_the_server),
    BENCH_TEST(test_in_flight_at_the_end),
    BENCH_TEST(test_timeout_before_and_after_sending),
    BENCH_TEST(test_submit_after_the_end),
    BENCH_TEST(test_interest_in_each_state),
    BENCH_TEST(test_timeouts_can_be_off),
    BENCH_TEST(test_timeouts_of_ones_own),
    BENCH_TEST(test_notify_through_life),
    BENCH_TEST(test_notify_when_freed),
    BENCH_TEST(test_notify_can_be_replaced),
    BENCH_TEST(test_drop_without_fn),
    BENCH_TEST(test_notify_after_callbacks),
    BENCH_TEST(test_notify_of_cancel),
    BENCH_TEST(test_notify_of_the_next_address),
    BENCH_TEST(test_one_recv_for_what_is_there),
    BENCH_TEST(test_one_send_for_a_batch),
    BENCH_TEST(test_sends_in_pieces),
    BENCH_TEST(test_sends_before_it_dispatches),
    BENCH_TEST(test_wait_flushes_and_times_out),
    BENCH_TEST(test_wait_ends_at_the_deadline),
    BENCH_TEST(test_wait_is_interrupted),
    BENCH_TEST(test_pause_stops_reading),
    BENCH_TEST(test_paused_but_writing),
    BENCH_TEST(test_timers_run_while_paused),
    BENCH_TEST(test_pause_in_a_callback),
    BENCH_TEST(test_pause_in_on_state),
    BENCH_TEST(test_end_while_paused),
    BENCH_TEST(test_pause_before_start),
    BENCH_TEST(test_close_behind_what_is_queued),
    BENCH_TEST(test_close_takes_two_seconds_at_most),
    BENCH_TEST(test_close_before_start),
    BENCH_TEST(test_close_while_connecting),
    BENCH_TEST(test_close_before_ready),
    BENCH_TEST(test_close_refuses_submits),
    BENCH_TEST(test_close_twice),
    BENCH_TEST(test_close_after_the_end),
    BENCH_TEST(test_close_with_a_full_queue),
    BENCH_TEST(test_close_with_a_full_output),
    BENCH_TEST(test_close_while_paused),
    BENCH_TEST(test_close_when_ready),
    BENCH_TEST(test_close_within_close),
    BENCH_TEST(test_free_nothing),
    BENCH_TEST(test_free_in_flight),
    BENCH_TEST(test_free_another),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
