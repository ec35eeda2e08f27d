/* SPDX-License-Identifier: MIT */
/* What epoll lacks to be a loop: deadlines, and whose an event is. */
#ifndef AMI_ADAPTERS_EPOLL_LOOP_H
#define AMI_ADAPTERS_EPOLL_LOOP_H

#include <limits.h>
#include <sys/epoll.h>

#include <ami/adapters/watch.h>

/* Begins as AMI_EPOLL_INIT(fd), with a descriptor of epoll that stays yours; it has to live as long
 * as connections are in it. */
struct ami_epoll {
    int fd;
    struct ami_epoll_conn *first, *next; /* next: after the one that is served */
    bool behind;                         /* connections have to wait for own events */
};
#define AMI_EPOLL_INIT(fd) \
    {                      \
        fd, NULL, NULL, 0  \
    }

struct ami_epoll_conn {
    struct ami_watch watch;
    struct ami_epoll *loop;
    struct ami_epoll_conn *next, **link; /* link: what points here */
    ami_time deadline;
    int seen; /* what epoll told, until it is served */
};

/* How long to wait for what comes next. Whatever it is time for is served, if that is asked. */
static inline int ami_epoll_next(struct ami_epoll *loop, bool serve, int timeout_ms)
{
    ami_time now = ami_now();

    for (struct ami_epoll_conn *c = loop->first; c; c = loop->next) {
        ami_time left = c->seen ? 0 : c->deadline - now;
        int seen = c->seen;

        loop->next = c->next; /* callbacks may free any of them */
        if (timeout_ms < 0 || left < timeout_ms)
            timeout_ms = left <= 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX;
        if (!serve || left > 0)
            continue;
        c->seen = 0;
        ami_watch_ready(&c->watch, seen, EPOLLIN, EPOLLOUT, EPOLLERR | EPOLLHUP);
    }
    return timeout_ms;
}

/* epoll_wait(2) for a loop with connections: serves these, and returns the number of events that
 * are the program's own; 0 also when it has served. It does not serve between being told an own
 * event and returning it, so that no callback makes that stale. */
static inline int ami_epoll_wait(struct ami_epoll *loop, struct epoll_event *events, int max,
                                 int timeout_ms)
{
    int own = 0, n = ami_epoll_next(loop, loop->behind, timeout_ms);

    n = epoll_wait(loop->fd, events, max, n);
    for (int i = 0; i < n; i++) {
        struct ami_epoll_conn *c = loop->first;

        while (c && c != events[i].data.ptr)
            c = c->next;
        if (c)
            c->seen = (int)events[i].events;
        else
            events[own++] = events[i];
    }
    loop->behind = own > 0;
    if (n >= 0 && own == 0)
        ami_epoll_next(loop, true, 0);
    return n < 0 ? n : own;
}

#endif
