/* SPDX-License-Identifier: MIT */
/* Option structs that may be older or newer than this library. */
#ifndef AMI__OPTS_H
#define AMI__OPTS_H

#include <stddef.h>

/*
 * Copies a caller's struct, whose first member is its size, into ours. A shorter one leaves the
 * rest zero, which is the default of every member; a longer one is taken if what we don't know
 * is zero. 0, or AMI_E_INVAL.
 */
int ami__opts_copy(void *ours, size_t size, const void *theirs);

/* Replaces 0 by the default; -1, never, stays. 0, or AMI_E_INVAL for anything less. */
int ami__opts_ms(int *ms, int otherwise);

#endif
