/* SPDX-License-Identifier: MIT */
/* A server for benchmarks, in a process of its own, that does little and that fast; and both kinds
 * of clients for it. */
#ifndef AMI_BENCH_PEER_H
#define AMI_BENCH_PEER_H

#include <sys/types.h>

#include <openssl/ssl.h>

#include "bench.h"

/* It takes any Login and answers Pings. Blast makes it send its events, Times times, as fast as it
 * can, Trickle one by one, Times events, with a pause of Pause microseconds behind each. */
struct peer {
    int port;
    pid_t pid;
};
struct peer peer_start(const struct corpus *events, SSL_CTX *tls); /* tls NULL: plain */
void peer_stop(const struct peer *peer);

/* The text of a Blast or a Trickle, for those who speak without libami. */
#define ORDER_TEXT "Action: %s\r\nTimes: %zu\r\nPause: %d\r\n\r\n"

/* A libami client, logged in. It counts the events it hears. */
struct client {
    ami_conn *conn;
    size_t events;
};
void client_connect(struct client *client, int port, const ami_tls *tls);
void client_order(struct client *client, const char *action, size_t times, int pause_us);
void client_free(struct client *client);

/* A bare socket, connected; and one from which the banner has been read. */
int bare_socket(int port);
int bare_connect(int port);
void bare_send(int fd, const char *text, size_t len);

#endif
