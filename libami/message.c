/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "text.h"

enum ami_kind ami_msg_kind(const ami_msg *msg)
{
    return msg->kind;
}

const char *ami_msg_name(const ami_msg *msg)
{
    return msg->name;
}

unsigned ami_msg_flags(const ami_msg *msg)
{
    return msg->flags;
}

size_t ami_msg_count(const ami_msg *msg)
{
    return msg->count;
}

const struct ami_field *ami_msg_at(const ami_msg *msg, size_t index)
{
    return index < msg->count ? &msg->fields[index] : NULL;
}

/* The first field of that name from here on, or the end. */
static const struct ami_field *find(const struct ami_msg *msg, const struct ami_field *from,
                                    const char *name)
{
    const struct ami_field *end = msg->fields + msg->count;
    size_t len = strlen(name);

    /* Few names of the same length begin alike, even without regard to case. */
    while (from < end && !(from->name_len == len && !((from->name[0] ^ name[0]) & ~('a' - 'A')) &&
                           ami__same_bytes(from->name, name, len)))
        from++;
    return from;
}

const struct ami_field *ami__msg_next(const struct ami_msg *msg, const char *name, size_t *index)
{
    const struct ami_field *field = find(msg, msg->fields + *index, name);

    *index = (size_t)(field - msg->fields);
    return *index < msg->count ? field : NULL;
}

const struct ami_field *ami_msg_find(const ami_msg *msg, const char *name)
{
    const struct ami_field *field = find(msg, msg->fields, name);

    return field < msg->fields + msg->count ? field : NULL;
}

const char *ami_msg_get(const ami_msg *msg, const char *name)
{
    const struct ami_field *field = ami_msg_find(msg, name);

    return field ? field->value : NULL;
}

const char *ami_msg_get_nth(const ami_msg *msg, const char *name, size_t n)
{
    const struct ami_field *field;

    for (size_t index = 0; (field = ami__msg_next(msg, name, &index)); index++) {
        if (n-- == 0)
            return field->value;
    }
    return NULL;
}

const char *ami_msg_get_any(const ami_msg *msg, const char *name, ...)
{
    const char *value = NULL;
    va_list names;

    va_start(names, name);
    while (name && !value) {
        value = ami_msg_get(msg, name);
        name = va_arg(names, const char *);
    }
    va_end(names);
    return value;
}

int ami_msg_get_int(const ami_msg *msg, const char *name, long long *out)
{
    const struct ami_field *field = ami_msg_find(msg, name);

    if (!field)
        return AMI_E_NOTFOUND;

    const char *begin = field->value, *end = begin + ami__trimmed(begin, field->value_len);
    while (begin < end && ami__is_blank(*begin))
        begin++;
    /* strtoll would also skip other white space. */
    if (begin == end || !(*begin == '-' || *begin == '+' || (*begin >= '0' && *begin <= '9')))
        return AMI_E_INVAL;

    char *stop;
    int saved = errno;
    errno = 0;
    long long value = strtoll(begin, &stop, 10);
    int range = errno;
    errno = saved;
    if (stop != end || range)
        return AMI_E_INVAL;
    *out = value;
    return AMI_OK;
}

bool ami_msg_is_success(const ami_msg *msg)
{
    static const char *const words[] = {"Success", "Follows",   "Pong",
                                        "Goodbye", "Events On", "Events Off"};

    if (msg->kind != AMI_KIND_RESPONSE)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (ami__order(msg->name, words[i]) == 0)
            return true;
    }
    return false;
}

const char *ami__msg_trimmed(const struct ami_msg *msg, const char *name, size_t *len)
{
    const struct ami_field *field = ami_msg_find(msg, name);

    *len = field ? ami__trimmed(field->value, field->value_len) : 0;
    return field ? field->value : "";
}

/* ---- What kind of message it is ---------------------------------------------------------- */

