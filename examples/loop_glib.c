/* SPDX-License-Identifier: MIT */
/*
 * A console in a loop of GLib: each line of stdin is run as a command, events are told as they
 * happen.
 *
 *     cc -o loop_glib loop_glib.c console.c cli.c $(pkg-config --cflags --libs ami) \
 *         $(pkg-config --cflags --libs glib-2.0)
 */
#include <signal.h>

#include <glib-unix.h>

#include <ami/adapters/glib.h>

#include "console.h"

struct loop {
    GMainLoop *main;
    guint input; /* or 0 */
};

static gboolean on_input(gint fd, GIOCondition what, gpointer user)
{
    (void)fd;
    (void)what;
    console_read(user);
    return G_SOURCE_CONTINUE;
}

static gboolean on_ctrl_c(gpointer user)
{
    console_stop(user);
    return G_SOURCE_CONTINUE;
}

static void on_change(struct console *console)
{
    struct loop *loop = console->loop;

    if (loop->input)
        g_source_remove(loop->input);
    loop->input = 0;
    if (console->listens)
        loop->input = g_unix_fd_add(console->input, G_IO_IN | G_IO_HUP, on_input, console);
    if (console->over)
        g_main_loop_quit(loop->main);
}

int main(int argc, char **argv)
{
    struct console console;
    struct loop loop;
    int status;

    console_begin(&console, argc, argv);
    loop.main = g_main_loop_new(NULL, FALSE);
    loop.input = 0;
    g_unix_signal_add(SIGINT, on_ctrl_c, &console);

    console_check(&console, ami_glib_attach(console.conn, NULL));
    if (console_start(&console, on_change, &loop))
        g_main_loop_run(loop.main);

    status = console_end(&console);
    g_main_loop_unref(loop.main);
    return status;
}
