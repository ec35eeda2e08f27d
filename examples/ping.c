/* SPDX-License-Identifier: MIT */
/*
 * How long does Asterisk take to answer? Shows the blocking calls: connect, send, close.
 *
 *     cc -o ping ping.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <limits.h>
#include <time.h>

#include "cli.h"

static const char usage[] =
    "Usage: ping [options]\n"
    "Sends AMI Pings to an Asterisk and tells how long each answer took.\n"
    "\n"
    "  -c, --count COUNT       stop after so many (until Ctrl-C)\n"
    "  -i, --interval SECONDS  pause between two, fractions allowed (1)\n"
    "\n"
    "An answer that takes longer than --wait, here 5 seconds, counts as lost.\n"
    "Exit status 0: all were answered; 1: some were lost.\n";

struct stats {
    long sent, answered;
    double min, max, sum, squares; /* of milliseconds */
};

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void count_answer(struct stats *stats, double ms)
{
    if (!stats->answered || ms < stats->min)
        stats->min = ms;
    if (!stats->answered || ms > stats->max)
        stats->max = ms;
    stats->answered++;
    stats->sum += ms;
    stats->squares += ms * ms;
}

/* Waits, and keeps an eye on the connection meanwhile: < 0 when it ended. */
static int pause_ms(ami_conn *conn, int ms)
{
    ami_time end = ami_now() + ms;
    int result = 0;

    while (result >= 0 && !cli_stopped() && ami_now() < end)
        result = ami_conn_wait(conn, (int)(end - ami_now()));
    return result;
}

static int ping(const struct cli *cli, ami_conn *conn, long count, int interval,
                struct stats *stats)
{
    while (!cli_stopped()) {
        double start = now_ms();
        /* Blocks: Ctrl-C is seen when the answer is here or has taken too long. */
        int err = ami_sync_send(conn, NULL, "Ping", (char *)NULL);
        double ms = now_ms() - start;

        stats->sent++;
        if (ami_conn_state(conn) != AMI_STATE_READY)
            return cli_conn_failed(cli, ami_conn_error(conn));
        if (err) {
            printf("seq=%ld %s\n", stats->sent, ami_strerror(err));
        } else {
            count_answer(stats, ms);
            printf("seq=%ld time=%.3f ms\n", stats->sent, ms);
        }
        fflush(stdout);
        if (stats->sent == count)
            break;
        if (pause_ms(conn, interval) < 0)
            return cli_conn_failed(cli, ami_conn_error(conn));
    }
    return stats->answered == stats->sent ? CLI_OK : CLI_NO;
}

/* Newton's way, to do without libm. */
static double square_root(double x)
{
    double root = x > 1 ? x : 1;

    for (int i = 0; i < 100 && root * root - x > x * 1e-9; i++)
        root = (root + x / root) / 2;
    return root;
}

static void print_summary(const struct cli *cli, const struct stats *stats)
{
    long lost = stats->sent - stats->answered;

    printf("--- %s port %d asterisk ping statistics ---\n", cli->opts.host, cli->opts.port);
    printf("%ld sent, %ld answered, %.4g%% loss\n", stats->sent, stats->answered,
           stats->sent ? 100.0 * (double)lost / (double)stats->sent : 0.0);
    if (stats->answered) {
        double average = stats->sum / (double)stats->answered;
        double variance = stats->squares / (double)stats->answered - average * average;

        printf("round trip min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n", stats->min, average,
               stats->max, variance > 0 ? square_root(variance) : 0.0);
    }
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"count", required_argument, NULL, 'c'},
                                          {"interval", required_argument, NULL, 'i'},
                                          CLI_LONG};
    struct stats stats = {0};
    struct ami_error error;
    struct cli cli;
    ami_conn *conn;
    long count = 0;
    int opt, status, interval = 1000;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, "c:i:" CLI_SHORT, longs, NULL)) != -1) {
        if (opt == 'c')
            count = cli_number(&cli, "count", 1, LONG_MAX);
        else if (opt == 'i')
            interval = cli_seconds(&cli, "interval", 0);
        else
            cli_option(&cli, opt);
    }
    if (optind < argc)
        cli_usage_error(&cli, "what is \"%s\"?", argv[optind]);
    cli_credentials(&cli);
    if (!cli.opts.action_timeout_ms)
        cli.opts.action_timeout_ms = 5000;

    cli.opts.events = "off"; /* this program has no use for events: let none come */
    if (ami_sync_connect(&conn, &cli.opts, &error))
        return cli_end(&cli, cli_conn_failed(&cli, &error));
    cli_catch_stop();
    status = ping(&cli, conn, count, interval, &stats);
    print_summary(&cli, &stats);
    ami_sync_close(conn);
    return cli_end(&cli, status);
}
