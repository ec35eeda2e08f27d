/* SPDX-License-Identifier: MIT */
#include "nearest.h"

#include <string.h>

#include "catalog.h"
#include "text.h"

enum { FAR = 3, SHORT = 4, LONGEST = 63 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Row by row through the table of distances between all beginnings of the two. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[LONGEST + 1];
    size_t a_len = strlen(a), b_len = strlen(b);

    if (a_len > LONGEST || b_len > LONGEST || a_len > b_len + FAR || b_len > a_len + FAR)
        return FAR;
    for (size_t i = 0; i <= a_len; i++)
        row[i] = (unsigned)i;
    for (size_t k = 1; k <= b_len; k++) {
        unsigned corner = row[0];
        row[0] = (unsigned)k;
        for (size_t i = 1; i <= a_len; i++) {
            unsigned above = row[i];
            unsigned differ = ami__lower(a[i - 1]) != ami__lower(b[k - 1]);
            row[i] = least(above + 1, row[i - 1] + 1, corner + differ);
            corner = above;
        }
    }
    return row[a_len];
}

const char *ami__nearest_event(const char *name)
{
    const char *nearest = NULL;
    unsigned closest = FAR;
    struct ami__event event;

    if (strlen(name) <= SHORT)
        return NULL;
    for (size_t i = 0; ami__event_at(i, &event); i++) {
        unsigned away = distance(name, event.name);
        if (away < closest) {
            closest = away;
            nearest = event.name;
        }
    }
    return nearest;
}
