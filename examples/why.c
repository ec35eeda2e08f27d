/* SPDX-License-Identifier: MIT */
/*
 * Says why no events come. Shows ami_explain_events.
 *
 *     cc -o why why.c cli.c $(pkg-config --cflags --libs ami)
 */
#include "cli.h"

static const char usage[] =
    "Usage: why [options] [EVENT...]\n"
    "Tells which events of an Asterisk this user can get, and what speaks against those of\n"
    "the names given, such as Hangup or 'Queue*'.\n"
    "\n"
    "  -e, --events MASK       log in with this event mask, such as call,agent or off\n"
    "  -f, --filter FILTER     add this filter; may be given several times\n"
    "\n"
    "Exit status 0: nothing speaks against them. 1: something does.\n";

enum { FILTERS_MAX = 16 };

struct why {
    const char *filters[FILTERS_MAX];
    size_t filter_count;
    bool done;
    int status;
    size_t findings;
};

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
}

/* "call,agent", or "none" */
static void print_classes(const char *what, bool known, unsigned classes)
{
    char text[AMI_CLASSES_SIZE];

    ami_classes_format(classes, text, sizeof text);
    printf("%s: %s\n", what, !known ? "the server does not tell" : classes ? text : "none");
}

static void on_explanation(const struct ami_explanation *x, void *user)
{
    struct why *why = user;

    why->done = true;
    why->status = x->status;
    why->findings = x->finding_count;
    if (x->status)
        return;
    printf("manager version: %s\n", x->banner);
    printf("Asterisk: %s\n", x->version ? x->version : "the server does not tell");
    print_classes("may read", x->classes_known, x->read);
    print_classes("may write", x->classes_known, x->write);
    print_classes("mask", x->mask_known, x->mask);
    for (size_t i = 0; i < x->filter_count; i++)
        printf("filter %zu: %s\n", i + 1, x->filters[i]);
    printf("\n%s\n", x->summary);
    for (size_t i = 0; i < x->finding_count; i++)
        printf("- %s\n", x->findings[i]);
}

static int subscribe(const struct cli *cli, ami_session *session, char **names)
{
    int err = AMI_OK;

    if (!*names)
        err = ami_on(session, NULL, on_event, NULL, NULL);
    for (; *names && !err; names++) {
        err = ami_on(session, *names, on_event, NULL, NULL);
        if (err == AMI_E_INVAL)
            return cli_fail(cli, CLI_USAGE, "\"%s\": a * may stand at the end only", *names);
    }
    return err ? cli_action_failed(cli, NULL, err, NULL) : CLI_OK;
}

static int add_filters(const struct cli *cli, ami_conn *conn, const struct why *why)
{
    int status = CLI_OK;

    for (size_t i = 0; i < why->filter_count && !status; i++) {
        ami_msg *reply;
        int err = ami_sync_send(conn, &reply, "Filter", "Operation", "Add", "Filter",
                                why->filters[i], (char *)NULL);
        if (err == AMI_E_INVAL)
            status = cli_fail(cli, CLI_USAGE, "%s", ami_session_why(ami_conn_session(conn))->text);
        else if (err)
            status = cli_action_failed(cli, conn, err, reply);
        ami_msg_free(reply);
    }
    return status;
}

static int explain(const struct cli *cli, ami_conn *conn, struct why *why)
{
    int err = ami_explain_events(ami_conn_session(conn), on_explanation, why);

    while (err >= 0 && !why->done)
        err = ami_conn_wait(conn, -1);
    if (err >= 0)
        err = why->status;
    if (err < 0)
        return cli_action_failed(cli, conn, err, NULL);
    return why->findings ? CLI_NO : CLI_OK;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"events", required_argument, NULL, 'e'},
                                          {"filter", required_argument, NULL, 'f'},
                                          CLI_LONG};
    struct why why = {0};
    struct ami_error error;
    struct cli cli;
    ami_conn *conn;
    int opt, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, "e:f:" CLI_SHORT, longs, NULL)) != -1) {
        if (opt == 'e')
            cli.opts.events = optarg;
        else if (opt == 'f' && why.filter_count < FILTERS_MAX)
            why.filters[why.filter_count++] = optarg;
        else if (opt == 'f')
            cli_usage_error(&cli, "more than %d filters", FILTERS_MAX);
        else
            cli_option(&cli, opt);
    }
    cli_credentials(&cli);

    if (ami_sync_connect(&conn, &cli.opts, &error) < 0)
        return cli_end(&cli, cli_conn_failed(&cli, &error));
    status = subscribe(&cli, ami_conn_session(conn), argv + optind);
    if (!status)
        status = add_filters(&cli, conn, &why);
    if (!status)
        status = explain(&cli, conn, &why);
    ami_sync_close(conn);
    return cli_end(&cli, status);
}
