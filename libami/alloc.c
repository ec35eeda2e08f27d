/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <stdlib.h>
#include <string.h>

static void *malloc_realloc(void *user, void *ptr, size_t size)
{
    (void)user;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, size);
}

struct ami_allocator ami__allocator(const struct ami_allocator *chosen)
{
    if (chosen && chosen->realloc)
        return *chosen;
    return (struct ami_allocator){malloc_realloc, NULL};
}

void *ami__alloc(const struct ami_allocator *a, size_t size)
{
    return a->realloc(a->user, NULL, size);
}

void *ami__realloc(const struct ami_allocator *a, void *ptr, size_t size)
{
    return a->realloc(a->user, ptr, size);
}

void ami__free(const struct ami_allocator *a, void *ptr)
{
    if (ptr)
        a->realloc(a->user, ptr, 0);
}

void *ami__grow(const struct ami_allocator *a, void *array, size_t *cap, size_t count,
                size_t element)
{
    size_t wanted = *cap < 8 ? 8 : *cap;

    while (wanted < count) {
        if (wanted > SIZE_MAX / 2)
            return NULL;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / element)
        return NULL;

    void *grown = ami__realloc(a, array, wanted * element);
    if (grown)
        *cap = wanted;
    return grown;
}

char *ami__strndup(const struct ami_allocator *a, const char *text, size_t len)
{
    char *copy = ami__alloc(a, len + 1);

    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

void ami__wipe(void *ptr, size_t size)
{
    volatile unsigned char *p = ptr;

    while (size--)
        *p++ = 0;
}
