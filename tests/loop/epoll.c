/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include <ami/adapters/epoll.h>

#include "loop.h"

struct epoll_loop {
    struct ami_epoll epoll;
    int letters; /* the mailbox that is watched */
};

static void *make(void)
{
    struct epoll_loop *l = calloc(1, sizeof *l);

    l->epoll.fd = epoll_create1(EPOLL_CLOEXEC);
    return l;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_epoll_attach(conn, &((struct epoll_loop *)loop)->epoll);
}

static void listen_to(void *loop, const ami_mailbox *mailbox, ami_conn *conn)
{
    struct epoll_loop *l = loop;
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = conn}};

    if (mailbox)
        l->letters = ami_mailbox_fd(mailbox);
    epoll_ctl(l->epoll.fd, mailbox ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, l->letters, &event);
}

static void run(void *loop, int ms)
{
    struct epoll_event events[8];

    if (ami_epoll_wait(&((struct epoll_loop *)loop)->epoll, events, 8, ms) == 1)
        ami_conn_process(events[0].data.ptr, 0);
}

static void destroy(void *loop)
{
    struct epoll_loop *l = loop;

    assert(!l->epoll.known);
    close(l->epoll.fd);
    free(l);
}

const struct loop test_loop = {"epoll", true, make, attach, listen_to, run, destroy};
