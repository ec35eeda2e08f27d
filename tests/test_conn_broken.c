/* SPDX-License-Identifier: MIT */
/* Connections that break: ends of the stream, failed writes, resets, limits, floods. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- The end of the stream --------------------------------------------------------------- */

static const struct {
    const char *what, *bytes, *log;
} ends[] = {
    {"between messages", "", ""},
    {"after an event", "Event: A\r\n\r\n", "event A\n"},
    {"after two, in mid-line", "Event: A\r\n\r\nEvent: B\r\n\r\nEven", "event A\nevent B\n"},
    {"in mid-message", "Event: A\r\nChannel: x\r\n", ""},
};

static void test_ends(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct text expected = {0};

        bench_reset(b);
        far_ready(b);
        on_events(b, NULL);
        submit(b, "a", "Ping");
        ami_conn_process(b->conn, 0);
        far_say(b, ends[i].bytes);
        far_close(b);
        assert_int_equal(settle(b), AMI_E_EOF);
        text_add(&expected, ends[i].log);
        text_add(&expected, "a DONE AMI_E_LOST sent CLOSED\n"
                            "state CLOSED from READY: AMI_E_EOF\n");
        assert_log(b, expected.data);
        text_free(&expected);
    }
}

static void test_answer_then_end(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "a", "Ping");
    ami_conn_process(b->conn, 0);
    far_serve(b, "Ping", "Success", "");
    far_close(b);
    assert_int_equal(settle(b), AMI_E_EOF);
    assert_log(b, "a DONE AMI_OK sent READY\n"
                  "state CLOSED from READY: AMI_E_EOF\n");
}

static void test_in_flight_at_the_end(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    ami_conn_process(b->conn, 0);
    world.send_room = 1;
    submit(b, "c", "ActionC");
    submit(b, "d", "ActionD");
    ami_conn_process(b->conn, AMI_WRITE);
    far_close(b);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), AMI_E_EOF);
    assert_log(b, "a DONE AMI_E_LOST sent CLOSED\n"
                  "b DONE AMI_E_LOST sent CLOSED\n"
                  "c DONE AMI_E_LOST sent CLOSED\n"
                  "d DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from READY: AMI_E_EOF\n");
}

static void test_submit_after_the_end(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    far_close(b);
    settle(b);
    assert_log(b, "state CLOSED from READY: AMI_E_EOF\n");
    assert_int_equal(try_submit(b, "a", "Ping"), AMI_E_STATE);
    assert_log(b, "");
}

/* ---- Errors ------------------------------------------------------------------------------ */

/* The peer is gone, and the first to notice is a write: no signal, and what it said is heard. */
static void test_write_to_a_closed_peer(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    far_say(b, "Event: A\r\n\r\n");
    far_close(b);
    submit(b, "a", "Ping");
    int rc = ami_conn_process(b->conn, AMI_WRITE);
    for (int i = 0; i < 10 && rc >= 0; i++) {
        assert_true(ami_conn_deadline(b->conn) <= world.now || ami_conn_fd(b->conn) >= 0);
        rc = ami_conn_wait(b->conn, 0);
    }
    assert_true(rc == AMI_E_EOF || rc == AMI_E_IO);
    assert_int_equal(ami_conn_error(b->conn)->sys != 0, rc == AMI_E_IO);
    text_add(&b->log, "");
    assert_true(strncmp(b->log.data, "event A\na DONE AMI_E_NOT_SENT unsent CLOSED\n", 43) == 0);
    assert_true(was_logged(b, "state CLOSED from READY"));
}

static void pause_it(struct bench *b)
{
    ami_conn_pause(b->conn, true);
}

static void submit_p(struct bench *b)
{
    submit(b, "p", "Ping");
}

/* The peer takes nothing any more but is still there: only the write tells. It happens on the way
 * out of process, so the loop must come back at once. */
