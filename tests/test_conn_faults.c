/* SPDX-License-Identifier: MIT */
/* A connection with bad peers, with callbacks that do what they may and may not, and with too
 * little memory. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TEST_SECONDS = 60 };

/* ---- First lines ------------------------------------------------------------------------- */

#define X16  "xxxxxxxxxxxxxxxx"
#define X240 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16

static const struct {
    const char *what, *bytes;
    bool closes; /* the peer does, after that */
    int result;  /* 0: still waiting */
} greetings[] = {
    {"another protocol", "220 mail.example ESMTP\r\n", false, AMI_E_PROTO},
    {"an AMI message", "Event: FullyBooted\r\n\r\n", false, AMI_E_PROTO},
    {"an empty line", "\r\n", false, AMI_E_PROTO},
    {"escape sequences", "\033[2J\001\377\r\n", false, AMI_E_PROTO},
    {"255 bytes", X240 "xxxxxxxxxxxxxxx", false, 0},
    {"255 bytes and the end", X240 "xxxxxxxxxxxxxxx", true, AMI_E_EOF},
    {"256 bytes", X240 X16, false, AMI_E_PROTO},
    {"257 bytes", X240 X16 "x", false, AMI_E_PROTO},
    {"the word too late", X240 "xxxxCall Manager/1.0\r\n", false, AMI_E_PROTO},
    {"the word in time", X240 "Call Manager/1.0\r\n", false, 0},
    {"half a banner", "Asterisk Call Man", false, 0},
    {"half a banner and the end", "Asterisk Call Man", true, AMI_E_EOF},
    {"nothing and the end", "", true, AMI_E_EOF},
};

static void test_greetings(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(greetings); i++) {
        struct text expected = {0};
        int result = greetings[i].result;

        bench_reset(b);
        bench_new(b);
        submit(b, "a", "Ping");
        far_open(b);
        text_free(&b->log);
        far_say(b, greetings[i].bytes);
        if (greetings[i].closes)
            far_close(b);
        if (settle(b) != result)
            fail_msg("%s: %s", greetings[i].what, ami_conn_error(b->conn)->text);
        if (result)
            text_addf(&expected,
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from LOGIN: %s\n",
                      ami_err_name(result));
        assert_log(b, result ? expected.data : "");
        text_free(&expected);
    }
}

static void test_greeting_is_quoted_harmlessly(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    far_say(b, "220 \033[2J\001\377 mail\r\n");
    assert_int_equal(settle(b), AMI_E_PROTO);
    const char *text = ami_conn_error(b->conn)->text;
    assert_non_null(strstr(text, "220 "));
    for (; *text; text++)
        assert_true(*text >= ' ' && *text <= '~');
}

/* ---- Silence ----------------------------------------------------------------------------- */

/* The whole login has its time, however far it came. */
static void test_login_times_out(void **state)
{
    static const char *const says[] = {NULL, "Asterisk Call Manager/5", BANNER};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(says); i++) {
        bench_reset(b);
        bench_new(b);
        submit(b, "a", "Ping");
        far_open(b);
        world.now += 4000;
        if (says[i])
            far_say(b, says[i]);
        settle(b);
        world.now += 5999;
        assert_int_equal(settle(b), 0);
        assert_log(b, "state LOGIN from IDLE\n");
        world.now += 1;
        assert_int_equal(settle(b), AMI_E_TIMEOUT);
        assert_log(b, "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from LOGIN: AMI_E_TIMEOUT\n");
    }
}

static void test_login_times_out_at_its_end(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    far_say(b, BANNER);
    settle(b);
    world.now += 9000;
    far_serve(b, "Challenge", "Success", "Challenge: 1\r\n");
    settle(b);
    world.now += 1000;
    assert_int_equal(settle(b), AMI_E_TIMEOUT);
}

/* ---- Logins refused ---------------------------------------------------------------------- */

