/* SPDX-License-Identifier: MIT */
#define AMI__SCAN_ANYWHERE
#define ami_parser_next   plain_next
#define ami_parser_finish plain_finish

#include "../libami/parser_lines.c"
