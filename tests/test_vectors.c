/* SPDX-License-Identifier: MIT */
/* The test vectors of the protocol notes: what the parser makes of each, however the bytes are cut
 * and by whichever way they come in. What a session makes of them is tested elsewhere. */
#include "support.h"

#define SEEN "BANNER 5.0.4 | =Asterisk Call Manager/5.0.4\n"
#define OK   "finish AMI_OK\n"
#define CUT  "finish AMI_E_EOF\n"

#define A10  "aaaaaaaaaa"
#define A50  A10 A10 A10 A10 A10
#define A137 A50 A50 A10 A10 A10 "aaaaaaa"
#define A244 A50 A50 A50 A50 A10 A10 A10 A10 "aaaa"

struct vector {
    unsigned number;
    const char *bytes;
    size_t len;
    const char *expected;
};

/* A whole stream, one that goes on after a banner, and one that ends within a message. */
#define STREAM(number, bytes, expected)            \
    {                                              \
        number, bytes, sizeof(bytes) - 1, expected \
    }
#define VECTOR(number, bytes, expected)  STREAM(number, BANNER bytes, SEEN expected OK)
#define PARTIAL(number, bytes, expected) STREAM(number, BANNER bytes, SEEN expected CUT)

#define EMPTY_FOLLOWS \
    "Response: Follows\r\nPrivilege: Command\r\nActionID: 9\r\n--END COMMAND--\r\n\r\n"
#define EMPTY_FOLLOWS_SEEN \
    "RESPONSE Follows | Response=Follows | Privilege=Command | ActionID=9 | Output=\n"

