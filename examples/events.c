/* SPDX-License-Identifier: MIT */
/*
 * Prints events as they happen. Shows handlers, and a connection driven with ami_conn_wait.
 *
 *     cc -o events events.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <limits.h>
#include <strings.h>

#include "cli.h"

static const char usage[] =
    "Usage: events [options] [EVENT...]\n"
    "Prints the events of an Asterisk until Ctrl-C: all, or those of the names given, such\n"
    "as Hangup or 'Queue*'. One that fits two names is printed twice. Which events come\n"
    "at all depends on the rights (read = ...) of the user.\n"
    "\n"
    "  -n, --count COUNT       stop after so many events\n"
    "  -b, --brief             one line for each event\n"
    "\n"
    "Exit status 0: ended by Ctrl-C or --count.\n";

struct watch {
    long left; /* events to print; < 0 without end */
    bool brief;
};

static void print_event(const ami_msg *event)
{
    for (size_t i = 0; i < ami_msg_count(event); i++) {
        const struct ami_field *field = ami_msg_at(event, i);

        cli_print(stdout, field->name, field->name_len);
        fputs(field->name_len ? ": " : "", stdout);
        cli_print(stdout, field->value, field->value_len);
        putchar('\n');
    }
    putchar('\n');
}

static void print_brief(const ami_msg *event)
{
    fputs(ami_msg_name(event), stdout);
    for (size_t i = 1; i < ami_msg_count(event); i++) { /* the first one is the event's name */
        const struct ami_field *field = ami_msg_at(event, i);

        if (field->value_len && strcasecmp(field->name, "Privilege") != 0) {
            putchar(' ');
            cli_print(stdout, field->name, field->name_len);
            putchar('=');
            cli_print(stdout, field->value, field->value_len);
        }
    }
    putchar('\n');
}

static void on_event(const struct ami_event *event, void *user)
{
    struct watch *watch = user;

    if (watch->left == 0)
        return; /* one that was read together with the last */
    if (watch->left > 0)
        watch->left--;
    if (watch->brief)
        print_brief(event->msg);
    else
        print_event(event->msg);
    fflush(stdout);
}

static int subscribe(const struct cli *cli, ami_session *session, char **names, struct watch *watch)
{
    int err = AMI_OK;

    if (!*names)
        err = ami_on(session, NULL, on_event, watch, NULL);
    for (; *names && !err; names++) {
        err = ami_on(session, *names, on_event, watch, NULL);
        if (err == AMI_E_INVAL)
            return cli_fail(cli, CLI_USAGE, "\"%s\": a * may stand at the end only", *names);
    }
    return err ? cli_action_failed(cli, NULL, err, NULL) : CLI_OK;
}

static int follow(const struct cli *cli, ami_conn *conn, struct watch *watch)
{
    int err = ami_conn_start(conn);

    /* A second, not for ever: Ctrl-C just before the wait would not end it. */
    while (err >= 0 && watch->left != 0 && !cli_stopped())
        err = ami_conn_wait(conn, 1000);
    if (err >= 0)
        return CLI_OK;
    return cli_action_failed(cli, conn, err, NULL);
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"count", required_argument, NULL, 'n'}, {"brief", no_argument, NULL, 'b'}, CLI_LONG};
    struct watch watch = {.left = -1};
    struct cli cli;
    ami_conn *conn;
    int opt, err, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, "n:b" CLI_SHORT, longs, NULL)) != -1) {
        if (opt == 'n')
            watch.left = cli_number(&cli, "count", 1, LONG_MAX);
        else if (opt == 'b')
            watch.brief = true;
        else
            cli_option(&cli, opt);
    }
    cli_credentials(&cli);

    err = ami_conn_new(&conn, &cli.opts);
    if (err)
        return cli_end(&cli, cli_action_failed(&cli, NULL, err, NULL));
    cli_catch_stop();
    status = subscribe(&cli, ami_conn_session(conn), argv + optind, &watch);
    if (!status)
        status = follow(&cli, conn, &watch);
    watch.left = 0;       /* those that come during the logoff are not printed */
    ami_sync_close(conn); /* Logoff, if there is still a connection, and free */
    return cli_end(&cli, status);
}
