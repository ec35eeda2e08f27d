/* SPDX-License-Identifier: MIT */
/*
 * Random lives of a connection: a server that answers, refuses, stays silent, hangs up and breaks,
 * a program that submits, cancels, pauses, closes and frees, in callbacks too, and a network in
 * memory that takes and gives any number of bytes. Whatever happens, each action ends once and
 * truly, nothing is sent twice or before the login, and the loop never spins.
 *
 * SEED=1 LIVES=100000 build/tests/test_lives goes through more of them. A failure names its seed.
 */
#include <errno.h>
#include <unistd.h>

#include "../libami/net.h"
#include "support.h"

enum {
    LIVES = 600,
    STEPS = 200,
    ACTIONS = 200,
    TEST_SECONDS = 600,
    CLOCK_START = 1000000,
    SPIN_MAX = 300
};

/* ---- One life ---------------------------------------------------------------------------- */

/* What is known of an action. */
struct deed {
    ami_id id;
    bool accepted, done;
    unsigned started, ok, refused; /* its first byte left; what the server said */
    int status;
};

/* The server's end of the connection under way. */
struct server {
    bool open, eof, reset, silent, logged_in;
    struct text in, out;     /* accepted by the network; said by the server */
    size_t parsed, answered; /* of in: whole actions; of them those that were answered */
    size_t arrived, given;   /* of out: what may be received, what was */
    size_t started;          /* where the last action begins that is known to have begun; + 1 */
    ami_time blocked_until;
    char mask[16];
};

static struct {
    uint32_t random;
    ami_time now;
    struct test_alloc alloc;
    ami_conn *conn;
    struct deed deeds[ACTIONS];
    int deed_count;
    struct server server;
    int fd, fds_open;
    ptrdiff_t room; /* what the network takes now */
    bool calm, freed;
    unsigned depth, seed, trouble; /* percent */
    bool notifying;
    struct {
        int fd, events;
        ami_time deadline;
    } told;
    struct text ids; /* of all actions that came */
    char mask[16];   /* the last one that the program knows to be accepted */
    bool replay_was_refused;
    ami_id handler;
    unsigned ends[-AMI_E_SHUTDOWN + 1]; /* by status, without its sign */
    unsigned long readies, oks, losts, breaks;
} life;

static void die(const char *what)
{
    fail_msg("seed %u: %s", life.seed, what);
}

static unsigned below(unsigned n)
{
    return next_random(&life.random) % n;
}

static bool chance(unsigned percent)
{
    return !life.calm && below(100) < percent;
}

/* ---- The server -------------------------------------------------------------------------- */

static void header(const char *text, size_t len, const char *name, char *value, size_t size)
{
    const char *at = text;
    size_t name_len = strlen(name);

    value[0] = '\0';
    while (at && at < text + len && strncmp(at, name, name_len) != 0) {
        at = memchr(at, '\n', len - (size_t)(at - text));
        at += at != NULL;
    }
    if (at && at < text + len)
        snprintf(value, size, "%.*s", (int)strcspn(at + name_len, "\r"), at + name_len);
}

/* The action of the program, or NULL when it is libami's own, such as a mask asked for again. */
static struct deed *deed_of(const char *text, size_t len)
{
    char tag[16], id[80];

    header(text, len, "Tag: ", tag, sizeof tag);
    header(text, len, "ActionID: ", id, sizeof id);
    struct deed *d = tag[0] ? &life.deeds[atoi(tag)] : NULL;
    return d && strtoull(strchr(id, '.') + 1, NULL, 10) == d->id ? d : NULL;
}

static void say(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_vaddf(&life.server.out, format, ap);
    va_end(ap);
}

static void end_stream(bool reset)
{
    life.server.eof = true;
    life.server.reset = reset;
    life.breaks++;
}

static void answer_login(const char *id)
{
    if (chance(1))
        say("Response: Error\r\nActionID: %s\r\nMessage: Authentication failed\r\n\r\n", id);
    else if (chance(5))
        say("Response: Error\r\nActionID: %s\r\nMessage: Busy\r\n\r\n", id);
    else {
        life.server.logged_in = true;
        say("Response: Success\r\nActionID: %s\r\n\r\n", id);
    }
}

