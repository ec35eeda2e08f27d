/* SPDX-License-Identifier: MIT */
/* See answers.h. */
#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer *new_answer(struct test *t)
{
    struct answer *a = resized(NULL, sizeof *a);

    *a = (struct answer){.test = t, .next = t->answers};
    return t->answers = a;
}

void free_answer(struct answer *a)
{
    for (int i = 0; i < a->items; i++)
        ami_msg_free(a->item[i]);
    free(a->item);
    ami_msg_free(a->response);
    ami_msg_free(a->done);
    free(a);
}

void drop_answers(struct test *t)
{
    while (t->answers) {
        struct answer *a = t->answers;

        want(t, a->dones == 1, "at the end an action had %d DONEs", a->dones);
        want(t, !a->trouble, "at the end: %s", a->trouble);
        t->answers = a->next;
        free_answer(a);
    }
}

static const char *trouble_with(const struct answer *a, const struct ami_reply *reply)
{
    if (reply->size != sizeof *reply || reply->session != a->test->session || reply->id == 0)
        return "a reply that is filled in wrong";
    if (a->dones > 0)
        return "a callback after DONE";
    if (a->id && reply->id != a->id)
        return "a callback with another id";
    if (reply->step == AMI_STEP_DONE)
        return NULL;
    if (reply->status != AMI_OK || reply->flags || !reply->msg || !reply->sent)
        return "RESPONSE or ITEM that is filled in wrong";
    if (reply->step == AMI_STEP_RESPONSE && (a->responses > 0 || a->items > 0))
        return "a RESPONSE that does not come first";
    return NULL;
}

void on_reply(const struct ami_reply *reply, void *user)
{
    struct answer *a = user;
    const char *trouble = trouble_with(a, reply);

    if (trouble && !a->trouble)
        a->trouble = trouble;
    a->id = reply->id;
    switch (reply->step) {
    case AMI_STEP_RESPONSE:
        if (a->responses++ == 0)
            a->response = ami_msg_dup(reply->msg);
        break;
    case AMI_STEP_ITEM:
        if ((a->items & (a->items - 1)) == 0) /* grows at each power of two */
            a->item = resized(a->item, (2 * (size_t)a->items + 1) * sizeof *a->item);
        a->item[a->items++] = ami_msg_dup(reply->msg);
        break;
    case AMI_STEP_DONE:
        if (a->dones++ == 0 && reply->msg)
            a->done = ami_msg_dup(reply->msg);
        a->nth = ++a->test->dones;
        a->status = reply->status;
        a->flags = reply->flags;
        a->sent = reply->sent;
        break;
    }
}

struct answer *submitted(struct test *t, int err)
{
    struct answer *a = t->answers;

    expect_status(t, "submit", err, AMI_OK);
    return a;
}

struct answer *answered(struct test *t, struct answer *a)
{
    WAIT_FOR(t, a->dones > 0);
    return a;
}

void all_answered(struct test *t)
{
    for (struct answer *a = t->answers; a; a = a->next)
        answered(t, a);
}

struct answer *submit(struct test *t, ami_action *action)
{
    struct answer *a = new_answer(t);
    ami_id id = 0;
    int err = ami_submit(t->session, action, on_reply, a, &id);

    a->id = id;
    ami_action_free(action);
    return submitted(t, err);
}

const char *action_id_of(struct test *t, const struct answer *a)
{
    const char *id = ami_session_action_id(t->session, a->id);

    expect(t, id != NULL, "no ActionID of an action in flight");
    return id;
}

/* ---- Checks of answers ------------------------------------------------------------------- */

const char *name_of(const ami_msg *msg)
{
    return msg ? ami_msg_name(msg) : "(no message)";
}

void expect_end(struct test *t, const struct answer *a, int status)
{
    expect(t, a->dones == 1, "DONE came %d times", a->dones);
    expect_status(t, a->done ? name_of(a->done) : "the end", a->status, status);
    expect(t, a->sent, "not sent");
    expect(t, !a->trouble, "%s", a->trouble);
}

void expect_simple(struct test *t, const struct answer *a, int status)
{
    expect_end(t, a, status);
    expect(t, a->responses == 0 && a->items == 0, "%d RESPONSEs and %d ITEMs with a simple answer",
           a->responses, a->items);
    expect(t, a->done && ami_msg_kind(a->done) == AMI_KIND_RESPONSE, "DONE without a response");
    expect(t, a->flags == 0, "flags %u", a->flags);
}

void expect_items(struct test *t, const struct answer *a, const char *name, const char *other)
{
    for (int i = 0; i < a->items; i++) {
        const char *found = name_of(a->item[i]);

        expect(t, strcmp(found, name) == 0 || (other && strcmp(found, other) == 0), "item %d is %s",
               i, found);
        expect(t, ami_msg_flags(a->item[i]) == 0, "item %d is damaged", i);
    }
}

void expect_list(struct test *t, const struct answer *a, const char *item, const char *terminal)
{
    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 1, "%d RESPONSEs with a list", a->responses);
    expect_text(t, a->response, "Response", "Success");
    expect_text(t, a->response, "EventList", "start");
    expect_text(t, a->done, "Event", terminal);
    expect_text(t, a->done, "EventList", "Complete");
    expect_items(t, a, item, NULL);
}

void expect_counted(struct test *t, const struct answer *a)
{
    long long items = -1;

    expect(t, a->done && ami_msg_get_int(a->done, "ListItems", &items) == AMI_OK,
           "no ListItems at the end");
    expect(t, items == a->items && a->flags == 0, "%d items, ListItems %lld, flags %u", a->items,
           items, a->flags);
}

void expect_ping(struct test *t)
{
    struct answer *a = ASK(t, "Ping");

    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Ping", "Pong");
}

bool is_unknown_action(const struct answer *a)
{
    return a->status == AMI_E_REFUSED &&
           strstr(value_of(a->done, "Message"), "Invalid/unknown command");
}

/* ---- Events ------------------------------------------------------------------------------ */

void on_event(const struct ami_event *event, void *user)
{
    struct test *t = user;

    log_take(&t->events, msg_text(event->msg));
    want(t, event->size == sizeof *event && event->session == t->session && event->handler,
         "an event that is filled in wrong");
    want(t, ami_msg_kind(event->msg) == AMI_KIND_EVENT, "an event that is none");
}

void listen_to(struct test *t, const char *events)
{
    expect_status(t, "ami_on", ami_on(t->session, events, on_event, t, NULL), AMI_OK);
}

static void print_entry(const char *whose, size_t at, const char *entry)
{
    printf("#   %s, event %zu:\n", whose, at);
    while (*entry) {
        size_t len = strcspn(entry, "\n");

        printf("#     %.*s\n", (int)len, entry);
        entry += len + (entry[len] != '\0');
    }
}

void expect_same_events(struct test *t, const struct log *ours, size_t our_first,
                        const struct log *theirs, size_t their_first, size_t count)
{
    size_t differ = 0;

    for (size_t i = 0; i < count; i++) {
        const char *mine = ours->at[our_first + i], *other = theirs->at[their_first + i];

        if (strcmp(mine, other) != 0 && differ++ == 0) {
            print_entry("libami", i, mine);
            print_entry("the wire", i, other);
        }
    }
    expect(t, differ == 0, "%zu of %zu events are not the same", differ, count);
}
