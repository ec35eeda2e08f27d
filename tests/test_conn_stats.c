/* SPDX-License-Identifier: MIT */
/* The figures of a connection, each moved by what it counts and by nothing else. */
#include "peer.h"

#include <unistd.h>

static struct ami_stats stats_of(struct bench *b)
{
    const struct ami_stats *stats = ami_conn_stats(b->conn);

    assert_int_equal(stats->size, sizeof *stats);
    return *stats;
}

static void say(struct bench *b, const char *bytes)
{
    far_say(b, bytes);
    settle(b);
}

static void end_list(struct bench *b, const struct request *request, const char *headers)
{
    struct text event = {0};

    text_addf(&event, "Event: ListComplete\r\nActionID: %s\r\nEventList: Complete\r\n%s\r\n",
              request->id, headers);
    say(b, event.data);
    text_free(&event);
}

static void test_nothing_yet(void **state)
{
    static const struct ami_stats nothing = {.size = sizeof nothing};
    struct bench *b = *state;

    bench_new(b);
    struct ami_stats stats = stats_of(b);
    assert_memory_equal(&stats, &nothing, sizeof stats);
}

static void test_bytes_and_messages(void **state)
{
    struct bench *b = *state;
    struct text said = {0};

    far_ready(b);
    struct ami_stats before = stats_of(b);
    assert_int_equal(before.bytes_out, b->heard.len);
    text_add(&said,
             "Event: A\r\n\r\nEvent: B\r\n\r\nResponse: Success\r\n\r\ntext\r\n\r\nEvent: C\r\n");
    say(b, said.data);
    struct ami_stats after = stats_of(b);
    assert_int_equal(after.bytes_in - before.bytes_in, said.len);
    assert_int_equal(after.bytes_out, before.bytes_out);
    assert_int_equal(after.messages - before.messages, 5); /* the last one is known, not whole */
    assert_int_equal(after.late - before.late, 2);         /* a response and text for nobody */
    assert_int_equal(after.late, ami_session_late(ami_conn_session(b->conn)));
    text_free(&said);
}

static void test_events_by_subscription(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, "Hangup");
    on_events(b, "Hang*");
    say(b, "Event: Hangup\r\n\r\nEvent: Newchannel\r\n\r\nEvent: Hangup\r\n\r\nEvent: "
           "Shutdown\r\n\r\n");
    assert_int_equal(stats_of(b).events_delivered, 2);
    assert_int_equal(stats_of(b).events_dropped, 2);
}

static void test_actions_by_outcome(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "ok", "Ping");
    submit(b, "ok", "List");
    submit(b, "refused", "Refuse");
    submit(b, "cut", "Cut");
    ami_id id = submit(b, "cancelled", "Ping");
    settle(b);
    far_serve_all(b);
    ami_cancel(ami_conn_session(b->conn), id);
    settle(b);
    submit_action(b, "timeout", action_within("Silent", 10));
    settle(b);
    far_serve_all(b);
    world.now += 10;
    settle(b);
    world.send_room = 0;
    submit_action(b, "not sent", action_within("Silent", 10));
    settle(b);
    assert_int_equal(stats_of(b).in_flight, 2); /* the one given up is still to be answered */
    assert_int_equal(stats_of(b).output,
                     strlen("Action: Silent\r\nActionID: ") +
                         strlen(ami_session_action_id(ami_conn_session(b->conn), id + 2)) + 4);
    world.now += 10;
    settle(b);
    world.send_room = -1;
    submit(b, "lost", "Silent");
    settle(b);
    submit(b, "unsent", "Ping");
    far_close(b);
    settle(b);
    struct ami_stats stats = stats_of(b);
    assert_int_equal(stats.ok, 2);
    assert_int_equal(stats.refused, 1);
    assert_int_equal(stats.cancelled, 2);
    assert_int_equal(stats.timeout, 1);
    assert_int_equal(stats.lost + stats.not_sent, 3);
    assert_true(stats.lost >= 1);
    assert_int_equal(stats.limit, 0);
    assert_int_equal(stats.in_flight, 0);
    assert_int_equal(stats.output, 0);
}

