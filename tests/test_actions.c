/* SPDX-License-Identifier: MIT */
/* Typed calls: what each sends, and what it refuses to. */
#include <ami/actions.h>

#include "talk.h"

/* A call of every action, made from the structs: see typed_calls.awk. */
#include "typed_calls.h"

/* ---- Every action ------------------------------------------------------------------------ */

typedef int (*call_fn)(ami_session *session, ami_reply_fn fn, void *user);

/* The header that the calls send for a parameter. */
static void expect_line(struct text *t, const struct ami_catalog_entry *entry, size_t index)
{
    char value[64];
    const char *param = ami_catalog_param(entry, index), *number = strstr(param, "-000000");
    bool array = strcmp(param, "Variable") == 0 && ami_catalog_param_is_repeatable(entry, index);
    size_t len = strcspn(param, "(");

    if (number)
        len = (size_t)(number - param);
    memcpy(value, param, len);
    value[len] = '\0';
    for (char *c = value; *c; c++)
        *c = *c == '-' ? '_' : *c;
    text_addf(t, "\r\n%s: %s%s\r\n", param, value, array ? "=1" : "");
}

/* Everything the catalogue knows is sent, once, and nothing else. */
static void check_sent(const char *sent, const struct ami_catalog_entry *entry)
{
    struct text t = {0};
    size_t lines = 0, count = ami_catalog_param_count(entry);
    const char *end = strstr(sent, "\r\n\r\n") + 2;

    for (const char *line = sent; line < end; line = strstr(line, "\r\n") + 2)
        lines++;
    /* Three headers of the action are also headers of each charge. */
    if (strcmp(ami_catalog_action(entry), "AOCMessage") == 0)
        lines -= 3;
    assert_int_equal(lines, 2 + count);

    text_addf(&t, "Action: %s\r\nActionID: t.1\r\n", ami_catalog_action(entry));
    assert_memory_equal(sent, t.data, t.len);
    for (size_t i = 0; i < count; i++) {
        text_free(&t);
        expect_line(&t, entry, i);
        const char *found = strstr(sent, t.data);
        if (!found || found >= end)
            fail_msg("%s does not send %s", ami_catalog_action(entry), t.data);
    }
    text_free(&t);
}

static void check_call(const char *action, call_fn call)
{
    struct talk t;

    talk_begin(&t, NULL);
    assert_int_equal(call(t.session, talk_on_reply, &t), AMI_OK);
    assert_non_null(ami_catalog_find(action));
    check_sent(talk_sent(&t), ami_catalog_find(action));
    talk_feed(&t, BANNER "Response: Error\r\nActionID: t.1\r\n\r\n");
    talk_expect(&t, "1 DONE REFUSED RESPONSE Error | Response=Error | ActionID=t.1\n");
    talk_end(&t);
}

