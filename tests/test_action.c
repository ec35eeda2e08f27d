/* SPDX-License-Identifier: MIT */
/* Building actions: what is refused, what is escaped, what is on the wire. */
#include "support.h"

/* ---- The wire --------------------------------------------------------------------------- */

static ami_session *new_session(void)
{
    ami_session *session = NULL;

    assert_int_equal(ami_session_new(&session, NULL), AMI_OK);
    assert_non_null(session);
    return session;
}

static void take_output(ami_session *session, struct text *bytes)
{
    const void *data = NULL;
    size_t len;

    while ((len = ami_session_output(session, &data)) > 0) {
        text_add_bytes(bytes, data, len);
        ami_session_sent(session, len);
    }
}

/* Submits and gives the bytes of the action without its ActionID line, which is copied to id. */
static struct text submit(ami_session *session, const ami_action *action, char id[65])
{
    struct text bytes = {0}, rest = {0};
    ami_id number = 0;

    assert_int_equal(ami_submit(session, action, NULL, NULL, &number), AMI_OK);
    assert_true(number != 0);
    const char *told = ami_session_action_id(session, number);
    assert_non_null(told);
    assert_in_range(strlen(told), 1, 64);
    strcpy(id, told);

    take_output(session, &bytes);
    char *line = strstr(bytes.data, "\r\nActionID: ");
    assert_non_null(line);
    line += 2;
    char *end = strstr(line, "\r\n");
    assert_non_null(end);
    assert_null(strstr(end, "\r\nActionID:"));
    assert_int_equal(end - line, strlen("ActionID: ") + strlen(id));
    assert_memory_equal(line + strlen("ActionID: "), id, strlen(id));
    text_add_bytes(&rest, bytes.data, line - bytes.data);
    text_add_bytes(&rest, end + 2, bytes.len - (end + 2 - bytes.data));
    text_free(&bytes);
    return rest;
}

/* Checks the bytes that the action becomes; frees it. */
static void expect_wire(ami_action *action, const char *expected)
{
    ami_session *session = new_session();
    char id[65];

    assert_int_equal(ami_action_error(action), AMI_OK);
    assert_int_equal(ami_action_why(action)->code, AMI_OK);
    struct text seen = submit(session, action, id);
    assert_string_equal(seen.data, expected);
    text_free(&seen);
    ami_action_free(action);
    ami_session_free(session);
}

static void never(const struct ami_reply *reply, void *user)
{
    (void)reply;
    (void)user;
    fail_msg("the callback of a refused action was called");
}

/* Checks that the action is refused, with the word in the error's text; frees it. */
static void expect_refused(ami_action *action, int rc, const char *word)
{
    ami_session *session = new_session();
    struct text bytes = {0};
    ami_id id = 0;

    assert_int_equal(ami_action_error(action), rc);
    assert_int_equal(ami_action_why(action)->code, rc);
    if (!strstr(ami_action_why(action)->text, word))
        fail_msg("'%s' is not in '%s'", word, ami_action_why(action)->text);
    assert_int_equal(ami_submit(session, action, never, NULL, &id), rc);
    take_output(session, &bytes);
    assert_int_equal(bytes.len, 0);
    assert_int_equal(ami_session_deadline(session, 0), AMI_NEVER);
    ami_action_free(action);
    ami_session_free(session);
}

/* A string of so many x, until the next call. */
static const char *xs(size_t count)
{
    static char s[4096];

    assert_in_range(count, 0, sizeof s - 1);
    memset(s, 'x', count);
    s[count] = '\0';
    return s;
}

/* ---- Headers ---------------------------------------------------------------------------- */

static void test_wire(void **state)
{
    (void)state;
    char name[] = "Channel", value[] = "PJSIP/100";
    char action_name[] = "Originate";
    ami_action *action = ami_action_new(action_name);

    assert_non_null(action);
    memset(action_name, '#', strlen(action_name));
    assert_int_equal(ami_action_add(action, name, value), AMI_OK);
    memset(name, '#', strlen(name)); /* all were copied */
    memset(value, '#', strlen(value));
    assert_int_equal(ami_action_add(action, "Empty", ""), AMI_OK);
    assert_int_equal(ami_action_add(action, "CallerID", " \"M\xfc\" <1>: \\,"), AMI_OK);
    assert_int_equal(ami_action_add(action, "Channel", "again"), AMI_OK);
    assert_int_equal(ami_action_addf(action, "Timeout", "%d%s", 30000, "%"), AMI_OK);
    assert_int_equal(ami_action_addf(action, "Async", "true"), AMI_OK);
    expect_wire(action, "Action: Originate\r\nChannel: PJSIP/100\r\nEmpty: \r\n"
                        "CallerID:  \"M\xfc\" <1>: \\,\r\nChannel: again\r\n"
                        "Timeout: 30000%\r\nAsync: true\r\n\r\n");
    expect_wire(ami_action_new("Ping"), "Action: Ping\r\n\r\n");
}

