/* SPDX-License-Identifier: MIT */
/* Connections that come back: what the program hears, and what the server. */
#include "peer.h"

#include <unistd.h>

enum { MIN = 1000, MAX = 16000 };

/* ---- Helpers ----------------------------------------------------------------------------- */

static void prepare(struct bench *b)
{
    b->opts.reconnect_min_ms = MIN;
    b->opts.reconnect_max_ms = MAX;
    bench_reset(b);
    far_listen(b);
    bench_new(b);
}

static void begin(struct bench *b)
{
    prepare(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
}

/* The connection that is being made is accepted. */
static void take(struct bench *b)
{
    settle(b);
    far_accept(b);
}

static void begin_ready(struct bench *b)
{
    begin(b);
    take(b);
    far_log_in(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    text_free(&b->log);
}

/* The server closes; in BACKOFF then. */
static void lose(struct bench *b)
{
    far_close(b);
    settle(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_BACKOFF);
}

/* The client has closed. */
static void far_drop(struct bench *b)
{
    assert_true(far_at_end(b));
    close(b->far);
    b->far = -1;
}

static ami_time delay(const struct bench *b)
{
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_BACKOFF);
    return ami_conn_deadline(b->conn) - world.now;
}

/* Waits for the next attempt, which is accepted. */
static void attempt(struct bench *b)
{
    world.now += delay(b);
    take(b);
}

/* Lost and back again. */
static void come_back(struct bench *b)
{
    lose(b);
    attempt(b);
    far_log_in(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    text_free(&b->log);
}

static void submit_headers(struct bench *b, const char *label, const char *action, const char *name,
                           const char *value)
{
    ami_action *a = ami_action_new(action);

    assert_int_equal(ami_action_add(a, name, value), AMI_OK);
    submit_action(b, label, a);
}

/* ---- There and back ---------------------------------------------------------------------- */

static void test_lost_and_back(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    on_events(b, "Hangup");
    world.now += 500;
    far_say(b, "Event: Hangup\r\n\r\n");
    settle(b);
    world.now += 100;
    lose(b);
    assert_log(b, "event Hangup\n"
                  "state BACKOFF from READY: AMI_E_EOF\n");
    assert_int_equal(ami_conn_fd(b->conn), -1);
    assert_int_equal(ami_conn_events(b->conn), 0);
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    ami_time gap = 100 + delay(b);
    attempt(b);
    far_log_in(b);
    far_say(b, "Event: Hangup\r\n\r\n");
    settle(b);
    char expected[200];
    snprintf(expected, sizeof expected,
             "state CONNECTING from BACKOFF\n"
             "state LOGIN from CONNECTING\n"
             "state READY from LOGIN, gap %lld\n"
             "event Hangup\n",
             (long long)gap);
    assert_log(b, expected);
    assert_int_equal(ami_conn_error(b->conn)->code, AMI_OK);
}

static void test_the_first_ready_is_no_return(void **state)
{
    struct bench *b = *state;

    begin(b);
    take(b);
    far_close(b);
    settle(b);
    attempt(b);
    far_log_in(b);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state LOGIN from CONNECTING\n"
                  "state BACKOFF from LOGIN: AMI_E_EOF\n"
                  "state CONNECTING from BACKOFF\n"
                  "state LOGIN from CONNECTING\n"
                  "state READY from LOGIN\n");
}

/* The gap lasts from the last byte of the last connection that was READY. */
static void test_the_gap_over_many_attempts(void **state)
{
    struct bench *b = *state;
    char expected[64];

    begin_ready(b);
    ami_time lost = world.now;
    lose(b);
    for (int i = 0; i < 3; i++) {
        attempt(b);
        far_say(b, BANNER);
        settle(b);
        far_close(b);
        settle(b);
    }
    attempt(b);
    far_log_in(b);
    snprintf(expected, sizeof expected, "READY from LOGIN, gap %lld\n",
             (long long)(world.now - lost));
    assert_true(was_logged(b, expected));
}

/* What had come long before it was read says nothing of the time since, what comes later does. */
static void test_the_gap_behind_a_pause(void **state)
{
    struct bench *b = *state;
    char expected[64];

    begin_ready(b);
    for (int later = 0; later <= 1; later++) {
        ami_time heard = world.now;

        ami_conn_pause(b->conn, true);
        far_say(b, "Event: Hangup\r\n\r\n");
        world.now += 600000;
        ami_conn_pause(b->conn, false);
        settle(b);
        if (later) {
            heard = world.now += 10;
            far_say(b, "Event: Hangup\r\n\r\n");
            settle(b);
        }
        lose(b);
        attempt(b);
        far_log_in(b);
        snprintf(expected, sizeof expected, "READY from LOGIN, gap %lld\n",
                 (long long)(world.now - heard));
        assert_true(was_logged(b, expected));
    }
}

/* ---- Actions ----------------------------------------------------------------------------- */

static void test_what_was_in_flight_is_lost(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin_ready(b);
    submit(b, "a", "Silent");
    submit(b, "b", "Half");
    settle(b);
    far_serve_all(b);
    settle(b);
    world.send_room = 10;
    submit(b, "c", "Silent");
    submit(b, "d", "Silent");
    settle(b);
    lose(b);
    world.send_room = -1;
    assert_log(b, "b RESPONSE AMI_OK sent READY\n"
                  "b ITEM AMI_OK sent READY\n"
                  "b ITEM AMI_OK sent READY\n"
                  "b ITEM AMI_OK sent READY\n"
                  "a DONE AMI_E_LOST sent BACKOFF\n"
                  "b DONE AMI_E_LOST sent BACKOFF\n"
                  "c DONE AMI_E_LOST sent BACKOFF\n"
                  "d DONE AMI_E_NOT_SENT unsent BACKOFF\n"
                  "state BACKOFF from READY: AMI_E_EOF\n");
    attempt(b);
    far_log_in(b);
    assert_false(far_take(b, &request)); /* nothing is sent twice, and no rest of c */
}

static void test_submitted_meanwhile(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    ami_id before = submit(b, "a", "ActionA");
    lose(b);
    text_free(&b->log);
    ami_id after = submit(b, "b", "ActionB");
    assert_true(after > before);
    attempt(b);
    submit(b, "c", "ActionC");
    far_log_in(b);
    far_serve(b, "ActionB", "Success", "");
    far_serve(b, "ActionC", "Success", "");
    settle(b);
    assert_true(was_logged(b, "b DONE AMI_OK sent READY\nc DONE AMI_OK sent READY\n"));
}

/* What waits for the return outlives attempts that fail, but not its time. */
static void test_submitted_and_not_sent_in_time(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    lose(b);
    text_free(&b->log);
    submit_action(b, "a", action_within("ActionA", 1800));
    submit_action(b, "b", action_within("ActionB", MIN / 2));
    settle(b);
    world.now += MIN / 2;
    settle(b);
    assert_log(b, "b DONE AMI_E_NOT_SENT unsent BACKOFF\n");
    attempt(b);
    far_close(b);
    settle(b);
    assert_false(was_logged(b, "a DONE"));
    world.now += 1300;
    settle(b);
    assert_true(was_logged(b, "a DONE AMI_E_NOT_SENT unsent BACKOFF\n"));
}

static void submit_e(struct bench *b)
{
    submit(b, "e", "ActionE");
}

static void test_submitted_in_callbacks(void **state)
{
    static const char *const whens[] = {"state BACKOFF", "a DONE", "state READY"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(whens); i++) {
        begin_ready(b);
        submit(b, "a", "Silent");
        settle(b);
        far_serve_all(b);
        b->when = whens[i];
        b->deed = submit_e;
        lose(b);
        attempt(b);
        far_log_in(b);
        far_serve(b, "ActionE", "Success", "");
        settle(b);
        assert_true(was_logged(b, "e DONE AMI_OK sent READY\n"));
    }
}

/* The end of one stream is not glued to the beginning of the next. */
static void test_half_a_message(void **state)
{
    static const char *const halves[] = {"Event: Hang", "Event: Hangup\r\n", "Event: Hangup\r\n\r",
                                         "\r\n\r\nEvent: X\r\nY"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(halves); i++) {
        begin_ready(b);
        far_say(b, halves[i]);
        settle(b);
        come_back(b);
        on_events(b, NULL);
        far_say(b, "Event: Other\r\n\r\n");
        settle(b);
        assert_log(b, "event Other\n");
    }
}

/* ---- Back-off ---------------------------------------------------------------------------- */

/* Delays of 1, 2, 4, 8 seconds and so on, each up to a half longer, at most 16. */
static void test_delays_double(void **state)
{
    struct bench *b = *state;
    bool longer = false;

    for (int run = 0; run < 20; run++) {
        ami_time base = MIN;
        prepare(b);
        stop_listening(b);
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        settle(b);
        for (int i = 0; i < 8; i++) {
            ami_time most = base + base / 2 < MAX ? base + base / 2 : MAX;
            assert_in_range(delay(b), base, most);
            longer |= delay(b) > base && base < MAX / 2;
            world.now += delay(b);
            settle(b);
            base = 2 * base < MAX - MAX / 3 ? 2 * base : MAX - MAX / 3;
        }
        assert_true(was_logged(b, "BACKOFF from CONNECTING: AMI_E_CONNECT\n"));
    }
    assert_true(longer);
}

static void test_a_stable_connection_begins_anew(void **state)
{
    static const struct {
        int ready_ms;
        ami_time least, most;
    } cases[] = {{MAX, MIN, MIN * 3 / 2}, {MAX - 1, 4 * MIN, 6 * MIN}};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        begin_ready(b);
        come_back(b);
        come_back(b);
        world.now += cases[i].ready_ms;
        settle(b);
        lose(b);
        assert_in_range(delay(b), cases[i].least, cases[i].most);
    }
}

