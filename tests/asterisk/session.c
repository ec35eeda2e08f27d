/* SPDX-License-Identifier: MIT */
/*
 * libami against a real Asterisk. AMI_HOST, AMI_PORT, AMI_USER and AMI_SECRET tell which; the rest
 * is as conf/ beside this file has it. Prints a line for each test, then the totals.
 *
 *     asterisk_session [WORD...]     runs only the tests whose names hold one of these
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ami/ami.h>

enum {
    DEADLINE_S = 240,    /* for the whole program */
    PATIENCE_MS = 30000, /* for one thing to happen */
    CALLS = 200,
    PINGS = 1000,
    ENTRIES = 500, /* of a long list */
    FLOOD = 1000   /* answers of some 16 KiB each */
};

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct {
    const char *host, *user, *secret;
    int port;
    int major; /* version of Asterisk */
} server;

static const char *running = "the start";
static int passed, failed, skipped;

/* ---- Text and logs ----------------------------------------------------------------------- */

struct text {
    char *data; /* ends in NUL, unless it is NULL */
    size_t len, room;
};

struct log {
    char **at;
    size_t count, room;
};

static void *resized(void *p, size_t size)
{
    p = realloc(p, size);
    if (!p) {
        puts("not ok - out of memory");
        exit(1);
    }
    return p;
}

static void text_add(struct text *text, const char *data, size_t len)
{
    if (text->len + len + 1 > text->room) {
        text->room = 2 * (text->len + len + 1);
        text->data = resized(text->data, text->room);
    }
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
}

/* All that is not printable ASCII as \xNN. */
static void text_add_escaped(struct text *text, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        char hex[5];

        if (c >= 0x20 && c < 0x7f && c != '\\') {
            text_add(text, &data[i], 1);
        } else {
            snprintf(hex, sizeof hex, "\\x%02x", c);
            text_add(text, hex, 4);
        }
    }
}

/* A message is compared as lines "name: value", escaped. A name holds no colon. */
static void text_add_field(struct text *text, const char *name, size_t name_len, const char *value,
                           size_t value_len)
{
    text_add_escaped(text, name, name_len);
    text_add(text, ": ", 2);
    text_add_escaped(text, value, value_len);
    text_add(text, "\n", 1);
}

static char *msg_text(const ami_msg *msg)
{
    struct text text = {0};

    for (size_t i = 0; i < ami_msg_count(msg); i++) {
        const struct ami_field *field = ami_msg_at(msg, i);

        text_add_field(&text, field->name, field->name_len, field->value, field->value_len);
    }
    return text.data;
}

static void log_take(struct log *log, char *owned)
{
    if (log->count == log->room) {
        log->room = log->room ? 2 * log->room : 64;
        log->at = resized(log->at, log->room * sizeof *log->at);
    }
    log->at[log->count++] = owned;
}

static void log_free(struct log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->at[i]);
    free(log->at);
    *log = (struct log){0};
}

/* The index of the first entry that holds a text, or how many there are. */
static size_t log_find(const struct log *log, const char *part)
{
    size_t i = 0;

    while (i < log->count && !strstr(log->at[i], part))
        i++;
    return i;
}

static bool log_has(const struct log *log, const char *part)
{
    return log_find(log, part) < log->count;
}

/* ---- A test ------------------------------------------------------------------------------ */

/* What an action was answered with. */
struct answer {
    struct answer *next;
    struct test *test;
    int responses, items, dones;
    int nth; /* of all DONEs of this test */
    int status;
    unsigned flags;
    bool sent;           /* as DONE says */
    const char *trouble; /* a callback that should not have come, or not so */
    ami_id id;
    ami_msg *response, *done;
    ami_msg **item;
};

/* One conversation, by a connection or over a socket of this program's own, and beside it a raw
 * one without libami. Any of them may be missing. */
struct test {
    char why[512]; /* it failed, or is skipped; empty: neither */
    bool failed;
    jmp_buf end; /* where a failed expectation goes */
    ami_conn *conn;
    ami_session *session;
    int own_fd;
    size_t own_step; /* bytes given to the session at a time */
    struct raw *raw;
    struct log events; /* what on_event heard */
    struct log states;
    struct answer *answers;
    int dones;
};

static void note(struct test *t, const char *format, va_list args)
{
    if (!t->failed)
        vsnprintf(t->why, sizeof t->why, format, args);
    t->failed = true;
}

/* For callbacks and for the end: notes what is wrong, if it is the first, and goes on. */
static void want(struct test *t, bool ok, const char *format, ...) AMI_PRINTF(3, 4);

static void want(struct test *t, bool ok, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (!ok)
        note(t, format, args);
    va_end(args);
}

/* Notes what is wrong and ends the test. Not for callbacks, which the library wants back. */
static void expect(struct test *t, bool ok, const char *format, ...) AMI_PRINTF(3, 4);

static void expect(struct test *t, bool ok, const char *format, ...)
{
    va_list args;

    if (ok)
        return;
    va_start(args, format);
    note(t, format, args);
    va_end(args);
    longjmp(t->end, 1);
}

static void skip(struct test *t, const char *why)
{
    if (!t->failed)
        snprintf(t->why, sizeof t->why, "%s", why);
}

static void expect_status(struct test *t, const char *what, int status, int expected)
{
    expect(t, status == expected, "%s: %s instead of %s", what, ami_err_name(status),
           ami_err_name(expected));
}

/* Never NULL. */
static const char *value_of(const ami_msg *msg, const char *name)
{
    const char *value = msg ? ami_msg_get(msg, name) : NULL;

    return value ? value : "(missing)";
}

static void expect_text(struct test *t, const ami_msg *msg, const char *name, const char *expected)
{
    const char *value = value_of(msg, name);

    expect(t, strcmp(value, expected) == 0, "%s is \"%.150s\", not \"%.150s\"", name, value,
           expected);
}

/* ---- A raw conversation, without libami -------------------------------------------------- */

struct raw {
    int fd;
    struct text in; /* all bytes, from the banner on */
    size_t cut;     /* as far as they are cut into messages */
    struct log events, replies;
};

