/* SPDX-License-Identifier: MIT */
/* From the first address to READY. */
#ifndef AMI__CONN_CONNECT_H
#define AMI__CONN_CONNECT_H

#include "conn_core.h"

/* CONNECTING: what there is to do now that the descriptor is ready, or the time has come. */
void ami__conn_connecting(ami_conn *c, int ready);

/* The banner came: logs in. conn is an ami_conn. */
void ami__conn_log_in(void *conn);

#endif
