/* SPDX-License-Identifier: MIT */
/*
 * A connection under test and its peer: either a mock server on a loopback socket, or the other end
 * of a socketpair, played by the test itself. One thread plays all parts in turns; time passes only
 * when told. What callbacks hear is logged as text.
 */
#ifndef AMI_TESTS_PEER_H
#define AMI_TESTS_PEER_H

#include <sys/types.h>

#include "mock/mock.h"
#include "support.h"

#define BANNER "Asterisk Call Manager/5.0.4\r\n"

/* ---- The world outside, in which libami's calls end (-Wl,--wrap) ------------------------- */

enum { CLOCK_START = 1000000 };

struct world {
    ami_time now;        /* what ami_now() says */
    unsigned recvs;      /* calls so far */
    const char *flood;   /* this comes, again and again, for ever; NULL: what really comes */
    size_t flooded;      /* bytes of it so far */
    unsigned sends;      /* calls so far that moved bytes */
    ptrdiff_t send_room; /* the socket takes this many bytes more; -1: what it really takes */
    unsigned waits;      /* calls of ami__net_wait so far */
    int waited_ms;       /* the timeout of the last one */
    int waited_for;      /* its events */
    bool interrupted;    /* the next wait is interrupted by a signal */
    /* What happens when a wait would sleep: false if nothing, then the wait times out. NULL: it
     * really sleeps. */
    bool (*idle)(void *user);
    void *idle_user;
};
extern struct world world;

/* ---- The bench --------------------------------------------------------------------------- */

enum { LABELS = 64 };

struct bench {
    struct ami_conn_opts opts; /* good ones; to be changed before bench_new */
    struct test_alloc alloc;   /* theirs */
    ami_conn *conn;            /* NULL before bench_new, and once it is freed */
    ami_conn *seen;            /* the one that on_state told of last */
    bool freed;                /* by bench_free: nothing may be called any more */

    struct text log;              /* see the note_ functions */
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

/* Fixtures of a test; *state is a bench. The latter checks that nothing was left: no memory, no
 * descriptor, no thread. */
int set_up(void **state);
int tear_down(void **state);
#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

size_t count_dir(const char *path);

/* Makes the connection. */
void bench_new(struct bench *b);
/* From now on a callback is a failure. */
void bench_free(struct bench *b);
/* As if the test began again, so that one can go through many cases. The options stay. */
void bench_reset(struct bench *b);

/* The log of what happened:
 *   state LOGIN from CONNECTING
 *   state CLOSED from LOGIN: AMI_E_EOF
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
/* Submits and returns the result. */
int try_submit(struct bench *b, const char *label, const char *action);
/* A handler that logs. */
ami_id on_events(struct bench *b, const char *pattern);
void log_event(const struct ami_event *event, void *bench);
void log_reply(const struct ami_reply *reply, void *label);
void log_state(ami_conn *conn, const struct ami_state_info *info, void *bench);
struct label *new_label(struct bench *b, const char *name);

/* Sets a notify hook that logs. It checks that it is never nested, that there is a change to tell,
 * and that a descriptor it has to forget is still open. */
void watch(struct bench *b);

/* "fd RW +10000": the descriptor or -, R and W or -, the deadline since CLOCK_START, or now, or
 * never. */
const char *interest(const ami_conn *conn);

/* Processes what is there until nothing happens; the last result. */
int settle(struct bench *b);

/* ---- Peers ------------------------------------------------------------------------------- */

/* Starts the connection on a socketpair. */
void far_open(struct bench *b);
void far_say(struct bench *b, const char *bytes);
void far_say_bytes(struct bench *b, const void *bytes, size_t len);
/* Reads all and closes. */
void far_close(struct bench *b);
/* Whether the client has closed; what it said before is added to heard. */
bool far_at_end(struct bench *b);

struct request {
    char name[64], id[80], text[2048]; /* Action, ActionID, all of it without the blank line */
};
/* The next action that came. */
bool far_take(struct bench *b, struct request *request);
/* The same; it must have come and be this one. */
void far_expect(struct bench *b, const char *name, struct request *request);
/* Answers it; headers end in CR LF each. */
void far_answer(struct bench *b, const struct request *request, const char *response,
                const char *headers);
/* Takes the next action, which must be this one, and answers. */
void far_serve(struct bench *b, const char *name, const char *response, const char *headers);
/*
 * Answers all actions that came; false when there were none. By name: Silent not at all, Refuse
 * with an Error, List with a list of three items, Half with a list that does not end, Cut with one
 * that is cancelled, Chatty with events around the answer, Break by closing, Logoff with an answer
 * and closing, all others with Success.
 */
bool far_serve_all(struct bench *b);
/* All of it: opens, banner, login; then the log is emptied. */
void far_ready(struct bench *b);
/* Banner and login over what is open; settles. */
void far_log_in(struct bench *b);

/* A mock server pumped by this thread; sets opts.port. */
void mock_open(struct bench *b, const struct ami_mock_opts *opts);
/* The same in another process. */
void mock_fork(struct bench *b, const struct ami_mock_opts *opts);
/* Plays both until the log holds this, or CLOSED, or the connection was freed. */
void mock_until(struct bench *b, const char *logged);
/* New connection, started, READY; the log is emptied. */
void mock_ready(struct bench *b);

/* Opens a socket on loopback that listens until the end of the test; port 0: any. Returns the port
 * and sets opts.port. */
int listen_on(struct bench *b, bool ipv6, int port, int backlog);
void stop_listening(struct bench *b);
bool have_ipv6(void);

#endif
