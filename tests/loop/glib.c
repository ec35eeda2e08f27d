/* SPDX-License-Identifier: MIT */
#include <ami/adapters/glib.h>

#include "loop.h"

static void *make(void)
{
    return g_main_context_new();
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_glib_attach(conn, loop);
}

static gboolean on_limit(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

static void run(void *loop, int ms)
{
    GSource *limit = g_timeout_source_new((guint)ms);

    g_source_set_callback(limit, on_limit, NULL, NULL);
    g_source_attach(limit, loop);
    g_main_context_iteration(loop, TRUE);
    g_source_destroy(limit);
    g_source_unref(limit);
}

static void destroy(void *loop)
{
    g_main_context_unref(loop);
}

const struct loop test_loop = {"glib", make, attach, run, destroy};
