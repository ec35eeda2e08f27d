/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <string.h>

bool ami__same_bytes(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i] && ami__lower(a[i]) != ami__lower(b[i]))
            return false;
    }
    return true;
}

int ami__order(const char *a, const char *b)
{
    while (*a && (*a == *b || ami__lower(*a) == ami__lower(*b))) {
        a++;
        b++;
    }
    return (unsigned char)ami__lower(*a) - (unsigned char)ami__lower(*b);
}

bool ami__begins(const char *text, size_t len, const char *head)
{
    size_t head_len = strlen(head);

    return len >= head_len && ami__same(text, head_len, head, head_len);
}

bool ami__ends(const char *text, size_t len, const char *tail)
{
    size_t tail_len = strlen(tail);

    return len >= tail_len && ami__same(text + len - tail_len, tail_len, tail, tail_len);
}

size_t ami__trimmed(const char *text, size_t len)
{
    while (len > 0 &&
           (ami__is_blank(text[len - 1]) || text[len - 1] == '\r' || text[len - 1] == '\n'))
        len--;
    return len;
}

bool ami__parse_u64(const char *text, size_t len, uint64_t *out)
{
    uint64_t value = 0;

    if (len == 0 || (len > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        unsigned digit = (unsigned)(text[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

size_t ami__put_u64(char *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

void ami__printable(char *out, size_t size, const char *text, size_t len)
{
    size_t n = len < size - 1 ? len : size - 1;

    for (size_t i = 0; i < n; i++)
        out[i] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
    out[n] = '\0';
}
