/* SPDX-License-Identifier: MIT */
/* Does each event come once, field for field as on the wire, and never as somebody's answer? */
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "calls.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"

/* ---- Events with our ActionID ------------------------------------------------------------ */

/* The server sends the event to all, with the ActionID of who asked for it. */
void test_user_event(struct test *t)
{
    ami_action *action = ami_action_new("UserEvent");
    char expected[128];
    struct answer *a;

    listen_to(t, "userevent");
    ami_action_add(action, "UserEvent", "Mine");
    ami_action_add(action, "Response", "Error");
    a = submit(t, action);
    snprintf(expected, sizeof expected, "\nActionID: %s\n", action_id_of(t, a));
    answered(t, a);
    WAIT_FOR(t, t->events.count > 0);
    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Message", "Event Sent");
    expect_ping(t);
    expect(t, t->events.count == 1, "%zu events instead of 1", t->events.count);
    expect(t, log_has(&t->events, expected), "the event has not our ActionID");
    expect(t, log_has(&t->events, "\nResponse: Error\n"), "the event has not our header");
}

/*
 * A call that rings for two seconds holds the session, and behind it waits a raw action, which
 * takes what comes. The event of another user comes between the two, with the ActionID of the
 * latter.
 */
void test_forged_event(struct test *t)
{
    struct answer *call, *raw;
    char event[256];

    raw_open(t);
    listen_to(t, "UserEvent");
    call = SEND(t, "Originate", "Channel", "Local/ring@test", "Application", "Wait", "Data", "1",
                "Timeout", "2000");
    raw = submit(t, ami_action_new("IAXnetstats"));
    snprintf(event, sizeof event,
             "Action: UserEvent\r\nUserEvent: forged\r\nActionID: %s\r\nResponse: Error\r\n"
             "EventList: Complete\r\n\r\n",
             action_id_of(t, raw));
    wait_ms(t, 50);
    expect(t, call->dones == 0 && raw->dones == 0, "the call does not last");
    raw_send(t, event);
    all_answered(t);
    expect_simple(t, call, AMI_E_REFUSED);
    if (!is_unknown_action(raw))
        expect_end(t, raw, AMI_OK);
    for (int i = 0; i < raw->items; i++) /* there may be rows of calls */
        expect(t, ami_msg_kind(raw->item[i]) == AMI_KIND_RAW, "the event was taken for an item");
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: forged\n"));
    expect(t, t->events.count == 1, "%zu events instead of 1", t->events.count);
    hang_up_all(t);
}

/* ---- Fidelity: by libami and by a raw socket --------------------------------------------- */

static const char *const odd_lines[] = {
    "no colon here\r\n",
    "Response: Success\r\nMessage: not an answer\r\n",
    "Event: Hangup\r\nChannel: none\r\n",
    "Privilege: call,all\r\nEventList: Complete\r\nListItems: 7\r\n",
    "Utf8: Gr\xc3\xbc\xc3\x9f Gott \xe2\x82\xac \xf0\x9f\x93\x9e\r\n",
    "Latin1: M\xfcller \xa4\r\nBroken: \xc3\xff\xfe\r\n",
    "Colons: a: b:c ::\r\nUrl: http://h:80/x?y=z\r\n",
    "Empty:\r\nBlank: \r\nBlanks:    \r\n",
    "Trailing: x  \t \r\nTrailing2:  two before\r\n",
    "Back\\slash: \\n \\\\ \\x41 \"q\" 'q' %0A %s\r\n",
    "Name with blanks  : value\r\n",
    " leading: blank\r\n\tleading: tab\r\n \r\n",
    ": no name\r\n:\r\n",
    "Return: a\rb\r\nLater: still there\r\n",
    "Tight:value\r\nTab:\tvalue\r\n",
    "Control: \x01\x02\x1b[31m\x7f\r\n",
    "Same: 1\r\nSame: 2\r\nsame: 3\r\nSame: \r\n",
    "Output: --END COMMAND--\r\n--END COMMAND--\r\n",
    "Asterisk Call Manager/1.0\r\n",
};

