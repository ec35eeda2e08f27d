/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <ami/adapters/libev.h>

#include "loop.h"

struct libev_loop {
    struct ev_loop *ev;
    struct ev_timer limit; /* of a round's time */
    struct ev_io letters;  /* in a mailbox */
};

static void on_limit(struct ev_loop *loop, struct ev_timer *timer, int seen)
{
    (void)loop;
    (void)timer;
    (void)seen;
}

static void *make(void)
{
    struct libev_loop *l = calloc(1, sizeof *l);

    l->ev = ev_loop_new(EVFLAG_AUTO);
    ev_timer_init(&l->limit, on_limit, 0., 0.);
    return l;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_libev_attach(conn, ((struct libev_loop *)loop)->ev);
}

static void on_letter(struct ev_loop *loop, struct ev_io *io, int seen)
{
    (void)loop;
    (void)seen;
    ami_conn_process(io->data, 0);
}

static void listen_to(void *loop, const ami_mailbox *mailbox, ami_conn *conn)
{
    struct libev_loop *l = loop;

    if (!mailbox) {
        ev_io_stop(l->ev, &l->letters);
        return;
    }
    ev_io_init(&l->letters, on_letter, ami_mailbox_fd(mailbox), EV_READ);
    l->letters.data = conn;
    ev_io_start(l->ev, &l->letters);
}

static void run(void *loop, int ms)
{
    struct libev_loop *l = loop;

    ev_now_update(l->ev);
    ev_timer_set(&l->limit, ms / 1000., 0.);
    ev_timer_start(l->ev, &l->limit);
    ev_run(l->ev, EVRUN_ONCE);
    ev_timer_stop(l->ev, &l->limit);
}

static void destroy(void *loop)
{
    struct libev_loop *l = loop;

    ev_loop_destroy(l->ev);
    free(l);
}

const struct loop test_loop = {"libev", true, make, attach, listen_to, run, destroy};