static void test_wrong_secret(void **state)
{
    struct bench *b = *state;

    b->opts.secret = "swordfish";
    for (int auth = AMI_AUTH_MD5; auth <= AMI_AUTH_PLAIN; auth++) {
        b->opts.auth = (enum ami_auth)auth;
        bench_reset(b);
        mock_open(b, NULL);
        bench_new(b);
        submit(b, "a", "Ping");
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        mock_until(b, "state CLOSED");
        assert_log(b, "state CONNECTING from IDLE\n"
                      "state LOGIN from CONNECTING\n"
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from LOGIN: AMI_E_AUTH\n");
        assert_null(strstr(ami_conn_error(b->conn)->text, "swordfish"));
    }
}

static const struct {
    const char *what, *challenge, *challenge_headers; /* NULL: plain login */
    const char *login, *login_headers;
    int result;
    const char *words; /* in the error's text */
} refusals[] = {
    {"in use", NULL, NULL, "Error", "Message: Login Already In Use\r\n", AMI_E_REFUSED,
     "Login Already In Use"},
    {"failed", NULL, NULL, "Error", "Message: Authentication failed\r\n", AMI_E_AUTH,
     "Authentication failed"},
    {"no words", NULL, NULL, "Error", "", AMI_E_REFUSED, ""},
    {"in use, said to Challenge", "Error", "Message: Login Already In Use\r\n", NULL, NULL,
     AMI_E_REFUSED, "Login Already In Use"},
    {"no MD5", "Error", "Message: Must specify AuthType\r\n", NULL, NULL, AMI_E_REFUSED,
     "Must specify AuthType"},
    {"no challenge", "Success", "", NULL, NULL, AMI_E_PROTO, ""},
    {"failed after MD5", "Success", "Challenge: 1\r\n", "Error",
     "Message: Authentication failed\r\n", AMI_E_AUTH, "Authentication failed"},
};

static void test_refusals(void **state)
{
    struct bench *b = *state;
    struct request request;

    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        b->opts.auth = refusals[i].challenge ? AMI_AUTH_MD5 : AMI_AUTH_PLAIN;
        bench_reset(b);
        bench_new(b);
        submit(b, "a", "Ping");
        far_open(b);
        far_say(b, BANNER);
        settle(b);
        if (refusals[i].challenge)
            far_serve(b, "Challenge", refusals[i].challenge, refusals[i].challenge_headers);
        settle(b);
        if (refusals[i].login)
            far_serve(b, "Login", refusals[i].login, refusals[i].login_headers);
        if (settle(b) != refusals[i].result ||
            !strstr(ami_conn_error(b->conn)->text, refusals[i].words))
            fail_msg("%s: %s", refusals[i].what, ami_conn_error(b->conn)->text);
        assert_true(was_logged(b, "a DONE AMI_E_NOT_SENT unsent CLOSED\nstate CLOSED from LOGIN"));
        assert_true(far_at_end(b));
        assert_false(far_take(b, &request)); /* MD5 never falls back to plain */
    }
}

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

static void test_write_fails_while_paused(void **state)
{
    struct bench *b = *state;

    far_ready(b);
    on_events(b, NULL);
    far_say(b, "Event: A\r\n\r\n");
    far_close(b);
    ami_conn_pause(b->conn, true);
    submit(b, "a", "Ping");
    assert_int_equal(settle(b), 0);
    assert_string_equal(interest(b->conn), "- - +60000");
    ami_conn_pause(b->conn, false);
    assert_true(settle(b) < 0);
    assert_true(was_logged(b, "event A\na DONE AMI_E_NOT_SENT unsent CLOSED\n"));
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

/* "AMI_E_LIMIT with the limit's name, never memory." */
static void test_peer_reaches_a_limit(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;

    limits.line = 1000;
    b->opts.limits = &limits;
    far_ready(b);
    on_events(b, NULL);
    submit(b, "a", "Ping");
    ami_conn_process(b->conn, 0);
    far_say(b, "Event: A\r\nX: " X240 X240 X240 X240 X240 "\r\n\r\n");
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

/* ---- Connecting -------------------------------------------------------------------------- */

static void test_closed_port(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        b->opts.host = hosts[i];
        bench_reset(b);
        listen_on(b, false, 0, 8);
        stop_listening(b);
        bench_new(b);
        submit(b, "a", "ActionA");
        submit(b, "b", "ActionB");
        submit(b, "c", "ActionC");
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        for (int n = 0; n < 100000 && ami_conn_wait(b->conn, 0) >= 0; n++)
            continue;
        assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_CONNECT);
        assert_log(b, "state CONNECTING from IDLE\n"
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "b DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "c DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from CONNECTING: AMI_E_CONNECT\n");
        assert_true(ami_conn_error(b->conn)->sys != 0);
        assert_non_null(strstr(ami_conn_error(b->conn)->text, hosts[i]));
    }
}

static void test_closed_port_tells_errno(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    stop_listening(b);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    for (int n = 0; n < 100000 && ami_conn_wait(b->conn, 0) >= 0; n++)
        continue;
    assert_int_equal(ami_conn_error(b->conn)->sys, ECONNREFUSED);
    assert_non_null(strstr(ami_conn_error(b->conn)->text, strerror(ECONNREFUSED)));
}

/* connect() itself says no. */
static void test_unreachable_address(void **state)
{
    struct bench *b = *state;

    b->opts.host = "255.255.255.255";
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "- - now");
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_CONNECT);
    assert_true(ami_conn_error(b->conn)->sys != 0);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state CLOSED from CONNECTING: AMI_E_CONNECT\n");
}

