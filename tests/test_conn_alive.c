/* SPDX-License-Identifier: MIT */
/* Keep-alive: a silent link is asked, and what does not answer is over. */
#include "peer.h"

#include <unistd.h>

enum { KEEPALIVE = 30000, PONG = 10000 };

/* READY, with keep-alive as by default. */
static void begin(struct bench *b)
{
    b->opts.keepalive_ms = 0;
    bench_reset(b);
    far_ready(b);
}

static void pass(struct bench *b, int ms)
{
    world.now += ms;
    settle(b);
}

/* Whether a Ping has come; no other action has. */
static bool is_asked(struct bench *b, struct request *ping)
{
    bool came = far_take(b, ping);

    if (came)
        assert_string_equal(ping->name, "Ping");
    return came;
}

static void expect_silence(struct bench *b)
{
    struct request request;

    settle(b);
    assert_false(is_asked(b, &request));
}

static void expect_ping(struct bench *b, struct request *ping)
{
    settle(b);
    assert_true(is_asked(b, ping));
}

/* ---- Asking ------------------------------------------------------------------------------ */

static void test_a_silent_link_is_asked_again_and_again(void **state)
{
    struct bench *b = *state;
    struct request ping;

    begin(b);
    on_events(b, NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ami_conn_deadline(b->conn), world.now + KEEPALIVE);
        pass(b, KEEPALIVE - 1);
        expect_silence(b);
        pass(b, 1);
        expect_ping(b, &ping);
        assert_int_equal(ami_conn_deadline(b->conn), world.now + PONG);
        pass(b, PONG - 1);
        far_answer(b, &ping, "Success", "Ping: Pong\r\n");
        settle(b);
    }
    assert_log(b, "");
}

/* Its buffers are then as small as before, however long the messages were. */
static void test_a_silent_link_needs_little(void **state)
{
    struct bench *b = *state;
    struct text bytes = {0};
    struct request ping;

    begin(b);
    on_events(b, NULL);
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    size_t little = b->alloc.bytes;
    far_answer(b, &ping, "Success", "Ping: Pong\r\n");
    text_add(&bytes, "Event: Long\r\n");
    for (int i = 0; i < 3000; i++)
        text_add(&bytes, "X: 1\r\n");
    text_add(&bytes, "\r\n");
    far_say(b, bytes.data);
    text_free(&bytes);
    settle(b);
    assert_log(b, "event Long\n");
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    assert_in_range(b->alloc.bytes, 1, little + 1024);
}

static void test_any_byte_is_a_sign_of_life(void **state)
{
    static const char *const signs[] = {"Event: Hangup\r\n\r\n", "E", "\r\n",
                                        "Response: Success\r\nActionID: nobody's\r\n\r\n"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        begin(b);
        pass(b, KEEPALIVE - 1);
        far_say(b, signs[i]);
        settle(b);
        assert_int_equal(ami_conn_deadline(b->conn), world.now + KEEPALIVE);
        pass(b, KEEPALIVE - 1);
        expect_silence(b);
    }
}

static void test_own_actions_are_no_sign_of_life(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin(b);
    pass(b, KEEPALIVE - 1);
    submit(b, "a", "Silent");
    settle(b);
    far_expect(b, "Silent", &request);
    pass(b, 1);
    expect_ping(b, &request);
}

