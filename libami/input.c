/* SPDX-License-Identifier: MIT */
#include "input.h"

#include <string.h>

enum {
    SMALL_BLOCK = 1 << 10,  /* where little happens */
    BLOCK = 16 << 10,       /* the least otherwise */
    LARGE_BLOCK = 64 << 10, /* for readers that fill that; a long message may need more */
    KEEP_BLOCK = 1 << 20    /* an empty block larger than this is given back */
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
    size_t live = in->end - in->start, cap = in->cap < BLOCK ? BLOCK : in->cap;

    if (live == 0 && in->cap > KEEP_BLOCK && n <= LARGE_BLOCK)
        return resize(in, a, LARGE_BLOCK);
    if (!in->data && n <= SMALL_BLOCK)
        return resize(in, a, SMALL_BLOCK);
    if (live == 0)
        relocate(in, in->data);
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

size_t ami__input_wish(const struct ami__input *in)
{
    size_t wish = in->wish ? in->wish : SMALL_BLOCK;

    return in->end == in->start ? wish : wish / 2;
}

void ami__input_filled(struct ami__input *in, size_t n)
{
    in->end += n;
    in->room -= n;
    if (in->room == 0 && n > 0)
        in->wish = in->wish ? LARGE_BLOCK : BLOCK;
}

void ami__input_rest(struct ami__input *in, const struct ami_allocator *a)
{
    if (in->end == in->start) {
        ami__free(a, in->data);
        *in = (struct ami__input){0};
    }
}
