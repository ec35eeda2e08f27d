/* SPDX-License-Identifier: MIT */
/* What may be sent: nothing that makes other actions, and all up to the limits of the server. */
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "calls.h"
#include "database.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"
#include "transport.h"

static void submit_bad(struct test *t, const char *name, const char *value)
{
    ami_action *action = ami_action_new("UserEvent");

    ami_action_add(action, "UserEvent", "good");
    expect_status(t, "ami_action_add", ami_action_add(action, name, value), AMI_E_INVAL);
    expect_status(t, "ami_submit", ami_submit(t->session, action, NULL, NULL, NULL), AMI_E_INVAL);
    ami_action_free(action);
    expect_status(t, "ami_send",
                  ami_send(t->session, NULL, NULL, "UserEvent", name, value, (char *)NULL),
                  AMI_E_INVAL);
}

void test_injection(struct test *t)
{
    static const char evil[] = "x\r\n\r\nAction: UserEvent\r\nUserEvent: injected\r\n";

    raw_open(t);
    listen_to(t, NULL);
    submit_bad(t, "Header", evil);
    submit_bad(t, "Header", "x\nUserEvent: injected");
    submit_bad(t, "Header", "x\rUserEvent: injected");
    submit_bad(t, evil, "x");
    submit_bad(t, "Action", "UserEvent");
    submit_bad(t, "ActionID", "x");
    submit_bad(t, "Name: x", "x");
    expect_status(t, "ami_send", ami_send(t->session, NULL, NULL, evil, (char *)NULL), AMI_E_INVAL);
    expect_simple(t, ASK(t, "UserEvent", "UserEvent", "the-end"), AMI_OK);
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: the-end\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "\nUserEvent: the-end\n"));
    expect(t, !log_has(&t->raw->events, "injected") && !log_has(&t->raw->events, ": good\n"),
           "something reached the server");
    expect(t, !log_has(&t->events, "injected"), "something reached the server");
}

void test_longest_line(struct test *t)
{
    static const char name[] = "Filler";
    size_t room = AMI_ACTION_LINE_MAX - (sizeof name - 1) - 2;
    ami_action *action = ami_action_new("UserEvent");
    char value[AMI_ACTION_LINE_MAX + 1], expected[AMI_ACTION_LINE_MAX + 32];

    memset(value, 'x', sizeof value);
    value[room + 1] = '\0';
    listen_to(t, "UserEvent");
    ami_action_add(action, "UserEvent", "long");
    expect_status(t, "a byte more", ami_action_add(action, name, value), AMI_E_LIMIT);
    ami_action_free(action);
    value[room] = '\0';
    expect_simple(t, ASK(t, "UserEvent", "UserEvent", "long", name, value, "Last", "1"), AMI_OK);
    WAIT_FOR(t, t->events.count > 0);
    snprintf(expected, sizeof expected, "\nFiller: %s\n", value);
    expect(t, log_has(&t->events, expected), "the event has not the whole line");
    expect(t, log_has(&t->events, "\nLast: 1\n"), "the event has not the line after it");
}

void test_most_lines(struct test *t)
{
    ami_action *action = ami_action_new("UserEvent");
    char name[32], last[32];
    int count = AMI_ACTION_LINES_MAX - 3; /* Action, ActionID, UserEvent */

    listen_to(t, "UserEvent");
    ami_action_add(action, "UserEvent", "many");
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "Line%d", i);
        expect_status(t, name, ami_action_add(action, name, "x"), AMI_OK);
    }
    expect_simple(t, answered(t, submit(t, action)), AMI_OK);
    WAIT_FOR(t, t->events.count > 0);
    snprintf(last, sizeof last, "\nLine%d: x\n", count - 1);
    expect(t, log_has(&t->events, last), "the event has not all lines");
    action = ami_action_new("UserEvent");
    for (int i = 0; i < AMI_ACTION_LINES_MAX - 2; i++)
        ami_action_add(action, "Line", "x");
    expect_status(t, "a line more", ami_action_add(action, "Line", "x"), AMI_E_LIMIT);
    ami_action_free(action);
}

/* ---- Long ActionIDs ---------------------------------------------------------------------- */

