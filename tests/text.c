/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_free(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

void text_add_bytes(struct text *t, const void *data, size_t len)
{
    if (t->len + len + 1 > t->room) {
        size_t room = 2 * (t->len + len) + 64;
        char *bigger = realloc(t->data, room);
        if (!bigger)
            abort();
        t->data = bigger;
        t->room = room;
    }
    if (len > 0)
        memcpy(t->data + t->len, data, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
    text_add_bytes(t, s, strlen(s));
}

void text_vaddf(struct text *t, const char *format, va_list ap)
{
    char line[512];
    int n = vsnprintf(line, sizeof line, format, ap);

    if (n < 0 || (size_t)n >= sizeof line)
        abort();
    text_add(t, line);
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_vaddf(t, format, ap);
    va_end(ap);
}

const char *text_str(const struct text *t)
{
    return t->data ? t->data : "";
}

void text_add_escaped(struct text *t, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i++) {
        if (p[i] == '\r')
            text_add(t, "\\r");
        else if (p[i] == '\n')
            text_add(t, "\\n");
        else if (p[i] == '\\')
            text_add(t, "\\\\");
        else if (p[i] < ' ' || p[i] > '~' || p[i] == '|')
            text_addf(t, "\\x%02x", p[i]);
        else
            text_add_bytes(t, p + i, 1);
    }
}
