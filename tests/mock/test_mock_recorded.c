/*
 * Tests of the mock against what real servers, 16.28.0 and 22.10.1, said to the same requests. Only
 * clocks, counters and the name of the dialled extension are the mock's own.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define ORIGINATE "Action: Originate\r\nAsync: true\r\nApplication: Wait\r\nData: 1\r\n"
#define UNKNOWN                                                       \
    "CallerIDNum: <unknown>\r\nCallerIDName: <unknown>\r\n"           \
    "ConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\n" \
    "Language: en\r\nAccountCode: \r\n"

static const char *const versions[] = {"16", "22"};

static const struct {
    const char *request, *reply;
} talk[] = {
    {"Action: Ping\r\nActionID: before-login-ping\r\n\r\n",
     "Response: Error\r\nActionID: before-login-ping\r\nMessage: Permission denied\r\n\r\n"},
    {"Action: Login\r\nUsername: admin\r\nSecret: secret\r\nActionID: login\r\n\r\n",
     "Response: Success\r\nActionID: login\r\nMessage: Authentication accepted\r\n\r\n"
     "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 0\r\nLastReload: 0\r\n"
     "Status: Fully Booted\r\n\r\n"},
    {"Action: Ping\r\nActionID: ping\r\n\r\n",
     "Response: Success\r\nActionID: ping\r\nPing: Pong\r\nTimestamp: 1795228800.709000\r\n\r\n"},
    {"Action: Events\r\nEventMask: call,user\r\nActionID: events-mask\r\n\r\n",
     "Response: Success\r\nActionID: events-mask\r\nEvents: On\r\n\r\n"},
    {"\r\n", "Response: Error\r\nMessage: Missing action in request\r\n\r\n"},
    {"Action: NoSuchAction\r\nActionID: unknown-action\r\n\r\n",
     "Response: Error\r\nActionID: unknown-action\r\nMessage: Invalid/unknown command: "
     "NoSuchAction. "
     "Use Action: ListCommands to show available commands.\r\n\r\n"},
    {"Action: Command\r\nCommand: nonsense here\r\nActionID: command-unknown\r\n\r\n",
     "Response: Error\r\nActionID: command-unknown\r\nMessage: Command output follows\r\n"
     "Output: No such command 'nonsense here' (type 'core show help nonsense here' for other "
     "possible commands)\r\n\r\n"},
    {"Action: Command\r\nActionID: command-missing\r\n\r\n",
     "Response: Error\r\nActionID: command-missing\r\nMessage: No command provided\r\n\r\n"},
    {"Action: Getvar\r\nVariable: NOSUCH\r\nActionID: getvar-unset\r\n\r\n",
     "Response: Success\r\nActionID: getvar-unset\r\nVariable: NOSUCH\r\nValue: \r\n\r\n"},
    {"Action: IAXnetstats\r\nActionID: iaxnetstats\r\n\r\n", "\r\n"},
    {"Action: Originate\r\nAsync: true\r\nApplication: Wait\r\nData: 1\r\n"
     "ActionID: originate-no-channel\r\n\r\n",
     "Response: Error\r\nActionID: originate-no-channel\r\n"
     "Message: Channel not specified\r\n\r\n"},
    {"Action: Hangup\r\nChannel: /^nothing$/\r\nActionID: hangup-regex-none\r\n\r\n",
     "Response: Success\r\nActionID: hangup-regex-none\r\nEventList: start\r\n"
     "Message: Channels hung up will follow\r\n\r\nEvent: ChannelsHungupListComplete\r\n"
     "ActionID: hangup-regex-none\r\nEventList: Complete\r\nListItems: 0\r\n\r\n"},
    {"Action: UserEvent\r\nUserEvent: Rig\r\nOne: 1\r\nTwo: a: b\r\nno colon here\r\n"
     "ActionID: other-client\r\n\r\n",
     "Response: Success\r\nActionID: other-client\r\nMessage: Event Sent\r\n\r\n"
     "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Rig\r\nOne: 1\r\nTwo: a: b\r\n"
     "no colon here\r\nActionID: other-client\r\n\r\n"},
    {"Action: Logoff\r\nActionID: logoff\r\n\r\n",
     "Response: Goodbye\r\nActionID: logoff\r\nMessage: Thanks for all the fish.\r\n\r\n"},
};

static void test_talk(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        ami_mock_bench_open(
            &b, &(struct ami_mock_opts){.version = versions[v], .epoch_ms = 1795228800709});
        ami_mock_bench_take(&b);
        for (size_t i = 0; i < sizeof talk / sizeof *talk; i++)
            assert_string_equal(ami_mock_bench_ask(&b, talk[i].request), talk[i].reply);
        ami_mock_bench_close(&b);
    }
}

/* These differ between the two. */
static void test_releases(void **state)
{
    struct ami_mock_bench b;
    char value[128];

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = versions[v]});
        ami_mock_bench_login(&b, LOGIN);
        ami_mock_bench_ask(&b, "Action: CoreStatus\r\n\r\n");
        assert_int_equal(
            strstr(b.got, "CoreCurrentCalls: 0\r\nCoreProcessedCalls: 0\r\n\r\n") != NULL, v == 1);
        ami_mock_bench_ask(&b, "Action: ListCommands\r\n\r\n");
        assert_non_null(strstr(b.got, "\r\nPing: Keepalive command.  (Priv: <none>)\r\n"));
        ami_mock_bench_ask(&b, ORIGINATE "Channel: Local/noanswer@test\r\nTimeout: 500\r\n\r\n");
        ami_mock_bench_wait(&b, 500);
        ami_mock_bench_value(b.got, "Event: HangupRequest", "\r\nCause: ", value);
        assert_string_equal(value, v == 0 ? "0" : "19");
        ami_mock_bench_value(b.got, "Event: Hangup\r\n", "Cause-txt: ", value);
        assert_string_equal(value, v == 0 ? "Unknown" : "User alerting, no answer");
        ami_mock_bench_close(&b);
    }
}

