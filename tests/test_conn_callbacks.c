/* SPDX-License-Identifier: MIT */
/* A conversation with everything in it: every deed in every callback, every allocation failing. */
#include "peer.h"

#include <unistd.h>

/* ---- The conversation -------------------------------------------------------------------- */

/* Labels: v is in flight until the end, h is held before READY, f Fine, r refused, l a list, t
 * timed out, c cancelled. All calls may fail here. */
static struct label *try(struct bench *b, const char *name, const char *action, int timeout_ms)
{
    struct label *l = new_label(b, name);
    ami_action *a = ami_action_new(action);

    ami_action_timeout(a, timeout_ms);
    if (!b->conn || ami_submit(ami_conn_session(b->conn), a, log_reply, l, &l->id) < 0)
        l->id = 0;
    ami_action_free(a);
    return l;
}

static void play(struct bench *b)
{
    int rc = 0;

    if (!b->conn)
        return;
    for (int quiet = 0, rounds = 0; quiet < 2 && b->conn && rc >= 0; rounds++) {
        assert_true(rounds < 1000);
        rc = ami_conn_wait(b->conn, 0);
        quiet = far_serve_all(b) || rc > 0 ? 0 : quiet + 1;
    }
    if (b->freed)
        assert_int_equal(rc, AMI_E_CANCELLED);
}

static bool goes_on(struct bench *b)
{
    return b->conn && ami_conn_state(b->conn) < AMI_STATE_CLOSING;
}

static void step_greet(struct bench *b)
{
    far_say(b, BANNER);
    play(b);
}

static void step_greet_badly(struct bench *b)
{
    far_say(b, "SSH-2.0\r\n");
    play(b);
}

static void step_talk(struct bench *b)
{
    try(b, "f", "Fine", 0);
    try(b, "r", "Refuse", 0);
    try(b, "l", "List", 0);
    play(b);
}

static void step_events(struct bench *b)
{
    far_say(b, "Event: A\r\n\r\nEvent: B\r\n\r\n");
    play(b);
}

static void step_time(struct bench *b)
{
    try(b, "t", "Silent", 1000);
    play(b);
    world.now += 1000;
    play(b);
}

static void step_cancel(struct bench *b)
{
    const struct label *c = try(b, "c", "Silent", 0);

    play(b);
    if (c->id && b->conn)
        ami_cancel(ami_conn_session(b->conn), c->id);
    play(b);
}

static void step_close(struct bench *b)
{
    ami_conn_close(b->conn);
    play(b);
}

static void step_break(struct bench *b)
{
    far_close(b);
    play(b);
}

typedef void step_fn(struct bench *b);

static step_fn *const whole_life[] = {far_open,  step_greet,  step_talk,  step_events,
                                      step_time, step_cancel, step_close, NULL};
static step_fn *const broken_life[] = {far_open, step_greet, step_talk, step_break, NULL};
static step_fn *const wrong_peer[] = {far_open, step_greet_badly, NULL};

static void converse(struct bench *b, step_fn *const *steps)
{
    if (ami_conn_new(&b->conn, &b->opts) < 0)
        return;
    ami_conn_set_notify(b->conn, NULL, b, log_drop);
    ami_on(ami_conn_session(b->conn), NULL, log_event, b, NULL);
    ami_on(ami_conn_session(b->conn), "B", log_event, b, NULL);
    try(b, "v", "Silent", -1);
    try(b, "h", "Fine", 0);
    for (; *steps && goes_on(b); steps++)
        (*steps)(b);
    if (b->conn)
        play(b);
}

static size_t count_logged(const struct bench *b, const char *part)
{
    size_t count = 0;

    for (const char *at = b->log.data; at && (at = strstr(at, part)) != NULL; at++)
        count += at == b->log.data || at[-1] == '\n';
    return count;
}

/* Every accepted action has had its one DONE, a refused one nothing. */
static void check_dones(const struct bench *b)
{
    for (size_t i = 0; i < b->label_count; i++) {
        char line[64], any[64];

        snprintf(line, sizeof line, "%s DONE ", b->labels[i].name);
        snprintf(any, sizeof any, "%s ", b->labels[i].name);
        if (count_logged(b, line) != (b->labels[i].id != 0) ||
            (!b->labels[i].id && count_logged(b, any)))
            fail_msg("%zu times %s in:\n%s", count_logged(b, line), line, b->log.data);
    }
}

