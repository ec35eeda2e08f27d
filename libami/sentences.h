/* SPDX-License-Identifier: MIT */
/* A growing list of sentences. */
#ifndef AMI__SENTENCES_H
#define AMI__SENTENCES_H

#include <stdbool.h>

#include "alloc.h"

struct ami__sentences {
    const struct ami_allocator *alloc;
    char **list;
    size_t count, cap;
    bool failed; /* out of memory: some are missing */
};

/* Adds one, cut to some 500 bytes, unless it is there. */
void ami__say(struct ami__sentences *s, const char *format, ...) AMI_PRINTF(2, 3);

void ami__sentences_free(struct ami__sentences *s);

#endif
