/* SPDX-License-Identifier: MIT */
/* Values: classes, words, escapes, the environment, channel variables, renamed fields. */
#include <limits.h>

#include "support.h"

/* ---- Helpers ---------------------------------------------------------------------------- */

/* A parser and the one message in it. */
struct one {
    ami_parser *parser;
    const ami_msg *msg;
};

static struct one parse_one(const void *bytes, size_t len)
{
    struct one one = {ami_parser_new(NULL, NULL), NULL};

    assert_non_null(one.parser);
    assert_int_equal(ami_parser_feed(one.parser, bytes, len), AMI_OK);
    assert_int_equal(ami_parser_next(one.parser, &one.msg), 1);
    return one;
}

#define PARSE(bytes) parse_one(bytes, sizeof(bytes) - 1)

typedef size_t (*unescape_fn)(const char *in, size_t len, char *out, size_t size);

/* Checks a call that writes text against what it should write, for every size of buffer; the
 * buffer ends at an unreadable page. */
static void check_written(size_t (*call)(void *ctx, char *out, size_t size), void *ctx,
                          const char *expected, size_t len)
{
    static const char filling[600] = {0};

    assert_true(len + 3 < sizeof filling);
    assert_int_equal(call(ctx, NULL, 0), len);
    for (size_t size = 0; size <= len + 3; size++) {
        struct guarded buffer = guarded_copy(filling, size);
        memset(buffer.data, '#', size);
        assert_int_equal(call(ctx, buffer.data, size), len);
        if (size > 0) {
            size_t fits = len < size ? len : size - 1;
            assert_memory_equal(buffer.data, expected, fits);
            assert_int_equal(buffer.data[fits], '\0');
            for (size_t i = fits + 1; i < size; i++)
                assert_int_equal(buffer.data[i], '#');
        }
        guarded_free(&buffer);
    }
}

struct unescape_call {
    unescape_fn fn;
    const char *in;
    size_t len;
};

static size_t call_unescape(void *ctx, char *out, size_t size)
{
    const struct unescape_call *call = ctx;

    return call->fn(call->in, call->len, out, size);
}

struct escape_row {
    const char *in;
    size_t in_len;
    const char *out;
    size_t out_len;
};
#define ROW(in, out)                             \
    {                                            \
        in, sizeof(in) - 1, out, sizeof(out) - 1 \
    }

static void check_unescape(unescape_fn fn, const struct escape_row *row)
{
    struct guarded in = guarded_copy(row->in, row->in_len);
    struct unescape_call call = {fn, in.data, row->in_len};
    char same[600];

    check_written(call_unescape, &call, row->out, row->out_len);

    /* in place */
    memcpy(same, row->in, row->in_len);
    same[row->in_len] = '#';
    assert_int_equal(fn(same, row->in_len, same, row->in_len + 1), row->out_len);
    assert_memory_equal(same, row->out, row->out_len);
    assert_int_equal(same[row->out_len], '\0');
    guarded_free(&in);
}

/* ---- Classes ---------------------------------------------------------------------------- */

static const struct {
    const char *name;
    unsigned bit;
} all_classes[] = {
    {"system", 1},         {"call", 2},      {"log", 4},
    {"verbose", 8},        {"command", 16},  {"agent", 32},
    {"user", 64},          {"config", 128},  {"dtmf", 256},
    {"reporting", 512},    {"cdr", 1024},    {"dialplan", 2048},
    {"originate", 4096},   {"agi", 8192},    {"cc", 32768},
    {"aoc", 65536},        {"test", 131072}, {"security", 262144},
    {"message", 1u << 30},
};

static size_t call_format(void *ctx, char *out, size_t size)
{
    int len = ami_classes_format(*(unsigned *)ctx, out, size);

    assert_true(len >= 0);
    return (size_t)len;
}

/* Formats, and reads back. */
static void check_classes(unsigned bits, const char *expected)
{
    unsigned back = ~bits;

    check_written(call_format, &bits, expected, strlen(expected));
    assert_int_equal(ami_classes_parse(expected, &back), AMI_OK);
    assert_int_equal(back, bits);
}

static void test_class_names(void **state)
{
    (void)state;
    unsigned bits, named = 0;
    char text[40];
    struct text all = {0};

    for (size_t i = 0; i < ARRAY_LEN(all_classes); i++) {
        const char *name = all_classes[i].name;
        check_classes(all_classes[i].bit, name);
        snprintf(text, sizeof text, "%s,all", name);
        assert_int_equal(ami_privilege_parse(text, &bits), AMI_OK);
        assert_int_equal(bits, all_classes[i].bit);
        assert_int_equal(ami_classes_parse(text, &bits), AMI_OK);
        assert_int_equal(bits, AMI_CLASS_ALL);

        /* every beginning of a name, which the server would take for more than one */
        for (size_t len = 0; len < strlen(name); len++) {
            bool other = false;
            snprintf(text, sizeof text, "%.*s", (int)len, name);
            for (size_t k = 0; k < ARRAY_LEN(all_classes); k++)
                other = other || strcmp(text, all_classes[k].name) == 0;
            if (!other && strcmp(text, "t") != 0) /* the truth value */
                assert_int_equal(ami_classes_parse(text, &bits), AMI_E_INVAL);
        }
        text_addf(&all, "%s%s", i ? "," : "", name);
        named |= all_classes[i].bit;
    }
    check_classes(named, text_str(&all));
    assert_true(all.len < AMI_CLASSES_SIZE);
    text_free(&all);
}

