/* SPDX-License-Identifier: MIT */
/* Host to addresses. */
#ifndef AMI__RESOLVE_H
#define AMI__RESOLVE_H

#include <ami/error.h>

#include "net.h"

/* Of more addresses, the first ones. */
enum { AMI__ADDRESSES_MAX = 8 };

/* Numeric hosts and localhost, which need no waiting: how many addresses there are, in the order
 * to try, or 0 for a name that must be looked up. */
int ami__resolve(const char *host, int port, struct ami__address list[AMI__ADDRESSES_MAX]);

/* Looks up a name in a thread of its own. Returns a descriptor that becomes readable when the
 * answer is there, and that may be closed at any time to give up; or AMI_E_RESOLVE, and *why. */
int ami__resolve_start(const char *host, int port, struct ami_error *why);

/* The answer that this descriptor has: how many addresses, in the order to try; 0 when it has none
 * yet; or AMI_E_RESOLVE, and *why. host is for the words. */
int ami__resolve_take(int fd, const char *host, struct ami__address list[AMI__ADDRESSES_MAX],
                      struct ami_error *why);

#endif
