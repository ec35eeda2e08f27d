/* SPDX-License-Identifier: MIT */
/*
 * A console in a loop of the program's own, around epoll: each line of stdin is run as a command,
 * events are told as they happen.
 *
 *     cc -o loop_epoll loop_epoll.c console.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <string.h>
#include <unistd.h>

#include <ami/adapters/epoll.h>

#include "console.h"

static void on_change(struct console *console)
{
    struct ami_epoll *loop = console->loop;
    struct epoll_event event;

    memset(&event, 0, sizeof event);
    event.events = EPOLLIN;
    event.data.fd = console->input;
    epoll_ctl(loop->fd, console->listens ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, console->input, &event);
}

/* Like epoll_wait(), but the connection's part is done; what is left is ours. */
static void run(struct console *console, struct ami_epoll *loop)
{
    struct epoll_event events[4];

    while (!console->over) {
        /* The second is only for Ctrl-C, which may come just before. */
        int n = ami_epoll_wait(loop, events, 4, 1000);

        for (int i = 0; i < n; i++)
            if (events[i].data.fd == console->input)
                console_read(console);
        if (cli_stopped())
            console_stop(console);
    }
}

int main(int argc, char **argv)
{
    struct console console;
    struct ami_epoll loop = AMI_EPOLL_INIT(-1);
    int status;

    console_begin(&console, argc, argv);
    loop.fd = epoll_create1(EPOLL_CLOEXEC);
    cli_catch_stop();

    console_check(&console, ami_epoll_attach(console.conn, &loop));
    if (console_start(&console, on_change, &loop))
        run(&console, &loop);

    status = console_end(&console);
    close(loop.fd);
    return status;
}