struct header {
    const char *name, *value;
};

static const struct header good_headers[] = {
    {"X", "1"},
    {"Actions", "1"},
    {"ActionI", "1"},
    {"ActionID2", "1"},
    {"XAction", "1"},
    {"Action-1", "1"},
    {"Action-000000", "1"},
    {"SIP/a(1)", "1"},
    {"N\xc3\xa4me", "1"},
    {"X", "\x01\x7f"},
    {"X", "\t"},
    {"X", "Action: y"},
};

static const struct header bad_headers[] = {
    {"", "1"},          {"X\r", "1"},       {"X\n", "1"},       {"\nX", "1"},
    {"X\r\nY", "1"},    {"X:", "1"},        {":X", "1"},        {"X:Y", "1"},
    {" X", "1"},        {"X ", "1"},        {"X Y", "1"},       {"\tX", "1"},
    {"X\tY", "1"},      {"X", "\r"},        {"X", "\n"},        {"X", "a\r\nAction: Logoff"},
    {"X", "a\nb"},      {"X", "a\rb"},      {"X", "a\r\n"},     {"Action", "Ping"},
    {"action", "Ping"}, {"ACTION", "Ping"}, {"aCtIoN", "Ping"}, {"ActionID", "1"},
    {"actionid", "1"},  {"ACTIONID", "1"},  {"aCTIONiD", "1"},  {NULL, "1"},
    {"X", NULL},        {NULL, NULL},
};

static void test_good_headers(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(good_headers); i++) {
        const struct header *h = &good_headers[i];
        ami_action *action = ami_action_new("Foo");
        struct text expected = {0};

        assert_int_equal(ami_action_add(action, h->name, h->value), AMI_OK);
        text_addf(&expected, "Action: Foo\r\n%s: %s\r\n\r\n", h->name, h->value);
        expect_wire(action, expected.data);
        text_free(&expected);
    }
}

static void test_bad_headers(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(bad_headers); i++) {
        const struct header *h = &bad_headers[i];
        /* the part of the name that can be shown */
        const char *word =
            h->name && h->value && !h->name[strcspn(h->name, "\r\n\t")] ? h->name : "";
        ami_action *action = ami_action_new("Foo");

        if (ami_action_add(action, h->name, h->value) != AMI_E_INVAL)
            fail_msg("bad_headers[%zu] is taken", i);
        expect_refused(action, AMI_E_INVAL, word);
        if (!h->value)
            continue;
        action = ami_action_new("Foo");
        assert_int_equal(ami_action_addf(action, h->name, "%s", h->value), AMI_E_INVAL);
        expect_refused(action, AMI_E_INVAL, word);
    }
}

/* Only a format can make one; the header would end there. */
static void test_nul(void **state)
{
    (void)state;
    ami_action *action = ami_action_new("Foo");

    assert_int_equal(ami_action_addf(action, "Data", "a%cb", '\0'), AMI_E_INVAL);
    expect_refused(action, AMI_E_INVAL, "Data");
}

/* An error's text is one line, whatever was in the name. */
static void test_why_is_one_line(void **state)
{
    (void)state;
    ami_action *action = ami_action_new("Foo");

    assert_int_equal(ami_action_add(action, "Bad\r\nName", "1"), AMI_E_INVAL);
    const char *text = ami_action_why(action)->text;
    assert_in_range(strlen(text), 1, sizeof ami_action_why(action)->text - 1);
    assert_null(strpbrk(text, "\r\n"));
    ami_action_free(action);

    action = ami_action_new("Foo");
    assert_int_equal(ami_action_add(action, xs(900), "a\n"), AMI_E_INVAL);
    assert_in_range(strlen(ami_action_why(action)->text), 1, 159);
    ami_action_free(action);
}