static void every_action_sends_all_of_its_headers(void **state)
{
    size_t count = 0;

    (void)state;
#define CHECK_CALL(action)              \
    check_call(#action, call_##action); \
    count++;
    TYPED_CALLS(CHECK_CALL)
    assert_int_equal(count, ami_catalog_count());
}

static size_t required_of(const char *action)
{
    const struct ami_catalog_entry *entry = ami_catalog_find(action);
    size_t required = 0;

    for (size_t i = 0; i < ami_catalog_param_count(entry); i++)
        required += ami_catalog_param_is_required(entry, i);
    return required;
}

/* With no header set, or no struct at all. */
static void check_empty(struct talk *t, const char *action, int err, int null_err)
{
    int expected = required_of(action) ? AMI_E_INVAL : AMI_OK;
    const char *sent = talk_sent(t);

    assert_int_equal(err, expected);
    assert_int_equal(null_err, expected);
    if (expected == AMI_OK)
        assert_non_null(strstr(sent, action));
    else
        assert_string_equal(sent, "");
}

static void every_action_needs_what_is_required(void **state)
{
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
#define CHECK_EMPTY(action)                                                         \
    {                                                                               \
        struct ami_##action in;                                                     \
        memset(&in, 0, sizeof in);                                                  \
        check_empty(&t, #action, ami_do_##action(t.session, &in, NULL, NULL, NULL), \
                    ami_do_##action(t.session, NULL, NULL, NULL, NULL));            \
    }
    TYPED_CALLS(CHECK_EMPTY)
    talk_end(&t);
}

/* ---- Plain headers ----------------------------------------------------------------------- */

static void the_call_of_the_manual(void **state)
{
    const struct ami_Originate call = {.Channel = "PJSIP/100",
                                       .Application = "Playback",
                                       .Data = "demo-congrats",
                                       .Async = "true"};
    struct talk t;
    ami_id id = 0;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_Originate(t.session, &call, talk_on_reply, &t, &id), AMI_OK);
    assert_int_equal(id, 1);
    assert_string_equal(talk_sent(&t), "Action: Originate\r\nActionID: t.1\r\n"
                                       "Channel: PJSIP/100\r\nApplication: Playback\r\n"
                                       "Data: demo-congrats\r\nAsync: true\r\n\r\n");
    talk_end(&t);
}

static void the_answer_comes_to_the_callback(void **state)
{
    const struct ami_CoreShowChannels all = {.timeout_ms_ = 0};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_CoreShowChannels(t.session, &all, talk_on_reply, &t, NULL), AMI_OK);
    talk_sent(&t);
    talk_feed(&t, BANNER "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n"
                         "Event: CoreShowChannelsComplete\r\nActionID: t.1\r\n"
                         "EventList: Complete\r\nListItems: 0\r\n\r\n");
    talk_expect(&t, "1 RESPONSE OK RESPONSE Success | Response=Success | ActionID=t.1 | "
                    "EventList=start\n"
                    "1 DONE OK EVENT CoreShowChannelsComplete | Event=CoreShowChannelsComplete | "
                    "ActionID=t.1 | EventList=Complete | ListItems=0\n");
    talk_end(&t);
}

static void empty_is_sent_and_null_is_not(void **state)
{
    const struct ami_Setvar set = {.Variable = "X", .Value = ""};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_Setvar(t.session, &set, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t),
                        "Action: Setvar\r\nActionID: t.1\r\nVariable: X\r\nValue: \r\n\r\n");
    talk_end(&t);
}

static void other_bytes_of_a_name_are_underscores(void **state)
{
    const struct ami_SendText text = {.Channel = "c", .Message = "m", .Content_Type = "text/plain"};
    const struct ami_SIPnotify notify = {.Channel = "c", .Call_ID = "1"};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_SendText(t.session, &text, NULL, NULL, NULL), AMI_OK);
    assert_int_equal(ami_do_SIPnotify(t.session, &notify, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t),
                        "Action: SendText\r\nActionID: t.1\r\nChannel: c\r\nMessage: m\r\n"
                        "Content-Type: text/plain\r\n\r\n"
                        "Action: SIPnotify\r\nActionID: t.2\r\nChannel: c\r\nCall-ID: 1\r\n\r\n");
    talk_end(&t);
}

static void a_refusal_says_why_and_sends_nothing(void **state)
{
    const struct ami_Redirect no_exten = {.Channel = "c", .Context = "d", .Priority = "1"};
    const struct ami_Command two_lines = {.Command = "core show\r\nAction: Logoff"};
    const struct ami_Ping forever_and_more = {.timeout_ms_ = -2};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_Redirect(t.session, &no_exten, NULL, NULL, NULL), AMI_E_INVAL);
    assert_string_equal(ami_session_why(t.session)->text, "header \"Exten\" has no value (NULL)");
    assert_int_equal(ami_do_Command(t.session, &two_lines, NULL, NULL, NULL), AMI_E_INVAL);
    assert_int_equal(ami_do_Ping(t.session, &forever_and_more, NULL, NULL, NULL), AMI_E_INVAL);
    assert_int_equal(ami_do_Ping(NULL, NULL, NULL, NULL, NULL), AMI_E_INVAL);
    assert_string_equal(talk_sent(&t), "");
    talk_end(&t);
}

