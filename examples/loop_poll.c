/* SPDX-License-Identifier: MIT */
/*
 * A console in a loop of the program's own, around poll: each line of stdin is run as a command,
 * events are told as they happen. Without an adapter: it shows what a loop has to ask, and tell.
 *
 *     cc -o loop_poll loop_poll.c console.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <limits.h>
#include <poll.h>

#include "console.h"

/*
 * A deadline as a time-out for poll(). Both count whole milliseconds, ami_now() rounded down and
 * poll() never early: so this wakes up at the deadline or just after it, never before, and there
 * is no busy loop in the last millisecond. A deadline in the past means: do not wait.
 */
static int poll_timeout(ami_time deadline)
{
    ami_time left;

    if (deadline == AMI_NEVER)
        return -1;
    left = deadline - ami_now();
    if (left <= 0)
        return 0;
    return left < INT_MAX ? (int)left : INT_MAX; /* woken up too early, we just ask again */
}

static short poll_events(int events)
{
    return (short)(((events & AMI_READ) ? POLLIN : 0) | ((events & AMI_WRITE) ? POLLOUT : 0));
}

/* Errors and hang-ups are news for whatever was asked for. */
static int ami_ready(const struct pollfd *fd)
{
    short seen = fd->revents;

    if (seen & (POLLERR | POLLHUP | POLLNVAL))
        seen = fd->events;
    return ((seen & POLLIN) ? AMI_READ : 0) | ((seen & POLLOUT) ? AMI_WRITE : 0);
}

/* Ask anew each time: all three may have changed. poll() leaves out a descriptor of -1. */
static void run(struct console *console)
{
    while (!console->over) {
        ami_conn *conn = console->conn;
        struct pollfd fds[2] = {
            {ami_conn_fd(conn), poll_events(ami_conn_events(conn)), 0},
            {console->listens ? console->input : -1, POLLIN, 0},
        };
        int timeout = poll_timeout(ami_conn_deadline(conn));

        if (timeout < 0 || timeout > 1000)
            timeout = 1000; /* only for Ctrl-C, which may come just before poll() */
        if (poll(fds, 2, timeout) < 0)
            fds[0].revents = fds[1].revents = 0;
        if (fds[1].revents)
            console_read(console);
        if (cli_stopped())
            console_stop(console);
        ami_conn_process(conn, ami_ready(&fds[0]));
    }
}

/* The loop asks, so there is nothing to do. */
static void on_change(struct console *console)
{
    (void)console;
}

int main(int argc, char **argv)
{
    struct console console;

    console_begin(&console, argc, argv);
    cli_catch_stop();
    if (console_start(&console, on_change, NULL))
        run(&console);
    return console_end(&console);
}
