/* SPDX-License-Identifier: MIT */
/* Inside a message. */
#ifndef AMI__MESSAGE_H
#define AMI__MESSAGE_H

#include <ami/error.h>
#include <ami/message.h>

struct ami_msg {
    struct ami_field *fields; /* borrowed from the parser, or behind this struct in a copy */
    size_t count;
    enum ami_kind kind;
    unsigned flags;
    const char *name;
    struct ami_allocator alloc;
};

/* What a message is that begins with this field; the rest may show otherwise. */
enum ami_kind ami__msg_kind_of(const struct ami_field *first);

/* Sets kind, which is that of its first field so far, flags and name as the fields tell. */
void ami__msg_classify(struct ami_msg *msg);

/* A copy into memory of ami__msg_size bytes, suitably aligned for any object. */
size_t ami__msg_size(const struct ami_msg *msg);
struct ami_msg *ami__msg_copy(void *memory, const struct ami_msg *msg);

/* The same field as ami_msg_find(msg, name), from the index on; *index is where it stands. */
const struct ami_field *ami__msg_next(const struct ami_msg *msg, const char *name, size_t *index);

/* The value of a field trimmed of trailing line ends and blanks, or "" with length 0. */
const char *ami__msg_trimmed(const struct ami_msg *msg, const char *name, size_t *len);

#endif
