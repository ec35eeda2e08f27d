/* SPDX-License-Identifier: MIT */
/* The rules of a session: exactly one end each, time, cancelling, limits, what callbacks may do. */
#include "talk.h"

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

/* ---- The end of an action ---------------------------------------------------------------- */

static void test_timeout_after_sending(void **state)
{
    (void)state;
    talk_submit(&t, "Ping");
    assert_int_equal(ami_session_deadline(t.session, 5000), 65000);
    talk_sent(&t);
    talk_tick(&t, 64999);
    talk_expect(&t, "");
    talk_tick(&t, 65000);
    talk_expect(&t, "1 DONE TIMEOUT -\n");
    assert_true(ami_session_deadline(t.session, 65000) == AMI_NEVER);
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, "");
}

static void test_timeout_before_sending(void **state)
{
    (void)state;
    talk_submit(&t, "Ping");
    talk_submit(&t, "Ping");
    talk_tick(&t, 1000);
    talk_tick(&t, 61000);
    talk_expect(&t, "1 DONE NOT_SENT unsent -\n2 DONE NOT_SENT unsent -\n");
    assert_string_equal(talk_sent(&t), "");
}

/* A program's own clock may begin anywhere. */
static void test_timeouts_before_zero(void **state)
{
    (void)state;
    talk_submit(&t, "Ping");
    talk_tick(&t, -1000000);
    talk_sent(&t);
    talk_tick(&t, -940000);
    talk_expect(&t, "1 DONE TIMEOUT -\n");
}

static void test_timeouts_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++)
        talk_submit(&t, "Ping");
    talk_sent(&t);
    talk_tick(&t, 1000);
    talk_tick(&t, 61000);
    talk_expect(&t, "1 DONE TIMEOUT -\n2 DONE TIMEOUT -\n3 DONE TIMEOUT -\n"
                    "4 DONE TIMEOUT -\n5 DONE TIMEOUT -\n6 DONE TIMEOUT -\n");
}

static void test_timeout_of_one_action(void **state)
{
    ami_action *action = talk_action("Ping");
    (void)state;

    ami_action_timeout(action, 10);
    ami_submit(t.session, action, talk_on_reply, &t, NULL);
    ami_action_timeout(action, -1);
    ami_submit(t.session, action, talk_on_reply, &t, NULL);
    ami_action_free(action);
    talk_sent(&t);
    assert_int_equal(ami_session_deadline(t.session, 0), 10);
    talk_tick(&t, 10);
    talk_expect(&t, "1 DONE TIMEOUT -\n");
    assert_true(ami_session_deadline(t.session, 10) == AMI_NEVER);
    talk_feed(&t, TALK_OK("2"));
    talk_expect(&t, TALK_HEARD("2"));
}

static void test_a_list_waits_for_each_item(void **state)
{
    (void)state;
    talk_submit(&t, "Status");
    talk_sent(&t);
    talk_tick(&t, 0);
    t.now = 59000;
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n");
    assert_int_equal(ami_session_deadline(t.session, t.now), 119000);
    t.now = 118000;
    talk_feed(&t, "Event: Status\r\nActionID: t.1\r\n\r\n");
    assert_int_equal(ami_session_deadline(t.session, t.now), 178000);
    text_free(&t.log);
    talk_tick(&t, 178000);
    talk_expect(&t, "1 DONE TIMEOUT -\n");
    talk_feed(
        &t, "Event: Status\r\nActionID: t.1\r\n\r\nEvent: StatusComplete\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "");
}

static void test_late_items_are_no_events(void **state)
{
    ami_id id = talk_submit(&t, "Status");
    (void)state;

    talk_on(&t, NULL);
    talk_sent(&t);
    assert_int_equal(ami_cancel(t.session, id), AMI_OK);
    talk_expect(&t, "1 DONE CANCELLED -\n");
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n"
                  "Event: Status\r\nActionID: t.1\r\n\r\n"
                  "Event: StatusComplete\r\nActionID: t.1\r\nEventList: Complete\r\n\r\n");
    talk_expect(&t, "");
    assert_int_equal(ami_session_late(t.session), 3);
    assert_int_equal(ami_cancel(t.session, id), AMI_E_NOTFOUND);
}

