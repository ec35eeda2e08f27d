/* Lists of channels: Status, CoreShowChannels, CoreShowChannelMap. */
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "calls.h"

static long long age(const ami_mock_link *link, const struct ami_mock_channel *channel)
{
    return (link->pbx->now - channel->since) / 1000;
}

/* What the headers Variables and AllVariables ask for. */
static void say_variables(ami_mock_link *link, const struct ami_mock_message *msg,
                          const struct ami_mock_channel *channel)
{
    char *names = ami_mock_strdup(ami_mock_header(msg, "Variables")), *name, *rest = NULL;

    for (name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        const char *value = ami_mock_var_get(channel->vars, name);

        if (!value)
            value = ami_mock_var_get(link->pbx->globals, name);
        ami_mock_say(link, "Variable: %s=%s\r\n", name, value ? value : "(null)");
    }
    free(names);
    if (!ami_mock_is_true(ami_mock_header(msg, "AllVariables")))
        return;
    for (const struct ami_mock_var *var = channel->vars; var; var = var->next)
        ami_mock_say(link, "Variable: %s=%s\r\n", var->name, var->value);
}

static const char *or_unknown(const char *s)
{
    return *s ? s : "<unknown>";
}

/* Up to 13 the list had a form of its own where later there is a snapshot. */
static void say_identity(ami_mock_link *link, const struct ami_mock_channel *channel)
{
    const char *num = or_unknown(channel->caller_num), *name = or_unknown(channel->caller_name);

    if (ami_mock_since(link, AMI_MOCK_14)) {
        ami_mock_snapshot(link->pbx, &link->out, channel, "");
        return;
    }
    ami_mock_say(link,
                 "Channel: %s\r\nChannelState: %d\r\nChannelStateDesc: %s\r\nCallerIDNum: %s\r\n"
                 "CallerIDName: %s\r\nConnectedLineNum: %s\r\nConnectedLineName: %s\r\n"
                 "Accountcode: %s\r\nContext: %s\r\nExten: %s\r\nPriority: %d\r\nUniqueid: %s\r\n",
                 channel->name, (int)channel->state, ami_mock_state_name(channel->state), num, name,
                 channel->connected ? num : "<unknown>", channel->connected ? name : "<unknown>",
                 channel->account, channel->context, channel->exten, channel->priority,
                 channel->uniqueid);
    if (ami_mock_since(link, AMI_MOCK_13_2))
        ami_mock_say(link, "Linkedid: %s\r\n", channel->linkedid);
}

static void say_status(ami_mock_link *link, const struct ami_mock_channel *channel)
{
    const char *num = or_unknown(channel->caller_num), *name = or_unknown(channel->caller_name);

    say_identity(link, channel);
    ami_mock_say(link,
                 "Type: %s\r\nDNID: \r\nEffectiveConnectedLineNum: %s\r\n"
                 "EffectiveConnectedLineName: %s\r\nTimeToHangup: 0\r\nBridgeID: \r\n",
                 channel->tech, num, name);
    if (!ami_mock_since(link, AMI_MOCK_13_2))
        ami_mock_say(link, "Linkedid: %s\r\n", channel->linkedid);
    ami_mock_say(link,
                 "Application: %s\r\nData: %s\r\nNativeformats: (slin)\r\nReadformat: slin\r\n"
                 "Readtrans: \r\nWriteformat: slin\r\nWritetrans: \r\nCallgroup: 0\r\n"
                 "Pickupgroup: 0\r\nSeconds: %lld\r\n",
                 channel->app, channel->data, age(link, channel));
}

/* The forms of 1.0, of 1.4 and of 1.6 to 11. */
static void say_old_status(ami_mock_link *link, const struct ami_mock_channel *channel)
{
    bool oldest = !ami_mock_since(link, AMI_MOCK_1_6);
    const char *num = or_unknown(channel->caller_num), *name = or_unknown(channel->caller_name);
    const char *state = ami_mock_state_name(channel->state);

    ami_mock_say(link, "Channel: %s\r\n", channel->name);
    if (oldest)
        ami_mock_say_caller_id(link->pbx, &link->out, channel);
    if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say(link, "CallerIDNum: %s\r\nCallerIDName: %s\r\n", num, name);
    if (oldest)
        ami_mock_say(link, "Account: %s\r\nState: %s\r\n", channel->account, state);
    else
        ami_mock_say(link,
                     "ConnectedLineNum: %s\r\nConnectedLineName: %s\r\nAccountcode: %s\r\n"
                     "ChannelState: %d\r\nChannelStateDesc: %s\r\n",
                     num, name, channel->account, (int)channel->state, state);
    ami_mock_say(link,
                 "Context: %s\r\nExtension: %s\r\nPriority: %d\r\nSeconds: %lld\r\n"
                 "Uniqueid: %s\r\n",
                 channel->context, channel->exten, channel->priority, age(link, channel),
                 channel->uniqueid);
}

