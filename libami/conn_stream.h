/* SPDX-License-Identifier: MIT */
/* Bytes between the socket and the session. */
#ifndef AMI__CONN_STREAM_H
#define AMI__CONN_STREAM_H

#include "conn_core.h"

/* Sends what the session has to send, as much as the socket takes. A failure is noted: what the
 * peer said before is read first. */
void ami__conn_flush(ami_conn *c);

/* HANDSHAKE to CLOSING: reads, dispatches, and ends what is over. */
void ami__conn_receive(ami_conn *c, int ready);

#endif
