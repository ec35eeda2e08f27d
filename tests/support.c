/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "support.h"

#include <sys/mman.h>
#include <unistd.h>

/* ---- Text ------------------------------------------------------------------------------- */

void text_expect(struct text *t, const char *expected)
{
    if (strcmp(text_str(t), expected) != 0)
        fail_msg("expected:\n%s\ngot:\n%s", expected, text_str(t));
    text_free(t);
}

static const char *kind_name(enum ami_kind kind)
{
    switch (kind) {
    case AMI_KIND_BANNER:
        return "BANNER";
    case AMI_KIND_RESPONSE:
        return "RESPONSE";
    case AMI_KIND_EVENT:
        return "EVENT";
    case AMI_KIND_ACTION:
        return "ACTION";
    case AMI_KIND_RAW:
        return "RAW";
    }
    fail_msg("kind %d", (int)kind);
    return "";
}

void text_add_msg(struct text *t, const ami_msg *msg)
{
    const char *name = ami_msg_name(msg);
    size_t count = ami_msg_count(msg);
    unsigned flags = ami_msg_flags(msg);

    assert_non_null(name);
    text_add(t, kind_name(ami_msg_kind(msg)));
    if (*name) {
        text_add(t, " ");
        text_add_escaped(t, name, strlen(name));
    }
    assert_int_equal(flags & ~(unsigned)AMI_MSG_DAMAGED, 0);
    if (flags & AMI_MSG_DAMAGED)
        text_add(t, " DAMAGED");
    for (size_t i = 0; i < count; i++) {
        const struct ami_field *f = ami_msg_at(msg, i);
        assert_non_null(f);
        assert_int_equal(f->name[f->name_len], '\0');
        assert_int_equal(f->value[f->value_len], '\0');
        text_add(t, " | ");
        text_add_escaped(t, f->name, f->name_len);
        text_add(t, "=");
        text_add_escaped(t, f->value, f->value_len);
    }
    assert_null(ami_msg_at(msg, count));
    text_add(t, "\n");
}

const char *step_name(enum ami_step step)
{
    static const char *const names[] = {"RESPONSE", "ITEM", "DONE"};

    assert_in_range(step, 0, ARRAY_LEN(names) - 1);
    return names[step];
}

/* ---- Pieces ----------------------------------------------------------------------------- */

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

struct guarded guarded_copy(const void *bytes, size_t len)
{
    size_t page = page_size();
    size_t body = (len + page) / page * page;
    struct guarded g = {.mapped = body + page};

    g.base = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(g.base, MAP_FAILED);
    assert_int_equal(mprotect((char *)g.base + body, page, PROT_NONE), 0);
    g.data = (char *)g.base + body - len;
    if (len > 0)
        memcpy(g.data, bytes, len);
    return g;
}

void guarded_free(struct guarded *g)
{
    if (g->base)
        munmap(g->base, g->mapped);
    *g = (struct guarded){0};
}

/* The piece that was handed out last. Pieces of up to half a page are copied into the same pages
 * again, which is much quicker than mapping new ones. */
static const char *guard_piece(const char *bytes, size_t len)
{
    static struct guarded small, large;
    size_t half = page_size() / 2;

    if (!small.base) {
        small = guarded_copy("", 0);
        memset(small.base, '#', half * 2);
    }
    guarded_free(&large);
    if (len > half) {
        large = guarded_copy(bytes, len);
        return large.data;
    }
    if (len > 0)
        memcpy(small.data - len, bytes, len);
    return small.data - len;
}

const char *feeder_next(struct feeder *f, size_t *len)
{
    size_t left = f->len - f->done;
    size_t n = f->done == 0 && f->first > 0 ? f->first : f->step;

    if (left == 0)
        return NULL;
    if (f->seed != 0)
        n = 1 + next_random(&f->seed) % f->step;
    *len = n < left ? n : left;
    f->done += *len;
    return guard_piece(f->bytes + f->done - *len, *len);
}

const char *feeder_name(const struct feeder *f)
{
    static char name[80];

    if (f->seed != 0)
        snprintf(name, sizeof name, "random pieces of up to %zu", f->step);
    else if (f->step == 1)
        snprintf(name, sizeof name, "byte by byte");
    else if (f->step < f->len && f->first == 0)
        snprintf(name, sizeof name, "pieces of %zu", f->step);
    else
        snprintf(name, sizeof name, "split at %zu of %zu", f->first, f->len);
    return name;
}

void for_each_split(const void *bytes, size_t len, void (*fn)(struct feeder *, void *), void *ctx)
{
    struct feeder byte_by_byte = {.bytes = bytes, .len = len, .step = 1};

    fn(&byte_by_byte, ctx);
    for (size_t first = len; first > 0; first--) {
        struct feeder in_two = {.bytes = bytes, .len = len, .first = first, .step = len};
        fn(&in_two, ctx);
    }
}

