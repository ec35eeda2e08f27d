/* SPDX-License-Identifier: MIT */
/* The message parser by itself: bytes in, messages out. For tools and bindings; a session has its
 * own inside. */
#ifndef AMI_PARSER_H
#define AMI_PARSER_H

#include <ami/error.h>
#include <ami/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What may grow, and how far. 0 means the default. What would go further is AMI_E_LIMIT, and the
 * error's text names the limit.
 */
struct ami_limits {
    size_t size;       /* sizeof(struct ami_limits) */
    size_t line;       /* bytes in one line; 16 MiB */
    size_t message;    /* bytes in one message; 64 MiB */
    size_t fields;     /* fields in one message; 1,048,576 */
    size_t list_items; /* items of one collected list; 1,048,576 */
    size_t list_bytes; /* bytes of one collected list; 256 MiB */
    size_t output;     /* bytes waiting to be sent; 1 MiB */
    size_t in_flight;  /* actions held, or sent and not yet answered; 4,096 */
};
#define AMI_LIMITS_INIT                                \
    {                                                  \
        sizeof(struct ami_limits), 0, 0, 0, 0, 0, 0, 0 \
    }

/* A new parser, owned; either argument may be NULL and is read only during the call. NULL when
 * out of memory or when the limits are of an unknown size. */
AMI_API ami_parser *ami_parser_new(const struct ami_limits *limits,
                                   const struct ami_allocator *allocator) AMI_USE_RESULT;
AMI_API void ami_parser_free(ami_parser *parser);

/* The way in without a copy: room for at least one byte to read into, usually some hundred, and
 * tens of thousands when it is filled again and again. NULL when out of memory or after an error.
 * Borrowed until the next call on this parser; ends the life of the message last returned. */
AMI_API void *ami_parser_space(ami_parser *parser, size_t *room);

/* Says that the first n bytes of that room were filled. AMI_E_INVAL for more than was offered. */
AMI_API int ami_parser_added(ami_parser *parser, size_t n);

/* The way in with a copy: takes all of data, or none of it and returns AMI_E_NOMEM. */
AMI_API int ami_parser_feed(ami_parser *parser, const void *data, size_t len);

/*
 * The next whole message: 1 and *out, valid until the next call on this parser; 0 when more bytes
 * are needed; AMI_E_LIMIT or AMI_E_NOMEM, from then on always the same. Call it until it does
 * not return 1.
 */
AMI_API int ami_parser_next(ami_parser *parser, const ami_msg **out);

/* The stream has ended: AMI_OK when it did so between two messages, AMI_E_EOF when nothing ever
 * came or a message was cut short (it is discarded), else the error that next returned. Messages
 * not yet taken with next count as cut short. */
AMI_API int ami_parser_finish(ami_parser *parser);

/* What went wrong, in words; code AMI_OK while nothing did. Lives as long as the parser. */
AMI_API const struct ami_error *ami_parser_error(const ami_parser *parser);

#ifdef __cplusplus
}
#endif
#endif
