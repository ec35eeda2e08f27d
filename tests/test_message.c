/* SPDX-License-Identifier: MIT */
/* Messages: the getters, numbers, yes or no, copies. */
#include "support.h"

/* A parser and the one message in it. */
struct one {
    ami_parser *parser;
    const ami_msg *msg;
};

static struct one parse_one(const void *bytes, size_t len, const struct ami_allocator *allocator)
{
    struct one one = {ami_parser_new(NULL, allocator), NULL};

    assert_non_null(one.parser);
    assert_int_equal(ami_parser_feed(one.parser, bytes, len), AMI_OK);
    assert_int_equal(ami_parser_next(one.parser, &one.msg), 1);
    assert_non_null(one.msg);
    return one;
}

#define PARSE(bytes) parse_one(bytes, sizeof(bytes) - 1, NULL)

static const char event[] =
    "Event: Hangup\r\nChannel: SIP/a-1\r\nVariable: a=1\r\nNote:\r\n"
    "no colon\r\nVARIABLE: b=2\r\n  blank\r\nvariable: \r\nCause: 16\r\n\r\n";

static void test_get(void **state)
{
    (void)state;
    struct one one = PARSE(event);

    assert_int_equal(ami_msg_kind(one.msg), AMI_KIND_EVENT);
    assert_string_equal(ami_msg_name(one.msg), "Hangup");
    assert_int_equal(ami_msg_flags(one.msg), 0);
    assert_string_equal(ami_msg_get(one.msg, "Event"), "Hangup");
    assert_string_equal(ami_msg_get(one.msg, "channel"), "SIP/a-1");
    assert_string_equal(ami_msg_get(one.msg, "CHANNEL"), "SIP/a-1");
    assert_string_equal(ami_msg_get(one.msg, "Variable"), "a=1");
    assert_string_equal(ami_msg_get(one.msg, "Note"), "");
    assert_string_equal(ami_msg_get(one.msg, "Cause"), "16");
    assert_string_equal(ami_msg_get(one.msg, ""), "no colon");
    assert_null(ami_msg_get(one.msg, "Chan"));
    assert_null(ami_msg_get(one.msg, "Channels"));
    assert_null(ami_msg_get(one.msg, "Channel:"));
    assert_null(ami_msg_get(one.msg, "no colon"));
    ami_parser_free(one.parser);
}

static void test_get_nth(void **state)
{
    (void)state;
    struct one one = PARSE(event);

    assert_string_equal(ami_msg_get_nth(one.msg, "variable", 0), "a=1");
    assert_string_equal(ami_msg_get_nth(one.msg, "Variable", 1), "b=2");
    assert_string_equal(ami_msg_get_nth(one.msg, "Variable", 2), "");
    assert_null(ami_msg_get_nth(one.msg, "Variable", 3));
    assert_null(ami_msg_get_nth(one.msg, "Variable", SIZE_MAX));
    assert_string_equal(ami_msg_get_nth(one.msg, "", 0), "no colon");
    assert_string_equal(ami_msg_get_nth(one.msg, "", 1), "  blank");
    assert_null(ami_msg_get_nth(one.msg, "", 2));
    assert_null(ami_msg_get_nth(one.msg, "none", 0));
    ami_parser_free(one.parser);
}

static void test_get_any(void **state)
{
    (void)state;
    struct one one = PARSE(event);

    /* the order asked for, not that of the message */
    assert_string_equal(ami_msg_get_any(one.msg, "cause", "Channel", (char *)NULL), "16");
    assert_string_equal(ami_msg_get_any(one.msg, "Port", "IPport", "NOTE", "Cause", (char *)NULL),
                        "");
    assert_string_equal(ami_msg_get_any(one.msg, "Port", "", (char *)NULL), "no colon");
    assert_null(ami_msg_get_any(one.msg, "Port", "IPport", (char *)NULL));
    assert_null(ami_msg_get_any(one.msg, "Port", (char *)NULL, "Cause", (char *)NULL));
    ami_parser_free(one.parser);
}

static void test_at(void **state)
{
    (void)state;
    struct one one = PARSE(event);

    assert_int_equal(ami_msg_count(one.msg), 9);
    assert_string_equal(ami_msg_at(one.msg, 0)->name, "Event");
    assert_string_equal(ami_msg_at(one.msg, 4)->name, "");
    assert_string_equal(ami_msg_at(one.msg, 4)->value, "no colon");
    assert_string_equal(ami_msg_at(one.msg, 5)->name, "VARIABLE");
    assert_string_equal(ami_msg_at(one.msg, 8)->value, "16");
    assert_null(ami_msg_at(one.msg, 9));
    assert_null(ami_msg_at(one.msg, 10));
    assert_null(ami_msg_at(one.msg, SIZE_MAX));
    assert_ptr_equal(ami_msg_find(one.msg, "variable"), ami_msg_at(one.msg, 2));
    assert_ptr_equal(ami_msg_find(one.msg, ""), ami_msg_at(one.msg, 4));
    assert_null(ami_msg_find(one.msg, "x"));
    ami_parser_free(one.parser);
}

