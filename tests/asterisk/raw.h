/* SPDX-License-Identifier: MIT */
/* A client made by hand, without libami: what it sees is what libami has to tell. */
#ifndef AMI_TESTS_ASTERISK_RAW_H
#define AMI_TESTS_ASTERISK_RAW_H

#include <stddef.h>

#include "wire.h"

struct test;

struct raw {
    int fd;
    struct wire wire;
    struct log events, replies;
};

/* A new socket to the server, or -1. */
int dial(void);

/* Gives the test a raw conversation, logged in, with all events. */
void raw_open(struct test *t);
void raw_send(struct test *t, const char *data);

/* Takes what has come. At the end of the stream it closes the socket. */
void raw_read(struct raw *raw);
void raw_close(struct raw *raw); /* NULL is fine */

#endif
