/* SPDX-License-Identifier: MIT */
/* The answers of Asterisk that keep to no rule: each action ends once all the same. */
#include "scenes.h"

#define BANNER_1_0 "Asterisk Call Manager/1.0\r\n" /* 1.0 to 1.4 */
#define BANNER_1_1 "Asterisk Call Manager/1.1\r\n" /* 1.6.0 to 1.8 */

/* A message with nothing but its kind, its number and perhaps one line more; and what is heard. */
#define OK(id)          "Response: Success\r\nActionID: t." id "\r\n\r\n"
#define HEARD_OK(id)    id " DONE OK RESPONSE Success | Response=Success | ActionID=t." id "\n"
#define ERROR(id, text) "Response: Error\r\nActionID: t." id "\r\nMessage: " text "\r\n\r\n"
#define HEARD_ERROR(id, text) \
    id " DONE REFUSED RESPONSE Error | Response=Error | ActionID=t." id " | Message=" text "\n"
#define SAYS(id, text) "Response: Success\r\nActionID: t." id "\r\nMessage: " text "\r\n\r\n"
#define HEARD_SAYS(id, step, text) \
    id " " step " OK RESPONSE Success | Response=Success | ActionID=t." id " | Message=" text "\n"
#define ITEM(id, event)       "Event: " event "\r\nActionID: t." id "\r\n\r\n"
#define HEARD_ITEM(id, event) id " ITEM OK EVENT " event " | Event=" event " | ActionID=t." id "\n"
#define END(id, event, items)                                                                   \
    "Event: " event "\r\nActionID: t." id "\r\nEventList: Complete\r\nListItems: " items "\r\n" \
    "\r\n"
#define HEARD_END(id, event, flag, items)                                    \
    id " DONE OK" flag " EVENT " event " | Event=" event " | ActionID=t." id \
       " | EventList=Complete | ListItems=" items "\n"

