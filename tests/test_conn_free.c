/* SPDX-License-Identifier: MIT */
/* Freeing: at any time, also within start, close, and the free itself. */
#include "peer.h"

#include <sys/socket.h>
#include <unistd.h>

/* ---- Outside of callbacks ---------------------------------------------------------------- */

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

/* ---- In callbacks of start and process --------------------------------------------------- */

static void test_free_while_starting(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    bench_new(b);
    submit(b, "a", "Ping");
    b->when = "state CONNECTING";
    b->deed = free_it;
    assert_int_equal(ami_conn_start(b->conn), AMI_E_CANCELLED);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "a DONE AMI_E_CANCELLED unsent CLOSED\n");
}

static void test_free_when_connecting_failed(void **state)
{
    static const char *const whens[] = {"a DONE", "state CLOSED"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(whens); i++) {
        bench_reset(b);
        listen_on(b, false, 0, 8);
        stop_listening(b);
        bench_new(b);
        submit(b, "a", "Ping");
        b->when = whens[i];
        b->deed = free_it;
        int rc = ami_conn_start(b->conn);
        for (int n = 0; n < 100000 && b->conn; n++)
            rc = ami_conn_wait(b->conn, 0);
        assert_null(b->conn);
        assert_int_equal(rc, AMI_E_CANCELLED);
    }
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

/* ---- In callbacks of close and free ------------------------------------------------------ */

static void test_free_in_close(void **state)
{
    static const char *const whens[] = {"state CLOSING", "a DONE", "state CLOSED"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(whens); i++) {
        bench_reset(b);
        if (i == 0)
            far_ready(b);
        else
            bench_new(b);
        submit(b, "a", "ActionA");
        b->when = whens[i];
        b->deed = free_it;
        ami_conn_close(b->conn);
        assert_null(b->conn);
    }
}

/* Freed in the CANCELLED that this very free delivers, or a cancel or close outside of process. */
static void free_again(struct bench *b)
{
    ami_conn_free(b->conn);
}

static void test_free_in_free(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    b->when = "a DONE";
    b->deed = free_again;
    bench_free(b);
    assert_log(b, "a DONE AMI_E_CANCELLED unsent CLOSED\n"
                  "b DONE AMI_E_CANCELLED unsent CLOSED\n");
}

static void hook_it(struct bench *b)
{
    ami_conn_set_notify(b->conn, NULL, b, log_drop);
}

/* drop is the last to be called, whenever it was set. */
static void test_hook_set_in_free(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "ActionA");
    b->when = "a DONE";
    b->deed = hook_it;
    bench_free(b);
    assert_log(b, "a DONE AMI_E_CANCELLED unsent CLOSED\n"
                  "drop\n");
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

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_free_nothing),        BENCH_TEST(test_free_in_flight),
    BENCH_TEST(test_free_while_starting), BENCH_TEST(test_free_when_connecting_failed),
    BENCH_TEST(test_free_another),        BENCH_TEST(test_free_in_close),
    BENCH_TEST(test_free_in_free),        BENCH_TEST(test_hook_set_in_free),
    BENCH_TEST(test_drop_without_fn),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
