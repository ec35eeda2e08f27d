/* SPDX-License-Identifier: MIT */
/* A connection in a loop of libevent, 2.1 or later. */
#ifndef AMI_ADAPTERS_LIBEVENT_H
#define AMI_ADAPTERS_LIBEVENT_H

#include <event2/event.h>

#include <ami/adapters/watch.h>

struct ami_libevent {
    struct ami_watch watch;
    struct event_base *base;
    struct event *event; /* of the descriptor and the deadline */
};

static inline void ami_libevent_ready(evutil_socket_t fd, short seen, void *user)
{
    (void)fd;
    ami_watch_ready((struct ami_watch *)user, seen, EV_READ, EV_WRITE, 0);
}

static inline void ami_libevent_forget(struct ami_watch *w)
{
    struct ami_libevent *l = (struct ami_libevent *)w;

    event_del(l->event);
    event_assign(l->event, l->base, -1, 0, ami_libevent_ready, w);
}

static inline int ami_libevent_watch(struct ami_watch *w, bool is_new)
{
    struct ami_libevent *l = (struct ami_libevent *)w;
    int events = ami_watch_bits(w, EV_READ, EV_WRITE) | EV_PERSIST;

    (void)is_new;
    event_del(l->event);
    event_assign(l->event, l->base, w->fd, (short)events, ami_libevent_ready, w);
    if (event_add(l->event, NULL) == 0)
        return 0;
    ami_libevent_forget(w); /* else it would keep the deadline from being added */
    return -1;
}

static inline void ami_libevent_wake(struct ami_watch *w, ami_time ms)
{
    struct ami_libevent *l = (struct ami_libevent *)w;
    struct timeval wait = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

    event_base_update_cache_time(l->base); /* it counts from there */
    if (ms < 0)
        event_remove_timer(l->event);
    else
        event_add(l->event, &wait);
}

static inline void ami_libevent_drop(struct ami_watch *w)
{
    event_free(((struct ami_libevent *)w)->event);
    free(w);
}

/* As ami_epoll_attach. */
static inline int ami_libevent_attach(ami_conn *conn, struct event_base *base)
{
    static const struct ami_watch_ops ops = {ami_libevent_watch, ami_libevent_forget,
                                             ami_libevent_wake, ami_libevent_drop};
    struct ami_libevent *l = (struct ami_libevent *)calloc(1, sizeof *l);
    struct event *event = l ? event_new(base, -1, 0, ami_libevent_ready, l) : NULL;

    if (!event) {
        free(l);
        return AMI_E_NOMEM;
    }
    l->base = base;
    l->event = event;
    return ami_watch_begin(&l->watch, conn, &ops);
}

#endif
