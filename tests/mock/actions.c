#include "actions.h"

#include <string.h>

static ami_mock_action_fn list_commands;

/*
 * From 1.6 on one of the classes is enough, before all were needed and some differed: those are the
 * old classes. since and until are the first and the last series with the action, 0: to this day.
 */
static const struct action {
    const char *name, *synopsis;
    ami_mock_action_fn *run;
    int classes, old_classes, since, until;
} actions[] = {
    {"Agents", "Lists agents and their status.", ami_mock_agents, AMI_MOCK_AGENT, AMI_MOCK_AGENT,
     AMI_MOCK_1_4, 0},
    {"AGI", "Add an AGI command to execute by Async AGI.", ami_mock_agi, AMI_MOCK_AGI, 0,
     AMI_MOCK_1_6, 0},
    {"AOCMessage", "Generate an Advice of Charge message on a channel.", ami_mock_aoc_message,
     AMI_MOCK_AOC, 0, AMI_MOCK_1_8, 0},
    {"Challenge", "Generate Challenge for MD5 Auth.", ami_mock_challenge, 0, 0, AMI_MOCK_1_6, 0},
    {"Command", "Execute Asterisk CLI Command.", ami_mock_command, AMI_MOCK_COMMAND,
     AMI_MOCK_COMMAND, AMI_MOCK_1_0, 0},
    {"CoreSettings", "Show PBX core settings (version etc).", ami_mock_core_settings,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, 0},
    {"CoreShowChannelMap", "List all channels connected to the specified channel.",
     ami_mock_core_show_channel_map, AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_22, 0},
    {"CoreShowChannels", "List currently active channels.", ami_mock_core_show_channels,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, 0},
    {"CoreStatus", "Show PBX core status variables.", ami_mock_core_status,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, 0},
    {"DataGet", "Retrieve the data api tree.", ami_mock_data_get, 0, 0, AMI_MOCK_1_8, AMI_MOCK_14},
    {"DBDel", "Delete DB entry.", ami_mock_db_del, AMI_MOCK_SYSTEM, 0, AMI_MOCK_1_6, 0},
    {"DBGet", "Get DB Entry.", ami_mock_db_get, AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING,
     AMI_MOCK_SYSTEM, AMI_MOCK_1_4, 0},
    {"DBGetTree", "Get DB entries, optionally at a particular family/key", ami_mock_db_get_tree,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_16, 0},
    {"DBPut", "Put DB entry.", ami_mock_db_put, AMI_MOCK_SYSTEM, AMI_MOCK_SYSTEM, AMI_MOCK_1_4, 0},
    {"Events", "Control Event Flow.", ami_mock_events, 0, 0, AMI_MOCK_1_0, 0},
    {"FAXSession", "Responds with a detailed description of a single FAX session",
     ami_mock_fax_session, AMI_MOCK_CALL, 0, AMI_MOCK_13_0, 0},
    {"FAXSessions", "Lists active FAX sessions", ami_mock_fax_sessions, AMI_MOCK_CALL, 0,
     AMI_MOCK_13_0, 0},
    {"FAXStats", "Responds with fax statistics", ami_mock_fax_stats, AMI_MOCK_REPORTING, 0,
     AMI_MOCK_13_0, 0},
    {"Filter", "Dynamically add filters for the current manager session.", ami_mock_filter,
     AMI_MOCK_SYSTEM, 0, AMI_MOCK_10, 0},
    {"Getvar", "Gets a channel variable or function value.", ami_mock_getvar,
     AMI_MOCK_CALL | AMI_MOCK_REPORTING, AMI_MOCK_CALL, AMI_MOCK_1_0, 0},
    {"Hangup", "Hangup channel.", ami_mock_hangup, AMI_MOCK_SYSTEM | AMI_MOCK_CALL, AMI_MOCK_CALL,
     AMI_MOCK_1_0, 0},
    {"IAX1peers", "List IAX Peers.", ami_mock_iax1_peers, 0, 0, AMI_MOCK_1_0, AMI_MOCK_1_0},
    {"IAXnetstats", "Show IAX Netstats.", ami_mock_iax_netstats,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_4, 0},
    {"IAXpeerlist", "List IAX Peers.", ami_mock_iax_peerlist, AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING,
     0, AMI_MOCK_1_6, 0},
    {"IAXpeers", "List IAX peers.", ami_mock_iax_peers, AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0,
     AMI_MOCK_1_0, 0},
    {"JabberSend", "Sends a message to a Jabber Client.", ami_mock_jabber_send, AMI_MOCK_SYSTEM,
     AMI_MOCK_SYSTEM, AMI_MOCK_1_4, 0},
    {"ListCommands", "List available manager commands.", list_commands, 0, 0, AMI_MOCK_1_0, 0},
    {"Login", "Login Manager.", ami_mock_login, 0, 0, AMI_MOCK_1_4, 0},
    {"Logoff", "Logoff Manager.", ami_mock_logoff, 0, 0, AMI_MOCK_1_0, 0},
    {"ModuleLoad", "Module management.", ami_mock_module_load, AMI_MOCK_SYSTEM, 0, AMI_MOCK_1_6, 0},
    {"Originate", "Originate a call.", ami_mock_originate, AMI_MOCK_ORIGINATE, AMI_MOCK_CALL,
     AMI_MOCK_1_0, 0},
    {"ParkedCalls", "List parked calls.", ami_mock_parked_calls, AMI_MOCK_CALL, 0, AMI_MOCK_1_0, 0},
    {"Ping", "Keepalive command.", ami_mock_ping, 0, 0, AMI_MOCK_1_0, 0},
    {"PJSIPShowEndpoint", "Detail listing of an endpoint and its objects.",
     ami_mock_pjsip_show_endpoint, AMI_MOCK_SYSTEM, 0, AMI_MOCK_12, 0},
    {"PJSIPShowEndpoints", "Lists PJSIP endpoints.", ami_mock_pjsip_show_endpoints, AMI_MOCK_SYSTEM,
     0, AMI_MOCK_12, 0},
    {"QueueRule", "Queue Rules.", ami_mock_queue_rule, 0, 0, AMI_MOCK_1_6, 0},
    {"Queues", "Queues.", ami_mock_queues, 0, 0, AMI_MOCK_1_0, AMI_MOCK_14},
    {"QueueStatus", "Show queue status.", ami_mock_queue_status, 0, 0, AMI_MOCK_1_0, 0},
    {"QueueSummary", "Show queue summary.", ami_mock_queue_summary, 0, 0, AMI_MOCK_1_6, 0},
    {"Setvar", "Sets a channel variable or function value.", ami_mock_setvar, AMI_MOCK_CALL,
     AMI_MOCK_CALL, AMI_MOCK_1_0, 0},
    {"ShowDialPlan", "Show dialplan contexts and extensions", ami_mock_show_dialplan,
     AMI_MOCK_CONFIG | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, 0},
    {"SIPpeers", "List SIP peers (text format).", ami_mock_sip_peers,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, AMI_MOCK_SYSTEM, AMI_MOCK_1_4, AMI_MOCK_20},
    {"SIPqualifypeer", "Qualify SIP peers.", ami_mock_sip_qualify_peer,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, AMI_MOCK_20},
    {"SKINNYdevices", "List SKINNY devices (text format).", ami_mock_skinny_devices,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, AMI_MOCK_20},
    {"SKINNYlines", "List SKINNY lines (text format).", ami_mock_skinny_lines,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, AMI_MOCK_20},
    {"SKINNYshowdevice", "Show SKINNY device (text format).", ami_mock_skinny_show_device,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, AMI_MOCK_20},
    {"SKINNYshowline", "Show SKINNY line (text format).", ami_mock_skinny_show_line,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, AMI_MOCK_20},
    {"Status", "List channel status.", ami_mock_status,
     AMI_MOCK_SYSTEM | AMI_MOCK_CALL | AMI_MOCK_REPORTING, AMI_MOCK_CALL, AMI_MOCK_1_0, 0},
    {"UserEvent", "Send an arbitrary event.", ami_mock_user_event, AMI_MOCK_USER, AMI_MOCK_USER,
     AMI_MOCK_1_4, 0},
    {"VoicemailUsersList", "List All Voicemail User Information.", ami_mock_voicemail_users_list,
     AMI_MOCK_CALL | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6, 0},
    {"WaitEvent", "Wait for an event to occur.", ami_mock_wait_event, 0, 0, AMI_MOCK_1_4, 0},
};

