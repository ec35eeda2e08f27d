/* SPDX-License-Identifier: MIT */
/* What an idle connection costs: memory, threads, descriptors. */
#include "peer.h"

enum { CLIENTS = 400 };

int main(void)
{
    static struct client clients[CLIENTS];
    struct peer peer = peer_start(NULL, NULL);

    client_connect(&clients[0], peer.port, NULL); /* what the first one needs, all share */
    double memory = private_bytes(), threads = count_in("task"), fds = count_in("fd");
    for (int i = 1; i < CLIENTS; i++)
        client_connect(&clients[i], peer.port, NULL);
    memory = (private_bytes() - memory) / (CLIENTS - 1);
    threads = (count_in("task") - threads) / (CLIENTS - 1);
    fds = (count_in("fd") - fds) / (CLIENTS - 1);

    count("memory of an idle connection", (struct goal){COUNT, 8, 5}, memory / 1024, "KiB");
    count("its threads", (struct goal){COUNT, 0, 0}, threads, "");
    count("its descriptors", (struct goal){COUNT, 1, 1}, fds, "");
    for (int i = 0; i < CLIENTS; i++)
        client_free(&clients[i]);
    peer_stop(&peer);
    return verdict();
}
