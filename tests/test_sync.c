/* SPDX-License-Identifier: MIT */
/* Blocking calls: against a mock server in another process, and against peers that the test plays
 * whenever a call would sleep. */
#include "peer.h"

#include <errno.h>
#include <unistd.h>

/* ---- Connecting -------------------------------------------------------------------------- */

static void connect_forked(struct bench *b)
{
    struct ami_error error;

    mock_fork(b, NULL);
    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, &error), AMI_OK);
    assert_non_null(b->conn);
    text_free(&b->log);
}

static void test_connect(void **state)
{
    struct bench *b = *state;

    mock_fork(b, NULL);
    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, NULL), AMI_OK);
    assert_non_null(b->conn);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state LOGIN from CONNECTING\n"
                  "state READY from LOGIN\n");
}

static void check_no_connection(struct bench *b, int code)
{
    struct ami_error error = {0};

    b->conn = (ami_conn *)(void *)b;
    int err = ami_sync_connect(&b->conn, &b->opts, &error);
    assert_null(b->conn);
    if (err != code)
        fail_msg("%s, not %s: %s", ami_err_name(err), ami_err_name(code), error.text);
    assert_int_equal(error.code, code);
    assert_true(error.text[0] != '\0');
    assert_int_equal(b->alloc.live, 0);
}

static void test_connect_is_refused(void **state)
{
    struct bench *b = *state;

    mock_fork(b, NULL);
    b->opts.secret = "swordfish";
    check_no_connection(b, AMI_E_AUTH);
    assert_true(was_logged(b, "state CLOSED from LOGIN: AMI_E_AUTH"));
}

static void test_connect_to_a_closed_port(void **state)
{
    struct bench *b = *state;
    struct ami_error error;

    listen_on(b, false, 0, 8);
    stop_listening(b);
    check_no_connection(b, AMI_E_CONNECT);
    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, &error), AMI_E_CONNECT);
    assert_int_equal(error.sys, ECONNREFUSED);
}

/* The first attempt counts; later ones are for a connection that stood. */
static void test_connect_with_reconnect(void **state)
{
    struct bench *b = *state;

    b->opts.reconnect_min_ms = 1;
    listen_on(b, false, 0, 8);
    stop_listening(b);
    check_no_connection(b, AMI_E_CONNECT);
}

static void test_connect_to_a_silent_server(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    world.idle = nothing_happens;
    check_no_connection(b, AMI_E_TIMEOUT);
    assert_int_equal(world.now, CLOCK_START + 10000);
}

static void test_connect_with_bad_options(void **state)
{
    struct bench *b = *state;
    struct ami_error error = {0};

    assert_int_equal(ami_sync_connect(NULL, &b->opts, NULL), AMI_E_INVAL);
    assert_int_equal(ami_sync_connect(&b->conn, NULL, &error), AMI_E_INVAL);
    assert_int_equal(error.code, AMI_E_INVAL);
    b->opts.username = NULL;
    check_no_connection(b, AMI_E_INVAL);
    assert_log(b, "");
}

static void close_seen(struct bench *b)
{
    ami_conn_close(b->seen);
}

static void free_seen(struct bench *b)
{
    ami_conn_free(b->seen);
    b->freed = true;
}

static const char *const connect_places[] = {"state CONNECTING", "state LOGIN"};

static void test_closed_while_connecting(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(connect_places); i++) {
        bench_reset(b);
        pumped(b, NULL);
        b->when = connect_places[i];
        b->deed = close_seen;
        check_no_connection(b, AMI_E_CANCELLED);
    }
}

static void test_freed_while_connecting(void **state)
{
    static const char *const places[] = {"state CONNECTING", "state LOGIN", "state READY"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        bench_reset(b);
        pumped(b, NULL);
        b->when = places[i];
        b->deed = free_seen;
        check_no_connection(b, AMI_E_CANCELLED);
    }
}

static void on_notify(ami_conn *conn, void *bench)
{
    (void)conn;
    (void)bench;
}

static void on_drop(void *bench)
{
    note(bench, "drop");
}

static void hook(struct bench *b)
{
    ami_conn_set_notify(b->seen, on_notify, b, on_drop);
}

static void hook_and_close(struct bench *b)
{
    hook(b);
    ami_conn_close(b->seen);
}

