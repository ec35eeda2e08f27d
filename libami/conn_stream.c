/* SPDX-License-Identifier: MIT */
#include "conn_stream.h"

#include <errno.h>

#include "error.h"

enum { READ_BUDGET = 256 << 10 }; /* bytes of one round: others in the loop want their turn */

void ami__conn_flush(ami_conn *c)
{
    const void *data;
    size_t len;

    while (c->fd >= 0 && !c->broken && (len = ami_session_output(c->session, &data)) > 0) {
        ptrdiff_t n = ami__net_send(c->fd, data, len);
        if (n == -EAGAIN)
            return;
        if (n < 0)
            c->broken = (int)-n;
        else
            ami_session_sent(c->session, (size_t)n);
    }
}

/* The stream is over: sys is an errno, or 0 at its regular end. */
static void stream_ended(ami_conn *c, int sys)
{
    struct ami_error error = {0};
    char why[64];

    if (sys) {
        ami__error_sys_text(why, sizeof why, sys);
        ami__error_set(&error, AMI_E_IO, sys, "the connection broke: %s", why);
    } else {
        ami__session_why_eof(c->session, &error);
    }
    ami__conn_end(c, &error);
}

/* What a dispatch led to: false when this round is over. */
static bool goes_on(ami_conn *c, int err)
{
    if (c->freed || c->state == AMI_STATE_CLOSED)
        return false;
    if (err < 0) {
        ami__conn_end(c, ami_session_error(c->session));
        return false;
    }
    c->buffered = c->paused;
    return !c->paused;
}

static void fail_nomem(ami_conn *c)
{
    struct ami_error error = {0};

    ami__error_set(&error, AMI_E_NOMEM, 0, "out of memory");
    ami__conn_end(c, &error);
}

/* One recv, unless it filled all the room there was. */
static void read_some(ami_conn *c)
{
    for (ptrdiff_t budget = READ_BUDGET; budget > 0;) {
        size_t room;
        void *space = ami_session_space(c->session, &room);
        if (!space) {
            fail_nomem(c);
            return;
        }
        ptrdiff_t n = ami__net_recv(c->fd, space, room);
        if (n == -EAGAIN)
            return;
        if (n <= 0) {
            stream_ended(c, (int)-n);
            return;
        }
        if (!goes_on(c, ami_session_added(c->session, (size_t)n, ami_now())) || (size_t)n < room)
            return;
        budget -= n;
    }
}

void ami__conn_receive(ami_conn *c, int ready)
{
    if (c->paused)
        return;
    if (c->buffered && !goes_on(c, ami__session_dispatch(c->session, ami_now())))
        return;
    if ((ready & AMI_READ) || c->broken)
        read_some(c);
    if (c->broken && !c->freed && c->state != AMI_STATE_CLOSED)
        stream_ended(c, c->broken);
}
