/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "action.h"
#include "conn_alive.h"
#include "conn_connect.h"
#include "conn_core.h"
#include "conn_end.h"
#include "conn_stream.h"
#include "error.h"
#include "limits.h"
#include "login.h"
#include "mailbox.h"
#include "opts.h"
#include "submit.h"
#include "tls.h"

enum {
    PORT = 5038,
    TLS_PORT = 5039,
    CONNECT_TIMEOUT_MS = 10000,
    LOGIN_TIMEOUT_MS = 10000,
    KEEPALIVE_MS = 30000,
    PONG_TIMEOUT_MS = 10000,
    RECONNECT_MAX_MS = 60000,
    CLOSE_TIMEOUT_MS = 2000
};

/* ---- Life -------------------------------------------------------------------------------- */

/* What is wrong with those for the session. */
static const char *invalid_limits(const struct ami_conn_opts *o)
{
    struct ami_limits limits;

    if (o->line_max < 0 || o->line_max > AMI_ACTION_LINE_MAX)
        return "line_max is not one of 1 to 1022";
    if (o->lines_max < 0 || o->lines_max > AMI_ACTION_LINES_MAX)
        return "lines_max is not one of 1 to 128";
    if (ami__limits(&limits, o->limits) < 0)
        return "the size of the limits is unknown";
    return NULL;
}

/* What is wrong with the options, in words, or NULL. */
static const char *what_is_invalid(const struct ami_conn_opts *o)
{
    const char *login = ami__login_invalid(o->username, o->secret, o->auth, o->events);

    if (login)
        return login;
    if (o->host && !o->host[0])
        return "the host is empty";
    if (o->host && o->host[0] == '.')
        return "the host begins with a dot";
    if (o->port < 0 || o->port > 65535)
        return "the port is not one of 1 to 65535";
    if (o->connect_timeout_ms < -1 || o->login_timeout_ms < -1 || o->action_timeout_ms < -1 ||
        o->keepalive_ms < -1 || o->reconnect_min_ms < -1 || o->reconnect_max_ms < -1)
        return "a time is negative and not -1";
    if (o->pong_timeout_ms < 0)
        return "the time for a pong is negative";
    if (o->reconnect_max_ms > 0 && o->reconnect_max_ms < o->reconnect_min_ms)
        return "reconnect_max_ms is less than reconnect_min_ms";
    if (o->refuse_plaintext && o->auth == AMI_AUTH_PLAIN && !o->tls)
        return "a plain login without TLS, which refuse_plaintext forbids";
    return invalid_limits(o);
}

int ami_conn_check(const struct ami_conn_opts *opts, struct ami_error *error)
{
    struct ami_conn_opts o;
    struct ami_error why = {0};
    const char *words = "the size of the options is unknown";

    if (opts && ami__opts_copy(&o, sizeof o, opts) == AMI_OK)
        words = what_is_invalid(&o);
    if (words)
        ami__error_set(&why, AMI_E_INVAL, 0, "%s", words);
    if (error)
        *error = why;
    return why.code;
}

static char *copy(ami_conn *c, const char *text, bool *ok)
{
    char *copied = text ? ami__strndup(&c->alloc, text, strlen(text)) : NULL;

    if (text && !copied)
        *ok = false;
    return copied;
}

static void set_times(ami_conn *c, const struct ami_conn_opts *o)
{
    c->connect_timeout_ms = o->connect_timeout_ms;
    c->login_timeout_ms = o->login_timeout_ms;
    c->keepalive_ms = o->keepalive_ms;
    c->pong_timeout_ms = o->pong_timeout_ms ? o->pong_timeout_ms : PONG_TIMEOUT_MS;
    c->reconnect_min_ms = o->reconnect_min_ms > 0 ? o->reconnect_min_ms : 0;
    c->reconnect_max_ms = o->reconnect_max_ms > 0 ? o->reconnect_max_ms : RECONNECT_MAX_MS;
    if (c->reconnect_max_ms < c->reconnect_min_ms)
        c->reconnect_max_ms = c->reconnect_min_ms;
}