static void test_class_constants(void **state)
{
    (void)state;
    static const unsigned constants[] = {
        AMI_CLASS_SYSTEM,    AMI_CLASS_CALL,      AMI_CLASS_LOG,    AMI_CLASS_VERBOSE,
        AMI_CLASS_COMMAND,   AMI_CLASS_AGENT,     AMI_CLASS_USER,   AMI_CLASS_CONFIG,
        AMI_CLASS_DTMF,      AMI_CLASS_REPORTING, AMI_CLASS_CDR,    AMI_CLASS_DIALPLAN,
        AMI_CLASS_ORIGINATE, AMI_CLASS_AGI,       AMI_CLASS_CC,     AMI_CLASS_AOC,
        AMI_CLASS_TEST,      AMI_CLASS_SECURITY,  AMI_CLASS_MESSAGE};

    assert_int_equal(ARRAY_LEN(constants), ARRAY_LEN(all_classes));
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        assert_int_equal(constants[i], all_classes[i].bit);
    assert_int_equal(AMI_CLASS_ALL, INT_MAX);
}

static void test_class_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned bits;
    } good[] = {{"call,agent", 34}, {"agent,call", 34}, {"call,call", 2}, {"call,none", 2},
                {"none", 0},        {"none,call", 2},   {"all", INT_MAX}, {"all,call", INT_MAX},
                {"on", INT_MAX},    {"On", INT_MAX},    {"yes", INT_MAX}, {"TRUE", INT_MAX},
                {"y", INT_MAX},     {"t", INT_MAX},     {"off", 0},       {"OFF", 0},
                {"no", 0},          {"False", 0},       {"n", 0},         {"f", 0},
                {"0", 0},           {"1", 1}, /* class system, not true */
                {"34", 34},         {"0034", 34},       {"16384", 16384}, {"2147483647", INT_MAX}};

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        unsigned bits = 77;
        assert_int_equal(ami_classes_parse(good[i].text, &bits), AMI_OK);
        assert_int_equal(bits, good[i].bits);
    }
    check_classes(0, "off");
    check_classes(AMI_CLASS_ALL, "all");
    check_classes(AMI_CLASS_CALL | AMI_CLASS_AGENT, "call,agent");
    check_classes(AMI_CLASS_CDR | AMI_CLASS_CC | AMI_CLASS_CALL, "call,cdr,cc");
    check_classes(16384, "16384"); /* no name */
    check_classes(16384 | 2, "16386");
    check_classes(AMI_CLASS_ALL & ~AMI_CLASS_LOG, "2147483643");
}

static void test_class_errors(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      ",",
                                      "call,",
                                      ",call",
                                      "call,,user",
                                      "call, user",
                                      " call",
                                      "call ",
                                      "call\n",
                                      "Call",
                                      "ALL",
                                      "None",
                                      "c",
                                      "calls",
                                      "call,off",
                                      "on,call",
                                      "call,1",
                                      "1,2",
                                      "-1",
                                      "+1",
                                      "1 ",
                                      "0x2",
                                      "2147483648",
                                      "4294967295",
                                      "99999999999999999999",
                                      "21474836470",
                                      "call;user",
                                      "<none>",
                                      "call|user",
                                      "\xc3\xa4",
                                      "events"};
    char text[8] = "########";

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        unsigned bits = 77;
        assert_int_equal(ami_classes_parse(bad[i], &bits), AMI_E_INVAL);
        assert_int_equal(bits, 77);
    }
    unsigned bits = 77;
    assert_int_equal(ami_classes_parse(NULL, &bits), AMI_E_INVAL);
    assert_int_equal(ami_classes_format(0x80000000u, text, sizeof text), AMI_E_INVAL);
    assert_int_equal(text[0], '\0');
    assert_int_equal(text[1], '#');
    assert_int_equal(ami_classes_format(UINT_MAX, NULL, 0), AMI_E_INVAL);
}

static void test_privilege(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned bits;
    } good[] = {{"call,all", 2}, {"system,all", 1}, {"call,reporting,all", 514},
                {"Command", 16}, {"Call", 2},       {"CALL,ALL", 2},
                {"<none>", 0},   {"all", 0},        {"message,all", 1u << 30}};
    static const char *const bad[] = {"",     ",all", "all,all", "call,",     "call,new,all",
                                      "none", "on",   "2",       "call, all", "call,none,all"};

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        unsigned bits = 77;
        assert_int_equal(ami_privilege_parse(good[i].text, &bits), AMI_OK);
        assert_int_equal(bits, good[i].bits);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        unsigned bits = 77;
        assert_int_equal(ami_privilege_parse(bad[i], &bits), AMI_E_INVAL);
        assert_int_equal(bits, 77);
    }
    unsigned bits = 77;
    assert_int_equal(ami_privilege_parse(NULL, &bits), AMI_E_INVAL);
}

static void test_classes_random(void **state)
{
    (void)state;
    uint32_t seed = 4711;
    char text[AMI_CLASSES_SIZE];

    for (int i = 0; i < 20000; i++) {
        unsigned bits = next_random(&seed) & 0x7fffffff, back = 0;
        if (i % 2)
            bits &= 0x4007bfff; /* only those with a name */
        int len = ami_classes_format(bits, text, sizeof text);
        assert_true(len > 0 && (size_t)len == strlen(text) && (size_t)len < sizeof text);
        assert_null(strpbrk(text, " \t\r\n"));
        assert_int_equal(ami_classes_parse(text, &back), AMI_OK);
        assert_int_equal(back, bits);
    }
}

/* Random texts of the letters of the names: whatever is taken, comes back the same. */
static void test_classes_noise(void **state)
{
    (void)state;
    static const char letters[] = "acdgilno,,01 ";
    uint32_t seed = 99;

    for (int i = 0; i < 50000; i++) {
        char text[8], again[AMI_CLASSES_SIZE];
        size_t len = next_random(&seed) % (sizeof text - 1);
        unsigned bits, back;
        for (size_t k = 0; k < len; k++)
            text[k] = letters[next_random(&seed) % (sizeof letters - 1)];
        text[len] = '\0';
        struct guarded g = guarded_copy(text, len + 1);
        (void)ami_privilege_parse(g.data, &bits);
        if (ami_classes_parse(g.data, &bits) == AMI_OK) {
            assert_true(len > 0 && text[len - 1] != ',' && text[0] != ',');
            assert_true(ami_classes_format(bits, again, sizeof again) > 0);
            assert_int_equal(ami_classes_parse(again, &back), AMI_OK);
            assert_int_equal(bits, back);
        }
        guarded_free(&g);
    }
}

