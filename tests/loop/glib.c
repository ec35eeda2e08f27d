/* SPDX-License-Identifier: MIT */
#include <glib-unix.h>

#include <ami/adapters/glib.h>

#include "loop.h"

struct glib_loop {
    GMainContext *context;
    GSource *letters; /* in a mailbox */
};

static void *make(void)
{
    struct glib_loop *l = g_new0(struct glib_loop, 1);

    l->context = g_main_context_new();
    return l;
}

static int attach(ami_conn *conn, void *loop)
{
    return ami_glib_attach(conn, ((struct glib_loop *)loop)->context);
}

static gboolean on_letter(gint fd, GIOCondition seen, gpointer conn)
{
    (void)fd;
    (void)seen;
    ami_conn_process(conn, 0);
    return G_SOURCE_CONTINUE;
}

static void listen_to(void *loop, const ami_mailbox *mailbox, ami_conn *conn)
{
    struct glib_loop *l = loop;

    if (!mailbox) {
        g_source_destroy(l->letters);
        g_source_unref(l->letters);
        return;
    }
    l->letters = g_unix_fd_source_new(ami_mailbox_fd(mailbox), G_IO_IN);
    g_source_set_callback(l->letters, G_SOURCE_FUNC(on_letter), conn, NULL);
    g_source_attach(l->letters, l->context);
}

static gboolean on_limit(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

static void run(void *loop, int ms)
{
    GMainContext *context = ((struct glib_loop *)loop)->context;
    GSource *limit = g_timeout_source_new((guint)ms);

    g_source_set_callback(limit, on_limit, NULL, NULL);
    g_source_attach(limit, context);
    g_main_context_iteration(context, TRUE);
    g_source_destroy(limit);
    g_source_unref(limit);
}

static void destroy(void *loop)
{
    struct glib_loop *l = loop;

    g_main_context_unref(l->context);
    g_free(l);
}

const struct loop test_loop = {"glib", true, make, attach, listen_to, run, destroy};
