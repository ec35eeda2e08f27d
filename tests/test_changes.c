/* SPDX-License-Identifier: MIT */
/*
 * What changed between the releases of Asterisk (PROTOCOL 7.1 and 7.3), row by row: what one
 * program written with libami sees before the change and after it.
 */
#include <strings.h>

#include <ami/catalog.h>

#include "dialect.h"
#include "talk.h"

/* ---- What a program sees ------------------------------------------------------------------- */

/* In few words: the steps of actions, and events, with the fields that the row is about, found by
 * any of their names. */
struct view {
    const char *fields; /* with commas between */
    struct text seen;
    bool ended;
};

static void see_field(struct view *v, const ami_msg *msg, const char *name)
{
    const struct ami_field *field = ami_msg_find_alias(msg, name);
    const char *value;

    for (size_t n = 0; field && (value = ami_msg_get_nth(msg, field->name, n)); n++)
        text_addf(&v->seen, " %s=%s", name, value);
}

static void see(struct view *v, const char *what, const ami_msg *msg)
{
    char name[64];

    text_addf(&v->seen, "%s%s", v->seen.len > 0 ? "; " : "", what);
    for (const char *at = v->fields; *at; at += strcspn(at, ","), at += *at == ',') {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, ","), at);
        if (msg)
            see_field(v, msg, name);
    }
}

static void on_event(const struct ami_event *event, void *user)
{
    see(user, "event", event->msg);
}

static void on_reply(const struct ami_reply *reply, void *user)
{
    static const char *const steps[] = {"response", "item"};
    struct view *v = user;
    const char *end = reply->status == AMI_OK ? "OK" : ami_err_name(reply->status) + 6;

    see(v, reply->step == AMI_STEP_DONE ? end : steps[reply->step], reply->msg);
    v->ended = reply->step == AMI_STEP_DONE;
}

/* ---- 7.1, and what of 7.3 the mock says ---------------------------------------------------- */

#define PLAIN_CALL "Originate\nChannel: SIP/b\nApplication: Wait\n"
#define CALL       PLAIN_CALL "CallerID: Joe <12>\nAccount: acc\n"
#define A          "Channel: SIP/a-00000000\n"
#define B          "Channel: SIP/b-00000001\n"

#define NO_SUCH(help) "Output=No such command 'x' (type '" help
#define OTHERS        "help x' for other possible commands)"
#define PLAIN         "response; item; OK"
#define MARKED        "response EventList=start; item; OK EventList=Complete"
#define MEMBER        "item Event=QueueMember"
#define QUEUE         "response; item Event=QueueParams; " MEMBER
#define PEERS(name)   "response; item ObjectName=" name "; item ObjectName=roaming; OK"
#define PARKED        "response; item ParkingSpace=701 ParkeeChannel=SIP/parked-00000003"
#define NOOP          "Exec Result=200%20result%3D0%0A"
#define AGI(outer, inner)                                                                       \
    "response; OK Event=OriginateResponse; event Event=" outer "Start; response; "              \
    "event Event=" inner "Start; event Event=" inner "End Result=Success; OK Event=" outer NOOP \
    "; event Event=" outer NOOP

/* How the program goes about it: as admin, and waiting for plain answers, unless it says so. */
#define PLAINLY         NULL, NULL, false
#define AS(user)        user, NULL, false
#define LISTENS(events) NULL, events, false
#define RESULTS(events) NULL, events, true

/* There is a call of SIP/a with the variable V. Then the program logs in and submits the actions,
 * one after the other. What it sees, from which release on. */
