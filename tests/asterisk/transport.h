/* SPDX-License-Identifier: MIT */
/* A session of libami over a socket of this program's own. */
#ifndef AMI_TESTS_ASTERISK_TRANSPORT_H
#define AMI_TESTS_ASTERISK_TRANSPORT_H

#include <stddef.h>

struct ami_session_opts;
struct test;

/* Gives the test a session, logged in, which gets so many bytes at a time. opts may be NULL. */
void open_own(struct test *t, size_t step, const struct ami_session_opts *opts);

/* Moves bytes from the session to the socket, and back. Closes the socket at its end. */
void own_write(struct test *t);
void own_read(struct test *t);

#endif