static void test_whole_life(void **state)
{
    struct bench *b = *state;

    converse(b, whole_life);
    check_dones(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n"
                  "h DONE AMI_OK sent READY\n"
                  "f DONE AMI_OK sent READY\n"
                  "r DONE AMI_E_REFUSED sent READY\n"
                  "l RESPONSE AMI_OK sent READY\n"
                  "l ITEM AMI_OK sent READY\n"
                  "l ITEM AMI_OK sent READY\n"
                  "l ITEM AMI_OK sent READY\n"
                  "l DONE AMI_OK sent READY\n"
                  "event A\n"
                  "event B\n"
                  "event B\n"
                  "t DONE AMI_E_TIMEOUT sent READY\n"
                  "c DONE AMI_E_CANCELLED sent READY\n"
                  "state CLOSING from READY\n"
                  "v DONE AMI_E_LOST sent CLOSED\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
}

/* ---- What a callback may do -------------------------------------------------------------- */

static const struct place {
    step_fn *const *steps;
    const char *when;
    bool refuses; /* submits */
} places[] = {
    {whole_life, "state LOGIN", false},
    {whole_life, "state READY", false},
    {whole_life, "h DONE AMI_OK", false},
    {whole_life, "r DONE AMI_E_REFUSED", false},
    {whole_life, "l RESPONSE", false},
    {whole_life, "l ITEM", false},
    {whole_life, "l DONE", false},
    {whole_life, "event A", false},
    {whole_life, "event B", false},
    {whole_life, "t DONE AMI_E_TIMEOUT", false},
    {whole_life, "c DONE AMI_E_CANCELLED", true},
    {whole_life, "state CLOSING", true},
    {whole_life, "v DONE AMI_E_LOST", true},
    {whole_life, "state CLOSED", true},
    {broken_life, "v DONE AMI_E_LOST", true},
    {broken_life, "state CLOSED", true},
    {wrong_peer, "v DONE AMI_E_NOT_SENT", true},
    {wrong_peer, "h DONE AMI_E_NOT_SENT", true},
    {wrong_peer, "state CLOSED", true},
};

static const struct place *place_now;

/* The conversation, with the deed done at that place. */
static void converse_with(struct bench *b, const struct place *place, step_fn *deed)
{
    bench_reset(b);
    place_now = place;
    b->when = place->when;
    b->deed = deed;
    converse(b, place->steps);
    if (b->deed)
        fail_msg("nothing was logged as %s", place->when);
}

/* Nothing is called after free has returned (note() sees to that), and drop comes last. */
static void test_free_in_every_callback(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        converse_with(b, &places[i], free_it);
        assert_null(b->conn);
        check_dones(b);
        assert_int_equal(count_logged(b, "drop"), 1);
        assert_string_equal(b->log.data + b->log.len - 5, "drop\n");
        assert_int_equal(b->alloc.live, 0);
        assert_true(b->far < 0 || far_at_end(b));
    }
}

static void test_close_in_every_callback(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        bool over =
            strstr(places[i].when, "CLOSED") || !strcmp(places[i].when, "v DONE AMI_E_LOST");

        converse_with(b, &places[i], close_it);
        assert_int_equal(ami_conn_state(b->conn), AMI_STATE_CLOSED);
        if (!over && places[i].steps == whole_life)
            assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_CANCELLED);
        assert_int_equal(count_logged(b, "state CLOSED"), 1);
        check_dones(b);
    }
}

static void submit_it(struct bench *b)
{
    const struct label *s = try(b, "s", "Fine", 0);

    if ((s->id == 0) != place_now->refuses)
        fail_msg("%s: submit is %s", place_now->when, s->id ? "taken" : "refused");
}

static void test_submit_in_every_callback(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        converse_with(b, &places[i], submit_it);
        check_dones(b);
        assert_int_equal(count_logged(b, "s DONE AMI_OK sent"), !places[i].refuses);
    }
}

/* Its DONE comes before cancel returns. */
static void cancel_v(struct bench *b)
{
    bool over = count_logged(b, "v DONE") > 0;
    int err = ami_cancel(ami_conn_session(b->conn), b->labels[0].id);

    assert_int_equal(err, over ? AMI_E_NOTFOUND : AMI_OK);
    assert_int_equal(count_logged(b, "v DONE"), 1);
}

static void test_cancel_in_every_callback(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        converse_with(b, &places[i], cancel_v);
        check_dones(b);
    }
}

static void no_reentry(struct bench *b)
{
    ami_conn *c = b->conn;
    ami_action *action = ami_action_new("Ping");
    ami_msg *reply = (ami_msg *)(void *)b;
    ami_list *list = (ami_list *)(void *)b;

    assert_int_equal(ami_conn_process(c, 0), AMI_E_REENTRANT);
    assert_int_equal(ami_conn_process(c, AMI_READ | AMI_WRITE), AMI_E_REENTRANT);
    assert_int_equal(ami_conn_wait(c, -1), AMI_E_REENTRANT);
    assert_int_equal(ami_sync_send(c, &reply, "Ping", (char *)NULL), AMI_E_REENTRANT);
    assert_null(reply);
    assert_int_equal(ami_sync_submit(c, action, NULL), AMI_E_REENTRANT);
    assert_int_equal(ami_sync_list(c, action, &list), AMI_E_REENTRANT);
    assert_null(list);
    assert_int_equal(ami_sync_close(c), AMI_E_REENTRANT);
    ami_action_free(action);
}

