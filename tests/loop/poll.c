/* SPDX-License-Identifier: MIT */
/* The loop that asks each time, without an adapter. */
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include "loop.h"

enum { CONNS_MAX = 8 };

struct poll_loop {
    struct seat {
        ami_conn *conn; /* or NULL */
    } seats[CONNS_MAX];
    const ami_mailbox *mailbox; /* of the next, or NULL */
    ami_conn *reader;
};

static void *make(void)
{
    return calloc(1, sizeof(struct poll_loop));
}

static void leave(void *seat)
{
    ((struct seat *)seat)->conn = NULL;
}

static int attach(ami_conn *conn, void *loop)
{
    struct seat *seat = ((struct poll_loop *)loop)->seats;

    while (seat->conn && seat->conn != conn)
        seat++;
    ami_conn_set_notify(conn, NULL, seat, leave);
    seat->conn = conn;
    return AMI_OK;
}

static void listen_to(void *loop, const ami_mailbox *mailbox, ami_conn *conn)
{
    struct poll_loop *l = loop;

    l->mailbox = mailbox;
    l->reader = conn;
}

/* How long the connections let poll() wait, and for what; returns the former. */
static int ask(struct poll_loop *loop, struct pollfd *fds, int ms)
{
    for (int i = 0; i < CONNS_MAX; i++) {
        const ami_conn *conn = loop->seats[i].conn;
        ami_time left = conn ? ami_conn_deadline(conn) - ami_now() : ms;
        int events = conn ? ami_conn_events(conn) : 0;

        fds[i] = (struct pollfd){.fd = conn ? ami_conn_fd(conn) : -1};
        fds[i].events =
            (short)((events & AMI_READ ? POLLIN : 0) | (events & AMI_WRITE ? POLLOUT : 0));
        if (left < ms)
            ms = left > 0 ? (int)left : 0;
    }
    return ms;
}

static int ready(const struct pollfd *fd)
{
    int seen = fd->revents & (POLLERR | POLLHUP | POLLNVAL) ? fd->events : fd->revents;

    return (seen & POLLIN ? AMI_READ : 0) | (seen & POLLOUT ? AMI_WRITE : 0);
}

static void run(void *loop, int ms)
{
    struct poll_loop *l = loop;
    struct pollfd fds[CONNS_MAX + 1], *letters = &fds[CONNS_MAX];

    *letters = (struct pollfd){l->mailbox ? ami_mailbox_fd(l->mailbox) : -1, POLLIN, 0};
    poll(fds, CONNS_MAX + 1, ask(l, fds, ms));
    if (letters->revents)
        ami_conn_process(l->reader, 0);
    for (int i = 0; i < CONNS_MAX; i++) {
        ami_conn *conn = l->seats[i].conn;

        if (conn && (ready(&fds[i]) || ami_conn_deadline(conn) <= ami_now()))
            ami_conn_process(conn, ready(&fds[i]));
    }
}

const struct loop test_loop = {"poll", false, make, attach, listen_to, run, free};
