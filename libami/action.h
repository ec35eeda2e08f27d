/* SPDX-License-Identifier: MIT */
/* Inside an action. */
#ifndef AMI__ACTION_H
#define AMI__ACTION_H

#include <ami/action.h>

#include <stdarg.h>

#include "buf.h"

struct ami_action {
    struct ami_allocator alloc;
    char *name;
    struct ami__buf lines; /* the encoded headers, without Action and ActionID */
    size_t count;          /* lines, with these two */
    size_t longest;        /* bytes of the longest line */
    bool secret;           /* one of the lines is a Secret or a login's Key */
    int timeout_ms;        /* 0: as the session is set */
    struct ami_error error;
};

/* Appends the action as it goes over the wire. False when out of memory; nothing is then added. */
bool ami__action_encode(const struct ami_action *action, const char *action_id,
                        struct ami__buf *out, const struct ami_allocator *alloc);

/* Its bytes on the wire, but for those of the ActionID itself. */
size_t ami__action_size(const struct ami_action *action);

/* The value of the first header of that name, without regard to case and not ended by NUL; or NULL.
 */
const char *ami__action_get(const struct ami_action *action, const char *name, size_t *len);

/* A new action of encoded headers; NULL only when out of memory. */
struct ami_action *ami__action_of(const char *name, const char *lines, size_t len);

/* An owned copy; NULL when out of memory. */
struct ami_action *ami__action_dup(const struct ami_action *action);

/* A new action with headers from a list of names and values that ends in NULL; NULL only when out
 * of memory. */
struct ami_action *ami__action_list(const char *name, va_list headers);

#endif
