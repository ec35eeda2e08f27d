/* The PBX behind a loopback socket. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "mock.h"
#include "text.h"
#include "tls.h"

enum {
    READ_SIZE = 16384,       /* per client and round, so that none starves the others */
    OUTPUT_LIMIT = 64 << 20, /* a client that reads nothing is dropped in the end */
    ACCEPTS_PER_ROUND = 64
};

struct client {
    int fd;
    ami_mock_link *link;
    ami_mock_crypt *crypt; /* NULL: in plain */
    bool eof;              /* the client sends no more */
    bool gone;             /* to be swept away at the end of the round */
};

struct listener {
    int fd, port; /* -1: none */
};

struct ami_mock_server {
    ami_mock_pbx *pbx;
    ami_mock_tls *tls; /* NULL: none */
    struct listener plain, encrypted;
    struct client *clients;
    struct pollfd *polls; /* clients in the same order, then both listeners */
    size_t count, room;
    bool full; /* no descriptor was left for a newcomer */
};

static int64_t clock_ms(clockid_t which)
{
    struct timespec ts;

    clock_gettime(which, &ts);
    return ts.tv_sec * (int64_t)1000 + ts.tv_nsec / 1000000;
}

static int64_t now_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

static bool set_up_descriptor(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static int bind_loopback(int fd, bool ipv6, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    if (ipv6) {
        v6.sin6_addr = in6addr_loopback;
        return bind(fd, (const struct sockaddr *)&v6, sizeof v6);
    }
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(fd, (const struct sockaddr *)&v4, sizeof v4);
}

static int bound_port(int fd)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;

    if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0)
        return -1;
    if (addr.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)&addr)->sin6_port);
    return ntohs(((const struct sockaddr_in *)(const void *)&addr)->sin_port);
}

static bool open_listener(struct listener *listener, bool ipv6, int port, char *why, size_t size)
{
    int on = 1, fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

    /* So that a test can have the port of a server that it has just stopped. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    listener->fd = fd;
    if (set_up_descriptor(fd) && bind_loopback(fd, ipv6, port) == 0 && listen(fd, SOMAXCONN) == 0) {
        listener->port = bound_port(fd);
        return true;
    }
    snprintf(why, size, "cannot listen on %s port %d: %s", ipv6 ? "::1" : "127.0.0.1", port,
             strerror(errno));
    return false;
}

/* A second door, for those who have a certificate. */
static bool open_encrypted(ami_mock_server *server, const struct ami_mock_opts *opts, char *why,
                           size_t size)
{
    if (!opts->cert)
        return true;
    server->tls = ami_mock_tls_new(opts->cert, opts->key, why, size);
    return server->tls && open_listener(&server->encrypted, opts->ipv6, opts->tls_port, why, size);
}

ami_mock_server *ami_mock_server_new(const struct ami_mock_opts *opts, char *why, size_t size)
{
    struct ami_mock_opts with_time = *opts;
    ami_mock_server *server;
    ami_mock_pbx *pbx;

    if (opts->port < 0 || opts->port > 65535 || opts->tls_port < 0 || opts->tls_port > 65535) {
        snprintf(why, size, "no such port");
        return NULL;
    }
    if (!with_time.epoch_ms)
        with_time.epoch_ms = clock_ms(CLOCK_REALTIME) - now_ms();
    pbx = ami_mock_pbx_new(&with_time, why, size);
    if (!pbx)
        return NULL;
    server = ami_mock_alloc(sizeof *server);
    server->pbx = pbx;
    server->plain = server->encrypted = (struct listener){-1, -1};
    if (!open_listener(&server->plain, opts->ipv6, opts->port, why, size) ||
        !open_encrypted(server, opts, why, size)) {
        ami_mock_server_free(server);
        return NULL;
    }
    ami_mock_pbx_tick(pbx, now_ms());
    return server;
}

int ami_mock_server_port(const ami_mock_server *server)
{
    return server->plain.port;
}

int ami_mock_server_tls_port(const ami_mock_server *server)
{
    return server->encrypted.port;
}

size_t ami_mock_server_clients(const ami_mock_server *server)
{
    return server->count;
}

static void close_listener(struct listener *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
}

void ami_mock_server_free(ami_mock_server *server)
{
    if (!server)
        return;
    for (size_t i = 0; i < server->count; i++) {
        ami_mock_crypt_free(server->clients[i].crypt);
        close(server->clients[i].fd);
    }
    close_listener(&server->plain);
    close_listener(&server->encrypted);
    ami_mock_pbx_free(server->pbx);
    ami_mock_tls_free(server->tls);
    free(server->clients);
    free(server->polls);
    free(server);
}

static void add_client(ami_mock_server *server, int fd, ami_mock_crypt *crypt)
{
    if (server->count == server->room) {
        server->room = server->room ? server->room * 2 : 16;
        server->clients = ami_mock_realloc(server->clients, server->room * sizeof *server->clients);
    }
    server->clients[server->count++] =
        (struct client){.fd = fd, .link = ami_mock_link_new(server->pbx, now_ms()), .crypt = crypt};
}

static void accept_clients(ami_mock_server *server, const struct listener *listener)
{
    for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
        int fd = accept(listener->fd, NULL, NULL);

        if (fd < 0) {
            server->full = errno == EMFILE || errno == ENFILE;
            return;
        }
        if (set_up_descriptor(fd))
            add_client(server, fd,
                       listener == &server->encrypted ? ami_mock_crypt_new(server->tls) : NULL);
        else
            close(fd);
    }
}

