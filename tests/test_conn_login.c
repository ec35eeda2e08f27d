/* SPDX-License-Identifier: MIT */
/* The way to READY with a well-behaved server: states, and what goes over the wire. */
#include "peer.h"

#include <unistd.h>

/* ---- States ------------------------------------------------------------------------------ */

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
    static const char *const versions[] = {"1.0", "1.4", "1.8", "11", "13.0", "13.38", "16", "22"};
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

/* ---- On the wire ------------------------------------------------------------------------- */

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

/* ---- Secrets ----------------------------------------------------------------------------- */

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

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_states_in_order),           BENCH_TEST(test_logs_in_to_every_version),
    BENCH_TEST(test_ready_before_fully_booted), BENCH_TEST(test_ready_without_fully_booted),
    BENCH_TEST(test_login_on_the_wire),         BENCH_TEST(test_login_byte_by_byte),
    BENCH_TEST(test_trace_shows_no_secret),     BENCH_TEST(test_secret_is_wiped),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