static void test_items_of_a_cancelled_list_without_an_action_id(void **state)
{
    ami_id id = talk_submit(&t, "IAXpeers");
    (void)state;

    talk_on(&t, NULL);
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n");
    ami_cancel(t.session, id);
    text_free(&t.log);
    talk_feed(&t, "Event: PeerEntry\r\nObjectName: a\r\n\r\n"
                  "Event: PeerlistComplete\r\nActionID: t.1\r\nEventList: Complete\r\n\r\n"
                  "Event: PeerEntry\r\nObjectName: b\r\n\r\n");
    talk_expect(&t, "event EVENT PeerEntry | Event=PeerEntry | ObjectName=b\n");
}

/* The same when no handler wants any of it, not even the end. */
static void test_a_cancelled_list_goes_on_to_its_end(void **state)
{
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct talk s;
    (void)state;

    limits.in_flight = 1;
    opts.limits = &limits;
    talk_begin(&s, &opts);
    talk_feed(&s, "Asterisk Call Manager/1.0\r\n");
    ami_id id = talk_submit(&s, "ParkedCalls");
    talk_on(&s, "ParkedCall");
    talk_sent(&s);
    talk_feed(&s, "Response: Success\r\nActionID: t.1\r\n"
                  "Message: Parked calls will follow\r\n\r\n");
    ami_cancel(s.session, id);
    text_free(&s.log);
    talk_feed(&s, "Event: ParkedCall\r\nExten: 701\r\nActionID: t.1\r\n\r\n"
                  "Event: ParkedCallsComplete\r\nActionID: t.1\r\n\r\n"
                  "Event: ParkedCall\r\nExten: 702\r\n\r\n");
    talk_expect(&s, "event EVENT ParkedCall | Event=ParkedCall | Exten=702\n");
    assert_int_equal(ami_session_late(s.session), 2);
    talk_submit(&s, "Ping"); /* is not over the limit */
    talk_end(&s);
}

static void test_cancel_before_sending(void **state)
{
    ami_id first = talk_submit(&t, "Ping"), second = talk_submit(&t, "QueueStatus\nQueue: a"),
           third = talk_submit(&t, "Ping");
    (void)state;

    ami_cancel(t.session, second);
    talk_expect(&t, "2 DONE CANCELLED unsent -\n");
    assert_string_equal(
        talk_sent(&t),
        "Action: Ping\r\nActionID: t.1\r\n\r\nAction: Ping\r\nActionID: t.3\r\n\r\n");
    talk_feed(&t, TALK_OK("1") TALK_OK("3"));
    talk_expect(&t, TALK_HEARD("1") TALK_HEARD("3"));
    assert_true(first < third);
}

static void test_a_cancelled_raw_action_swallows_its_text(void **state)
{
    ami_id id = talk_submit(&t, "Queues");
    (void)state;

    talk_submit(&t, "IAXnetstats");
    talk_sent(&t);
    ami_cancel(t.session, id);
    text_free(&t.log);
    talk_feed(&t, "text\r\n\r\n" TALK_OK("1p") "row\r\n\r\n" TALK_OK("2p"));
    talk_expect(&t, "2 ITEM OK RAW | =row\n2 DONE OK -\n");
}

