/* SPDX-License-Identifier: MIT */
#include "sentences.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_there(const struct ami__sentences *s, const char *text)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->list[i], text) == 0)
            return true;
    }
    return false;
}

static bool add(struct ami__sentences *s, const char *text)
{
    if (s->count == s->cap) {
        char **grown = ami__grow(s->alloc, s->list, &s->cap, s->count + 1, sizeof *grown);
        if (!grown)
            return false;
        s->list = grown;
    }
    char *copy = ami__strndup(s->alloc, text, strlen(text));
    if (copy)
        s->list[s->count++] = copy;
    return copy != NULL;
}

void ami__say(struct ami__sentences *s, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!is_there(s, text) && !add(s, text))
        s->failed = true;
}

void ami__sentences_free(struct ami__sentences *s)
{
    for (size_t i = 0; i < s->count; i++)
        ami__free(s->alloc, s->list[i]);
    ami__free(s->alloc, s->list);
}