/* ---- Words ------------------------------------------------------------------------------ */

struct word {
    int number;
    const char *text;
};

/* Every number that has a word, and that no other number has one. */
static void check_words(const char *(*text_of)(int), const struct word *words, size_t count,
                        const char *otherwise)
{
    for (int number = -300; number <= 300; number++) {
        const char *expected = otherwise;
        for (size_t i = 0; i < count; i++) {
            if (words[i].number == number)
                expected = words[i].text;
        }
        assert_string_equal(text_of(number), expected);
    }
    for (size_t i = 0; i < count; i++)
        assert_string_equal(text_of(words[i].number), words[i].text);
    assert_string_equal(text_of(INT_MAX), otherwise);
    assert_string_equal(text_of(INT_MIN), otherwise);
}

static void test_reasons(void **state)
{
    (void)state;
    static const struct word words[] = {{0, "failure"},     {1, "hung up"}, {3, "no answer"},
                                        {4, "answered"},    {5, "busy"},    {8, "congestion"},
                                        {14, "early media"}};

    check_words(ami_reason_text, words, ARRAY_LEN(words), "unknown");
    assert_string_equal(ami_reason_text(AMI_REASON_NO_ANSWER), "no answer");
}

static void test_channel_states(void **state)
{
    (void)state;
    static const struct word words[] = {{0, "Down"},     {1, "Rsrvd"},   {2, "OffHook"},
                                        {3, "Dialing"},  {4, "Ring"},    {5, "Ringing"},
                                        {6, "Up"},       {7, "Busy"},    {8, "Dialing Offhook"},
                                        {9, "Pre-ring"}, {65536, "Mute"}};

    check_words(ami_channel_state_text, words, ARRAY_LEN(words), "Unknown");
}

static void test_causes(void **state)
{
    (void)state;
    static const struct word words[] = {
        {1, "Unallocated (unassigned) number"},
        {2, "No route to specified transmit network"},
        {3, "No route to destination"},
        {5, "Misdialed trunk prefix"},
        {6, "Channel unacceptable"},
        {7, "Call awarded and being delivered in an established channel"},
        {8, "Pre-empted"},
        {14, "Number ported elsewhere"},
        {16, "Normal Clearing"},
        {17, "User busy"},
        {18, "No user responding"},
        {19, "User alerting, no answer"},
        {20, "Subscriber absent"},
        {21, "Call Rejected"},
        {22, "Number changed"},
        {23, "Redirected to new destination"},
        {26, "Answered elsewhere"},
        {27, "Destination out of order"},
        {28, "Invalid number format"},
        {29, "Facility rejected"},
        {30, "Response to STATus ENQuiry"},
        {31, "Normal, unspecified"},
        {34, "Circuit/channel congestion"},
        {38, "Network out of order"},
        {41, "Temporary failure"},
        {42, "Switching equipment congestion"},
        {43, "Access information discarded"},
        {44, "Requested channel not available"},
        {50, "Facility not subscribed"},
        {52, "Outgoing call barred"},
        {54, "Incoming call barred"},
        {57, "Bearer capability not authorized"},
        {58, "Bearer capability not available"},
        {65, "Bearer capability not implemented"},
        {66, "Channel not implemented"},
        {69, "Facility not implemented"},
        {81, "Invalid call reference value"},
        {88, "Incompatible destination"},
        {95, "Invalid message unspecified"},
        {96, "Mandatory information element is missing"},
        {97, "Message type nonexist."},
        {98, "Wrong message"},
        {99, "Info. element nonexist or not implemented"},
        {100, "Invalid information element contents"},
        {101, "Message not compatible with call state"},
        {102, "Recover on timer expiry"},
        {103, "Mandatory IE length error"},
        {111, "Protocol error, unspecified"},
        {127, "Interworking, unspecified"}};

    check_words(ami_cause_text, words, ARRAY_LEN(words), "Unknown");
}

static void test_extension_states(void **state)
{
    (void)state;
    static const char *const bits[] = {"InUse", "Busy", "Unavailable", "Ringing", "Hold"};
    struct text expected = {0};

    for (int number = 1; number < 32; number++) {
        for (int bit = 0; bit < 5; bit++) {
            if (number >> bit & 1)
                text_addf(&expected, "%s%s", expected.len ? "&" : "", bits[bit]);
        }
        text_expect(&expected, ami_extension_state_text(number));
    }
    text_free(&expected);
    assert_string_equal(ami_extension_state_text(0), "Idle");
    assert_string_equal(ami_extension_state_text(9), "InUse&Ringing");
    assert_string_equal(ami_extension_state_text(17), "InUse&Hold");
    assert_string_equal(ami_extension_state_text(-1), "NoHint");
    assert_string_equal(ami_extension_state_text(-2), "Removed");
    assert_string_equal(ami_extension_state_text(-3), "Unknown");
    assert_string_equal(ami_extension_state_text(32), "Unknown");
    assert_string_equal(ami_extension_state_text(INT_MAX), "Unknown");
    assert_string_equal(ami_extension_state_text(INT_MIN), "Unknown");
}

