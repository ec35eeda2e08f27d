/* SPDX-License-Identifier: MIT */
/* What a connection does in any event loop, over TCP and over TLS. */
#include "arena.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

enum { TEST_SECONDS = 600 };

/* ---- An ordinary life -------------------------------------------------------------------- */

static void test_log_in_and_out(void **state)
{
    struct client *c = client_start(0);

    (void)state;
    wait_for(c, "state RESOLVING");
    wait_for(c, "state CONNECTING");
    if (arena.tls)
        wait_for(c, "state HANDSHAKE");
    wait_for(c, "state LOGIN");
    wait_for(c, "state READY");
    ami_conn_close(c->conn);
    wait_for(c, "state CLOSING");
    wait_for(c, "state CLOSED AMI_E_CANCELLED");
}

/* Nothing else happens in the loop that would send it. */
static void test_submit_from_outside(void **state)
{
    struct client *c = client_ready(0);

    (void)state;
    run_for(20);
    submit(c, "a", "Ping", 0);
    wait_for(c, "a DONE AMI_OK");
}

static void test_list(void **state)
{
    struct client *c = client_ready(0);

    (void)state;
    submit(c, "list", "QueueStatus", 0);
    wait_for(c, "list RESPONSE AMI_OK");
    wait_for(c, "list ITEM AMI_OK");
    wait_for(c, "list DONE AMI_OK");
}

static ami_mailbox *mailbox;
static ami_submit_fn submit_letter;

static void *post(void *client)
{
    ami_action *action = ami_action_new("Ping");

    ami_mailbox_post(mailbox, submit_letter, action, log_reply, new_label(client, "a"));
    ami_action_free(action);
    return NULL;
}

