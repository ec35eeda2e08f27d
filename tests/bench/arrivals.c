/* SPDX-License-Identifier: MIT */
/*
 * Events that come one by one: what each costs the processor, behind epoll.
 *
 *     arrivals CORPUS...      the first counts
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

enum { TIMES = 1000, PAUSE_US = 20 };

struct arrivals {
    struct corpus corpus;
    struct client client;
    int client_epoll;
    int fd, fd_epoll; /* the bare socket */
    char room[16 << 10];
};

static int watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    int epoll = epoll_create1(0);

    require(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    return epoll;
}

static void wait_in(int epoll)
{
    struct epoll_event event;

    require(epoll_wait(epoll, &event, 1, -1) == 1);
}

static double libami(void *context)
{
    struct arrivals *a = context;
    size_t wanted = a->client.events + TIMES;

    client_order(&a->client, "Trickle", TIMES, PAUSE_US);
    require(ami_conn_process(a->client.conn, 0) >= 0); /* sends it */
    double begin = cpu_seconds();
    while (a->client.events < wanted) {
        require(ami_conn_deadline(a->client.conn) > 0);
        wait_in(a->client_epoll);
        require(ami_conn_process(a->client.conn, AMI_READ) >= 0);
    }
    return (cpu_seconds() - begin) / TIMES;
}

/* The bytes of the first events. */
static size_t bytes_of(const struct corpus *corpus, size_t events)
{
    const char *at = corpus->data;

    while (events-- > 0)
        at = strstr(at, "\r\n\r\n") + 4;
    return (size_t)(at - corpus->data);
}

static double bare(void *context)
{
    struct arrivals *a = context;
    size_t wanted = bytes_of(&a->corpus, TIMES), got = 0;
    char order[128];
    int len = snprintf(order, sizeof order, ORDER_TEXT, "Trickle", (size_t)TIMES, PAUSE_US);

    bare_send(a->fd, order, (size_t)len);
    double begin = cpu_seconds();
    while (got < wanted) {
        wait_in(a->fd_epoll);
        ssize_t n = recv(a->fd, a->room, sizeof a->room, 0);
        require(n > 0);
        got += (size_t)n;
    }
    return (cpu_seconds() - begin) / TIMES;
}

int main(int argc, char **argv)
{
    static struct arrivals a;

    require(argc > 1);
    a.corpus = corpus_read(argv[1], 1);
    struct peer peer = peer_start(&a.corpus, NULL);
    client_connect(&a.client, peer.port, NULL);
    a.client_epoll = watch(ami_conn_fd(a.client.conn));
    a.fd = bare_connect(peer.port);
    a.fd_epoll = watch(a.fd);
    compare("CPU of an event by itself x bare recv", (struct goal){FACTOR, 1.15, 1.06}, "us",
            libami, bare, &a);
    close(a.fd_epoll);
    close(a.fd);
    close(a.client_epoll);
    client_free(&a.client);
    peer_stop(&peer);
    corpus_free(&a.corpus);
    return verdict();
}
