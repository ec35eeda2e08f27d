/* SPDX-License-Identifier: MIT */
/* What epoll lacks to be a loop: deadlines, and whose an event is. */
#ifndef AMI_ADAPTERS_EPOLL_LOOP_H
#define AMI_ADAPTERS_EPOLL_LOOP_H

#include <limits.h>
#include <search.h>

#include <ami/adapters/epoll_list.h>

/* Who is due is ready. How long to wait for what comes next: nobody is looked at in vain. */
static inline int ami_epoll_look(struct ami_epoll *loop, int timeout_ms)
{
    ami_time now = ami_now(), left;
    struct ami_epoll_conn *c, *next;

    if (loop->due <= now) {
        loop->due = AMI_NEVER;
        for (c = loop->waiting; c; c = next) {
            next = c->next;
            if (c->deadline <= now)
                ami_epoll_move(c, &loop->ready);
            else if (c->deadline < loop->due)
                loop->due = c->deadline;
        }
    }
    left = loop->ready ? 0 : loop->due - now;
    if (timeout_ms >= 0 && timeout_ms <= left)
        return timeout_ms;
    return left < INT_MAX ? (int)left : INT_MAX;
}

static inline void ami_epoll_serve(struct ami_epoll *loop)
{
    struct ami_epoll_conn *c;

    while ((c = loop->ready)) { /* callbacks may free any of them */
        int seen = c->seen;

        c->seen = 0;
        ami_epoll_move(c, &loop->waiting);
        ami_watch_ready(&c->watch, seen, EPOLLIN, EPOLLOUT, EPOLLERR | EPOLLHUP);
    }
}

/* epoll_wait(2) for a loop with connections: serves these, and returns the number of events that
 * are the program's own; 0 also when it has served. It does not serve between being told an own
 * event and returning it, so that no callback makes that stale. */
static inline int ami_epoll_wait(struct ami_epoll *loop, struct epoll_event *events, int max,
                                 int timeout_ms)
{
    int own = 0, n = ami_epoll_look(loop, timeout_ms);

    ami_epoll_serve(loop);
    n = epoll_wait(loop->fd, events, max, n);
    for (int i = 0; i < n; i++) {
        struct ami_epoll_conn *c = (struct ami_epoll_conn *)events[i].data.ptr;

        if (tfind(c, &loop->known, ami_epoll_order)) {
            c->seen = (int)events[i].events;
            ami_epoll_move(c, &loop->ready);
        } else {
            events[own++] = events[i];
        }
    }
    if (n >= 0 && own == 0) {
        ami_epoll_look(loop, 0);
        ami_epoll_serve(loop);
    }
    return n < 0 ? n : own;
}

#endif
