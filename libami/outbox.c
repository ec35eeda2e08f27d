/* SPDX-License-Identifier: MIT */
#include "outbox.h"

#include <string.h>

#include "text.h"

enum { KEPT = 64 << 10 }; /* bytes of an output buffer that is empty: a larger one is given back */

/* ---- The trace --------------------------------------------------------------------------- */

static bool is_secret_line(const char *line, size_t len)
{
    return ami__begins(line, len, "Secret:") || ami__begins(line, len, "Key:");
}

/* The same lines with the values of Secret and Key blanked. */
static bool blank(struct ami__buf *shown, const struct ami_allocator *alloc, const char *data,
                  size_t len)
{
    bool ok = true;

    while (ok && len > 0) {
        size_t line = (size_t)((const char *)memchr(data, '\n', len) - data) + 1;
        if (is_secret_line(data, line)) {
            size_t name = (size_t)((const char *)memchr(data, ':', line) - data);
            ok = ami__buf_add(shown, alloc, data, name) &&
                 ami__buf_add(shown, alloc, ": ***\r\n", 7);
        } else {
            ok = ami__buf_add(shown, alloc, data, line);
        }
        data += line;
        len -= line;
    }
    return ok;
}

static void trace(ami_session *s, const char *data, size_t len, bool secret)
{
    struct ami__buf shown = {0};

    if (!s->on_trace)
        return;
    if (!secret)
        s->on_trace(s, AMI_TRACE_OUT, data, len, s->user);
    else if (blank(&shown, &s->alloc, data, len))
        s->on_trace(s, AMI_TRACE_OUT, ami__buf_at(&shown), ami__buf_len(&shown), s->user);
    ami__buf_free(&shown, &s->alloc);
}

/* ---- In ---------------------------------------------------------------------------------- */

/* Where an answer may have no end of its own, the answer to a Ping behind the action is its end. */
static bool encode_ping(const ami_session *s, const struct ami__pending *p, struct ami__buf *out)
{
    static const char ping[] = "Action: Ping\r\nActionID: ";
    char id[AMI__ID_TEXT];

    ami__id_format(s, p->id, true, id);
    return ami__buf_add(out, &s->alloc, ping, sizeof ping - 1) &&
           ami__buf_add(out, &s->alloc, id, strlen(id)) &&
           ami__buf_add(out, &s->alloc, "\r\n\r\n", 4);
}

/* All of the action, or nothing and false when out of memory. */
static bool encode(const ami_session *s, const struct ami__pending *p, const ami_action *action,
                   struct ami__buf *out)
{
    char id[AMI__ID_TEXT];

    ami__id_format(s, p->id, false, id);
    out->secret |= action->secret;
    return ami__action_encode(action, id, out, &s->alloc);
}

bool ami__outbox_fits(const ami_session *s, const ami_action *action)
{
    size_t waiting = ami__buf_len(&s->out) + s->held_bytes, size = ami__action_size(action);

    return size <= s->limits.output && waiting <= s->limits.output - size;
}

static void drop_held(ami_session *s, struct ami__pending *p)
{
    s->held_bytes -= ami__buf_len(&p->held);
    ami__buf_free(&p->held, &s->alloc);
}

bool ami__outbox_too_long(const ami_session *s, size_t longest, size_t lines)
{
    return ami__is_old(s) && (longest > (size_t)s->line_max || lines > (size_t)s->lines_max);
}

/* The last bytes of the output, from there on, are the action's: they will go out now, for a server
 * that is known. */
static int queue(ami_session *s, struct ami__pending *p, size_t from, bool secret)
{
    p->framed = p->entry && ami__catalog_is_unsure(p->entry, s->era);
    if (p->framed && !encode_ping(s, p, &s->out)) {
        ami__buf_cut(&s->out, from, ami__buf_len(&s->out) - from);
        return AMI_E_NOMEM;
    }
    p->stage = AMI__AWAITED;
    p->at = s->out_at + from;
    p->size = ami__buf_len(&s->out) - from;
    trace(s, ami__buf_at(&s->out) + from, p->size, secret);
    if (from == 0 && s->on_output)
        s->on_output(s, s->user);
    return AMI_OK;
}

int ami__outbox_add(ami_session *s, struct ami__pending *p, const ami_action *action, bool hold)
{
    size_t waiting = ami__buf_len(&s->out);
    struct ami__buf *out = hold ? &p->held : &s->out;

    p->longest = action->longest;
    p->lines = action->count;
    if (!encode(s, p, action, out))
        return AMI_E_NOMEM;
    if (!hold)
        return queue(s, p, waiting, action->secret);
    s->held_bytes += ami__buf_len(&p->held);
    return AMI_OK;
}

int ami__outbox_release(ami_session *s, struct ami__pending *p)
{
    size_t waiting = ami__buf_len(&s->out);
    bool secret = p->held.secret;

    s->out.secret |= secret;
    if (!ami__buf_add(&s->out, &s->alloc, ami__buf_at(&p->held), ami__buf_len(&p->held)))
        return AMI_E_NOMEM;
    int err = queue(s, p, waiting, secret);
    if (err == AMI_OK)
        drop_held(s, p);
    return err;
}

/* ---- Out --------------------------------------------------------------------------------- */

bool ami__outbox_sent(const ami_session *s, const struct ami__pending *p)
{
    return p->stage != AMI__HELD && s->out_at > p->at;
}

void ami__outbox_withdraw(ami_session *s, struct ami__pending *p)
{
    if (p->stage == AMI__HELD) {
        drop_held(s, p);
        return;
    }
    if (ami__buf_len(&s->out) == 0)
        return; /* dropped at the end of it all; a callback of that cancels */
    ami__buf_cut(&s->out, (size_t)(p->at - s->out_at), p->size);
    for (struct ami__pending *q = s->pendings.live.first; q; q = q->next) {
        if (q->stage != AMI__HELD && q->at > p->at)
            q->at -= p->size;
    }
}

static void take(ami_session *s, size_t n)
{
    ami__buf_take(&s->out, n);
    if (ami__buf_len(&s->out) == 0 && s->out.cap > KEPT)
        ami__buf_free(&s->out, &s->alloc);
}

void ami__outbox_empty(ami_session *s)
{
    take(s, ami__buf_len(&s->out));
}

size_t ami_session_output(ami_session *s, const void **data)
{
    *data = ami__buf_at(&s->out);
    return ami__buf_len(&s->out);
}

void ami_session_sent(ami_session *s, size_t n)
{
    size_t waiting = ami__buf_len(&s->out);

    if (n > waiting)
        n = waiting;
    take(s, n);
    s->out_at += n;
    s->stats.bytes_out += n;
}
