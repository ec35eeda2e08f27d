/* SPDX-License-Identifier: MIT */
/* What these files share: the classes; text into a caller's buffer, cut to fit and counted whole.
 */
#ifndef AMI__VALUES_H
#define AMI__VALUES_H

#include <stddef.h>

#include <ami/values.h>

struct ami__out {
    char *data; /* may be NULL when size is 0 */
    size_t size, len;
};

/* The name and the bit of a class, in the order of Asterisk, with "all" and "none" behind them;
 * false past the end. */
bool ami__class_at(size_t index, const char **name, unsigned *bit);

static inline void ami__out_byte(struct ami__out *out, char c)
{
    if (out->size > 0 && out->len < out->size - 1)
        out->data[out->len] = c;
    out->len++;
}

static inline void ami__out_bytes(struct ami__out *out, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ami__out_byte(out, bytes[i]);
}

/* Ends the text with NUL; its length, whether it fitted or not. */
static inline size_t ami__out_end(struct ami__out *out)
{
    if (out->size > 0)
        out->data[out->len < out->size ? out->len : out->size - 1] = '\0';
    return out->len;
}

#endif
