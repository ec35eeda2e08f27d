/* SPDX-License-Identifier: MIT */
/* Memory through an object's own allocator. */
#ifndef AMI__ALLOC_H
#define AMI__ALLOC_H

#include <ami/base.h>

/* The user's allocator, or malloc's when none (or one without a function) is given. */
struct ami_allocator ami__allocator(const struct ami_allocator *chosen);

void *ami__alloc(const struct ami_allocator *a, size_t size);
void *ami__realloc(const struct ami_allocator *a, void *ptr, size_t size);
void ami__free(const struct ami_allocator *a, void *ptr);

/* Room for count elements, at least doubled so that appending stays cheap; NULL when memory or
 * size_t ran out. *cap is updated on success. */
void *ami__grow(const struct ami_allocator *a, void *array, size_t *cap, size_t count,
                size_t element);

/* A copy ending in NUL, or NULL. */
char *ami__strndup(const struct ami_allocator *a, const char *text, size_t len);

/* Overwrites memory in a way that the compiler does not remove. */
void ami__wipe(void *ptr, size_t size);

#endif
