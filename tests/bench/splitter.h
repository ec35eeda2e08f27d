/* SPDX-License-Identifier: MIT */
/*
 * The reference: about the least that a parser of such messages can do. It cuts lines at LF and
 * fields at the first colon, where they lie, and trusts everything: no limit, no line ended
 * otherwise, no continuation, no NUL behind a string, nothing that arrives in pieces.
 */
#ifndef AMI_BENCH_SPLITTER_H
#define AMI_BENCH_SPLITTER_H

#include <stddef.h>

/* Looks up three names in each message, adds the lengths of their values to *sink, and returns how
 * many messages there were. 16 bytes behind the data are read, too. */
size_t split_messages(const char *data, size_t len, const char *const names[3],
                      volatile size_t *sink);

#endif
