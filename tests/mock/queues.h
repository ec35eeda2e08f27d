/* The table of the queues, which the action Queues and the command "queue show" print. */
#ifndef AMI_MOCK_QUEUES_H
#define AMI_MOCK_QUEUES_H

#include "pbx.h"

void ami_mock_queues_show(const ami_mock_link *link, struct ami_mock_text *text, const char *eol);

#endif
