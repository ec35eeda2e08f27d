/* SPDX-License-Identifier: MIT */
/* The program that the examples of event loops run: a console. Each line of the input is run as a
 * command, events are told as they happen. The loop is the example's own part. */
#ifndef EXAMPLES_CONSOLE_H
#define EXAMPLES_CONSOLE_H

#include "cli.h"

struct console {
    ami_conn *conn;
    int input;    /* a descriptor: call console_read when there is something to read */
    bool listens; /* whether to wait for it */
    bool over;    /* the connection is closed: leave the loop */
    void *loop;   /* the example's own */

    void (*changed)(struct console *console);
    struct cli cli;
    char usage[512];
    FILE *pipe;
    char line[AMI_ACTION_LINE_MAX + 1]; /* of the input, as far as it has come */
    size_t len;
    bool too_long, at_end;
    int in_flight;  /* commands not yet answered */
    bool some_fail; /* commands, not the connection */
};

/* Makes the connection from the options of the program. When it cannot, it does not return, and
 * nor does console_start. */
void console_begin(struct console *console, int argc, char **argv);

/* Whether the loop took the connection; if not, it does not return either. */
void console_check(struct console *console, int err);

/* Begins to connect; changed is called when listens or over is another. Whether there is something
 * to wait for. */
bool console_start(struct console *console, void (*changed)(struct console *), void *loop);

/* There is something to read. */
void console_read(struct console *console);

/* Ctrl-C: logs off. The loop goes on until the connection is closed. */
void console_stop(struct console *console);

/* Frees all. The exit status. */
int console_end(struct console *console);

#endif
