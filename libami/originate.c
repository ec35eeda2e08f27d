/* SPDX-License-Identifier: MIT */
/* Submitting what is answered at once and has its result in an event later. */
#include <string.h>

#include "error.h"
#include "result.h"
#include "submit.h"
#include "text.h"
#include "waits.h"

static bool is(const ami_action *action, const char *name)
{
    return ami__order(action->name, name) == 0;
}

static bool has(const ami_action *action, const char *header)
{
    size_t len;

    return ami__action_get(action, header, &len) != NULL;
}

static bool has_result(const ami_action *action)
{
    const struct ami_catalog_entry *entry = ami_catalog_find(action->name);
    const char *event = entry ? ami_catalog_terminal(entry) : "";

    return ami__result_is_event(event, strlen(event)) &&
           (!is(action, "Originate") || ami__wait_is_async(action));
}

/* How long the event may take from the Response on; 0: the timer of the whole runs on. */
static int result_ms(const ami_session *s, const ami_action *action)
{
    int wait = ami__wait_ms(action);

    if (action->timeout_ms != 0 || s->action_timeout_ms < 0)
        return 0;
    return wait ? wait : s->action_timeout_ms;
}

static int refuse(ami_session *s, int err, const char *why)
{
    s->why = (struct ami_error){0};
    return ami__error_set(&s->why, err, 0, "%s", why);
}

/* Submits the action with one more header. */
static int submit_with(ami_session *s, const ami_action *action, const char *name,
                       const char *value, ami_reply_fn fn, void *user, ami_id *id)
{
    ami_action *copy = ami__action_dup(action);

    if (!copy)
        return refuse(s, AMI_E_NOMEM, "out of memory");
    ami_action_add(copy, name, value);
    int err = ami__submit_for_result(s, copy, result_ms(s, copy), fn, user, id);
    ami_action_free(copy);
    return err;
}

int ami_submit_result(ami_session *s, const ami_action *action, ami_reply_fn fn, void *user,
                      ami_id *id)
{
    char mark[AMI__ID_TEXT];

    if (!s || !action)
        return ami_submit(s, action, fn, user, id);
    if (!has_result(action))
        return ami_submit(s, action, fn, user, id);
    if (!is(action, "AGI"))
        return ami__submit_for_result(s, action, result_ms(s, action), fn, user, id);
    if (has(action, "CommandID"))
        return refuse(s, AMI_E_INVAL, "header \"CommandID\" is written by libami itself");
    ami__id_format(s, s->last_id + 1, false, mark); /* what it is going to be */
    return submit_with(s, action, "CommandID", mark, fn, user, id);
}

int ami_originate(ami_session *s, const ami_action *action, ami_reply_fn fn, void *user, ami_id *id)
{
    if (!s || !action)
        return ami_submit(s, action, fn, user, id);
    if (action->error.code == AMI_OK && !is(action, "Originate"))
        return refuse(s, AMI_E_INVAL, "the action is not an Originate");
    if (!has(action, "Async"))
        return submit_with(s, action, "Async", "true", fn, user, id);
    if (!ami__wait_is_async(action))
        return refuse(s, AMI_E_INVAL, "header \"Async\" says that no result will follow");
    return ami__submit_for_result(s, action, result_ms(s, action), fn, user, id);
}
