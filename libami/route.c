/* SPDX-License-Identifier: MIT */
/*
 * Whose message is it? A response belongs to the action whose ActionID it carries. An event belongs
 * to the handlers, unless it is part of an answer: between the response that opens a list and the
 * event that ends it the server sends nothing else, and items differ from broadcasts in their
 * Privilege. Broadcasts may carry anybody's ActionID.
 */
#include "route.h"

#include <limits.h>
#include <string.h>

#include "message.h"
#include "outbox.h"
#include "result.h"
#include "stats.h"
#include "steps.h"
#include "text.h"

/* It is the reason for the end that follows. */
static bool is_shutdown(const char *event, size_t len)
{
    return ami__same(event, len, "Shutdown", 8);
}

static bool wants(const ami_session *s, const char *event, size_t len)
{
    return !s->greeted || s->open > 0 || ami__handlers_want(&s->handlers, event, len) ||
           (s->results > 0 && ami__result_is_event(event, len)) || is_shutdown(event, len);
}

bool ami__route_wants(void *session, const char *event, size_t len)
{
    ami_session *s = session;
    bool wanted = wants(s, event, len);

    if (!wanted) {
        s->stats.messages++;
        s->stats.events_dropped++;
    }
    return wanted;
}

/* The number in the ActionID of the message, or 0 when it is none of ours. */
static ami_id id_of(const ami_session *s, const ami_msg *msg, bool *ping)
{
    const struct ami_field *field = ami_msg_find(msg, "ActionID");

    return field ? ami__id_parse(s, field->value, field->value_len, ping) : 0;
}

/* The action whose ActionID the message carries, or NULL. *ping: it is that of the Ping behind the
 * action. */
static struct ami__pending *owner(const ami_session *s, const ami_msg *msg, bool *ping)
{
    ami_id id = id_of(s, msg, ping);
    struct ami__pending *p = id ? ami__pending_find(&s->pendings, id) : NULL;

    if (p && *ping && !p->framed)
        return NULL;
    /* A peer that guesses what is still unsent answers nothing. */
    return p && s->out_at > p->at && p->stage != AMI__HELD ? p : NULL;
}

/* ---- Parts of answers -------------------------------------------------------------------- */

static void give_item(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    if (p->ended) {
        s->stats.late++;
        return;
    }
    p->items++;
    ami__pending_rearm(&s->pendings, p, s->now);
    ami__step(s, p, AMI_STEP_ITEM, msg);
}

/* ---- Responses --------------------------------------------------------------------------- */

/* Answers come in the order of the actions: nothing more will come for those before this one. */
static void pass(ami_session *s, const struct ami__pending *p)
{
    struct ami__pending *first;

    if (p->at >= s->answered)
        s->answered = p->at + 1;
    while ((first = s->pendings.ended.first) && first->at < p->at)
        ami__drop(s, first);
}

/* Old servers say only in words that a list follows; what WaitEvent waited for follows always. */
static bool opens_list(const struct ami__pending *p, const ami_msg *msg)
{
    size_t len;

    if (ami_msg_find(msg, "EventList"))
        return true;
    if (!p->entry || !ami_catalog_terminal(p->entry)[0])
        return false;
    const char *text = ami__msg_trimmed(msg, "Message", &len);
    const char *item = ami_catalog_item(p->entry, 0);
    return ami__ends(text, len, "will follow") || (item && strcmp(item, "*") == 0);
}

static void open_list(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    s->list = p->id;
    ami__open(s, p, AMI__LISTING);
    ami__pending_rearm(&s->pendings, p, s->now);
    ami__step(s, p, AMI_STEP_RESPONSE, msg);
}

static void await_result(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    p->stage = AMI__RESULT;
    if (p->result_ms) {
        p->timeout_ms = p->result_ms;
        ami__pending_rearm(&s->pendings, p, s->now);
    }
    ami__step(s, p, AMI_STEP_RESPONSE, msg);
}

/* The first answer to an action. */
static void answer(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    ami__unblock(s, p, true);
    if (!p->own)
        ami__stats_answered(&s->stats, s->now - p->since);
    if (!ami_msg_is_success(msg))
        ami__done(s, p, AMI_E_REFUSED, msg, 0);
    else if (opens_list(p, msg))
        open_list(s, p, msg);
    else if (p->result)
        await_result(s, p, msg);
    else
        ami__done(s, p, AMI_OK, msg, 0);
}

