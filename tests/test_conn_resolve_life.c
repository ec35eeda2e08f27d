/* SPDX-License-Identifier: MIT */
/* A look-up under way: what a loop is told, and how it is given up, whoever ends first: the
 * connection or the thread. */
#include "fake_resolver.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { CONNECTIONS = 64 };

/* ---- What a loop is told ----------------------------------------------------------------- */

/* The socket has a call of its own, though it has the number that the pipe had. */
static void test_notify(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    resolver_hold();
    resolver_finds("127.0.0.1");
    bench_new(b);
    watch(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_log(b, "state RESOLVING from IDLE\n"
                  "notify fd R +10000\n");
    int fd = ami_conn_fd(b->conn);
    resolver_release();
    resolver_answered(b);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    assert_log(b, "notify - - +10000\n"
                  "state CONNECTING from RESOLVING\n"
                  "notify fd W +10000\n");
    assert_int_equal(ami_conn_fd(b->conn), fd);
}

static void test_notify_when_it_fails(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    watch(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    resolver_answered(b);
    ami_conn_process(b->conn, AMI_READ);
    assert_log(b, "state RESOLVING from IDLE\n"
                  "notify fd R +10000\n"
                  "notify - - never\n"
                  "state CLOSED from RESOLVING: AMI_E_RESOLVE\n");
}

static void test_process_too_early(void **state)
{
    struct bench *b = *state;

    resolver_hold();
    resolver_start(b);
    for (int ready = 0; ready <= (AMI_READ | AMI_WRITE); ready++)
        assert_int_equal(ami_conn_process(b->conn, ready), 0);
    assert_int_equal(ami_conn_wait(b->conn, 0), 0);
    assert_string_equal(interest(b->conn), "fd R +10000");
    assert_log(b, "state RESOLVING from IDLE\n");
}

/* There is nothing to hold back yet. */
static void test_pause(void **state)
{
    struct bench *b = *state;

    mock_open(b, NULL);
    resolver_finds("127.0.0.1");
    bench_new(b);
    ami_conn_pause(b->conn, true);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "fd R +10000");
    resolver_answered(b);
    mock_until(b, "state LOGIN");
    ami_conn_pause(b->conn, false);
    mock_until(b, "state READY");
}

/* ---- The thread -------------------------------------------------------------------------- */

/* The thread alone: the mask of the caller is what it was. */
static void test_thread_is_deaf(void **state)
{
    struct bench *b = *state;
    sigset_t mask, none;

    sigemptyset(&none);
    mask = none;
    sigaddset(&mask, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    resolver_start(b);
    pthread_sigmask(SIG_SETMASK, &none, &mask);
    for (int sig = 1; sig <= SIGRTMAX; sig++)
        assert_int_equal(sigismember(&mask, sig), sig == SIGUSR1);
    resolver_await(1);
    assert_true(resolver_seen().deaf);
}

/* Neither end of the pipe goes to another program, and none makes the caller wait. */
static void test_pipe_flags(void **state)
{
    struct bench *b = *state;
    bool open[64];
    int made = 0;

    for (int fd = 0; fd < 64; fd++)
        open[fd] = fcntl(fd, F_GETFD) >= 0;
    resolver_hold();
    resolver_start(b);
    for (int fd = 0; fd < 64; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (open[fd] || flags < 0)
            continue;
        made++;
        assert_true(flags & FD_CLOEXEC);
    }
    assert_int_equal(made, 2);
    assert_true(fcntl(ami_conn_fd(b->conn), F_GETFL) & O_NONBLOCK);
}

/* ---- Giving up --------------------------------------------------------------------------- */

static void test_timeout(void **state)
{
    struct bench *b = *state;

    resolver_hold();
    resolver_start(b);
    submit(b, "a", "Ping");
    resolver_await(1);
    world.now += 9999;
    assert_int_equal(settle(b), 0);
    world.now += 1;
    assert_int_equal(settle(b), AMI_E_TIMEOUT);
    assert_log(b, "state RESOLVING from IDLE\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from RESOLVING: AMI_E_TIMEOUT\n");
    assert_string_equal(ami_conn_error(b->conn)->text,
                        "pbx.example was not resolved within 10000 ms");
}

static void test_without_timeout(void **state)
{
    struct bench *b = *state;

    b->opts.connect_timeout_ms = -1;
    resolver_hold();
    resolver_start(b);
    assert_string_equal(interest(b->conn), "fd R never");
    world.now += 1000000000;
    assert_int_equal(settle(b), 0);
}

/* An answer that is there at the last moment is taken. */
static void test_answer_at_the_deadline(void **state)
{
    struct bench *b = *state;

    resolver_start(b);
    resolver_answered(b);
    world.now += 10000;
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_RESOLVE);
}

/* The timers of actions run meanwhile. */
static void test_action_times_out(void **state)
{
    struct bench *b = *state;

    resolver_hold();
    resolver_start(b);
    submit_action(b, "a", action_within("Ping", 100));
    assert_string_equal(interest(b->conn), "fd R +100");
    world.now += 100;
    settle(b);
    assert_log(b, "state RESOLVING from IDLE\n"
                  "a DONE AMI_E_NOT_SENT unsent RESOLVING\n");
}

static void close_and_free(struct bench *b)
{
    close_it(b);
    assert_log(b, "state RESOLVING from IDLE\n"
                  "state CLOSED from RESOLVING: AMI_E_CANCELLED\n");
    assert_int_equal(count_dir("/proc/self/task"), b->threads + 1);
    bench_free(b);
}

static void (*const ways_out[])(struct bench *) = {free_it, close_it, close_and_free};

/* The connection goes first; the thread, with its memory and its end of the pipe, when it can. */
static void test_given_up_in_the_look_up(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(ways_out); i++) {
        resolver_reset(b);
        resolver_finds("127.0.0.1");
        resolver_hold();
        resolver_start(b);
        int fd = ami_conn_fd(b->conn);
        resolver_await(1);
        ways_out[i](b);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
        assert_int_equal(count_dir("/proc/self/task"), b->threads + 1);
    }
}