static void test_default_longest_delay(void **state)
{
    struct bench *b = *state;

    for (int chosen = -1; chosen <= 0; chosen++) {
        bench_reset(b);
        b->opts.reconnect_max_ms = chosen;
        b->opts.reconnect_min_ms = 50000;
        listen_on(b, false, 0, 8);
        stop_listening(b);
        bench_new(b);
        ami_conn_start(b->conn);
        settle(b);
        assert_in_range(delay(b), 50000, 60000);
        world.now += delay(b);
        settle(b);
        assert_in_range(delay(b), 50000, 60000);
    }
}

/* ---- Reasons ----------------------------------------------------------------------------- */

static void refuse_login(struct bench *b, const char *message)
{
    char header[100];

    snprintf(header, sizeof header, "Message: %s\r\n", message);
    far_say(b, BANNER);
    settle(b);
    far_serve(b, "Challenge", "Success", "Challenge: 1\r\n");
    settle(b);
    far_serve(b, "Login", "Error", header);
    settle(b);
}

static void test_a_wrong_secret_is_final(void **state)
{
    struct bench *b = *state;

    begin(b);
    take(b);
    refuse_login(b, "Authentication failed");
    assert_true(was_logged(b, "state CLOSED from LOGIN: AMI_E_AUTH\n"));
    begin_ready(b);
    lose(b);
    attempt(b);
    refuse_login(b, "Authentication failed");
    assert_true(was_logged(b, "state CLOSED from LOGIN: AMI_E_AUTH\n"));
}

