/* SPDX-License-Identifier: MIT */
/* Blocking: a command as text, a call until its outcome, a single event. */
#include "peer.h"

#include <unistd.h>

/* ---- A command --------------------------------------------------------------------------- */

static size_t no_room; /* there is no memory for just so many bytes */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return size == no_room && size ? NULL : __real_malloc(size);
}

static void connect_pumped(struct bench *b, const struct ami_mock_opts *opts)
{
    pumped(b, opts);
    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, NULL), AMI_OK);
    text_free(&b->log);
}

static void expect_output(struct bench *b, const char *command, int err, const char *expected)
{
    char *output = (char *)(void *)b;

    assert_int_equal(ami_sync_command(b->conn, command, &output), err);
    if (expected)
        assert_string_equal(output, expected);
    else
        assert_null(output);
    free(output);
}

/* In both forms of the answer. */
static void test_command(void **state)
{
    static const char *const versions[] = {"13", "22"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        char *output = NULL;

        bench_reset(b);
        connect_pumped(b, &(struct ami_mock_opts){.version = versions[i]});
        assert_int_equal(ami_sync_command(b->conn, "core show channels", &output), AMI_OK);
        assert_memory_equal(output, "Channel  ", 9);
        const char *second = strchr(output, '\n') + 1;
        assert_string_equal(second, "0 active channels\n0 active calls\n0 calls processed\n");
        free(output);
        assert_int_equal(ami_sync_command(b->conn, "core show channels", NULL), AMI_OK);
    }
}

#define PRINTED "one\n two \n\nthree\n"

static bool say_output(void *bench)
{
    struct bench *b = bench;
    struct request request;

    if (!far_take(b, &request))
        return false;
    far_answer(b, &request, "Success",
               "Message: Command output follows\r\n"
               "Output: one\r\nOUTPUT:  two \r\nOutput: \r\nOutput: three\r\n");
    return true;
}

static void test_command_as_it_is(void **state)
{
    struct bench *b = *state;

    scripted(b);
    expect_output(b, "x", AMI_OK, ""); /* it prints nothing */
    world.idle = say_output;
    expect_output(b, "x", AMI_OK, PRINTED);
}

static void test_command_is_refused(void **state)
{
    struct bench *b = *state;

    connect_pumped(b, NULL);
    expect_output(
        b, "no such thing", AMI_E_REFUSED,
        "No such command 'no such thing' (type 'core show help no such thing' for other possible "
        "commands)\n");
    expect_output(b, "module load x", AMI_E_REFUSED, "Command blacklisted\n");
    assert_int_equal(ami_sync_command(b->conn, "module load x", NULL), AMI_E_REFUSED);
}

static void test_command_has_no_answer(void **state)
{
    struct bench *b = *state;

    scripted(b);
    expect_output(b, NULL, AMI_E_INVAL, NULL);
    expect_output(b, "a\r\nAction: Logoff", AMI_E_INVAL, NULL);
    world.idle = nothing_happens;
    expect_output(b, "x", AMI_E_TIMEOUT, NULL);
    far_close(b);
    expect_output(b, "x", AMI_E_NOT_SENT, NULL);
    expect_output(b, "x", AMI_E_STATE, NULL);
    bench_free(b);
    expect_output(b, "x", AMI_E_INVAL, NULL);
}

static void test_command_without_memory(void **state)
{
    struct bench *b = *state;
    char *output = NULL;

    scripted(b);
    world.idle = say_output;
    no_room = sizeof PRINTED;
    int err = ami_sync_command(b->conn, "x", &output);
    no_room = 0;
    assert_int_equal(err, AMI_E_NOMEM);
    assert_null(output);
}

static void command_inside(struct bench *b)
{
    b->deed_result = ami_sync_command(b->conn, "x", NULL);
}

/* ---- A call ------------------------------------------------------------------------------ */

static ami_action *call_to(const char *channel)
{
    ami_action *action = ami_action_new("Originate");

    ami_action_add(action, "Channel", channel);
    ami_action_add(action, "Application", "Wait");
    ami_action_add(action, "Data", "1");
    return action;
}

/* Places a call; the outcome is yours to free. */
static ami_msg *call(struct bench *b, const char *channel, int err)
{
    ami_action *action = call_to(channel);
    ami_msg *result = (ami_msg *)(void *)b;

    assert_int_equal(ami_sync_originate(b->conn, action, &result), err);
    ami_action_free(action);
    return result;
}