/* Only A to Z have two cases, in every locale. */
static void test_case_is_ascii(void **state)
{
    (void)state;
    struct one one =
        PARSE("Event: X\r\nA@Z: at\r\nB[: bracket\r\n\xc9: high\r\nk-1_: dash\r\n\r\n");

    assert_string_equal(ami_msg_get(one.msg, "a@z"), "at");
    assert_null(ami_msg_get(one.msg, "A`Z"));
    assert_string_equal(ami_msg_get(one.msg, "b["), "bracket");
    assert_null(ami_msg_get(one.msg, "B{"));
    assert_string_equal(ami_msg_get(one.msg, "\xc9"), "high");
    assert_null(ami_msg_get(one.msg, "\xe9"));
    assert_string_equal(ami_msg_get(one.msg, "K-1_"), "dash");
    assert_null(ami_msg_get(one.msg, "k\r1_"));
    ami_parser_free(one.parser);
}

static void test_nul_bytes(void **state)
{
    (void)state;
    struct one one = PARSE("Event: A\r\nX\0Y: 1\r\nX: a\0b\r\nZ: \0\r\n\r\n");
    const struct ami_field *f = ami_msg_find(one.msg, "X");

    assert_non_null(f); /* not X\0Y, which is another name */
    assert_ptr_equal(f, ami_msg_at(one.msg, 2));
    assert_int_equal(f->name_len, 1);
    assert_int_equal(f->value_len, 3);
    assert_memory_equal(f->value, "a\0b", 4);
    assert_int_equal(ami_msg_at(one.msg, 1)->name_len, 3);
    assert_memory_equal(ami_msg_at(one.msg, 1)->name, "X\0Y", 4);
    assert_int_equal(ami_msg_find(one.msg, "z")->value_len, 1);
    assert_string_equal(ami_msg_get(one.msg, "X"), "a");
    ami_parser_free(one.parser);
}

/* ---- Numbers ---------------------------------------------------------------------------- */

struct number {
    const char *line; /* all after the name */
    size_t len;
    int rc;
    long long value;
};

#define NUMBER(line, value)                   \
    {                                         \
        line, sizeof(line) - 1, AMI_OK, value \
    }
#define NO_NUMBER(line)                        \
    {                                          \
        line, sizeof(line) - 1, AMI_E_INVAL, 0 \
    }

static const struct number numbers[] = {
    NUMBER(": 0", 0),
    NUMBER(":0", 0),
    NUMBER(": 16", 16),
    NUMBER(": -1", -1),
    NUMBER(": -0", 0),
    NUMBER(":   42", 42),
    NUMBER(":\t42\t \t", 42),
    NUMBER(": 007", 7),
    NUMBER(": 1700000000000", 1700000000000),
    NUMBER(": 9223372036854775807", 9223372036854775807),
    NUMBER(": -9223372036854775808", -9223372036854775807 - 1),
    NUMBER(": 000000000000000000000000000000012", 12),
    NO_NUMBER(": 9223372036854775808"),
    NO_NUMBER(": -9223372036854775809"),
    NO_NUMBER(": 18446744073709551617"),
    NO_NUMBER(": 99999999999999999999999999"),
    NO_NUMBER(":"),
    NO_NUMBER(": "),
    NO_NUMBER(": \t "),
    NO_NUMBER(": -"),
    NO_NUMBER(": --1"),
    NO_NUMBER(": - 1"),
    NO_NUMBER(": 1-"),
    NO_NUMBER(": 1 2"),
    NO_NUMBER(": 1.5"),
    NO_NUMBER(": 1,000"),
    NO_NUMBER(": 0x10"),
    NO_NUMBER(": 1e3"),
    NO_NUMBER(": 384 kbps"),
    NO_NUMBER(": x"),
    NO_NUMBER(": /"),
    NO_NUMBER(": 1:"),
    NO_NUMBER(": <unknown>"),
    NO_NUMBER(": 1\n2"),
    NO_NUMBER(": 12\0"),
    NO_NUMBER(": 12\0 3"),
    NO_NUMBER(": \0"),
    NO_NUMBER(": \xb2"),
};