enum ami_kind ami__msg_kind_of(const struct ami_field *first)
{
    if (ami__field_is(first, "Event"))
        return AMI_KIND_EVENT;
    if (ami__field_is(first, "Response"))
        return AMI_KIND_RESPONSE;
    return ami__field_is(first, "Action") ? AMI_KIND_ACTION : AMI_KIND_RAW;
}

static bool goes_on_with(const struct ami_msg *msg, const char *name)
{
    return find(msg, msg->fields + 1, name) < msg->fields + msg->count;
}

/* Two messages in one: a blank line was lost between them. Events may hold a Response, but not the
 * other way round. */
static bool is_two_in_one(const struct ami_msg *msg)
{
    return goes_on_with(msg, msg->fields[0].name) ||
           (msg->kind == AMI_KIND_RESPONSE && goes_on_with(msg, "Event"));
}

/* The tail of a value that held a blank line: text, and then a header. Raw replies are headers, or
 * text, but do not change from text to headers. */
static bool is_tail(const struct ami_msg *msg)
{
    if (msg->fields[0].name_len > 0)
        return false;
    for (size_t i = 1; i < msg->count; i++) {
        if (msg->fields[i].name_len > 0)
            return true;
    }
    return false;
}

/* Items of VoicemailUsersList begin with their ActionID before 13.2. */
static bool is_event(const struct ami_msg *msg)
{
    return msg->count > 1 && ami__field_is(&msg->fields[0], "ActionID") &&
           ami__field_is(&msg->fields[1], "Event");
}

/* Some old answers begin with another header than Response. */
void ami__msg_classify(struct ami_msg *msg)
{
    msg->flags = 0;
    msg->name = msg->fields[0].value;
    if (msg->kind != AMI_KIND_RAW) {
        msg->flags = is_two_in_one(msg) ? AMI_MSG_DAMAGED : 0;
    } else if (is_event(msg)) {
        msg->kind = AMI_KIND_EVENT;
        msg->name = msg->fields[1].value;
    } else {
        const struct ami_field *response = ami_msg_find(msg, "Response");
        msg->flags = is_tail(msg) ? AMI_MSG_DAMAGED : 0;
        msg->kind = response ? AMI_KIND_RESPONSE : AMI_KIND_RAW;
        msg->name = response ? response->value : "";
    }
}

/* ---- Copies: one block holding the message, its fields, and their text ------------------- */

size_t ami__msg_size(const struct ami_msg *msg)
{
    size_t size = sizeof *msg + msg->count * sizeof *msg->fields + strlen(msg->name) + 1;

    for (size_t i = 0; i < msg->count; i++)
        size += msg->fields[i].name_len + msg->fields[i].value_len + 2;
    return size;
}

static const char *put(char **at, const char *text, size_t len)
{
    char *copy = *at;

    memcpy(copy, text, len);
    copy[len] = '\0';
    *at += len + 1;
    return copy;
}

struct ami_msg *ami__msg_copy(void *memory, const struct ami_msg *msg)
{
    struct ami_msg *copy = memory;
    struct ami_field *fields = (struct ami_field *)(copy + 1);
    char *at = (char *)(fields + msg->count);

    *copy = *msg;
    copy->fields = fields;
    for (size_t i = 0; i < msg->count; i++) {
        fields[i] = msg->fields[i];
        fields[i].name = put(&at, msg->fields[i].name, fields[i].name_len);
        fields[i].value = put(&at, msg->fields[i].value, fields[i].value_len);
    }
    copy->name = put(&at, msg->name, strlen(msg->name));
    return copy;
}

ami_msg *ami_msg_dup(const ami_msg *msg)
{
    void *memory = ami__alloc(&msg->alloc, ami__msg_size(msg));

    return memory ? ami__msg_copy(memory, msg) : NULL;
}

void ami_msg_free(ami_msg *msg)
{
    if (msg) {
        struct ami_allocator alloc = msg->alloc; /* the block goes, the allocator with it */
        ami__free(&alloc, msg);
    }
}
