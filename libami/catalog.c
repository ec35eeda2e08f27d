/* SPDX-License-Identifier: MIT */
#include "catalog.h"

#include <string.h>

#include <ami/values.h>

#include "text.h"

/* Places are those in the pool of strings, so that the table holds no pointer and the loader has
 * nothing to write. Several strings stand there behind each other. */
struct ami_catalog_entry {
    enum ami_answer answer;
    uint16_t unsure; /* the last banner under which the answer may fail to come; 0: never */
    uint16_t items, item_count;
    uint16_t terminal, action;
    uint16_t params, param_count; /* each name behind a digit, '0' and these bits: */
    uint16_t classes, since, until, synopsis;
    bool in_16, in_22;
};
enum { REQUIRED = 1, REPEATABLE = 2 };
enum { ALWAYS = UINT16_MAX };

/* An event, as it was for a time. */
struct event {
    uint16_t name, since, until, became;
    unsigned classes;
};

/* The pool, and the entries and the events in the order of their names without regard to case, of
 * one name the oldest first; made from catalog.tsv and events.tsv by catalog.awk. */
#include "catalog_rows.h"

static const size_t count = sizeof entries / sizeof entries[0];

/* ---- Entries ----------------------------------------------------------------------------- */

const struct ami_catalog_entry *ami_catalog_find(const char *action)
{
    size_t low = 0, high = count;

    while (action && low < high) {
        size_t middle = low + (high - low) / 2;
        int order = ami__order(action, pool + entries[middle].action);
        if (order == 0)
            return &entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

size_t ami_catalog_count(void)
{
    return count;
}

const struct ami_catalog_entry *ami_catalog_at(size_t index)
{
    return index < count ? &entries[index] : NULL;
}

/* ---- One string each --------------------------------------------------------------------- */

const char *ami_catalog_action(const struct ami_catalog_entry *entry)
{
    return pool + entry->action;
}

const char *ami_catalog_synopsis(const struct ami_catalog_entry *entry)
{
    return pool + entry->synopsis;
}

enum ami_answer ami_catalog_answer(const struct ami_catalog_entry *entry)
{
    return entry->answer;
}

bool ami__catalog_is_unsure(const struct ami_catalog_entry *entry, unsigned banner)
{
    return entry->unsure && (entry->unsure == ALWAYS || banner <= entry->unsure);
}

const char *ami_catalog_terminal(const struct ami_catalog_entry *entry)
{
    return pool + entry->terminal;
}

const char *ami_catalog_classes(const struct ami_catalog_entry *entry)
{
    return pool + entry->classes;
}

bool ami_catalog_in_16(const struct ami_catalog_entry *entry)
{
    return entry->in_16;
}

bool ami_catalog_in_22(const struct ami_catalog_entry *entry)
{
    return entry->in_22;
}

const char *ami_catalog_since(const struct ami_catalog_entry *entry)
{
    return pool + entry->since;
}

const char *ami_catalog_until(const struct ami_catalog_entry *entry)
{
    return pool + entry->until;
}

/* ---- Several strings --------------------------------------------------------------------- */

/* The one of that number, of those that begin at a place. */
static const char *nth(size_t place, size_t index)
{
    while (index-- > 0)
        place += strlen(pool + place) + 1;
    return pool + place;
}

size_t ami_catalog_item_count(const struct ami_catalog_entry *entry)
{
    return entry->item_count;
}

const char *ami_catalog_item(const struct ami_catalog_entry *entry, size_t index)
{
    return index < entry->item_count ? nth(entry->items, index) : NULL;
}

bool ami__catalog_has_item(const struct ami_catalog_entry *entry, const char *event, size_t len)
{
    for (size_t i = 0; i < entry->item_count; i++) {
        const char *name = nth(entry->items, i);
        if (ami__same(event, len, name, strlen(name)))
            return true;
    }
    return false;
}

size_t ami_catalog_param_count(const struct ami_catalog_entry *entry)
{
    return entry->param_count;
}

const char *ami_catalog_param(const struct ami_catalog_entry *entry, size_t index)
{
    return index < entry->param_count ? nth(entry->params, index) + 1 : NULL;
}

static bool param_has(const struct ami_catalog_entry *entry, size_t index, int mark)
{
    return index < entry->param_count && ((nth(entry->params, index)[0] - '0') & mark) != 0;
}

bool ami_catalog_param_is_required(const struct ami_catalog_entry *entry, size_t index)
{
    return param_has(entry, index, REQUIRED);
}

bool ami_catalog_param_is_repeatable(const struct ami_catalog_entry *entry, size_t index)
{
    return param_has(entry, index, REPEATABLE);
}

/* ---- Events ------------------------------------------------------------------------------ */

bool ami__event_at(size_t index, struct ami__event *event)
{
    if (index >= sizeof events / sizeof events[0])
        return false;
    const struct event *e = &events[index];
    *event = (struct ami__event){pool + e->name, pool + e->since, pool + e->until, pool + e->became,
                                 e->classes};
    return true;
}

int ami_event_classes(const char *event, unsigned *classes)
{
    struct ami__event row;
    int err = AMI_E_NOTFOUND;

    for (size_t i = 0; event && ami__event_at(i, &row); i++) {
        if (ami__order(event, row.name) == 0) {
            *classes = row.classes;
            err = AMI_OK;
        }
    }
    return err;
}
