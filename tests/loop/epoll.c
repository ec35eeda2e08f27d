/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include <ami/adapters/epoll.h>

#include "loop.h"

static void *make(void)
{
    struct ami_epoll *loop = calloc(1, sizeof *loop);

    loop->fd = epoll_create1(EPOLL_CLOEXEC);
    return loop;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_epoll_attach(conn, loop);
}

static void run(void *loop, int ms)
{
    struct epoll_event events[8];

    ami_epoll_wait(loop, events, 8, ms);
}

static void destroy(void *loop)
{
    struct ami_epoll *l = loop;

    assert(!l->first);
    close(l->fd);
    free(l);
}

const struct loop test_loop = {"epoll", make, attach, run, destroy};
