/* SPDX-License-Identifier: MIT */
#define AMI__SCAN_ANYWHERE
#define ami_parser_new      plain_new
#define ami_parser_free     plain_free
#define ami_parser_space    plain_space
#define ami_parser_added    plain_added
#define ami_parser_feed     plain_feed
#define ami_parser_next     plain_next
#define ami_parser_finish   plain_finish
#define ami_parser_error    plain_error
#define ami__parser_filter  plain_filter
#define ami__parser_peek    plain_peek
#define ami__parser_restart plain_restart
#define ami__parser_rest    plain_rest

#include "../libami/parser.c"
