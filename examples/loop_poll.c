/* SPDX-License-Identifier: MIT */
/*
 * A console: each line of stdin is run as a command, events are told as they happen. Shows a
 * connection as one of two things in an event loop of one's own, here with poll().
 *
 *     cc -o loop_poll loop_poll.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli.h"

static const char usage[] =
    "Usage: loop_poll [options]\n"
    "Runs each line of stdin as a command of Asterisk's console and prints its output,\n"
    "and a line that begins with * for each event. Ends at the end of stdin, when all\n"
    "commands were answered, or with Ctrl-C.\n"
    "\n"
    "Exit status 0: all commands ran; 1: some were refused or failed.\n";

enum { IN_FLIGHT_MAX = 16 }; /* more lines of stdin have to wait */

struct console {
    const struct cli *cli;
    ami_conn *conn;
    char line[AMI_ACTION_LINE_MAX + 1]; /* of stdin, as far as it has come */
    size_t len;
    bool too_long;
    bool at_end;    /* of stdin */
    int in_flight;  /* commands not yet answered */
    bool some_fail; /* commands, not the connection */
};

/* ---- The connection's callbacks ---------------------------------------------------------- */

static void on_event(const struct ami_event *event, void *user)
{
    const char *channel = ami_msg_get_any(event->msg, "Channel", "DestChannel", (char *)NULL);

    (void)user;
    printf("* %s%s", ami_msg_name(event->msg), channel ? " " : "");
    cli_print(stdout, channel ? channel : "", channel ? strlen(channel) : 0);
    putchar('\n');
    fflush(stdout);
}

static void on_output(const struct ami_reply *reply, void *user)
{
    struct console *console = user;
    size_t lines = 0;

    console->in_flight--;
    for (size_t i = 0; reply->msg && i < ami_msg_count(reply->msg); i++) {
        const struct ami_field *field = ami_msg_at(reply->msg, i);

        if (strcasecmp(field->name, "Output") == 0) {
            fwrite(field->value, 1, field->value_len, stdout);
            putchar('\n');
            lines++;
        }
    }
    fflush(stdout);
    if (reply->status) {
        console->some_fail = true;
        if (!lines && ami_conn_state(console->conn) != AMI_STATE_CLOSED)
            cli_action_failed(console->cli, console->conn, reply->status, reply->msg);
    }
}

/* ---- stdin ------------------------------------------------------------------------------- */

static void run_line(struct console *console)
{
    ami_action *action = ami_action_new("Command");
    int err;

    console->line[console->len] = '\0';
    ami_action_add(action, "Command", console->line);
    err = ami_submit(ami_conn_session(console->conn), action, on_output, console, NULL);
    if (!err) {
        console->in_flight++;
    } else {
        console->some_fail = true;
        cli_fail(console->cli, 0, "%s",
                 ami_action_error(action) ? ami_action_why(action)->text : ami_strerror(err));
    }
    ami_action_free(action);
}

static void end_line(struct console *console)
{
    if (console->too_long) {
        console->some_fail = true;
        cli_fail(console->cli, 0, "the line is too long");
    } else if (console->len) {
        run_line(console);
    }
    console->len = 0;
    console->too_long = false;
}

/* Not with stdio: what it holds in its buffer poll() does not see. */
static void read_stdin(struct console *console)
{
    char bytes[512];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

    for (ssize_t i = 0; i < n; i++)
        if (bytes[i] == '\n')
            end_line(console);
        else if (console->len < sizeof console->line - 1)
            console->line[console->len++] = bytes[i];
        else
            console->too_long = true;
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
        end_line(console); /* the last one may have no line end */
        console->at_end = true;
    }
}

/* ---- The loop ---------------------------------------------------------------------------- */

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

static int loop(struct console *console)
{
    ami_conn *conn = console->conn;
    int result = ami_conn_start(conn);

    while (result >= 0) {
        bool stop = cli_stopped() || (console->at_end && console->in_flight == 0);
        bool listen = !console->at_end && console->in_flight < IN_FLIGHT_MAX &&
                      ami_conn_state(conn) == AMI_STATE_READY;
        struct pollfd fds[2];
        int timeout;

        if (stop)
            ami_conn_close(conn); /* logs off; the loop goes on until the connection is closed */
        /* Ask anew each time: all three may have changed. poll() leaves out a descriptor of -1. */
        fds[0] = (struct pollfd){ami_conn_fd(conn), poll_events(ami_conn_events(conn)), 0};
        fds[1] = (struct pollfd){listen && !stop ? STDIN_FILENO : -1, POLLIN, 0};
        timeout = poll_timeout(ami_conn_deadline(conn));
        if (timeout < 0 || timeout > 1000)
            timeout = 1000; /* only for Ctrl-C, which may come just before poll() */
        if (poll(fds, 2, timeout) < 0) {
            if (errno != EINTR)
                return cli_fail(console->cli, CLI_OTHER, "poll: %s", strerror(errno));
            continue; /* what revents says is not valid then */
        }
        if (fds[1].revents)
            read_stdin(console);
        result = ami_conn_process(conn, ami_ready(&fds[0]));
    }
    if (result != AMI_E_CANCELLED) /* that is our own close */
        return cli_action_failed(console->cli, conn, result, NULL);
    return console->some_fail ? CLI_NO : CLI_OK;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {CLI_LONG};
    struct console console = {0};
    struct cli cli;
    int opt, err, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, CLI_SHORT, longs, NULL)) != -1)
        cli_option(&cli, opt);
    if (optind < argc)
        cli_usage_error(&cli, "what is \"%s\"?", argv[optind]);
    cli_credentials(&cli);

    console.cli = &cli;
    err = ami_conn_new(&console.conn, &cli.opts);
    if (!err)
        err = ami_on(ami_conn_session(console.conn), NULL, on_event, &console, NULL);
    if (err) {
        status = cli_action_failed(&cli, NULL, err, NULL);
    } else {
        cli_catch_stop();
        status = loop(&console);
    }
    ami_conn_free(console.conn);
    return cli_end(&cli, status);
}