static void test_action_names(void **state)
{
    (void)state;
    static const char *const bad[] = {NULL, "", "Ping\r", "Ping\n", "a\r\nAction: Logoff", "\n"};

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ami_action *action = ami_action_new(bad[i]);
        assert_non_null(action);
        assert_int_equal(ami_action_add(action, "X", "1"), AMI_E_INVAL);
        expect_refused(action, AMI_E_INVAL, "");
    }
    expect_refused(ami_action_new(xs(1015)), AMI_E_LIMIT, "Action");
    struct text expected = {0};
    text_addf(&expected, "Action: ");
    text_add(&expected, xs(1014));
    text_add(&expected, "\r\n\r\n");
    expect_wire(ami_action_new(xs(1014)), expected.data);
    text_free(&expected);
}

/* ---- Limits ----------------------------------------------------------------------------- */

static int add_name(ami_action *action, size_t len)
{
    return ami_action_add(action, xs(len - 2), "");
}

static int add_value(ami_action *action, size_t len)
{
    return ami_action_add(action, "Data", xs(len - strlen("Data: ")));
}

static int add_format(ami_action *action, size_t len)
{
    return ami_action_addf(action, "Data", "%0*d", (int)(len - strlen("Data: ")), 7);
}

static int add_variable(ami_action *action, size_t len)
{
    return ami_action_var(action, "V", xs(len - strlen("Variable: V=")));
}

/* Each of these commas takes two bytes. */
static int add_commas(ami_action *action, size_t len)
{
    char value[2048] = "";
    size_t room = len - strlen("Variable: V=");

    memset(value, ',', room / 2);
    if (room % 2)
        strcat(value, "x");
    return ami_action_var(action, "V", value);
}

static void test_line_length(void **state)
{
    (void)state;
    static const struct {
        int (*add)(ami_action *action, size_t len);
        const char *word;
    } ways[] = {{add_name, "xxx"},
                {add_value, "Data"},
                {add_format, "Data"},
                {add_variable, "Variable"},
                {add_commas, "Variable"}};
    static const size_t too_long[] = {1023, 1024, 1025, 2000};

    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        ami_action *action = ami_action_new("Foo");
        ami_session *session = new_session();
        char id[65];

        assert_int_equal(ways[i].add(action, 1022), AMI_OK);
        struct text seen = submit(session, action, id);
        assert_int_equal(seen.len, strlen("Action: Foo\r\n") + 1022 + strlen("\r\n\r\n"));
        text_free(&seen);
        ami_action_free(action);
        ami_session_free(session);
        for (size_t j = 0; j < ARRAY_LEN(too_long); j++) {
            action = ami_action_new("Foo");
            assert_int_equal(ways[i].add(action, too_long[j]), AMI_E_LIMIT);
            expect_refused(action, AMI_E_LIMIT, ways[i].word);
        }
    }
    ami_action *action = ami_action_new("Foo");
    assert_int_equal(ami_action_addf(action, "Data", "%0*d", 1000000, 7), AMI_E_LIMIT);
    expect_refused(action, AMI_E_LIMIT, "Data");
}