static const struct scene scenes[] = {
    /* ---- PROTOCOL 3.8: more, or fewer, responses than one --------------------------------- */
    {.name = "JabberSend: a second Response",
     {"JabberSend", "Ping"},
     SAYS("1",
          "Attempting to send Jabber Message") "Response: Error\r\nActionID: t.1\r\n\r\n" OK("2"),
     HEARD_SAYS("1", "DONE", "Attempting to send Jabber Message") HEARD_OK("2")},
    {.name = "ModuleLoad: three Errors",
     {"ModuleLoad", "Ping"},
     ERROR("1", "Incomplete ModuleLoad action.") ERROR("1", "Need module name")
         ERROR("1", "Incomplete ModuleLoad action.") OK("2"),
     HEARD_ERROR("1", "Incomplete ModuleLoad action.") HEARD_OK("2")},
    {.name = "PRIDebugSet with a bad Span: two Errors",
     {"PRIDebugSet", "Ping"},
     ERROR("1", "No such span") ERROR("1", "No such span") OK("2"),
     HEARD_ERROR("1", "No such span") HEARD_OK("2")},
    {.name = "AOCMessage: an Error, then the normal answer",
     {"AOCMessage", "Ping"},
     ERROR("1", "Invalid Granularity") SAYS("1", "AOC Message successfully queued on channel")
         OK("2"),
     HEARD_ERROR("1", "Invalid Granularity") HEARD_OK("2")},
    {.name = "CoreShowChannelMap: cut by an Error that ends in LF, and no Complete",
     {"CoreShowChannelMap", "Ping"},
     START("1") "Response: Error\r\nActionID: t.1\r\nMessage: Could not complete channel map\n\r\n"
                "\r\n" OK("2"),
     HEARD_START("1") HEARD_ERROR("1", "Could not complete channel map") HEARD_OK("2")},
    {.name = "PJSIPShowEndpoint: cut by an Error, and still a Complete",
     {"PJSIPShowEndpoint", "Ping"},
     START("1") ITEM("1", "EndpointDetail") ERROR("1", "Unable to format") ITEM("1", "AorDetail")
         END("1", "EndpointDetailComplete", "1") OK("2"),
     HEARD_START("1") HEARD_ITEM("1", "EndpointDetail") HEARD_ERROR("1", "Unable to format")
         HEARD_OK("2")},
    {.name = "ShowDialPlan: start and items, then an Error",
     {"ShowDialPlan", "Ping"},
     START("1") ITEM("1", "ListDialplan") ERROR("1", "Did not find extension 9 in context x")
         OK("2"),
     HEARD_START("1") HEARD_ITEM("1", "ListDialplan")
         HEARD_ERROR("1", "Did not find extension 9 in context x") HEARD_OK("2")},
    {.name = "Status of an unknown channel in 1.0: Success, then Error",
     {"Status", "Ping"},
     SAYS("1", "Channel status will follow") ERROR("1", "No such channel") OK("2"),
     HEARD_SAYS("1", "RESPONSE", "Channel status will follow") HEARD_ERROR("1", "No such channel")
         HEARD_OK("2"),
     .banner = BANNER_1_0},
    {.name = "Events on in 1.0: no answer at all",
     {"Events", "Ping"},
     "Response: Pong\r\nActionID: t.1p\r\n\r\n" OK("2"),
     "1 DONE OK -\n" HEARD_OK("2"),
     .banner = BANNER_1_0},
    {.name = "Events with brokeneventsaction: no answer at all",
     {"Events"},
     OK("1p"),
     "1 DONE OK -\n"},
    {.name = "Events answered: its Ping is swallowed",
     {"Events", "Ping"},
     OK("1") OK("1p") OK("2"),
     HEARD_OK("1") HEARD_OK("2")},
    {.name = "Queues of 1.0: text without an end",
     {"Queues", "Ping"},
     "default      has 0 calls (max unlimited) in 'ringall' strategy\n   No Members\n   No "
     "Callers\n"
     "Response: Pong\r\nActionID: t.1p\r\n\r\n" OK("2"),
     "1 ITEM OK RAW | =default      has 0 calls (max unlimited) in 'ringall' strategy\\n   No "
     "Members\\n   No Callers\n"
     "1 DONE OK -\n" HEARD_OK("2"),
     .banner = BANNER_1_0},
    {.name = "Queues of 1.0: an event behind it is none of its text",
     {"Queues"},
     "default has 0 calls\n   No Callers\nEvent: Hangup\r\nChannel: x\r\n\r\n"
     "Response: Pong\r\nActionID: t.1p\r\n\r\n",
     "1 ITEM OK RAW | =default has 0 calls\\n   No Callers\n"
     "event EVENT Hangup | Event=Hangup | Channel=x\n1 DONE OK -\n",
     .banner = BANNER_1_0},
    {.name = "Queues of 1.0: a colon in its first line",
     {"Queues"},
     "q has 0 calls, C:0\n   No Callers\n\nResponse: Pong\r\nActionID: t.1p\r\n\r\n",
     "1 ITEM OK RAW | q has 0 calls, C=0\\n   No Callers\\n\n1 DONE OK -\n",
     .banner = BANNER_1_0},
    {.name = "Queues of 1.0: text that ends in an LF blank line",
     {"Queues"},
     "default has 0 calls\n   No Callers\n\nResponse: Pong\r\nActionID: t.1p\r\n\r\n",
     "1 ITEM OK RAW | =default has 0 calls\\n   No Callers\\n\n1 DONE OK -\n",
     .banner = BANNER_1_0},
    {.name = "Queues of 1.0: an event at its end",
     {"Queues"},
     "No queues.\nEvent: Hangup\r\nCause: 16\r\n\r\nResponse: Pong\r\nActionID: t.1p\r\n\r\n",
     "1 ITEM OK RAW | =No queues.\nevent EVENT Hangup | Event=Hangup | Cause=16\n1 DONE OK -\n",
     .banner = BANNER_1_0},
    {.name = "a raw action without any text", {"IAXnetstats"}, "\r\n" OK("1p"), "1 DONE OK -\n"},

    /* ---- 3.9: raw replies ------------------------------------------------------------------ */
    {.name = "IAXpeers of 1.4: its ActionID, a table, and no Response",
     {"IAXpeers", "Ping"},
     "ActionID: t.1\r\nName/Username    Host                 Mask             Port          "
     "Status\n0 iax2 peers [0 online, 0 offline, 0 unmonitored]\n\r\n\r\n"
     "Response: Pong\r\nActionID: t.1p\r\n\r\n" OK("2"),
     "1 ITEM OK RAW | ActionID=t.1 | =Name/Username    Host                 Mask             Port "
     "         Status\\n0 iax2 peers [0 online, 0 offline, 0 unmonitored]\\n\n"
     "1 DONE OK -\n" HEARD_OK("2"),
     .banner = BANNER_1_0},
    {.name = "IAXpeers of 1.0: rows",
     {"IAXpeers"},
     "Name/Username    Host\r\n\r\nResponse: Pong\r\nActionID: t.1p\r\n\r\n",
     "1 ITEM OK RAW | =Name/Username    Host\n1 DONE OK -\n",
     .banner = BANNER_1_0},
    {.name = "IAX1peers of 1.0",
     {"IAX1peers"},
     "Name             Username\r\n\r\nResponse: Pong\r\nActionID: t.1p\r\n\r\n",
     "1 ITEM OK RAW | =Name             Username\n1 DONE OK -\n",
     .banner = BANNER_1_0},
    {.name = "QueueRule of 1.6: headers without a Response",
     {"QueueRule"},
     "RuleList: r\r\nRule: 10,+1,0\r\n\r\n\r\n" OK("1p"),
     "1 ITEM OK RAW | RuleList=r | Rule=10,+1,0\n1 DONE OK -\n",
     .banner = BANNER_1_1},
    {.name = "QueueRule of 1.8: the same banner, but a Response",
     {"QueueRule"},
     "Response: Success\r\nActionID: t.1\r\nRuleList: r\r\nRule: 10,+1,0\r\n\r\n\r\n" OK("1p"),
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1 | RuleList=r | Rule=10,+1,0\n",
     .banner = BANNER_1_1},
    {.name = "SKINNYshowdevice: headers, and not found: blank lines only",
     {"SKINNYshowdevice", "SKINNYshowline"},
     "Channeltype: SKINNY\r\nObjectName: d\r\nLine: 1\r\nLine: 2\r\n\r\n\r\n" OK(
         "1p") "\r\n\r\n" OK("2p"),
     "1 ITEM OK RAW | Channeltype=SKINNY | ObjectName=d | Line=1 | Line=2\n1 DONE OK -\n"
     "2 DONE OK -\n"},
    {.name = "RptLocalNodes: XML",
     {"RptLocalNodes"},
     "<?xml version=\"1.0\"?>\r\n<nodes>\r\n</nodes>\r\n\r\n" OK("1p"),
     "1 ITEM OK RAW | =<?xml version=\"1.0\"?> | =<nodes> | =</nodes>\n1 DONE OK -\n",
     .banner = BANNER_1_1},

    /* ---- 4.2: lists that deviate ----------------------------------------------------------- */
    {.name = "Hangup: a plain answer for a name, a list for a regex",
     {"Hangup", "Hangup"},
     SAYS("1", "Channel Hungup") START("2") ITEM("2", "ChannelHungup")
         END("2", "ChannelsHungupListComplete", "1"),
     HEARD_SAYS("1", "DONE", "Channel Hungup") HEARD_START("2") HEARD_ITEM("2", "ChannelHungup")
         HEARD_END("2", "ChannelsHungupListComplete", "", "1")},
    {.name = "DBGet of 1.2 to 1.6: the item is the end",
     {"DBGet", "Ping"},
     SAYS("1", "Result will follow") "Event: DBGetResponse\r\nFamily: f\r\nKey: k\r\nVal: v\r\n"
                                     "ActionID: t.1\r\n\r\n" OK("1p") OK("2"),
     HEARD_SAYS("1", "RESPONSE",
                "Result will follow") "1 ITEM OK EVENT DBGetResponse | Event=DBGetResponse | "
                                      "Family=f | Key=k | Val=v | "
                                      "ActionID=t.1\n1 DONE OK -\n" HEARD_OK("2"),
     .banner = BANNER_1_1},
    {.name = "DBGet of 1.8: the same banner, but a Complete",
     {"DBGet", "Ping"},
     SAYS("1", "Result will follow") ITEM("1", "DBGetResponse") ITEM("1", "DBGetComplete") OK("1p")
         OK("2"),
     HEARD_SAYS("1", "RESPONSE", "Result will follow")
         HEARD_ITEM("1", "DBGetResponse") "1 DONE OK EVENT DBGetComplete | Event=DBGetComplete | "
                                          "ActionID=t.1\n" HEARD_OK("2"),
     .banner = BANNER_1_1},
    {.name = "FAXStats: one event, which is the end",
     {"FAXStats", "Ping"},
     SAYS("1", "FAXStats event will follow") ITEM("1", "FAXStats") OK("2"),
     HEARD_SAYS("1", "RESPONSE",
                "FAXStats event will follow") "1 DONE OK EVENT FAXStats | Event=FAXStats | "
                                              "ActionID=t.1\n" HEARD_OK("2")},
    {.name = "FAXSession: the event comes",
     {"FAXSession"},
     SAYS("1", "FAXSession event will follow") ITEM("1", "FAXSession") OK("1p"),
     HEARD_SAYS("1", "RESPONSE",
                "FAXSession event will follow") "1 DONE OK EVENT FAXSession | Event=FAXSession | "
                                                "ActionID=t.1\n"},
    {.name = "FAXSession: the event fails to come",
     {"FAXSession", "Ping"},
     SAYS("1", "FAXSession event will follow") OK("1p") OK("2"),
     HEARD_SAYS("1", "RESPONSE", "FAXSession event will follow") "1 DONE OK -\n" HEARD_OK("2")},
    {.name = "WaitEvent: the answer after the wait, the events as they are, then the end",
     {"WaitEvent"},
     SAYS("1", "Waiting for Event completed.") "Event: Hangup\r\nPrivilege: call,all\r\n\r\n" ITEM(
         "1", "WaitEventComplete"),
     HEARD_SAYS(
         "1", "RESPONSE",
         "Waiting for Event completed.") "event EVENT Hangup | Event=Hangup | Privilege=call,all\n"
                                         "1 DONE OK EVENT WaitEventComplete | "
                                         "Event=WaitEventComplete | ActionID=t.1\n"},
    {.name = "WaitEvent of 1.4",
     {"WaitEvent"},
     SAYS("1", "Waiting for Event...") ITEM("1", "WaitEventComplete"),
     HEARD_SAYS("1", "RESPONSE", "Waiting for Event...") "1 DONE OK EVENT WaitEventComplete | "
                                                         "Event=WaitEventComplete | ActionID=t.1\n",
     .banner = BANNER_1_0},
    {.name = "QueueStatus of 1.0: no end",
     {"QueueStatus", "Ping"},
     SAYS("1", "Queue status will follow") ITEM("1", "QueueParams") ITEM("1", "QueueMember")
         ITEM("1", "QueueEntry") "Response: Pong\r\nActionID: t.1p\r\n\r\n" OK("2"),
     HEARD_SAYS("1", "RESPONSE", "Queue status will follow") HEARD_ITEM("1", "QueueParams")
         HEARD_ITEM("1", "QueueMember") HEARD_ITEM("1", "QueueEntry") "1 DONE OK -\n" HEARD_OK("2"),
     .banner = BANNER_1_0},
    {.name = "PJSIPShowEndpoint: items of several names",
     {"PJSIPShowEndpoint"},
     START("1") ITEM("1", "EndpointDetail") ITEM("1", "AuthDetail") ITEM("1", "AorDetail")
         ITEM("1", "ContactStatusDetail") ITEM("1", "IdentifyDetail") ITEM("1", "TransportDetail")
             END("1", "EndpointDetailComplete", "6"),
     HEARD_START("1") HEARD_ITEM("1", "EndpointDetail") HEARD_ITEM("1", "AuthDetail") HEARD_ITEM(
         "1", "AorDetail") HEARD_ITEM("1", "ContactStatusDetail") HEARD_ITEM("1", "IdentifyDetail")
         HEARD_ITEM("1", "TransportDetail") HEARD_END("1", "EndpointDetailComplete", "", "6")},
    {.name = "PJSIPShowRegistrationsOutbound: items that are not counted",
     {"PJSIPShowRegistrationsOutbound"},
     START("1") ITEM("1", "OutboundRegistrationDetail") ITEM("1", "AuthDetail")
         END("1", "OutboundRegistrationDetailComplete", "1"),
     HEARD_START("1") HEARD_ITEM("1", "OutboundRegistrationDetail") HEARD_ITEM("1", "AuthDetail")
         HEARD_END("1", "OutboundRegistrationDetailComplete", " MISCOUNTED", "1")},
    {.name = "ParkedCalls: a broadcast has the name of its items",
     {"ParkedCalls"},
     START("1") ITEM("1", "ParkedCall")
         END("1", "ParkedCallsComplete",
             "1") "Event: ParkedCall\r\nPrivilege: call,all\r\nExten: 701\r\n\r\n",
     HEARD_START("1") HEARD_ITEM("1", "ParkedCall") HEARD_END(
         "1", "ParkedCallsComplete", "",
         "1") "event EVENT ParkedCall | Event=ParkedCall | Privilege=call,all | Exten=701\n"},
    {.name = "SIPqualifypeer: the result for who waits for it, and for the handlers",
     {"SIPqualifypeer", "Ping"},
     SAYS("1", "SIP peer found - will qualify")
         OK("2") "Event: SIPQualifyPeerDone\r\nPrivilege: call,all\r\nPeer: x\r\nActionID: "
                 "t.1\r\n\r\n",
     HEARD_SAYS("1", "RESPONSE", "SIP peer found - will qualify")
         HEARD_OK("2") "1 DONE OK EVENT SIPQualifyPeerDone | Event=SIPQualifyPeerDone | "
                       "Privilege=call,all | "
                       "Peer=x | ActionID=t.1\n"
                       "event EVENT SIPQualifyPeerDone | Event=SIPQualifyPeerDone | "
                       "Privilege=call,all | Peer=x "
                       "| ActionID=t.1\n",
     .result = true},
    {.name = "SIPqualifypeer before 12: a blank line only",
     {"SIPqualifypeer", "Ping"},
     "\r\n\r\n" OK("1p") OK("2"),
     "1 DONE OK -\n" HEARD_OK("2"),
     .banner = BANNER_1_1,
     .result = true},
    {.name = "SIPqualifypeer before 12, if it answers: the result comes behind the Ping",
     {"SIPqualifypeer", "Ping"},
     SAYS("1", "SIP peer found - will qualify") OK("1p")
         OK("2") "Event: SIPQualifyPeerDone\r\nPrivilege: call,all\r\nActionID: t.1\r\n\r\n",
     HEARD_SAYS("1", "RESPONSE", "SIP peer found - will qualify")
         HEARD_OK("2") "1 DONE OK EVENT SIPQualifyPeerDone | Event=SIPQualifyPeerDone | "
                       "Privilege=call,all | ActionID=t.1\n"
                       "event EVENT SIPQualifyPeerDone | Event=SIPQualifyPeerDone | "
                       "Privilege=call,all | ActionID=t.1\n",
     .banner = BANNER_1_1,
     .result = true},
    {.name = "VoicemailUsersList before 13.2: the ActionID before the Event",
     {"VoicemailUsersList", "Ping"},
     SAYS("1", "Voicemail user list will follow") "ActionID: t.1\r\nEvent: VoicemailUserEntry\r\n"
                                                  "VMContext: default\r\n\r\n" ITEM(
                                                      "1", "VoicemailUserEntryComplete") OK("2"),
     HEARD_SAYS("1", "RESPONSE",
                "Voicemail user list will follow") "1 ITEM OK EVENT VoicemailUserEntry | "
                                                   "ActionID=t.1 | Event=VoicemailUserEntry | "
                                                   "VMContext=default\n1 DONE OK EVENT "
                                                   "VoicemailUserEntryComplete | "
                                                   "Event=VoicemailUserEntryComplete | "
                                                   "ActionID=t.1\n" HEARD_OK("2"),
     .banner = BANNER_1_1},
    {.name = "SIPqualifypeer: the result for the handlers alone",
     {"SIPqualifypeer"},
     SAYS("1", "SIP peer found - will qualify") "Event: SIPQualifyPeerDone\r\nPrivilege: "
                                                "call,all\r\nActionID: t.1\r\n\r\n",
     HEARD_SAYS("1", "DONE",
                "SIP peer found - will qualify") "event EVENT SIPQualifyPeerDone | "
                                                 "Event=SIPQualifyPeerDone | Privilege=call,all | "
                                                 "ActionID=t.1\n"},
    {.name = "PJSIPUnregister: a failure that says Success",
     {"PJSIPUnregister"},
     SAYS("1", "Failed to queue unregistration"),
     HEARD_SAYS("1", "DONE", "Failed to queue unregistration")},
    {.name = "VoicemailMove: a failure that says Success, and ends in LF",
     {"VoicemailMove"},
     "Response: Success\r\nActionID: t.1\r\nMessage: Message move failed\n\r\n\r\n",
     HEARD_SAYS("1", "DONE", "Message move failed")},
    {.name = "IAXpeers of 1.6: opened in words, items without an ActionID, no end",
     {"IAXpeers", "Ping"},
     SAYS("1",
          "Peer status list will follow") "Event: PeerEntry\r\nChanneltype: IAX2\r\n\r\nEvent: "
                                          "PeerEntry\r\nChanneltype: IAX2\r\n"
                                          "\r\n" OK("1p") OK("2"),
     HEARD_SAYS("1", "RESPONSE",
                "Peer status list will follow") "1 ITEM OK EVENT PeerEntry | Event=PeerEntry | "
                                                "Channeltype=IAX2\n"
                                                "1 ITEM OK EVENT PeerEntry | Event=PeerEntry | "
                                                "Channeltype=IAX2\n"
                                                "1 DONE OK -\n" HEARD_OK("2"),
     .banner = BANNER_1_1},
    {.name = "SKINNYlines: no blank line between the items",
     {"SKINNYlines", "Ping"},
     START("1") "Event: LineEntry\r\nActionID: t.1\r\nObjectName: 1\r\nEvent: LineEntry\r\n"
                "ActionID: t.1\r\nObjectName: 2\r\nEvent: LinelistComplete\r\nActionID: t.1\r\n"
                "EventList: Complete\r\nListItems: 2\r\n\r\n" OK("2"),
     HEARD_START("1") "1 ITEM OK EVENT LineEntry | Event=LineEntry | ActionID=t.1 | ObjectName=1\n"
                      "1 ITEM OK EVENT LineEntry | Event=LineEntry | ActionID=t.1 | "
                      "ObjectName=2\n" HEARD_END("1", "LinelistComplete", "", "2") HEARD_OK("2")},
    {.name = "IAXregistry and SIPshowregistry: items and end of one name",
     {"IAXregistry", "SIPshowregistry"},
     START("1") ITEM("1", "RegistryEntry") END("1", "RegistrationsComplete", "1") START("2")
         ITEM("2", "RegistryEntry") END("2", "RegistrationsComplete", "1"),
     HEARD_START("1") HEARD_ITEM("1", "RegistryEntry")
         HEARD_END("1", "RegistrationsComplete", "", "1") HEARD_START("2")
             HEARD_ITEM("2", "RegistryEntry") HEARD_END("2", "RegistrationsComplete", "", "1")},
    {.name = "ConfbridgeList: an item with the name of the action",
     {"ConfbridgeList"},
     START("1") ITEM("1", "ConfbridgeList") END("1", "ConfbridgeListComplete", "1"),
     HEARD_START("1") HEARD_ITEM("1", "ConfbridgeList")
         HEARD_END("1", "ConfbridgeListComplete", "", "1")},
    {.name = "VoicemailUsersList without users: a plain Success (4.1)",
     {"VoicemailUsersList", "Ping"},
     SAYS("1", "There are no voicemail users currently defined.") OK("2"),
     HEARD_SAYS("1", "DONE", "There are no voicemail users currently defined.") HEARD_OK("2")},

    /* ---- 4.3: counts that are wrong -------------------------------------------------------- */
    {.name = "DBGetTree of 16: always 1, even for none",
     {"DBGetTree", "DBGetTree"},
     START("1") END("1", "DBGetTreeComplete", "1") START("2") ITEM("2", "DBGetTreeResponse")
         ITEM("2", "DBGetTreeResponse") END("2", "DBGetTreeComplete", "1"),
     HEARD_START("1") HEARD_END("1", "DBGetTreeComplete", " MISCOUNTED", "1") HEARD_START("2")
         HEARD_ITEM("2", "DBGetTreeResponse") HEARD_ITEM("2", "DBGetTreeResponse")
             HEARD_END("2", "DBGetTreeComplete", " MISCOUNTED", "1")},
    {.name = "VoicemailUserStatus: always 1",
     {"VoicemailUserStatus"},
     START("1") ITEM("1", "VoicemailUserDetail") ITEM("1", "VoicemailUserDetail")
         END("1", "VoicemailUserDetailComplete", "1"),
     HEARD_START("1") HEARD_ITEM("1", "VoicemailUserDetail") HEARD_ITEM("1", "VoicemailUserDetail")
         HEARD_END("1", "VoicemailUserDetailComplete", " MISCOUNTED", "1")},
    {.name = "PJSIPShowEndpoints: the container, not the lines",
     {"PJSIPShowEndpoints"},
     START("1") ITEM("1", "EndpointList") END("1", "EndpointListComplete", "3"),
     HEARD_START("1") HEARD_ITEM("1", "EndpointList")
         HEARD_END("1", "EndpointListComplete", " MISCOUNTED", "3")},

    /* ---- 5.8, 5.9: results in events of their own ------------------------------------------ */
    {.name = "Originate: answered at once, and its outcome later",
     {"Originate\nAsync: true", "Ping"},
     SAYS("1", "Originate successfully queued")
         OK("2") "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: t.1\r\nResponse: "
                 "Success\r\n"
                 "Reason: 4\r\n\r\n",
     HEARD_SAYS("1", "RESPONSE", "Originate successfully queued") HEARD_OK(
         "2") "1 DONE OK EVENT OriginateResponse | Event=OriginateResponse | Privilege=call,all | "
              "ActionID=t.1 | Response=Success | Reason=4\n"
              "event EVENT OriginateResponse | Event=OriginateResponse | Privilege=call,all | "
              "ActionID=t.1 | Response=Success | Reason=4\n",
     .result = true},
    {.name = "vector 48: a call that failed; a second outcome is the handlers' alone",
     {"Originate\nAsync: 1"},
     SAYS("1", "Originate successfully queued") "Event: OriginateResponse\r\nPrivilege: "
                                                "call,all\r\nActionID: t.1\r\nResponse: Failure\r\n"
                                                "\r\nEvent: OriginateResponse\r\nPrivilege: "
                                                "call,all\r\nActionID: t.1\r\n\r\n",
     HEARD_SAYS("1", "RESPONSE",
                "Originate successfully queued") "1 DONE REFUSED EVENT OriginateResponse | "
                                                 "Event=OriginateResponse | Privilege=call,all | "
                                                 "ActionID=t.1 | Response=Failure\n"
                                                 "event EVENT OriginateResponse | "
                                                 "Event=OriginateResponse | Privilege=call,all | "
                                                 "ActionID=t.1 | Response=Failure\n"
                                                 "event EVENT OriginateResponse | "
                                                 "Event=OriginateResponse | Privilege=call,all | "
                                                 "ActionID=t.1\n",
     .result = true},
    {.name = "Originate refused at once",
     {"Originate\nAsync: yes"},
     ERROR("1", "Channel not specified"),
     HEARD_ERROR("1", "Channel not specified"),
     .result = true},
    {.name = "Originate without Async: its Response is its result",
     {"Originate"},
     SAYS("1", "Originate successfully queued"),
     HEARD_SAYS("1", "DONE", "Originate successfully queued"),
     .result = true},
    {.name = "Originate of 1.0: success and failure by the name of the event",
     {"Originate\nAsync: true", "Originate\nAsync: true"},
     SAYS("1", "Originate successfully queued") SAYS("2", "Originate successfully queued")
         ITEM("1", "OriginateFailure") ITEM("2", "OriginateSuccess"),
     HEARD_SAYS("1", "RESPONSE", "Originate successfully queued")
         HEARD_SAYS("2", "RESPONSE",
                    "Originate successfully queued") "1 DONE REFUSED EVENT OriginateFailure | "
                                                     "Event=OriginateFailure | ActionID=t.1\n"
                                                     "event EVENT OriginateFailure | "
                                                     "Event=OriginateFailure | ActionID=t.1\n"
                                                     "2 DONE OK EVENT OriginateSuccess | "
                                                     "Event=OriginateSuccess | ActionID=t.2\n"
                                                     "event EVENT OriginateSuccess | "
                                                     "Event=OriginateSuccess | ActionID=t.2\n",
     .banner = BANNER_1_0,
     .result = true},
    {.name = "an outcome before the Response, as 1.0's threads may write it",
     {"Originate\nAsync: true", "Ping"},
     ITEM("1", "OriginateSuccess") SAYS("1", "Originate successfully queued") OK("2"),
     "1 DONE OK EVENT OriginateSuccess | Event=OriginateSuccess | ActionID=t.1\n"
     "event EVENT OriginateSuccess | Event=OriginateSuccess | ActionID=t.1\n" HEARD_OK("2"),
     .banner = BANNER_1_0,
     .result = true},
    {.name = "AGI: the result by its CommandID, whatever the case; AGIExecEnd has one of its own",
     {"AGI\nChannel: x\nCommand: NOOP"},
     SAYS("1", "Added AGI command to queue") "Event: AGIExecEnd\r\nPrivilege: "
                                             "agi,all\r\nCommandId: 77\r\n\r\n"
                                             "Event: AsyncAGIExec\r\nPrivilege: "
                                             "agi,all\r\nCommandId: t.1\r\n"
                                             "Result: 200%20result%3D0%0A\r\n\r\n",
     HEARD_SAYS("1", "RESPONSE",
                "Added AGI command to queue") "event EVENT AGIExecEnd | Event=AGIExecEnd | "
                                              "Privilege=agi,all | CommandId=77\n"
                                              "1 DONE OK EVENT AsyncAGIExec | Event=AsyncAGIExec | "
                                              "Privilege=agi,all | CommandId=t.1 | "
                                              "Result=200%20result%3D0%0A\n"
                                              "event EVENT AsyncAGIExec | Event=AsyncAGIExec | "
                                              "Privilege=agi,all | CommandId=t.1 | "
                                              "Result=200%20result%3D0%0A\n",
     .result = true},
    {.name = "AGI before 12: one event for all",
     {"AGI\nChannel: x\nCommand: NOOP"},
     SAYS("1",
          "Added AGI command to queue") "Event: AsyncAGI\r\nSubEvent: Start\r\nChannel: y\r\n\r\n"
                                        "Event: AsyncAGI\r\nPrivilege: agi,all\r\nSubEvent: "
                                        "Exec\r\nCommandID: t.1\r\n\r\n",
     HEARD_SAYS("1", "RESPONSE",
                "Added AGI command to queue") "event EVENT AsyncAGI | Event=AsyncAGI | "
                                              "SubEvent=Start | Channel=y\n"
                                              "1 DONE OK EVENT AsyncAGI | Event=AsyncAGI | "
                                              "Privilege=agi,all | SubEvent=Exec | "
                                              "CommandID=t.1\n"
                                              "event EVENT AsyncAGI | Event=AsyncAGI | "
                                              "Privilege=agi,all | SubEvent=Exec | "
                                              "CommandID=t.1\n",
     .banner = BANNER_1_1,
     .result = true},
    {.name = "an event of another action's kind, or with a Ping's number, is nobody's result",
     {"AGI\nChannel: x\nCommand: NOOP"},
     SAYS("1", "Added AGI command to queue") "Event: OriginateResponse\r\nPrivilege: "
                                             "call,all\r\nActionID: t.1\r\n\r\n"
                                             "Event: AsyncAGIExec\r\nPrivilege: "
                                             "agi,all\r\nCommandId: t.1p\r\n\r\n",
     HEARD_SAYS("1", "RESPONSE",
                "Added AGI command to queue") "event EVENT OriginateResponse | "
                                              "Event=OriginateResponse | Privilege=call,all | "
                                              "ActionID=t.1\n"
                                              "event EVENT AsyncAGIExec | Event=AsyncAGIExec | "
                                              "Privilege=agi,all | CommandId=t.1p\n",
     .result = true},

    /* ---- Actions of nobody's table ---------------------------------------------------------- */
    {.name = "an unknown action ends by its Response, whatever it says",
     {"FooShow", "Ping"},
     SAYS("1", "Foo will follow") ITEM("1", "Foo") OK("2"),
     HEARD_SAYS("1", "DONE",
                "Foo will follow") "event EVENT Foo | Event=Foo | ActionID=t.1\n" HEARD_OK("2")},
    {.name = "an unknown action that opened a list ends by any Complete",
     {"FooShow", "Ping"},
     START("1") ITEM("1", "Foo") ITEM("1", "FooListComplete") OK("2"),
     HEARD_START("1")
         HEARD_ITEM("1", "Foo") "1 DONE OK EVENT FooListComplete | Event=FooListComplete | "
                                "ActionID=t.1\n" HEARD_OK("2")},
};

int main(void)
{
    return scenes_run("irregular", scenes, ARRAY_LEN(scenes));
}
