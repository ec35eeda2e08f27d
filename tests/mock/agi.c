#include "agi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"

/* A command that waits for those before it. */
struct command {
    char *text, *id; /* id "" if it has none */
    struct command *next;
};

struct ami_mock_agi {
    struct command *first, **end;
    bool busy; /* the first one runs */
    unsigned number;
};

static bool recent(const struct ami_mock_call *call)
{
    return call->pbx->release->series >= AMI_MOCK_12;
}

static void add_encoded(struct ami_mock_text *text, const char *s)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-_.!~*'()";

    for (; *s; s++) {
        if (strchr(plain, *s))
            ami_mock_text_add(text, s, 1);
        else
            ami_mock_text_addf(text, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

/* An event since 12 is named after what happens; before, a header says so. */
static void emit(struct ami_mock_call *call, const char *event, const char *happens,
                 const char *body)
{
    const struct ami_mock_channel *leg = call->leg[0];
    char *text;

    if (recent(call)) {
        text = ami_mock_format("%s%s", event, happens);
        ami_mock_emit_channel(call->pbx, AMI_MOCK_AGI, text, leg, "%s", body);
    } else {
        text = ami_mock_format("SubEvent: %s\r\nChannel: %s\r\n%s", happens, leg->name, body);
        ami_mock_emit(call->pbx, AMI_MOCK_AGI, event, text);
    }
    free(text);
}

static void add_environment(const struct ami_mock_call *call, struct ami_mock_text *env)
{
    const struct ami_mock_channel *leg = call->leg[0];

    ami_mock_text_addf(env,
                       "agi_request: async\nagi_channel: %s\nagi_language: en\nagi_type: %s\n"
                       "agi_uniqueid: %s\nagi_version: %s\nagi_callerid: %s\n"
                       "agi_calleridname: %s\nagi_callingpres: 67\nagi_callingani2: 0\n"
                       "agi_callington: 0\nagi_callingtns: 0\nagi_dnid: unknown\n"
                       "agi_rdnis: unknown\n",
                       leg->name, leg->tech, leg->uniqueid, call->pbx->release->asterisk,
                       *leg->caller_num ? leg->caller_num : "unknown",
                       *leg->caller_name ? leg->caller_name : "unknown");
    ami_mock_text_addf(env,
                       "agi_context: %s\nagi_extension: %s\nagi_priority: %d\nagi_enhanced: 0.0\n"
                       "agi_accountcode: %s\nagi_threadid: 140513935414976\n\n",
                       leg->context, leg->exten, leg->priority, leg->account);
}

void ami_mock_agi_start(struct ami_mock_call *call)
{
    struct ami_mock_text env = {0}, body = {0};

    if (call->pbx->release->series < AMI_MOCK_1_6 || !ami_mock_same(call->app, "AGI") ||
        !ami_mock_same(call->data, "agi:async"))
        return;
    call->agi = ami_mock_alloc(sizeof *call->agi);
    call->agi->end = &call->agi->first;
    add_environment(call, &env);
    ami_mock_text_puts(&body, "Env: ");
    add_encoded(&body, env.data);
    ami_mock_text_puts(&body, "\r\n");
    emit(call, "AsyncAGI", "Start", body.data);
    ami_mock_text_clear(&env);
    ami_mock_text_clear(&body);
}

/* What a command comes to: "200 result=0", or an error. */
static char *evaluate(const struct ami_mock_call *call, const char *text)
{
    static const char get[] = "GET VARIABLE ";
    static const char *const known[] = {"ANSWER",        "EXEC ",    "HANGUP",        "NOOP",
                                        "SET VARIABLE ", "VERBOSE ", "asyncagi break"};
    const char *value;

    if (ami_mock_same_n(text, get, sizeof get - 1)) {
        value = text + sizeof get - 1;
        value = ami_mock_same(value, "CHANNEL") ? call->leg[0]->name
                                                : ami_mock_var_get(call->leg[0]->vars, value);
        return value ? ami_mock_format("200 result=1 (%s)", value)
                     : ami_mock_strdup("200 result=0");
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (ami_mock_same_n(text, known[i], strlen(known[i])))
            return ami_mock_format("200 result=%d",
                                   known[i][0] == 'H' || known[i][0] == 'S' || known[i][0] == 'V');
    }
    return ami_mock_strdup("510 Invalid or unknown command");
}

/* Before a command and after it, with a number of its own. */
static void emit_exec(struct ami_mock_call *call, const char *happens, const char *result)
{
    const struct command *command = call->agi->first;
    bool failed = result && strncmp(result, "200", 3) != 0;
    struct ami_mock_text body = {0};

    ami_mock_text_addf(&body, "CommandId: %u\r\nCommand: %s\r\n", call->agi->number, command->text);
    if (result)
        ami_mock_text_addf(&body, "ResultCode: %.3s\r\nResult: %s\r\n", result,
                           failed                                 ? result + 4
                           : strcmp(result, "200 result=-1") == 0 ? "Unknown Result"
                                                                  : "Success");
    emit(call, "AGIExec", happens, body.data);
    ami_mock_text_clear(&body);
}

/* The result for the client, with the client's number. */
static void emit_result(struct ami_mock_call *call, const char *result)
{
    const char *id = call->agi->first->id;
    struct ami_mock_text body = {0};

    if (*id && !recent(call))
        ami_mock_text_addf(&body, "CommandID: %s\r\n", id);
    ami_mock_text_puts(&body, "Result: ");
    add_encoded(&body, result);
    ami_mock_text_puts(&body, "%0A\r\n");
    if (*id && recent(call))
        ami_mock_text_addf(&body, "CommandId: %s\r\n", id);
    emit(call, "AsyncAGI", "Exec", body.data);
    ami_mock_text_clear(&body);
}

static void drop_first(struct ami_mock_agi *agi)
{
    struct command *command = agi->first;

    agi->first = command->next;
    if (!agi->first)
        agi->end = &agi->first;
    free(command->text);
    free(command->id);
    free(command);
}

void ami_mock_agi_free(struct ami_mock_call *call)
{
    if (!call->agi)
        return;
    while (call->agi->first)
        drop_first(call->agi);
    free(call->agi);
    call->agi = NULL;
    call->agi_due = INT64_MAX;
}

static void leave(struct ami_mock_call *call, const char *status)
{
    emit(call, "AsyncAGI", "End", "");
    ami_mock_agi_free(call);
    ami_mock_var_set(&call->leg[0]->vars, "AGISTATUS", status);
    ami_mock_emit_varset(call->pbx, call->leg[0], "AGISTATUS", status);
}

static void finish(struct ami_mock_call *call, const char *result)
{
    call->agi->busy = false;
    emit_exec(call, "End", result);
    emit_result(call, result);
}

/* EXEC Wait takes its time, all else none. */
static void begin(struct ami_mock_call *call)
{
    static const char wait[] = "EXEC Wait ";
    struct ami_mock_agi *agi = call->agi;
    const char *text = agi->first->text;

    agi->busy = true;
    agi->number = ami_mock_pbx_random(call->pbx) >> 1;
    emit_exec(call, "Start", NULL);
    call->agi_due = call->pbx->now;
    if (ami_mock_same_n(text, wait, sizeof wait - 1))
        call->agi_due += strtol(text + sizeof wait - 1, NULL, 10) * (int64_t)1000;
    ami_mock_pbx_remind(call->pbx, call->agi_due);
}

void ami_mock_agi_due(struct ami_mock_call *call)
{
    struct ami_mock_agi *agi = call->agi;
    char *result = evaluate(call, agi->first->text);
    bool ends = ami_mock_same(agi->first->text, "asyncagi break");
    bool hangs_up = ami_mock_same_n(agi->first->text, "HANGUP", 6);

    call->agi_due = INT64_MAX;
    finish(call, result);
    free(result);
    drop_first(agi);
    if (ends)
        leave(call, "SUCCESS");
    if (ends || hangs_up)
        ami_mock_channel_hangup(call->pbx, call->leg[0], 0);
    else if (agi->first)
        begin(call);
}

void ami_mock_agi_hangup(struct ami_mock_call *call)
{
    if (!call->agi)
        return;
    if (call->agi->busy)
        finish(call, "200 result=-1");
    leave(call, "HANGUP");
}

static struct ami_mock_call *find_call(const ami_mock_pbx *pbx,
                                       const struct ami_mock_channel *channel)
{
    struct ami_mock_call *call = pbx->calls;

    while (call && !(call->agi && call->leg[0] == channel))
        call = call->next;
    return call;
}

void ami_mock_agi(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Channel"), *text = ami_mock_header(msg, "Command");
    struct ami_mock_channel *channel = ami_mock_channel_find(link->pbx, name);
    struct ami_mock_call *call = channel ? find_call(link->pbx, channel) : NULL;
    struct command *command;
    char *fault;

    if (!*name || !*text) {
        ami_mock_error(link, msg, "Both, Channel and Command are *required*");
        return;
    }
    if (!call) {
        fault = channel ? ami_mock_format("Failed to add AGI command to channel %s queue",
                                          channel->name)
                        : ami_mock_format("Channel %s does not exist.", name);
        ami_mock_error(link, msg, fault);
        free(fault);
        return;
    }
    command = ami_mock_alloc(sizeof *command);
    command->text = ami_mock_strdup(text);
    command->id = ami_mock_strdup(ami_mock_header(msg, "CommandID"));
    *call->agi->end = command;
    call->agi->end = &command->next;
    ami_mock_ack(link, msg, "Added AGI command to queue");
    if (!call->agi->busy)
        begin(call);
}
