/* SPDX-License-Identifier: MIT */
/* Closing: in each state, behind what is queued, twice, within a callback of itself. */
#include "peer.h"

#include <unistd.h>

/* ---- In each state ----------------------------------------------------------------------- */

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

static void test_close_while_starting(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    bench_new(b);
    submit(b, "a", "Ping");
    b->when = "state CONNECTING";
    b->deed = close_it;
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from CONNECTING: AMI_E_CANCELLED\n");
    assert_int_equal(ami_conn_fd(b->conn), -1);
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

/* ---- Logoff, and the time it has --------------------------------------------------------- */

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

/* ---- Within a close ---------------------------------------------------------------------- */

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

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_close_before_start),
    BENCH_TEST(test_close_while_starting),
    BENCH_TEST(test_close_while_connecting),
    BENCH_TEST(test_close_before_ready),
    BENCH_TEST(test_close_when_ready),
    BENCH_TEST(test_close_twice),
    BENCH_TEST(test_close_after_the_end),
    BENCH_TEST(test_close_refuses_submits),
    BENCH_TEST(test_close_behind_what_is_queued),
    BENCH_TEST(test_close_takes_two_seconds_at_most),
    BENCH_TEST(test_close_with_a_full_queue),
    BENCH_TEST(test_close_with_a_full_output),
    BENCH_TEST(test_close_within_close),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