static int dial(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    char port[16];
    int fd = -1;

    snprintf(port, sizeof port, "%d", server.port);
    if (getaddrinfo(server.host, port, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void add_raw_line(struct text *text, const char *line, size_t len)
{
    const char *colon = len > 0 && !is_blank(*line) ? memchr(line, ':', len) : NULL;
    const char *value = colon ? colon + 1 : line;
    size_t name_len = colon ? (size_t)(colon - line) : 0;

    if (colon && value < line + len && is_blank(*value))
        value++;
    while (name_len > 0 && is_blank(line[name_len - 1]))
        name_len--;
    text_add_field(text, line, name_len, value, (size_t)(line + len - value));
}

/* The next CRLF, or the end. */
static size_t line_len(const char *data, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (data[i] == '\r' && data[i + 1] == '\n')
            return i;
    return len;
}

static void raw_message(struct raw *raw, const char *data, size_t len)
{
    struct text text = {0};

    for (size_t at = 0; at < len;) {
        size_t line = line_len(data + at, len - at);

        add_raw_line(&text, data + at, line);
        at += line + 2;
    }
    log_take(strncmp(text.data, "Event: ", 7) == 0 ? &raw->events : &raw->replies, text.data);
}

/* The length of the first message with its last CRLF, or 0 while it is not whole. */
static size_t raw_whole(const char *data, size_t len)
{
    for (size_t i = 0; i + 3 < len; i++)
        if (memcmp(data + i, "\r\n\r\n", 4) == 0)
            return i + 2;
    return 0;
}

static void raw_cut(struct raw *raw)
{
    size_t whole = 1;

    if (raw->cut == 0) { /* the banner is a line of its own */
        size_t line = line_len(raw->in.data, raw->in.len);
        raw->cut = line < raw->in.len ? line + 2 : 0;
    }
    while (raw->cut > 0 && whole > 0) {
        const char *at = raw->in.data + raw->cut;

        if (raw->in.len - raw->cut >= 2 && memcmp(at, "\r\n", 2) == 0) {
            raw->cut += 2; /* a blank line between messages */
            continue;
        }
        whole = raw_whole(at, raw->in.len - raw->cut);
        if (whole > 0)
            raw_message(raw, at, whole);
        raw->cut += whole;
    }
}

static void raw_read(struct raw *raw)
{
    char bytes[65536];
    ssize_t n = recv(raw->fd, bytes, sizeof bytes, 0);

    if (n > 0) {
        text_add(&raw->in, bytes, (size_t)n);
        raw_cut(raw);
    } else if (n == 0 || errno != EINTR) {
        close(raw->fd);
        raw->fd = -1;
    }
}

static void raw_send(struct test *t, const char *data)
{
    size_t len = strlen(data);

    expect(t, send(t->raw->fd, data, len, MSG_NOSIGNAL) == (ssize_t)len, "raw: send failed");
}

static void raw_close(struct raw *raw)
{
    if (!raw)
        return;
    if (raw->fd >= 0)
        close(raw->fd);
    free(raw->in.data);
    log_free(&raw->events);
    log_free(&raw->replies);
    free(raw);
}

/* ---- Going on ---------------------------------------------------------------------------- */

static void own_write(struct test *t)
{
    const void *data;
    size_t len = ami_session_output(t->session, &data);

    if (len > 0) {
        ssize_t n = send(t->own_fd, data, len, MSG_NOSIGNAL);
        ami_session_sent(t->session, n > 0 ? (size_t)n : 0);
    }
}

static void own_read(struct test *t)
{
    char bytes[4096];
    ssize_t n = recv(t->own_fd, bytes, sizeof bytes, 0);

    for (size_t at = 0, step; n > 0 && at < (size_t)n; at += step) {
        step = (size_t)n - at < t->own_step ? (size_t)n - at : t->own_step;
        ami_session_feed(t->session, bytes + at, step, ami_now());
    }
    if (n == 0) {
        ami_session_eof(t->session, ami_now());
        close(t->own_fd);
        t->own_fd = -1;
    }
}

static ami_time earlier(ami_time a, ami_time b)
{
    return a < b ? a : b;
}

static short poll_events(int events)
{
    return (short)(((events & AMI_READ) ? POLLIN : 0) | ((events & AMI_WRITE) ? POLLOUT : 0));
}

static int conn_ready(const struct pollfd *fd)
{
    short seen = (fd->revents & (POLLERR | POLLHUP | POLLNVAL)) ? fd->events : fd->revents;

    return ((seen & POLLIN) ? AMI_READ : 0) | ((seen & POLLOUT) ? AMI_WRITE : 0);
}

/* Waits until something happens anywhere, and does it. False when it is time to give up, or when
 * nothing is open any more. */
static bool pump(struct test *t, ami_time end)
{
    bool conn = t->conn && ami_conn_state(t->conn) != AMI_STATE_CLOSED;
    int raw_fd = t->raw ? t->raw->fd : -1;
    struct pollfd fds[3];
    ami_time wake = end;

    if (ami_now() >= end || (!conn && t->own_fd < 0 && raw_fd < 0))
        return false;
    if (conn)
        wake = earlier(wake, ami_conn_deadline(t->conn));
    if (t->own_fd >= 0) {
        own_write(t);
        wake = earlier(wake, ami_session_deadline(t->session, ami_now()));
    }
    fds[0] = (struct pollfd){conn ? ami_conn_fd(t->conn) : -1,
                             conn ? poll_events(ami_conn_events(t->conn)) : 0, 0};
    fds[1] = (struct pollfd){t->own_fd, POLLIN, 0};
    fds[2] = (struct pollfd){raw_fd, POLLIN, 0};
    wake -= ami_now();
    if (poll(fds, 3, wake < 0 ? 0 : (int)wake) < 0)
        return errno == EINTR;
    if (fds[2].revents)
        raw_read(t->raw);
    if (conn)
        ami_conn_process(t->conn, conn_ready(&fds[0]));
    if (fds[1].revents)
        own_read(t);
    if (t->own_fd >= 0)
        ami_session_tick(t->session, ami_now());
    return true;
}

/* Goes on until a condition holds; the test has failed when it does not in time. */
#define WAIT_FOR(t, what)                                                       \
    do {                                                                        \
        ami_time end_ = ami_now() + PATIENCE_MS;                                \
        while (!(what) && pump((t), end_))                                      \
            continue;                                                           \
        expect((t), (what), "line %d: waited in vain for %s", __LINE__, #what); \
    } while (0)

static void wait_ms(struct test *t, int ms)
{
    ami_time end = ami_now() + ms;

    while (pump(t, end)) {
    }
}

static void raw_open(struct test *t)
{
    char login[512];

    t->raw = resized(NULL, sizeof *t->raw);
    *t->raw = (struct raw){.fd = dial()};
    expect(t, t->raw->fd >= 0, "raw: cannot connect");
    snprintf(login, sizeof login, "Action: Login\r\nUsername: %s\r\nSecret: %s\r\n\r\n",
             server.user, server.secret);
    raw_send(t, login);
    WAIT_FOR(t, t->raw->replies.count > 0);
    expect(t, log_has(&t->raw->replies, "Response: Success\n"), "raw: login refused");
}

/* ---- Actions ----------------------------------------------------------------------------- */

static struct answer *new_answer(struct test *t)
{
    struct answer *a = resized(NULL, sizeof *a);

    *a = (struct answer){.test = t, .next = t->answers};
    return t->answers = a;
}

static void free_answer(struct answer *a)
{
    for (int i = 0; i < a->items; i++)
        ami_msg_free(a->item[i]);
    free(a->item);
    ami_msg_free(a->response);
    ami_msg_free(a->done);
    free(a);
}

static const char *trouble_with(const struct answer *a, const struct ami_reply *reply)
{
    if (reply->size != sizeof *reply || reply->session != a->test->session || reply->id == 0)
        return "a reply that is filled in wrong";
    if (a->dones > 0)
        return "a callback after DONE";
    if (a->id && reply->id != a->id)
        return "a callback with another id";
    if (reply->step == AMI_STEP_DONE)
        return NULL;
    if (reply->status != AMI_OK || reply->flags || !reply->msg || !reply->sent)
        return "RESPONSE or ITEM that is filled in wrong";
    if (reply->step == AMI_STEP_RESPONSE && (a->responses > 0 || a->items > 0))
        return "a RESPONSE that does not come first";
    return NULL;
}

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct answer *a = user;
    const char *trouble = trouble_with(a, reply);

    if (trouble && !a->trouble)
        a->trouble = trouble;
    a->id = reply->id;
    switch (reply->step) {
    case AMI_STEP_RESPONSE:
        if (a->responses++ == 0)
            a->response = ami_msg_dup(reply->msg);
        break;
    case AMI_STEP_ITEM:
        if ((a->items & (a->items - 1)) == 0) /* grows at each power of two */
            a->item = resized(a->item, (2 * (size_t)a->items + 1) * sizeof *a->item);
        a->item[a->items++] = ami_msg_dup(reply->msg);
        break;
    case AMI_STEP_DONE:
        if (a->dones++ == 0 && reply->msg)
            a->done = ami_msg_dup(reply->msg);
        a->nth = ++a->test->dones;
        a->status = reply->status;
        a->flags = reply->flags;
        a->sent = reply->sent;
        break;
    }
}

/* err is what the submit with the newest answer returned. */
static struct answer *submitted(struct test *t, int err)
{
    struct answer *a = t->answers;

    expect_status(t, "submit", err, AMI_OK);
    return a;
}

static struct answer *answered(struct test *t, struct answer *a)
{
    WAIT_FOR(t, a->dones > 0);
    return a;
}

/* SEND submits an action, given as for ami_send but for the NULL; ASK waits for its end, too. */
#define SEND(t, ...) \
    submitted((t), ami_send((t)->session, on_reply, new_answer(t), __VA_ARGS__, (char *)NULL))
#define ASK(t, ...) answered((t), SEND((t), __VA_ARGS__))

/* The same for a built action, which is freed. */
static struct answer *submit(struct test *t, ami_action *action)
{
    struct answer *a = new_answer(t);
    ami_id id = 0;
    int err = ami_submit(t->session, action, on_reply, a, &id);

    a->id = id;
    ami_action_free(action);
    return submitted(t, err);
}

static void all_answered(struct test *t)
{
    for (struct answer *a = t->answers; a; a = a->next)
        answered(t, a);
}

/* ---- Checks of answers ------------------------------------------------------------------- */

static const char *name_of(const ami_msg *msg)
{
    return msg ? ami_msg_name(msg) : "(no message)";
}

static void expect_end(struct test *t, const struct answer *a, int status)
{
    expect(t, a->dones == 1, "DONE came %d times", a->dones);
    expect_status(t, a->done ? name_of(a->done) : "the end", a->status, status);
    expect(t, a->sent, "not sent");
    expect(t, !a->trouble, "%s", a->trouble);
}

static void expect_simple(struct test *t, const struct answer *a, int status)
{
    expect_end(t, a, status);
    expect(t, a->responses == 0 && a->items == 0, "%d RESPONSEs and %d ITEMs with a simple answer",
           a->responses, a->items);
    expect(t, a->done && ami_msg_kind(a->done) == AMI_KIND_RESPONSE, "DONE without a response");
    expect(t, a->flags == 0, "flags %u", a->flags);
}

/* Each item has one of two names, the other of which may be NULL. */
static void expect_items(struct test *t, const struct answer *a, const char *name,
                         const char *other)
{
    for (int i = 0; i < a->items; i++) {
        const char *found = name_of(a->item[i]);

        expect(t, strcmp(found, name) == 0 || (other && strcmp(found, other) == 0), "item %d is %s",
               i, found);
        expect(t, ami_msg_flags(a->item[i]) == 0, "item %d is damaged", i);
    }
}

static void expect_list(struct test *t, const struct answer *a, const char *item,
                        const char *terminal)
{
    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 1, "%d RESPONSEs with a list", a->responses);
    expect_text(t, a->response, "Response", "Success");
    expect_text(t, a->response, "EventList", "start");
    expect_text(t, a->done, "Event", terminal);
    expect_text(t, a->done, "EventList", "Complete");
    expect_items(t, a, item, NULL);
}

static void expect_counted(struct test *t, const struct answer *a)
{
    long long items = -1;

    expect(t, a->done && ami_msg_get_int(a->done, "ListItems", &items) == AMI_OK,
           "no ListItems at the end");
    expect(t, items == a->items && a->flags == 0, "%d items, ListItems %lld, flags %u", a->items,
           items, a->flags);
}

static void expect_ping(struct test *t)
{
    struct answer *a = ASK(t, "Ping");

    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Ping", "Pong");
}

static bool is_unknown_action(const struct answer *a)
{
    return a->status == AMI_E_REFUSED &&
           strstr(value_of(a->done, "Message"), "Invalid/unknown command");
}

/* ---- Events ------------------------------------------------------------------------------ */

static void on_event(const struct ami_event *event, void *user)
{
    struct test *t = user;

    log_take(&t->events, msg_text(event->msg));
    want(t, event->size == sizeof *event && event->session == t->session && event->handler,
         "an event that is filled in wrong");
    want(t, ami_msg_kind(event->msg) == AMI_KIND_EVENT, "an event that is none");
}

static void listen_to(struct test *t, const char *events)
{
    expect_status(t, "ami_on", ami_on(t->session, events, on_event, t, NULL), AMI_OK);
}

/* ---- Calls ------------------------------------------------------------------------------- */

struct call {
    struct answer *queued;
    char action_id[80];
    const char *kind;
    int outcomes; /* OriginateResponses with its ActionID */
    bool early;   /* the outcome came before the answer */
    char response[16], reason[16];
};

struct calls {
    struct call at[CALLS];
    int count, ended;
};

static const struct {
    const char *kind, *channel, *timeout, *response, *reason;
} kinds[] = {
    {"quick", "Local/quick@test", "20000", "Success", "4"},
    {"busy", "Local/busy@test", "20000", "Failure", "5"},
    {"quick again", "Local/quick@test/n", "20000", "Success", "4"},
    {"noanswer", "Local/ring@test", "500", "Failure", "3"},
};

static void on_outcome(const struct ami_event *event, void *user)
{
    struct calls *calls = user;
    const char *id = value_of(event->msg, "ActionID");

    for (int i = 0; i < calls->count; i++) {
        struct call *call = &calls->at[i];

        if (strcmp(call->action_id, id) != 0)
            continue;
        call->outcomes++;
        call->early = call->queued->dones == 0;
        snprintf(call->response, sizeof call->response, "%s", value_of(event->msg, "Response"));
        snprintf(call->reason, sizeof call->reason, "%s", value_of(event->msg, "Reason"));
        calls->ended++;
    }
}

static void place_call(struct test *t, struct calls *calls)
{
    size_t kind = (size_t)calls->count % ARRAY_LEN(kinds);
    struct call *call = &calls->at[calls->count++];
    ami_action *action = ami_action_new("Originate");
    const char *id;

    ami_action_add(action, "Channel", kinds[kind].channel);
    ami_action_add(action, "Application", "Wait");
    ami_action_add(action, "Data", "0.2");
    ami_action_add(action, "Async", "true");
    ami_action_add(action, "Timeout", kinds[kind].timeout);
    ami_action_addf(action, "CallerID", "\"Call no. %d\" <%d>", calls->count, calls->count);
    ami_action_var(action, "NOTE", "a, \"b\" \\c (d) [e]");
    call->kind = kinds[kind].kind;
    call->queued = submit(t, action);
    id = ami_session_action_id(t->session, call->queued->id);
    expect(t, id != NULL, "no ActionID of an action in flight");
    snprintf(call->action_id, sizeof call->action_id, "%s", id ? id : "?");
}

static void expect_calls(struct test *t, const struct calls *calls)
{
    for (int i = 0; i < calls->count; i++) {
        const struct call *call = &calls->at[i];
        size_t kind = (size_t)i % ARRAY_LEN(kinds);

        expect_simple(t, call->queued, AMI_OK);
        expect(t, call->outcomes == 1, "call %d (%s) has %d outcomes", i, call->kind,
               call->outcomes);
        expect(t, !call->early, "call %d: the outcome came before the answer", i);
        expect(t,
               strcmp(call->response, kinds[kind].response) == 0 &&
                   strcmp(call->reason, kinds[kind].reason) == 0,
               "call %d (%s): %s, reason %s", i, call->kind, call->response, call->reason);
    }
}

static int channels_up(struct test *t)
{
    struct answer *a = ASK(t, "CoreShowChannels");

    expect_list(t, a, "CoreShowChannel", "CoreShowChannelsComplete");
    expect_counted(t, a);
    return a->items;
}

static void hang_up_all(struct test *t)
{
    expect_list(t, ASK(t, "Hangup", "Channel", "/^Local\\//"), "ChannelHungup",
                "ChannelsHungupListComplete");
    for (int tries = 0; tries < 100 && channels_up(t) > 0; tries++)
        wait_ms(t, 50);
}

/* Makes calls that stay up: each is a pair of channels. */
static void hold_calls(struct test *t, int count)
{
    if (channels_up(t) > 0)
        hang_up_all(t);
    for (int i = 0; i < count; i++)
        SEND(t, "Originate", "Channel", "Local/long@test", "Application", "Wait", "Data", "60",
             "Async", "true", "Variable", "HELD=1");
    for (int tries = 0; tries < 100 && channels_up(t) < 2 * count; tries++)
        wait_ms(t, 50);
    expect(t, channels_up(t) == 2 * count, "%d channels instead of %d", channels_up(t), 2 * count);
}

/* ---- Connections ------------------------------------------------------------------------- */

static struct ami_conn_opts conn_opts(void)
{
    struct ami_conn_opts opts = AMI_CONN_OPTS_INIT;

    opts.host = server.host;
    opts.port = server.port;
    opts.username = server.user;
    opts.secret = server.secret;
    return opts;
}

static void open_conn(struct test *t, const struct ami_conn_opts *opts)
{
    struct ami_error error;
    int err = ami_sync_connect(&t->conn, opts, &error);

    expect(t, err == AMI_OK, "connect: %s", error.text);
    t->session = ami_conn_session(t->conn);
}

/* A session over a socket of this program's own, which gives it so many bytes at a time. */
static void open_own(struct test *t, size_t step, const char *prefix)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct ami_login_opts login = AMI_LOGIN_OPTS_INIT;
    struct answer *a;

    opts.id_prefix = prefix;
    login.username = server.user;
    login.secret = server.secret;
    t->own_step = step;
    t->own_fd = dial();
    expect_status(t, "ami_session_new", ami_session_new(&t->session, &opts), AMI_OK);
    expect(t, t->own_fd >= 0, "own transport: cannot connect");
    a = new_answer(t);
    submitted(t, ami_login(t->session, &login, on_reply, a));
    expect_simple(t, answered(t, a), AMI_OK);
}

/* ---- Tests: the login -------------------------------------------------------------------- */

static void test_version(struct test *t)
{
    struct answer *a = ASK(t, "CoreSettings");
    const char *version;

    expect_simple(t, a, AMI_OK);
    version = value_of(a->done, "AsteriskVersion");
    printf("# Asterisk %s\n", version);
    server.major = atoi(version);
    expect(t, server.major > 0, "no version");
}

static void on_trace(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                     void *user)
{
    (void)session;
    if (direction == AMI_TRACE_OUT)
        text_add(user, data, len);
}

static void login_with(struct test *t, enum ami_auth auth, const char *header)
{
    struct ami_conn_opts opts = conn_opts();
    struct text out = {0};

    opts.auth = auth;
    opts.on_trace = on_trace;
    opts.user = &out;
    open_conn(t, &opts);
    expect_ping(t);
    expect(t, out.data && strstr(out.data, header), "the login has no %s", header);
    expect(t, out.data && !strstr(out.data, server.secret), "the trace shows the secret");
    expect_status(t, "ami_sync_close", ami_sync_close(t->conn), AMI_OK);
    t->conn = NULL;
    free(out.data);
}

static void test_login_md5(struct test *t)
{
    login_with(t, AMI_AUTH_MD5, "Key: ***");
}

static void test_login_plain(struct test *t)
{
    login_with(t, AMI_AUTH_PLAIN, "Secret: ***");
}

static void login_fails(struct test *t, enum ami_auth auth, const char *user, const char *secret)
{
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error = {0};
    ami_conn *conn = NULL;

    opts.auth = auth;
    opts.username = user;
    opts.secret = secret;
    expect_status(t, "connect", ami_sync_connect(&conn, &opts, &error), AMI_E_AUTH);
    expect(t, !conn, "a connection in spite of the error");
    expect(t, error.code == AMI_E_AUTH && strlen(error.text) > 20 && strchr(error.text, ' '),
           "no sentence: \"%s\"", error.text);
    expect(t, !strstr(error.text, secret), "the sentence shows the secret");
}

static void test_wrong_secret(struct test *t)
{
    login_fails(t, AMI_AUTH_MD5, server.user, "not-the-secret");
    login_fails(t, AMI_AUTH_PLAIN, server.user, "not-the-secret");
}

static void test_unknown_user(struct test *t)
{
    login_fails(t, AMI_AUTH_MD5, "nobody-of-that-name", server.secret);
    login_fails(t, AMI_AUTH_PLAIN, "nobody-of-that-name", server.secret);
}

static void test_login_events(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();

    opts.events = "user";
    open_conn(t, &opts);
    raw_open(t);
    listen_to(t, NULL);
    raw_send(t, "Action: UserEvent\r\nUserEvent: first\r\n\r\n"
                "Action: Reload\r\nModule: logger\r\n\r\n"
                "Action: UserEvent\r\nUserEvent: second\r\n\r\n");
    WAIT_FOR(t, log_has(&t->events, "UserEvent: second\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "Event: Reload\n"));
    expect_ping(t);
    expect(t, t->events.count == 2, "%zu events instead of 2: %.200s", t->events.count,
           t->events.at[0]);
}

/* The user "limited" has the rights to calls only. */
static void test_permission(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct answer *a;

    opts.username = "limited";
    open_conn(t, &opts);
    a = ASK(t, "CoreSettings");
    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "Permission denied");
    expect_simple(t, ASK(t, "IAXnetstats"), AMI_E_REFUSED); /* as a raw action is */
    expect_end(t, ASK(t, "QueueStatus"), AMI_OK);           /* needs no rights */
    expect_ping(t);
}

/* The user "single" may log in once at a time. That is no wrong secret: it may help to wait. */
static void test_in_use(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error = {0};
    ami_conn *second = NULL;

    opts.username = "single";
    open_conn(t, &opts);
    expect_status(t, "a second login", ami_sync_connect(&second, &opts, &error), AMI_E_REFUSED);
    expect(t, strstr(error.text, "Login Already In Use"), "no reason: \"%s\"", error.text);
    expect_ping(t);
}

/* ---- Tests: every kind of reply ---------------------------------------------------------- */

static void test_simple(struct test *t)
{
    struct answer *a = ASK(t, "Ping");
    long long number;

    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Ping", "Pong");
    expect(t, ami_msg_is_success(a->done), "Pong is no success");
    expect_status(t, "a number that is none", ami_msg_get_int(a->done, "Ping", &number),
                  AMI_E_INVAL);
    a = ASK(t, "ListCommands");
    expect_simple(t, a, AMI_OK);
    expect(t, ami_msg_count(a->done) > 50, "%zu actions in ListCommands", ami_msg_count(a->done));
    a = ASK(t, "Events", "EventMask", "off");
    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Events", "Off");
}

static void test_refused(struct test *t)
{
    struct answer *a = ASK(t, "NoSuchActionAtAll");

    expect_simple(t, a, AMI_E_REFUSED);
    expect(t, is_unknown_action(a), "another error than unknown command");
    a = ASK(t, "Hangup", "Channel", "Local/nobody@nowhere-00000000;1");
    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "No such channel");
    expect_simple(t, ASK(t, "Originate", "Channel", "x"), AMI_E_REFUSED);
    /* Both of these answer with two errors; the second is nobody's. */
    expect_simple(t, ASK(t, "ModuleLoad"), AMI_E_REFUSED);
    expect_simple(t, ASK(t, "ModuleLoad", "LoadType", "load"), AMI_E_REFUSED);
    expect_ping(t);
}

static void test_lists(struct test *t)
{
    struct answer *a;
    int held = 0;

    hold_calls(t, 10);
    a = ASK(t, "Status", "Variables", "HELD,EXTEN");
    expect_list(t, a, "Status", "StatusComplete");
    expect_counted(t, a);
    expect(t, a->items == 20, "%d channels in Status", a->items);
    for (int i = 0; i < a->items; i++)
        held += strcmp(value_of(a->item[i], "Variable"), "HELD=1") == 0;
    expect(t, held >= 10, "%d of them with the variable", held);
    a = ASK(t, "QueueStatus");
    expect_end(t, a, AMI_OK);
    expect_text(t, a->response, "EventList", "start");
    expect_text(t, a->done, "Event", "QueueStatusComplete");
    expect_items(t, a, "QueueParams", "QueueMember");
    expect_counted(t, a);
    hang_up_all(t);
    a = ASK(t, "CoreShowChannels");
    expect_list(t, a, "-", "CoreShowChannelsComplete");
    expect_counted(t, a);
}

/* Without endpoints this list is an error. It counts them otherwise than it sends them. */
static void test_endpoints(struct test *t)
{
    struct answer *a = ASK(t, "PJSIPShowEndpoints");

    if (is_unknown_action(a)) {
        skip(t, "this server has no PJSIP");
    } else if (a->status == AMI_E_REFUSED) {
        expect_simple(t, a, AMI_E_REFUSED);
        expect(t, strstr(value_of(a->done, "Message"), "No endpoints found"), "another error");
    } else {
        expect_list(t, a, "EndpointList", "EndpointListComplete");
        expect(t, a->items > 0, "no endpoints");
    }
}

static void test_list_refused(struct test *t)
{
    struct answer *a = ASK(t, "DBGet", "Family", "libami", "Key", "no-such-key");

    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "Database entry not found");
    expect_simple(t, ASK(t, "Status", "Channel", "Local/nobody@nowhere-00000000;1"), AMI_E_REFUSED);
    expect_simple(t, ASK(t, "ShowDialPlan", "Context", "no-such-context"), AMI_E_REFUSED);
    expect_ping(t);
}

