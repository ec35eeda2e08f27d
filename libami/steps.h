/* SPDX-License-Identifier: MIT */
/* Telling the user what became of an action: the steps, and the one end. */
#ifndef AMI__STEPS_H
#define AMI__STEPS_H

#include "state.h"

/* Events may belong to the action from now on, until its record goes: also to one that has ended,
 * whose items are still to be told from the events of handlers. */
void ami__open(ami_session *s, struct ami__pending *p, enum ami__stage stage);

/* The server has answered all of it: the record goes. */
void ami__drop(ami_session *s, struct ami__pending *p);

/* The server has answered it, or it ends: what stands behind it has its time from then on. */
void ami__unblock(ami_session *s, struct ami__pending *p, bool answered);

/* The server has come to this one: what was given up before it does not block any more, though it
 * was to do so for longer, and what was given up behind it begins now at the earliest. */
void ami__went_on(ami_session *s, const struct ami__pending *p);

/* The action that keeps the server from answering this one, or any if p is NULL; or NULL. */
const struct ami__pending *ami__blocker(const ami_session *s, const struct ami__pending *p);

/* RESPONSE or ITEM. */
void ami__step(ami_session *s, const struct ami__pending *p, enum ami_step step,
               const ami_msg *msg);

/* DONE, as the server has answered: the record is gone before the callback, or waits for the answer
 * to its Ping. */
void ami__done(ami_session *s, struct ami__pending *p, int status, const ami_msg *msg,
               unsigned flags);

/* DONE, though the server has not answered, or not all: an action of which nothing was sent is
 * withdrawn; of any other the record stays among the ended, to swallow what still comes. */
void ami__give_up(ami_session *s, struct ami__pending *p, int status, const ami_msg *msg);

/* DONE for all in the order of submission, as sent or not; the server will answer nothing any
 * more. */
void ami__done_all(ami_session *s, int sent_status, int unsent_status);

/* The same for all but those held. */
void ami__done_sent(ami_session *s, int sent_status, int unsent_status);

#endif