static void hook_and_free(struct bench *b)
{
    hook(b);
    free_seen(b);
}

/* A hook that a callback sets is the program's, and stays. */
static void test_hook_set_while_connecting(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(connect_places); i++) {
        bench_reset(b);
        pumped(b, NULL);
        b->when = connect_places[i];
        b->deed = hook;
        assert_int_equal(ami_sync_connect(&b->conn, &b->opts, NULL), AMI_OK);
        assert_false(was_logged(b, "drop"));
        text_free(&b->log);
        ami_conn_free(b->conn);
        b->conn = NULL;
        assert_log(b, "drop\n");
    }
}

static void test_hook_set_and_over(void **state)
{
    static void (*const deeds[])(struct bench *) = {hook_and_close, hook_and_free};
    struct bench *b = *state;

    for (size_t i = 0; i < 2 * ARRAY_LEN(connect_places); i++) {
        bench_reset(b);
        pumped(b, NULL);
        b->when = connect_places[i / 2];
        b->deed = deeds[i % 2];
        check_no_connection(b, AMI_E_CANCELLED);
        assert_true(was_logged(b, "drop"));
    }
}

/* ---- Sending ----------------------------------------------------------------------------- */

static void test_send(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    connect_forked(b);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Ping", (char *)NULL), AMI_OK);
    assert_non_null(reply);
    bench_free(b);
    assert_string_equal(ami_msg_name(reply), "Success"); /* it is the caller's own */
    assert_string_equal(ami_msg_get(reply, "Ping"), "Pong");
    ami_msg_free(reply);
}

static void test_send_with_headers(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    connect_forked(b);
    assert_int_equal(
        ami_sync_send(b->conn, NULL, "Setvar", "Variable", "COLOUR", "Value", "red", (char *)NULL),
        AMI_OK);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Getvar", "Variable", "COLOUR", (char *)NULL),
                     AMI_OK);
    assert_string_equal(ami_msg_get(reply, "Value"), "red");
    ami_msg_free(reply);
}

static void test_send_is_refused(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    connect_forked(b);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Hangup", "Channel", "SIP/none", (char *)NULL),
                     AMI_E_REFUSED);
    assert_non_null(reply);
    assert_string_equal(ami_msg_get(reply, "Message"), "No such channel");
    ami_msg_free(reply);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Hangup", "Channel", "SIP/none", (char *)NULL),
                     AMI_E_REFUSED);
}

static void test_submit(void **state)
{
    struct bench *b = *state;
    ami_action *action = ami_action_new("Command");
    ami_msg *reply = NULL;

    connect_forked(b);
    ami_action_add(action, "Command", "core show uptime");
    for (int i = 0; i < 2; i++) { /* an action may be submitted any number of times */
        assert_int_equal(ami_sync_submit(b->conn, action, &reply), AMI_OK);
        assert_non_null(ami_msg_get(reply, "Output"));
        ami_msg_free(reply);
    }
    assert_int_equal(ami_sync_submit(b->conn, action, NULL), AMI_OK);
    ami_action_free(action);
}

/* "Of a list it is the message that ended it." */
static void test_send_of_a_list(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    scripted(b);
    assert_int_equal(ami_sync_send(b->conn, &reply, "List", (char *)NULL), AMI_OK);
    assert_string_equal(ami_msg_get(reply, "EventList"), "Complete");
    ami_msg_free(reply);
}

static void test_bad_actions(void **state)
{
    struct bench *b = *state;
    ami_action *action = ami_action_new("Ping");
    ami_msg *reply = (ami_msg *)(void *)b;
    ami_list *list = (ami_list *)(void *)b;
    size_t heard;

    scripted(b);
    heard = b->heard.len;
    ami_action_add(action, "A:b", "c");
    assert_int_equal(ami_sync_submit(b->conn, action, &reply), AMI_E_INVAL);
    assert_null(reply);
    assert_int_equal(ami_sync_list(b->conn, action, &list), AMI_E_INVAL);
    assert_null(list);
    reply = (ami_msg *)(void *)b;
    assert_int_equal(ami_sync_send(b->conn, &reply, "Ping", "A", "b\r\nC: d", (char *)NULL),
                     AMI_E_INVAL);
    assert_null(reply);
    assert_int_equal(ami_sync_submit(b->conn, NULL, &reply), AMI_E_INVAL);
    assert_int_equal(ami_sync_submit(NULL, action, &reply), AMI_E_INVAL);
    assert_false(far_at_end(b));
    assert_int_equal(b->heard.len, heard);
    ami_action_free(action);
}