static void the_timeout_is_the_last_member(void **state)
{
    const struct ami_Ping ping = {.timeout_ms_ = 250};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_Ping(t.session, &ping, talk_on_reply, &t, NULL), AMI_OK);
    talk_sent(&t);
    assert_int_equal(ami_session_deadline(t.session, t.now), t.now + 250);
    talk_end(&t);
}

/* ---- Built, and submitted later ---------------------------------------------------------- */

static void an_action_for_a_call(void **state)
{
    const struct ami_Originate call = {
        .Channel = "Local/s@d", .Application = "Wait", .timeout_ms_ = 1000};
    ami_action *action = ami_new_Originate(&call);
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_originate(t.session, action, talk_on_reply, &t, NULL), AMI_OK);
    ami_action_free(action);
    assert_string_equal(talk_sent(&t),
                        "Action: Originate\r\nActionID: t.1\r\nChannel: Local/s@d\r\n"
                        "Application: Wait\r\nAsync: true\r\n\r\n");
    assert_int_equal(ami_session_deadline(t.session, t.now), t.now + 1000);
    talk_end(&t);
}

static void count_items(int status, const ami_list *list, void *count)
{
    assert_int_equal(status, AMI_OK);
    *(size_t *)count = ami_list_count(list);
}

static void an_action_for_a_list(void **state)
{
    ami_action *action = ami_new_CoreShowChannels(NULL);
    size_t count = 0;
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_collect(t.session, action, count_items, &count, NULL), AMI_OK);
    ami_action_free(action);
    talk_sent(&t);
    talk_feed(&t, BANNER "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n"
                         "Event: CoreShowChannel\r\nActionID: t.1\r\nChannel: c\r\n\r\n"
                         "Event: CoreShowChannelsComplete\r\nActionID: t.1\r\n"
                         "EventList: Complete\r\nListItems: 1\r\n\r\n");
    assert_int_equal(count, 1);
    talk_end(&t);
}

static void an_error_sticks_in_the_action(void **state)
{
    const struct ami_Redirect no_exten = {.Channel = "c", .Context = "d", .Priority = "1"};
    ami_action *action = ami_new_Redirect(&no_exten);

    (void)state;
    assert_int_equal(ami_action_error(action), AMI_E_INVAL);
    assert_string_equal(ami_action_why(action)->text, "header \"Exten\" has no value (NULL)");
    ami_action_free(action);
    action = ami_new_Redirect(NULL);
    assert_int_equal(ami_action_error(action), AMI_E_INVAL);
    ami_action_free(action);
}

/* ---- Variables --------------------------------------------------------------------------- */

static void variables_are_escaped(void **state)
{
    const char *const variables[] = {"A=1", "B=x,\"y\"\\(z)[0]", "C=d=e", "D=", NULL};
    const struct ami_Originate call = {
        .Channel = "Local/s@d", .Variable = variables, .Account = "a"};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_Originate(t.session, &call, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t),
                        "Action: Originate\r\nActionID: t.1\r\nChannel: Local/s@d\r\n"
                        "Variable: A=1\r\n"
                        "Variable: B=x\\,\\\"y\\\"\\\\\\(z\\)\\[0\\]\r\n"
                        "Variable: C=d=e\r\nVariable: D=\r\nAccount: a\r\n\r\n");
    talk_end(&t);
}

static void an_empty_array_sends_nothing(void **state)
{
    const char *const none[] = {NULL};
    const struct ami_MessageSend message = {.Body = "b", .Variable = none};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_MessageSend(t.session, &message, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t), "Action: MessageSend\r\nActionID: t.1\r\nBody: b\r\n\r\n");
    talk_end(&t);
}

