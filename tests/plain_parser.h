/* SPDX-License-Identifier: MIT */
/* A second parser beside libami's: the same, with the masks that any machine can make. */
#ifndef AMI_TESTS_PLAIN_PARSER_H
#define AMI_TESTS_PLAIN_PARSER_H

#include "../libami/parser.h"

ami_parser *plain_new(const struct ami_limits *limits, const struct ami_allocator *allocator);
void plain_filter(ami_parser *parser, ami__wanted_fn *wanted, void *user);
int plain_feed(ami_parser *parser, const void *data, size_t len);
int plain_next(ami_parser *parser, const ami_msg **out);
int plain_finish(ami_parser *parser);
void plain_free(ami_parser *parser);

#endif