static void test_too_long_for_the_server(void **state)
{
    struct bench *b = *state;
    ami_action *action = ami_action_new("Ping");
    char value[301] = "";

    memset(value, 'x', sizeof value - 1);
    ami_action_add(action, "Value", value);
    b->opts.auth = AMI_AUTH_PLAIN;
    bench_new(b);
    submit_action(b, "a", action);
    far_open(b);
    say(b, "Asterisk Call Manager/1.0\r\n");
    far_serve(b, "Login", "Success", "");
    settle(b);
    assert_int_equal(stats_of(b).limit, 1);
}

/* The library's own are no actions of the program. */
static void test_own_actions_do_not_count(void **state)
{
    static const uint64_t none[AMI_ANSWER_TIMES];
    struct bench *b = *state;

    b->opts.keepalive_ms = 1000;
    far_ready(b);
    world.now += 1000;
    settle(b);
    assert_true(far_serve_all(b));
    settle(b);
    ami_conn_close(b->conn);
    settle(b);
    far_serve_all(b);
    settle(b);
    struct ami_stats stats = stats_of(b);
    assert_int_equal(stats.ok, 0);
    assert_memory_equal(stats.answers, none, sizeof none);
}

/* ---- Times ------------------------------------------------------------------------------- */

static void test_answer_times(void **state)
{
    static const struct {
        ami_time ms;
        size_t index;
    } cases[] = {{0, 0},     {1, 1},      {2, 2},      {3, 2},      {4, 3},
                 {1000, 10}, {65535, 16}, {65536, 17}, {500000, 17}};
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t before = stats_of(b).answers[cases[i].index];
        submit_action(b, "a", action_within("List", -1));
        settle(b);
        far_expect(b, "List", &request);
        world.now += cases[i].ms;
        far_answer(b, &request, "Success", "EventList: start\r\n");
        settle(b);
        assert_int_equal(stats_of(b).answers[cases[i].index], before + 1);
        world.now += 7;
        end_list(b, &request, "");
    }
}

/* Held actions wait for the login: that is not the server's time. */
static void test_answer_time_of_a_held_action(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "Ping");
    far_open(b);
    settle(b);
    world.now += 5000;
    far_log_in(b);
    world.now += 3;
    far_serve_all(b);
    settle(b);
    assert_int_equal(stats_of(b).answers[2], 1);
}

static void sleep_long(struct bench *b)
{
    (void)b;
    world.now += 70;
}

static void test_left_unread_in_a_callback(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    world.now += 5000; /* silence is not the program's */
    say(b, "Event: A\r\n\r\n");
    assert_int_equal(stats_of(b).unread_ms, 0);
    b->when = "event B";
    b->deed = sleep_long;
    say(b, "Event: B\r\n\r\n");
    assert_int_equal(stats_of(b).unread_ms, 70);
    world.now += 5000;
    say(b, "Event: C\r\n\r\n");
    assert_int_equal(stats_of(b).unread_ms, 70);
}

static void test_left_unread_by_a_pause(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    ami_conn_pause(b->conn, true);
    world.now += 300;
    ami_conn_pause(b->conn, true);
    world.now += 100;
    ami_conn_pause(b->conn, false);
    assert_int_equal(stats_of(b).unread_ms, 400);
    world.now += 5000;
    say(b, "Event: A\r\n\r\n");
    assert_int_equal(stats_of(b).unread_ms, 400);
}

