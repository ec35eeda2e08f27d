/* SPDX-License-Identifier: MIT */
/* The catalogue: what holds for every entry, some entries in full, and the classes of events. */
#include <ctype.h>
#include <strings.h>

#include "support.h"

typedef const struct ami_catalog_entry entry;

static void each_is_found(void **state)
{
    char name[64];

    (void)state;
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        entry *e = ami_catalog_at(i);
        assert_ptr_equal(ami_catalog_find(ami_catalog_action(e)), e);
        for (int upper = 0; upper < 2; upper++) {
            assert_true(strlen(ami_catalog_action(e)) < sizeof name);
            strcpy(name, ami_catalog_action(e));
            for (char *c = name; *c; c++)
                *c = (char)(upper ? toupper(*c) : tolower(*c));
            assert_ptr_equal(ami_catalog_find(name), e);
        }
        strcat(name, "x");
        assert_null(ami_catalog_find(name));
    }
}

static void nothing_else_is_found(void **state)
{
    (void)state;
    assert_null(ami_catalog_find("DongleShowDevices"));
    assert_null(ami_catalog_find("Ping "));
    assert_null(ami_catalog_find("\xff"));
    assert_null(ami_catalog_find(""));
    assert_null(ami_catalog_find(NULL));
    assert_null(ami_catalog_at(ami_catalog_count()));
    assert_null(ami_catalog_at((size_t)-1));
}

static void they_are_in_order(void **state)
{
    (void)state;
    for (size_t i = 1; i < ami_catalog_count(); i++)
        assert_true(strcasecmp(ami_catalog_action(ami_catalog_at(i - 1)),
                               ami_catalog_action(ami_catalog_at(i))) < 0);
}

static void all_are_there(void **state)
{
    size_t in_16 = 0, in_22 = 0, registered = 0, never = 0;

    (void)state;
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        entry *e = ami_catalog_at(i);
        in_16 += ami_catalog_in_16(e);
        in_22 += ami_catalog_in_22(e);
        registered += ami_catalog_in_16(e) || ami_catalog_in_22(e);
        never += !ami_catalog_since(e)[0];
    }
    assert_int_equal(ami_catalog_count(), 185);
    assert_int_equal(registered, 169);
    assert_int_equal(in_16, 159);
    assert_int_equal(in_22, 154);
    assert_int_equal(never, 2); /* FilterList and Timeout */
}

static void lists_have_an_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        entry *e = ami_catalog_at(i);
        bool ends = ami_catalog_terminal(e)[0] != '\0', has_items = ami_catalog_item_count(e) > 0;
        switch (ami_catalog_answer(e)) {
        case AMI_ANSWER_LIST:
            assert_true(ends && has_items);
            break;
        case AMI_ANSWER_SIMPLE:
            assert_int_equal(ends, has_items);
            break;
        case AMI_ANSWER_DEFERRED:
            assert_true(ends);
            break;
        case AMI_ANSWER_COMMAND:
        case AMI_ANSWER_RAW:
            assert_false(has_items);
            break;
        default:
            fail_msg("%s has no kind of answer", ami_catalog_action(e));
        }
        assert_null(ami_catalog_item(e, ami_catalog_item_count(e)));
    }
}

static bool is_class(const char *name, size_t len)
{
    static const char *const classes[] = {"system", "call",     "log",       "verbose", "command",
                                          "agent",  "user",     "config",    "dtmf",    "reporting",
                                          "cdr",    "dialplan", "originate", "agi",     "cc",
                                          "aoc",    "test",     "security",  "message"};

    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        if (strlen(classes[i]) == len && memcmp(classes[i], name, len) == 0)
            return true;
    }
    return false;
}

static void classes_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        const char *classes = ami_catalog_classes(ami_catalog_at(i));
        while (*classes) {
            size_t len = strcspn(classes, ",");
            assert_true(is_class(classes, len));
            classes += len + (classes[len] == ',');
        }
    }
}

/* They can all be sent: a typed call makes one of every parameter. */
static void parameters_are_header_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        entry *e = ami_catalog_at(i);
        size_t count = ami_catalog_param_count(e);
        ami_action *action = ami_action_new(ami_catalog_action(e));
        for (size_t p = 0; p < count; p++) {
            assert_int_equal(ami_action_add(action, ami_catalog_param(e, p), "x"), AMI_OK);
            for (size_t q = 0; q < p; q++)
                assert_true(strcasecmp(ami_catalog_param(e, p), ami_catalog_param(e, q)) != 0);
        }
        ami_action_free(action);
        assert_null(ami_catalog_param(e, count));
        assert_false(ami_catalog_param_is_required(e, count));
        assert_false(ami_catalog_param_is_repeatable(e, count));
    }
}

