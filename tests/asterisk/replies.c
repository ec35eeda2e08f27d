/* SPDX-License-Identifier: MIT */
/* Each kind of reply but lists: simple, refused, Command, raw, with an event later; and by the
 * blocking calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "database.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"

void test_simple(struct test *t)
{
    struct answer *a = ASK(t, "Ping");
    long long number;

    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Ping", "Pong");
    expect(t, ami_msg_is_success(a->done), "Pong is no success");
    expect_status(t, "a number that is none", ami_msg_get_int(a->done, "Ping", &number),
                  AMI_E_INVAL);
    a = ASK(t, "ListCommands");
    expect_simple(t, a, AMI_OK);
    expect(t, ami_msg_count(a->done) > 50, "%zu actions in ListCommands", ami_msg_count(a->done));
    a = ASK(t, "Events", "EventMask", "off");
    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Events", "Off");
}

void test_refused(struct test *t)
{
    struct answer *a = ASK(t, "NoSuchActionAtAll");

    expect_simple(t, a, AMI_E_REFUSED);
    expect(t, is_unknown_action(a), "another error than unknown command");
    a = ASK(t, "Hangup", "Channel", "Local/nobody@nowhere-00000000;1");
    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "No such channel");
    expect_simple(t, ASK(t, "Originate", "Channel", "x"), AMI_E_REFUSED);
    /* Both of these answer with two errors; the second is nobody's. */
    expect_simple(t, ASK(t, "ModuleLoad"), AMI_E_REFUSED);
    expect_simple(t, ASK(t, "ModuleLoad", "LoadType", "load"), AMI_E_REFUSED);
    expect_ping(t);
}

/* ---- Command ----------------------------------------------------------------------------- */

/* The answer to a command as text, its ActionID left out, since that one differs. */
static char *without_action_id(const char *message)
{
    static const char name[] = "ActionID: ";
    struct text text = {0};

    while (*message) {
        size_t len = strcspn(message, "\n") + 1;

        if (strncmp(message, name, sizeof name - 1) != 0)
            text_add_bytes(&text, message, len);
        message += len;
    }
    return text.data;
}

/* Runs a command both ways. */
static void compare_command(struct test *t, const char *command, int status)
{
    struct answer *a = ASK(t, "Command", "Command", command);
    size_t before = t->raw->replies.count;
    char action[256], *whole, *ours, *theirs;

    expect_simple(t, a, status);
    snprintf(action, sizeof action, "Action: Command\r\nActionID: raw\r\nCommand: %s\r\n\r\n",
             command);
    raw_send(t, action);
    WAIT_FOR(t, t->raw->replies.count > before);
    whole = msg_text(a->done);
    ours = without_action_id(whole);
    theirs = without_action_id(t->raw->replies.at[before]);
    expect(t, strlen(ours) < strlen(whole), "%s: no ActionID", command);
    expect(t, strcmp(ours, theirs) == 0, "%s: not what a raw socket gets", command);
    free(whole);
    free(ours);
    free(theirs);
}

void test_command(struct test *t)
{
    struct answer *a;

    raw_open(t);
    compare_command(t, "core show version", AMI_OK);
    compare_command(t, "manager show commands", AMI_OK);
    compare_command(t, "core show application Dial", AMI_OK);
    compare_command(t, "core show applications", AMI_OK);
    compare_command(t, "core show help", AMI_OK);
    compare_command(t, "queue show", AMI_OK);
    compare_command(t, "core set verbose 0", AMI_OK);
    compare_command(t, "no such command at all", AMI_E_REFUSED);
    compare_command(t, "database get libami no-such-key", AMI_OK);
    compare_command(t, "module load x", AMI_E_REFUSED);
    a = ASK(t, "Command", "Command", "manager show commands");
    expect(t, a->done && ami_msg_get_nth(a->done, "Output", 50), "less than 50 lines of output");
    a = ASK(t, "Command", "Command", "no such command at all");
    expect(t, strstr(value_of(a->done, "Output"), "No such command"), "no reason in the output");
    expect_simple(t, ASK(t, "Command"), AMI_E_REFUSED);
}

/* ---- Raw: text that is no message -------------------------------------------------------- */

/* A call to a peer that never answers has statistics, too. */
static struct answer *netstats_of_call(struct test *t)
{
    struct answer *a = NULL;

    SEND(t, "Originate", "Channel", "IAX2/iaxfixed/x", "Application", "Wait", "Data", "1", "Async",
         "true", "Timeout", "5000");
    for (int tries = 0; tries < 50 && (!a || a->items == 0); tries++) {
        a = ASK(t, "IAXnetstats");
        wait_ms(t, 20);
    }
    return a;
}

void test_raw_netstats(struct test *t)
{
    struct answer *a = ASK(t, "IAXnetstats");
    char *row;

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_iax2");
        return;
    }
    for (int tries = 0; tries < 30 && a->items > 0; tries++) {
        wait_ms(t, 500); /* calls of an earlier run stay for ten seconds */
        a = ASK(t, "IAXnetstats");
    }
    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 0 && a->items == 0 && !a->done,
           "%d RESPONSEs, %d ITEMs, DONE with %s", a->responses, a->items, name_of(a->done));
    expect_ping(t);
    a = netstats_of_call(t);
    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 0 && a->items == 1 && !a->done,
           "with a call: %d RESPONSEs, %d ITEMs, DONE with %s", a->responses, a->items,
           name_of(a->done));
    expect(t, a->items > 0 && ami_msg_kind(a->item[0]) == AMI_KIND_RAW, "ITEM that is not raw");
    row = a->items > 0 ? msg_text(a->item[0]) : NULL; /* it holds a colon: no field is the row */
    expect(t, row && strstr(row, " 1000 -1 0 -1 -1 0 -1 "), "ITEM without the call");
    free(row);
    expect_list(t, ASK(t, "Hangup", "Channel", "/^IAX2\\//"), "ChannelHungup",
                "ChannelsHungupListComplete");
    expect_ping(t);
}

