/* SPDX-License-Identifier: MIT */
/*
 * Makes a call and tells what became of it. Shows how to build an action, and that "queued" is not
 * "answered".
 *
 *     cc -o originate originate.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <string.h>

#include <ami/values.h>

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
    bool queued, over;
    int status;
};

/* ---- The answer at once, and the outcome later -------------------------------------------- */

static int tell_outcome(int status, const ami_msg *event)
{
    const char *channel = ami_msg_get(event, "Channel");
    long long reason;

    if (status == AMI_OK) {
        fputs("answered ", stdout);
        cli_print(stdout, channel ? channel : "", channel ? strlen(channel) : 0);
        putchar('\n');
        return CLI_OK;
    }
    if (ami_msg_get_int(event, "Reason", &reason) < 0)
        reason = AMI_REASON_FAILURE;
    printf("failed: %s (reason %lld)\n", ami_reason_text((int)reason), reason);
    return CLI_NO;
}

/* Neither an answer nor an outcome: refused, or too late, or the connection ended. */
static int tell_failure(const struct call *call, const struct ami_reply *reply)
{
    int status = cli_action_failed(call->cli, call->conn, reply->status, reply->msg);

    if (call->queued && reply->status == AMI_E_TIMEOUT)
        cli_fail(call->cli, 0, "no OriginateResponse came: has the user the right read = call?");
    if (reply->status == AMI_E_TIMEOUT || reply->status == AMI_E_LOST)
        cli_fail(call->cli, 0, "the call may have been made all the same");
    return status;
}

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct call *call = user;

    if (call->over)
        return; /* the connection is being freed */
    if (reply->step == AMI_STEP_RESPONSE) {
        puts("queued");
        fflush(stdout);
        call->queued = true;
        return;
    }
    call->over = true;
    if (call->queued && reply->msg)
        call->status = tell_outcome(reply->status, reply->msg);
    else
        call->status = tell_failure(call, reply);
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
    return action;
}

static int originate(const struct cli *cli, const ami_action *action)
{
    struct call call = {.cli = cli};
    struct ami_error error;

    if (ami_sync_connect(&call.conn, &cli->opts, &error))
        return cli_conn_failed(cli, &error);
    int err = ami_originate(ami_conn_session(call.conn), action, on_reply, &call, NULL);
    if (err < 0)
        call.status = cli_action_failed(cli, call.conn, err, NULL);
    while (err >= 0 && !call.over)
        err = ami_conn_wait(call.conn, -1);
    call.over = true;
    ami_sync_close(call.conn);
    return call.status;
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
        status = originate(&cli, action);
    ami_action_free(action);
    return cli_end(&cli, status);
}
