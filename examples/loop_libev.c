/* SPDX-License-Identifier: MIT */
/*
 * A console in a loop of libev: each line of stdin is run as a command, events are told as they
 * happen.
 *
 *     cc -o loop_libev loop_libev.c console.c cli.c $(pkg-config --cflags --libs ami) -lev
 */
#include <signal.h>

#include <ami/adapters/libev.h>

#include "console.h"

struct loop {
    struct ev_loop *ev;
    struct ev_io input;
    struct ev_signal ctrl_c;
};

static void on_input(struct ev_loop *loop, struct ev_io *input, int what)
{
    (void)loop;
    (void)what;
    console_read(input->data);
}

static void on_ctrl_c(struct ev_loop *loop, struct ev_signal *ctrl_c, int what)
{
    (void)loop;
    (void)what;
    console_stop(ctrl_c->data);
}

static void on_change(struct console *console)
{
    struct loop *loop = console->loop;

    if (console->listens)
        ev_io_start(loop->ev, &loop->input);
    else
        ev_io_stop(loop->ev, &loop->input);
    if (console->over)
        ev_break(loop->ev, EVBREAK_ALL);
}

int main(int argc, char **argv)
{
    struct console console;
    struct loop loop;
    int status;

    console_begin(&console, argc, argv);
    loop.ev = ev_default_loop(0);
    ev_io_init(&loop.input, on_input, console.input, EV_READ);
    ev_signal_init(&loop.ctrl_c, on_ctrl_c, SIGINT);
    loop.input.data = loop.ctrl_c.data = &console;
    ev_signal_start(loop.ev, &loop.ctrl_c);

    console_check(&console, ami_libev_attach(console.conn, loop.ev));
    if (console_start(&console, on_change, &loop))
        ev_run(loop.ev, 0);

    status = console_end(&console);
    ev_loop_destroy(loop.ev);
    return status;
}
