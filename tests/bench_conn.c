/* SPDX-License-Identifier: MIT */
#include "bench_conn.h"

#include <errno.h>
#include <fcntl.h>

enum { ROUNDS = 100000, RECVS_MAX = 200000 };

/* ---- The world outside ------------------------------------------------------------------- */

struct world world;

ami_time __wrap_ami_now(void);
ptrdiff_t __real_ami__net_recv(int fd, void *data, size_t len);
ptrdiff_t __wrap_ami__net_recv(int fd, void *data, size_t len);
ptrdiff_t __real_ami__net_send(int fd, const void *data, size_t len);
ptrdiff_t __wrap_ami__net_send(int fd, const void *data, size_t len);
int __real_ami__net_wait(int fd, int events, int bell, int timeout_ms);
int __wrap_ami__net_wait(int fd, int events, int bell, int timeout_ms);

ami_time __wrap_ami_now(void)
{
    return world.now;
}

ptrdiff_t __wrap_ami__net_recv(int fd, void *data, size_t len)
{
    size_t size = world.flood ? strlen(world.flood) : 0;

    if (world.piece && len > world.piece)
        len = world.piece;
    if (++world.recvs > RECVS_MAX)
        fail_msg("reads without end");
    if (!world.flood)
        return __real_ami__net_recv(fd, data, len);
    for (size_t i = 0; i < len; i++)
        ((char *)data)[i] = world.flood[world.flooded++ % size];
    return (ptrdiff_t)len;
}

ptrdiff_t __wrap_ami__net_send(int fd, const void *data, size_t len)
{
    if (world.send_room == 0)
        return -EAGAIN;
    if (world.piece && len > world.piece)
        len = world.piece;
    if (world.send_room > 0 && len > (size_t)world.send_room)
        len = (size_t)world.send_room;
    ptrdiff_t n = __real_ami__net_send(fd, data, len);
    if (n > 0) {
        world.sends++;
        if (world.send_room > 0)
            world.send_room -= n;
    }
    return n;
}

int __wrap_ami__net_wait(int fd, int events, int bell, int timeout_ms)
{
    world.waits++;
    world.waited_ms = timeout_ms;
    world.waited_for = events;
    if (world.interrupted) {
        world.interrupted = false;
        return -EINTR;
    }
    if (world.between)
        world.between();
    if (!world.idle)
        return __real_ami__net_wait(fd, events, bell, timeout_ms);
    for (;;) {
        int ready = __real_ami__net_wait(fd, events, bell, 0);
        if (ready != 0 || timeout_ms == 0)
            return ready;
        if (!world.idle(world.idle_user))
            break;
    }
    if (timeout_ms < 0)
        fail_msg("a wait without end");
    world.now += timeout_ms;
    return 0;
}

bool nothing_happens(void *user)
{
    (void)user;
    return false;
}

/* ---- The bench --------------------------------------------------------------------------- */

void bench_new(struct bench *b)
{
    assert_null(b->conn);
    assert_int_equal(ami_conn_new(&b->conn, &b->opts), AMI_OK);
    assert_non_null(b->conn);
}

void bench_free(struct bench *b)
{
    ami_conn *conn = b->conn;

    ami_conn_free(conn);
    b->conn = NULL;
    b->freed = true;
}

void note(struct bench *b, const char *format, ...)
{
    size_t start = b->log.len;
    va_list ap;

    va_start(ap, format);
    text_vaddf(&b->log, format, ap);
    va_end(ap);
    if (b->freed)
        fail_msg("called after free: %s", b->log.data + start);
    text_add(&b->log, "\n");
    if (b->deed && strncmp(b->log.data + start, b->when, strlen(b->when)) == 0) {
        void (*deed)(struct bench *) = b->deed;
        b->deed = NULL;
        deed(b);
    }
}

void assert_log(struct bench *b, const char *expected)
{
    text_expect(&b->log, expected);
}

bool was_logged(const struct bench *b, const char *part)
{
    return strstr(text_str(&b->log), part) != NULL;
}

/* ---- Callbacks --------------------------------------------------------------------------- */

static void note_return(struct bench *b, const struct ami_state_info *info)
{
    assert_int_equal(info->state, AMI_STATE_READY);
    note(b, "state READY from %s, gap %lld%s%s", ami_conn_state_name(info->previous),
         (long long)info->gap_ms, info->error ? ": " : "", info->error ? info->error->text : "");
}

void log_state(ami_conn *conn, const struct ami_state_info *info, void *bench)
{
    struct bench *b = bench;
    bool with_reason = info->state == AMI_STATE_CLOSED || info->state == AMI_STATE_BACKOFF;

    b->seen = conn;
    assert_int_equal(info->size, sizeof *info);
    assert_int_equal(ami_conn_state(conn), info->state);
    if (info->returned) {
        note_return(b, info);
        return;
    }
    assert_int_equal(info->error != NULL, with_reason);
    assert_int_equal(info->gap_ms, 0);
    if (!with_reason) {
        note(b, "state %s from %s", ami_conn_state_name(info->state),
             ami_conn_state_name(info->previous));
        return;
    }
    assert_int_equal(info->error->code, ami_conn_error(conn)->code);
    assert_true(info->error->text[0] != '\0');
    note(b, "state %s from %s: %s", ami_conn_state_name(info->state),
         ami_conn_state_name(info->previous), ami_err_name(info->error->code));
}

