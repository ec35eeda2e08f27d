/* SPDX-License-Identifier: MIT */
/*
 * A test of libami against a real server: what it holds, what it expects, how it waits, and how it
 * is run. It prints "ok - " or "not ok - " for each test.
 */
#ifndef AMI_TESTS_ASTERISK_HARNESS_H
#define AMI_TESTS_ASTERISK_HARNESS_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include <ami/ami.h>

#include "relay.h"
#include "text.h"

/* The server, as the environment has it. */
struct server {
    const char *host, *user, *secret;
    int port;
    const char *tls_ca; /* NULL: it has no port for TLS */
    int tls_port;
    int major; /* version of Asterisk, which the first test asks for */
};
extern struct server server;

/* One conversation, by a connection or over a socket of this program's own, and beside it a raw
 * one without libami. Any of them may be missing. */
struct test {
    char why[512]; /* it failed, or is skipped; empty: neither */
    bool failed;
    jmp_buf end; /* where a failed expectation goes */
    ami_conn *conn;
    ami_session *session;
    int own_fd;
    size_t own_step; /* bytes given to the session at a time */
    struct raw *raw;
    struct relay relay; /* on the way to the server */
    struct log events;  /* what on_event heard */
    struct log states;
    struct answer *answers;
    int dones;
};

/* ---- What a test expects ----------------------------------------------------------------- */

/* For callbacks and for the end: notes what is wrong, if it is the first, and goes on. */
void want(struct test *t, bool ok, const char *format, ...) AMI_PRINTF(3, 4);

/* Notes what is wrong and ends the test. Not for callbacks, which the library wants back. */
void expect(struct test *t, bool ok, const char *format, ...) AMI_PRINTF(3, 4);
void expect_status(struct test *t, const char *what, int status, int expected);
void expect_text(struct test *t, const ami_msg *msg, const char *name, const char *expected);

/* The test goes on, but counts as skipped unless it fails. */
void skip(struct test *t, const char *why);

/* The value of a header. Never NULL. */
const char *value_of(const ami_msg *msg, const char *name);

/* ---- Going on ---------------------------------------------------------------------------- */

enum { PATIENCE_MS = 30000 }; /* for one thing to happen */

/* Waits until something happens anywhere, and does it. False when it is time to give up, or when
 * nothing is open any more. */
bool pump(struct test *t, ami_time end);

/* Goes on until a condition holds; the test has failed when it does not in time. */
#define WAIT_FOR(t, what)                                                                     \
    do {                                                                                      \
        ami_time end_ = ami_now() + PATIENCE_MS;                                              \
        while (!(what) && pump((t), end_))                                                    \
            continue;                                                                         \
        expect((t), (what), "%s, line %d: waited in vain for %s", __FILE__, __LINE__, #what); \
    } while (0)

void wait_ms(struct test *t, int ms);

/* ---- The connection ---------------------------------------------------------------------- */

/* As they are for the server; to be changed before open_conn. */
struct ami_conn_opts conn_opts(void);
void open_conn(struct test *t, const struct ami_conn_opts *opts);

/* ---- Running ----------------------------------------------------------------------------- */

enum { ALONE, QUIET, LOUD }; /* without a connection; with one, events off; with events */

struct entry {
    const char *name;
    void (*fn)(struct test *t);
    int mode;
};

/* Reads the environment, and starts the deadline of the whole program. */
void set_up(void);

/* Runs a test, counts it and prints its line. False if it failed. */
bool run(const struct entry *entry);

/* Prints how many tests passed, failed and were skipped. True if none failed. */
bool totals(void);

#endif
