/* SPDX-License-Identifier: MIT */
/* An event loop, as the contract uses it. Each file of a loop defines one, by the same name. */
#ifndef AMI_TESTS_LOOP_H
#define AMI_TESTS_LOOP_H

#include <stdbool.h>

#include <ami/mailbox.h>

struct loop {
    const char *name;
    bool nests; /* a callback may run it */
    void *(*make)(void);
    int (*attach)(ami_conn *conn, void *loop);
    /* Watches the mailbox of a connection, the only one in the loop; NULL: no longer. */
    void (*listen)(void *loop, const ami_mailbox *mailbox, ami_conn *conn);
    /* One round: waits for what happens next, ms at most. */
    void (*run)(void *loop, int ms);
    /* No connection is attached any more. */
    void (*destroy)(void *loop);
};
extern const struct loop test_loop;

#endif
