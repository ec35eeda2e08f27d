/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <limits.h>
#include <string.h>

#include "error.h"
#include "limits.h"
#include "opts.h"
#include "outbox.h"
#include "random.h"
#include "route.h"
#include "steps.h"
#include "text.h"

enum {
    ACTION_TIMEOUT_MS = 60000,
    LOGIN_TIMEOUT_MS = 10000,
    OLD_LINE_MAX = 253, /* what Asterisk 1.0 and 1.2 read */
    OLD_LINES_MAX = 79,
    RANDOM_PREFIX = 10, /* characters of 5 bits */
    BANNER_SPAN = 256   /* bytes within which the banner says what it is */
};

/* ---- Life -------------------------------------------------------------------------------- */

static int set_number(int *ours, int chosen, int otherwise, int most)
{
    if (chosen < 0 || chosen > most)
        return AMI_E_INVAL;
    *ours = chosen ? chosen : otherwise;
    return AMI_OK;
}

static int set_prefix(ami_session *s, const char *prefix)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "._-";

    if (!prefix)
        return ami__random_text(s->prefix, RANDOM_PREFIX);
    size_t len = strlen(prefix);
    if (len == 0 || len > AMI__PREFIX_MAX || strspn(prefix, allowed) != len)
        return AMI_E_INVAL;
    memcpy(s->prefix, prefix, len + 1);
    return AMI_OK;
}

static int configure(ami_session *s, const struct ami_session_opts *o)
{
    int err = ami__limits(&s->limits, o->limits);

    s->action_timeout_ms = o->action_timeout_ms;
    s->login_timeout_ms = o->login_timeout_ms;
    s->on_output = o->on_output;
    s->on_trace = o->on_trace;
    s->user = o->user;
    if (err < 0 || (err = ami__opts_ms(&s->action_timeout_ms, ACTION_TIMEOUT_MS)) < 0 ||
        (err = ami__opts_ms(&s->login_timeout_ms, LOGIN_TIMEOUT_MS)) < 0 ||
        (err = set_number(&s->line_max, o->line_max, OLD_LINE_MAX, AMI_ACTION_LINE_MAX)) < 0 ||
        (err = set_number(&s->lines_max, o->lines_max, OLD_LINES_MAX, AMI_ACTION_LINES_MAX)) < 0)
        return err;
    return set_prefix(s, o->id_prefix);
}

int ami_session_new(ami_session **session, const struct ami_session_opts *opts)
{
    struct ami_session_opts o;

    if (!session)
        return AMI_E_INVAL;
    *session = NULL;
    if (ami__opts_copy(&o, sizeof o, opts) < 0)
        return AMI_E_INVAL;

    struct ami_allocator alloc = ami__allocator(o.allocator);
    ami_session *s = ami__alloc(&alloc, sizeof *s);
    if (!s)
        return AMI_E_NOMEM;
    *s = (ami_session){
        .alloc = alloc, .era = UINT_MAX, .free_at = INT64_MIN, .freed = true, .depth = 1};
    ami__handlers_init(&s->handlers, &alloc);
    ami__pendings_init(&s->pendings, &alloc);
    ami__standings_init(&s->standings, &alloc);
    int err = configure(s, &o);
    if (err == AMI_OK && !(s->parser = ami_parser_new(&s->limits, &alloc)))
        err = AMI_E_NOMEM;
    if (err < 0) {
        ami__leave(s);
        return err;
    }
    ami__parser_filter(s->parser, ami__route_wants, s);
    s->freed = false;
    s->depth = 0;
    *session = s;
    return AMI_OK;
}

void ami_session_free(ami_session *s)
{
    if (!s)
        return;
    /* A callback of this very call may free again: then that one delivers the rest. */
    ami__enter(s);
    s->freed = s->closed = true;
    ami__handlers_clear(&s->handlers);
    ami__outbox_empty(s);
    ami__done_all(s, AMI_E_CANCELLED, AMI_E_CANCELLED);
    ami__leave(s);
}

void ami__session_end(ami_session *s, const struct ami_error *error)
{
    ami__enter(s);
    if (s->error.code == AMI_OK)
        s->error = *error;
    s->closed = true;
    ami__outbox_empty(s);
    ami__done_all(s, AMI_E_LOST, AMI_E_NOT_SENT);
    ami__leave(s);
}

