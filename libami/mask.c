/* SPDX-License-Identifier: MIT */
/*
 * The server goes through its classes, and for each one through the parts of the list: the last
 * part must be the name of the class, of any other only as many bytes are compared as the part has.
 */
#include "mask.h"

#include <string.h>

#include "text.h"
#include "values.h"

enum { SHOWN = 64 };

/* What a part of a list selects; *exact: it is the name of a class. */
static unsigned select_classes(const char *part, size_t len, bool is_last, bool *exact)
{
    const char *name;
    unsigned bit, selected = 0;

    *exact = false;
    for (size_t i = 0; ami__class_at(i, &name, &bit); i++) {
        bool same = len == strlen(name) && memcmp(part, name, len) == 0;
        *exact |= same;
        if (same || (!is_last && strncmp(name, part, len) == 0))
            selected |= bit;
    }
    return selected;
}

/* Why a part selects nothing. */
static const char *reason(const char *part, size_t len)
{
    if (memchr(part, ' ', len) || memchr(part, '\t', len))
        return "there is a blank in it";
    for (size_t i = 0; i < len; i++) {
        if (part[i] != ami__lower(part[i]))
            return "there are capitals in it";
    }
    return "it is not the name of a class";
}

static void tell(const char *mask, const char *part, size_t len, unsigned selected,
                 struct ami__sentences *odd)
{
    char shown[SHOWN], classes[AMI_CLASSES_SIZE];

    ami__printable(shown, sizeof shown, part, len);
    if (selected == 0) {
        ami__say(odd, "the mask \"%s\": the server ignores the part \"%s\", %s", mask, shown,
                 reason(part, len));
        return;
    }
    ami_classes_format(selected, classes, sizeof classes);
    ami__say(odd, "the mask \"%s\": the server takes the part \"%s\" for %s", mask, shown, classes);
}

bool ami__mask_read(const char *text, unsigned *classes, struct ami__sentences *odd)
{
    const char *comma;
    char mask[SHOWN];

    if (ami_classes_parse(text, classes) == AMI_OK)
        return true;
    if (!text[0] || text[strspn(text, "0123456789")] == '\0')
        return false;
    ami__printable(mask, sizeof mask, text, strlen(text));
    *classes = 0;
    do {
        bool exact;
        comma = strchr(text, ',');
        size_t len = comma ? (size_t)(comma - text) : strlen(text);
        if (!comma && len == 0) /* the server does not look behind a comma at the end */
            break;
        unsigned selected = select_classes(text, len, !comma, &exact);
        if (!exact)
            tell(mask, text, len, selected, odd);
        *classes |= selected;
        text += len + 1;
    } while (comma);
    return true;
}
