/* SPDX-License-Identifier: MIT */
/* Messages as text, by which they are kept and compared, and logs: lists of texts. */
#ifndef AMI_TESTS_ASTERISK_TEXT_H
#define AMI_TESTS_ASTERISK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <ami/ami.h>

#include "../text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* realloc, or the end of the program. */
void *resized(void *p, size_t size);

/* A message is compared as lines "name: value", escaped: all that is not printable ASCII is \xNN. A
 * name holds no colon. */
void text_add_field(struct text *text, const char *name, size_t name_len, const char *value,
                    size_t value_len);

/* All fields of a message, to be freed. */
char *msg_text(const ami_msg *msg);

/* Begin with {0}, end with log_free. */
struct log {
    char **at;
    size_t count, room;
};
void log_take(struct log *log, char *owned);
void log_free(struct log *log);

/* The index of the first entry that holds a text, or how many there are. */
size_t log_find(const struct log *log, const char *part);
bool log_has(const struct log *log, const char *part);

#endif
