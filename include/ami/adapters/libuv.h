/* SPDX-License-Identifier: MIT */
/* A connection in a loop of libuv, which frees what it gave back in its next round. */
#ifndef AMI_ADAPTERS_LIBUV_H
#define AMI_ADAPTERS_LIBUV_H

#include <uv.h>

#include <ami/adapters/watch.h>

struct ami_uv {
    struct ami_watch watch;
    uv_timer_t timer;
    uv_poll_t *poll; /* each descriptor has its own, as closing takes time */
};

static inline void ami_uv_free(uv_handle_t *handle)
{
    free(handle->data);
}

static inline void ami_uv_timeout(uv_timer_t *timer)
{
    ami_watch_process((struct ami_watch *)timer->data, 0);
}

static inline void ami_uv_ready(uv_poll_t *poll, int error, int seen)
{
    struct ami_watch *w = (struct ami_watch *)poll->data;
    if (error) /* libuv waits no more, but what came before is still to be read */
        uv_poll_start(poll, seen = ami_watch_bits(w, UV_READABLE, UV_WRITABLE), ami_uv_ready);
    ami_watch_ready(w, seen, UV_READABLE, UV_WRITABLE, 0);
}

static inline int ami_uv_watch(struct ami_watch *w, bool is_new)
{
    struct ami_uv *l = (struct ami_uv *)w;
    uv_poll_t *poll = is_new ? (uv_poll_t *)malloc(sizeof *poll) : l->poll;
    if (is_new && (!poll || uv_poll_init(l->timer.loop, poll, w->fd) < 0)) {
        free(poll);
        return -1;
    }
    (l->poll = poll)->data = w;
    return uv_poll_start(poll, ami_watch_bits(w, UV_READABLE, UV_WRITABLE), ami_uv_ready);
}

static inline void ami_uv_forget(struct ami_watch *w)
{
    uv_poll_t *poll = ((struct ami_uv *)w)->poll;
    uv_close((uv_handle_t *)(poll->data = poll), ami_uv_free);
}

static inline void ami_uv_wake(struct ami_watch *w, ami_time ms)
{
    uv_timer_t *timer = &((struct ami_uv *)w)->timer;
    uint64_t wait = (uint64_t)ms + uv_hrtime() / 1000000 - uv_now(timer->loop);
    uv_timer_stop(timer);
    if (ms >= 0) /* 0 would come again in the same round, whose time stands still */
        uv_timer_start(timer, ami_uv_timeout, wait ? wait : 1, 0);
}

static inline void ami_uv_drop(struct ami_watch *w)
{
    uv_close((uv_handle_t *)&((struct ami_uv *)w)->timer, ami_uv_free);
}

/* As ami_epoll_attach; AMI_E_IO also when the loop waits for the descriptor already. */
static inline int ami_libuv_attach(ami_conn *conn, uv_loop_t *loop)
{
    static const struct ami_watch_ops ops = {ami_uv_watch, ami_uv_forget, ami_uv_wake, ami_uv_drop};
    struct ami_uv *l = (struct ami_uv *)malloc(sizeof *l);

    if (!l)
        return AMI_E_NOMEM;
    uv_timer_init(loop, &l->timer);
    l->timer.data = l;
    return ami_watch_begin(&l->watch, conn, &ops);
}

#endif
