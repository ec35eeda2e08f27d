/* SPDX-License-Identifier: MIT */
/*
 * Actions of which the server keeps traces that this program finds without libami's help, and
 * whether what each of them ended with is true: OK was done, REFUSED and NOT_SENT were not, LOST
 * may have been, and nothing was done twice.
 */
#ifndef AMI_TESTS_ASTERISK_DEEDS_H
#define AMI_TESTS_ASTERISK_DEEDS_H

#include <stdbool.h>

struct answer;
struct test;

/* What an action does; the first three leave traces. */
enum deed_kind { WRITE, CALL, PUT, LIST, PING, RING };

enum { DEEDS = 60000 }; /* the most at a time */

struct deeds {
    struct test *test;
    bool flows;      /* whenever one is answered another one is submitted */
    bool died;       /* the server did, and with it what its database had not written down yet */
    char family[32]; /* in the database */
    int count;
    struct deed {
        struct deeds *deeds;
        enum deed_kind kind;
        struct answer *answer;
        int traces;
    } at[DEEDS];
};

/* How many ended in which way. */
struct outcomes {
    int ok, refused, lost, not_sent;
    int lost_and_done;
};

/* Begins anew, with no traces. False when the server's files are out of reach. */
bool begin_deeds(struct deeds *deeds, struct test *test);

/* Whether the server has refused any because it was going. */
bool was_going(const struct deeds *deeds);

/* Submits one; a long one fills more than its share of the socket's buffers. */
void do_one(struct deeds *deeds, enum deed_kind kind, bool is_long);

/* All have ended: looks for their traces and judges them. */
void judge_deeds(struct deeds *deeds);

/* Deletes what is in the database. */
void forget_deeds(struct deeds *deeds);

/* Adds how those from this one on ended. */
void count_outcomes(const struct deeds *deeds, int first, struct outcomes *outcomes);

#endif