static void test_eof_tells_lost_from_not_sent(void **state)
{
    const void *data;
    (void)state;

    talk_submit(&t, "Ping");
    talk_submit(&t, "Ping");
    talk_submit(&t, "Ping");
    size_t one = ami_session_output(t.session, &data) / 3;
    ami_session_sent(t.session, one + 1); /* one byte of the second */
    assert_int_equal(ami_session_eof(t.session, t.now), AMI_OK);
    talk_expect(&t, "1 DONE LOST -\n2 DONE LOST -\n3 DONE NOT_SENT unsent -\n");
    assert_int_equal(ami_session_error(t.session)->code, AMI_E_EOF);
    assert_int_equal(ami_send(t.session, talk_on_reply, &t, "Ping", (char *)NULL), AMI_E_STATE);
    assert_int_equal(talk_feed(&t, "x"), AMI_E_EOF);
    assert_int_equal(ami_session_eof(t.session, t.now), AMI_E_EOF);
}

/* A transport that pumps in a callback must not get what was just told to be unsent. */
static void pump(const struct ami_reply *reply, void *user)
{
    const void *data;

    assert_int_equal(ami_session_output(reply->session, &data), 0);
    talk_on_reply(reply, user);
}

static void test_nothing_leaves_after_the_end(void **state)
{
    (void)state;
    ami_send(t.session, pump, &t, "Ping", (char *)NULL);
    ami_send(t.session, pump, &t, "Ping", (char *)NULL);
    ami_session_eof(t.session, t.now);
    talk_expect(&t, "1 DONE NOT_SENT unsent -\n2 DONE NOT_SENT unsent -\n");
}

/* Told of one end, a program may cancel the others. */
static void cancel_next(const struct ami_reply *reply, void *user)
{
    talk_on_reply(reply, user);
    ami_cancel(reply->session, reply->id + 1);
}

static void test_cancel_at_the_end(void **state)
{
    struct talk s;
    (void)state;

    for (int way = 0; way < 2; way++) {
        talk_begin(&s, NULL);
        for (int i = 0; i < 4; i++)
            ami_send(s.session, i % 2 ? talk_on_reply : cancel_next, &s, "Ping", (char *)NULL);
        if (way == 0)
            ami_session_eof(s.session, s.now);
        ami_session_free(s.session);
        talk_expect(&s, way == 0 ? "1 DONE NOT_SENT unsent -\n2 DONE CANCELLED unsent -\n"
                                   "3 DONE NOT_SENT unsent -\n4 DONE CANCELLED unsent -\n"
                                 : "1 DONE CANCELLED unsent -\n2 DONE CANCELLED unsent -\n"
                                   "3 DONE CANCELLED unsent -\n4 DONE CANCELLED unsent -\n");
    }
}

/* At whatever byte the transport stops, what it took at least one byte of is LOST. */
static void test_every_byte_sent(void **state)
{
    (void)state;
    for (size_t sent = 0; sent <= 68; sent++) {
        struct talk s;
        char heard[128];
        talk_begin(&s, NULL);
        talk_submit(&s, "Ping"); /* 31 bytes each, and 37 */
        talk_submit(&s, "UserEvent");
        ami_session_sent(s.session, sent);
        ami_session_eof(s.session, 0);
        snprintf(heard, sizeof heard, "1 DONE %s -\n2 DONE %s -\n",
                 sent > 0 ? "LOST" : "NOT_SENT unsent", sent > 31 ? "LOST" : "NOT_SENT unsent");
        talk_expect(&s, heard);
        talk_end(&s);
    }
}

static void test_an_answer_to_nothing_sent(void **state)
{
    (void)state;
    talk_submit(&t, "Ping");
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, "");
    talk_sent(&t);
    talk_feed(&t, TALK_OK("1"));
    talk_expect(&t, TALK_HEARD("1"));
}

static void test_free_ends_all(void **state)
{
    struct talk s;
    (void)state;

    talk_begin(&s, NULL);
    talk_submit(&s, "Ping");
    talk_sent(&s);
    talk_submit(&s, "Ping");
    ami_session_free(s.session);
    talk_expect(&s, "1 DONE CANCELLED -\n2 DONE CANCELLED unsent -\n");
}

/* ---- What callbacks may do --------------------------------------------------------------- */

static void cancel_and_submit(const struct ami_reply *reply, void *user)
{
    int *result = user;

    if (reply->step == AMI_STEP_DONE)
        *result = ami_send(reply->session, NULL, NULL, "Ping", (char *)NULL);
}

