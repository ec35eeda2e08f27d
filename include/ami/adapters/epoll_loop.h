/* SPDX-License-Identifier: MIT */
/* What epoll lacks to be a loop: deadlines, and whose an event is. */
#ifndef AMI_ADAPTERS_EPOLL_LOOP_H
#define AMI_ADAPTERS_EPOLL_LOOP_H

#include <limits.h>
#include <sys/epoll.h>

#include <ami/adapters/watch.h>

/* A descriptor of epoll, which stays yours, and the connections in it: {fd, NULL, NULL} at first.
 * It has to live as long as they do. */
struct ami_epoll {
    int fd;
    struct ami_epoll_conn *first, *next; /* next is to be served, while they are */
};

struct ami_epoll_conn {
    struct ami_watch watch;
    struct ami_epoll *loop;
    struct ami_epoll_conn *next, **link; /* link: what points here */
    ami_time deadline;
    int seen; /* what epoll has told, until it is served */
};

/* Serves all for which it is time. Returns how long to wait then: not at all if there were some,
 * as the program may have got what it waits for. */
static inline int ami_epoll_serve(struct ami_epoll *loop, int timeout_ms)
{
    ami_time now = ami_now();

    for (struct ami_epoll_conn *w = loop->first; w; w = loop->next) {
        ami_time left = w->deadline - now;
        int seen = w->seen;

        loop->next = w->next; /* callbacks may free any of them */
        w->seen = 0;
        if (seen || left <= 0) {
            timeout_ms = 0;
            ami_watch_ready(&w->watch, seen, EPOLLIN, EPOLLOUT, EPOLLERR | EPOLLHUP);
        } else if (timeout_ms < 0 || left < timeout_ms) {
            timeout_ms = left < INT_MAX ? (int)left : INT_MAX;
        }
    }
    return timeout_ms;
}

static inline struct ami_epoll_conn *ami_epoll_find(const struct ami_epoll *loop, const void *data)
{
    struct ami_epoll_conn *w = loop->first;

    while (w && w != data)
        w = w->next;
    return w;
}

/* epoll_wait(2) for a loop with connections: serves these, and returns the events that are the
 * program's own; 0 also when it has served some. Own events are told before a callback runs that
 * could make them stale. */
static inline int ami_epoll_wait(struct ami_epoll *loop, struct epoll_event *events, int max,
                                 int timeout_ms)
{
    int n = epoll_wait(loop->fd, events, max, ami_epoll_serve(loop, timeout_ms)), own = 0;

    for (int i = 0; i < n; i++) {
        struct ami_epoll_conn *w = ami_epoll_find(loop, events[i].data.ptr);

        if (w)
            w->seen = (int)events[i].events;
        else
            events[own++] = events[i];
    }
    if (n > 0 && own == 0)
        ami_epoll_serve(loop, 0);
    return n < 0 ? n : own;
}

#endif