uint32_t next_random(uint32_t *state)
{
    uint32_t x = *state; /* xorshift32 */

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    return x;
}

/* ---- Parsing ---------------------------------------------------------------------------- */

/* Takes all messages that are there; what next said last. */
static int drain(struct text *t, ami_parser *parser)
{
    const ami_msg *msg = NULL;
    int rc;

    while ((rc = ami_parser_next(parser, &msg)) == 1)
        text_add_msg(t, msg);
    return rc;
}

/* Gives one piece through ami_parser_space; what next said last, or an error. */
static int give_space(struct text *t, ami_parser *parser, const char *piece, size_t len)
{
    int rc = 0;

    while (len > 0 && rc == 0) {
        size_t room = 0;
        void *space = ami_parser_space(parser, &room);
        if (!space)
            return AMI_E_NOMEM;
        assert_true(room > 0);
        size_t n = room < len ? room : len;
        memcpy(space, piece, n);
        rc = ami_parser_added(parser, n);
        piece += n;
        len -= n;
        if (rc == 0)
            rc = drain(t, parser);
    }
    return rc;
}

static int give(struct text *t, ami_parser *parser, const char *piece, size_t len, enum way way)
{
    if (way == WAY_SPACE)
        return give_space(t, parser, piece, len);
    int rc = ami_parser_feed(parser, piece, len);
    if (rc == 0 && way == WAY_FEED)
        rc = drain(t, parser);
    return rc;
}

void parse_into(struct text *t, ami_parser *parser, struct feeder *feeder, enum way way)
{
    const char *piece;
    size_t len = 0;
    int rc = 0;

    while (rc == 0 && (piece = feeder_next(feeder, &len)) != NULL)
        rc = give(t, parser, piece, len, way);
    if (rc == 0 && way == WAY_FEED_LATE)
        rc = drain(t, parser);
    assert_true(rc <= 0);
    if (rc < 0) {
        const ami_msg *msg = NULL;
        int again = ami_parser_next(parser, &msg);
        if (rc != AMI_E_NOMEM) /* a feed that found no memory may be tried again */
            assert_int_equal(again, rc);
        text_addf(t, "error %s\n", ami_err_name(rc));
    }
    text_addf(t, "finish %s\n", ami_err_name(ami_parser_finish(parser)));
}

struct check {
    const struct ami_limits *limits;
    const char *expected;
    enum way way;
};

static void check_feeder(struct feeder *feeder, void *ctx)
{
    const struct check *check = ctx;
    ami_parser *parser = ami_parser_new(check->limits, NULL);
    struct text seen = {0};

    assert_non_null(parser);
    parse_into(&seen, parser, feeder, check->way);
    if (strcmp(seen.data, check->expected) != 0)
        fail_msg("way %d, %s\nexpected:\n%.4000s\ngot:\n%.4000s", (int)check->way,
                 feeder_name(feeder), check->expected, seen.data);
    text_free(&seen);
    ami_parser_free(parser);
}

void check_every_split(const void *bytes, size_t len, const struct ami_limits *limits,
                       const char *expected)
{
    struct check check = {limits, expected, WAY_FEED};

    for (; check.way < WAY_COUNT; check.way++)
        for_each_split(bytes, len, check_feeder, &check);
}

void check_pieces(const void *bytes, size_t len, size_t step, uint32_t seed,
                  const struct ami_limits *limits, const char *expected)
{
    struct check check = {limits, expected, WAY_FEED};

    for (; check.way < WAY_COUNT; check.way++) {
        struct feeder feeder = {.bytes = bytes, .len = len, .step = step, .seed = seed};
        check_feeder(&feeder, &check);
    }
}

/* ---- Memory ----------------------------------------------------------------------------- */

union header {
    size_t size;
    max_align_t align;
};

static void *counting_realloc(void *user, void *ptr, size_t size)
{
    struct test_alloc *a = user;
    union header *old = ptr ? (union header *)ptr - 1 : NULL;
    union header *fresh = NULL;

    a->calls++;
    if (size > 0) {
        if (++a->asked == a->fail_at)
            return NULL;
        fresh = malloc(sizeof *fresh + size);
        assert_non_null(fresh);
        fresh->size = size;
        a->live++;
        a->bytes += size;
        if (a->bytes > a->peak)
            a->peak = a->bytes;
    }
    if (old) {
        if (fresh)
            memcpy(fresh + 1, ptr, old->size < size ? old->size : size);
        a->live--;
        a->bytes -= old->size;
        free(old);
    }
    return fresh ? fresh + 1 : NULL;
}

void test_alloc_init(struct test_alloc *a, size_t fail_at)
{
    *a = (struct test_alloc){.allocator = {counting_realloc, a}, .fail_at = fail_at};
}
