/* SPDX-License-Identifier: MIT */
/* Why do I get no events? What is said is held against what comes while a call runs. */
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "calls.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"

/* Events of the call that is made, of four classes. */
static const char *const names[] = {"Newchannel", "Hangup", "Newexten", "VarSet", "UserEvent"};

/* One session, what was said about its events, and which came. */
struct inquiry {
    struct test *test;
    int calls;
    int status;
    char version[64];
    bool classes_known;
    unsigned read, write, mask;
    size_t filters;
    char said[4096];        /* the findings, a line each */
    const char *heard[100]; /* names of which at least one came */
    size_t heard_count;
};

static void on_explanation(const struct ami_explanation *x, void *user)
{
    struct inquiry *q = user;
    size_t used = 0;

    q->calls++;
    q->status = x->status;
    snprintf(q->version, sizeof q->version, "%s", x->version ? x->version : "");
    q->classes_known = x->classes_known;
    q->read = x->read;
    q->write = x->write;
    q->mask = x->mask;
    q->filters = x->filter_count;
    want(q->test, x->mask_known, "the mask is not known");
    for (size_t i = 0; i < x->finding_count && used < sizeof q->said; i++) {
        printf("#   %s\n", x->findings[i]);
        used += (size_t)snprintf(q->said + used, sizeof q->said - used, "%s\n", x->findings[i]);
    }
}

static bool was_heard(const struct inquiry *q, const char *name)
{
    for (size_t i = 0; i < q->heard_count; i++)
        if (strcmp(q->heard[i], name) == 0)
            return true;
    return false;
}

static void on_named(const struct ami_event *event, void *user)
{
    struct inquiry *q = user;

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], ami_msg_name(event->msg)) == 0 && !was_heard(q, names[i]))
            q->heard[q->heard_count++] = names[i];
}

static const char *filter_header(const char *filter)
{
    return strncmp(filter, "action(", 7) == 0 ? "MatchCriteria" : "Filter";
}

/* Logs in as a user and asks. */
static void inquire(struct test *t, struct inquiry *q, const char *user, const char *events,
                    const char *const *filters)
{
    struct ami_conn_opts opts = conn_opts();

    *q = (struct inquiry){.test = t};
    opts.username = user;
    opts.events = events;
    open_conn(t, &opts);
    for (; filters && *filters; filters++)
        expect_simple(t, ASK(t, "Filter", "Operation", "Add", filter_header(*filters), *filters),
                      AMI_OK);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        expect_status(t, "ami_on", ami_on(t->session, names[i], on_named, q, NULL), AMI_OK);
    expect_status(t, "ami_on", ami_on(t->session, "Wink", on_named, q, NULL), AMI_OK);
    expect_status(t, "ami_explain_events", ami_explain_events(t->session, on_explanation, q),
                  AMI_OK);
    WAIT_FOR(t, q->calls > 0);
    expect_status(t, "the explanation", q->status, AMI_OK);
}

static size_t hangups(const struct log *log)
{
    size_t count = 0;

    for (size_t i = 0; i < log->count; i++)
        count += strstr(log->at[i], "Event: Hangup\n") != NULL;
    return count;
}

/* A call that the raw session makes and sees whole, and an event with a field that looks like an
 * Event header to a filter. Two answers later the other session has it all, too. */
static void make_call(struct test *t)
{
    raw_open(t);
    raw_send(t, "Action: UserEvent\r\nUserEvent: Newchannel\r\n\r\n"
                "Action: Originate\r\nChannel: Local/broken@test\r\nApplication: Wait\r\n"
                "Data: 1\r\nVariable: A=1\r\nAsync: true\r\n\r\n");
    WAIT_FOR(t, hangups(&t->raw->events) >= 2);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        expect(t, log_has(&t->raw->events, names[i]), "the call makes no %s", names[i]);
    expect_ping(t);
    expect_ping(t);
}

/* Whether a finding says that events of a name cannot come, or that none can. */
static bool is_denied(const struct inquiry *q, const char *name)
{
    static const char *const forms[] = {": no %s can come\n", ", keeps %s out\n",
                                        ", lets no %s through", " has %s, unless"};
    char form[64];

    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        snprintf(form, sizeof form, forms[i], name);
        if (strstr(q->said, form))
            return true;
    }
    return strstr(q->said, ": no event can come\n") || strstr(q->said, ": none can come\n");
}

/* Makes a call: what was said not to come does not, and the rest does. */
static void expect_truth(struct test *t, struct inquiry *q)
{
    make_call(t);
    expect(t, q->calls == 1, "explained %d times", q->calls);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        bool denied = is_denied(q, names[i]), heard = was_heard(q, names[i]);
        expect(t, denied != heard, "%s: %s and %s", names[i], denied ? "denied" : "not denied",
               heard ? "heard" : "not heard");
    }
}

