/* Tests of the mock: the actions that answer in odd ways, byte by byte. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define OK          "Response: Success\r\nActionID: 1\r\n"
#define LIST        OK "EventList: start\r\nMessage: "
#define END(n)      "EventList: Complete\r\nListItems: " #n "\r\n"
#define BAD(why)    "Response: Error\r\nActionID: 1\r\nMessage: " why "\r\n\r\n"
#define ASK(action) "Action: " action "\r\nActionID: 1\r\n"
#define DB          "Family: f\r\nKey: k\r\n"
#define DB_ITEM     "Event: DBGetResponse\r\n" DB "Val: v\r\nActionID: 1\r\n\r\n"
#define DB_ASK      "Action: DBPut\r\nActionID: 1\r\n" DB "Val: v\r\n\r\n" ASK("DBGet") DB "\r\n"
#define DB_PUT      OK "Message: Updated database successfully\r\n\r\n"
#define DB_TREE     LIST "Result will follow\r\n\r\nEvent: DBGetTreeComplete\r\nActionID: 1\r\n"
#define DEVICE(n)                                                                            \
    "Event: DeviceEntry\r\nActionID: 1\r\nChanneltype: SKINNY\r\nObjectName: phone" n "\r\n" \
    "ChannelObjectType: device\r\nDeviceId: SEP0007EB46310" n "\r\nIPaddress: -none-\r\n"    \
    "Type: No Device\r\nDevicestatus: unregistered\r\nNumberOfLines: 1\r\n"
#define FOLLOWS   "Response: Follows\r\nPrivilege: Command\r\nActionID: 1\r\n"
#define END_MARK  "--END COMMAND--\r\n\r\n"
#define OUTPUT(s) "Response: " s "\r\nActionID: 1\r\nMessage: Command output follows\r\nOutput: "
#define WAIT_OVER "Event: WaitEventComplete\r\nActionID: w\r\n\r\n"
#define TALKS     "Response: Success\r\nActionID: w\r\nMessage: Waiting for Event completed.\r\n\r\n"

/* Each on a new mock. */
static const struct {
    const char *version;
    bool empty;
    const char *ask, *reply;
} cases[] = {
    /* the item is the end of the list, then a list without EventList, then one with it */
    {"1.4", false, DB_ASK, DB_PUT OK "Message: Result will follow\r\n\r\n" DB_ITEM},
    {"1.8", false, DB_ASK,
     DB_PUT OK "Message: Result will follow\r\n\r\n" DB_ITEM
               "Event: DBGetComplete\r\nActionID: 1\r\n\r\n"},
    {"13.38", false, DB_ASK,
     DB_PUT LIST "Result will follow\r\n\r\n" DB_ITEM
                 "Event: DBGetComplete\r\nActionID: 1\r\n" END(1) "\r\n"},
    {"22", false, ASK("DBGet") DB "\r\n", BAD("Database entry not found")},
    {"22", false, ASK("DBGet") "Family: f\r\n\r\n", BAD("No key specified.")},
    /* 16 counts to one in any case */
    {"16", false, ASK("DBGetTree") "\r\n", DB_TREE END(1) "\r\n"},
    {"22", false, ASK("DBGetTree") "\r\n", DB_TREE END(0) "\r\n"},
    /* a bare LF ends a line */
    {"16", true, ASK("Agents") "\r\n",
     LIST "Agents will follow\r\n\r\nEvent: AgentsComplete\r\nActionID: 1\r\n" END(0) "\r\n"},
    /* no blank line between the items */
    {"16", false, ASK("SKINNYdevices") "\r\n",
     LIST "Device status list will follow\r\n\r\n" DEVICE("1")
         DEVICE("2") "Event: DevicelistComplete\r\nActionID: 1\r\n" END(2) "\r\n"},
    {"1.8", false, ASK("SKINNYdevices") "\r\n",
     LIST "Device status list will follow\r\n\r\n" DEVICE("1")
         DEVICE("2") "Event: DevicelistComplete\r\n" END(2) "ActionID: 1\r\n\r\n"},
    {"16", false, ASK("SKINNYshowdevice") "Device: x\r\n\r\n", "\r\n\r\n"},
    {"16", false, ASK("SKINNYshowline") "\r\n", BAD("Line: <name> missing.")},
    /* plain Success, an Error */
    {"1.8", true, ASK("VoicemailUsersList") "\r\n",
     OK "Message: There are no voicemail users currently defined.\r\n\r\n"},
    {"22", true, ASK("VoicemailUsersList") "\r\n",
     OK "Message: There are no voicemail users currently defined.\r\n\r\n"},
    {"22", true, ASK("PJSIPShowEndpoints") "\r\n", BAD("No endpoints found\n")},
    /* an Error in the middle, and at the end */
    {"22", false, ASK("PJSIPShowEndpoint") "Endpoint: broken\r\n\r\n",
     LIST
     "Following are Events for each object associated with the Endpoint\r\n\r\n"
     "Event: EndpointDetail\r\nActionID: 1\r\nObjectType: endpoint\r\nObjectName: broken\r\n"
     "Context: default\r\nAors: broken\r\nAuth: broken\r\nDeviceState: Unavailable\r\n\r\n" BAD(
         "Unable to format endpoint broken\n") "Event: EndpointDetailComplete\r\n"
                                               "ActionID: 1\r\n" END(1) "\r\n"},
    {"16", false, ASK("PJSIPShowEndpoint") "Endpoint: x\r\n\r\n",
     BAD("Unable to retrieve endpoint x\n")},
    {"16", false, ASK("ShowDialPlan") "Context: c\r\nExtension: 9nosuch\r\n\r\n",
     LIST
     "DialPlan list will follow\r\n\r\nEvent: ListDialplan\r\nActionID: 1\r\nContext: c\r\n"
     "IgnorePattern: 9\r\nRegistrar: pbx_config\r\n\r\n" BAD("Did not find extension 9nosuch@c")},
    {"16", false, ASK("ShowDialPlan") "Context: c\r\nExtension: nosuch\r\n\r\n",
     BAD("Did not find extension nosuch@c")},
    /* raw ones */
    {"22", false, ASK("IAXnetstats") "\r\n", "\r\n"},
    {"1.0", true, ASK("IAX1peers") "\r\n",
     "Name/Username    Host                 Mask             Port      Status    \n\r\n"},
    {"1.0", true, ASK("Queues") "\r\n", "No queues.\n"},
    {"1.4", true, ASK("Queues") "\r\n", "No queues.\r\n\r\n\r\n"},
    {"13.38", true, ASK("Queues") "\r\n", "No queues.\r\n\r\n\r\n"},
    {"1.8", false, ASK("QueueRule") "\r\n",
     OK "RuleList: slowly\r\nRule: 10,+1,0\r\nRule: 20,+0,5\r\n\r\n\r\n"},
    {"11", false, ASK("DataGet") "Path: /x\r\n\r\n",
     "Event: DataGet Tree\r\nActionID: 1\r\n1-version.string: 11.25.3\r\n"
     "1-version.number: 110\r\n\r\n"},
    {"16", false, ASK("DataGet") "Path: /x\r\n\r\n",
     BAD("Invalid/unknown command: DataGet. Use Action: ListCommands to show available "
         "commands.")},
    /* two Responses and three */
    {"1.4", false, ASK("JabberSend") "Jabber: j\r\nScreenName: x\r\nMessage: m\r\n\r\n",
     OK "Message: Attempting to send Jabber Message\r\n\r\n"
        "Response: Failure\r\nActionID: 1\r\n\r\n"},
    {"13.0", false, ASK("JabberSend") "Jabber: j\r\nScreenName: x\r\nMessage: m\r\n\r\n",
     OK "Message: Attempting to send Jabber Message\r\n\r\n"
        "Response: Error\r\nActionID: 1\r\n\r\n"},
    {"16", false, ASK("JabberSend") "Jabber: j\r\nScreenName: x@y\r\nMessage: m\r\n\r\n",
     OK "Message: Attempting to send Jabber Message\r\n\r\n" OK "\r\n"},
    {"16", false, ASK("ModuleLoad") "\r\n",
     BAD("Incomplete ModuleLoad action.") BAD("Need module name")
         BAD("Incomplete ModuleLoad action.")},
    {"1.8", false, ASK("ModuleLoad") "Module: x\r\n\r\n",
     BAD("Incomplete ModuleLoad action.") BAD("Incomplete ModuleLoad action.")},
    {"22", false, ASK("ModuleLoad") "LoadType: load\r\n\r\n",
     BAD("Need module name") BAD("Could not load module.")},
    /* the word Start, and deferred events */
    {"22", true, ASK("FAXSessions") "\r\n",
     OK "EventList: Start\r\nMessage: FAXSessionsEntry event list will follow\r\n\r\n"
        "Event: FAXSessionsComplete\r\nActionID: 1\r\n" END(0) "Total: 0\r\n\r\n"},
    {"13.0", true, ASK("FAXSessions") "\r\n",
     OK "EventList: Start\r\nMessage: FAXSessionsEntry event list will follow\r\n\r\n"
        "Event: FAXSessionsComplete\r\nActionID: 1\r\nEventList: Complete\r\nTotal: 0\r\n\r\n"},
    {"16", true, ASK("FAXStats") "\r\n",
     OK "Message: FAXStats event will follow\r\n\r\nEvent: FAXStats\r\nActionID: 1\r\n"
        "CurrentSessions: 0\r\nReservedSessions: 0\r\nTransmitAttempts: 0\r\n"
        "ReceiveAttempts: 0\r\nCompletedFAXes: 0\r\nFailedFAXes: 0\r\n\r\n"},
    {"16", false, ASK("FAXSession") "SessionNumber: 2\r\n\r\n",
     OK "Message: FAXSession event will follow\r\n\r\n"},
    {"16", false, ASK("FAXSession") "SessionNumber: 3\r\n\r\n", BAD("Session not found")},
    {"16", false, ASK("SIPqualifypeer") "Peer: alice\r\n\r\n",
     OK "Message: SIP peer found - will qualify\r\n\r\nEvent: SIPQualifyPeerDone\r\n"
        "Privilege: call,all\r\nPeer: alice\r\nActionID: 1\r\n\r\n"},
    {"11", false, ASK("SIPqualifypeer") "Peer: alice\r\n\r\n", "\r\n\r\n"},
    /* the forms of Command */
    {"13.0", false, ASK("Command") "Command: logger rotate\r\n\r\n", FOLLOWS END_MARK},
    {"16", false, ASK("Command") "Command: logger rotate\r\n\r\n", OUTPUT("Success") "\r\n\r\n"},
    {"1.4", false, ASK("Command") "Command: mock glued\r\n\r\n", FOLLOWS "first\nlast" END_MARK},
    {"11", false, ASK("Command") "Command: manager show eventq\r\n\r\n",
     FOLLOWS "Usecount: 1\nCategory: 2\nEvent:\nEvent: DeviceStateChange\r\nPrivilege: call,all\r\n"
             "Device: Local/100@default\r\nState: NOT_INUSE\r\n\r\n" END_MARK},
    {"22", false, ASK("Command") "Command: manager show eventq\r\n\r\n",
     OUTPUT("Success") "Usecount: 1\r\nOutput: Category: 2\r\nOutput: Event:\r\n"
                       "Output: Event: DeviceStateChange\r\r\nOutput: Privilege: call,all\r\r\n"
                       "Output: Device: Local/100@default\r\r\nOutput: State: NOT_INUSE\r\r\n"
                       "Output: \r\r\n\r\n"},
    {"22", false, ASK("Command") "Command: core show application Wait\r\n\r\n",
     OUTPUT("Success") "\r\nOutput:   -= Info about application 'Wait' =- \r\nOutput: \r\n"
                       "Output: [Synopsis]\r\nOutput: Not available\r\nOutput: \r\n"
                       "Output: [See Also]\r\nOutput: Not available\r\nOutput: \r\n\r\n"},
    {"16", false, ASK("Command") "Command: channel redirect x y\r\n\r\n",
     OUTPUT("Error") "Channel 'x' not found\r\n"
                     "Output: Command 'channel redirect x y' failed.\r\n\r\n"},
    {"1.0", false, ASK("Command") "\r\n", "Response: Follows\r\nActionID: 1\r\n" END_MARK},
};

