/* SPDX-License-Identifier: MIT */
/* See wire.h. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void add_line(struct text *text, const char *line, size_t len)
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

static bool begins(const char *data, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(data, word, strlen(word)) == 0;
}

/* A bare LF is part of a value, but for the one that some texts of responses end with. */
static char *message_text(const char *data, size_t len)
{
    bool response = begins(data, len, "Response: ");
    struct text text = {0};

    for (size_t at = 0; at < len;) {
        size_t line = line_len(data + at, len - at);
        bool lf = response && begins(data + at, line, "Message: ") && data[at + line - 1] == '\n';

        add_line(&text, data + at, line - lf);
        at += line + 2;
    }
    return text.data;
}

/* A blank line behind a bare LF ends what has no lines, and the next message follows. */
static bool ends_rows(const char *rest, size_t len)
{
    return begins(rest, len, "Response: ") || begins(rest, len, "Event: ");
}

/* The length of the next message without its last line end, or 0 while it is not whole. */
static size_t next_message(struct wire *wire)
{
    for (; wire->sought + 3 <= wire->in.len; wire->sought++) {
        const char *at = wire->in.data + wire->sought;
        size_t behind = wire->in.len - wire->sought - 3;

        if (memcmp(at, "\n\r\n", 3) != 0)
            continue;
        if (at[-1] == '\r')
            return wire->sought - 1 - wire->cut;
        if (ends_rows(at + 3, behind))
            return wire->sought - wire->cut;
        if (behind < sizeof "Response: " && !begins(at + 3, behind, "\r\n"))
            return 0; /* what follows tells */
    }
    return 0;
}

static void skip(struct wire *wire, size_t len)
{
    wire->cut += len;
    wire->sought = wire->cut;
}

void wire_add(struct wire *wire, const char *data, size_t len, wire_fn fn, void *user)
{
    size_t whole = 1;

    text_add_bytes(&wire->in, data, len);
    if (wire->cut == 0) { /* the banner is a line of its own */
        size_t line = line_len(wire->in.data, wire->in.len);

        if (line == wire->in.len)
            return;
        skip(wire, line + 2);
    }
    while (whole > 0) {
        const char *at = wire->in.data + wire->cut;

        if (wire->in.len - wire->cut >= 2 && memcmp(at, "\r\n", 2) == 0) {
            skip(wire, 2); /* a blank line between messages */
            continue;
        }
        whole = next_message(wire);
        if (whole > 0) {
            fn(message_text(at, whole), user);
            skip(wire, wire->sought + 1 - wire->cut);
        }
    }
}

void wire_free(struct wire *wire)
{
    free(wire->in.data);
    *wire = (struct wire){0};
}