/* clang-format off */
static const struct vector vectors[] = {
    STREAM(1, "Asterisk Call Manager/1.0\r\n", "BANNER 1.0 | =Asterisk Call Manager/1.0\n" OK),
    STREAM(2, "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\n",
           "BANNER 11.0.0 | =Asterisk Call Manager/11.0.0\n"
           "RESPONSE Success | Response=Success\n" OK),
    STREAM(3, "", CUT),
    STREAM(4, "Aster", CUT),
    VECTOR(5,
           "Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n"
           "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 5\r\nLastReload: 5\r\n"
           "Status: Fully Booted\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=1 | Message=Authentication accepted\n"
           "EVENT FullyBooted | Event=FullyBooted | Privilege=system,all | Uptime=5"
           " | LastReload=5 | Status=Fully Booted\n"),
    VECTOR(6, "Response: Error\r\nActionID: 1\r\nMessage: Authentication failed\r\n\r\n",
           "RESPONSE Error | Response=Error | ActionID=1 | Message=Authentication failed\n"),
    VECTOR(7, "Response: Pong\r\nActionID: 2\r\n\r\n",
           "RESPONSE Pong | Response=Pong | ActionID=2\n"),
    VECTOR(8, "Response: Success\r\nActionID: 2\r\nPing: Pong\r\nTimestamp: 1700000000.000001\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=2 | Ping=Pong"
           " | Timestamp=1700000000.000001\n"),
    VECTOR(9, "Response: Events Off\r\n\r\n", "RESPONSE Events Off | Response=Events Off\n"),
    VECTOR(10, "Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n",
           "RESPONSE Goodbye | Response=Goodbye | Message=Thanks for all the fish.\n"),
    VECTOR(11, "Response: Success\r\nMessage: See ya\r\n\r\n",
           "RESPONSE Success | Response=Success | Message=See ya\n"),
    VECTOR(12, "Response: Error\r\nMessage: Missing action in request\r\n\r\n",
           "RESPONSE Error | Response=Error | Message=Missing action in request\n"),
    VECTOR(13, "Response: Error\r\nActionID: 3\r\nMessage: No AORs found\n\r\n\r\n",
           "RESPONSE Error | Response=Error | ActionID=3 | Message=No AORs found\n"),
    VECTOR(14,
           "Response: Success\r\nActionID: 3\r\nMessage: Park successful\n\r\n\r\n"
           "Event: X\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=3 | Message=Park successful\n"
           "EVENT X | Event=X\n"),
    VECTOR(15, "Response: Success\r\nActionID: 4\r\nRuleList: r\r\nRule: 10,+1,0\r\n\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=4 | RuleList=r | Rule=10,+1,0\n"),
    VECTOR(16, "\r\n\r\n\r\nResponse: Success\r\n\r\n", "RESPONSE Success | Response=Success\n"),
    VECTOR(17,
           "Event: Agents\r\nAgent: 1\r\nName: A\r\nStatus: AGENT_ONCALL\r\n"
           "TalkingToChan: SIP/x\r\nCallStarted: 1700000000\nLoggedInTime: 1699990000\r\n"
           "ActionID: 5\r\n\r\n",
           "EVENT Agents | Event=Agents | Agent=1 | Name=A | Status=AGENT_ONCALL"
           " | TalkingToChan=SIP/x | CallStarted=1700000000 | LoggedInTime=1699990000"
           " | ActionID=5\n"),
    VECTOR(18, "Event: DBGetResponse\r\nFamily: f\r\nKey: k\r\nVal: a\nb\r\nActionID: 6\r\n\r\n",
           "EVENT DBGetResponse | Event=DBGetResponse | Family=f | Key=k | Val=a\\nb"
           " | ActionID=6\n"),
    VECTOR(19, "Event: DBGetResponse\r\nFamily: f\r\nKey: k\r\nVal: a\n\nb\r\nActionID: 6\r\n\r\n",
           "EVENT DBGetResponse | Event=DBGetResponse | Family=f | Key=k | Val=a\\n\\nb"
           " | ActionID=6\n"),
    VECTOR(20,
           "Response: Success\r\nActionID: 6\r\nVariable: V\r\nValue: x\nActionID: 99\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=6 | Variable=V"
           " | Value=x\\nActionID: 99\n"),
    VECTOR(21, "Response: Success\r\nActionID: 7\r\nNo categories found\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=7 | =No categories found\n"),
    VECTOR(22, "Response: Success\r\nActionID: 7\r\nError: no categories found\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=7 | Error=no categories found\n"),
    VECTOR(23, "Response: Success\r\nVersion: \r\n\r\n",
           "RESPONSE Success | Response=Success | Version=\n"),
    VECTOR(24, "Response: Success\r\nReg-Contact : sip:a@1.2.3.4:5060\r\n\r\n",
           "RESPONSE Success | Response=Success | Reg-Contact=sip:a@1.2.3.4:5060\n"),
    VECTOR(25, "Response: Success\r\nNamed Callgroup: \r\n\r\n",
           "RESPONSE Success | Response=Success | Named Callgroup=\n"),
    VECTOR(26, "Response: Success\r\nKey:value\r\nKey:\r\n\r\n",
           "RESPONSE Success | Response=Success | Key=value | Key=\n"),
    VECTOR(27, "Channeltype: SKINNY\r\nServiceURLs:  1\r\n  News (http://h/x)\r\n\r\n",
           "RAW | Channeltype=SKINNY | ServiceURLs= 1 | =  News (http://h/x)\n"),
    VECTOR(28,
           "Event: Hangup\r\nChanVariable(SIP/a-1): x=1=2\r\nChanVariable(SIP/a-1): y=\r\n\r\n",
           "EVENT Hangup | Event=Hangup | ChanVariable(SIP/a-1)=x=1=2"
           " | ChanVariable(SIP/a-1)=y=\n"),
    VECTOR(29, "Event: DialEnd\r\nDestChanVariable: n=a\\nb\r\n\r\n",
           "EVENT DialEnd | Event=DialEnd | DestChanVariable=n=a\\\\nb\n"),
    VECTOR(30, "Event: Newchannel\r\nCallerIDName: Who\\?\r\n\r\n",
           "EVENT Newchannel | Event=Newchannel | CallerIDName=Who\\\\?\n"),
    VECTOR(31, "Event: Newchannel\r\nCallerIDName: M\xfcller\r\n\r\n",
           "EVENT Newchannel | Event=Newchannel | CallerIDName=M\\xfcller\n"),
    VECTOR(32,
           "Response: Success\r\nMessage: Presence State\r\nState: away\r\nMessage: lunch\r\n"
           "PresenceMessage: lunch\r\n\r\n",
           "RESPONSE Success | Response=Success | Message=Presence State | State=away"
           " | Message=lunch | PresenceMessage=lunch\n"),
    VECTOR(33,
           "Response: Success\r\nActionID: 8\r\nMessage: Command output follows\r\n"
           "Output: a\r\nOutput: \r\nOutput: b: c\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=8 | Message=Command output follows"
           " | Output=a | Output= | Output=b: c\n"),
    VECTOR(34,
           "Response: Error\r\nActionID: 8\r\nMessage: Command output follows\r\nOutput: No such "
           "command 'x' (type 'core show help x' for other possible commands)\r\n\r\n",
           "RESPONSE Error | Response=Error | ActionID=8 | Message=Command output follows"
           " | Output=No such command 'x' (type 'core show help x' for other possible commands)\n"),
    VECTOR(35,
           "Response: Success\r\nActionID: 8\r\nMessage: Command output follows\r\n"
           "Output: \r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=8 | Message=Command output follows"
           " | Output=\n"),
    VECTOR(36,
           "Response: Follows\r\nPrivilege: Command\r\nActionID: 9\r\nx: y\nz\n"
           "--END COMMAND--\r\n\r\n",
           "RESPONSE Follows | Response=Follows | Privilege=Command | ActionID=9"
           " | Output=x: y | Output=z\n"),
    VECTOR(37, "Response: Follows\r\nlast--END COMMAND--\r\n\r\n",
           "RESPONSE Follows | Response=Follows | Output=last\n"),
    VECTOR(38,
           "Response: Follows\r\nPrivilege: Command\r\na\r\n\r\nb\n--END COMMAND--\r\n\r\n",
           "RESPONSE Follows | Response=Follows | Privilege=Command | Output=a | Output="
           " | Output=b\n"),
    VECTOR(39, EMPTY_FOLLOWS, EMPTY_FOLLOWS_SEEN),
    VECTOR(40, EMPTY_FOLLOWS, EMPTY_FOLLOWS_SEEN),
    VECTOR(41,
           "Response: Success\r\nActionID: 10\r\nEventList: start\r\n"
           "Message: Channel status will follow\r\n\r\n"
           "Event: StatusComplete\r\nActionID: 10\r\nEventList: Complete\r\nListItems: 0\r\n"
           "Items: 0\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=10 | EventList=start"
           " | Message=Channel status will follow\n"
           "EVENT StatusComplete | Event=StatusComplete | ActionID=10 | EventList=Complete"
           " | ListItems=0 | Items=0\n"),
    VECTOR(42,
           "Response: Success\r\nActionID: 11\r\nEventList: Start\r\n"
           "Message: FAXSessionsEntry event list will follow\r\n\r\n"
           "Event: FAXSessionsComplete\r\nActionID: 11\r\nEventList: Complete\r\n"
           "ListItems: 0\r\nTotal: 0\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=11 | EventList=Start"
           " | Message=FAXSessionsEntry event list will follow\n"
           "EVENT FAXSessionsComplete | Event=FAXSessionsComplete | ActionID=11"
           " | EventList=Complete | ListItems=0 | Total=0\n"),
    VECTOR(43,
           "Response: Success\r\nActionID: 12\r\nMessage: Queue status will follow\r\n\r\n"
           "Event: QueueStatusComplete\r\nActionID: 12\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=12"
           " | Message=Queue status will follow\n"
           "EVENT QueueStatusComplete | Event=QueueStatusComplete | ActionID=12\n"),
    VECTOR(44,
           "Response: Success\r\nActionID: 13\r\nEventList: start\r\n"
           "Message: Result will follow\r\n\r\n"
           "Event: DBGetTreeResponse\r\nKey: /a\r\nVal: 1\r\nActionID: 13\r\n\r\n"
           "Event: DBGetTreeResponse\r\nKey: /b\r\nVal: 2\r\nActionID: 13\r\n\r\n"
           "Event: DBGetTreeComplete\r\nActionID: 13\r\nEventList: Complete\r\n"
           "ListItems: 1\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=13 | EventList=start"
           " | Message=Result will follow\n"
           "EVENT DBGetTreeResponse | Event=DBGetTreeResponse | Key=/a | Val=1 | ActionID=13\n"
           "EVENT DBGetTreeResponse | Event=DBGetTreeResponse | Key=/b | Val=2 | ActionID=13\n"
           "EVENT DBGetTreeComplete | Event=DBGetTreeComplete | ActionID=13"
           " | EventList=Complete | ListItems=1\n"),
    VECTOR(45,
           "Response: Success\r\nActionID: 14\r\nEventList: start\r\n"
           "Message: Channel map will follow\r\n\r\n"
           "Response: Error\r\nActionID: 14\r\nMessage: Could not complete channel map\n\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=14 | EventList=start"
           " | Message=Channel map will follow\n"
           "RESPONSE Error | Response=Error | ActionID=14"
           " | Message=Could not complete channel map\n"),
    VECTOR(46,
           "Response: Success\r\nActionID: 15\r\nMessage: Attempting to send Jabber Message\r\n"
           "\r\nResponse: Error\r\nActionID: 15\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=15"
           " | Message=Attempting to send Jabber Message\n"
           "RESPONSE Error | Response=Error | ActionID=15\n"),
    VECTOR(47,
           "Response: Success\r\nActionID: 16\r\n"
           "Message: There are no voicemail users currently defined.\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=16"
           " | Message=There are no voicemail users currently defined.\n"),
    VECTOR(48,
           "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: 17\r\n"
           "Response: Failure\r\nChannel: SIP/x\r\nReason: 0\r\nUniqueid: <unknown>\r\n\r\n",
           "EVENT OriginateResponse | Event=OriginateResponse | Privilege=call,all"
           " | ActionID=17 | Response=Failure | Channel=SIP/x | Reason=0"
           " | Uniqueid=<unknown>\n"),
    VECTOR(49,
           "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: t\r\nActionID: 1\r\n"
           "Response: Success\r\nno colon here\r\n\r\n",
           "EVENT UserEvent | Event=UserEvent | Privilege=user,all | UserEvent=t | ActionID=1"
           " | Response=Success | =no colon here\n"),
    VECTOR(50, "Event: DataGet Tree\r\nActionID: 18\r\nk: v\r\n\r\n",
           "EVENT DataGet Tree | Event=DataGet Tree | ActionID=18 | k=v\n"),
    VECTOR(51, "ActionID: 19\r\nResponse: Success\r\nNodes: 1\r\n\r\n",
           "RESPONSE Success | ActionID=19 | Response=Success | Nodes=1\n"),
    VECTOR(52,
           "(None) 0 -1 0 -1 -1 0 -1 0 0 0 0 0 0 0 0 Tx:NEW Rx:ACK\n\r\n"
           "Response: Success\r\nActionID: s1\r\nPing: Pong\r\n\r\n",
           "RAW | (None) 0 -1 0 -1 -1 0 -1 0 0 0 0 0 0 0 0 Tx=NEW Rx:ACK\n"
           "RESPONSE Success | Response=Success | ActionID=s1 | Ping=Pong\n"),
    VECTOR(53, "\r\nResponse: Success\r\nActionID: s1\r\nPing: Pong\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=s1 | Ping=Pong\n"),
    VECTOR(54,
           "default has 0 calls (max unlimited)\r\n   No Members\r\n   No Callers\r\n\r\n\r\n\r\n",
           "RAW | =default has 0 calls (max unlimited) | =   No Members | =   No Callers\n"),
    VECTOR(55, "Channeltype: SKINNY\r\nObjectName: d\r\n\r\n\r\n",
           "RAW | Channeltype=SKINNY | ObjectName=d\n"),
    VECTOR(56,
           "Response: Success\r\nActionID: 20\r\nJSON: {\"general\":{\"a\":\"b: c\"}}\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=20"
           " | JSON={\"general\":{\"a\":\"b: c\"}}\n"),
    VECTOR(57,
           "Response: Success\r\nActionID: " A137 "AMIversion: 11.0.0\r\n"
           "AsteriskVersion: 22.10.0\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=" A137 "AMIversion: 11.0.0"
           " | AsteriskVersion=22.10.0\n"),
    VECTOR(58,
           "Event: Status\r\nPrivilege: Call\r\nActionID: " A244 "\r\n"
           "Event: Status\r\nPrivilege: Call\r\nActionID: " A244 "\r\n\r\n",
           "EVENT Status DAMAGED | Event=Status | Privilege=Call | ActionID=" A244
           " | Event=Status | Privilege=Call | ActionID=" A244 "\n"),
    PARTIAL(59, "Event: A\r\nPriv", ""),
    VECTOR(60, "Event: A\r\nX: 1\r\nEvent: B\r\nY: 2\r\n\r\n",
           "EVENT A DAMAGED | Event=A | X=1 | Event=B | Y=2\n"),
    /* in small; the 1 MiB are below */
    VECTOR(61, "Response: Success\r\nOutput: " A244 "\r\n\r\n",
           "RESPONSE Success | Response=Success | Output=" A244 "\n"),
    VECTOR(62, "Response: Success\r\nActionID: 21\r\n\0X: 1\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=21 | \\x00X=1\n"),
    VECTOR(63, "Response: success\r\nactionid: 22\r\n\r\n",
           "RESPONSE success | Response=success | actionid=22\n"),
    VECTOR(64,
           "Event: AsyncAGIExec\r\nPrivilege: agi,all\r\nResult: 200%20result%3D0%0A\r\n"
           "CommandId: 5\r\n\r\n",
           "EVENT AsyncAGIExec | Event=AsyncAGIExec | Privilege=agi,all"
           " | Result=200%20result%3D0%0A | CommandId=5\n"),
    VECTOR(65, "Response: Success\r\nActionID: 23\r\nEvents: On\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=23 | Events=On\n"),
    VECTOR(66,
           "Response: Error\r\nActionID: 24\r\nMessage: Incomplete ModuleLoad action.\r\n\r\n"
           "Response: Error\r\nActionID: 24\r\nMessage: Module not found.\r\n\r\n",
           "RESPONSE Error | Response=Error | ActionID=24"
           " | Message=Incomplete ModuleLoad action.\n"
           "RESPONSE Error | Response=Error | ActionID=24 | Message=Module not found.\n"),
    STREAM(67, "Asterisk Call Manager/5.0.4\nResponse: Success\nActionID: 25\n\n",
           SEEN "RESPONSE Success | Response=Success | ActionID=25\n" OK),
    VECTOR(68,
           "Event: Newexten\r\nPrivilege: dialplan,all\r\nAppData: a\r\n\r\n"
           "b\r\nUniqueid: 1\r\n\r\n",
           "EVENT Newexten | Event=Newexten | Privilege=dialplan,all | AppData=a\n"
           "RAW DAMAGED | =b | Uniqueid=1\n"),
    VECTOR(69,
           "Event: PeerEntry\r\nActionID: 26\r\nChanneltype: SIP\r\nIPaddress: -none-\r\n"
           "IPport: 0\r\n\r\n",
           "EVENT PeerEntry | Event=PeerEntry | ActionID=26 | Channeltype=SIP"
           " | IPaddress=-none- | IPport=0\n"),
    VECTOR(70, "Event: A\r\n\r\n" "\r" "\n" "Event: B\r\n\r\n",
           "EVENT A | Event=A\nEVENT B | Event=B\n"),
    VECTOR(71,
           "Response: Success\r\nActionID: 27\r\nEventList: start\r\n"
           "Message: Peer status list will follow\r\n\r\n"
           "Event: PeerEntry\r\nChanneltype: IAX2\r\nObjectName: a\r\n\r\n"
           "Event: PeerlistComplete\r\nActionID: 27\r\nEventList: Complete\r\n"
           "ListItems: 1\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=27 | EventList=start"
           " | Message=Peer status list will follow\n"
           "EVENT PeerEntry | Event=PeerEntry | Channeltype=IAX2 | ObjectName=a\n"
           "EVENT PeerlistComplete | Event=PeerlistComplete | ActionID=27"
           " | EventList=Complete | ListItems=1\n"),
    VECTOR(72,
           "Response: Success\r\nActionID: 28\r\nEventList: start\r\n"
           "Message: Device status list will follow\r\n\r\n"
           "Event: DeviceEntry\r\nActionID: 28\r\nObjectName: a\r\n"
           "Event: DeviceEntry\r\nActionID: 28\r\nObjectName: b\r\n"
           "Event: DevicelistComplete\r\nActionID: 28\r\nEventList: Complete\r\n"
           "ListItems: 2\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=28 | EventList=start"
           " | Message=Device status list will follow\n"
           "EVENT DeviceEntry DAMAGED | Event=DeviceEntry | ActionID=28 | ObjectName=a"
           " | Event=DeviceEntry | ActionID=28 | ObjectName=b"
           " | Event=DevicelistComplete | ActionID=28 | EventList=Complete | ListItems=2\n"),
    VECTOR(73,
           "Event: DBGetTreeResponse\r\nKey: /big/k1\r\nVal: xxEvent: DBGetTreeResponse\r\n"
           "Key: /big/k7\r\nVal: yy\r\nActionID: 29\r\n\r\n",
           "EVENT DBGetTreeResponse | Event=DBGetTreeResponse | Key=/big/k1"
           " | Val=xxEvent: DBGetTreeResponse | Key=/big/k7 | Val=yy | ActionID=29\n"),
    VECTOR(74,
           "Response: Success\r\nActionID: 30\r\nMessage: Command output follows\r\n"
           "Output: X: 1\r\r\nOutput: \r\r\n\r\n",
           "RESPONSE Success | Response=Success | ActionID=30 | Message=Command output follows"
           " | Output=X: 1\\r | Output=\\r\n"),
};
/* clang-format on */

