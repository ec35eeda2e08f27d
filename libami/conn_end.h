/* SPDX-License-Identifier: MIT */
/* How a connection ends: for good, or until the next attempt. */
#ifndef AMI__CONN_END_H
#define AMI__CONN_END_H

#include "conn_core.h"

/* BACKOFF if it is to come back after this reason, else CLOSED; if a close was under way, that is
 * the reason. */
void ami__conn_end(ami_conn *c, const struct ami_error *error);

#endif
