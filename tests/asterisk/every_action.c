/* SPDX-License-Identifier: MIT */
/*
 * Does every action that the server has get the answer that the catalogue says, all of it and
 * nothing else? The server itself tells which actions it has; the oracle tells what came for each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ami/catalog.h>

#include "answers.h"
#include "calls.h"
#include "harness.h"
#include "oracle.h"
#include "parameters.h"
#include "scene.h"
#include "tests.h"
#include "transport.h"

/* One action with certain parameters, and what became of it. */
struct submission {
    const char *action;
    const struct parameters *parameters; /* NULL: without any */
    struct answer *answer;
    char id[80];
};

struct round {
    struct test *t;
    struct oracle oracle;
    struct scene scene;
    struct log actions; /* that the server has */
    struct submission *at;
    size_t count;                    /* of submissions in this round, */
    size_t late;                     /* and of messages that were too many */
    size_t all, lists, items, bytes; /* of all rounds */
};

/* ---- What is left out, and what is odd --------------------------------------------------- */

static const struct {
    const char *action;
    bool always; /* else only without parameters */
    const char *why;
} left_out[] = {
    {"Logoff", true, "ends the session"},
    {"WaitEvent", false, "without a Timeout it waits for ever, if need be"},
};

static void print_left_out(void)
{
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        printf("#   left out: %s%s: %s\n", left_out[i].action,
               left_out[i].always ? "" : " without parameters", left_out[i].why);
}

static bool is_left_out(const char *action, bool bare)
{
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        if (strcasecmp(left_out[i].action, action) == 0 && (left_out[i].always || bare))
            return true;
    return false;
}

/* What the server answers more than once, by the first header: what follows is for nobody. */
static const struct {
    const char *action, *header; /* NULL: without parameters */
    size_t more;
} answered_again[] = {
    {"JabberSend", "Jabber", 1},
    {"ModuleLoad", "LoadType", 1},
    {"ModuleLoad", NULL, 2},
};

static size_t answers_too_many(const struct submission *s)
{
    const char *header = s->parameters ? s->parameters->headers[0] : NULL;

    for (size_t i = 0; i < ARRAY_LEN(answered_again); i++) {
        const char *other = answered_again[i].header;

        if (strcasecmp(s->action, answered_again[i].action) == 0 &&
            (header && other ? strcmp(header, other) == 0 : header == other))
            return answered_again[i].more;
    }
    return 0;
}

/* ---- Submitting -------------------------------------------------------------------------- */

/* Each line of ListCommands is "Action: synopsis (Priv: classes)". */
static void ask_actions(struct round *round)
{
    struct answer *a = ASK(round->t, "ListCommands");

    for (size_t i = 0; i < ami_msg_count(a->done); i++) {
        const struct ami_field *field = ami_msg_at(a->done, i);
        struct text name = {0};

        if (!strstr(field->value, "(Priv: "))
            continue;
        text_add_bytes(&name, field->name, field->name_len);
        log_take(&round->actions, name.data);
    }
}

static void submit_one(struct round *round, const char *action, const struct parameters *parameters,
                       bool wait)
{
    struct test *t = round->t;
    struct submission *s;

    round->at = resized(round->at, (round->count + 1) * sizeof *round->at);
    s = &round->at[round->count++];
    *s = (struct submission){.action = action, .parameters = parameters};
    s->answer = submit(t, parameters ? with_parameters(action, parameters, &round->scene)
                                     : ami_action_new(action));
    snprintf(s->id, sizeof s->id, "%s", action_id_of(t, s->answer));
    if (wait)
        answered(t, s->answer);
}

static void submit_all(struct round *round, bool wait)
{
    const struct parameters *parameters;

    for (size_t i = 0; i < round->actions.count; i++) {
        const char *action = round->actions.at[i];

        if (!is_left_out(action, true))
            submit_one(round, action, NULL, wait);
        for (size_t nth = 0; (parameters = parameters_of(action, nth)); nth++)
            if (!is_left_out(action, false))
                submit_one(round, action, parameters, wait);
    }
    all_answered(round->t);
}

/* ---- What was answered ------------------------------------------------------------------- */

