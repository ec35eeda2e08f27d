/* SPDX-License-Identifier: MIT */
/*
 * One conversation, broken at every byte, in both directions. Each action ends once, and what is
 * said of it is what can be known: OK when its whole answer had come, LOST when its first byte had
 * left, NOT_SENT when it had not. And nothing is sent again after a return.
 */
#include "peer.h"

#include <unistd.h>

/* ---- The conversation -------------------------------------------------------------------- */

enum { PING, LIST, REFUSED, COMMAND, RAW, SENTINEL, CALL, ACTIONS };

static const char *const names[ACTIONS] = {
    "Ping", "CoreShowChannels", "Hangup", "Command", "IAXnetstats", "Ping", "Originate"};

/* What the server says, in order. */
static const struct part {
    int action; /* whose ActionID it has, or -1 */
    const char *before_id, *behind_id;
    int ends, status; /* the action that is over then, or -1 */
} parts[] = {
    {-1, "Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n", "", -1, 0},
    {PING, "Response: Success\r\nActionID: ", "\r\nPing: Pong\r\n\r\n", PING, AMI_OK},
    {LIST, "Response: Success\r\nActionID: ", "\r\nEventList: start\r\n\r\n", -1, 0},
    {LIST, "Event: CoreShowChannel\r\nActionID: ", "\r\nChannel: a\r\n\r\n", -1, 0},
    {LIST, "Event: CoreShowChannel\r\nActionID: ", "\r\nChannel: b\r\n\r\n", -1, 0},
    {LIST, "Event: CoreShowChannelsComplete\r\nActionID: ",
     "\r\nEventList: Complete\r\nListItems: 2\r\n\r\n", LIST, AMI_OK},
    {REFUSED, "Response: Error\r\nActionID: ", "\r\nMessage: No such channel\r\n\r\n", REFUSED,
     AMI_E_REFUSED},
    {-1, "Event: Hangup\r\nChannel: a\r\n\r\n", "", -1, 0},
    {COMMAND, "Response: Success\r\nActionID: ",
     "\r\nMessage: Command output follows\r\nOutput: one\r\nOutput: two\r\n\r\n", COMMAND, AMI_OK},
    {-1, "A row of text\n\r\n", "", -1, 0},
    {SENTINEL, "Response: Success\r\nActionID: ", "\r\nPing: Pong\r\n\r\n", RAW, AMI_OK},
    {CALL, "Response: Success\r\nActionID: ", "\r\nMessage: Originate successfully queued\r\n\r\n",
     -1, 0},
    {CALL, "Event: OriginateResponse\r\nActionID: ", "\r\nResponse: Success\r\nReason: 4\r\n\r\n",
     CALL, AMI_OK},
};

/* What became of each action. */
static struct outcome {
    int count, status;
    bool sent;
} outcomes[ACTIONS];

static void on_reply(const struct ami_reply *reply, void *outcome)
{
    struct outcome *o = outcome;

    if (reply->step != AMI_STEP_DONE)
        return;
    o->count++;
    o->status = reply->status;
    o->sent = reply->sent;
}

static void submit_one(struct bench *b, int i)
{
    ami_session *session = ami_conn_session(b->conn);
    ami_action *action = ami_action_new(names[i]);
    int err;

    if (i == COMMAND)
        ami_action_add(action, "Command", "core show uptime");
    if (i != CALL)
        err = ami_submit(session, action, on_reply, &outcomes[i], NULL);
    else if ((err = ami_action_add(action, "Async", "true")) == AMI_OK)
        err = ami_originate(session, action, on_reply, &outcomes[i], NULL);
    assert_int_equal(err, AMI_OK);
    ami_action_free(action);
}

static void submit_all(struct bench *b)
{
    memset(outcomes, 0, sizeof outcomes);
    for (int i = 0; i < ACTIONS; i++) {
        if (i != SENTINEL) /* which is the library's own */
            submit_one(b, i);
    }
}

/* ---- What had been written and read ------------------------------------------------------- */

/* Where the actions begin in what the client writes, and all of it; by the first conversation. */
static size_t begins[ACTIONS], written_len;
static struct request requests[ACTIONS];

/* Where their ends end in what the server says. */
static size_t ends[ACTIONS];
static int statuses[ACTIONS];

static void take_requests(struct bench *b)
{
    for (int i = 0; i < ACTIONS; i++) {
        begins[i] = b->taken;
        far_expect(b, names[i], &requests[i]);
    }
    written_len = b->taken;
    assert_int_equal(written_len, b->heard.len);
}

static void say_all(struct text *said)
{
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const struct part *part = &parts[i];
        text_addf(said, "%s%s%s", part->before_id,
                  part->action < 0 ? "" : requests[part->action].id, part->behind_id);
        if (part->ends < 0)
            continue;
        ends[part->ends] = said->len;
        statuses[part->ends] = part->status;
    }
}

/* Checks what was said of one, given how much had been written and read. */
static void check(int i, size_t written, size_t read)
{
    struct outcome *o = &outcomes[i];
    bool sent = written > begins[i];
    int status = read >= ends[i] ? statuses[i] : sent ? AMI_E_LOST : AMI_E_NOT_SENT;

    if (o->count != 1 || o->status != status || o->sent != sent)
        fail_msg("%s after %zu bytes written, %zu read: %d times %s %s, not %s", names[i], written,
                 read, o->count, ami_err_name(o->status), o->sent ? "sent" : "unsent",
                 ami_err_name(status));
}

