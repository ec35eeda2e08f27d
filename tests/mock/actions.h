/* The actions that are known, and what runs them. */
#ifndef AMI_MOCK_ACTIONS_H
#define AMI_MOCK_ACTIONS_H

#include "pbx.h"

typedef void ami_mock_action_fn(ami_mock_link *link, const struct ami_mock_message *msg);

/* Runs the action of a complete message, or says why not. */
void ami_mock_action_run(ami_mock_link *link, const struct ami_mock_message *msg);

ami_mock_action_fn ami_mock_challenge, ami_mock_login, ami_mock_logoff;
ami_mock_action_fn ami_mock_ping, ami_mock_events, ami_mock_filter, ami_mock_user_event;
ami_mock_action_fn ami_mock_core_settings, ami_mock_core_status, ami_mock_getvar, ami_mock_setvar;
ami_mock_action_fn ami_mock_status, ami_mock_core_show_channels, ami_mock_queue_status;
ami_mock_action_fn ami_mock_iax_netstats, ami_mock_originate, ami_mock_hangup, ami_mock_command;

/* Does it call SHELL() or EVAL()? Those need the system right. */
bool ami_mock_reaches_shell(const char *expression);

#endif
