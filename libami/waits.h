/* SPDX-License-Identifier: MIT */
/* Actions by which the server itself waits for something. */
#ifndef AMI__WAITS_H
#define AMI__WAITS_H

#include "action.h"

/* Milliseconds within which the server tells the result, though it waits for a call to be answered
 * (Originate) or an event to come (WaitEvent); 0 for other actions, and where it may wait for ever.
 */
int ami__wait_ms(const struct ami_action *action);

/* Whether an Originate asks to be answered at once. */
bool ami__wait_is_async(const struct ami_action *action);

/* Whether the server does nothing else for this connection until it has answered the action. */
bool ami__wait_blocks(const struct ami_action *action);

#endif
