/* Actions that are answered by more Responses than one, or by none. */
#include <string.h>

#include "actions.h"
#include "calls.h"

/* Two Responses. */
void ami_mock_jabber_send(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *screen_name = ami_mock_header(msg, "ScreenName");
    const char *failed = ami_mock_since(link, AMI_MOCK_1_6) ? "Error" : "Failure";

    if (!*ami_mock_header(msg, "Jabber")) {
        ami_mock_error(link, msg, "No transport specified");
        return;
    }
    if (!*screen_name) {
        ami_mock_error(link, msg, "No ScreenName specified");
        return;
    }
    if (!*ami_mock_header(msg, "Message")) {
        ami_mock_error(link, msg, "No Message specified");
        return;
    }
    ami_mock_ack(link, msg, "Attempting to send Jabber Message");
    if (ami_mock_contains(ami_mock_header(msg, "Jabber"), "nosuch"))
        ami_mock_error(link, msg, "Could not find Sender");
    else
        ami_mock_reply(link, msg, strchr(screen_name, '@') ? "Success" : failed, NULL);
}

static void reload_module(ami_mock_link *link, const struct ami_mock_message *msg,
                          const char *module)
{
    if (!*module)
        ami_mock_ack(link, msg, "All modules reloaded");
    else if (ami_mock_contains(module, "nosuch"))
        ami_mock_error(link, msg, "No such module.");
    else
        ami_mock_ack(link, msg, "Module reloaded.");
}

/* It goes on after what it found wrong: up to three Errors. */
void ami_mock_module_load(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *module = ami_mock_header(msg, "Module"), *type = ami_mock_header(msg, "LoadType");
    bool missing = !*module || ami_mock_contains(module, "nosuch");
    bool load = ami_mock_same(type, "load");

    if (!*type)
        ami_mock_error(link, msg, "Incomplete ModuleLoad action.");
    if (!*module && !ami_mock_same(type, "reload"))
        ami_mock_error(link, msg, "Need module name");
    if (ami_mock_same(type, "reload"))
        reload_module(link, msg, module);
    else if (!load && !ami_mock_same(type, "unload"))
        ami_mock_error(link, msg, "Incomplete ModuleLoad action.");
    else if (missing)
        ami_mock_error(link, msg, load ? "Could not load module." : "Could not unload module.");
    else
        ami_mock_ack(link, msg, load ? "Module loaded." : "Module unloaded.");
}

/* What is wrong with a message about costs, or NULL. Only kinds without amounts are known here. */
static const char *find_fault(const ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *type = ami_mock_header(msg, "MsgType"),
               *charge = ami_mock_header(msg, "ChargeType");
    const char *channel = ami_mock_header(msg, "Channel");

    if (!*channel && !*ami_mock_header(msg, "ChannelPrefix"))
        return "Channel and PartialChannel are not specified. Specify at least one of these.";
    if (!ami_mock_channel_find(link->pbx, channel))
        return "No such channel";
    if (ami_mock_same(type, "S") && ami_mock_since(link, AMI_MOCK_22))
        return NULL;
    if (!ami_mock_same(type, "D") && !ami_mock_same(type, "E"))
        return "Invalid MsgType";
    if (!*charge)
        return "ChargeType not specified";
    if (!ami_mock_same(charge, "NA") && !ami_mock_same(charge, "Free"))
        return "Invalid ChargeType";
    return NULL;
}

/* A granularity without a scale is told, and then the message is sent all the same. */
void ami_mock_aoc_message(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *fault = find_fault(link, msg);

    if (fault) {
        ami_mock_error(link, msg, fault);
        return;
    }
    if (ami_mock_same(ami_mock_header(msg, "MsgType"), "S") &&
        *ami_mock_header(msg, "Granularity") && !*ami_mock_header(msg, "GranularityTimeScale"))
        ami_mock_error(link, msg,
                       "Invalid GranularityTimeScale, GranularityTimeScale is a required when "
                       "Granularity is specified");
    ami_mock_ack(link, msg, "AOC Message successfully queued on channel");
}

/* An event is the whole answer. */
void ami_mock_data_get(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *path = ami_mock_header(msg, "Path");

    if (!*path) {
        ami_mock_error(link, msg, "'Path' parameter not specified");
        return;
    }
    if (ami_mock_contains(path, "nosuch")) {
        ami_mock_error(link, msg, "No data returned");
        return;
    }
    ami_mock_say(link, "Event: DataGet Tree\r\n");
    ami_mock_say_id(link, msg);
    ami_mock_say(link, "1-version.string: %s\r\n1-version.number: %d\r\n\r\n",
                 link->pbx->release->asterisk, link->pbx->release->series);
}
