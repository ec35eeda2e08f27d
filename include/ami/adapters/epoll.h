/* SPDX-License-Identifier: MIT */
/* A connection in a loop of the program's own, around epoll. */
#ifndef AMI_ADAPTERS_EPOLL_H
#define AMI_ADAPTERS_EPOLL_H

#include <ami/adapters/epoll_loop.h>

static inline int ami_epoll_watch(struct ami_watch *w, bool is_new)
{
    struct epoll_event event;
    int op = is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

    event.events = (uint32_t)ami_watch_bits(w, EPOLLIN, EPOLLOUT);
    event.data.ptr = w;
    return epoll_ctl(((struct ami_epoll_conn *)w)->loop->fd, op, w->fd, &event);
}

static inline void ami_epoll_forget(struct ami_watch *w)
{
    struct ami_epoll_conn *l = (struct ami_epoll_conn *)w;
    struct epoll_event unused;

    epoll_ctl(l->loop->fd, EPOLL_CTL_DEL, w->fd, &unused);
    l->seen = 0;
}

static inline void ami_epoll_wake(struct ami_watch *w, ami_time ms)
{
    ami_epoll_set((struct ami_epoll_conn *)w, ms < 0 ? AMI_NEVER : ami_conn_deadline(w->conn));
}

static inline void ami_epoll_drop(struct ami_watch *w)
{
    struct ami_epoll_conn *l = (struct ami_epoll_conn *)w;

    ami_epoll_set(l, AMI_NEVER);
    ami_epoll_leave(l);
    tdelete(l, &l->loop->known, ami_epoll_order);
    free(l);
}

/* The loop serves the connection from now on, until that is freed or attached again. AMI_E_NOMEM,
 * AMI_E_IO when the loop does not take the descriptor. Here that happens in ami_epoll_wait. */
static inline int ami_epoll_attach(ami_conn *conn, struct ami_epoll *loop)
{
    static const struct ami_watch_ops ops = {ami_epoll_watch, ami_epoll_forget, ami_epoll_wake,
                                             ami_epoll_drop};
    struct ami_epoll_conn *l = (struct ami_epoll_conn *)calloc(1, sizeof *l);

    if (!l || !tsearch(l, &loop->known, ami_epoll_order)) {
        free(l);
        return AMI_E_NOMEM;
    }
    l->loop = loop;
    l->deadline = AMI_NEVER;
    ami_epoll_enter(l, &loop->waiting);
    return ami_watch_begin(&l->watch, conn, &ops);
}

#endif