/* A listener that answers no more: its queue is full. */
static void fill_listener(struct bench *b, bool ipv6, int port)
{
    port = listen_on(b, ipv6, port, 0);
    for (int i = 0; i < 2; i++) {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        struct sockaddr_in v4 = {.sin_family = AF_INET};
        int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        v4.sin_port = v6.sin6_port = htons((uint16_t)port);
        assert_true(fd >= 0 && b->listener_count < ARRAY_LEN(b->listeners));
        b->listeners[b->listener_count++] = fd;
        assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
        if (connect(fd, ipv6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
                    ipv6 ? sizeof v6 : sizeof v4) == 0)
            continue;
        assert_int_equal(errno, EINPROGRESS);
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        assert_int_equal(poll(&p, 1, 0), i == 0);
    }
}

static void test_connect_times_out(void **state)
{
    struct bench *b = *state;

    fill_listener(b, false, 0);
    bench_new(b);
    submit(b, "a", "Ping");
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    world.now += 9999;
    assert_int_equal(settle(b), 0);
    world.now += 1;
    assert_int_equal(settle(b), AMI_E_TIMEOUT);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from CONNECTING: AMI_E_TIMEOUT\n");
}

/* Each address has its share of the time; what one leaves over is for the next. */
static void test_addresses_share_the_time(void **state)
{
    struct bench *b = *state;

    if (!have_ipv6())
        skip();
    fill_listener(b, false, 0);
    listen_on(b, true, b->opts.port, 8);
    b->opts.host = "localhost";
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "fd W +5000");
    world.now += 4999;
    assert_int_equal(settle(b), 0);
    world.now += 1;
    ami_conn_process(b->conn, 0);
    assert_string_equal(interest(b->conn), "fd W +10000");
    for (int i = 0; i < 100000 && !was_logged(b, "state LOGIN"); i++)
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
    assert_string_equal(interest(b->conn), "fd R +15000");
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state LOGIN from CONNECTING\n");
}

/* ---- A conversation with everything in it ------------------------------------------------ */

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

static void step_open(struct bench *b)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    b->far = pair[1];
    assert_int_equal(fcntl(b->far, F_SETFL, O_NONBLOCK), 0);
    int rc = ami_conn_start_fd(b->conn, pair[0]);
    assert_int_equal(rc, b->conn ? AMI_OK : AMI_E_CANCELLED);
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

static step_fn *const whole_life[] = {step_open, step_greet,  step_talk,  step_events,
                                      step_time, step_cancel, step_close, NULL};
static step_fn *const broken_life[] = {step_open, step_greet, step_talk, step_break, NULL};
static step_fn *const wrong_peer[] = {step_open, step_greet_badly, NULL};

static void on_drop(void *bench)
{
    note(bench, "drop");
}

