/* SPDX-License-Identifier: MIT */
/* A session with a scripted server: what is said to it goes in, what the callbacks hear is logged.
 */
#ifndef AMI_TESTS_TALK_H
#define AMI_TESTS_TALK_H

#include "support.h"

struct talk {
    ami_session *session;
    struct text log;
    ami_time now;
};

/* A Success to the action t.<id>, and what is logged of it. */
#define TALK_OK(id)    "Response: Success\r\nActionID: t." id "\r\n\r\n"
#define TALK_HEARD(id) id " DONE OK RESPONSE Success | Response=Success | ActionID=t." id "\n"

/* ActionIDs are t.1, t.2, ...; opts may be NULL. */
void talk_begin(struct talk *t, const struct ami_session_opts *opts);
void talk_end(struct talk *t);

/* Submits an action of "Name: value" headers ("Action" first, separated by LF); checks that it is
 * accepted. Its steps are logged as `<id> <STEP> <status>[ MISCOUNTED][ unsent] <message or ->`. */
ami_id talk_submit(struct talk *t, const char *headers);
ami_id talk_submit_result(struct talk *t, const char *headers);
ami_action *talk_action(const char *headers);
void talk_on_reply(const struct ami_reply *reply, void *talk);

/* Logs events as `event <message>`. */
void talk_on_event(const struct ami_event *event, void *talk);
ami_id talk_on(struct talk *t, const char *pattern);

/* All output is taken by the transport; returns it, valid until the next call. */
const char *talk_sent(struct talk *t);

/* The server says something. */
int talk_feed(struct talk *t, const char *bytes);

/* It becomes now, and what is due is done. */
void talk_tick(struct talk *t, ami_time now);

/* Checks the log and empties it. */
void talk_expect(struct talk *t, const char *expected);

#endif
