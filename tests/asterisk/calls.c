/* SPDX-License-Identifier: MIT */
/* Does each call get its own outcome, however many there are? See calls.h, too. */
#include "calls.h"

#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "tests.h"

static const struct {
    const char *kind, *channel, *timeout, *response, *reason;
} kinds[] = {
    {"quick", "Local/quick@test", "20000", "Success", "4"},
    {"busy", "Local/busy@test", "20000", "Failure", "5"},
    {"quick again", "Local/quick@test/n", "20000", "Success", "4"},
    {"noanswer", "Local/ring@test", "500", "Failure", "3"},
};

void on_outcome(const struct ami_event *event, void *user)
{
    struct calls *calls = user;
    const char *id = value_of(event->msg, "ActionID");

    for (int i = 0; i < calls->count; i++) {
        struct call *call = &calls->at[i];

        if (strcmp(call->action_id, id) != 0)
            continue;
        call->outcomes++;
        call->early = call->queued->dones == 0;
        snprintf(call->response, sizeof call->response, "%s", value_of(event->msg, "Response"));
        snprintf(call->reason, sizeof call->reason, "%s", value_of(event->msg, "Reason"));
        calls->ended++;
    }
}

void place_call(struct test *t, struct calls *calls)
{
    size_t kind = (size_t)calls->count % ARRAY_LEN(kinds);
    struct call *call = &calls->at[calls->count++];
    ami_action *action = ami_action_new("Originate");

    ami_action_add(action, "Channel", kinds[kind].channel);
    ami_action_add(action, "Application", "Wait");
    ami_action_add(action, "Data", "0.2");
    ami_action_add(action, "Async", "true");
    ami_action_add(action, "Timeout", kinds[kind].timeout);
    ami_action_addf(action, "CallerID", "\"Call no. %d\" <%d>", calls->count, calls->count);
    ami_action_var(action, "NOTE", "a, \"b\" \\c (d) [e]");
    call->kind = kinds[kind].kind;
    call->queued = submit(t, action);
    snprintf(call->action_id, sizeof call->action_id, "%s", action_id_of(t, call->queued));
}

void expect_calls(struct test *t, const struct calls *calls)
{
    for (int i = 0; i < calls->count; i++) {
        const struct call *call = &calls->at[i];
        size_t kind = (size_t)i % ARRAY_LEN(kinds);

        expect_simple(t, call->queued, AMI_OK);
        expect(t, call->outcomes == 1, "call %d (%s) has %d outcomes", i, call->kind,
               call->outcomes);
        expect(t, !call->early, "call %d: the outcome came before the answer", i);
        expect(t,
               strcmp(call->response, kinds[kind].response) == 0 &&
                   strcmp(call->reason, kinds[kind].reason) == 0,
               "call %d (%s): %s, reason %s", i, call->kind, call->response, call->reason);
    }
}

/* ---- Calls that stay up ------------------------------------------------------------------ */

int channels_up(struct test *t)
{
    struct answer *a = ASK(t, "CoreShowChannels");

    expect_list(t, a, "CoreShowChannel", "CoreShowChannelsComplete");
    expect_counted(t, a);
    return a->items;
}

void hang_up_all(struct test *t)
{
    expect_list(t, ASK(t, "Hangup", "Channel", "/^Local\\//"), "ChannelHungup",
                "ChannelsHungupListComplete");
    for (int tries = 0; tries < 100 && channels_up(t) > 0; tries++)
        wait_ms(t, 50);
}

void hold_calls(struct test *t, int count)
{
    int up = 0;

    if (channels_up(t) > 0)
        hang_up_all(t);
    for (int i = 0; i < count; i++)
        SEND(t, "Originate", "Channel", "Local/long@test", "Application", "Wait", "Data", "60",
             "Async", "true", "Variable", "HELD=1");
    for (int tries = 0; tries < 100 && (up = channels_up(t)) != 2 * count; tries++)
        wait_ms(t, 50);
    expect(t, up == 2 * count, "%d channels instead of %d", up, 2 * count);
}

/* ---- Tests ------------------------------------------------------------------------------- */

void test_originate_sync(struct test *t)
{
    struct answer *a;

    listen_to(t, "OriginateResponse");
    a = ASK(t, "Originate", "Channel", "Local/quick@test", "Application", "Wait", "Data", "0.1");
    expect_simple(t, a, AMI_OK);
    a = ASK(t, "Originate", "Channel", "Local/busy@test", "Application", "Wait", "Data", "0.1");
    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "Originate failed");
    expect_ping(t);
    /* That of another test's call may come only now. */
    bool told = log_has(&t->events, "\nChannel: Local/quick") ||
                log_has(&t->events, "\nChannel: Local/busy");
    expect(t, !told, "an OriginateResponse without Async");
}

void test_calls(struct test *t)
{
    struct calls calls = {0};

    expect_status(t, "ami_on", ami_on(t->session, "OriginateResponse", on_outcome, &calls, NULL),
                  AMI_OK);
    for (int i = 0; i < CALLS; i++)
        place_call(t, &calls);
    WAIT_FOR(t, calls.ended == CALLS);
    all_answered(t);
    expect_ping(t); /* and no second outcome */
    expect_calls(t, &calls);
    hang_up_all(t);
}
