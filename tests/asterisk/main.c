/* SPDX-License-Identifier: MIT */
/*
 * libami against a real Asterisk. AMI_HOST, AMI_PORT, AMI_USER and AMI_SECRET tell which, and
 * AMI_TLS_PORT and AMI_TLS_CA how to reach it with TLS; the rest is as conf/ beside this file has
 * it. Prints a line for each test, then the totals. tests.h tells in which file each test is.
 *
 *     asterisk_session [WORD...]     runs only the tests whose names hold one of these
 */
#include <string.h>

#include "harness.h"
#include "tests.h"

static const struct entry entries[] = {
    {"the version of the server", test_version, LOUD},
    {"login with MD5", test_login_md5, ALONE},
    {"login with a plain secret", test_login_plain, ALONE},
    {"login with the wrong secret", test_wrong_secret, ALONE},
    {"login of an unknown user", test_unknown_user, ALONE},
    {"login while the user is logged in", test_in_use, ALONE},
    {"login of a user with few rights", test_permission, ALONE},
    {"login with an event mask", test_login_events, ALONE},
    {"simple answers", test_simple, LOUD},
    {"refused actions", test_refused, LOUD},
    {"lists with calls up", test_lists, LOUD},
    {"PJSIPShowEndpoints", test_endpoints, LOUD},
    {"lists refused at once", test_list_refused, LOUD},
    {"Hangup of /regex/ is a list", test_hangup_regex, LOUD},
    {"Command: the output is what a raw socket gets", test_command, LOUD},
    {"raw: IAXnetstats", test_raw_netstats, LOUD},
    {"raw: SKINNYshowdevice", test_raw_skinny, LOUD},
    {"IAXpeers: items without an ActionID", test_items_without_id, LOUD},
    {"SKINNYdevices: items without a blank line between them", test_glued_list, LOUD},
    {"Originate without Async", test_originate_sync, LOUD},
    {"FAXStats: an answer, then an event", test_deferred, LOUD},
    {"WaitEvent", test_wait_event, LOUD},
    {"UserEvent with our ActionID stays an event", test_user_event, LOUD},
    {"UserEvent of another user with our ActionID", test_forged_event, LOUD},
    {"database: DBPut, DBGet, DBGetTree", test_database, LOUD},
    {"database: values with line ends", test_database_lines, LOUD},
    {"database: 500 entries, and how they are counted", test_miscounted, LOUD},
    {"1,000 pings at once, in order", test_pings, LOUD},
    {"1,000 pings with lists and raw actions between them, in order", test_mixed, QUIET},
    {"200 calls, each with its outcome", test_calls, LOUD},
    {"AsyncAGI: 100 commands on 4 calls, each with its own result", test_agi_commands, LOUD},
    {"AsyncAGI: what cannot be run", test_agi_errors, LOUD},
    {"AsyncAGI: a long result is cut", test_agi_cut, LOUD},
    {"AsyncAGI: a call that hangs up with commands queued", test_agi_hangup, LOUD},
    {"AsyncAGI: a call that is redirected to where it is", test_agi_redirect, LOUD},
    {"AsyncAGI: ASYNCAGI BREAK", test_agi_break, LOUD},
    {"fidelity: each event, field for field, also byte by byte", test_fidelity, LOUD},
    {"why no events: a user with all rights", test_explain_all, ALONE},
    {"why no events: a user who may read calls only", test_explain_listener, ALONE},
    {"why no events: a user who may not ask", test_explain_limited, ALONE},
    {"why no events: the mask is off", test_explain_off, ALONE},
    {"why no events: masks that the server reads in its own way", test_explain_masks, ALONE},
    {"why no events: filters", test_explain_filters, ALONE},
    {"classes of events: as their Privilege has it", test_event_classes, LOUD},
    {"injection: nothing reaches the server", test_injection, LOUD},
    {"a line of 1,022 bytes", test_longest_line, LOUD},
    {"an action of 128 lines", test_most_lines, LOUD},
    {"long ActionIDs with every list", test_long_action_id, ALONE},
    {"every action of the server", test_every_action, ALONE},
    {"every action of the server, byte by byte", test_every_action_bytes, ALONE},
    {"a session over another transport, byte by byte", test_own_transport, ALONE},
    {"cancel", test_cancel, QUIET},
    {"time-out of an action, and the session goes on", test_timeout, QUIET},
    {"an action behind Logoff is lost", test_lost, LOUD},
    {"a reader that stops is cut off, each action ends once", test_slow_reader, ALONE},
    {"blocking calls", test_sync, LOUD},
    {"blocking calls: a command as text", test_sync_command, LOUD},
    {"blocking calls: a call, and its end", test_sync_call, LOUD},
    {"TLS: lists", test_tls_lists, ALONE},
    {"TLS: 200 calls", test_tls_calls, ALONE},
    {"TLS: 1,000 pings at once, in order", test_tls_pings, ALONE},
    {"TLS: Command", test_tls_command, ALONE},
    {"TLS: servers that are not trusted", test_tls_untrusted, ALONE},
    {"TLS: the doors mixed up", test_tls_wrong_port, ALONE},
    {"TLS: certificates that are bad in one way each", test_tls_matrix, ALONE},
    {"close while calls are up", test_close, ALONE},
    {"free with actions in flight", test_free, QUIET},
    {"a server that stops is noticed in time", test_frozen, ALONE},
    {"a cable that is cut is noticed in time", test_cut, ALONE},
    {"a long ring is no dead link", test_long_ring, ALONE},
    {"a server that stops during a long ring is noticed", test_frozen_ring, ALONE},
    {"back only when the old session is gone", test_return_in_use, ALONE},
    {"ten restarts with 1,000 actions in flight", test_restarts, ALONE},
    {"ten times killed with 1,000 actions in flight", test_kills, ALONE},
    {"TLS: four restarts with 1,000 actions in flight", test_tls_restarts, ALONE},
};

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]))
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    set_up();
    if (run(&entries[0])) /* the version, which others want to know */
        for (size_t i = 1; i < ARRAY_LEN(entries); i++)
            if (is_wanted(entries[i].name, argc, argv))
                run(&entries[i]);
    return totals() ? 0 : 1;
}
