/* SPDX-License-Identifier: MIT */
/*
 * See oracle.h. The rules: the server answers one action after the other, and writes nothing else
 * between the beginning and the end of a list. An event with a Privilege that ends in ",all" goes
 * to everybody, whatever else it says; in Asterisk 1.0, which has no Privilege, one without an
 * ActionID does, and the outcome of an Originate. All other messages are for the action whose
 * ActionID they carry; without one, an event is for the list that is open, and text for the action
 * whose turn it is. Where events of a list come without a blank line between them, an Event with an
 * ActionID of its own begins another one; else it is a header of the item.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Messages ---------------------------------------------------------------------------- */

const char *text_value(const char *message, const char *name, size_t *len)
{
    size_t name_len = strlen(name);

    while (*message) {
        size_t line = strcspn(message, "\n");

        if (strncmp(message, name, name_len) == 0 && strncmp(message + name_len, ": ", 2) == 0) {
            *len = line - name_len - 2;
            return message + name_len + 2;
        }
        message += line + 1;
    }
    *len = 0;
    return "";
}

bool text_value_is(const char *message, const char *name, const char *value)
{
    size_t len;
    const char *found = text_value(message, name, &len);

    return len == strlen(value) && strncasecmp(found, value, len) == 0;
}

static bool is_a(const char *message, const char *kind)
{
    return strncmp(message, kind, strlen(kind)) == 0;
}

/* Some items of old lists begin with their ActionID. */
static bool is_event(const char *message)
{
    size_t len;

    text_value(message, "Event", &len);
    return len > 0 && !is_a(message, "Response: ");
}

static bool is_for_everybody(const struct oracle *o, const char *event)
{
    size_t id, len;
    const char *privilege = text_value(event, "Privilege", &len);

    text_value(event, "ActionID", &id);
    if (o->oldest)
        return id == 0 || is_a(event, "Event: Originate");
    return (len > 4 && memcmp(privilege + len - 4, ",all", 4) == 0) ||
           text_value_is(event, "Privilege", "<none>");
}

/* ---- Out --------------------------------------------------------------------------------- */

static void add_exchange(struct oracle *o, const char *id, size_t len)
{
    if (o->count == o->room) {
        o->room = o->room ? 2 * o->room : 64;
        o->at = resized(o->at, o->room * sizeof *o->at);
    }
    o->at[o->count] = (struct exchange){.id = resized(NULL, len + 1)};
    memcpy(o->at[o->count].id, id, len);
    o->at[o->count++].id[len] = '\0';
}

/* There may be several actions at once, each with an ActionID. */
static void hear_out(struct oracle *o, const char *data, size_t len)
{
    static const char name[] = "\r\nActionID: ";
    const size_t skip = sizeof name - 1;

    for (const char *end = data + len; data + skip < end; data++) {
        if (memcmp(data, name, skip) == 0)
            add_exchange(o, data + skip, strcspn(data + skip, "\r"));
    }
}

/* ---- In ---------------------------------------------------------------------------------- */

static size_t find(const struct oracle *o, const char *id, size_t len)
{
    size_t i = o->count; /* the newest first */

    while (i-- > 0)
        if (strlen(o->at[i].id) == len && memcmp(o->at[i].id, id, len) == 0)
            return i;
    return o->count;
}

/* The action that a message is for, or how many there are when it is for none. */
static size_t owner(const struct oracle *o, const char *message)
{
    size_t len;
    const char *id = text_value(message, "ActionID", &len);

    if (is_event(message) && len == 0)
        return o->open ? o->turn - 1 : o->count;
    if (is_event(message) || is_a(message, "Response: "))
        return find(o, id, len);
    return o->turn;
}

static void give(struct oracle *o, char *message)
{
    bool response = is_a(message, "Response: ");
    size_t at = owner(o, message);

    if (at >= o->count) {
        log_take(&o->strays, message);
        return;
    }
    if (response && at >= o->turn)
        o->turn = at + 1;
    if (response && at + 1 == o->turn)
        o->open = text_value_is(message, "EventList", "start");
    else if (text_value_is(message, "EventList", "Complete"))
        o->open = false;
    o->at[at].bytes += strlen(message);
    log_take(&o->at[at].seen, message);
}

static char *part(const char *message, size_t len)
{
    struct text text = {0};

    text_add_bytes(&text, message, len);
    return text.data;
}

/* The next event within a message, or NULL. */
static const char *next_event(const char *message)
{
    static const char name[] = "\nEvent: ";
    const char *event = strstr(message, name);

    while (event) {
        const char *id = strstr(event, "\nActionID: "), *next = strstr(event + 1, name);

        if (id && (!next || id < next))
            return event + 1;
        event = next;
    }
    return NULL;
}

static void take(char *message, void *user)
{
    struct oracle *o = user;
    const char *at = message, *next;

    if (is_event(message) && is_for_everybody(o, message)) {
        log_take(&o->events, message);
        return;
    }
    while (o->open && (next = next_event(at))) {
        give(o, part(at, (size_t)(next - at)));
        at = next;
    }
    give(o, part(at, strlen(at)));
    free(message);
}

void oracle_hear(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                 void *user)
{
    struct oracle *o = user;

    (void)session;
    if (direction == AMI_TRACE_OUT)
        hear_out(o, data, len);
    else
        wire_add(&o->wire, data, len, take, o);
}

const struct exchange *oracle_find(const struct oracle *oracle, const char *id)
{
    size_t at = find(oracle, id, strlen(id));

    return at < oracle->count ? &oracle->at[at] : NULL;
}

void oracle_free(struct oracle *oracle)
{
    wire_free(&oracle->wire);
    for (size_t i = 0; i < oracle->count; i++) {
        free(oracle->at[i].id);
        log_free(&oracle->at[i].seen);
    }
    free(oracle->at);
    log_free(&oracle->events);
    log_free(&oracle->strays);
    *oracle = (struct oracle){0};
}
