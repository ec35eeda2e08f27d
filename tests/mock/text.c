#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *ami_mock_realloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);

    if (!p) {
        fputs("ami-mock: out of memory\n", stderr);
        abort();
    }
    return p;
}

void *ami_mock_alloc(size_t size)
{
    return memset(ami_mock_realloc(NULL, size), 0, size);
}

char *ami_mock_strdup(const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(ami_mock_realloc(NULL, size), s, size);
}

char *ami_mock_format(const char *fmt, ...)
{
    struct ami_mock_text text = {0};
    va_list args;

    va_start(args, fmt);
    ami_mock_text_vaddf(&text, fmt, args);
    va_end(args);
    return text.data;
}

void ami_mock_set(char **slot, const char *s)
{
    char *copy = ami_mock_strdup(s);

    free(*slot);
    *slot = copy;
}

/* Room for len more bytes and a NUL. */
static void reserve(struct ami_mock_text *text, size_t len)
{
    size_t size = text->size ? text->size : 64;

    while (size - text->len <= len)
        size *= 2;
    if (size != text->size) {
        text->data = ami_mock_realloc(text->data, size);
        text->size = size;
    }
}

void ami_mock_text_add(struct ami_mock_text *text, const void *data, size_t len)
{
    if (len == 0)
        return;
    reserve(text, len);
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void ami_mock_text_puts(struct ami_mock_text *text, const char *s)
{
    ami_mock_text_add(text, s, strlen(s));
}

void ami_mock_text_vaddf(struct ami_mock_text *text, const char *fmt, va_list args)
{
    va_list again;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    if (len >= 0) {
        reserve(text, (size_t)len);
        vsnprintf(text->data + text->len, (size_t)len + 1, fmt, again);
        text->len += (size_t)len;
    }
    va_end(again);
}

void ami_mock_text_addf(struct ami_mock_text *text, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    ami_mock_text_vaddf(text, fmt, args);
    va_end(args);
}

void ami_mock_text_drop(struct ami_mock_text *text, size_t n)
{
    if (n >= text->len) {
        text->len = 0;
        return;
    }
    text->len -= n;
    memmove(text->data, text->data + n, text->len + 1);
}

void ami_mock_text_clear(struct ami_mock_text *text)
{
    free(text->data);
    *text = (struct ami_mock_text){0};
}

const char *ami_mock_text_str(const struct ami_mock_text *text)
{
    return text->len ? text->data : "";
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool ami_mock_same_n(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (lower(a[i]) != lower(b[i]))
            return false;
        if (!a[i])
            break;
    }
    return true;
}

bool ami_mock_same(const char *a, const char *b)
{
    return ami_mock_same_n(a, b, SIZE_MAX);
}

bool ami_mock_contains(const char *s, const char *part)
{
    size_t len = strlen(part);

    for (; *s; s++) {
        if (ami_mock_same_n(s, part, len))
            return true;
    }
    return len == 0;
}

static bool among(const char *s, const char *const *words)
{
    for (; *words; words++) {
        if (ami_mock_same(s, *words))
            return true;
    }
    return false;
}

bool ami_mock_is_true(const char *s)
{
    static const char *const words[] = {"yes", "true", "y", "t", "1", "on", NULL};

    return among(s, words);
}

bool ami_mock_is_false(const char *s)
{
    static const char *const words[] = {"no", "false", "n", "f", "0", "off", NULL};

    return among(s, words);
}
