/* SPDX-License-Identifier: MIT */
/* Calls: many with an outcome each, or a few that stay up. */
#ifndef AMI_TESTS_ASTERISK_CALLS_H
#define AMI_TESTS_ASTERISK_CALLS_H

#include <stdbool.h>

#include <ami/ami.h>

#include "harness.h"

enum { CALLS = 200 };

struct call {
    struct answer *queued;
    char action_id[80];
    const char *kind;
    int outcomes; /* OriginateResponses with its ActionID */
    bool early;   /* the outcome came before the answer */
    char response[16], reason[16];
};

struct calls {
    struct call at[CALLS];
    int count, ended;
};

/* Counts outcomes, once it is told of OriginateResponse events; user is struct calls. */
void on_outcome(const struct ami_event *event, void *user);

/* Originates one more, of all sorts in turn. */
void place_call(struct test *t, struct calls *calls);

/* That each has the one outcome that is right for its sort. */
void expect_calls(struct test *t, const struct calls *calls);

int channels_up(struct test *t);
void hang_up_all(struct test *t);

/* Makes calls that stay up: each is a pair of channels. */
void hold_calls(struct test *t, int count);

#endif