static int configure(ami_conn *c, const struct ami_conn_opts *o)
{
    bool ok = true;
    int err;

    c->port = o->port ? o->port : o->tls ? TLS_PORT : PORT;
    c->tls = ami__tls_keep(o->tls);
    c->has_host = o->host;
    c->auth = o->auth;
    c->on_state = o->on_state;
    c->user = o->user;
    c->host = copy(c, o->host ? o->host : "localhost", &ok);
    c->username = copy(c, o->username, &ok);
    c->secret = copy(c, o->secret, &ok);
    c->events = copy(c, o->events, &ok);
    set_times(c, o);
    if ((err = ami__opts_ms(&c->connect_timeout_ms, CONNECT_TIMEOUT_MS)) < 0 ||
        (err = ami__opts_ms(&c->login_timeout_ms, LOGIN_TIMEOUT_MS)) < 0 ||
        (err = ami__opts_ms(&c->keepalive_ms, KEEPALIVE_MS)) < 0)
        return err;
    return ok ? AMI_OK : AMI_E_NOMEM;
}

/* Something was submitted or cancelled: that moment starts its timer. */
static void on_change(void *conn)
{
    ami_conn *c = conn;

    ami_session_deadline(c->session, ami_now());
    ami__conn_interest_changed(c);
}

static int make_session(ami_conn *c, const struct ami_conn_opts *o)
{
    struct ami_session_opts s = AMI_SESSION_OPTS_INIT;

    s.limits = o->limits;
    s.allocator = o->allocator;
    s.action_timeout_ms = o->action_timeout_ms;
    s.login_timeout_ms = -1; /* this connection times the login as a whole */
    s.line_max = o->line_max;
    s.lines_max = o->lines_max;
    s.on_trace = o->on_trace;
    s.user = o->user;
    int err = ami_session_new(&c->session, &s);
    if (err == AMI_OK) {
        c->session->owner = c;
        c->session->on_banner = ami__conn_log_in;
        c->session->on_change = on_change;
        c->session->hold = true;
    }
    return err;
}

int ami_conn_new(ami_conn **conn, const struct ami_conn_opts *opts)
{
    struct ami_conn_opts o;

    if (!conn)
        return AMI_E_INVAL;
    *conn = NULL;
    int err = ami_conn_check(opts, NULL);
    if (err < 0)
        return err;
    ami__opts_copy(&o, sizeof o, opts);

    struct ami_allocator alloc = ami__allocator(o.allocator);
    ami_conn *c = ami__alloc(&alloc, sizeof *c);
    if (!c)
        return AMI_E_NOMEM;
    *c = (ami_conn){.alloc = alloc, .fd = -1, .deadline = AMI_NEVER, .deaf_since = AMI_NEVER};
    c->told = (struct interest){-1, 0, AMI_NEVER};
    if ((err = configure(c, &o)) < 0 || (err = make_session(c, &o)) < 0) {
        ami__conn_destroy(c);
        return err;
    }
    *conn = c;
    return AMI_OK;
}

static void drop_notify(ami_conn *c)
{
    void (*drop)(void *) = c->notify_drop;

    c->notify = NULL;
    c->notify_drop = NULL;
    if (drop)
        drop(c->notify_user);
}

/* What is in flight ends first, as in any other end, then what was not submitted yet. */
static void end_session(ami_conn *c)
{
    ami_session *s = c->session;

    if (!s)
        return;
    ami__enter(s);
    ami_session_free(s);
    ami__mailbox_close(c, AMI_E_CANCELLED);
    c->session = NULL;
    ami__leave(s);
}

void ami_conn_free(ami_conn *c)
{
    if (!c)
        return;
    ami__conn_enter(c);
    c->state = AMI_STATE_CLOSED;
    c->deadline = AMI_NEVER;
    ami__conn_drop_fd(c);
    c->freed = true;
    end_session(c);
    drop_notify(c);
    ami__conn_leave(c);
}

void ami_conn_set_notify(ami_conn *c, void (*fn)(ami_conn *, void *), void *user,
                         void (*drop)(void *))
{
    drop_notify(c);
    c->notify = fn;
    c->notify_user = user;
    c->notify_drop = drop;
    c->told = (struct interest){ami_conn_fd(c), ami_conn_events(c), ami_conn_deadline(c)};
}

/* ---- One round --------------------------------------------------------------------------- */

/* The time of a state is over. */
static void state_timed_out(ami_conn *c)
{
    struct ami_error error = {0};
    const char *what = c->session->greeted ? "no answer to the login" : "no banner";
    int ms = c->login_timeout_ms;

    if (c->state == AMI_STATE_HANDSHAKE) {
        what = "no end of the TLS handshake";
        ms = c->connect_timeout_ms;
    }
    ami__error_set(&error, AMI_E_TIMEOUT, 0, "%s within %d ms", what, ms);
    ami__conn_end(c, &error);
}

static bool is_open(const ami_conn *c)
{
    return !c->freed && c->fd >= 0 && c->state >= AMI_STATE_HANDSHAKE;
}

