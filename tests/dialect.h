/* SPDX-License-Identifier: MIT */
/* A session and the mock server, as one of its releases, in memory; the time is their own. */
#ifndef AMI_TESTS_DIALECT_H
#define AMI_TESTS_DIALECT_H

#include <stdbool.h>

#include <ami/ami.h>

#include "mock/mock.h"

enum dialect { D1_0, D1_4, D1_8, D11, D13_0, D13_38, D16, D22, DIALECTS };
extern const char *const dialect_names[DIALECTS];

struct dialect_bench {
    ami_session *session;
    ami_mock_pbx *pbx;
    ami_mock_link *link, *other; /* the session's, and that of another client */
    size_t piece;                /* bytes given to either side at a time; 0: all */
    const char *meanwhile;       /* what the other client says after each piece; NULL: nothing */
    ami_time now;
};

/* A new session has the banner; the other client is logged in, without events. Either of the
 * options may be NULL; the version is set. */
void dialect_open(struct dialect_bench *d, enum dialect which,
                  const struct ami_session_opts *session, const struct ami_mock_opts *mock);
void dialect_log_in(struct dialect_bench *d, const char *username, const char *secret);
void dialect_close(struct dialect_bench *d);

/* What the other client says to the server. */
void dialect_say(struct dialect_bench *d, const char *bytes);

/* Each side hears what the other has to say, and time goes on, until something has ended. It is a
 * failure when nothing more can happen before. */
void dialect_await(struct dialect_bench *d, const bool *ended);

#endif