/* clang-format off */
static const struct row {
    const char *name;
    const char *user;    /* "": it does not log in */
    const char *listens; /* to these events */
    bool results;        /* it waits for the results of its actions */
    const char *actions[3];
    const char *fields;
    struct {
        enum dialect since;
        const char *seen;
    } changes[5];
} rows[] = {
    {"Ping", PLAINLY, {"Ping"}, "", {{D1_0, "OK"}}},
    {"Events", PLAINLY, {"Events\nEventMask: off", "Events\nEventMask: on"}, "Events",
     {{D1_0, "OK; OK"}, {D1_8, "OK Events=Off; OK Events=On"}}},
    {"Command", PLAINLY, {"Command\nCommand: mock glued"}, "Output",
     {{D1_0, "OK Output=first Output=last"}}},
    {"Command: its outcome", PLAINLY, {"Command\nCommand: x"}, "Output",
     {{D1_0, "OK " NO_SUCH("help' for help)")}, {D1_4, "OK " NO_SUCH(OTHERS)},
      {D1_8, "OK " NO_SUCH("core show " OTHERS)}, {D16, "REFUSED " NO_SUCH("core show " OTHERS)}}},
    {"not logged in", AS(""), {"Ping"}, "Message",
     {{D1_0, "REFUSED Message=Authentication Required"},
      {D1_8, "REFUSED Message=Permission denied"}}},
    {"unknown action", PLAINLY, {"Foo"}, "Message",
     {{D1_0, "REFUSED Message=Invalid/unknown command"},
      {D1_8, "REFUSED Message=Invalid/unknown command: Foo. "
             "Use Action: ListCommands to show available commands."}}},
    {"Getvar", PLAINLY, {"Getvar\n" A "Variable: V"}, "V,Variable,Value",
     {{D1_0, "OK V=1"}, {D1_4, "OK Variable=V Value=1"}}},
    /* Originate needs call, then originate; Hangup call, then system or call. */
    {"permission", AS("limited"), {CALL, "Hangup\n" A}, "",
     {{D1_0, "OK; OK"}, {D1_8, "REFUSED; OK"}}},
    {"blank after colon", PLAINLY,
     {"Setvar\n" A "Variable: V\nValue:   x ", "Getvar\n" A "Variable: V"}, "V,Value",
     {{D1_0, "OK; OK V=  x "}, {D1_4, "OK; OK Value=  x "}, {D1_8, "OK; OK Value=x "}}},
    {"EventList", PLAINLY, {"Status", "CoreShowChannels"}, "EventList",
     {{D1_0, PLAIN "; REFUSED"}, {D1_8, PLAIN "; " MARKED}, {D13_38, MARKED "; " MARKED}}},
    {"list end of QueueStatus", PLAINLY, {"QueueStatus\nQueue: support"}, "Event",
     {{D1_0, QUEUE "; " MEMBER "; item Event=QueueEntry; item Event=QueueParams; " MEMBER "; OK"},
      {D1_4, QUEUE "; OK Event=QueueStatusComplete"}}},
    {"SIPpeers", PLAINLY, {"SIPpeers"}, "ObjectName",
     {{D1_0, "REFUSED"}, {D1_4, PEERS("alice")}, {D22, "REFUSED"}}},
    {"IAXpeers", PLAINLY, {"IAXpeers"}, "ObjectName",
     {{D1_0, "item; OK"}, {D1_8, PEERS("branch")}}},
    {"FullyBooted", LISTENS("FullyBooted"), {"Ping"}, "Uptime,LastReload",
     {{D1_0, "OK"}, {D1_8, "event; OK"}, {D16, "event Uptime=0 LastReload=0; OK"}}},
    {"event line order: Privilege", LISTENS("Hangup"), {"Hangup\n" A}, "Privilege",
     {{D1_0, "OK; event"}, {D1_4, "OK; event Privilege=call,all"}}},
    {"Originate result", RESULTS(NULL),
     {PLAIN_CALL "Async: yes", "Originate\nChannel: SIP/busy\nApplication: Wait\nAsync: yes"},
     "Event,Reason",
     {{D1_0, "response; OK Event=OriginateSuccess; response; REFUSED Event=OriginateFailure"},
      {D1_4, "response; OK Event=OriginateResponse Reason=4; "
             "response; REFUSED Event=OriginateResponse Reason=5"}}},
    {"Variable separator", PLAINLY,
     {CALL "Variable: V=1\nVariable: W=2", "Getvar\n" B "Variable: V", "Getvar\n" B "Variable: W"},
     "V,W,Value",
     {{D1_0, "OK; OK V=1; OK W=(null)"}, {D1_4, "OK; OK Value=1; OK Value=2"}}},
    {"Command of show manager ...", PLAINLY,
     {"Command\nCommand: show manager connected", "Command\nCommand: manager show connected"}, "",
     {{D1_0, "OK; OK"}, {D16, "REFUSED; OK"}}},

    /* Of 7.3 */
    {"Newchannel State", LISTENS("Newchannel"), {PLAIN_CALL}, "State",
     {{D1_0, "event State=Down; event State=Ringing; OK"}, {D1_4, "OK; event State=Down"}}},
    {"Newstate State", LISTENS("Newstate"), {PLAIN_CALL}, "ChannelStateDesc",
     {{D1_0, "event ChannelStateDesc=Up; OK"},
      {D1_4, "OK; event ChannelStateDesc=Ringing; event ChannelStateDesc=Up"}}},
    {"CallerID", LISTENS("Newstate"), {CALL}, "CallerIDNum",
     {{D1_0, "event CallerIDNum=\"Joe\" <12>; OK"},
      {D1_4, "OK; event CallerIDNum=12; event CallerIDNum=12"}}},
    {"Status Account, Extension", PLAINLY, {CALL, "Status\n" B}, "AccountCode,Exten",
     {{D1_0, "OK; response; item AccountCode=acc Exten=s; OK"}}},
    {"AsyncAGI, AGIExec", RESULTS("A*"),
     {"Originate\nChannel: SIP/agi\nApplication: AGI\nData: agi:async\nAsync: yes",
      "AGI\nChannel: SIP/agi-00000001\nCommand: NOOP"},
     "Event,SubEvent,Result",
     {{D1_0, "response; OK Event=OriginateSuccess; REFUSED"},
      {D1_4, "response; OK Event=OriginateResponse; REFUSED"},
      {D1_8, AGI("AsyncAGI SubEvent=", "AGIExec SubEvent=")},
      {D13_0, AGI("AsyncAGI", "AGIExec")}}},
    {"Hangup Cause-txt", LISTENS("Hangup"), {"Hangup\nCause: 16\n" A}, "Cause,Cause-txt",
     {{D1_0, "OK; event Cause=16"}, {D1_4, "OK; event Cause=16 Cause-txt=Normal Clearing"}}},
    {"ParkedCall Exten, Channel, From", PLAINLY, {"ParkedCalls"},
     "ParkingSpace,ParkeeChannel,ParkerDialString",
     {{D1_0, PARKED "; OK"}, {D1_4, PARKED " ParkerDialString=SIP/alice; OK"}}},
    {"Queues, DataGet, SKINNY* removed", PLAINLY,
     {"Queues", "DataGet\nPath: a", "SKINNYshowline\nLine: line1"}, "",
     {{D1_0, "item; OK; REFUSED; REFUSED"}, {D1_4, "item; item; OK; REFUSED; REFUSED"},
      {D1_8, "item; item; OK; item; OK; item; OK"}, {D16, "REFUSED; REFUSED; item; OK"},
      {D22, "REFUSED; REFUSED; REFUSED"}}},
};
/* clang-format on */

