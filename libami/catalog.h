/* SPDX-License-Identifier: MIT */
/* What the session needs to know of each action: the part of a catalogue entry it looks at. */
#ifndef AMI__CATALOG_H
#define AMI__CATALOG_H

#include <ami/catalog.h>

/* Kinds of answers, as the session calls them. */
#define AMI__SIMPLE   AMI_ANSWER_SIMPLE
#define AMI__LIST     AMI_ANSWER_LIST
#define AMI__COMMAND  AMI_ANSWER_COMMAND
#define AMI__DEFERRED AMI_ANSWER_DEFERRED
#define AMI__RAW      AMI_ANSWER_RAW

/* The beginning of an entry. */
struct ami__catalog_row {
    enum ami_answer answer;
    char terminal[40]; /* the event that ends the list, or "" */
};

/* The row of an action, without regard to case, or NULL when it is unknown. */
const struct ami__catalog_row *ami__catalog_find(const char *action);

/* Whether an event of this name is an item of the row's list. */
bool ami__catalog_has_item(const struct ami__catalog_row *row, const char *event, size_t len);

#endif