static void test_hangup_regex(struct test *t)
{
    struct answer *a = ASK(t, "Hangup", "Channel", "/^NoSuch\\//");

    expect_list(t, a, "-", "ChannelsHungupListComplete");
    expect_counted(t, a);
    hold_calls(t, 5);
    a = ASK(t, "Hangup", "Channel", "/^Local\\/long@test/");
    expect_list(t, a, "ChannelHungup", "ChannelsHungupListComplete");
    expect_counted(t, a);
    /* The other half of a call may end by itself before its turn has come. */
    expect(t, a->items >= 5 && a->items <= 10, "%d channels hung up of 10", a->items);
    hang_up_all(t);
}

/* The answer to a command as text, its ActionID left out, since that one differs. */
static char *without_action_id(const char *message)
{
    static const char name[] = "ActionID: ";
    struct text text = {0};

    while (*message) {
        size_t len = strcspn(message, "\n") + 1;

        if (strncmp(message, name, sizeof name - 1) != 0)
            text_add(&text, message, len);
        message += len;
    }
    return text.data;
}

/* Runs a command both ways. */
static void compare_command(struct test *t, const char *command, int status)
{
    struct answer *a = ASK(t, "Command", "Command", command);
    size_t before = t->raw->replies.count;
    char action[256], *whole, *ours, *theirs;

    expect_simple(t, a, status);
    snprintf(action, sizeof action, "Action: Command\r\nActionID: raw\r\nCommand: %s\r\n\r\n",
             command);
    raw_send(t, action);
    WAIT_FOR(t, t->raw->replies.count > before);
    whole = msg_text(a->done);
    ours = without_action_id(whole);
    theirs = without_action_id(t->raw->replies.at[before]);
    expect(t, strlen(ours) < strlen(whole), "%s: no ActionID", command);
    expect(t, strcmp(ours, theirs) == 0, "%s: not what a raw socket gets", command);
    free(whole);
    free(ours);
    free(theirs);
}