static void test_no_submit_while_cancelling(void **state)
{
    ami_action *action = talk_action("Ping");
    int result = 1;
    ami_id id;
    (void)state;

    ami_submit(t.session, action, cancel_and_submit, &result, &id);
    ami_cancel(t.session, id);
    assert_int_equal(result, AMI_E_STATE);
    assert_int_equal(ami_submit(t.session, action, cancel_and_submit, &result, &id), AMI_OK);
    talk_sent(&t);
    talk_feed(&t, TALK_OK("2"));
    assert_int_equal(result, AMI_OK);
    ami_action_free(action);
}

static void try_everything(const struct ami_event *event, void *user)
{
    ami_session *s = event->session;
    size_t room;
    int *calls = user;

    ++*calls;
    assert_int_equal(ami_session_feed(s, "x", 1, 0), AMI_E_REENTRANT);
    assert_int_equal(ami_session_added(s, 0, 0), AMI_E_REENTRANT);
    assert_int_equal(ami_session_eof(s, 0), AMI_E_REENTRANT);
    assert_int_equal(ami_session_tick(s, 100000), AMI_E_REENTRANT);
    assert_null(ami_session_space(s, &room));
    assert_int_equal(ami_send(s, NULL, NULL, "Ping", (char *)NULL), AMI_OK);
    assert_int_equal(ami_off(s, event->handler), AMI_OK);
}

static void test_reentrancy(void **state)
{
    int calls = 0;
    (void)state;

    assert_int_equal(ami_on(t.session, "A", try_everything, &calls, NULL), AMI_OK);
    assert_int_equal(talk_feed(&t, "Event: A\r\n\r\nEvent: A\r\n\r\n"), AMI_OK);
    assert_int_equal(calls, 1);
    assert_string_equal(talk_sent(&t), "Action: Ping\r\nActionID: t.2\r\n\r\n");
}

static void free_in_event(const struct ami_event *event, void *user)
{
    ++*(int *)user;
    ami_session_free(event->session);
}

static void test_free_in_a_handler(void **state)
{
    struct talk s;
    int calls = 0;
    (void)state;

    talk_begin(&s, NULL);
    ami_on(s.session, NULL, free_in_event, &calls, NULL);
    talk_on(&s, NULL);
    talk_submit(&s, "Ping");
    talk_sent(&s);
    assert_int_equal(talk_feed(&s, BANNER "Event: A\r\n\r\nEvent: B\r\n\r\n"), AMI_E_CANCELLED);
    assert_int_equal(calls, 1);
    talk_expect(&s, "3 DONE CANCELLED -\n");
}

static void free_in_reply(const struct ami_reply *reply, void *user)
{
    ++*(int *)user;
    ami_session_free(reply->session);
}

static void test_free_in_a_reply(void **state)
{
    static const char *const ways[] = {
        TALK_OK("1"), "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct talk s;
        int calls = 0;
        talk_begin(&s, NULL);
        ami_send(s.session, free_in_reply, &calls, "Status", (char *)NULL);
        talk_submit(&s, "Ping");
        talk_sent(&s);
        talk_feed(&s, BANNER);
        assert_int_equal(talk_feed(&s, ways[i]), AMI_E_CANCELLED);
        talk_expect(&s, "2 DONE CANCELLED -\n");
        /* An open list hears of its own end inside the callback that frees. */
        assert_int_equal(calls, (int)i + 1);
    }
}

/* The bytes find no memory, which ends the session. */
static void test_free_out_of_memory(void **state)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct test_alloc alloc;
    struct talk s;
    int calls = 0;
    (void)state;

    test_alloc_init(&alloc, 0);
    opts.allocator = &alloc.allocator;
    talk_begin(&s, &opts);
    ami_send(s.session, free_in_reply, &calls, "Ping", (char *)NULL);
    alloc.fail_at = alloc.asked + 1;
    assert_int_equal(talk_feed(&s, BANNER), AMI_E_CANCELLED);
    assert_int_equal(calls, 1);
    assert_int_equal(alloc.live, 0);
}