static int submit(ami_session *session, ami_action *action, bool result, struct view *v)
{
    int err = (result ? ami_submit_result : ami_submit)(session, action, on_reply, v, NULL);

    v->ended = err != AMI_OK;
    ami_action_free(action);
    return err;
}

/* What the program sees in one dialect; to be freed. */
static struct text watch(const struct row *row, enum dialect which)
{
    static const char scene[] = "Action: Originate\r\nChannel: SIP/a\r\nApplication: Wait\r\n"
                                "Variable: V=1\r\n\r\n";
    struct view v = {.fields = row->fields};
    struct dialect_bench d;

    dialect_open(&d, which, NULL, NULL);
    if (row->listens)
        assert_int_equal(ami_on(d.session, row->listens, on_event, &v, NULL), AMI_OK);
    dialect_say(&d, scene);
    if (!row->user || *row->user)
        dialect_log_in(&d, row->user ? row->user : "admin", row->user ? row->user : "secret");
    for (size_t i = 0; i < ARRAY_LEN(row->actions) && row->actions[i]; i++) {
        assert_int_equal(submit(d.session, talk_action(row->actions[i]), row->results, &v), AMI_OK);
        dialect_await(&d, &v.ended);
    }
    dialect_close(&d);
    return v.seen;
}

static const char *expected_in(const struct row *row, enum dialect which)
{
    const char *seen = NULL;

    for (size_t i = 0; i < ARRAY_LEN(row->changes) && row->changes[i].seen; i++)
        seen = row->changes[i].since <= which ? row->changes[i].seen : seen;
    return seen;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    int wrong = 0;

    for (int d = 0; d < DIALECTS; d++) {
        struct text seen = watch(row, d);
        const char *expected = expected_in(row, d);

        if (strcmp(text_str(&seen), expected) != 0) {
            print_error("%s:\n%s\ninstead of\n%s\n", dialect_names[d], text_str(&seen), expected);
            wrong++;
        }
        text_free(&seen);
    }
    assert_int_equal(wrong, 0);
}

/* ---- 7.1: what a program need not know ------------------------------------------------------ */

