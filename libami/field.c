/* SPDX-License-Identifier: MIT */
#include "field.h"

#include <string.h>

#include "text.h"

struct ami_field ami__field_of(struct ami__line line)
{
    char *colon = ami__is_blank(line.text[0]) ? NULL : memchr(line.text, ':', line.len);

    line.text[line.len] = '\0';
    if (!colon)
        return (struct ami_field){"", line.text, 0, line.len};

    char *name_end = colon, *value = colon + 1, *end = line.text + line.len;
    while (name_end > line.text && ami__is_blank(name_end[-1]))
        name_end--;
    *name_end = '\0';
    if (value < end && ami__is_blank(*value))
        value++;
    return (struct ami_field){line.text, value, (size_t)(name_end - line.text),
                              (size_t)(end - value)};
}

void ami__field_continue(struct ami_field *field, struct ami__line line)
{
    line.text[-1] = '\n'; /* had become the NUL behind the value */
    line.text[line.len] = '\0';
    field->value_len += 1 + line.len;
}

bool ami__field_is(const struct ami_field *field, const char *name)
{
    return ami__same(field->name, field->name_len, name, strlen(name));
}