static void test_cases(void **state)
{
    struct ami_mock_bench b;
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ami_mock_bench_open(
            &b, &(struct ami_mock_opts){.version = cases[i].version, .empty = cases[i].empty});
        ami_mock_bench_login(&b, LOGIN);
        if (strcmp(ami_mock_bench_ask(&b, cases[i].ask), cases[i].reply) != 0) {
            print_error("%s: %s%s\ninstead of\n%s\n", cases[i].version, cases[i].ask, b.got,
                        cases[i].reply);
            wrong++;
        }
        ami_mock_bench_close(&b);
    }
    assert_int_equal(wrong, 0);
}

static void test_items(void **state)
{
    static const struct {
        const char *version, *ask, *part;
    } items[] = {
        {"22", ASK("Agents") "\r\n", "CallStarted: 1700000000\nLoggedInTime: 1699990000\r\n"},
        {"11", ASK("Agents") "\r\n", "TalkingToChan: SIP/trunk-00000002\r\nActionID: 1\r\n\r\n"},
        {"1.0", ASK("ParkedCalls") "\r\n",
         "Event: ParkedCall\r\nExten: 701\r\nChannel: SIP/parked-00000003\r\nTimeout: 40\r\n"
         "CallerID: \"Waiting Caller\" <5551234>\r\nActionID: 1\r\n\r\n"
         "Event: ParkedCallsComplete\r\nActionID: 1\r\n\r\n"},
        {"1.8", ASK("ParkedCalls") "\r\n",
         "Event: ParkedCallsComplete\r\nTotal: 1\r\nActionID: 1\r\n\r\n"},
        {"16", ASK("ParkedCalls") "\r\n", "ParkeeChannel: SIP/parked-00000003\r\n"},
        {"16", ASK("ParkedCalls") "\r\n", END(1) "Total: 1\r\n\r\n"},
        {"1.8", ASK("VoicemailUsersList") "\r\n",
         "\r\n\r\nActionID: 1\r\nEvent: VoicemailUserEntry"},
        {"1.8", ASK("IAXpeers") "\r\n", "Event: PeerEntry\r\nChanneltype: IAX2\r\n"},
        {"22", ASK("IAXpeers") "\r\n", "IPaddress: (null)\r\nIPport: (null)\r\n"},
        {"13.0", ASK("IAXpeerlist") "\r\n",
         "PeerlistComplete\r\nActionID: 1\r\nListItems: 2\r\n\r\n"},
        {"1.8", ASK("QueueStatus") "\r\n", "Location: PJSIP/alice\r\nMembership: static\r\n"},
        {"11", ASK("QueueStatus") "\r\n", "IsInCall: 0\r\nStatus: 1\r\n"},
        {"1.0", ASK("QueueStatus") "\r\n",
         "QueueMember\r\nQueue: sales\r\nLocation: PJSIP/alice\r\n"},
        {"1.0", ASK("Queues") "\r\n", "C:22, A:2, SL:90.9% within 60s\n   Members: \n"},
        {"1.8", ASK("Queues") "\r\n", "   No Callers\r\n\r\n\r\n\r\n"},
        {"16", ASK("SKINNYshowdevice") "Device: phone1\r\n\r\n",
         "ServiceURLs:  1\r\n  News (http://192.0.2.1/news)\r\n\r\n\r\n"},
        {"16", ASK("SKINNYshowline") "Line: line1\r\n\r\n", "Codecs: (ulaw|alaw)\r\n\r\n\r\n\r\n"},
        {"13.0", ASK("PJSIPShowEndpoint") "Endpoint: alice\r\n\r\n", "with the the Endpoint\r\n"},
        {"16", ASK("PJSIPShowEndpoint") "Endpoint: PJSIP/alice\r\n\r\n", END(4)},
        {"13.0", ASK("ShowDialPlan") "\r\n",
         END(3) "ListExtensions: 1\r\nListPriorities: 2\r\n"
                "ListContexts: 1\r\nActionID: 1\r\n\r\n"},
        {"16", ASK("FAXSession") "SessionNumber: 1\r\n\r\n",
         "Event: FAXSession\r\nActionID: 1\r\nSessionNumber: 1\r\n"},
        {"16", ASK("Command") "Command: core show application\r\n\r\n", "Response: Error"},
    };
    struct ami_mock_bench b;

    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = items[i].version});
        ami_mock_bench_login(&b, QUIET);
        if (!strstr(ami_mock_bench_ask(&b, items[i].ask), items[i].part))
            fail_msg("%s: %s lacks %s", items[i].version, b.got, items[i].part);
        ami_mock_bench_close(&b);
    }
}

