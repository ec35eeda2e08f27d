/* SPDX-License-Identifier: MIT */
#include "splitter.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { FIELDS = 64, BLOCK = 16 };

struct piece {
    const char *name, *value;
    size_t name_len, value_len;
};

/* One bit for each LF and each colon of a block. */
static inline unsigned marks(const char *block)
{
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)block);
    __m128i lf = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
    __m128i colon = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'));

    return (unsigned)_mm_movemask_epi8(_mm_or_si128(lf, colon));
#else
    unsigned bits = 0;

    for (unsigned i = 0; i < BLOCK; i++)
        bits |= (unsigned)(block[i] == '\n' || block[i] == ':') << i;
    return bits;
#endif
}

static size_t look_up(const struct piece *pieces, size_t count, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < count; i++) {
        if (pieces[i].name_len == len && strncasecmp(pieces[i].name, name, len) == 0)
            return pieces[i].value_len;
    }
    return 0;
}

size_t split_messages(const char *data, size_t len, const char *const names[3],
                      volatile size_t *sink)
{
    struct piece pieces[FIELDS];
    const char *line = data, *colon = NULL;
    size_t messages = 0, count = 0;

    for (size_t at = 0; at < len; at += BLOCK) {
        for (unsigned bits = marks(data + at); bits; bits &= bits - 1) {
            const char *mark = data + at + __builtin_ctz(bits);
            if (*mark == ':') {
                colon = colon ? colon : mark;
                continue;
            }
            if (colon) {
                pieces[count % FIELDS] = (struct piece){line, colon + 2, (size_t)(colon - line),
                                                        (size_t)(mark - colon) - 3};
                count++;
            } else if (mark - line <= 1) {
                for (size_t i = 0; i < 3; i++)
                    *sink += look_up(pieces, count, names[i]);
                messages++;
                count = 0;
            }
            line = mark + 1;
            colon = NULL;
        }
    }
    return messages;
}
