/* SPDX-License-Identifier: MIT */
/* What a look-up finds, how long it takes, and what it needs, as the test wants it
 * (-Wl,--wrap=getaddrinfo,--wrap=pthread_create,--wrap=calloc). Numeric hosts are not faked. */
#ifndef AMI_TESTS_FAKE_RESOLVER_H
#define AMI_TESTS_FAKE_RESOLVER_H

#include "peer.h"

/* ---- Fixtures ---------------------------------------------------------------------------- */

/* Like those of a bench; the host is a name. At first nothing is found of it, at once. */
int resolver_set_up(void **state);
int resolver_tear_down(void **state);
#define RESOLVER_TEST(f) cmocka_unit_test_setup_teardown(f, resolver_set_up, resolver_tear_down)

/* As if the test began again: held look-ups are released, and their threads gone. */
void resolver_reset(struct bench *b);

/* Starts a new connection, which is then RESOLVING. */
void resolver_start(struct bench *b);

/* Really waits until the connection has its answer. */
void resolver_answered(struct bench *b);

/* ---- What it finds, and when ------------------------------------------------------------- */

/* Names have these addresses, separated by blanks; one with a '?' in front is of some unknown
 * family. */
void resolver_finds(const char *addresses);

/* Look-ups fail with this code of getaddrinfo, and this errno. */
void resolver_fails(int code, int sys);

/* Names are really looked up. */
void resolver_is_real(void);

/* Look-ups do not return before they are released. */
void resolver_hold(void);
void resolver_release(void);
/* Returns once this many look-ups have begun. */
void resolver_await(int lookups);

/* ---- What it needs, and what it saw ------------------------------------------------------ */

/* Threads, and memory for them, are not to be had. */
void resolver_no_thread(bool none);
void resolver_no_memory(bool none);

struct resolver_seen {
    int threads; /* that were asked for */
    int lookups; /* that began */
    /* Of the last one: */
    char host[300], service[16];
    int family, type, flags;
    bool deaf; /* all signals were blocked that can be */
};
struct resolver_seen resolver_seen(void);

#endif
