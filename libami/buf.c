/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include <string.h>

static void forget(struct ami__buf *b, size_t from, size_t to)
{
    if (b->secret && from < to)
        ami__wipe(b->data + from, to - from);
}

/* Moves the content to the front of the block. */
static void compact(struct ami__buf *b)
{
    size_t len = ami__buf_len(b);

    memmove(b->data, b->data + b->head, len);
    forget(b, len > b->head ? len : b->head, b->tail);
    b->head = 0;
    b->tail = len;
}

/* A new block rather than realloc, which would leave a copy of a secret behind. */
static bool grow(struct ami__buf *b, const struct ami_allocator *a, size_t n)
{
    size_t len = ami__buf_len(b), cap = b->cap < 256 ? 256 : b->cap;

    while (cap - len < n) {
        if (cap > SIZE_MAX / 2)
            return false;
        cap *= 2;
    }
    char *data = ami__alloc(a, cap);
    if (!data)
        return false;
    if (len)
        memcpy(data, b->data + b->head, len);
    if (b->data)
        forget(b, 0, b->cap);
    ami__free(a, b->data);
    b->data = data;
    b->cap = cap;
    b->head = 0;
    b->tail = len;
    return true;
}

char *ami__buf_room(struct ami__buf *b, const struct ami_allocator *a, size_t n)
{
    if (b->cap - b->tail < n) {
        if (b->head > b->cap / 2 && b->cap - ami__buf_len(b) >= n)
            compact(b);
        else if (!grow(b, a, n))
            return NULL;
    }
    return b->data + b->tail;
}

void ami__buf_added(struct ami__buf *b, size_t n)
{
    b->tail += n;
}

bool ami__buf_add(struct ami__buf *b, const struct ami_allocator *a, const void *data, size_t n)
{
    char *room = ami__buf_room(b, a, n);

    if (!room)
        return false;
    if (n)
        memcpy(room, data, n);
    ami__buf_added(b, n);
    return true;
}

void ami__buf_take(struct ami__buf *b, size_t n)
{
    forget(b, b->head, b->head + n);
    b->head += n;
    if (b->head == b->tail) {
        b->head = b->tail = 0;
        b->secret = false;
    }
}

void ami__buf_cut(struct ami__buf *b, size_t at, size_t n)
{
    size_t from = b->head + at;

    memmove(b->data + from, b->data + from + n, b->tail - from - n);
    forget(b, b->tail - n, b->tail);
    b->tail -= n;
}

void ami__buf_free(struct ami__buf *b, const struct ami_allocator *a)
{
    if (b->data)
        forget(b, 0, b->cap);
    ami__free(a, b->data);
    *b = (struct ami__buf){0};
}
