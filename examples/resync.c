/* SPDX-License-Identifier: MIT */
/*
 * The channels of an Asterisk, kept up to date over any number of broken connections. Shows how to
 * ask again after a return: events and the list that was asked for overlap, and neither may be lost
 * or count twice.
 *
 *     cc -o resync resync.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char usage[] =
    "Usage: resync [options]\n"
    "Tells of each channel that comes (+), changes (~) or goes (-), until Ctrl-C. When the\n"
    "connection breaks it comes back by itself, and tells what happened meanwhile.\n"
    "\n"
    "Exit status 0: ended by Ctrl-C; 1: the server refused the list.\n";

/*
 * A channel is known by its Uniqueid, which stays when it is renamed and never comes again. Each
 * request for the list begins a generation; `known` is the last one in which anything told of the
 * channel.
 */
struct channel {
    struct channel *next;
    char id[160], name[160], state[32]; /* name and state may be "": not known yet */
    unsigned known;
    bool gone; /* hung up while the list was under way, which may still name it */
};

struct board {
    const struct cli *cli;
    ami_conn *conn;
    struct channel *channels; /* real programs use a hash table */
    unsigned generation;
    bool asking; /* between the request and the end of the list */
    int status;
};

/* ---- The table --------------------------------------------------------------------------- */

static void tell(char what, const struct channel *channel, const char *remark)
{
    printf("%c ", what);
    cli_print(stdout, channel->name, strlen(channel->name));
    if (*remark)
        putchar(' ');
    cli_print(stdout, remark, strlen(remark));
    putchar('\n');
    fflush(stdout);
}

static struct channel *find(const struct board *board, const char *id)
{
    struct channel *channel = board->channels;

    while (channel && strcmp(channel->id, id) != 0)
        channel = channel->next;
    return channel;
}

static struct channel *add(struct board *board, const char *id)
{
    struct channel *channel = calloc(1, sizeof *channel);

    if (!channel)
        exit(cli_fail(board->cli, CLI_OTHER, "out of memory"));
    snprintf(channel->id, sizeof channel->id, "%s", id);
    channel->next = board->channels;
    board->channels = channel;
    return channel;
}

/* Removes those that went while the list was under way, and, when it is complete, those that
 * nothing has told of since it was asked for. */
static size_t sweep(struct board *board, bool complete)
{
    struct channel **at = &board->channels, *channel;
    size_t count = 0;

    while ((channel = *at)) {
        bool missed = complete && channel->known != board->generation;

        if (missed)
            tell('-', channel, "(while away)");
        if (!missed && !channel->gone) {
            at = &channel->next;
            count++;
            continue;
        }
        *at = channel->next;
        free(channel);
    }
    return count;
}

/* Whether the text is another one now. NULL: nothing is known. */
static bool set(char *text, size_t size, const char *now)
{
    if (!now || strcmp(text, now) == 0)
        return false;
    snprintf(text, size, "%s", now);
    return true;
}

/* ---- Events and the list, in whichever order they come ------------------------------------ */

/*
 * No event is older than what is known of a channel. An item of the list may be: the list was made
 * at some moment after the request, and events of before and after come around it. So of a channel
 * of which an event has told since the request, it says only what is not known yet.
 */
static void learn(struct board *board, const ami_msg *msg, const char *name, const char *state,
                  bool is_item)
{
    const char *id = ami_msg_get(msg, "Uniqueid");
    struct channel *channel = id ? find(board, id) : NULL;
    bool is_new = !channel, changed;

    if (!id)
        return;
    if (is_new)
        channel = add(board, id);
    if (is_item && channel->known == board->generation) {
        name = NULL; /* which every event has */
        state = channel->state[0] ? NULL : state;
    }
    channel->known = board->generation;
    changed = set(channel->name, sizeof channel->name, name);
    changed |= set(channel->state, sizeof channel->state, state);
    if (changed && !channel->gone)
        tell(is_new ? '+' : '~', channel, channel->state);
}

/* Up to Asterisk 1.4 events have the word in State. */
static const char *state_of(const ami_msg *msg)
{
    return ami_msg_get_any(msg, "ChannelStateDesc", "State", (char *)NULL);
}

static void on_channel(const struct ami_event *event, void *board)
{
    learn(board, event->msg, ami_msg_get(event->msg, "Channel"), state_of(event->msg), false);
}

