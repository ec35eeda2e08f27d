/* SPDX-License-Identifier: MIT */
/* Written with the public calls, but for two questions: whether a callback is under way, and
 * whether one has freed the connection. */
#include <ami/sync.h>

#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "conn_core.h"
#include "error.h"
#include "list.h"
#include "text.h"

/* Refuses in a callback, before anything is changed. */
static int may_block(const ami_conn *c)
{
    if (!c)
        return AMI_E_INVAL;
    return ami__conn_is_busy(c) ? AMI_E_REENTRANT : AMI_OK;
}

/* ---- Connecting and closing -------------------------------------------------------------- */

static int wait_for(ami_conn *c, enum ami_conn_state state)
{
    int err = AMI_OK;

    while (err >= 0 && ami_conn_state(c) != state && ami_conn_state(c) != AMI_STATE_BACKOFF)
        err = ami_conn_wait(c, -1);
    if (err >= 0 && ami_conn_state(c) != state)
        err = ami_conn_error(c)->code; /* the first attempt counts */
    return err < 0 ? err : AMI_OK;
}

static int connect_to(ami_conn *c, struct ami_error *why)
{
    ami__conn_hold(c);
    int err = ami_conn_start(c);
    if (err == AMI_OK)
        err = wait_for(c, AMI_STATE_READY);
    if (ami__conn_release(c) && err < 0) {
        *why = *ami_conn_error(c);
        ami_conn_free(c);
    }
    return err;
}

int ami_sync_connect(ami_conn **conn, const struct ami_conn_opts *opts, struct ami_error *error)
{
    struct ami_error why = {0};
    ami_conn *c;

    if (!conn)
        return AMI_E_INVAL;
    *conn = NULL;
    int err = ami_conn_check(opts, &why);
    if (err == AMI_OK)
        err = ami_conn_new(&c, opts);
    if (err == AMI_OK)
        err = connect_to(c, &why);
    if (err == AMI_OK)
        *conn = c;
    else
        ami__error_set(&why, err, 0, "%s", ami_strerror(err));
    if (error)
        *error = why;
    return err;
}

int ami_sync_close(ami_conn *c)
{
    if (!c)
        return AMI_OK;
    if (may_block(c) < 0)
        return AMI_E_REENTRANT;
    ami__conn_hold(c);
    ami_conn_close(c);
    int err = wait_for(c, AMI_STATE_CLOSED);
    if (ami__conn_release(c)) {
        err = ami_conn_error(c)->code;
        ami_conn_free(c);
    }
    return err == AMI_E_CANCELLED ? AMI_OK : err;
}

/* ---- Answers ----------------------------------------------------------------------------- */

/* Lives on the stack of a blocking call, which therefore does not return before DONE. */
struct answer {
    bool done;
    int status;
    ami_msg *msg;
    ami_list *list;
};

/* Waits for DONE, which also comes when the connection is freed meanwhile. */
static int wait_for_answer(ami_conn *c, struct answer *answer, ami_id id)
{
    while (!answer->done) {
        int err = ami_conn_wait(c, -1);
        if (err < 0 && !answer->done) {
            ami_cancel(ami_conn_session(c), id);
            return err;
        }
    }
    return answer->status;
}

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct answer *answer = user;

    if (reply->step != AMI_STEP_DONE)
        return;
    answer->done = true;
    answer->status = reply->status;
    if (reply->msg && !(answer->msg = ami_msg_dup(reply->msg)))
        answer->status = AMI_E_NOMEM;
}

/* Submits with ami_submit or one like it. */
static int ask(ami_conn *c, const ami_action *action, ami_msg **reply,
               int (*submit)(ami_session *, const ami_action *, ami_reply_fn, void *, ami_id *))
{
    struct answer answer = {0};
    ami_id id;

    if (reply)
        *reply = NULL;
    int err = may_block(c);
    if (err < 0)
        return err;
    err = submit(ami_conn_session(c), action, on_reply, &answer, &id);
    if (err < 0)
        return err;
    err = wait_for_answer(c, &answer, id);
    if (reply)
        *reply = answer.msg;
    else
        ami_msg_free(answer.msg);
    return err;
}

int ami_sync_submit(ami_conn *c, const ami_action *action, ami_msg **reply)
{
    return ask(c, action, reply, ami_submit);
}

int ami_sync_originate(ami_conn *c, const ami_action *action, ami_msg **result)
{
    return ask(c, action, result, ami_originate);
}

int ami_sync_send(ami_conn *c, ami_msg **reply, const char *action, ...)
{
    va_list headers;

    if (reply)
        *reply = NULL;
    va_start(headers, action);
    ami_action *built = ami__action_list(action, headers);
    va_end(headers);
    int err = built ? ami_sync_submit(c, built, reply) : AMI_E_NOMEM;
    ami_action_free(built);
    return err;
}

