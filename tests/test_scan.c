/* SPDX-License-Identifier: MIT */
/*
 * The scan of the bytes: masks against the plain way; the parser with them against the parser with
 * those that any machine can make; and what nobody wants left out, against all without it.
 */
#include <strings.h>

#include "../libami/scan.h"
#include "plain_parser.h"
#include "support.h"

/* ---- Masks ------------------------------------------------------------------------------- */

static void test_mask(void **state)
{
    (void)state;
    uint32_t seed = 7;
    char block[AMI__BLOCK];

    for (int round = 0; round < 20000; round++) {
        uint64_t expected = 0;
        for (int i = 0; i < AMI__BLOCK; i++) {
            /* The neighbours of LF are where a borrow or carry would show. */
            static const char bytes[] = "\n\n\x0b\x09\x8a\x8b\x89\x00\xff:";
            block[i] = bytes[next_random(&seed) % (sizeof bytes - 1)];
            expected |= (uint64_t)(block[i] == '\n') << i;
        }
        assert_true(ami__mask_anywhere(block, '\n') == expected);
        assert_true(ami__mask(block, '\n') == expected);
    }
}

/* ---- Parsers against each other ---------------------------------------------------------- */

/* How messages come out. */
struct kind {
    int (*next)(ami_parser *, const ami_msg **);
    int (*finish)(ami_parser *);
};
static const struct kind native = {ami_parser_next, ami_parser_finish};
static const struct kind plain = {plain_next, plain_finish};

static bool is_wanted(void *user, const char *event, size_t len)
{
    (void)user;
    return len % 2 == 0 || (len > 0 && event[0] == 'B');
}

enum { ALL, FILTERED, SIFTED }; /* the last: all come, and what is not wanted is left out here */

/* By the line that it is asked of; a value may go on behind it. */
static bool is_sifted_out(const ami_msg *msg)
{
    const struct ami_field *first = ami_msg_at(msg, 0);

    return ami_msg_kind(msg) == AMI_KIND_EVENT && strcasecmp(first->name, "Event") == 0 &&
           !is_wanted(NULL, first->value, strcspn(first->value, "\n"));
}

/* What comes out, as text. Of errors only that there was one. */
static struct text parsed(const struct kind *kind, struct feeder feeder,
                          const struct ami_limits *limits, int mode)
{
    ami_parser *parser = ami_parser_new(limits, NULL);
    struct text t = {0};
    const ami_msg *msg;
    const char *piece;
    size_t len;
    int more = 0;

    assert_non_null(parser);
    if (mode == FILTERED)
        ami__parser_filter(parser, is_wanted, NULL);
    while (more == 0 && (piece = feeder_next(&feeder, &len))) {
        assert_int_equal(ami_parser_feed(parser, piece, len), AMI_OK);
        while ((more = kind->next(parser, &msg)) > 0) {
            if (mode != SIFTED || !is_sifted_out(msg))
                text_add_msg(&t, msg);
        }
    }
    text_addf(&t, "%s %s\n", ami_err_name(more), ami_err_name(kind->finish(parser)));
    ami_parser_free(parser);
    return t;
}

static void check(struct feeder *feeder, void *limits)
{
    static const struct {
        const struct kind *kind;
        int mode;
    } runs[] = {
        {&plain, ALL}, {&native, ALL}, {&native, SIFTED}, {&native, FILTERED}, {&plain, FILTERED}};
    struct text seen[ARRAY_LEN(runs)];

    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        seen[i] = parsed(runs[i].kind, *feeder, limits, runs[i].mode);
        if (i != 0 && i != 2 && strcmp(seen[i].data, seen[i - 1].data) != 0)
            fail_msg("run %zu, %s\nexpected:\n%.4000s\ngot:\n%.4000s", i, feeder_name(feeder),
                     seen[i - 1].data, seen[i].data);
    }
    for (size_t i = 0; i < ARRAY_LEN(runs); i++)
        text_free(&seen[i]);
}

/* ---- Events of real servers -------------------------------------------------------------- */

static void read_recording(struct text *bytes, const char *version)
{
    static char block[1 << 16];
    char command[64];
    size_t n;

    snprintf(command, sizeof command, "gzip -dc tests/bench/events-%s.gz", version);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    while ((n = fread(block, 1, sizeof block, pipe)) > 0)
        text_add_bytes(bytes, block, n);
    assert_int_equal(pclose(pipe), 0);
    assert_true(bytes->len > 300000);
}

static void test_recording(void **state)
{
    struct text bytes = {0};
    static const size_t steps[] = {1, 61, 64, 65, 400, 1460, 16384, 400000};

    text_add(&bytes, BANNER);
    read_recording(&bytes, *state);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        check(&(struct feeder){.bytes = bytes.data, .len = bytes.len, .step = steps[i]}, NULL);
    check(&(struct feeder){.bytes = bytes.data, .len = bytes.len, .step = 500, .seed = 99}, NULL);
    for_each_split(bytes.data, 2500, check, NULL);
    text_free(&bytes);
}

/* ---- Random lines ------------------------------------------------------------------------ */

/* Of any length, for they have to end at every place of a block; now and then with odd ends. */
static void add_line(struct text *bytes, uint32_t *seed)
{
    static const char *const starts[] = {
        "Event: B",  "Event: A", "Response: ",        "X: ",           "X : ", " Y: ",
        "no colon ", ":",        "Response: Follows", "CallStarted: 1"};
    static const char *const ends[] = {"\r\n",     "\r\n",   "\r\n",  "\r\n",
                                       "\n",       "\r\r\n", ":\r\n", "\r\n\r\n",
                                       "\r\n\r\n", "\n\r\n", "\n\n",  "\n\r\n\r\n"};
    uint32_t r = next_random(seed) >> 8;

    text_add(bytes, r % 8 == 0 ? "" : starts[r % ARRAY_LEN(starts)]);
    for (r = next_random(seed) % (r % 16 == 1 ? 150 : 30); r > 0; r--)
        text_add(bytes, "v");
    text_add(bytes, ends[(next_random(seed) >> 8) % ARRAY_LEN(ends)]);
}

static void test_random_lines(void **state)
{
    (void)state;
    uint32_t seed = 20261121;

    for (int i = 0; i < 1500; i++) {
        struct ami_limits small = AMI_LIMITS_INIT;
        struct text bytes = {0};
        small.line = 20 + next_random(&seed) % 100;
        small.message = 50 + next_random(&seed) % 300;
        if (next_random(&seed) % 4)
            text_add(&bytes, next_random(&seed) % 8 ? BANNER : "Asterisk Call Manager/1.0\n");
        for (uint32_t lines = next_random(&seed) % 40; lines > 0; lines--)
            add_line(&bytes, &seed);
        for (size_t step = 1; step <= bytes.len; step = 2 * step + 1) {
            struct feeder feeder = {.bytes = bytes.data, .len = bytes.len, .step = step};
            check(&feeder, NULL);
            check(&feeder, &small);
        }
        text_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mask),
        {"events of Asterisk 16", test_recording, NULL, NULL, (void *)(uintptr_t) "16"},
        {"events of Asterisk 22", test_recording, NULL, NULL, (void *)(uintptr_t) "22"},
        cmocka_unit_test(test_random_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