/* A server that is not there waits for nobody. */
static void test_paused_without_a_connection(void **state)
{
    struct bench *b = *state;

    b->opts.reconnect_min_ms = 1000;
    far_listen(b);
    bench_new(b);
    ami_conn_pause(b->conn, true);
    world.now += 500;
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    settle(b);
    far_accept(b);
    world.now += 10;
    ami_conn_pause(b->conn, false);
    assert_int_equal(stats_of(b).unread_ms, 10);
    far_log_in(b);
    far_close(b);
    settle(b);
    ami_conn_pause(b->conn, true);
    world.now += 500;
    ami_conn_pause(b->conn, false);
    settle(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_BACKOFF);
    assert_int_equal(stats_of(b).unread_ms, 10);
    ami_conn_pause(b->conn, true);
    ami_conn_close(b->conn);
    world.now += 500;
    ami_conn_pause(b->conn, false);
    assert_int_equal(stats_of(b).unread_ms, 10);
}

static void pause_it(struct bench *b)
{
    ami_conn_pause(b->conn, true);
}

/* It was READY by what had been read before the pause. */
static void test_nothing_is_unread_behind_a_pause(void **state)
{
    struct bench *b = *state;
    struct request request;

    b->opts.auth = AMI_AUTH_PLAIN;
    bench_new(b);
    on_events(b, NULL);
    far_open(b);
    say(b, BANNER);
    b->when = "event A";
    b->deed = pause_it;
    far_expect(b, "Login", &request);
    far_say(b, "Event: A\r\n\r\n");
    far_answer(b, &request, "Success", "");
    settle(b);
    ami_conn_pause(b->conn, false);
    ami_conn_process(b->conn, 0);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    world.now += 5000;
    say(b, "Event: B\r\n\r\n");
    assert_int_equal(stats_of(b).unread_ms, 0);
}

/* More was there than one round reads, and the next one came late. */
static void test_left_unread_between_two_reads(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    world.flood = "Event: A\r\n\r\n";
    ami_conn_process(b->conn, AMI_READ);
    world.now += 90;
    assert_int_equal(stats_of(b).unread_ms, 0);
    ami_conn_process(b->conn, AMI_READ);
    assert_int_equal(stats_of(b).unread_ms, 90);
}

/* ---- Irregularities and returns ----------------------------------------------------------- */

static void test_irregularities(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    on_events(b, NULL);
    say(b, "Event: A\r\nEvent: B\r\n\r\n");
    assert_int_equal(stats_of(b).damaged, 1);
    submit(b, "a", "List");
    settle(b);
    far_expect(b, "List", &request);
    far_answer(b, &request, "Success", "EventList: start\r\n");
    end_list(b, &request, "ListItems: 5\r\n");
    assert_int_equal(stats_of(b).miscounted, 1);
    assert_int_equal(stats_of(b).damaged, 1);
    assert_int_equal(stats_of(b).late, 0);
}

static void test_returns(void **state)
{
    struct bench *b = *state;

    b->opts.reconnect_min_ms = 1000;
    far_listen(b);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    for (uint64_t i = 0; i < 3; i++) {
        settle(b);
        far_accept(b);
        far_log_in(b);
        assert_int_equal(stats_of(b).returns, i);
        far_close(b);
        settle(b);
        world.now = ami_conn_deadline(b->conn);
    }
    assert_int_equal(stats_of(b).unread_ms, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        BENCH_TEST(test_nothing_yet),
        BENCH_TEST(test_bytes_and_messages),
        BENCH_TEST(test_events_by_subscription),
        BENCH_TEST(test_actions_by_outcome),
        BENCH_TEST(test_too_long_for_the_server),
        BENCH_TEST(test_own_actions_do_not_count),
        BENCH_TEST(test_answer_times),
        BENCH_TEST(test_answer_time_of_a_held_action),
        BENCH_TEST(test_left_unread_in_a_callback),
        BENCH_TEST(test_left_unread_by_a_pause),
        BENCH_TEST(test_paused_without_a_connection),
        BENCH_TEST(test_nothing_is_unread_behind_a_pause),
        BENCH_TEST(test_left_unread_between_two_reads),
        BENCH_TEST(test_irregularities),
        BENCH_TEST(test_returns),
    };

    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
