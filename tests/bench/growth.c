/* SPDX-License-Identifier: MIT */
/*
 * How much memory a connection comes to use while events come, and whether that ends.
 *
 *     growth CORPUS...      the first counts
 */
#include "peer.h"

enum { PASSES = 60 };

static void pass(struct client *client, const struct corpus *corpus)
{
    size_t wanted = client->events + corpus->messages;

    client_order(client, "Blast", 1, 0);
    while (client->events < wanted)
        require(ami_conn_wait(client->conn, -1) >= 0);
}

int main(int argc, char **argv)
{
    struct client client;

    require(argc > 1);
    struct corpus corpus = corpus_read(argv[1], 1);
    struct peer peer = peer_start(&corpus, NULL);
    client_connect(&client, peer.port, NULL);
    double ready = private_bytes(), half = 0;
    for (int i = 0; i < PASSES; i++) {
        pass(&client, &corpus);
        if (i == PASSES / 2)
            half = private_bytes();
    }
    double end = private_bytes();
    count("growth of memory in 60 passes", (struct goal){COUNT, 256, 128}, (end - ready) / 1024,
          "KiB");
    count("of it in the second half", (struct goal){COUNT, 16, 0}, (end - half) / 1024, "KiB");
    client_free(&client);
    peer_stop(&peer);
    corpus_free(&corpus);
    return verdict();
}
