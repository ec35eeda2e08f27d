/* Originate: what it asks for, what is wrong with it, and how its outcome is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "calls.h"

enum { LONGEST_ID = 149, DEFAULT_TIMEOUT_MS = 30000 };

bool ami_mock_reaches_shell(const char *expression)
{
    return ami_mock_contains(expression, "SHELL(") || ami_mock_contains(expression, "EVAL(");
}

/* Applications that reach the shell or other channels need the system right. */
static const char *find_forbidden(const ami_mock_link *link, const char *app, const char *data)
{
    bool recent = ami_mock_since(link, AMI_MOCK_16);
    static const char *const words[] = {"system",      "exec",      "agi", "mixmonitor",
                                        "externalivr", "originate", NULL};

    if (link->user->write & AMI_MOCK_SYSTEM || !ami_mock_since(link, AMI_MOCK_1_6))
        return NULL;
    for (int i = 0; words[i]; i++) {
        if (ami_mock_contains(app, words[i]))
            return recent ? "Originate Access Forbidden: app or data blacklisted"
                          : "Originate Access Forbidden: Application";
    }
    if (!ami_mock_reaches_shell(data))
        return NULL;
    return recent ? "Originate Access Forbidden: app or data blacklisted"
                  : "Originate Access Forbidden: Data";
}

/* The mock's dialplan has every extension but those whose name says otherwise. */
static bool exists(const char *context, const char *exten)
{
    return *context && *exten && !ami_mock_contains(context, "nosuch") &&
           !ami_mock_contains(exten, "nosuch");
}

/* "Name" <number>: cuts s up; either may be missing. */
static void split_caller(char *s, const char **name, const char **num)
{
    char *open = strchr(s, '<'), *end;

    *name = "";
    *num = "";
    if (!open) {
        /* Digits alone are a number, anything else is a name. */
        if (!s[strspn(s, "0123456789*#+")])
            *num = s;
        else
            *name = s;
        return;
    }
    *open++ = '\0';
    open[strcspn(open, ">")] = '\0';
    *num = open;
    while (*s == ' ' || *s == '"')
        s++;
    for (end = s + strlen(s); end > s && (end[-1] == ' ' || end[-1] == '"'); end--)
        ;
    *end = '\0';
    *name = s;
}

/* A number that may have text behind it; false if there is none at all. */
static bool read_number(const char *s, int *out)
{
    char *end;
    long n = strtol(s, &end, 10);

    if (end == s)
        return false;
    *out = n > AMI_MOCK_ALL ? AMI_MOCK_ALL : n < -1 ? -1 : (int)n;
    return true;
}

static void fill(const ami_mock_link *link, struct ami_mock_dial *dial,
                 const struct ami_mock_message *msg)
{
    bool ids = ami_mock_since(link, AMI_MOCK_12);

    dial->context = ami_mock_header(msg, "Context");
    dial->exten = ami_mock_header(msg, "Exten");
    dial->app = ami_mock_header(msg, "Application");
    dial->data = ami_mock_header(msg, "Data");
    dial->account = ami_mock_header(msg, "Account");
    dial->channel_id = ids ? ami_mock_header(msg, "ChannelId") : "";
    dial->other_id = ids ? ami_mock_header(msg, "OtherChannelId") : "";
    dial->action_id = ami_mock_header(msg, "ActionID");
    dial->timeout_ms = DEFAULT_TIMEOUT_MS;
}

/* The first thing that is wrong, or NULL; reads the numbers on the way. The checks and their order
   are those of the server. */
static const char *find_fault(const ami_mock_link *link, struct ami_mock_dial *dial,
                              const struct ami_mock_message *msg)
{
    const char *priority = ami_mock_header(msg, "Priority");
    const char *timeout = ami_mock_header(msg, "Timeout"), *forbidden;
    /* The first release ended some texts with a line end. */
    bool first = !ami_mock_since(link, AMI_MOCK_1_4);

    if (strlen(dial->channel_id) > LONGEST_ID || strlen(dial->other_id) > LONGEST_ID)
        return "Uniqueid length exceeds maximum of 149\n";
    if (!first && !*ami_mock_header(msg, "Channel"))
        return "Channel not specified";
    if (*priority && !read_number(priority, &dial->priority))
        return first ? "Invalid priority\n" : "Invalid priority";
    if (*timeout && !read_number(timeout, &dial->timeout_ms))
        return first ? "Invalid timeout\n" : "Invalid timeout";
    if (!strchr(ami_mock_header(msg, "Channel"), '/'))
        return first ? "Invalid channel\n" : "Invalid channel";
    if (*dial->app && (forbidden = find_forbidden(link, dial->app, dial->data)))
        return forbidden;
    if (ami_mock_since(link, AMI_MOCK_11) && dial->priority && !exists(dial->context, dial->exten))
        return "Extension does not exist.";
    if (!ami_mock_is_true(ami_mock_header(msg, "Async")) && !*dial->app && !dial->priority)
        return "Originate with 'Exten' requires 'Context' and 'Priority'";
    return NULL;
}

