/* SPDX-License-Identifier: MIT */
/*
 * Every action of the catalogue, in every dialect of the mock server: does each get the answer that
 * came over the wire for it, all of it and nothing else? What that was is told by the oracle that
 * does the same for real servers, from the bytes alone.
 */
#include <strings.h>

#include <ami/catalog.h>

#include "asterisk/oracle.h"
#include "dialect.h"
#include "talk.h"

/* ---- What is submitted --------------------------------------------------------------------- */

#define CALL(number, more) "Action: Originate\r\nChannel: " number "\r\n" more "\r\n"
#define WAIT               "Application: Wait\r\n"
#define PUT(key)           "Action: DBPut\r\nFamily: libami\r\nKey: " key "\r\nVal: x\r\n\r\n"

/* What is there: calls, the number of which is in the name of their channels, and a database. */
#define SCENE                                                  \
    CALL("SIP/a", WAIT "Variable: V=1\r\n")                    \
    CALL("SIP/agi", "Application: AGI\r\nData: agi:async\r\n") \
    CALL("SIP/end", WAIT)                                      \
    CALL("SIP/broken", WAIT)                                   \
    CALL("SIP/regex", WAIT) CALL("IAX2/ax", WAIT) PUT("deleted") PUT("kept") PUT("kept/too")

/* And what goes on: a call, a variable, and an event that pretends to be an answer. */
#define MEANWHILE                                                                  \
    CALL("SIP/busy", WAIT "Async: yes\r\n")                                        \
    "Action: Setvar\r\nChannel: SIP/a-00000000\r\nVariable: W\r\nValue: 1\r\n\r\n" \
    "Action: UserEvent\r\nUserEvent: other\r\nActionID: %s\r\nResponse: Error\r\n\r\n"

#define A "Channel: SIP/a-00000000\n"

/* With these headers the actions that the mock knows have something to do. What is granted
 * succeeds, but where nothing is configured. */
static const struct {
    bool granted;
    const char *action;
} rows[] = {
    {true, "AGI\nChannel: SIP/agi-00000001\nCommand: NOOP\nCommandID: 7"},
    {true, "AOCMessage\n" A "MsgType: D\nChargeType: Free"},
    {true, "Challenge\nAuthType: MD5"},
    {true, "Command\nCommand: mock glued"},
    {true, "Command\nCommand: logger rotate"},
    {true, "Command\nCommand: core show channels"},
    {false, "Command\nCommand: manager show eventq"},
    {false, "Command\nCommand: no such command"},
    {true, "CoreShowChannelMap\n" A},
    {false, "CoreShowChannelMap\nChannel: SIP/broken-00000003"},
    {true, "DataGet\nPath: asterisk/core"},
    {true, "DBDel\nFamily: libami\nKey: deleted"},
    {true, "DBGet\nFamily: libami\nKey: kept"},
    {true, "DBGetTree\nFamily: libami"},
    {true, "DBPut\nFamily: libami\nKey: put\nVal: a value"},
    {true, "Events\nEventMask: system,call,user,agi,dialplan"},
    {true, "Events\nEventMask: on"},
    {true, "FAXSession\nSessionNumber: 1"},
    {true, "FAXSession\nSessionNumber: 2"},
    {true, "Filter\nOperation: Add\nFilter: !UserEvent: none"},
    {true, "Getvar\n" A "Variable: V"},
    {true, "Hangup\nChannel: SIP/end-00000002\nCause: 16"},
    {false, "Hangup\nChannel: /^SIP.regex/"},
    {true, "JabberSend\nJabber: a\nScreenName: b@c\nMessage: hello"},
    {true, "JabberSend\nJabber: a\nScreenName: b\nMessage: hello"},
    {true, "Login\nUsername: admin\nSecret: wrong"},
    {true, "ModuleLoad\nModule: app_queue\nLoadType: reload"},
    {false, "ModuleLoad\nLoadType: load"},
    {true, "Originate\nChannel: SIP/b\nApplication: Wait\nVariable: V=1"},
    {true, "Originate\nChannel: SIP/busy\nApplication: Wait\nAsync: true"},
    {false, "Originate\nChannel: SIP/busy\nApplication: Wait"},
    {true, "PJSIPShowEndpoint\nEndpoint: alice"},
    {false, "PJSIPShowEndpoint\nEndpoint: broken"},
    {true, "QueueRule\nRule: slowly"},
    {true, "QueueStatus\nQueue: sales\nMember: PJSIP/bob"},
    {true, "QueueSummary\nQueue: support"},
    {true, "Setvar\n" A "Variable: V\nValue: 2"},
    {true, "ShowDialPlan\nContext: default\nExtension: 100"},
    {false, "ShowDialPlan\nContext: default\nExtension: 9nosuch"},
    {true, "SIPqualifypeer\nPeer: alice"},
    {true, "SKINNYshowdevice\nDevice: phone1"},
    {true, "SKINNYshowline\nLine: line1"},
    {true, "Status\n" A "Variables: V,W\nAllVariables: yes"},
    {false, "Status\nChannel: SIP/none"},
    {true, "UserEvent\nUserEvent: mine\nResponse: Error\nEventList: Complete"},
    {true, "WaitEvent\nTimeout: 1"},
};

