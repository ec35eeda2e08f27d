/* SPDX-License-Identifier: MIT */
/* What process and wait do: what they return, how they send and receive, how long wait sleeps. */
#include "peer.h"

#include <unistd.h>

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

/* Which loop there is beside it no longer has to wait for that. */
static void test_an_interrupted_wait_tells_what_it_sent(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    watch(b);
    submit(b, "a", "Ping");
    text_free(&b->log);
    world.interrupted = true;
    assert_int_equal(ami_conn_wait(b->conn, -1), 0);
    assert_log(b, "notify fd R +60000\n");
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_process_before_start),
    BENCH_TEST(test_process_nothing),
    BENCH_TEST(test_process_something),
    BENCH_TEST(test_process_timer),
    BENCH_TEST(test_process_when_closed),
    BENCH_TEST(test_process_after_close),
    BENCH_TEST(test_one_recv_for_what_is_there),
    BENCH_TEST(test_one_send_for_a_batch),
    BENCH_TEST(test_sends_in_pieces),
    BENCH_TEST(test_sends_before_it_dispatches),
    BENCH_TEST(test_wait_flushes_and_times_out),
    BENCH_TEST(test_wait_ends_at_the_deadline),
    BENCH_TEST(test_wait_is_interrupted),
    BENCH_TEST(test_an_interrupted_wait_tells_what_it_sent),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
