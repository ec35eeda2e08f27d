/* Tests of the mock: calls, the events that tell of them, lists and commands. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define ORIGINATE \
    "Action: Originate\r\nApplication: Wait\r\nData: 9\r\nTimeout: 5000\r\nActionID: o\r\n"

static int count(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

/* The places of these words in the text go up. */
static void assert_order(const char *text, const char *const *words)
{
    for (; *words; words++) {
        const char *at = strstr(text, *words);

        if (!at)
            fail_msg("no %s in: %s", *words, text);
        else
            text = at + 1;
    }
}

static void open_quick(struct ami_mock_bench *b, const char *version)
{
    ami_mock_bench_open(b, &(struct ami_mock_opts){.version = version, .answer_ms = 200});
    ami_mock_bench_login(b, LOGIN);
}

static void test_async_answer(void **state)
{
    const char *const ringing[] = {"Response: Success\r\nActionID: o\r\n"
                                   "Message: Originate successfully queued\r\n\r\n",
                                   "Event: Newchannel",
                                   ";1\r\n",
                                   "Event: Newchannel",
                                   ";2\r\n",
                                   "Event: LocalBridge",
                                   "Event: DialBegin",
                                   NULL};
    const char *const answered[] = {"Event: Newstate",    "Event: DialEnd",
                                    "DialStatus: ANSWER", "Event: OriginateResponse",
                                    "Event: Newexten",    NULL};
    struct ami_mock_bench b;

    (void)state;
    open_quick(&b, "16");
    ami_mock_bench_ask(&b, ORIGINATE "Async: true\r\nChannel: Local/100@default\r\n"
                                     "CallerID: \"Joe\" <12>\r\n\r\n");
    assert_order(b.got, ringing);
    assert_int_equal(ami_mock_pbx_deadline(b.pbx), 200);
    assert_string_equal(ami_mock_bench_wait(&b, 199), "");
    assert_order(ami_mock_bench_wait(&b, 200), answered);
    assert_non_null(
        strstr(b.got, "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: o\r\n"
                      "Response: Success\r\nChannel: Local/100@default-00000000;1\r\n"
                      "Application: Wait\r\nData: 9\r\nReason: 4\r\n"
                      "Uniqueid: 1700000000.0\r\nCallerIDNum: 12\r\nCallerIDName: Joe\r\n\r\n"));
    assert_int_equal(ami_mock_pbx_deadline(b.pbx), INT64_MAX);
    ami_mock_bench_close(&b);
}

/* Each outcome, asynchronous and synchronous: reason, reply and time. */
static void test_outcomes(void **state)
{
    static const struct {
        const char *channel;
        int reason, ms;
    } cases[] = {{"PJSIP/alice", 4, 200},      {"Local/busy@default", 5, 200},
                 {"PJSIP/noanswer", 3, 5000},  {"SIP/congestion", 8, 200},
                 {"Local/fail@default", 0, 0}, {"Foo/1", 0, 0}};
    struct ami_mock_bench b;
    char bytes[512], value[128];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool ok = cases[i].reason == 4;

        open_quick(&b, "22");
        snprintf(bytes, sizeof bytes, ORIGINATE "Async: 1\r\nChannel: %s\r\n\r\n",
                 cases[i].channel);
        ami_mock_bench_ask(&b, bytes);
        if (cases[i].ms) {
            assert_null(strstr(b.got, "OriginateResponse"));
            ami_mock_bench_wait(&b, cases[i].ms - 1);
            assert_null(strstr(b.got, "OriginateResponse"));
            ami_mock_bench_wait(&b, cases[i].ms);
        }
        ami_mock_bench_value(b.got, "Event: OriginateResponse", "Reason: ", value);
        assert_int_equal(value[0] - '0', cases[i].reason);
        if (!ok) {
            ami_mock_bench_value(b.got, "Event: OriginateResponse", "Channel: ", value);
            assert_string_equal(value, cases[i].channel);
            ami_mock_bench_value(b.got, "Event: OriginateResponse", "Uniqueid: ", value);
            assert_string_equal(value, "<unknown>");
        }
        /* the same again with the client waiting for it */
        snprintf(bytes, sizeof bytes, ORIGINATE "Channel: %s\r\n\r\nAction: Ping\r\n\r\n",
                 cases[i].channel);
        ami_mock_bench_ask(&b, bytes);
        if (cases[i].ms) {
            assert_string_equal(b.got, "");
            ami_mock_bench_wait(&b, 2 * cases[i].ms);
        }
        snprintf(bytes, sizeof bytes, "Response: %s\r\nActionID: o\r\nMessage: %s\r\n\r\n",
                 ok ? "Success" : "Error",
                 ok ? "Originate successfully queued" : "Originate failed");
        assert_int_equal(strncmp(b.got, bytes, strlen(bytes)), 0);
        assert_null(strstr(b.got, "OriginateResponse"));
        assert_non_null(strstr(b.got, "Ping: Pong"));
        ami_mock_bench_close(&b);
    }
}