static void texts_are_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        entry *e = ami_catalog_at(i);
        const char *since = ami_catalog_since(e), *until = ami_catalog_until(e);
        assert_true(strlen(ami_catalog_synopsis(e)) > 10);
        assert_int_equal(strspn(since, "0123456789./"), strlen(since));
        assert_int_equal(strspn(until, "0123456789."), strlen(until));
        if (ami_catalog_in_22(e))
            assert_string_equal(until, "");
        if (!ami_catalog_in_22(e) && since[0])
            assert_string_not_equal(until, "");
    }
}

/* ---- Some in full ------------------------------------------------------------------------ */

static void describe(struct text *t, entry *e)
{
    static const char *const answers[] = {"simple", "list", "command", "deferred", "raw"};

    text_addf(t, "%s|%s|", ami_catalog_action(e), answers[ami_catalog_answer(e)]);
    for (size_t i = 0; i < ami_catalog_item_count(e); i++)
        text_addf(t, "%s%s", i ? "," : "", ami_catalog_item(e, i));
    text_addf(t, "|%s|", ami_catalog_terminal(e));
    for (size_t i = 0; i < ami_catalog_param_count(e); i++)
        text_addf(t, "%s%s%s%s", i ? "," : "", ami_catalog_param(e, i),
                  ami_catalog_param_is_required(e, i) ? "*" : "",
                  ami_catalog_param_is_repeatable(e, i) ? "+" : "");
    text_addf(t, "|%s|%s%s|%s|%s|%s", ami_catalog_classes(e), ami_catalog_in_16(e) ? "16" : "",
              ami_catalog_in_22(e) ? "22" : "", ami_catalog_since(e), ami_catalog_until(e),
              ami_catalog_synopsis(e));
}

static const char *const known[] = {
    "AbsoluteTimeout|simple|||Channel*,Timeout*|system,call|1622|0.5.0||"
    "hang up a channel after given seconds",
    "AOCMessage|simple|||Channel,ChannelPrefix,MsgType*,ChargeType,UnitAmount(0)+,UnitType(0)+,"
    "CurrencyName,CurrencyAmount,CurrencyMultiplier,TotalType,AOCBillingId,"
    "ChargingAssociationId,ChargingAssociationNumber,ChargingAssociationPlan,ChargedItem+,"
    "RateType+,Time+,TimeScale+,Granularity+,GranularityTimeScale+,ChargingType+,VolumeUnit+,"
    "Code+|aoc|1622|1.8.0||send advice-of-charge message on a channel",
    "Command|command|||Command*|command|1622|0.3.0||run a CLI command, return its text",
    "CoreShowChannelMap|list|CoreShowChannelMap|CoreShowChannelMapComplete|Channel*|"
    "system,reporting|22|18.19.0/20.4.0||list channels connected to a channel",
    "DataGet|raw||DataGet Tree|Path*,Search,Filter|||1.8|14|dump internal data tree as an event",
    "FilterList|simple||||||||list the filters of the connection (never implemented)",
    "Hangup|simple|ChannelHungup|ChannelsHungupListComplete|Channel*,Cause|system,call|1622|0.2.0||"
    "hang up one or regex-matched channels",
    "Originate|deferred||OriginateResponse|Channel*,Exten,Context,Priority,Application,Data,"
    "Timeout,CallerID,Variable+,Account,EarlyMedia,Async,Codecs,ChannelId,OtherChannelId,"
    "PreDialGoSub|originate|1622|0.2.0||place a call from the server",
    "Ping|simple|||||1622|0.2.0||keep-alive round trip",
    "QueueStatus|list|QueueParams,QueueMember,QueueEntry|QueueStatusComplete|Queue,Member||1622|"
    "0.5.0||list queues with members and callers",
    "SKINNYshowline|raw|||Line*|system,reporting|16|1.6.2|20|"
    "print one Skinny line without Response header",
    "UpdateConfig|simple|||SrcFilename*,DstFilename*,Reload,PreserveEffectiveContext,"
    "Action-000000+,Cat-000000+,Var-000000+,Value-000000+,Match-000000+,Line-000000+,"
    "Options-000000+|config|1622|1.4.0||edit a configuration file stepwise",
    "UserEvent|simple|||UserEvent,Header1+|user|1622|1.4.0||broadcast a user-defined event",
    "WaitEvent|deferred|*|WaitEventComplete|Timeout||1622|1.4.0||block until an event is queued",
    "ZapShowChannels|list|ZapShowChannels|ZapShowChannelsComplete||||1.0|1.4|"
    "list Zap channels (no EventList)",
};

