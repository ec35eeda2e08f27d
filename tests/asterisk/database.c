/* SPDX-License-Identifier: MIT */
/* Do values come back as they were put, line ends too? Is a miscounted list told of? */
#include "database.h"

#include <stdio.h>

#include "answers.h"
#include "calls.h"
#include "tests.h"

void put(struct test *t, const char *key, const char *value)
{
    expect_simple(t, ASK(t, "DBPut", "Family", "libami", "Key", key, "Val", value), AMI_OK);
}

void put_entries(struct test *t)
{
    char key[16];

    forget(t);
    for (int i = 0; i < ENTRIES; i++) {
        snprintf(key, sizeof key, "%04d", i);
        SEND(t, "DBPut", "Family", "libami", "Key", key, "Val", key);
    }
    all_answered(t);
}

void forget(struct test *t)
{
    SEND(t, "DBDelTree", "Family", "libami");
    all_answered(t);
}

static void expect_value(struct test *t, const char *key, const char *value)
{
    struct answer *a = ASK(t, "DBGet", "Family", "libami", "Key", key);

    expect_list(t, a, "DBGetResponse", "DBGetComplete");
    expect_counted(t, a);
    expect(t, a->items == 1, "%d items with one key", a->items);
    expect(t, a->items == 1 && ami_msg_get(a->item[0], "ActionID"), "%s: no ActionID", key);
    expect_text(t, a->items > 0 ? a->item[0] : NULL, "Val", value);
}

/* An action cannot carry a line end: a dialplan function makes it. */
static void put_lines(struct test *t, const char *key, const char *encoded)
{
    char data[128];

    snprintf(data, sizeof data, "Set(DB(libami/%s)=${URIDECODE(%s)})", key, encoded);
    expect_simple(
        t, ASK(t, "Originate", "Channel", "Local/long@test", "Application", "Exec", "Data", data),
        AMI_OK);
    for (int tries = 0; tries < 100; tries++) {
        if (ASK(t, "DBGet", "Family", "libami", "Key", key)->status == AMI_OK)
            return;
        wait_ms(t, 20);
    }
    expect(t, false, "the dialplan could not store a value");
}

void test_database(struct test *t)
{
    static const char odd[] = "M\xfcller: \"q\" \\n, 100% \xe2\x82\xac";
    struct answer *a;

    forget(t);
    put(t, "plain", "value");
    put(t, "odd", odd);
    expect_value(t, "plain", "value");
    expect_value(t, "odd", odd);
    a = ASK(t, "DBGetTree", "Family", "libami");
    expect_list(t, a, "DBGetTreeResponse", "DBGetTreeComplete");
    expect(t, a->items == 2, "%d items of 2", a->items);
    forget(t);
}

void test_database_lines(struct test *t)
{
    forget(t);
    put_lines(t, "lines", "one%0Atwo: 2%0A%0Afour");
    expect_value(t, "lines", "one\ntwo: 2\n\nfour");
    put_lines(t, "last", "one%0A");
    expect_value(t, "last", "one\n");
    put_lines(t, "alone", "%0A");
    expect_value(t, "alone", "\n");
    hang_up_all(t);
    forget(t);
}

/* DBGetTree of Asterisk 16 says that there is one item, however many there are. */
void test_miscounted(struct test *t)
{
    unsigned expected = server.major < 18 ? AMI_REPLY_MISCOUNTED : 0;
    struct answer *a;
    char key[16];

    put_entries(t);
    a = ASK(t, "DBGetTree", "Family", "libami");
    expect_list(t, a, "DBGetTreeResponse", "DBGetTreeComplete");
    expect(t, a->items == ENTRIES, "%d items of %d", a->items, ENTRIES);
    for (int i = 0; i < a->items; i++) {
        snprintf(key, sizeof key, "%04d", i);
        expect_text(t, a->item[i], "Val", key);
    }
    expect(t, a->flags == expected, "flags are %u, not %u", a->flags, expected);
    forget(t);
}
