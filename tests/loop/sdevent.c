/* SPDX-License-Identifier: MIT */
#include <ami/adapters/sdevent.h>

#include "loop.h"

struct sdevent_loop {
    sd_event *event;
    sd_event_source *letters; /* in a mailbox */
};

static void *make(void)
{
    struct sdevent_loop *l = calloc(1, sizeof *l);

    sd_event_new(&l->event);
    return l;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_sdevent_attach(conn, ((struct sdevent_loop *)loop)->event);
}

static int on_letter(sd_event_source *letters, int fd, uint32_t seen, void *conn)
{
    (void)letters;
    (void)fd;
    (void)seen;
    ami_conn_process(conn, 0);
    return 0;
}

static void listen_to(void *loop, const ami_mailbox *mailbox, ami_conn *conn)
{
    struct sdevent_loop *l = loop;

    if (mailbox)
        sd_event_add_io(l->event, &l->letters, ami_mailbox_fd(mailbox), EPOLLIN, on_letter, conn);
    else
        sd_event_source_disable_unref(l->letters);
}

static void run(void *loop, int ms)
{
    sd_event_run(((struct sdevent_loop *)loop)->event, (uint64_t)ms * 1000);
}

static void destroy(void *loop)
{
    struct sdevent_loop *l = loop;

    if (sd_event_unref(l->event))
        abort(); /* always NULL */
    free(l);
}

const struct loop test_loop = {"sdevent", false, make, attach, listen_to, run, destroy};
