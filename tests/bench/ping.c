/* SPDX-License-Identifier: MIT */
/* Pings: one by one, the median time of a round trip; and 64 in flight. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

enum { TIMES = 801, IN_FLIGHT = 64, BATCHES = 60 };

static const char bare_text[] = "Action: Ping\r\nActionID: 0123456789.1\r\n\r\n";

struct ping {
    struct client client;
    ami_action *action;
    size_t done;
    int fd;
    char batch[IN_FLIGHT * sizeof bare_text];
    double times[TIMES];
};

static void on_pong(const struct ami_reply *reply, void *user)
{
    require(reply->status == AMI_OK);
    ++*(size_t *)user;
}

static void libami_pings(struct ping *p, size_t n)
{
    size_t wanted = p->done + n;

    for (size_t i = 0; i < n; i++)
        require(ami_submit(ami_conn_session(p->client.conn), p->action, on_pong, &p->done, NULL) ==
                AMI_OK);
    while (p->done < wanted)
        require(ami_conn_wait(p->client.conn, 10000) >= 0);
}

static size_t count_ends(const char *data, size_t len, unsigned *state)
{
    size_t ends = 0;

    for (size_t i = 0; i < len; i++) {
        *state = *state << 8 | (unsigned char)data[i];
        ends += *state == 0x0d0a0d0a;
    }
    return ends;
}

static void bare_pings(struct ping *p, size_t n)
{
    char room[16 << 10];
    unsigned state = 0;

    bare_send(p->fd, p->batch, n * (sizeof bare_text - 1));
    while (n > 0) {
        struct pollfd polled = {p->fd, POLLIN, 0};
        require(poll(&polled, 1, 10000) == 1);
        ssize_t len = recv(p->fd, room, sizeof room, MSG_DONTWAIT);
        require(len > 0);
        n -= count_ends(room, (size_t)len, &state);
    }
}

static double round_trip(struct ping *p, void (*pings)(struct ping *, size_t))
{
    for (int i = 0; i < TIMES; i++) {
        double begin = now_seconds();
        pings(p, 1);
        p->times[i] = now_seconds() - begin;
    }
    return median(p->times, TIMES);
}

static double batches(struct ping *p, void (*pings)(struct ping *, size_t))
{
    double begin = now_seconds();

    for (int i = 0; i < BATCHES; i++)
        pings(p, IN_FLIGHT);
    return (now_seconds() - begin) / BATCHES / IN_FLIGHT;
}

static double libami_one(void *p)
{
    return round_trip(p, libami_pings);
}

static double bare_one(void *p)
{
    return round_trip(p, bare_pings);
}

static double libami_many(void *p)
{
    return batches(p, libami_pings);
}

static double bare_many(void *p)
{
    return batches(p, bare_pings);
}

int main(void)
{
    static struct ping p;
    struct peer peer = peer_start(NULL, NULL);

    for (size_t i = 0; i < IN_FLIGHT; i++)
        memcpy(p.batch + i * (sizeof bare_text - 1), bare_text, sizeof bare_text - 1);
    require((p.action = ami_action_new("Ping")));
    client_connect(&p.client, peer.port, NULL);
    p.fd = bare_connect(peer.port);
    compare("Ping and back x a bare socket", (struct goal){FACTOR, 1.10, 1.03}, "us", libami_one,
            bare_one, &p);
    compare("64 Pings in flight / a bare socket", (struct goal){SHARE, .90, .98}, "us", libami_many,
            bare_many, &p);
    close(p.fd);
    client_free(&p.client);
    ami_action_free(p.action);
    peer_stop(&peer);
    return verdict();
}