static void end_of_input(struct client *client)
{
    client->eof = true;
    ami_mock_link_eof(client->link);
}

/* What the client sent; data is where it stands. */
static void take(struct client *client, char data[READ_SIZE], size_t len)
{
    if (!client->crypt) {
        ami_mock_link_feed(client->link, data, len, now_ms());
        return;
    }
    ami_mock_crypt_feed(client->crypt, data, len);
    while ((len = ami_mock_crypt_read(client->crypt, data, READ_SIZE)) > 0)
        ami_mock_link_feed(client->link, data, len, now_ms());
    if (ami_mock_crypt_over(client->crypt))
        end_of_input(client);
}

static void read_client(struct client *client)
{
    char data[READ_SIZE];
    ssize_t n = recv(client->fd, data, sizeof data, 0);

    if (n > 0) {
        take(client, data, (size_t)n);
    } else if (n == 0) {
        end_of_input(client);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        client->gone = true;
    }
}

/* What waits to be sent. */
static const char *output(struct client *client, size_t *len)
{
    const char *data = ami_mock_link_output(client->link, len);

    if (!client->crypt)
        return data;
    ami_mock_link_sent(client->link, ami_mock_crypt_write(client->crypt, data, *len));
    return ami_mock_crypt_output(client->crypt, len);
}

static void sent(struct client *client, size_t n)
{
    if (client->crypt)
        ami_mock_crypt_sent(client->crypt, n);
    else
        ami_mock_link_sent(client->link, n);
}

static void write_client(struct client *client)
{
    size_t len;
    const char *data = output(client, &len);
    ssize_t n = len ? send(client->fd, data, len, MSG_NOSIGNAL) : 0;

    if (n < 0) {
        client->gone =
            (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) || len > OUTPUT_LIMIT;
        return;
    }
    sent(client, (size_t)n);
    if ((size_t)n == len && ami_mock_link_closed(client->link))
        client->gone = true;
}

static void fill_polls(ami_mock_server *server)
{
    server->polls = ami_mock_realloc(server->polls, (server->count + 2) * sizeof *server->polls);
    for (size_t i = 0; i < server->count; i++) {
        struct client *client = &server->clients[i];
        size_t len;
        int events = client->eof ? 0 : POLLIN;

        output(client, &len);
        if (len)
            events |= POLLOUT;
        server->polls[i] = (struct pollfd){.fd = client->fd, .events = (short)events};
    }
    /* Without descriptors to spare, newcomers wait until somebody leaves. */
    server->polls[server->count] =
        (struct pollfd){.fd = server->full ? -1 : server->plain.fd, .events = POLLIN};
    server->polls[server->count + 1] =
        (struct pollfd){.fd = server->full ? -1 : server->encrypted.fd, .events = POLLIN};
}

static void sweep(ami_mock_server *server)
{
    for (size_t i = 0; i < server->count;) {
        struct client *client = &server->clients[i];

        if (!client->gone) {
            i++;
            continue;
        }
        ami_mock_link_free(client->link);
        ami_mock_crypt_free(client->crypt);
        close(client->fd);
        *client = server->clients[--server->count];
        server->full = false;
    }
}

/* The poll timeout: the caller's, or less if the PBX has something to do. */
static int wait_ms(const ami_mock_server *server, int timeout_ms)
{
    int64_t deadline = ami_mock_pbx_deadline(server->pbx), left;

    if (deadline == INT64_MAX)
        return timeout_ms;
    left = deadline - now_ms();
    if (left < 0)
        left = 0;
    return timeout_ms >= 0 && left > timeout_ms ? timeout_ms : left > 60000 ? 60000 : (int)left;
}

int ami_mock_server_pump(ami_mock_server *server, int timeout_ms)
{
    size_t count = server->count;

    fill_polls(server);
    if (poll(server->polls, count + 2, wait_ms(server, timeout_ms)) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct client *client = &server->clients[i];

        if (client->eof && (server->polls[i].revents & (POLLERR | POLLHUP)))
            client->gone = true;
        else if (server->polls[i].revents & (POLLIN | POLLERR | POLLHUP))
            read_client(client);
    }
    if (server->polls[count].revents & POLLIN)
        accept_clients(server, &server->plain);
    if (server->polls[count + 1].revents & POLLIN)
        accept_clients(server, &server->encrypted);
    ami_mock_pbx_tick(server->pbx, now_ms());
    for (size_t i = 0; i < server->count; i++) {
        if (!server->clients[i].gone)
            write_client(&server->clients[i]);
    }
    sweep(server);
    return 0;
}

int ami_mock_server_run(ami_mock_server *server, const volatile sig_atomic_t *stop)
{
    while (!stop || !*stop) {
        /* The flag may be set just before the wait begins, so that is kept short. */
        if (ami_mock_server_pump(server, stop ? 500 : -1) != 0 && errno != EINTR)
            return -1;
    }
    return 0;
}
