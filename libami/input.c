/* SPDX-License-Identifier: MIT */
#include "input.h"

#include <string.h>

enum {
    FIRST_ROOM = 16 << 10, /* of a new block */
    KEEP_ROOM = 1 << 20    /* an empty block larger than this is given back */
};

void ami__input_free(struct ami__input *in, const struct ami_allocator *a)
{
    ami__free(a, in->data);
}

/* Moves what is live to the front of a block, which may be the same one. */
static void relocate(struct ami__input *in, char *to)
{
    if (in->end > in->start)
        memmove(to, in->data + in->start, in->end - in->start);
    in->line -= in->start;
    in->scan -= in->start;
    in->end -= in->start;
    in->start = 0;
}

static bool resize(struct ami__input *in, const struct ami_allocator *a, size_t cap)
{
    char *data = ami__alloc(a, cap);

    if (!data)
        return false;
    relocate(in, data);
    ami__free(a, in->data);
    in->data = data;
    in->cap = cap;
    return true;
}

/* By moving what is live if that is little, else by growing, so that each byte is moved a bounded
 * number of times. */
bool ami__input_reserve(struct ami__input *in, const struct ami_allocator *a, size_t n)
{
    size_t live = in->end - in->start, cap = in->cap < FIRST_ROOM ? FIRST_ROOM : in->cap;

    if (live == 0 && in->cap > KEEP_ROOM && n <= FIRST_ROOM)
        return resize(in, a, FIRST_ROOM);
    if (in->cap - in->end >= n)
        return true;
    if (live <= in->cap / 2 && in->cap - live >= n) {
        relocate(in, in->data);
        return true;
    }
    while (cap / 2 < live || cap - live < n) {
        if (cap > SIZE_MAX / 2)
            return false;
        cap *= 2;
    }
    return resize(in, a, cap);
}
