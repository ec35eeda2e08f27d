/* SPDX-License-Identifier: MIT */
/* Asks the server what it tells about the events of a session, and has it judged. */
#include <ami/explain.h>

#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "mask.h"
#include "state.h"
#include "text.h"
#include "values.h"

enum { QUESTIONS = 3 };

struct inquiry;

struct question {
    struct inquiry *inquiry;
    void (*read)(struct inquiry *inquiry, const ami_msg *answer);
};

/* What the server has told. It lives until the last of its questions has ended. */
struct inquiry {
    struct ami_allocator alloc;
    ami_session *session;
    ami_explain_fn fn;
    void *user;
    struct question questions[QUESTIONS];
    unsigned waiting;
    int status;
    char version[64];
    bool read_known, write_known;
    unsigned read, write;
    char disabled[1024];
};

/* What is put together from that for the one call. */
struct report {
    struct ami_explanation told;
    struct ami__facts facts;
    struct ami__sentences findings;
    struct ami__filter *filters;
    const char **shown; /* the filters in words */
    char *texts;        /* copies that end in NUL, of headers and filters */
    size_t used;
    char server[96], summary[160];
};

/* ---- Reading answers --------------------------------------------------------------------- */

static void read_settings(struct inquiry *q, const ami_msg *answer)
{
    const char *version = ami_msg_get(answer, "AsteriskVersion");

    if (version)
        ami__printable(q->version, sizeof q->version, version, strlen(version));
}

/* The text behind a title in the output of a command, without the blanks around it; NULL when
 * there is none. */
static const char *titled(const ami_msg *answer, const char *title, size_t *len)
{
    for (size_t i = 0; i < ami_msg_count(answer); i++) {
        const struct ami_field *field = ami_msg_at(answer, i);
        if (ami__order(field->name, "Output") != 0)
            continue;
        const char *text = field->value + strspn(field->value, " ");
        size_t left = field->value_len - (size_t)(text - field->value);
        if (!ami__begins(text, left, title))
            continue;
        text += strlen(title);
        text += strspn(text, " ");
        *len = ami__trimmed(text, strlen(text));
        return text;
    }
    return NULL;
}

/* A list of all that have a name means those that have none, too. */
static unsigned all_if_all(unsigned classes)
{
    const char *name;
    unsigned bit, named = 0;

    for (size_t i = 0; ami__class_at(i, &name, &bit); i++)
        named |= bit == AMI_CLASS_ALL ? 0 : bit;
    return (classes & named) == named ? AMI_CLASS_ALL : classes;
}

/* "call,agent" or "<none>"; classes that libami does not know are left out. */
static bool read_classes(const ami_msg *answer, const char *title, unsigned *classes)
{
    size_t len, part;
    const char *text = titled(answer, title, &len);
    char name[32];

    if (!text)
        return false;
    for (*classes = 0; len > 0; len -= part, text += part) {
        part = strcspn(text, ",");
        part = part < len ? part : len;
        unsigned bits = 0;
        snprintf(name, sizeof name, "%.*s", (int)part, text);
        if (ami_privilege_parse(name, &bits) == AMI_OK)
            *classes |= bits;
        part += part < len;
    }
    *classes = all_if_all(*classes);
    return true;
}

static void read_user(struct inquiry *q, const ami_msg *answer)
{
    q->read_known = read_classes(answer, "read perm:", &q->read);
    q->write_known = read_classes(answer, "write perm:", &q->write);
}

static void read_disabled(struct inquiry *q, const ami_msg *answer)
{
    size_t len;
    const char *text = titled(answer, "Disabled events:", &len);

    if (text)
        snprintf(q->disabled, sizeof q->disabled, "%.*s", (int)len, text);
}

/* ---- What the session knows -------------------------------------------------------------- */

/* Strings behind each other; the room for all was measured before. */
static char *put(struct report *r, const char *text, size_t len)
{
    char *copy = r->texts + r->used;

    memcpy(copy, text, len);
    copy[len] = '\0';
    r->used += len + 1;
    return copy;
}