static void look_only(struct bench *b)
{
    ami_id id = 0;

    assert_int_equal(ami_conn_start(b->conn), AMI_E_STATE);
    assert_int_equal(ami_conn_start_fd(b->conn, 0), AMI_E_STATE);
    assert_true(ami_conn_deadline(b->conn) > 0 || ami_conn_fd(b->conn) >= -1);
    assert_non_null(ami_conn_error(b->conn));
    assert_int_equal(ami_on(ami_conn_session(b->conn), "B", log_event, b, &id), AMI_OK);
    assert_int_equal(ami_off(ami_conn_session(b->conn), id), AMI_OK);
    assert_int_equal(ami_off(ami_conn_session(b->conn), id), AMI_E_NOTFOUND);
    ami_conn_pause(b->conn, true);
    ami_conn_pause(b->conn, false);
}

/* These change nothing: the rest goes on as if they had not been. */
static void test_harmless_in_every_callback(void **state)
{
    static step_fn *const deeds[] = {no_reentry, look_only};
    struct bench *b = *state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(places); i++) {
        const struct place *place = &places[i / 2];

        bench_reset(b);
        converse(b, place->steps);
        struct text undisturbed = b->log;
        b->log = (struct text){0};
        converse_with(b, place, deeds[i % 2]);
        assert_log(b, undisturbed.data);
        text_free(&undisturbed);
    }
}

static ami_id handler_to_remove;

static void remove_handler(struct bench *b)
{
    assert_int_equal(ami_off(ami_conn_session(b->conn), handler_to_remove), AMI_OK);
}

static void add_handler(struct bench *b)
{
    on_events(b, "A");
}

/* "one added during an event does not see it; a removed one is not called any more" */
static void test_handlers_changed_in_a_callback(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, "A");
    handler_to_remove = on_events(b, "A");
    b->when = "event A";
    b->deed = remove_handler;
    far_say(b, "Event: A\r\n\r\n");
    settle(b);
    assert_log(b, "event A\n");
    b->deed = add_handler;
    far_say(b, "Event: A\r\n\r\n");
    settle(b);
    assert_log(b, "event A\n");
    far_say(b, "Event: A\r\n\r\n");
    settle(b);
    assert_log(b, "event A\nevent A\n");
}

/* ---- Where no conversation leads --------------------------------------------------------- */

static void test_no_reentry_while_starting(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    bench_new(b);
    b->when = "state CONNECTING";
    b->deed = no_reentry;
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_null(b->deed);
    assert_log(b, "state CONNECTING from IDLE\n");
    assert_string_equal(interest(b->conn), "fd W +10000");
}

static void no_submits(struct bench *b)
{
    assert_int_equal(try_submit(b, "s", "Ping"), AMI_E_STATE);
    no_reentry(b);
}

static void test_submit_in_free(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "ActionA");
    b->when = "a DONE";
    b->deed = no_submits;
    bench_free(b);
    assert_null(b->deed);
    assert_log(b, "a DONE AMI_E_CANCELLED unsent CLOSED\n");
}

/* ---- Memory ------------------------------------------------------------------------------ */

/* Whatever fails, nobody is told wrong: each accepted action ends once, and the connection goes on
 * or says why not. */
static void test_every_allocation_fails_once(void **state)
{
    static const int auths[] = {AMI_AUTH_MD5, AMI_AUTH_PLAIN};
    struct bench *b = *state;
    size_t fail_at = 1, closed = 0;

    for (size_t i = 0; i < ARRAY_LEN(auths); i++) {
        b->opts.auth = (enum ami_auth)auths[i];
        b->opts.events = "on";
        for (fail_at = 1;; fail_at++) {
            bench_reset(b);
            test_alloc_init(&b->alloc, fail_at);
            converse(b, whole_life);
            int reason = b->conn ? ami_conn_error(b->conn)->code : AMI_E_NOMEM;
            assert_true(reason == AMI_E_NOMEM || reason == AMI_E_CANCELLED);
            closed += b->conn && reason == AMI_E_NOMEM;
            check_dones(b);
            if (b->alloc.asked < fail_at)
                break;
        }
        assert_true(fail_at > 20);
    }
    assert_true(closed > 0);
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_whole_life),
    BENCH_TEST(test_free_in_every_callback),
    BENCH_TEST(test_close_in_every_callback),
    BENCH_TEST(test_submit_in_every_callback),
    BENCH_TEST(test_cancel_in_every_callback),
    BENCH_TEST(test_harmless_in_every_callback),
    BENCH_TEST(test_handlers_changed_in_a_callback),
    BENCH_TEST(test_no_reentry_while_starting),
    BENCH_TEST(test_submit_in_free),
    BENCH_TEST(test_every_allocation_fails_once),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