static void compare(struct round *round, const struct submission *s, const struct log *seen,
                    size_t nth, const ami_msg *heard)
{
    char *text = heard ? msg_text(heard) : NULL;
    bool same = text && nth < seen->count && strcmp(text, seen->at[nth]) == 0;

    if (!same)
        printf("#   %s, message %zu\n#   heard:\n%s\n#   on the wire:\n%s\n", s->action, nth,
               text ? text : "(nothing)", nth < seen->count ? seen->at[nth] : "(nothing)");
    free(text);
    expect(round->t, same, "%s: message %zu is not as it came", s->action, nth);
}

/* All that was heard of an action is all that came for it. */
static void expect_all_heard(struct round *round, const struct submission *s)
{
    const struct answer *a = s->answer;
    const struct exchange *came = oracle_find(&round->oracle, s->id);
    size_t nth = 0;

    expect(round->t, came != NULL, "%s was not sent", s->action);
    if (a->response)
        compare(round, s, &came->seen, nth++, a->response);
    for (int i = 0; i < a->items; i++)
        compare(round, s, &came->seen, nth++, a->item[i]);
    if (a->done)
        compare(round, s, &came->seen, nth++, a->done);
    expect(round->t, came->seen.count - nth == answers_too_many(s),
           "%s: %zu messages that were not heard", s->action, came->seen.count - nth);
    round->late += answers_too_many(s);
    round->bytes += came->bytes;
    round->items += (size_t)a->items;
}

static bool is_item(const struct ami_catalog_entry *entry, const char *name)
{
    for (size_t i = 0; i < ami_catalog_item_count(entry); i++)
        if (strcasecmp(ami_catalog_item(entry, i), name) == 0)
            return true;
    return false;
}

/* A list, complete; it is miscounted when the server says so. */
static void expect_whole_list(struct round *round, const struct submission *s,
                              const struct ami_catalog_entry *entry)
{
    const struct answer *a = s->answer;
    struct test *t = round->t;
    long long counted = a->items;

    expect(t, strcasecmp(value_of(a->response, "EventList"), "start") == 0, "%s: no list",
           s->action);
    expect(t, strcasecmp(name_of(a->done), ami_catalog_terminal(entry)) == 0, "%s ended with %s",
           s->action, name_of(a->done));
    expect_text(t, a->done, "EventList", "Complete");
    for (int i = 0; i < a->items; i++)
        expect(t, is_item(entry, name_of(a->item[i])), "%s: an item %s", s->action,
               name_of(a->item[i]));
    ami_msg_get_int(a->done, "ListItems", &counted);
    expect(t, a->flags == (counted == a->items ? 0 : AMI_REPLY_MISCOUNTED),
           "%s: flags %u, %d items, ListItems %lld", s->action, a->flags, a->items, counted);
    round->lists++;
}

static void expect_raw(struct round *round, const struct submission *s)
{
    const struct answer *a = s->answer;

    expect(round->t, a->responses == 0 && !a->done, "%s: a response", s->action);
    for (int i = 0; i < a->items; i++)
        expect(round->t, ami_msg_kind(a->item[i]) == AMI_KIND_RAW, "%s: item %d is a message",
               s->action, i);
}

/* The result of its own, unless that is for everybody. */
static void expect_deferred(struct round *round, const struct submission *s,
                            const struct ami_catalog_entry *entry)
{
    const struct answer *a = s->answer;

    if (a->responses == 0) {
        expect_simple(round->t, a, AMI_OK);
        return;
    }
    expect(round->t, a->items == 0, "%s: %d items", s->action, a->items);
    expect_text(round->t, a->response, "Response", "Success");
    expect_text(round->t, a->done, "Event", ami_catalog_terminal(entry));
}

/* Voicemail has a Success without a list when there is nothing to list. */
static bool is_nothing_to_list(const struct answer *a)
{
    const char *message = value_of(a->done, "Message");

    return a->responses == 0 && strncmp(message, "There ", 6) == 0;
}

/* Without parameters, and with some, either is right. */
static void expect_outcome(struct round *round, const struct submission *s)
{
    enum outcome outcome = s->parameters ? s->parameters->outcome : EITHER;

    if (s->answer->status != AMI_E_REFUSED)
        expect_end(round->t, s->answer, AMI_OK);
    expect(round->t, outcome == EITHER || (outcome == GRANTED) == (s->answer->status == AMI_OK),
           "%s is %s: %s", s->action, outcome == GRANTED ? "denied" : "granted",
           value_of(s->answer->done, "Message"));
}