static void test_times_of_the_program(void **state)
{
    struct bench *b = *state;
    struct request ping;

    b->opts.pong_timeout_ms = 7;
    b->opts.keepalive_ms = 50;
    far_ready(b);
    pass(b, 50);
    expect_ping(b, &ping);
    assert_int_equal(ami_conn_deadline(b->conn), world.now + 7);
    pass(b, 7);
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

static void test_keepalive_is_off(void **state)
{
    struct bench *b = *state;

    b->opts.keepalive_ms = -1;
    far_ready(b);
    assert_true(ami_conn_deadline(b->conn) == AMI_NEVER);
    pass(b, 86400000);
    expect_silence(b);
}

static void test_nothing_is_asked_in_closing(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin(b);
    world.now += KEEPALIVE - 1;
    ami_conn_close(b->conn);
    settle(b);
    far_expect(b, "Logoff", &request);
    pass(b, 1000);
    expect_silence(b);
}

/* ---- No answer --------------------------------------------------------------------------- */

static void test_no_pong_is_the_end(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin(b);
    submit(b, "a", "Silent");
    settle(b);
    far_expect(b, "Silent", &request);
    pass(b, KEEPALIVE);
    expect_ping(b, &request);
    pass(b, PONG - 1);
    assert_log(b, "");
    pass(b, 1);
    assert_log(b, "a DONE AMI_E_LOST sent CLOSED\n"
                  "state CLOSED from READY: AMI_E_KEEPALIVE\n");
    assert_string_equal(ami_conn_error(b->conn)->text,
                        "no answer to a Ping, nothing heard for 40000 ms");
    assert_int_equal(ami_conn_wait(b->conn, 0), AMI_E_KEEPALIVE);
}

static void test_other_bytes_instead_of_a_pong(void **state)
{
    struct bench *b = *state;
    struct request ping;

    begin(b);
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    far_say(b, "Event: Hangup\r\n");
    settle(b);
    pass(b, KEEPALIVE - 1);
    assert_log(b, "");
    expect_silence(b);
}

/* Whatever it says instead, the questions do not pile up. */
static void test_never_a_pong(void **state)
{
    struct bench *b = *state;
    struct request first, ping;

    begin(b);
    pass(b, KEEPALIVE);
    expect_ping(b, &first);
    for (int i = 0; i < 10; i++) {
        far_say(b, "Event: Hangup\r\n\r\n");
        settle(b);
        pass(b, KEEPALIVE);
        expect_ping(b, &ping);
        assert_int_equal(ami_conn_stats(b->conn)->in_flight, 1);
        assert_int_equal(ami_conn_deadline(b->conn), world.now + PONG);
    }
    far_answer(b, &first, "Success", ""); /* also that is a sign of life */
    settle(b);
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    pass(b, PONG);
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

/* A server that says other things takes nothing: it is not asked again before it takes that. */
static void test_a_ping_that_is_not_taken(void **state)
{
    struct bench *b = *state;
    struct request ping;

    begin(b);
    world.send_room = 0;
    pass(b, KEEPALIVE);
    size_t asked = ami_conn_stats(b->conn)->output;
    for (int i = 0; i < 10; i++) {
        far_say(b, "Event: Hangup\r\n\r\n");
        settle(b);
        pass(b, KEEPALIVE);
        assert_int_equal(ami_conn_stats(b->conn)->output, asked);
        assert_int_equal(ami_conn_stats(b->conn)->in_flight, 1);
        assert_int_equal(ami_conn_deadline(b->conn), world.now + PONG);
    }
    world.send_room = -1;
    expect_ping(b, &ping);
    expect_silence(b);
}

/* A pong is lost when it comes behind a message that was cut: the next silence asks anew. */
static void test_a_lost_pong(void **state)
{
    struct bench *b = *state;
    struct request ping;

    begin(b);
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    far_say(b, "Event: Cut\r\n");
    far_answer(b, &ping, "Success", "Ping: Pong\r\n");
    settle(b);
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    far_answer(b, &ping, "Success", "Ping: Pong\r\n");
    pass(b, PONG);
    assert_log(b, "");
    assert_int_equal(ami_conn_stats(b->conn)->in_flight, 0);
}

/* The program slept over both deadlines: that is not the server's silence. */
static void test_a_program_that_slept(void **state)
{
    struct bench *b = *state;
    struct request ping;

    begin(b);
    pass(b, 10 * KEEPALIVE);
    expect_ping(b, &ping);
    far_answer(b, &ping, "Success", "");
    world.now += PONG;
    assert_int_equal(ami_conn_process(b->conn, 0),
                     0); /* a timer alone, while the answer is there */
    assert_log(b, "");
    assert_int_equal(ami_conn_deadline(b->conn), world.now + KEEPALIVE);
}

static void test_paused(void **state)
{
    struct bench *b = *state;
    struct request ping;

    begin(b);
    ami_conn_pause(b->conn, true);
    assert_true(ami_conn_deadline(b->conn) == AMI_NEVER);
    pass(b, 10 * KEEPALIVE);
    expect_silence(b);
    ami_conn_pause(b->conn, false);
    expect_ping(b, &ping);
    pass(b, PONG - 1);
    ami_conn_pause(b->conn, true);
    assert_true(ami_conn_deadline(b->conn) == AMI_NEVER);
    pass(b, PONG);
    ami_conn_pause(b->conn, false);
    settle(b);
    assert_int_equal(ami_conn_deadline(b->conn), world.now + PONG);
    pass(b, PONG);
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

/* Resuming what was not paused gives no more time. */
static void test_resumed_again_and_again(void **state)
{
    struct bench *b = *state;
    struct request ping;

    begin(b);
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    for (int i = 0; i < 10; i++) {
        pass(b, PONG / 10);
        ami_conn_pause(b->conn, false);
    }
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

/* ---- A server that is blocked ------------------------------------------------------------- */

static ami_id submit_call(struct bench *b, int timeout_ms)
{
    ami_action *call = action_within("Originate", timeout_ms);

    ami_action_add(call, "Channel", "PJSIP/100");
    ami_id id = submit_action(b, "call", call);
    settle(b);
    return id;
}

static void test_a_call_rings_for_long(void **state)
{
    struct bench *b = *state;
    struct request call, ping;

    begin(b);
    submit_call(b, 200000);
    far_expect(b, "Originate", &call);
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    assert_int_equal(ami_conn_deadline(b->conn), CLOCK_START + 200000);
    pass(b, 150000);
    assert_log(b, "");
    far_answer(b, &call, "Success", "");
    pass(b, 0);
    assert_log(b, "call DONE AMI_OK sent READY\n");
    assert_int_equal(ami_conn_deadline(b->conn), world.now + KEEPALIVE);
}

/* When the call's own time is over, the server should be heard again. */
static void test_a_call_that_never_ends(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin(b);
    submit_call(b, 200000);
    far_expect(b, "Originate", &request);
    pass(b, KEEPALIVE);
    expect_ping(b, &request);
    pass(b, 200000 - KEEPALIVE);
    assert_log(b, "call DONE AMI_E_TIMEOUT sent READY\n");
    pass(b, PONG - 1);
    assert_log(b, "");
    pass(b, 1);
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

/* The server knows nothing of a cancel: it goes on with the call. */
static void test_a_call_that_is_cancelled(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin(b);
    ami_id id = submit_call(b, 200000);
    far_expect(b, "Originate", &request);
    pass(b, KEEPALIVE);
    expect_ping(b, &request);
    ami_cancel(ami_conn_session(b->conn), id);
    assert_log(b, "call DONE AMI_E_CANCELLED sent READY\n");
    pass(b, 200000 - KEEPALIVE + PONG - 1);
    assert_log(b, "");
    pass(b, 1);
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

static void test_a_cancelled_call_is_answered(void **state)
{
    struct bench *b = *state;
    struct request call, ping;

    begin(b);
    ami_id id = submit_call(b, 200000);
    far_expect(b, "Originate", &call);
    ami_cancel(ami_conn_session(b->conn), id);
    far_answer(b, &call, "Success", "");
    settle(b);
    assert_log(b, "call DONE AMI_E_CANCELLED sent READY\n");
    pass(b, KEEPALIVE);
    expect_ping(b, &ping);
    pass(b, PONG);
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

/* Nobody knows for how long it goes on: it has the usual time from the cancel on. */
static void test_a_call_without_a_time_is_cancelled(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin(b);
    ami_id id = submit_call(b, -1);
    far_expect(b, "Originate", &request);
    pass(b, KEEPALIVE);
    expect_ping(b, &request);
    world.now += 500000;
    ami_cancel(ami_conn_session(b->conn), id);
    pass(b, PONG - 1);
    assert_log(b, "call DONE AMI_E_CANCELLED sent READY\n");
    pass(b, 1);
    assert_log(b, "state CLOSED from READY: AMI_E_KEEPALIVE\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        BENCH_TEST(test_a_silent_link_is_asked_again_and_again),
        BENCH_TEST(test_a_silent_link_needs_little),
        BENCH_TEST(test_any_byte_is_a_sign_of_life),
        BENCH_TEST(test_own_actions_are_no_sign_of_life),
        BENCH_TEST(test_times_of_the_program),
        BENCH_TEST(test_keepalive_is_off),
        BENCH_TEST(test_nothing_is_asked_in_closing),
        BENCH_TEST(test_no_pong_is_the_end),
        BENCH_TEST(test_other_bytes_instead_of_a_pong),
        BENCH_TEST(test_never_a_pong),
        BENCH_TEST(test_a_ping_that_is_not_taken),
        BENCH_TEST(test_a_lost_pong),
        BENCH_TEST(test_a_program_that_slept),
        BENCH_TEST(test_paused),
        BENCH_TEST(test_resumed_again_and_again),
        BENCH_TEST(test_a_call_rings_for_long),
        BENCH_TEST(test_a_call_that_never_ends),
        BENCH_TEST(test_a_call_that_is_cancelled),
        BENCH_TEST(test_a_cancelled_call_is_answered),
        BENCH_TEST(test_a_call_without_a_time_is_cancelled),
    };

    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