/* The value of a header, "" when there is none. */
static const char *header(struct report *r, const struct ami__standing *standing, const char *name)
{
    size_t len = 0;
    const char *value = ami__standing_header(standing, name, &len);

    return value ? put(r, value, len) : "";
}

static void add_filter(struct report *r, const struct ami__standing *standing)
{
    struct ami__filter *filter = &r->filters[r->facts.filter_count];
    const char **shown = &r->shown[r->facts.filter_count++];

    filter->criteria = header(r, standing, "MatchCriteria");
    filter->expr = header(r, standing, "Filter");
    *shown = filter->criteria[0] ? filter->criteria : filter->expr;
    if (filter->criteria[0] && filter->expr[0]) { /* "criteria: expression" */
        *shown = put(r, filter->criteria, strlen(filter->criteria));
        r->used--;
        put(r, ": ", 2);
        r->used--;
        put(r, filter->expr, strlen(filter->expr));
    }
}

/* Room for each header twice. False when out of memory. */
static bool make_room(struct report *r, const struct inquiry *q)
{
    const struct ami__standings *list = &q->session->standings;
    size_t count = 1;

    for (const struct ami__standing *s = list->first; s; s = s->next)
        count++;
    r->texts = ami__alloc(&q->alloc, 2 * list->bytes + 1);
    r->filters = ami__alloc(&q->alloc, count * sizeof *r->filters);
    r->shown = ami__alloc(&q->alloc, count * sizeof *r->shown);
    return r->texts && r->filters && r->shown;
}

static const struct ami__standing *last_login(const struct ami__standings *list)
{
    const struct ami__standing *login = NULL;

    for (const struct ami__standing *s = list->first; s; s = s->next) {
        if (s->kind == AMI__LOGIN && s->id == 0)
            login = s;
    }
    return login;
}

/* Login, mask and filters that stand. */
static void look_back(struct report *r, const struct inquiry *q)
{
    const struct ami__standings *list = &q->session->standings;
    const struct ami__standing *login = last_login(list), *mask = ami__standing_mask(list);
    struct ami__facts *facts = &r->facts;
    struct ami__sentences ignored = {.alloc = &q->alloc};

    for (const struct ami__standing *s = list->first; s; s = s->next) {
        if (s->kind == AMI__FILTER && s->id == 0)
            add_filter(r, s);
    }
    facts->logged_in = login != NULL;
    facts->unsure = list->unsure;
    if (!login)
        return;
    r->told.username = header(r, login, "Username");
    const char *sent = header(r, mask, mask->kind == AMI__LOGIN ? "Events" : "EventMask");
    facts->sent = sent[0] ? sent : NULL;
    facts->mask = AMI_CLASS_ALL;
    facts->mask_known = !list->unsure;
    if (facts->sent && !ami__mask_read(sent, &facts->mask, &ignored))
        facts->mask_known = false;
    ami__sentences_free(&ignored);
}

/* ---- The report -------------------------------------------------------------------------- */

static void name_server(struct report *r, const struct inquiry *q)
{
    const char *banner = q->session->banner;

    r->facts.release = ami__release(q->version, banner);
    if (q->version[0]) /* without what a distribution put behind it */
        snprintf(r->server, sizeof r->server, "Asterisk %.*s", (int)strcspn(q->version, "~+-"),
                 q->version);
    else
        snprintf(r->server, sizeof r->server, "the server (manager version %s)", banner);
    r->facts.server = r->server;
}

static void judge(struct report *r, const struct inquiry *q)
{
    r->facts.handlers = &q->session->handlers;
    r->facts.read_known = q->read_known;
    r->facts.read = q->read;
    r->facts.disabled = q->disabled;
    r->facts.filters = r->filters;
    r->facts.shown = r->shown;
    r->findings.alloc = &q->alloc;
    ami__judge(&r->facts, &r->findings);
}

