/* Tests of the mock: what differs between the releases of Asterisk that it plays, byte by byte. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK       "Response: Success\r\nActionID: 1\r\n"
#define BAD(why) "Response: Error\r\nActionID: 1\r\nMessage: " why "\r\n\r\n"
#define UNKNOWN(name) \
    BAD("Invalid/unknown command: " name ". Use Action: ListCommands to show available commands.")
#define ASK(action) "Action: " action "\r\nActionID: 1\r\n"
#define OF_CALL     "Channel: SIP/a-00000000\r\n"
#define PONG        OK "Ping: Pong\r\nTimestamp: 1700000000.000000\r\n\r\n"
#define RAW(output) \
    "Response: Follows\r\nPrivilege: Command\r\nActionID: 1\r\n" output "--END COMMAND--\r\n\r\n"
#define ACCEPTED      OK "Message: Authentication accepted\r\n\r\n"
#define BOOTED        "Event: FullyBooted\r\nPrivilege: system,all\r\n"
#define BOOTED_END    "Status: Fully Booted\r\n\r\n"
#define BOOTED_SINCE  "Uptime: 0\r\nLastReload: 0\r\n"
#define FOLLOWS(what) "Message: " what " will follow\r\n\r\n"
#define QUEUES_OLD    OK FOLLOWS("Queue status")
#define MARKED        OK "EventList: start\r\n"
#define COMPLETE      "EventList: Complete\r\nListItems: 0\r\n"
#define PEERS_OLD                                                                          \
    MARKED FOLLOWS("Peer status list") "Event: PeerlistComplete\r\n" COMPLETE "ActionID: " \
                                       "1\r\n\r\n"
#define PEERS_NEW                                                                                 \
    MARKED FOLLOWS("Peer status list") "Event: PeerlistComplete\r\nActionID: 1\r\n" COMPLETE "\r" \
                                       "\n"
#define QUEUED    OK "Message: Originate successfully queued\r\n\r\n"
#define RESPONSE  QUEUED "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: 1\r\n"
#define FAILED    RESPONSE "Response: Failure\r\nChannel: Foo/1\r\n"
#define CALLER    "CallerIDNum: 12\r\nCallerIDName: Joe\r\n\r\n"
#define EXTENSION "Context: c\r\nExten: e\r\nReason: 0\r\n"
#define NO_SUCH(command, help) \
    "No such command '" command "' (type '" help "' for other possible commands)"
#define OUTPUT(state, line)                                                                  \
    "Response: " state "\r\nActionID: 1\r\nMessage: Command output follows\r\nOutput: " line \
    "\r\n\r\n"

enum { DIALECTS = 8 };

static const char *const dialects[DIALECTS] = {"1.0",  "1.4",   "1.8", "11",
                                               "13.0", "13.38", "16",  "22"};

/* Before each of these there is a call of SIP/a with the variable V, and all lists are empty. */
static const struct row {
    const char *topic, *login, *ask;
    const char *replies[DIALECTS];
} rows[] = {
    {"Ping",
     QUIET,
     ASK("Ping") "\r\n",
     {"Response: Pong\r\nActionID: 1\r\n\r\n", "Response: Pong\r\nActionID: 1\r\n\r\n", PONG, PONG,
      PONG, PONG, PONG, PONG}},
    {"Events off",
     QUIET,
     ASK("Events") "EventMask: off\r\n\r\n",
     {"Response: Events Off\r\nActionID: 1\r\n\r\n", "Response: Events Off\r\nActionID: 1\r\n\r\n",
      OK "Events: Off\r\n\r\n", OK "Events: Off\r\n\r\n", OK "Events: Off\r\n\r\n",
      OK "Events: Off\r\n\r\n", OK "Events: Off\r\n\r\n", OK "Events: Off\r\n\r\n"}},
    {"Events call",
     QUIET,
     ASK("Events") "EventMask: call\r\n\r\n",
     {"Response: Events On\r\nActionID: 1\r\n\r\n", "Response: Events On\r\nActionID: 1\r\n\r\n",
      OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n",
      OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n"}},
    {"Events on",
     QUIET,
     ASK("Events") "EventMask: on\r\n\r\n",
     {"", "Response: Events On\r\nActionID: 1\r\n\r\n", OK "Events: On\r\n\r\n",
      OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n",
      OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n"}},
    {"Events without a mask",
     QUIET,
     ASK("Events") "\r\n",
     {"", BAD("Invalid event mask"), BAD("Invalid event mask"), BAD("Invalid event mask"),
      BAD("Invalid event mask"), BAD("Invalid event mask"), BAD("Invalid event mask"),
      BAD("Invalid event mask")}},
    {"Events of a class that came later",
     QUIET,
     ASK("Events") "EventMask: config\r\n\r\n",
     {"Response: Events Off\r\nActionID: 1\r\n\r\n", "Response: Events On\r\nActionID: 1\r\n\r\n",
      OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n",
      OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n", OK "Events: On\r\n\r\n"}},
    {"Command",
     QUIET,
     ASK("Command") "Command: mock glued\r\n\r\n",
     {"Response: Follows\r\nActionID: 1\r\nfirst\nlast--END COMMAND--\r\n\r\n", RAW("first\nlast"),
      RAW("first\nlast"), RAW("first\nlast"), RAW("first\nlast"), RAW("first\nlast"),
      OUTPUT("Success", "first\r\nOutput: last"), OUTPUT("Success", "first\r\nOutput: last")}},
    {"a command's name of old",
     QUIET,
     ASK("Command") "Command: show manager x\r\n\r\n",
     {"Response: Follows\r\nActionID: 1\r\nNo such command 'show manager x' (type 'help' for "
      "help)\n--END COMMAND--\r\n\r\n",
      RAW(NO_SUCH("show manager x", "help show manager x") "\n"),
      RAW(NO_SUCH("show manager x", "core show help show manager x") "\n"),
      RAW(NO_SUCH("show manager x", "core show help show manager x") "\n"),
      RAW(NO_SUCH("show manager x", "core show help show manager x") "\n"),
      RAW(NO_SUCH("show manager x", "core show help show manager x") "\n"),
      OUTPUT("Error", NO_SUCH("show manager x", "core show help show manager x")),
      OUTPUT("Error", NO_SUCH("show manager x", "core show help show manager x"))}},
    {"not logged in",
     "",
     ASK("Ping") "\r\n",
     {BAD("Authentication Required"), BAD("Authentication Required"), BAD("Permission denied"),
      BAD("Permission denied"), BAD("Permission denied"), BAD("Permission denied"),
      BAD("Permission denied"), BAD("Permission denied")}},
    {"unknown action",
     QUIET,
     ASK("Foo") "\r\n",
     {BAD("Invalid/unknown command"), BAD("Invalid/unknown command"), UNKNOWN("Foo"),
      UNKNOWN("Foo"), UNKNOWN("Foo"), UNKNOWN("Foo"), UNKNOWN("Foo"), UNKNOWN("Foo")}},
    {"Getvar",
     QUIET,
     ASK("Getvar") OF_CALL "Variable: V\r\n\r\n",
     {"Response: Success\r\nV: 1\r\nActionID: 1\r\n\r\n",
      "Response: Success\r\nVariable: V\r\nValue: 1\r\nActionID: 1\r\n\r\n",
      OK "Variable: V\r\nValue: 1\r\n\r\n", OK "Variable: V\r\nValue: 1\r\n\r\n",
      OK "Variable: V\r\nValue: 1\r\n\r\n", OK "Variable: V\r\nValue: 1\r\n\r\n",
      OK "Variable: V\r\nValue: 1\r\n\r\n", OK "Variable: V\r\nValue: 1\r\n\r\n"}},
    {"global variable",
     QUIET,
     ASK("Getvar") "Variable: G\r\n\r\n",
     {BAD("No channel specified"),
      "Response: Success\r\nVariable: G\r\nValue: \r\nActionID: 1\r\n\r\n",
      OK "Variable: G\r\nValue: \r\n\r\n", OK "Variable: G\r\nValue: \r\n\r\n",
      OK "Variable: G\r\nValue: \r\n\r\n", OK "Variable: G\r\nValue: \r\n\r\n",
      OK "Variable: G\r\nValue: \r\n\r\n", OK "Variable: G\r\nValue: \r\n\r\n"}},
    {"permission",
     "Action: Login\r\nUsername: limited\r\nSecret: limited\r\nEvents: off\r\n\r\n",
     ASK("Originate") "\r\n",
     {BAD("Invalid channel\n"), BAD("Channel not specified"), BAD("Permission denied"),
      BAD("Permission denied"), BAD("Permission denied"), BAD("Permission denied"),
      BAD("Permission denied"), BAD("Permission denied")}},
    {"LF line end",
     QUIET,
     "Action: Ping\nActionID: 1\n\n",
     {"", "", PONG, PONG, PONG, PONG, PONG, PONG}},
    {"no blank after the colon",
     QUIET,
     "Action: Ping\r\nActionID:1\r\n\r\n",
     {"Response: Pong\r\n\r\n", "Response: Pong\r\n\r\n", PONG, PONG, PONG, PONG, PONG, PONG}},
    {"two blanks after the colon",
     QUIET,
     "Action: Ping\r\nActionID:  1\r\n\r\n",
     {"Response: Pong\r\nActionID:  1\r\n\r\n", "Response: Pong\r\nActionID:  1\r\n\r\n", PONG,
      PONG, PONG, PONG, PONG, PONG}},
    {"a list without EventList before 13.2",
     QUIET,
     ASK("QueueSummary") "\r\n",
     {BAD("Invalid/unknown command"), BAD("Invalid/unknown command"),
      OK FOLLOWS("Queue summary") "Event: QueueSummaryComplete\r\nActionID: 1\r\n\r\n",
      OK FOLLOWS("Queue summary") "Event: QueueSummaryComplete\r\nActionID: 1\r\n\r\n",
      OK FOLLOWS("Queue summary") "Event: QueueSummaryComplete\r\nActionID: 1\r\n\r\n",
      MARKED FOLLOWS("Queue summary") "Event: QueueSummaryComplete\r\nActionID: 1\r\n" COMPLETE
                                      "\r\n",
      MARKED FOLLOWS("Queue summary") "Event: QueueSummaryComplete\r\nActionID: 1\r\n" COMPLETE
                                      "\r\n",
      MARKED FOLLOWS("Queue summary") "Event: QueueSummaryComplete\r\nActionID: 1\r\n" COMPLETE
                                      "\r\n"}},
    {"list end of QueueStatus",
     QUIET,
     ASK("QueueStatus") "\r\n",
     {QUEUES_OLD, QUEUES_OLD "Event: QueueStatusComplete\r\nActionID: 1\r\n\r\n",
      QUEUES_OLD "Event: QueueStatusComplete\r\nActionID: 1\r\n\r\n",
      QUEUES_OLD "Event: QueueStatusComplete\r\nActionID: 1\r\n\r\n",
      QUEUES_OLD "Event: QueueStatusComplete\r\nActionID: 1\r\n\r\n",
      MARKED FOLLOWS("Queue status") "Event: QueueStatusComplete\r\nActionID: 1\r\n" COMPLETE
                                     "\r\n",
      MARKED FOLLOWS("Queue status") "Event: QueueStatusComplete\r\nActionID: 1\r\n" COMPLETE
                                     "\r\n",
      MARKED FOLLOWS("Queue status") "Event: QueueStatusComplete\r\nActionID: 1\r\n" COMPLETE
                                     "\r\n"}},
    {"SIPpeers",
     QUIET,
     ASK("SIPpeers") "\r\n",
     {BAD("Invalid/unknown command"),
      OK FOLLOWS(
          "Peer status list") "Event: PeerlistComplete\r\nListItems: 0\r\nActionID: 1\r\n\r\n",
      PEERS_OLD, PEERS_OLD, PEERS_OLD, PEERS_NEW, PEERS_NEW, UNKNOWN("SIPpeers")}},
    {"IAXpeers",
     QUIET,
     ASK("IAXpeers") "\r\n",
     {"Name/Username    Host                 Mask             Port      Status    \n\r\n",
      "ActionID: 1\r\n"
      "Name/Username    Host                 Mask             Port          Status    \r\n"
      "0 iax2 peers [0 online, 0 offline, 0 unmonitored]\r\n\r\n\r\n",
      PEERS_OLD, PEERS_OLD, PEERS_OLD, PEERS_NEW, PEERS_NEW, PEERS_NEW}},
    {"FullyBooted",
     "",
     ASK("Login") "Username: admin\r\nSecret: secret\r\n\r\n",
     {ACCEPTED, ACCEPTED, ACCEPTED BOOTED BOOTED_END, ACCEPTED BOOTED BOOTED_END,
      ACCEPTED BOOTED BOOTED_END, ACCEPTED BOOTED BOOTED_END,
      ACCEPTED BOOTED BOOTED_SINCE BOOTED_END, ACCEPTED BOOTED BOOTED_SINCE BOOTED_END}},
    {"second login",
     QUIET,
     ASK("Login") "\r\n",
     {BAD("Invalid/unknown command"), OK "Message: Already logged in\r\n\r\n",
      OK "Message: Already authenticated\r\n\r\n", OK "Message: Already authenticated\r\n\r\n",
      OK "Message: Already authenticated\r\n\r\n", OK "Message: Already authenticated\r\n\r\n",
      OK "Message: Already authenticated\r\n\r\n", OK "Message: Already authenticated\r\n\r\n"}},
    {"case of the secret",
     "",
     ASK("Login") "Username: ADMIN\r\nSecret: Secret\r\nEvents: off\r\n\r\n",
     {ACCEPTED, BAD("Authentication failed"), BAD("Authentication failed"),
      BAD("Authentication failed"), BAD("Authentication failed"), BAD("Authentication failed"),
      BAD("Authentication failed"), BAD("Authentication failed")}},
    {"Logoff before login",
     "",
     ASK("Logoff") "\r\n",
     {OK "Message: See ya\r\n\r\n", OK "Message: See ya\r\n\r\n",
      "Response: Goodbye\r\nActionID: 1\r\nMessage: Thanks for all the fish.\r\n\r\n",
      "Response: Goodbye\r\nActionID: 1\r\nMessage: Thanks for all the fish.\r\n\r\n",
      "Response: Goodbye\r\nActionID: 1\r\nMessage: Thanks for all the fish.\r\n\r\n",
      "Response: Goodbye\r\nActionID: 1\r\nMessage: Thanks for all the fish.\r\n\r\n",
      "Response: Goodbye\r\nActionID: 1\r\nMessage: Thanks for all the fish.\r\n\r\n",
      "Response: Goodbye\r\nActionID: 1\r\nMessage: Thanks for all the fish.\r\n\r\n"}},
    {"Originate's result, and the order of an event's lines",
     "Action: Login\r\nUsername: admin\r\nSecret: secret\r\nEvents: call\r\n\r\n",
     ASK("Originate") "Channel: Foo/1\r\nApplication: Wait\r\nData: 9\r\nContext: c\r\nExten: e\r\n"
                      "CallerID: Joe <12>\r\nAsync: yes\r\n\r\n",
     {QUEUED
      "Event: OriginateFailure\r\nActionID: 1\r\nChannel: Foo/1\r\nContext: c\r\nExten: e\r\n\r\n",
      FAILED EXTENSION "Uniqueid: <null>\r\nCallerID: 12\r\n" CALLER,
      FAILED EXTENSION "Uniqueid: <null>\r\n" CALLER,
      FAILED "Application: Wait\r\nData: 9\r\nReason: 0\r\nUniqueid: <null>\r\n" CALLER,
      FAILED EXTENSION "Uniqueid: <null>\r\n" CALLER,
      FAILED "Application: Wait\r\nData: 9\r\nReason: 0\r\nUniqueid: <unknown>\r\n" CALLER,
      FAILED "Application: Wait\r\nData: 9\r\nReason: 0\r\nUniqueid: <unknown>\r\n" CALLER,
      FAILED "Application: Wait\r\nData: 9\r\nReason: 0\r\nUniqueid: <unknown>\r\n" CALLER}},
    {"separator of variables",
     QUIET,
     ASK("Originate") "Channel: SIP/b\r\nApplication: Wait\r\nVariable: V=1|W=2\r\n\r\n" ASK(
         "Getvar") "Channel: SIP/b-00000001\r\nVariable: V\r\n\r\n",
     {QUEUED "Response: Success\r\nV: 1\r\nActionID: 1\r\n\r\n",
      QUEUED "Response: Success\r\nVariable: V\r\nValue: 1\r\nActionID: 1\r\n\r\n",
      QUEUED OK "Variable: V\r\nValue: 1|W=2\r\n\r\n",
      QUEUED OK "Variable: V\r\nValue: 1|W=2\r\n\r\n",
      QUEUED OK "Variable: V\r\nValue: 1|W=2\r\n\r\n",
      QUEUED OK "Variable: V\r\nValue: 1|W=2\r\n\r\n",
      QUEUED OK "Variable: V\r\nValue: 1|W=2\r\n\r\n",
      QUEUED OK "Variable: V\r\nValue: 1|W=2\r\n\r\n"}},
    {"Status of a channel that is not there",
     QUIET,
     ASK("Status") "Channel: x\r\n\r\n",
     {OK FOLLOWS("Channel status") BAD("No such channel"), BAD("No such channel"),
      BAD("No such channel"), BAD("No such channel"), BAD("No such channel"),
      BAD("No such channel"), BAD("No such channel"), BAD("No such channel")}},
};

static void open_dialect(struct ami_mock_bench *b, const char *version, const char *login)
{
    static const char call[] = "Action: Originate\r\nChannel: SIP/a\r\nApplication: Wait\r\n"
                               "Variable: V=1\r\n\r\n";

    ami_mock_bench_open(b, &(struct ami_mock_opts){.version = version, .empty = true});
    ami_mock_bench_take(b);
    if (!*login)
        return;
    ami_mock_bench_login(b, login);
    if (login == rows[0].login)
        assert_non_null(strstr(ami_mock_bench_ask(b, call), "successfully queued"));
}

static void test_rows(void **state)
{
    struct ami_mock_bench b;
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int d = 0; d < DIALECTS; d++) {
            open_dialect(&b, dialects[d], rows[i].login);
            if (strcmp(ami_mock_bench_ask(&b, rows[i].ask), rows[i].replies[d]) != 0) {
                print_error("%s in %s:\n%s\ninstead of\n%s\n", rows[i].topic, dialects[d], b.got,
                            rows[i].replies[d]);
                wrong++;
            }
            ami_mock_bench_close(&b);
        }
    }
    assert_int_equal(wrong, 0);
}

/* The longest lines and the most of them, and what becomes of one more. */
static void test_limits(void **state)
{
    static const struct {
        int bytes, lines;
        bool refuses;
    } limits[DIALECTS] = {{253, 79, false},  {1021, 127, false}, {1022, 128, true},
                          {1022, 128, true}, {1022, 128, true},  {1022, 128, true},
                          {1022, 128, true}, {1022, 128, true}};
    const char too_long[] = BAD("Failed to parse message: line too long");
    const char too_many[] = BAD("Too many lines in message or allocation failure");
    struct ami_mock_bench b;
    char bytes[4096];
    const char *found;
    int len;

    (void)state;
    for (int i = 0; i < 2 * DIALECTS; i++) {
        int d = i / 2, over = i % 2;

        open_dialect(&b, dialects[d], rows[0].login);
        /* One byte more, and what is left of the line end makes a blank line, or, where lines end
           in CRLF only, spoils the one that ends the message. */
        len = snprintf(bytes, sizeof bytes, ASK("Ping") "X: ");
        memset(bytes + len, 'x', (size_t)(limits[d].bytes - 3 + over));
        snprintf(bytes + len + limits[d].bytes - 3 + over, 8, "\r\n\r\n");
        ami_mock_bench_ask(&b, bytes);
        if (!over)
            assert_non_null(strstr(b.got, "Pong"));
        else if (limits[d].refuses)
            assert_int_equal(strncmp(b.got, too_long, strlen(too_long)), 0);
        else
            assert_string_equal(b.got, "");
        ami_mock_bench_close(&b);
        /* The last line is the ActionID. */
        open_dialect(&b, dialects[d], rows[0].login);
        len = snprintf(bytes, sizeof bytes, "Action: Ping\r\n");
        for (int line = 2; line < limits[d].lines + over; line++)
            len += snprintf(bytes + len, sizeof bytes - (size_t)len, "X: x\r\n");
        snprintf(bytes + len, sizeof bytes - (size_t)len, "ActionID: 1\r\n\r\n");
        ami_mock_bench_ask(&b, bytes);
        found = strstr(b.got, "ActionID: 1\r\n");
        assert_int_equal(found != NULL, !over);
        assert_int_equal(strstr(b.got, strstr(too_many, "Message")) != NULL,
                         over && limits[d].refuses);
        ami_mock_bench_close(&b);
    }
}

/* A new channel and its end in each generation. */
static void test_channel_events(void **state)
{
    static const char *const newchannel[DIALECTS] = {
        "Event: Newchannel\r\nChannel: SIP/a-00000000\r\nState: Down\r\nCallerID: <unknown>\r\n"
        "Uniqueid: 1700000000.0\r\n\r\n",
        "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: SIP/a-00000000\r\nState: Down\r\n"
        "CallerIDNum: <unknown>\r\nCallerIDName: <unknown>\r\nUniqueid: 1700000000.0\r\n\r\n",
        "ChannelState: 0\r\nChannelStateDesc: Down\r\nCallerIDNum: \r\n",
        "ChannelState: 0\r\nChannelStateDesc: Down\r\nCallerIDNum: \r\n",
        "ConnectedLineName: <unknown>\r\nAccountCode: \r\nContext: default\r\nExten: s\r\n"
        "Priority: 1\r\nUniqueid: 1700000000.0\r\n\r\n",
        "Priority: 1\r\nUniqueid: 1700000000.0\r\nLinkedid: 1700000000.0\r\n\r\n",
        "ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\n",
        "ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\n"};
    static const char *const hangup[DIALECTS] = {
        "Event: Hangup\r\nChannel: SIP/a-00000000\r\nUniqueid: 1700000000.0\r\nCause: 16\r\n\r\n",
        "Uniqueid: 1700000000.0\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n",
        "ConnectedLineName: Joe\r\nCause: 16\r\n",
        "ConnectedLineName: Joe\r\nAccountCode: \r\n",
        "CallerIDName: Joe\r\n",
        "Linkedid: 1700000000.0\r\nCause: 16\r\n",
        "Linkedid: 1700000000.0\r\nCause: 16\r\n",
        "Linkedid: 1700000000.0\r\nCause: 16\r\n"};
    static const char *const caller[DIALECTS] = {
        "Event: Newcallerid\r\nChannel: SIP/a-00000000\r\nCallerID: \"Joe\" <12>\r\n",
        "CallerID: 12\r\nCallerIDName: Joe\r\nUniqueid: 1700000000.0\r\nCID-CallingPres: 0 (",
        "Event: NewCallerid\r\nPrivilege: call,all\r\nChannel: SIP/a-00000000\r\nCallerIDNum: 12",
        "Event: NewCallerid\r\nPrivilege: call,all\r\nChannel: SIP/a-00000000\r\nCallerIDNum: 12",
        "Event: NewCallerid",
        "Event: NewConnectedLine",
        "Event: NewConnectedLine",
        "Event: NewConnectedLine"};
    struct ami_mock_bench b;

    (void)state;
    for (int d = 0; d < DIALECTS; d++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = dialects[d], .call_ms = 1000});
        ami_mock_bench_login(&b, LOGIN);
        ami_mock_bench_ask(&b, "Action: Originate\r\nChannel: SIP/a\r\nApplication: Wait\r\n"
                               "CallerID: \"Joe\" <12>\r\n\r\n");
        assert_non_null(strstr(b.got, newchannel[d]));
        assert_non_null(strstr(b.got, caller[d]));
        assert_int_equal(strstr(b.got, "NewConnectedLine") != NULL, d >= 5);
        assert_int_equal(strstr(b.got, "Linkedid") != NULL, d >= 5);
        assert_int_equal(strstr(b.got, "Privilege") != NULL, d >= 1);
        assert_int_equal(strstr(b.got, "DialState") != NULL, d >= 6);
        assert_non_null(strstr(ami_mock_bench_wait(&b, 1000), hangup[d]));
        ami_mock_bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_channel_events),
    };

    return cmocka_run_group_tests_name("mock dialects", tests, NULL, NULL);
}