/* 128 with Action and ActionID. */
static void test_line_count(void **state)
{
    (void)state;
    ami_action *action = ami_action_new("Foo");
    ami_session *session = new_session();
    size_t lines = 0;
    char id[65];

    for (int i = 0; i < 126; i++) {
        int rc =
            i % 3 == 0 ? ami_action_var(action, "v", "1") : ami_action_addf(action, "X", "%d", i);
        assert_int_equal(rc, AMI_OK);
    }
    struct text seen = submit(session, action, id);
    for (const char *p = seen.data; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    assert_int_equal(lines, 128); /* the blank one for that of the ActionID */
    text_free(&seen);
    assert_int_equal(ami_action_add(action, "Last", "1"), AMI_E_LIMIT);
    expect_refused(action, AMI_E_LIMIT, "Last");
    ami_session_free(session);
}

/* ---- Errors ----------------------------------------------------------------------------- */

static void test_first_error_sticks(void **state)
{
    (void)state;
    ami_action *action = ami_action_new("Foo");

    assert_int_equal(ami_action_add(action, "Good", "1"), AMI_OK);
    assert_int_equal(ami_action_add(action, "First", xs(2000)), AMI_E_LIMIT);
    assert_int_equal(ami_action_add(action, "Second", "a\n"), AMI_E_LIMIT);
    assert_int_equal(ami_action_add(action, "Third", "fine"), AMI_E_LIMIT);
    assert_int_equal(ami_action_addf(action, "Fourth", "%d", 1), AMI_E_LIMIT);
    assert_int_equal(ami_action_var(action, "a=b", "1"), AMI_E_LIMIT);
    assert_int_equal(ami_action_timeout(action, -2), AMI_E_LIMIT);
    assert_int_equal(ami_action_timeout(action, 100), AMI_E_LIMIT);
    assert_null(strstr(ami_action_why(action)->text, "Second"));
    expect_refused(action, AMI_E_LIMIT, "First");
}

/* Whatever is wrong with them, the values of Secret and Key are not shown. */
static void test_secrets_are_not_shown(void **state)
{
    (void)state;
    static const char *const names[] = {"Secret", "secret", "SECRET", "Key", "KEY", "kEy"};
    static const char *const values[] = {"hunter2\n", "hunter2\r\nX: 1", "\rhunter2"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        for (size_t j = 0; j <= ARRAY_LEN(values); j++) {
            ami_action *action = ami_action_new("Login");
            int rc = j < ARRAY_LEN(values)
                         ? ami_action_add(action, names[i], values[j])
                         : ami_action_addf(action, names[i], "%s%01100d", "hunter2", 1);
            assert_int_equal(rc, j < ARRAY_LEN(values) ? AMI_E_INVAL : AMI_E_LIMIT);
            assert_null(strstr(ami_action_why(action)->text, "hunter2"));
            expect_refused(action, rc, names[i]);
        }
    }
}

static void test_null(void **state)
{
    (void)state;

    ami_action_free(NULL);
    assert_int_equal(ami_action_error(NULL), AMI_E_INVAL);
    assert_non_null(ami_action_why(NULL));
    assert_int_equal(ami_action_why(NULL)->code, AMI_E_INVAL);
    assert_int_equal(ami_action_add(NULL, "X", "1"), AMI_E_INVAL);
    assert_int_equal(ami_action_addf(NULL, "X", "%d", 1), AMI_E_INVAL);
    assert_int_equal(ami_action_var(NULL, "X", "1"), AMI_E_INVAL);
    assert_int_equal(ami_action_timeout(NULL, 1), AMI_E_INVAL);

    ami_session *session = new_session();
    struct text bytes = {0};
    assert_int_equal(ami_submit(session, NULL, never, NULL, NULL), AMI_E_INVAL);
    take_output(session, &bytes);
    assert_int_equal(bytes.len, 0);
    ami_session_free(session);
}

/* ---- Variables -------------------------------------------------------------------------- */

static const struct {
    const char *variable, *value, *wire;
} variables[] = {
    {"v", "", "v="},
    {"v", "plain text", "v=plain text"},
    {"v", "a,b", "v=a\\,b"},
    {"v", "say \"hi\"", "v=say \\\"hi\\\""},
    {"v", "c:\\dir\\", "v=c:\\\\dir\\\\"},
    {"v", "f(x)[1]", "v=f\\(x\\)\\[1\\]"},
    {"v", ",\"\\()[]", "v=\\,\\\"\\\\\\(\\)\\[\\]"},
    {"v", " ;=|$:\t'{}\x01\xfc ", "v= ;=|$:\t'{}\x01\xfc "},
    {"__v", "1", "__v=1"},
    {"CALLERID(name)", "a", "CALLERID(name)=a"},
};

static void test_variables(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
        ami_action *action = ami_action_new("Originate");
        struct text expected = {0};

        assert_int_equal(ami_action_var(action, variables[i].variable, variables[i].value), AMI_OK);
        text_addf(&expected, "Action: Originate\r\nVariable: %s\r\n\r\n", variables[i].wire);
        expect_wire(action, expected.data);
        text_free(&expected);
    }
}

