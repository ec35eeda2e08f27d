/* SPDX-License-Identifier: MIT */
#include "console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IN_FLIGHT_MAX = 16 }; /* more lines have to wait */

static const char usage[] =
    "Usage: %s [options]\n"
    "Runs each line of stdin as a command of Asterisk's console and prints its output,\n"
    "and a line that begins with * for each event. Ends at the end of stdin, when all\n"
    "commands were answered, or with Ctrl-C.\n"
    "\n"
    "Exit status 0: all commands ran; 1: some were refused or failed.\n";

/* ---- What to wait for -------------------------------------------------------------------- */

static void changed(struct console *console)
{
    bool listens;

    if (console->at_end && console->in_flight == 0)
        console_stop(console);
    listens = ami_conn_state(console->conn) == AMI_STATE_READY && !console->at_end &&
              console->in_flight < IN_FLIGHT_MAX;
    if (listens != console->listens) {
        console->listens = listens;
        console->changed(console);
    }
}

void console_stop(struct console *console)
{
    ami_conn_close(console->conn);
}

/* ---- The connection's callbacks ---------------------------------------------------------- */

static void on_state(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    struct console *console = user;

    (void)conn;
    changed(console);
    if (info->state == AMI_STATE_CLOSED) {
        console->over = true;
        console->changed(console);
    }
}

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
            cli_action_failed(&console->cli, console->conn, reply->status, reply->msg);
    }
    changed(console);
}

/* ---- The input --------------------------------------------------------------------------- */

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
        cli_fail(&console->cli, 0, "%s",
                 ami_action_error(action) ? ami_action_why(action)->text : ami_strerror(err));
    }
    ami_action_free(action);
}

static void end_line(struct console *console)
{
    if (console->too_long) {
        console->some_fail = true;
        cli_fail(&console->cli, 0, "the line is too long");
    } else if (console->len) {
        run_line(console);
    }
    console->len = 0;
    console->too_long = false;
}

/* Not with stdio: what it holds in its buffer no loop sees. */
void console_read(struct console *console)
{
    char bytes[512];
    ssize_t n = read(console->input, bytes, sizeof bytes);

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
    changed(console);
}

/* Most loops cannot wait for a plain file, nor for /dev/null: cat makes a pipe of it. */
static void open_input(struct console *console)
{
    struct stat input;

    console->input = STDIN_FILENO;
    if (isatty(STDIN_FILENO) ||
        (fstat(STDIN_FILENO, &input) == 0 && (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode))))
        return;
    console->pipe = popen("cat", "r");
    if (!console->pipe)
        exit(cli_fail(&console->cli, CLI_OTHER, "cannot run cat: %s", strerror(errno)));
    console->input = fileno(console->pipe);
}

/* ---- From beginning to end --------------------------------------------------------------- */

void console_check(struct console *console, int err)
{
    struct cli *cli = &console->cli;

    if (err)
        exit(cli_end(cli, cli_action_failed(cli, console->conn, err, NULL)));
}

void console_begin(struct console *console, int argc, char **argv)
{
    static const struct option longs[] = {CLI_LONG};
    struct cli *cli = &console->cli;
    int opt, err;

    memset(console, 0, sizeof *console);
    cli_begin(cli, argv, console->usage);
    snprintf(console->usage, sizeof console->usage, usage, cli->program);
    while ((opt = getopt_long(argc, argv, CLI_SHORT, longs, NULL)) != -1)
        cli_option(cli, opt);
    if (optind < argc)
        cli_usage_error(cli, "what is \"%s\"?", argv[optind]);
    cli_credentials(cli);
    open_input(console);
    cli->opts.on_state = on_state;
    cli->opts.user = console;
    err = ami_conn_new(&console->conn, &cli->opts);
    if (!err)
        err = ami_on(ami_conn_session(console->conn), NULL, on_event, console, NULL);
    console_check(console, err);
}

bool console_start(struct console *console, void (*on_change)(struct console *), void *loop)
{
    console->changed = on_change;
    console->loop = loop;
    console_check(console, ami_conn_start(console->conn));
    return !console->over;
}

int console_end(struct console *console)
{
    int status = console->some_fail ? CLI_NO : CLI_OK;

    if (ami_conn_error(console->conn)->code != AMI_E_CANCELLED) /* that is our own close */
        status = cli_conn_failed(&console->cli, ami_conn_error(console->conn));
    ami_conn_free(console->conn);
    if (console->pipe)
        pclose(console->pipe);
    return cli_end(&console->cli, status);
}
