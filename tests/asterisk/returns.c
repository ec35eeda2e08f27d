/* SPDX-License-Identifier: MIT */
/*
 * The server goes away while 1,000 actions are in flight and calls are up, again and again. Does
 * each action end once, and truly? Is the connection back soon, and is all as it was: masks,
 * filters, handlers, memory, descriptors?
 */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "calls.h"
#include "course.h"
#include "deeds.h"
#include "harness.h"
#include "outage.h"
#include "raw.h"
#include "tests.h"

enum {
    ACTIONS = 1000, /* in flight when the server goes away */
    WAITING = 20,   /* submitted until it is back */
    CALLS_UP = 5,
    MIN_MS = 50,
    MAX_MS = 400,
    BUFFER = 64 << 10, /* bytes that the output may keep, or not, for the next round */
    ATTEMPT_MS = 2000  /* some are in vain: a server at its end may leave one unanswered */
};

/* What a connection holds. */
struct holdings {
    size_t blocks, bytes, descriptors, threads;
};

struct trial {
    struct test *t;
    bool kills; /* the server is killed; or else told to restart */
    struct deeds deeds;
    struct outcomes outcomes;
    struct holdings holdings; /* those of memory are always up to date */
    struct course course;
    int told;            /* ends of which the server said that they come */
    ami_time longest_ms; /* from a server that is back to READY */
};

/* ---- The connection ---------------------------------------------------------------------- */

static void *counted(void *user, void *ptr, size_t size)
{
    struct holdings *holdings = user;

    if (ptr) {
        holdings->blocks--;
        holdings->bytes -= malloc_usable_size(ptr);
    }
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    ptr = resized(ptr, size);
    holdings->blocks++;
    holdings->bytes += malloc_usable_size(ptr);
    return ptr;
}

static void open_trial(struct trial *trial, const ami_tls *tls)
{
    struct ami_limits limits = {.size = sizeof limits, .output = 16 << 20};
    struct ami_allocator allocator = {counted, &trial->holdings};
    struct ami_conn_opts opts = conn_opts();
    struct test *t = trial->t;

    opts.events = "call,user,system,dialplan";
    opts.reconnect_min_ms = MIN_MS;
    opts.reconnect_max_ms = MAX_MS;
    opts.connect_timeout_ms = opts.login_timeout_ms = ATTEMPT_MS;
    opts.on_state = follow;
    opts.user = &trial->course;
    opts.limits = &limits;
    opts.allocator = &allocator;
    opts.tls = tls;
    opts.port = tls ? server.tls_port : server.port;
    open_conn(t, &opts);
    listen_to(t, NULL);
    expect_simple(t, ASK(t, "Events", "EventMask", "call,user,system"), AMI_OK);
    expect_simple(t, ASK(t, "Filter", "Operation", "Add", "Filter", "!secret"), AMI_OK);
}

/* ---- One round --------------------------------------------------------------------------- */

/* Of all sorts. What the server does with them at its end depends on what it is busy with: in turn
 * with a call that rings and calls that are up, or with a stream of long actions. */
static void do_many(struct trial *trial, bool streams, int ring_at)
{
    static const enum deed_kind kinds[] = {WRITE, CALL, WRITE, PUT, WRITE, PING, WRITE, CALL};
    struct deeds *deeds = &trial->deeds;

    deeds->flows = streams && !trial->kills;
    for (int i = 0; i < ACTIONS; i++) {
        enum deed_kind kind = kinds[(size_t)i % ARRAY_LEN(kinds)];

        if (i % 80 == 0)
            kind = LIST;
        else if (i == ring_at && !streams && !trial->kills)
            kind = RING;
        else if (kind == CALL && deeds->flows)
            kind = WRITE; /* calls would have the server refuse the others until they end */
        do_one(deeds, kind, streams);
    }
}

/* A server may be gone before its word is out; but once it is out, the reason says so. */
static void expect_reason(struct trial *trial)
{
    bool told = log_has(&trial->t->events, "Event: Shutdown\n") || was_going(&trial->deeds);

    trial->told += told;
    expect(trial->t, (trial->course.end.code == AMI_E_SHUTDOWN) == told, "%s: %s",
           told ? "it told" : "it did not tell", trial->course.end.text);
}

static void go_away(struct trial *trial, int nth)
{
    struct test *t = trial->t;
    int ends = trial->course.ends, dones = t->dones, at = nth * 379 % ACTIONS;

    do_many(trial, nth % 2, at);
    WAIT_FOR(t, t->dones >= dones + at * 3 / 4);
    if (trial->kills)
        kill_server(t);
    else
        restart_server(t);
    WAIT_FOR(t, trial->course.ends > ends);
    trial->deeds.flows = false;
    trial->deeds.died = trial->kills;
    expect_reason(trial);
}

static void come_back(struct trial *trial)
{
    struct test *t = trial->t;
    int ends = trial->course.ends, first = trial->deeds.count;
    struct outcomes waited = {0};
    ami_time took, back;

    for (int i = 0; i < WAITING; i++)
        do_one(&trial->deeds, i % 2 ? PUT : PING, false);
    back = await_return(t);
    all_answered(t);
    count_outcomes(&trial->deeds, first, &waited);
    expect(t, waited.ok == WAITING, "%d of %d that waited are done", waited.ok, WAITING);
    expect(t, trial->course.ends == ends, "lost again: %s", trial->course.end.text);
    expect(t, trial->course.refusal.code == AMI_OK, "%s", trial->course.refusal.text);
    expect(t, trial->course.gap_ms >= trial->course.ready_at - trial->course.ended_at,
           "a gap of %d ms", (int)trial->course.gap_ms);
    took = trial->course.ready_at - back;
    expect(t, took <= MAX_MS + 2 * ATTEMPT_MS, "READY %d ms after the server", (int)took);
    if (took > trial->longest_ms)
        trial->longest_ms = took;
}