/* The thread goes first, and nobody reads what it said. */
static void test_given_up_after_the_look_up(void **state)
{
    static void (*const after[])(struct bench *) = {free_it, close_it};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        resolver_reset(b);
        resolver_finds("127.0.0.1");
        resolver_start(b);
        resolver_answered(b);
        after[i](b);
        assert_false(was_logged(b, "CONNECTING"));
    }
}

/* Neither waits for the other. */
static void test_given_up_at_once(void **state)
{
    struct bench *b = *state;

    for (int i = 0; i < CONNECTIONS; i++) {
        resolver_start(b);
        bench_free(b);
        b->freed = false;
    }
    assert_int_equal(resolver_seen().threads, CONNECTIONS);
}

static const struct {
    const char *when;
    void (*deed)(struct bench *);
    const char *found;
    int lookups, result;
} places[] = {
    {"state RESOLVING", free_it, "", 0, AMI_E_CANCELLED},
    {"state RESOLVING", close_it, "", 0, AMI_OK},
    {"state CONNECTING", free_it, "127.0.0.1", 1, AMI_E_CANCELLED},
    {"state CONNECTING", close_it, "127.0.0.1", 1, AMI_E_CANCELLED},
    {"state CLOSED from RESOLVING", free_it, "?127.0.0.1", 1, AMI_E_CANCELLED},
};

static void test_given_up_in_a_callback(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        resolver_reset(b);
        resolver_finds(places[i].found);
        b->when = places[i].when;
        b->deed = places[i].deed;
        bench_new(b);
        int result = ami_conn_start(b->conn);
        if (places[i].lookups > 0) {
            assert_int_equal(result, AMI_OK);
            resolver_answered(b);
            result = ami_conn_process(b->conn, AMI_READ);
        }
        assert_int_equal(result, places[i].result);
        assert_int_equal(resolver_seen().threads, places[i].lookups);
        assert_null(b->deed);
    }
}

