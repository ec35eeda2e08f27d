/* SPDX-License-Identifier: MIT */
/* A growing queue of bytes: appended at the end, taken from the front, cut anywhere. */
#ifndef AMI__BUF_H
#define AMI__BUF_H

#include <stdbool.h>

#include "alloc.h"

struct ami__buf {
    char *data;
    size_t head, tail, cap; /* the content is data[head..tail) */
    bool secret;            /* it holds a secret: no copy of a byte stays behind */
};

static inline const char *ami__buf_at(const struct ami__buf *b)
{
    return b->data ? b->data + b->head : "";
}

static inline size_t ami__buf_len(const struct ami__buf *b)
{
    return b->tail - b->head;
}

/* Makes room for n more bytes and returns where they go, or NULL; then say how many came. */
char *ami__buf_room(struct ami__buf *b, const struct ami_allocator *a, size_t n);
void ami__buf_added(struct ami__buf *b, size_t n);

/* Appends, or returns false and leaves it as it was. */
bool ami__buf_add(struct ami__buf *b, const struct ami_allocator *a, const void *data, size_t n);

/* Removes n bytes from the front, or n bytes that begin `at` bytes behind the front. */
void ami__buf_take(struct ami__buf *b, size_t n);
void ami__buf_cut(struct ami__buf *b, size_t at, size_t n);

void ami__buf_free(struct ami__buf *b, const struct ami_allocator *a);

#endif
