/* SPDX-License-Identifier: MIT */
/*
 * Runs AGI commands on the calls that are in AGI(agi:async). Shows actions whose result comes in an
 * event later, any number of calls at once, and how to decode what AsyncAGI sends.
 *
 *     cc -o asyncagi asyncagi.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <stdlib.h>
#include <string.h>

#include <ami/values.h>

#include "cli.h"

static const char usage[] =
    "Usage: asyncagi [options] [COMMAND...]\n"
    "Waits for calls that run AGI(agi:async) (Asterisk 1.6 and later), prints the\n"
    "environment of each and runs the commands on it, one after the other and as they are,\n"
    "such as 'EXEC Playback \"demo-thanks\"'. Without any: ANSWER, two variables, and\n"
    "ASYNCAGI BREAK, which lets the call go on. The user needs read and write = agi.\n"
    "\n"
    "  -n, --count CALLS       take so many calls, and stop when the last has ended\n"
    "\n"
    "Exit status 0: ended by Ctrl-C or --count; 1: some commands had no result.\n";

static char *default_commands[] = {"ANSWER", "GET VARIABLE CHANNEL", "SET VARIABLE GREETING hello",
                                   "ASYNCAGI BREAK", NULL};

enum { RESULT_MAX = 1024 }; /* the server reads a result in pieces of so many bytes */

struct agi {
    const struct cli *cli;
    ami_conn *conn;
    char **commands;    /* up to a NULL */
    struct call *calls; /* those that run commands */
    long left;          /* calls to take; < 0 without end */
    bool some_fail;     /* commands, not the connection */
    bool over;          /* the connection is being freed */
};

/* There is always one command whose result it waits for. */
struct call {
    struct call *next;
    struct agi *agi;
    char **rest;         /* the commands that follow */
    const char *command; /* the one under way, */
    ami_id id;           /* and its action */
    char channel[];
};

/* ---- What AsyncAGI sends ----------------------------------------------------------------- */

static void print_line(const struct call *call, const char *name, size_t name_len,
                       const char *between, const char *text, size_t len)
{
    cli_print(stdout, call->channel, strlen(call->channel));
    fputs(": ", stdout);
    cli_print(stdout, name, name_len);
    fputs(between, stdout);
    cli_print(stdout, text, len);
    putchar('\n');
}

/* A field without its URL encoding, to be freed; empty when it is missing. */
static char *decoded(const ami_msg *event, const char *name, size_t *len)
{
    const struct ami_field *field = ami_msg_find(event, name);
    size_t size = field ? field->value_len + 1 : 1; /* decoded it is never longer */
    char *text = calloc(1, size);

    *len = field && text ? ami_unescape_url(field->value, field->value_len, text, size) : 0;
    return text;
}

static void print_environment(const struct call *call, const ami_msg *event)
{
    struct ami_env line = AMI_ENV_INIT;
    size_t len;
    char *text = decoded(event, "Env", &len);

    while (ami_env_next(text, len, &line))
        print_line(call, line.name, line.name_len, ": ", line.value, line.value_len);
    free(text);
}

/* Prints the result without its line end. False when it may be cut. */
static bool print_result(const struct call *call, const ami_msg *event)
{
    size_t len;
    char *text = decoded(event, "Result", &len);
    bool ends = len > 0 && text[len - 1] == '\n';

    print_line(call, call->command, strlen(call->command), " -> ", text, len - ends);
    free(text);
    return ends && len < RESULT_MAX;
}

/* ---- One call ---------------------------------------------------------------------------- */

static void end_call(struct call *call)
{
    struct call **at = &call->agi->calls;

    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    free(call);
}

/* The command under way has no result, and those behind it are not tried. */
static void fail_call(struct call *call, int err, const ami_msg *reply)
{
    const char *why = reply ? ami_msg_get(reply, "Message") : NULL;

    if (!why)
        why = err == AMI_E_CANCELLED ? "the call has left AGI" : ami_strerror(err);
    if (ami_conn_state(call->agi->conn) != AMI_STATE_CLOSED)
        cli_fail(call->agi->cli, 0, "%s: %s: %s", call->channel, call->command, why);
    call->agi->some_fail = true;
    end_call(call);
}

static void on_result(const struct ami_reply *reply, void *user);

