/* SPDX-License-Identifier: MIT */
/* See parameters.h. */
#include "parameters.h"

#include <strings.h>

#include <ami/catalog.h>

#include "text.h"

/* In the order of their names, in which the server is given them: what one has hung up the next
 * cannot redirect. */
static const struct parameters rows[] = {
    {"AbsoluteTimeout", GRANTED, {"Channel", "@long:0", "Timeout", "300"}},
    {"AgentLogoff", GRANTED, {"Agent", "1001"}},
    {"AGI", GRANTED, {"Channel", "@agi:0", "Command", "NOOP", "CommandID", "7"}},
    {"AOCMessage", GRANTED, {"Channel", "@long:0", "MsgType", "D", "ChargeType", "Free"}},
    {"Atxfer", GRANTED, {"Channel", "@dial:0", "Exten", "long", "Context", "test"}},
    {"BlindTransfer", GRANTED, {"Channel", "@dial:1", "Exten", "long", "Context", "test"}},
    {"Bridge", GRANTED, {"Channel1", "@long:1", "Channel2", "@long:2", "Tone", "no"}},
    {"BridgeDestroy", GRANTED, {"BridgeUniqueid", "#dial:2"}},
    {"BridgeInfo", GRANTED, {"BridgeUniqueid", "#dial:3"}},
    {"BridgeInfo", GRANTED, {"BridgeUniqueid", "#conf:0"}},
    {"BridgeKick", GRANTED, {"BridgeUniqueid", "#dial:3", "Channel", "@dial:3"}},
    {"BridgeList", GRANTED, {"BridgeType", "base"}},
    {"BridgeTechnologySuspend", GRANTED, {"BridgeTechnology", "native_rtp"}},
    {"BridgeTechnologyUnsuspend", GRANTED, {"BridgeTechnology", "native_rtp"}},
    {"CancelAtxfer", GRANTED, {"Channel", "@long:0"}},
    {"Challenge", GRANTED, {"AuthType", "MD5", "Username", "admin"}},
    {"ChangeMonitor", GRANTED, {"Channel", "@long:3", "File", "libami"}},
    {"Command", GRANTED, {"Command", "core show channels"}},
    {"Command", GRANTED, {"Command", "core show application Dial"}},
    {"Command", DENIED, {"Command", "no such command"}},
    {"ConfbridgeKick", GRANTED, {"Conference", "room1", "Channel", "@conf:1"}},
    {"ConfbridgeList", GRANTED, {"Conference", "room1"}},
    {"ConfbridgeLock", GRANTED, {"Conference", "room1"}},
    {"ConfbridgeMute", GRANTED, {"Conference", "room1", "Channel", "@conf:0"}},
    {"ConfbridgeSetSingleVideoSrc", GRANTED, {"Conference", "room1", "Channel", "@conf:0"}},
    {"ConfbridgeStartRecord", GRANTED, {"Conference", "room1"}},
    {"ConfbridgeStopRecord", GRANTED, {"Conference", "room1"}},
    {"ConfbridgeUnlock", GRANTED, {"Conference", "room1"}},
    {"ConfbridgeUnmute", GRANTED, {"Conference", "room1", "Channel", "@conf:0"}},
    {"ControlPlayback", GRANTED, {"Channel", "@long:0", "Control", "stop"}},
    {"CoreShowChannelMap", GRANTED, {"Channel", "@conf:0"}},
    {"CreateConfig", EITHER, {"Filename", "libami.conf"}},
    {"DBDel", GRANTED, {"Family", "libami", "Key", "deleted"}},
    {"DBDelTree", GRANTED, {"Family", "libami", "Key", "tree"}},
    {"DBDelTree", DENIED, {"Family", "libami", "Key", "none"}},
    {"DBGet", GRANTED, {"Family", "libami", "Key", "kept"}},
    {"DBGetTree", GRANTED, {"Family", "libami"}},
    {"DBPut", GRANTED, {"Family", "libami", "Key", "put", "Val", "a value"}},
    {"DialplanExtensionAdd",
     GRANTED,
     {"Context", "test", "Extension", "added", "Priority", "1", "Application", "NoOp",
      "ApplicationData", "x", "Replace", "yes"}},
    {"DialplanExtensionRemove",
     GRANTED,
     {"Context", "test", "Extension", "added", "Priority", "1"}},
    {"Events", GRANTED, {"EventMask", "on"}},
    {"ExtensionState", GRANTED, {"Exten", "1001", "Context", "test"}},
    {"FAXSession", GRANTED, {"SessionNumber", "#fax:0"}},
    {"FAXSession", DENIED, {"SessionNumber", "999999"}},
    {"Filter", GRANTED, {"Operation", "Add", "Filter", "!UserEvent: none"}},
    {"GetConfig", GRANTED, {"Filename", "queues.conf", "Category", "support"}},
    {"GetConfigJSON", GRANTED, {"Filename", "queues.conf"}},
    {"Getvar", GRANTED, {"Channel", "@long:0", "Variable", "EXTEN"}},
    {"Hangup", GRANTED, {"Channel", "@long:4", "Cause", "16"}},
    {"Hangup", GRANTED, {"Channel", "/^Local.agi@test-/"}},
    {"JabberSend",
     GRANTED,
     {"Jabber", "nobody", "ScreenName", "nobody@localhost", "Message", "hello"}},
    {"JabberSend",
     GRANTED,
     {"Jabber", "none", "ScreenName", "nobody@localhost", "Message", "hello"}},
    {"ListCategories", GRANTED, {"Filename", "queues.conf"}},
    {"LocalOptimizeAway", GRANTED, {"Channel", "@long:0"}},
    {"Login", GRANTED, {"Username", "plain", "Secret", "wrong"}},
    {"MailboxCount", GRANTED, {"Mailbox", "1001@default"}},
    {"MailboxStatus", GRANTED, {"Mailbox", "1001@default"}},
    {"MessageSend", GRANTED, {"To", "pjsip:1001", "From", "sip:1002@localhost", "Body", "hello"}},
    {"MixMonitor", GRANTED, {"Channel", "@long:0", "File", "libami.wav", "Options", "b"}},
    {"MixMonitorMute", GRANTED, {"Channel", "@long:0", "Direction", "both", "State", "1"}},
    {"ModuleCheck", GRANTED, {"Module", "app_queue"}},
    {"ModuleLoad", GRANTED, {"Module", "app_queue", "LoadType", "reload"}},
    {"ModuleLoad", DENIED, {"LoadType", "load"}},
    {"Monitor", GRANTED, {"Channel", "@long:3", "File", "libami", "Format", "wav", "Mix", "no"}},
    {"MuteAudio", GRANTED, {"Channel", "@long:0", "Direction", "in", "State", "on"}},
    {"Originate",
     GRANTED,
     {"Channel", "Local/quick@test", "Application", "Wait", "Data", "0.1", "Async", "true",
      "Variable", "A=1"}},
    {"Originate", GRANTED, {"Channel", "Local/quick@test", "Application", "Wait", "Data", "0.1"}},
    {"Originate",
     DENIED,
     {"Channel", "Local/busy@test", "Exten", "quick", "Context", "test", "Priority", "1"}},
    {"Park", GRANTED, {"Channel", "@long:5", "Timeout", "30000", "Parkinglot", "default"}},
    {"ParkedCalls", GRANTED, {"ParkingLot", "default"}},
    {"PauseMonitor", GRANTED, {"Channel", "@long:3"}},
    {"PJSIPHangup", GRANTED, {"Channel", "/^PJSIP/", "Cause", "486"}},
    {"PJSIPNotify", GRANTED, {"Endpoint", "1001", "Variable", "Event=keep-alive"}},
    {"PJSIPQualify", GRANTED, {"Endpoint", "1001"}},
    {"PJSIPRegister", GRANTED, {"Registration", "nobody"}},
    {"PJSIPSetMaintenance", GRANTED, {"Endpoint", "1002", "State", "on"}},
    {"PJSIPShowEndpoint", GRANTED, {"Endpoint", "1001"}},
    {"PJSIPShowMaintenance", GRANTED, {"Endpoint", "1002"}},
    {"PJSIPUnregister", GRANTED, {"Registration", "nobody"}},
    {"PlayDTMF", GRANTED, {"Channel", "@long:0", "Digit", "1", "Duration", "50"}},
    {"PlayMF", GRANTED, {"Channel", "@long:0", "Digit", "1", "Duration", "50"}},
    {"PresenceState", GRANTED, {"Provider", "CustomPresence:1001"}},
    {"QueueAdd",
     GRANTED,
     {"Queue", "support", "Interface", "Local/none@test", "Penalty", "9", "Paused", "yes"}},
    {"QueueChangePriorityCaller",
     GRANTED,
     {"Queue", "sales", "Caller", "@sales:0", "Priority", "3"}},
    {"QueueLog", GRANTED, {"Queue", "sales", "Event", "NOTE", "Message", "hello"}},
    {"QueueMemberRingInUse",
     GRANTED,
     {"Queue", "support", "Interface", "Local/answer@test", "RingInUse", "yes"}},
    {"QueuePause", GRANTED, {"Queue", "support", "Interface", "Local/ring@test", "Paused", "true"}},
    {"QueuePenalty", GRANTED, {"Queue", "support", "Interface", "Local/ring@test", "Penalty", "2"}},
    {"QueueReload", GRANTED, {"Queue", "support", "Members", "yes", "Parameters", "yes"}},
    {"QueueRemove", GRANTED, {"Queue", "support", "Interface", "Local/none@test"}},
    {"QueueReset", GRANTED, {"Queue", "support"}},
    {"QueueRule", GRANTED, {"Rule", "slowly"}},
    {"QueueStatus", GRANTED, {"Queue", "sales"}},
    {"QueueStatus", GRANTED, {"Queue", "support", "Member", "Local/answer@test"}},
    {"QueueSummary", GRANTED, {"Queue", "sales"}},
    {"QueueWithdrawCaller",
     GRANTED,
     {"Queue", "sales", "Caller", "@sales:1", "WithdrawInfo", "enough"}},
    {"Redirect",
     GRANTED,
     {"Channel", "@long:6", "Context", "test", "Exten", "long", "Priority", "1"}},
    {"Reload", GRANTED, {"Module", "app_queue"}},
    {"SendFlash", GRANTED, {"Channel", "@long:0"}},
    {"SendText", GRANTED, {"Channel", "@long:0", "Message", "hello"}},
    {"Setvar",
     GRANTED,
     {"Variable", "PRESENCE_STATE(CustomPresence:1001)", "Value", "away,,lunch"}},
    {"Setvar", GRANTED, {"Channel", "@long:0", "Variable", "HELLO", "Value", "world"}},
    {"ShowDialPlan", GRANTED, {"Context", "test", "Extension", "vars"}},
    {"SIPnotify", GRANTED, {"Channel", "sipfixed", "Variable", "Event=keep-alive"}},
    {"SIPpeerstatus", GRANTED, {"Peer", "sipfixed"}},
    {"SIPqualifypeer", GRANTED, {"Peer", "sipfixed"}},
    {"SIPshowpeer", GRANTED, {"Peer", "sipfixed"}},
    {"SIPshowpeer", DENIED, {"Peer", "nobody"}},
    {"SKINNYshowdevice", GRANTED, {"Device", "phone1"}},
    {"SKINNYshowdevice", GRANTED, {"Device", "none"}},
    {"SKINNYshowline", GRANTED, {"Line", "line1"}},
    {"SorceryMemoryCacheExpire", GRANTED, {"Cache", "aors"}},
    {"SorceryMemoryCacheExpireObject", DENIED, {"Cache", "aors", "Object", "1001"}},
    {"SorceryMemoryCachePopulate", GRANTED, {"Cache", "aors"}},
    {"SorceryMemoryCacheStale", GRANTED, {"Cache", "aors"}},
    {"SorceryMemoryCacheStaleObject", GRANTED, {"Cache", "aors", "Object", "1001"}},
    {"Status", GRANTED, {"Channel", "@long:0", "Variables", "EXTEN,HELLO", "AllVariables", "yes"}},
    {"StopMixMonitor", GRANTED, {"Channel", "@long:0"}},
    {"StopMonitor", GRANTED, {"Channel", "@long:3"}},
    {"UnpauseMonitor", GRANTED, {"Channel", "@long:3"}},
    {"UpdateConfig",
     GRANTED,
     {"SrcFilename", "queues.conf", "DstFilename", "libami.conf", "Action-000000", "NewCat",
      "Cat-000000", "added"}},
    {"UserEvent", GRANTED, {"UserEvent", "mine", "Response", "Error", "EventList", "Complete"}},
    {"VoicemailBoxSummary", GRANTED, {"Context", "default", "Mailbox", "1001"}},
    {"VoicemailForward",
     GRANTED,
     {"Context", "default", "Mailbox", "1001", "Folder", "INBOX", "ID", "1-00000000", "ToContext",
      "default", "ToMailbox", "1002", "ToFolder", "INBOX"}},
    {"VoicemailMove",
     GRANTED,
     {"Context", "default", "Mailbox", "1001", "Folder", "INBOX", "ID", "1-00000000", "ToFolder",
      "Old"}},
    {"VoicemailRefresh", GRANTED, {"Context", "default", "Mailbox", "1001"}},
    {"VoicemailRemove",
     GRANTED,
     {"Context", "default", "Mailbox", "1001", "Folder", "INBOX", "ID", "1-00000000"}},
    {"VoicemailUserStatus", GRANTED, {"Context", "default", "Mailbox", "1001"}},
    {"VoicemailUserStatus", GRANTED, {"Context", "default", "Mailbox", "9999"}},
    {"WaitEvent", GRANTED, {"Timeout", "1"}},
};

const struct parameters *parameters_of(const char *action, size_t nth)
{
    static const struct parameters required = {NULL, EITHER, {NULL}};
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