static void test_line_end(void **state)
{
    ami_action *action = ami_action_new("Ping");
    struct talk t;

    (void)state;
    assert_int_equal(ami_action_add(action, "X", "a\nb"), AMI_E_INVAL);
    ami_action_free(action);
    talk_begin(&t, NULL);
    talk_submit(&t, "Ping");
    assert_string_equal(talk_sent(&t), "Action: Ping\r\nActionID: t.1\r\n\r\n");
    talk_end(&t);
}

/* A Ping with so many lines, the last of so many bytes. Its ActionID is one of the lines. */
static ami_action *long_action(int lines, int bytes)
{
    ami_action *action = ami_action_new("Ping");

    for (int line = 3; line < lines; line++)
        ami_action_add(action, "X", "x");
    ami_action_addf(action, "X", "%0*d", bytes - 3, 0);
    return action;
}

/* What the server would lose in silence is not sent. */
static void test_too_long(void **state)
{
    (void)state;
    for (int which = 0; which < DIALECTS; which++) {
        int bytes = which <= D1_4 ? 253 : 1022, lines = which <= D1_4 ? 79 : 128;
        struct view v = {.fields = ""};
        struct dialect_bench d;

        dialect_open(&d, which, NULL, NULL);
        dialect_log_in(&d, "admin", "secret");
        assert_int_equal(submit(d.session, long_action(lines, bytes), false, &v), AMI_OK);
        dialect_await(&d, &v.ended);
        assert_int_not_equal(submit(d.session, long_action(lines + 1, 80), false, &v), AMI_OK);
        assert_int_not_equal(submit(d.session, long_action(3, bytes + 1), false, &v), AMI_OK);
        text_expect(&v.seen, "OK");
        dialect_close(&d);
    }
}

/* ---- 7.3: what the mock does not say -------------------------------------------------------- */

/* A message as servers of two or three ages send it, written as it is seen, and what the program
 * sees of each. */
/* clang-format off */
static const struct rename {
    const char *name, *listens, *fields, *seen, *sent[3];
} renames[] = {
    {"Status Link", NULL, "BridgedChannel", "event BridgedChannel=SIP/b",
     {"Event=Status Link=SIP/b", "Event=Status BridgedChannel=SIP/b"}},
    {"Dial Source, Destination, SrcUniqueID", "Dial*", "Channel,DestChannel,Uniqueid,DestUniqueID",
     "event Channel=SIP/a DestChannel=SIP/b Uniqueid=1.1 DestUniqueID=1.2",
     {"Event=Dial Source=SIP/a Destination=SIP/b SrcUniqueID=1.1 DestUniqueID=1.2",
      "Event=Dial SubEvent=Begin Channel=SIP/a Destination=SIP/b UniqueID=1.1 DestUniqueID=1.2",
      "Event=DialBegin Channel=SIP/a Uniqueid=1.1 DestChannel=SIP/b DestUniqueid=1.2"}},
    {"Join", NULL, "CallerIDNum,Position", "event CallerIDNum=12 Position=1",
     {"Event=Join CallerID=12 Position=1", "Event=Join CallerIDNum=12 Position=1",
      "Event=QueueCallerJoin CallerIDNum=12 Position=1"}},
    {"QueueMemberAdded Location", NULL, "Interface", "event Interface=SIP/a",
     {"Event=QueueMemberAdded Location=SIP/a", "Event=QueueMemberAdded Interface=SIP/a"}},
    {"Agentlogin", "AgentLogin", "Agent", "event Agent=1",
     {"Event=Agentlogin Agent=1", "Event=AgentLogin Agent=1"}},
    {"Agentlogoff", "AgentLogoff", "Agent", "event Agent=1",
     {"Event=Agentlogoff Agent=1", "Event=AgentLogoff Agent=1"}},
    {"QueueMemberPaused, Reason", "QueueMemberPause*", "Interface,PausedReason",
     "event Interface=SIP/a PausedReason=x",
     {"Event=QueueMemberPaused Location=SIP/a Reason=x",
      "Event=QueueMemberPause Interface=SIP/a Reason=x",
      "Event=QueueMemberPause Interface=SIP/a PausedReason=x"}},
    {"Rename Oldname", "Rename", "Channel,Newname", "event Channel=a Newname=b",
     {"Event=Rename Oldname=a Newname=b", "Event=Rename Channel=a Newname=b"}},
    {"Registry Channel, ChannelDriver", "Registry", "ChannelType", "event ChannelType=SIP",
     {"Event=Registry Channel=SIP", "Event=Registry ChannelDriver=SIP",
      "Event=Registry ChannelType=SIP"}},
    {"UrgentMessages", NULL, "UrgMessages", "OK UrgMessages=1",
     {"Response=Success ActionID=t.1 UrgentMessages=1",
      "Response=Success ActionID=t.1 UrgMessages=1"}},
};
/* clang-format on */