/* Everybody frees when told of the end; after the first such free returned nothing is called. */
static void free_and_look(const struct ami_reply *reply, void *user)
{
    struct talk *s = user;

    ami_session_free(reply->session);
    text_add(&s->log, "freed ");
}

static void test_free_in_a_free(void **state)
{
    struct talk s;
    (void)state;

    talk_begin(&s, NULL);
    ami_send(s.session, free_and_look, &s, "Ping", (char *)NULL);
    talk_submit(&s, "Ping");
    talk_submit(&s, "Ping");
    ami_session_free(s.session);
    talk_expect(&s, "2 DONE CANCELLED unsent -\n3 DONE CANCELLED unsent -\nfreed ");
}

static void test_free_in_a_cancel(void **state)
{
    struct talk s;
    int calls = 0;
    ami_id id;
    ami_action *action = talk_action("Ping");
    (void)state;

    talk_begin(&s, NULL);
    ami_submit(s.session, action, free_in_reply, &calls, &id);
    ami_submit(s.session, action, talk_on_reply, &s, NULL);
    ami_action_free(action);
    assert_int_equal(ami_cancel(s.session, id), AMI_OK);
    assert_int_equal(calls, 1);
    talk_expect(&s, "2 DONE CANCELLED unsent -\n");
}

/* ---- Handlers ---------------------------------------------------------------------------- */

static void test_patterns(void **state)
{
    (void)state;
    talk_on(&t, "queue*");
    talk_on(&t, "HANGUP");
    talk_feed(&t, "Event: QueueMemberAdded\r\n\r\nEvent: Queue\r\n\r\nEvent: Hangup\r\n\r\n"
                  "Event: HangupRequest\r\n\r\nEvent: Que\r\n\r\nEvent: AQueue\r\n\r\n");
    talk_expect(&t, "event EVENT QueueMemberAdded | Event=QueueMemberAdded\n"
                    "event EVENT Queue | Event=Queue\n"
                    "event EVENT Hangup | Event=Hangup\n");
    assert_int_equal(ami_on(t.session, "", talk_on_event, &t, NULL), AMI_E_INVAL);
    assert_int_equal(ami_on(t.session, "A*B", talk_on_event, &t, NULL), AMI_E_INVAL);
    assert_int_equal(ami_on(t.session, "A", NULL, &t, NULL), AMI_E_INVAL);
    assert_int_equal(ami_on(t.session, "*", talk_on_event, &t, NULL), AMI_OK);
    talk_feed(&t, "Event: Any\r\n\r\n");
    talk_expect(&t, "event EVENT Any | Event=Any\n");
    assert_int_equal(ami_off(t.session, 999), AMI_E_NOTFOUND);
}

struct order {
    char text[64];
    ami_id third, fourth;
};

static void on_second(const struct ami_event *event, void *user)
{
    (void)event;
    strcat(((struct order *)user)->text, "2");
}

static void on_third(const struct ami_event *event, void *user)
{
    (void)event;
    strcat(((struct order *)user)->text, "3");
}

static void on_first(const struct ami_event *event, void *user)
{
    struct order *o = user;

    strcat(o->text, "1");
    ami_off(event->session, o->third);
    ami_on(event->session, NULL, on_third, o, &o->fourth);
}

static void test_order_of_handlers(void **state)
{
    struct order o = {0};
    (void)state;

    ami_on(t.session, NULL, on_first, &o, NULL);
    ami_on(t.session, NULL, on_second, &o, NULL);
    ami_on(t.session, NULL, on_third, &o, &o.third);
    talk_feed(&t, "Event: A\r\n\r\n");
    assert_string_equal(o.text, "12");
    o.third = 0;
    talk_feed(&t, "Event: A\r\n\r\n");
    assert_string_equal(o.text, "12123");
}

