/* The events that tell of channels: in three generations, up to 1.4, up to 11, and since 12. */
#include "channels.h"

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

static const char *or_unknown(const char *s)
{
    return *s ? s : "<unknown>";
}

void ami_mock_emit_channel(ami_mock_pbx *pbx, int classes, const char *event,
                           const struct ami_mock_channel *channel, const char *fmt, ...)
{
    struct ami_mock_text body = {0};
    va_list args;

    if (pbx->release->series < AMI_MOCK_12)
        return;
    ami_mock_snapshot(pbx, &body, channel, "");
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

/* A new channel or a new state of one: in 1.0 and 1.4 by name, and with the caller in its old form
   but for new channels of 1.4. */
static void emit_oldest_state(ami_mock_pbx *pbx, const struct ami_mock_channel *channel,
                              const char *event, bool fresh)
{
    struct ami_mock_text caller = {0};

    if (fresh && pbx->release->series >= AMI_MOCK_1_4)
        ami_mock_text_addf(&caller, "CallerIDNum: %s\r\n", or_unknown(channel->caller_num));
    else
        ami_mock_say_caller_id(pbx, &caller, channel);
    if (pbx->release->series >= AMI_MOCK_1_4)
        ami_mock_text_addf(&caller, "CallerIDName: %s\r\n", or_unknown(channel->caller_name));
    emit_old(pbx, AMI_MOCK_CALL, event, "Channel: %s\r\nState: %s\r\n%sUniqueid: %s\r\n",
             channel->name, ami_mock_state_name(channel->state), caller.data, channel->uniqueid);
    ami_mock_text_clear(&caller);
}

void ami_mock_emit_newchannel(ami_mock_pbx *pbx, const struct ami_mock_channel *channel)
{
    const char *state = ami_mock_state_name(channel->state);

    if (pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "Newchannel", channel, "%s", "");
    else if (pbx->release->series >= AMI_MOCK_1_6)
        emit_old(pbx, AMI_MOCK_CALL, "Newchannel",
                 "Channel: %s\r\nChannelState: %d\r\nChannelStateDesc: %s\r\nCallerIDNum: %s\r\n"
                 "CallerIDName: %s\r\nAccountCode: %s\r\nExten: %s\r\nContext: %s\r\n"
                 "Uniqueid: %s\r\n",
                 channel->name, (int)channel->state, state, channel->caller_num,
                 channel->caller_name, channel->account, channel->exten, channel->context,
                 channel->uniqueid);
    else
        emit_oldest_state(pbx, channel, "Newchannel", true);
}

void ami_mock_emit_newstate(ami_mock_pbx *pbx, struct ami_mock_channel *channel,
                            enum ami_mock_state state)
{
    const char *num = channel->caller_num, *name = channel->caller_name;
    bool was_down = channel->state == AMI_MOCK_DOWN;

    channel->state = state;
    if (pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "Newstate", channel, "%s", "");
    else if (pbx->release->series >= AMI_MOCK_1_6)
        emit_old(pbx, AMI_MOCK_CALL, "Newstate",
                 "Channel: %s\r\nChannelState: %d\r\nChannelStateDesc: %s\r\nCallerIDNum: %s\r\n"
                 "CallerIDName: %s\r\nConnectedLineNum: %s\r\nConnectedLineName: %s\r\n"
                 "Uniqueid: %s\r\n",
                 channel->name, (int)state, ami_mock_state_name(state), num, name, num, name,
                 channel->uniqueid);
    else if (pbx->release->series >= AMI_MOCK_1_4 || !was_down)
        emit_oldest_state(pbx, channel, "Newstate", false);
    else
        /* For the first release a channel was new when it left the state Down. */
        emit_oldest_state(pbx, channel, "Newchannel", false);
}

void ami_mock_emit_caller(ami_mock_pbx *pbx, const struct ami_mock_channel *channel)
{
    static const char shown[] = "CID-CallingPres: 0 (Presentation Allowed, Not Screened)\r\n";
    int series = pbx->release->series;
    struct ami_mock_text caller = {0};

    if (series >= AMI_MOCK_12) {
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "NewCallerid", channel, "%s", shown);
        return;
    }
    if (series >= AMI_MOCK_1_6)
        ami_mock_text_addf(&caller, "CallerIDNum: %s\r\n", channel->caller_num);
    else
        ami_mock_say_caller_id(pbx, &caller, channel);
    if (series >= AMI_MOCK_1_4)
        ami_mock_text_addf(&caller, "CallerIDName: %s\r\n", channel->caller_name);
    emit_old(pbx, AMI_MOCK_CALL, series >= AMI_MOCK_1_6 ? "NewCallerid" : "Newcallerid",
             "Channel: %s\r\n%sUniqueid: %s\r\n%s", channel->name, caller.data, channel->uniqueid,
             series >= AMI_MOCK_1_4 ? shown : "");
    ami_mock_text_clear(&caller);
}

