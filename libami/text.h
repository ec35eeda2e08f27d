/* SPDX-License-Identifier: MIT */
/* Bytes as text: ASCII only, no locale, lengths instead of NUL. */
#ifndef AMI__TEXT_H
#define AMI__TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A blank is a space or a tab. */
static inline bool ami__is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline char ami__lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Equality and order without regard to ASCII case. */
bool ami__same_bytes(const char *a, const char *b, size_t len);
static inline bool ami__same(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && ami__same_bytes(a, b, a_len);
}
int ami__order(const char *a, const char *b);

/* Whether text begins or ends with the other, without regard to ASCII case. */
bool ami__begins(const char *text, size_t len, const char *head);
bool ami__ends(const char *text, size_t len, const char *tail);

/* The length of text without trailing CR, LF and blanks. */
size_t ami__trimmed(const char *text, size_t len);

/* Decimal digits only, no leading zero; false when it is anything else or too large. */
bool ami__parse_u64(const char *text, size_t len, uint64_t *out);

/* Writes decimal digits, at most 20, without NUL; how many. */
size_t ami__put_u64(char *out, uint64_t number);

/* Copies text for an error message: printable ASCII as it is, other bytes as '?'; cut to fit. */
void ami__printable(char *out, size_t size, const char *text, size_t len);

#endif