static void test_command(struct test *t)
{
    struct answer *a;

    raw_open(t);
    compare_command(t, "core show version", AMI_OK);
    compare_command(t, "manager show commands", AMI_OK);
    compare_command(t, "core show application Dial", AMI_OK);
    compare_command(t, "core show applications", AMI_OK);
    compare_command(t, "core show help", AMI_OK);
    compare_command(t, "queue show", AMI_OK);
    compare_command(t, "core set verbose 0", AMI_OK);
    compare_command(t, "no such command at all", AMI_E_REFUSED);
    compare_command(t, "database get libami no-such-key", AMI_OK);
    compare_command(t, "module load x", AMI_E_REFUSED);
    a = ASK(t, "Command", "Command", "manager show commands");
    expect(t, a->done && ami_msg_get_nth(a->done, "Output", 50), "less than 50 lines of output");
    a = ASK(t, "Command", "Command", "no such command at all");
    expect(t, strstr(value_of(a->done, "Output"), "No such command"), "no reason in the output");
    expect_simple(t, ASK(t, "Command"), AMI_E_REFUSED);
}

/* A call to a peer that never answers has statistics, too. */
static struct answer *netstats_of_call(struct test *t)
{
    struct answer *a = NULL;

    SEND(t, "Originate", "Channel", "IAX2/iaxfixed/x", "Application", "Wait", "Data", "1", "Async",
         "true", "Timeout", "5000");
    for (int tries = 0; tries < 50 && (!a || a->items == 0); tries++) {
        a = ASK(t, "IAXnetstats");
        wait_ms(t, 20);
    }
    return a;
}

static void test_raw_netstats(struct test *t)
{
    struct answer *a = ASK(t, "IAXnetstats");
    char *row;

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_iax2");
        return;
    }
    for (int tries = 0; tries < 30 && a->items > 0; tries++) {
        wait_ms(t, 500); /* calls of an earlier run stay for ten seconds */
        a = ASK(t, "IAXnetstats");
    }
    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 0 && a->items == 0 && !a->done,
           "%d RESPONSEs, %d ITEMs, DONE with %s", a->responses, a->items, name_of(a->done));
    expect_ping(t);
    a = netstats_of_call(t);
    expect_end(t, a, AMI_OK);
    expect(t, a->responses == 0 && a->items == 1 && !a->done,
           "with a call: %d RESPONSEs, %d ITEMs, DONE with %s", a->responses, a->items,
           name_of(a->done));
    expect(t, a->items > 0 && ami_msg_kind(a->item[0]) == AMI_KIND_RAW, "ITEM that is not raw");
    row = a->items > 0 ? msg_text(a->item[0]) : NULL; /* it holds a colon: no field is the row */
    expect(t, row && strstr(row, " 1000 -1 0 -1 -1 0 -1 "), "ITEM without the call");
    free(row);
    expect_list(t, ASK(t, "Hangup", "Channel", "/^IAX2\\//"), "ChannelHungup",
                "ChannelsHungupListComplete");
    expect_ping(t);
}

static void test_raw_skinny(struct test *t)
{
    struct answer *a = ASK(t, "SKINNYshowdevice", "Device", "no-such-device");

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_skinny");
        return;
    }
    expect_end(t, a, AMI_OK);
    expect(t, a->items == 0 && !a->done, "%d ITEMs, DONE with %s", a->items, name_of(a->done));
    a = ASK(t, "SKINNYshowdevice");
    expect_simple(t, a, AMI_E_REFUSED);
    a = ASK(t, "SKINNYdevices");
    if (a->items > 0) {
        a = ASK(t, "SKINNYshowdevice", "Device", value_of(a->item[0], "ObjectName"));
        expect_end(t, a, AMI_OK);
        expect(t, a->items == 1 && !a->done, "%d ITEMs, DONE with %s", a->items, name_of(a->done));
        expect(t, a->items > 0 && ami_msg_kind(a->item[0]) == AMI_KIND_RAW, "ITEM that is not raw");
        expect_text(t, a->items > 0 ? a->item[0] : NULL, "Channeltype", "SKINNY");
    }
    expect_ping(t);
}

static void test_items_without_id(struct test *t)
{
    struct answer *a = ASK(t, "IAXpeers");

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_iax2");
        return;
    }
    listen_to(t, "PeerEntry"); /* an item is no event */
    a = ASK(t, "IAXpeers");
    expect_list(t, a, "PeerEntry", "PeerlistComplete");
    expect_counted(t, a);
    if (a->items == 0)
        skip(t, "this server has no IAX peers");
    for (int i = 0; i < a->items; i++)
        expect(t, !ami_msg_get(a->item[i], "ActionID"), "item %d has an ActionID", i);
    expect(t, t->events.count == 0, "%zu items were events", t->events.count);
}

static void test_glued_list(struct test *t)
{
    struct answer *a = ASK(t, "SKINNYdevices");

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_skinny");
        return;
    }
    expect_list(t, a, "DeviceEntry", "DevicelistComplete");
    expect_counted(t, a);
    if (a->items < 2)
        skip(t, "this server has less than two Skinny devices");
    a = ASK(t, "SKINNYlines");
    expect_list(t, a, "LineEntry", "LinelistComplete");
    expect_counted(t, a);
    expect_ping(t);
}

static void test_originate_sync(struct test *t)
{
    struct answer *a;

    listen_to(t, "OriginateResponse");
    a = ASK(t, "Originate", "Channel", "Local/quick@test", "Application", "Wait", "Data", "0.1");
    expect_simple(t, a, AMI_OK);
    a = ASK(t, "Originate", "Channel", "Local/busy@test", "Application", "Wait", "Data", "0.1");
    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "Originate failed");
    expect_ping(t);
    expect(t, t->events.count == 0, "an OriginateResponse without Async");
}