static void test_write_fails_behind_a_callback(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    b->when = "event A";
    b->deed = submit_p;
    far_say(b, "Event: A\r\n\r\n");
    assert_int_equal(shutdown(b->far, SHUT_RD), 0);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    assert_string_equal(interest(b->conn), "fd R now");
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_IO);
    assert_int_equal(ami_conn_error(b->conn)->sys, EPIPE);
    assert_log(b, "event A\n"
                  "p DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from READY: AMI_E_IO\n");
}

/* What had come before is heard to its end, in however many pieces; while paused, later. */
static void test_write_fails_before_all_is_read(void **state)
{
    struct bench *b = *state;

    for (int paused = 0; paused < 2; paused++) {
        bench_reset(b);
        far_ready(b);
        on_events(b, NULL);
        submit(b, "a", "Ping");
        ami_conn_process(b->conn, 0);
        far_say(b, "Event: A\r\n\r\n");
        far_serve(b, "Ping", "Success", "");
        far_say(b, "Event: B\r\n\r\n");
        assert_int_equal(shutdown(b->far, SHUT_RD), 0);
        submit(b, "b", "Ping");
        world.piece = 10;
        if (paused) {
            b->when = "event A";
            b->deed = pause_it;
            assert_int_equal(settle(b), 0);
            assert_log(b, "event A\n");
            ami_conn_pause(b->conn, false);
        }
        assert_int_equal(settle(b), AMI_E_IO);
        assert_log(b, paused ? "a DONE AMI_OK sent READY\n"
                               "event B\n"
                               "b DONE AMI_E_NOT_SENT unsent CLOSED\n"
                               "state CLOSED from READY: AMI_E_IO\n"
                             : "event A\n"
                               "a DONE AMI_OK sent READY\n"
                               "event B\n"
                               "b DONE AMI_E_NOT_SENT unsent CLOSED\n"
                               "state CLOSED from READY: AMI_E_IO\n");
    }
}

/* Accepts the connection that is under way; it becomes far. */
static void accept_far(struct bench *b)
{
    for (int i = 0; i < 100000 && ami_conn_state(b->conn) == AMI_STATE_CONNECTING; i++)
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
    b->far = accept(b->listeners[0], NULL, NULL);
    assert_true(b->far >= 0);
    assert_int_equal(fcntl(b->far, F_SETFL, O_NONBLOCK), 0);
}

