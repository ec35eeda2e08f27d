/* SPDX-License-Identifier: MIT */
/* All tests, by the file that they are in. main.c has the table. */
#ifndef AMI_TESTS_ASTERISK_TESTS_H
#define AMI_TESTS_ASTERISK_TESTS_H

struct test;

/* logins.c */
void test_version(struct test *t);
void test_login_md5(struct test *t);
void test_login_plain(struct test *t);
void test_wrong_secret(struct test *t);
void test_unknown_user(struct test *t);
void test_in_use(struct test *t);
void test_permission(struct test *t);
void test_login_events(struct test *t);

/* replies.c */
void test_simple(struct test *t);
void test_refused(struct test *t);
void test_command(struct test *t);
void test_raw_netstats(struct test *t);
void test_raw_skinny(struct test *t);
void test_deferred(struct test *t);
void test_wait_event(struct test *t);
void test_sync(struct test *t);
void test_sync_command(struct test *t);
void test_sync_call(struct test *t);

/* lists.c */
void test_lists(struct test *t);
void test_endpoints(struct test *t);
void test_list_refused(struct test *t);
void test_hangup_regex(struct test *t);
void test_items_without_id(struct test *t);
void test_glued_list(struct test *t);

/* database.c */
void test_database(struct test *t);
void test_database_lines(struct test *t);
void test_miscounted(struct test *t);

/* calls.c */
void test_originate_sync(struct test *t);
void test_calls(struct test *t);

/* agi.c */
void test_agi_commands(struct test *t);
void test_agi_errors(struct test *t);
void test_agi_cut(struct test *t);
void test_agi_hangup(struct test *t);
void test_agi_redirect(struct test *t);
void test_agi_break(struct test *t);

/* pipelines.c */
void test_pings(struct test *t);
void test_mixed(struct test *t);
void test_lost(struct test *t);
void test_slow_reader(struct test *t);

/* events.c */
void test_user_event(struct test *t);
void test_forged_event(struct test *t);
void test_fidelity(struct test *t);

/* explain.c */
void test_explain_all(struct test *t);
void test_explain_listener(struct test *t);
void test_explain_limited(struct test *t);
void test_explain_off(struct test *t);
void test_explain_masks(struct test *t);
void test_explain_filters(struct test *t);
void test_event_classes(struct test *t);

/* limits.c */
void test_injection(struct test *t);
void test_longest_line(struct test *t);
void test_most_lines(struct test *t);
void test_long_action_id(struct test *t);

/* every_action.c */
void test_every_action(struct test *t);
void test_every_action_bytes(struct test *t);

/* tls.c */
void test_tls_lists(struct test *t);
void test_tls_calls(struct test *t);
void test_tls_pings(struct test *t);
void test_tls_command(struct test *t);
void test_tls_untrusted(struct test *t);
void test_tls_wrong_port(struct test *t);

/* certificates.c */
void test_tls_matrix(struct test *t);

/* transport.c */
void test_own_transport(struct test *t);

/* endings.c */
void test_cancel(struct test *t);
void test_timeout(struct test *t);
void test_close(struct test *t);
void test_free(struct test *t);

/* alive.c */
void test_frozen(struct test *t);
void test_cut(struct test *t);
void test_long_ring(struct test *t);
void test_frozen_ring(struct test *t);
void test_return_in_use(struct test *t);

/* returns.c */
void test_restarts(struct test *t);
void test_kills(struct test *t);
void test_tls_restarts(struct test *t);

#endif
