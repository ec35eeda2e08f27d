/* SPDX-License-Identifier: MIT */
/* A connection in a main loop of GLib, 2.36 or later. */
#ifndef AMI_ADAPTERS_GLIB_H
#define AMI_ADAPTERS_GLIB_H

#include <glib.h>

#include <ami/adapters/watch.h>

struct ami_glib {
    struct ami_watch watch;
    GSource *source; /* of the descriptor and the deadline */
    gpointer tag;    /* of the descriptor */
};

static inline gboolean ami_glib_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    struct ami_glib *l = (struct ami_glib *)user;
    int seen = l->watch.fd < 0 ? 0 : (int)g_source_query_unix_fd(source, l->tag);

    (void)callback;
    ami_watch_ready(&l->watch, seen, G_IO_IN, G_IO_OUT, G_IO_ERR | G_IO_HUP | G_IO_NVAL);
    return G_SOURCE_CONTINUE;
}

static inline int ami_glib_watch(struct ami_watch *w, bool is_new)
{
    struct ami_glib *l = (struct ami_glib *)w;
    int events = ami_watch_bits(w, G_IO_IN, G_IO_OUT) | G_IO_ERR | G_IO_HUP;

    if (is_new)
        l->tag = g_source_add_unix_fd(l->source, w->fd, (GIOCondition)events);
    else
        g_source_modify_unix_fd(l->source, l->tag, (GIOCondition)events);
    return 0;
}

static inline void ami_glib_forget(struct ami_watch *w)
{
    struct ami_glib *l = (struct ami_glib *)w;

    g_source_remove_unix_fd(l->source, l->tag);
}

static inline void ami_glib_wake(struct ami_watch *w, ami_time ms)
{
    g_source_set_ready_time(((struct ami_glib *)w)->source,
                            ms < 0 ? -1 : g_get_monotonic_time() + ms * 1000);
}

static inline void ami_glib_drop(struct ami_watch *w)
{
    struct ami_glib *l = (struct ami_glib *)w;

    g_source_destroy(l->source);
    g_source_unref(l->source);
    free(l);
}

/* As ami_epoll_attach; NULL is the default context. */
static inline int ami_glib_attach(ami_conn *conn, GMainContext *context)
{
    static const struct ami_watch_ops ops = {ami_glib_watch, ami_glib_forget, ami_glib_wake,
                                             ami_glib_drop};
    static GSourceFuncs funcs = {NULL, NULL, ami_glib_dispatch, NULL, NULL, NULL};
    struct ami_glib *l = (struct ami_glib *)calloc(1, sizeof *l);

    if (!l)
        return AMI_E_NOMEM;
    l->source = g_source_new(&funcs, sizeof(GSource));
    g_source_set_callback(l->source, NULL, l, NULL);
    g_source_attach(l->source, context);
    return ami_watch_begin(&l->watch, conn, &ops);
}

#endif