/* The request ends with its Response; what comes later is an event. */
static void test_deferred(struct test *t)
{
    struct answer *a;
    const char *id;
    char expected[128];

    listen_to(t, NULL);
    a = submit(t, ami_action_new("FAXStats"));
    id = ami_session_action_id(t->session, a->id);
    snprintf(expected, sizeof expected, "ActionID: %s\n", id ? id : "?");
    answered(t, a);
    if (is_unknown_action(a)) {
        skip(t, "this server has no res_fax");
        return;
    }
    expect_simple(t, a, AMI_OK);
    WAIT_FOR(t, log_has(&t->events, "Event: FAXStats\n"));
    expect(t, log_has(&t->events, expected), "the event has not our ActionID");
}

static void test_wait_event(struct test *t)
{
    struct answer *a;

    listen_to(t, NULL);
    a = ASK(t, "WaitEvent", "Timeout", "1");
    expect_simple(t, a, AMI_OK);
    WAIT_FOR(t, log_has(&t->events, "Event: WaitEventComplete\n"));
    expect_ping(t);
}

/* The server sends the event to all, with the ActionID of who asked for it. */
static void test_user_event(struct test *t)
{
    ami_action *action = ami_action_new("UserEvent");
    char expected[128];
    struct answer *a;
    const char *id;

    listen_to(t, "userevent");
    ami_action_add(action, "UserEvent", "Mine");
    ami_action_add(action, "Response", "Error");
    a = submit(t, action);
    id = ami_session_action_id(t->session, a->id);
    snprintf(expected, sizeof expected, "\nActionID: %s\n", id ? id : "?");
    answered(t, a);
    WAIT_FOR(t, t->events.count > 0);
    expect_simple(t, a, AMI_OK);
    expect_text(t, a->done, "Message", "Event Sent");
    expect_ping(t);
    expect(t, t->events.count == 1, "%zu events instead of 1", t->events.count);
    expect(t, log_has(&t->events, expected), "the event has not our ActionID");
    expect(t, log_has(&t->events, "\nResponse: Error\n"), "the event has not our header");
}

/*
 * A call of 200 ms holds the session, and behind it waits a raw action, which takes what comes. The
 * event of another user comes between the two, with the ActionID of the latter.
 */
static void test_forged_event(struct test *t)
{
    struct answer *call, *raw;
    char event[256];
    const char *id;

    raw_open(t);
    listen_to(t, "UserEvent");
    call = SEND(t, "Originate", "Channel", "Local/late@test", "Application", "Wait", "Data", "0.1");
    raw = submit(t, ami_action_new("IAXnetstats"));
    id = ami_session_action_id(t->session, raw->id);
    snprintf(event, sizeof event,
             "Action: UserEvent\r\nUserEvent: forged\r\nActionID: %s\r\nResponse: Error\r\n"
             "EventList: Complete\r\n\r\n",
             id ? id : "?");
    wait_ms(t, 50);
    expect(t, call->dones == 0 && raw->dones == 0, "the call does not last");
    raw_send(t, event);
    all_answered(t);
    expect_simple(t, call, AMI_OK);
    if (!is_unknown_action(raw))
        expect_end(t, raw, AMI_OK);
    for (int i = 0; i < raw->items; i++) /* there may be rows of calls */
        expect(t, ami_msg_kind(raw->item[i]) == AMI_KIND_RAW, "the event was taken for an item");
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: forged\n"));
    expect(t, t->events.count == 1, "%zu events instead of 1", t->events.count);
    hang_up_all(t);
}

/* ---- Tests: the database ----------------------------------------------------------------- */

static void put(struct test *t, const char *key, const char *value)
{
    expect_simple(t, ASK(t, "DBPut", "Family", "libami", "Key", key, "Val", value), AMI_OK);
}

static void expect_value(struct test *t, const char *key, const char *value)
{
    struct answer *a = ASK(t, "DBGet", "Family", "libami", "Key", key);

    expect_list(t, a, "DBGetResponse", "DBGetComplete");
    expect_counted(t, a);
    expect(t, a->items == 1, "%d items with one key", a->items);
    expect(t, a->items == 1 && ami_msg_get(a->item[0], "ActionID"), "%s: no ActionID", key);
    expect_text(t, a->items > 0 ? a->item[0] : NULL, "Val", value);
}

static void forget(struct test *t)
{
    SEND(t, "DBDelTree", "Family", "libami");
    all_answered(t);
}

/* An action cannot carry a line end: a dialplan function makes it. */
static void put_lines(struct test *t, const char *key, const char *encoded)
{
    char data[128];

    snprintf(data, sizeof data, "Set(DB(libami/%s)=${URIDECODE(%s)})", key, encoded);
    expect_simple(
        t, ASK(t, "Originate", "Channel", "Local/long@test", "Application", "Exec", "Data", data),
        AMI_OK);
    for (int tries = 0; tries < 100; tries++) {
        if (ASK(t, "DBGet", "Family", "libami", "Key", key)->status == AMI_OK)
            return;
        wait_ms(t, 20);
    }
    expect(t, false, "the dialplan could not store a value");
}

static void test_database(struct test *t)
{
    static const char odd[] = "M\xfcller: \"q\" \\n, 100% \xe2\x82\xac";
    struct answer *a;

    forget(t);
    put(t, "plain", "value");
    put(t, "odd", odd);
    expect_value(t, "plain", "value");
    expect_value(t, "odd", odd);
    a = ASK(t, "DBGetTree", "Family", "libami");
    expect_list(t, a, "DBGetTreeResponse", "DBGetTreeComplete");
    expect(t, a->items == 2, "%d items of 2", a->items);
    forget(t);
}

static void test_database_lines(struct test *t)
{
    forget(t);
    put_lines(t, "lines", "one%0Atwo: 2%0A%0Afour");
    expect_value(t, "lines", "one\ntwo: 2\n\nfour");
    put_lines(t, "last", "one%0A");
    expect_value(t, "last", "one\n");
    put_lines(t, "alone", "%0A");
    expect_value(t, "alone", "\n");
    hang_up_all(t);
    forget(t);
}

static void put_entries(struct test *t)
{
    char key[16];

    forget(t);
    for (int i = 0; i < ENTRIES; i++) {
        snprintf(key, sizeof key, "%04d", i);
        SEND(t, "DBPut", "Family", "libami", "Key", key, "Val", key);
    }
    all_answered(t);
}

/* DBGetTree of Asterisk 16 says that there is one item, however many there are. */
static void test_miscounted(struct test *t)
{
    unsigned expected = server.major < 18 ? AMI_REPLY_MISCOUNTED : 0;
    struct answer *a;
    char key[16];

    put_entries(t);
    a = ASK(t, "DBGetTree", "Family", "libami");
    expect_list(t, a, "DBGetTreeResponse", "DBGetTreeComplete");
    expect(t, a->items == ENTRIES, "%d items of %d", a->items, ENTRIES);
    for (int i = 0; i < a->items; i++) {
        snprintf(key, sizeof key, "%04d", i);
        expect_text(t, a->item[i], "Val", key);
    }
    expect(t, a->flags == expected, "flags are %u, not %u", a->flags, expected);
    forget(t);
}

/* ---- Tests: many at once ----------------------------------------------------------------- */

/* That the actions ended in the order in which they were submitted. t->answers has the newest
 * first. */
static void expect_order(struct test *t, int count)
{
    int nth = count;

    expect(t, t->dones == count, "%d DONEs for %d actions", t->dones, count);
    for (const struct answer *a = t->answers; a; a = a->next, nth--) {
        expect_end(t, a, AMI_OK);
        expect(t, a->nth == nth, "action %d was the %dth to end", nth, a->nth);
    }
    expect(t, nth == 0, "%d actions too few", nth);
}

static void test_pings(struct test *t)
{
    for (int i = 0; i < PINGS; i++)
        SEND(t, "Ping");
    all_answered(t);
    expect_order(t, PINGS);
    for (const struct answer *a = t->answers; a; a = a->next)
        expect_text(t, a->done, "Ping", "Pong");
}

static void test_mixed(struct test *t)
{
    int count = 0;

    for (int i = 0; i < PINGS; i++, count++) {
        SEND(t, "Ping");
        if (i % 10 == 4) {
            SEND(t, "BridgeTechnologyList");
            SEND(t, "IAXnetstats");
            count += 2;
        }
    }
    all_answered(t);
    expect_order(t, count);
    for (const struct answer *a = t->answers; a; a = a->next)
        expect(t, a->responses == 0 || (a->items > 0 && a->flags == 0), "a list of %d items",
               a->items);
}

static void test_calls(struct test *t)
{
    struct calls calls = {0};

    expect_status(t, "ami_on", ami_on(t->session, "OriginateResponse", on_outcome, &calls, NULL),
                  AMI_OK);
    for (int i = 0; i < CALLS; i++)
        place_call(t, &calls);
    WAIT_FOR(t, calls.ended == CALLS);
    all_answered(t);
    expect_ping(t); /* and no second outcome */
    expect_calls(t, &calls);
    hang_up_all(t);
}

/* ---- Tests: each event, field for field -------------------------------------------------- */

static const char *const odd_lines[] = {
    "no colon here\r\n",
    "Response: Success\r\nMessage: not an answer\r\n",
    "Event: Hangup\r\nChannel: none\r\n",
    "Privilege: call,all\r\nEventList: Complete\r\nListItems: 7\r\n",
    "Utf8: Gr\xc3\xbc\xc3\x9f Gott \xe2\x82\xac \xf0\x9f\x93\x9e\r\n",
    "Latin1: M\xfcller \xa4\r\nBroken: \xc3\xff\xfe\r\n",
    "Colons: a: b:c ::\r\nUrl: http://h:80/x?y=z\r\n",
    "Empty:\r\nBlank: \r\nBlanks:    \r\n",
    "Trailing: x  \t \r\nTrailing2:  two before\r\n",
    "Back\\slash: \\n \\\\ \\x41 \"q\" 'q' %0A %s\r\n",
    "Name with blanks  : value\r\n",
    " leading: blank\r\n\tleading: tab\r\n \r\n",
    ": no name\r\n:\r\n",
    "Return: a\rb\r\nLater: still there\r\n",
    "Tight:value\r\nTab:\tvalue\r\n",
    "Control: \x01\x02\x1b[31m\x7f\r\n",
    "Same: 1\r\nSame: 2\r\nsame: 3\r\nSame: \r\n",
    "Output: --END COMMAND--\r\n--END COMMAND--\r\n",
    "Asterisk Call Manager/1.0\r\n",
};

