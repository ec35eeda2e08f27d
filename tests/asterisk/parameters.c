/* SPDX-License-Identifier: MIT */
/* See parameters.h. */
#include "parameters.h"

#include <strings.h>

#include <ami/catalog.h>

#include "text.h"

/* In the order of their names, in which the server is given them: what one has hung up the next
 * cannot redirect. */
static const struct parameters rows[] = {
    {"AbsoluteTimeout", {"Channel", "@long:0", "Timeout", "300"}},
    {"AgentLogoff", {"Agent", "1001"}},
    {"AGI", {"Channel", "@agi:0", "Command", "NOOP", "CommandID", "7"}},
    {"AOCMessage", {"Channel", "@long:0", "MsgType", "D", "ChargeType", "Free"}},
    {"Atxfer", {"Channel", "@dial:0", "Exten", "long", "Context", "test"}},
    {"BlindTransfer", {"Channel", "@dial:1", "Exten", "long", "Context", "test"}},
    {"Bridge", {"Channel1", "@long:1", "Channel2", "@long:2", "Tone", "no"}},
    {"BridgeDestroy", {"BridgeUniqueid", "#dial:2"}},
    {"BridgeInfo", {"BridgeUniqueid", "#dial:3"}},
    {"BridgeInfo", {"BridgeUniqueid", "#conf:0"}},
    {"BridgeKick", {"BridgeUniqueid", "#dial:3", "Channel", "@dial:3"}},
    {"BridgeList", {"BridgeType", "base"}},
    {"BridgeTechnologySuspend", {"BridgeTechnology", "native_rtp"}},
    {"BridgeTechnologyUnsuspend", {"BridgeTechnology", "native_rtp"}},
    {"CancelAtxfer", {"Channel", "@long:0"}},
    {"Challenge", {"AuthType", "MD5", "Username", "admin"}},
    {"ChangeMonitor", {"Channel", "@long:3", "File", "libami"}},
    {"Command", {"Command", "core show channels"}},
    {"Command", {"Command", "core show application Dial"}},
    {"Command", {"Command", "no such command"}},
    {"ConfbridgeKick", {"Conference", "room1", "Channel", "@conf:1"}},
    {"ConfbridgeList", {"Conference", "room1"}},
    {"ConfbridgeLock", {"Conference", "room1"}},
    {"ConfbridgeMute", {"Conference", "room1", "Channel", "@conf:0"}},
    {"ConfbridgeSetSingleVideoSrc", {"Conference", "room1", "Channel", "@conf:0"}},
    {"ConfbridgeStartRecord", {"Conference", "room1"}},
    {"ConfbridgeStopRecord", {"Conference", "room1"}},
    {"ConfbridgeUnlock", {"Conference", "room1"}},
    {"ConfbridgeUnmute", {"Conference", "room1", "Channel", "@conf:0"}},
    {"ControlPlayback", {"Channel", "@long:0", "Control", "stop"}},
    {"CoreShowChannelMap", {"Channel", "@conf:0"}},
    {"CreateConfig", {"Filename", "libami.conf"}},
    {"DBDel", {"Family", "libami", "Key", "deleted"}},
    {"DBDelTree", {"Family", "libami", "Key", "none"}},
    {"DBGet", {"Family", "libami", "Key", "kept"}},
    {"DBGetTree", {"Family", "libami"}},
    {"DBPut", {"Family", "libami", "Key", "put", "Val", "a value"}},
    {"DialplanExtensionAdd",
     {"Context", "test", "Extension", "added", "Priority", "1", "Application", "NoOp",
      "ApplicationData", "x", "Replace", "yes"}},
    {"DialplanExtensionRemove", {"Context", "test", "Extension", "added", "Priority", "1"}},
    {"Events", {"EventMask", "on"}},
    {"ExtensionState", {"Exten", "1001", "Context", "test"}},
    {"FAXSession", {"SessionNumber", "1"}},
    {"Filter", {"Operation", "Add", "Filter", "!UserEvent: none"}},
    {"GetConfig", {"Filename", "queues.conf", "Category", "support"}},
    {"GetConfigJSON", {"Filename", "queues.conf"}},
    {"Getvar", {"Channel", "@long:0", "Variable", "EXTEN"}},
    {"Hangup", {"Channel", "@long:4", "Cause", "16"}},
    {"Hangup", {"Channel", "/^Local.agi@test-/"}},
    {"ListCategories", {"Filename", "queues.conf"}},
    {"LocalOptimizeAway", {"Channel", "@long:0"}},
    {"Login", {"Username", "plain", "Secret", "wrong"}},
    {"MailboxCount", {"Mailbox", "1001@default"}},
    {"MailboxStatus", {"Mailbox", "1001@default"}},
    {"MessageSend", {"To", "pjsip:1001", "From", "sip:1002@localhost", "Body", "hello"}},
    {"MixMonitor", {"Channel", "@long:0", "File", "libami.wav", "Options", "b"}},
    {"MixMonitorMute", {"Channel", "@long:0", "Direction", "both", "State", "1"}},
    {"ModuleCheck", {"Module", "app_queue"}},
    {"ModuleLoad", {"Module", "app_queue", "LoadType", "reload"}},
    {"ModuleLoad", {"LoadType", "load"}},
    {"Monitor", {"Channel", "@long:3", "File", "libami", "Format", "wav", "Mix", "no"}},
    {"MuteAudio", {"Channel", "@long:0", "Direction", "in", "State", "on"}},
    {"Originate",
     {"Channel", "Local/quick@test", "Application", "Wait", "Data", "0.1", "Async", "true",
      "Variable", "A=1"}},
    {"Originate", {"Channel", "Local/quick@test", "Application", "Wait", "Data", "0.1"}},
    {"Originate",
     {"Channel", "Local/busy@test", "Exten", "quick", "Context", "test", "Priority", "1"}},
    {"Park", {"Channel", "@long:5", "Timeout", "30000", "Parkinglot", "default"}},
    {"ParkedCalls", {"ParkingLot", "default"}},
    {"PauseMonitor", {"Channel", "@long:3"}},
    {"PJSIPHangup", {"Channel", "/^PJSIP/", "Cause", "486"}},
    {"PJSIPNotify", {"Endpoint", "1001", "Variable", "Event=keep-alive"}},
    {"PJSIPQualify", {"Endpoint", "1001"}},
    {"PJSIPSetMaintenance", {"Endpoint", "1002", "State", "on"}},
    {"PJSIPShowEndpoint", {"Endpoint", "1001"}},
    {"PJSIPShowMaintenance", {"Endpoint", "1002"}},
    {"PlayDTMF", {"Channel", "@long:0", "Digit", "1", "Duration", "50"}},
    {"PlayMF", {"Channel", "@long:0", "Digit", "1", "Duration", "50"}},
    {"PresenceState", {"Provider", "CustomPresence:1001"}},
    {"QueueAdd",
     {"Queue", "support", "Interface", "Local/none@test", "Penalty", "9", "Paused", "yes"}},
    {"QueueChangePriorityCaller", {"Queue", "sales", "Caller", "@sales:0", "Priority", "3"}},
    {"QueueLog", {"Queue", "sales", "Event", "NOTE", "Message", "hello"}},
    {"QueueMemberRingInUse",
     {"Queue", "support", "Interface", "Local/answer@test", "RingInUse", "yes"}},
    {"QueuePause", {"Queue", "support", "Interface", "Local/ring@test", "Paused", "true"}},
    {"QueuePenalty", {"Queue", "support", "Interface", "Local/ring@test", "Penalty", "2"}},
    {"QueueReload", {"Queue", "support", "Members", "yes", "Parameters", "yes"}},
    {"QueueRemove", {"Queue", "support", "Interface", "Local/none@test"}},
    {"QueueReset", {"Queue", "support"}},
    {"QueueRule", {"Rule", "slowly"}},
    {"QueueStatus", {"Queue", "sales"}},
    {"QueueStatus", {"Queue", "support", "Member", "Local/answer@test"}},
    {"QueueSummary", {"Queue", "sales"}},
    {"QueueWithdrawCaller", {"Queue", "sales", "Caller", "@sales:1", "WithdrawInfo", "enough"}},
    {"Redirect", {"Channel", "@long:6", "Context", "test", "Exten", "long", "Priority", "1"}},
    {"Reload", {"Module", "app_queue"}},
    {"SendFlash", {"Channel", "@long:0"}},
    {"SendText", {"Channel", "@long:0", "Message", "hello"}},
    {"Setvar", {"Channel", "@long:0", "Variable", "HELLO", "Value", "world"}},
    {"ShowDialPlan", {"Context", "test", "Extension", "vars"}},
    {"SIPnotify", {"Channel", "sipfixed", "Variable", "Event=keep-alive"}},
    {"SIPpeerstatus", {"Peer", "sipfixed"}},
    {"SIPqualifypeer", {"Peer", "sipfixed"}},
    {"SIPshowpeer", {"Peer", "sipfixed"}},
    {"SIPshowpeer", {"Peer", "nobody"}},
    {"SKINNYshowdevice", {"Device", "phone1"}},
    {"SKINNYshowdevice", {"Device", "none"}},
    {"SKINNYshowline", {"Line", "line1"}},
    {"Status", {"Channel", "@long:0", "Variables", "EXTEN,HELLO", "AllVariables", "yes"}},
    {"StopMixMonitor", {"Channel", "@long:0"}},
    {"StopMonitor", {"Channel", "@long:3"}},
    {"UnpauseMonitor", {"Channel", "@long:3"}},
    {"UpdateConfig",
     {"SrcFilename", "libami.conf", "DstFilename", "libami.conf", "Action-000000", "NewCat",
      "Cat-000000", "added"}},
    {"UserEvent", {"UserEvent", "mine", "Response", "Error", "EventList", "Complete"}},
    {"VoicemailBoxSummary", {"Context", "default", "Mailbox", "1001"}},
    {"VoicemailForward",
     {"Context", "default", "Mailbox", "1001", "Folder", "INBOX", "ID", "1-00000000", "ToContext",
      "default", "ToMailbox", "1002", "ToFolder", "INBOX"}},
    {"VoicemailMove",
     {"Context", "default", "Mailbox", "1001", "Folder", "INBOX", "ID", "1-00000000", "ToFolder",
      "Old"}},
    {"VoicemailRefresh", {"Context", "default", "Mailbox", "1001"}},
    {"VoicemailRemove",
     {"Context", "default", "Mailbox", "1001", "Folder", "INBOX", "ID", "1-00000000"}},
    {"VoicemailUserStatus", {"Context", "default", "Mailbox", "1001"}},
    {"VoicemailUserStatus", {"Context", "default", "Mailbox", "9999"}},
    {"WaitEvent", {"Timeout", "1"}},
};