static void test_device_states(void **state)
{
    (void)state;
    static const struct {
        enum ami_device_state number;
        const char *word, *sentence, *lower;
    } rows[] = {{AMI_DEVICE_UNKNOWN, "UNKNOWN", "Unknown", "unknown"},
                {AMI_DEVICE_NOT_INUSE, "NOT_INUSE", "Not in use", "not_inuse"},
                {AMI_DEVICE_INUSE, "INUSE", "In use", "inuse"},
                {AMI_DEVICE_BUSY, "BUSY", "Busy", "busy"},
                {AMI_DEVICE_INVALID, "INVALID", "Invalid", "invalid"},
                {AMI_DEVICE_UNAVAILABLE, "UNAVAILABLE", "Unavailable", "unavailable"},
                {AMI_DEVICE_RINGING, "RINGING", "Ringing", "ringing"},
                {AMI_DEVICE_RINGINUSE, "RINGINUSE", "Ring+Inuse", "ringinuse"},
                {AMI_DEVICE_ONHOLD, "ONHOLD", "On Hold", "on hold"}};
    static const char *const bad[] = {"", "IN_USE", "INUSE ", "NOT", "1", "Hold"};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(rows[i].number, i);
        assert_string_equal(ami_device_state_text((int)i), rows[i].word);
        assert_int_equal(ami_device_state_parse(rows[i].word), i);
        assert_int_equal(ami_device_state_parse(rows[i].sentence), i);
        assert_int_equal(ami_device_state_parse(rows[i].lower), i);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(ami_device_state_parse(bad[i]), AMI_E_INVAL);
    assert_int_equal(ami_device_state_parse(NULL), AMI_E_INVAL);
    assert_string_equal(ami_device_state_text(9), "UNKNOWN");
    assert_string_equal(ami_device_state_text(-1), "UNKNOWN");
    assert_string_equal(ami_device_state_text(INT_MAX), "UNKNOWN");
    assert_string_equal(ami_device_state_text(INT_MIN), "UNKNOWN");
}

/* ---- Escapes ---------------------------------------------------------------------------- */

static const struct escape_row c_rows[] = {
    ROW("", ""),
    ROW("plain", "plain"),
    ROW("Who\\?", "Who?"),
    ROW("n=a\\nb", "n=a\nb"),
    ROW("\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"\\?", "\a\b\f\n\r\t\v\\'\"?"),
    ROW("\\\\n", "\\n"),
    ROW("\\\\\\n", "\\\n"),
    ROW("\\", "\\"), /* cut */
    ROW("a\\", "a\\"),
    ROW("\\\\", "\\"),
    ROW("C:\\dir\\x", "C:\\dir\\x"), /* never escaped */
    ROW("\\0\\x41\\101", "\\0\\x41\\101"),
    ROW("\\N\\ ", "\\N\\ "),
    ROW("a\0b\\n", "a\0b\n"),
    ROW("\\\0n", "\\\0n"),
    ROW("\0", "\0"),
    ROW("M\xfcller \xff", "M\xfcller \xff"),
    ROW("Caf\xc3\xa9\\'s", "Caf\xc3\xa9's"),
};

static const struct escape_row url_rows[] = {
    ROW("", ""),
    ROW("plain", "plain"),
    ROW("200%20result%3D0%0A", "200 result=0\n"),
    ROW("510%20Invalid%20or%20unknown%20command%0A", "510 Invalid or unknown command\n"),
    ROW("%41%5a%5A%7a", "AZZz"),
    ROW("a+b", "a+b"), /* Asterisk writes a blank as %20 */
    ROW("%2B", "+"),
    ROW("%", "%"),
    ROW("%4", "%4"),
    ROW("%%41", "%A"),
    ROW("%4%41", "%4A"),
    ROW("%4g%g4%zz", "%4g%g4%zz"),
    ROW("%25%34%31", "%41"), /* once, not twice */
    ROW("%00", "\0"),
    ROW("a%00b", "a\0b"),
    ROW("a\0%41", "a\0A"),
    ROW("%\0"
        "41",
        "%\0"
        "41"),
    ROW("%FF%80%fc", "\xff\x80\xfc"),
    ROW("% 41%+1%-1", "% 41%+1%-1"),
};

static void test_unescape_c(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(c_rows); i++)
        check_unescape(ami_unescape_c, &c_rows[i]);
    assert_int_equal(ami_unescape_c(NULL, 0, NULL, 0), 0);
}

static void test_unescape_url(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(url_rows); i++)
        check_unescape(ami_unescape_url, &url_rows[i]);
    assert_int_equal(ami_unescape_url(NULL, 0, NULL, 0), 0);
}

/* What Asterisk does, so that undoing it can be tried with any bytes. */
static size_t escape_c(const char *in, size_t len, char *out)
{
    static const char bytes[] = "\a\b\f\n\r\t\v\\'\"?", letters[] = "abfnrtv\\'\"?";
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        const char *at = in[i] ? strchr(bytes, in[i]) : NULL;
        if (at)
            out[n++] = '\\';
        out[n++] = at ? letters[at - bytes] : in[i];
    }
    return n;
}

static size_t escape_url(const char *in, size_t len, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned byte = (unsigned char)in[i];
        if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z')) {
            out[n++] = in[i];
        } else {
            out[n++] = '%';
            out[n++] = digits[byte / 16];
            out[n++] = digits[byte % 16];
        }
    }
    return n;
}

static void test_unescape_random(void **state)
{
    (void)state;
    uint32_t seed = 12345;

    for (int i = 0; i < 2000; i++) {
        char in[40], escaped[120];
        size_t len = next_random(&seed) % sizeof in;
        for (size_t k = 0; k < len; k++)
            in[k] = (char)(i % 2 ? next_random(&seed) % 256 : 7 + next_random(&seed) % 8);
        struct escape_row row = {escaped, escape_c(in, len, escaped), in, len};
        check_unescape(ami_unescape_c, &row);
        row.in_len = escape_url(in, len, escaped);
        check_unescape(ami_unescape_url, &row);
    }
}

/* Bytes that nobody escaped: nothing is read or written outside, and no more comes out. */
static void test_unescape_noise(void **state)
{
    (void)state;
    static const char letters[] = "\\%nt?4Af\0 ";
    static const char filling[32] = {0};
    uint32_t seed = 777;

    for (int i = 0; i < 20000; i++) {
        char text[24];
        size_t len = next_random(&seed) % sizeof text, size = next_random(&seed) % sizeof filling;
        for (size_t k = 0; k < len; k++)
            text[k] = letters[next_random(&seed) % (sizeof letters - 1)];
        struct guarded in = guarded_copy(text, len), out = guarded_copy(filling, size);
        assert_true(ami_unescape_c(in.data, len, out.data, size) <= len);
        assert_true(ami_unescape_url(in.data, len, out.data, size) <= len);
        guarded_free(&in);
        guarded_free(&out);
    }
}

