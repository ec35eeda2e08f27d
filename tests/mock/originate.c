/* Originate: what it asks for, and what is wrong with it. */
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
static bool is_permitted(const ami_mock_link *link, const char *app, const char *data)
{
    static const char *const words[] = {"system",      "exec",      "agi", "mixmonitor",
                                        "externalivr", "originate", NULL};

    if (link->user->write & AMI_MOCK_SYSTEM)
        return true;
    for (int i = 0; words[i]; i++) {
        if (ami_mock_contains(app, words[i]))
            return false;
    }
    return !ami_mock_reaches_shell(data);
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

static void fill(struct ami_mock_dial *dial, const struct ami_mock_message *msg)
{
    dial->context = ami_mock_header(msg, "Context");
    dial->exten = ami_mock_header(msg, "Exten");
    dial->app = ami_mock_header(msg, "Application");
    dial->data = ami_mock_header(msg, "Data");
    dial->account = ami_mock_header(msg, "Account");
    dial->channel_id = ami_mock_header(msg, "ChannelId");
    dial->other_id = ami_mock_header(msg, "OtherChannelId");
    dial->action_id = ami_mock_header(msg, "ActionID");
    dial->timeout_ms = DEFAULT_TIMEOUT_MS;
}

/* The first thing that is wrong, or NULL; reads the numbers on the way. The checks and their order
   are those of the server. */
static const char *find_fault(const ami_mock_link *link, struct ami_mock_dial *dial,
                              const struct ami_mock_message *msg)
{
    const char *priority = ami_mock_header(msg, "Priority");
    const char *timeout = ami_mock_header(msg, "Timeout");

    if (strlen(dial->channel_id) > LONGEST_ID || strlen(dial->other_id) > LONGEST_ID)
        return "Uniqueid length exceeds maximum of 149\n";
    if (!*ami_mock_header(msg, "Channel"))
        return "Channel not specified";
    if (*priority && !read_number(priority, &dial->priority))
        return "Invalid priority";
    if (*timeout && !read_number(timeout, &dial->timeout_ms))
        return "Invalid timeout";
    if (!strchr(ami_mock_header(msg, "Channel"), '/'))
        return "Invalid channel";
    if (*dial->app && !is_permitted(link, dial->app, dial->data))
        return "Originate Access Forbidden: app or data blacklisted";
    if (dial->priority && !exists(dial->context, dial->exten))
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

    fill(&dial, msg);
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
    ami_mock_vars_read(&vars, msg, link->pbx->release->series == AMI_MOCK_1_4 ? '|' : ',');
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