/* What the mask and the filter let through comes, and nothing else. */
static void expect_events(struct test *t)
{
    raw_send(t, "Action: UserEvent\r\nUserEvent: one\r\nHeader: secret\r\n\r\n"
                "Action: Originate\r\nChannel: Local/vars@test\r\nApplication: Wait\r\nData: 1\r\n"
                "Async: true\r\n\r\n");
    WAIT_FOR(t, log_has(&t->raw->events, "\nHeader: secret\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "Event: VarSet\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "Event: Hangup\n"));
    raw_send(t, "Action: UserEvent\r\nUserEvent: two\r\n\r\n");
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: two\n"));
    expect(t, log_has(&t->events, "Event: Hangup\n"), "the mask keeps calls away");
    expect(t, !log_has(&t->events, "Event: VarSet\n"), "the mask does not stand");
    expect(t, !log_has(&t->events, "secret"), "the filter does not stand");
}

static void forget_round(struct trial *trial)
{
    struct test *t = trial->t;

    forget_deeds(&trial->deeds);
    hang_up_all(t);
    drop_answers(t);
    raw_close(t->raw);
    t->raw = NULL;
    log_free(&t->events);
}

static void go_round(struct trial *trial, int nth)
{
    struct test *t = trial->t;

    expect(t, begin_deeds(&trial->deeds, t), "no ledger");
    raw_open(t);
    if (nth % 2 == 0)
        hold_calls(t, CALLS_UP);
    go_away(trial, nth);
    come_back(trial);
    raw_open(t);
    WAIT_FOR(t, log_has(&t->raw->events, "Event: FullyBooted\n"));
    log_free(&t->events);
    expect_events(t);
    judge_deeds(&trial->deeds);
    count_outcomes(&trial->deeds, 0, &trial->outcomes);
    forget_round(trial);
}

/* ---- All rounds -------------------------------------------------------------------------- */

static size_t count_dir(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;

    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

static struct holdings take_stock(const struct trial *trial)
{
    struct holdings holdings = trial->holdings;

    holdings.descriptors = count_dir("/proc/self/fd");
    holdings.threads = count_dir("/proc/self/task");
    return holdings;
}

/* The first two rounds have seen all that a round needs. */
static void expect_same_holdings(struct test *t, const struct holdings *then,
                                 const struct holdings *now)
{
    expect(t, now->descriptors == then->descriptors, "%zu descriptors, then %zu", then->descriptors,
           now->descriptors);
    expect(t, now->threads == then->threads, "%zu threads, then %zu", then->threads, now->threads);
    expect(t, now->blocks == then->blocks && now->bytes <= then->bytes + BUFFER,
           "%zu bytes in %zu blocks, then %zu in %zu", then->bytes, then->blocks, now->bytes,
           now->blocks);
}

static void print_outcomes(const struct trial *trial)
{
    const struct outcomes *o = &trial->outcomes;

    printf("#   %d done, %d refused, %d lost (of which %d were done), %d not sent\n", o->ok,
           o->refused, o->lost, o->lost_and_done, o->not_sent);
    printf("#   READY at most %d ms after the server, which told %d times that it was going\n",
           (int)trial->longest_ms, trial->told);
}

static void go_through(struct test *t, int rounds, bool kills, const ami_tls *tls)
{
    static struct trial trial; /* outlives a test that fails */
    struct holdings second = {0}, last = {0};

    memset(&trial, 0, sizeof trial);
    trial.t = t;
    trial.kills = kills;
    open_trial(&trial, tls);
    for (int i = 0; i < rounds; i++) {
        go_round(&trial, i);
        last = take_stock(&trial);
        if (i == 1)
            second = last;
    }
    print_outcomes(&trial);
    expect(t, trial.course.returns == rounds, "%d returns", trial.course.returns);
    expect(t, trial.outcomes.ok > 0 && trial.outcomes.lost > 0, "it was never in the middle");
    /* Once in a while a server is gone too soon, and over TLS there are few rounds. */
    expect(t, kills || tls || trial.told > 0, "the server never told that it was going");
    expect_same_holdings(t, &second, &last);
    ami_conn_free(t->conn);
    t->conn = NULL;
    expect(t, trial.holdings.blocks == 0, "%zu blocks are left", trial.holdings.blocks);
}

void test_restarts(struct test *t)
{
    if (can_be_killed(t))
        go_through(t, 10, false, NULL);
}

void test_kills(struct test *t)
{
    if (can_be_killed(t))
        go_through(t, 10, true, NULL);
}

void test_tls_restarts(struct test *t)
{
    struct ami_tls_opts opts = AMI_TLS_OPTS_INIT;
    ami_tls *tls;

    if (!server.tls_ca)
        skip(t, "this server has no port for TLS");
    if (!server.tls_ca || !can_be_killed(t))
        return;
    opts.ca_file = server.tls_ca;
    expect_status(t, "ami_tls_new", ami_tls_new(&tls, &opts, NULL), AMI_OK);
    go_through(t, 4, false, tls);
    ami_tls_free(tls);
}
