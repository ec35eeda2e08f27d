/* SPDX-License-Identifier: MIT */
/*
 * A console in a loop of libevent: each line of stdin is run as a command, events are told as they
 * happen.
 *
 *     cc -o loop_libevent loop_libevent.c console.c cli.c $(pkg-config --cflags --libs ami) -levent
 */
#include <signal.h>

#include <ami/adapters/libevent.h>

#include "console.h"

struct loop {
    struct event_base *base;
    struct event *input, *ctrl_c;
};

static void on_input(evutil_socket_t fd, short what, void *user)
{
    (void)fd;
    (void)what;
    console_read(user);
}

static void on_ctrl_c(evutil_socket_t number, short what, void *user)
{
    (void)number;
    (void)what;
    console_stop(user);
}

static void on_change(struct console *console)
{
    struct loop *loop = console->loop;

    if (console->listens)
        event_add(loop->input, NULL);
    else
        event_del(loop->input);
    if (console->over)
        event_base_loopbreak(loop->base);
}

int main(int argc, char **argv)
{
    struct console console;
    struct loop loop;
    int status;

    console_begin(&console, argc, argv);
    loop.base = event_base_new();
    loop.input = event_new(loop.base, console.input, EV_READ | EV_PERSIST, on_input, &console);
    loop.ctrl_c = evsignal_new(loop.base, SIGINT, on_ctrl_c, &console);
    event_add(loop.ctrl_c, NULL);

    console_check(&console, ami_libevent_attach(console.conn, loop.base));
    if (console_start(&console, on_change, &loop))
        event_base_dispatch(loop.base);

    status = console_end(&console);
    event_free(loop.input);
    event_free(loop.ctrl_c);
    event_base_free(loop.base);
    return status;
}
