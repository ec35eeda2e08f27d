#include "channels.h"

#include <stdlib.h>

const char *ami_mock_state_name(enum ami_mock_state state)
{
    switch (state) {
    case AMI_MOCK_RING:
        return "Ring";
    case AMI_MOCK_RINGING:
        return "Ringing";
    case AMI_MOCK_UP:
        return "Up";
    case AMI_MOCK_ENGAGED:
        return "Busy";
    case AMI_MOCK_DOWN:
        break;
    }
    return "Down";
}

static const char *cause_name(int cause)
{
    static const struct {
        int cause;
        const char *name;
    } names[] = {{1, "Unallocated (unassigned) number"},
                 {3, "No route to destination"},
                 {16, "Normal Clearing"},
                 {17, "User busy"},
                 {18, "No user responding"},
                 {19, "User alerting, no answer"},
                 {20, "Subscriber absent"},
                 {21, "Call Rejected"},
                 {22, "Number changed"},
                 {26, "Answered elsewhere"},
                 {27, "Destination out of order"},
                 {28, "Invalid number format"},
                 {31, "Normal, unspecified"},
                 {34, "Circuit/channel congestion"},
                 {38, "Network out of order"},
                 {41, "Temporary failure"},
                 {42, "Switching equipment congestion"},
                 {44, "Requested channel not available"},
                 {127, "Interworking, unspecified"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].cause == cause)
            return names[i].name;
    }
    return "Unknown";
}

struct ami_mock_channel *ami_mock_channel_new(ami_mock_pbx *pbx, const char *name,
                                              const char *uniqueid)
{
    struct ami_mock_channel *channel = ami_mock_alloc(sizeof *channel);
    char **const empty[] = {&channel->context,    &channel->exten,       &channel->account,
                            &channel->caller_num, &channel->caller_name, &channel->app,
                            &channel->data};

    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        *empty[i] = ami_mock_strdup("");
    channel->name = ami_mock_strdup(name);
    if (uniqueid)
        channel->uniqueid = ami_mock_strdup(uniqueid);
    else
        channel->uniqueid =
            ami_mock_format("%lld.%u", (long long)ami_mock_pbx_wall(pbx) / 1000, pbx->uniqueids++);
    channel->linkedid = ami_mock_strdup(channel->uniqueid);
    channel->priority = 1;
    channel->since = pbx->now;
    return channel;
}

void ami_mock_channel_free(struct ami_mock_channel *channel)
{
    if (!channel)
        return;
    char *const strings[] = {channel->name,       channel->uniqueid,    channel->linkedid,
                             channel->context,    channel->exten,       channel->account,
                             channel->caller_num, channel->caller_name, channel->app,
                             channel->data};

    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free(strings[i]);
    ami_mock_vars_free(&channel->vars);
    free(channel);
}

/* The backslash escapes of names and values in events. */
static void add_escaped(struct ami_mock_text *text, const char *s)
{
    static const char plain[] = "\a\b\f\n\r\t\v\\'\"?", code[] = "abfnrtv\\'\"?";

    for (; *s; s++) {
        const char *at = plain;

        while (*at && *at != *s)
            at++;
        if (*at)
            ami_mock_text_addf(text, "\\%c", code[at - plain]);
        else
            ami_mock_text_add(text, s, 1);
    }
}

static const char *or_unknown(const char *s)
{
    return *s ? s : "<unknown>";
}

static void add_field(struct ami_mock_text *text, const char *prefix, const char *name,
                      const char *value)
{
    ami_mock_text_addf(text, "%s%s: %s\r\n", prefix, name, value);
}

void ami_mock_snapshot(struct ami_mock_text *text, const struct ami_mock_channel *channel,
                       const char *prefix)
{
    const char *num = or_unknown(channel->caller_num), *name;
    struct ami_mock_text escaped = {0};

    add_escaped(&escaped, channel->caller_name);
    name = or_unknown(ami_mock_text_str(&escaped));
    add_field(text, prefix, "Channel", channel->name);
    ami_mock_text_addf(text, "%sChannelState: %d\r\n", prefix, (int)channel->state);
    add_field(text, prefix, "ChannelStateDesc", ami_mock_state_name(channel->state));
    add_field(text, prefix, "CallerIDNum", num);
    add_field(text, prefix, "CallerIDName", name);
    add_field(text, prefix, "ConnectedLineNum", channel->connected ? num : "<unknown>");
    add_field(text, prefix, "ConnectedLineName", channel->connected ? name : "<unknown>");
    add_field(text, prefix, "Language", "en");
    add_field(text, prefix, "AccountCode", channel->account);
    add_field(text, prefix, "Context", channel->context);
    add_field(text, prefix, "Exten", channel->exten);
    ami_mock_text_addf(text, "%sPriority: %d\r\n", prefix, channel->priority);
    add_field(text, prefix, "Uniqueid", channel->uniqueid);
    add_field(text, prefix, "Linkedid", channel->linkedid);
    ami_mock_text_clear(&escaped);
}

void ami_mock_emit_channel(ami_mock_pbx *pbx, int classes, const char *event,
                           const struct ami_mock_channel *channel, const char *fmt, ...)
{
    struct ami_mock_text body = {0};
    va_list args;

    if (pbx->release->series < AMI_MOCK_12)
        return;
    ami_mock_snapshot(&body, channel, "");
    va_start(args, fmt);
    ami_mock_text_vaddf(&body, fmt, args);
    va_end(args);
    ami_mock_emit(pbx, classes, event, body.data);
    ami_mock_text_clear(&body);
}

/* An event of a release before 12, which has a form of its own. */
static void emit_old(ami_mock_pbx *pbx, int classes, const char *event, const char *fmt, ...)
    AMI_MOCK_PRINTF(4, 5);

