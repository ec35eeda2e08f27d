/* SPDX-License-Identifier: MIT */
/* AsyncAGI: does each command get its own result, and what becomes of those that are never run? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ami/values.h>

#include "answers.h"
#include "calls.h"
#include "harness.h"
#include "tests.h"

enum {
    AGI_CALLS = 4,
    COMMANDS = 100,
    PIECE = 1024, /* of a result is what the server reads at a time */
    LOST_MS = 2000
};

/* The calls in AGI(agi:async). */
struct agi {
    struct test *test;
    char channel[AGI_CALLS][128];
    int started, ended;
};

/* ---- Calls ------------------------------------------------------------------------------- */

/* The decoded value of a field, to be freed. */
static char *decoded(const ami_msg *msg, const char *name)
{
    const char *value = value_of(msg, name);
    size_t size = strlen(value) + 1;
    char *text = resized(NULL, size);

    ami_unescape_url(value, size - 1, text, size);
    return text;
}

/* That the environment tells of the channel that the event tells of. */
static void want_environment(struct test *t, const ami_msg *event)
{
    static const char *const fields[][2] = {{"agi_channel", "Channel"},
                                            {"agi_uniqueid", "Uniqueid"},
                                            {"agi_context", "Context"},
                                            {"agi_accountcode", "AccountCode"}};
    char *text = decoded(event, "Env");
    struct ami_env line = AMI_ENV_INIT;
    size_t found = 0, lines = 0;

    for (; ami_env_next(text, strlen(text), &line); lines++) {
        for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
            const char *value = value_of(event, fields[i][1]);

            if (line.name_len == strlen(fields[i][0]) &&
                memcmp(line.name, fields[i][0], line.name_len) == 0)
                found += line.value_len == strlen(value) &&
                         memcmp(line.value, value, line.value_len) == 0;
        }
    }
    want(t, found == ARRAY_LEN(fields) && lines == 20, "%zu lines, %zu fit, in: %.300s", lines,
         found, text);
    free(text);
}

static void on_start(const struct ami_event *event, void *user)
{
    struct agi *agi = user;

    if (agi->started < AGI_CALLS)
        snprintf(agi->channel[agi->started], sizeof agi->channel[0], "%s",
                 value_of(event->msg, "Channel"));
    agi->started++;
    want_environment(agi->test, event->msg);
}

/* Calls of other tests may end meanwhile, too. */
static void on_end(const struct ami_event *event, void *user)
{
    struct agi *agi = user;
    int i = 0;

    while (i < AGI_CALLS && strcmp(agi->channel[i], value_of(event->msg, "Channel")) != 0)
        i++;
    agi->ended += i < AGI_CALLS;
}

static void begin_calls(struct test *t, struct agi *agi, int count)
{
    *agi = (struct agi){.test = t};
    expect_status(t, "ami_on", ami_on(t->session, "AsyncAGIStart", on_start, agi, NULL), AMI_OK);
    expect_status(t, "ami_on", ami_on(t->session, "AsyncAGIEnd", on_end, agi, NULL), AMI_OK);
    for (int i = 0; i < count; i++)
        SEND(t, "Originate", "Channel", "Local/long@test/n", "Application", "AGI", "Data",
             "agi:async", "Async", "true");
    WAIT_FOR(t, agi->started == count);
}

/* ---- Commands ---------------------------------------------------------------------------- */

/* timeout_ms 0: the usual time. */
static struct answer *send_command(struct test *t, const char *channel, const char *command,
                                   int timeout_ms)
{
    struct answer *a = new_answer(t);
    ami_action *action = ami_action_new("AGI");
    int err;

    ami_action_add(action, "Channel", channel);
    ami_action_add(action, "Command", command);
    if (timeout_ms)
        ami_action_timeout(action, timeout_ms);
    err = ami_submit_result(t->session, action, on_reply, a, NULL);
    ami_action_free(action);
    return submitted(t, err);
}

