/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <ami/adapters/libevent.h>

#include "loop.h"

struct libevent_loop {
    struct event_base *base;
    struct event *limit;   /* of a round's time */
    struct event *letters; /* in a mailbox */
};

static void on_limit(evutil_socket_t fd, short seen, void *user)
{
    (void)fd;
    (void)seen;
    (void)user;
}

static void *make(void)
{
    struct libevent_loop *l = calloc(1, sizeof *l);

    l->base = event_base_new();
    l->limit = event_new(l->base, -1, 0, on_limit, NULL);
    return l;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_libevent_attach(conn, ((struct libevent_loop *)loop)->base);
}

static void on_letter(evutil_socket_t fd, short seen, void *conn)
{
    (void)fd;
    (void)seen;
    ami_conn_process(conn, 0);
}

static void listen_to(void *loop, const ami_mailbox *mailbox, ami_conn *conn)
{
    struct libevent_loop *l = loop;

    if (!mailbox) {
        event_free(l->letters);
        return;
    }
    l->letters = event_new(l->base, ami_mailbox_fd(mailbox), EV_READ | EV_PERSIST, on_letter, conn);
    event_add(l->letters, NULL);
}

static void run(void *loop, int ms)
{
    struct libevent_loop *l = loop;
    struct timeval limit = {ms / 1000, ms % 1000 * 1000};

    event_add(l->limit, &limit);
    event_base_loop(l->base, EVLOOP_ONCE);
    event_del(l->limit);
}

static void destroy(void *loop)
{
    struct libevent_loop *l = loop;

    event_free(l->limit);
    event_base_free(l->base);
    libevent_global_shutdown();
    free(l);
}

const struct loop test_loop = {"libevent", false, make, attach, listen_to, run, destroy};
