/* SPDX-License-Identifier: MIT */
/*
 * Submitting from other threads. A connection belongs to one thread, that of its loop; all others
 * post their actions into its mailbox, and the loop submits them.
 *
 * Only ami_mailbox_post is for any thread; the rest is for that of the connection.
 */
#ifndef AMI_MAILBOX_H
#define AMI_MAILBOX_H

#include <ami/conn.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A mailbox for the connection, owned, in *mailbox, with room for letters_max letters (0: 4,096).
 * ami_conn_process and ami_conn_wait empty it; ami_conn_wait, and so each blocking call, is woken
 * by a letter, other loops see it at ami_mailbox_fd. AMI_E_STATE when the connection has one
 * already, or is closing or over; AMI_E_INVAL, AMI_E_NOMEM; AMI_E_IO when there is no descriptor to
 * be had.
 */
AMI_API int ami_mailbox_new(ami_mailbox **mailbox, ami_conn *conn, size_t letters_max);

/* ami_submit, ami_originate or ami_submit_result; or a function of yours with the same arguments,
 * which the connection's thread will call, and which may do all but free the connection. */
typedef int (*ami_submit_fn)(ami_session *session, const ami_action *action, ami_reply_fn fn,
                             void *user, ami_id *id);

/*
 * Posts an action, which is copied: the connection's thread will call submit with it. fn, which may
 * be NULL, will hear of it as always, on that thread, maybe before this call has returned. If it
 * cannot be submitted then, fn gets one DONE with the error of submit, without id or message, not
 * sent; AMI_E_NOT_SENT when the connection ended before, AMI_E_CANCELLED when it or the mailbox was
 * freed. Errors, with which fn is never called: the action's own; AMI_E_LIMIT when the mailbox is
 * full; AMI_E_STATE when the connection is closing, over or freed; AMI_E_INVAL, AMI_E_NOMEM. Never
 * waits for anything but other posts.
 */
AMI_API int ami_mailbox_post(ami_mailbox *mailbox, ami_submit_fn submit, const ami_action *action,
                             ami_reply_fn fn, void *user);

/* For loops: a descriptor to be watched for reading (level-triggered). When it is ready, call
 * ami_conn_process with 0. It stays the same; stop watching before the connection is freed. */
AMI_API int ami_mailbox_fd(const ami_mailbox *mailbox);

/* Letters that still wait end with AMI_E_CANCELLED, then frees. No thread may post any more. Before
 * or after the connection; allowed in callbacks. */
AMI_API void ami_mailbox_free(ami_mailbox *mailbox);

#ifdef __cplusplus
}
#endif
#endif
