/* SPDX-License-Identifier: MIT */
/* The peers of a connection under test: a mock server on a loopback socket, or the other end of a
 * socketpair, played by the test itself. One thread plays all parts in turns. */
#ifndef AMI_TESTS_PEER_H
#define AMI_TESTS_PEER_H

#include "bench_conn.h"

/* ---- Fixtures ---------------------------------------------------------------------------- */

/* Fixtures of a test; *state is a bench. The latter checks that nothing was left: no memory, no
 * descriptor, no thread. */
int set_up(void **state);
int tear_down(void **state);
#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* For tests that have threads; one that has ended, or was joined, may be seen for a moment yet. */
int set_up_threaded(void **state);
void await_end_of_threads(const struct bench *b);
#define THREADED_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_threaded, tear_down)

size_t count_dir(const char *path);

/* As if the test began again, so that one can go through many cases. The options stay. */
void bench_reset(struct bench *b);

/* ---- Peers ------------------------------------------------------------------------------- */

/* Starts the connection on a socketpair. */
void far_open(struct bench *b);
/* Listens, so that a connection can be made again and again; sets opts.port. */
void far_listen(struct bench *b);
/* Takes the connection that was made to it. */
void far_accept(struct bench *b);
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
/* READY, and far_serve_all whenever a call would sleep. Without anything to answer, the time passes
 * to the end of the wait. */
void scripted(struct bench *b);

/* A mock server pumped by this thread; sets opts.port. */
void mock_open(struct bench *b, const struct ami_mock_opts *opts);
/* The same, and it is pumped whenever a call would sleep. */
void pumped(struct bench *b, const struct ami_mock_opts *opts);
/* A mock server in another process. */
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