static void say_status_item(ami_mock_link *link, const struct ami_mock_message *msg,
                            const struct ami_mock_channel *channel)
{
    ami_mock_say(link, "Event: Status\r\n");
    if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say(link, "Privilege: Call\r\n");
    if (ami_mock_since(link, AMI_MOCK_12))
        say_status(link, channel);
    else
        say_old_status(link, channel);
    if (ami_mock_since(link, AMI_MOCK_1_6))
        say_variables(link, msg, channel);
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link, "\r\n");
}

void ami_mock_status(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Channel");
    struct ami_mock_channel *channel = NULL;
    size_t items = 0;

    if (ami_mock_reaches_shell(ami_mock_header(msg, "Variables")) &&
        !(link->user->write & AMI_MOCK_SYSTEM)) {
        ami_mock_error(link, msg, "Status Access Forbidden: Variables");
        return;
    }
    if (*name && !(channel = ami_mock_channel_find(link->pbx, name))) {
        /* The first release promised the list before it looked. */
        if (!ami_mock_since(link, AMI_MOCK_1_4))
            ami_mock_list(link, msg, "Channel status will follow", false);
        ami_mock_error(link, msg, "No such channel");
        return;
    }
    ami_mock_list(link, msg, "Channel status will follow", false);
    if (*name) {
        say_status_item(link, msg, channel);
        items = 1;
    } else {
        for (; (channel = ami_mock_channel_at(link->pbx, items)); items++)
            say_status_item(link, msg, channel);
    }
    ami_mock_list_end(link, msg, "StatusComplete", items, false, "");
    if (ami_mock_since(link, AMI_MOCK_1_6))
        ami_mock_say(link, "Items: %zu\r\n", items);
    ami_mock_say(link, "\r\n");
}

/* The form before 12 names things in its own way. */
static void say_old_show(ami_mock_link *link, const struct ami_mock_channel *channel,
                         const char *duration)
{
    ami_mock_say(link,
                 "Channel: %s\r\nUniqueID: %s\r\nContext: %s\r\nExtension: %s\r\nPriority: %d\r\n"
                 "ChannelState: %d\r\nChannelStateDesc: %s\r\nApplication: %s\r\n"
                 "ApplicationData: %s\r\nCallerIDnum: %s\r\nCallerIDname: %s\r\n"
                 "ConnectedLineNum: %s\r\nConnectedLineName: %s\r\nDuration: %s\r\n"
                 "AccountCode: %s\r\nBridgedChannel: \r\nBridgedUniqueID: \r\n\r\n",
                 channel->name, channel->uniqueid, channel->context, channel->exten,
                 channel->priority, (int)channel->state, ami_mock_state_name(channel->state),
                 channel->app, channel->data, channel->caller_num, channel->caller_name,
                 channel->caller_num, channel->caller_name, duration, channel->account);
}

void ami_mock_core_show_channels(ami_mock_link *link, const struct ami_mock_message *msg)
{
    struct ami_mock_channel *channel;
    size_t items = 0;

    ami_mock_list(link, msg, "Channels will follow", true);
    for (; (channel = ami_mock_channel_at(link->pbx, items)); items++) {
        long long s = age(link, channel);
        char *duration = ami_mock_format("%02lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);

        ami_mock_say(link, "Event: CoreShowChannel\r\n");
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        if (!ami_mock_since(link, AMI_MOCK_12)) {
            say_old_show(link, channel, duration);
        } else {
            ami_mock_snapshot(link->pbx, &link->out, channel, "");
            ami_mock_say(link,
                         "Application: %s\r\nApplicationData: %s\r\nDuration: %s\r\n"
                         "BridgeId: \r\n\r\n",
                         channel->app, channel->data, duration);
        }
        free(duration);
    }
    ami_mock_list_over(link, msg, "CoreShowChannelsComplete", items, true);
}

/*
 * The channels that talk to one. No two here share a bridge, so the list is empty; but of a channel
 * whose name says "broken" it cannot be made: then an Error comes instead of the end.
 */
void ami_mock_core_show_channel_map(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Channel");

    if (!*name) {
        ami_mock_error(link, msg, "CoreShowChannelMap requires a channel.\n");
        return;
    }
    if (!ami_mock_channel_find(link->pbx, name)) {
        ami_mock_error(link, msg, "Could not get channel snapshot\n");
        return;
    }
    ami_mock_list(link, msg, "Channel map will follow", true);
    if (ami_mock_contains(name, "broken"))
        ami_mock_error(link, msg, "Could not complete channel map\n");
    else
        ami_mock_list_over(link, msg, "CoreShowChannelMapComplete", 0, true);
}
