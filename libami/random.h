/* SPDX-License-Identifier: MIT */
/* Unpredictable bytes from the system. */
#ifndef AMI__RANDOM_H
#define AMI__RANDOM_H

#include <stddef.h>

/* Fills text with len random characters of [a-z2-7] and a NUL. 0, or AMI_E_IO. len is at most
 * 256. */
int ami__random_text(char *text, size_t len);

/* A number of 0 to below - 1; 0 when the system gives none. */
unsigned ami__random_below(unsigned below);

#endif