/* That the command was queued and run, on its channel and with this result. */
static void expect_result(struct test *t, const struct answer *a, const char *channel,
                          const char *expected)
{
    char *result;

    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 1 && a->items == 0, "%d RESPONSEs, %d ITEMs", a->responses, a->items);
    expect_text(t, a->response, "Message", "Added AGI command to queue");
    expect_text(t, a->done, "Event", "AsyncAGIExec");
    expect_text(t, a->done, "Channel", channel);
    result = decoded(a->done, "Result");
    want(t, strcmp(result, expected) == 0, "result \"%.150s\" (%zu), not \"%.150s\" (%zu)", result,
         strlen(result), expected, strlen(expected));
    free(result);
    expect(t, !t->failed, "%s", t->why);
}

static void run_command(struct test *t, const char *channel, const char *command,
                        const char *expected)
{
    expect_result(t, answered(t, send_command(t, channel, command, 0)), channel, expected);
}

/* That it was queued and then lost: it ended by its own time, with nothing to tell. */
static void expect_lost(struct test *t, const struct answer *a)
{
    expect_end(t, a, AMI_E_TIMEOUT);
    expect(t, a->responses == 1 && !a->done, "%d RESPONSEs, DONE with %s", a->responses,
           name_of(a->done));
}

/* ---- Tests ------------------------------------------------------------------------------- */

void test_agi_commands(struct test *t)
{
    static const char command[] = "GET FULL VARIABLE \"${URIDECODE(%%25 no. %d%%0D%%0A \\\"a+b\\\" "
                                  "of )}${CHANNEL}\"";
    static const char result[] = "200 result=1 (%% no. %d\r\n \"a+b\" of %s)\n";
    struct answer *answer[COMMANDS];
    struct agi agi;
    char text[512];

    begin_calls(t, &agi, AGI_CALLS);
    for (int i = 0; i < COMMANDS; i++) {
        snprintf(text, sizeof text, command, i);
        answer[i] = send_command(t, agi.channel[i % AGI_CALLS], text, 0);
    }
    all_answered(t);
    for (int i = 0; i < COMMANDS; i++) {
        const char *channel = agi.channel[i % AGI_CALLS];

        snprintf(text, sizeof text, result, i, channel);
        expect_result(t, answer[i], channel, text);
        expect(t, i < AGI_CALLS || answer[i]->nth > answer[i - AGI_CALLS]->nth,
               "result %d came too early", i);
    }
    hang_up_all(t);
    WAIT_FOR(t, agi.ended == AGI_CALLS);
    expect(t, agi.started == AGI_CALLS, "%d calls began", agi.started);
}

/* What the server cannot run is a result as well. */
void test_agi_errors(struct test *t)
{
    struct agi agi;
    const struct answer *a;
    const char *channel = agi.channel[0];

    begin_calls(t, &agi, 1);
    run_command(t, channel, "NONSENSE", "510 Invalid or unknown command\n");
    run_command(t, channel, "SET VARIABLE X",
                "520-Invalid command syntax.  Proper usage follows:\n"
                "Sets a variable to the current channel.\n520 End of proper usage.\n");
    run_command(t, channel, "EXEC NoSuchApplication", "200 result=-2\n");
    run_command(t, channel, "GET VARIABLE NOSUCH", "200 result=0\n");
    run_command(t, channel, "SET VARIABLE X \"\"", "200 result=1\n");
    run_command(t, channel, "GET VARIABLE X", "200 result=1 ()\n");
    a = answered(t, send_command(t, channel, "", 0));
    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "Both, Channel and Command are *required*");
    hang_up_all(t);
}

/* A result of more than 1,024 bytes is cut, and its rest stands before the channel's next result.
 * One of which less is left when it is URL-encoded is cut for good. */
void test_agi_cut(struct test *t)
{
    char value[401], whole[PIECE + 300], rest[400];
    struct agi agi;
    const char *channel = agi.channel[0];
    const struct answer *a;

    begin_calls(t, &agi, 1);
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    snprintf(whole, sizeof whole, "SET VARIABLE A %s", value);
    run_command(t, channel, whole, "200 result=1\n");
    snprintf(whole, sizeof whole, "200 result=1 (%s%s%s)\n", value, value, value);
    snprintf(rest, sizeof rest, "%s200 result=0\n", whole + PIECE);
    whole[PIECE] = '\0';
    run_command(t, channel, "GET FULL VARIABLE \"${A}${A}${A}\"", whole);
    run_command(t, channel, "NOOP", rest);
    run_command(t, channel, "NOOP", "200 result=0\n");
    memset(value, '%', sizeof value - 1);
    snprintf(whole, sizeof whole, "SET VARIABLE A %s", value);
    run_command(t, channel, whole, "200 result=1\n");
    a = answered(t, send_command(t, channel, "GET FULL VARIABLE \"${A}${A}\"", 0));
    expect_end(t, a, AMI_OK);
    expect(t, strlen(value_of(a->done, "Result")) < (size_t)2 * PIECE, "%zu bytes",
           strlen(value_of(a->done, "Result")));
    expect(t, !strstr(value_of(a->done, "Result"), "%0A"), "not cut");
    run_command(t, channel, "NOOP", "200 result=0\n");
    hang_up_all(t);
}

