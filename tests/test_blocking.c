/* SPDX-License-Identifier: MIT */
/* While an action blocks the server, the timers of those behind it stand still. */
#include "talk.h"

#define CALL          "Originate\nChannel: PJSIP/100"
#define TIMED_OUT(id) id " DONE TIMEOUT -\n"

static struct talk t;

static int begin(void **state)
{
    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(talk_feed(&t, BANNER), AMI_OK);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    talk_end(&t);
    return 0;
}

static ami_id submit_within(const char *headers, int ms)
{
    ami_action *action = talk_action(headers);
    ami_id id;

    assert_int_equal(ami_action_timeout(action, ms), AMI_OK);
    assert_int_equal(ami_submit(t.session, action, talk_on_reply, &t, &id), AMI_OK);
    ami_action_free(action);
    return id;
}

/* A call of 100 seconds, and an action of 10 behind it; both sent at 0. */
static ami_id submit_both(const char *call)
{
    ami_id id = submit_within(call, 100000);

    submit_within("Ping", 10000);
    talk_sent(&t);
    talk_tick(&t, 0);
    return id;
}

/* ---- What blocks ------------------------------------------------------------------------- */

static void actions_that_block(void **state)
{
    static const char *const blockers[] = {CALL, "originate\nChannel: x\nAsync: false", "WaitEvent",
                                           "WaitEvent\nTimeout: -1"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(blockers); i++) {
        submit_both(blockers[i]);
        talk_tick(&t, 99999);
        talk_expect(&t, "");
        finish(NULL);
        begin(NULL);
    }
}

static void actions_that_do_not(void **state)
{
    static const char *const others[] = {CALL "\nAsync: true", CALL "\nasync: yes", "Ping",
                                         "Command\nCommand: core waitfullybooted"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        submit_both(others[i]);
        talk_tick(&t, 10000);
        talk_expect(&t, TIMED_OUT("2"));
        finish(NULL);
        begin(NULL);
    }
}

static void what_stands_before_it_has_its_time(void **state)
{
    (void)state;
    submit_within("Ping", 10000);
    submit_both(CALL);
    talk_tick(&t, 10000);
    talk_expect(&t, TIMED_OUT("1"));
}

static void what_is_not_sent_blocks_nothing(void **state)
{
    (void)state;
    submit_within("Ping", 10000);
    talk_sent(&t);
    submit_within(CALL, 100000);
    talk_tick(&t, 0);
    talk_tick(&t, 10000);
    talk_expect(&t, TIMED_OUT("1"));
}

/* ---- Its end ----------------------------------------------------------------------------- */

static void after_the_answer_there_is_time(void **state)
{
    (void)state;
    submit_both(CALL);
    talk_tick(&t, 60000);
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, TALK_HEARD("1"));
    talk_tick(&t, 69999);
    talk_expect(&t, "");
    talk_tick(&t, 70000);
    talk_expect(&t, TIMED_OUT("2"));
}

static void an_answer_before_the_first_deadline(void **state)
{
    (void)state;
    submit_both(CALL);
    talk_tick(&t, 9999);
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, TALK_HEARD("1"));
    talk_tick(&t, 19998);
    talk_expect(&t, "");
    talk_tick(&t, 19999);
    talk_expect(&t, TIMED_OUT("2"));
}

static void what_is_sent_later_has_no_more(void **state)
{
    (void)state;
    submit_both(CALL);
    talk_tick(&t, 60000);
    talk_feed(&t, TALK_OK("1") TALK_OK("2"));
    talk_expect(&t, TALK_HEARD("1") TALK_HEARD("2"));
    t.now = 65000;
    submit_within("Ping", 10000);
    talk_sent(&t);
    talk_tick(&t, 65000);
    assert_int_equal(ami_session_deadline(t.session, 65000), 75000);
    talk_tick(&t, 75000);
    talk_expect(&t, TIMED_OUT("3"));
}

static void its_own_time_goes_on(void **state)
{
    (void)state;
    submit_both(CALL);
    talk_tick(&t, 100000);
    talk_expect(&t, TIMED_OUT("1"));
    talk_tick(&t, 109999);
    talk_expect(&t, "");
    talk_tick(&t, 110000);
    talk_expect(&t, TIMED_OUT("2"));
}