/* Lists of channels: cut off by an Error, and an advice of charge with an Error before its reply.
 */
static void test_with_channels(void **state)
{
    static const char call[] = "Action: Originate\r\nApplication: Wait\r\nChannel: SIP/";
    struct ami_mock_bench b;
    char bytes[256];

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){0});
    ami_mock_bench_login(&b, QUIET);
    snprintf(bytes, sizeof bytes, "%sa\r\n\r\n%sbroken\r\n\r\n", call, call);
    ami_mock_bench_ask(&b, bytes);
    assert_string_equal(
        ami_mock_bench_ask(&b, ASK("CoreShowChannelMap") "Channel: SIP/broken-00000001\r\n\r\n"),
        LIST "Channel map will follow\r\n\r\n" BAD("Could not complete channel map\n"));
    assert_string_equal(
        ami_mock_bench_ask(&b, ASK("CoreShowChannelMap") "Channel: SIP/a-00000000\r\n\r\n"), LIST
        "Channel map will follow\r\n\r\nEvent: CoreShowChannelMapComplete\r\nActionID: 1\r\n" END(
            0) "\r\n");
    assert_string_equal(
        ami_mock_bench_ask(&b, ASK("AOCMessage") "Channel: SIP/a-00000000\r\nMsgType: S\r\n"
                                                 "Granularity: 1\r\n\r\n"),
        BAD("Invalid GranularityTimeScale, GranularityTimeScale is a required when Granularity is "
            "specified") OK "Message: AOC Message successfully queued on channel\r\n\r\n");
    ami_mock_bench_close(&b);
}