static void test_unescape_long(void **state)
{
    (void)state;
    size_t len = (size_t)3 << 20;
    char *in = malloc(len), *out = malloc(len / 3 + 1);

    assert_non_null(in);
    assert_non_null(out);
    for (size_t i = 0; i < len; i += 3)
        memcpy(in + i, "%0A", 3);
    assert_int_equal(ami_unescape_url(in, len, out, len / 3 + 1), len / 3);
    assert_int_equal(strspn(out, "\n"), len / 3);
    free(in);
    free(out);
}

/* ---- The environment -------------------------------------------------------------------- */

static void expect_env(const char *text, size_t len, const char *expected)
{
    struct text log = {0};
    struct guarded g = guarded_copy(text, len);
    struct ami_env env = AMI_ENV_INIT;

    while (ami_env_next(g.data, len, &env)) {
        text_add_escaped(&log, env.name, env.name_len);
        text_add(&log, "=");
        text_add_escaped(&log, env.value, env.value_len);
        text_add(&log, ";");
    }
    assert_false(ami_env_next(g.data, len, &env)); /* and stays so */
    text_expect(&log, expected);
    text_free(&log);
    guarded_free(&g);
}

#define EXPECT_ENV(text, expected) expect_env(text, sizeof(text) - 1, expected)

static void test_env(void **state)
{
    (void)state;

    EXPECT_ENV("", "");
    EXPECT_ENV("\n\n", "");
    EXPECT_ENV("agi_request: async\nagi_channel: PJSIP/a-1\n\n",
               "agi_request=async;agi_channel=PJSIP/a-1;");
    EXPECT_ENV("agi_arg_1: a: b\nagi_arg_2:  two\nagi_arg_3:c\n",
               "agi_arg_1=a: b;agi_arg_2= two;agi_arg_3=c;");
    EXPECT_ENV("agi_accountcode: \nagi_dnid:\n", "agi_accountcode=;agi_dnid=;");
    EXPECT_ENV("agi_cut: 12", "agi_cut=12;");
    EXPECT_ENV("agi_cut:", "agi_cut=;");
    EXPECT_ENV("agi_cut", "=agi_cut;");
    EXPECT_ENV("a: 1\n\n\nb: 2", "a=1;b=2;");
    EXPECT_ENV(": x\n", "=x;");
    EXPECT_ENV("a\0b: c\0d\n", "a\\x00b=c\\x00d;");
    EXPECT_ENV("a: M\xfcller\n", "a=M\\xfcller;");
}

static void test_env_of_event(void **state)
{
    (void)state;
    struct one one = PARSE("Event: AsyncAGIStart\r\nChannel: PJSIP/a-1\r\n"
                           "Env: agi_request%3A%20async%0Aagi_callerid%3A%20100%0A%0A\r\n\r\n");
    const struct ami_field *field = ami_msg_find(one.msg, "Env");
    char text[100];
    size_t len = ami_unescape_url(field->value, field->value_len, text, sizeof text);

    assert_true(len < sizeof text);
    expect_env(text, len, "agi_request=async;agi_callerid=100;");
    ami_parser_free(one.parser);
}

/* Structs of a later version are longer, those of this one never shorter. */
static void test_sizes(void **state)
{
    (void)state;
    struct one one = PARSE("Event: X\r\nChannel: a\r\nChanVariable: a=1\r\n\r\n");
    struct {
        struct ami_var var;
        char later[32];
    } longer = {AMI_VAR_INIT, "as it was"};
    struct ami_var var = AMI_VAR_INIT;
    struct ami_env env = AMI_ENV_INIT;
    char text[8] = "#";

    longer.var.size = sizeof longer;
    assert_true(ami_var_next(one.msg, &longer.var));
    assert_int_equal(longer.var.size, sizeof longer);
    assert_string_equal(longer.later, "as it was");
    assert_false(ami_var_next(one.msg, &longer.var));
    assert_int_equal(ami_var_channel(one.msg, &var, text, sizeof text), 0); /* before the first */
    assert_string_equal(text, "");
    var.size--;
    assert_false(ami_var_next(one.msg, &var));
    env.size--;
    assert_false(ami_env_next("a: b\n", 5, &env));
    ami_parser_free(one.parser);
}

/* ---- Channel variables ------------------------------------------------------------------ */

struct var_call {
    const ami_msg *msg;
    const struct ami_var *var;
};

static size_t call_channel(void *ctx, char *out, size_t size)
{
    const struct var_call *call = ctx;

    return ami_var_channel(call->msg, call->var, out, size);
}

static size_t call_value(void *ctx, char *out, size_t size)
{
    const struct var_call *call = ctx;

    return ami_var_value(call->var, out, size);
}

/* Adds what a call writes, and checks it for every size of buffer. */
static void add_written(struct text *t, size_t (*fn)(void *, char *, size_t), struct var_call *call)
{
    char text[500];
    size_t len = fn(call, text, sizeof text);

    check_written(fn, call, text, len);
    text_add_escaped(t, text, len);
}

/* One line for each variable: form, prefix, channel, name, value. */
static void add_vars(struct text *t, const ami_msg *msg)
{
    static const char *const forms[] = {"snapshot", "channel", "status"};
    struct ami_var var = AMI_VAR_INIT;
    struct var_call call = {msg, &var};

    while (ami_var_next(msg, &var)) {
        assert_int_equal(var.value[var.value_len], '\0');
        text_addf(t, "%s%s ", forms[var.form], var.escaped ? "*" : "");
        text_add_escaped(t, var.prefix, var.prefix_len);
        text_add(t, " <");
        add_written(t, call_channel, &call);
        text_add(t, "> ");
        text_add_escaped(t, var.name, var.name_len);
        text_add(t, "=");
        add_written(t, call_value, &call);
        text_add(t, "\n");
    }
    assert_false(ami_var_next(msg, &var));
}

