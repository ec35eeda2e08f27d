/* SPDX-License-Identifier: MIT */
/* Text that grows. It ends the program when memory runs out. */
#ifndef AMI_TESTS_TEXT_H
#define AMI_TESTS_TEXT_H

#include <stdarg.h>
#include <stddef.h>

#include <ami/base.h>

/* A string that grows. Begin with {0}, end with text_free; data is NULL while it is empty. */
struct text {
    char *data;
    size_t len, room;
};
void text_free(struct text *t);
void text_add(struct text *t, const char *s);
void text_addf(struct text *t, const char *format, ...) AMI_PRINTF(2, 3);
void text_vaddf(struct text *t, const char *format, va_list ap) AMI_PRINTF(2, 0);
void text_add_bytes(struct text *t, const void *data, size_t len);

/* The string, "" while it is empty. */
const char *text_str(const struct text *t);

/* Adds bytes with backslash escapes for all that is not printable ASCII and for \ and |. */
void text_add_escaped(struct text *t, const void *data, size_t len);

#endif
