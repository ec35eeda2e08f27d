/* SPDX-License-Identifier: MIT */
/*
 * The events of many Asterisks. Shows any number of connections in one loop: each has a name, which
 * comes back with all it says, and none waits for another, least of all for one that is down.
 *
 *     cc -o fleet fleet.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char usage[] =
    "Usage: fleet [options] NAME=HOST[:PORT]...\n"
    "Prints the events of several Asterisks until Ctrl-C, each with the name of its server,\n"
    "and what becomes of the connections. One that breaks, or cannot be made, is tried\n"
    "again. User and secret are the same for all. An IPv6 address has no :PORT, but that\n"
    "of --port.\n"
    "\n"
    "  -n, --count COUNT       stop after so many events\n"
    "\n"
    "Exit status 0: ended by Ctrl-C or --count; otherwise no connection is left, and this\n"
    "is why the last one ended.\n";

enum { SERVERS_MAX = 1000 };

/* What each callback of a connection is given as `user`: so everything has its name. */
struct server {
    char *name, *host;
    int port;
    ami_conn *conn;
    struct fleet *fleet;
    bool over; /* it will not come back */
};

struct fleet {
    const struct cli *cli;
    struct server servers[SERVERS_MAX];
    struct pollfd fds[SERVERS_MAX]; /* of the server with the same number */
    int count, left;                /* of them not over */
    long events_left;               /* to print; < 0 without end */
    int status;
};

/* ---- What is heard ------------------------------------------------------------------------- */

static void on_event(const struct ami_event *event, void *user)
{
    const struct server *server = user;
    const char *channel = ami_msg_get_any(event->msg, "Channel", "DestChannel", (char *)NULL);

    if (server->fleet->events_left == 0)
        return;
    if (server->fleet->events_left > 0)
        server->fleet->events_left--;
    printf("%s: %s%s", server->name, ami_msg_name(event->msg), channel ? " " : "");
    cli_print(stdout, channel ? channel : "", channel ? strlen(channel) : 0);
    putchar('\n');
    fflush(stdout);
}

static void on_state(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    const struct server *server = user;

    (void)conn;
    if (info->state == AMI_STATE_READY && info->returned)
        printf("%s: back after %.1f s\n", server->name, (double)info->gap_ms / 1000);
    else if (info->state == AMI_STATE_READY)
        printf("%s: connected\n", server->name);
    else if (info->state == AMI_STATE_BACKOFF)
        printf("%s: down: %s\n", server->name, info->error->text);
    else if (info->state == AMI_STATE_CLOSED && info->error->code != AMI_E_CANCELLED)
        printf("%s: given up: %s\n", server->name, info->error->text);
    fflush(stdout);
}

/* ---- The loop ------------------------------------------------------------------------------ */

static int poll_timeout(ami_time deadline)
{
    ami_time left = deadline - ami_now();

    if (left <= 0)
        return 0;
    return left < 1000 ? (int)left : 1000; /* a second, for a Ctrl-C just before poll() */
}

/* What to wait for, of all of them; the first deadline. */
static ami_time ask_all(struct fleet *fleet)
{
    ami_time first = AMI_NEVER;

    for (int i = 0; i < fleet->count; i++) {
        const ami_conn *conn = fleet->servers[i].conn;
        int events = ami_conn_events(conn);
        ami_time deadline = ami_conn_deadline(conn);

        fleet->fds[i] = (struct pollfd){.fd = ami_conn_fd(conn)}; /* -1, while it is down */
        if (events & AMI_READ)
            fleet->fds[i].events |= POLLIN;
        if (events & AMI_WRITE)
            fleet->fds[i].events |= POLLOUT;
        first = deadline < first ? deadline : first;
    }
    return first;
}

static int ready_for(const struct pollfd *fd)
{
    short seen = fd->revents & (POLLERR | POLLHUP | POLLNVAL) ? fd->events : fd->revents;

    return ((seen & POLLIN) ? AMI_READ : 0) | ((seen & POLLOUT) ? AMI_WRITE : 0);
}

/* Each does what it can do now. None of them waits, looks up names or connects in a way that would
 * keep the others, and a busy one reads only so much at a time. */
