/* SPDX-License-Identifier: MIT */
/* Pings: one by one, the median time of a round trip; and 64 in flight. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

enum { TIMES = 801, IN_FLIGHT = 64, MANY = 20000 };

static const char bare_text[] = "Action: Ping\r\nActionID: 0123456789.1\r\n\r\n";

struct ping {
    struct client client;
    ami_action *action;
    size_t to_send, to_come; /* Pings, and answers */
    int fd;
    char batch[IN_FLIGHT * sizeof bare_text];
    double times[TIMES];
};

/* ---- libami: each answer makes room for the next Ping ------------------------------------ */

static void on_pong(const struct ami_reply *reply, void *user);

static void submit(struct ping *p)
{
    p->to_send--;
    require(ami_submit(ami_conn_session(p->client.conn), p->action, on_pong, p, NULL) == AMI_OK);
}

static void on_pong(const struct ami_reply *reply, void *user)
{
    struct ping *p = user;

    require(reply->status == AMI_OK);
    p->to_come--;
    if (p->to_send > 0)
        submit(p);
}

static void libami_pings(struct ping *p, size_t n, size_t in_flight)
{
    p->to_send = p->to_come = n;
    while (in_flight-- > 0)
        submit(p);
    while (p->to_come > 0)
        require(ami_conn_wait(p->client.conn, 10000) >= 0);
}

/* ---- A bare socket does the same --------------------------------------------------------- */

static size_t count_ends(const char *data, size_t len, unsigned *state)
{
    size_t ends = 0;

    for (size_t i = 0; i < len; i++) {
        *state = *state << 8 | (unsigned char)data[i];
        ends += *state == 0x0d0a0d0a;
    }
    return ends;
}

static void send_some(struct ping *p, size_t n)
{
    n = n < p->to_send ? n : p->to_send;
    p->to_send -= n;
    if (n > 0)
        bare_send(p->fd, p->batch, n * (sizeof bare_text - 1));
}

static void bare_pings(struct ping *p, size_t n, size_t in_flight)
{
    char room[16 << 10];
    unsigned state = 0;

    p->to_send = p->to_come = n;
    send_some(p, in_flight);
    while (p->to_come > 0) {
        struct pollfd polled = {p->fd, POLLIN, 0};
        require(poll(&polled, 1, 10000) == 1);
        ssize_t len = recv(p->fd, room, sizeof room, MSG_DONTWAIT);
        require(len > 0);
        n = count_ends(room, (size_t)len, &state);
        p->to_come -= n;
        send_some(p, n);
    }
}

/* ---- Both -------------------------------------------------------------------------------- */

typedef void pings_fn(struct ping *p, size_t n, size_t in_flight);

static double round_trip(struct ping *p, pings_fn *pings)
{
    for (int i = 0; i < TIMES; i++) {
        double begin = now_seconds();
        pings(p, 1, 1);
        p->times[i] = now_seconds() - begin;
    }
    return median(p->times, TIMES);
}

static double many(struct ping *p, pings_fn *pings)
{
    double begin = now_seconds();

    pings(p, MANY, IN_FLIGHT);
    return (now_seconds() - begin) / MANY;
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
    return many(p, libami_pings);
}

static double bare_many(void *p)
{
    return many(p, bare_pings);
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
