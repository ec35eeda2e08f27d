/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "action.h"
#include "login.h"
#include "md5.h"
#include "opts.h"
#include "state.h"
#include "submit.h"

/* A login under way. It lives until its one DONE, which the session promises to deliver. */
struct login {
    ami_session *session;
    char *username, *secret, *events;
    enum ami_auth auth;
    ami_reply_fn fn;
    void *user;
};

static void free_secret(const struct ami_allocator *alloc, char *secret)
{
    if (secret)
        ami__wipe(secret, strlen(secret));
    ami__free(alloc, secret);
}

static void free_login(struct login *l)
{
    struct ami_allocator alloc = l->session->alloc;

    ami__free(&alloc, l->username);
    free_secret(&alloc, l->secret);
    ami__free(&alloc, l->events);
    ami__free(&alloc, l);
}

/* The callback still finds actions held: what it submits goes behind those held before. It may also
 * find that all this was in vain, and that another stream begins. */
static void finish(struct login *l, const struct ami_reply *reply)
{
    ami_session *s = l->session;
    ami_reply_fn fn = l->fn;
    void *user = l->user;
    unsigned stream = s->streams;

    free_login(l);
    s->logging_in = false;
    if (fn) {
        s->called++;
        fn(reply, user);
    }
    if (reply->status == AMI_OK && !s->closed && !s->logging_in && s->streams == stream)
        ami__submit_held(s);
}

/* A server may answer anything, even with a list: only the end counts. */
static void on_login(const struct ami_reply *reply, void *user)
{
    if (reply->step == AMI_STEP_DONE)
        finish(user, reply);
}

static int send_login(struct login *l, const char *challenge)
{
    char key[AMI__MD5_HEX + 1];
    ami_action *action = ami_action_new("Login");
    int err = AMI_OK;

    if (challenge) {
        err = ami__md5_key(key, challenge, l->secret);
        ami_action_add(action, "AuthType", "MD5");
        ami_action_add(action, "Username", l->username);
        ami_action_add(action, "Key", err == AMI_OK ? key : "");
        ami__wipe(key, sizeof key);
    } else {
        ami_action_add(action, "Username", l->username);
        ami_action_add(action, "Secret", l->secret);
    }
    if (l->events)
        ami_action_add(action, "Events", l->events);
    if (err == AMI_OK)
        err = ami__submit_own(l->session, action, l->session->login_timeout_ms, on_login, l);
    ami_action_free(action);
    return err;
}

static void on_challenge(const struct ami_reply *reply, void *user)
{
    struct login *l = user;
    struct ami_reply end = *reply;

    if (reply->step != AMI_STEP_DONE)
        return;
    if (end.status == AMI_OK) {
        const char *challenge = ami_msg_get(reply->msg, "Challenge");
        end.status = challenge ? send_login(l, challenge) : AMI_E_PROTO;
        if (end.status == AMI_OK)
            return;
    }
    finish(l, &end);
}

static int send_challenge(struct login *l)
{
    ami_action *action = ami_action_new("Challenge");

    ami_action_add(action, "AuthType", "MD5");
    int err = ami__submit_own(l->session, action, l->session->login_timeout_ms, on_challenge, l);
    ami_action_free(action);
    return err;
}

const char *ami__login_invalid(const char *username, const char *secret, enum ami_auth auth,
                               const char *events)
{
    if (!username || !username[0])
        return "there is no username";
    if (!secret)
        return "there is no secret";
    if (strpbrk(username, "\r\n") || strpbrk(secret, "\r\n"))
        return "the username or the secret has a line end in it";
    if (events && strpbrk(events, " \t\r\n"))
        return "the events have a blank or a line end in them";
    if (auth != AMI_AUTH_MD5 && auth != AMI_AUTH_PLAIN)
        return "the way to log in is unknown";
    return NULL;
}

static char *copy(const struct ami_allocator *alloc, const char *text)
{
    return ami__strndup(alloc, text, strlen(text));
}

static struct login *new_login(ami_session *s, const struct ami_login_opts *o)
{
    struct login *l = ami__alloc(&s->alloc, sizeof *l);

    if (!l)
        return NULL;
    *l = (struct login){.session = s,
                        .username = copy(&s->alloc, o->username),
                        .secret = copy(&s->alloc, o->secret),
                        .events = o->events ? copy(&s->alloc, o->events) : NULL,
                        .auth = o->auth};
    if (l->username && l->secret && (l->events || !o->events))
        return l;
    free_login(l);
    return NULL;
}

int ami_login(ami_session *s, const struct ami_login_opts *opts, ami_reply_fn fn, void *user)
{
    if (s && s->owner)
        return AMI_E_STATE;
    return ami__login(s, opts, fn, user);
}

int ami__login(ami_session *s, const struct ami_login_opts *opts, ami_reply_fn fn, void *user)
{
    struct ami_login_opts o;

    if (!s || !opts || ami__opts_copy(&o, sizeof o, opts) < 0 ||
        ami__login_invalid(o.username, o.secret, o.auth, o.events))
        return AMI_E_INVAL;
    if (s->logging_in || s->closed || s->ending)
        return AMI_E_STATE;
    struct login *l = new_login(s, &o);
    if (!l)
        return AMI_E_NOMEM;
    l->fn = fn;
    l->user = user;
    int err = o.auth == AMI_AUTH_PLAIN ? send_login(l, NULL) : send_challenge(l);
    if (err < 0) {
        free_login(l);
        return err;
    }
    s->logging_in = s->hold = true;
    return AMI_OK;
}
