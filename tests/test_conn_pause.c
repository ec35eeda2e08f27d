/* SPDX-License-Identifier: MIT */
/* A paused connection reads nothing, and loses nothing; it writes, times out and closes. */
#include "peer.h"

#include <unistd.h>

/* ---- What goes on ------------------------------------------------------------------------ */

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

/* ---- Paused in a callback ---------------------------------------------------------------- */

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

/* ---- The end meanwhile ------------------------------------------------------------------- */

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

static void test_write_fails_while_paused(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    far_say(b, "Event: A\r\n\r\n");
    far_close(b);
    ami_conn_pause(b->conn, true);
    submit(b, "a", "Ping");
    assert_int_equal(settle(b), 0);
    assert_string_equal(interest(b->conn), "- - +60000");
    ami_conn_pause(b->conn, false);
    assert_true(settle(b) < 0);
    assert_true(was_logged(b, "event A\na DONE AMI_E_NOT_SENT unsent CLOSED\n"));
}

/* The same, paused by what is read before the break is told. */
static void test_write_fails_and_pause_in_a_callback(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    b->when = "event A";
    b->deed = pause_it;
    far_say(b, "Event: A\r\n\r\nEvent: B\r\n\r\n");
    far_close(b);
    submit(b, "a", "Ping");
    assert_int_equal(settle(b), 0);
    assert_log(b, "event A\n");
    ami_conn_pause(b->conn, false);
    assert_true(settle(b) < 0);
    assert_true(was_logged(b, "event B\na DONE AMI_E_NOT_SENT unsent CLOSED\n"));
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_pause_stops_reading),      BENCH_TEST(test_paused_but_writing),
    BENCH_TEST(test_timers_run_while_paused),  BENCH_TEST(test_pause_before_start),
    BENCH_TEST(test_close_while_paused),       BENCH_TEST(test_pause_in_a_callback),
    BENCH_TEST(test_pause_in_on_state),        BENCH_TEST(test_end_while_paused),
    BENCH_TEST(test_write_fails_while_paused), BENCH_TEST(test_write_fails_and_pause_in_a_callback),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