void log_reply(const struct ami_reply *reply, void *label)
{
    struct label *l = label;
    struct bench *b = l->bench;

    assert_int_equal(reply->size, sizeof *reply);
    if (l->id)
        assert_int_equal(reply->id, l->id);
    note(b, "%s %s %s %s %s", l->name, step_name(reply->step), ami_err_name(reply->status),
         reply->sent ? "sent" : "unsent",
         b->conn ? ami_conn_state_name(ami_conn_state(b->conn)) : "?");
}

void log_event(const struct ami_event *event, void *bench)
{
    assert_int_equal(event->size, sizeof *event);
    note(bench, "event %s", ami_msg_name(event->msg));
}

const char *interest(const ami_conn *conn)
{
    static char text[64];
    int fd = ami_conn_fd(conn), events = ami_conn_events(conn);
    ami_time deadline = ami_conn_deadline(conn);
    char when[32];

    assert_int_equal(events & ~(AMI_READ | AMI_WRITE), 0);
    if (deadline == AMI_NEVER)
        snprintf(when, sizeof when, "never");
    else if (deadline <= world.now)
        snprintf(when, sizeof when, "now");
    else
        snprintf(when, sizeof when, "+%lld", (long long)(deadline - CLOCK_START));
    snprintf(text, sizeof text, "%s %s%s%s %s", fd >= 0 ? "fd" : "-", events & AMI_READ ? "R" : "",
             events & AMI_WRITE ? "W" : "", events ? "" : "-", when);
    return text;
}

static void on_notify(ami_conn *conn, void *bench)
{
    struct bench *b = bench;
    int fd = ami_conn_fd(conn);

    assert_false(b->watching);
    b->watching = true;
    if (b->watched_fd >= 0 && fd != b->watched_fd)
        assert_true(fcntl(b->watched_fd, F_GETFD) >= 0);
    const char *now = interest(conn);
    if (fd == b->watched_fd && strcmp(now, b->watched) == 0)
        fail_msg("told twice: %s", now);
    b->watched_fd = fd;
    snprintf(b->watched, sizeof b->watched, "%s", now);
    note(b, "notify %s", now);
    b->watching = false;
}

void log_drop(void *bench)
{
    note(bench, "drop");
}

void watch(struct bench *b)
{
    ami_conn_set_notify(b->conn, on_notify, b, log_drop);
    b->watched_fd = ami_conn_fd(b->conn);
    snprintf(b->watched, sizeof b->watched, "%s", interest(b->conn));
}

/* ---- Using the connection ---------------------------------------------------------------- */

struct label *new_label(struct bench *b, const char *name)
{
    struct label *l = &b->labels[b->label_count++];

    assert_true(b->label_count <= LABELS);
    *l = (struct label){.bench = b};
    snprintf(l->name, sizeof l->name, "%s", name);
    return l;
}

ami_id submit_action(struct bench *b, const char *label, ami_action *action)
{
    struct label *l = new_label(b, label);
    size_t logged = b->log.len;

    assert_non_null(action);
    assert_int_equal(ami_submit(ami_conn_session(b->conn), action, log_reply, l, &l->id), AMI_OK);
    ami_action_free(action);
    assert_true(l->id != 0);
    assert_true(b->log.len == logged || was_logged(b, "notify"));
    return l->id;
}

ami_id submit(struct bench *b, const char *label, const char *action)
{
    return submit_action(b, label, ami_action_new(action));
}

ami_action *action_within(const char *name, int ms)
{
    ami_action *action = ami_action_new(name);

    assert_int_equal(ami_action_timeout(action, ms), AMI_OK);
    return action;
}

int try_submit(struct bench *b, const char *label, const char *action)
{
    return ami_send(ami_conn_session(b->conn), log_reply, new_label(b, label), action,
                    (char *)NULL);
}

ami_id on_events(struct bench *b, const char *pattern)
{
    ami_id id = 0;

    assert_int_equal(ami_on(ami_conn_session(b->conn), pattern, log_event, b, &id), AMI_OK);
    assert_true(id != 0);
    return id;
}

void free_it(struct bench *b)
{
    bench_free(b);
}

void close_it(struct bench *b)
{
    ami_conn_close(b->conn);
}

int settle(struct bench *b)
{
    int rc = 0;

    for (int quiet = 0, rounds = 0; quiet < 2; rounds++) {
        unsigned moves = world.recvs + world.sends;
        assert_true(rounds < ROUNDS);
        rc = ami_conn_wait(b->conn, 0);
        if (rc < 0)
            break;
        quiet = rc || world.recvs + world.sends != moves ? 0 : quiet + 1;
    }
    return rc;
}
