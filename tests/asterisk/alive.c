/* SPDX-License-Identifier: MIT */
/* Is a dead link noticed in time, with nobody to tell of it? And a busy server not taken for dead?
 */
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "course.h"
#include "harness.h"
#include "outage.h"
#include "relay.h"
#include "tests.h"

enum {
    SILENCE_MS = 300, /* then a Ping, */
    PONG_MS = 900,    /* and so long for the answer */
    SLACK_MS = 2000,  /* of this machine */
    MIN_MS = 50,
    MAX_MS = 400,
    ATTEMPT_MS = 1000,
    DOWN_MS = 3000,
    RINGING_MS = 3000,
    RING_TIMEOUT_MS = 3000
};

static struct ami_conn_opts alive_opts(struct course *course)
{
    struct ami_conn_opts opts = conn_opts();

    *course = (struct course){0};
    opts.events = "off"; /* all that comes is a sign of life */
    opts.keepalive_ms = SILENCE_MS;
    opts.pong_timeout_ms = PONG_MS;
    opts.reconnect_min_ms = MIN_MS;
    opts.reconnect_max_ms = MAX_MS;
    opts.connect_timeout_ms = opts.login_timeout_ms = ATTEMPT_MS;
    opts.on_state = follow;
    opts.user = course;
    return opts;
}

/* The server has been silent since then. */
static void expect_noticed(struct test *t, const struct course *course, ami_time since)
{
    struct answer *a = SEND(t, "Ping");
    int ms;

    WAIT_FOR(t, course->ends > 0);
    ms = (int)(course->ended_at - since);
    printf("#   noticed after %d ms: %s\n", ms, course->end.text);
    expect_status(t, "the end", course->end.code, AMI_E_KEEPALIVE);
    expect(t, ms >= PONG_MS / 2 && ms <= SILENCE_MS + PONG_MS + SLACK_MS, "noticed after %d ms",
           ms);
    expect_status(t, "a Ping meanwhile", a->status, AMI_E_LOST);
    expect(t, a->sent && a->dones == 1, "LOST and not sent, or twice");
}

static void expect_down(struct test *t, const struct course *course)
{
    wait_ms(t, DOWN_MS);
    expect(t, course->returns == 0 && course->failures > 0, "%d returns, %d failures",
           course->returns, course->failures);
    printf("#   %d attempts failed, such as: %s\n", course->failures, course->failure.text);
}

static void expect_back(struct test *t, const struct course *course, ami_time since)
{
    int ms;

    WAIT_FOR(t, course->returns == 1);
    ms = (int)(course->ready_at - since);
    printf("#   back after %d ms, with a gap of %d ms\n", ms, (int)course->gap_ms);
    expect(t, ms <= MAX_MS + 2 * ATTEMPT_MS + SLACK_MS, "back after %d ms", ms);
    expect(t, course->gap_ms >= DOWN_MS, "a gap of %d ms", (int)course->gap_ms);
    expect_ping(t);
    wait_ms(t, 2 * (SILENCE_MS + PONG_MS));
    expect(t, course->ends == 1, "lost again: %s", course->end.text);
}

/* A quiet link lives, as long as there are answers. */
static void open_and_rest(struct test *t, const struct ami_conn_opts *opts,
                          const struct course *course)
{
    open_conn(t, opts);
    wait_ms(t, 4 * SILENCE_MS + SILENCE_MS / 2);
    expect(t, course->ends == 0, "lost: %s", course->end.text);
}

void test_frozen(struct test *t)
{
    static struct course course;
    struct ami_conn_opts opts = alive_opts(&course);
    ami_time then;

    if (!can_be_killed(t))
        return;
    open_and_rest(t, &opts, &course);
    freeze_server(t);
    expect_noticed(t, &course, ami_now());
    expect_down(t, &course);
    thaw_server();
    then = ami_now();
    expect_back(t, &course, then);
}

