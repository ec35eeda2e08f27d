/* SPDX-License-Identifier: MIT */
/* A connection in a loop of sd-event, of systemd 243 or later. */
#ifndef AMI_ADAPTERS_SDEVENT_H
#define AMI_ADAPTERS_SDEVENT_H

#include <systemd/sd-event.h>
#include <time.h>

#include <ami/adapters/watch.h>

struct ami_sdevent {
    struct ami_watch watch;
    sd_event *loop;
    sd_event_source *io, *timer;
};

static inline int ami_sdevent_ready(sd_event_source *io, int fd, uint32_t seen, void *user)
{
    (void)io;
    (void)fd;
    ami_watch_ready((struct ami_watch *)user, (int)seen, EPOLLIN, EPOLLOUT, EPOLLERR | EPOLLHUP);
    return 0;
}

static inline int ami_sdevent_timeout(sd_event_source *timer, uint64_t usec, void *user)
{
    (void)timer;
    (void)usec;
    ami_watch_process((struct ami_watch *)user, 0);
    return 0;
}

static inline int ami_sdevent_watch(struct ami_watch *w, bool is_new)
{
    struct ami_sdevent *l = (struct ami_sdevent *)w;
    uint32_t events = (uint32_t)ami_watch_bits(w, EPOLLIN, EPOLLOUT);

    if (is_new)
        return sd_event_add_io(l->loop, &l->io, w->fd, events, ami_sdevent_ready, w);
    return sd_event_source_set_io_events(l->io, events);
}

static inline void ami_sdevent_forget(struct ami_watch *w)
{
    sd_event_source_disable_unref(((struct ami_sdevent *)w)->io);
}

static inline void ami_sdevent_wake(struct ami_watch *w, ami_time ms)
{
    sd_event_source *timer = ((struct ami_sdevent *)w)->timer;

    sd_event_source_set_time(timer, (uint64_t)ami_conn_deadline(w->conn) * 1000);
    sd_event_source_set_enabled(timer, ms < 0 ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static inline void ami_sdevent_drop(struct ami_watch *w)
{
    sd_event_source_disable_unref(((struct ami_sdevent *)w)->timer);
    free(w);
}

/* As ami_epoll_attach. */
static inline int ami_sdevent_attach(ami_conn *conn, sd_event *loop)
{
    static const struct ami_watch_ops ops = {ami_sdevent_watch, ami_sdevent_forget,
                                             ami_sdevent_wake, ami_sdevent_drop};
    struct ami_sdevent *l = (struct ami_sdevent *)calloc(1, sizeof *l);

    /* Without an accuracy of its own, a timer may come a quarter of a second late. */
    if (!l ||
        sd_event_add_time(loop, &l->timer, CLOCK_MONOTONIC, 0, 1, ami_sdevent_timeout, l) < 0) {
        free(l);
        return AMI_E_NOMEM;
    }
    l->loop = loop;
    return ami_watch_begin(&l->watch, conn, &ops);
}

#endif