static void test_faults(void **state)
{
    static const char *const cases[][2] = {
        {"", "Channel not specified"},
        {"Channel: Local\r\n", "Invalid channel"},
        {"Channel: Local/1\r\nPriority: x\r\n", "Invalid priority"},
        {"Channel: Local/1\r\nTimeout: x\r\n", "Invalid timeout"},
        {"Channel: Local/1\r\nContext: c\r\nExten: nosuch\r\nPriority: 1\r\n",
         "Extension does not exist."},
        {"Channel: Local/1\r\nContext: c\r\nExten: e\r\n",
         "Originate with 'Exten' requires 'Context' and 'Priority'"},
    };
    struct ami_mock_bench b;
    char bytes[512], reply[256];

    (void)state;
    open_quick(&b, "16");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(bytes, sizeof bytes, "Action: Originate\r\nActionID: 1\r\n%s\r\n", cases[i][0]);
        snprintf(reply, sizeof reply, "Response: Error\r\nActionID: 1\r\nMessage: %s\r\n\r\n",
                 cases[i][1]);
        assert_string_equal(ami_mock_bench_ask(&b, bytes), reply);
    }
    /* with Async the last mistake shows only in the outcome */
    ami_mock_bench_ask(&b, "Action: Originate\r\nAsync: true\r\nChannel: Local/1\r\nContext: c\r\n"
                           "Exten: e\r\n\r\n");
    assert_non_null(strstr(b.got, "Originate successfully queued"));
    assert_non_null(strstr(b.got, "Response: Failure\r\n"));
    ami_mock_bench_close(&b);
}

/* Several variables in a header, and the ways to keep commas. */
static void test_variables(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    open_quick(&b, "16");
    ami_mock_bench_ask(&b, ORIGINATE "Async: y\r\nChannel: PJSIP/a\r\nVariable: a=1,b=2\r\n"
                                     "Variable: c=\"x,y\",d=p\\,q,e=F(1,2),a=9\r\n\r\n");
    ami_mock_bench_wait(&b, 200);
    ami_mock_bench_ask(&b, "Action: Status\r\nAllVariables: yes\r\nVariables: a,none\r\n\r\n");
    assert_non_null(strstr(b.got, "Variable: a=1\r\nVariable: none=(null)\r\nVariable: a=1\r\n"
                                  "Variable: b=2\r\nVariable: c=x,y\r\nVariable: d=p,q\r\n"
                                  "Variable: e=F(1,2)\r\n\r\n"));
    ami_mock_bench_ask(&b, "Action: Getvar\r\nChannel: PJSIP/a-00000000\r\nVariable: d\r\n\r\n");
    assert_string_equal(b.got, "Response: Success\r\nVariable: d\r\nValue: p,q\r\n\r\n");
    ami_mock_bench_close(&b);
}

