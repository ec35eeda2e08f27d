/* SPDX-License-Identifier: MIT */
/* Actions that wait for an event: what is sent, how long they wait, how they end without it. */
#include "talk.h"

#define QUEUED \
    "Response: Success\r\nActionID: t.1\r\nMessage: Originate successfully queued\r\n\r\n"
#define HEARD_QUEUED                                                      \
    "1 RESPONSE OK RESPONSE Success | Response=Success | ActionID=t.1 | " \
    "Message=Originate successfully queued\n"
#define OUTCOME "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: t.1\r\n\r\n"
#define HEARD_OUTCOME                                                \
    "1 DONE OK EVENT OriginateResponse | Event=OriginateResponse | " \
    "Privilege=call,all | ActionID=t.1\n"

static struct talk t;

static int set_up(void **state)
{
    (void)state;
    talk_begin(&t, NULL);
    talk_feed(&t, BANNER);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    talk_end(&t);
    return 0;
}

static int originate(const char *headers, int timeout_ms)
{
    ami_action *action = talk_action(headers);

    ami_action_timeout(action, timeout_ms);
    int err = ami_originate(t.session, action, talk_on_reply, &t, NULL);
    ami_action_free(action);
    return err;
}

static int submit_result(const char *headers)
{
    ami_action *action = talk_action(headers);
    int err = ami_submit_result(t.session, action, talk_on_reply, &t, NULL);

    ami_action_free(action);
    return err;
}

/* How long from now until something ends by itself. */
static ami_time left(void)
{
    return ami_session_deadline(t.session, t.now) - t.now;
}

/* ---- What is sent ------------------------------------------------------------------------ */

static void test_async_is_added(void **state)
{
    (void)state;
    assert_int_equal(originate("Originate\nChannel: x", 0), AMI_OK);
    assert_string_equal(talk_sent(&t), "Action: Originate\r\nActionID: t.1\r\nChannel: x\r\n"
                                       "Async: true\r\n\r\n");
}

static void test_async_that_is_there(void **state)
{
    (void)state;
    assert_int_equal(originate("originate\nASYNC: Yes", 0), AMI_OK);
    assert_string_equal(talk_sent(&t), "Action: originate\r\nActionID: t.1\r\nASYNC: Yes\r\n\r\n");
}

static void test_a_command_id_is_added(void **state)
{
    (void)state;
    assert_int_equal(submit_result("AGI\nChannel: x\nCommand: NOOP"), AMI_OK);
    assert_string_equal(talk_sent(&t), "Action: AGI\r\nActionID: t.1\r\nChannel: x\r\n"
                                       "Command: NOOP\r\nCommandID: t.1\r\n\r\n");
}

static void test_refused(void **state)
{
    (void)state;
    assert_int_equal(originate("Ping", 0), AMI_E_INVAL);
    assert_string_equal(ami_session_why(t.session)->text, "the action is not an Originate");
    assert_int_equal(originate("Originate\nAsync: false", 0), AMI_E_INVAL);
    assert_string_equal(ami_session_why(t.session)->text,
                        "header \"Async\" says that no result will follow");
    assert_int_equal(originate("Originate\nAsync: ", 0), AMI_E_INVAL);
    assert_int_equal(submit_result("AGI\nCommandID: 7"), AMI_E_INVAL);
    assert_string_equal(ami_session_why(t.session)->text,
                        "header \"CommandID\" is written by libami itself");
    assert_int_equal(originate("Originate\nBad name: x", 0), AMI_E_INVAL);
    assert_non_null(strstr(ami_session_why(t.session)->text, "Bad name"));
    assert_int_equal(ami_originate(NULL, NULL, NULL, NULL, NULL), AMI_E_INVAL);
    assert_int_equal(ami_originate(t.session, NULL, NULL, NULL, NULL), AMI_E_INVAL);
    assert_string_equal(ami_session_why(t.session)->text, "there is no action (NULL)");
    assert_int_equal(originate("Ping", 0), AMI_E_INVAL);
    assert_int_equal(ami_submit_result(t.session, NULL, NULL, NULL, NULL), AMI_E_INVAL);
    assert_string_equal(ami_session_why(t.session)->text, "there is no action (NULL)");
    assert_string_equal(talk_sent(&t), "");
}

static void test_what_has_no_result_is_submitted(void **state)
{
    (void)state;
    assert_int_equal(submit_result("Ping"), AMI_OK);
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n");
}

/* An action with the most lines leaves no room for one more. */
static void test_one_line_too_many(void **state)
{
    ami_action *action = ami_action_new("Originate");
    (void)state;

    for (int i = 2; i < AMI_ACTION_LINES_MAX; i++)
        assert_int_equal(ami_action_add(action, "Variable", "a=b"), AMI_OK);
    assert_int_equal(ami_originate(t.session, action, talk_on_reply, &t, NULL), AMI_E_LIMIT);
    assert_int_equal(ami_action_error(action), AMI_OK);
    ami_action_free(action);
}

/* ---- Time -------------------------------------------------------------------------------- */

static void test_the_result_has_its_own_time(void **state)
{
    (void)state;
    originate("Originate\nTimeout: 5000", 0);
    assert_int_equal(left(), 60000); /* for the Response */
    talk_sent(&t);
    t.now += 1000;
    talk_feed(&t, QUEUED);
    assert_int_equal(left(), 15000);
    text_free(&t.log);
    t.now += 14999;
    ami_session_tick(t.session, t.now);
    talk_expect(&t, "");
    t.now += 1;
    ami_session_tick(t.session, t.now);
    talk_expect(&t, "1 DONE TIMEOUT -\n");
    assert_int_equal(ami_session_deadline(t.session, t.now), AMI_NEVER);
    talk_feed(&t, OUTCOME); /* too late, and an event like any other */
    talk_expect(&t, "");
}

