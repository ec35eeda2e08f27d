/* SPDX-License-Identifier: MIT */
/*
 * A console in a loop of libuv: each line of stdin is run as a command, events are told as they
 * happen.
 *
 *     cc -o loop_libuv loop_libuv.c console.c cli.c $(pkg-config --cflags --libs ami) -luv
 */
#include <signal.h>

#include <ami/adapters/libuv.h>

#include "console.h"

struct loop {
    uv_loop_t uv;
    uv_poll_t input;
    uv_signal_t ctrl_c;
};

static void on_input(uv_poll_t *input, int error, int what)
{
    (void)error;
    (void)what;
    console_read(input->data);
}

static void on_ctrl_c(uv_signal_t *ctrl_c, int number)
{
    (void)number;
    console_stop(ctrl_c->data);
}

static void on_change(struct console *console)
{
    struct loop *loop = console->loop;

    if (console->listens)
        uv_poll_start(&loop->input, UV_READABLE, on_input);
    else
        uv_poll_stop(&loop->input);
    if (console->over)
        uv_stop(&loop->uv);
}

int main(int argc, char **argv)
{
    struct console console;
    struct loop loop;
    int status;

    console_begin(&console, argc, argv);
    uv_loop_init(&loop.uv);
    uv_poll_init(&loop.uv, &loop.input, console.input);
    uv_signal_init(&loop.uv, &loop.ctrl_c);
    loop.input.data = loop.ctrl_c.data = &console;
    uv_signal_start(&loop.ctrl_c, on_ctrl_c, SIGINT);

    console_check(&console, ami_libuv_attach(console.conn, &loop.uv));
    if (console_start(&console, on_change, &loop))
        uv_run(&loop.uv, UV_RUN_DEFAULT);

    status = console_end(&console);
    uv_close((uv_handle_t *)&loop.input, NULL);
    uv_close((uv_handle_t *)&loop.ctrl_c, NULL);
    uv_run(&loop.uv, UV_RUN_DEFAULT); /* what was closed, the connection's too, is freed there */
    uv_loop_close(&loop.uv);
    return status;
}