void test_cut(struct test *t)
{
    static struct course course;
    struct ami_conn_opts opts = alive_opts(&course);
    struct relay *relay = &t->relay;
    ami_time then;

    if (!relay_start(t, relay, true))
        return;
    opts.host = relay->host;
    opts.port = relay->port;
    open_and_rest(t, &opts, &course);
    relay_cut(t, relay, true);
    expect_noticed(t, &course, ami_now());
    expect_down(t, &course);
    relay_cut(t, relay, false);
    then = ami_now();
    expect_back(t, &course, then);
}

static struct answer *ping_within(struct test *t, int ms)
{
    ami_action *ping = ami_action_new("Ping");

    ami_action_timeout(ping, ms);
    return submit(t, ping);
}

/* The server answers nothing while it rings: its silence is no sign, and the time of what stands
 * behind has not begun. */
void test_long_ring(struct test *t)
{
    static struct course course;
    struct ami_conn_opts opts = alive_opts(&course);
    ami_time then = ami_now();
    struct answer *ring, *pings[10];

    open_conn(t, &opts);
    ring = SEND(t, "Originate", "Channel", "Local/ring@test", "Application", "Wait", "Data", "1",
                "Timeout", "3000");
    for (size_t i = 0; i < ARRAY_LEN(pings); i++) {
        pings[i] = ping_within(t, RINGING_MS - 1000);
        wait_ms(t, 100);
    }
    expect_simple(t, answered(t, ring), AMI_E_REFUSED);
    expect(t, ami_now() - then >= RINGING_MS, "it rang for %d ms", (int)(ami_now() - then));
    for (size_t i = 0; i < ARRAY_LEN(pings); i++)
        expect_simple(t, answered(t, pings[i]), AMI_OK);
    wait_ms(t, 2 * (SILENCE_MS + PONG_MS));
    expect(t, course.ends == 0, "lost: %s", course.end.text);
}

/* The patience ends with the time of the action. */
void test_frozen_ring(struct test *t)
{
    static struct course course;
    struct ami_conn_opts opts = alive_opts(&course);
    ami_action *action;
    struct answer *ring, *behind;
    ami_time then;
    int ms;

    if (!can_be_killed(t))
        return;
    open_conn(t, &opts);
    action = ami_action_new("Originate");
    ami_action_add(action, "Channel", "Local/ring@test");
    ami_action_add(action, "Application", "Wait");
    ami_action_timeout(action, RING_TIMEOUT_MS);
    ring = submit(t, action);
    behind = ping_within(t, RING_TIMEOUT_MS - 200);
    then = ami_now();
    wait_ms(t, 100);
    freeze_server(t);
    WAIT_FOR(t, course.ends > 0);
    ms = (int)(course.ended_at - then);
    printf("#   noticed after %d ms: %s\n", ms, course.end.text);
    thaw_server();
    expect_status(t, "the end", course.end.code, AMI_E_KEEPALIVE);
    expect_status(t, "the call", ring->status, AMI_E_TIMEOUT);
    expect_status(t, "what stood behind it", behind->status, AMI_E_LOST);
    expect(t, ms >= RING_TIMEOUT_MS && ms <= RING_TIMEOUT_MS + SILENCE_MS + PONG_MS + SLACK_MS,
           "noticed after %d ms", ms);
    WAIT_FOR(t, course.returns == 1);
    ASK(t, "Hangup", "Channel", "/^Local/");
}

/* A user who may log in once comes back while the server knows nothing of the end. */
void test_return_in_use(struct test *t)
{
    static struct course course;
    struct ami_conn_opts opts = alive_opts(&course);
    struct relay *relay = &t->relay;

    if (!relay_start(t, relay, false))
        return;
    opts.username = "single";
    opts.host = relay->host;
    opts.port = relay->port;
    opts.login_timeout_ms = 5000; /* a refusal takes the server a second */
    open_conn(t, &opts);
    relay_hold(t, relay);
    WAIT_FOR(t, course.failures == 3);
    expect_status(t, "an attempt", course.failure.code, AMI_E_REFUSED);
    expect(t, strstr(course.failure.text, "Login Already In Use"), "%s", course.failure.text);
    expect(t, course.returns == 0, "back beside the other session");
    relay_release(t, relay);
    WAIT_FOR(t, course.returns == 1);
    expect_ping(t);
    printf("#   %d attempts were refused\n", course.failures);
}
