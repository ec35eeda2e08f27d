/* SPDX-License-Identifier: MIT */
#include "catalog.h"

#include <string.h>

#include "text.h"

/* Sorted by action without regard to case; made from catalog.tsv by catalog.awk. */
static const struct ami__catalog_row rows[] = {
#include "catalog_rows.h"
};

const struct ami__catalog_row *ami__catalog_find(const char *action)
{
    size_t low = 0, high = sizeof rows / sizeof rows[0];

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = ami__order(action, rows[middle].action);
        if (order == 0)
            return &rows[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool ami__catalog_has_item(const struct ami__catalog_row *row, const char *event, size_t len)
{
    for (const char *name = row->items; *name;) {
        size_t name_len = strcspn(name, ",");
        if (ami__same(event, len, name, name_len))
            return true;
        name += name_len + (name[name_len] == ',');
    }
    return false;
}
