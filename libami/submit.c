/* SPDX-License-Identifier: MIT */
#include "submit.h"

#include "error.h"
#include "outbox.h"
#include "steps.h"
#include "waits.h"

static int too_long(ami_session *s, size_t longest, size_t lines)
{
    s->why = (struct ami_error){0};
    return ami__error_set(&s->why, AMI_E_LIMIT, 0,
                          "%zu lines, the longest of %zu bytes: this server reads %d and %d", lines,
                          longest, s->lines_max, s->line_max);
}

static int accept(ami_session *s, const ami_action *action, int timeout_ms, bool hold,
                  struct ami__pending **accepted)
{
    struct ami__pending *p;

    if (!(p = ami__pending_add(&s->pendings, ++s->last_id)))
        return AMI_E_NOMEM;
    p->entry = ami_catalog_find(action->name);
    p->timeout_ms = timeout_ms;
    int err = ami__standing_note(&s->standings, p->id, action);
    if (err == AMI_OK && (err = ami__outbox_add(s, p, action, hold)) < 0)
        ami__standing_forget(&s->standings, p->id);
    if (err < 0) {
        ami__pending_remove(&s->pendings, p);
        return err;
    }
    if (p->framed)
        ami__open(s, p, p->stage);
    *accepted = p;
    return AMI_OK;
}

/* Whether the session takes an action of the user's now; s->why tells why not. */
static int check(ami_session *s, const ami_action *action)
{
    s->why = *ami_action_why(action);
    if (s->why.code != AMI_OK)
        return s->why.code;
    if (s->closed || s->ending)
        return ami__error_set(&s->why, AMI_E_STATE, 0, "the session takes no more actions");
    if (s->pendings.count >= s->limits.in_flight)
        return ami__error_set(&s->why, AMI_E_LIMIT, 0, "over the limit \"in_flight\" of %zu",
                              s->limits.in_flight);
    if (!ami__outbox_fits(s, action))
        return ami__error_set(&s->why, AMI_E_LIMIT, 0, "over the limit \"output\" of %zu",
                              s->limits.output);
    if (ami__outbox_too_long(s, action->longest, action->count))
        return too_long(s, action->longest, action->count);
    return AMI_OK;
}

/* The time for the answer; a wait of the server itself counts. */
static int timeout_for(const ami_session *s, const ami_action *action)
{
    int usual = s->action_timeout_ms;

    if (action->timeout_ms)
        return action->timeout_ms;
    if (usual < 0 || ami__wait_is_async(action))
        return usual;
    int wait = ami__wait_ms(action);
    return wait > usual ? wait : usual;
}

static int submit(ami_session *s, const ami_action *action, bool result, int result_ms,
                  ami_reply_fn fn, void *user, ami_id *id)
{
    struct ami__pending *p;
    int refused = check(s, action);

    if (refused < 0)
        return refused;
    ami__enter(s);
    int err = accept(s, action, timeout_for(s, action), s->hold, &p);
    if (err == AMI_OK) {
        p->fn = fn;
        p->user = user;
        p->blocks = ami__wait_blocks(action);
        s->blocking += p->blocks;
        p->result = result;
        p->result_ms = result_ms;
        s->results += result;
        if (id)
            *id = p->id;
        if (s->on_change)
            s->on_change(s->owner);
    } else {
        ami__error_set(&s->why, err, 0, "%s", ami_strerror(err));
    }
    ami__leave(s);
    return err;
}

int ami_submit(ami_session *s, const ami_action *action, ami_reply_fn fn, void *user, ami_id *id)
{
    return s ? submit(s, action, false, 0, fn, user, id) : AMI_E_INVAL;
}

int ami__submit_for_result(ami_session *s, const ami_action *action, int result_ms, ami_reply_fn fn,
                           void *user, ami_id *id)
{
    return submit(s, action, true, result_ms, fn, user, id);
}

int ami_send(ami_session *s, ami_reply_fn fn, void *user, const char *action, ...)
{
    va_list headers;

    va_start(headers, action);
    ami_action *built = ami__action_list(action, headers);
    va_end(headers);
    int err = built ? ami_submit(s, built, fn, user, NULL) : AMI_E_NOMEM;
    ami_action_free(built);
    return err;
}

int ami__submit_own(ami_session *s, const ami_action *action, int timeout_ms, ami_reply_fn fn,
                    void *user)
{
    struct ami__pending *p;

    if (!action || action->error.code != AMI_OK)
        return action ? action->error.code : AMI_E_NOMEM;
    if (ami__outbox_too_long(s, action->longest, action->count))
        return too_long(s, action->longest, action->count);
    int err = accept(s, action, timeout_ms, false, &p);
    if (err == AMI_OK) {
        p->own = true;
        p->fn = fn;
        p->user = user;
    }
    return err;
}

int ami_cancel(ami_session *s, ami_id id)
{
    struct ami__pending *p = s ? ami__pending_find(&s->pendings, id) : NULL;

    if (!p || p->ended)
        return AMI_E_NOTFOUND;
    ami__enter(s);
    if (s->on_change) /* what it blocked has its time from now on */
        s->on_change(s->owner);
    s->ending++;
    ami__give_up(s, p, AMI_E_CANCELLED, NULL);
    s->ending--;
    if (!s->freed && s->on_change)
        s->on_change(s->owner);
    ami__leave(s);
    return AMI_OK;
}

/* What cannot be sent stays held. */
static void release(ami_session *s, struct ami__pending *p)
{
    if (p->stage != AMI__HELD || ami__outbox_too_long(s, p->longest, p->lines) ||
        ami__outbox_release(s, p) < 0)
        return;
    p->since = s->now;
    if (p->framed)
        ami__open(s, p, p->stage);
}

/* The first that is still held, of those submitted up to a number. */
static struct ami__pending *first_held(const ami_session *s, ami_id last)
{
    struct ami__pending *p = s->pendings.live.first;

    while (p && p->stage != AMI__HELD)
        p = p->next;
    return p && p->id <= last ? p : NULL;
}

/* All are sent before a callback can submit more: the order of the actions stays. */
void ami__submit_held(ami_session *s)
{
    ami_id last = s->last_id;
    struct ami__pending *p;

    for (p = s->pendings.live.first; p; p = p->next)
        release(s, p);
    s->hold = false;
    while (!s->closed && (p = first_held(s, last))) {
        bool long_one = ami__outbox_too_long(s, p->longest, p->lines);
        int status = long_one ? too_long(s, p->longest, p->lines) : AMI_E_NOT_SENT;
        ami__give_up(s, p, status, NULL);
    }
}
