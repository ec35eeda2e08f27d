/* SPDX-License-Identifier: MIT */
#include "conn_alive.h"

#include "conn_end.h"
#include "error.h"
#include "outbox.h"
#include "steps.h"
#include "submit.h"

/* ---- Hearing ----------------------------------------------------------------------------- */

static void note_unread(ami_conn *c, ami_time now)
{
    ami_time *longest = &c->session->stats.unread_ms;

    if (c->deaf_since != AMI_NEVER && now - c->deaf_since > *longest)
        *longest = now - c->deaf_since;
}

void ami__conn_alive_heard(ami_conn *c)
{
    ami_time now = ami_now();

    note_unread(c, now);
    c->heard = c->deaf_since = now;
    if (!c->stale)
        c->fresh = now;
    c->pinged = false;
    c->alive_by = c->keepalive_ms < 0 ? AMI_NEVER : now + c->keepalive_ms;
}

void ami__conn_alive_caught_up(ami_conn *c)
{
    note_unread(c, ami_now());
    c->deaf_since = AMI_NEVER;
    c->stale = false;
}

void ami__conn_alive_pause(ami_conn *c, bool paused)
{
    ami_time now = ami_now();

    if (paused && c->deaf_since == AMI_NEVER)
        c->deaf_since = now;
    if (!paused)
        ami__conn_alive_caught_up(c);
    if (!paused && c->pinged)
        c->alive_by = now + c->pong_timeout_ms;
    c->stale = c->state == AMI_STATE_READY;
}

/* ---- Asking ------------------------------------------------------------------------------ */

static bool send_ping(ami_conn *c)
{
    ami_action *ping = ami_action_new("Ping");
    bool sent = ami__submit_own(c->session, ping, -1, NULL, NULL) == AMI_OK;

    if (sent)
        c->ping = c->session->last_id;
    ami_action_free(ping);
    return sent;
}

/* The question before may have been answered in a message that was damaged. So it is forgotten once
 * it was sent; or a server that says other things and never answers would make them pile up. */
static void forget_sent_ping(ami_conn *c)
{
    struct ami__pending *ping = ami__pending_find(&c->session->pendings, c->ping);

    if (ping && ami__outbox_sent(c->session, ping))
        ami__drop(c->session, ping);
}

/* What a silent connection does not need it gives back. Without memory the question is asked a
 * little later. */
static void ask(ami_conn *c)
{
    ami__parser_rest(c->session->parser);
    forget_sent_ping(c);
    c->pinged = ami__pending_find(&c->session->pendings, c->ping) || send_ping(c);
    c->alive_by = ami_now() + c->pong_timeout_ms;
}

static void give_up(ami_conn *c)
{
    struct ami_error error = {0};

    ami__error_set(&error, AMI_E_KEEPALIVE, 0, "no answer to a Ping, nothing heard for %lld ms",
                   (long long)(ami_now() - c->heard));
    ami__conn_end(c, &error);
}

/* A server that waits for a call to be answered, as it was told, does not answer a Ping meanwhile.
 */
static void excuse(ami_conn *c, ami_time now)
{
    ami_time free_at = ami__blocker(c->session, NULL) ? now : c->session->free_at;

    if (c->alive_by < free_at + c->pong_timeout_ms)
        c->alive_by = free_at + c->pong_timeout_ms;
}

void ami__conn_alive_check(ami_conn *c, ami_time now)
{
    if (c->state != AMI_STATE_READY || c->paused)
        return;
    if (c->pinged)
        excuse(c, now);
    if (c->alive_by <= now && c->pinged)
        give_up(c);
    else if (c->alive_by <= now)
        ask(c);
}