static void post_in_a_thread(struct client *c, ami_submit_fn fn)
{
    pthread_t thread;

    submit_letter = fn;
    assert_int_equal(pthread_create(&thread, NULL, post, c), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static int refuse(ami_session *session, const ami_action *action, ami_reply_fn fn, void *user,
                  ami_id *id)
{
    (void)session;
    (void)action;
    (void)fn;
    (void)user;
    (void)id;
    return AMI_E_INVAL;
}

static void stop_listening(struct client *c)
{
    test_loop.listen(arena.loop, NULL, c->conn);
    free_client(c);
}

static bool is_freed(const struct client *c)
{
    return !c->conn;
}

/* A letter wakes the loop, once, and may be the end of the connection. */
static void test_letters(void **state)
{
    struct client *c = client_ready(0);

    (void)state;
    assert_int_equal(ami_mailbox_new(&mailbox, c->conn, 0), AMI_OK);
    test_loop.listen(arena.loop, mailbox, c->conn);
    for (int i = 0; i < 3; i++) {
        run_for(20);
        post_in_a_thread(c, ami_submit);
        wait_for(c, "a DONE AMI_OK");
    }
    arena.processed = 0;
    run_for(20);
    assert_int_equal(arena.processed, 0);
    c->when = "a DONE AMI_E_INVAL";
    c->deed = stop_listening;
    post_in_a_thread(c, refuse);
    wait_until(is_freed, c);
    ami_mailbox_free(mailbox);
}

/* As a program does that waits for the login with blocking calls, and then goes to its loop; and
 * back to another one. */
static void test_attach_late_and_again(void **state)
{
    struct client *c = client_new(0);

    (void)state;
    ami_conn_set_notify(c->conn, NULL, NULL, NULL);
    assert_int_equal(ami_conn_start(c->conn), AMI_OK);
    while (ami_conn_state(c->conn) != AMI_STATE_READY)
        assert_true(ami_conn_wait(c->conn, -1) >= 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(test_loop.attach(c->conn, arena.loop), AMI_OK);
        submit(c, "a", "Ping", 0);
        wait_for(c, "a DONE AMI_OK");
    }
    ami_conn_set_notify(c->conn, NULL, NULL, NULL);
    submit(c, "b", "Ping", 0);
    arena.processed = 0;
    run_for(30);
    assert_int_equal(arena.processed, 0);
}

/* ---- Time -------------------------------------------------------------------------------- */

enum {
    SOON_MS = 30,
    LONG_MS = 30000 /* far more than any machine needs */
};

/* How late it is told that a Ping is not answered in time, in milliseconds. */
static int lateness(struct client *c)
{
    ami_time start = ami_now();

    c->label_count = 0; /* those before are done with */
    submit(c, "a", "Ping", SOON_MS);
    arena.processed = 0;
    wait_for(c, "a DONE AMI_E_TIMEOUT");
    assert_in_range(arena.processed, 1, 10);
    return (int)(ami_now() - start) - SOON_MS;
}

/* Never early, and not always late: that may be as the machine is busy. */
static void test_timeout(void **state)
{
    struct client *c = client_ready(0);
    ami_time end = ami_now() + LONG_MS;
    int late, best = INT_MAX;

    (void)state;
    server_freeze();
    for (int i = 0; i < 3 || (best > 3 * SOON_MS && ami_now() < end); i++) {
        late = lateness(c);
        assert_true(late >= 0);
        best = late < best ? late : best;
    }
    assert_in_range(best, 0, 3 * SOON_MS);
    server_thaw();
    submit(c, "b", "Ping", 0);
    wait_for(c, "b DONE AMI_OK");
}

/* Work that is always left over takes nobody else's turn. */
static void test_hurry(void **state)
{
    struct client *hurried = client_ready(0), *c = client_ready(1);

    (void)state;
    arena.hurried[0] = hurried->conn;
    submit(hurried, "a", "Ping", 0);
    wait_for(hurried, "a DONE AMI_OK");
    for (int i = 0; i < 3; i++) {
        submit(c, "b", "Ping", 0);
        wait_for(c, "b DONE AMI_OK");
    }
}

/* And two that always have some do not play to each other in a round without end. */
static void test_hurry_of_two(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        arena.hurried[i] = client_ready(i)->conn;
    for (int i = 0; i < 2; i++)
        submit(&arena.clients[i], "a", "Ping", 0);
    run_for(20);
    for (int i = 0; i < 2; i++)
        wait_for(&arena.clients[i], "a DONE AMI_OK");
}

/* Once nothing more was to be done, the loop sleeps. */
static void test_idle(void **state)
{
    struct client *c = client_ready(0);

    (void)state;
    ami_on(ami_conn_session(c->conn), NULL, log_event, c, NULL);
    submit(c, "a", "Ping", 0);
    wait_for(c, "a DONE");
    run_for(20); /* FullyBooted comes */
    arena.processed = 0;
    run_for(100);
    assert_int_equal(arena.processed, 0);
}

static bool has_pinged(const struct client *c)
{
    return c->pings >= 3;
}

static void test_keepalive(void **state)
{
    (void)state;
    arena.opts.keepalive_ms = SOON_MS;
    arena.opts.pong_timeout_ms = LONG_MS;
    ami_time start = ami_now();
    struct client *c = client_ready(0);

    wait_until(has_pinged, c);
    assert_true(ami_now() - start >= 3 * SOON_MS);
    assert_int_equal(ami_conn_state(c->conn), AMI_STATE_READY);
}

/* A server that is slow before it freezes comes to the same end. */
static void test_keepalive_in_vain(void **state)
{
    (void)state;
    arena.opts.keepalive_ms = arena.opts.pong_timeout_ms = SOON_MS;
    struct client *c = client_ready(0);

    server_freeze();
    wait_for(c, "state CLOSED AMI_E_KEEPALIVE");
    assert_true(c->pings > 0);
}

/* ---- The end and the return -------------------------------------------------------------- */

/* A descriptor with the number of the closed one is nothing to the loop. */
static void test_closed_descriptor(void **state)
{
    struct client *c = client_ready(0);
    int fd = ami_conn_fd(c->conn), ends[2];

    (void)state;
    server_stop();
    wait_for(c, "state CLOSED AMI_E_EOF");
    assert_int_equal(ami_conn_fd(c->conn), -1);
    assert_int_equal(pipe(ends), 0);
    int again = dup2(ends[0], fd);
    assert_int_equal(write(ends[1], "x", 1), 1);
    arena.processed = 0;
    run_for(30);
    assert_int_equal(arena.processed, 0);
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
    if (again != ends[0] && again != ends[1])
        close(again);
}

/* One that the loop does not take keeps no timer from it, and is offered again. */
static void test_refused_descriptor(void **state)
{
    struct client *c = client_ready(0);
    int fd = ami_conn_fd(c->conn), other = dup(fd);

    (void)state;
    ami_conn_pause(c->conn, true); /* the loop waits for no descriptor */
    close(fd);
    submit(c, "late", "Ping", SOON_MS);
    assert_int_equal(dup2(other, fd), fd);
    close(other);
    wait_for(c, "late DONE");
    ami_conn_pause(c->conn, false);
    submit(c, "a", "Ping", 0);
    wait_for(c, "a DONE AMI_OK");
}

static bool has_sent_all(const struct client *c)
{
    return ami_conn_fd(c->conn) < 0; /* as it is paused */
}

/* What the server said before the connection broke is heard, and then that it broke. */
static void test_break_with_an_answer_unread(void **state)
{
    (void)state;
    arena.opts.events = "off";
    struct client *c = client_ready(0);
    struct pollfd answer = {.fd = ami_conn_fd(c->conn), .events = POLLIN};

    ami_conn_pause(c->conn, true);
    submit(c, "a", "Ping", 0);
    wait_until(has_sent_all, c);
    assert_int_equal(poll(&answer, 1, -1), 1);
    server_freeze();
    submit(c, "b", "Ping", 0);
    wait_until(has_sent_all, c);
    server_stop(); /* not a regular end, since the server had not read all */
    ami_conn_pause(c->conn, false);
    wait_for(c, "a DONE AMI_OK");
    wait_for(c, "b DONE AMI_E_LOST");
    wait_for(c, "state CLOSED AMI_E_IO");
}

static void test_reconnect(void **state)
{
    (void)state;
    arena.opts.reconnect_min_ms = 5;
    arena.opts.reconnect_max_ms = 20;
    struct client *c = client_ready(0);

    for (int i = 0; i < 2; i++) {
        server_stop();
        for (int attempts = 0; attempts < 3; attempts++)
            wait_for(c, "state BACKOFF");
        submit(c, "held", "Ping", 0);
        server_start();
        wait_for(c, "state READY returned");
        wait_for(c, "held DONE AMI_OK");
    }
}

/* ---- Many events ------------------------------------------------------------------------- */

enum { EVENTS = 10000, WAVE = 500 };

static unsigned events, answers;

static void count_event(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
    events++;
}

static void count_answer(const struct ami_reply *reply, void *user)
{
    (void)user;
    answers += reply->status == AMI_OK;
}

/* Makes the server send this many events to everybody. */
static void cause_events(const struct client *c, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(ami_send(ami_conn_session(c->conn), count_answer, NULL, "UserEvent",
                                  "UserEvent", "Test", (char *)NULL),
                         AMI_OK);
}

static unsigned expected_events, expected_answers;

static bool have_come(const struct client *c)
{
    (void)c;
    return events >= expected_events && answers >= expected_answers;
}

static void expect_events(const struct client *c, unsigned e, unsigned a)
{
    expected_events = e;
    expected_answers = a;
    wait_until(have_come, c);
    assert_int_equal(events, e);
    assert_int_equal(answers, a);
}

static void count_events_of(struct client *c)
{
    events = answers = 0;
    assert_int_equal(ami_on(ami_conn_session(c->conn), "UserEvent", count_event, NULL, NULL),
                     AMI_OK);
}

static void test_ten_thousand_events(void **state)
{
    struct client *sender = client_ready(0), *c = client_ready(1);

    (void)state;
    count_events_of(c);
    for (unsigned i = WAVE; i <= EVENTS; i += WAVE) {
        cause_events(sender, WAVE);
        expect_events(c, i, i);
    }
}

/* Nothing comes while it is paused, but what it says is answered then. */
static void test_pause_and_resume(void **state)
{
    struct client *sender = client_ready(0), *c = client_ready(1);

    (void)state;
    count_events_of(c);
    for (unsigned i = 100; i <= 300; i += 100) {
        ami_conn_pause(c->conn, true);
        submit(c, "a", "Ping", 0);
        cause_events(sender, 100);
        expect_events(c, i - 100, i);
        run_for(10);
        expect_events(c, i - 100, i);
        ami_conn_pause(c->conn, false);
        expect_events(c, i, i);
        wait_for(c, "a DONE AMI_OK");
    }
}

static void pause_client(struct client *c)
{
    ami_conn_pause(c->conn, true);
}

/* What had been read with the event goes on, although nothing comes any more. */
static void test_pause_in_callback(void **state)
{
    struct client *c = client_ready(0);

    (void)state;
    ami_on(ami_conn_session(c->conn), "UserEvent", log_event, c, NULL);
    cause_events(c, 10);
    for (int i = 0; i < 10; i++) {
        c->when = "event UserEvent";
        c->deed = pause_client;
        wait_for(c, "event UserEvent");
        run_for(2);
        assert_false(was_logged(c, "event"));
        ami_conn_pause(c->conn, false);
    }
}

/* ---- Two in one loop --------------------------------------------------------------------- */

static void test_two_connections(void **state)
{
    struct client *a = client_start(0), *b = client_start(1);

    (void)state;
    wait_for(a, "state READY");
    wait_for(b, "state READY");
    submit(a, "a", "Ping", 0);
    submit(b, "b", "Ping", 0);
    wait_for(b, "b DONE AMI_OK");
    wait_for(a, "a DONE AMI_OK");
    ami_conn_close(a->conn);
    wait_for(a, "state CLOSED");
    submit(b, "c", "Ping", 0);
    wait_for(b, "c DONE AMI_OK");
}

/* Each has its own time, also when the one whose time was first has gone. */
static void test_deadlines_of_two(void **state)
{
    struct client *a = client_ready(0), *b = client_ready(1);

    (void)state;
    server_freeze();
    ami_time start = ami_now();
    submit(a, "last", "Ping", 3 * SOON_MS);
    submit(b, "first", "Ping", SOON_MS);
    wait_for(b, "first DONE AMI_E_TIMEOUT");
    submit(b, "never", "Ping", SOON_MS);
    free_client(b);
    wait_for(a, "last DONE AMI_E_TIMEOUT");
    assert_true(ami_now() - start >= 3 * SOON_MS);
    server_thaw();
}

static void free_other(struct client *c)
{
    free_client(&arena.clients[c == &arena.clients[0]]);
}

static bool is_alone(const struct client *c)
{
    (void)c;
    return !arena.clients[0].conn || !arena.clients[1].conn;
}

/* Both are ready at the same time, or due; the first that is served frees the other. */
static void free_each_other(bool due)
{
    struct client *a = client_ready(0), *b = client_ready(1);
    const char *line = due ? "late DONE AMI_E_TIMEOUT" : "event UserEvent";

    if (due)
        server_freeze();
    for (int i = 0; i < 2; i++) {
        arena.clients[i].when = line;
        arena.clients[i].deed = free_other;
        ami_on(ami_conn_session(arena.clients[i].conn), "UserEvent", log_event, &arena.clients[i],
               NULL);
        if (due)
            submit(&arena.clients[i], "late", "Ping", SOON_MS);
    }
    if (!due)
        cause_events(a, 1);
    run_for(1);                 /* the loop sends it, */
    poll(NULL, 0, 2 * SOON_MS); /* and meanwhile it is time for both */
    wait_until(is_alone, a);
    struct client *left = a->conn ? a : b;
    assert_true(was_logged(left, line));
    server_thaw();
    submit(left, "still", "Ping", 0);
    wait_for(left, "still DONE AMI_OK");
}

static void test_free_another(void **state)
{
    (void)state;
    free_each_other(false);
}

static void test_free_another_when_due(void **state)
{
    (void)state;
    free_each_other(true);
}

static void run_inside(struct client *c)
{
    struct client *other = &arena.clients[1];
    int rounds = 0;

    submit(c, "late", "Ping", SOON_MS);
    cause_events(other, 1); /* that c will have to read, too */
    submit(other, "inside", "Ping", 0);
    wait_for(other, "inside DONE AMI_OK");
    for (ami_time end = ami_now() + 2 * SOON_MS; ami_now() < end; rounds++)
        test_loop.run(arena.loop, SOON_MS);
    assert_true(rounds <= 10);
}

/* A callback that runs the loop sees others served. Its own connection, which has something to read
 * and something that is due, waits for the end of the callback, and the loop sleeps. */
static void test_loop_in_callback(void **state)
{
    struct client *c;

    (void)state;
    if (!test_loop.nests) {
        puts("skipped: this loop does not run inside of a callback");
        skip();
    }
    c = client_ready(0);
    client_ready(1);
    count_events_of(c);
    ami_on(ami_conn_session(c->conn), "UserEvent", log_event, c, NULL);
    c->when = "event UserEvent";
    c->deed = run_inside;
    cause_events(c, 1);
    expect_events(c, 2, 2);
    wait_for(c, "late DONE");
    submit(c, "a", "Ping", 0);
    wait_for(c, "a DONE AMI_OK");
}

/* ---- In every callback ------------------------------------------------------------------- */

static const char *const places[] = {
    "state RESOLVING", "state CONNECTING", "state HANDSHAKE",         "state LOGIN",
    "state READY",     "event UserEvent",  "list RESPONSE",           "list ITEM",
    "list DONE",       "all collected",    "late DONE AMI_E_TIMEOUT", "lost DONE AMI_E_LOST",
    "state BACKOFF",   "cancelled DONE",   "state READY returned",    "state CLOSING",
    "state CLOSED",
};

static bool is_over(const struct client *c)
{
    return !c->conn || ami_conn_state(c->conn) == AMI_STATE_CLOSED;
}

static const char *awaited;

static bool is_over_or_there(const struct client *c)
{
    return is_over(c) || was_logged(c, awaited);
}

/* Whether this line comes, and the life goes on. */
static bool comes(struct client *c, const char *line)
{
    awaited = line;
    wait_until(is_over_or_there, c);
    return !is_over(c) && ami_conn_state(c->conn) != AMI_STATE_CLOSING;
}

static void talk(struct client *c)
{
    ami_session *session = ami_conn_session(c->conn);
    ami_action *all = ami_action_new("QueueStatus");

    ami_on(session, "UserEvent", log_event, c, NULL);
    submit(c, "list", "QueueStatus", 0);
    ami_collect(session, all, log_list, new_label(c, "all"), NULL);
    ami_action_free(all);
    ami_send(session, log_reply, new_label(c, "user"), "UserEvent", "UserEvent", "Test",
             (char *)NULL);
}

static bool fall_silent(struct client *c)
{
    server_freeze();
    submit(c, "lost", "Ping", 0);
    submit(c, "late", "Ping", SOON_MS);
    return comes(c, "late DONE");
}

static bool break_down(struct client *c)
{
    server_stop();
    return comes(c, "state BACKOFF");
}

static bool cancel(struct client *c)
{
    ami_cancel(ami_conn_session(c->conn), submit(c, "cancelled", "Ping", 0));
    return !is_over(c);
}

static bool come_back(struct client *c)
{
    server_start();
    return comes(c, "state READY returned");
}

/* Everything that can be called back is, until the connection is freed or closed. */
static void live(struct client *c)
{
    talk(c);
    ami_conn_start(c->conn);
    if (comes(c, "state READY") && comes(c, "user DONE") && fall_silent(c) && break_down(c) &&
        cancel(c) && come_back(c))
        ami_conn_close(c->conn);
    server_thaw();
    wait_until(is_over, c);
}

static void do_everywhere(void (*deed)(struct client *))
{
    arena.opts.reconnect_min_ms = 1;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        struct client *c = client_new(0);

        c->when = places[i];
        c->deed = deed;
        live(c);
        if (c->deed && (arena.tls || strcmp(places[i], "state HANDSHAKE") != 0))
            fail_msg("there is no line %s in:\n%s", places[i], text_str(&c->log));
        run_for(1); /* nothing is called any more */
        if (c->conn)
            free_client(c);
        if (!arena.server)
            server_start();
    }
}

static void test_free_everywhere(void **state)
{
    (void)state;
    do_everywhere(free_client);
}

static void test_close_everywhere(void **state)
{
    (void)state;
    do_everywhere(close_client);
}

static void attach_again(struct client *c)
{
    assert_int_equal(test_loop.attach(c->conn, arena.loop), AMI_OK);
}

static void test_attach_again_everywhere(void **state)
{
    (void)state;
    do_everywhere(attach_again);
}

/* ---- All of it --------------------------------------------------------------------------- */

#define TEST(f)      \
    {                \
#f, test_##f \
    }
static const struct {
    const char *name;
    CMUnitTestFunction test;
} contract[] = {
    TEST(log_in_and_out),
    TEST(submit_from_outside),
    TEST(list),
    TEST(letters),
    TEST(attach_late_and_again),
    TEST(timeout),
    TEST(hurry),
    TEST(hurry_of_two),
    TEST(idle),
    TEST(keepalive),
    TEST(keepalive_in_vain),
    TEST(closed_descriptor),
    TEST(refused_descriptor),
    TEST(break_with_an_answer_unread),
    TEST(reconnect),
    TEST(ten_thousand_events),
    TEST(pause_and_resume),
    TEST(pause_in_callback),
    TEST(two_connections),
    TEST(deadlines_of_two),
    TEST(loop_in_callback),
    TEST(free_another),
    TEST(free_another_when_due),
    TEST(free_everywhere),
    TEST(close_everywhere),
    TEST(attach_again_everywhere),
};
enum { TESTS = ARRAY_LEN(contract) };

int main(void)
{
    static int over_tls;
    static char names[2 * TESTS][64];
    static struct CMUnitTest tests[2 * TESTS];

    for (size_t i = 0; i < 2 * TESTS; i++) {
        bool tls = i >= TESTS;

        snprintf(names[i], sizeof names[i], "%s over %s: %s", test_loop.name, tls ? "TLS" : "TCP",
                 contract[i % TESTS].name);
        tests[i] = (struct CMUnitTest){names[i], contract[i % TESTS].test, set_up, tear_down,
                                       tls ? &over_tls : NULL};
    }
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, make_certs, remove_certs);
}
