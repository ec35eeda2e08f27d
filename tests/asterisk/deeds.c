/* SPDX-License-Identifier: MIT */
/* See deeds.h. */
#include "deeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ami/ami.h>

#include "answers.h"
#include "harness.h"

enum {
    MARGIN = 1000, /* of DEEDS, which those that follow an answer do not take */
    FILLERS = 8    /* headers that make an action long */
};

/* The ledger: a file beside the server's log into which actions make the server write a number
 * before it answers. This is its name for the server. */
#define LEDGER "/srv/ami/log/ledger"

/* ---- The ledger -------------------------------------------------------------------------- */

static FILE *open_ledger(const char *mode)
{
    const char *log = getenv("AMI_LOG"), *slash = log ? strrchr(log, '/') : NULL;
    char path[512];

    if (!slash)
        return NULL;
    snprintf(path, sizeof path, "%.*s/ledger", (int)(slash - log), log);
    return fopen(path, mode);
}

bool begin_deeds(struct deeds *deeds, struct test *test)
{
    FILE *ledger = open_ledger("w");

    /* A server that is killed may have forgotten, too, what it had deleted from another one. */
    snprintf(deeds->family, sizeof deeds->family, "deeds-%lld", (long long)ami_now());
    deeds->test = test;
    deeds->flows = deeds->died = false;
    deeds->count = 0;
    if (!ledger)
        return false;
    fchmod(fileno(ledger), 0666); /* the server is another user */
    fclose(ledger);
    return true;
}

static void find_written(struct deeds *deeds)
{
    FILE *ledger = open_ledger("r");
    int number, last = -1;

    expect(deeds->test, ledger, "the ledger is gone");
    while (fscanf(ledger, "%d.", &number) == 1 && number >= 0 && number < deeds->count) {
        struct deed *deed = &deeds->at[number];

        deed->traces++;
        if (deed->kind == CALL) /* calls overtake each other */
            continue;
        want(deeds->test, deed->kind == WRITE && number > last, "%d was written after %d", number,
             last);
        last = number;
    }
    want(deeds->test, feof(ledger), "something else was written");
    fclose(ledger);
}

/* The database has them in no order. */
static void find_put(struct deeds *deeds)
{
    struct answer *a = ASK(deeds->test, "DBGetTree", "Family", deeds->family);

    for (int i = 0; i < a->items; i++) {
        const char *key = strrchr(value_of(a->item[i], "Key"), '/');
        int number = key ? atoi(key + 1) : -1;

        expect(deeds->test, number >= 0 && number < deeds->count && deeds->at[number].kind == PUT,
               "%s was put by nobody", value_of(a->item[i], "Key"));
        deeds->at[number].traces++;
    }
}

/* ---- Actions ----------------------------------------------------------------------------- */

static ami_action *write_action(int number)
{
    ami_action *action = ami_action_new("Setvar");

    ami_action_add(action, "Variable", "FILE(" LEDGER ",,,a)");
    ami_action_addf(action, "Value", "%d.", number);
    return action;
}

/* The dialplan writes the number. */
static ami_action *call_action(int number)
{
    ami_action *action = ami_action_new("Originate");
    char text[16];

    snprintf(text, sizeof text, "%d", number);
    ami_action_add(action, "Channel", "Local/ledger@test");
    ami_action_add(action, "Application", "Wait");
    ami_action_add(action, "Data", "0.1");
    ami_action_var(action, "__N", text);
    return action;
}

static ami_action *put_action(const char *family, int number)
{
    ami_action *action = ami_action_new("DBPut");

    ami_action_add(action, "Family", family);
    ami_action_addf(action, "Key", "%d", number);
    ami_action_add(action, "Val", "1");
    return action;
}

/* Keeps the server from answering the others. */
static ami_action *ring_action(void)
{
    ami_action *action = ami_action_new("Originate");

    ami_action_add(action, "Channel", "Local/ring@test");
    ami_action_add(action, "Application", "Wait");
    ami_action_add(action, "Data", "1");
    return action;
}

static ami_action *new_action(const struct deeds *deeds, enum deed_kind kind, int number)
{
    switch (kind) {
    case WRITE:
        return write_action(number);
    case CALL:
        return call_action(number);
    case PUT:
        return put_action(deeds->family, number);
    case RING:
        return ring_action();
    case LIST:
        return ami_action_new("CoreShowChannels");
    default:
        return ami_action_new("Ping");
    }
}