void ami__session_restart(ami_session *s)
{
    ami__enter(s);
    s->streams++;
    s->hold = true;
    s->error = (struct ami_error){0};
    ami__outbox_empty(s);
    ami__done_sent(s, AMI_E_LOST, AMI_E_NOT_SENT);
    ami__standings_break(&s->standings);
    ami__parser_restart(s->parser);
    s->greeted = s->shutdown = s->refuses = s->logging_in = false;
    s->banner[0] = '\0';
    s->era = UINT_MAX;
    s->list = 0;
    s->free_at = INT64_MIN;
    ami__leave(s);
}

/* ---- Handlers and getters ---------------------------------------------------------------- */

int ami_on(ami_session *s, const char *event, ami_event_fn fn, void *user, ami_id *id)
{
    if (!s || !fn)
        return AMI_E_INVAL;
    if (s->freed)
        return AMI_E_STATE;
    int err = ami__handlers_add(&s->handlers, ++s->last_id, event, fn, user);
    if (err == AMI_OK && id)
        *id = s->last_id;
    return err;
}

int ami_off(ami_session *s, ami_id id)
{
    return s ? ami__handlers_remove(&s->handlers, id) : AMI_E_INVAL;
}

const char *ami_session_action_id(const ami_session *s, ami_id id)
{
    const struct ami__pending *p = ami__pending_find(&s->pendings, id);
    ami_session *scratch = (ami_session *)(uintptr_t)s;

    if (!p || p->ended)
        return NULL;
    ami__id_format(s, id, false, scratch->id_text);
    return scratch->id_text;
}

const struct ami_error *ami_session_error(const ami_session *s)
{
    return &s->error;
}

void *ami_session_user(const ami_session *s)
{
    return s->user;
}

const struct ami_error *ami_session_why(const ami_session *s)
{
    return &s->why;
}

uint64_t ami_session_late(const ami_session *s)
{
    return s->stats.late;
}

/* ---- Bytes in ---------------------------------------------------------------------------- */

/* No more can be read. A connection changes its state before the actions hear of it. */
static int fail(ami_session *s, const struct ami_error *error)
{
    if (s->owner)
        s->error = *error;
    else
        ami__session_end(s, error);
    return error->code;
}

static int refuse_greeting(ami_session *s, const char *line, size_t len)
{
    struct ami_error error = {0};
    char shown[64];

    ami__printable(shown, sizeof shown, line, ami__trimmed(line, len));
    ami__error_set(&error, AMI_E_PROTO, 0, "the first line is not that of a manager: \"%s\"",
                   shown);
    return fail(s, &error);
}

/* Something else than AMI must not be taken for a quiet server. */
static int check_greeting(ami_session *s)
{
    static const char word[] = "Call Manager/";
    size_t len;
    const char *line = ami__parser_peek(s->parser, &len);
    size_t span = len < BANNER_SPAN ? len : BANNER_SPAN;
    const char *lf = memchr(line, '\n', span);

    if (lf)
        span = (size_t)(lf - line);
    for (size_t i = 0; i + sizeof word - 1 <= span; i++) {
        if (memcmp(line + i, word, sizeof word - 1) == 0)
            return AMI_OK;
    }
    return lf || span == BANNER_SPAN ? refuse_greeting(s, line, span) : AMI_OK;
}

static void dispatch(ami_session *s)
{
    const ami_msg *msg;
    unsigned stream = s->streams;
    int more = 0;

    if (!s->greeted && check_greeting(s) < 0)
        return;
    while (!s->paused && !s->freed && s->error.code == AMI_OK && s->streams == stream &&
           (more = ami_parser_next(s->parser, &msg)) > 0) {
        if (s->greeted || ami_msg_kind(msg) == AMI_KIND_BANNER)
            ami__route(s, msg);
        else /* the line had the right word, but a colon, too */
            refuse_greeting(s, ami_msg_at(msg, 0)->name, ami_msg_at(msg, 0)->name_len);
    }
    if (more < 0)
        fail(s, ami_parser_error(s->parser));
}

int ami__session_dispatch(ami_session *s, ami_time now)
{
    ami__enter(s);
    s->now = now;
    ami__pendings_arm(&s->pendings, now);
    dispatch(s);
    int err = s->error.code;
    return ami__leave(s) ? err : AMI_E_CANCELLED;
}

