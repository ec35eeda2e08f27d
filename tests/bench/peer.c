/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem */
#include "peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINKS = 600, INPUT = 64 << 10, AT_ONCE = 16 << 10 };

static const char banner[] = "Asterisk Call Manager/11.0.0\r\n";

/* ---- The server -------------------------------------------------------------------------- */

struct link {
    int fd;
    SSL *ssl;
    char *input;
    size_t len;
};

static const struct corpus *events;

static ptrdiff_t link_read(struct link *l, void *data, size_t room)
{
    return l->ssl ? SSL_read(l->ssl, data, (int)room) : read(l->fd, data, room);
}

static bool link_write(struct link *l, const char *data, size_t len)
{
    while (len > 0) {
        ptrdiff_t n =
            l->ssl ? SSL_write(l->ssl, data, (int)len) : send(l->fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static void blast(struct link *l, size_t times)
{
    for (; times > 0; times--) {
        for (size_t at = 0; at < events->len; at += AT_ONCE) {
            size_t left = events->len - at;
            if (!link_write(l, events->data + at, left < AT_ONCE ? left : AT_ONCE))
                return;
        }
    }
}

static void trickle(struct link *l, size_t times, long pause_us)
{
    const struct timespec pause = {0, 1000 * pause_us};
    const char *at = events->data;

    for (; times > 0; times--) {
        const char *end = memmem(at, (size_t)(events->data + events->len - at), "\r\n\r\n", 4);
        if (!end || !link_write(l, at, (size_t)(end + 4 - at)))
            return;
        at = end + 4 < events->data + events->len ? end + 4 : events->data;
        nanosleep(&pause, NULL);
    }
}

/* The value of a header of an action that ends in NUL. */
static const char *header(const char *action, const char *name, size_t *len)
{
    const char *at = strstr(action, name);

    at = at ? at + strlen(name) : "";
    *len = strcspn(at, "\r");
    return at;
}

/* Answers with one write for each action, as Asterisk does at the least. */
static bool obey(struct link *l, const char *action)
{
    char answer[256];
    size_t id_len, len;
    const char *id = header(action, "\nActionID: ", &id_len);
    size_t times = strtoul(header(action, "\nTimes: ", &len), NULL, 10);
    long pause_us = strtol(header(action, "\nPause: ", &len), NULL, 10);

    if (strncmp(action, "Action: Blast", 13) == 0)
        blast(l, times);
    else if (strncmp(action, "Action: Trickle", 15) == 0)
        trickle(l, times, pause_us);
    else
        return link_write(l, answer,
                          (size_t)snprintf(answer, sizeof answer,
                                           "Response: Success\r\nActionID: %.*s\r\nPing: Pong\r\n"
                                           "Timestamp: 1795277764.123456\r\n\r\n",
                                           (int)(id_len < 64 ? id_len : 64), id));
    return true;
}

/* Reads once and answers all that came. False at the end. */
static bool serve(struct link *l)
{
    ptrdiff_t n = link_read(l, l->input + l->len, INPUT - 1 - l->len);
    char *at = l->input, *end;

    if (n <= 0)
        return false;
    l->len += (size_t)n;
    l->input[l->len] = '\0';
    for (; (end = strstr(at, "\r\n\r\n")); at = end + 4) {
        end[2] = '\0';
        if (!obey(l, at))
            return false;
    }
    l->len -= (size_t)(at - l->input);
    memmove(l->input, at, l->len);
    return true;
}

static struct link greet(int fd, SSL_CTX *tls)
{
    struct link l = {.fd = fd, .input = malloc(INPUT)};
    int on = 1;

    require(l.fd >= 0 && l.input);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls) {
        require((l.ssl = SSL_new(tls)) && SSL_set_fd(l.ssl, fd));
        require(SSL_accept(l.ssl) == 1);
    }
    link_write(&l, banner, sizeof banner - 1);
    return l;
}

static void forget(struct link *l)
{
    SSL_free(l->ssl);
    close(l->fd);
    free(l->input);
    l->fd = -1;
}

static _Noreturn void run(int listener, SSL_CTX *tls)
{
    static struct link links[LINKS];
    static struct pollfd polled[LINKS + 1];
    size_t count = 0;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        polled[count] = (struct pollfd){listener, POLLIN, 0};
        poll(polled, count + 1, -1);
        for (size_t i = 0; i < count; i++) {
            if (polled[i].revents && !serve(&links[i])) {
                forget(&links[i]);
                polled[i].fd = -1; /* its place stays empty */
            }
        }
        if (polled[count].revents) {
            require(count < LINKS);
            links[count] = greet(accept(listener, NULL, NULL), tls);
            polled[count] = (struct pollfd){links[count].fd, POLLIN, 0};
            count++;
        }
    }
}

struct peer peer_start(const struct corpus *corpus, SSL_CTX *tls)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    require(bind(listener, (struct sockaddr *)&address, len) == 0 && listen(listener, 1000) == 0);
    require(getsockname(listener, (struct sockaddr *)&address, &len) == 0);
    events = corpus;
    fflush(stdout);
    struct peer peer = {ntohs(address.sin_port), fork()};
    require(peer.pid >= 0);
    if (peer.pid == 0)
        run(listener, tls);
    close(listener);
    return peer;
}

void peer_stop(const struct peer *peer)
{
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
}

/* ---- Clients ----------------------------------------------------------------------------- */

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    ((struct client *)user)->events++;
}

void client_connect(struct client *client, int port, const ami_tls *tls)
{
    struct ami_conn_opts opts = AMI_CONN_OPTS_INIT;
    struct ami_error error;

    opts.host = "127.0.0.1";
    opts.port = port;
    opts.username = opts.secret = "bench";
    opts.auth = AMI_AUTH_PLAIN;
    opts.tls = tls;
    client->events = 0;
    if (ami_sync_connect(&client->conn, &opts, &error) < 0)
        die("%s", error.text);
    require(ami_on(ami_conn_session(client->conn), NULL, on_event, client, NULL) == AMI_OK);
}

void client_order(struct client *client, const char *action, size_t times, int pause_us)
{
    char times_text[32], pause_text[32];

    snprintf(times_text, sizeof times_text, "%zu", times);
    snprintf(pause_text, sizeof pause_text, "%d", pause_us);
    require(ami_send(ami_conn_session(client->conn), NULL, NULL, action, "Times", times_text,
                     "Pause", pause_text, (char *)NULL) == AMI_OK);
}

void client_free(struct client *client)
{
    ami_conn_free(client->conn);
}

int bare_socket(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    require(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int bare_connect(int port)
{
    int fd = bare_socket(port);
    char line[sizeof banner];

    require(recv(fd, line, sizeof banner - 1, MSG_WAITALL) == sizeof banner - 1);
    return fd;
}

void bare_send(int fd, const char *text, size_t len)
{
    require(send(fd, text, len, MSG_NOSIGNAL) == (ssize_t)len);
}
