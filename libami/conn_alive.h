/* SPDX-License-Identifier: MIT */
/* Whether the server is still there: a silent link is asked with a Ping. */
#ifndef AMI__CONN_ALIVE_H
#define AMI__CONN_ALIVE_H

#include "conn_core.h"

/* Bytes came: proof of life. More may wait from now on. */
void ami__conn_alive_heard(ami_conn *c);

/* All that was there has been read. */
void ami__conn_alive_caught_up(ami_conn *c);

/* Reading stops, or goes on. */
void ami__conn_alive_pause(ami_conn *c, bool paused);

/* READY: asks, or gives up, if it is time. */
void ami__conn_alive_check(ami_conn *c, ami_time now);

#endif
