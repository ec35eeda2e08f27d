/* SPDX-License-Identifier: MIT */
/* A message from the wire: ordered fields, looked up without regard to case. */
#ifndef AMI_MESSAGE_H
#define AMI_MESSAGE_H

#include <stdbool.h>

#include <ami/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ami_kind {
    AMI_KIND_BANNER,   /* the server's first line */
    AMI_KIND_RESPONSE, /* the answer to an action */
    AMI_KIND_EVENT,    /* an event, broadcast or an item of a list */
    AMI_KIND_ACTION,   /* a client's action, when a client's bytes are parsed */
    AMI_KIND_RAW       /* none of these: text that some old actions answer with */
};

enum {
    AMI_MSG_DAMAGED = 1 /* lost its beginning or a blank line: parts of two messages in one */
};

/*
 * One field. Both strings end in NUL and may hold NUL bytes before it, hence the lengths. A line
 * without a colon, or beginning with a blank, has an empty name and the whole line as its value.
 */
struct ami_field {
    const char *name;
    const char *value;
    size_t name_len, value_len;
};

/*
 * Messages are borrowed, unless they come from ami_msg_dup or a blocking call: one given to a
 * callback is valid until the callback returns, one from ami_parser_next until the next call on
 * that parser. Everything returned here lives as long as its message. No function changes the
 * message; all may be called in a callback.
 */
AMI_API enum ami_kind ami_msg_kind(const ami_msg *msg);

/* What the message is about: the event's name, "Success" or "Error", the action's name, the
 * version in the banner ("5.0.4"); "" for raw text. Never NULL. */
AMI_API const char *ami_msg_name(const ami_msg *msg);

/* The value of the first field of that name, or NULL. Names compare without regard to ASCII case;
 * "" finds lines without a name. */
AMI_API const char *ami_msg_get(const ami_msg *msg, const char *name);

/* The same, with lengths. */
AMI_API const struct ami_field *ami_msg_find(const ami_msg *msg, const char *name);

/* The value of the n-th field of that name, from 0, or NULL. */
AMI_API const char *ami_msg_get_nth(const ami_msg *msg, const char *name, size_t n);

/* The value of the first of these names that is there, tried in the order given, or NULL. The
 * list of names ends with (char *)NULL. For fields that changed their name between versions. */
AMI_API const char *ami_msg_get_any(const ami_msg *msg, const char *name, ...) AMI_SENTINEL;

/* The field as a decimal number, blanks before and blanks and line ends behind it allowed.
 * AMI_E_NOTFOUND without the field, AMI_E_INVAL when it is not wholly a number or out of range;
 * *out is then unchanged. */
AMI_API int ami_msg_get_int(const ami_msg *msg, const char *name, long long *out);

/* A response that says yes: Success, Follows, Pong, Goodbye, Events On, Events Off. */
AMI_API bool ami_msg_is_success(const ami_msg *msg);

/* AMI_MSG_DAMAGED or 0. */
AMI_API unsigned ami_msg_flags(const ami_msg *msg);

/* The fields in the order of the wire; at() returns NULL past the end. */
AMI_API size_t ami_msg_count(const ami_msg *msg);
AMI_API const struct ami_field *ami_msg_at(const ami_msg *msg, size_t index);

/* An owned copy in one allocation, never written again, so that any thread may read it; made
 * with the allocator of the object it came from. NULL when out of memory. */
AMI_API ami_msg *ami_msg_dup(const ami_msg *msg) AMI_USE_RESULT;

/* Frees what ami_msg_dup or a blocking call gave; nothing else may be freed. */
AMI_API void ami_msg_free(ami_msg *msg);

#ifdef __cplusplus
}
#endif
#endif