static void test_get_int(void **state)
{
    (void)state;

    for (const struct number *n = numbers; n < numbers + ARRAY_LEN(numbers); n++) {
        struct text bytes = {0};
        long long out = 4711;

        text_add(&bytes, "Event: A\r\nN");
        text_add_bytes(&bytes, n->line, n->len);
        text_add(&bytes, "\r\n\r\n");
        struct one one = parse_one(bytes.data, bytes.len, NULL);
        int rc = ami_msg_get_int(one.msg, "n", &out);
        if (rc != n->rc || out != (rc == AMI_OK ? n->value : 4711))
            fail_msg("N%s: %s %lld", n->line, ami_err_name(rc), out);
        ami_parser_free(one.parser);
        text_free(&bytes);
    }
}

static void test_get_int_not_found(void **state)
{
    (void)state;
    struct one one = PARSE("Event: A\r\nX: y\r\nx: 2\r\n3\r\n\r\n");
    long long out = 4711;

    assert_int_equal(ami_msg_get_int(one.msg, "N", &out), AMI_E_NOTFOUND);
    assert_int_equal(ami_msg_get_int(one.msg, "x", &out), AMI_E_INVAL); /* the first counts */
    assert_int_equal(out, 4711);
    assert_int_equal(ami_msg_get_int(one.msg, "", &out), AMI_OK);
    assert_int_equal(out, 3);
    ami_parser_free(one.parser);
}

/* ---- Yes or no -------------------------------------------------------------------------- */

struct answer {
    const char *bytes;
    enum ami_kind kind;
    const char *name;
    bool success;
};

static const struct answer answers[] = {
    {"Response: Success\r\n\r\n", AMI_KIND_RESPONSE, "Success", true},
    {"Response: success\r\n\r\n", AMI_KIND_RESPONSE, "success", true},
    {"response: SUCCESS\r\nMessage: x\r\n\r\n", AMI_KIND_RESPONSE, "SUCCESS", true},
    {"ActionID: 1\r\nResponse: Success\r\n\r\n", AMI_KIND_RESPONSE, "Success", true},
    {"Response: Success\r\nError: x\r\n\r\n", AMI_KIND_RESPONSE, "Success", true},
    {"Response: Follows\r\n--END COMMAND--\r\n\r\n", AMI_KIND_RESPONSE, "Follows", true},
    {"Response: Pong\r\n\r\n", AMI_KIND_RESPONSE, "Pong", true},
    {"Response: pong\r\n\r\n", AMI_KIND_RESPONSE, "pong", true},
    {"Response: Goodbye\r\n\r\n", AMI_KIND_RESPONSE, "Goodbye", true},
    {"Response: Events On\r\n\r\n", AMI_KIND_RESPONSE, "Events On", true},
    {"Response: Events Off\r\n\r\n", AMI_KIND_RESPONSE, "Events Off", true},
    {"Response: events off\r\n\r\n", AMI_KIND_RESPONSE, "events off", true},
    {"Response: Error\r\n\r\n", AMI_KIND_RESPONSE, "Error", false},
    {"Response: Failure\r\n\r\n", AMI_KIND_RESPONSE, "Failure", false},
    {"Response: Failed\r\nPing: Pong\r\n\r\n", AMI_KIND_RESPONSE, "Failed", false},
    {"Response:\r\n\r\n", AMI_KIND_RESPONSE, "", false},
    {"Response: Successful\r\n\r\n", AMI_KIND_RESPONSE, "Successful", false},
    {"Response: Succes\r\n\r\n", AMI_KIND_RESPONSE, "Succes", false},
    {"Response: Events\r\n\r\n", AMI_KIND_RESPONSE, "Events", false},
    {"Response: Events Offline\r\n\r\n", AMI_KIND_RESPONSE, "Events Offline", false},
    {"Event: Success\r\n\r\n", AMI_KIND_EVENT, "Success", false},
    {"Event: X\r\nResponse: Success\r\n\r\n", AMI_KIND_EVENT, "X", false},
    {"Action: Success\r\n\r\n", AMI_KIND_ACTION, "Success", false},
    {"X: Success\r\nSuccess\r\n\r\n", AMI_KIND_RAW, "", false},
    {"Asterisk Call Manager/5.0.4\r\n", AMI_KIND_BANNER, "5.0.4", false},
    {"Asterisk Call Manager/1.0\n", AMI_KIND_BANNER, "1.0", false},
};

static void test_is_success(void **state)
{
    (void)state;

    for (const struct answer *a = answers; a < answers + ARRAY_LEN(answers); a++) {
        struct one one = parse_one(a->bytes, strlen(a->bytes), NULL);
        if (ami_msg_is_success(one.msg) != a->success)
            fail_msg("%s", a->bytes);
        assert_int_equal(ami_msg_kind(one.msg), a->kind);
        assert_string_equal(ami_msg_name(one.msg), a->name);
        ami_parser_free(one.parser);
    }
}

