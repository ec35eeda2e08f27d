/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "text.h"
#include "values.h"

/* In the order in which Asterisk writes them (main/manager.c:perms). */
static const struct class
{
    char name[12];
    unsigned bit;
} classes[] = {
    {"system", AMI_CLASS_SYSTEM},
    {"call", AMI_CLASS_CALL},
    {"log", AMI_CLASS_LOG},
    {"verbose", AMI_CLASS_VERBOSE},
    {"command", AMI_CLASS_COMMAND},
    {"agent", AMI_CLASS_AGENT},
    {"user", AMI_CLASS_USER},
    {"config", AMI_CLASS_CONFIG},
    {"dtmf", AMI_CLASS_DTMF},
    {"reporting", AMI_CLASS_REPORTING},
    {"cdr", AMI_CLASS_CDR},
    {"dialplan", AMI_CLASS_DIALPLAN},
    {"originate", AMI_CLASS_ORIGINATE},
    {"agi", AMI_CLASS_AGI},
    {"cc", AMI_CLASS_CC},
    {"aoc", AMI_CLASS_AOC},
    {"test", AMI_CLASS_TEST},
    {"security", AMI_CLASS_SECURITY},
    {"message", AMI_CLASS_MESSAGE},
    {"all", AMI_CLASS_ALL},
    {"none", 0},
};

enum { NAMED = sizeof classes / sizeof classes[0] - 2 }; /* without "all" and "none" */

bool ami__class_at(size_t index, const char **name, unsigned *bit)
{
    if (index >= sizeof classes / sizeof classes[0])
        return false;
    *name = classes[index].name;
    *bit = classes[index].bit;
    return true;
}

/* ---- From text --------------------------------------------------------------------------- */

/* What a server says is of any case and holds only classes; masks hold also "all" and "none". */
enum spelling { SAID, ASKED };

static bool add_class(const char *name, size_t len, enum spelling spelling, unsigned *bits)
{
    size_t count = spelling == SAID ? NAMED : sizeof classes / sizeof classes[0];

    for (size_t i = 0; i < count; i++) {
        size_t name_len = strlen(classes[i].name);
        if (spelling == SAID ? ami__same(name, len, classes[i].name, name_len)
                             : len == name_len && memcmp(name, classes[i].name, len) == 0) {
            *bits |= classes[i].bit;
            return true;
        }
    }
    return false;
}

static int parse_names(const char *text, size_t len, enum spelling spelling, unsigned *bits)
{
    const char *end = text + len;

    *bits = 0;
    for (;;) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *stop = comma ? comma : end;
        if (!add_class(text, (size_t)(stop - text), spelling, bits))
            return AMI_E_INVAL;
        if (!comma)
            return AMI_OK;
        text = comma + 1;
    }
}

/* As the server's atoi reads it, which takes leading zeros and no more than an int. */
static int parse_number(const char *text, unsigned *bits)
{
    *bits = 0;
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (*bits > (AMI_CLASS_ALL - digit) / 10)
            return AMI_E_INVAL;
        *bits = *bits * 10 + digit;
    }
    return AMI_OK;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (ami__order(text, *words) == 0)
            return true;
    }
    return false;
}

int ami_classes_parse(const char *text, unsigned *result)
{
    static const char *const on[] = {"on", "yes", "true", "y", "t", NULL};
    static const char *const off[] = {"off", "no", "false", "n", "f", NULL};
    unsigned bits = 0;
    int err = AMI_OK;

    if (!text || !text[0])
        return AMI_E_INVAL;
    if (text[strspn(text, "0123456789")] == '\0')
        err = parse_number(text, &bits);
    else if (is_one_of(text, on))
        bits = AMI_CLASS_ALL;
    else if (!is_one_of(text, off))
        err = parse_names(text, strlen(text), ASKED, &bits);
    if (!err)
        *result = bits;
    return err;
}

/* Lists write `Privilege: Call`, events end in the pseudo class all, which matches any bit. */
int ami_privilege_parse(const char *text, unsigned *result)
{
    static const char all[] = ",all";
    unsigned bits = 0;

    if (!text || !text[0])
        return AMI_E_INVAL;

    size_t len = strlen(text);
    if (ami__order(text, "<none>") != 0 && ami__order(text, "all") != 0) {
        if (ami__ends(text, len, all))
            len -= sizeof all - 1;
        if (parse_names(text, len, SAID, &bits))
            return AMI_E_INVAL;
    }
    *result = bits;
    return AMI_OK;
}

/* ---- To text ----------------------------------------------------------------------------- */

static void put_number(struct ami__out *out, unsigned number)
{
    char digits[10]; /* of 2^32 - 1 */
    size_t n = 0;

    do
        digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0)
        ami__out_byte(out, digits[--n]);
}

static void put_names(struct ami__out *out, unsigned bits)
{
    for (size_t i = 0; i < NAMED; i++) {
        if ((bits & classes[i].bit) == 0)
            continue;
        if (out->len > 0)
            ami__out_byte(out, ',');
        ami__out_bytes(out, classes[i].name, strlen(classes[i].name));
    }
}

int ami_classes_format(unsigned bits, char *data, size_t size)
{
    struct ami__out out = {data, size, 0};
    unsigned named = 0;

    for (size_t i = 0; i < NAMED; i++)
        named |= classes[i].bit;
    if (bits > AMI_CLASS_ALL) {
        ami__out_end(&out);
        return AMI_E_INVAL;
    }
    if (bits == AMI_CLASS_ALL)
        ami__out_bytes(&out, "all", 3);
    else if (bits == 0)
        ami__out_bytes(&out, "off", 3);
    else if (bits & ~named)
        put_number(&out, bits);
    else
        put_names(&out, bits);
    return (int)ami__out_end(&out);
}