static void test_hangup(void **state)
{
    struct ami_mock_bench b;
    const char *const single[] = {"Message: Channel Hungup", "Event: Hangup",
                                  "Channel: PJSIP/alice-00000000", "Cause: 16\r\n", NULL};
    const char *const local[] = {"Requested Hangup",
                                 "Event: SoftHangupRequest",
                                 ";1\r\n",
                                 "Cause: 32\r\n",
                                 "Event: HangupRequest",
                                 ";2\r\n",
                                 "Event: Hangup\r\n",
                                 ";1\r\n",
                                 "Event: Hangup\r\n",
                                 ";2\r\n",
                                 NULL};

    (void)state;
    open_quick(&b, "22");
    for (int i = 0; i < 3; i++)
        ami_mock_bench_ask(&b, ORIGINATE "Async: true\r\nChannel: PJSIP/alice\r\n\r\n");
    ami_mock_bench_wait(&b, 200);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Hangup\r\nChannel: x\r\n\r\n"),
                        "Response: Error\r\nMessage: No such channel\r\n\r\n");
    ami_mock_bench_ask(&b, "Action: Hangup\r\nChannel: PJSIP/alice-00000000\r\nCause: 16\r\n\r\n");
    assert_order(b.got, single);
    ami_mock_bench_ask(&b, "Action: Hangup\r\nActionID: h\r\nChannel: /^PJSIP\\/al/\r\n\r\n");
    assert_int_equal(count(b.got, "Event: ChannelHungup\r\n"), 2);
    assert_non_null(strstr(b.got, "Channel: PJSIP/alice-00000002\r\nActionID: h\r\n\r\n"));
    assert_non_null(strstr(b.got, "Event: ChannelsHungupListComplete\r\nActionID: h\r\n"
                                  "EventList: Complete\r\nListItems: 2\r\n\r\n"));
    assert_int_equal(count(b.got, "Event: Hangup\r\n"), 2);
    ami_mock_bench_ask(&b, "Action: Hangup\r\nChannel: /x/\r\n\r\n");
    assert_non_null(strstr(b.got, "ListItems: 0\r\n"));
    ami_mock_bench_ask(&b, "Action: Hangup\r\nChannel: /x\r\n\r\n");
    assert_non_null(strstr(b.got, "Regex format invalid"));
    ami_mock_bench_ask(&b, "Action: Hangup\r\nChannel: /(/\r\n\r\n");
    assert_non_null(strstr(b.got, "Regex compile failed on: /(/"));
    /* one half of a Local channel takes the other along */
    ami_mock_bench_ask(&b, ORIGINATE "Async: true\r\nChannel: Local/1\r\n\r\n");
    ami_mock_bench_wait(&b, 400);
    ami_mock_bench_ask(&b, "Action: Command\r\n"
                           "Command: channel request hangup Local/1@default-00000003;1\r\n\r\n");
    assert_order(b.got, local);
    /* a call that still rings fails */
    ami_mock_bench_ask(&b,
                       ORIGINATE "Async: true\r\nChannel: Local/1\r\n\r\n"
                                 "Action: Hangup\r\nChannel: Local/1@default-00000004;1\r\n\r\n");
    assert_non_null(strstr(b.got, "Reason: 0\r\n"));
    ami_mock_bench_close(&b);
}

