/* SPDX-License-Identifier: MIT */
/* The limits in force: the user's, or the defaults. */
#ifndef AMI__LIMITS_H
#define AMI__LIMITS_H

#include <ami/parser.h>

/* Fills limits from chosen, which may be NULL. 0, or AMI_E_INVAL for a size not understood. */
int ami__limits(struct ami_limits *limits, const struct ami_limits *chosen);

#endif
