/* SPDX-License-Identifier: MIT */
/* See raw.h. */
#include "raw.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

int dial(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    char port[16];
    int fd = -1;

    snprintf(port, sizeof port, "%d", server.port);
    if (getaddrinfo(server.host, port, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC); /* for a server that is started by this program */
    return fd;
}

static void take(char *message, void *user)
{
    struct raw *raw = user;

    log_take(strncmp(message, "Event: ", 7) == 0 ? &raw->events : &raw->replies, message);
}

void raw_open(struct test *t)
{
    char login[512];

    t->raw = resized(NULL, sizeof *t->raw);
    *t->raw = (struct raw){.fd = dial()};
    expect(t, t->raw->fd >= 0, "raw: cannot connect");
    snprintf(login, sizeof login, "Action: Login\r\nUsername: %s\r\nSecret: %s\r\n\r\n",
             server.user, server.secret);
    raw_send(t, login);
    WAIT_FOR(t, t->raw->replies.count > 0);
    expect(t, log_has(&t->raw->replies, "Response: Success\n"), "raw: login refused");
}

void raw_send(struct test *t, const char *data)
{
    size_t len = strlen(data);

    expect(t, send(t->raw->fd, data, len, MSG_NOSIGNAL) == (ssize_t)len, "raw: send failed");
}

void raw_read(struct raw *raw)
{
    char bytes[65536];
    ssize_t n = recv(raw->fd, bytes, sizeof bytes, 0);

    if (n > 0) {
        wire_add(&raw->wire, bytes, (size_t)n, take, raw);
    } else if (n == 0 || errno != EINTR) {
        close(raw->fd);
        raw->fd = -1;
    }
}

void raw_close(struct raw *raw)
{
    if (!raw)
        return;
    if (raw->fd >= 0)
        close(raw->fd);
    wire_free(&raw->wire);
    log_free(&raw->events);
    log_free(&raw->replies);
    free(raw);
}