static void some_in_full(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        struct text t = {0};
        char name[64];
        size_t len = strcspn(known[i], "|");
        memcpy(name, known[i], len);
        name[len] = '\0';
        assert_non_null(ami_catalog_find(name));
        describe(&t, ami_catalog_find(name));
        text_expect(&t, known[i]);
        text_free(&t);
    }
}

/* ---- Events ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    unsigned classes;
} events[] = {
    {"Agentcallbacklogin", AMI_CLASS_AGENT}, /* the first row, and the last */
    {"Wink", AMI_CLASS_CALL},
    {"AOC-D", AMI_CLASS_AOC},
    {"AsyncAGIEnd", AMI_CLASS_AGI},
    {"CCFailure", AMI_CLASS_CC},
    {"Cdr", AMI_CLASS_CDR},
    {"CEL", AMI_CLASS_CALL},
    {"DTMFEnd", AMI_CLASS_DTMF},
    {"FullyBooted", AMI_CLASS_SYSTEM},
    {"Link", AMI_CLASS_CALL},
    {"Newexten", AMI_CLASS_DIALPLAN},
    {"QueueCallerJoin", AMI_CLASS_AGENT},
    {"RTCPSent", AMI_CLASS_REPORTING},
    {"SuccessfulAuth", AMI_CLASS_SECURITY},
    {"TestEvent", AMI_CLASS_REPORTING},
    {"UserEvent", AMI_CLASS_USER},
    {"VoicemailPasswordChange", AMI_CLASS_SYSTEM | AMI_CLASS_USER},
};

static void events_have_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        char name[32];
        unsigned classes = 0;

        strcpy(name, events[i].name);
        for (int lower = 0; lower < 2; lower++) {
            assert_int_equal(ami_event_classes(name, &classes), AMI_OK);
            assert_int_equal(classes, events[i].classes);
            for (char *c = name; *c; c++)
                *c = (char)tolower(*c);
        }
    }
}

/* Items, ends of lists, and what is not there. */
static void other_events_have_none(void **state)
{
    static const char *const names[] = {
        "QueueMember", "StatusComplete", "NoSuchEvent", "Hangup ", "Hang", "*", "", NULL};
    unsigned classes = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_int_equal(ami_event_classes(names[i], &classes), AMI_E_NOTFOUND);
    assert_int_equal(classes, 7);
}

/* What ends an action and is no item of a list is an event for all. */
static void deferred_results_have_classes(void **state)
{
    static const char *const not_sent_to_all[] = {"FAXSession", "FAXStats", "WaitEventComplete"};

    (void)state;
    for (size_t i = 0; i < ami_catalog_count(); i++) {
        entry *e = ami_catalog_at(i);
        const char *event = ami_catalog_terminal(e);
        unsigned classes;
        bool own = false;

        for (size_t k = 0; k < ARRAY_LEN(not_sent_to_all); k++)
            own |= strcmp(event, not_sent_to_all[k]) == 0;
        if (ami_catalog_answer(e) == AMI_ANSWER_DEFERRED)
            assert_int_equal(ami_event_classes(event, &classes), own ? AMI_E_NOTFOUND : AMI_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found),
        cmocka_unit_test(nothing_else_is_found),
        cmocka_unit_test(they_are_in_order),
        cmocka_unit_test(all_are_there),
        cmocka_unit_test(lists_have_an_end),
        cmocka_unit_test(classes_are_known),
        cmocka_unit_test(parameters_are_header_names),
        cmocka_unit_test(texts_are_plain),
        cmocka_unit_test(some_in_full),
        cmocka_unit_test(events_have_classes),
        cmocka_unit_test(other_events_have_none),
        cmocka_unit_test(deferred_results_have_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
