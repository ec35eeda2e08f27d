/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <stdio.h>
#include <string.h>

#include <ami/values.h>

#include "catalog.h"
#include "mask.h"
#include "nearest.h"
#include "text.h"

enum { NAME_MAX_SHOWN = 80 };

/* The events that one handler is for, as this server may send them. */
struct watched {
    const struct ami__facts *facts;
    struct ami__sentences *findings;
    const struct ami__handler *handler;
    char name[NAME_MAX_SHOWN]; /* as it was registered */
};

static bool is_for(const struct ami__handler *h, const char *event)
{
    size_t len = strlen(event);

    return ami__same(event, h->prefix && len > h->len ? h->len : len, h->name, h->len);
}

/* The next row of an event that the handler is for and that this server may send. */
static bool next_event(const struct watched *w, size_t *at, struct ami__event *event)
{
    while (ami__event_at((*at)++, event)) {
        if (is_for(w->handler, event->name) &&
            ami__release_within(&w->facts->release, event->since, event->until))
            return true;
    }
    return false;
}

/* ---- Events that this server does not have ------------------------------------------------ */

/* Of some names with commas between, those that this server may send. */
static void list_sent(const struct ami__facts *facts, const char *names, char *out, size_t size)
{
    struct ami__event event;
    size_t len = 0;

    out[0] = '\0';
    for (; *names && len < size; names += strcspn(names, ",") + (names[strcspn(names, ",")] != 0)) {
        size_t name_len = strcspn(names, ",");
        for (size_t i = 0; ami__event_at(i, &event); i++) {
            if (!ami__same(names, name_len, event.name, strlen(event.name)) ||
                !ami__release_within(&facts->release, event.since, event.until))
                continue;
            len += (size_t)snprintf(out + len, size - len, "%s%s", len ? " and " : "", event.name);
            break;
        }
    }
}

/* What this server sends in place of an event that is still to come there. */
static const char *forerunner(const struct ami__facts *facts, const char *name)
{
    struct ami__event event;

    for (size_t i = 0; ami__event_at(i, &event); i++) {
        const char *at = event.became;
        size_t len;
        for (; *at; at += len + (at[len] == ',')) {
            len = strcspn(at, ",");
            if (ami__same(at, len, name, strlen(name)) &&
                ami__release_within(&facts->release, event.since, event.until))
                return event.name;
        }
    }
    return NULL;
}

static void tell_other_release(const struct watched *w, const struct ami__event *event)
{
    const struct ami__facts *f = w->facts;
    char instead[160] = "";

    list_sent(f, event->became, instead, sizeof instead);
    const char *older = instead[0] ? NULL : forerunner(f, event->name);
    const char *other = older ? older : instead;

    if (event->until[0])
        ami__say(w->findings, "%s sends no %s, which was there up to %s%s%s", f->server,
                 event->name, event->until, other[0] ? "; it sends " : "", other);
    else
        ami__say(w->findings, "%s sends no %s, which is there since %s%s%s", f->server, event->name,
                 event->since, other[0] ? "; it sends " : "", other);
}

/* The action whose list has such an item or such an end. */
static const char *list_with(const char *event)
{
    const struct ami_catalog_entry *entry;

    for (size_t i = 0; (entry = ami_catalog_at(i)); i++) {
        if (ami__order(ami_catalog_terminal(entry), event) == 0 ||
            ami__catalog_has_item(entry, event, strlen(event)))
            return ami_catalog_action(entry);
    }
    return NULL;
}