static void check_all(size_t written, size_t read)
{
    for (int i = 0; i < ACTIONS; i++) {
        if (i != SENTINEL)
            check(i, written, read);
    }
}

/* ---- The break --------------------------------------------------------------------------- */

/* READY, on a connection that comes back or not; what is heard from now on is the conversation. */
static void begin(struct bench *b, size_t piece, bool comes_back)
{
    b->opts.auth = AMI_AUTH_PLAIN; /* which is quicker */
    b->opts.reconnect_min_ms = comes_back ? 1000 : 0;
    bench_reset(b);
    far_listen(b);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    settle(b);
    far_accept(b);
    far_log_in(b);
    text_free(&b->heard);
    b->taken = 0;
    world.piece = piece;
}

/* The whole conversation; the length of what the server says. */
static size_t converse(struct bench *b, struct text *said)
{
    begin(b, 0, false);
    submit_all(b);
    settle(b);
    far_at_end(b);
    take_requests(b);
    say_all(said);
    far_say_bytes(b, said->data, said->len);
    settle(b);
    check_all(written_len, said->len);
    return said->len;
}

static void check_end(const struct bench *b, bool comes_back)
{
    enum ami_conn_state state = ami_conn_state(b->conn);

    assert_int_equal(state, comes_back ? AMI_STATE_BACKOFF : AMI_STATE_CLOSED);
    assert_int_equal(ami_conn_error(b->conn)->code, AMI_E_EOF);
}

/* After the return the server hears a login, and then nothing: the program did not ask again. */
static void check_nothing_comes_twice(struct bench *b)
{
    struct request request;

    world.send_room = -1;
    world.now = ami_conn_deadline(b->conn);
    settle(b);
    far_accept(b);
    far_log_in(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    assert_false(far_take(b, &request));
    assert_int_equal(b->heard.len, b->taken);
}

/* In whole and with a return, byte by byte and for good. */
static const struct {
    size_t piece;
    bool comes_back;
} ways[] = {{0, true}, {1, false}};

static void test_broken_while_writing(void **state)
{
    struct bench *b = *state;
    struct text said = {0};

    converse(b, &said);
    memset(ends, 0xff, sizeof ends);
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        for (size_t at = 0; at <= written_len; at++) {
            begin(b, ways[i].piece, ways[i].comes_back);
            submit_all(b);
            world.send_room = (ptrdiff_t)at;
            settle(b);
            far_close(b);
            assert_int_equal(b->heard.len, at);
            settle(b);
            check_end(b, ways[i].comes_back);
            check_all(at, 0);
            if (ways[i].comes_back)
                check_nothing_comes_twice(b);
        }
    }
    text_free(&said);
}

static void test_broken_while_reading(void **state)
{
    struct bench *b = *state;
    struct text said = {0};
    size_t len = converse(b, &said);

    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        for (size_t at = 0; at <= len; at++) {
            begin(b, ways[i].piece, ways[i].comes_back);
            submit_all(b);
            settle(b);
            far_at_end(b);
            take_requests(b);
            said.len = 0;
            say_all(&said);
            assert_int_equal(said.len, len);
            far_say_bytes(b, said.data, at);
            settle(b);
            far_close(b);
            settle(b);
            check_end(b, ways[i].comes_back);
            check_all(written_len, at);
            if (ways[i].comes_back)
                check_nothing_comes_twice(b);
        }
    }
    text_free(&said);
}

/* The server answers what it has read in full, and is gone while the rest is still to be written.
 */
static void test_broken_while_both(void **state)
{
    struct bench *b = *state;
    struct text said = {0};

    converse(b, &said);
    for (size_t at = 0; at < written_len; at++) {
        size_t read = 0;

        begin(b, 0, true);
        submit_all(b);
        world.send_room = (ptrdiff_t)at;
        settle(b);
        far_at_end(b);
        for (int i = 0; i < ACTIONS && far_take(b, &requests[i]); i++)
            read = ends[i == SENTINEL ? RAW : i == RAW ? COMMAND : i];
        said.len = 0;
        say_all(&said);
        far_say_bytes(b, said.data, read);
        settle(b);
        far_close(b);
        settle(b);
        check_end(b, true);
        check_all(at, read);
        check_nothing_comes_twice(b);
    }
    text_free(&said);
}

/* Before READY nothing of the program's leaves. */
static void test_broken_in_the_login(void **state)
{
    struct bench *b = *state;
    static const char banner[] = BANNER;

    for (size_t at = 0; at <= strlen(banner); at++) {
        b->opts.reconnect_min_ms = 0;
        bench_reset(b);
        bench_new(b);
        far_open(b);
        submit_all(b);
        far_say_bytes(b, banner, at);
        settle(b);
        far_close(b);
        settle(b);
        for (int i = 0; i < ACTIONS; i++)
            assert_true(i == SENTINEL ||
                        (outcomes[i].count == 1 && outcomes[i].status == AMI_E_NOT_SENT));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        BENCH_TEST(test_broken_while_writing),
        BENCH_TEST(test_broken_while_reading),
        BENCH_TEST(test_broken_while_both),
        BENCH_TEST(test_broken_in_the_login),
    };

    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