static void say(struct talk *t, const char *message)
{
    char line[64];

    for (; *message; message += strcspn(message, " "), message += *message == ' ') {
        size_t name = strcspn(message, "="), len = strcspn(message, " ");
        snprintf(line, sizeof line, "%.*s: %.*s\r\n", (int)name, message, (int)(len - name - 1),
                 message + name + 1);
        assert_int_equal(talk_feed(t, line), AMI_OK);
    }
    assert_int_equal(talk_feed(t, "\r\n"), AMI_OK);
}

static void test_rename(void **state)
{
    const struct rename *rename = *state;

    for (size_t i = 0; i < ARRAY_LEN(rename->sent) && rename->sent[i]; i++) {
        struct view v = {.fields = rename->fields};
        struct talk t;

        talk_begin(&t, NULL);
        assert_int_equal(submit(t.session, ami_action_new("MailboxCount"), false, &v), AMI_OK);
        assert_int_equal(ami_on(t.session, rename->listens, on_event, &v, NULL), AMI_OK);
        talk_sent(&t);
        assert_int_equal(talk_feed(&t, BANNER), AMI_OK);
        say(&t, rename->sent[i]);
        text_expect(&v.seen, rename->seen);
        talk_end(&t);
        text_free(&v.seen);
    }
}

/* Of events that were renamed both names are known. */
static void test_event_names(void **state)
{
    static const char events[][20] = {"Link",
                                      "Unlink",
                                      "Bridge",
                                      "BridgeEnter",
                                      "BridgeLeave",
                                      "Dial",
                                      "DialBegin",
                                      "DialEnd",
                                      "Join",
                                      "QueueCallerJoin",
                                      "Leave",
                                      "QueueCallerLeave",
                                      "AsyncAGI",
                                      "AsyncAGIStart",
                                      "AsyncAGIExec",
                                      "AsyncAGIEnd",
                                      "AGIExec",
                                      "AGIExecStart",
                                      "AGIExecEnd",
                                      "QueueMemberPaused",
                                      "QueueMemberPause",
                                      "OriginateSuccess",
                                      "OriginateFailure",
                                      "OriginateResponse"};
    unsigned classes;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        if (ami_event_classes(events[i], &classes) != AMI_OK)
            fail_msg("%s is not known", events[i]);
    }
}

/* The last branch with an action, and the first with that which took its place. */
static void test_removed(void **state)
{
    static const char *const last[][2] = {{"AgentCallbackLogin", "1.4"},
                                          {"ZapShowChannels", "1.4"},
                                          {"ZapHangup", "1.4"},
                                          {"SetCDRUserField", "1.4"},
                                          {"Queues", "14"},
                                          {"DataGet", "14"},
                                          {"Monitor", "20"},
                                          {"ChangeMonitor", "20"},
                                          {"StopMonitor", "20"},
                                          {"SIPpeers", "20"},
                                          {"SIPnotify", "20"},
                                          {"SKINNYdevices", "20"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(last); i++)
        assert_string_equal(ami_catalog_until(ami_catalog_find(last[i][0])), last[i][1]);
    assert_string_equal(ami_catalog_since(ami_catalog_find("DAHDIShowChannels")), "1.4.22");
    assert_string_equal(ami_catalog_since(ami_catalog_find("DAHDIHangup")), "1.4.22");
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        {"LF line end", test_line_end, NULL, NULL, NULL},
        {"too long, too many", test_too_long, NULL, NULL, NULL},
        {"AgentCallbackLogin, Zap*, SetCDRUserField, Queues, ... removed", test_removed, NULL, NULL,
         NULL},
        {"Link, Unlink, Leave, ... have new names", test_event_names, NULL, NULL, NULL},
    };
    struct CMUnitTest tests[ARRAY_LEN(rows) + ARRAY_LEN(renames) + ARRAY_LEN(others)],
        *test = tests;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        *test++ = (struct CMUnitTest){rows[i].name, test_row, NULL, NULL, (void *)&rows[i]};
    for (size_t i = 0; i < ARRAY_LEN(renames); i++)
        *test++ =
            (struct CMUnitTest){renames[i].name, test_rename, NULL, NULL, (void *)&renames[i]};
    memcpy(test, others, sizeof others);
    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