enum { ACTIONS = sizeof actions / sizeof *actions };

static int classes_of(const ami_mock_link *link, const struct action *action)
{
    return ami_mock_since(link, AMI_MOCK_1_6) ? action->classes : action->old_classes;
}

static bool may_run(const ami_mock_link *link, const struct action *action)
{
    int needed = classes_of(link, action);
    int has = link->user ? link->user->write & needed : 0;

    if (!ami_mock_since(link, AMI_MOCK_1_6))
        return has == needed;
    return needed == 0 || has != 0;
}

static bool has_action(const ami_mock_link *link, const struct action *action)
{
    return ami_mock_since(link, action->since) &&
           (!action->until || link->pbx->release->series <= action->until);
}

static void list_commands(ami_mock_link *link, const struct ami_mock_message *msg)
{
    /* Where synopses come from the documentation, a blank follows them. */
    const char *blank = ami_mock_since(link, AMI_MOCK_14) ? " " : "";

    ami_mock_start(link, msg, "Success");
    for (size_t i = 0; i < ACTIONS; i++) {
        /* 1.4 answered Login without listing it. */
        bool listed = actions[i].run != ami_mock_login || ami_mock_since(link, AMI_MOCK_1_6);

        if (!listed || !has_action(link, &actions[i]) || !may_run(link, &actions[i]))
            continue;
        ami_mock_say(link, "%s: %s%s", actions[i].name, actions[i].synopsis, blank);
        if (ami_mock_since(link, AMI_MOCK_1_4)) {
            ami_mock_say(link, " (Priv: ");
            ami_mock_classes_write(&link->out, classes_of(link, &actions[i]));
            ami_mock_say(link, ")");
        }
        ami_mock_say(link, "\r\n");
    }
    ami_mock_say(link, "\r\n");
}

