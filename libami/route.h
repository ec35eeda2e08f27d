/* SPDX-License-Identifier: MIT */
/* Whose message is it? */
#ifndef AMI__ROUTE_H
#define AMI__ROUTE_H

#include "state.h"

/* Gives a message to the action or the handlers it belongs to. */
void ami__route(ami_session *s, const ami_msg *msg);

/* Whether anybody may want an event of this name. */
bool ami__route_wants(void *session, const char *event, size_t len);

#endif
