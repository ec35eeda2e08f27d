/* SPDX-License-Identifier: MIT */
#include "conn_core.h"

#include <string.h>

#include "alloc.h"
#include "error.h"
#include "steps.h"

/* ---- Asking ------------------------------------------------------------------------------ */

static bool has_output(const ami_conn *c)
{
    const void *data;

    return !c->broken && (ami_session_output(c->session, &data) > 0 ||
                          (c->stream && ami__tls_output(c->stream, &data) > 0));
}

/* Whether there is something to read without waiting for the descriptor. */
static bool has_input(const ami_conn *c)
{
    return c->buffered || c->broken || (c->stream && ami__tls_has_input(c->stream));
}

int ami_conn_events(const ami_conn *c)
{
    if (c->fd < 0)
        return 0;
    if (c->state == AMI_STATE_RESOLVING)
        return AMI_READ;
    if (c->state == AMI_STATE_CONNECTING)
        return AMI_WRITE;
    return (c->paused ? 0 : AMI_READ) | (has_output(c) ? AMI_WRITE : 0);
}

int ami_conn_fd(const ami_conn *c)
{
    return ami_conn_events(c) ? c->fd : -1;
}

/* While the server is blocked, its silence is no sign. */
static bool waits_for_life(const ami_conn *c)
{
    return c->state == AMI_STATE_READY && !c->paused &&
           !(c->pinged && ami__blocker(c->session, NULL));
}

ami_time ami_conn_deadline(const ami_conn *c)
{
    if (c->state == AMI_STATE_IDLE || c->state == AMI_STATE_CLOSED)
        return AMI_NEVER;
    if (!c->paused && has_input(c))
        return AMI__AT_ONCE;
    ami_time first = ami_session_deadline(c->session, ami_now());
    if (c->deadline < first)
        first = c->deadline;
    if (waits_for_life(c) && c->alive_by < first)
        first = c->alive_by;
    return first;
}

enum ami_conn_state ami_conn_state(const ami_conn *c)
{
    return c->state;
}

const struct ami_error *ami_conn_error(const ami_conn *c)
{
    return &c->error;
}

ami_session *ami_conn_session(ami_conn *c)
{
    return c->session;
}

/* ---- Nudging the loop -------------------------------------------------------------------- */

static void call_notify(ami_conn *c)
{
    struct interest now = {ami_conn_fd(c), ami_conn_events(c), ami_conn_deadline(c)};

    if (now.fd == c->told.fd && now.events == c->told.events && now.deadline == c->told.deadline)
        return;
    c->told = now;
    c->notifying = true;
    c->notify(c, c->notify_user);
    c->notifying = false;
}

/* While callbacks run answers may still change again: the way out tells the loop once. */
void ami__conn_interest_changed(ami_conn *c)
{
    if (c->notify && !c->depth && !c->notifying)
        call_notify(c);
}

/* The end of a TLS stream is said, but not waited for. */
static void end_stream(ami_conn *c)
{
    const void *data;
    size_t len;

    if (!c->stream)
        return;
    ami__tls_farewell(c->stream);
    if (!c->broken && (len = ami__tls_output(c->stream, &data)) > 0)
        ami__net_send(c->fd, data, len);
    ami__tls_end(c->stream);
    c->stream = NULL;
}

/* A loop must forget a descriptor before its number can come back as another one. */
void ami__conn_drop_fd(ami_conn *c)
{
    int fd = c->fd;

    if (fd < 0)
        return;
    end_stream(c);
    c->fd = -1;
    c->deaf_since = AMI_NEVER;
    if (c->notify && !c->notifying)
        call_notify(c);
    ami__net_close(fd);
}

/* ---- Life -------------------------------------------------------------------------------- */

void ami__conn_enter(ami_conn *c)
{
    c->depth++;
}

bool ami__conn_is_busy(const ami_conn *c)
{
    return c->depth || c->session->depth;
}

void ami__conn_destroy(ami_conn *c)
{
    struct ami_allocator alloc = c->alloc;

    if (c->secret)
        ami__wipe(c->secret, strlen(c->secret));
    ami__free(&alloc, c->host);
    ami__free(&alloc, c->username);
    ami__free(&alloc, c->secret);
    ami__free(&alloc, c->events);
    ami_tls_free(c->tls);
    ami__free(&alloc, c);
}

/* A freed connection goes when nobody is on it any more. Always false. */
static bool destroy_if_idle(ami_conn *c)
{
    if (c->depth == 0 && c->holds == 0)
        ami__conn_destroy(c);
    return false;
}

bool ami__conn_leave(ami_conn *c)
{
    c->depth--;
    if (c->freed)
        return destroy_if_idle(c);
    ami__conn_interest_changed(c);
    return true;
}

void ami__conn_hold(ami_conn *c)
{
    c->holds++;
}

bool ami__conn_release(ami_conn *c)
{
    c->holds--;
    return !c->freed || destroy_if_idle(c);
}

/* ---- States ------------------------------------------------------------------------------ */

static const char *const state_names[] = {"IDLE",  "RESOLVING", "CONNECTING", "HANDSHAKE", "LOGIN",
                                          "READY", "BACKOFF",   "CLOSING",    "CLOSED"};

const char *ami_conn_state_name(enum ami_conn_state state)
{
    return (unsigned)state < sizeof state_names / sizeof state_names[0] ? state_names[state] : "?";
}

void ami__conn_tell(ami_conn *c, enum ami_conn_state previous)
{
    struct ami_state_info info = {.size = sizeof info, .state = c->state, .previous = previous};

    if (c->state == AMI_STATE_CLOSED || c->state == AMI_STATE_BACKOFF)
        info.error = &c->error;
    if (c->state == AMI_STATE_READY && c->was_ready) {
        info.returned = true;
        info.gap_ms = ami_now() - c->lost_at;
        info.error = c->refusal.code ? &c->refusal : NULL;
    }
    c->states_told++;
    if (c->on_state)
        c->on_state(c, &info, c->user);
}

void ami__conn_change(ami_conn *c, enum ami_conn_state state, ami_time deadline)
{
    enum ami_conn_state previous = c->state;

    c->state = state;
    c->deadline = deadline;
    ami__conn_tell(c, previous);
}

ami_time ami__conn_after(int ms)
{
    return ms < 0 ? AMI_NEVER : ami_now() + ms;
}