/* ---- Limits ------------------------------------------------------------------------------ */

static void test_limits(void **state)
{
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct talk s;
    (void)state;

    limits.in_flight = 2;
    opts.limits = &limits;
    talk_begin(&s, &opts);
    talk_feed(&s, BANNER);
    talk_submit(&s, "Ping");
    talk_submit(&s, "Ping");
    assert_int_equal(ami_send(s.session, NULL, NULL, "Ping", (char *)NULL), AMI_E_LIMIT);
    assert_non_null(strstr(ami_session_why(s.session)->text, "\"in_flight\" of 2"));
    talk_sent(&s);
    talk_feed(&s, TALK_OK("1"));
    talk_submit(&s, "Ping");
    assert_int_equal(ami_session_why(s.session)->code, AMI_OK);
    ami_send(s.session, NULL, NULL, "Ping", "A:", "b", (char *)NULL);
    assert_non_null(strstr(ami_session_why(s.session)->text, "\"A:\""));
    assert_int_equal(ami_submit(s.session, NULL, NULL, NULL, NULL), AMI_E_INVAL);
    assert_string_equal(ami_session_why(s.session)->text, "there is no action (NULL)");
    text_free(&s.log);
    talk_end(&s);

    limits.in_flight = 0;
    limits.output = 64;
    talk_begin(&s, &opts);
    talk_submit(&s, "Ping");
    talk_submit(&s, "Ping");
    assert_int_equal(ami_send(s.session, NULL, NULL, "Ping", (char *)NULL), AMI_E_LIMIT);
    assert_non_null(strstr(ami_session_why(s.session)->text, "\"output\" of 64"));
    talk_sent(&s);
    talk_submit(&s, "Ping");
    talk_end(&s);
}

static void test_old_servers_read_less(void **state)
{
    static const struct {
        const char *banner;
        size_t line;
        int lines, line_max, status;
    } cases[] = {
        {"Asterisk Call Manager/1.0\r\n", 253, 79, 0, AMI_OK},
        {"Asterisk Call Manager/1.0\r\n", 254, 4, 0, AMI_E_LIMIT},
        {"Asterisk Call Manager/1.0\r\n", 254, 4, 1021, AMI_OK},
        {"Asterisk Call Manager/1.0\r\n", 100, 80, 0, AMI_E_LIMIT},
        {"Asterisk Call Manager/1.1\r\n", 1022, 128, 0, AMI_OK},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
        ami_action *action = ami_action_new("UserEvent");
        char value[1100];
        struct talk s;

        memset(value, 'x', sizeof value);
        value[cases[i].line - 3] = '\0';
        ami_action_add(action, "X", value);
        for (int n = 3; n < cases[i].lines; n++)
            ami_action_add(action, "Y", "y");
        assert_int_equal(ami_action_error(action), AMI_OK);
        opts.line_max = cases[i].line_max;
        talk_begin(&s, &opts);
        talk_feed(&s, cases[i].banner);
        assert_int_equal(ami_submit(s.session, action, NULL, NULL, NULL), cases[i].status);
        ami_action_free(action);
        talk_end(&s);
    }
}

static void test_a_limit_of_the_parser_ends_the_session(void **state)
{
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct talk s;
    (void)state;

    limits.line = 40;
    opts.limits = &limits;
    talk_begin(&s, &opts);
    talk_submit(&s, "Ping");
    talk_sent(&s);
    talk_feed(&s, BANNER);
    assert_int_equal(talk_feed(&s, "Event: 1234567890123456789012345678901234567890"), AMI_E_LIMIT);
    talk_expect(&s, "1 DONE LOST -\n");
    assert_non_null(strstr(ami_session_error(s.session)->text, "\"line\""));
    talk_end(&s);
}

/* ---- The beginning and the end of the stream --------------------------------------------- */

