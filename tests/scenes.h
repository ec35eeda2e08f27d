/* SPDX-License-Identifier: MIT */
/* Scenes: actions are submitted, the server's bytes come at every split, and every time the
 * callbacks must hear the same. */
#ifndef AMI_TESTS_SCENES_H
#define AMI_TESTS_SCENES_H

#include "talk.h"

struct scene {
    const char *name;
    const char *actions[4]; /* submitted in this order once the banner has come */
    const char *server;     /* what it sends then */
    const char *heard;
    const char *banner; /* NULL: that of a new server */
    bool result;        /* the actions wait for their results */
};

/* The opening of a list, and what is heard of it. */
#define START(id) "Response: Success\r\nActionID: t." id "\r\nEventList: start\r\n\r\n"
#define HEARD_START(id) \
    id " RESPONSE OK RESPONSE Success | Response=Success | ActionID=t." id " | EventList=start\n"

/* Runs each scene as a test of its own; for main to return. */
int scenes_run(const char *group, const struct scene *scenes, size_t count);

#endif
