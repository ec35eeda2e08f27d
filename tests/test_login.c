/* SPDX-License-Identifier: MIT */
/* The login of a bare session: both ways, held actions, and what must never be seen. */
#include "talk.h"

/* MD5 of "840415273secret", as md5sum(1) has it. */
#define KEY "81c3ab5534a432bec402f6d988ee45b4"

static struct talk t;
static struct text traced;

static void on_trace(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                     void *user)
{
    (void)session;
    (void)user;
    text_add(&traced, direction == AMI_TRACE_IN ? "<" : ">");
    text_add_bytes(&traced, data, len);
}

static int begin(void **state)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    (void)state;

    opts.on_trace = on_trace;
    talk_begin(&t, &opts);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    talk_end(&t);
    text_free(&traced);
    return 0;
}

static int log_in(enum ami_auth auth, const char *events)
{
    struct ami_login_opts opts = AMI_LOGIN_OPTS_INIT;

    opts.username = "admin";
    opts.secret = "secret";
    opts.auth = auth;
    opts.events = events;
    return ami_login(t.session, &opts, talk_on_reply, &t);
}

static void test_md5(void **state)
{
    (void)state;
    assert_int_equal(log_in(AMI_AUTH_MD5, "call,agent"), AMI_OK);
    talk_feed(&t, BANNER);
    assert_string_equal(talk_sent(&t),
                        "Action: Challenge\r\nActionID: t.1\r\nAuthType: MD5\r\n\r\n");
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\nChallenge: 840415273\r\n\r\n");
    talk_expect(&t, "");
    assert_string_equal(talk_sent(&t),
                        "Action: Login\r\nActionID: t.2\r\nAuthType: MD5\r\nUsername: admin\r\n"
                        "Key: " KEY "\r\nEvents: call,agent\r\n\r\n");
    talk_feed(&t, "Response: Success\r\nActionID: t.2\r\nMessage: Authentication accepted\r\n\r\n");
    talk_expect(&t, "2 DONE OK RESPONSE Success | Response=Success | ActionID=t.2 | "
                    "Message=Authentication accepted\n");
}

static void test_plain(void **state)
{
    (void)state;
    assert_int_equal(log_in(AMI_AUTH_PLAIN, NULL), AMI_OK);
    talk_feed(&t, BANNER);
    assert_string_equal(talk_sent(&t), "Action: Login\r\nActionID: t.1\r\nUsername: admin\r\n"
                                       "Secret: secret\r\n\r\n");
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n");
}

static void test_refused(void **state)
{
    (void)state;
    log_in(AMI_AUTH_PLAIN, NULL);
    talk_submit(&t, "Ping");
    talk_feed(&t, BANNER);
    talk_sent(&t);
    talk_feed(&t, "Response: Error\r\nActionID: t.1\r\nMessage: Authentication failed\r\n\r\n");
    talk_expect(&t, "1 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.1 | "
                    "Message=Authentication failed\n");
    assert_string_equal(talk_sent(&t), "");
    ami_session_eof(t.session, t.now);
    talk_expect(&t, "2 DONE NOT_SENT unsent -\n");
}

static void test_challenge_refused(void **state)
{
    (void)state;
    log_in(AMI_AUTH_MD5, NULL);
    talk_feed(&t, BANNER);
    talk_sent(&t);
    talk_feed(&t, "Response: Error\r\nActionID: t.1\r\nMessage: Must specify AuthType\r\n\r\n");
    talk_expect(&t, "1 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.1 | "
                    "Message=Must specify AuthType\n");
    assert_string_equal(talk_sent(&t), ""); /* and no plain login instead */
}

static void test_challenge_without_a_challenge(void **state)
{
    (void)state;
    log_in(AMI_AUTH_MD5, NULL);
    talk_feed(&t, BANNER);
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "1 DONE PROTO RESPONSE Success | Response=Success | ActionID=t.1\n");
}

/* No server has this version; its answers are not taken for unsure ones. */
static void test_version_zero(void **state)
{
    (void)state;
    talk_feed(&t, "Asterisk Call Manager/0.0.4\r\n");
    log_in(AMI_AUTH_MD5, NULL);
    assert_string_equal(talk_sent(&t),
                        "Action: Challenge\r\nActionID: t.1\r\nAuthType: MD5\r\n\r\n");
    talk_feed(&t, "Response: Success\r\nActionID: t.1p\r\n\r\n");
    talk_expect(&t, "");
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "1 DONE PROTO RESPONSE Success | Response=Success | ActionID=t.1\n");
}

