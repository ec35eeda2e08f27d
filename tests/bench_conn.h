/* SPDX-License-Identifier: MIT */
/* A connection under test: the world it sees, the log of what its callbacks hear, and how it is
 * used. Time passes only when told. */
#ifndef AMI_TESTS_BENCH_CONN_H
#define AMI_TESTS_BENCH_CONN_H

#include <sys/types.h>

#include "mock/mock.h"
#include "support.h"

/* After this a test program dies. */
enum { TEST_SECONDS = 600 }; /* far more than any machine needs */

/* ---- The world outside, in which libami's calls end (-Wl,--wrap) ------------------------- */

enum { CLOCK_START = 1000000 };

struct world {
    ami_time now;          /* what ami_now() says */
    unsigned recvs;        /* calls so far */
    const char *flood;     /* this comes, again and again, for ever; NULL: what really comes */
    size_t flooded;        /* bytes of it so far */
    size_t piece;          /* at most so many bytes are received or sent at a time; 0: any */
    unsigned sends;        /* calls so far that moved bytes */
    ptrdiff_t send_room;   /* the socket takes this many bytes more; -1: what it really takes */
    unsigned waits;        /* calls of ami__net_wait so far */
    int waited_ms;         /* the timeout of the last one */
    int waited_for;        /* its events */
    bool interrupted;      /* the next wait is interrupted by a signal */
    void (*between)(void); /* is done before a wait */
    /* What happens when a wait would sleep: false if nothing, then the wait times out. NULL: it
     * really sleeps. */
    bool (*idle)(void *user);
    void *idle_user;
};
extern struct world world;

bool nothing_happens(void *user); /* an idle that waits for the timeout */

/* ---- The bench --------------------------------------------------------------------------- */

enum { LABELS = 64 };

struct bench {
    struct ami_conn_opts opts; /* good ones; to be changed before bench_new */
    struct test_alloc alloc;   /* theirs */
    ami_conn *conn;            /* NULL before bench_new, and once it is freed */
    ami_conn *seen;            /* the one that on_state told of last */
    bool freed;                /* by bench_free: nothing may be called any more */

    struct text log;              /* see note() */
    const char *when;             /* once a line that begins so was logged, */
    void (*deed)(struct bench *); /* this is done, in the callback; once */
    int deed_result;

    int far;           /* the other end of the socketpair, or -1 */
    struct text heard; /* all that came there */
    size_t taken;      /* of it, by far_take */
    int listeners[4];  /* see listen_on */
    size_t listener_count;
    ami_mock_server *server;
    pid_t child; /* in which the mock server runs, or 0 */

    struct label {
        struct bench *bench;
        char name[32];
        ami_id id;
    } labels[LABELS];
    size_t label_count;
    int watched_fd;   /* what the loop of watch() waits for, */
    char watched[64]; /* in full */
    bool watching;    /* inside the notify hook */

    size_t fds, threads; /* of the process, when the test began */
};

/* Makes the connection. */
void bench_new(struct bench *b);
/* From now on a callback is a failure. */
void bench_free(struct bench *b);

/* The log of what happened:
 *   state LOGIN from CONNECTING
 *   state CLOSED from LOGIN: AMI_E_EOF
 *   state READY from LOGIN, gap 1500: ...  a return, and the text of its error if there is one
 *   a DONE AMI_OK sent READY              a step of the action labelled a, and the state there
 *   event FullyBooted
 *   notify fd RW +10000                   see interest()
 *   drop
 */
void note(struct bench *b, const char *format, ...) AMI_PRINTF(2, 3);
/* Checks the log, and empties it. */
void assert_log(struct bench *b, const char *expected);
bool was_logged(const struct bench *b, const char *part);

/* ---- Using the connection ---------------------------------------------------------------- */

/* Submits an action under a label of its own; both check that it is accepted. */
ami_id submit(struct bench *b, const char *label, const char *action);
ami_id submit_action(struct bench *b, const char *label, ami_action *action); /* frees it */
/* An action with a timeout. */
ami_action *action_within(const char *name, int ms);
/* Submits and returns the result. */
int try_submit(struct bench *b, const char *label, const char *action);
/* A handler that logs. */
ami_id on_events(struct bench *b, const char *pattern);
void log_event(const struct ami_event *event, void *bench);
void log_reply(const struct ami_reply *reply, void *label);
void log_state(ami_conn *conn, const struct ami_state_info *info, void *bench);
void log_drop(void *bench);
struct label *new_label(struct bench *b, const char *name);

/* Sets a notify hook that logs. It checks that it is never nested, that there is a change to tell,
 * and that a descriptor it has to forget is still open. */
void watch(struct bench *b);

/* "fd RW +10000": the descriptor or -, R and W or -, the deadline since CLOCK_START, or now, or
 * never. */
const char *interest(const ami_conn *conn);

/* Deeds. */
void free_it(struct bench *b);
void close_it(struct bench *b);

/* Processes what is there until nothing happens; the last result. */
int settle(struct bench *b);

#endif
