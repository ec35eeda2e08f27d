/* SPDX-License-Identifier: MIT */
#include "steps.h"

#include "outbox.h"
#include "stats.h"

void ami__open(ami_session *s, struct ami__pending *p, enum ami__stage stage)
{
    p->stage = stage;
    if (!p->open) {
        p->open = true;
        s->open++;
    }
}

void ami__drop(ami_session *s, struct ami__pending *p)
{
    s->open -= p->open;
    ami__pending_remove(&s->pendings, p);
}

/* The server goes on with what was given up, and before that with what was so earlier; for how long
 * its own time-out is the best guess. */
static ami_time free_from(const ami_session *s, const struct ami__pending *p, bool answered)
{
    ami_time at = s->now < s->free_at ? s->free_at : s->now;

    if (!answered && at < p->deadline && p->heap_index != AMI__NO_DEADLINE)
        at = p->deadline;
    return at;
}

void ami__unblock(ami_session *s, struct ami__pending *p, bool answered)
{
    if (!p->blocks)
        return;
    p->blocks = false;
    s->blocking--;
    if (ami__outbox_sent(s, p))
        s->free_at = free_from(s, p, answered);
    if (!answered && s->given_up < p->at) {
        s->given_up = p->at;
        s->given_up_ms = p->timeout_ms;
    }
    if (s->stalled)
        ami__pendings_rearm_stopped(&s->pendings, s->free_at);
    s->stalled = false;
}

void ami__went_on(ami_session *s, const struct ami__pending *p)
{
    ami_time end = s->now + s->given_up_ms; /* of what was given up, if it begins only now */

    if (p->at < s->given_up) {
        s->free_at = s->free_at < end ? end : s->free_at;
    } else if (s->free_at > s->now) {
        s->free_at = s->now;
        ami__pendings_rearm_stopped(&s->pendings, s->free_at);
    }
}

/* No event comes either: a result is kept back wherever its action stands. */
static bool keeps_back(const struct ami__pending *blocker, const struct ami__pending *p)
{
    return !p || p->stage == AMI__RESULT || (p->stage != AMI__HELD && p->at > blocker->at);
}

const struct ami__pending *ami__blocker(const ami_session *s, const struct ami__pending *p)
{
    const struct ami__pending *b = s->blocking ? s->pendings.live.first : NULL;

    while (b && !(b->blocks && ami__outbox_sent(s, b) && keeps_back(b, p)))
        b = b->next;
    return b;
}

static void call(ami_session *s, ami_reply_fn fn, void *user, const struct ami_reply *reply)
{
    if (fn) {
        s->called++;
        fn(reply, user);
    }
}

static struct ami_reply reply_for(ami_session *s, const struct ami__pending *p, enum ami_step step,
                                  const ami_msg *msg)
{
    return (struct ami_reply){.size = sizeof(struct ami_reply),
                              .step = step,
                              .id = p->id,
                              .msg = msg,
                              .session = s,
                              .sent = ami__outbox_sent(s, p)};
}

void ami__step(ami_session *s, const struct ami__pending *p, enum ami_step step, const ami_msg *msg)
{
    struct ami_reply reply = reply_for(s, p, step, msg);

    call(s, p->fn, p->user, &reply);
}

/* Tells the end; the record is gone before, or among those that the server is still to answer. */
static void end(ami_session *s, struct ami__pending *p, struct ami_reply *reply, bool answered)
{
    ami_reply_fn fn = p->fn;
    void *user = p->user;

    ami__unblock(s, p, answered);
    s->results -= p->result;
    ami__standing_settle(&s->standings, reply);
    if (!p->own)
        ami__stats_done(&s->stats, reply->status);
    if (answered)
        ami__drop(s, p);
    else
        ami__pending_end(&s->pendings, p);
    call(s, fn, user, reply);
}

void ami__done(ami_session *s, struct ami__pending *p, int status, const ami_msg *msg,
               unsigned flags)
{
    struct ami_reply reply = reply_for(s, p, AMI_STEP_DONE, msg);

    reply.status = status;
    reply.flags = flags;
    if (p->framed)
        p->stage = AMI__AWAITED; /* whatever it was, the Ping is now what is awaited */
    end(s, p, &reply, !p->framed);
}

void ami__give_up(ami_session *s, struct ami__pending *p, int status, const ami_msg *msg)
{
    struct ami_reply reply = reply_for(s, p, AMI_STEP_DONE, msg);

    reply.status = status;
    if (!reply.sent)
        ami__outbox_withdraw(s, p);
    end(s, p, &reply, !reply.sent || p->stage == AMI__RESULT);
}

static void forget_ended(ami_session *s)
{
    while (s->pendings.ended.first)
        ami__drop(s, s->pendings.ended.first);
}

/* Nothing comes for it any more. */
static void done_without_answer(ami_session *s, struct ami__pending *p, int sent_status,
                                int unsent_status)
{
    bool sent = ami__outbox_sent(s, p);

    if (p->stage == AMI__HELD)
        ami__outbox_withdraw(s, p);
    p->framed = false;
    ami__done(s, p, sent ? sent_status : unsent_status, NULL, 0);
}

void ami__done_all(ami_session *s, int sent_status, int unsent_status)
{
    forget_ended(s);
    while (s->pendings.live.first)
        done_without_answer(s, s->pendings.live.first, sent_status, unsent_status);
}

static struct ami__pending *first_not_held(const ami_session *s)
{
    struct ami__pending *p = s->pendings.live.first;

    while (p && p->stage == AMI__HELD)
        p = p->next;
    return p;
}

void ami__done_sent(ami_session *s, int sent_status, int unsent_status)
{
    struct ami__pending *p;

    forget_ended(s);
    while ((p = first_not_held(s)))
        done_without_answer(s, p, sent_status, unsent_status);
}