/* From the raw socket: the builder of libami refuses most of these. */
static void send_odd(struct test *t, size_t nth)
{
    char action[512];

    snprintf(action, sizeof action,
             "Action: UserEvent\r\nActionID: odd-%zu\r\nUserEvent: odd\r\n%s\r\n", nth,
             odd_lines[nth % ARRAY_LEN(odd_lines)]);
    raw_send(t, action);
}

/* Calls of many sorts, and a UserEvent that the dialplan makes: it has line ends in its values. */
static void send_others(struct test *t)
{
    static const char *const extensions[] = {"answer", "congestion", "late", "broken", "userevent",
                                             "vars",   "dial",       "park", "queue",  "conf"};
    char channel[64];

    for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
        snprintf(channel, sizeof channel, "Local/%s@test", extensions[i]);
        SEND(t, "Originate", "Channel", channel, "Application", "Wait", "Data", "1", "Async",
             "true");
    }
    SEND(t, "Originate", "Channel", "Local/long@test", "Application", "Exec", "Data",
         "UserEvent(lines,Key: one${URIDECODE(%0A)}two: 2${URIDECODE(%0A%0A)}four,Last: 1)",
         "Async", "true");
}

static void print_entry(const char *whose, size_t at, const char *entry)
{
    printf("#   %s, event %zu:\n", whose, at);
    while (*entry) {
        size_t len = strcspn(entry, "\n");

        printf("#     %.*s\n", (int)len, entry);
        entry += len + (entry[len] != '\0');
    }
}

/* The server keeps one queue of events for all its sessions: both see them in the same order. */
static void expect_same(struct test *t, const struct log *ours, size_t our_first,
                        const struct log *theirs, size_t their_first, size_t count)
{
    size_t differ = 0;

    for (size_t i = 0; i < count; i++) {
        const char *mine = ours->at[our_first + i], *other = theirs->at[their_first + i];

        if (strcmp(mine, other) != 0 && differ++ == 0) {
            print_entry("libami", i, mine);
            print_entry("raw", i, other);
        }
    }
    expect(t, differ == 0, "%zu of %zu events are not the same", differ, count);
}

/* Events before the first mark depend on which session was there first; all from it to the last
 * one are compared. What the raw session sees beside events are answers to its own actions. */
static void compare_marked(struct test *t)
{
    static const char begin[] = "\nUserEvent: the-begin\n", end[] = "\nUserEvent: the-end\n";
    size_t ours = log_find(&t->events, begin), theirs = log_find(&t->raw->events, begin);
    size_t count = log_find(&t->events, end) - ours + 1;
    size_t their_count = log_find(&t->raw->events, end) - theirs + 1;

    printf("#   %zu events, %zu bytes on the raw socket\n", count, t->raw->in.len);
    expect(t, count > CALLS * 10, "only %zu events", count);
    expect(t, count == their_count, "%zu events by libami, %zu by the raw socket", count,
           their_count);
    expect_same(t, &t->events, ours, &t->raw->events, theirs,
                count < their_count ? count : their_count);
}

/* The same bytes once more, one at a time, into a session that has no socket at all. */
static void compare_fed_again(struct test *t)
{
    struct test again = {.own_fd = -1};
    const struct text *in = &t->raw->in;

    expect_status(t, "ami_session_new", ami_session_new(&again.session, NULL), AMI_OK);
    expect_status(t, "ami_on", ami_on(again.session, NULL, on_event, &again, NULL), AMI_OK);
    for (size_t i = 0; i < in->len; i++)
        if (ami_session_feed(again.session, in->data + i, 1, 0) < 0)
            break;
    expect(t, !again.failed, "fed again: %s", again.why);
    expect_status(t, "fed again", ami_session_error(again.session)->code, AMI_OK);
    expect(t, again.events.count == t->raw->events.count, "fed again: %zu events instead of %zu",
           again.events.count, t->raw->events.count);
    expect_same(t, &again.events, 0, &t->raw->events, 0, again.events.count);
    ami_session_free(again.session);
    log_free(&again.events);
}

static void test_fidelity(struct test *t)
{
    struct calls calls = {0};

    raw_open(t);
    listen_to(t, NULL);
    expect_status(t, "ami_on", ami_on(t->session, "OriginateResponse", on_outcome, &calls, NULL),
                  AMI_OK);
    raw_send(t, "Action: UserEvent\r\nUserEvent: the-begin\r\n\r\n");
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: the-begin\n"));
    for (size_t i = 0; i < CALLS; i++) {
        place_call(t, &calls);
        send_odd(t, i);
        if (i % 50 == 0)
            send_others(t);
        pump(t, ami_now() + 5);
    }
    WAIT_FOR(t, calls.ended == CALLS);
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: lines\n"));
    hang_up_all(t);
    raw_send(t, "Action: UserEvent\r\nUserEvent: the-end\r\n\r\n");
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: the-end\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "\nUserEvent: the-end\n"));
    WAIT_FOR(t, t->raw->replies.count == CALLS + 3); /* the login, two marks */
    all_answered(t);
    expect_calls(t, &calls);
    compare_marked(t);
    compare_fed_again(t);
}

/* ---- Tests: what is sent ----------------------------------------------------------------- */

static void submit_bad(struct test *t, const char *name, const char *value)
{
    ami_action *action = ami_action_new("UserEvent");

    ami_action_add(action, "UserEvent", "good");
    expect_status(t, "ami_action_add", ami_action_add(action, name, value), AMI_E_INVAL);
    expect_status(t, "ami_submit", ami_submit(t->session, action, NULL, NULL, NULL), AMI_E_INVAL);
    ami_action_free(action);
    expect_status(t, "ami_send",
                  ami_send(t->session, NULL, NULL, "UserEvent", name, value, (char *)NULL),
                  AMI_E_INVAL);
}

static void test_injection(struct test *t)
{
    static const char evil[] = "x\r\n\r\nAction: UserEvent\r\nUserEvent: injected\r\n";

    raw_open(t);
    listen_to(t, NULL);
    submit_bad(t, "Header", evil);
    submit_bad(t, "Header", "x\nUserEvent: injected");
    submit_bad(t, "Header", "x\rUserEvent: injected");
    submit_bad(t, evil, "x");
    submit_bad(t, "Action", "UserEvent");
    submit_bad(t, "ActionID", "x");
    submit_bad(t, "Name: x", "x");
    expect_status(t, "ami_send", ami_send(t->session, NULL, NULL, evil, (char *)NULL), AMI_E_INVAL);
    expect_simple(t, ASK(t, "UserEvent", "UserEvent", "the-end"), AMI_OK);
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: the-end\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "\nUserEvent: the-end\n"));
    expect(t, !log_has(&t->raw->events, "injected") && !log_has(&t->raw->events, ": good\n"),
           "something reached the server");
    expect(t, !log_has(&t->events, "injected"), "something reached the server");
}

static void test_longest_line(struct test *t)
{
    static const char name[] = "Filler";
    size_t room = AMI_ACTION_LINE_MAX - (sizeof name - 1) - 2;
    ami_action *action = ami_action_new("UserEvent");
    char value[AMI_ACTION_LINE_MAX + 1], expected[AMI_ACTION_LINE_MAX + 32];

    memset(value, 'x', sizeof value);
    value[room + 1] = '\0';
    listen_to(t, "UserEvent");
    ami_action_add(action, "UserEvent", "long");
    expect_status(t, "a byte more", ami_action_add(action, name, value), AMI_E_LIMIT);
    ami_action_free(action);
    value[room] = '\0';
    expect_simple(t, ASK(t, "UserEvent", "UserEvent", "long", name, value, "Last", "1"), AMI_OK);
    WAIT_FOR(t, t->events.count > 0);
    snprintf(expected, sizeof expected, "\nFiller: %s\n", value);
    expect(t, log_has(&t->events, expected), "the event has not the whole line");
    expect(t, log_has(&t->events, "\nLast: 1\n"), "the event has not the line after it");
}

static void test_most_lines(struct test *t)
{
    ami_action *action = ami_action_new("UserEvent");
    char name[32], last[32];
    int count = AMI_ACTION_LINES_MAX - 3; /* Action, ActionID, UserEvent */

    listen_to(t, "UserEvent");
    ami_action_add(action, "UserEvent", "many");
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "Line%d", i);
        expect_status(t, name, ami_action_add(action, name, "x"), AMI_OK);
    }
    expect_simple(t, answered(t, submit(t, action)), AMI_OK);
    WAIT_FOR(t, t->events.count > 0);
    snprintf(last, sizeof last, "\nLine%d: x\n", count - 1);
    expect(t, log_has(&t->events, last), "the event has not all lines");
    action = ami_action_new("UserEvent");
    for (int i = 0; i < AMI_ACTION_LINES_MAX - 2; i++)
        ami_action_add(action, "Line", "x");
    expect_status(t, "a line more", ami_action_add(action, "Line", "x"), AMI_E_LIMIT);
    ami_action_free(action);
}

/* All lists that a server without telephony hardware can have; the server puts the ActionID into
 * buffers of its own for most of them. */
