/* SPDX-License-Identifier: MIT */
/* Filling in a struct ami_error. */
#ifndef AMI__ERROR_H
#define AMI__ERROR_H

#include <ami/error.h>

/* Sets it unless it already holds an error: the first one tells the cause. Returns the code it now
 * holds. sys is an errno or 0. */
int ami__error_set(struct ami_error *error, int code, int sys, const char *format, ...)
    AMI_PRINTF(4, 5);

/* The system's words for an errno, cut to fit. */
void ami__error_sys_text(char *text, size_t size, int sys);

#endif