static void test_other_refusals_are_not(void **state)
{
    static const char *const messages[] = {"Asterisk is shutting down", "Login Already In Use",
                                           "Permission denied"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        begin(b);
        take(b);
        refuse_login(b, messages[i]);
        assert_true(was_logged(b, "state BACKOFF from LOGIN: AMI_E_REFUSED\n"));
        assert_non_null(strstr(ami_conn_error(b->conn)->text, messages[i]));
        far_drop(b);
        attempt(b);
        far_log_in(b);
        assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    }
}

static void test_shutdown_is_told(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    far_say(b, "Event: Shutdown\r\nShutdown: Cleanly\r\nRestart: True\r\n\r\n");
    lose(b);
    assert_log(b, "state BACKOFF from READY: AMI_E_SHUTDOWN\n");
    attempt(b);
    far_log_in(b);
    lose(b);
    assert_true(was_logged(b, "state BACKOFF from READY: AMI_E_EOF\n"));
}

static void test_a_dead_link_is_left(void **state)
{
    struct bench *b = *state;

    b->opts.keepalive_ms = 5000;
    begin_ready(b);
    world.now += 5000;
    settle(b);
    world.now += 10000;
    settle(b);
    assert_log(b, "state BACKOFF from READY: AMI_E_KEEPALIVE\n");
    far_drop(b);
    attempt(b);
    far_log_in(b);
    assert_int_equal(ami_conn_deadline(b->conn), world.now + 5000);
}