static void expect_kind(struct round *round, const struct submission *s)
{
    const struct ami_catalog_entry *entry = ami_catalog_find(s->action);
    const struct answer *a = s->answer;
    enum ami_answer kind;

    expect(round->t, entry != NULL, "%s is not in the catalogue", s->action);
    kind = ami_catalog_answer(entry);
    expect_outcome(round, s);
    if (a->status == AMI_E_REFUSED)
        expect_simple(round->t, a, AMI_E_REFUSED);
    else if (kind == AMI_ANSWER_RAW)
        expect_raw(round, s);
    else if (kind == AMI_ANSWER_DEFERRED)
        expect_deferred(round, s, entry);
    else if (a->responses > 0 || (kind == AMI_ANSWER_LIST && !is_nothing_to_list(a)))
        expect_whole_list(round, s, entry);
    else
        expect_simple(round->t, a, AMI_OK);
    if (kind == AMI_ANSWER_COMMAND &&
        strcmp(value_of(a->done, "Message"), "Command output follows") == 0)
        expect(round->t, ami_msg_get(a->done, "Output") != NULL, "%s: no output", s->action);
}

/* ---- Rounds ------------------------------------------------------------------------------ */

/* All that the handlers heard is what came for everybody, and nothing came for nobody. */
static void expect_nothing_left(struct round *round)
{
    static const char end[] = "\nUserEvent: the-end\n";
    const struct oracle *o = &round->oracle;
    struct test *t = round->t;
    size_t count, theirs;

    SEND(t, "UserEvent", "UserEvent", "the-end");
    WAIT_FOR(t, log_has(&t->events, end));
    all_answered(t);
    count = log_find(&t->events, end) + 1;
    theirs = log_find(&o->events, end) + 1;
    expect(t, count <= theirs, "%zu events by libami, %zu on the wire", count, theirs);
    expect_same_events(t, &t->events, 0, &o->events, theirs - count, count);
    expect(t, o->strays.count == 0, "for nobody: %s", o->strays.count ? o->strays.at[0] : "");
    expect(t, o->turn == o->count, "%zu actions were sent, the last answered is no. %zu", o->count,
           o->turn);
}

static void go_round(struct round *round, bool wait)
{
    struct test *t = round->t;
    uint64_t late = ami_session_late(t->session);

    round->count = round->late = 0;
    set_scene(t, &round->scene);
    submit_all(round, wait);
    expect_ping(t);
    for (size_t i = 0; i < round->count; i++) {
        expect_kind(round, &round->at[i]);
        expect_all_heard(round, &round->at[i]);
    }
    late = ami_session_late(t->session) - late;
    expect(t, late == round->late, "%llu messages came late instead of %zu",
           (unsigned long long)late, round->late);
    round->all += round->count;
}

/* One by one, then all at once. */
static void go_rounds(struct test *t, struct round *round)
{
    round->t = t;
    listen_to(t, NULL);
    ask_actions(round);
    go_round(round, true);
    go_round(round, false);
    expect_nothing_left(round);
    printf("#   %zu actions, %zu submissions, %zu lists, %zu items, %zu bytes of answers, "
           "%zu events\n",
           round->actions.count, round->all, round->lists, round->items, round->bytes,
           t->events.count);
    print_left_out();
    hang_up_all(t);
}

/* A session that has failed its test is traced to its end, which comes after the test. */
static struct round *new_round(void)
{
    static struct round round;

    oracle_free(&round.oracle);
    log_free(&round.actions);
    free(round.at);
    round = (struct round){.count = 0};
    return &round;
}

void test_every_action(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct round *round = new_round();

    opts.on_trace = oracle_hear;
    opts.user = &round->oracle;
    open_conn(t, &opts);
    go_rounds(t, round);
}

void test_every_action_bytes(struct test *t)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct round *round = new_round();

    opts.on_trace = oracle_hear;
    opts.user = &round->oracle;
    open_own(t, 1, &opts);
    go_rounds(t, round);
}
