/* SPDX-License-Identifier: MIT */
/* What each action of Asterisk 1.0 to 23 answers with. The rows come from catalog.tsv. */
#ifndef AMI__CATALOG_H
#define AMI__CATALOG_H

#include <stdbool.h>
#include <stddef.h>

enum ami__answer {
    AMI__SIMPLE,   /* a Response (with items, if on some arguments it is a list) */
    AMI__LIST,     /* a Response, items, and the event that ends the list */
    AMI__COMMAND,  /* a Response with Output */
    AMI__DEFERRED, /* a Response, and later an event that is a result of its own */
    AMI__RAW       /* text without a Response */
};

struct ami__catalog_row {
    const char *action;
    enum ami__answer answer;
    const char *items;    /* names of the item events, separated by commas; "" none */
    const char *terminal; /* the event that ends the list, or ""  */
};

/* The row of an action, without regard to case, or NULL when it is unknown. */
const struct ami__catalog_row *ami__catalog_find(const char *action);

/* Whether an event of this name is an item of the row's list. */
bool ami__catalog_has_item(const struct ami__catalog_row *row, const char *event, size_t len);

#endif
