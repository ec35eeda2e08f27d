/* SPDX-License-Identifier: MIT */
/*
 * The channels of an Asterisk as a table. Shows how to ask for a list and walk it.
 *
 *     cc -o channels channels.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <string.h>

#include "cli.h"

static const char usage[] = "Usage: channels [options]\n"
                            "Prints a table of the channels of an Asterisk (1.6 and later).\n"
                            "\n"
                            "Exit status 0: printed; 1: the server refused.\n";

enum { COLUMNS = 6 };
static const char *const titles[COLUMNS] = {"Channel",   "State",       "Caller",
                                            "Connected", "Application", "Duration"};

/* One cell; the names of some fields changed with Asterisk 12. */
static const char *cell(const ami_msg *item, int column)
{
    const char *text = NULL;

    switch (column) {
    case 0:
        text = ami_msg_get(item, "Channel");
        break;
    case 1:
        text = ami_msg_get(item, "ChannelStateDesc");
        break;
    case 2:
        text = ami_msg_get(item, "CallerIDNum");
        break;
    case 3:
        text = ami_msg_get_any(item, "ConnectedLineNum", "BridgedChannel", (char *)NULL);
        break;
    case 4:
        text = ami_msg_get(item, "Application");
        break;
    case 5:
        text = ami_msg_get(item, "Duration");
        break;
    }
    return text && *text ? text : "-";
}

static void print_row(const char *const row[], const size_t widths[])
{
    for (int i = 0; i < COLUMNS; i++) {
        size_t len = strlen(row[i]);

        cli_print(stdout, row[i], len);
        if (i == COLUMNS - 1)
            putchar('\n');
        else
            printf("%*s", (int)(widths[i] - len) + 2, "");
    }
}

static void print_table(const ami_list *list)
{
    size_t widths[COLUMNS];
    const char *row[COLUMNS];

    for (int i = 0; i < COLUMNS; i++) {
        widths[i] = strlen(titles[i]);
        for (size_t n = 0; n < ami_list_count(list); n++) {
            size_t len = strlen(cell(ami_list_at(list, n), i));

            widths[i] = len > widths[i] ? len : widths[i];
        }
    }
    print_row(titles, widths);
    for (size_t n = 0; n < ami_list_count(list); n++) {
        for (int i = 0; i < COLUMNS; i++)
            row[i] = cell(ami_list_at(list, n), i);
        print_row(row, widths);
    }
    printf("%zu channel%s\n", ami_list_count(list), ami_list_count(list) == 1 ? "" : "s");
}

static int show_channels(const struct cli *cli, ami_conn *conn)
{
    ami_action *action = ami_action_new("CoreShowChannels");
    ami_list *list = NULL;
    int err, status = CLI_OK;

    err = action ? ami_sync_list(conn, action, &list) : AMI_E_NOMEM;
    if (err)
        status = cli_action_failed(cli, conn, err, list ? ami_list_response(list) : NULL);
    else
        print_table(list);
    if (!err && (ami_list_flags(list) & AMI_REPLY_MISCOUNTED))
        cli_fail(cli, 0, "the server says that it sent another number of channels");
    ami_list_free(list);
    ami_action_free(action);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {CLI_LONG};
    struct ami_error error;
    struct cli cli;
    ami_conn *conn;
    int opt, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, CLI_SHORT, longs, NULL)) != -1)
        cli_option(&cli, opt);
    if (optind < argc)
        cli_usage_error(&cli, "what is \"%s\"?", argv[optind]);
    cli_credentials(&cli);

    cli.opts.events = "off";
    if (ami_sync_connect(&conn, &cli.opts, &error))
        return cli_end(&cli, cli_conn_failed(&cli, &error));
    status = show_channels(&cli, conn);
    ami_sync_close(conn);
    return cli_end(&cli, status);
}