void ami_mock_originate(ami_mock_link *link, const struct ami_mock_message *msg)
{
    struct ami_mock_dial dial = {0};
    struct ami_mock_var *vars = NULL;
    char *channel, *caller;
    const char *fault;

    fill(link, &dial, msg);
    fault = find_fault(link, &dial, msg);
    if (fault) {
        ami_mock_error(link, msg, fault);
        return;
    }
    channel = ami_mock_strdup(ami_mock_header(msg, "Channel"));
    caller = ami_mock_strdup(ami_mock_header(msg, "CallerID"));
    dial.tech = channel;
    channel[strcspn(channel, "/")] = '\0';
    dial.number = channel + strlen(channel) + 1;
    split_caller(caller, &dial.caller_name, &dial.caller_num);
    ami_mock_vars_read(&vars, msg, ami_mock_since(link, AMI_MOCK_1_6) ? ',' : '|',
                       !ami_mock_since(link, AMI_MOCK_1_4));
    if (ami_mock_is_true(ami_mock_header(msg, "Async")))
        ami_mock_ack(link, msg, "Originate successfully queued");
    else
        dial.waiter = link;
    dial.vars = vars;
    ami_mock_call_start(link->pbx, &dial);
    ami_mock_vars_free(&vars);
    free(channel);
    free(caller);
}

/* The reply that a client waits for. */
static void answer_waiter(struct ami_mock_call *call)
{
    bool ok = call->reason == AMI_MOCK_ANSWERED;
    ami_mock_link *link = call->waiter;

    if (!link)
        return;
    call->waiter = NULL;
    ami_mock_say(link, "Response: %s\r\n", ok ? "Success" : "Error");
    if (*call->action_id)
        ami_mock_say(link, "ActionID: %s\r\n", call->action_id);
    ami_mock_say(link, "Message: %s\r\n\r\n",
                 ok ? "Originate successfully queued" : "Originate failed");
    ami_mock_link_unblock(link);
}

/* The first release had an event for each outcome, with what was asked for only. */
static void emit_first_response(const struct ami_mock_call *call)
{
    struct ami_mock_text body = {0};

    if (*call->action_id)
        ami_mock_text_addf(&body, "ActionID: %s\r\n", call->action_id);
    ami_mock_text_addf(&body, "Channel: %s\r\nContext: %s\r\nExten: %s\r\n", call->dialled,
                       call->context, call->exten);
    ami_mock_emit(call->pbx, AMI_MOCK_CALL,
                  call->reason == AMI_MOCK_ANSWERED ? "OriginateSuccess" : "OriginateFailure",
                  body.data);
    ami_mock_text_clear(&body);
}

static void emit_response(const struct ami_mock_call *call)
{
    int series = call->pbx->release->series;
    bool ok = call->reason == AMI_MOCK_ANSWERED;
    /* Application was known here in 11, and again later in 13. */
    bool app = *call->app && (series >= AMI_MOCK_13_2 || series == AMI_MOCK_11);
    const char *unknown = series >= AMI_MOCK_13_2 ? "<unknown>" : "<null>";
    const char *num = *call->caller_num ? call->caller_num : "<unknown>";
    struct ami_mock_text body = {0};

    if (*call->action_id)
        ami_mock_text_addf(&body, "ActionID: %s\r\n", call->action_id);
    ami_mock_text_addf(&body, "Response: %s\r\nChannel: %s\r\n", ok ? "Success" : "Failure",
                       ok ? call->leg[0]->name : call->dialled);
    if (app)
        ami_mock_text_addf(&body, "Application: %s\r\nData: %s\r\n", call->app, call->data);
    else
        ami_mock_text_addf(&body, "Context: %s\r\nExten: %s\r\n", call->context, call->exten);
    if (!ok && *call->channel_id && series >= AMI_MOCK_13_2)
        unknown = call->channel_id;
    ami_mock_text_addf(&body, "Reason: %d\r\nUniqueid: %s\r\n", (int)call->reason,
                       ok ? call->leg[0]->uniqueid : unknown);
    if (series < AMI_MOCK_1_6)
        ami_mock_text_addf(&body, "CallerID: %s\r\n", num);
    ami_mock_text_addf(&body, "CallerIDNum: %s\r\nCallerIDName: %s\r\n", num,
                       *call->caller_name ? call->caller_name : "<unknown>");
    ami_mock_emit(call->pbx, AMI_MOCK_CALL, "OriginateResponse", body.data);
    ami_mock_text_clear(&body);
}

void ami_mock_call_tell(struct ami_mock_call *call)
{
    if (call->sync)
        answer_waiter(call);
    else if (call->pbx->release->series < AMI_MOCK_1_4)
        emit_first_response(call);
    else
        emit_response(call);
}
