/* Classes of rights and events, and the odd way in which masks are read. */
#include "users.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    int bit;
    const char *name;
} classes[] = {
    {AMI_MOCK_SYSTEM, "system"},
    {AMI_MOCK_CALL, "call"},
    {4, "log"},
    {8, "verbose"},
    {AMI_MOCK_COMMAND, "command"},
    {AMI_MOCK_AGENT, "agent"},
    {AMI_MOCK_USER, "user"},
    {AMI_MOCK_CONFIG, "config"},
    {256, "dtmf"},
    {AMI_MOCK_REPORTING, "reporting"},
    {1024, "cdr"},
    {AMI_MOCK_DIALPLAN, "dialplan"},
    {AMI_MOCK_ORIGINATE, "originate"},
    {AMI_MOCK_AGI, "agi"},
    {32768, "cc"},
    {AMI_MOCK_AOC, "aoc"},
    {131072, "test"},
    {AMI_MOCK_SECURITY, "security"},
    {AMI_MOCK_MESSAGE, "message"},
    {AMI_MOCK_ALL, "all"},
    {0, "none"},
};

enum { CLASSES = sizeof classes / sizeof *classes };

void ami_mock_classes_write(struct ami_mock_text *text, int set)
{
    const char *comma = "";

    if (set == 0) {
        ami_mock_text_puts(text, "<none>");
        return;
    }
    for (size_t i = 0; i < CLASSES; i++) {
        if (set & classes[i].bit) {
            ami_mock_text_addf(text, "%s%s", comma, classes[i].name);
            comma = ",";
        }
    }
}

/*
 * Does the comma list select this class? All names but the last match by prefix, the empty one too;
 * the last must be exact. A comma at the end makes the name before it the last that counts.
 */
static bool list_selects(const char *list, const char *name)
{
    const char *comma;

    while ((comma = strchr(list, ','))) {
        if (strncmp(list, name, (size_t)(comma - list)) == 0)
            return true;
        list = comma + 1;
        if (!*list)
            return false;
    }
    return strcmp(list, name) == 0;
}

/* The known classes that the list names; all and none are known to everyone. */
static int parse(const char *list, int known)
{
    int set = 0;

    for (size_t i = 0; i < CLASSES; i++) {
        bool real = classes[i].bit != 0 && classes[i].bit != AMI_MOCK_ALL;

        if ((!real || classes[i].bit & known) && list_selects(list, classes[i].name))
            set |= classes[i].bit;
    }
    return set;
}

int ami_mock_classes_parse(const char *list)
{
    return parse(list, AMI_MOCK_ALL);
}

int ami_mock_mask_parse(const char *s, int known)
{
    if (!*s)
        return -1;
    if (!s[strspn(s, "0123456789")]) {
        long n = strtol(s, NULL, 10);

        return n > AMI_MOCK_ALL ? AMI_MOCK_ALL : (int)n;
    }
    if (ami_mock_is_false(s))
        return 0;
    return ami_mock_is_true(s) ? AMI_MOCK_ALL : parse(s, known);
}
