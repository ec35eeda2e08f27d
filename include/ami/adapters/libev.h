/* SPDX-License-Identifier: MIT */
/* A connection in a loop of libev. */
#ifndef AMI_ADAPTERS_LIBEV_H
#define AMI_ADAPTERS_LIBEV_H

#include <ev.h>

#include <ami/adapters/watch.h>

struct ami_libev {
    struct ami_watch watch;
    struct ev_loop *loop;
    struct ev_io io;
    struct ev_timer timer;
};

static inline void ami_libev_ready(struct ev_loop *loop, struct ev_io *io, int seen)
{
    (void)loop;
    ami_watch_ready((struct ami_watch *)io->data, seen, EV_READ, EV_WRITE, 0);
}

static inline void ami_libev_timeout(struct ev_loop *loop, struct ev_timer *timer, int seen)
{
    (void)loop;
    (void)seen;
    ami_watch_process((struct ami_watch *)timer->data, 0);
}

static inline void ami_libev_forget(struct ami_watch *w)
{
    ev_io_stop(((struct ami_libev *)w)->loop, &((struct ami_libev *)w)->io);
}

static inline int ami_libev_watch(struct ami_watch *w, bool is_new)
{
    struct ami_libev *l = (struct ami_libev *)w;

    (void)is_new;
    ami_libev_forget(w);
    ev_io_set(&l->io, w->fd, ami_watch_bits(w, EV_READ, EV_WRITE));
    ev_io_start(l->loop, &l->io);
    return 0;
}

static inline void ami_libev_wake(struct ami_watch *w, ami_time ms)
{
    struct ami_libev *l = (struct ami_libev *)w;

    ev_now_update(l->loop); /* it counts from there */
    ev_timer_stop(l->loop, &l->timer);
    ev_timer_set(&l->timer, (double)ms / 1000, 0.);
    if (ms >= 0)
        ev_timer_start(l->loop, &l->timer);
}

static inline void ami_libev_drop(struct ami_watch *w)
{
    ami_libev_wake(w, -1);
    free(w);
}

/* As ami_epoll_attach. */
static inline int ami_libev_attach(ami_conn *conn, struct ev_loop *loop)
{
    static const struct ami_watch_ops ops = {ami_libev_watch, ami_libev_forget, ami_libev_wake,
                                             ami_libev_drop};
    struct ami_libev *l = (struct ami_libev *)calloc(1, sizeof *l);

    if (!l)
        return AMI_E_NOMEM;
    l->loop = loop;
    ev_io_init(&l->io, ami_libev_ready, -1, 0);
    ev_timer_init(&l->timer, ami_libev_timeout, 0., 0.);
    l->io.data = l->timer.data = l;
    return ami_watch_begin(&l->watch, conn, &ops);
}

#endif
