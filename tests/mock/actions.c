#include "actions.h"

#include <string.h>

static ami_mock_action_fn list_commands;

/*
 * From 1.6 on one of the classes is enough, in 1.4 all were needed and some differed; old_classes
 * are those of 1.4. since is the series that brought the action.
 */
static const struct action {
    const char *name, *synopsis;
    ami_mock_action_fn *run;
    int classes, old_classes, since;
} actions[] = {
    {"Challenge", "Generate Challenge for MD5 Auth.", ami_mock_challenge, 0, 0, 0},
    {"Command", "Execute Asterisk CLI Command.", ami_mock_command, AMI_MOCK_COMMAND,
     AMI_MOCK_COMMAND, 0},
    {"CoreSettings", "Show PBX core settings (version etc).", ami_mock_core_settings,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6},
    {"CoreShowChannels", "List currently active channels.", ami_mock_core_show_channels,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6},
    {"CoreStatus", "Show PBX core status variables.", ami_mock_core_status,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, AMI_MOCK_1_6},
    {"Events", "Control Event Flow.", ami_mock_events, 0, 0, 0},
    {"Filter", "Dynamically add filters for the current manager session.", ami_mock_filter,
     AMI_MOCK_SYSTEM, 0, 100},
    {"Getvar", "Gets a channel variable or function value.", ami_mock_getvar,
     AMI_MOCK_CALL | AMI_MOCK_REPORTING, AMI_MOCK_CALL, 0},
    {"Hangup", "Hangup channel.", ami_mock_hangup, AMI_MOCK_SYSTEM | AMI_MOCK_CALL, AMI_MOCK_CALL,
     0},
    {"IAXnetstats", "Show IAX Netstats.", ami_mock_iax_netstats,
     AMI_MOCK_SYSTEM | AMI_MOCK_REPORTING, 0, 0},
    {"ListCommands", "List available manager commands.", list_commands, 0, 0, 0},
    {"Login", "Login Manager.", ami_mock_login, 0, 0, 0},
    {"Logoff", "Logoff Manager.", ami_mock_logoff, 0, 0, 0},
    {"Originate", "Originate a call.", ami_mock_originate, AMI_MOCK_ORIGINATE, AMI_MOCK_CALL, 0},
    {"Ping", "Keepalive command.", ami_mock_ping, 0, 0, 0},
    {"QueueStatus", "Show queue status.", ami_mock_queue_status, 0, 0, 0},
    {"Setvar", "Sets a channel variable or function value.", ami_mock_setvar, AMI_MOCK_CALL,
     AMI_MOCK_CALL, 0},
    {"Status", "List channel status.", ami_mock_status,
     AMI_MOCK_SYSTEM | AMI_MOCK_CALL | AMI_MOCK_REPORTING, AMI_MOCK_CALL, 0},
    {"UserEvent", "Send an arbitrary event.", ami_mock_user_event, AMI_MOCK_USER, AMI_MOCK_USER, 0},
};

enum { ACTIONS = sizeof actions / sizeof *actions };

static int classes_of(const ami_mock_link *link, const struct action *action)
{
    return link->pbx->release->series == AMI_MOCK_1_4 ? action->old_classes : action->classes;
}

static bool may_run(const ami_mock_link *link, const struct action *action)
{
    int needed = classes_of(link, action);
    int has = link->user ? link->user->write & needed : 0;

    if (link->pbx->release->series == AMI_MOCK_1_4)
        return has == needed;
    return needed == 0 || has != 0;
}

static void list_commands(ami_mock_link *link, const struct ami_mock_message *msg)
{
    /* Where synopses come from the documentation, a blank follows them. */
    const char *blank = link->pbx->release->series >= AMI_MOCK_14 ? " " : "";

    ami_mock_start(link, msg, "Success");
    for (size_t i = 0; i < ACTIONS; i++) {
        if (actions[i].since > link->pbx->release->series || !may_run(link, &actions[i]))
            continue;
        ami_mock_say(link, "%s: %s%s (Priv: ", actions[i].name, actions[i].synopsis, blank);
        ami_mock_classes_write(&link->out, classes_of(link, &actions[i]));
        ami_mock_say(link, ")\r\n");
    }
    ami_mock_say(link, "\r\n");
}

static const struct action *find(const ami_mock_link *link, const char *name)
{
    for (size_t i = 0; i < ACTIONS; i++) {
        if (ami_mock_same(actions[i].name, name))
            return actions[i].since <= link->pbx->release->series ? &actions[i] : NULL;
    }
    return NULL;
}

static void say_unknown(ami_mock_link *link, const struct ami_mock_message *msg, const char *name)
{
    char text[512];
    size_t len = 0;
    const char *const parts[] = {"Invalid/unknown command: ", name,
                                 ". Use Action: ListCommands to show available commands."};

    if (link->pbx->release->series == AMI_MOCK_1_4) {
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
    const struct action *action = find(link, name);

    if (!*name)
        ami_mock_error(link, msg, "Missing action in request");
    else if (!link->user && !is_for_strangers(name))
        ami_mock_error(link, msg,
                       link->pbx->release->series == AMI_MOCK_1_4 ? "Authentication Required"
                                                                  : "Permission denied");
    else if (!action)
        say_unknown(link, msg, name);
    else if (!may_run(link, action))
        ami_mock_error(link, msg, "Permission denied");
    else
        action->run(link, msg);
}