/* The values of all fields of that name, as lines; their length. to may be NULL. */
static size_t put_lines(const ami_msg *msg, const char *name, char *to)
{
    size_t len = 0;

    for (size_t i = 0; i < ami_msg_count(msg); i++) {
        const struct ami_field *field = ami_msg_at(msg, i);

        if (ami__order(field->name, name) != 0)
            continue;
        if (to) {
            memcpy(to + len, field->value, field->value_len);
            to[len + field->value_len] = '\n';
        }
        len += field->value_len + 1;
    }
    return len;
}

static char *lines_of(const ami_msg *msg, const char *name)
{
    size_t len = put_lines(msg, name, NULL);
    char *lines = malloc(len + 1);

    if (lines) {
        put_lines(msg, name, lines);
        lines[len] = '\0';
    }
    return lines;
}

int ami_sync_command(ami_conn *c, const char *command, char **output)
{
    ami_msg *reply;

    if (output)
        *output = NULL;
    int err = ami_sync_send(c, &reply, "Command", "Command", command, (char *)NULL);
    if (reply && output) {
        bool printed = ami_msg_get(reply, "Output");
        *output = lines_of(reply, printed || err == AMI_OK ? "Output" : "Message");
        if (!*output)
            err = AMI_E_NOMEM;
    }
    ami_msg_free(reply);
    return err;
}

static void on_list(int status, const ami_list *list, void *user)
{
    struct answer *answer = user;

    answer->done = true;
    answer->status = status;
    answer->list = ami__list_keep(list);
}

int ami_sync_list(ami_conn *c, const ami_action *action, ami_list **list)
{
    struct answer answer = {0};
    ami_id id;

    if (list)
        *list = NULL;
    int err = may_block(c);
    if (err < 0)
        return err;
    err = ami_collect(ami_conn_session(c), action, on_list, &answer, &id);
    if (err < 0)
        return err;
    err = wait_for_answer(c, &answer, id);
    if (list && (ami_list_count(answer.list) > 0 || ami_list_response(answer.list)))
        *list = answer.list;
    else
        ami_list_free(answer.list);
    return err;
}

/* ---- Events ------------------------------------------------------------------------------ */

struct wanted {
    const char *header, *value;
    struct answer answer;
};

static bool has_field(const ami_msg *msg, const char *header, const char *value)
{
    size_t header_len = strlen(header), value_len = strlen(value);
    const struct ami_field *field;

    for (size_t i = 0; (field = ami_msg_at(msg, i)); i++) {
        if (field->value_len == value_len && memcmp(field->value, value, value_len) == 0 &&
            ami__same(field->name, field->name_len, header, header_len))
            return true;
    }
    return false;
}

static void on_event(const struct ami_event *event, void *user)
{
    struct wanted *wanted = user;
    struct answer *answer = &wanted->answer;

    if (answer->done || (wanted->header && !has_field(event->msg, wanted->header, wanted->value)))
        return;
    answer->done = true;
    if (!(answer->msg = ami_msg_dup(event->msg)))
        answer->status = AMI_E_NOMEM;
}

static int ms_until(ami_time deadline)
{
    ami_time now = ami_now();

    if (deadline == AMI_NEVER)
        return -1;
    return now < deadline ? (int)(deadline - now) : 0;
}

static int wait_for_event(ami_conn *c, const struct answer *answer, int timeout_ms)
{
    ami_time deadline = timeout_ms < 0 ? AMI_NEVER : ami_now() + timeout_ms;
    int err, left = timeout_ms;

    do {
        err = ami_conn_wait(c, left);
        left = ms_until(deadline);
    } while (err >= 0 && !answer->done && left != 0);
    if (answer->done)
        return answer->status;
    return err < 0 ? err : AMI_E_TIMEOUT;
}

int ami_sync_event(ami_conn *c, const char *event, const char *header, const char *value,
                   int timeout_ms, ami_msg **msg)
{
    struct wanted wanted = {.header = header, .value = value};
    ami_id id;

    if (msg)
        *msg = NULL;
    int err = may_block(c);
    if (err == AMI_OK && !header != !value)
        err = AMI_E_INVAL;
    if (err == AMI_OK)
        err = ami_on(ami_conn_session(c), event, on_event, &wanted, &id);
    if (err < 0)
        return err;
    ami__conn_hold(c);
    err = wait_for_event(c, &wanted.answer, timeout_ms);
    if (ami__conn_release(c))
        ami_off(ami_conn_session(c), id);
    if (msg)
        *msg = wanted.answer.msg;
    else
        ami_msg_free(wanted.answer.msg);
    return err;
}