static void answer_user(const char *name, const char *id, const char *text, size_t len)
{
    struct deed *d = deed_of(text, len);

    if (strcmp(name, "Silent") == 0)
        return;
    if (strcmp(name, "Refuse") == 0 || chance(5)) {
        if (d)
            d->refused++;
        else
            life.replay_was_refused = true;
        say("Response: Error\r\nActionID: %s\r\nMessage: No\r\n\r\n", id);
        return;
    }
    if (d)
        d->ok++;
    if (strcmp(name, "Events") == 0)
        header(text, len, "EventMask: ", life.server.mask, sizeof life.server.mask);
    if (strcmp(name, "List") == 0)
        say("Response: Success\r\nActionID: %s\r\nEventList: start\r\n\r\nEvent: Item\r\nActionID: "
            "%s\r\n\r\nEvent: ItemComplete\r\nActionID: %s\r\nEventList: Complete\r\nListItems: "
            "1\r\n\r\n",
            id, id, id);
    else
        say("Response: Success\r\nActionID: %s\r\n\r\n", id);
}

static void serve_one(const char *text, size_t len)
{
    struct server *s = &life.server;
    char name[32], id[80];

    header(text, len, "Action: ", name, sizeof name);
    header(text, len, "ActionID: ", id, sizeof id);
    if (strcmp(name, "Challenge") == 0)
        say("Response: Success\r\nActionID: %s\r\nChallenge: 1\r\n\r\n", id);
    else if (strcmp(name, "Login") == 0)
        answer_login(id);
    else if (strcmp(name, "Ping") == 0)
        say("Response: Success\r\nActionID: %s\r\nPing: Pong\r\n\r\n", id);
    else if (strcmp(name, "Logoff") == 0)
        s->eof = true;
    else {
        if (strcmp(name, "Originate") == 0)
            s->blocked_until = life.now + (chance(50) ? below(60000) : 0);
        answer_user(name, id, text, len);
    }
}

/* Answers what came, one action or all; says something by itself; ends. */
static void serve(bool all)
{
    struct server *s = &life.server;

    if (!s->open || s->eof)
        return;
    while (s->answered < s->parsed && !s->eof && !s->silent && s->blocked_until <= life.now) {
        const char *text = s->in.data + s->answered;
        size_t len = (size_t)(strstr(text, "\r\n\r\n") - text) + 4;
        s->answered += len;
        serve_one(text, len);
        if (!all)
            break;
    }
    if (s->logged_in && chance(10))
        say("Event: Hangup\r\nCause: 16\r\n\r\n");
    if (chance(life.trouble) && chance(20))
        s->silent = true;
    if (chance(life.trouble) && chance(50))
        end_stream(chance(50));
}

static void arrive(bool all)
{
    struct server *s = &life.server;
    size_t left = s->out.len - s->arrived;

    s->arrived += all || !left ? left : below((unsigned)left + 1);
}

/* An action began: the network took its first byte. */
static void note_start(const char *text, size_t len)
{
    struct deed *d = deed_of(text, len);
    char id[80], line[84], name[32];

    header(text, len, "ActionID: ", id, sizeof id);
    header(text, len, "Action: ", name, sizeof name);
    snprintf(line, sizeof line, "<%s>", id);
    if (strstr(text_str(&life.ids), line))
        die("sent twice");
    text_add(&life.ids, line);
    if (strcmp(name, "Challenge") != 0 && strcmp(name, "Login") != 0 && !life.server.logged_in)
        die("sent before the login");
    if (d) {
        d->started++;
        if (!d->accepted || d->done || d->started > 1)
            die("an action that ended is sent");
    }
}

/* Looks for actions in what was sent and what still waits behind it. */
static void look_for_actions(const char *rest, size_t rest_len)
{
    struct server *s = &life.server;
    struct text all = {0};
    size_t at = 0;

    text_add_bytes(&all, s->in.data + s->parsed, s->in.len - s->parsed);
    text_add_bytes(&all, rest, rest_len);
    while (s->parsed < s->in.len) {
        const char *end = strstr(text_str(&all) + at, "\r\n\r\n");
        if (!end)
            die("no whole action");
        size_t len = (size_t)(end - (all.data + at)) + 4;
        if (s->started != s->parsed + 1)
            note_start(all.data + at, len);
        s->started = s->parsed + 1;
        if (s->parsed + len > s->in.len)
            break;
        s->parsed += len;
        at += len;
    }
    text_free(&all);
}

/* ---- The network (-Wl,--wrap) ------------------------------------------------------------- */

ami_time __wrap_ami_now(void);
unsigned __wrap_ami__random_below(unsigned n);
int __wrap_ami__net_connect(const struct ami__address *address, int *fd);
int __wrap_ami__net_connected(int fd);
ptrdiff_t __wrap_ami__net_recv(int fd, void *data, size_t len);
ptrdiff_t __wrap_ami__net_send(int fd, const void *data, size_t len);
void __wrap_ami__net_close(int fd);

