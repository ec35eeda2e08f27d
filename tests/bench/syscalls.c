/* SPDX-License-Identifier: MIT */
/*
 * System calls, counted by strace.
 *
 *     syscalls CORPUS...                       the first counts
 *     syscalls events|pings TIMES CORPUS       what it runs under strace
 */
#include "peer.h"

enum { FEW = 20, MANY = 120 };

/* Each is asked for by itself, so that no two come together. */
static void run_events(struct client *client, size_t times)
{
    while (client->events < times) {
        size_t wanted = client->events + 1;
        client_order(client, "Trickle", 1, 0);
        while (client->events < wanted)
            require(ami_conn_wait(client->conn, -1) >= 0);
    }
}

static void run_pings(struct client *client, size_t times)
{
    for (size_t i = 0; i < times; i++)
        require(ami_sync_send(client->conn, NULL, "Ping", (char *)NULL) == AMI_OK);
}

static int run(const char *what, size_t times, const char *path)
{
    struct corpus corpus = corpus_read(path, 1);
    struct peer peer = peer_start(&corpus, NULL);
    struct client client;

    client_connect(&client, peer.port, NULL);
    if (strcmp(what, "events") == 0)
        run_events(&client, times);
    else
        run_pings(&client, times);
    client_free(&client);
    peer_stop(&peer);
    corpus_free(&corpus);
    return 0;
}

/* The system calls of a whole run, one a line, without those of its server. Which are counted is as
 * strace's -e has it. */
static size_t counted(const char *self, const char *which, const char *what, int times,
                      const char *path)
{
    char *said =
        output_of("strace -e '%s' -o /dev/stdout '%s' %s %d '%s'", which, self, what, times, path);
    size_t calls = 0;

    if (!said)
        die("strace counted nothing");
    for (const char *at = said; (at = strchr(at, '\n')); at++)
        calls++;
    free(said);
    return calls;
}

static void measure(const char *self, const char *which, const char *what, double must,
                    const char *path)
{
    size_t few = counted(self, which, what, FEW, path);
    size_t many = counted(self, which, what, MANY, path);
    char row[64];

    snprintf(row, sizeof row, "for each of %s, one by one", what);
    count(row, (struct goal){COUNT, must, must}, (double)(many - few) / (MANY - FEW),
          "system calls");
}

int main(int argc, char **argv)
{
    require(argc > 1);
    if (argc == 4 && (strcmp(argv[1], "events") == 0 || strcmp(argv[1], "pings") == 0))
        return run(argv[1], strtoul(argv[2], NULL, 10), argv[3]);
    char *traced = output_of("strace -o /dev/null true 2>&1");
    if (!traced) {
        puts("# no strace here, or it may not trace");
        return 0;
    }
    free(traced);
    measure(argv[0], "!sendto", "events", 2, argv[1]); /* poll, recv; not what asked for it */
    measure(argv[0], "all", "pings", 3, argv[1]);      /* send, poll, recv */
    return verdict();
}
