/* SPDX-License-Identifier: MIT */
#include "conn_end.h"

#include "error.h"
#include "mailbox.h"
#include "random.h"

/* With the name of the server in front, so that a program with many of them can tell. */
static void set_reason(ami_conn *c, const struct ami_error *error)
{
    struct ami_error why = *error; /* which may be c->error */

    c->error = (struct ami_error){0};
    if (c->state == AMI_STATE_CLOSING || why.code == AMI_E_CANCELLED)
        ami__error_set(&c->error, AMI_E_CANCELLED, 0, "closed by this program");
    else if (c->address_count > 0)
        ami__error_set(&c->error, why.code, why.sys, "%.48s port %d: %s", c->host, c->port,
                       why.text);
    else
        c->error = why;
    if (c->error.code == why.code)
        c->error.tls = why.tls;
}

/* ---- For good ---------------------------------------------------------------------------- */

static void close_for_good(ami_conn *c)
{
    enum ami_conn_state previous = c->state;

    c->state = AMI_STATE_CLOSED;
    c->deadline = AMI_NEVER;
    ami__conn_drop_fd(c);
    ami__session_end(c->session, &c->error);
    ami__mailbox_close(c, AMI_E_NOT_SENT);
    if (!c->freed)
        ami__conn_tell(c, previous);
}

/* ---- Until the next attempt -------------------------------------------------------------- */

/* Another attempt with the same secret, or to the same impostor, would end in the same way. */
static bool comes_back(const ami_conn *c)
{
    return c->reconnect_min_ms > 0 && c->error.code != AMI_E_CANCELLED &&
           c->error.code != AMI_E_AUTH && c->error.code != AMI_E_VERIFY;
}

/* Each delay is twice the one before, and up to a half more, so that many clients do not come back
 * all at once. */
static int next_delay_ms(ami_conn *c)
{
    int most = c->reconnect_max_ms - c->reconnect_max_ms / 3, base = c->reconnect_min_ms;

    for (unsigned i = 0; i < c->failures && base < most; i++)
        base = base < most / 2 ? 2 * base : most;
    int spread = base / 2 < c->reconnect_max_ms - base ? base / 2 : c->reconnect_max_ms - base;
    c->failures++;
    return base + (int)ami__random_below((unsigned)spread + 1);
}

/* A connection that lasted shows that the server is well again. */
static void leave_ready(ami_conn *c)
{
    if (ami_now() - c->ready_since >= c->reconnect_max_ms)
        c->failures = 0;
    c->was_ready = true;
    c->lost_at = c->fresh;
}

static void back_off(ami_conn *c)
{
    enum ami_conn_state previous = c->state;

    if (previous == AMI_STATE_READY)
        leave_ready(c);
    c->state = AMI_STATE_BACKOFF;
    c->deadline = ami_now() + next_delay_ms(c);
    c->broken = 0;
    c->buffered = false;
    ami__conn_drop_fd(c);
    ami__session_restart(c->session);
    if (!c->freed && c->state == AMI_STATE_BACKOFF)
        ami__conn_tell(c, previous);
}

void ami__conn_end(ami_conn *c, const struct ami_error *error)
{
    set_reason(c, error);
    if (comes_back(c))
        back_off(c);
    else
        close_for_good(c);
}