static void test_bad_variables(void **state)
{
    (void)state;
    static const struct header bad[] = {
        {NULL, "1"},
        {"v", NULL},
        {"", "1"},
        {"a=b", "1"},
        {"=", "1"},
        {"a,b", "1"},
        {"a\"", "1"},
        {"a\\", "1"},
        {"a\r", "1"},
        {"a\nb", "1"},
        {"v", "\n"},
        {"v", "a\rb"},
        {"v", "a\r\nApplication: System"},
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ami_action *action = ami_action_new("Originate");
        assert_int_equal(ami_action_var(action, bad[i].name, bad[i].value), AMI_E_INVAL);
        expect_refused(action, AMI_E_INVAL, "Variable");
    }
}

/* ---- ActionIDs -------------------------------------------------------------------------- */

static void check_id(const char *id)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    assert_in_range(strlen(id), 4, 64);
    assert_int_equal(strspn(id, allowed), strlen(id));
}

/* One action, submitted again and again, to two sessions: no ActionID comes twice. */
static void test_action_ids(void **state)
{
    (void)state;
    enum { EACH = 200 };
    static char ids[2 * EACH][65];
    ami_action *action = ami_action_new("Foo");
    ami_session *sessions[] = {new_session(), new_session()};

    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct text seen = submit(sessions[i / EACH], action, ids[i]);
        assert_string_equal(seen.data, "Action: Foo\r\n\r\n");
        text_free(&seen);
        check_id(ids[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
    ami_action_free(action);
    ami_session_free(sessions[0]);
    ami_session_free(sessions[1]);
}

/* The first ActionID of each session differs, or answers could go astray after a restart. */
static void test_prefix_is_random(void **state)
{
    (void)state;
    static char ids[50][65];
    ami_action *action = ami_action_new("Foo");

    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        ami_session *session = new_session();
        struct text seen = submit(session, action, ids[i]);
        text_free(&seen);
        ami_session_free(session);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
    ami_action_free(action);
}

/* The action may be freed as soon as submit returned. */
static void test_freed_after_submit(void **state)
{
    (void)state;
    ami_action *action = ami_action_new("Foo");
    ami_session *session = new_session();
    struct text bytes = {0};

    assert_int_equal(ami_action_add(action, "X", "1"), AMI_OK);
    assert_int_equal(ami_submit(session, action, NULL, NULL, NULL), AMI_OK);
    assert_int_equal(ami_action_add(action, "Y", "2"), AMI_OK); /* too late for that one */
    ami_action_free(action);
    take_output(session, &bytes);
    assert_non_null(strstr(bytes.data, "\r\nX: 1\r\n"));
    assert_null(strstr(bytes.data, "Y: 2"));
    text_free(&bytes);
    ami_session_free(session);
}

/* ---- Timeouts --------------------------------------------------------------------------- */

static void test_timeout(void **state)
{
    (void)state;
    static const struct {
        int ms;
        ami_time deadline;
    } cases[] = {
        {1, 1001}, {5000, 6000}, {0, 61000}, {-1, AMI_NEVER}, {INT32_MAX, 1000LL + INT32_MAX}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ami_action *action = ami_action_new("Foo");
        ami_session *session = new_session();
        char id[65];

        assert_int_equal(ami_action_timeout(action, cases[i].ms), AMI_OK);
        struct text seen = submit(session, action, id);
        assert_true(ami_session_deadline(session, 1000) == cases[i].deadline);
        text_free(&seen);
        ami_action_free(action);
        ami_session_free(session);
    }
    ami_action *action = ami_action_new("Foo");
    assert_int_equal(ami_action_timeout(action, 100), AMI_OK);
    assert_int_equal(ami_action_timeout(action, -2), AMI_E_INVAL);
    assert_int_equal(ami_action_timeout(action, 100), AMI_E_INVAL);
    expect_refused(action, AMI_E_INVAL, "");
    action = ami_action_new("Foo");
    assert_int_equal(ami_action_timeout(action, INT32_MIN), AMI_E_INVAL);
    expect_refused(action, AMI_E_INVAL, "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire),
        cmocka_unit_test(test_good_headers),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_why_is_one_line),
        cmocka_unit_test(test_action_names),
        cmocka_unit_test(test_line_length),
        cmocka_unit_test(test_line_count),
        cmocka_unit_test(test_first_error_sticks),
        cmocka_unit_test(test_secrets_are_not_shown),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_bad_variables),
        cmocka_unit_test(test_action_ids),
        cmocka_unit_test(test_prefix_is_random),
        cmocka_unit_test(test_freed_after_submit),
        cmocka_unit_test(test_timeout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