unsigned __wrap_ami__random_below(unsigned n)
{
    return below(n);
}

ami_time __wrap_ami_now(void)
{
    return life.now;
}

int __wrap_ami__net_connect(const struct ami__address *address, int *fd)
{
    (void)address;
    if (chance(10))
        return -ECONNREFUSED;
    if (life.fds_open)
        die("two descriptors");
    text_free(&life.server.in);
    text_free(&life.server.out);
    life.server = (struct server){.open = true};
    if (!chance(3))
        text_add(&life.server.out, chance(3) ? "HTTP/1.1 400\r\n" : BANNER);
    life.fds_open++;
    *fd = ++life.fd;
    return (int)below(2);
}

int __wrap_ami__net_connected(int fd)
{
    (void)fd;
    return chance(10) ? -ETIMEDOUT : 1;
}

static void check_fd(int fd)
{
    if (fd != life.fd || !life.fds_open)
        die("a descriptor that is closed");
}

ptrdiff_t __wrap_ami__net_recv(int fd, void *data, size_t len)
{
    struct server *s = &life.server;
    size_t n = s->arrived - s->given;

    check_fd(fd);
    if (n > 0 && chance(50))
        n = 1 + below((unsigned)n);
    if (n > len)
        n = len;
    if (n == 0)
        return !s->eof || s->arrived < s->out.len ? -EAGAIN : s->reset ? -ECONNRESET : 0;
    memcpy(data, s->out.data + s->given, n);
    s->given += n;
    return (ptrdiff_t)n;
}

ptrdiff_t __wrap_ami__net_send(int fd, const void *data, size_t len)
{
    size_t n = len;

    check_fd(fd);
    if (life.server.eof && chance(50))
        return -EPIPE;
    if (life.room >= 0 && n > (size_t)life.room)
        n = (size_t)life.room;
    if (n == 0)
        return -EAGAIN;
    if (life.room > 0)
        life.room -= (ptrdiff_t)n;
    text_add_bytes(&life.server.in, data, n);
    look_for_actions((const char *)data + n, len - n);
    return (ptrdiff_t)n;
}

void __wrap_ami__net_close(int fd)
{
    check_fd(fd);
    if (life.told.fd == fd && life.conn)
        die("closed before the loop forgot it");
    life.fds_open--;
    life.server.open = false;
}

/* ---- The program ------------------------------------------------------------------------- */

static void do_something(unsigned percent);

static void check_end(const struct deed *d, const struct ami_reply *reply)
{
    switch (reply->status) {
    case AMI_OK:
        life.oks++;
        if (!d->ok)
            die("OK without an answer");
        break;
    case AMI_E_REFUSED:
        if (!d->refused)
            die("REFUSED without an answer");
        break;
    case AMI_E_NOT_SENT:
        if (d->started || reply->sent)
            die("NOT_SENT, but it was");
        break;
    case AMI_E_LOST:
        life.losts++; /* fall through */
    case AMI_E_TIMEOUT:
        if (!d->started || !reply->sent)
            die("LOST or TIMEOUT, but not sent");
        break;
    case AMI_E_CANCELLED:
        if (!d->started != !reply->sent)
            die("CANCELLED, sent wrong");
        break;
    default:
        die("another status");
    }
}

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct deed *d = user;

    if (life.freed)
        die("called after free");
    if (d->done || !d->accepted)
        die("a step of what is not in flight");
    if (reply->step == AMI_STEP_DONE) {
        d->done = true;
        d->status = reply->status;
        life.ends[-reply->status]++;
        check_end(d, reply);
    }
    life.depth++;
    do_something(10);
    life.depth--;
}

/* The same, of an Events action. */
static void on_mask(const struct ami_reply *reply, void *user)
{
    const struct deed *d = user;

    if (reply->step == AMI_STEP_DONE && reply->status == AMI_OK)
        snprintf(life.mask, sizeof life.mask, "%d", (int)(d - life.deeds));
    on_reply(reply, user);
}

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
    if (life.freed)
        die("called after free");
    life.depth++;
    do_something(5);
    life.depth--;
}

static void on_state(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    (void)user;
    if (life.freed)
        die("called after free");
    assert_int_equal(ami_conn_state(conn), info->state);
    if (info->state == AMI_STATE_READY) {
        life.readies++;
        if (life.replay_was_refused != (info->error != NULL))
            die("the replay was refused, or not");
        if (!info->error && strcmp(life.server.mask, life.mask) != 0)
            die("another mask than the last accepted");
        if (info->error)
            snprintf(life.mask, sizeof life.mask, "%s", life.server.mask);
    }
    if (info->state == AMI_STATE_BACKOFF || info->state == AMI_STATE_CLOSED) {
        if (ami_conn_fd(conn) >= 0 || !info->error)
            die("an end without a reason");
    }
    life.depth++;
    do_something(10);
    life.depth--;
    life.replay_was_refused = false;
}

