/* SPDX-License-Identifier: MIT */
/*
 * Runs a command of Asterisk's console. Shows the action Command, whose answer has the same form
 * in libami whether the server is of before or after Asterisk 14: one Output field for each line.
 *
 *     cc -o command command.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <string.h>
#include <strings.h>

#include "cli.h"

static const char usage[] =
    "Usage: command [options] [--] COMMAND...\n"
    "Runs a command of Asterisk's console, such as: command core show version\n"
    "\n"
    "Exit status 0: it ran; 1: the server refused it or it failed (servers older than\n"
    "Asterisk 14 do not tell that it failed).\n";

/* The words of the command with blanks between them; false when it is longer than any action. */
static bool join(char *line, size_t size, char **words)
{
    size_t len = 0;

    for (; *words; words++) {
        int n = snprintf(line + len, size - len, "%s%s", len ? " " : "", *words);

        if (n < 0 || (size_t)n >= size - len)
            return false;
        len += (size_t)n;
    }
    return len > 0;
}

static bool print_output(const ami_msg *reply)
{
    bool any = false;

    for (size_t i = 0; i < ami_msg_count(reply); i++) {
        const struct ami_field *field = ami_msg_at(reply, i);

        if (strcasecmp(field->name, "Output") == 0) {
            fwrite(field->value, 1, field->value_len, stdout);
            putchar('\n');
            any = true;
        }
    }
    return any;
}

static int run(struct cli *cli, const ami_action *action)
{
    struct ami_error error;
    ami_msg *reply = NULL;
    ami_conn *conn;
    int err, status = CLI_OK;

    if (ami_sync_connect(&conn, &cli->opts, &error))
        return cli_conn_failed(cli, &error);
    err = ami_sync_submit(conn, action, &reply);
    if (reply && print_output(reply))
        status = err ? CLI_NO : CLI_OK; /* a command that fails says why in its output */
    else if (err)
        status = cli_action_failed(cli, conn, err, reply);
    ami_msg_free(reply);
    ami_sync_close(conn);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {CLI_LONG};
    char line[AMI_ACTION_LINE_MAX + 1];
    ami_action *action;
    struct cli cli;
    int opt, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, "+" CLI_SHORT, longs, NULL)) != -1)
        cli_option(&cli, opt);
    if (optind == argc)
        cli_usage_error(&cli, "which command?");
    if (!join(line, sizeof line, argv + optind))
        cli_usage_error(&cli, "the command is empty or too long");
    cli_credentials(&cli);
    cli.opts.events = "off";

    action = ami_action_new("Command");
    if (ami_action_add(action, "Command", line))
        status = cli_fail(&cli, CLI_USAGE, "%s", ami_action_why(action)->text);
    else
        status = run(&cli, action);
    ami_action_free(action);
    return cli_end(&cli, status);
}