static void test_not_a_manager(void **state)
{
    static const char *const lines[] = {"SSH-2.0-OpenSSH_9.2\r\n",
                                        "HTTP/1.1 400 Bad Request\r\n",
                                        "Response: Success\r\n",
                                        "\r\n",
                                        "Asterisk Call Manager/1.0: a message\r\n\r\n",
                                        "Event: Call Manager/1.0\r\n\r\n"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct talk s;
        talk_begin(&s, NULL);
        assert_int_equal(talk_feed(&s, lines[i]), AMI_E_PROTO);
        assert_int_equal(ami_session_error(s.session)->code, AMI_E_PROTO);
        talk_end(&s);
    }
}

static void test_garbage_without_a_line(void **state)
{
    struct talk s;
    (void)state;

    talk_begin(&s, NULL);
    for (int i = 0; i < 255; i++)
        assert_int_equal(talk_feed(&s, "\x16"), AMI_OK);
    assert_int_equal(talk_feed(&s, "\x16"), AMI_E_PROTO);
    talk_end(&s);
}

static void test_ends_of_stream(void **state)
{
    static const struct {
        const char *bytes;
        int end;
        const char *words;
    } cases[] = {
        {"", AMI_E_EOF, "before it sent a banner"},
        {"Aster", AMI_E_EOF, "before it sent a banner"},
        {BANNER, AMI_OK, "closed the connection"},
        {BANNER "Event: A\r\nPriv", AMI_E_EOF, "in mid-message"},
        {BANNER "Event: A\r\n\r\n", AMI_OK, "closed the connection"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct talk s;
        talk_begin(&s, NULL);
        talk_feed(&s, cases[i].bytes);
        assert_int_equal(ami_session_eof(s.session, 0), cases[i].end);
        assert_non_null(strstr(ami_session_error(s.session)->text, cases[i].words));
        talk_end(&s);
    }
}

/* ---- Memory ------------------------------------------------------------------------------ */

static void test_warm_sessions_allocate_nothing(void **state)
{
    struct test_alloc alloc;
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    ami_action *action = talk_action("Ping");
    struct talk s;
    size_t warm = 0;
    (void)state;

    test_alloc_init(&alloc, 0);
    opts.allocator = &alloc.allocator;
    talk_begin(&s, &opts);
    talk_feed(&s, BANNER);
    ami_on(s.session, "A", talk_on_event, &s, NULL);
    for (int i = 0; i < 1000; i++) {
        char answer[128];
        ami_id id;
        if (i == 100)
            warm = alloc.calls;
        ami_submit(s.session, action, talk_on_reply, &s, &id);
        talk_sent(&s);
        snprintf(answer, sizeof answer,
                 "Response: Success\r\nActionID: t.%d\r\n\r\nEvent: A\r\nX: 1\r\n\r\n", (int)id);
        talk_feed(&s, answer);
        text_free(&s.log);
    }
    assert_int_equal(alloc.calls, warm);
    ami_action_free(action);
    talk_end(&s);
    assert_int_equal(alloc.live, 0);
}

/* Until it is sent; and what an ordinary batch takes is kept. */
static void test_output_of_a_burst_is_given_back(void **state)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct test_alloc alloc;
    char filler[1000] = "";
    const void *data;
    struct talk s;

    (void)state;
    test_alloc_init(&alloc, 0);
    opts.allocator = &alloc.allocator;
    talk_begin(&s, &opts);
    memset(filler, 'x', sizeof filler - 1);
    for (int count = 300; count >= 30; count -= 270) {
        for (int i = 0; i < count; i++)
            ami_send(s.session, NULL, NULL, "Ping", "Filler", filler, (char *)NULL);
        size_t len = ami_session_output(s.session, &data), before = alloc.bytes;
        assert_true(len > (size_t)count * sizeof filler);
        ami_session_sent(s.session, len - 1);
        assert_int_equal(alloc.bytes, before);
        ami_session_sent(s.session, 1);
        assert_true(count == 300 ? alloc.bytes <= before - len : alloc.bytes == before);
    }
    talk_end(&s);
    assert_int_equal(alloc.live, 0);
}