/* The session that orders it gets no word, and all sessions end. */
static void test_restart(void **state)
{
    struct ami_mock_bench b;
    ami_mock_link *other;

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){0});
    ami_mock_bench_login(&b, LOGIN);
    other = ami_mock_link_new(b.pbx, 0);
    ami_mock_link_feed(other, LOGIN, strlen(LOGIN), 0);
    ami_mock_bench_take_from(&b, other);
    ami_mock_bench_ask(&b, "Action: Originate\r\nChannel: SIP/a\r\nApplication: Wait\r\n\r\n");
    ami_mock_bench_take_from(&b, other);
    assert_string_equal(ami_mock_bench_ask(&b, ASK("Command") "Command: core restart now\r\n\r\n"
                                                              "Action: Ping\r\n\r\n"),
                        "");
    assert_true(ami_mock_link_closed(b.link));
    assert_string_equal(ami_mock_bench_take_from(&b, other),
                        "Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Uncleanly\r\n"
                        "Restart: True\r\n\r\n");
    assert_true(ami_mock_link_closed(other));
    other = ami_mock_link_new(b.pbx, 0);
    ami_mock_link_feed(other, QUIET, strlen(QUIET), 0);
    ami_mock_link_feed(other, "Action: CoreShowChannels\r\n\r\n", 28, 0);
    assert_non_null(strstr(ami_mock_bench_take_from(&b, other), "ListItems: 0\r\n"));
    ami_mock_bench_close(&b);
}

