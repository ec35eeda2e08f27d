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

/* The first one that the server refuses is told with READY. */
static void note_refusal(ami_conn *c, const struct ami__standing *standing, const ami_msg *reply)
{
    const char *message = reply ? ami_msg_get(reply, "Message") : NULL;
    char shown[64] = "no reason given";

    if (message)
        ami__printable(shown, sizeof shown, message, strlen(message));
    if (c->refusal.code == AMI_OK)
        ami__error_set(&c->refusal, AMI_E_REFUSED, 0, "%s was not restored: %s",
                       standing->kind == AMI__FILTER ? "a filter" : "the event mask", shown);
}

static void on_answer(const struct ami_reply *reply, void *user)
{
    ami_conn *c = user;
    struct ami__standings *list = &reply->session->standings;

    if (reply->step != AMI_STEP_DONE || c->freed || c->state != AMI_STATE_LOGIN || !list->broken)
        return;
    if (reply->status != AMI_OK)
        note_refusal(c, list->broken, reply->msg);
    ami__standing_mended(list);
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
    const struct ami__standing *first = c->session->standings.broken;
    struct ami_error error = {0};
    int err;

    if (first && (err = ask_for(c, first)) < 0) {
        ami__error_set(&error, err, 0, "a mask or filter could not be sent: %s", ami_strerror(err));
        ami__conn_end(c, &error);
    } else if (!first) {
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