static void converse(struct bench *b, step_fn *const *steps)
{
    if (ami_conn_new(&b->conn, &b->opts) < 0)
        return;
    ami_conn_set_notify(b->conn, NULL, b, on_drop);
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

static void free_it(struct bench *b)
{
    bench_free(b);
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

static void close_it(struct bench *b)
{
    ami_conn_close(b->conn);
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

/* ---- Freed where no conversation leads ---------------------------------------------------- */

static void test_free_while_starting(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    bench_new(b);
    submit(b, "a", "Ping");
    b->when = "state CONNECTING";
    b->deed = free_it;
    assert_int_equal(ami_conn_start(b->conn), AMI_E_CANCELLED);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "a DONE AMI_E_CANCELLED unsent CLOSED\n");
}

static void test_close_while_starting(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    bench_new(b);
    submit(b, "a", "Ping");
    b->when = "state CONNECTING";
    b->deed = close_it;
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from CONNECTING: AMI_E_CANCELLED\n");
    assert_int_equal(ami_conn_fd(b->conn), -1);
}

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

static void test_free_when_connecting_failed(void **state)
{
    static const char *const whens[] = {"a DONE", "state CLOSED"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(whens); i++) {
        bench_reset(b);
        listen_on(b, false, 0, 8);
        stop_listening(b);
        bench_new(b);
        submit(b, "a", "Ping");
        b->when = whens[i];
        b->deed = free_it;
        int rc = ami_conn_start(b->conn);
        for (int n = 0; n < 100000 && b->conn; n++)
            rc = ami_conn_wait(b->conn, 0);
        assert_null(b->conn);
        assert_int_equal(rc, AMI_E_CANCELLED);
    }
}

/* Freed in the CANCELLED that this very free delivers, or a cancel or close outside of process. */
static void free_again(struct bench *b)
{
    ami_conn_free(b->conn);
}

static void test_free_in_free(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "ActionA");
    submit(b, "b", "ActionB");
    b->when = "a DONE";
    b->deed = free_again;
    bench_free(b);
    assert_log(b, "a DONE AMI_E_CANCELLED unsent CLOSED\n"
                  "b DONE AMI_E_CANCELLED unsent CLOSED\n");
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

static void hook_it(struct bench *b)
{
    ami_conn_set_notify(b->conn, NULL, b, on_drop);
}

/* drop is the last to be called, whenever it was set. */
static void test_hook_set_in_free(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    submit(b, "a", "ActionA");
    b->when = "a DONE";
    b->deed = hook_it;
    bench_free(b);
    assert_log(b, "a DONE AMI_E_CANCELLED unsent CLOSED\n"
                  "drop\n");
}

static void test_free_in_close(void **state)
{
    static const char *const whens[] = {"state CLOSING", "a DONE", "state CLOSED"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(whens); i++) {
        bench_reset(b);
        if (i == 0)
            far_ready(b);
        else
            bench_new(b);
        submit(b, "a", "ActionA");
        b->when = whens[i];
        b->deed = free_it;
        ami_conn_close(b->conn);
        assert_null(b->conn);
    }
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
    BENCH_TEST(test_greetings),
    BENCH_TEST(test_greeting_is_quoted_harmlessly),
    BENCH_TEST(test_login_times_out),
    BENCH_TEST(test_login_times_out_at_its_end),
    BENCH_TEST(test_wrong_secret),
    BENCH_TEST(test_refusals),
    BENCH_TEST(test_ends),
    BENCH_TEST(test_answer_then_end),
    BENCH_TEST(test_write_to_a_closed_peer),
    BENCH_TEST(test_write_fails_while_paused),
    BENCH_TEST(test_write_fails_behind_a_callback),
    BENCH_TEST(test_reset_by_the_peer),
    BENCH_TEST(test_peer_reaches_a_limit),
    BENCH_TEST(test_flood_of_events),
    BENCH_TEST(test_flood_does_not_hold_up_sending),
    BENCH_TEST(test_closed_port),
    BENCH_TEST(test_closed_port_tells_errno),
    BENCH_TEST(test_unreachable_address),
    BENCH_TEST(test_connect_times_out),
    BENCH_TEST(test_addresses_share_the_time),
    BENCH_TEST(test_whole_life),
    BENCH_TEST(test_free_in_every_callback),
    BENCH_TEST(test_close_in_every_callback),
    BENCH_TEST(test_submit_in_every_callback),
    BENCH_TEST(test_cancel_in_every_callback),
    BENCH_TEST(test_harmless_in_every_callback),
    BENCH_TEST(test_handlers_changed_in_a_callback),
    BENCH_TEST(test_free_while_starting),
    BENCH_TEST(test_close_while_starting),
    BENCH_TEST(test_no_reentry_while_starting),
    BENCH_TEST(test_free_when_connecting_failed),
    BENCH_TEST(test_free_in_free),
    BENCH_TEST(test_submit_in_free),
    BENCH_TEST(test_hook_set_in_free),
    BENCH_TEST(test_free_in_close),
    BENCH_TEST(test_every_allocation_fails_once),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