void *ami_session_space(ami_session *s, size_t *room)
{
    *room = 0;
    return s->depth || s->error.code ? NULL : ami_parser_space(s->parser, room);
}

int ami_session_added(ami_session *s, size_t n, ami_time now)
{
    size_t before;
    const char *data = ami__parser_peek(s->parser, &before);

    if (s->depth)
        return AMI_E_REENTRANT;
    if (s->error.code != AMI_OK)
        return s->error.code;
    int err = ami_parser_added(s->parser, n);
    if (err < 0)
        return err;
    s->stats.bytes_in += n;
    if (s->on_trace && n > 0) {
        s->depth++;
        s->on_trace(s, AMI_TRACE_IN, data + before, n, s->user);
        s->depth--;
    }
    return ami__session_dispatch(s, now);
}

static int fail_nomem(ami_session *s)
{
    struct ami_error error = {0};

    ami__error_set(&error, AMI_E_NOMEM, 0, "out of memory");
    ami__enter(s);
    fail(s, &error);
    return ami__leave(s) ? AMI_E_NOMEM : AMI_E_CANCELLED;
}

int ami_session_feed(ami_session *s, const void *data, size_t len, ami_time now)
{
    const char *at = data;
    size_t room;
    int err = s->depth ? AMI_E_REENTRANT : s->error.code;

    while (err == AMI_OK && len > 0) {
        void *space = ami_session_space(s, &room);
        if (!space)
            return fail_nomem(s);
        size_t n = len < room ? len : room;
        memcpy(space, at, n);
        at += n;
        len -= n;
        err = ami_session_added(s, n, now);
    }
    return err;
}

/* ---- The end of the stream --------------------------------------------------------------- */

int ami__session_why_eof(ami_session *s, struct ami_error *error)
{
    int end = s->greeted ? ami_parser_finish(s->parser) : AMI_E_EOF;

    if (!s->greeted)
        ami__error_set(error, AMI_E_EOF, 0, "the server closed before it sent a banner");
    else if (ami__is_going(s))
        ami__error_set(error, AMI_E_SHUTDOWN, 0, "the server was shut down");
    else if (end != AMI_OK)
        ami__error_set(error, AMI_E_EOF, 0, "the server closed in mid-message");
    else
        ami__error_set(error, AMI_E_EOF, 0, "the server closed the connection");
    return end;
}

int ami_session_eof(ami_session *s, ami_time now)
{
    struct ami_error error = {0};

    if (s->depth)
        return AMI_E_REENTRANT;
    if (s->error.code != AMI_OK)
        return s->error.code;
    s->now = now;
    int end = ami__session_why_eof(s, &error);
    ami__enter(s);
    ami__session_end(s, &error);
    return ami__leave(s) ? end : AMI_E_CANCELLED;
}

/* ---- Time -------------------------------------------------------------------------------- */

ami_time ami_session_deadline(ami_session *s, ami_time now)
{
    s->now = now;
    ami__pendings_arm(&s->pendings, now);
    const struct ami__pending *p = ami__pendings_due(&s->pendings);
    return p ? p->deadline : AMI_NEVER;
}

/* No action is given up for what another one does: while that one blocks the server, the timers of
 * those behind it stand still. */
static void time_out(ami_session *s, struct ami__pending *p)
{
    if (ami__blocker(s, p)) {
        ami__pending_disarm(&s->pendings, p);
        s->stalled = true;
    } else if (p->deadline - p->timeout_ms < s->free_at) {
        ami__pending_rearm(&s->pendings, p, s->free_at);
    } else {
        ami__give_up(s, p, ami__outbox_sent(s, p) ? AMI_E_TIMEOUT : AMI_E_NOT_SENT, NULL);
    }
}

int ami_session_tick(ami_session *s, ami_time now)
{
    struct ami__pending *p;

    if (s->depth)
        return AMI_E_REENTRANT;
    ami__enter(s);
    s->now = now;
    ami__pendings_arm(&s->pendings, now);
    while ((p = ami__pendings_due(&s->pendings)) && p->deadline <= now)
        time_out(s, p);
    int err = s->error.code;
    return ami__leave(s) ? err : AMI_E_CANCELLED;
}