/* What runs has a result, what waits is lost. */
void test_agi_hangup(struct test *t)
{
    struct answer *running, *first, *second;
    struct agi agi;

    listen_to(t, "AGIExecStart");
    begin_calls(t, &agi, 2);
    running = send_command(t, agi.channel[0], "EXEC Wait 60", 0);
    first = send_command(t, agi.channel[0], "NOOP", LOST_MS);
    second = send_command(t, agi.channel[0], "ANSWER", LOST_MS);
    WAIT_FOR(t, second->responses == 1 && log_has(&t->events, "\nCommand: EXEC Wait 60\n"));
    expect_simple(t, ASK(t, "Hangup", "Channel", agi.channel[0]), AMI_OK);
    expect_result(t, answered(t, running), agi.channel[0], "200 result=-1\n");
    WAIT_FOR(t, agi.ended == 1);
    run_command(t, agi.channel[1], "NOOP", "200 result=0\n");
    expect(t, first->dones == 0 && second->dones == 0, "not lost, but ended");
    expect_lost(t, answered(t, first));
    expect_lost(t, answered(t, second));
    run_command(t, agi.channel[1], "HANGUP", "200 result=1\n");
    WAIT_FOR(t, agi.ended == 2);
    hang_up_all(t);
}

/* A call that an application ran starts anew without an end: what ran is lost, what waited is run.
 */
void test_agi_redirect(struct test *t)
{
    struct answer *running, *waiting;
    struct agi agi;
    const char *channel = agi.channel[0];

    listen_to(t, "AGIExecStart");
    begin_calls(t, &agi, 1);
    running = send_command(t, channel, "EXEC Wait 60", LOST_MS);
    waiting = send_command(t, channel, "NOOP", 0);
    WAIT_FOR(t, waiting->responses == 1 && log_has(&t->events, "\nCommand: EXEC Wait 60\n"));
    expect_simple(
        t,
        ASK(t, "Redirect", "Channel", channel, "Context", "test", "Exten", "agi", "Priority", "1"),
        AMI_OK);
    expect_result(t, answered(t, waiting), channel, "200 result=0\n");
    expect(t, agi.started == 2 && agi.ended == 0, "%d started, %d ended", agi.started, agi.ended);
    expect_lost(t, answered(t, running));
    hang_up_all(t);
    WAIT_FOR(t, agi.ended == 1);
}

/* The break has a result, and then its call ends; what stands behind is lost, or refused. */
void test_agi_break(struct test *t)
{
    struct answer *before, *end, *behind;
    struct agi agi;
    char text[160];

    begin_calls(t, &agi, 1);
    before = send_command(t, agi.channel[0], "NOOP", 0);
    end = send_command(t, agi.channel[0], "ASYNCAGI BREAK", 0);
    behind = send_command(t, agi.channel[0], "NOOP", LOST_MS);
    expect_result(t, answered(t, before), agi.channel[0], "200 result=0\n");
    expect_result(t, answered(t, end), agi.channel[0], "200 result=0\n");
    WAIT_FOR(t, agi.ended == 1);
    answered(t, behind);
    if (behind->status == AMI_E_REFUSED)
        expect_simple(t, behind, AMI_E_REFUSED);
    else
        expect_lost(t, behind);
    hang_up_all(t);
    behind = answered(t, send_command(t, agi.channel[0], "NOOP", 0));
    expect_simple(t, behind, AMI_E_REFUSED);
    snprintf(text, sizeof text, "Channel %s does not exist.", agi.channel[0]);
    expect_text(t, behind->done, "Message", text);
}