static void expect_vars(const void *bytes, size_t len, const char *expected)
{
    struct one one = parse_one(bytes, len);
    struct text log = {0};
    ami_msg *copy = ami_msg_dup(one.msg);

    assert_non_null(copy);
    add_vars(&log, one.msg);
    text_expect(&log, expected);
    ami_parser_free(one.parser);
    add_vars(&log, copy);
    text_expect(&log, expected);
    ami_msg_free(copy);
    text_free(&log);
}

#define EXPECT_VARS(bytes, expected) expect_vars(bytes, sizeof(bytes) - 1, expected)

static void test_var_snapshots(void **state)
{
    (void)state;

    EXPECT_VARS("Event: DialBegin\r\nChannel: PJSIP/a-1\r\nChanVariable: x=1\r\n"
                "ChanVariable: y=a\\nb\\?\r\nDestChannel: PJSIP/b-2\r\nDestChanVariable: x=2=3\r\n"
                "DestChanVariable: z=\r\nLocalOneChannel: Local/1@a:b-1;1\r\n"
                "LocalOneChanVariable: x=4\r\nParkeeChanVariable: x=5\r\n\r\n",
                "snapshot*  <PJSIP/a-1> x=1\n"
                "snapshot*  <PJSIP/a-1> y=a\\nb?\n"
                "snapshot* Dest <PJSIP/b-2> x=2=3\n"
                "snapshot* Dest <PJSIP/b-2> z=\n"
                "snapshot* LocalOne <Local/1@a:b-1;1> x=4\n"
                "snapshot* Parkee <> x=5\n");
    /* in any case; a channel of another snapshot is not taken */
    EXPECT_VARS("Event: X\r\nLastChannel: a\r\nDestChannel: b\r\nCHANVARIABLE: "
                "x=1\r\ndestchanvariable: y=2\r\n\r\n",
                "snapshot*  <> x=1\nsnapshot* dest <b> y=2\n");
    /* not escaped */
    EXPECT_VARS(
        "Response: Success\r\nActionID: 1\r\nChannelType: SIP\r\nChanVariable: x=a\\nb\r\n\r\n",
        "snapshot  <> x=a\\\\nb\n");
    /* function calls, NUL bytes, no name, no = */
    EXPECT_VARS("Event: X\r\nChanVariable: CHANNEL(state)=Up\r\nChanVariable: a\0b=c\0d\r\n"
                "ChanVariable: =x\r\nChanVariable: x\r\nChanVariable:\r\nChanVariables: x=1\r\n"
                "ChanVariable: multi=1\nline two\r\n\r\n",
                "snapshot*  <> CHANNEL(state)=Up\nsnapshot*  <> a\\x00b=c\\x00d\n"
                "snapshot*  <> =x\nsnapshot*  <> multi=1\\nline two\n");
}

static void test_var_channels(void **state)
{
    (void)state;

    /* PROTOCOL.md, vector 28 */
    EXPECT_VARS("Event: X\r\nChanVariable(SIP/a-1): x=1=2\r\nChanVariable(SIP/a-1): y=\r\n\r\n",
                "channel  <SIP/a-1> x=1=2\nchannel  <SIP/a-1> y=\n");
    /* colons in the channel's name */
    EXPECT_VARS("Event: X\r\nChanVariable(Local/a:b@c-1;1): x=1\r\n"
                "ChanVariable(SIP/[2001:db8::1]:5060-1): y=2:3\r\n"
                "ChanVariable(:a): x=1\r\nChanVariable(a:): x=2\r\nChanVariable(:): x=3\r\n"
                "ChanVariable(a::b): x=4\r\n\r\n",
                "channel  <Local/a:b@c-1;1> x=1\n"
                "channel  <SIP/[2001:db8::1]:5060-1> y=2:3\n"
                "channel  <:a> x=1\nchannel  <a:> x=2\nchannel  <:> x=3\nchannel  <a::b> x=4\n");
    /* parentheses in the channel's name and in the value */
    EXPECT_VARS(
        "Event: X\r\nChanVariable(SIP/x(y)-1): x=1\r\nChanVariable(SIP/x(y):5060-1): x=2\r\n"
        "ChanVariable(SIP/a): x=f): g\r\nChanVariable(SIP/a:b): x=f): g\r\n"
        "ChanVariable(SIP/a): CDR(src)=7\r\nChanVariable(SIP/a:b): CDR(src)=8\r\n"
        "ChanVariable(a=b:c): x=9\r\nChanVariable(): x=10\r\n\r\n",
        "channel  <SIP/x(y)-1> x=1\nchannel  <SIP/x(y):5060-1> x=2\n"
        "channel  <SIP/a> x=f): g\nchannel  <SIP/a:b> x=f): g\n"
        "channel  <SIP/a> CDR(src)=7\nchannel  <SIP/a:b> CDR(src)=8\n"
        "channel  <a=b:c> x=9\nchannel  <> x=10\n");
    /* raw: backslashes stay; bytes stay; case does not matter */
    EXPECT_VARS(
        "Event: X\r\nchanvariable(SIP/\xfc:1): x=a\\nb\r\nChanVariable(a\0:b\0): x=\0\r\n\r\n",
        "channel  <SIP/\\xfc:1> x=a\\\\nb\nchannel  <a\\x00:b\\x00> x=\\x00\n");
    /* no variables: never closed, without a colon, without = */
    EXPECT_VARS(
        "Event: X\r\nChanVariable(a: x=1\r\nChanVariable(a:b):x=1\r\nChanVariable(a) x=1\r\n"
        "ChanVariable(a): x\r\nChanVariable(: x=1\r\nChanVariable(a)b: x=1\r\n"
        "ChanVariable(a:b): \r\nChanVariable(a:b):\r\n\r\n",
        "");
}

