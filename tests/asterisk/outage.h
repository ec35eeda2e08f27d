/* SPDX-License-Identifier: MIT */
/*
 * The server goes away, and comes back. That takes a server on this machine: AMI_PID is its
 * process, and AMI_RESTART the command that starts it anew.
 */
#ifndef AMI_TESTS_ASTERISK_OUTAGE_H
#define AMI_TESTS_ASTERISK_OUTAGE_H

#include <ami/ami.h>

#include <stdbool.h>

struct test;

/* False when this server cannot be killed, and the test is over. */
bool can_be_killed(struct test *t);

/* Killed, so that it says nothing to anybody, and started anew meanwhile. */
void kill_server(struct test *t);

/* Told to restart, as an administrator would, over the raw conversation. */
void restart_server(struct test *t);

/* Goes on until the connection is READY again; the raw one is closed. When the server began to take
 * connections again. */
ami_time await_return(struct test *t);

/* Stops all that it does, and returns when it has; its connections stay. */
void freeze_server(struct test *t);
void thaw_server(void);

/* After a test that failed half-way: the next one finds a server. */
void end_outage(void);

#endif
