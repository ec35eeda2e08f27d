/* SPDX-License-Identifier: MIT */
/* Entries of the server's database, all of them in the family "libami". */
#ifndef AMI_TESTS_ASTERISK_DATABASE_H
#define AMI_TESTS_ASTERISK_DATABASE_H

#include "harness.h"

enum { ENTRIES = 500 }; /* of a long list */

void put(struct test *t, const char *key, const char *value);

/* Puts ENTRIES: 0000, 0001 and so on, each with its key as the value. */
void put_entries(struct test *t);

/* Deletes all. */
void forget(struct test *t);

#endif