static void on_rename(const struct ami_event *event, void *board)
{
    learn(board, event->msg, ami_msg_get(event->msg, "Newname"), NULL, false);
}

/* While the list is under way the channel stays in the table as one that has gone: a later item
 * must not bring it back. */
static void on_hangup(const struct ami_event *event, void *user)
{
    struct board *board = user;
    const char *id = ami_msg_get(event->msg, "Uniqueid");
    struct channel *channel = id ? find(board, id) : NULL;

    if (channel && !channel->gone)
        tell('-', channel, "");
    if (!channel && id && board->asking)
        channel = add(board, id);
    if (channel) {
        channel->gone = true;
        channel->known = board->generation;
    }
    if (!board->asking)
        sweep(board, false);
}

static void on_list(int status, const ami_list *list, void *user)
{
    struct board *board = user;
    size_t count;

    board->asking = false;
    for (size_t i = 0; status == AMI_OK && i < ami_list_count(list); i++) {
        const ami_msg *item = ami_list_at(list, i);

        learn(board, item, ami_msg_get(item, "Channel"), state_of(item), true);
    }
    count = sweep(board, status == AMI_OK);
    if (status == AMI_OK) {
        printf("%zu channel%s\n", count, count == 1 ? "" : "s");
        fflush(stdout);
    } else if (ami_conn_state(board->conn) == AMI_STATE_READY) { /* else it is asked for again */
        board->status = cli_action_failed(board->cli, board->conn, status, ami_list_response(list));
    }
}

/* ---- The connection ------------------------------------------------------------------------ */

/* The generation begins with the request: what comes from now on is news of it. */
static int ask(struct board *board)
{
    ami_action *action = ami_action_new("CoreShowChannels");
    int err = ami_collect(ami_conn_session(board->conn), action, on_list, board, NULL);

    ami_action_free(action);
    board->generation++;
    board->asking = !err;
    return err;
}

/* READY is the moment to ask, the first time and each time that it has come back. */
static void on_state(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    struct board *board = user;
    int err = AMI_OK;

    if (info->state == AMI_STATE_READY) {
        if (info->returned)
            printf("back after %.1f s\n", (double)info->gap_ms / 1000);
        else
            printf("connected\n");
        err = ask(board);
    } else if (info->state == AMI_STATE_BACKOFF) {
        printf("away: %s\n", info->error->text);
    }
    fflush(stdout);
    if (err)
        board->status = cli_action_failed(board->cli, conn, err, NULL);
}

static int follow(struct board *board)
{
    static const struct {
        const char *name;
        ami_event_fn fn;
    } handlers[] = {{"Newchannel", on_channel},
                    {"Newstate", on_channel},
                    {"Rename", on_rename},
                    {"Hangup", on_hangup}};
    int err = AMI_OK;

    for (size_t i = 0; i < sizeof handlers / sizeof handlers[0] && !err; i++)
        err = ami_on(ami_conn_session(board->conn), handlers[i].name, handlers[i].fn, board, NULL);
    if (!err)
        err = ami_conn_start(board->conn);
    /* A second, not for ever: Ctrl-C just before the wait would not end it. */
    while (err >= 0 && !board->status && !cli_stopped())
        err = ami_conn_wait(board->conn, 1000);
    if (err < 0)
        return cli_action_failed(board->cli, board->conn, err, NULL);
    return board->status;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {CLI_LONG};
    struct board board = {0};
    struct cli cli;
    int opt, err, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, CLI_SHORT, longs, NULL)) != -1)
        cli_option(&cli, opt);
    if (optind < argc)
        cli_usage_error(&cli, "what is \"%s\"?", argv[optind]);
    cli_credentials(&cli);

    board.cli = &cli;
    cli.opts.events = "call";
    cli.opts.reconnect_min_ms = 250;
    cli.opts.reconnect_max_ms = 30000;
    cli.opts.on_state = on_state;
    cli.opts.user = &board;
    err = ami_conn_new(&board.conn, &cli.opts);
    if (err)
        return cli_end(&cli, cli_action_failed(&cli, NULL, err, NULL));
    cli_catch_stop();
    status = follow(&board);
    ami_sync_close(board.conn);
    while (board.channels) {
        struct channel *next = board.channels->next;

        free(board.channels);
        board.channels = next;
    }
    return cli_end(&cli, status);
}