/* It may take as long as it likes: if its call goes away, on_call hears of that. */
static void run(struct call *call, const char *command)
{
    ami_session *session = ami_conn_session(call->agi->conn);
    ami_action *action = ami_action_new("AGI");

    call->command = command;
    ami_action_add(action, "Channel", call->channel);
    ami_action_add(action, "Command", command);
    ami_action_timeout(action, -1);
    int err = ami_submit_result(session, action, on_result, call, &call->id);
    ami_action_free(action);
    if (err)
        fail_call(call, err, NULL);
}

static void on_result(const struct ami_reply *reply, void *user)
{
    struct call *call = user;

    if (reply->step != AMI_STEP_DONE || call->agi->over)
        return;
    if (reply->status)
        fail_call(call, reply->status, reply->msg);
    else if (!print_result(call, reply->msg))
        run(call, "NOOP"); /* the rest of a long result stands before that of the next command */
    else if (*call->rest)
        run(call, *call->rest++);
    else
        end_call(call);
}

/* ---- Calls come and go ------------------------------------------------------------------- */

static void begin_call(struct agi *agi, const char *channel, const ami_msg *event)
{
    size_t size = strlen(channel) + 1;
    struct call *call = calloc(1, sizeof *call + size);

    if (!call)
        return; /* no memory: this one is not served */
    *call = (struct call){.next = agi->calls, .agi = agi, .rest = agi->commands + 1};
    memcpy(call->channel, channel, size);
    agi->calls = call;
    if (agi->left > 0)
        agi->left--;
    print_environment(call, event);
    run(call, agi->commands[0]);
}

static struct call *find_call(const struct agi *agi, const char *channel)
{
    struct call *call = agi->calls;

    while (call && strcmp(call->channel, channel) != 0)
        call = call->next;
    return call;
}

/* A call that is redirected to AGI(agi:async) again may start anew without an end. */
static void on_call(const struct ami_event *event, void *user)
{
    struct agi *agi = user;
    const char *channel = ami_msg_get(event->msg, "Channel");
    const char *sub = ami_msg_get(event->msg, "SubEvent"); /* before Asterisk 12 */
    const char *what = sub ? sub : ami_msg_name(event->msg) + strlen("AsyncAGI");
    bool starts = strcmp(what, "Start") == 0;
    struct call *call;

    if (!channel || agi->over)
        return;
    call = find_call(agi, channel);
    if (call && (starts || strcmp(what, "End") == 0))
        ami_cancel(event->session, call->id); /* the command was lost, and on_result hears of it */
    if (starts && agi->left != 0)
        begin_call(agi, channel, event->msg);
}

/* ---- The program ------------------------------------------------------------------------- */

static int serve(struct agi *agi)
{
    int err = ami_on(ami_conn_session(agi->conn), "AsyncAGI*", on_call, agi, NULL);

    if (!err)
        puts("waiting for calls");
    /* A second, not for ever: Ctrl-C just before the wait would not end it. */
    while (err >= 0 && (agi->left != 0 || agi->calls) && !cli_stopped())
        err = ami_conn_wait(agi->conn, 1000);
    if (err < 0)
        return cli_action_failed(agi->cli, agi->conn, err, NULL);
    return agi->some_fail ? CLI_NO : CLI_OK;
}

/* Better told now than when a call comes. */
static void check_commands(const struct cli *cli, char **commands)
{
    for (; *commands; commands++) {
        ami_action *action = ami_action_new("AGI");

        if (ami_action_add(action, "Command", *commands))
            cli_usage_error(cli, "%s", ami_action_why(action)->text);
        ami_action_free(action);
    }
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"count", required_argument, NULL, 'n'}, CLI_LONG};
    struct agi agi = {.commands = default_commands, .left = -1};
    struct ami_error error;
    struct cli cli;
    int opt, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, "n:" CLI_SHORT, longs, NULL)) != -1) {
        if (opt == 'n')
            agi.left = cli_number(&cli, "count", 1, 1000000000);
        else
            cli_option(&cli, opt);
    }
    if (optind < argc)
        agi.commands = argv + optind;
    check_commands(&cli, agi.commands);
    cli_credentials(&cli);

    setvbuf(stdout, NULL, _IOLBF, 0); /* each line is told at once */
    agi.cli = &cli;
    cli.opts.events = "agi"; /* the class of AsyncAGI, and no other */
    if (ami_sync_connect(&agi.conn, &cli.opts, &error))
        return cli_end(&cli, cli_conn_failed(&cli, &error));
    cli_catch_stop();
    status = serve(&agi);
    agi.over = true; /* the calls that are still there are left to themselves */
    ami_sync_close(agi.conn);
    while (agi.calls)
        end_call(agi.calls);
    return cli_end(&cli, status);
}
