/* Actions upon channels: Hangup, Getvar, Setvar. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "calls.h"

static int cause_of(const struct ami_mock_message *msg)
{
    const char *s = ami_mock_header(msg, "Cause");
    char *end;
    long cause = strtol(s, &end, 10);

    return *end || cause < 0 || cause > 127 ? 0 : (int)cause;
}

/* The channels whose names match, as a list. */
static void hangup_matching(ami_mock_link *link, const struct ami_mock_message *msg,
                            const regex_t *regex)
{
    struct ami_mock_channel *channel;
    size_t items = 0;

    ami_mock_list(link, msg, "Channels hung up will follow", true);
    for (size_t i = 0; (channel = ami_mock_channel_at(link->pbx, i)); i++) {
        if (regexec(regex, channel->name, 0, NULL, 0))
            continue;
        ami_mock_channel_hangup(link->pbx, channel, cause_of(msg));
        ami_mock_say(link, "Event: ChannelHungup\r\nChannel: %s\r\n", channel->name);
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        ami_mock_say(link, "\r\n");
        items++;
    }
    ami_mock_list_over(link, msg, "ChannelsHungupListComplete", items, true);
}

/* Channel is /regex/. */
static void hangup_by_regex(ami_mock_link *link, const struct ami_mock_message *msg,
                            const char *name)
{
    char *pattern = ami_mock_strdup(name + 1), *text;
    size_t len = strlen(pattern);
    regex_t regex;

    if (len < 1 || pattern[len - 1] != '/') {
        ami_mock_error(link, msg, "Regex format invalid, Channel param should be /regex/");
        free(pattern);
        return;
    }
    pattern[len - 1] = '\0';
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB)) {
        text = ami_mock_format("Regex compile failed on: %s", name);
        ami_mock_error(link, msg, text);
        free(text);
    } else {
        hangup_matching(link, msg, &regex);
        regfree(&regex);
    }
    free(pattern);
}

void ami_mock_hangup(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Channel");
    struct ami_mock_channel *channel;

    if (!*name) {
        ami_mock_error(link, msg, "No channel specified");
        return;
    }
    if (*name == '/' && ami_mock_since(link, AMI_MOCK_10)) {
        hangup_by_regex(link, msg, name);
        return;
    }
    channel = ami_mock_channel_find(link->pbx, name);
    if (!channel) {
        ami_mock_error(link, msg, "No such channel");
        return;
    }
    ami_mock_channel_hangup(link->pbx, channel, cause_of(msg));
    ami_mock_ack(link, msg, "Channel Hungup");
}

/* The first release had no globals here; then it is told. */
static bool lacks_channel(ami_mock_link *link, const struct ami_mock_message *msg)
{
    bool lacks = !*ami_mock_header(msg, "Channel") && !ami_mock_since(link, AMI_MOCK_1_4);

    if (lacks)
        ami_mock_error(link, msg, "No channel specified");
    return lacks;
}

/* The channel that Getvar and Setvar speak of, NULL for globals; false if something is wrong, which
   then is told. */
static bool find_target(ami_mock_link *link, const struct ami_mock_message *msg,
                        struct ami_mock_channel **channel)
{
    const char *name = ami_mock_header(msg, "Channel");

    *channel = *name ? ami_mock_channel_find(link->pbx, name) : NULL;
    if (*name && !*channel)
        ami_mock_error(link, msg, "No such channel");
    return !*name || *channel;
}

/* The first release made a header of the variable; the ActionID came last once. value is NULL for a
   variable that is not set. */
static void say_value(ami_mock_link *link, const struct ami_mock_message *msg, const char *variable,
                      const char *value)
{
    bool recent = ami_mock_since(link, AMI_MOCK_1_6);

    ami_mock_say(link, "Response: Success\r\n");
    if (recent)
        ami_mock_say_id(link, msg);
    if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say(link, "Variable: %s\r\nValue: %s\r\n", variable, value ? value : "");
    else
        ami_mock_say(link, "%s: %s\r\n", variable, value ? value : "(null)");
    if (!recent)
        ami_mock_say_id(link, msg);
    ami_mock_say(link, "\r\n");
}

void ami_mock_getvar(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *variable = ami_mock_header(msg, "Variable"), *value = NULL;
    struct ami_mock_channel *channel;

    if (lacks_channel(link, msg))
        return;
    if (!*variable) {
        ami_mock_error(link, msg, "No variable specified");
        return;
    }
    if (ami_mock_since(link, AMI_MOCK_1_6) && ami_mock_reaches_shell(variable) &&
        !(link->user->write & AMI_MOCK_SYSTEM)) {
        ami_mock_error(link, msg, "GetVar Access Forbidden: Variable");
        return;
    }
    if (!find_target(link, msg, &channel))
        return;
    if (channel)
        value = ami_mock_var_get(channel->vars, variable);
    if (!value)
        value = ami_mock_var_get(link->pbx->globals, variable);
    say_value(link, msg, variable, value);
}

void ami_mock_setvar(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *variable = ami_mock_header(msg, "Variable"), *value = ami_mock_header(msg, "Value");
    struct ami_mock_channel *channel;

    if (lacks_channel(link, msg))
        return;
    if (!*variable) {
        ami_mock_error(link, msg, "No variable specified");
        return;
    }
    if (!find_target(link, msg, &channel))
        return;
    ami_mock_var_set(channel ? &channel->vars : &link->pbx->globals, variable, value);
    ami_mock_emit_varset(link->pbx, channel, variable, value);
    ami_mock_ack(link, msg, "Variable Set");
}