static void test_originate(void **state)
{
    struct bench *b = *state;

    connect_pumped(b, NULL);
    on_events(b, "OriginateResponse");
    ami_msg *result = call(b, "Local/100@default", AMI_OK);
    assert_string_equal(ami_msg_name(result), "OriginateResponse");
    assert_string_equal(ami_msg_get(result, "Reason"), "4");
    ami_msg_free(result);
    assert_log(b, "event OriginateResponse\n"); /* its handlers hear of it, too */

    result = call(b, "Local/busy@default", AMI_E_REFUSED);
    assert_string_equal(ami_msg_get(result, "Reason"), "5");
    ami_msg_free(result);
}

static void test_originate_is_refused(void **state)
{
    struct bench *b = *state;
    ami_action *ping = ami_action_new("Ping"), *empty = ami_action_new("Originate");
    ami_msg *result = (ami_msg *)(void *)b;

    connect_pumped(b, NULL);
    assert_int_equal(ami_sync_originate(b->conn, ping, &result), AMI_E_INVAL);
    assert_null(result);
    assert_int_equal(ami_sync_originate(b->conn, NULL, &result), AMI_E_INVAL);
    assert_int_equal(ami_sync_originate(NULL, empty, &result), AMI_E_INVAL);
    assert_int_equal(ami_sync_originate(b->conn, empty, NULL), AMI_E_REFUSED);
    assert_int_equal(ami_sync_originate(b->conn, empty, &result), AMI_E_REFUSED);
    assert_int_equal(ami_msg_kind(result), AMI_KIND_RESPONSE);
    ami_msg_free(result);
    ami_action_free(ping);
    ami_action_free(empty);
}

static void test_originate_has_no_outcome(void **state)
{
    struct bench *b = *state;

    scripted(b);
    assert_null(call(b, "Local/1", AMI_E_TIMEOUT)); /* queued, and then nothing */
    assert_int_equal(world.now, CLOCK_START + 40000);
    far_close(b);
    assert_null(call(b, "Local/1", AMI_E_NOT_SENT));
    assert_null(call(b, "Local/1", AMI_E_STATE));
}

static void originate_inside(struct bench *b)
{
    ami_action *action = call_to("Local/1");

    b->deed_result = ami_sync_originate(b->conn, action, NULL);
    ami_action_free(action);
}

/* ---- An event ---------------------------------------------------------------------------- */

static int await(struct bench *b, const char *event, int timeout_ms, ami_msg **msg)
{
    *msg = (ami_msg *)(void *)b;
    return ami_sync_event(b->conn, event, NULL, NULL, timeout_ms, msg);
}

static void test_event(void **state)
{
    static const char *const names[] = {"after", "Aft*", NULL};
    static const char *const firsts[] = {"After", "After", "Before"};
    struct bench *b = *state;
    ami_msg *msg;

    scripted(b);
    on_events(b, NULL);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        /* Nothing that an action submitted before leads to is missed. */
        submit(b, "a", "Chatty");
        assert_int_equal(await(b, names[i], 1000, &msg), AMI_OK);
        assert_string_equal(ami_msg_name(msg), firsts[i]);
        ami_msg_free(msg);
        assert_log(b, "event Before\na DONE AMI_OK sent READY\nevent After\n");
    }
    size_t live = b->alloc.live;
    submit(b, "a", "Chatty");
    assert_int_equal(ami_sync_event(b->conn, "After", NULL, NULL, -1, NULL), AMI_OK);
    assert_int_equal(b->alloc.live, live); /* no handler is left */
    assert_int_equal(world.now, CLOCK_START);
}

/* Said once, when the call would sleep. */
static bool say_calls(void *bench)
{
    static const char longer[] = "Event: Hangup\r\nUniqueid: 2\0x\r\nVariable: b=2\0\r\n\r\n";
    struct bench *b = bench;

    far_say_bytes(b, longer, sizeof longer - 1); /* NUL ends no value */
    far_say(b, "Event: Hangup\r\nUniqueid: 1\r\nVariable: a=1\r\n\r\n"
               "Event: Newchannel\r\nUniqueid: 2\r\n\r\n"
               "Event: Hangup\r\nuniqueid: 2\r\nVariable: a=1\r\nVariable: b=2\r\nN: 1\r\n\r\n"
               "Event: Hangup\r\nUniqueid: 2\r\nN: 2\r\n\r\n");
    world.idle = nothing_happens;
    return true;
}

static void expect_call(struct bench *b, const char *header, const char *value, int err)
{
    ami_msg *msg = (ami_msg *)(void *)b;

    scripted(b);
    world.idle = say_calls;
    assert_int_equal(ami_sync_event(b->conn, "Hangup", header, value, 1000, &msg), err);
    assert_int_equal(msg != NULL, err == AMI_OK);
    if (msg)
        assert_string_equal(ami_msg_get(msg, "N"), "1"); /* the first that fits */
    ami_msg_free(msg);
    bench_reset(b);
}