static const struct {
    const char *action, *headers[4];
} lists[] = {
    {"Agents", {NULL}},
    {"BridgeList", {NULL}},
    {"BridgeTechnologyList", {NULL}},
    {"ConfbridgeList", {"Conference", "libami"}},
    {"ConfbridgeListRooms", {NULL}},
    {"CoreShowChannels", {NULL}},
    {"DBGet", {"Family", "libami", "Key", "one"}},
    {"DBGetTree", {"Family", "libami"}},
    {"DeviceStateList", {NULL}},
    {"ExtensionStateList", {NULL}},
    {"FAXSessions", {NULL}},
    {"Hangup", {"Channel", "/^Local\\/nobody/"}},
    {"IAXpeerlist", {NULL}},
    {"IAXpeers", {NULL}},
    {"IAXregistry", {NULL}},
    {"MWIGet", {"Mailbox", "/.*/"}},
    {"ParkedCalls", {NULL}},
    {"Parkinglots", {NULL}},
    {"PJSIPShowAors", {NULL}},
    {"PJSIPShowAuths", {NULL}},
    {"PJSIPShowContacts", {NULL}},
    {"PJSIPShowEndpoints", {NULL}},
    {"PJSIPShowRegistrationInboundContactStatuses", {NULL}},
    {"PJSIPShowRegistrationsInbound", {NULL}},
    {"PJSIPShowRegistrationsOutbound", {NULL}},
    {"PJSIPShowResourceLists", {NULL}},
    {"PJSIPShowSubscriptionsInbound", {NULL}},
    {"PJSIPShowSubscriptionsOutbound", {NULL}},
    {"PresenceStateList", {NULL}},
    {"QueueStatus", {NULL}},
    {"QueueSummary", {NULL}},
    {"ShowDialPlan", {NULL}},
    {"SIPpeers", {NULL}},
    {"SIPpeerstatus", {NULL}},
    {"SIPshowregistry", {NULL}},
    {"SKINNYdevices", {NULL}},
    {"SKINNYlines", {NULL}},
    {"Status", {NULL}},
    {"VoicemailUsersList", {NULL}},
};

static void expect_own_items(struct test *t, const struct answer *a, const char *action,
                             const char *id)
{
    bool without = strcmp(action, "IAXpeers") == 0;

    expect(t, !a->trouble && (a->status == AMI_OK || a->status == AMI_E_REFUSED), "%s: %s", action,
           a->trouble ? a->trouble : ami_err_name(a->status));
    expect_text(t, a->done, "ActionID", id);
    for (int i = 0; i < a->items; i++) {
        const char *found = ami_msg_get(a->item[i], "ActionID");

        expect(t, without ? !found : found && strcmp(found, id) == 0, "%s: item %d has ActionID %s",
               action, i, found ? found : "(none)");
        expect(t, ami_msg_flags(a->item[i]) == 0, "%s: item %d is damaged", action, i);
    }
}

static void ask_list(struct test *t, size_t nth, int counts[3])
{
    ami_action *action = ami_action_new(lists[nth].action);
    const char *const *headers = lists[nth].headers, *id;
    struct answer *a;
    char expected[80];

    for (size_t i = 0; i < ARRAY_LEN(lists[nth].headers) && headers[i]; i += 2)
        ami_action_add(action, headers[i], headers[i + 1]);
    a = submit(t, action);
    id = ami_session_action_id(t->session, a->id);
    snprintf(expected, sizeof expected, "%s", id ? id : "?");
    expect(t, strlen(expected) > 40, "the ActionID is short: %s", expected);
    expect_own_items(t, answered(t, a), lists[nth].action, expected);
    counts[is_unknown_action(a) ? 0 : a->items == 0 ? 1 : 2]++;
}

static void test_long_action_id(struct test *t)
{
    int counts[3] = {0};

    open_own(t, 4096, "a-prefix-of-forty-characters.-_ABCDEFGHI");
    put(t, "one", "1");
    hold_calls(t, 3);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        ask_list(t, i, counts);
    printf("#   %d lists with items, %d without, %d not on this server\n", counts[2], counts[1],
           counts[0]);
    hang_up_all(t);
    forget(t);
}

/* ---- Tests: another transport ------------------------------------------------------------ */

static void test_own_transport(struct test *t)
{
    open_own(t, 1, NULL);
    listen_to(t, "UserEvent");
    expect_ping(t);
    hold_calls(t, 2);
    hang_up_all(t);
    expect_simple(t, ASK(t, "UserEvent", "UserEvent", "own"), AMI_OK);
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: own\n"));
    expect_simple(t, ASK(t, "Command", "Command", "core show version"), AMI_OK);
    expect_simple(t, ASK(t, "Logoff"), AMI_OK);
    WAIT_FOR(t, t->own_fd < 0);
    expect_status(t, "after Logoff", ami_session_error(t->session)->code, AMI_E_EOF);
}

/* ---- Tests: cancel, time-out, close ------------------------------------------------------ */

static void on_reply_cancel(const struct ami_reply *reply, void *user)
{
    struct answer *a = user;

    on_reply(reply, user);
    if (reply->step == AMI_STEP_ITEM && a->items == 3)
        want(a->test, ami_cancel(reply->session, reply->id) == AMI_OK, "ami_cancel failed");
}

static void expect_cancelled(struct test *t, const struct answer *a, int items)
{
    expect(t, a->dones == 1, "DONE came %d times", a->dones);
    expect_status(t, "the end", a->status, AMI_E_CANCELLED);
    expect(t, !a->trouble, "%s", a->trouble);
    expect(t, !a->done, "DONE with a message");
    expect(t, a->items == items, "%d items instead of %d", a->items, items);
}

static void test_cancel(struct test *t)
{
    struct answer *a, *unsent, *flushed;

    hold_calls(t, 5);
    listen_to(t, "CoreShowChannel");
    a = new_answer(t);
    submitted(t, ami_send(t->session, on_reply_cancel, a, "CoreShowChannels", (char *)NULL));
    answered(t, a);
    expect_cancelled(t, a, 3);
    expect(t, a->sent, "cancelled in mid-list, and not sent");
    expect_ping(t);
    flushed = submit(t, ami_action_new("CoreShowChannels"));
    ami_conn_process(t->conn, 0);
    expect_status(t, "ami_cancel", ami_cancel(t->session, flushed->id), AMI_OK);
    expect_cancelled(t, flushed, 0);
    expect(t, flushed->sent, "flushed, and not sent");
    expect_ping(t);
    unsent = submit(t, ami_action_new("CoreShowChannels"));
    expect_status(t, "ami_cancel", ami_cancel(t->session, unsent->id), AMI_OK);
    expect_cancelled(t, unsent, 0);
    expect(t, !unsent->sent, "withdrawn, and sent");
    expect_status(t, "a second ami_cancel", ami_cancel(t->session, unsent->id), AMI_E_NOTFOUND);
    expect(t, channels_up(t) == 10, "another list than before");
    hang_up_all(t);
    put_entries(t);
    listen_to(t, "DBGetTree*");
    a = new_answer(t);
    submitted(
        t, ami_send(t->session, on_reply_cancel, a, "DBGetTree", "Family", "libami", (char *)NULL));
    answered(t, a);
    expect_cancelled(t, a, 3);
    expect_ping(t);
    expect(t, t->events.count == 0, "items of a cancelled list as events");
    forget(t);
}

/* Returns as soon as anything happens on the server, so that it may need another try. */
static struct answer *wait_in_vain(struct test *t)
{
    struct answer *a = NULL;

    for (int tries = 0; tries < 20 && (!a || a->status == AMI_OK); tries++) {
        ami_action *action = ami_action_new("WaitEvent");

        ami_action_add(action, "Timeout", "10");
        ami_action_timeout(action, 300);
        a = answered(t, submit(t, action));
    }
    return a;
}

static void test_timeout(struct test *t)
{
    struct answer *a = wait_in_vain(t);

    expect_status(t, "WaitEvent", a->status, AMI_E_TIMEOUT);
    expect(t, a->sent && !a->done, "a time-out with a message, or not sent");
    listen_to(t, NULL);
    for (int i = 0; i < 10; i++)
        expect_ping(t); /* the first ends the wait: its answer comes late */
    a = ASK(t, "CoreShowChannels");
    expect_list(t, a, "CoreShowChannel", "CoreShowChannelsComplete");
    expect_status(t, "connection", ami_conn_error(t->conn)->code, AMI_OK);
}

/* The server throws away what stands behind a Logoff. */
static void test_lost(struct test *t)
{
    struct answer *before = SEND(t, "Ping"), *logoff = SEND(t, "Logoff"), *behind = SEND(t, "Ping");

    answered(t, behind);
    expect_simple(t, before, AMI_OK);
    expect_simple(t, logoff, AMI_OK);
    expect_text(t, logoff->done, "Response", "Goodbye");
    expect_status(t, "behind Logoff", behind->status, AMI_E_LOST);
    expect(t, behind->sent && !behind->done, "LOST with a message, or not sent");
    expect_status(t, "ami_conn_error", ami_conn_error(t->conn)->code, AMI_E_EOF);
}

/* The server cuts off the user "slow" when a write has to wait for 100 ms. */
static void test_slow_reader(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    bool lost = true;
    int answers = 0;

    opts.username = "slow";
    open_conn(t, &opts);
    for (int i = 0; i < FLOOD; i++)
        SEND(t, "Command", "Command", "manager show commands");
    ami_conn_pause(t->conn, true);
    wait_ms(t, 1000);
    ami_conn_pause(t->conn, false);
    all_answered(t);
    expect(t, t->dones == FLOOD, "%d DONEs of %d", t->dones, FLOOD);
    for (const struct answer *a = t->answers; a; a = a->next) { /* the newest first */
        expect(t, a->status == AMI_OK || (a->status == AMI_E_LOST && lost), "%dth: %s", a->nth,
               ami_err_name(a->status));
        lost = lost && a->status == AMI_E_LOST;
        answers += a->status == AMI_OK;
    }
    printf("#   %d of %d answers came\n", answers, FLOOD);
    expect(t, answers > 0 && answers < FLOOD, "%d answers of %d", answers, FLOOD);
    expect(t, ami_conn_state(t->conn) == AMI_STATE_CLOSED, "not closed");
}

static void test_sync(struct test *t)
{
    ami_action *action = ami_action_new("DBGetTree");
    ami_list *list = NULL;
    ami_msg *reply = NULL;

    put_entries(t);
    expect_status(t, "Ping", ami_sync_send(t->conn, &reply, "Ping", (char *)NULL), AMI_OK);
    expect_text(t, reply, "Ping", "Pong");
    ami_msg_free(reply);
    expect_status(t, "nothing", ami_sync_send(t->conn, &reply, "NoSuchAction", (char *)NULL),
                  AMI_E_REFUSED);
    expect_text(t, reply, "Response", "Error");
    ami_msg_free(reply);
    ami_action_add(action, "Family", "libami");
    expect_status(t, "list", ami_sync_list(t->conn, action, &list), AMI_OK);
    expect(t, list && ami_list_count(list) == ENTRIES, "%zu items of %d",
           list ? ami_list_count(list) : 0, ENTRIES);
    expect_text(t, list ? ami_list_at(list, ENTRIES - 1) : NULL, "Val", "0499");
    expect_text(t, list ? ami_list_response(list) : NULL, "EventList", "start");
    expect_text(t, list ? ami_list_complete(list) : NULL, "Event", "DBGetTreeComplete");
    ami_list_free(list);
    ami_action_free(action);
    forget(t);
}

