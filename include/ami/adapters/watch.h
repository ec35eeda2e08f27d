/* SPDX-License-Identifier: MIT */
/* What the adapters for event loops have in common; nothing here is for programs. */
#ifndef AMI_ADAPTERS_WATCH_H
#define AMI_ADAPTERS_WATCH_H

#include <stdbool.h>
#include <stdlib.h>

#include <ami/conn.h>

struct ami_watch;

/* What a loop can do. */
struct ami_watch_ops {
    /* Wait for w->fd and w->events; if it is not new, only the events are others than before.
     * Negative when the loop refuses; what is new leaves nothing behind then. */
    int (*watch)(struct ami_watch *w, bool is_new);
    /* Wait for w->fd no more. */
    void (*forget)(struct ami_watch *w);
    /* Wake up after so many milliseconds; -1: never. */
    void (*wake)(struct ami_watch *w, ami_time ms);
    /* The descriptor is forgotten: stop the timer, and free w. */
    void (*drop)(struct ami_watch *w);
};

/* A connection and what its loop waits for: the first member of what an adapter remembers. */
struct ami_watch {
    ami_conn *conn;
    const struct ami_watch_ops *ops;
    int fd, events; /* -1 and 0: for no descriptor */
    bool *gone;     /* while process runs: where to tell that this is dropped */
};

/* The events in the loop's own bits. */
static inline int ami_watch_bits(const struct ami_watch *w, int read, int write)
{
    return (w->events & AMI_READ ? read : 0) | (w->events & AMI_WRITE ? write : 0);
}

/* The notify hook. A descriptor that the loop refuses is offered again with the next change. */
static inline void ami_watch_changed(ami_conn *conn, void *user)
{
    struct ami_watch *w = (struct ami_watch *)user;
    int fd = ami_conn_fd(conn), events = ami_conn_events(conn);
    bool is_new = fd != w->fd, is_other = is_new || events != w->events;
    ami_time deadline = ami_conn_deadline(conn), now = ami_now();

    if (is_new && w->fd >= 0)
        w->ops->forget(w);
    w->fd = fd;
    w->events = events;
    if (fd >= 0 && is_other && w->ops->watch(w, is_new) < 0) {
        if (!is_new)
            w->ops->forget(w);
        w->fd = -1;
    }
    w->ops->wake(w, deadline == AMI_NEVER ? -1 : deadline > now ? deadline - now : 0);
}

/* A callback runs the loop, which would tell the same again and again until it returns. */
static inline void ami_watch_rest(struct ami_watch *w)
{
    if (w->fd >= 0)
        w->ops->forget(w);
    w->fd = -1;
    w->ops->wake(w, -1);
}

/* The descriptor is ready, or with 0 the time has come. A timer that came too early, or comes but
 * once, is to be set again although nothing has changed. */
static inline void ami_watch_process(struct ami_watch *w, int ready)
{
    bool gone = false;

    if (w->gone) {
        ami_watch_rest(w);
        return;
    }
    w->gone = &gone;
    ami_conn_process(w->conn, ready);
    if (gone) /* so is w */
        return;
    w->gone = NULL;
    ami_watch_changed(w->conn, w);
}

/* The same with the loop's own bits; those that mean errors and hang-ups stand for all. */
static inline void ami_watch_ready(struct ami_watch *w, int seen, int read, int write, int broken)
{
    int ready = (seen & read ? AMI_READ : 0) | (seen & write ? AMI_WRITE : 0);

    ami_watch_process(w, seen & broken ? w->events : ready);
}

static inline void ami_watch_drop(void *user)
{
    struct ami_watch *w = (struct ami_watch *)user;

    if (w->gone)
        *w->gone = true;
    if (w->fd >= 0)
        w->ops->forget(w);
    w->ops->drop(w);
}

/* The end of attach: w belongs to the connection from now on. */
static inline int ami_watch_begin(struct ami_watch *w, ami_conn *conn,
                                  const struct ami_watch_ops *ops)
{
    w->conn = conn;
    w->ops = ops;
    w->fd = -1;
    w->events = 0;
    w->gone = NULL;
    ami_conn_set_notify(conn, ami_watch_changed, w, ami_watch_drop);
    ami_watch_changed(conn, w);
    if (w->fd == ami_conn_fd(conn))
        return AMI_OK;
    ami_conn_set_notify(conn, NULL, NULL, NULL);
    return AMI_E_IO;
}

#endif