static void test_event_with_a_field(void **state)
{
    struct bench *b = *state;

    expect_call(b, "UniqueID", "2", AMI_OK);
    expect_call(b, "Variable", "b=2", AMI_OK); /* whichever of its name */
    expect_call(b, "Uniqueid", "02", AMI_E_TIMEOUT);
    expect_call(b, "Uniqueid", "", AMI_E_TIMEOUT);
    expect_call(b, "Linkedid", "2", AMI_E_TIMEOUT);
}

static void test_event_does_not_come(void **state)
{
    struct bench *b = *state;
    ami_msg *msg;

    scripted(b);
    assert_int_equal(await(b, "Hangup", 250, &msg), AMI_E_TIMEOUT);
    assert_null(msg);
    assert_int_equal(world.now, CLOCK_START + 250);
    submit(b, "a", "Chatty");
    assert_int_equal(await(b, "Hangup", 1000, &msg), AMI_E_TIMEOUT);
    assert_int_equal(world.now, CLOCK_START + 1250); /* others do not make it longer */
    submit(b, "a", "Silent");
    assert_int_equal(await(b, "Hangup", 60001, &msg), AMI_E_TIMEOUT);
    assert_int_equal(world.now, CLOCK_START + 61251); /* nor timers within it shorter */
}

static void test_event_that_has_arrived(void **state)
{
    struct bench *b = *state;
    ami_msg *msg;

    scripted(b);
    world.idle = NULL;
    assert_int_equal(await(b, "Hangup", 0, &msg), AMI_E_TIMEOUT);
    far_say(b, "Event: Hangup\r\n\r\n");
    assert_int_equal(await(b, "Hangup", 0, &msg), AMI_OK);
    ami_msg_free(msg);
}

static void test_event_and_a_signal(void **state)
{
    struct bench *b = *state;
    ami_msg *msg;

    scripted(b);
    world.interrupted = true;
    submit(b, "a", "Chatty");
    assert_int_equal(await(b, "After", -1, &msg), AMI_OK);
    assert_false(world.interrupted);
    ami_msg_free(msg);
}

static void test_event_asked_wrongly(void **state)
{
    struct bench *b = *state;
    ami_msg *msg = (ami_msg *)(void *)b;

    bench_new(b);
    assert_int_equal(await(b, "Hangup", 0, &msg), AMI_E_STATE); /* not started */
    assert_null(msg);
    bench_free(b);
    b->freed = false;
    scripted(b);
    assert_int_equal(await(b, "", 0, &msg), AMI_E_INVAL);
    assert_null(msg);
    assert_int_equal(await(b, "A*b", 0, &msg), AMI_E_INVAL);
    assert_int_equal(ami_sync_event(b->conn, "A", "B", NULL, 0, &msg), AMI_E_INVAL);
    assert_int_equal(ami_sync_event(b->conn, "A", NULL, "c", 0, NULL), AMI_E_INVAL);
    assert_int_equal(ami_sync_event(NULL, "A", NULL, NULL, 0, &msg), AMI_E_INVAL);
}

static void test_event_and_the_end(void **state)
{
    struct bench *b = *state;
    ami_msg *msg;

    scripted(b);
    submit(b, "a", "Break");
    assert_int_equal(await(b, "Hangup", -1, &msg), AMI_E_EOF);
    assert_null(msg);
    assert_int_equal(await(b, "Hangup", -1, &msg), AMI_E_EOF);
    bench_reset(b);

    scripted(b);
    on_events(b, NULL);
    b->when = "event Before";
    b->deed = close_it;
    submit(b, "a", "Chatty");
    assert_int_equal(await(b, "Hangup", -1, &msg), AMI_E_CANCELLED);
}

/* Freed by another handler, before the event came or behind it. */
static void test_event_and_freed(void **state)
{
    struct bench *b = *state;
    ami_msg *msg;

    scripted(b);
    on_events(b, NULL);
    b->when = "event Before";
    b->deed = free_it;
    ami_send(ami_conn_session(b->conn), NULL, NULL, "Chatty", (char *)NULL);
    assert_int_equal(await(b, "After", -1, &msg), AMI_E_CANCELLED);
    assert_null(msg);
    bench_reset(b);

    scripted(b);
    on_events(b, NULL);
    b->when = "event After";
    b->deed = free_it;
    ami_send(ami_conn_session(b->conn), NULL, NULL, "Chatty", (char *)NULL);
    assert_int_equal(await(b, "Before", -1, &msg), AMI_OK);
    assert_string_equal(ami_msg_name(msg), "Before");
    ami_msg_free(msg);
}

static bool serve_mock(void *bench)
{
    const struct bench *b = bench;

    /* Time passes, for the back-off: the mock has nothing to say until it is connected to. */
    ami_mock_server_pump(b->server, 0);
    return ami_conn_state(b->seen) != AMI_STATE_BACKOFF;
}

