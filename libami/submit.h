/* SPDX-License-Identifier: MIT */
/* Accepting actions. */
#ifndef AMI__SUBMIT_H
#define AMI__SUBMIT_H

#include "action.h"
#include "state.h"

/* As ami_submit, for an action that ends with an event, which may take result_ms from the Response
 * on; 0: the timer of the whole runs on. */
int ami__submit_for_result(ami_session *s, const ami_action *action, int result_ms, ami_reply_fn fn,
                           void *user, ami_id *id);

/* How an action of libami's own is submitted: not held, and whether or not there is room for the
 * user's. */
int ami__submit_own(ami_session *s, const ami_action *action, int timeout_ms, ami_reply_fn fn,
                    void *user);

/* The login succeeded: sends what was held, in order, and holds no more. */
void ami__submit_held(ami_session *s);

#endif
