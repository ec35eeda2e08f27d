/* SPDX-License-Identifier: MIT */
/* Actions and what they are answered with, and checks of both; events beside them. */
#ifndef AMI_TESTS_ASTERISK_ANSWERS_H
#define AMI_TESTS_ASTERISK_ANSWERS_H

#include <stdbool.h>

#include <ami/ami.h>

#include "harness.h"

/* What an action was answered with. */
struct answer {
    struct answer *next;
    struct test *test;
    int responses, items, dones;
    int nth; /* of all DONEs of this test */
    int status;
    unsigned flags;
    bool sent;           /* as DONE says */
    const char *trouble; /* a callback that should not have come, or not so */
    ami_id id;
    ami_msg *response, *done;
    ami_msg **item;
};

/* A new one is the first of t->answers, and belongs to the test. */
struct answer *new_answer(struct test *t);
void free_answer(struct answer *a);

/* All of them, which have ended as they should. */
void drop_answers(struct test *t);

/* The callback of all actions; user is the answer. */
void on_reply(const struct ami_reply *reply, void *user);

/* err is what the submit with the newest answer returned. */
struct answer *submitted(struct test *t, int err);

/* Waits for the end. */
struct answer *answered(struct test *t, struct answer *a);
void all_answered(struct test *t);

/* SEND submits an action, given as for ami_send but for the NULL; ASK waits for its end, too. */
#define SEND(t, ...) \
    submitted((t), ami_send((t)->session, on_reply, new_answer(t), __VA_ARGS__, (char *)NULL))
#define ASK(t, ...) answered((t), SEND((t), __VA_ARGS__))

/* The same for a built action, which is freed. */
struct answer *submit(struct test *t, ami_action *action);

/* The ActionID of an action in flight, valid as long as the action is. */
const char *action_id_of(struct test *t, const struct answer *a);

/* ---- Checks of answers ------------------------------------------------------------------- */

const char *name_of(const ami_msg *msg); /* never NULL */
void expect_end(struct test *t, const struct answer *a, int status);
void expect_simple(struct test *t, const struct answer *a, int status);

/* Each item has one of two names, the other of which may be NULL. */
void expect_items(struct test *t, const struct answer *a, const char *name, const char *other);
void expect_list(struct test *t, const struct answer *a, const char *item, const char *terminal);

/* That the server says how many items there are. */
void expect_counted(struct test *t, const struct answer *a);
void expect_ping(struct test *t);

/* Refused because the server does not have this action. */
bool is_unknown_action(const struct answer *a);

/* ---- Events ------------------------------------------------------------------------------ */

/* Adds the event to t->events; user is the test. */
void on_event(const struct ami_event *event, void *user);
void listen_to(struct test *t, const char *events);

/* That so many events, from these on, were heard by libami as they were on the wire. The server
 * keeps one queue of events for all its sessions: all see them in the same order. */
void expect_same_events(struct test *t, const struct log *ours, size_t our_first,
                        const struct log *theirs, size_t their_first, size_t count);

#endif
