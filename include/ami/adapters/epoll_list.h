/* SPDX-License-Identifier: MIT */
/* The connections in a loop around epoll. */
#ifndef AMI_ADAPTERS_EPOLL_LIST_H
#define AMI_ADAPTERS_EPOLL_LIST_H

#include <sys/epoll.h>

#include <ami/adapters/watch.h>

/* Begins as AMI_EPOLL_INIT(fd), with a descriptor of epoll that stays yours; it has to live as long
 * as connections are in it. */
struct ami_epoll {
    int fd;
    struct ami_epoll_conn *waiting, *ready; /* each is in one of them */
    void *known;                            /* all, as a tree of tsearch(3) */
    ami_time due;                           /* of those that wait the first deadline, or before */
};
#define AMI_EPOLL_INIT(fd)      \
    {                           \
        fd, NULL, NULL, NULL, 0 \
    }

struct ami_epoll_conn {
    struct ami_watch watch;
    struct ami_epoll *loop;
    struct ami_epoll_conn *next, **link; /* link: what points here */
    ami_time deadline;
    int seen; /* what epoll told, until it is served */
};

static inline void ami_epoll_leave(struct ami_epoll_conn *c)
{
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
}

static inline void ami_epoll_enter(struct ami_epoll_conn *c, struct ami_epoll_conn **list)
{
    c->link = list;
    c->next = *list;
    if (c->next)
        c->next->link = &c->next;
    *list = c;
}

static inline void ami_epoll_move(struct ami_epoll_conn *c, struct ami_epoll_conn **list)
{
    ami_epoll_leave(c);
    ami_epoll_enter(c, list);
}

/* Another one may be the first now: then that is found out when all are looked at. */
static inline void ami_epoll_set(struct ami_epoll_conn *c, ami_time deadline)
{
    if (deadline < c->loop->due)
        c->loop->due = deadline;
    else if (c->deadline == c->loop->due)
        c->loop->due = 0;
    c->deadline = deadline;
}

static inline int ami_epoll_order(const void *one, const void *other)
{
    return one < other ? -1 : one > other;
}

#endif
