/* SPDX-License-Identifier: MIT */
/* Whose message is it? */
#include "scenes.h"

static const struct scene scenes[] = {
    {.name = "vector 8: a simple answer",
     {"Ping"},
     "Response: Success\r\nActionID: t.1\r\nPing: Pong\r\n\r\n",
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1 | Ping=Pong\n"},
    {.name = "vector 7: Pong of 1.0 to 1.4",
     {"Ping"},
     "Response: Pong\r\nActionID: t.1\r\n\r\n",
     "1 DONE OK RESPONSE Pong | Response=Pong | ActionID=t.1\n"},
    {.name = "vector 13: refused",
     {"PJSIPShowAors"},
     "Response: Error\r\nActionID: t.1\r\nMessage: No AORs found\n\r\n\r\n",
     "1 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.1 | Message=No AORs found\n"},
    {.name = "vector 12: an unsolicited error is nobody's",
     {"Ping"},
     "Response: Error\r\nMessage: Missing action in request\r\n\r\n",
     ""},
    {.name = "pipelined, each its own",
     {"Ping", "Bogus", "Ping"},
     "Response: Success\r\nActionID: t.1\r\n\r\nResponse: Error\r\nActionID: t.2\r\n\r\n"
     "Response: Success\r\nActionID: t.3\r\n\r\n",
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n"
     "2 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.2\n"
     "3 DONE OK RESPONSE Success | Response=Success | ActionID=t.3\n"},
    {.name = "vector 41: an empty list",
     {"Status"},
     "Response: Success\r\nActionID: t.1\r\nEventList: start\r\nMessage: Channel status will "
     "follow\r\n\r\nEvent: StatusComplete\r\nActionID: t.1\r\nEventList: Complete\r\nListItems: "
     "0\r\nItems: 0\r\n\r\n",
     "1 RESPONSE OK RESPONSE Success | Response=Success | ActionID=t.1 | EventList=start | "
     "Message=Channel status will follow\n"
     "1 DONE OK EVENT StatusComplete | Event=StatusComplete | ActionID=t.1 | EventList=Complete | "
     "ListItems=0 | Items=0\n"},
    {.name = "vector 42: Start with a capital",
     {"FAXSessions"},
     "Response: Success\r\nActionID: t.1\r\nEventList: Start\r\n\r\nEvent: "
     "FAXSessionsComplete\r\nActionID: t.1\r\nEventList: Complete\r\nListItems: 0\r\n\r\n",
     "1 RESPONSE OK RESPONSE Success | Response=Success | ActionID=t.1 | EventList=Start\n"
     "1 DONE OK EVENT FAXSessionsComplete | Event=FAXSessionsComplete | ActionID=t.1 | "
     "EventList=Complete | ListItems=0\n"},
    {.name = "vector 43: a list without EventList ends by name",
     {"QueueStatus"},
     "Response: Success\r\nActionID: t.1\r\nMessage: Queue status will follow\r\n\r\n"
     "Event: QueueParams\r\nQueue: q\r\nActionID: t.1\r\n\r\n"
     "Event: QueueStatusComplete\r\nActionID: t.1\r\n\r\n",
     "1 RESPONSE OK RESPONSE Success | Response=Success | ActionID=t.1 | Message=Queue status will "
     "follow\n"
     "1 ITEM OK EVENT QueueParams | Event=QueueParams | Queue=q | ActionID=t.1\n"
     "1 DONE OK EVENT QueueStatusComplete | Event=QueueStatusComplete | ActionID=t.1\n"},
    {.name = "vector 44: a wrong ListItems is flagged",
     {"DBGetTree"},
     START("1") "Event: DBGetTreeResponse\r\nKey: /a\r\nActionID: t.1\r\n\r\n"
                "Event: DBGetTreeResponse\r\nKey: /b\r\nActionID: t.1\r\n\r\n"
                "Event: DBGetTreeComplete\r\nActionID: t.1\r\nEventList: Complete\r\nListItems: "
                "1\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT DBGetTreeResponse | Event=DBGetTreeResponse | Key=/a | "
                      "ActionID=t.1\n"
                      "1 ITEM OK EVENT DBGetTreeResponse | Event=DBGetTreeResponse | Key=/b | "
                      "ActionID=t.1\n"
                      "1 DONE OK MISCOUNTED EVENT DBGetTreeComplete | Event=DBGetTreeComplete | "
                      "ActionID=t.1 | EventList=Complete | ListItems=1\n"},
    {.name = "vector 45: a list cut by an error",
     {"CoreShowChannelMap"},
     START("1") "Response: Error\r\nActionID: t.1\r\nMessage: Could not complete channel "
                "map\n\r\n\r\n",
     HEARD_START("1") "1 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.1 | "
                      "Message=Could not complete channel map\n"},
    {.name = "a list that the server cancels",
     {"Status"},
     START("1") "Event: StatusComplete\r\nActionID: t.1\r\nEventList: cancelled\r\n\r\n",
     HEARD_START("1") "1 DONE CANCELLED EVENT StatusComplete | Event=StatusComplete | "
                      "ActionID=t.1 | EventList=cancelled\n"},
    {.name = "vectors 46, 66: a second answer is swallowed, never given to the next action",
     {"JabberSend", "Ping"},
     "Response: Success\r\nActionID: t.1\r\n\r\nResponse: Error\r\nActionID: t.1\r\n\r\n"
     "Response: Success\r\nActionID: t.2\r\n\r\n",
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n"
     "2 DONE OK RESPONSE Success | Response=Success | ActionID=t.2\n"},
    {.name = "vector 47: a list action answered plainly",
     {"VoicemailUsersList"},
     "Response: Success\r\nActionID: t.1\r\nMessage: There are no voicemail users currently "
     "defined.\r\n\r\n",
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1 | Message=There are no "
     "voicemail "
     "users currently defined.\n"},
    {.name = "vector 48: an event with a Response header is an event",
     {"Originate"},
     "Response: Success\r\nActionID: t.1\r\n\r\nEvent: OriginateResponse\r\nPrivilege: "
     "call,all\r\nActionID: t.1\r\nResponse: Failure\r\nReason: 0\r\n\r\n",
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n"
     "event EVENT OriginateResponse | Event=OriginateResponse | Privilege=call,all | ActionID=t.1 "
     "| Response=Failure | Reason=0\n"},
    {.name = "vector 49: a broadcast with the ActionID of an action in flight completes nothing",
     {"Ping"},
     "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: t\r\nActionID: t.1\r\nResponse: "
     "Success\r\nno colon here\r\n\r\nResponse: Success\r\nActionID: t.1\r\n\r\n",
     "event EVENT UserEvent | Event=UserEvent | Privilege=user,all | UserEvent=t | ActionID=t.1 | "
     "Response=Success | =no colon here\n"
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n"},
    {.name = "a broadcast with the ActionID of an open list is no item",
     {"Status"},
     START("1") "Event: UserEvent\r\nPrivilege: user,all\r\nActionID: t.1\r\nEventList: "
                "Complete\r\n\r\n"
                "Event: Status\r\nPrivilege: Call\r\nActionID: t.1\r\n\r\n"
                "Event: StatusComplete\r\nActionID: t.1\r\nEventList: Complete\r\n\r\n",
     HEARD_START("1") "event EVENT UserEvent | Event=UserEvent | Privilege=user,all | ActionID=t.1 "
                      "| EventList=Complete\n"
                      "1 ITEM OK EVENT Status | Event=Status | Privilege=Call | ActionID=t.1\n"
                      "1 DONE OK EVENT StatusComplete | Event=StatusComplete | ActionID=t.1 | "
                      "EventList=Complete\n"},
    {.name = "vector 50: an event as the whole reply",
     {"DataGet"},
     "Event: DataGet Tree\r\nActionID: t.1\r\nk: v\r\n\r\nResponse: Success\r\nActionID: "
     "t.1p\r\nPing: Pong\r\n\r\n",
     "1 ITEM OK EVENT DataGet Tree | Event=DataGet Tree | ActionID=t.1 | k=v\n"
     "1 DONE OK -\n"},
    {.name = "vector 51: the ActionID before the Response",
     {"RptStatus"},
     "ActionID: t.1\r\nResponse: Success\r\nNodes: 1\r\n\r\n",
     "1 DONE OK RESPONSE Success | ActionID=t.1 | Response=Success | Nodes=1\n"},
    {.name = "vector 52: a raw reply, framed by the Ping behind it",
     {"IAXnetstats", "Ping"},
     "(None) 0 -1 Tx:NEW Rx:ACK\n\r\nResponse: Success\r\nActionID: t.1p\r\nPing: "
     "Pong\r\n\r\nResponse: Success\r\nActionID: t.2\r\n\r\n",
     "1 ITEM OK RAW | (None) 0 -1 Tx=NEW Rx:ACK\n"
     "1 DONE OK -\n"
     "2 DONE OK RESPONSE Success | Response=Success | ActionID=t.2\n"},
    {.name = "vector 53: an empty raw reply",
     {"IAXnetstats"},
     "\r\nResponse: Success\r\nActionID: t.1p\r\nPing: Pong\r\n\r\n",
     "1 DONE OK -\n"},
    {.name = "vectors 54, 55: raw replies in their turn only",
     {"Queues", "SKINNYshowdevice"},
     "default has 0 calls\r\n   No Members\r\n\r\n\r\n\r\nResponse: Success\r\nActionID: "
     "t.1p\r\n\r\n"
     "Channeltype: SKINNY\r\nObjectName: d\r\n\r\n\r\nResponse: Success\r\nActionID: t.2p\r\n\r\n",
     "1 ITEM OK RAW | =default has 0 calls | =   No Members\n"
     "1 DONE OK -\n"
     "2 ITEM OK RAW | Channeltype=SKINNY | ObjectName=d\n"
     "2 DONE OK -\n"},
    {.name = "a raw action refused ends at once, its Ping is swallowed",
     {"SKINNYshowline", "Ping"},
     "Response: Error\r\nActionID: t.1\r\n\r\nResponse: Success\r\nActionID: "
     "t.1p\r\n\r\nResponse: Success\r\nActionID: t.2\r\n\r\n",
     "1 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.1\n"
     "2 DONE OK RESPONSE Success | Response=Success | ActionID=t.2\n"},
    {.name = "events between the pieces of a raw reply stay events",
     {"IAXnetstats"},
     "row\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\n\r\nResponse: Success\r\nActionID: "
     "t.1p\r\n\r\n",
     "1 ITEM OK RAW | =row\n"
     "event EVENT Hangup | Event=Hangup | Privilege=call,all\n"
     "1 DONE OK -\n"},
    {.name = "vectors 57, 63: other people's ActionIDs, and names without case",
     {"Ping"},
     "Response: Success\r\nActionID: t.1AMIversion: 11.0.0\r\n\r\nResponse: Success\r\nActionID: "
     "t.01\r\n\r\nResponse: Success\r\nActionID: u.1\r\n\r\nResponse: Success\r\nActionID: "
     "T.1\r\n\r\nResponse: success\r\nactionid: t.1\r\n\r\n",
     "1 DONE OK RESPONSE success | Response=success | actionid=t.1\n"},
    {.name = "vector 69 and PROTOCOL 4.1: items with the ActionID anywhere",
     {"SIPpeers"},
     START("1") "Event: PeerEntry\r\nActionID: t.1\r\nIPport: 0\r\n\r\nEvent: "
                "PeerEntry\r\nIPport: 1\r\nActionID: t.1\r\n\r\nEvent: PeerlistComplete\r\n"
                "EventList: Complete\r\nListItems: 2\r\nActionID: t.1\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT PeerEntry | Event=PeerEntry | ActionID=t.1 | IPport=0\n"
                      "1 ITEM OK EVENT PeerEntry | Event=PeerEntry | IPport=1 | ActionID=t.1\n"
                      "1 DONE OK EVENT PeerlistComplete | Event=PeerlistComplete | "
                      "EventList=Complete | ListItems=2 | ActionID=t.1\n"},
    {.name = "vector 71: an item without ActionID goes to the open list",
     {"IAXpeers"},
     START("1") "Event: PeerEntry\r\nObjectName: a\r\n\r\nEvent: PeerEntry\r\nPrivilege: "
                "system,all\r\n\r\nEvent: Other\r\nX: 1\r\n\r\nEvent: PeerlistComplete\r\n"
                "ActionID: t.1\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"
                "Event: PeerEntry\r\nObjectName: b\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT PeerEntry | Event=PeerEntry | ObjectName=a\n"
                      "event EVENT PeerEntry | Event=PeerEntry | Privilege=system,all\n"
                      "event EVENT Other | Event=Other | X=1\n"
                      "1 DONE OK EVENT PeerlistComplete | Event=PeerlistComplete | ActionID=t.1 | "
                      "EventList=Complete | ListItems=1\n"
                      "event EVENT PeerEntry | Event=PeerEntry | ObjectName=b\n"},
    {.name = "vector 72: a list without the blank lines between its items",
     {"SKINNYdevices"},
     START("1") "Event: DeviceEntry\r\nActionID: t.1\r\nObjectName: a\r\nEvent: DeviceEntry\r\n"
                "ActionID: t.1\r\nObjectName: b\r\nEvent: DevicelistComplete\r\nActionID: t.1\r\n"
                "EventList: Complete\r\nListItems: 2\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT DeviceEntry | Event=DeviceEntry | ActionID=t.1 | "
                      "ObjectName=a\n"
                      "1 ITEM OK EVENT DeviceEntry | Event=DeviceEntry | ActionID=t.1 | "
                      "ObjectName=b\n"
                      "1 DONE OK EVENT DevicelistComplete | Event=DevicelistComplete | "
                      "ActionID=t.1 | EventList=Complete | ListItems=2\n"},
    {.name = "an item with a header of its own that is called Event",
     {"PJSIPShowResourceLists"},
     START("1") "Event: ResourceListDetail\r\nActionID: t.1\r\nObjectName: a\r\nEvent: presence\r\n"
                "ListItem: x\r\n\r\nEvent: ResourceListDetailComplete\r\nActionID: t.1\r\n"
                "EventList: Complete\r\nListItems: 1\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT ResourceListDetail | Event=ResourceListDetail | "
                      "ActionID=t.1 | ObjectName=a | Event=presence | ListItem=x\n"
                      "1 DONE OK EVENT ResourceListDetailComplete | "
                      "Event=ResourceListDetailComplete | ActionID=t.1 | EventList=Complete | "
                      "ListItems=1\n"},
    {.name = "an item without ActionID goes to the list answered last, not to a dead one",
     {"SIPpeers", "IAXpeers"},
     START("1") START("2") "Event: PeerEntry\r\nObjectName: a\r\n\r\n"
                           "Event: PeerlistComplete\r\nActionID: t.2\r\nEventList: "
                           "Complete\r\n\r\n",
     HEARD_START("1")
         HEARD_START("2") "2 ITEM OK EVENT PeerEntry | Event=PeerEntry | ObjectName=a\n"
                          "2 DONE OK EVENT PeerlistComplete | Event=PeerlistComplete "
                          "| ActionID=t.2 | EventList=Complete\n"},
    {.name = "a list's last event glued to a broadcast",
     {"SIPpeers"},
     START("1") "Event: PeerlistComplete\r\nActionID: t.1\r\nEventList: Complete\r\n"
                "Event: Hangup\r\nPrivilege: call,all\r\n\r\n",
     HEARD_START("1") "1 DONE OK EVENT PeerlistComplete | Event=PeerlistComplete | ActionID=t.1 | "
                      "EventList=Complete\n"
                      "event EVENT Hangup | Event=Hangup | Privilege=call,all\n"},
    {.name = "an action without any answer does not take a raw action's turn",
     {"UserEvent", "IAXnetstats"},
     "row\n\r\nResponse: Success\r\nActionID: t.2p\r\n\r\n",
     "2 ITEM OK RAW | =row\n2 DONE OK -\n"},
    {.name = "vectors 58, 60: two events in one, without a list, stay one damaged event",
     {"Ping"},
     "Event: A\r\nX: 1\r\nEvent: B\r\nActionID: t.1\r\n\r\n",
     "event EVENT A DAMAGED | Event=A | X=1 | Event=B | ActionID=t.1\n"},
    {.name = "vector 73: a gap inside a list",
     {"DBGetTree"},
     START("1") "Event: DBGetTreeResponse\r\nKey: /1\r\nVal: xxEvent: DBGetTreeResponse\r\nKey: "
                "/7\r\nActionID: t.1\r\n\r\nEvent: DBGetTreeComplete\r\nActionID: t.1\r\n"
                "EventList: Complete\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT DBGetTreeResponse | Event=DBGetTreeResponse | Key=/1 | "
                      "Val=xxEvent: DBGetTreeResponse | Key=/7 | ActionID=t.1\n"
                      "1 DONE OK EVENT DBGetTreeComplete | Event=DBGetTreeComplete | ActionID=t.1 "
                      "| EventList=Complete\n"},
    {.name = "vector 36: Command of 1.2 to 13",
     {"Command\nCommand: x"},
     "Response: Follows\r\nPrivilege: Command\r\nActionID: t.1\r\nx: y\nz\n--END "
     "COMMAND--\r\n\r\n",
     "1 DONE OK RESPONSE Follows | Response=Follows | Privilege=Command | ActionID=t.1 | Output=x: "
     "y | Output=z\n"},
    {.name = "vector 34: Command of 14 that fails",
     {"Command\nCommand: x"},
     "Response: Error\r\nActionID: t.1\r\nMessage: Command output follows\r\nOutput: No such "
     "command\r\n\r\n",
     "1 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.1 | Message=Command output "
     "follows | Output=No such command\n"},
    {.name = "an action unknown to the catalogue ends by its Response",
     {"NewThing"},
     "Response: Success\r\nActionID: t.1\r\nMessage: Things will follow\r\n\r\n",
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1 | Message=Things will follow\n"},
    {.name = "or, when it opened a list, by any Complete event with its ActionID",
     {"NewThing"},
     START("1") "Event: Thing\r\nActionID: t.1\r\n\r\nEvent: ThingsComplete\r\nActionID: "
                "t.1\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT Thing | Event=Thing | ActionID=t.1\n"
                      "1 DONE OK EVENT ThingsComplete | Event=ThingsComplete | ActionID=t.1\n"},
    {.name = "a simple action that lists on some arguments",
     {"Hangup\nChannel: /x/"},
     START("1") "Event: ChannelHungup\r\nChannel: x\r\nActionID: t.1\r\n\r\nEvent: "
                "ChannelsHungupListComplete\r\nActionID: t.1\r\nEventList: Complete\r\nListItems: "
                "1\r\n\r\n",
     HEARD_START("1") "1 ITEM OK EVENT ChannelHungup | Event=ChannelHungup | Channel=x | "
                      "ActionID=t.1\n"
                      "1 DONE OK EVENT ChannelsHungupListComplete | "
                      "Event=ChannelsHungupListComplete | ActionID=t.1 | EventList=Complete | "
                      "ListItems=1\n"},
    {.name = "vector 68: text that follows a cut event belongs to nobody",
     {"Ping"},
     "Event: Newexten\r\nPrivilege: dialplan,all\r\nAppData: a\r\n\r\nb\r\nUniqueid: "
     "1\r\n\r\nResponse: Success\r\nActionID: t.1\r\n\r\n",
     "event EVENT Newexten | Event=Newexten | Privilege=dialplan,all | AppData=a\n"
     "1 DONE OK RESPONSE Success | Response=Success | ActionID=t.1\n"},
};

int main(void)
{
    return scenes_run("session", scenes, ARRAY_LEN(scenes));
}
