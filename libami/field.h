/* SPDX-License-Identifier: MIT */
/* Lines to fields, where they lie. */
#ifndef AMI__FIELD_H
#define AMI__FIELD_H

#include <string.h>

#include <ami/message.h>

#include "text.h"

/* A line of the input without its end, of which at least one byte may be overwritten. */
struct ami__line {
    char *text;
    size_t len;
    char *colon; /* the first, or NULL */
    bool crlf;   /* it ended in CRLF, not in a bare LF */
};

/* A line from text to end, where a byte may be overwritten, as a field: the name ends before the
 * first colon, trailing blanks removed, the value loses one leading blank. A line without a colon,
 * which is NULL then, or with a blank in front, has no name. */
static inline struct ami_field ami__field_of(char *text, char *colon, char *end)
{
    *end = '\0';
    if (!colon || ami__is_blank(*text))
        return (struct ami_field){"", text, 0, (size_t)(end - text)};

    char *name_end = colon, *value = colon + 1;
    while (name_end > text && ami__is_blank(name_end[-1]))
        name_end--;
    *name_end = '\0';
    if (ami__is_blank(*value))
        value++;
    return (struct ami_field){text, value, (size_t)(name_end - text), (size_t)(end - value)};
}

/* The line right behind a field's value, which ended in a bare LF, is the rest of that value. */
static inline void ami__field_continue(struct ami_field *field, struct ami__line line)
{
    line.text[-1] = '\n'; /* had become the NUL behind the value */
    line.text[line.len] = '\0';
    field->value_len += 1 + line.len;
}

/* Whether the field has this name, most often as it is written here. */
static inline bool ami__field_is(const struct ami_field *field, const char *name)
{
    size_t len = strlen(name);

    return field->name_len == len &&
           (memcmp(field->name, name, len) == 0 || ami__same_bytes(field->name, name, len));
}

#endif
