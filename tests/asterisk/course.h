/* SPDX-License-Identifier: MIT */
/* The ups and downs of a connection, as on_state hears of them. */
#ifndef AMI_TESTS_ASTERISK_COURSE_H
#define AMI_TESTS_ASTERISK_COURSE_H

#include <ami/ami.h>

struct course {
    int ends;                 /* of READY, */
    struct ami_error end;     /* the last one, */
    ami_time ended_at;        /* and when */
    int failures;             /* attempts to come back that failed, */
    struct ami_error failure; /* and how the last one did */
    int returns;
    struct ami_error refusal; /* of a mask or filter, at the last one */
    ami_time ready_at, gap_ms;
};

/* For on_state; user is the course. */
void follow(ami_conn *conn, const struct ami_state_info *info, void *user);

#endif