/* A session that waits for its call gets no events meanwhile, but in the first release. */
static void test_blocked(void **state)
{
    static const char *const versions[] = {"1.0", "1.4", "22"};
    struct ami_mock_bench b;

    (void)state;
    for (size_t v = 0; v < 3; v++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = versions[v], .answer_ms = 100});
        ami_mock_bench_login(&b, LOGIN);
        ami_mock_bench_ask(&b, ASK("Originate") "Channel: SIP/a\r\nApplication: Wait\r\n\r\n"
                                                "Action: Ping\r\n\r\n");
        if (v > 0)
            assert_string_equal(b.got, "");
        else
            assert_non_null(strstr(b.got, "\r\nState: Ringing\r\n"));
        ami_mock_bench_wait(&b, 100);
        assert_non_null(strstr(b.got, OK "Message: Originate successfully queued\r\n\r\n"));
        assert_null(strstr(b.got, "OriginateResponse"));
        assert_non_null(strstr(b.got, "Pong"));
        ami_mock_bench_close(&b);
    }
}

static void test_wait_event(void **state)
{
    static const char wait[] = "Action: WaitEvent\r\nActionID: w\r\nTimeout: 2\r\n\r\n";
    static const char event[] = "Action: UserEvent\r\nUserEvent: u\r\n\r\n";
    struct ami_mock_bench b;
    ami_mock_link *other;

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){0});
    ami_mock_bench_login(&b, LOGIN);
    other = ami_mock_link_new(b.pbx, 0);
    ami_mock_link_feed(other, LOGIN, strlen(LOGIN), 0);
    /* time passes; an action that was read with it does not wake it, and waits */
    ami_mock_bench_ask(&b, "Action: WaitEvent\r\nActionID: w\r\nTimeout: 2\r\n\r\n"
                           "Action: Events\r\nEventMask: user\r\n\r\n");
    assert_string_equal(b.got, "");
    assert_string_equal(ami_mock_bench_wait(&b, 1999), "");
    assert_string_equal(ami_mock_bench_wait(&b, 2000),
                        TALKS WAIT_OVER "Response: Success\r\nEvents: On\r\n\r\n");
    /* an event of another session */
    assert_string_equal(ami_mock_bench_ask(&b, wait), "");
    ami_mock_link_feed(other, event, strlen(event), 2000);
    assert_string_equal(
        ami_mock_bench_take(&b),
        TALKS "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: u\r\n\r\n" WAIT_OVER);
    /* a byte of the client */
    assert_string_equal(ami_mock_bench_ask(&b, wait), "");
    assert_string_equal(ami_mock_bench_ask(&b, "A"), TALKS WAIT_OVER);
    ami_mock_bench_close(&b);
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = "1.4"});
    ami_mock_bench_login(&b, LOGIN);
    ami_mock_bench_ask(&b, wait);
    assert_string_equal(
        ami_mock_bench_wait(&b, 2000),
        "Response: Success\r\nActionID: w\r\nMessage: Waiting for Event...\r\n\r\n" WAIT_OVER);
    ami_mock_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),         cmocka_unit_test(test_items),
        cmocka_unit_test(test_with_channels), cmocka_unit_test(test_restart),
        cmocka_unit_test(test_blocked),       cmocka_unit_test(test_wait_event),
    };

    return cmocka_run_group_tests_name("mock replies", tests, NULL, NULL);
}