static void test_reset_by_the_peer(void **state)
{
    struct bench *b = *state;
    struct linger at_once = {1, 0};

    listen_on(b, false, 0, 8);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    accept_far(b);
    assert_int_equal(setsockopt(b->far, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    far_close(b);
    for (int i = 0; i < 100000 && !was_logged(b, "state CLOSED"); i++)
        ami_conn_wait(b->conn, 0);
    assert_true(was_logged(b, "state CLOSED from LOGIN: AMI_E_IO\n"));
    assert_int_equal(ami_conn_error(b->conn)->sys, ECONNRESET);
}

/* A server that shuts down does not read what is left: that resets the connection, or fails a
 * write, after it said that it was going. */
static void test_break_at_a_shutdown(void **state)
{
    struct bench *b = *state;

    for (int resets = 0; resets < 2; resets++) {
        bench_reset(b);
        far_ready(b);
        submit(b, "a", "Ping");
        ami_conn_process(b->conn, 0);
        far_say(b, "Event: Shutdown\r\nShutdown: Cleanly\r\nRestart: True\r\n\r\n");
        if (resets) {
            close(b->far); /* with the Ping unread */
            b->far = -1;
        } else {
            assert_int_equal(shutdown(b->far, SHUT_RD), 0);
            submit(b, "b", "Ping");
        }
        assert_int_equal(settle(b), AMI_E_SHUTDOWN);
        assert_string_equal(ami_conn_error(b->conn)->text, "the server was shut down");
        assert_log(b, resets ? "a DONE AMI_E_LOST sent CLOSED\n"
                               "state CLOSED from READY: AMI_E_SHUTDOWN\n"
                             : "a DONE AMI_E_LOST sent CLOSED\n"
                               "b DONE AMI_E_NOT_SENT unsent CLOSED\n"
                               "state CLOSED from READY: AMI_E_SHUTDOWN\n");
    }
}

/* The event may not be sent any more, but until then everything is refused; unless the shutdown is
 * called off. */
static void test_refusals_before_a_shutdown(void **state)
{
    struct bench *b = *state;

    for (int called_off = 0; called_off < 2; called_off++) {
        bench_reset(b);
        far_ready(b);
        submit(b, "a", "Ping");
        submit(b, "b", "Ping");
        ami_conn_process(b->conn, 0);
        far_serve(b, "Ping", "Error", "Message: Asterisk is shutting down\r\n");
        if (called_off)
            far_serve(b, "Ping", "Success", "");
        far_close(b);
        assert_int_equal(settle(b), called_off ? AMI_E_EOF : AMI_E_SHUTDOWN);
    }
}

/* "AMI_E_LIMIT with the limit's name, never memory." */
static void test_peer_reaches_a_limit(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    char value[1201] = {0};

    memset(value, 'x', sizeof value - 1);
    limits.line = 1000;
    b->opts.limits = &limits;
    far_ready(b);
    on_events(b, NULL);
    submit(b, "a", "Ping");
    ami_conn_process(b->conn, 0);
    far_say(b, "Event: A\r\nX: ");
    far_say(b, value);
    far_say(b, "\r\n\r\n");
    assert_int_equal(settle(b), AMI_E_LIMIT);
    assert_log(b, "a DONE AMI_E_LOST sent CLOSED\n"
                  "state CLOSED from READY: AMI_E_LIMIT\n");
    assert_non_null(strstr(ami_conn_error(b->conn)->text, "line"));
}

/* ---- Floods ------------------------------------------------------------------------------ */

static void test_flood_of_events(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    submit(b, "a", "Ping");
    world.flood = "Event: Newexten\r\nChannel: x\r\n\r\n";
    world.recvs = 0;
    for (int i = 1; i <= 3; i++) {
        ami_conn_process(b->conn, AMI_READ);
        assert_in_range(world.flooded, 1, i * ((size_t)8 << 20));
    }
    assert_true(ami_conn_events(b->conn) & AMI_READ);
    far_expect(b, "Ping", &request);
}

/* What was said before a break is read to its end, even if that takes several rounds. */
static void test_write_fails_under_a_flood(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    world.flood = "Event: A\r\n\r\n";
    submit(b, "p", "Ping");
    assert_int_equal(shutdown(b->far, SHUT_RD), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ami_conn_process(b->conn, AMI_READ), 0);
    assert_string_equal(interest(b->conn), "fd R now");
    world.flood = NULL;
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_IO);
}

/* What a callback submits leaves with the same call. */
static void test_flood_does_not_hold_up_sending(void **state)
{
    struct bench *b = *state;
    struct request request;

    far_ready(b);
    on_events(b, "A");
    b->when = "event A";
    b->deed = submit_p;
    far_say(b, "Event: A\r\n\r\n");
    ami_conn_process(b->conn, AMI_READ);
    far_expect(b, "Ping", &request);
    world.flood = "Event: A\r\n\r\n";
    b->deed = submit_p;
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    world.flood = NULL;
    far_expect(b, "Ping", &request);
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_ends),
    BENCH_TEST(test_answer_then_end),
    BENCH_TEST(test_in_flight_at_the_end),
    BENCH_TEST(test_submit_after_the_end),
    BENCH_TEST(test_write_to_a_closed_peer),
    BENCH_TEST(test_write_fails_behind_a_callback),
    BENCH_TEST(test_write_fails_before_all_is_read),
    BENCH_TEST(test_reset_by_the_peer),
    BENCH_TEST(test_break_at_a_shutdown),
    BENCH_TEST(test_refusals_before_a_shutdown),
    BENCH_TEST(test_peer_reaches_a_limit),
    BENCH_TEST(test_flood_of_events),
    BENCH_TEST(test_write_fails_under_a_flood),
    BENCH_TEST(test_flood_does_not_hold_up_sending),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