static void round_of(ami_conn *c, int ready)
{
    ami__mailbox_deliver(c);
    if (c->state == AMI_STATE_RESOLVING)
        ami__conn_resolving(c);
    else if (c->state == AMI_STATE_CONNECTING)
        ami__conn_connecting(c);
    else if (c->state == AMI_STATE_BACKOFF && c->deadline <= ami_now())
        ami__conn_begin(c);
    ami__conn_flush(c);
    if (is_open(c))
        ami__conn_receive(c, ready);
    ami_time now = ami_now();
    if (is_open(c))
        ami__conn_alive_check(c, now);
    if (!c->freed && c->state != AMI_STATE_CLOSED)
        ami_session_tick(c->session, now);
    if (is_open(c) && c->deadline <= now)
        state_timed_out(c);
    if (!c->freed)
        ami__conn_flush(c);
}

/* Whether process and wait may run. */
static int can_run(const ami_conn *c)
{
    if (ami__conn_is_busy(c))
        return AMI_E_REENTRANT;
    if (c->state == AMI_STATE_IDLE)
        return AMI_E_STATE;
    return c->state == AMI_STATE_CLOSED ? c->error.code : AMI_OK;
}

int ami_conn_process(ami_conn *c, int ready)
{
    int err = can_run(c);
    if (err < 0)
        return err;

    uint64_t called = c->session->called + c->states_told;
    ami__conn_enter(c);
    round_of(c, ready);
    if (!ami__conn_leave(c))
        return AMI_E_CANCELLED;
    if (c->state == AMI_STATE_CLOSED)
        return c->error.code;
    return c->session->called + c->states_told != called;
}

/* How long to sleep, rounded up by the clock's own resolution of a millisecond. */
static int sleep_ms(const ami_conn *c, int timeout_ms)
{
    ami_time deadline = ami_conn_deadline(c);

    if (deadline == AMI_NEVER)
        return timeout_ms;
    ami_time left = deadline - ami_now();
    if (left <= 0)
        return 0;
    return timeout_ms < 0 || left < timeout_ms ? (left > INT_MAX ? INT_MAX : (int)left)
                                               : timeout_ms;
}

int ami_conn_wait(ami_conn *c, int timeout_ms)
{
    int err = can_run(c);
    if (err < 0)
        return err;

    ami__conn_flush(c);
    int ready = ami__net_wait(ami_conn_fd(c), ami_conn_events(c), ami__mailbox_bell(c),
                              sleep_ms(c, timeout_ms));
    if (ready != -EINTR)
        return ami_conn_process(c, ready < 0 ? 0 : ready & ~AMI__BELL);
    ami__conn_interest_changed(c);
    return 0;
}

/* ---- Figures ----------------------------------------------------------------------------- */

const struct ami_stats *ami_conn_stats(ami_conn *c)
{
    struct ami_stats *stats = &c->session->stats;

    stats->size = sizeof *stats;
    stats->in_flight = c->session->pendings.count;
    stats->output = ami__buf_len(&c->session->out) + c->session->held_bytes;
    return stats;
}

/* ---- Pausing and closing ----------------------------------------------------------------- */

void ami_conn_pause(ami_conn *c, bool paused)
{
    if (paused == c->paused)
        return;
    c->paused = c->session->paused = paused;
    if (is_open(c))
        ami__conn_alive_pause(c, paused);
    ami__conn_interest_changed(c);
}

static int send_logoff(ami_conn *c)
{
    ami_action *logoff = ami_action_new("Logoff");
    int err = ami__submit_own(c->session, logoff, -1, NULL, NULL);

    ami_action_free(logoff);
    return err;
}

void ami_conn_close(ami_conn *c)
{
    struct ami_error error = {0};

    if (c->state == AMI_STATE_CLOSED || c->state == AMI_STATE_CLOSING)
        return;
    ami__conn_enter(c);
    ami__mailbox_deliver(c);
    if (c->state == AMI_STATE_READY)
        ami__submit_held(c->session); /* in on_state of READY they are still to be sent */
    if (!c->freed) {
        c->session->closed = true;
        ami__mailbox_close(c, AMI_E_NOT_SENT);
    }
    if (c->state == AMI_STATE_READY && send_logoff(c) == AMI_OK) {
        ami__conn_change(c, AMI_STATE_CLOSING, ami__conn_after(CLOSE_TIMEOUT_MS));
    } else if (c->state < AMI_STATE_CLOSING) {
        ami__error_set(&error, AMI_E_CANCELLED, 0, "closed by this program");
        ami__conn_end(c, &error);
    }
    ami__conn_leave(c);
}