/* The events in short: names, and which half of a Local channel they are about. */
static const char *outline(const char *text, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    while ((text = strstr(text, "Event: "))) {
        const char *end = strstr(text, "\r\n\r\n"), *half = strstr(text, ";");
        int n = (int)strcspn(text + 7, "\r");

        assert_non_null(end);
        len += (size_t)snprintf(out + len, size - len, "%.*s%.2s ", n, text + 7,
                                half && half < end ? half : "");
        assert_true(len < size);
        text = end;
    }
    return out;
}

/* All that the manager tells of a call, in this order. */
static const struct {
    const char *number, *begin, *end;
} calls[] = {
    {"quick@test",
     "Newchannel;1 Newchannel;2 Newexten;1 LocalBridge;1 DialBegin;1 Newexten;2 Newstate;1 "
     "DialState;1 ",
     "Newexten;2 Newstate;2 Newstate;1 DialEnd;1 OriginateResponse;1 Newexten;2 "
     "SoftHangupRequest;2 HangupRequest;1 Hangup;2 Hangup;1 "},
    {"busy@test",
     "Newchannel;1 Newchannel;2 Newexten;1 LocalBridge;1 DialBegin;1 Newexten;2 Newstate;1 "
     "DialState;1 ",
     "Newexten;2 Newstate;2 DialEnd;1 OriginateResponse HangupRequest;2 Hangup;1 "
     "SoftHangupRequest;2 Hangup;2 "},
    {"noanswer@test",
     "Newchannel;1 Newchannel;2 Newexten;1 LocalBridge;1 DialBegin;1 Newexten;2 Newstate;1 "
     "DialState;1 ",
     "OriginateResponse HangupRequest;2 Hangup;1 SoftHangupRequest;2 Hangup;2 "},
    {"nosuch@test", "Newchannel;1 Newchannel;2 Newexten;1 Hangup;2 OriginateResponse Hangup;1 ",
     ""},
};

static void test_order(void **state)
{
    struct ami_mock_bench b;
    char bytes[256], found[512];

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
            ami_mock_bench_open(&b, &(struct ami_mock_opts){
                                        .version = versions[v], .answer_ms = 100, .call_ms = 100});
            ami_mock_bench_login(&b, LOGIN);
            snprintf(bytes, sizeof bytes, ORIGINATE "Timeout: 500\r\nChannel: Local/%s\r\n\r\n",
                     calls[i].number);
            ami_mock_bench_ask(&b, bytes);
            assert_string_equal(outline(b.got, found, sizeof found), calls[i].begin);
            ami_mock_bench_wait(&b, 1000);
            assert_string_equal(outline(b.got, found, sizeof found), calls[i].end);
            ami_mock_bench_close(&b);
        }
    }
}