static void test_times_of_other_results(void **state)
{
    (void)state;
    originate("Originate\nTimeout: soon", 0);
    talk_sent(&t);
    talk_feed(&t, QUEUED);
    assert_int_equal(left(), 40000);
    ami_cancel(t.session, 1);
    originate("Originate\nTimeout: 99999999999999", 0);
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.2\r\n\r\n");
    assert_int_equal(left(), INT32_MAX);
    ami_cancel(t.session, 2);
    submit_result("SIPqualifypeer");
    talk_sent(&t);
    t.now += 30000;
    talk_feed(&t, "Response: Success\r\nActionID: t.3\r\n\r\n");
    assert_int_equal(left(), 60000);
}

static void test_a_time_for_the_whole(void **state)
{
    (void)state;
    originate("Originate\nTimeout: 30000", 7000);
    talk_sent(&t);
    assert_int_equal(left(), 7000);
    t.now += 1000;
    talk_feed(&t, QUEUED);
    assert_int_equal(left(), 6000);
    ami_cancel(t.session, 1);
    originate("Originate", -1);
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.2\r\n\r\n");
    assert_int_equal(ami_session_deadline(t.session, t.now), AMI_NEVER);
}

/* The server itself waits as long as it was told to. */
static void test_waits_of_the_server_count(void **state)
{
    static const struct {
        const char *action;
        ami_time left;
    } rows[] = {
        {"Originate", 60000},
        {"Originate\nTimeout: 50001", 60001},
        {"Originate\nTimeout: 120000", 130000},
        {"Originate\nTimeout: 120000\nAsync: true", 60000},
        {"WaitEvent", 60000},
        {"WaitEvent\nTimeout: 300", 310000},
        {"WaitEvent\nTimeout: 99999999", INT32_MAX},
        {"Status\nTimeout: 300000", 60000},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ami_id id = talk_submit(&t, rows[i].action);
        assert_int_equal(left(), rows[i].left);
        ami_cancel(t.session, id);
    }
}

/* ---- Ends without the event -------------------------------------------------------------- */

static void test_cancelled_while_waiting(void **state)
{
    (void)state;
    originate("Originate", 0);
    talk_on(&t, "OriginateResponse");
    talk_sent(&t);
    talk_feed(&t, QUEUED);
    assert_int_equal(ami_cancel(t.session, 1), AMI_OK);
    talk_expect(&t, HEARD_QUEUED "1 DONE CANCELLED -\n");
    assert_int_equal(ami_cancel(t.session, 1), AMI_E_NOTFOUND);
    talk_feed(&t, OUTCOME);
    talk_expect(&t, "event EVENT OriginateResponse | Event=OriginateResponse | "
                    "Privilege=call,all | ActionID=t.1\n");
    assert_int_equal(ami_session_late(t.session), 0);
}

static void test_lost_while_waiting(void **state)
{
    (void)state;
    originate("Originate", 0);
    talk_sent(&t);
    talk_feed(&t, QUEUED);
    ami_session_eof(t.session, t.now);
    talk_expect(&t, HEARD_QUEUED "1 DONE LOST -\n");
}

static void test_a_second_response_is_late(void **state)
{
    (void)state;
    originate("Originate", 0);
    talk_sent(&t);
    talk_feed(&t, QUEUED QUEUED);
    assert_int_equal(ami_session_late(t.session), 1);
    talk_feed(&t, OUTCOME);
    talk_expect(&t, HEARD_QUEUED HEARD_OUTCOME);
}

/* Nobody guesses the outcome of what was not even sent. */
static void test_an_outcome_before_sending(void **state)
{
    (void)state;
    originate("Originate", 0);
    talk_feed(&t, OUTCOME);
    talk_expect(&t, "");
}

static void free_session(const struct ami_reply *reply, void *user)
{
    struct talk *talk = user;

    talk_on_reply(reply, talk);
    if (reply->step == AMI_STEP_DONE)
        ami_session_free(reply->session);
}

static void test_free_in_the_callback(void **state)
{
    struct talk dying;
    ami_action *action = ami_action_new("Originate");
    (void)state;

    talk_begin(&dying, NULL);
    assert_int_equal(ami_originate(dying.session, action, free_session, &dying, NULL), AMI_OK);
    ami_action_free(action);
    talk_on(&dying, "OriginateResponse"); /* is not called any more */
    talk_sent(&dying);
    assert_int_equal(talk_feed(&dying, BANNER QUEUED OUTCOME), AMI_E_CANCELLED);
    talk_expect(&dying, HEARD_QUEUED HEARD_OUTCOME);
    text_free(&dying.log);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_async_is_added),
        TEST(test_async_that_is_there),
        TEST(test_a_command_id_is_added),
        TEST(test_refused),
        TEST(test_what_has_no_result_is_submitted),
        TEST(test_one_line_too_many),
        TEST(test_the_result_has_its_own_time),
        TEST(test_times_of_other_results),
        TEST(test_a_time_for_the_whole),
        TEST(test_waits_of_the_server_count),
        TEST(test_cancelled_while_waiting),
        TEST(test_lost_while_waiting),
        TEST(test_a_second_response_is_late),
        TEST(test_an_outcome_before_sending),
        TEST(test_free_in_the_callback),
    };

    return cmocka_run_group_tests_name("originate", tests, NULL, NULL);
}