static void wrong_variables_are_refused(void **state)
{
    static const char *const wrong[] = {"A", "=1", "", "A,B=1", "A=1\n"};
    char endless[AMI_ACTION_LINE_MAX + 100];
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *const variables[] = {"GOOD=1", wrong[i], NULL};
        const struct ami_PJSIPNotify notify = {.Variable = variables};
        assert_int_equal(ami_do_PJSIPNotify(t.session, &notify, NULL, NULL, NULL), AMI_E_INVAL);
    }
    memset(endless, 'x', sizeof endless);
    strcpy(endless + sizeof endless - 3, "=1");
    const char *const variables[] = {endless, NULL};
    const struct ami_PJSIPNotify notify = {.Variable = variables};
    assert_true(ami_do_PJSIPNotify(t.session, &notify, NULL, NULL, NULL) < 0);
    memcpy(endless, "A=1", 3);
    assert_int_equal(ami_do_PJSIPNotify(t.session, &notify, NULL, NULL, NULL), AMI_E_LIMIT);
    assert_string_equal(talk_sent(&t), "");
    talk_end(&t);
}

/* ---- The odd ones ------------------------------------------------------------------------ */

static void units_of_a_charge_are_numbered(void **state)
{
    const struct ami_AOCMessage_unit units[] = {
        {.UnitAmount = "5", .UnitType = "1"}, {.UnitType = "2"}, {.UnitAmount = "7"}, {0}};
    const struct ami_AOCMessage message = {.Channel = "c",
                                           .MsgType = "D",
                                           .ChargeType = "Unit",
                                           .units_ = units,
                                           .TotalType = "Total"};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_AOCMessage(t.session, &message, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t),
                        "Action: AOCMessage\r\nActionID: t.1\r\nChannel: c\r\nMsgType: D\r\n"
                        "ChargeType: Unit\r\nUnitAmount(0): 5\r\nUnitType(0): 1\r\n"
                        "UnitType(1): 2\r\nUnitAmount(2): 7\r\nTotalType: Total\r\n\r\n");
    talk_end(&t);
}

static void charges_are_sent_in_groups(void **state)
{
    const struct ami_AOCMessage_charge charges[] = {
        {.ChargedItem = "CallSetup",
         .RateType = "Flat",
         .CurrencyAmount = "10",
         .CurrencyMultiplier = "One"},
        {.ChargedItem = "BasicCommunication", .RateType = "Free"},
        {0}};
    const struct ami_AOCMessage message = {.Channel = "c", .MsgType = "S", .charges_ = charges};
    const struct ami_AOCMessage_charge no_item[] = {{.RateType = "Free"}, {0}};
    const struct ami_AOCMessage wrong = {.Channel = "c", .MsgType = "S", .charges_ = no_item};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_AOCMessage(t.session, &wrong, NULL, NULL, NULL), AMI_E_INVAL);
    assert_int_equal(ami_do_AOCMessage(t.session, &message, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t),
                        "Action: AOCMessage\r\nActionID: t.1\r\nChannel: c\r\nMsgType: S\r\n"
                        "ChargedItem: CallSetup\r\nRateType: Flat\r\nCurrencyAmount: 10\r\n"
                        "CurrencyMultiplier: One\r\n"
                        "ChargedItem: BasicCommunication\r\nRateType: Free\r\n\r\n");
    talk_end(&t);
}

static void steps_are_numbered(void **state)
{
    const struct ami_UpdateConfig_step steps[] = {
        {.Action = "NewCat", .Cat = "office"},
        {.Action = "Append", .Cat = "office", .Var = "secret", .Value = "x"},
        {0}};
    const struct ami_UpdateConfig update = {
        .SrcFilename = "a.conf", .DstFilename = "b.conf", .Reload = "no", .steps_ = steps};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_UpdateConfig(t.session, &update, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t),
                        "Action: UpdateConfig\r\nActionID: t.1\r\nSrcFilename: a.conf\r\n"
                        "DstFilename: b.conf\r\nReload: no\r\n"
                        "Action-000000: NewCat\r\nCat-000000: office\r\n"
                        "Action-000001: Append\r\nCat-000001: office\r\nVar-000001: secret\r\n"
                        "Value-000001: x\r\n\r\n");
    talk_end(&t);
}