static void test_a_slow_login(void **state)
{
    struct bench *b = *state;

    begin(b);
    take(b);
    world.now += 10000;
    settle(b);
    assert_true(was_logged(b, "state BACKOFF from LOGIN: AMI_E_TIMEOUT\n"));
}

static void test_no_banner(void **state)
{
    struct bench *b = *state;

    begin(b);
    take(b);
    far_say(b, "HTTP/1.1 400 Bad Request\r\n");
    settle(b);
    assert_true(was_logged(b, "state BACKOFF from LOGIN: AMI_E_PROTO\n"));
    far_drop(b);
    attempt(b);
    far_log_in(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
}

/* ---- Masks and filters ------------------------------------------------------------------- */

/* Behind an Events the library sends a Ping, since there may be no answer. */
static void serve_ping(struct bench *b)
{
    far_serve(b, "Ping", "Success", "");
    settle(b);
}

/* Has a mask and two filters accepted. */
static void set_masks(struct bench *b)
{
    submit_headers(b, "mask", "Events", "EventMask", "call,user");
    submit_headers(b, "filter", "Filter", "Filter", "Event: Hangup");
    submit_headers(b, "refused", "Filter", "Filter", "(");
    submit_headers(b, "other", "Filter", "Filter", "!Channel: x");
    settle(b);
    far_serve(b, "Events", "Success", "Events: On\r\n");
    serve_ping(b);
    far_serve(b, "Filter", "Success", "");
    far_serve(b, "Filter", "Error", "Message: No\r\n");
    far_serve(b, "Filter", "Success", "");
    settle(b);
    text_free(&b->log);
}

static void expect_replay(struct bench *b, const char *name, const char *line, const char *response,
                          const char *headers)
{
    struct request request;

    far_expect(b, name, &request);
    assert_non_null(strstr(request.text, line));
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_LOGIN);
    far_answer(b, &request, response, headers);
    if (strcmp(name, "Events") == 0)
        serve_ping(b);
    settle(b);
}

static void test_masks_and_filters_return(void **state)
{
    struct bench *b = *state;
    struct request request;

    begin_ready(b);
    set_masks(b);
    for (int i = 0; i < 3; i++) {
        lose(b);
        submit(b, "a", "ActionA");
        attempt(b);
        far_log_in(b);
        expect_replay(b, "Events", "\r\nEventMask: call,user\r\n", "Success", "Events: On\r\n");
        expect_replay(b, "Filter", "\r\nFilter: Event: Hangup\r\n", "Success", "");
        expect_replay(b, "Filter", "\r\nFilter: !Channel: x\r\n", "Success", "");
        assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
        far_expect(b, "ActionA", &request);
        assert_false(was_logged(b, "mask DONE"));
        assert_true(was_logged(b, "state READY from LOGIN, gap "));
        assert_false(was_logged(b, ": Filter"));
    }
}

static void test_a_refused_replay_is_told_once(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    set_masks(b);
    lose(b);
    attempt(b);
    far_log_in(b);
    expect_replay(b, "Events", "call,user", "Success", "Events: On\r\n");
    expect_replay(b, "Filter", "Hangup", "Error", "Message: Permission denied\r\n");
    expect_replay(b, "Filter", "!Channel: x", "Error", "Message: Another\r\n");
    assert_true(was_logged(b, ": a filter was not restored: Permission denied\n"));
    text_free(&b->log);
    lose(b);
    attempt(b);
    far_log_in(b);
    expect_replay(b, "Events", "call,user", "Success", "Events: On\r\n");
    assert_false(was_logged(b, "restored"));
}

/* A program that adds its filters whenever it is READY does not have more of them each time. */
static void test_filters_that_are_added_again(void **state)
{
    static const char *const filters[] = {"Hangup", "!Channel: x"};
    struct bench *b = *state;

    begin_ready(b);
    for (int i = 0; i < 4; i++) {
        for (size_t j = 0; j < ARRAY_LEN(filters); j++)
            submit_headers(b, "filter", "Filter", "Filter", filters[j]);
        settle(b);
        far_serve(b, "Filter", "Success", "");
        far_serve(b, "Filter", "Success", "");
        settle(b);
        lose(b);
        attempt(b);
        far_log_in(b);
        expect_replay(b, "Filter", "Hangup", "Success", "");
        expect_replay(b, "Filter", "!Channel: x", "Success", "");
        assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    }
}

/* The connection breaks between two of them, also again and again: nothing is forgotten, and the
 * order stays. */
