/* SPDX-License-Identifier: MIT */
/* See text.h. */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *resized(void *p, size_t size)
{
    p = realloc(p, size);
    if (!p) {
        puts("not ok - out of memory");
        exit(1);
    }
    return p;
}

void text_add_field(struct text *text, const char *name, size_t name_len, const char *value,
                    size_t value_len)
{
    text_add_escaped(text, name, name_len);
    text_add(text, ": ");
    text_add_escaped(text, value, value_len);
    text_add(text, "\n");
}

char *msg_text(const ami_msg *msg)
{
    struct text text = {0};

    for (size_t i = 0; i < ami_msg_count(msg); i++) {
        const struct ami_field *field = ami_msg_at(msg, i);

        text_add_field(&text, field->name, field->name_len, field->value, field->value_len);
    }
    return text.data;
}

void log_take(struct log *log, char *owned)
{
    if (log->count == log->room) {
        log->room = log->room ? 2 * log->room : 64;
        log->at = resized(log->at, log->room * sizeof *log->at);
    }
    log->at[log->count++] = owned;
}

void log_free(struct log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->at[i]);
    free(log->at);
    *log = (struct log){0};
}

size_t log_find(const struct log *log, const char *part)
{
    size_t i = 0;

    while (i < log->count && !strstr(log->at[i], part))
        i++;
    return i;
}

bool log_has(const struct log *log, const char *part)
{
    return log_find(log, part) < log->count;
}
