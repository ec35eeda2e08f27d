/* SPDX-License-Identifier: MIT */
/*
 * Whose message is it? A response belongs to the action whose ActionID it carries. An event belongs
 * to the handlers, unless it is part of an answer: between the response that opens a list and the
 * event that ends it the server sends nothing else, and items differ from broadcasts in their
 * Privilege. Broadcasts may carry anybody's ActionID.
 */
#include "route.h"

#include "message.h"
#include "steps.h"
#include "text.h"

bool ami__route_wants(void *session, const char *event, size_t len)
{
    const ami_session *s = session;

    return s->open > 0 || ami__handlers_want(&s->handlers, event, len);
}

/* The action whose ActionID the message carries, or NULL. *sentinel: it is that of the Ping behind
 * a raw action. */
static struct ami__pending *owner(const ami_session *s, const ami_msg *msg, bool *sentinel)
{
    const struct ami_field *field = ami_msg_find(msg, "ActionID");
    ami_id id = field ? ami__id_parse(s, field->value, field->value_len) : 0;
    struct ami__pending *p = id ? ami__pending_find(&s->pendings, id) : NULL;

    *sentinel = false;
    if (id && !p) {
        p = ami__pending_find(&s->pendings, id - 1);
        *sentinel = p && ami__pending_is_raw(p);
        if (!*sentinel)
            return NULL;
    }
    /* A peer that guesses what is still unsent answers nothing. */
    return p && s->out_at > p->at && p->stage != AMI__HELD ? p : NULL;
}

/* ---- Responses --------------------------------------------------------------------------- */

/* Answers come in the order of the actions: nothing more will come for those before this one. */
static void pass(ami_session *s, const struct ami__pending *p)
{
    struct ami__pending *first;

    if (p->at >= s->answered)
        s->answered = p->at + 1;
    while ((first = s->pendings.ended.first) && first->at < p->at)
        ami__pending_remove(&s->pendings, first);
}

/* Old servers say only in words that a list follows. */
static bool opens_list(const struct ami__pending *p, const ami_msg *msg)
{
    size_t len;

    if (ami_msg_find(msg, "EventList"))
        return true;
    const char *text = ami__msg_trimmed(msg, "Message", &len);
    return p->entry && ami_catalog_answer(p->entry) == AMI_ANSWER_LIST &&
           ami__ends(text, len, "will follow");
}

/* The first answer to an action. */
static void answer(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    if (!ami_msg_is_success(msg)) {
        if (ami__pending_is_raw(p))
            ami__give_up(s, p, AMI_E_REFUSED, msg); /* its sentinel is still to come */
        else
            ami__done(s, p, AMI_E_REFUSED, msg, 0);
    } else if (opens_list(p, msg)) {
        ami__open(s, p, AMI__LISTING);
        ami__pending_rearm(&s->pendings, p, s->now);
        ami__step(s, p, AMI_STEP_RESPONSE, msg);
    } else if (ami__pending_is_raw(p)) {
        ami__give_up(s, p, AMI_OK, msg);
    } else {
        ami__done(s, p, AMI_OK, msg, 0);
    }
}

/* An answer that nobody waits for any more; a list goes on to its end. */
static void swallow_answer(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    s->late++;
    if (ami_msg_is_success(msg) && opens_list(p, msg))
        p->stage = AMI__LISTING;
    else if (!ami__pending_is_raw(p))
        ami__pending_remove(&s->pendings, p);
}

static void end_of_raw(ami_session *s, struct ami__pending *p)
{
    if (p->ended)
        ami__pending_remove(&s->pendings, p);
    else
        ami__done(s, p, AMI_OK, NULL, 0);
}

static void route_response(ami_session *s, const ami_msg *msg)
{
    bool sentinel;
    struct ami__pending *p = owner(s, msg, &sentinel);

    if (!p) {
        s->late++;
        return;
    }
    pass(s, p);
    if (sentinel)
        end_of_raw(s, p);
    else if (p->ended)
        swallow_answer(s, p, msg);
    else if (p->stage != AMI__LISTING)
        answer(s, p, msg);
    else if (!ami_msg_is_success(msg))
        ami__done(s, p, AMI_E_REFUSED, msg, 0); /* the list is cut */
    else
        s->late++;
}

/* ---- Events ------------------------------------------------------------------------------ */

/* The server ends the Privilege of every broadcast with the class that all have. */
static bool is_broadcast(const ami_msg *msg)
{
    size_t len;
    const char *privilege = ami__msg_trimmed(msg, "Privilege", &len);

    return ami__ends(privilege, len, ",all") || ami__same(privilege, len, "<none>", 6);
}

static bool ends_list(const struct ami__pending *p, const ami_msg *msg)
{
    const struct ami_field *name = ami_msg_find(msg, "Event");
    size_t len;
    const char *mark = ami__msg_trimmed(msg, "EventList", &len);

    if (ami__same(mark, len, "Complete", 8) || ami__same(mark, len, "Cancelled", 9) ||
        ami__same(mark, len, "End", 3))
        return true;
    const char *terminal = p->entry ? ami_catalog_terminal(p->entry) : "";
    if (terminal[0])
        return ami__order(name->value, terminal) == 0;
    return ami__ends(name->value, name->value_len, "Complete");
}

