/* SPDX-License-Identifier: MIT */
/*
 * Blocking calls, for tools and tests, and lists collected whole. Events that arrive meanwhile go
 * to their handlers. In a callback of the same connection these return AMI_E_REENTRANT.
 */
#ifndef AMI_SYNC_H
#define AMI_SYNC_H

#include <ami/conn.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Connects and logs in: AMI_OK and *conn READY, owned; else the error, *conn NULL, and the words
 * in *error if that is not NULL. */
AMI_API int ami_sync_connect(ami_conn **conn, const struct ami_conn_opts *opts,
                             struct ami_error *error);

/*
 * One action and its answer: header names and values in turn, then (char *)NULL. Returns how it
 * ended, as with ami_reply_fn, or why it could not be submitted. *reply, unless NULL was passed,
 * is NULL or an owned copy of the answer, also with AMI_E_REFUSED. Of a list it is the message
 * that ended it; use ami_sync_list.
 */
AMI_API int ami_sync_send(ami_conn *conn, ami_msg **reply, const char *action, ...) AMI_SENTINEL;
AMI_API int ami_sync_submit(ami_conn *conn, const ami_action *action, ami_msg **reply);

/* A call and its outcome, as with ami_originate: *result, unless NULL was passed, is NULL or an
 * owned copy of the OriginateResponse, or of the answer that refused it. */
AMI_API int ami_sync_originate(ami_conn *conn, const ami_action *action, ami_msg **result);

/* A command of the console and what it prints, each line with a line end: *output, unless NULL was
 * passed, is NULL or owned, to be freed with free(). If it was refused and nothing was printed, it
 * is the server's reason. */
AMI_API int ami_sync_command(ami_conn *conn, const char *command, char **output);

/*
 * Waits for an event whose name fits, as with ami_on, and of which a field named header is exactly
 * value; both NULL: any. At most timeout_ms, -1 without end, 0 only for what has arrived. *msg,
 * unless NULL was passed, is NULL or an owned copy. Nothing is read before this call: what an
 * action submitted just before brings about cannot be missed. AMI_E_TIMEOUT; AMI_E_INVAL as with
 * ami_on and for one of header and value alone; AMI_E_NOMEM; and as ami_conn_wait when the
 * connection is not alive.
 */
AMI_API int ami_sync_event(ami_conn *conn, const char *event, const char *header, const char *value,
                           int timeout_ms, ami_msg **msg);

/* One action and the list it answers with. *list is NULL or owned, also with AMI_E_REFUSED. */
AMI_API int ami_sync_list(ami_conn *conn, const ami_action *action, ami_list **list);

/* Logs off, waits for the end, 2 seconds at most, frees. AMI_OK, or why it had ended before. */
AMI_API int ami_sync_close(ami_conn *conn);

/* The items of a list, all borrowed from it: at() returns NULL past the end. response is the
 * message that opened it, or that refused it; complete the one that ended it; either may be NULL.
 */
AMI_API size_t ami_list_count(const ami_list *list);
AMI_API const ami_msg *ami_list_at(const ami_list *list, size_t index);
AMI_API const ami_msg *ami_list_response(const ami_list *list);
AMI_API const ami_msg *ami_list_complete(const ami_list *list);

/* AMI_REPLY_MISCOUNTED or 0, as in struct ami_reply. */
AMI_API unsigned ami_list_flags(const ami_list *list);

AMI_API void ami_list_free(ami_list *list);

/* Called once, with the status of the DONE; the list is borrowed until it returns. AMI_E_LIMIT:
 * list_items or list_bytes was reached, and the list holds what came before. */
typedef void (*ami_list_fn)(int status, const ami_list *list, void *user);

/* The asynchronous way to a whole list. Errors as with ami_submit. */
AMI_API int ami_collect(ami_session *session, const ami_action *action, ami_list_fn fn, void *user,
                        ami_id *id);

#ifdef __cplusplus
}
#endif
#endif
