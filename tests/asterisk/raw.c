/* SPDX-License-Identifier: MIT */
/* See raw.h. */
#include "raw.h"

#include <errno.h>
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
    return fd;
}

/* ---- Messages ---------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void add_raw_line(struct text *text, const char *line, size_t len)
{
    const char *colon = len > 0 && !is_blank(*line) ? memchr(line, ':', len) : NULL;
    const char *value = colon ? colon + 1 : line;
    size_t name_len = colon ? (size_t)(colon - line) : 0;

    if (colon && value < line + len && is_blank(*value))
        value++;
    while (name_len > 0 && is_blank(line[name_len - 1]))
        name_len--;
    text_add_field(text, line, name_len, value, (size_t)(line + len - value));
}

/* The next CRLF, or the end. */
static size_t line_len(const char *data, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (data[i] == '\r' && data[i + 1] == '\n')
            return i;
    return len;
}

static void raw_message(struct raw *raw, const char *data, size_t len)
{
    struct text text = {0};

    for (size_t at = 0; at < len;) {
        size_t line = line_len(data + at, len - at);

        add_raw_line(&text, data + at, line);
        at += line + 2;
    }
    log_take(strncmp(text.data, "Event: ", 7) == 0 ? &raw->events : &raw->replies, text.data);
}

/* The length of the first message with its last CRLF, or 0 while it is not whole. */
static size_t raw_whole(const char *data, size_t len)
{
    for (size_t i = 0; i + 3 < len; i++)
        if (memcmp(data + i, "\r\n\r\n", 4) == 0)
            return i + 2;
    return 0;
}

static void raw_cut(struct raw *raw)
{
    size_t whole = 1;

    if (raw->cut == 0) { /* the banner is a line of its own */
        size_t line = line_len(raw->in.data, raw->in.len);
        raw->cut = line < raw->in.len ? line + 2 : 0;
    }
    while (raw->cut > 0 && whole > 0) {
        const char *at = raw->in.data + raw->cut;

        if (raw->in.len - raw->cut >= 2 && memcmp(at, "\r\n", 2) == 0) {
            raw->cut += 2; /* a blank line between messages */
            continue;
        }
        whole = raw_whole(at, raw->in.len - raw->cut);
        if (whole > 0)
            raw_message(raw, at, whole);
        raw->cut += whole;
    }
}

/* ---- The conversation -------------------------------------------------------------------- */

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
        text_add(&raw->in, bytes, (size_t)n);
        raw_cut(raw);
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
    free(raw->in.data);
    log_free(&raw->events);
    log_free(&raw->replies);
    free(raw);
}
