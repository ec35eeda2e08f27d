/* SPDX-License-Identifier: MIT */
/* What a filter that was added to the server's session does to an event, as far as that is certain
 * without the event itself. */
#ifndef AMI__FILTER_H
#define AMI__FILTER_H

#include <stdbool.h>

#include "release.h"

struct ami__filter {
    const char *criteria; /* MatchCriteria; "" when there is none */
    const char *expr;     /* Filter */
};

enum ami__verdict {
    AMI__MATCHES,     /* whatever else is in the event */
    AMI__MATCHES_NOT, /* likewise */
    AMI__MATCHES_MAYBE
};

/* Whether events that match are dropped, rather than let through. */
bool ami__filter_excludes(const struct ami__filter *filter, const struct ami__release *server);

/* Whether it matches an event of this name and of these classes. */
enum ami__verdict ami__filter_judge(const struct ami__filter *filter,
                                    const struct ami__release *server, const char *event,
                                    unsigned classes);

/* Whether the server certainly reads the criteria, and whether it certainly ignores them. */
bool ami__filter_has_criteria(const struct ami__filter *filter, const struct ami__release *server);
bool ami__filter_loses_criteria(const struct ami__filter *filter,
                                const struct ami__release *server);

#endif