static void on_notify(ami_conn *conn, void *user)
{
    (void)user;
    if (life.notifying || life.freed)
        die("notified when it must not be");
    life.notifying = true;
    if (life.told.fd == ami_conn_fd(conn) && life.told.events == ami_conn_events(conn) &&
        life.told.deadline == ami_conn_deadline(conn))
        die("told twice");
    life.told.fd = ami_conn_fd(conn);
    life.told.events = ami_conn_events(conn);
    life.told.deadline = ami_conn_deadline(conn);
    life.notifying = false;
}

static void submit(void)
{
    static const char *const names[] = {"Do",   "Do",        "Refuse", "Silent",
                                        "List", "Originate", "Events"};
    const char *name = names[below(ARRAY_LEN(names))];
    struct deed *d = &life.deeds[life.deed_count];
    char tag[16];

    if (life.deed_count == ACTIONS)
        return;
    snprintf(tag, sizeof tag, "%d", life.deed_count++);
    ami_action *a = ami_action_new(name);
    ami_action_add(a, "Tag", tag);
    bool mask = strcmp(name, "Events") == 0;
    if (mask)
        ami_action_add(a, "EventMask", tag);
    if (chance(70))
        ami_action_timeout(a, (int)below(30000) + 1);
    d->accepted = true; /* a callback of another action may come first */
    d->accepted =
        ami_submit(ami_conn_session(life.conn), a, mask ? on_mask : on_reply, d, &d->id) == AMI_OK;
    ami_action_free(a);
}

static void check_all_done(void)
{
    for (int i = 0; i < life.deed_count; i++) {
        if (life.deeds[i].accepted && !life.deeds[i].done)
            die("an action that never ends");
    }
}

static void free_it(void)
{
    ami_conn *conn = life.conn;

    ami_conn_free(conn);
    life.freed = true;
    life.conn = NULL;
    check_all_done();
}

static void cancel(void)
{
    struct deed *d = life.deed_count ? &life.deeds[below((unsigned)life.deed_count)] : NULL;

    if (!d || !d->accepted)
        return;
    bool open = !d->done && d->id;
    int err = ami_cancel(ami_conn_session(life.conn), d->id);
    if (life.freed || !open)
        return;
    if (err != AMI_OK || d->status != AMI_E_CANCELLED)
        die("cancel");
}

static void do_something(unsigned percent)
{
    if (!chance(percent) || !life.conn)
        return;
    switch (below(14)) {
    case 0:
        if (chance(life.trouble))
            ami_conn_close(life.conn);
        break;
    case 1:
        if (chance(life.trouble))
            free_it();
        break;
    case 2:
        ami_conn_pause(life.conn, true);
        break;
    case 3:
    case 4:
        ami_conn_pause(life.conn, false);
        break;
    case 5:
    case 6:
        cancel();
        break;
    case 7:
        if (ami_off(ami_conn_session(life.conn), life.handler) == AMI_OK)
            ami_on(ami_conn_session(life.conn), NULL, on_event, NULL, &life.handler);
        break;
    case 8:
        if (life.depth && ami_conn_process(life.conn, AMI_READ) != AMI_E_REENTRANT)
            die("not reentrant");
        break;
    default:
        submit();
    }
}

/* ---- The loop ---------------------------------------------------------------------------- */

static int readiness(void)
{
    const struct server *s = &life.server;
    int ready = 0;

    if (s->arrived > s->given || (s->eof && s->arrived == s->out.len))
        ready |= AMI_READ;
    if (life.room != 0 || s->eof)
        ready |= AMI_WRITE;
    return ready & ami_conn_events(life.conn);
}

static void check_told(void)
{
    if (life.conn &&
        (life.told.fd != ami_conn_fd(life.conn) || life.told.events != ami_conn_events(life.conn) ||
         life.told.deadline != ami_conn_deadline(life.conn)))
        die("not told");
}

static bool is_over(void)
{
    return !life.conn || ami_conn_state(life.conn) == AMI_STATE_CLOSED;
}

