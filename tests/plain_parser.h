/* SPDX-License-Identifier: MIT */
/* A second way beside libami's from a parser's bytes to messages: the same, with the masks that any
 * machine can make. */
#ifndef AMI_TESTS_PLAIN_PARSER_H
#define AMI_TESTS_PLAIN_PARSER_H

#include "../libami/parser.h"

int plain_next(ami_parser *parser, const ami_msg **out);
int plain_finish(ami_parser *parser);

#endif
