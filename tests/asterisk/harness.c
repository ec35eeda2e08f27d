/* SPDX-License-Identifier: MIT */
/* See harness.h. */
#include "harness.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers.h"
#include "outage.h"
#include "raw.h"
#include "transport.h"

enum { DEADLINE_S = 480 }; /* for the whole program */

struct server server;

static const char *running = "the start";
static int passed, failed, skipped;

/* ---- What a test expects ----------------------------------------------------------------- */

static void note(struct test *t, const char *format, va_list args)
{
    if (!t->failed)
        vsnprintf(t->why, sizeof t->why, format, args);
    t->failed = true;
}

void want(struct test *t, bool ok, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (!ok)
        note(t, format, args);
    va_end(args);
}

void expect(struct test *t, bool ok, const char *format, ...)
{
    va_list args;

    if (ok)
        return;
    va_start(args, format);
    note(t, format, args);
    va_end(args);
    longjmp(t->end, 1);
}

void skip(struct test *t, const char *why)
{
    if (!t->failed)
        snprintf(t->why, sizeof t->why, "%s", why);
}

void expect_status(struct test *t, const char *what, int status, int expected)
{
    expect(t, status == expected, "%s: %s instead of %s", what, ami_err_name(status),
           ami_err_name(expected));
}

const char *value_of(const ami_msg *msg, const char *name)
{
    const char *value = msg ? ami_msg_get(msg, name) : NULL;

    return value ? value : "(missing)";
}

void expect_text(struct test *t, const ami_msg *msg, const char *name, const char *expected)
{
    const char *value = value_of(msg, name);

    expect(t, strcmp(value, expected) == 0, "%s is \"%.150s\", not \"%.150s\"", name, value,
           expected);
}

/* ---- Going on ---------------------------------------------------------------------------- */

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

bool pump(struct test *t, ami_time end)
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

void wait_ms(struct test *t, int ms)
{
    ami_time end = ami_now() + ms;

    while (pump(t, end)) {
    }
}

/* ---- The connection ---------------------------------------------------------------------- */

struct ami_conn_opts conn_opts(void)
{
    struct ami_conn_opts opts = AMI_CONN_OPTS_INIT;

    opts.host = server.host;
    opts.port = server.port;
    opts.username = server.user;
    opts.secret = server.secret;
    return opts;
}

void open_conn(struct test *t, const struct ami_conn_opts *opts)
{
    struct ami_error error;
    int err = ami_sync_connect(&t->conn, opts, &error);

    expect(t, err == AMI_OK, "connect: %s", error.text);
    t->session = ami_conn_session(t->conn);
}

/* ---- Running ----------------------------------------------------------------------------- */

static void tear_down(struct test *t)
{
    end_outage();
    ami_conn_free(t->conn);
    if (!t->conn && t->own_step)
        ami_session_free(t->session);
    if (t->own_fd >= 0)
        close(t->own_fd);
    drop_answers(t);
    raw_close(t->raw);
    if (t->relay.pid > 0)
        relay_end(&t->relay);
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

bool run(const struct entry *entry)
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
        fprintf(stderr, "asterisk_session: %s is not set\n", name);
        exit(2);
    }
    return value;
}

void set_up(void)
{
    server.host = from_env("AMI_HOST");
    server.port = atoi(from_env("AMI_PORT"));
    server.user = from_env("AMI_USER");
    server.secret = from_env("AMI_SECRET");
    server.tls_ca = getenv("AMI_TLS_CA");
    server.tls_port = server.tls_ca ? atoi(from_env("AMI_TLS_PORT")) : 0;
    signal(SIGALRM, on_deadline);
    alarm(DEADLINE_S);
}

bool totals(void)
{
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed == 0;
}
