/* SPDX-License-Identifier: MIT */
/* Ends that the program wants: cancel, time-out, close and free. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "calls.h"
#include "database.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"

static void on_reply_cancel(const struct ami_reply *reply, void *user)
{
    struct answer *a = user;

    on_reply(reply, user);
    if (reply->step == AMI_STEP_ITEM && a->items == 3)
        want(a->test, ami_cancel(reply->session, reply->id) == AMI_OK, "ami_cancel failed");
}

static void expect_cancelled(struct test *t, const struct answer *a, int items)
{
    expect(t, a->dones == 1, "DONE came %d times", a->dones);
    expect_status(t, "the end", a->status, AMI_E_CANCELLED);
    expect(t, !a->trouble, "%s", a->trouble);
    expect(t, !a->done, "DONE with a message");
    expect(t, a->items == items, "%d items instead of %d", a->items, items);
}

void test_cancel(struct test *t)
{
    struct answer *a, *unsent, *flushed;

    hold_calls(t, 5);
    listen_to(t, "CoreShowChannel");
    a = new_answer(t);
    submitted(t, ami_send(t->session, on_reply_cancel, a, "CoreShowChannels", (char *)NULL));
    answered(t, a);
    expect_cancelled(t, a, 3);
    expect(t, a->sent, "cancelled in mid-list, and not sent");
    expect_ping(t);
    flushed = submit(t, ami_action_new("CoreShowChannels"));
    ami_conn_process(t->conn, 0);
    expect_status(t, "ami_cancel", ami_cancel(t->session, flushed->id), AMI_OK);
    expect_cancelled(t, flushed, 0);
    expect(t, flushed->sent, "flushed, and not sent");
    expect_ping(t);
    unsent = submit(t, ami_action_new("CoreShowChannels"));
    expect_status(t, "ami_cancel", ami_cancel(t->session, unsent->id), AMI_OK);
    expect_cancelled(t, unsent, 0);
    expect(t, !unsent->sent, "withdrawn, and sent");
    expect_status(t, "a second ami_cancel", ami_cancel(t->session, unsent->id), AMI_E_NOTFOUND);
    int up = channels_up(t);
    expect(t, up == 10, "%d channels instead of 10", up);
    hang_up_all(t);
    put_entries(t);
    listen_to(t, "DBGetTree*");
    a = new_answer(t);
    submitted(
        t, ami_send(t->session, on_reply_cancel, a, "DBGetTree", "Family", "libami", (char *)NULL));
    answered(t, a);
    expect_cancelled(t, a, 3);
    expect_ping(t);
    expect(t, t->events.count == 0, "items of a cancelled list as events");
    forget(t);
}

/* Returns as soon as anything happens on the server, so that it may need another try. */
static struct answer *wait_in_vain(struct test *t)
{
    struct answer *a = NULL;

    for (int tries = 0; tries < 20 && (!a || a->status == AMI_OK); tries++) {
        ami_action *action = ami_action_new("WaitEvent");

        ami_action_add(action, "Timeout", "10");
        ami_action_timeout(action, 300);
        a = answered(t, submit(t, action));
    }
    return a;
}

void test_timeout(struct test *t)
{
    struct answer *a = wait_in_vain(t);

    expect_status(t, "WaitEvent", a->status, AMI_E_TIMEOUT);
    expect(t, a->sent && !a->done, "a time-out with a message, or not sent");
    listen_to(t, NULL);
    for (int i = 0; i < 10; i++)
        expect_ping(t); /* the first ends the wait: its answer comes late */
    a = ASK(t, "CoreShowChannels");
    expect_list(t, a, "CoreShowChannel", "CoreShowChannelsComplete");
    expect_status(t, "connection", ami_conn_error(t->conn)->code, AMI_OK);
}

/* ---- Close and free ---------------------------------------------------------------------- */

static void on_state(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    struct test *t = user;
    char *name = resized(NULL, 16);

    (void)conn;
    snprintf(name, 16, "%s", ami_conn_state_name(info->state));
    log_take(&t->states, name);
}

/* How many sessions of our user the server has, the raw one counted. */
static int sessions(struct test *t)
{
    size_t before = t->raw->replies.count;
    char user[128];
    int count = 0;

    raw_send(t, "Action: Command\r\nCommand: manager show connected\r\n\r\n");
    WAIT_FOR(t, t->raw->replies.count > before);
    snprintf(user, sizeof user, "\nOutput:   %s ", server.user);
    for (const char *at = t->raw->replies.at[before]; (at = strstr(at, user)); at++)
        count++;
    return count;
}

static void expect_sessions(struct test *t, int expected)
{
    ami_time end = ami_now() + PATIENCE_MS;
    int count;

    while ((count = sessions(t)) != expected && ami_now() < end)
        wait_ms(t, 50);
    expect(t, count == expected, "%d sessions on the server instead of %d", count, expected);
}

static void expect_states(struct test *t, const char *expected)
{
    struct text seen = {0};

    text_add(&seen, "");
    for (size_t i = 0; i < t->states.count; i++) {
        text_add(&seen, t->states.at[i]);
        text_add(&seen, " ");
    }
    expect(t, strcmp(seen.data, expected) == 0, "the states were %s", seen.data);
    free(seen.data);
}

void test_close(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct answer *a;

    opts.on_state = on_state;
    opts.user = t;
    raw_open(t);
    open_conn(t, &opts);
    listen_to(t, NULL);
    expect_sessions(t, 2);
    for (int i = 0; i < 20; i++)
        SEND(t, "Originate", "Channel", "Local/long@test", "Application", "Wait", "Data", "60",
             "Async", "true");
    SEND(t, "CoreShowChannels");
    ami_conn_close(t->conn);
    expect_status(t, "submit after close", ami_send(t->session, NULL, NULL, "Ping", (char *)NULL),
                  AMI_E_STATE);
    WAIT_FOR(t, ami_conn_state(t->conn) == AMI_STATE_CLOSED);
    for (a = t->answers; a; a = a->next)
        expect_end(t, a, AMI_OK); /* what was queued is still answered */
    expect_status(t, "ami_conn_error", ami_conn_error(t->conn)->code, AMI_E_CANCELLED);
    expect_status(t, "ami_conn_process", ami_conn_process(t->conn, 0), AMI_E_CANCELLED);
    expect(t, ami_conn_fd(t->conn) == -1, "a descriptor after the end");
    expect_states(t, "CONNECTING LOGIN READY CLOSING CLOSED ");
    expect_sessions(t, 1);
    raw_send(t, "Action: Hangup\r\nChannel: /^Local\\//\r\n\r\n");
    WAIT_FOR(t, log_has(&t->raw->events, "\nEventList: Complete\n"));
}

void test_free(struct test *t)
{
    raw_open(t);
    expect_sessions(t, 2);
    for (int i = 0; i < 10; i++)
        SEND(t, "Ping");
    SEND(t, "CoreShowChannels");
    ami_conn_process(t->conn, 0);
    SEND(t, "Ping");
    ami_conn_free(t->conn);
    t->conn = NULL;
    for (const struct answer *a = t->answers; a; a = a->next) {
        expect(t, a->dones == 1, "DONE came %d times", a->dones);
        expect_status(t, "the end", a->status, AMI_E_CANCELLED);
        expect(t, a->sent == (a != t->answers), "sent is wrong");
    }
    expect_sessions(t, 1);
}
