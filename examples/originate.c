/* SPDX-License-Identifier: MIT */
/*
 * Makes a call and tells what became of it. Shows how to build an action, to know that "queued"
 * is not "answered", and to find the event that belongs to one's own action.
 *
 *     cc -o originate originate.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <string.h>
#include <strings.h>

#include "cli.h"

static const char usage[] =
    "Usage: originate [options] CHANNEL --exten EXTEN --context CONTEXT [--priority PRIORITY]\n"
    "       originate [options] CHANNEL --application APPLICATION [--data DATA]\n"
    "Calls CHANNEL, such as PJSIP/100 or Local/100@default, connects it to an extension or\n"
    "an application when it is answered, and tells whether it was.\n"
    "\n"
    "  -e, --exten EXTEN, -c, --context CONTEXT, -P, --priority PRIORITY (1)\n"
    "  -a, --application APPLICATION, -d, --data DATA\n"
    "  -t, --timeout MS        how long to let it ring (30000)\n"
    "  -C, --callerid ID       such as 'Reception <100>'\n"
    "  -v, --var NAME=VALUE    set a variable of the channel; as often as needed\n"
    "\n"
    "Exit status 0: answered; 1: not answered, or refused by the server.\n";

struct request {
    const char *channel, *exten, *context, *priority, *application, *data, *callerid;
    const char *vars[AMI_ACTION_LINES_MAX];
    size_t var_count;
    int timeout_ms;
};

struct call {
    const struct cli *cli;
    ami_conn *conn;
    char action_id[65]; /* of our own Originate; ActionIDs have at most 64 bytes */
    bool queued, over;
    int ring_ms, status;
    ami_time deadline; /* for the event, once queued */
};

/* ---- The answer at once, and the event later ---------------------------------------------- */

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct call *call = user;

    if (call->over)
        return;          /* the connection is being freed */
    if (reply->status) { /* refused, timed out, the connection ended...: no event will come */
        call->over = true;
        call->status = cli_action_failed(call->cli, call->conn, reply->status, reply->msg);
        if (reply->status == AMI_E_TIMEOUT || reply->status == AMI_E_LOST)
            cli_fail(call->cli, 0, "the call may have been made all the same");
        return;
    }
    puts("queued");
    fflush(stdout);
    call->queued = true;
    call->deadline = ami_now() + call->ring_ms + 10000;
}

static const char *reason_text(const char *reason)
{
    static const struct {
        const char *number, *text;
    } reasons[] = {{"0", "failure, or no such extension or device"},
                   {"1", "hung up"},
                   {"3", "no answer"},
                   {"4", "answered"},
                   {"5", "busy"},
                   {"8", "congestion"}};

    for (size_t i = 0; reason && i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reason, reasons[i].number) == 0)
            return reasons[i].text;
    }
    return "unknown";
}

/* Every session hears of every call: only the ActionID tells that one is ours. */
static void on_outcome(const struct ami_event *event, void *user)
{
    struct call *call = user;
    const char *id = ami_msg_get(event->msg, "ActionID");
    const char *response = ami_msg_get(event->msg, "Response");
    const char *reason = ami_msg_get(event->msg, "Reason");

    if (call->over || !id || strcmp(id, call->action_id) != 0)
        return;
    call->over = true;
    if (response && strcasecmp(response, "Success") == 0) {
        const char *channel = ami_msg_get(event->msg, "Channel");

        fputs("answered ", stdout);
        cli_print(stdout, channel ? channel : "", channel ? strlen(channel) : 0);
        putchar('\n');
        call->status = CLI_OK;
    } else {
        printf("failed: %s (reason %s)\n", reason_text(reason), reason ? reason : "not given");
        call->status = CLI_NO;
    }
}

/* ---- The call ---------------------------------------------------------------------------- */