static void test_var_status(void **state)
{
    (void)state;

    EXPECT_VARS("Event: Status\r\nPrivilege: Call\r\nChannel: PJSIP/a-1\r\nVariable: x=1\\n\r\n"
                "VARIABLE: CHANNEL(state)=Up\r\nVariable: y=\r\nVariable: z\r\n\r\n",
                "status  <PJSIP/a-1> x=1\\\\n\nstatus  <PJSIP/a-1> CHANNEL(state)=Up\n"
                "status  <PJSIP/a-1> y=\n");
    /* the same name in other messages is another thing */
    EXPECT_VARS("Event: VarSet\r\nVariable: x=1\r\nValue: 2\r\n\r\n", "");
    EXPECT_VARS("Response: Status\r\nVariable: x=1\r\n\r\n", "");
    EXPECT_VARS("Action: Originate\r\nVariable: x=1\r\n\r\n", "");
    EXPECT_VARS("Event: X\r\nA: 1\r\n\r\n", "");
}

/* All three in one message keep the order of the wire. */
static void test_var_mixed(void **state)
{
    (void)state;

    EXPECT_VARS("Event: Status\r\nChannel: a\r\nChanVariable: x=1\r\nVariable: x=2\r\n"
                "ChanVariable(b:c): x=3\r\nChanVariable: x=4\r\n\r\n",
                "snapshot*  <a> x=1\nstatus  <a> x=2\nchannel  <b:c> x=3\nsnapshot*  <a> x=4\n");
}

/* Any channel name without "): " and blanks at colons comes back, whatever else it holds. */
static void test_var_random(void **state)
{
    (void)state;
    static const char letters[] = "ab:()/-;@=";
    uint32_t seed = 2026;

    for (int i = 0; i < 3000; i++) {
        char channel[16], wire[80], found[16];
        size_t len = 1 + next_random(&seed) % (sizeof channel - 1);
        for (size_t k = 0; k < len; k++)
            channel[k] = letters[next_random(&seed) % (sizeof letters - 1)];
        channel[len - 1] = '\0';
        if (strstr(channel, "):"))
            continue; /* the parser does not tell whether a blank followed the colon */
        int n = snprintf(wire, sizeof wire, "Event: X\r\nChanVariable(%s): v=1:2\r\n\r\n", channel);
        struct one one = parse_one(wire, (size_t)n);
        struct ami_var var = AMI_VAR_INIT;
        assert_true(ami_var_next(one.msg, &var));
        assert_int_equal(ami_var_channel(one.msg, &var, found, sizeof found), len - 1);
        assert_string_equal(found, channel);
        assert_string_equal(var.value, "1:2");
        assert_false(ami_var_next(one.msg, &var));
        ami_parser_free(one.parser);
    }
}

static void test_var_noise(void **state)
{
    (void)state;
    static const char letters[] = "a:()= \\n\0";
    static const char *const heads[] = {"ChanVariable(", "ChanVariable",
                                        "DestChanVariable: ", "Variable: "};
    uint32_t seed = 31337;

    for (int i = 0; i < 20000; i++) {
        char wire[80];
        int n = snprintf(wire, sizeof wire, "Event: Status\r\n%s", heads[i % 4]);
        size_t at = (size_t)n, len = next_random(&seed) % 16;
        while (len-- > 0)
            wire[at++] = letters[next_random(&seed) % (sizeof letters - 1)];
        memcpy(wire + at, "\r\n\r\n", 4);
        struct one one = parse_one(wire, at + 4);
        struct ami_var var = AMI_VAR_INIT;
        size_t count = 0;
        while (ami_var_next(one.msg, &var)) {
            char text[32];
            assert_true(ami_var_channel(one.msg, &var, text, sizeof text) < sizeof text);
            assert_true(ami_var_value(&var, text, sizeof text) <= var.value_len);
            count++;
        }
        assert_true(count <= 1);
        ami_parser_free(one.parser);
    }
}

/* ---- Renamed fields --------------------------------------------------------------------- */

static void expect_alias(const char *wire, const char *name, const char *expected)
{
    struct one one = parse_one(wire, strlen(wire));
    const char *value = ami_msg_get_alias(one.msg, name);
    const struct ami_field *field = ami_msg_find_alias(one.msg, name);

    if (expected) {
        assert_non_null(value);
        assert_string_equal(value, expected);
        assert_ptr_equal(field->value, value);
        assert_int_equal(field->value_len, strlen(value));
    } else {
        assert_null(value);
        assert_null(field);
    }
    ami_parser_free(one.parser);
}

/* The names of one field, newest first, in an event: each finds each, and the newest wins. */
static void check_alias(const char *event, const char *newest, const char *older,
                        const char *oldest)
{
    const char *const names[] = {newest, older, oldest};
    size_t count = oldest ? 3 : 2;
    char wire[200];

    for (size_t there = 0; there < count; there++) {
        snprintf(wire, sizeof wire, "%s\r\nActionID: 1\r\n%s: value\r\n\r\n", event, names[there]);
        for (size_t asked = 0; asked < count; asked++)
            expect_alias(wire, names[asked], "value");
        expect_alias(wire, "actionid", "1");
        expect_alias(wire, "None", NULL);
    }
    for (size_t asked = 0; asked < count; asked++) {
        snprintf(wire, sizeof wire, "%s\r\n%s: old\r\n%s: new\r\n\r\n", event, older, newest);
        expect_alias(wire, names[asked], "new");
        snprintf(wire, sizeof wire, "%s\r\nNone: 1\r\n\r\n", event);
        expect_alias(wire, names[asked], NULL);
    }
}