const struct parameters *parameters_of(const char *action, size_t nth)
{
    static const struct parameters required = {NULL, {NULL}};
    const struct ami_catalog_entry *entry = ami_catalog_find(action);
    size_t rows_before = 0;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcasecmp(rows[i].action, action) == 0 && rows_before++ == nth)
            return &rows[i];
    return rows_before == 0 && nth == 0 && entry && ami_catalog_param_count(entry) > 0 ? &required
                                                                                       : NULL;
}

static bool has(const struct parameters *parameters, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(parameters->headers) && parameters->headers[i]; i += 2)
        if (strcasecmp(parameters->headers[i], name) == 0)
            return true;
    return false;
}

ami_action *with_parameters(const char *action, const struct parameters *parameters,
                            const struct scene *scene)
{
    const struct ami_catalog_entry *entry = ami_catalog_find(action);
    ami_action *built = ami_action_new(action);
    const char *const *header = parameters->headers;

    for (size_t i = 0; i < ARRAY_LEN(parameters->headers) && header[i]; i += 2)
        ami_action_add(built, header[i], scene_value(scene, header[i + 1]));
    for (size_t i = 0; entry && i < ami_catalog_param_count(entry); i++) {
        const char *name = ami_catalog_param(entry, i);

        if (ami_catalog_param_is_required(entry, i) && !has(parameters, name))
            ami_action_add(built, name, "libami");
    }
    return built;
}