static void test_challenge_answered_with_a_list(void **state)
{
    (void)state;
    log_in(AMI_AUTH_MD5, NULL);
    talk_feed(&t, BANNER);
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n"
                  "Event: X\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "");
    talk_feed(&t, "Event: XComplete\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "1 DONE PROTO EVENT XComplete | Event=XComplete | ActionID=t.1\n");
}

static void test_timeouts(void **state)
{
    (void)state;
    log_in(AMI_AUTH_MD5, NULL);
    talk_sent(&t);
    assert_int_equal(ami_session_deadline(t.session, 0), 10000);
    ami_session_tick(t.session, 10000);
    talk_expect(&t, "1 DONE TIMEOUT -\n");
}

static void test_actions_are_held_in_order(void **state)
{
    ami_id second;
    (void)state;

    log_in(AMI_AUTH_PLAIN, NULL);
    talk_submit(&t, "Ping");
    second = talk_submit(&t, "Status");
    talk_submit(&t, "Queues"); /* raw: brings a Ping of its own */
    talk_feed(&t, BANNER);
    assert_null(strstr(talk_sent(&t), "Ping"));
    ami_cancel(t.session, second);
    talk_expect(&t, "3 DONE CANCELLED unsent -\n");
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\n");
    text_free(&t.log);
    assert_string_equal(talk_sent(&t), "Action: Ping\r\nActionID: t.2\r\n\r\n"
                                       "Action: Queues\r\nActionID: t.4\r\n\r\n"
                                       "Action: Ping\r\nActionID: t.4p\r\n\r\n");
    talk_feed(&t, "Response: Success\r\nActionID: t.2\r\n\r\ntext\r\n\r\n"
                  "Response: Success\r\nActionID: t.4p\r\n\r\n");
    talk_expect(&t, "2 DONE OK RESPONSE Success | Response=Success | ActionID=t.2\n"
                    "4 ITEM OK RAW | =text\n4 DONE OK -\n");
}

static void test_held_too_long_for_an_old_server(void **state)
{
    char headers[400] = "UserEvent\nX: ";
    (void)state;

    memset(headers + strlen(headers), 'x', 300);
    log_in(AMI_AUTH_PLAIN, NULL);
    talk_submit(&t, headers);
    talk_submit(&t, "Ping");
    talk_feed(&t, "Asterisk Call Manager/1.0\r\n");
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n"
                    "2 DONE LIMIT unsent -\n");
    assert_string_equal(talk_sent(&t), "Action: Ping\r\nActionID: t.3\r\n\r\n");
}

/* What a callback submits in place of an action that was too long comes behind all the others. */
static void submit_shorter(const struct ami_reply *reply, void *user)
{
    talk_on_reply(reply, user);
    talk_submit(user, "IAXnetstats");
}

static void test_held_keep_their_order(void **state)
{
    ami_action *action = ami_action_new("UserEvent");
    char longer[300] = "";
    (void)state;

    ami_action_add(action, "X", memset(longer, 'x', sizeof longer - 1));
    log_in(AMI_AUTH_PLAIN, NULL);
    assert_int_equal(ami_submit(t.session, action, submit_shorter, &t, NULL), AMI_OK);
    ami_action_free(action);
    talk_submit(&t, "Queues");
    talk_feed(&t, "Asterisk Call Manager/1.0\r\n");
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\n");
    assert_string_equal(talk_sent(&t), "Action: Queues\r\nActionID: t.3\r\n\r\n"
                                       "Action: Ping\r\nActionID: t.3p\r\n\r\n"
                                       "Action: IAXnetstats\r\nActionID: t.4\r\n\r\n"
                                       "Action: Ping\r\nActionID: t.4p\r\n\r\n");
    text_free(&t.log);
}

static void test_held_timers_run(void **state)
{
    (void)state;
    talk_feed(&t, BANNER);
    log_in(AMI_AUTH_PLAIN, NULL);
    talk_submit(&t, "Ping");
    talk_sent(&t);
    ami_session_deadline(t.session, 0);
    ami_session_tick(t.session, 60000);
    talk_expect(&t, "1 DONE TIMEOUT -\n2 DONE NOT_SENT unsent -\n");
}