static void without_a_time_of_its_own(void **state)
{
    (void)state;
    submit_within(CALL, -1);
    submit_within("Ping", 10000);
    submit_within("Ping", -1);
    talk_sent(&t);
    talk_tick(&t, 0);
    talk_tick(&t, 86400000);
    talk_expect(&t, "");
    assert_true(ami_session_deadline(t.session, 86400000) == AMI_NEVER);
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, TALK_HEARD("1"));
    assert_int_equal(ami_session_deadline(t.session, 86400000), 86410000);
    talk_tick(&t, 86410000);
    talk_expect(&t, TIMED_OUT("2"));
    assert_true(ami_session_deadline(t.session, 86410000) == AMI_NEVER);
}

/* The server goes on with what was cancelled, for its time. */
static void cancelled(void **state)
{
    (void)state;
    ami_id id = submit_both(CALL);
    talk_tick(&t, 5000);
    ami_cancel(t.session, id);
    talk_expect(&t, "1 DONE CANCELLED -\n");
    talk_tick(&t, 109999);
    talk_expect(&t, "");
    talk_tick(&t, 110000);
    talk_expect(&t, TIMED_OUT("2"));
}

/* The one behind, which has less time, does not make the server free earlier. */
static void two_cancelled(void **state)
{
    (void)state;
    ami_id first = submit_within(CALL, 100000), second = submit_within(CALL, 20000);

    submit_within("Ping", 10000);
    talk_sent(&t);
    talk_tick(&t, 0);
    talk_tick(&t, 5000);
    ami_cancel(t.session, first);
    ami_cancel(t.session, second);
    talk_expect(&t, "1 DONE CANCELLED -\n2 DONE CANCELLED -\n");
    talk_tick(&t, 109999);
    talk_expect(&t, "");
    talk_tick(&t, 110000);
    talk_expect(&t, TIMED_OUT("3"));
}

/* It was answered all the same: what stands behind it has its time from then on. */
static void cancelled_and_answered(void **state)
{
    (void)state;
    ami_id id = submit_both(CALL);
    talk_tick(&t, 5000);
    ami_cancel(t.session, id);
    talk_tick(&t, 30000); /* would begin at 100000 */
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, "1 DONE CANCELLED -\n");
    submit_within("Ping", 20000);
    talk_sent(&t);
    talk_tick(&t, 30000);
    talk_tick(&t, 39999);
    talk_expect(&t, "");
    talk_tick(&t, 40000);
    talk_expect(&t, TIMED_OUT("2"));
    talk_tick(&t, 50000);
    talk_expect(&t, TIMED_OUT("3"));
}

/* The same for an answer to what stands behind it; the first of two says nothing of the second. */
static void two_cancelled_and_answered(void **state)
{
    (void)state;
    ami_id first = submit_within(CALL, 100000), second = submit_within(CALL, 200000);

    submit_within("Ping", 10000);
    submit_within("Ping", 10000);
    talk_sent(&t);
    talk_tick(&t, 0);
    ami_cancel(t.session, second);
    ami_cancel(t.session, first);
    talk_tick(&t, 10000);
    talk_expect(&t, "2 DONE CANCELLED -\n1 DONE CANCELLED -\n");
    talk_feed(&t, TALK_OK("1"));
    assert_int_equal(ami_session_deadline(t.session, 10000), 210000);
    t.now = 20000;
    talk_feed(&t, TALK_OK("3"));
    talk_expect(&t, TALK_HEARD("3"));
    assert_int_equal(ami_session_deadline(t.session, 20000), 30000);
}

/* The server begins with the cancelled one only then. */
static void answered_before_a_cancelled_one(void **state)
{
    (void)state;
    submit_within(CALL, 100000);
    ami_id second = submit_within(CALL, 200000);
    submit_within("Ping", 10000);
    talk_sent(&t);
    talk_tick(&t, 0);
    ami_cancel(t.session, second);
    talk_tick(&t, 50000);
    talk_expect(&t, "2 DONE CANCELLED -\n");
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, TALK_HEARD("1"));
    talk_tick(&t, 259999);
    talk_expect(&t, "");
    talk_tick(&t, 260000);
    talk_expect(&t, TIMED_OUT("3"));
}