static void test_damaged(void **state)
{
    (void)state;
    struct one one = PARSE("Event: A\r\nX: 1\r\nEvent: B\r\nX: 2\r\n\r\n");

    assert_int_equal(ami_msg_flags(one.msg), AMI_MSG_DAMAGED);
    assert_int_equal(ami_msg_kind(one.msg), AMI_KIND_EVENT);
    assert_string_equal(ami_msg_name(one.msg), "A");
    assert_string_equal(ami_msg_get_nth(one.msg, "event", 1), "B");
    assert_string_equal(ami_msg_get(one.msg, "X"), "1");
    ami_parser_free(one.parser);
}

/* ---- Copies ----------------------------------------------------------------------------- */

static char *text_of(const ami_msg *msg)
{
    struct text t = {0};

    text_add_msg(&t, msg);
    return t.data;
}

#define SAMPLE(bytes)            \
    {                            \
        bytes, sizeof(bytes) - 1 \
    }
static const struct {
    const char *bytes;
    size_t len;
} copied[] = {
    SAMPLE("Asterisk Call Manager/5.0.4\r\n"),
    SAMPLE("Event: Hangup\r\nChannel: SIP/a-1\r\nCause: 16\r\nno colon\r\nV: a\nb\r\n\r\n"),
    SAMPLE("Response: Follows\r\nActionID: 9\r\na\n\n c\nd\n--END COMMAND--\r\n\r\n"),
    SAMPLE("Action: Ping\r\n\r\n"),
    SAMPLE("raw: text\r\n\r\n"),
    SAMPLE("Event: A\r\nX\0Y: 1\0\r\n\0\r\nEvent: B\r\n:\r\n\r\n"),
    SAMPLE("ActionID: 1\r\nResponse: Success\r\n\r\n"),
    SAMPLE("Event:\r\n\r\n"),
};

/* One allocation, the same in every respect, and alive when all else is gone. */
static void test_dup(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(copied); i++) {
        struct test_alloc a;
        test_alloc_init(&a, 0);
        struct one one = parse_one(copied[i].bytes, copied[i].len, &a.allocator);
        char *expected = text_of(one.msg);
        size_t calls = a.calls, live = a.live;
        ami_msg *copy = ami_msg_dup(one.msg);

        assert_non_null(copy);
        assert_int_equal(a.calls, calls + 1);
        assert_int_equal(a.live, live + 1);
        assert_int_equal(ami_parser_feed(one.parser, "Event: Other\r\nY: 2\r\n\r\n", 22), AMI_OK);
        (void)ami_parser_next(one.parser, &one.msg);
        ami_parser_free(one.parser);
        assert_int_equal(a.live, 1);
        char *seen = text_of(copy);
        assert_string_equal(seen, expected);
        free(seen);

        ami_msg *second = ami_msg_dup(copy);
        assert_non_null(second);
        ami_msg_free(copy);
        seen = text_of(second);
        assert_string_equal(seen, expected);
        ami_msg_free(second);
        assert_int_equal(a.live, 0);
        free(seen);
        free(expected);
    }
}

static void test_dup_large(void **state)
{
    (void)state;
    struct text bytes = {0};

    text_add(&bytes, "Event: Large\r\n");
    for (int i = 0; i < 20000; i++)
        text_addf(&bytes, "Name%d: %0*d\r\n", i, i % 50, i);
    text_add(&bytes, "\r\n");
    struct one one = parse_one(bytes.data, bytes.len, NULL);
    char *expected = text_of(one.msg);
    ami_msg *copy = ami_msg_dup(one.msg);
    ami_parser_free(one.parser);
    char *seen = text_of(copy);
    assert_string_equal(seen, expected);
    assert_int_equal(ami_msg_find(copy, "name19999")->value_len, 49);
    free(seen);
    free(expected);
    text_free(&bytes);
    ami_msg_free(copy);
}

static void test_dup_without_memory(void **state)
{
    (void)state;
    struct test_alloc a;
    test_alloc_init(&a, 0);
    struct one one = parse_one(event, sizeof event - 1, &a.allocator);
    size_t live = a.live;

    a.fail_at = a.asked + 1;
    assert_null(ami_msg_dup(one.msg));
    assert_int_equal(a.live, live);
    assert_string_equal(ami_msg_get(one.msg, "Cause"), "16");
    ami_parser_free(one.parser);
    assert_int_equal(a.live, 0);
}

static void test_free_nothing(void **state)
{
    (void)state;
    ami_msg_free(NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_get_nth),
        cmocka_unit_test(test_get_any),
        cmocka_unit_test(test_at),
        cmocka_unit_test(test_case_is_ascii),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_get_int),
        cmocka_unit_test(test_get_int_not_found),
        cmocka_unit_test(test_is_success),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_dup),
        cmocka_unit_test(test_dup_large),
        cmocka_unit_test(test_dup_without_memory),
        cmocka_unit_test(test_free_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
