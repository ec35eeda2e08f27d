/* The actions that are known, and what runs them. */
#ifndef AMI_MOCK_ACTIONS_H
#define AMI_MOCK_ACTIONS_H

#include "pbx.h"

typedef void ami_mock_action_fn(ami_mock_link *link, const struct ami_mock_message *msg);

/* Runs the action of a complete message, or says why not. */
void ami_mock_action_run(ami_mock_link *link, const struct ami_mock_message *msg);

/* login.c */
ami_mock_action_fn ami_mock_challenge, ami_mock_login, ami_mock_logoff;
/* basics.c */
ami_mock_action_fn ami_mock_ping, ami_mock_events, ami_mock_filter, ami_mock_user_event,
    ami_mock_core_settings, ami_mock_core_status;
/* wait.c */
ami_mock_action_fn ami_mock_wait_event;
/* control.c */
ami_mock_action_fn ami_mock_getvar, ami_mock_setvar, ami_mock_hangup;
/* lists.c */
ami_mock_action_fn ami_mock_status, ami_mock_core_show_channels, ami_mock_core_show_channel_map;
/* queues.c */
ami_mock_action_fn ami_mock_queue_status, ami_mock_queue_summary, ami_mock_queue_rule,
    ami_mock_queues;
/* agents.c */
ami_mock_action_fn ami_mock_agents;
/* parking.c */
ami_mock_action_fn ami_mock_parked_calls;
/* voicemail.c */
ami_mock_action_fn ami_mock_voicemail_users_list;
/* database.c */
ami_mock_action_fn ami_mock_db_get, ami_mock_db_get_tree, ami_mock_db_put, ami_mock_db_del;
/* dialplan.c */
ami_mock_action_fn ami_mock_show_dialplan;
/* iax.c */
ami_mock_action_fn ami_mock_iax_peers, ami_mock_iax_peerlist, ami_mock_iax1_peers,
    ami_mock_iax_netstats;
/* sip.c */
ami_mock_action_fn ami_mock_sip_peers, ami_mock_sip_qualify_peer;
/* skinny.c */
ami_mock_action_fn ami_mock_skinny_devices, ami_mock_skinny_lines, ami_mock_skinny_show_device,
    ami_mock_skinny_show_line;
/* pjsip.c */
ami_mock_action_fn ami_mock_pjsip_show_endpoint, ami_mock_pjsip_show_endpoints;
/* fax.c */
ami_mock_action_fn ami_mock_fax_session, ami_mock_fax_sessions, ami_mock_fax_stats;
/* agi.c */
ami_mock_action_fn ami_mock_agi;
/* originate.c */
ami_mock_action_fn ami_mock_originate;
/* command.c */
ami_mock_action_fn ami_mock_command;
/* oddities.c */
ami_mock_action_fn ami_mock_jabber_send, ami_mock_module_load, ami_mock_aoc_message,
    ami_mock_data_get;

/* Does it call SHELL() or EVAL()? Those need the system right. */
bool ami_mock_reaches_shell(const char *expression);

#endif