static void sum_up(struct report *r, const struct inquiry *q)
{
    size_t count = r->findings.count;

    if (r->told.status != AMI_OK)
        snprintf(r->summary, sizeof r->summary, "not found out: %s", ami_strerror(r->told.status));
    else if (count > 0)
        snprintf(r->summary, sizeof r->summary, "%zu %s against the events asked for", count,
                 count == 1 ? "thing speaks" : "things speak");
    else
        snprintf(r->summary, sizeof r->summary, "nothing speaks against the events asked for%s",
                 q->read_known ? "" : ", as far as the server tells");
}

static void tell(struct report *r, const struct inquiry *q)
{
    struct ami_explanation *told = &r->told;

    told->size = sizeof *told;
    told->session = q->session;
    told->banner = q->session->banner;
    told->version = q->version[0] ? q->version : NULL;
    told->classes_known = q->read_known && q->write_known;
    told->read = q->read;
    told->write = q->write;
    told->mask_known = r->facts.mask_known;
    told->mask = r->facts.mask;
    told->sent = r->facts.sent;
    told->filter_count = r->facts.filter_count;
    told->filters = r->shown;
    told->finding_count = told->status == AMI_OK ? r->findings.count : 0;
    told->findings = (const char *const *)r->findings.list;
    told->summary = r->summary;
    sum_up(r, q);
    q->fn(told, q->user);
}

static void finish(struct inquiry *q)
{
    struct report r = {.told.status = q->status};

    if (r.told.status == AMI_OK && !make_room(&r, q))
        r.told.status = AMI_E_NOMEM;
    if (r.told.status == AMI_OK) {
        look_back(&r, q);
        name_server(&r, q);
        judge(&r, q);
        if (r.findings.failed)
            r.told.status = AMI_E_NOMEM;
    }
    tell(&r, q);

    struct ami_allocator alloc = q->alloc;
    ami__sentences_free(&r.findings);
    ami__free(&alloc, r.shown);
    ami__free(&alloc, r.filters);
    ami__free(&alloc, r.texts);
    ami__free(&alloc, q);
}

/* ---- Asking ------------------------------------------------------------------------------ */

static void on_answer(const struct ami_reply *reply, void *user)
{
    struct question *question = user;
    struct inquiry *q = question->inquiry;

    if (reply->step != AMI_STEP_DONE)
        return;
    if (reply->status == AMI_OK && reply->msg)
        question->read(q, reply->msg);
    else if (reply->status != AMI_E_REFUSED && q->status == AMI_OK)
        q->status = reply->status;
    if (--q->waiting == 0)
        finish(q);
}

/* A question that cannot be put is one that the server does not answer, unless it is the first. */
static int ask(struct inquiry *q, void (*read)(struct inquiry *, const ami_msg *),
               const char *action, const char *command)
{
    struct question *question = &q->questions[q->waiting];

    *question = (struct question){q, read};
    int err = ami_send(q->session, on_answer, question, action, command ? "Command" : NULL, command,
                       (char *)NULL);
    q->waiting += err == AMI_OK;
    return err;
}

/* The rights of a user are told by name only. */
static void ask_for_user(struct inquiry *q)
{
    const struct ami__standing *login = last_login(&q->session->standings);
    char command[128];
    size_t len = 0;
    const char *name = login ? ami__standing_header(login, "Username", &len) : NULL;

    if (!name || len == 0 || len > 64)
        return;
    for (size_t i = 0; i < len; i++) {
        if (name[i] <= ' ' || name[i] == '"' || name[i] == '\\' || name[i] == 0x7f)
            return;
    }
    snprintf(command, sizeof command, "manager show user %.*s", (int)len, name);
    ask(q, read_user, "Command", command);
}

int ami_explain_events(ami_session *session, ami_explain_fn fn, void *user)
{
    if (!session || !fn)
        return AMI_E_INVAL;
    struct inquiry *q = ami__alloc(&session->alloc, sizeof *q);
    if (!q)
        return AMI_E_NOMEM;
    *q = (struct inquiry){.alloc = session->alloc, .session = session, .fn = fn, .user = user};
    int err = ask(q, read_settings, "CoreSettings", NULL);
    if (err < 0) {
        ami__free(&session->alloc, q);
        return err;
    }
    ask_for_user(q);
    ask(q, read_disabled, "Command", "manager show settings");
    return AMI_OK;
}