/* ---- Many, and little memory ------------------------------------------------------------- */

static void count_state(ami_conn *conn, const struct ami_state_info *info, void *counts)
{
    (void)conn;
    ++((int *)counts)[info->state];
}

/* All at the same time in their look-ups; every other one is given up there. */
static void test_many(void **state)
{
    struct bench *b = *state;
    ami_conn *conns[CONNECTIONS];
    int counts[AMI_STATE_CLOSED + 1] = {0};

    mock_open(b, NULL);
    resolver_finds("127.0.0.2 127.0.0.1");
    resolver_hold();
    b->opts.on_state = count_state;
    b->opts.user = counts;
    for (int i = 0; i < CONNECTIONS; i++) {
        assert_int_equal(ami_conn_new(&conns[i], &b->opts), AMI_OK);
        assert_int_equal(ami_conn_start(conns[i]), AMI_OK);
    }
    resolver_await(CONNECTIONS);
    assert_int_equal(count_dir("/proc/self/task"), b->threads + CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i += 2)
        ami_conn_free(conns[i]);
    resolver_release();
    for (int i = 1; i < CONNECTIONS; i += 2) {
        b->conn = conns[i];
        resolver_answered(b);
    }
    b->conn = NULL;
    while (counts[AMI_STATE_READY] < CONNECTIONS / 2) {
        assert_int_equal(ami_mock_server_pump(b->server, 0), 0);
        for (int i = 1; i < CONNECTIONS; i += 2)
            assert_true(ami_conn_wait(conns[i], 0) >= 0);
    }
    for (int i = 1; i < CONNECTIONS; i += 2)
        ami_conn_free(conns[i]);
    assert_int_equal(counts[AMI_STATE_RESOLVING], CONNECTIONS);
    assert_int_equal(counts[AMI_STATE_CLOSED], 0);
}

/* Each allocation from the connection's own memory fails once; the look-up takes none of it. */
static void test_each_allocation_fails(void **state)
{
    struct bench *b = *state;
    bool ready = false;

    for (size_t fail_at = 1; !ready; fail_at++) {
        assert_true(fail_at < 1000);
        resolver_reset(b);
        mock_open(b, NULL);
        resolver_finds("127.0.0.1");
        test_alloc_init(&b->alloc, fail_at);
        if (ami_conn_new(&b->conn, &b->opts) < 0)
            continue;
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        size_t asked = b->alloc.asked;
        resolver_answered(b);
        assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
        assert_int_equal(b->alloc.asked, asked);
        for (int rc = 0; rc >= 0 && !was_logged(b, "state READY");) {
            assert_int_equal(ami_mock_server_pump(b->server, 0), 0);
            rc = ami_conn_wait(b->conn, 0);
        }
        ready = b->alloc.asked < fail_at;
        assert_int_equal(was_logged(b, "state READY") || was_logged(b, "AMI_E_NOMEM"), true);
    }
}

static const struct CMUnitTest tests[] = {
    RESOLVER_TEST(test_notify),
    RESOLVER_TEST(test_notify_when_it_fails),
    RESOLVER_TEST(test_process_too_early),
    RESOLVER_TEST(test_pause),
    RESOLVER_TEST(test_thread_is_deaf),
    RESOLVER_TEST(test_pipe_flags),
    RESOLVER_TEST(test_timeout),
    RESOLVER_TEST(test_without_timeout),
    RESOLVER_TEST(test_answer_at_the_deadline),
    RESOLVER_TEST(test_action_times_out),
    RESOLVER_TEST(test_given_up_in_the_look_up),
    RESOLVER_TEST(test_given_up_after_the_look_up),
    RESOLVER_TEST(test_given_up_at_once),
    RESOLVER_TEST(test_given_up_in_a_callback),
    RESOLVER_TEST(test_many),
    RESOLVER_TEST(test_each_allocation_fails),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