static void test_vector(void **state)
{
    const struct vector *v = *state;

    assert_int_equal(v->number, (unsigned)(v - vectors) + 1);
    check_every_split(v->bytes, v->len, NULL, v->expected);
}

/* A stream may also begin with a message, if its first line has a colon. */
static void test_without_banner(void **state)
{
    (void)state;
    size_t tried = 0;

    for (const struct vector *v = vectors; v < vectors + ARRAY_LEN(vectors); v++) {
        size_t skip = strlen(BANNER);
        if (strncmp(v->bytes, BANNER, skip) != 0)
            continue;
        size_t first_line = strcspn(v->bytes + skip, "\n");
        if (!memchr(v->bytes + skip, ':', first_line))
            continue;
        check_every_split(v->bytes + skip, v->len - skip, NULL, v->expected + strlen(SEEN));
        tried++;
    }
    assert_in_range(tried, 60, ARRAY_LEN(vectors));
}

/* All vectors that end well, one after the other on one connection. */
static void test_all_in_one_stream(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 2, 3, 7, 64, 1000, 1u << 20};
    struct text bytes = {0}, expected = {0};

    text_add(&bytes, BANNER);
    text_add(&expected, SEEN);
    for (const struct vector *v = vectors; v < vectors + ARRAY_LEN(vectors); v++) {
        size_t end = strlen(v->expected) - strlen(OK);
        if (strncmp(v->bytes, BANNER, strlen(BANNER)) != 0 || strcmp(v->expected + end, OK) != 0)
            continue;
        text_add_bytes(&bytes, v->bytes + strlen(BANNER), v->len - strlen(BANNER));
        text_add_bytes(&expected, v->expected + strlen(SEEN), end - strlen(SEEN));
    }
    text_add(&expected, OK);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        check_pieces(bytes.data, bytes.len, steps[i], 0, NULL, expected.data);
    text_free(&bytes);
    text_free(&expected);
}

