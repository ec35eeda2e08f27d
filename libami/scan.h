/* SPDX-License-Identifier: MIT */
/*
 * The one place that looks at every byte: for the ends of lines, their first colons, and blank
 * lines. It takes blocks of 64 bytes, and of each a mask with a bit for every byte of a kind.
 */
#ifndef AMI__SCAN_H
#define AMI__SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { AMI__BLOCK = 64 };

/* Called for every line, from few places: there the compiler keeps all of it in registers. */
#if defined(__GNUC__)
#define AMI__INLINE static inline __attribute__((always_inline))
#else
#define AMI__INLINE static inline
#endif

/* ---- Masks: the lowest bit is the first byte's ------------------------------------------- */

/* On any machine: eight bytes of a number at a time. Their top bits remain where a byte is c, and
 * are then gathered by a multiplication. */
static inline uint64_t ami__mask_anywhere(const char *block, char c)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7f, wanted = low / 0x7f * (unsigned char)c;
    uint64_t mask = 0;

    for (int i = 0; i < AMI__BLOCK; i += 8) {
        uint64_t bytes = 0;
        for (int j = 0; j < 8; j++)
            bytes |= (uint64_t)(unsigned char)block[i + j] << (8 * j);
        bytes ^= wanted;
        uint64_t tops = ~(((bytes & low) + low) | bytes | low);
        mask |= ((tops >> 7) * 0x0102040810204080 >> 56) << i;
    }
    return mask;
}

#if defined(AMI__SCAN_ANYWHERE)
#define ami__mask ami__mask_anywhere

#elif defined(__SSE2__)
static inline uint64_t ami__mask_16(const char *bytes, __m128i wanted)
{
    __m128i loaded = _mm_loadu_si128((const __m128i *)(const void *)bytes);

    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(loaded, wanted));
}

static inline uint64_t ami__mask(const char *block, char c)
{
    __m128i wanted = _mm_set1_epi8(c);

    return ami__mask_16(block, wanted) | ami__mask_16(block + 16, wanted) << 16 |
           ami__mask_16(block + 32, wanted) << 32 | ami__mask_16(block + 48, wanted) << 48;
}

#elif defined(__aarch64__)
/* One bit of each byte is kept; neighbours are added up until 64 of them are one number. */
static inline uint64_t ami__mask(const char *block, char c)
{
    const uint8_t *bytes = (const uint8_t *)block;
    uint8x16_t wanted = vdupq_n_u8((uint8_t)c);
    uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
    uint8x16_t a = vandq_u8(vceqq_u8(vld1q_u8(bytes), wanted), bit);
    uint8x16_t b = vandq_u8(vceqq_u8(vld1q_u8(bytes + 16), wanted), bit);
    uint8x16_t d = vandq_u8(vceqq_u8(vld1q_u8(bytes + 32), wanted), bit);
    uint8x16_t e = vandq_u8(vceqq_u8(vld1q_u8(bytes + 48), wanted), bit);
    uint8x16_t sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(d, e));

    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

#else
#define ami__mask ami__mask_anywhere
#endif

/* How many zeros stand below the lowest one. */
static inline size_t ami__lowest(uint64_t mask)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(mask);
#else
    size_t n = 0;

    for (; !(mask & 1); mask >>= 1)
        n++;
    return n;
#endif
}

/* ---- Blocks ------------------------------------------------------------------------------ */

/* Memory block by block; what is left at its end is copied, so that nothing behind it is read. */
struct ami__blocks {
    char *at;     /* the block */
    char *behind; /* and the next one */
    char *end;
};

static inline const char *ami__next_block(struct ami__blocks *b, char copy[AMI__BLOCK])
{
    size_t left = (size_t)(b->end - b->behind);

    b->at = b->behind;
    if (left >= AMI__BLOCK) {
        b->behind += AMI__BLOCK;
        return b->at;
    }
    b->behind = b->end;
    memset(copy, 0, AMI__BLOCK);
    return memcpy(copy, b->at, left);
}

/* ---- Lines ------------------------------------------------------------------------------- */

struct ami__scan {
    char *text;  /* the line */
    char *colon; /* the first; when there is none in this line, not below next */
    char *next;  /* behind its LF */
    struct ami__blocks blocks;
    uint64_t lfs, colons; /* in the block, behind this line */
};

static inline struct ami__scan ami__scan_begin(char *text, char *end)
{
    return (struct ami__scan){text, end, text, {text, text, end}, 0, 0};
}

/* The next line; false when there is no whole one, then text is where the rest begins. */
AMI__INLINE bool ami__scan_next(struct ami__scan *s)
{
    s->text = s->next;
    s->colon = s->blocks.end;
    while (!s->lfs) {
        char copy[AMI__BLOCK];
        if (s->colon == s->blocks.end && s->colons)
            s->colon = s->blocks.at + ami__lowest(s->colons);
        if (s->blocks.behind == s->blocks.end)
            return false;
        const char *block = ami__next_block(&s->blocks, copy);
        s->lfs = ami__mask(block, '\n');
        s->colons = ami__mask(block, ':');
    }
    s->next = s->blocks.at + ami__lowest(s->lfs) + 1;
    if (s->colon == s->blocks.end && s->colons)
        s->colon = s->blocks.at + ami__lowest(s->colons);
    s->colons &= ~(s->lfs ^ (s->lfs - 1));
    s->lfs &= s->lfs - 1;
    return true;
}

/* ---- Blank lines ------------------------------------------------------------------------- */

/* The first blank line that ends in CRLF and stands behind an LF at `at` or later: its CR. NULL
 * when there is none. */
static inline char *ami__scan_blank_line(char *at, char *end)
{
    struct ami__blocks blocks = {at, at, end};
    uint64_t before = 0;

    while (blocks.behind < end) {
        char copy[AMI__BLOCK];
        uint64_t lfs = ami__mask(ami__next_block(&blocks, copy), '\n');
        uint64_t two = lfs & (lfs << 2 | before);
        before = lfs >> (AMI__BLOCK - 2);
        for (; two; two &= two - 1) {
            char *lf = blocks.at + ami__lowest(two);
            if (lf[-1] == '\r')
                return lf - 1;
        }
    }
    return NULL;
}

#endif
