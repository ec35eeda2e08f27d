/* SPDX-License-Identifier: MIT */
/*
 * A way to the server on which things go wrong: a process between the two that passes on what comes
 * from either side. It may stand on another host, a network namespace at the other end of a cable.
 */
#ifndef AMI_TESTS_ASTERISK_RELAY_H
#define AMI_TESTS_ASTERISK_RELAY_H

#include <stdbool.h>
#include <sys/types.h>

struct test;

struct relay {
    pid_t pid;
    int control;
    bool apart;
    char host[16]; /* where to connect to */
    int port;
};

/* Begins; apart: on another host. False when this machine does not allow that, and the test is
 * over. To be called before sockets are opened, which it would keep open. */
bool relay_start(struct test *t, struct relay *relay, bool apart);
void relay_end(struct relay *relay);

/* Cuts the cable, or mends it: nobody is told. */
void relay_cut(struct test *t, struct relay *relay, bool cut);

/* Ends the connections of clients, but not those to the server, which knows nothing of it; */
void relay_hold(struct test *t, struct relay *relay);

/* and these, too. */
void relay_release(struct test *t, struct relay *relay);

#endif