/* As many as fit into the lines that Asterisk reads, and one more. */
static void many_steps(void **state)
{
    enum { FIT = (AMI_ACTION_LINES_MAX - 4) / 2 };
    struct ami_UpdateConfig_step steps[FIT + 2] = {{0}};
    const struct ami_UpdateConfig update = {
        .SrcFilename = "a.conf", .DstFilename = "b.conf", .steps_ = steps};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    for (size_t i = 0; i < FIT; i++)
        steps[i] = (struct ami_UpdateConfig_step){.Action = "NewCat", .Cat = "c"};
    assert_int_equal(ami_do_UpdateConfig(t.session, &update, NULL, NULL, NULL), AMI_OK);
    assert_non_null(strstr(talk_sent(&t), "\r\nAction-000061: NewCat\r\nCat-000061: c\r\n\r\n"));
    steps[FIT].Action = "NewCat";
    assert_int_equal(ami_do_UpdateConfig(t.session, &update, NULL, NULL, NULL), AMI_E_LIMIT);
    steps[0].Action = NULL;
    assert_int_equal(ami_do_UpdateConfig(t.session, &update, NULL, NULL, NULL), AMI_E_INVAL);
    assert_string_equal(talk_sent(&t), "");
    talk_end(&t);
}

static void headers_of_a_user_event_are_free(void **state)
{
    const struct ami_UserEvent_header headers[] = {{"Colour", "red"}, {"No0ne", "00"}, {0}};
    const struct ami_UserEvent event = {.UserEvent = "Paint", .headers_ = headers};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    assert_int_equal(ami_do_UserEvent(t.session, &event, NULL, NULL, NULL), AMI_OK);
    assert_string_equal(talk_sent(&t), "Action: UserEvent\r\nActionID: t.1\r\nUserEvent: Paint\r\n"
                                       "Colour: red\r\nNo0ne: 00\r\n\r\n");
    talk_end(&t);
}

static void wrong_headers_of_a_user_event_are_refused(void **state)
{
    static const struct ami_UserEvent_header wrong[][2] = {
        {{"Colour", NULL}, {0}},     {{NULL, "red"}, {0}}, {{"", "red"}, {0}},
        {{"Action", "Logoff"}, {0}}, {{"a: b", "c"}, {0}}, {{"Colour", "red\n"}, {0}}};
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const struct ami_UserEvent event = {.UserEvent = "Paint", .headers_ = wrong[i]};
        assert_int_equal(ami_do_UserEvent(t.session, &event, NULL, NULL, NULL), AMI_E_INVAL);
    }
    assert_string_equal(talk_sent(&t), "");
    talk_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_sends_all_of_its_headers),
        cmocka_unit_test(every_action_needs_what_is_required),
        cmocka_unit_test(the_call_of_the_manual),
        cmocka_unit_test(the_answer_comes_to_the_callback),
        cmocka_unit_test(empty_is_sent_and_null_is_not),
        cmocka_unit_test(other_bytes_of_a_name_are_underscores),
        cmocka_unit_test(a_refusal_says_why_and_sends_nothing),
        cmocka_unit_test(the_timeout_is_the_last_member),
        cmocka_unit_test(an_action_for_a_call),
        cmocka_unit_test(an_action_for_a_list),
        cmocka_unit_test(an_error_sticks_in_the_action),
        cmocka_unit_test(variables_are_escaped),
        cmocka_unit_test(an_empty_array_sends_nothing),
        cmocka_unit_test(wrong_variables_are_refused),
        cmocka_unit_test(units_of_a_charge_are_numbered),
        cmocka_unit_test(charges_are_sent_in_groups),
        cmocka_unit_test(steps_are_numbered),
        cmocka_unit_test(many_steps),
        cmocka_unit_test(headers_of_a_user_event_are_free),
        cmocka_unit_test(wrong_headers_of_a_user_event_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