static void test_broken_in_the_replay(void **state)
{
    static const char *const orders[][2] = {
        {"Events", "EventMask: call,user"}, {"Filter", "Hangup"}, {"Filter", "!Channel: x"}};
    struct bench *b = *state;

    begin_ready(b);
    set_masks(b);
    lose(b);
    for (size_t i = 0; i < 7; i++) {
        attempt(b);
        far_log_in(b);
        for (size_t j = 0; j <= i % 3; j++)
            expect_replay(b, orders[j][0], orders[j][1], "Success", "");
        assert_int_equal(ami_conn_state(b->conn), i % 3 == 2 ? AMI_STATE_READY : AMI_STATE_LOGIN);
        lose(b);
    }
}

/* Broken behind a refusal: the one that is READY in the end tells of it. */
static void test_a_refusal_outlives_a_break(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    set_masks(b);
    lose(b);
    attempt(b);
    far_log_in(b);
    expect_replay(b, "Events", "call,user", "Success", "");
    expect_replay(b, "Filter", "Hangup", "Error", "Message: Permission denied\r\n");
    lose(b);
    attempt(b);
    far_log_in(b);
    expect_replay(b, "Events", "call,user", "Success", "");
    expect_replay(b, "Filter", "!Channel: x", "Success", "");
    assert_true(was_logged(b, ": a filter was not restored: Permission denied\n"));
}

/* A mask that waited for the return is newer than the one asked for again. */
static void test_a_mask_that_was_held(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    set_masks(b);
    lose(b);
    submit_headers(b, "held", "Events", "EventMask", "off");
    for (int i = 0; i < 2; i++) {
        attempt(b);
        far_log_in(b);
        if (i == 0)
            expect_replay(b, "Events", "EventMask: call,user", "Success", "");
        expect_replay(b, "Filter", "Hangup", "Success", "");
        expect_replay(b, "Filter", "!Channel: x", "Success", "");
        if (i == 0) {
            far_serve(b, "Events", "Success", "Events: Off\r\n");
            serve_ping(b);
            lose(b);
        }
    }
    expect_replay(b, "Events", "EventMask: off", "Success", "");
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
}

/* A filter that the server of now cannot take is as good as refused. */
static void test_a_replay_that_cannot_be_sent(void **state)
{
    struct bench *b = *state;
    char mask[301] = "";

    memset(mask, 'x', sizeof mask - 1);
    begin_ready(b);
    submit_headers(b, "mask", "Filter", "Filter", mask);
    settle(b);
    far_serve(b, "Filter", "Success", "");
    lose(b);
    submit(b, "a", "ActionA");
    attempt(b);
    far_say(b, "Asterisk Call Manager/1.0\r\n"); /* reads no line of that length */
    settle(b);
    far_serve(b, "Challenge", "Success", "Challenge: 1\r\n");
    settle(b);
    far_serve(b, "Login", "Success", "");
    settle(b);
    assert_true(
        was_logged(b, ": a filter was not restored: it is longer than this server reads\n"));
    far_serve(b, "ActionA", "Success", "");
    settle(b);
    assert_true(was_logged(b, "a DONE AMI_OK sent READY\n"));
}

/* ---- Closing and freeing ----------------------------------------------------------------- */

static void test_close_in_backoff(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    lose(b);
    submit(b, "a", "ActionA");
    ami_conn_close(b->conn);
    assert_log(b, "state BACKOFF from READY: AMI_E_EOF\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from BACKOFF: AMI_E_CANCELLED\n");
    assert_true(ami_conn_deadline(b->conn) == AMI_NEVER);
}

static void test_free_in_backoff(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    lose(b);
    submit(b, "a", "ActionA");
    text_free(&b->log);
    ami_conn_free(b->conn);
    b->conn = NULL;
    assert_log(b, "a DONE AMI_E_CANCELLED unsent CLOSED\n");
}

