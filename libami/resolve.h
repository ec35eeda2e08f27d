/* SPDX-License-Identifier: MIT */
/* Host to addresses. */
#ifndef AMI__RESOLVE_H
#define AMI__RESOLVE_H

#include "net.h"

enum { AMI__ADDRESSES_MAX = 2 };

/* Numeric hosts and localhost, which need no waiting: how many addresses there are, in the order
 * to try, or AMI_E_NOTSUP for any other host. */
int ami__resolve(const char *host, int port, struct ami__address list[AMI__ADDRESSES_MAX]);

#endif