static void on_state(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    struct test *t = user;
    char *name = resized(NULL, 16);

    (void)conn;
    snprintf(name, 16, "%s", ami_conn_state_name(info->state));
    log_take(&t->states, name);
}

/* How many sessions of our user the server has, the raw one counted. */
static int sessions(struct test *t)
{
    size_t before = t->raw->replies.count;
    char user[128];
    int count = 0;

    raw_send(t, "Action: Command\r\nCommand: manager show connected\r\n\r\n");
    WAIT_FOR(t, t->raw->replies.count > before);
    snprintf(user, sizeof user, "\nOutput:   %s ", server.user);
    for (const char *at = t->raw->replies.at[before]; (at = strstr(at, user)); at++)
        count++;
    return count;
}

static void expect_sessions(struct test *t, int expected)
{
    int count = sessions(t);

    for (int tries = 0; tries < 100 && count != expected; tries++) {
        wait_ms(t, 50);
        count = sessions(t);
    }
    expect(t, count == expected, "%d sessions on the server instead of %d", count, expected);
}

static void expect_states(struct test *t, const char *expected)
{
    struct text seen = {0};

    text_add(&seen, "", 0);
    for (size_t i = 0; i < t->states.count; i++) {
        text_add(&seen, t->states.at[i], strlen(t->states.at[i]));
        text_add(&seen, " ", 1);
    }
    expect(t, strcmp(seen.data, expected) == 0, "the states were %s", seen.data);
    free(seen.data);
}

static void test_close(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct answer *a;

    opts.on_state = on_state;
    opts.user = t;
    raw_open(t);
    open_conn(t, &opts);
    listen_to(t, NULL);
    expect_sessions(t, 2);
    for (int i = 0; i < 20; i++)
        SEND(t, "Originate", "Channel", "Local/long@test", "Application", "Wait", "Data", "60",
             "Async", "true");
    SEND(t, "CoreShowChannels");
    ami_conn_close(t->conn);
    expect_status(t, "submit after close", ami_send(t->session, NULL, NULL, "Ping", (char *)NULL),
                  AMI_E_STATE);
    WAIT_FOR(t, ami_conn_state(t->conn) == AMI_STATE_CLOSED);
    for (a = t->answers; a; a = a->next)
        expect_end(t, a, AMI_OK); /* what was queued is still answered */
    expect_status(t, "ami_conn_error", ami_conn_error(t->conn)->code, AMI_E_CANCELLED);
    expect_status(t, "ami_conn_process", ami_conn_process(t->conn, 0), AMI_E_CANCELLED);
    expect(t, ami_conn_fd(t->conn) == -1, "a descriptor after the end");
    expect_states(t, "CONNECTING LOGIN READY CLOSING CLOSED ");
    expect_sessions(t, 1);
    raw_send(t, "Action: Hangup\r\nChannel: /^Local\\//\r\n\r\n");
    WAIT_FOR(t, log_has(&t->raw->events, "\nEventList: Complete\n"));
}

static void test_free(struct test *t)
{
    raw_open(t);
    expect_sessions(t, 2);
    for (int i = 0; i < 10; i++)
        SEND(t, "Ping");
    SEND(t, "CoreShowChannels");
    ami_conn_process(t->conn, 0);
    SEND(t, "Ping");
    ami_conn_free(t->conn);
    t->conn = NULL;
    for (const struct answer *a = t->answers; a; a = a->next) {
        expect(t, a->dones == 1, "DONE came %d times", a->dones);
        expect_status(t, "the end", a->status, AMI_E_CANCELLED);
        expect(t, a->sent == (a != t->answers), "sent is wrong");
    }
    expect_sessions(t, 1);
}

/* ---- All tests --------------------------------------------------------------------------- */

enum { ALONE, QUIET, LOUD }; /* without a connection; with one, events off; with events */

static const struct entry {
    const char *name;
    void (*fn)(struct test *t);
    int mode;
} entries[] = {
    {"the version of the server", test_version, LOUD},
    {"login with MD5", test_login_md5, ALONE},
    {"login with a plain secret", test_login_plain, ALONE},
    {"login with the wrong secret", test_wrong_secret, ALONE},
    {"login of an unknown user", test_unknown_user, ALONE},
    {"login while the user is logged in", test_in_use, ALONE},
    {"login of a user with few rights", test_permission, ALONE},
    {"login with an event mask", test_login_events, ALONE},
    {"simple answers", test_simple, LOUD},
    {"refused actions", test_refused, LOUD},
    {"lists with calls up", test_lists, LOUD},
    {"PJSIPShowEndpoints", test_endpoints, LOUD},
    {"lists refused at once", test_list_refused, LOUD},
    {"Hangup of /regex/ is a list", test_hangup_regex, LOUD},
    {"Command: the output is what a raw socket gets", test_command, LOUD},
    {"raw: IAXnetstats", test_raw_netstats, LOUD},
    {"raw: SKINNYshowdevice", test_raw_skinny, LOUD},
    {"IAXpeers: items without an ActionID", test_items_without_id, LOUD},
    {"SKINNYdevices: items without a blank line between them", test_glued_list, LOUD},
    {"Originate without Async", test_originate_sync, LOUD},
    {"FAXStats: an answer, then an event", test_deferred, LOUD},
    {"WaitEvent", test_wait_event, LOUD},
    {"UserEvent with our ActionID stays an event", test_user_event, LOUD},
    {"UserEvent of another user with our ActionID", test_forged_event, LOUD},
    {"database: DBPut, DBGet, DBGetTree", test_database, LOUD},
    {"database: values with line ends", test_database_lines, LOUD},
    {"database: 500 entries, and how they are counted", test_miscounted, LOUD},
    {"1,000 pings at once, in order", test_pings, LOUD},
    {"1,000 pings with lists and raw actions between them, in order", test_mixed, QUIET},
    {"200 calls, each with its outcome", test_calls, LOUD},
    {"fidelity: each event, field for field, also byte by byte", test_fidelity, LOUD},
    {"injection: nothing reaches the server", test_injection, LOUD},
    {"a line of 1,022 bytes", test_longest_line, LOUD},
    {"an action of 128 lines", test_most_lines, LOUD},
    {"long ActionIDs with every list", test_long_action_id, ALONE},
    {"a session over another transport, byte by byte", test_own_transport, ALONE},
    {"cancel", test_cancel, QUIET},
    {"time-out of an action, and the session goes on", test_timeout, QUIET},
    {"an action behind Logoff is lost", test_lost, LOUD},
    {"a reader that stops is cut off, each action ends once", test_slow_reader, ALONE},
    {"blocking calls", test_sync, LOUD},
    {"close while calls are up", test_close, ALONE},
    {"free with actions in flight", test_free, QUIET},
};

static void check_answers(struct test *t)
{
    for (const struct answer *a = t->answers; a; a = a->next) {
        want(t, a->dones == 1, "at the end an action had %d DONEs", a->dones);
        want(t, !a->trouble, "at the end: %s", a->trouble);
    }
}

static void tear_down(struct test *t)
{
    ami_conn_free(t->conn);
    if (!t->conn && t->own_step)
        ami_session_free(t->session);
    if (t->own_fd >= 0)
        close(t->own_fd);
    check_answers(t);
    while (t->answers) {
        struct answer *next = t->answers->next;
        free_answer(t->answers);
        t->answers = next;
    }
    raw_close(t->raw);
    log_free(&t->events);
    log_free(&t->states);
}

/* Runs a test to its end, or to the first expectation that fails. */
static void attempt(struct test *t, const struct entry *entry)
{
    struct ami_conn_opts opts = conn_opts();

    if (setjmp(t->end))
        return;
    opts.events = entry->mode == QUIET ? "off" : NULL;
    if (entry->mode != ALONE)
        open_conn(t, &opts);
    entry->fn(t);
}

static bool run(const struct entry *entry)
{
    struct test t = {.own_fd = -1};
    ami_time begin = ami_now();

    running = entry->name;
    attempt(&t, entry);
    tear_down(&t);
    passed += !t.failed && !t.why[0];
    failed += t.failed;
    skipped += !t.failed && t.why[0];
    if (t.failed)
        printf("not ok - %s: %s\n", entry->name, t.why);
    else
        printf("ok - %s%s%s (%lld ms)\n", entry->name, t.why[0] ? " # SKIP " : "", t.why,
               (long long)(ami_now() - begin));
    fflush(stdout);
    return !t.failed;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]))
            return true;
    return argc < 2;
}

static void on_deadline(int sig)
{
    static const char text[] = "not ok - the deadline of the whole program came during: ";

    (void)sig;
    if (write(STDOUT_FILENO, text, sizeof text - 1) > 0 &&
        write(STDOUT_FILENO, running, strlen(running)) > 0 && write(STDOUT_FILENO, "\n", 1) > 0)
        _exit(1);
    _exit(2);
}

static const char *from_env(const char *name)
{
    const char *value = getenv(name);

    if (!value || !*value) {
        fprintf(stderr, "asterisk_session: set AMI_HOST, AMI_PORT, AMI_USER and AMI_SECRET\n");
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    server.host = from_env("AMI_HOST");
    server.port = atoi(from_env("AMI_PORT"));
    server.user = from_env("AMI_USER");
    server.secret = from_env("AMI_SECRET");
    signal(SIGALRM, on_deadline);
    alarm(DEADLINE_S);
    if (run(&entries[0])) /* the version, which others want to know */
        for (size_t i = 1; i < ARRAY_LEN(entries); i++)
            if (is_wanted(entries[i].name, argc, argv))
                run(&entries[i]);
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed > 0;
}
