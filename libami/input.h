/* SPDX-License-Identifier: MIT */
/*
 * The bytes received. A queue in one block:
 *
 *   data      start          line                 scan            end       cap
 *    | consumed | whole lines | no line ends here  | not looked at | free    |
 */
#ifndef AMI__INPUT_H
#define AMI__INPUT_H

#include <stdbool.h>

#include "alloc.h"

struct ami__input {
    char *data;
    size_t start, line, scan, end, cap;
    size_t room; /* offered to a reader behind end */
    size_t wish; /* how large a block readers should have */
};

void ami__input_free(struct ami__input *in, const struct ami_allocator *a);

/* Forgets all bytes, and touches none. */
static inline void ami__input_clear(struct ami__input *in)
{
    in->start = in->line = in->scan = in->end = in->room = 0;
}

/* Makes room for at least n more bytes. What is live, from start on, may move. False when out of
 * memory. */
bool ami__input_reserve(struct ami__input *in, const struct ami_allocator *a, size_t n);

/* The least room to offer a reader: little at first, more when it was filled the last time. */
size_t ami__input_wish(const struct ami__input *in);

/* A reader has filled n bytes of its room. */
void ami__input_filled(struct ami__input *in, size_t n);

/* Gives an empty block back. */
void ami__input_rest(struct ami__input *in, const struct ami_allocator *a);

/* The first live byte, or NULL before there ever was one. */
static inline char *ami__input_base(const struct ami__input *in)
{
    return in->data ? in->data + in->start : NULL;
}

#endif