/* As a loop does: when there is something to do, until there is nothing. */
static void run(void)
{
    for (int i = 0; !is_over(); i++) {
        bool due = ami_conn_deadline(life.conn) <= life.now;
        int ready = readiness();
        if (!due && !ready && !chance(5))
            break;
        if (i > SPIN_MAX)
            die("spins");
        int rc = ami_conn_process(life.conn, ready);
        if (!life.conn && rc != AMI_E_CANCELLED)
            die("freed, but not said");
        check_told();
        if (life.calm) {
            serve(true);
            arrive(true);
        }
    }
}

static void step(void)
{
    if (chance(20))
        life.room = chance(50) ? -1 : (ptrdiff_t)below(120);
    serve(chance(20));
    arrive(chance(40));
    do_something(40);
    check_told();
    if (life.conn && chance(30)) {
        ami_time deadline = ami_conn_deadline(life.conn);
        if (deadline != AMI_NEVER && deadline > life.now && chance(50))
            life.now = deadline;
        else
            life.now += below(3000);
    }
    run();
}

static void check_stats(void)
{
    const struct ami_stats *stats = ami_conn_stats(life.conn);

    if (stats->ok != life.ends[AMI_OK] || stats->refused != life.ends[-AMI_E_REFUSED] ||
        stats->timeout != life.ends[-AMI_E_TIMEOUT] || stats->lost != life.ends[-AMI_E_LOST] ||
        stats->cancelled != life.ends[-AMI_E_CANCELLED] ||
        stats->not_sent != life.ends[-AMI_E_NOT_SENT] || stats->limit != 0)
        die("outcomes are counted wrong");
}

/* The server is well again, and the program waits: it is READY, and all has ended. */
static void calm_down(void)
{
    life.calm = true;
    life.room = -1;
    life.server.silent = false;
    life.server.blocked_until = 0;
    if (!life.conn)
        return;
    ami_conn_pause(life.conn, false);
    check_told();
    for (int i = 0; i < 60 && !is_over(); i++) {
        serve(true);
        arrive(true);
        run();
        life.now += 2000;
    }
    if (life.conn)
        check_all_done();
    if (!is_over() && ami_conn_state(life.conn) != AMI_STATE_READY)
        die("does not come back");
}

static void live(unsigned seed)
{
    struct ami_conn_opts o = AMI_CONN_OPTS_INIT;
    unsigned long readies = life.readies, oks = life.oks, losts = life.losts, breaks = life.breaks;

    memset(&life, 0, sizeof life);
    life.readies = readies, life.oks = oks, life.losts = losts, life.breaks = breaks;
    life.seed = seed;
    life.random = seed * 2654435761u | 1;
    for (int i = 0; i < 8; i++)
        below(2);
    life.now = CLOCK_START;
    life.trouble = below(6);
    life.room = -1;
    life.fd = 1000;
    life.told.fd = -1;
    life.told.deadline = AMI_NEVER;
    test_alloc_init(&life.alloc, 0);
    o.allocator = &life.alloc.allocator;
    o.host = chance(50) ? "127.0.0.1" : "localhost";
    o.username = o.secret = "u";
    o.auth = chance(50) ? AMI_AUTH_MD5 : AMI_AUTH_PLAIN;
    o.reconnect_min_ms = chance(80) ? 1 + (int)below(5000) : 0;
    o.keepalive_ms = chance(80) ? 1 + (int)below(20000) : -1;
    o.pong_timeout_ms = 1 + (int)below(5000);
    o.action_timeout_ms = 20000;
    o.on_state = on_state;
    assert_int_equal(ami_conn_new(&life.conn, &o), AMI_OK);
    ami_conn_set_notify(life.conn, on_notify, NULL, NULL);
    ami_on(ami_conn_session(life.conn), NULL, on_event, NULL, &life.handler);
    if (chance(30))
        submit();
    int rc = ami_conn_start(life.conn);
    if (rc != (life.conn ? AMI_OK : AMI_E_CANCELLED))
        die("start");
    for (int i = 0; i < STEPS && !is_over(); i++)
        step();
    calm_down();
    if (life.conn) {
        check_stats();
        free_it();
    }
    if (life.fds_open || life.alloc.live)
        die("leaks");
    text_free(&life.server.in);
    text_free(&life.server.out);
    text_free(&life.ids);
}

static void test_lives(void **state)
{
    const char *first = getenv("SEED"), *lives = getenv("LIVES");
    unsigned seed = first ? (unsigned)atoi(first) : 1;

    (void)state;
    for (int n = lives ? atoi(lives) : LIVES; n > 0; n--)
        live(seed++);
    printf("%lu times READY, %lu OK, %lu LOST, %lu breaks\n", life.readies, life.oks, life.losts,
           life.breaks);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives)};

    alarm(getenv("LIVES") ? 3600 : TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