/* All lists that a server without telephony hardware can have; the server puts the ActionID into
 * buffers of its own for most of them. */
static const struct {
    const char *action, *headers[4];
} lists[] = {
    {"Agents", {NULL}},
    {"BridgeList", {NULL}},
    {"BridgeTechnologyList", {NULL}},
    {"ConfbridgeList", {"Conference", "libami"}},
    {"ConfbridgeListRooms", {NULL}},
    {"CoreShowChannels", {NULL}},
    {"DBGet", {"Family", "libami", "Key", "one"}},
    {"DBGetTree", {"Family", "libami"}},
    {"DeviceStateList", {NULL}},
    {"ExtensionStateList", {NULL}},
    {"FAXSessions", {NULL}},
    {"Hangup", {"Channel", "/^Local\\/nobody/"}},
    {"IAXpeerlist", {NULL}},
    {"IAXpeers", {NULL}},
    {"IAXregistry", {NULL}},
    {"MWIGet", {"Mailbox", "/.*/"}},
    {"ParkedCalls", {NULL}},
    {"Parkinglots", {NULL}},
    {"PJSIPShowAors", {NULL}},
    {"PJSIPShowAuths", {NULL}},
    {"PJSIPShowContacts", {NULL}},
    {"PJSIPShowEndpoints", {NULL}},
    {"PJSIPShowRegistrationInboundContactStatuses", {NULL}},
    {"PJSIPShowRegistrationsInbound", {NULL}},
    {"PJSIPShowRegistrationsOutbound", {NULL}},
    {"PJSIPShowResourceLists", {NULL}},
    {"PJSIPShowSubscriptionsInbound", {NULL}},
    {"PJSIPShowSubscriptionsOutbound", {NULL}},
    {"PresenceStateList", {NULL}},
    {"QueueStatus", {NULL}},
    {"QueueSummary", {NULL}},
    {"ShowDialPlan", {NULL}},
    {"SIPpeers", {NULL}},
    {"SIPpeerstatus", {NULL}},
    {"SIPshowregistry", {NULL}},
    {"SKINNYdevices", {NULL}},
    {"SKINNYlines", {NULL}},
    {"Status", {NULL}},
    {"VoicemailUsersList", {NULL}},
};

static void expect_own_items(struct test *t, const struct answer *a, const char *action,
                             const char *id)
{
    bool without = strcmp(action, "IAXpeers") == 0;

    expect(t, !a->trouble && (a->status == AMI_OK || a->status == AMI_E_REFUSED), "%s: %s", action,
           a->trouble ? a->trouble : ami_err_name(a->status));
    expect_text(t, a->done, "ActionID", id);
    for (int i = 0; i < a->items; i++) {
        const char *found = ami_msg_get(a->item[i], "ActionID");

        expect(t, without ? !found : found && strcmp(found, id) == 0, "%s: item %d has ActionID %s",
               action, i, found ? found : "(none)");
        expect(t, ami_msg_flags(a->item[i]) == 0, "%s: item %d is damaged", action, i);
    }
}

static void ask_list(struct test *t, size_t nth, int counts[3])
{
    ami_action *action = ami_action_new(lists[nth].action);
    const char *const *headers = lists[nth].headers;
    struct answer *a;
    char expected[80];

    for (size_t i = 0; i < ARRAY_LEN(lists[nth].headers) && headers[i]; i += 2)
        ami_action_add(action, headers[i], headers[i + 1]);
    a = submit(t, action);
    snprintf(expected, sizeof expected, "%s", action_id_of(t, a));
    expect(t, strlen(expected) > 40, "the ActionID is short: %s", expected);
    expect_own_items(t, answered(t, a), lists[nth].action, expected);
    counts[is_unknown_action(a) ? 0 : a->items == 0 ? 1 : 2]++;
}

void test_long_action_id(struct test *t)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    int counts[3] = {0};

    opts.id_prefix = "a-prefix-of-forty-characters.-_ABCDEFGHI";
    open_own(t, 4096, &opts);
    put(t, "one", "1");
    hold_calls(t, 3);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        ask_list(t, i, counts);
    printf("#   %d lists with items, %d without, %d not on this server\n", counts[2], counts[1],
           counts[0]);
    hang_up_all(t);
    forget(t);
}