static bool is_for(const char *action, const char *name)
{
    size_t len = strlen(name);

    return strncasecmp(action, name, len) == 0 && action[len] == '\n';
}

/* All headers that are required, for actions that have no row. */
static void add_required(ami_action *action, const struct ami_catalog_entry *entry)
{
    for (size_t i = 0; i < ami_catalog_param_count(entry); i++) {
        if (ami_catalog_param_is_required(entry, i))
            ami_action_add(action, ami_catalog_param(entry, i), "libami");
    }
}

/* ---- A round ------------------------------------------------------------------------------- */

struct submission {
    struct round *round;
    const struct ami_catalog_entry *entry;
    bool granted;
    char id[80];
    struct text heard;
    bool ended;
    int status;
    size_t nth; /* of all that ended */
};

struct round {
    const struct setting *setting;
    struct dialect_bench d;
    struct oracle oracle;
    struct log events; /* that the handler heard */
    char meanwhile[512];
    struct submission at[600];
    size_t count, ended, lists, items;
    uint64_t late; /* messages that are to be swallowed */
};

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct submission *s = user;
    char *message = reply->msg ? msg_text(reply->msg) : NULL;

    assert_false(s->ended);
    assert_true(reply->sent); /* a time-out is not what the oracle says */
    text_addf(&s->heard, "%s%s%s%s\n", step_name(reply->step), reply->status ? " " : "",
              reply->status ? ami_err_name(reply->status) + 6 : "",
              reply->flags ? " MISCOUNTED" : "");
    text_add(&s->heard, message ? message : "-\n");
    free(message);
    if (reply->step == AMI_STEP_DONE) {
        s->ended = true;
        s->status = reply->status;
        s->nth = s->round->ended++;
    }
}

static void on_event(const struct ami_event *event, void *user)
{
    struct round *round = user;

    log_take(&round->events, msg_text(event->msg));
}

static struct submission *submit(struct round *round, const struct ami_catalog_entry *entry,
                                 ami_action *action, bool granted)
{
    struct submission *s = &round->at[round->count++];
    ami_id id;

    assert_in_range(round->count, 1, ARRAY_LEN(round->at));
    *s = (struct submission){.round = round, .entry = entry, .granted = granted};
    assert_int_equal(ami_submit(round->d.session, action, on_reply, s, &id), AMI_OK);
    snprintf(s->id, sizeof s->id, "%s", ami_session_action_id(round->d.session, id));
    snprintf(round->meanwhile, sizeof round->meanwhile, MEANWHILE, s->id);
    ami_action_free(action);
    return s;
}

/* ---- What should have been heard ----------------------------------------------------------- */

struct expected {
    struct text text;
    const char *terminal; /* "" when the action never has a list */
    bool listing, ended;
    size_t items;
};

static void step(struct expected *e, const char *step, const char *message)
{
    text_add(&e->text, step);
    text_add(&e->text, message);
}

static void end(struct expected *e, const char *how, const char *message)
{
    step(e, how, message);
    e->ended = true;
}

/* With words alone in old lists; what WaitEvent waited for is one, too. */
static bool opens_list(const struct expected *e, const char *message)
{
    static const char follows[] = "will follow";
    size_t len;
    const char *text = text_value(message, "Message", &len);

    if (text_value_is(message, "EventList", "start"))
        return true;
    return *e->terminal && (strcmp(e->terminal, "WaitEventComplete") == 0 ||
                            (len > strlen(follows) &&
                             memcmp(text + len - strlen(follows), follows, strlen(follows)) == 0));
}

static void expect_response(struct expected *e, const char *message)
{
    if (text_value_is(message, "Response", "Error") ||
        text_value_is(message, "Response", "Failure")) {
        end(e, "DONE REFUSED\n", message);
    } else if (opens_list(e, message)) {
        step(e, "RESPONSE\n", message);
        e->listing = true;
    } else {
        end(e, "DONE\n", message);
    }
}

static void expect_event(struct expected *e, const char *message)
{
    char items[24];
    size_t len;

    if (!e->listing || !text_value_is(message, "Event", e->terminal)) {
        step(e, "ITEM\n", message);
        e->items++;
        return;
    }
    snprintf(items, sizeof items, "%zu", e->items);
    text_value(message, "ListItems", &len);
    end(e, len == 0 || text_value_is(message, "ListItems", items) ? "DONE\n" : "DONE MISCOUNTED\n",
        message);
}

/* From what came for the action. Where nothing ends it, that is told by a Ping behind it. */
static void expect_answer(struct round *round, struct expected *e, const struct log *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (e->ended)
            round->late++;
        else if (strncmp(seen->at[i], "Response: ", 10) == 0)
            expect_response(e, seen->at[i]);
        else
            expect_event(e, seen->at[i]);
    }
    if (!e->ended)
        end(e, "DONE\n", "-\n");
}

