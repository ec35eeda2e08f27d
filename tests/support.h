/* SPDX-License-Identifier: MIT */
/* Helpers shared by the tests: cutting bytes in pieces, guarded memory, messages as text, and an
 * allocator that counts and fails. */
#ifndef AMI_TESTS_SUPPORT_H
#define AMI_TESTS_SUPPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include <ami/ami.h>

#include "text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define BANNER "Asterisk Call Manager/5.0.4\r\n"

/* ---- Text ------------------------------------------------------------------------------- */

/* Checks the text, and empties it. */
void text_expect(struct text *t, const char *expected);

/*
 * Adds a message as one line and checks that it is sound (NUL after each string, nothing past the
 * end):
 *   EVENT Hangup DAMAGED | Event=Hangup | Cause=16\n
 */
void text_add_msg(struct text *t, const ami_msg *msg);

/* "RESPONSE", "ITEM", "DONE" */
const char *step_name(enum ami_step step);

/* ---- Pieces ----------------------------------------------------------------------------- */

/* Hands out bytes in pieces: `first` bytes, then `step` at a time, or random ones of 1 to `step`
 * bytes where seed is not 0. Each piece ends at an unreadable page. */
struct feeder {
    const char *bytes;
    size_t len, first, step, done;
    uint32_t seed;
};

/* The next piece and its length, valid until the next call; NULL at the end. */
const char *feeder_next(struct feeder *feeder, size_t *len);

/* How the bytes are cut, for messages of failed tests. */
const char *feeder_name(const struct feeder *feeder);

/* Calls fn with a feeder for the whole, one for byte by byte, and one for each split in two. */
void for_each_split(const void *bytes, size_t len, void (*fn)(struct feeder *feeder, void *ctx),
                    void *ctx);

/* A copy of bytes that ends right at an unreadable page, and its end. */
struct guarded {
    char *data;
    void *base;
    size_t mapped;
};
struct guarded guarded_copy(const void *bytes, size_t len);
void guarded_free(struct guarded *g);

/* The next number of a fixed pseudo-random sequence; *state is never 0. */
uint32_t next_random(uint32_t *state);

/* ---- Parsing ---------------------------------------------------------------------------- */

enum way {
    WAY_FEED,      /* ami_parser_feed, taking messages after each piece */
    WAY_SPACE,     /* ami_parser_space and added, likewise */
    WAY_FEED_LATE, /* ami_parser_feed, taking messages only at the end */
    WAY_COUNT
};

/* Puts what the feeder gives into the parser; adds its messages to t, then "error <code>\n" if
 * there was one, then "finish <code>\n". Stops at the first error, which must then be sticky. */
void parse_into(struct text *t, ami_parser *parser, struct feeder *feeder, enum way way);

/* Checks that a new parser with these limits (NULL: the defaults) gives this text for the bytes, by
 * every way in: at every split, or in pieces of up to `step` bytes. */
void check_every_split(const void *bytes, size_t len, const struct ami_limits *limits,
                       const char *expected);
void check_pieces(const void *bytes, size_t len, size_t step, uint32_t seed,
                  const struct ami_limits *limits, const char *expected);

/* ---- Memory ----------------------------------------------------------------------------- */

/* Hand &a.allocator to the object under test. Resized blocks always move. */
struct test_alloc {
    struct ami_allocator allocator;
    size_t live;    /* blocks not yet freed */
    size_t bytes;   /* in them */
    size_t peak;    /* the most there ever were */
    size_t calls;   /* all calls, frees included */
    size_t asked;   /* calls that asked for memory */
    size_t fail_at; /* which of these fails, from 1; 0: none */
};
void test_alloc_init(struct test_alloc *a, size_t fail_at);

#endif
