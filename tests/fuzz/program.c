/* SPDX-License-Identifier: MIT */
#include <strings.h>

#include <ami/actions.h>

#include "../../libami/state.h"
#include "../talk.h"
#include "program.h"
#include "typed_calls.h"

/* ---- What the callbacks hear ------------------------------------------------------------- */

static void hear(struct program *p, const ami_msg *msg)
{
    CHECK(p->session && !p->submitting);
    if (msg)
        text_add_msg(&p->log, msg);
}

static void follow_habit(struct program *p, char habit, ami_id id)
{
    program_act(p, habit, (char[]){(char)id, 'P', 'i', 'n', 'g', '\0'});
}

/* A response has the ActionID of the action; an event, too, if it has any, but for a result that is
 * told by its CommandID. */
static bool is_for(const ami_msg *msg, ami_id id)
{
    const char *found = ami_msg_get(msg, "ActionID");
    char own[AMI__ID_TEXT];

    snprintf(own, sizeof own, "t.%d", (int)id);
    if (ami_msg_kind(msg) == AMI_KIND_RESPONSE)
        return found && strcmp(found, own) == 0;
    return !found || strcmp(found, own) == 0 || ami_msg_kind(msg) != AMI_KIND_EVENT ||
           strncasecmp(ami_msg_name(msg), "AsyncAGI", 8) == 0;
}

static bool is_end(int status, const ami_msg *msg, bool sent)
{
    if (!sent)
        return !msg &&
               (status == AMI_E_NOT_SENT || status == AMI_E_CANCELLED || status == AMI_E_LIMIT);
    if (status == AMI_OK || status == AMI_E_CANCELLED)
        return true;
    return msg ? status == AMI_E_REFUSED : status == AMI_E_TIMEOUT || status == AMI_E_LOST;
}

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct action *a = user;
    bool opens = reply->step == AMI_STEP_RESPONSE;

    text_addf(&a->program->log, "%d %s %d %u ", (int)reply->id, step_name(reply->step),
              reply->status, reply->flags);
    hear(a->program, reply->msg);
    CHECK(!a->done && !(opens && a->opened));
    a->opened |= opens;
    a->done = reply->step == AMI_STEP_DONE;
    CHECK(!reply->msg || is_for(reply->msg, reply->id));
    CHECK(a->done ? is_end(reply->status, reply->msg, reply->sent)
                  : reply->status == AMI_OK && reply->msg);
    follow_habit(a->program, a->habit, reply->id);
}

static void on_list(int status, const ami_list *list, void *user)
{
    struct action *a = user;

    CHECK(!a->done);
    a->done = true;
    text_addf(&a->program->log, "list %d %u ", status, ami_list_flags(list));
    hear(a->program, ami_list_response(list));
    for (size_t i = 0; i < ami_list_count(list); i++)
        hear(a->program, ami_list_at(list, i));
    hear(a->program, ami_list_complete(list));
    follow_habit(a->program, a->habit, 0);
}

static void on_event(const struct ami_event *event, void *user)
{
    struct program *p = user;

    hear(p, event->msg);
    follow_habit(p, p->habit, 1);
}

/* ---- What the program does --------------------------------------------------------------- */

static int submit(struct action *a, char letter, const char *text)
{
    static int (*const typed[])(ami_session *, ami_reply_fn, void *) = {
#define TYPED_CALL(action) call_##action,
        TYPED_CALLS(TYPED_CALL)};
    ami_session *s = a->program->session;

    if (letter == 't')
        return typed[(uint8_t)text[0] % ARRAY_LEN(typed)](s, on_reply, a);
    ami_action *action = talk_action(text[0] ? text + 1 : "");
    int err = letter == 'a'   ? ami_submit(s, action, on_reply, a, NULL)
              : letter == 'r' ? ami_submit_result(s, action, on_reply, a, NULL)
              : letter == 'o' ? ami_originate(s, action, on_reply, a, NULL)
                              : ami_collect(s, action, on_list, a, NULL);
    ami_action_free(action);
    return err;
}

/* Never calls back before it returns. */
static void add_action(struct program *p, char letter, const char *text)
{
    struct action *a = &p->actions[p->count];

    if (p->count == ACTIONS)
        return;
    *a = (struct action){.program = p, .habit = text[0]};
    p->submitting = true;
    p->count += submit(a, letter, text) == AMI_OK;
    p->submitting = false;
}

static void log_in(ami_session *session, bool plain)
{
    struct ami_login_opts opts = AMI_LOGIN_OPTS_INIT;

    opts.username = opts.secret = "x";
    opts.auth = plain ? AMI_AUTH_PLAIN : AMI_AUTH_MD5;
    ami_login(session, &opts, NULL, NULL);
}

static void wait(struct program *p, unsigned power)
{
    bool inside = p->session->depth > 0;

    p->now += inside ? 0 : INT64_C(1) << power;
    int err = ami_session_tick(p->session, p->now);
    CHECK(!p->session || (err == AMI_E_REENTRANT) == inside);
}

void program_act(struct program *p, char letter, const char *text)
{
    uint8_t number = (uint8_t)text[0];

    if (letter == 'a' || letter == 'r' || letter == 'o' || letter == 'c' || letter == 't') {
        add_action(p, letter, text);
    } else if (letter == 'l') {
        log_in(p->session, number % 2);
    } else if (letter == 'h') {
        p->habit = text[0];
        ami_on(p->session, number && text[1] ? text + 1 : NULL, on_event, p, &p->handler);
    } else if (letter == 'u') {
        ami_off(p->session, p->handler);
    } else if (letter == 's') {
        ami_session_sent(p->session, number == UINT8_MAX ? SIZE_MAX : number);
    } else if (letter == 'x') {
        ami_cancel(p->session, number);
    } else if (letter == 'w') {
        wait(p, number % 20);
    } else if (letter == 'm') {
        p->alloc.fail_at = p->alloc.asked + number;
        p->forgetful = true;
    } else if (letter == 'f') {
        ami_session_free(p->session);
        p->session = NULL;
    }
}