static void fill(ami_action *action)
{
    char filler[900] = "";

    memset(filler, 'x', sizeof filler - 1);
    for (int i = 0; i < FILLERS; i++)
        ami_action_add(action, "Filler", filler);
}

static void on_deed(const struct ami_reply *reply, void *user)
{
    struct deed *deed = user;
    struct deeds *deeds = deed->deeds;

    on_reply(reply, deed->answer);
    if (reply->step == AMI_STEP_DONE && reply->msg && deeds->flows && deeds->count < DEEDS - MARGIN)
        do_one(deeds, WRITE, true);
}

void do_one(struct deeds *deeds, enum deed_kind kind, bool is_long)
{
    struct test *t = deeds->test;
    struct deed *deed = &deeds->at[deeds->count];
    ami_action *action = new_action(deeds, kind, deeds->count++);

    if (is_long)
        fill(action);
    *deed = (struct deed){.deeds = deeds, .kind = kind, .answer = new_answer(t)};
    int err = kind == CALL ? ami_originate(t->session, action, on_deed, deed, NULL)
                           : ami_submit(t->session, action, on_deed, deed, NULL);
    want(t, err == AMI_OK, "submit: %s", ami_err_name(err));
    ami_action_free(action);
}

/* ---- The truth --------------------------------------------------------------------------- */

static bool was_refused_by_a_shutdown(const struct deed *deed)
{
    return strstr(value_of(deed->answer->done, "Message"), "shutting down");
}

bool was_going(const struct deeds *deeds)
{
    for (int i = 0; i < deeds->count; i++)
        if (was_refused_by_a_shutdown(&deeds->at[i]))
            return true;
    return false;
}

/* Whether a call that failed was answered is told, but not what it did before. */
static const char *lie_of_refusal(const struct deed *deed)
{
    if (deed->kind == CALL || deed->kind == RING)
        return NULL;
    if (deed->traces > 0)
        return "it was done";
    return was_refused_by_a_shutdown(deed) ? NULL : "not because of the shutdown";
}

static const char *lie_of_ok(const struct deed *deed)
{
    bool leaves_traces =
        deed->kind == WRITE || deed->kind == CALL || (deed->kind == PUT && !deed->deeds->died);

    return leaves_traces && deed->traces == 0 ? "it was not done" : NULL;
}

/* What is wrong with how it ended, or NULL. */
static const char *lie_of(const struct deed *deed)
{
    const struct answer *a = deed->answer;

    if (a->dones != 1 || a->trouble)
        return "it did not end once";
    if (deed->traces > 1)
        return "it was done more than once";
    switch (a->status) {
    case AMI_OK:
        return lie_of_ok(deed);
    case AMI_E_REFUSED:
        return lie_of_refusal(deed);
    case AMI_E_LOST:
        return a->sent && !a->done ? NULL : "it was not sent, or was answered";
    case AMI_E_NOT_SENT:
        return !a->sent && deed->traces == 0 ? NULL : "it was sent";
    default:
        return "that cannot be";
    }
}

void judge_deeds(struct deeds *deeds)
{
    find_written(deeds);
    find_put(deeds);
    for (int i = 0; i < deeds->count; i++) {
        const struct deed *deed = &deeds->at[i];
        const char *lie = lie_of(deed);

        expect(deeds->test, !lie, "action %d, of kind %d, ended %s, but %s: %s", i, deed->kind,
               ami_err_name(deed->answer->status), lie, value_of(deed->answer->done, "Message"));
    }
}

void forget_deeds(struct deeds *deeds)
{
    ASK(deeds->test, "DBDelTree", "Family", deeds->family);
}

void count_outcomes(const struct deeds *deeds, int first, struct outcomes *outcomes)
{
    for (int i = first; i < deeds->count; i++) {
        const struct deed *deed = &deeds->at[i];
        int status = deed->answer->status;

        outcomes->ok += status == AMI_OK;
        outcomes->refused += status == AMI_E_REFUSED;
        outcomes->lost += status == AMI_E_LOST;
        outcomes->not_sent += status == AMI_E_NOT_SENT;
        outcomes->lost_and_done += status == AMI_E_LOST && deed->traces > 0;
    }
}
