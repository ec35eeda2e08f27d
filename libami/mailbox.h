/* SPDX-License-Identifier: MIT */
/* The mailbox, as its connection sees it. All may be called without one. */
#ifndef AMI__MAILBOX_H
#define AMI__MAILBOX_H

#include <ami/mailbox.h>

/* Becomes readable with the first letter; -1 without a mailbox. */
int ami__mailbox_bell(const ami_conn *c);

/* Submits the letters that wait. May call back, and so free. */
void ami__mailbox_deliver(ami_conn *c);

/* Takes no more letters; those that wait end with this status. Likewise. */
void ami__mailbox_close(ami_conn *c, int status);

#endif
