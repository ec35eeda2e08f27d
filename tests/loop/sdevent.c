/* SPDX-License-Identifier: MIT */
#include <ami/adapters/sdevent.h>

#include "loop.h"

static void *make(void)
{
    sd_event *loop = NULL;

    sd_event_new(&loop);
    return loop;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_sdevent_attach(conn, loop);
}

static void run(void *loop, int ms)
{
    sd_event_run(loop, (uint64_t)ms * 1000);
}

static void destroy(void *loop)
{
    if (sd_event_unref(loop))
        abort(); /* always NULL */
}

const struct loop test_loop = {"sdevent", make, attach, run, destroy};
