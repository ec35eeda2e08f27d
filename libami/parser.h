/* SPDX-License-Identifier: MIT */
/* What a session asks of the parser beyond the public calls. */
#ifndef AMI__PARSER_H
#define AMI__PARSER_H

#include <ami/parser.h>

/*
 * Asked once per event, after its first line: whether anybody wants it. The fields of the others
 * are not indexed, and next passes them over.
 */
typedef bool ami__wanted_fn(void *user, const char *event, size_t len);
void ami__parser_filter(ami_parser *parser, ami__wanted_fn *wanted, void *user);

/* The bytes received and not yet part of a message that was returned. */
const char *ami__parser_peek(const ami_parser *parser, size_t *len);

/* Forgets all bytes and begins a new stream; buffers stay, and what was given out of them is as it
 * was until more bytes come. */
void ami__parser_restart(ami_parser *parser);

/* Nothing has come for a while: gives back what is not in use. Ends the life of the message last
 * returned. */
void ami__parser_rest(ami_parser *parser);

#endif
