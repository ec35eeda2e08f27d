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

static size_t lf_len(const char *line, size_t len)
{
    const char *lf = memchr(line, '\n', len);

    return lf ? (size_t)(lf - line) : len;
}

static bool begins(const char *data, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(data, word, strlen(word)) == 0;
}

/* Up to 13 the output of a command has lines of its own, behind three headers at most. */
static bool is_output(const char *data, size_t len)
{
    return begins(data, len, "Response: Follows\r\n");
}

static char *output_text(const char *data, size_t len)
{
    const char *end = data + len, *line;
    struct text text = {0};

    while (begins(data, len, "Response: ") || begins(data, len, "Privilege: ") ||
           begins(data, len, "ActionID: ")) {
        add_line(&text, data, line_len(data, len));
        data += line_len(data, len) + 2;
        len = (size_t)(end - data);
    }
    do {
        const char *lf = data < end ? memchr(data, '\n', (size_t)(end - data)) : NULL;

        line = data;
        data = lf ? lf : end;
        len = (size_t)(data - line);
        text_add_field(&text, "Output", 6, line, len - (len > 0 && line[len - 1] == '\r'));
        data++;
    } while (data < end);
    return text.data;
}

/* A bare LF is part of a value, but for the one that some texts of responses end with, and the one
 * that ends CallStarted. */
static char *message_text(const char *data, size_t len)
{
    bool response = begins(data, len, "Response: ");
    struct text text = {0};

    if (is_output(data, len))
        return output_text(data, len);
    for (size_t at = 0; at < len;) {
        size_t line = line_len(data + at, len - at), lf = lf_len(data + at, line);
        bool ends = begins(data + at, line, "CallStarted: ") ||
                    (response && begins(data + at, line, "Message: ") && lf + 1 == line);

        add_line(&text, data + at, ends ? lf : line);
        at += ends && lf + 1 < line ? lf + 1 : line + 2;
    }
    return text.data;
}

/* What has no lines ends at the next message. Behind a bare LF there may be a blank line before
 * that, or none. */
static bool ends_rows(const char *rest, size_t len)
{
    return begins(rest, len, "Response: ") || begins(rest, len, "Event: ");
}

/* Too short to tell, as yet. */
static bool may_end_rows(const char *rest, size_t len)
{
    return ends_rows(rest, len) || (len < 10 && memcmp(rest, "Response: ", len) == 0) ||
           (len < 7 && memcmp(rest, "Event: ", len) == 0);
}

static size_t next_output(struct wire *wire)
{
    static const char mark[] = "--END COMMAND--\r\n\r\n";

    for (; wire->sought + sizeof mark - 1 <= wire->in.len; wire->sought++) {
        if (memcmp(wire->in.data + wire->sought, mark, sizeof mark - 1) == 0) {
            wire->sought += sizeof mark - 4;
            return wire->sought + 4 - sizeof mark - wire->cut;
        }
    }
    return 0;
}

/* The length of the next message without its last line end, or 0 while it is not whole. */
static size_t next_message(struct wire *wire)
{
    const char *data = wire->in.data + wire->cut;
    size_t left = wire->in.len - wire->cut;
    bool rows = !ends_rows(data, left);

    if (is_output(data, left))
        return next_output(wire);
    for (; wire->sought + 3 <= wire->in.len; wire->sought++) {
        const char *at = wire->in.data + wire->sought;
        size_t behind = wire->in.len - wire->sought - 3;

        if (rows && *at == '\n' && at[-1] != '\r' && may_end_rows(at + 1, behind + 2))
            return ends_rows(at + 1, behind + 2) ? wire->sought - wire->cut : 0;
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