static void emit_old(ami_mock_pbx *pbx, int classes, const char *event, const char *fmt, ...)
{
    struct ami_mock_text body = {0};
    va_list args;

    va_start(args, fmt);
    ami_mock_text_vaddf(&body, fmt, args);
    va_end(args);
    ami_mock_emit(pbx, classes, event, body.data);
    ami_mock_text_clear(&body);
}

void ami_mock_emit_newchannel(ami_mock_pbx *pbx, const struct ami_mock_channel *channel)
{
    const char *state = ami_mock_state_name(channel->state);

    if (pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "Newchannel", channel, "%s", "");
    else if (pbx->release->series > AMI_MOCK_1_4)
        emit_old(pbx, AMI_MOCK_CALL, "Newchannel",
                 "Channel: %s\r\nChannelState: %d\r\nChannelStateDesc: %s\r\nCallerIDNum: %s\r\n"
                 "CallerIDName: %s\r\nAccountCode: %s\r\nExten: %s\r\nContext: %s\r\n"
                 "Uniqueid: %s\r\n",
                 channel->name, (int)channel->state, state, channel->caller_num,
                 channel->caller_name, channel->account, channel->exten, channel->context,
                 channel->uniqueid);
    else
        emit_old(pbx, AMI_MOCK_CALL, "Newchannel",
                 "Channel: %s\r\nState: %s\r\nCallerIDNum: %s\r\nCallerIDName: %s\r\n"
                 "Uniqueid: %s\r\n",
                 channel->name, state, or_unknown(channel->caller_num),
                 or_unknown(channel->caller_name), channel->uniqueid);
}

void ami_mock_emit_newstate(ami_mock_pbx *pbx, struct ami_mock_channel *channel,
                            enum ami_mock_state state)
{
    const char *desc = ami_mock_state_name(state);
    const char *num = channel->caller_num, *name = channel->caller_name;

    channel->state = state;
    if (pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "Newstate", channel, "%s", "");
    else if (pbx->release->series > AMI_MOCK_1_4)
        emit_old(pbx, AMI_MOCK_CALL, "Newstate",
                 "Channel: %s\r\nChannelState: %d\r\nChannelStateDesc: %s\r\nCallerIDNum: %s\r\n"
                 "CallerIDName: %s\r\nConnectedLineNum: %s\r\nConnectedLineName: %s\r\n"
                 "Uniqueid: %s\r\n",
                 channel->name, (int)state, desc, num, name, num, name, channel->uniqueid);
    else
        emit_old(pbx, AMI_MOCK_CALL, "Newstate",
                 "Channel: %s\r\nState: %s\r\nCallerID: %s\r\nCallerIDName: %s\r\n"
                 "Uniqueid: %s\r\n",
                 channel->name, desc, or_unknown(num), or_unknown(name), channel->uniqueid);
}

void ami_mock_emit_newexten(ami_mock_pbx *pbx, struct ami_mock_channel *channel, const char *app,
                            const char *data)
{
    int classes = pbx->release->series > AMI_MOCK_1_4 ? AMI_MOCK_DIALPLAN : AMI_MOCK_CALL;

    ami_mock_set(&channel->app, app);
    ami_mock_set(&channel->data, data);
    if (pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_channel(pbx, classes, "Newexten", channel,
                              "Extension: %s\r\nApplication: %s\r\nAppData: %s\r\n", channel->exten,
                              app, data);
    else
        emit_old(pbx, classes, "Newexten",
                 "Channel: %s\r\nContext: %s\r\nExtension: %s\r\nPriority: %d\r\n"
                 "Application: %s\r\nAppData: %s\r\nUniqueid: %s\r\n",
                 channel->name, channel->context, channel->exten, channel->priority, app, data,
                 channel->uniqueid);
}

void ami_mock_emit_varset(ami_mock_pbx *pbx, const struct ami_mock_channel *channel,
                          const char *name, const char *value)
{
    struct ami_mock_text body = {0};

    if (pbx->release->series < AMI_MOCK_12)
        return;
    if (channel)
        ami_mock_snapshot(&body, channel, "");
    else
        ami_mock_text_puts(&body, "Channel: none\r\nUniqueid: none\r\n");
    ami_mock_text_addf(&body, "Variable: %s\r\nValue: ", name);
    add_escaped(&body, value);
    ami_mock_text_puts(&body, "\r\n");
    ami_mock_emit(pbx, AMI_MOCK_DIALPLAN, "VarSet", body.data);
    ami_mock_text_clear(&body);
}

void ami_mock_emit_hangup(ami_mock_pbx *pbx, const struct ami_mock_channel *channel)
{
    const char *num = or_unknown(channel->caller_num), *name = or_unknown(channel->caller_name);
    int cause = channel->cause;

    if (pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "Hangup", channel,
                              "Cause: %d\r\nCause-txt: %s\r\n", cause, cause_name(cause));
    else if (pbx->release->series > AMI_MOCK_1_4)
        emit_old(pbx, AMI_MOCK_CALL, "Hangup",
                 "Channel: %s\r\nUniqueid: %s\r\nCallerIDNum: %s\r\nCallerIDName: %s\r\n"
                 "ConnectedLineNum: %s\r\nConnectedLineName: %s\r\nAccountCode: %s\r\n"
                 "Cause: %d\r\nCause-txt: %s\r\n",
                 channel->name, channel->uniqueid, num, name, num, name, channel->account, cause,
                 cause_name(cause));
    else
        emit_old(pbx, AMI_MOCK_CALL, "Hangup",
                 "Channel: %s\r\nUniqueid: %s\r\nCause: %d\r\nCause-txt: %s\r\n", channel->name,
                 channel->uniqueid, cause, cause_name(cause));
}