static void log_any_state(ami_conn *conn, const struct ami_state_info *info, void *bench)
{
    struct bench *b = bench;

    b->seen = conn;
    note(b, "state %s", ami_conn_state_name(info->state));
}

static void lose_server(struct bench *b)
{
    struct ami_mock_opts opts = {.port = b->opts.port};

    ami_mock_server_free(b->server);
    b->server = ami_mock_server_new(&opts, NULL, 0);
    assert_non_null(b->server);
}

/* A connection that comes back waits on. */
static void test_event_after_a_return(void **state)
{
    struct bench *b = *state;
    ami_msg *msg;

    b->opts.reconnect_min_ms = 100;
    b->opts.on_state = log_any_state;
    connect_pumped(b, NULL);
    world.idle = serve_mock;
    b->when = "lost";
    b->deed = lose_server;
    note(b, "lost");
    assert_int_equal(await(b, "FullyBooted", -1, &msg), AMI_OK);
    ami_msg_free(msg);
    assert_true(was_logged(b, "state BACKOFF"));
}

static void event_inside(struct bench *b)
{
    ami_msg *msg = (ami_msg *)(void *)b;

    b->deed_result = ami_sync_event(b->conn, "After", NULL, NULL, 0, &msg);
    assert_null(msg);
}

static void test_all_inside_a_callback(void **state)
{
    static void (*const deeds[])(struct bench *) = {command_inside, originate_inside, event_inside};
    struct bench *b = *state;
    struct request request;
    ami_msg *msg;

    scripted(b);
    on_events(b, NULL);
    for (size_t i = 0; i < ARRAY_LEN(deeds); i++) {
        b->when = "event Before";
        b->deed = deeds[i];
        submit(b, "a", "Chatty");
        assert_int_equal(await(b, "After", -1, &msg), AMI_OK);
        ami_msg_free(msg);
        assert_int_equal(b->deed_result, AMI_E_REENTRANT);
        text_free(&b->log);
    }
    settle(b);
    assert_false(far_take(b, &request));
}

/* ---- Memory ------------------------------------------------------------------------------ */

static int submit_user_event(struct bench *b)
{
    return ami_send(ami_conn_session(b->conn), NULL, NULL, "UserEvent", "UserEvent", "x",
                    (char *)NULL);
}

/* Returns the first result that is not AMI_OK. */
static int all_three(struct bench *b)
{
    ami_action *action = call_to("Local/100@default");
    char *output = NULL;
    ami_msg *msg = NULL;
    int err = ami_sync_connect(&b->conn, &b->opts, NULL);

    if (err == AMI_OK) {
        err = ami_sync_command(b->conn, "core show uptime", &output);
        assert_int_equal(output != NULL, err == AMI_OK);
        free(output);
    }
    if (err == AMI_OK) {
        err = ami_sync_originate(b->conn, action, &msg);
        ami_msg_free(msg);
    }
    if (err == AMI_OK && submit_user_event(b) == AMI_OK) {
        err = await(b, "UserEvent", -1, &msg);
        assert_int_equal(msg != NULL, err == AMI_OK);
        ami_msg_free(msg);
    }
    ami_action_free(action);
    bench_free(b);
    b->freed = false;
    return err;
}

static void test_every_allocation_fails_once(void **state)
{
    struct bench *b = *state;

    for (size_t fail_at = 1;; fail_at++) {
        bench_reset(b);
        pumped(b, NULL);
        test_alloc_init(&b->alloc, fail_at);
        int err = all_three(b);
        if (b->alloc.asked < fail_at) {
            assert_int_equal(err, AMI_OK);
            break;
        }
        assert_int_equal(b->alloc.live, 0);
    }
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_command),
    BENCH_TEST(test_command_as_it_is),
    BENCH_TEST(test_command_is_refused),
    BENCH_TEST(test_command_has_no_answer),
    BENCH_TEST(test_command_without_memory),
    BENCH_TEST(test_originate),
    BENCH_TEST(test_originate_is_refused),
    BENCH_TEST(test_originate_has_no_outcome),
    BENCH_TEST(test_event),
    BENCH_TEST(test_event_with_a_field),
    BENCH_TEST(test_event_does_not_come),
    BENCH_TEST(test_event_that_has_arrived),
    BENCH_TEST(test_event_and_a_signal),
    BENCH_TEST(test_event_asked_wrongly),
    BENCH_TEST(test_event_and_the_end),
    BENCH_TEST(test_event_and_freed),
    BENCH_TEST(test_event_after_a_return),
    BENCH_TEST(test_all_inside_a_callback),
    BENCH_TEST(test_every_allocation_fails_once),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