/* Vector 61: a line of 1 MiB within a reply. */
static void long_line(struct text *bytes)
{
    size_t len = 1u << 20;
    char *line = malloc(len);

    assert_non_null(line);
    memset(line, 'a', len);
    text_add(bytes, BANNER "Response: Success\r\nOutput: ");
    text_add_bytes(bytes, line, len);
    text_add(bytes, "\r\n\r\n");
    free(line);
}

static void test_long_line_accepted(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 1000, 4096, 65536, 1u << 21};
    struct text bytes = {0}, expected = {0};

    long_line(&bytes);
    text_add(&expected, SEEN "RESPONSE Success | Response=Success | Output=");
    text_add_bytes(&expected, strstr(bytes.data, "aaa"), 1u << 20);
    text_add(&expected, "\n" OK);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        check_pieces(bytes.data, bytes.len, steps[i], 0, NULL, expected.data);
    text_free(&bytes);
    text_free(&expected);
}

static void test_long_line_refused(void **state)
{
    (void)state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct text bytes = {0};

    limits.line = 100000;
    long_line(&bytes);
    for (enum way way = 0; way < WAY_COUNT; way++) {
        ami_parser *parser = ami_parser_new(&limits, NULL);
        struct feeder feeder = {.bytes = bytes.data, .len = bytes.len, .step = 4096};
        struct text seen = {0};

        assert_non_null(parser);
        parse_into(&seen, parser, &feeder, way);
        assert_string_equal(seen.data, SEEN "error AMI_E_LIMIT\nfinish AMI_E_LIMIT\n");
        assert_int_equal(ami_parser_error(parser)->code, AMI_E_LIMIT);
        assert_non_null(strstr(ami_parser_error(parser)->text, "line"));
        text_free(&seen);
        ami_parser_free(parser);
    }
    text_free(&bytes);
}

int main(void)
{
    static char names[ARRAY_LEN(vectors)][16];
    static struct CMUnitTest tests[ARRAY_LEN(vectors) + 4] = {
        cmocka_unit_test(test_without_banner),
        cmocka_unit_test(test_all_in_one_stream),
        cmocka_unit_test(test_long_line_accepted),
        cmocka_unit_test(test_long_line_refused),
    };

    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        snprintf(names[i], sizeof names[i], "vector %u", vectors[i].number);
        tests[4 + i].name = names[i];
        tests[4 + i].test_func = test_vector;
        tests[4 + i].initial_state = (void *)(uintptr_t)&vectors[i];
    }
    assert_int_equal(ARRAY_LEN(vectors), 74);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