/* The same when that was cancelled, too, or does not block. */
static void answered_late_before_a_cancelled_one(void **state)
{
    static const char *const firsts[] = {CALL, "Ping"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
        ami_id first = submit_within(firsts[i], 100000), second = submit_within(CALL, 200000);
        submit_within("Ping", 10000);
        talk_sent(&t);
        talk_tick(&t, 0);
        ami_cancel(t.session, first);
        ami_cancel(t.session, second);
        talk_tick(&t, 50000);
        talk_feed(&t, TALK_OK("1"));
        talk_tick(&t, 259999);
        talk_expect(&t, "1 DONE CANCELLED -\n2 DONE CANCELLED -\n");
        talk_tick(&t, 260000);
        talk_expect(&t, TIMED_OUT("3"));
        finish(NULL);
        begin(NULL);
    }
}

/* The same when its own time had stood still. */
static void answered_before_one_that_stood_still(void **state)
{
    (void)state;
    submit_within(CALL, 200000);
    ami_id second = submit_within(CALL, 50000);
    submit_within("Ping", 10000);
    talk_sent(&t);
    talk_tick(&t, 0);
    talk_tick(&t, 60000);
    ami_cancel(t.session, second);
    talk_tick(&t, 100000);
    talk_expect(&t, "2 DONE CANCELLED -\n");
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, TALK_HEARD("1"));
    talk_tick(&t, 159999);
    talk_expect(&t, "");
    talk_tick(&t, 160000);
    talk_expect(&t, TIMED_OUT("3"));
}

static void two_of_them(void **state)
{
    (void)state;
    submit_within(CALL, 100000);
    submit_both(CALL);
    talk_tick(&t, 60000);
    talk_feed(&t, TALK_OK("1"));
    talk_tick(&t, 90000);
    talk_feed(&t, TALK_OK("2"));
    talk_expect(&t, TALK_HEARD("1") TALK_HEARD("2"));
    talk_tick(&t, 99999);
    talk_expect(&t, "");
    talk_tick(&t, 100000);
    talk_expect(&t, TIMED_OUT("3"));
}

/* No event comes while the server is blocked, and so no outcome of what was sent before. */
static void an_outcome_is_kept_back(void **state)
{
    (void)state;
    ami_action *call = talk_action(CALL "\nAsync: true");

    assert_int_equal(ami_action_timeout(call, 10000), AMI_OK);
    assert_int_equal(ami_originate(t.session, call, talk_on_reply, &t, NULL), AMI_OK);
    ami_action_free(call);
    talk_sent(&t);
    talk_tick(&t, 0);
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, "1 RESPONSE OK RESPONSE Success | Response=Success | ActionID=t.1\n");
    ami_time outcome = ami_session_deadline(t.session, 0);
    submit_within("WaitEvent", 500000);
    talk_sent(&t);
    talk_tick(&t, outcome);
    talk_expect(&t, "");
    t.now = 400000;
    talk_feed(&t, "Event: OriginateResponse\r\nActionID: t.1\r\nResponse: Success\r\n\r\n");
    talk_expect(&t, "1 DONE OK EVENT OriginateResponse | Event=OriginateResponse | "
                    "ActionID=t.1 | Response=Success\n");
}

#define BLOCKING_TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        BLOCKING_TEST(actions_that_block),
        BLOCKING_TEST(actions_that_do_not),
        BLOCKING_TEST(what_stands_before_it_has_its_time),
        BLOCKING_TEST(what_is_not_sent_blocks_nothing),
        BLOCKING_TEST(after_the_answer_there_is_time),
        BLOCKING_TEST(an_answer_before_the_first_deadline),
        BLOCKING_TEST(what_is_sent_later_has_no_more),
        BLOCKING_TEST(its_own_time_goes_on),
        BLOCKING_TEST(without_a_time_of_its_own),
        BLOCKING_TEST(cancelled),
        BLOCKING_TEST(two_cancelled),
        BLOCKING_TEST(cancelled_and_answered),
        BLOCKING_TEST(two_cancelled_and_answered),
        BLOCKING_TEST(answered_before_a_cancelled_one),
        BLOCKING_TEST(answered_late_before_a_cancelled_one),
        BLOCKING_TEST(answered_before_one_that_stood_still),
        BLOCKING_TEST(two_of_them),
        BLOCKING_TEST(an_outcome_is_kept_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