static void tell_unknown(const struct watched *w)
{
    const char *action = w->handler->prefix ? NULL : list_with(w->name);
    const char *near = w->handler->prefix ? NULL : ami__nearest_event(w->name);

    if (action)
        ami__say(w->findings,
                 "\"%s\" is part of the answer to %s, and goes to the callback of that action",
                 w->name, action);
    else
        ami__say(w->findings, "no Asterisk sends an event \"%s\", though a module may%s%s%s",
                 w->name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* No row of this server is for the handler: why not? Of several, the newest tells. */
static void tell_missing(const struct watched *w)
{
    struct ami__event event, newest = {0};

    for (size_t i = 0; ami__event_at(i, &event); i++) {
        if (is_for(w->handler, event.name))
            newest = event;
    }
    if (!newest.name)
        tell_unknown(w);
    else if (w->handler->prefix)
        ami__say(w->findings, "%s sends no %s, other releases do", w->facts->server, w->name);
    else
        tell_other_release(w, &newest);
}

/* ---- Events that it does not send here ---------------------------------------------------- */

/* The classes that all events lack of those that are given; 0 when one lacks none. */
static unsigned lacking(const struct watched *w, unsigned given)
{
    struct ami__event event;
    unsigned all = 0;

    for (size_t at = 0; next_event(w, &at, &event);) {
        if ((event.classes & ~given) == 0)
            return 0;
        all |= event.classes & ~given;
    }
    return all;
}

static void judge_classes(const struct watched *w)
{
    const struct ami__facts *f = w->facts;
    unsigned unread = f->read_known && f->read ? lacking(w, f->read) : 0;
    unsigned masked = f->mask_known && f->mask ? lacking(w, f->mask) : 0;
    char classes[AMI_CLASSES_SIZE], sent[NAME_MAX_SHOWN];

    if (unread) {
        ami_classes_format(unread, classes, sizeof classes);
        ami__say(w->findings, "the user may not read events of class %s: no %s can come", classes,
                 w->name);
    }
    if (masked && f->sent) {
        ami_classes_format(masked, classes, sizeof classes);
        ami__printable(sent, sizeof sent, f->sent, strlen(f->sent));
        ami__say(w->findings, "events of class %s are not in the mask \"%s\": no %s can come",
                 classes, sent, w->name);
    }
}

static bool is_disabled(const char *list, const char *event)
{
    size_t len;

    for (; *list; list += len + (list[len] == ',')) {
        list += strspn(list, " \t");
        len = strcspn(list, ",");
        if (ami__same(list, ami__trimmed(list, len), event, strlen(event)))
            return true;
    }
    return false;
}

static void judge_disabled(const struct watched *w)
{
    struct ami__event event;
    bool some = false;

    for (size_t at = 0; next_event(w, &at, &event); some = true) {
        if (!is_disabled(w->facts->disabled, event.name))
            return;
    }
    if (some)
        ami__say(w->findings, "the server's disabledevents stop %s", w->name);
}

/* ---- Filters ----------------------------------------------------------------------------- */

/* Whether a filter certainly does so to all events of the handler. */
static bool does(const struct watched *w, const struct ami__filter *filter,
                 enum ami__verdict verdict)
{
    struct ami__event event;

    for (size_t at = 0; next_event(w, &at, &event);) {
        if (ami__filter_judge(filter, &w->facts->release, event.name, event.classes) != verdict)
            return false;
    }
    return true;
}

/* One that excludes is enough; of those that let events through, all must miss. */
static void judge_filters(const struct watched *w)
{
    const struct ami__facts *f = w->facts;
    size_t letting = 0, missing = 0, last = 0;

    for (size_t i = 0; i < f->filter_count; i++) {
        const struct ami__filter *filter = &f->filters[i];
        if (!ami__filter_excludes(filter, &f->release)) {
            letting++;
            missing += does(w, filter, AMI__MATCHES_NOT);
            last = i;
        } else if (does(w, filter, AMI__MATCHES)) {
            ami__say(w->findings, "filter %zu, \"%s\", keeps %s out", i + 1, f->shown[i], w->name);
        }
    }
    if (letting == 0 || missing < letting || f->unsure)
        return;
    if (letting == 1)
        ami__say(
            w->findings,
            "filter %zu, \"%s\", lets no %s through, unless an eventfilter of manager.conf does",
            last + 1, f->shown[last], w->name);
    else
        ami__say(w->findings,
                 "none of the %zu filters that let events through has %s, unless an eventfilter of "
                 "manager.conf does",
                 letting, w->name);
}

static void judge_handler(const struct ami__facts *facts, const struct ami__handler *handler,
                          struct ami__sentences *findings)
{
    struct watched w = {facts, findings, handler, ""};
    struct ami__event event;
    size_t at = 0;

    ami__printable(w.name, sizeof w.name, handler->name, handler->len);
    if (handler->prefix && handler->len + 2 < sizeof w.name)
        strcat(w.name, "*");
    if (!next_event(&w, &at, &event)) {
        tell_missing(&w);
        return;
    }
    judge_classes(&w);
    judge_disabled(&w);
    judge_filters(&w);
}

/* ---- The session as a whole --------------------------------------------------------------- */

static void judge_mask(const struct ami__facts *facts, struct ami__sentences *findings)
{
    unsigned classes;

    if (facts->unsure)
        ami__say(findings, "an action Events, Filter or Login ended without an answer: what the "
                           "server does since is not known");
    if (facts->sent)
        ami__mask_read(facts->sent, &classes, findings);
    if (facts->mask_known && facts->mask == 0)
        ami__say(findings, "the mask is off (\"%s\"): no event can come",
                 facts->sent ? facts->sent : "");
}

static void judge_criteria(const struct ami__facts *facts, struct ami__sentences *findings)
{
    for (size_t i = 0; i < facts->filter_count; i++) {
        if (ami__filter_loses_criteria(&facts->filters[i], &facts->release))
            ami__say(findings,
                     "filter %zu, \"%s\": %s does not know MatchCriteria and goes by the Filter "
                     "\"%s\" alone",
                     i + 1, facts->shown[i], facts->server, facts->filters[i].expr);
    }
}

void ami__judge(const struct ami__facts *facts, struct ami__sentences *findings)
{
    bool any = false;

    if (!facts->logged_in)
        ami__say(findings, "nobody is logged in: no event can come");
    if (facts->read_known && facts->read == 0)
        ami__say(findings, "the user may read no class of events: none can come");
    judge_mask(facts, findings);
    judge_criteria(facts, findings);
    for (size_t i = 0; i < facts->handlers->count; i++) {
        const struct ami__handler *handler = &facts->handlers->list[i];
        any |= handler->fn != NULL;
        if (handler->fn && handler->name)
            judge_handler(facts, handler, findings);
    }
    if (!any)
        ami__say(findings, "no handler is registered: nobody would hear of an event");
}