/* Errors stick in the action, so it is enough to look once, at the end. */
static ami_action *build(const struct request *request)
{
    ami_action *action = ami_action_new("Originate");

    ami_action_add(action, "Channel", request->channel);
    if (request->exten) {
        ami_action_add(action, "Exten", request->exten);
        ami_action_add(action, "Context", request->context);
        ami_action_add(action, "Priority", request->priority);
    } else {
        ami_action_add(action, "Application", request->application);
        if (request->data)
            ami_action_add(action, "Data", request->data);
    }
    if (request->callerid)
        ami_action_add(action, "CallerID", request->callerid);
    for (size_t i = 0; i < request->var_count; i++) {
        const char *equals = strchr(request->vars[i], '=');
        char name[AMI_ACTION_LINE_MAX];

        snprintf(name, sizeof name, "%.*s", (int)(equals - request->vars[i]), request->vars[i]);
        ami_action_var(action, name, equals + 1);
    }
    ami_action_addf(action, "Timeout", "%d", request->timeout_ms);
    ami_action_add(action, "Async", "true"); /* else the connection is blocked until the answer */
    return action;
}

static int follow(struct call *call, const ami_action *action)
{
    ami_session *session = ami_conn_session(call->conn);
    int err = ami_on(session, "OriginateResponse", on_outcome, call, NULL);
    ami_id id;

    if (!err)
        err = ami_submit(session, action, on_reply, call, &id);
    if (!err)
        snprintf(call->action_id, sizeof call->action_id, "%s", ami_session_action_id(session, id));
    while (err >= 0 && !call->over && ami_now() < call->deadline)
        err = ami_conn_wait(call->conn, 1000);
    if (call->over)
        return call->status;
    if (err >= 0)
        return cli_fail(call->cli, CLI_TIMEOUT,
                        "no OriginateResponse came: has the user the right read = call?");
    if (call->queued)
        cli_fail(call->cli, 0, "the call may go on, but its outcome will not be known");
    return cli_action_failed(call->cli, call->conn, err, NULL);
}

static int originate(const struct cli *cli, const ami_action *action, int ring_ms)
{
    struct call call = {.cli = cli, .ring_ms = ring_ms, .deadline = AMI_NEVER};
    struct ami_error error;
    int status;

    if (ami_sync_connect(&call.conn, &cli->opts, &error))
        return cli_conn_failed(cli, &error);
    status = follow(&call, action);
    call.over = true;
    ami_sync_close(call.conn);
    return status;
}

/* ---- Options ----------------------------------------------------------------------------- */

static void own_option(struct cli *cli, struct request *request, int opt)
{
    switch (opt) {
    case 'e':
        request->exten = optarg;
        break;
    case 'c':
        request->context = optarg;
        break;
    case 'P':
        request->priority = optarg;
        break;
    case 'a':
        request->application = optarg;
        break;
    case 'd':
        request->data = optarg;
        break;
    case 'C':
        request->callerid = optarg;
        break;
    case 't':
        request->timeout_ms = (int)cli_number(cli, "timeout", 1, 86400000);
        break;
    case 'v':
        if (!strchr(optarg, '=') || request->var_count == AMI_ACTION_LINES_MAX)
            cli_usage_error(cli, "var: \"%s\" is not NAME=VALUE, or one too many", optarg);
        request->vars[request->var_count++] = optarg;
        break;
    default:
        cli_option(cli, opt);
    }
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"exten", required_argument, NULL, 'e'},
                                          {"context", required_argument, NULL, 'c'},
                                          {"priority", required_argument, NULL, 'P'},
                                          {"application", required_argument, NULL, 'a'},
                                          {"data", required_argument, NULL, 'd'},
                                          {"callerid", required_argument, NULL, 'C'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"var", required_argument, NULL, 'v'},
                                          CLI_LONG};
    struct request request = {.priority = "1", .timeout_ms = 30000};
    ami_action *action;
    struct cli cli;
    int opt, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, "e:c:P:a:d:C:t:v:" CLI_SHORT, longs, NULL)) != -1)
        own_option(&cli, &request, opt);
    if (optind != argc - 1)
        cli_usage_error(&cli, "one channel to call is needed");
    request.channel = argv[optind];
    if (!request.exten == !request.application || !request.exten != !request.context)
        cli_usage_error(&cli, "either --exten and --context, or --application is needed");
    cli_credentials(&cli);
    cli.opts.events = "call"; /* the class of OriginateResponse, and no other */

    action = build(&request);
    if (ami_action_error(action))
        status = cli_fail(&cli, CLI_USAGE, "%s", ami_action_why(action)->text);
    else
        status = originate(&cli, action, request.timeout_ms);
    ami_action_free(action);
    return cli_end(&cli, status);
}