static void test_send_unconnected(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    bench_new(b);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Ping", (char *)NULL), AMI_E_STATE);
    assert_null(reply);
    ami_conn_close(b->conn);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Ping", (char *)NULL), AMI_E_STATE);
    assert_null(reply);
    assert_log(b, "state CLOSED from IDLE: AMI_E_CANCELLED\n");
}

/* Before READY it waits for it. */
static void test_send_before_ready(void **state)
{
    struct bench *b = *state;

    pumped(b, NULL);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Ping", (char *)NULL), AMI_OK);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
}

static void test_send_times_out(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    scripted(b);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Silent", (char *)NULL), AMI_E_TIMEOUT);
    assert_null(reply);
    assert_int_equal(world.now, CLOCK_START + 60000);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Fine", (char *)NULL), AMI_OK);
}

static void test_connection_breaks_meanwhile(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    scripted(b);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Break", (char *)NULL), AMI_E_LOST);
    assert_null(reply);
    assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_EOF);
    assert_int_equal(ami_sync_send(b->conn, &reply, "Fine", (char *)NULL), AMI_E_STATE);
}

/* In BACKOFF it waits for the return, as long as its time lasts. */
static void test_send_in_backoff(void **state)
{
    struct bench *b = *state;

    b->opts.reconnect_min_ms = 1000;
    pumped(b, NULL);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state READY");
    int port = b->opts.port;
    ami_mock_server_free(b->server);
    mock_open(b, &(struct ami_mock_opts){.port = port});
    settle(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_BACKOFF);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Ping", (char *)NULL), AMI_OK);
    assert_true(was_logged(b, "state READY from LOGIN, gap "));
    ami_mock_server_free(b->server);
    b->server = NULL;
    settle(b);
    world.idle = nothing_happens;
    ami_time start = world.now;
    assert_int_equal(ami_sync_send(b->conn, NULL, "Ping", (char *)NULL), AMI_E_NOT_SENT);
    assert_int_equal(world.now, start + 60000);
}

static void test_signals_do_not_disturb(void **state)
{
    struct bench *b = *state;

    scripted(b);
    world.interrupted = true;
    assert_int_equal(ami_sync_send(b->conn, NULL, "Fine", (char *)NULL), AMI_OK);
    assert_false(world.interrupted);
}

/* ---- Lists ------------------------------------------------------------------------------- */

static int get_list(struct bench *b, const char *name, ami_list **list)
{
    ami_action *action = ami_action_new(name);

    *list = (ami_list *)(void *)b;
    int err = ami_sync_list(b->conn, action, list);
    ami_action_free(action);
    return err;
}

static void test_list(void **state)
{
    struct bench *b = *state;
    ami_list *list;
    long long number = 0;

    scripted(b);
    on_events(b, NULL);
    assert_int_equal(get_list(b, "List", &list), AMI_OK);
    bench_free(b); /* the list is the caller's own */
    assert_int_equal(ami_list_count(list), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ami_msg_get_int(ami_list_at(list, i), "Number", &number), AMI_OK);
        assert_int_equal(number, i + 1);
    }
    assert_null(ami_list_at(list, 3));
    assert_string_equal(ami_msg_get(ami_list_response(list), "EventList"), "start");
    assert_string_equal(ami_msg_get(ami_list_complete(list), "EventList"), "Complete");
    ami_list_free(list);
    assert_log(b, ""); /* items are not for event handlers */
}

static void test_list_of_a_pbx(void **state)
{
    struct bench *b = *state;
    ami_list *list;

    connect_forked(b);
    assert_int_equal(get_list(b, "CoreShowChannels", &list), AMI_OK);
    assert_int_equal(ami_list_count(list), 0);
    assert_non_null(ami_list_response(list));
    assert_string_equal(ami_msg_get(ami_list_complete(list), "ListItems"), "0");
    ami_list_free(list);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Originate", "Channel", "PJSIP/100", "Context",
                                   "default", "Exten", "200", "Priority", "1", (char *)NULL),
                     AMI_OK);
    assert_int_equal(get_list(b, "CoreShowChannels", &list), AMI_OK);
    assert_true(ami_list_count(list) > 0);
    assert_non_null(ami_msg_get(ami_list_at(list, 0), "Channel"));
    ami_list_free(list);
}

