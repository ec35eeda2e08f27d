/* Memory that never fails (the process ends instead) and strings that grow. */
#ifndef AMI_MOCK_TEXT_H
#define AMI_MOCK_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#define AMI_MOCK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define AMI_MOCK_PRINTF(fmt, args)
#endif

struct ami_mock_text {
    char *data; /* NUL-terminated, NULL while empty */
    size_t len, size;
};

void *ami_mock_alloc(size_t size); /* zeroed */
void *ami_mock_realloc(void *old, size_t size);
char *ami_mock_strdup(const char *s);
char *ami_mock_format(const char *fmt, ...) AMI_MOCK_PRINTF(1, 2); /* yours to free */
/* Replaces *slot by a copy of s. */
void ami_mock_set(char **slot, const char *s);

void ami_mock_text_add(struct ami_mock_text *text, const void *data, size_t len);
void ami_mock_text_puts(struct ami_mock_text *text, const char *s);
void ami_mock_text_addf(struct ami_mock_text *text, const char *fmt, ...) AMI_MOCK_PRINTF(2, 3);
void ami_mock_text_vaddf(struct ami_mock_text *text, const char *fmt, va_list args);
/* Forgets the first n bytes. */
void ami_mock_text_drop(struct ami_mock_text *text, size_t n);
void ami_mock_text_clear(struct ami_mock_text *text);
/* The text, never NULL. */
const char *ami_mock_text_str(const struct ami_mock_text *text);

/* ASCII only: the bytes of a peer are never a matter of the locale. */
bool ami_mock_same(const char *a, const char *b);
bool ami_mock_same_n(const char *a, const char *b, size_t n);
/* Is part in s, without case? */
bool ami_mock_contains(const char *s, const char *part);
/* Asterisk's idea of yes: yes true y t 1 on, without case; and of no. */
bool ami_mock_is_true(const char *s);
bool ami_mock_is_false(const char *s);

#endif