void test_explain_all(struct test *t)
{
    struct inquiry q;
    char major[8];

    inquire(t, &q, server.user, NULL, NULL);
    snprintf(major, sizeof major, "%d.", server.major);
    expect(t, strncmp(q.version, major, strlen(major)) == 0, "version %s", q.version);
    expect(t, q.classes_known && q.read == AMI_CLASS_ALL && q.write == AMI_CLASS_ALL,
           "classes %#x and %#x", q.read, q.write);
    expect(t, q.mask == AMI_CLASS_ALL, "mask %#x", q.mask);
    expect(t, strcmp(q.said, "the server's disabledevents stop Wink\n") == 0, "findings: %s",
           q.said);
    expect_truth(t, &q);
}

void test_explain_listener(struct test *t)
{
    struct inquiry q;

    inquire(t, &q, "listener", NULL, NULL);
    expect(t, q.classes_known && q.read == AMI_CLASS_CALL && q.write == AMI_CLASS_ALL,
           "classes %#x and %#x", q.read, q.write);
    expect(t, strstr(q.said, "may not read events of class dialplan: no Newexten can come\n"),
           "findings: %s", q.said);
    expect_truth(t, &q);
}

/* The server tells nothing, so nothing is said of rights; of the mask there is. */
void test_explain_limited(struct test *t)
{
    struct inquiry q;

    inquire(t, &q, "limited", "call", NULL);
    expect(t, !q.classes_known && !q.version[0], "told: %s", q.version);
    expect(t, strstr(q.said, "not in the mask \"call\": no UserEvent can come\n"), "findings: %s",
           q.said);
    expect_truth(t, &q);
}

void test_explain_off(struct test *t)
{
    struct inquiry q;

    inquire(t, &q, server.user, "off", NULL);
    expect(t, q.mask == 0, "mask %#x", q.mask);
    expect_truth(t, &q);
}

static void close_all(struct test *t)
{
    expect_status(t, "ami_sync_close", ami_sync_close(t->conn), AMI_OK);
    t->conn = NULL;
    t->session = NULL;
    raw_close(t->raw);
    t->raw = NULL;
}

void test_explain_masks(struct test *t)
{
    static const char *const masks[] = {"user,call",     "c,off", ",call",    "call,", "Call,user",
                                        "dialplan,none", "66",    "d,u,user", "TRUE",  "bogus"};
    struct inquiry q;

    for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
        printf("#   mask \"%s\"\n", masks[i]);
        inquire(t, &q, server.user, masks[i], NULL);
        expect_truth(t, &q);
        close_all(t);
    }
}

void test_explain_filters(struct test *t)
{
    static const char *const sets[][4] = {
        {"!Event: Hangup"},
        {"Event: Newchannel"},
        {"^Event: (Hangup|VarSet)", "!Event: Hang"},
        {"Event: Hangup$", "Event: New"},
        {"!Privilege: dialplan,all"},
        {"^Event: Dial|^Event: Bridge", "^Event: VarSet"},
        {"!^Event: [A-M]"},
        {"action(exclude),name(Hangup)"}, /* without a Filter, which an old server takes for all */
        {"action(include),name(VarSet)", "!Event: Newexten"},
    };
    struct inquiry q;

    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        printf("#   filters \"%s\" \"%s\"\n", sets[i][0], sets[i][1] ? sets[i][1] : "");
        inquire(t, &q, server.user, NULL, sets[i]);
        expect(t, q.filters == 1 + (sets[i][1] != NULL), "%zu filters", q.filters);
        expect_truth(t, &q);
        close_all(t);
    }
}

/* ---- Classes ----------------------------------------------------------------------------- */

struct seen {
    struct test *test;
    size_t events;
};

static void on_any(const struct ami_event *event, void *user)
{
    struct seen *seen = user;
    const char *name = ami_msg_name(event->msg);
    unsigned said = 0, known = 0;

    seen->events++;
    want(seen->test, ami_event_classes(name, &known) == AMI_OK, "%s is not known", name);
    want(seen->test, ami_privilege_parse(ami_msg_get(event->msg, "Privilege"), &said) == AMI_OK,
         "%s has the Privilege %s", name, value_of(event->msg, "Privilege"));
    want(seen->test, said == known, "%s has the classes %#x, not %#x", name, said, known);
}

void test_event_classes(struct test *t)
{
    static const char *const extensions[] = {"answer",    "congestion", "late", "broken",
                                             "userevent", "vars",       "dial", "park",
                                             "queue",     "conf",       "agi"};
    struct seen seen = {.test = t};
    char channel[64];

    expect_status(t, "ami_on", ami_on(t->session, NULL, on_any, &seen, NULL), AMI_OK);
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        snprintf(channel, sizeof channel, "Local/%s@test", extensions[i]);
        SEND(t, "Originate", "Channel", channel, "Application", "Wait", "Data", "1", "Async",
             "true");
    }
    all_answered(t);
    ASK(t, "Reload", "Module", "logger");
    wait_ms(t, 1500);
    hang_up_all(t);
    WAIT_FOR(t, seen.events > 100);
    printf("#   %zu events\n", seen.events);
}