static void test_lists(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    open_quick(&b, "22");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Status\r\nActionID: 10\r\n\r\n"),
                        "Response: Success\r\nActionID: 10\r\nEventList: start\r\n"
                        "Message: Channel status will follow\r\n\r\nEvent: StatusComplete\r\n"
                        "ActionID: 10\r\nEventList: Complete\r\nListItems: 0\r\nItems: 0\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Status\r\nChannel: x\r\n\r\n"),
                        "Response: Error\r\nMessage: No such channel\r\n\r\n");
    ami_mock_bench_ask(&b, ORIGINATE "Async: true\r\nChannel: Local/1\r\n\r\n");
    ami_mock_bench_ask(&b, "Action: CoreShowChannels\r\nActionID: c\r\n\r\n");
    assert_int_equal(count(b.got, "Event: CoreShowChannel\r\nActionID: c\r\nChannel: Local/1@"), 2);
    assert_non_null(strstr(b.got, "ListItems: 2\r\n"));
    ami_mock_bench_ask(&b, "Action: QueueStatus\r\nActionID: q\r\n\r\n");
    assert_int_equal(count(b.got, "\r\nActionID: q\r\n\r\nEvent: "), 6);
    assert_non_null(strstr(b.got, "ListItems: 6\r\n"));
    ami_mock_bench_ask(&b, "Action: QueueStatus\r\nQueue: support\r\nMember: x\r\n\r\n");
    assert_non_null(strstr(b.got, "ListItems: 1\r\n"));
    assert_string_equal(ami_mock_bench_ask(&b, "Action: IAXnetstats\r\nActionID: i\r\n\r\n"),
                        "\r\n");
    ami_mock_bench_ask(&b, ORIGINATE "Async: true\r\nChannel: IAX2/a\r\n\r\n");
    ami_mock_bench_ask(&b, "Action: IAXnetstats\r\n\r\n");
    assert_non_null(strstr(b.got, "Rx:ACK\n\r\n"));
    ami_mock_bench_close(&b);
    /* before 13.2 a list has no EventList, in 1.4 no count either */
    open_quick(&b, "11");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Status\r\n\r\n"),
                        "Response: Success\r\nMessage: Channel status will follow\r\n\r\n"
                        "Event: StatusComplete\r\nItems: 0\r\n\r\n");
    ami_mock_bench_close(&b);
}

static void test_commands(void **state)
{
    struct ami_mock_bench b;
    const char bad[] = "Action: Command\r\nActionID: 8\r\nCommand: x\r\n\r\n";
    const char good[] = "Action: Command\r\nActionID: 9\r\nCommand: Core  show uptime\r\n\r\n";

    (void)state;
    open_quick(&b, "16");
    ami_mock_bench_wait(&b, 3661000);
    assert_string_equal(ami_mock_bench_ask(&b, bad),
                        "Response: Error\r\nActionID: 8\r\nMessage: Command output follows\r\n"
                        "Output: No such command 'x' (type 'core show help x' for other possible "
                        "commands)\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, good),
                        "Response: Success\r\nActionID: 9\r\nMessage: Command output follows\r\n"
                        "Output: System uptime: 1 hour, 1 minute, 1 second\r\n"
                        "Output: Last reload: 1 hour, 1 minute, 1 second\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Command\r\n\r\n"),
                        "Response: Error\r\nMessage: No command provided\r\n\r\n");
    assert_string_equal(
        ami_mock_bench_ask(&b, "Action: Command\r\nCommand: module  load x\r\n\r\n"),
        "Response: Error\r\nMessage: Command blacklisted\r\n\r\n");
    ami_mock_bench_close(&b);
    open_quick(&b, "13");
    assert_string_equal(ami_mock_bench_ask(&b, bad),
                        "Response: Follows\r\nPrivilege: Command\r\nActionID: 8\r\n"
                        "No such command 'x' (type 'core show help x' for other possible "
                        "commands)\n--END COMMAND--\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, good),
                        "Response: Follows\r\nPrivilege: Command\r\nActionID: 9\r\n"
                        "System uptime: 0 seconds\nLast reload: 0 seconds\n--END COMMAND--\r\n"
                        "\r\n");
    ami_mock_bench_close(&b);
}

/* Fixed buffers cut long ActionIDs of items, which then run into the next line. */
static void test_long_ids(void **state)
{
    struct ami_mock_bench b;
    char id[256], bytes[512];

    (void)state;
    open_quick(&b, "22");
    for (int len = 243; len <= 245; len++) {
        memset(id, 'i', sizeof id);
        id[len] = '\0';
        snprintf(bytes, sizeof bytes, "Action: QueueStatus\r\nActionID: %s\r\n\r\n", id);
        ami_mock_bench_ask(&b, bytes);
        assert_int_equal(count(b.got, len == 243   ? "iii\r\n\r\nEvent: Queue"
                                      : len == 244 ? "iii\r\r\nEvent: Queue"
                                                   : "iii\r\nEvent: Queue"),
                         6);
    }
    ami_mock_bench_close(&b);
}