static void end_list(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    size_t len;
    const char *mark = ami__msg_trimmed(msg, "EventList", &len);
    bool cancelled = ami__same(mark, len, "Cancelled", 9);
    long long items;
    bool miscounted = ami_msg_get_int(msg, "ListItems", &items) == AMI_OK &&
                      (unsigned long long)items != p->items;

    if (p->ended) {
        s->late++;
        ami__pending_remove(&s->pendings, p);
        return;
    }
    ami__done(s, p, cancelled ? AMI_E_CANCELLED : AMI_OK, msg,
              miscounted ? AMI_REPLY_MISCOUNTED : 0);
}

static void give_item(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    if (p->ended) {
        s->late++;
        return;
    }
    p->items++;
    ami__pending_rearm(&s->pendings, p, s->now);
    ami__step(s, p, AMI_STEP_ITEM, msg);
}

/* The list that the server is answering now: the action it answered last, if that opened one. */
static struct ami__pending *current_list(const ami_session *s)
{
    struct ami__pending *p = s->open ? s->pendings.live.first : NULL;

    while (p && !(p->stage == AMI__LISTING && p->at + 1 == s->answered))
        p = p->next;
    if (p)
        return p;
    p = s->pendings.ended.first;
    while (p && !(p->stage == AMI__LISTING && p->at + 1 == s->answered))
        p = p->next;
    return p;
}

/* Some lists have items without an ActionID. */
static struct ami__pending *list_with_item(const ami_session *s, const ami_msg *msg)
{
    const struct ami_field *name = ami_msg_find(msg, "Event");
    struct ami__pending *p = current_list(s);

    if (!p || !p->entry || !ami__catalog_has_item(p->entry, name->value, name->value_len))
        return NULL;
    return p;
}

static bool takes_events(const struct ami__pending *p)
{
    return p->stage == AMI__LISTING || ami__pending_is_raw(p);
}

static void route_event(ami_session *s, const ami_msg *msg)
{
    bool sentinel = false;
    struct ami__pending *p = NULL;

    if (!is_broadcast(msg)) {
        p = ami_msg_find(msg, "ActionID") ? owner(s, msg, &sentinel) : list_with_item(s, msg);
        if (p && (sentinel || !takes_events(p)))
            p = NULL;
    }
    if (!p)
        s->called += ami__handlers_dispatch(&s->handlers, s, msg);
    else if (p->stage == AMI__LISTING && ends_list(p, msg))
        end_list(s, p, msg);
    else
        give_item(s, p, msg);
}

/* The part of a message that begins with this Event field, up to the next one. */
static ami_msg event_part(const ami_msg *msg, size_t begin)
{
    ami_msg part = *msg;
    size_t end = begin + 1;

    ami__msg_next(msg, "Event", &end);
    part.fields += begin;
    part.count = end - begin;
    part.name = part.fields[0].value;
    part.flags = 0;
    return part;
}

/* A list whose items came without the blank line between them: each Event begins another one. */
static void route_parts(ami_session *s, const ami_msg *msg)
{
    size_t begin = 0;

    while (begin < msg->count && s->error.code == AMI_OK && !s->freed) {
        ami_msg part = event_part(msg, begin);
        route_event(s, &part);
        begin += part.count;
    }
}

static bool is_glued_list(const ami_session *s, const ami_msg *msg)
{
    bool sentinel;

    if (!(msg->flags & AMI_MSG_DAMAGED) || !s->open)
        return false;
    ami_msg part = event_part(msg, 0);
    const struct ami__pending *p = is_broadcast(&part) ? NULL : owner(s, &part, &sentinel);
    return p && p->stage == AMI__LISTING;
}

/* ---- The rest ---------------------------------------------------------------------------- */

/* The first raw action of a queue that the server has not passed. */
static struct ami__pending *next_raw(const ami_session *s, struct ami__pending *p)
{
    while (p && !(ami__pending_is_raw(p) && p->stage == AMI__AWAITED && p->at >= s->answered &&
                  p->at < s->out_at))
        p = p->next;
    return p;
}

/* Text without a Response can only belong to a raw action: the one whose turn it is. */
static void route_raw(ami_session *s, const ami_msg *msg)
{
    struct ami__pending *p = next_raw(s, s->pendings.live.first);
    struct ami__pending *gone = next_raw(s, s->pendings.ended.first);

    if (gone && (!p || gone->at < p->at))
        p = gone;
    if (p)
        give_item(s, p, msg);
    else
        s->late++;
}

static void route_banner(ami_session *s, const ami_msg *msg)
{
    s->greeted = true;
    s->old_server = ami__order(msg->name, "1.0") == 0;
    if (s->on_banner)
        s->on_banner(s->owner);
}

void ami__route(ami_session *s, const ami_msg *msg)
{
    switch (msg->kind) {
    case AMI_KIND_BANNER:
        route_banner(s, msg);
        break;
    case AMI_KIND_RESPONSE:
        route_response(s, msg);
        break;
    case AMI_KIND_EVENT:
        if (is_glued_list(s, msg))
            route_parts(s, msg);
        else
            route_event(s, msg);
        break;
    case AMI_KIND_ACTION:
    case AMI_KIND_RAW:
        route_raw(s, msg);
        break;
    }
}