static void test_aliases(void **state)
{
    (void)state;
    static const struct {
        const char *events;
        const char *names[3];
    } rows[] = {
        {"Newchannel,Newstate,Newcallerid,Status,OriginateResponse,Dial,DialBegin,DialEnd,"
         "DialState,"
         "Join,QueueCallerJoin,QueueEntry,AgentCalled",
         {"CallerIDNum", "CallerID"}},
        {"Newchannel,Newstate,Status", {"ChannelStateDesc", "State"}},
        {"Status", {"BridgedChannel", "Link"}},
        {"Status", {"AccountCode", "Account"}},
        {"Status,CoreShowChannel,Newexten", {"Exten", "Extension"}},
        {"Dial,DialBegin,DialState,DialEnd", {"Channel", "Source"}},
        {"Dial,DialBegin,DialState,DialEnd", {"DestChannel", "Destination"}},
        {"Dial,DialBegin,DialState,DialEnd", {"Uniqueid", "SrcUniqueID"}},
        {"QueueMemberAdded,QueueMemberRemoved,QueueMemberStatus,QueueMemberPause,QueueMemberPaused,"
         "QueueMemberPenalty,QueueMemberRinginuse,QueueMember",
         {"Interface", "Location"}},
        {"QueueMemberPause,QueueMemberPaused", {"PausedReason", "Reason"}},
        {"Rename", {"Channel", "Oldname"}},
        {"Registry", {"ChannelType", "ChannelDriver", "Channel"}},
        {"ParkedCall,ParkedCallTimeOut,ParkedCallGiveUp,UnParkedCall", {"ParkingSpace", "Exten"}},
        {"ParkedCall,ParkedCallTimeOut,ParkedCallGiveUp,UnParkedCall",
         {"ParkeeChannel", "Channel"}},
        {"ParkedCall,UnParkedCall", {"ParkeeUniqueid", "Uniqueid"}},
        {"ParkedCall,UnParkedCall", {"ParkeeCallerIDNum", "CallerIDNum", "CallerID"}},
        {"ParkedCall,UnParkedCall", {"ParkeeCallerIDName", "CallerIDName"}},
        {"ParkedCall,UnParkedCall", {"ParkeeConnectedLineNum", "ConnectedLineNum"}},
        {"ParkedCall,UnParkedCall", {"ParkeeConnectedLineName", "ConnectedLineName"}},
        {"ParkedCall", {"ParkingTimeout", "Timeout"}},
        {"ParkedCall", {"ParkingDuration", "Duration"}},
        {"ParkedCall", {"ParkerDialString", "From"}},
        {"UnParkedCall", {"RetrieverChannel", "From"}}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (const char *event = rows[i].events; *event;) {
            char head[64];
            size_t len = strcspn(event, ",");
            snprintf(head, sizeof head, "Event: %.*s", (int)len, event);
            check_alias(head, rows[i].names[0], rows[i].names[1], rows[i].names[2]);
            event += len + (event[len] == ',');
        }
    }
    check_alias("Response: Success", "UrgMessages", "UrgentMessages", NULL);
}

/* A name that was another's in one event is only its own in all others. */
static void test_alias_elsewhere(void **state)
{
    (void)state;

    expect_alias("Event: DeviceStateChange\r\nState: BUSY\r\n\r\n", "ChannelStateDesc", NULL);
    expect_alias("Event: DeviceStateChange\r\nState: BUSY\r\n\r\n", "State", "BUSY");
    expect_alias("Event: Cdr\r\nCallerID: \"A\" <1>\r\n\r\n", "CallerIDNum", NULL);
    expect_alias("Event: OriginateResponse\r\nReason: 4\r\n\r\n", "PausedReason", NULL);
    expect_alias("Event: Hangup\r\nChannel: a\r\n\r\n", "Oldname", NULL);
    expect_alias("Event: Hangup\r\nChannel: a\r\n\r\n", "channel", "a");
    expect_alias("Event: Parked\r\nExten: 1\r\n\r\n", "ParkingSpace", NULL);
    expect_alias("Event: ParkedCalls\r\nExten: 1\r\n\r\n", "ParkingSpace", NULL);
    expect_alias("Event: Stat\r\nLink: a\r\n\r\n", "BridgedChannel", NULL);
    expect_alias("Event: \r\nLink: a\r\n\r\n", "BridgedChannel", NULL);
    expect_alias("Event: Status,CoreShowChannel\r\nExtension: a\r\n\r\n", "Exten", NULL);
    /* a Response that says Status is no event */
    expect_alias("Response: Status\r\nLink: a\r\n\r\n", "BridgedChannel", NULL);
    expect_alias("Event: status\r\nLINK: a\r\n\r\n", "bridgedchannel", "a");
    expect_alias("Event: Status\r\nno colon\r\n\r\n", "", "no colon");
    /* ParkedCall's rows come before the general ones */
    expect_alias("Event: ParkedCall\r\nParkeeCallerIDNum: 1\r\nCallerIDNum: 2\r\n\r\n", "CallerID",
                 "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_names),      cmocka_unit_test(test_class_constants),
        cmocka_unit_test(test_class_texts),      cmocka_unit_test(test_class_errors),
        cmocka_unit_test(test_privilege),        cmocka_unit_test(test_classes_random),
        cmocka_unit_test(test_classes_noise),    cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_channel_states),   cmocka_unit_test(test_causes),
        cmocka_unit_test(test_extension_states), cmocka_unit_test(test_device_states),
        cmocka_unit_test(test_unescape_c),       cmocka_unit_test(test_unescape_url),
        cmocka_unit_test(test_unescape_random),  cmocka_unit_test(test_unescape_noise),
        cmocka_unit_test(test_unescape_long),    cmocka_unit_test(test_env),
        cmocka_unit_test(test_env_of_event),     cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_var_snapshots),    cmocka_unit_test(test_var_channels),
        cmocka_unit_test(test_var_status),       cmocka_unit_test(test_var_mixed),
        cmocka_unit_test(test_var_random),       cmocka_unit_test(test_var_noise),
        cmocka_unit_test(test_aliases),          cmocka_unit_test(test_alias_elsewhere),
    };

    return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
