/* SPDX-License-Identifier: MIT */
/* Lines to fields, where they lie. */
#ifndef AMI__FIELD_H
#define AMI__FIELD_H

#include <ami/message.h>

/* A line of the input without its end, of which at least one byte may be overwritten. */
struct ami__line {
    char *text;
    size_t len;
    bool crlf; /* it ended in CRLF, not in a bare LF */
};

/* The line as a field: the name ends before the first colon, trailing blanks removed, the value
 * loses one leading blank. A line without a colon, or with a blank in front, has no name. */
struct ami_field ami__field_of(struct ami__line line);

/* The line right behind a field's value, which ended in a bare LF, is the rest of that value. */
void ami__field_continue(struct ami_field *field, struct ami__line line);

/* Whether the field has this name. */
bool ami__field_is(const struct ami_field *field, const char *name);

#endif
