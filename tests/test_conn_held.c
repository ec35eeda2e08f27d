/* SPDX-License-Identifier: MIT */
/* Actions submitted before READY are held until then; timeouts of actions, sent or not. */
#include "peer.h"

#include <unistd.h>

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

/* ---- Timeouts ---------------------------------------------------------------------------- */

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

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_held_actions_go_in_order),
    BENCH_TEST(test_held_action_is_cancelled),
    BENCH_TEST(test_full_queue_does_not_stop_the_login),
    BENCH_TEST(test_full_output_does_not_stop_the_login),
    BENCH_TEST(test_held_action_is_too_long_for_the_server),
    BENCH_TEST(test_held_actions_time_out),
    BENCH_TEST(test_timers_start_at_the_submit),
    BENCH_TEST(test_timeout_before_and_after_sending),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