static void check(struct round *round, const struct submission *s)
{
    const struct exchange *came = oracle_find(&round->oracle, s->id);
    struct expected e = {.terminal = ami_catalog_terminal(s->entry)};

    assert_non_null(came);
    expect_answer(round, &e, &came->seen);
    if (strcmp(s->heard.data, e.text.data) != 0)
        fail_msg("%s: heard\n%s\non the wire\n%s", ami_catalog_action(s->entry), s->heard.data,
                 e.text.data);
    if (s->granted && s->status != AMI_OK)
        fail_msg("%s: %s", ami_catalog_action(s->entry), s->heard.data);
    round->lists += e.listing;
    round->items += e.items;
    text_free(&e.text);
}

static void check_all(struct round *round)
{
    for (size_t i = 0; i < round->count; i++) {
        assert_int_equal(round->at[i].nth, i);
        check(round, &round->at[i]);
    }
    assert_int_equal(round->ended, round->count);
    assert_int_equal(ami_session_late(round->d.session), round->late);
    assert_int_equal(round->oracle.strays.count, 0);
    assert_int_equal(round->events.count, round->oracle.events.count);
    for (size_t i = 0; i < round->events.count; i++)
        assert_string_equal(round->events.at[i], round->oracle.events.at[i]);
}

/* ---- All of them --------------------------------------------------------------------------- */

static struct setting {
    char name[64];
    enum dialect dialect;
    bool empty, at_once;
} settings[4 * DIALECTS];

/* The mock's own list of what it has. */
static bool knows(const struct text *list, const struct ami_catalog_entry *entry)
{
    char line[64];

    snprintf(line, sizeof line, "\n%s: ", ami_catalog_action(entry));
    return strstr(list->data, line) != NULL;
}

static void put(struct round *round, const struct ami_catalog_entry *entry, ami_action *action,
                bool granted)
{
    struct submission *s = submit(round, entry, action, granted);

    if (!round->setting->at_once)
        dialect_await(&round->d, &s->ended);
}

static void submit_entry(struct round *round, const struct text *list,
                         const struct ami_catalog_entry *entry)
{
    const char *name = ami_catalog_action(entry);
    bool known = knows(list, entry) && !round->setting->empty, described = false;

    put(round, entry, ami_action_new(name), false);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!is_for(rows[i].action, name))
            continue;
        put(round, entry, talk_action(rows[i].action), known && rows[i].granted);
        described = true;
    }
    if (!described && ami_catalog_param_count(entry) > 0) {
        ami_action *action = ami_action_new(name);
        add_required(action, entry);
        put(round, entry, action, false);
    }
}

/* Logoff comes last. */
static void submit_all(struct round *round)
{
    const struct ami_catalog_entry *entry = ami_catalog_find("ListCommands");
    struct submission *s = submit(round, entry, ami_action_new("ListCommands"), true);
    struct text list;

    dialect_await(&round->d, &s->ended);
    list = s->heard;
    for (size_t i = 0; (entry = ami_catalog_at(i)); i++) {
        if (strcmp(ami_catalog_action(entry), "Logoff") != 0)
            submit_entry(round, &list, entry);
    }
    entry = ami_catalog_find("Logoff");
    s = submit(round, entry, ami_action_new("Logoff"), true);
    dialect_await(&round->d, &s->ended);
}

static void open_round(struct round *round)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct ami_mock_opts mock = {.empty = round->setting->empty};

    opts.id_prefix = "t";
    opts.on_trace = oracle_hear;
    opts.user = &round->oracle;
    round->oracle.oldest = round->setting->dialect == D1_0;
    dialect_open(&round->d, round->setting->dialect, &opts, &mock);
    assert_int_equal(ami_on(round->d.session, NULL, on_event, round, NULL), AMI_OK);
    dialect_log_in(&round->d, "admin", "secret");
    dialect_say(&round->d, SCENE);
    round->d.meanwhile = round->meanwhile;
    round->d.piece = round->setting->at_once ? 97 : 0;
}

static void close_round(struct round *round)
{
    dialect_close(&round->d);
    oracle_free(&round->oracle);
    log_free(&round->events);
    for (size_t i = 0; i < round->count; i++)
        text_free(&round->at[i].heard);
}

static void test_every_action(void **state)
{
    static struct round round;

    round = (struct round){.setting = *state};
    open_round(&round);
    submit_all(&round);
    check_all(&round);
    printf("# %zu actions, %zu submissions, %zu lists, %zu items, %zu events, %d late\n",
           ami_catalog_count(), round.count, round.lists, round.items, round.events.count,
           (int)round.late);
    close_round(&round);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(settings)];

    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        struct setting *s = &settings[i];
        *s = (struct setting){.dialect = i / 4, .empty = i & 1, .at_once = i & 2};
        snprintf(s->name, sizeof s->name, "%s, %s, %s", dialect_names[s->dialect],
                 s->at_once ? "all at once" : "one by one", s->empty ? "empty" : "full");
        tests[i] = (struct CMUnitTest){s->name, test_every_action, NULL, NULL, s};
    }
    return cmocka_run_group_tests_name("dialects", tests, NULL, NULL);
}