/* From the raw socket: the builder of libami refuses most of these. */
static void send_odd(struct test *t, size_t nth)
{
    char action[512];

    snprintf(action, sizeof action,
             "Action: UserEvent\r\nActionID: odd-%zu\r\nUserEvent: odd\r\n%s\r\n", nth,
             odd_lines[nth % ARRAY_LEN(odd_lines)]);
    raw_send(t, action);
}

/* Calls of many sorts, and a UserEvent that the dialplan makes: it has line ends in its values. */
static void send_others(struct test *t)
{
    static const char *const extensions[] = {"answer", "congestion", "late", "broken", "userevent",
                                             "vars",   "dial",       "park", "queue",  "conf"};
    char channel[64];

    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        snprintf(channel, sizeof channel, "Local/%s@test", extensions[i]);
        SEND(t, "Originate", "Channel", channel, "Application", "Wait", "Data", "1", "Async",
             "true");
    }
    SEND(t, "Originate", "Channel", "Local/long@test", "Application", "Exec", "Data",
         "UserEvent(lines,Key: one${URIDECODE(%0A)}two: 2${URIDECODE(%0A%0A)}four,Last: 1)",
         "Async", "true");
}

/* Events before the first mark depend on which session was there first; all from it to the last
 * one are compared. What the raw session sees beside events are answers to its own actions. */
static void compare_marked(struct test *t)
{
    static const char begin[] = "\nUserEvent: the-begin\n", end[] = "\nUserEvent: the-end\n";
    size_t ours = log_find(&t->events, begin), theirs = log_find(&t->raw->events, begin);
    size_t count = log_find(&t->events, end) - ours + 1;
    size_t their_count = log_find(&t->raw->events, end) - theirs + 1;

    printf("#   %zu events, %zu bytes on the raw socket\n", count, t->raw->wire.in.len);
    expect(t, count > CALLS * 10, "only %zu events", count);
    expect(t, count == their_count, "%zu events by libami, %zu by the raw socket", count,
           their_count);
    expect_same_events(t, &t->events, ours, &t->raw->events, theirs,
                       count < their_count ? count : their_count);
}

/* The same bytes once more, one at a time, into a session that has no socket at all. */
static void compare_fed_again(struct test *t)
{
    struct test again = {.own_fd = -1};
    const struct text *in = &t->raw->wire.in;

    expect_status(t, "ami_session_new", ami_session_new(&again.session, NULL), AMI_OK);
    expect_status(t, "ami_on", ami_on(again.session, NULL, on_event, &again, NULL), AMI_OK);
    for (size_t i = 0; i < in->len; i++)
        if (ami_session_feed(again.session, in->data + i, 1, 0) < 0)
            break;
    expect(t, !again.failed, "fed again: %s", again.why);
    expect_status(t, "fed again", ami_session_error(again.session)->code, AMI_OK);
    expect(t, again.events.count == t->raw->events.count, "fed again: %zu events instead of %zu",
           again.events.count, t->raw->events.count);
    expect_same_events(t, &again.events, 0, &t->raw->events, 0, again.events.count);
    ami_session_free(again.session);
    log_free(&again.events);
}

void test_fidelity(struct test *t)
{
    struct calls calls = {0};

    raw_open(t);
    listen_to(t, NULL);
    expect_status(t, "ami_on", ami_on(t->session, "OriginateResponse", on_outcome, &calls, NULL),
                  AMI_OK);
    raw_send(t, "Action: UserEvent\r\nUserEvent: the-begin\r\n\r\n");
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: the-begin\n"));
    for (size_t i = 0; i < CALLS; i++) {
        place_call(t, &calls);
        send_odd(t, i);
        if (i % 50 == 0)
            send_others(t);
        pump(t, ami_now() + 5);
    }
    WAIT_FOR(t, calls.ended == CALLS);
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: lines\n"));
    hang_up_all(t);
    raw_send(t, "Action: UserEvent\r\nUserEvent: the-end\r\n\r\n");
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: the-end\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "\nUserEvent: the-end\n"));
    WAIT_FOR(t, t->raw->replies.count == CALLS + 3); /* the login, two marks */
    all_answered(t);
    expect_calls(t, &calls);
    compare_marked(t);
    compare_fed_again(t);
}
