/* SPDX-License-Identifier: MIT */
/* What a connection does with its session beyond the public calls. */
#ifndef AMI__SESSION_H
#define AMI__SESSION_H

#include "state.h"

/* Dispatches what was received and not dispatched while paused. As ami_session_added; of both, when
 * they fail, the owner is to call ami__session_end. */
int ami__session_dispatch(ami_session *s, ami_time now);

/* Says what the end of the stream means here and now. AMI_OK between two messages, else
 * AMI_E_EOF. */
int ami__session_why_eof(ami_session *s, struct ami_error *error);

/* Ends it with this error: everything in flight is LOST or NOT_SENT. */
void ami__session_end(ami_session *s, const struct ami_error *error);

/* The same, but a new stream will follow: what is held stays, and waits for the next login. */
void ami__session_restart(ami_session *s);

#endif