/* All releases give the same bytes, however the input is cut. */
static void test_pieces(void **state)
{
    static const char *const versions[] = {"1.0", "1.4", "1.8", "11", "13.0", "13.38", "16", "22"};
    static const char script[] = LOGIN ORIGINATE
        "Async: true\r\nChannel: Local/1\r\n\r\n" ORIGINATE "Channel: PJSIP/busy\r\n\r\n"
        "Action: Status\r\n\r\nAction: UserEvent\r\nUserEvent: u\r\n\r\nAction: Hangup\r\n"
        "Channel: /Local/\r\n\r\nAction: CoreShowChannels\r\n\r\n\r\nAction: QueueStatus\r\n\r\n"
        "Action: Command\r\nCommand: core show channels\r\n\r\nAction: Agents\r\n\r\n"
        "Action: IAXpeers\r\n\r\nAction: SKINNYdevices\r\n\r\nAction: DBGetTree\r\n\r\nAction: "
        "Logoff\r\n\r\nAction: Ping";
    static char whole[65536];
    struct ami_mock_bench b;

    (void)state;
    for (size_t v = 0; v < sizeof versions / sizeof *versions; v++) {
        for (size_t piece = 0; piece < 9; piece++) {
            ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = versions[v]});
            b.piece = piece ? piece : sizeof script;
            ami_mock_bench_ask(&b, script);
            assert_true(ami_mock_link_closed(b.link));
            if (piece == 0)
                strcpy(whole, b.got);
            assert_string_equal(b.got, whole);
            ami_mock_bench_close(&b);
        }
    }
}

/* A client that leaves in the middle of a call that it waits for; and a call that ends by itself.
 */
static void test_ends(void **state)
{
    struct ami_mock_bench b;
    ami_mock_link *watcher;

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.answer_ms = 100, .call_ms = 1000});
    ami_mock_bench_login(&b, LOGIN);
    watcher = ami_mock_link_new(b.pbx, 0);
    ami_mock_link_feed(watcher, LOGIN, strlen(LOGIN), 0);
    ami_mock_bench_ask(&b, ORIGINATE "Channel: Local/1\r\n\r\n");
    ami_mock_link_free(b.link);
    ami_mock_pbx_tick(b.pbx, 5000);
    assert_int_equal(count(ami_mock_bench_take_from(&b, watcher), "Event: Hangup\r\n"), 2);
    assert_int_equal(count(b.got, "Cause-txt: Normal Clearing\r\n"), 2);
    ami_mock_bench_close(&b);
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.demo = true});
    ami_mock_bench_login(&b, LOGIN);
    assert_true(count(ami_mock_bench_wait(&b, 4000), "Event: OriginateResponse\r\n") >= 4);
    ami_mock_bench_close(&b);
}

/* Before 12 a call that failed was taken down before its outcome was told. */
static void test_old_failure(void **state)
{
    const char *const order[] = {"AppData: 5\r\n",    "ChannelStateDesc: Busy\r\n",
                                 "Event: Hangup\r\n", "Cause: 17\r\n",
                                 "Event: Hangup\r\n", "Cause: 17\r\n",
                                 "OriginateResponse", NULL};
    struct ami_mock_bench b;

    (void)state;
    open_quick(&b, "11");
    ami_mock_bench_ask(&b, ORIGINATE "Async: true\r\nChannel: Local/busy@x\r\n\r\n");
    assert_order(ami_mock_bench_wait(&b, 200), order);
    ami_mock_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_async_answer), cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_faults),       cmocka_unit_test(test_variables),
        cmocka_unit_test(test_hangup),       cmocka_unit_test(test_lists),
        cmocka_unit_test(test_commands),     cmocka_unit_test(test_long_ids),
        cmocka_unit_test(test_pieces),       cmocka_unit_test(test_ends),
        cmocka_unit_test(test_old_failure),
    };

    return cmocka_run_group_tests_name("mock calls", tests, NULL, NULL);
}
