/* SPDX-License-Identifier: MIT */
#include "conn_return.h"

#include <string.h>

#include "action.h"
#include "conn_alive.h"
#include "conn_end.h"
#include "error.h"
#include "submit.h"
#include "text.h"

static void become_ready(ami_conn *c)
{
    c->ready_since = ami_now();
    c->session->stats.returns += c->was_ready;
    ami__conn_alive_heard(c);
    c->error = (struct ami_error){0};
    ami__conn_change(c, AMI_STATE_READY, AMI_NEVER);
    c->refusal = (struct ami_error){0}; /* told */
}

/* ---- Masks and filters -------------------------------------------------------------------- */

static void ask_again(ami_conn *c);

/* The next one is not to be had; the first of these is told with READY. */
static void give_up(ami_conn *c, const char *why)
{
    struct ami__standings *list = &c->session->standings;

    if (c->refusal.code == AMI_OK)
        ami__error_set(&c->refusal, AMI_E_REFUSED, 0, "%s was not restored: %s",
                       list->broken->kind == AMI__FILTER ? "a filter" : "the event mask", why);
    ami__standing_mended(list);
}

static void refused(ami_conn *c, const ami_msg *reply)
{
    const char *message = reply ? ami_msg_get(reply, "Message") : NULL;
    char shown[64] = "no reason given";

    if (message)
        ami__printable(shown, sizeof shown, message, strlen(message));
    give_up(c, shown);
}

static void on_answer(const struct ami_reply *reply, void *user)
{
    ami_conn *c = user;
    struct ami__standings *list = &reply->session->standings;

    if (reply->step != AMI_STEP_DONE || c->freed || c->state != AMI_STATE_LOGIN || !list->broken)
        return;
    if (reply->status == AMI_OK)
        ami__standing_mended(list);
    else
        refused(c, reply->msg);
    ask_again(c);
}

static int ask_for(ami_conn *c, const struct ami__standing *standing)
{
    const char *name = standing->kind == AMI__FILTER ? "Filter" : "Events";
    ami_action *action = ami__action_of(name, standing->lines, standing->len);
    int err = ami__submit_own(c->session, action, -1, on_answer, c);

    ami_action_free(action);
    return err;
}

/* One after the other: each may be refused. The time is that of the login. */
static void ask_again(ami_conn *c)
{
    const struct ami__standings *list = &c->session->standings;
    struct ami_error error = {0};
    int err = AMI_OK;

    while (list->broken && (err = ask_for(c, list->broken)) == AMI_E_LIMIT)
        give_up(c, "it is longer than this server reads");
    if (list->broken && err < 0) {
        ami__error_set(&error, err, 0, "a mask or filter could not be sent: %s", ami_strerror(err));
        ami__conn_end(c, &error);
    } else if (!list->broken) {
        c->session->logging_in = false;
        become_ready(c);
        if (!c->freed && c->state == AMI_STATE_READY)
            ami__submit_held(c->session);
    }
}

void ami__conn_logged_in(ami_conn *c)
{
    if (c->session->standings.broken) {
        c->session->logging_in = true; /* what is held waits on */
        ask_again(c);
    } else {
        become_ready(c);
    }
}
