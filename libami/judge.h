/* SPDX-License-Identifier: MIT */
/* What speaks against the events that a program has handlers for. */
#ifndef AMI__JUDGE_H
#define AMI__JUDGE_H

#include "filter.h"
#include "handlers.h"
#include "sentences.h"

/* What is known of the session. */
struct ami__facts {
    const struct ami__handlers *handlers;
    const char *server; /* "Asterisk 22.10.1", or by its banner */
    struct ami__release release;
    bool logged_in;
    bool unsure; /* an action about mask or filters ended without an answer */
    bool read_known;
    unsigned read;
    bool mask_known;
    unsigned mask;
    const char *sent;     /* the mask as it was sent, or NULL */
    const char *disabled; /* events that the server sends to nobody, with commas between */
    const struct ami__filter *filters;
    const char *const *shown; /* the filters in words */
    size_t filter_count;
};

void ami__judge(const struct ami__facts *facts, struct ami__sentences *findings);

#endif
