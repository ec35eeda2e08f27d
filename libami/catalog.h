/* SPDX-License-Identifier: MIT */
/* What libami asks of the catalogue beyond the public calls. */
#ifndef AMI__CATALOG_H
#define AMI__CATALOG_H

#include <ami/catalog.h>

/* Whether an event of this name is an item of the entry's list. */
bool ami__catalog_has_item(const struct ami_catalog_entry *entry, const char *event, size_t len);

/* Whether the answer may fail to come, or to end, under a banner: 100 times the first number and
 * the second one. */
bool ami__catalog_is_unsure(const struct ami_catalog_entry *entry, unsigned banner);

/* An event, as it was for a time: a row of events.tsv. Strings are empty where there is none. */
struct ami__event {
    const char *name;
    const char *since, *until;
    const char *became; /* names with commas between */
    unsigned classes;
};

/* The row of that number, in the order of the names, of one name the oldest first; false past the
 * end. */
bool ami__event_at(size_t index, struct ami__event *event);

#endif