/* Nothing more comes for an action whose end was told before. */
static void forget(ami_session *s, struct ami__pending *p)
{
    if (p->framed)
        p->stage = AMI__AWAITED; /* but the answer to its Ping */
    else
        ami__drop(s, p);
}

/* An answer that nobody waits for any more; a list goes on to its end. */
static void swallow_answer(ami_session *s, struct ami__pending *p, const ami_msg *msg)
{
    s->stats.late++;
    if (ami_msg_is_success(msg) && opens_list(p, msg)) {
        s->list = p->id;
        ami__open(s, p, AMI__LISTING);
    } else {
        forget(s, p);
    }
}

/* The answer to the Ping behind an action: what was to come for the action has come. */
static void end_frame(ami_session *s, struct ami__pending *p)
{
    p->framed = false;
    if (p->ended)
        forget(s, p);
    else if (p->stage != AMI__RESULT) /* that comes behind the Ping */
        ami__done(s, p, AMI_OK, NULL, 0);
}

/* What a server that is going says to everything. */
static bool is_farewell(const ami_msg *msg)
{
    static const char words[] = "Asterisk is shutting down";
    size_t len;

    if (ami_msg_is_success(msg))
        return false;
    const char *text = ami__msg_trimmed(msg, "Message", &len);
    return ami__same(text, len, words, sizeof words - 1);
}

static void route_response(ami_session *s, const ami_msg *msg)
{
    bool ping;
    struct ami__pending *p = owner(s, msg, &ping);

    s->refuses = is_farewell(msg); /* no more, if the shutdown was called off */
    if (!p) {
        s->stats.late++;
        return;
    }
    pass(s, p);
    ami__went_on(s, p);
    if (ping)
        end_frame(s, p);
    else if (p->ended)
        swallow_answer(s, p, msg);
    else if (p->stage == AMI__AWAITED)
        answer(s, p, msg);
    else if (p->stage == AMI__LISTING && !ami_msg_is_success(msg))
        ami__done(s, p, AMI_E_REFUSED, msg, 0); /* the list is cut */
    else
        s->stats.late++;
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
        s->stats.late++;
        forget(s, p);
        return;
    }
    s->stats.miscounted += miscounted;
    ami__done(s, p, cancelled ? AMI_E_CANCELLED : AMI_OK, msg,
              miscounted ? AMI_REPLY_MISCOUNTED : 0);
}

/* Some lists have items without an ActionID. They belong to the list that the server is answering
 * now: the action it answered last, if that opened one. */
static struct ami__pending *list_with_item(const ami_session *s, const ami_msg *msg)
{
    const struct ami_field *name = ami_msg_find(msg, "Event");
    struct ami__pending *p = ami__pending_find(&s->pendings, s->list);

    if (!p || p->stage != AMI__LISTING || p->at + 1 != s->answered || !p->entry ||
        !ami__catalog_has_item(p->entry, name->value, name->value_len))
        return NULL;
    return p;
}

static bool takes_events(const struct ami__pending *p)
{
    return p->stage == AMI__LISTING || p->framed;
}

/* The action of which an event that is no broadcast is a part, or NULL: it is for the handlers. */
static struct ami__pending *part_of(const ami_session *s, const ami_msg *msg)
{
    bool ping;

    if (!ami_msg_find(msg, "ActionID"))
        return list_with_item(s, msg);
    struct ami__pending *p = owner(s, msg, &ping);
    return p && !ping && takes_events(p) ? p : NULL;
}

/* A part of the last list, which has ended: some servers go on behind the Error that cut it. */
static bool is_leftover(const ami_session *s, const ami_msg *msg)
{
    bool ping;
    ami_id id = id_of(s, msg, &ping);

    return id && id == s->list;
}

/* An event that is the result of an action is still an event. */
static void route_result(ami_session *s, const ami_msg *msg)
{
    const struct ami_field *name = ami_msg_find(msg, "Event");
    struct ami__pending *p = NULL;

    if (ami__result_is_event(name->value, name->value_len))
        p = ami__result_owner(s, msg);
    if (!p || !ami__outbox_sent(s, p))
        return;
    if (p->stage == AMI__RESULT)
        ami__done(s, p, ami__result_status(msg), msg, 0);
    else
        ami__give_up(s, p, ami__result_status(msg), msg); /* the Response is still to come */
}