static const struct action *find(const char *name)
{
    for (size_t i = 0; i < ACTIONS; i++) {
        if (ami_mock_same(actions[i].name, name))
            return &actions[i];
    }
    return NULL;
}

static void say_unknown(ami_mock_link *link, const struct ami_mock_message *msg, const char *name)
{
    char text[512];
    size_t len = 0;
    const char *const parts[] = {"Invalid/unknown command: ", name,
                                 ". Use Action: ListCommands to show available commands."};

    if (!ami_mock_since(link, AMI_MOCK_1_6)) {
        ami_mock_error(link, msg, "Invalid/unknown command");
        return;
    }
    /* The server's buffer cuts the text. */
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(parts[i]), room = sizeof text - 1 - len;

        n = n < room ? n : room;
        memcpy(text + len, parts[i], n);
        len += n;
    }
    text[len] = '\0';
    ami_mock_error(link, msg, text);
}

/* What may be done before login. */
static bool is_for_strangers(const char *name)
{
    return ami_mock_same(name, "Login") || ami_mock_same(name, "Logoff") ||
           ami_mock_same(name, "Challenge");
}

void ami_mock_action_run(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_action_name(msg);
    const struct action *action = find(name);

    if (!*name)
        ami_mock_error(link, msg, "Missing action in request");
    else if (!link->user && is_for_strangers(name))
        /* Early releases answered these without calling them actions. */
        action->run(link, msg);
    else if (!link->user)
        ami_mock_error(link, msg,
                       ami_mock_since(link, AMI_MOCK_1_6) ? "Permission denied"
                                                          : "Authentication Required");
    else if (!action || !has_action(link, action))
        say_unknown(link, msg, name);
    else if (!may_run(link, action))
        ami_mock_error(link, msg, "Permission denied");
    else
        action->run(link, msg);
}