static void test_every_allocation_fails_once(void **state)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct ami_login_opts login = AMI_LOGIN_OPTS_INIT;
    int err = AMI_E_NOMEM;
    (void)state;

    login.username = "admin";
    login.secret = "secret";
    login.auth = AMI_AUTH_PLAIN;
    for (size_t fail_at = 1; err != AMI_OK && fail_at < 40; fail_at++) {
        struct test_alloc alloc;
        ami_session *session;
        test_alloc_init(&alloc, fail_at);
        opts.allocator = &alloc.allocator;
        err = ami_session_new(&session, &opts);
        if (err == AMI_OK)
            err = ami_login(session, &login, NULL, NULL);
        assert_true(err == AMI_OK || err == AMI_E_NOMEM);
        if (session)
            ami_session_eof(session, 0);
        ami_session_free(session);
        assert_int_equal(alloc.live, 0);
    }
    assert_int_equal(err, AMI_OK);
}

static void test_no_secret_is_seen(void **state)
{
    const void *data;
    (void)state;

    log_in(AMI_AUTH_PLAIN, NULL);
    talk_feed(&t, BANNER);
    size_t len = ami_session_output(t.session, &data);
    const char *at = data;
    assert_non_null(memchr(at, 'S', len));
    for (size_t i = 0; i < len; i++)
        ami_session_sent(t.session, 1);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(at[i], 0); /* the buffer is still the session's */

    ami_send(t.session, NULL, NULL, "DBPut", "Key", "k", "Secret", "secret", (char *)NULL);
    assert_non_null(strstr(traced.data, ">Action: Login\r\nActionID: t.1\r\nUsername: admin\r\n"
                                        "Secret: ***\r\n\r\n"));
    assert_null(strstr(traced.data, "Secret: secret"));
    assert_non_null(strstr(traced.data, "<" BANNER));
}

static void test_the_key_is_not_traced(void **state)
{
    (void)state;
    log_in(AMI_AUTH_MD5, NULL);
    talk_feed(&t, BANNER);
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\nChallenge: 840415273\r\n\r\n");
    assert_non_null(strstr(traced.data, "Key: ***\r\n"));
    assert_null(strstr(traced.data, KEY));
}

static void test_too_long_for_an_old_server(void **state)
{
    struct ami_login_opts opts = AMI_LOGIN_OPTS_INIT;
    char name[300] = "";
    (void)state;

    memset(name, 'x', sizeof name - 1);
    opts.username = name;
    opts.secret = "secret";
    opts.auth = AMI_AUTH_PLAIN;
    talk_feed(&t, "Asterisk Call Manager/1.0\r\n");
    assert_int_equal(ami_login(t.session, &opts, NULL, NULL), AMI_E_LIMIT);
    assert_string_equal(talk_sent(&t), "");
}

static void test_bad_options(void **state)
{
    struct ami_login_opts opts = AMI_LOGIN_OPTS_INIT;
    (void)state;

    assert_int_equal(ami_login(t.session, NULL, NULL, NULL), AMI_E_INVAL);
    assert_int_equal(ami_login(t.session, &opts, NULL, NULL), AMI_E_INVAL);
    opts.username = "a";
    opts.secret = "b\r\nAction: Originate";
    assert_int_equal(ami_login(t.session, &opts, NULL, NULL), AMI_E_INVAL);
    opts.secret = "b";
    opts.events = "call, agent";
    assert_int_equal(ami_login(t.session, &opts, NULL, NULL), AMI_E_INVAL);
    opts.events = NULL;
    assert_int_equal(ami_login(t.session, &opts, NULL, NULL), AMI_OK);
    assert_int_equal(ami_login(t.session, &opts, NULL, NULL), AMI_E_STATE);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, finish)
    const struct CMUnitTest tests[] = {
        TEST(test_md5),
        TEST(test_plain),
        TEST(test_refused),
        TEST(test_challenge_refused),
        TEST(test_challenge_without_a_challenge),
        TEST(test_version_zero),
        TEST(test_challenge_answered_with_a_list),
        TEST(test_timeouts),
        TEST(test_actions_are_held_in_order),
        TEST(test_held_too_long_for_an_old_server),
        TEST(test_held_keep_their_order),
        TEST(test_held_timers_run),
        TEST(test_every_allocation_fails_once),
        TEST(test_no_secret_is_seen),
        TEST(test_the_key_is_not_traced),
        TEST(test_too_long_for_an_old_server),
        TEST(test_bad_options),
    };
    return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
