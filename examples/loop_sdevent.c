/* SPDX-License-Identifier: MIT */
/*
 * A console in a loop of sd-event: each line of stdin is run as a command, events are told as they
 * happen.
 *
 *     cc -o loop_sdevent loop_sdevent.c console.c cli.c $(pkg-config --cflags --libs ami) -lsystemd
 */
#include <signal.h>

#include <ami/adapters/sdevent.h>

#include "console.h"

struct loop {
    sd_event *sd;
    sd_event_source *input;
};

static int on_input(sd_event_source *input, int fd, uint32_t what, void *user)
{
    (void)input;
    (void)fd;
    (void)what;
    console_read(user);
    return 0;
}

static int on_ctrl_c(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
    (void)source;
    (void)info;
    console_stop(user);
    return 0;
}

static void on_change(struct console *console)
{
    struct loop *loop = console->loop;

    sd_event_source_set_enabled(loop->input, console->listens ? SD_EVENT_ON : SD_EVENT_OFF);
    if (console->over)
        sd_event_exit(loop->sd, 0);
}

int main(int argc, char **argv)
{
    struct console console;
    struct loop loop;
    sigset_t ctrl_c;
    int status;

    console_begin(&console, argc, argv);
    sigemptyset(&ctrl_c);
    sigaddset(&ctrl_c, SIGINT);
    sigprocmask(SIG_BLOCK, &ctrl_c, NULL); /* sd-event takes it from there */
    sd_event_new(&loop.sd);
    sd_event_add_signal(loop.sd, NULL, SIGINT, on_ctrl_c, &console);
    sd_event_add_io(loop.sd, &loop.input, console.input, EPOLLIN, on_input, &console);
    sd_event_source_set_enabled(loop.input, SD_EVENT_OFF);

    console_check(&console, ami_sdevent_attach(console.conn, loop.sd));
    if (console_start(&console, on_change, &loop))
        sd_event_loop(loop.sd);

    status = console_end(&console);
    sd_event_source_unref(loop.input);
    sd_event_unref(loop.sd);
    return status;
}