static void test_close_and_free_in_callbacks(void **state)
{
    static const char *const whens[] = {"a DONE",           "b DONE",      "state BACKOFF",
                                        "state CONNECTING", "state LOGIN", "state READY"};
    struct bench *b = *state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(whens); i++) {
        begin_ready(b);
        submit(b, "a", "Silent");
        submit(b, "b", "Silent");
        settle(b);
        far_serve_all(b);
        b->when = whens[i / 2];
        b->deed = i % 2 ? free_it : close_it;
        far_close(b);
        settle(b);
        if (b->conn && ami_conn_state(b->conn) == AMI_STATE_BACKOFF)
            world.now += delay(b);
        for (int round = 0; b->conn && round < 10; round++) {
            if (b->far < 0 && ami_conn_state(b->conn) == AMI_STATE_LOGIN)
                far_accept(b);
            if (b->far >= 0 && ami_conn_state(b->conn) == AMI_STATE_LOGIN)
                far_log_in(b);
            if (b->far >= 0)
                far_serve_all(b);
            if (b->conn)
                settle(b);
        }
        assert_null(b->deed);
        assert_true(!b->conn || ami_conn_state(b->conn) == AMI_STATE_CLOSED);
    }
}

static void test_a_loop_that_remembers(void **state)
{
    struct bench *b = *state;

    begin_ready(b);
    watch(b);
    lose(b);
    assert_true(was_logged(b, "notify - -"));
    assert_int_equal(b->watched_fd, -1);
    attempt(b);
    assert_true(b->watched_fd >= 0);
    far_log_in(b);
    assert_int_equal(b->watched_fd, ami_conn_fd(b->conn));
}

static void test_not_over_a_descriptor(void **state)
{
    struct bench *b = *state;

    b->opts.reconnect_min_ms = 1;
    bench_new(b);
    assert_int_equal(ami_conn_start_fd(b->conn, 0), AMI_E_INVAL);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_IDLE);
}

/* Each allocation fails once: it comes back in the end, always with the login first, and nothing
 * leaks. */
static void test_memory_runs_out(void **state)
{
    struct bench *b = *state;

    for (size_t fail_at = 1; fail_at < 40; fail_at++) {
        begin_ready(b);
        set_masks(b);
        b->alloc.asked = 0;
        b->alloc.fail_at = fail_at;
        far_close(b);
        settle(b);
        try_submit(b, "a", "ActionA");
        for (int round = 0; ami_conn_state(b->conn) != AMI_STATE_READY; round++) {
            assert_true(round < 100);
            if (ami_conn_state(b->conn) == AMI_STATE_BACKOFF) {
                if (b->far >= 0)
                    far_drop(b);
                attempt(b);
                far_say(b, BANNER);
            }
            settle(b);
            far_serve_all(b);
            settle(b);
            if (b->heard.len > 0)
                assert_int_equal(strncmp(b->heard.data, "Action: Challenge", 17), 0);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        BENCH_TEST(test_lost_and_back),
        BENCH_TEST(test_the_first_ready_is_no_return),
        BENCH_TEST(test_the_gap_over_many_attempts),
        BENCH_TEST(test_the_gap_behind_a_pause),
        BENCH_TEST(test_what_was_in_flight_is_lost),
        BENCH_TEST(test_submitted_meanwhile),
        BENCH_TEST(test_submitted_and_not_sent_in_time),
        BENCH_TEST(test_submitted_in_callbacks),
        BENCH_TEST(test_half_a_message),
        BENCH_TEST(test_delays_double),
        BENCH_TEST(test_a_stable_connection_begins_anew),
        BENCH_TEST(test_default_longest_delay),
        BENCH_TEST(test_a_wrong_secret_is_final),
        BENCH_TEST(test_other_refusals_are_not),
        BENCH_TEST(test_shutdown_is_told),
        BENCH_TEST(test_a_dead_link_is_left),
        BENCH_TEST(test_a_slow_login),
        BENCH_TEST(test_no_banner),
        BENCH_TEST(test_masks_and_filters_return),
        BENCH_TEST(test_a_refused_replay_is_told_once),
        BENCH_TEST(test_filters_that_are_added_again),
        BENCH_TEST(test_broken_in_the_replay),
        BENCH_TEST(test_a_refusal_outlives_a_break),
        BENCH_TEST(test_a_mask_that_was_held),
        BENCH_TEST(test_a_replay_that_cannot_be_sent),
        BENCH_TEST(test_close_in_backoff),
        BENCH_TEST(test_free_in_backoff),
        BENCH_TEST(test_close_and_free_in_callbacks),
        BENCH_TEST(test_a_loop_that_remembers),
        BENCH_TEST(test_not_over_a_descriptor),
        BENCH_TEST(test_memory_runs_out),
    };

    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
