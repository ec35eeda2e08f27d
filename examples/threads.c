/* SPDX-License-Identifier: MIT */
/*
 * Runs commands, each in a thread of its own, over one connection. Shows how other threads submit
 * through a mailbox and wait for their answers, and in which order all of it ends.
 *
 *     cc -pthread -o threads threads.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "cli.h"

static const char usage[] =
    "Usage: threads [options] COMMAND...\n"
    "Runs commands of Asterisk's console all at once, each in a thread of its own, and\n"
    "prints what each of them printed.\n"
    "\n"
    "Exit status 0: all commands ran; 1: some were refused or failed.\n";

enum { THREADS_MAX = 32 };

/* One thread and its command. */
struct worker {
    const struct cli *cli;
    const char *command;
    ami_action *action;
    ami_mailbox *mailbox;
    int *unanswered; /* the main thread counts them */
    pthread_t thread;
    int status; /* to exit with */

    /* Between it and the main thread. */
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done;
    int result;
    ami_msg *reply;
};

/* ---- In a thread of its own -------------------------------------------------------------- */

/* Called in the main thread, as all callbacks are: hands the answer over. */
static void on_answer(const struct ami_reply *reply, void *user)
{
    struct worker *worker = user;

    pthread_mutex_lock(&worker->lock);
    worker->result = reply->status;
    worker->reply = reply->msg ? ami_msg_dup(reply->msg) : NULL; /* a copy may go to any thread */
    worker->done = true;
    pthread_cond_signal(&worker->answered);
    pthread_mutex_unlock(&worker->lock);
    --*worker->unanswered;
}

/* Posts and waits. What was accepted has its one DONE, whatever happens: the wait is never in vain.
 */
static int ask(struct worker *worker)
{
    int err = ami_mailbox_post(worker->mailbox, ami_submit, worker->action, on_answer, worker);

    if (err)
        return err;
    pthread_mutex_lock(&worker->lock);
    while (!worker->done)
        pthread_cond_wait(&worker->answered, &worker->lock);
    pthread_mutex_unlock(&worker->lock);
    return worker->result;
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

static void *work(void *user)
{
    struct worker *worker = user;
    int err = ask(worker);

    if (err == AMI_E_NOMEM)
        exit(cli_fail(worker->cli, CLI_OTHER, "%s", ami_strerror(err)));
    flockfile(stdout); /* each answer in one piece */
    printf("== %s\n", worker->command);
    if (worker->reply && print_output(worker->reply))
        worker->status = err ? CLI_NO : CLI_OK; /* a command that fails says why in its output */
    else if (err)
        worker->status = cli_action_failed(worker->cli, NULL, err, worker->reply);
    funlockfile(stdout);
    return NULL;
}

/* ---- The main thread --------------------------------------------------------------------- */

/* The commands are checked before there is a connection. */
static void prepare(struct worker *worker, const struct cli *cli, const char *command)
{
    *worker = (struct worker){.cli = cli, .command = command};
    worker->action = ami_action_new("Command");
    ami_action_add(worker->action, "Command", command);
    if (ami_action_error(worker->action))
        cli_usage_error(cli, "%s", ami_action_why(worker->action)->text);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->answered, NULL);
}

static void clean_up(struct worker *worker)
{
    pthread_cond_destroy(&worker->answered);
    pthread_mutex_destroy(&worker->lock);
    ami_msg_free(worker->reply);
    ami_action_free(worker->action);
}

/* Runs the loop until all have their answers. */
static int serve(const struct cli *cli, ami_conn *conn, const int *unanswered)
{
    int err = AMI_OK;

    /* A letter ends the wait. A second, not for ever: that is only for Ctrl-C. */
    while (err >= 0 && *unanswered > 0 && !cli_stopped())
        err = ami_conn_wait(conn, 1000);
    return err < 0 ? cli_conn_failed(cli, ami_conn_error(conn)) : CLI_OK;
}

static int run(const struct cli *cli, ami_conn *conn, struct worker *workers, int count)
{
    int started = 0, unanswered = count, status;
    ami_mailbox *mailbox;

    status = ami_mailbox_new(&mailbox, conn, 0) ? cli_fail(cli, CLI_OTHER, "no mailbox") : CLI_OK;
    while (!status && started < count) {
        struct worker *worker = &workers[started];

        worker->mailbox = mailbox;
        worker->unanswered = &unanswered;
        if (pthread_create(&worker->thread, NULL, work, worker))
            status = cli_fail(cli, CLI_OTHER, "no more threads");
        else
            started++;
    }
    if (!status)
        status = serve(cli, conn, &unanswered);

    /* In this order: the connection ends, so that every thread has its answer, whatever it is; when
     * all threads have ended, nobody uses the mailbox any more. */
    ami_sync_close(conn);
    for (int i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        status = status ? status : workers[i].status;
    }
    ami_mailbox_free(mailbox);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {CLI_LONG};
    struct worker workers[THREADS_MAX];
    struct ami_error error;
    struct cli cli;
    ami_conn *conn;
    int opt, count, status;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, CLI_SHORT, longs, NULL)) != -1)
        cli_option(&cli, opt);
    count = argc - optind;
    if (count < 1 || count > THREADS_MAX)
        cli_usage_error(&cli, "1 to %d commands, please", THREADS_MAX);
    for (int i = 0; i < count; i++)
        prepare(&workers[i], &cli, argv[optind + i]);
    cli_credentials(&cli);

    if (ami_sync_connect(&conn, &cli.opts, &error)) {
        status = cli_conn_failed(&cli, &error);
    } else {
        cli_catch_stop();
        status = run(&cli, conn, workers, count);
    }
    for (int i = 0; i < count; i++)
        clean_up(&workers[i]);
    return cli_end(&cli, status);
}
