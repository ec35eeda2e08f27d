/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <ami/adapters/libuv.h>

#include "loop.h"

struct libuv_loop {
    uv_loop_t uv;
    uv_timer_t limit;  /* of a round's time */
    uv_poll_t letters; /* in a mailbox */
};

static void on_limit(uv_timer_t *timer)
{
    (void)timer;
}

static void *make(void)
{
    struct libuv_loop *l = calloc(1, sizeof *l);

    uv_loop_init(&l->uv);
    uv_timer_init(&l->uv, &l->limit);
    return l;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_libuv_attach(conn, &((struct libuv_loop *)loop)->uv);
}

static void on_letter(uv_poll_t *poll, int error, int seen)
{
    (void)error;
    (void)seen;
    ami_conn_process(poll->data, 0);
}

static void listen_to(void *loop, const ami_mailbox *mailbox, ami_conn *conn)
{
    struct libuv_loop *l = loop;

    if (!mailbox) {
        uv_close((uv_handle_t *)&l->letters, NULL);
        return;
    }
    uv_poll_init(&l->uv, &l->letters, ami_mailbox_fd(mailbox));
    l->letters.data = conn;
    uv_poll_start(&l->letters, UV_READABLE, on_letter);
}

static void run(void *loop, int ms)
{
    struct libuv_loop *l = loop;

    uv_update_time(&l->uv);
    uv_timer_start(&l->limit, on_limit, (uint64_t)ms, 0);
    uv_run(&l->uv, UV_RUN_ONCE);
    uv_timer_stop(&l->limit);
}

static void destroy(void *loop)
{
    struct libuv_loop *l = loop;

    uv_close((uv_handle_t *)&l->limit, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT); /* what was closed is freed there */
    if (uv_loop_close(&l->uv) != 0)
        abort();
    free(l);
}

const struct loop test_loop = {"libuv", false, make, attach, listen_to, run, destroy};