static void test_list_is_refused(void **state)
{
    struct bench *b = *state;
    ami_action *action = ami_action_new("Refuse");
    ami_list *list;

    scripted(b);
    assert_int_equal(get_list(b, "Refuse", &list), AMI_E_REFUSED);
    assert_int_equal(ami_list_count(list), 0);
    assert_string_equal(ami_msg_get(ami_list_response(list), "Message"), "No");
    assert_null(ami_list_complete(list));
    ami_list_free(list);
    assert_int_equal(ami_sync_list(b->conn, action, NULL), AMI_E_REFUSED);
    ami_action_free(action);
}

static void test_list_is_cancelled(void **state)
{
    struct bench *b = *state;
    ami_list *list;

    scripted(b);
    assert_int_equal(get_list(b, "Cut", &list), AMI_E_CANCELLED);
    assert_int_equal(ami_list_count(list), 3);
    assert_string_equal(ami_msg_get(ami_list_complete(list), "EventList"), "Cancelled");
    ami_list_free(list);
}

static void test_list_stops_short(void **state)
{
    struct bench *b = *state;
    ami_list *list;

    scripted(b);
    assert_int_equal(get_list(b, "Half", &list), AMI_E_TIMEOUT);
    assert_int_equal(ami_list_count(list), 3);
    assert_null(ami_list_complete(list));
    ami_list_free(list);
    assert_int_equal(get_list(b, "Silent", &list), AMI_E_TIMEOUT);
    assert_int_equal(ami_list_count(list), 0);
    ami_list_free(list);
}

static void test_list_reaches_a_limit(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    ami_list *list;

    limits.list_items = 2;
    b->opts.limits = &limits;
    scripted(b);
    assert_int_equal(get_list(b, "List", &list), AMI_E_LIMIT);
    assert_int_equal(ami_list_count(list), 2);
    ami_list_free(list);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Fine", (char *)NULL), AMI_OK);
}

/* ---- Callbacks meanwhile ----------------------------------------------------------------- */

static void test_events_meanwhile(void **state)
{
    struct bench *b = *state;

    scripted(b);
    on_events(b, NULL);
    submit(b, "a", "Fine");
    assert_int_equal(ami_sync_send(b->conn, NULL, "Chatty", (char *)NULL), AMI_OK);
    assert_log(b, "a DONE AMI_OK sent READY\n"
                  "event Before\n"
                  "event After\n");
}

static void send_inside(struct bench *b)
{
    ami_msg *reply = NULL;

    b->deed_result = ami_sync_send(b->conn, &reply, "Fine", (char *)NULL);
    assert_null(reply);
}

static void test_send_inside_send(void **state)
{
    struct bench *b = *state;
    struct request request;

    scripted(b);
    on_events(b, NULL);
    b->when = "event Before";
    b->deed = send_inside;
    assert_int_equal(ami_sync_send(b->conn, NULL, "Chatty", (char *)NULL), AMI_OK);
    assert_int_equal(b->deed_result, AMI_E_REENTRANT);
    settle(b);
    assert_false(far_take(b, &request));
}

static void test_freed_while_sending(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    scripted(b);
    on_events(b, NULL);
    b->when = "event Before";
    b->deed = free_it;
    assert_int_equal(ami_sync_send(b->conn, &reply, "Chatty", (char *)NULL), AMI_E_CANCELLED);
    assert_null(reply);
    assert_log(b, "event Before\n");
}

/* The answer had come when the callback of an event behind it freed the connection. */
static void test_freed_after_the_answer(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    scripted(b);
    on_events(b, NULL);
    b->when = "event After";
    b->deed = free_it;
    assert_int_equal(ami_sync_send(b->conn, &reply, "Chatty", (char *)NULL), AMI_OK);
    assert_string_equal(ami_msg_name(reply), "Success");
    ami_msg_free(reply);
}

