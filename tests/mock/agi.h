/* AsyncAGI: channels that wait for commands of a client. */
#ifndef AMI_MOCK_AGI_H
#define AMI_MOCK_AGI_H

#include "calls.h"

/* The call runs AGI(agi:async) from now on, if that is its application. */
void ami_mock_agi_start(struct ami_mock_call *call);
/* The command under way is done: on to the next. */
void ami_mock_agi_due(struct ami_mock_call *call);
/* The call ends: commands that wait are lost. */
void ami_mock_agi_hangup(struct ami_mock_call *call);
void ami_mock_agi_free(struct ami_mock_call *call);

#endif