static void test_success(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = versions[v],
                                                        .answer_ms = 100,
                                                        .call_ms = 100,
                                                        .epoch_ms = 1795228833000});
        ami_mock_bench_login(&b, LOGIN);
        ami_mock_bench_ask(&b, ORIGINATE "ActionID: o\r\nChannel: Local/answer@test\r\n"
                                         "CallerID: \"Who?\" <100>\r\n\r\n");
        ami_mock_bench_wait(&b, 200);
        /* the name is escaped in what describes a channel, and not here */
        assert_non_null(
            strstr(b.got, "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: o\r\n"
                          "Response: Success\r\nChannel: Local/answer@test-00000000;1\r\n"
                          "Application: Wait\r\nData: 1\r\nReason: 4\r\nUniqueid: 1795228833.0\r\n"
                          "CallerIDNum: 100\r\nCallerIDName: Who?\r\n\r\n"));
        assert_non_null(
            strstr(b.got, "Event: Hangup\r\nPrivilege: call,all\r\n"
                          "Channel: Local/answer@test-00000000;1\r\nChannelState: 6\r\n"
                          "ChannelStateDesc: Up\r\nCallerIDNum: 100\r\nCallerIDName: Who\\?\r\n"
                          "ConnectedLineNum: 100\r\nConnectedLineName: Who\\?\r\nLanguage: en\r\n"
                          "AccountCode: \r\nContext: test\r\nExten: answer\r\nPriority: 1\r\n"
                          "Uniqueid: 1795228833.0\r\nLinkedid: 1795228833.0\r\nCause: 16\r\n"
                          "Cause-txt: Normal Clearing\r\n\r\n"));
        ami_mock_bench_close(&b);
    }
}

/* Who is busy is the far half of the Local channel; the near one never hears why. */
static void test_failure(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        ami_mock_bench_open(
            &b, &(struct ami_mock_opts){.version = versions[v], .epoch_ms = 1795228834000});
        ami_mock_bench_login(&b, LOGIN);
        ami_mock_bench_ask(&b, ORIGINATE "ActionID: o\r\nChannel: Local/busy@test\r\n\r\n");
        assert_non_null(strstr(
            b.got, "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: o\r\n"
                   "Response: Failure\r\nChannel: Local/busy@test\r\nApplication: Wait\r\n"
                   "Data: 1\r\nReason: 5\r\nUniqueid: <unknown>\r\nCallerIDNum: <unknown>\r\n"
                   "CallerIDName: <unknown>\r\n\r\n"));
        assert_non_null(strstr(b.got, "Event: Hangup\r\nPrivilege: call,all\r\n"
                                      "Channel: Local/busy@test-00000000;1\r\n"));
        assert_non_null(strstr(b.got, "Cause: 0\r\nCause-txt: Unknown\r\n\r\n"));
        assert_non_null(
            strstr(b.got, "Event: Hangup\r\nPrivilege: call,all\r\n"
                          "Channel: Local/busy@test-00000000;2\r\nChannelState: 7\r\n"
                          "ChannelStateDesc: Busy\r\n" UNKNOWN "Context: test\r\nExten: busy\r\n"
                          "Priority: 2\r\nUniqueid: 1795228834.1\r\nLinkedid: 1795228834.0\r\n"
                          "Cause: 17\r\nCause-txt: User busy\r\n\r\n"));
        ami_mock_bench_close(&b);
    }
}

/* Hung up while it rings: by the far half, with a cause, then by the near one, without. */
static void test_hung_up_ringing(void **state)
{
    static const char *const ends[][2] = {
        {";2\r\nCause: 27", "SoftHangupRequest;2 HangupRequest;1 Hangup;2 DialEnd;1 "
                            "OriginateResponse Hangup;1 "},
        {";1",
         "DialEnd;1 OriginateResponse HangupRequest;2 Hangup;1 SoftHangupRequest;2 Hangup;2 "},
    };
    struct ami_mock_bench b;
    char bytes[256], found[512];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.answer_ms = 1000});
        ami_mock_bench_login(&b, LOGIN);
        ami_mock_bench_ask(&b, ORIGINATE "Channel: Local/ring@test\r\n\r\n");
        snprintf(bytes, sizeof bytes,
                 "Action: Hangup\r\nChannel: Local/ring@test-00000000%s\r\n\r\n", ends[i][0]);
        ami_mock_bench_ask(&b, bytes);
        assert_string_equal(outline(b.got, found, sizeof found), ends[i][1]);
        assert_non_null(strstr(b.got, i == 0
                                          ? "Cause: 27\r\nCause-txt: Destination out of order\r\n"
                                          : "Cause: 0\r\nCause-txt: Unknown\r\n"));
        ami_mock_bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talk),    cmocka_unit_test(test_releases),
        cmocka_unit_test(test_order),   cmocka_unit_test(test_success),
        cmocka_unit_test(test_failure), cmocka_unit_test(test_hung_up_ringing),
    };

    return cmocka_run_group_tests_name("mock recorded", tests, NULL, NULL);
}