static void test_freed_while_listing(void **state)
{
    struct bench *b = *state;
    ami_list *list;

    scripted(b);
    submit(b, "a", "Chatty");
    on_events(b, NULL);
    b->when = "event After";
    b->deed = free_it;
    assert_int_equal(get_list(b, "Half", &list), AMI_E_CANCELLED);
    assert_int_equal(ami_list_count(list), 0);
    ami_list_free(list);
}

static void test_closed_while_sending(void **state)
{
    struct bench *b = *state;
    ami_msg *reply = NULL;

    scripted(b);
    on_events(b, NULL);
    b->when = "event Before";
    b->deed = close_it;
    assert_int_equal(ami_sync_send(b->conn, &reply, "Chatty", (char *)NULL), AMI_OK);
    assert_non_null(reply);
    ami_msg_free(reply);
    b->when = "event";
    assert_int_equal(ami_sync_send(b->conn, &reply, "Fine", (char *)NULL), AMI_E_STATE);
    assert_null(reply);
}

/* ---- Closing ----------------------------------------------------------------------------- */

static int sync_close(struct bench *b)
{
    ami_conn *conn = b->conn;

    b->conn = NULL;
    int err = ami_sync_close(conn);
    b->freed = true;
    return err;
}

static void test_close(void **state)
{
    struct bench *b = *state;

    connect_forked(b);
    assert_int_equal(sync_close(b), AMI_OK);
    assert_int_equal(b->alloc.live, 0);
    assert_log(b, "state CLOSING from READY\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
}

static void test_close_waits_for_answers(void **state)
{
    struct bench *b = *state;

    scripted(b);
    submit(b, "a", "Fine");
    submit(b, "b", "Silent");
    assert_int_equal(sync_close(b), AMI_OK);
    assert_log(b, "state CLOSING from READY\n"
                  "a DONE AMI_OK sent ?\n"
                  "b DONE AMI_E_LOST sent ?\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
    assert_int_equal(world.now, CLOCK_START);
}

static void test_close_takes_two_seconds_at_most(void **state)
{
    struct bench *b = *state;

    scripted(b);
    world.idle = nothing_happens;
    assert_int_equal(sync_close(b), AMI_OK);
    assert_int_equal(world.now, CLOCK_START + 2000);
    assert_int_equal(b->alloc.live, 0);
}

static void test_close_what_had_ended(void **state)
{
    struct bench *b = *state;

    assert_int_equal(ami_sync_close(NULL), AMI_OK);
    scripted(b);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Break", (char *)NULL), AMI_E_LOST);
    assert_int_equal(sync_close(b), AMI_E_EOF);
    assert_int_equal(b->alloc.live, 0);
}

static void test_close_what_never_began(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    assert_int_equal(sync_close(b), AMI_OK);
    assert_int_equal(b->alloc.live, 0);
}

static void test_close_drops_the_hook(void **state)
{
    struct bench *b = *state;

    scripted(b);
    ami_conn_set_notify(b->conn, on_notify, b, on_drop);
    assert_int_equal(sync_close(b), AMI_OK);
    assert_true(was_logged(b, "drop\n"));
    assert_null(strstr(strstr(b->log.data, "drop\n") + 1, "drop\n"));
}

static void test_freed_while_closing(void **state)
{
    static const char *const places[] = {"state CLOSING", "a DONE", "state CLOSED"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        bench_reset(b);
        scripted(b);
        submit(b, "a", "Silent");
        b->seen = b->conn;
        b->when = places[i];
        b->deed = free_seen;
        int err = ami_sync_close(b->conn);
        b->conn = NULL;
        assert_true(err == AMI_OK || err == AMI_E_CANCELLED);
        assert_true(b->freed);
        assert_int_equal(b->alloc.live, 0);
    }
}

static void close_inside(struct bench *b)
{
    b->deed_result = ami_sync_close(b->conn);
}

/* "return AMI_E_REENTRANT and change nothing" */
static void test_close_inside_a_callback(void **state)
{
    struct bench *b = *state;

    scripted(b);
    on_events(b, NULL);
    ami_conn_set_notify(b->conn, on_notify, b, on_drop);
    b->when = "event Before";
    b->deed = close_inside;
    assert_int_equal(ami_sync_send(b->conn, NULL, "Chatty", (char *)NULL), AMI_OK);
    assert_int_equal(b->deed_result, AMI_E_REENTRANT);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    assert_log(b, "event Before\n"
                  "event After\n");
    ami_conn_set_notify(b->conn, NULL, NULL, NULL);
}

/* ---- Memory ------------------------------------------------------------------------------ */

static bool ok_or_nomem(int err)
{
    return err == AMI_OK || err == AMI_E_NOMEM || err == AMI_E_NOT_SENT || err == AMI_E_LOST ||
           err == AMI_E_STATE;
}

/* Returns the first result that is not AMI_OK. */
static int whole_life(struct bench *b)
{
    ami_msg *reply = NULL;
    ami_list *list = NULL;
    struct ami_error error = {0};
    int err = ami_sync_connect(&b->conn, &b->opts, &error);

    assert_int_equal(b->conn != NULL, err == AMI_OK);
    if (err < 0) {
        assert_int_equal(error.code, err);
        return err;
    }
    int sent = ami_sync_send(b->conn, &reply, "Ping", (char *)NULL);
    assert_true(sent != AMI_OK || reply);
    ami_msg_free(reply);
    int listed = get_list(b, "CoreShowChannels", &list);
    assert_true(listed != AMI_OK || ami_list_complete(list));
    ami_list_free(list);
    int closed = sync_close(b);
    assert_true(ok_or_nomem(sent) && ok_or_nomem(listed) && ok_or_nomem(closed));
    return sent < 0 ? sent : listed < 0 ? listed : closed;
}

static void test_every_allocation_fails_once(void **state)
{
    struct bench *b = *state;

    for (size_t fail_at = 1;; fail_at++) {
        bench_reset(b);
        pumped(b, NULL);
        test_alloc_init(&b->alloc, fail_at);
        int err = whole_life(b);
        if (b->alloc.asked < fail_at) {
            assert_int_equal(err, AMI_OK);
            break;
        }
        if (err != AMI_E_NOMEM)
            fail_msg("allocation %zu: %s", fail_at, ami_err_name(err));
        assert_int_equal(b->alloc.live, 0);
    }
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_connect),
    BENCH_TEST(test_connect_is_refused),
    BENCH_TEST(test_connect_to_a_closed_port),
    BENCH_TEST(test_connect_with_reconnect),
    BENCH_TEST(test_connect_to_a_silent_server),
    BENCH_TEST(test_connect_with_bad_options),
    BENCH_TEST(test_closed_while_connecting),
    BENCH_TEST(test_freed_while_connecting),
    BENCH_TEST(test_hook_set_while_connecting),
    BENCH_TEST(test_hook_set_and_over),
    BENCH_TEST(test_send),
    BENCH_TEST(test_send_with_headers),
    BENCH_TEST(test_send_is_refused),
    BENCH_TEST(test_submit),
    BENCH_TEST(test_send_of_a_list),
    BENCH_TEST(test_bad_actions),
    BENCH_TEST(test_send_unconnected),
    BENCH_TEST(test_send_before_ready),
    BENCH_TEST(test_send_times_out),
    BENCH_TEST(test_connection_breaks_meanwhile),
    BENCH_TEST(test_send_in_backoff),
    BENCH_TEST(test_signals_do_not_disturb),
    BENCH_TEST(test_list),
    BENCH_TEST(test_list_of_a_pbx),
    BENCH_TEST(test_list_is_refused),
    BENCH_TEST(test_list_is_cancelled),
    BENCH_TEST(test_list_stops_short),
    BENCH_TEST(test_list_reaches_a_limit),
    BENCH_TEST(test_events_meanwhile),
    BENCH_TEST(test_send_inside_send),
    BENCH_TEST(test_freed_while_sending),
    BENCH_TEST(test_freed_after_the_answer),
    BENCH_TEST(test_freed_while_listing),
    BENCH_TEST(test_closed_while_sending),
    BENCH_TEST(test_close),
    BENCH_TEST(test_close_waits_for_answers),
    BENCH_TEST(test_close_takes_two_seconds_at_most),
    BENCH_TEST(test_close_what_had_ended),
    BENCH_TEST(test_close_what_never_began),
    BENCH_TEST(test_close_drops_the_hook),
    BENCH_TEST(test_freed_while_closing),
    BENCH_TEST(test_close_inside_a_callback),
    BENCH_TEST(test_every_allocation_fails_once),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
