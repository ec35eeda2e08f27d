/* SPDX-License-Identifier: MIT */
/* Whether the server is still there: a silent link is asked with a Ping. */
#ifndef AMI__CONN_ALIVE_H
#define AMI__CONN_ALIVE_H

#include "conn_core.h"

/* Bytes came: proof of life. */
void ami__conn_alive_heard(ami_conn *c);

/* Reading goes on after a pause. */
void ami__conn_alive_resumed(ami_conn *c);

/* READY: asks, or gives up, if it is time. */
void ami__conn_alive_check(ami_conn *c);

#endif