static void deliver(ami_session *s, const ami_msg *msg)
{
    size_t called = ami__handlers_dispatch(&s->handlers, s, msg);

    s->called += called;
    if (called)
        s->stats.events_delivered++;
    else
        s->stats.events_dropped++;
}

static void route_event(ami_session *s, const ami_msg *msg)
{
    bool broadcast = is_broadcast(msg);
    struct ami__pending *p = broadcast ? NULL : part_of(s, msg);

    if (p && p->stage == AMI__LISTING && ends_list(p, msg)) {
        end_list(s, p, msg);
    } else if (p) {
        give_item(s, p, msg);
    } else if (!broadcast && is_leftover(s, msg)) {
        s->stats.late++;
    } else {
        if (s->results)
            route_result(s, msg);
        s->shutdown |= is_shutdown(msg->name, strlen(msg->name));
        deliver(s, msg);
    }
}

/* Where the next event begins in a message. An Event field may also be a header of an item; an
 * event has an ActionID or a Privilege of its own. */
static size_t next_event(const ami_msg *msg, size_t begin)
{
    while (ami__msg_next(msg, "Event", &begin)) {
        size_t end = begin + 1;
        ami_msg rest = *msg;

        ami__msg_next(msg, "Event", &end);
        rest.fields += begin;
        rest.count = end - begin;
        if (ami_msg_find(&rest, "ActionID") || ami_msg_find(&rest, "Privilege"))
            return begin;
        begin = end;
    }
    return msg->count;
}

/* The part of a message that begins with this Event field, up to the next event. */
static ami_msg event_part(const ami_msg *msg, size_t begin)
{
    ami_msg part = *msg;
    size_t end = next_event(msg, begin + 1);

    part.fields += begin;
    part.count = end - begin;
    part.name = part.fields[0].value;
    part.flags = 0;
    return part;
}

/* A list whose items came without the blank line between them. */
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
    bool ping;

    if (!(msg->flags & AMI_MSG_DAMAGED) || !s->open)
        return false;
    ami_msg part = event_part(msg, 0);
    const struct ami__pending *p = is_broadcast(&part) ? NULL : owner(s, &part, &ping);
    return p && p->stage == AMI__LISTING;
}

/* ---- The rest ---------------------------------------------------------------------------- */

/* The first action of a queue that may be answered with text and that the server has not passed. */
static struct ami__pending *next_framed(const ami_session *s, struct ami__pending *p)
{
    while (p &&
           !(p->framed && p->stage == AMI__AWAITED && p->at >= s->answered && p->at < s->out_at))
        p = p->next;
    return p;
}

/* Text without a Response can only belong to an action framed by a Ping: the one whose turn it is.
 */
static void route_raw(ami_session *s, const ami_msg *msg)
{
    struct ami__pending *p = next_framed(s, s->pendings.live.first);
    struct ami__pending *gone = next_framed(s, s->pendings.ended.first);

    if (gone && (!p || gone->at < p->at))
        p = gone;
    if (p)
        give_item(s, p, msg);
    else
        s->stats.late++;
}

/* 100 for "1.0", 502 for "5.2.1", UINT_MAX for what is no version. */
static unsigned era_of(const char *version)
{
    size_t major_len = strcspn(version, ".");
    const char *rest = version + major_len + (version[major_len] == '.');
    uint64_t major, minor;

    if (!ami__parse_u64(version, major_len, &major) || major >= UINT_MAX / 200 ||
        !ami__parse_u64(rest, strspn(rest, "0123456789"), &minor) || minor > 99)
        return UINT_MAX;
    return 100 * (unsigned)major + (unsigned)minor;
}

static void route_banner(ami_session *s, const ami_msg *msg)
{
    s->greeted = true;
    ami__printable(s->banner, sizeof s->banner, msg->name, strlen(msg->name));
    s->era = era_of(msg->name);
    if (s->on_banner)
        s->on_banner(s->owner);
}

void ami__route(ami_session *s, const ami_msg *msg)
{
    s->stats.messages += msg->kind != AMI_KIND_BANNER;
    s->stats.damaged += (msg->flags & AMI_MSG_DAMAGED) != 0;
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