void ami_mock_emit_newexten(ami_mock_pbx *pbx, struct ami_mock_channel *channel, const char *app,
                            const char *data)
{
    int classes = pbx->release->series >= AMI_MOCK_1_6 ? AMI_MOCK_DIALPLAN : AMI_MOCK_CALL;

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

    if (pbx->release->series < AMI_MOCK_1_6)
        return;
    if (pbx->release->series < AMI_MOCK_12) {
        emit_old(pbx, AMI_MOCK_DIALPLAN, "VarSet",
                 "Channel: %s\r\nVariable: %s\r\nValue: %s\r\nUniqueid: %s\r\n",
                 channel ? channel->name : "none", name, value,
                 channel ? channel->uniqueid : "none");
        return;
    }
    if (channel)
        ami_mock_snapshot(pbx, &body, channel, "");
    else
        ami_mock_text_puts(&body, "Channel: none\r\nUniqueid: none\r\n");
    ami_mock_text_addf(&body, "Variable: %s\r\nValue: ", name);
    ami_mock_add_escaped(pbx, &body, value);
    ami_mock_text_puts(&body, "\r\n");
    ami_mock_emit(pbx, AMI_MOCK_DIALPLAN, "VarSet", body.data);
    ami_mock_text_clear(&body);
}

void ami_mock_emit_hangup(ami_mock_pbx *pbx, const struct ami_mock_channel *channel)
{
    const char *num = or_unknown(channel->caller_num), *name = or_unknown(channel->caller_name);
    int cause = channel->cause;
    bool account = pbx->release->series >= AMI_MOCK_11;

    if (pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "Hangup", channel,
                              "Cause: %d\r\nCause-txt: %s\r\n", cause, cause_name(cause));
    else if (pbx->release->series >= AMI_MOCK_1_6)
        emit_old(pbx, AMI_MOCK_CALL, "Hangup",
                 "Channel: %s\r\nUniqueid: %s\r\nCallerIDNum: %s\r\nCallerIDName: %s\r\n"
                 "ConnectedLineNum: %s\r\nConnectedLineName: %s\r\n%s%s%s"
                 "Cause: %d\r\nCause-txt: %s\r\n",
                 channel->name, channel->uniqueid, num, name, num, name,
                 account ? "AccountCode: " : "", account ? channel->account : "",
                 account ? "\r\n" : "", cause, cause_name(cause));
    else if (pbx->release->series < AMI_MOCK_1_4)
        emit_old(pbx, AMI_MOCK_CALL, "Hangup", "Channel: %s\r\nUniqueid: %s\r\nCause: %d\r\n",
                 channel->name, channel->uniqueid, cause);
    else
        emit_old(pbx, AMI_MOCK_CALL, "Hangup",
                 "Channel: %s\r\nUniqueid: %s\r\nCause: %d\r\nCause-txt: %s\r\n", channel->name,
                 channel->uniqueid, cause, cause_name(cause));
}