void test_raw_skinny(struct test *t)
{
    struct answer *a = ASK(t, "SKINNYshowdevice", "Device", "no-such-device");

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_skinny");
        return;
    }
    expect_end(t, a, AMI_OK);
    expect(t, a->items == 0 && !a->done, "%d ITEMs, DONE with %s", a->items, name_of(a->done));
    a = ASK(t, "SKINNYshowdevice");
    expect_simple(t, a, AMI_E_REFUSED);
    a = ASK(t, "SKINNYdevices");
    if (a->items > 0) {
        a = ASK(t, "SKINNYshowdevice", "Device", value_of(a->item[0], "ObjectName"));
        expect_end(t, a, AMI_OK);
        expect(t, a->items == 1 && !a->done, "%d ITEMs, DONE with %s", a->items, name_of(a->done));
        expect(t, a->items > 0 && ami_msg_kind(a->item[0]) == AMI_KIND_RAW, "ITEM that is not raw");
        expect_text(t, a->items > 0 ? a->item[0] : NULL, "Channeltype", "SKINNY");
    }
    expect_ping(t);
}

/* ---- With an event later ----------------------------------------------------------------- */

/* The Response, then the event as the end; handlers do not hear of it. */
static void expect_result(struct test *t, const struct answer *a, const char *event)
{
    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 1 && a->items == 0, "%d RESPONSEs and %d ITEMs", a->responses,
           a->items);
    expect_text(t, a->response, "Response", "Success");
    expect_text(t, a->done, "Event", event);
    expect_text(t, a->done, "ActionID", value_of(a->response, "ActionID"));
    expect_ping(t);
    expect(t, t->events.count == 0, "%zu events %s", t->events.count, event);
}

void test_deferred(struct test *t)
{
    struct answer *a;

    listen_to(t, "FAXStats");
    a = ASK(t, "FAXStats");
    if (is_unknown_action(a))
        skip(t, "this server has no res_fax");
    else
        expect_result(t, a, "FAXStats");
}

void test_wait_event(struct test *t)
{
    listen_to(t, "WaitEventComplete");
    expect_result(t, ASK(t, "WaitEvent", "Timeout", "1"), "WaitEventComplete");
}

/* ---- Blocking calls ---------------------------------------------------------------------- */

void test_sync(struct test *t)
{
    ami_action *action = ami_action_new("DBGetTree");
    ami_list *list = NULL;
    ami_msg *reply = NULL;

    put_entries(t);
    expect_status(t, "Ping", ami_sync_send(t->conn, &reply, "Ping", (char *)NULL), AMI_OK);
    expect_text(t, reply, "Ping", "Pong");
    ami_msg_free(reply);
    expect_status(t, "nothing", ami_sync_send(t->conn, &reply, "NoSuchAction", (char *)NULL),
                  AMI_E_REFUSED);
    expect_text(t, reply, "Response", "Error");
    ami_msg_free(reply);
    ami_action_add(action, "Family", "libami");
    expect_status(t, "list", ami_sync_list(t->conn, action, &list), AMI_OK);
    expect(t, list && ami_list_count(list) == ENTRIES, "%zu items of %d",
           list ? ami_list_count(list) : 0, ENTRIES);
    expect_text(t, list ? ami_list_at(list, ENTRIES - 1) : NULL, "Val", "0499");
    expect_text(t, list ? ami_list_response(list) : NULL, "EventList", "start");
    expect_text(t, list ? ami_list_complete(list) : NULL, "Event", "DBGetTreeComplete");
    ami_list_free(list);
    ami_action_free(action);
    forget(t);
}

void test_sync_command(struct test *t)
{
    char *output = NULL;

    expect_status(t, "core show version", ami_sync_command(t->conn, "core show version", &output),
                  AMI_OK);
    expect(t, strncmp(output, "Asterisk ", 9) == 0, "core show version: %s", output);
    expect(t, output[strlen(output) - 1] == '\n', "no line end: %s", output);
    free(output);
    expect_status(t, "an unknown one", ami_sync_command(t->conn, "no such thing", &output),
                  AMI_E_REFUSED);
    expect(t, strstr(output, "No such command"), "an unknown one: %s", output);
    free(output);
}

void test_sync_call(struct test *t)
{
    ami_action *action = ami_action_new("Originate");
    ami_msg *outcome = NULL, *hangup = NULL;

    ami_action_add(action, "Channel", "Local/long@test");
    ami_action_add(action, "Application", "Wait");
    ami_action_add(action, "Data", "60");
    expect_status(t, "the call", ami_sync_originate(t->conn, action, &outcome), AMI_OK);
    expect_text(t, outcome, "Reason", "4");
    const char *id = value_of(outcome, "Uniqueid");
    expect_status(t, "Hangup",
                  ami_send(t->session, NULL, NULL, "Hangup", "Channel",
                           value_of(outcome, "Channel"), (char *)NULL),
                  AMI_OK);
    expect_status(t, "its end", ami_sync_event(t->conn, "Hangup", "Uniqueid", id, 5000, &hangup),
                  AMI_OK);
    expect_text(t, hangup, "Channel", value_of(outcome, "Channel"));
    ami_msg_free(hangup);
    expect_status(t, "no second end", ami_sync_event(t->conn, "Hangup", "Uniqueid", id, 300, NULL),
                  AMI_E_TIMEOUT);
    ami_msg_free(outcome);
    ami_action_free(action);
}
