/* SPDX-License-Identifier: MIT */
/* From the host's name to READY. */
#ifndef AMI__CONN_CONNECT_H
#define AMI__CONN_CONNECT_H

#include "conn_core.h"

/* RESOLVING: takes the answer, if it has come, or ends the wait for it. */
void ami__conn_resolving(ami_conn *c);

/* Looks the host up and connects: the first attempt, or another one. */
void ami__conn_begin(ami_conn *c);

/* CONNECTING: what there is to do now that the descriptor is ready, or the time has come; both may
 * be so, whatever the loop says first. */
void ami__conn_connecting(ami_conn *c);

/* What carries the session stands: LOGIN, and the server is to send its banner. */
void ami__conn_greet(ami_conn *c);

/* The banner came: logs in. conn is an ami_conn. */
void ami__conn_log_in(void *conn);

#endif