static void process_all(struct fleet *fleet)
{
    for (int i = 0; i < fleet->count; i++) {
        struct server *server = &fleet->servers[i];
        int err = server->over ? AMI_OK : ami_conn_process(server->conn, ready_for(&fleet->fds[i]));

        if (err >= 0)
            continue;
        server->over = true;
        fleet->left--;
        if (err != AMI_E_CANCELLED) /* that is our own close */
            fleet->status = cli_conn_failed(fleet->cli, ami_conn_error(server->conn));
    }
}

static void close_all(struct fleet *fleet)
{
    for (int i = 0; i < fleet->count; i++)
        ami_conn_close(fleet->servers[i].conn);
}

static int loop(struct fleet *fleet)
{
    bool closing = false;

    while (fleet->left > 0) {
        int n;

        if (!closing && (cli_stopped() || fleet->events_left == 0)) {
            closing = true;
            fleet->events_left = 0;
            close_all(fleet); /* they log off meanwhile, all at once */
        }
        n = poll(fleet->fds, (nfds_t)fleet->count, poll_timeout(ask_all(fleet)));
        if (n < 0 && errno != EINTR)
            return cli_fail(fleet->cli, CLI_OTHER, "poll: %s", strerror(errno));
        if (n >= 0)
            process_all(fleet);
    }
    return closing ? CLI_OK : fleet->status;
}

/* ---- The servers --------------------------------------------------------------------------- */

/* Cuts NAME=HOST[:PORT] up. */
static void read_server(struct fleet *fleet, char *text)
{
    struct server *server = &fleet->servers[fleet->count];
    char *host = strchr(text, '='), *port = host ? strchr(host, ':') : NULL, *end = NULL;

    if (!host || host == text || !host[1])
        cli_usage_error(fleet->cli, "\"%s\" is not NAME=HOST[:PORT]", text);
    *server = (struct server){.name = text, .host = host + 1, .fleet = fleet};
    if (port && strchr(port + 1, ':'))
        port = NULL; /* that is an address of IPv6 */
    if (port) {
        long number = strtol(port + 1, &end, 10);

        if (end == port + 1 || *end || number < 1 || number > 65535)
            cli_usage_error(fleet->cli, "\"%s\" is no port", port + 1);
        server->port = (int)number;
        *port = '\0';
    }
    *host = '\0';
    fleet->count++;
}

static int start(struct fleet *fleet, struct server *server)
{
    struct ami_conn_opts opts = fleet->cli->opts;
    int err;

    opts.host = server->host;
    opts.port = server->port ? server->port : opts.port;
    opts.reconnect_min_ms = 500;
    opts.reconnect_max_ms = 30000;
    opts.on_state = on_state;
    opts.user = server;
    err = ami_conn_new(&server->conn, &opts);
    if (!err)
        err = ami_on(ami_conn_session(server->conn), NULL, on_event, server, NULL);
    if (!err)
        err = ami_conn_start(server->conn);
    return err;
}

static int run(struct fleet *fleet)
{
    int err = AMI_OK, status;

    for (int i = 0; i < fleet->count && !err; i++, fleet->left++)
        err = start(fleet, &fleet->servers[i]);
    status = err ? cli_action_failed(fleet->cli, NULL, err, NULL) : loop(fleet);
    for (int i = 0; i < fleet->count; i++)
        ami_conn_free(fleet->servers[i].conn);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"count", required_argument, NULL, 'n'}, CLI_LONG};
    static struct fleet fleet = {.events_left = -1};
    struct cli cli;
    int opt;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, "n:" CLI_SHORT, longs, NULL)) != -1) {
        if (opt == 'n')
            fleet.events_left = cli_number(&cli, "count", 1, LONG_MAX);
        else
            cli_option(&cli, opt);
    }
    fleet.cli = &cli;
    if (argc - optind < 1 || argc - optind > SERVERS_MAX)
        cli_usage_error(&cli, "1 to %d servers, please", SERVERS_MAX);
    while (optind < argc)
        read_server(&fleet, argv[optind++]);
    cli_credentials(&cli);
    cli_catch_stop();
    return cli_end(&cli, run(&fleet));
}
