/* SPDX-License-Identifier: MIT */
/* What an event loop is told: the descriptor, its events, the deadline, and by the notify hook when
 * they change. */
#include "peer.h"

#include <unistd.h>

/* ---- Descriptor, events, deadline -------------------------------------------------------- */

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

/* ---- Notify ------------------------------------------------------------------------------ */

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

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_interest_in_each_state),     BENCH_TEST(test_timeouts_can_be_off),
    BENCH_TEST(test_timeouts_of_ones_own),       BENCH_TEST(test_notify_through_life),
    BENCH_TEST(test_notify_when_freed),          BENCH_TEST(test_notify_can_be_replaced),
    BENCH_TEST(test_notify_after_callbacks),     BENCH_TEST(test_notify_of_cancel),
    BENCH_TEST(test_notify_of_the_next_address),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
