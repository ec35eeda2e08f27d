/* SPDX-License-Identifier: MIT */
/* Actions whose result comes after the Response, in an event of its own. */
#ifndef AMI__RESULT_H
#define AMI__RESULT_H

#include "state.h"

/* Whether an event of this name brings results. */
bool ami__result_is_event(const char *event, size_t len);

/* The action in flight whose result the event brings, or NULL. */
struct ami__pending *ami__result_owner(const ami_session *s, const ami_msg *event);

/* What the event says of its action: AMI_OK or AMI_E_REFUSED. */
int ami__result_status(const ami_msg *event);

#endif
