/* SPDX-License-Identifier: MIT */
/* The bytes from a server, cut into messages by rules of this program's own, not of libami. */
#ifndef AMI_TESTS_ASTERISK_WIRE_H
#define AMI_TESTS_ASTERISK_WIRE_H

#include <stddef.h>

#include "text.h"

/* Begin with {0}, end with wire_free. */
struct wire {
    struct text in; /* all bytes, from the banner on */
    size_t cut;     /* as far as they are cut into messages */
    size_t sought;  /* as far as no end of the next one was found */
};

/* Takes a message, as text.h has it, which is to be freed. */
typedef void (*wire_fn)(char *message, void *user);

/* Adds bytes, and tells of the messages that are whole with them. */
void wire_add(struct wire *wire, const char *data, size_t len, wire_fn fn, void *user);
void wire_free(struct wire *wire);

#endif