/* One life of a session; false when memory ran out somewhere. */
static bool short_life(struct test_alloc *alloc)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct ami_login_opts login = AMI_LOGIN_OPTS_INIT;
    struct talk s = {0};
    bool ok;

    opts.id_prefix = "t";
    opts.allocator = &alloc->allocator;
    login.username = "admin";
    login.secret = "secret";
    int err = ami_session_new(&s.session, &opts);
    if (err < 0) {
        assert_int_equal(err, AMI_E_NOMEM);
        return false;
    }
    ok = ami_on(s.session, "A*", talk_on_event, &s, NULL) == AMI_OK &&
         ami_login(s.session, &login, NULL, NULL) == AMI_OK &&
         ami_send(s.session, talk_on_reply, &s, "Queues", (char *)NULL) == AMI_OK &&
         talk_feed(&s, BANNER) == AMI_OK;
    talk_sent(&s);
    ok = ok &&
         talk_feed(&s, "Response: Success\r\nActionID: t.2\r\nChallenge: 12\r\n\r\n") == AMI_OK;
    ok = ok && strstr(talk_sent(&s), "Key: ") &&
         talk_feed(&s, "Response: Success\r\nActionID: t.4\r\n\r\n") == AMI_OK;
    ok = ok && strstr(talk_sent(&s), "Action: Queues") &&
         talk_feed(&s, "text\r\n\r\nResponse: Success\r\nActionID: t.3p\r\n\r\n") == AMI_OK &&
         strstr(text_str(&s.log), "3 DONE OK");
    talk_end(&s);
    return ok;
}

static void test_every_allocation_fails_once(void **state)
{
    struct test_alloc alloc;
    bool ok = false;
    size_t n;
    (void)state;

    for (n = 1; !ok && n < 200; n++) {
        test_alloc_init(&alloc, n);
        ok = short_life(&alloc);
        assert_int_equal(alloc.live, 0);
    }
    assert_true(ok);
    assert_in_range(n, 8, 100);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, finish)
    const struct CMUnitTest tests[] = {
        TEST(test_timeout_after_sending),
        TEST(test_timeout_before_sending),
        TEST(test_timeouts_before_zero),
        TEST(test_timeouts_in_order),
        TEST(test_timeout_of_one_action),
        TEST(test_a_list_waits_for_each_item),
        TEST(test_late_items_are_no_events),
        TEST(test_items_of_a_cancelled_list_without_an_action_id),
        TEST(test_a_cancelled_list_goes_on_to_its_end),
        TEST(test_cancel_before_sending),
        TEST(test_a_cancelled_raw_action_swallows_its_text),
        TEST(test_eof_tells_lost_from_not_sent),
        TEST(test_nothing_leaves_after_the_end),
        TEST(test_an_answer_to_nothing_sent),
        TEST(test_no_submit_while_cancelling),
        TEST(test_reentrancy),
        TEST(test_patterns),
        TEST(test_order_of_handlers),
        cmocka_unit_test(test_every_byte_sent),
        cmocka_unit_test(test_free_ends_all),
        cmocka_unit_test(test_free_in_a_handler),
        cmocka_unit_test(test_free_in_a_reply),
        cmocka_unit_test(test_cancel_at_the_end),
        cmocka_unit_test(test_free_out_of_memory),
        cmocka_unit_test(test_free_in_a_free),
        cmocka_unit_test(test_free_in_a_cancel),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_old_servers_read_less),
        cmocka_unit_test(test_a_limit_of_the_parser_ends_the_session),
        cmocka_unit_test(test_not_a_manager),
        cmocka_unit_test(test_garbage_without_a_line),
        cmocka_unit_test(test_ends_of_stream),
        cmocka_unit_test(test_warm_sessions_allocate_nothing),
        cmocka_unit_test(test_output_of_a_burst_is_given_back),
        cmocka_unit_test(test_every_allocation_fails_once),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
