/* SPDX-License-Identifier: MIT */
/* The bytes that wait to be sent: encoding, holding, withdrawing, wiping. */
#ifndef AMI__OUTBOX_H
#define AMI__OUTBOX_H

#include "action.h"
#include "state.h"

/* Whether the action fits into what may wait to be sent. */
bool ami__outbox_fits(const ami_session *s, const ami_action *action);

/* Whether an action has longer or more lines than this server reads. */
bool ami__outbox_too_long(const ami_session *s, size_t longest, size_t lines);

/* Encodes the action of p into the output, or holds it. 0, AMI_E_NOMEM. */
int ami__outbox_add(ami_session *s, struct ami__pending *p, const ami_action *action, bool hold);

/* Moves a held action to the output. 0, AMI_E_NOMEM. */
int ami__outbox_release(ami_session *s, struct ami__pending *p);

/* Takes the bytes of an action back, of which none was sent. */
void ami__outbox_withdraw(ami_session *s, struct ami__pending *p);

/* Drops what was not sent, before anybody is told so: a callback may look for output. Which action
 * was sent can still be asked. */
void ami__outbox_empty(ami_session *s);

/* Whether the transport took the action's first byte. */
bool ami__outbox_sent(const ami_session *s, const struct ami__pending *p);

#endif
