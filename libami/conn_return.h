/* SPDX-License-Identifier: MIT */
/* The last step of a login: what the server forgot is asked for again, then READY. */
#ifndef AMI__CONN_RETURN_H
#define AMI__CONN_RETURN_H

#include "conn_core.h"

/* LOGIN: the server accepted it. */
void ami__conn_logged_in(ami_conn *c);

#endif
