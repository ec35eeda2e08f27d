/* SPDX-License-Identifier: MIT */
/* What the session asks of the catalogue beyond the public calls. */
#ifndef AMI__CATALOG_H
#define AMI__CATALOG_H

#include <ami/catalog.h>

/* Whether an event of this name is an item of the entry's list. */
bool ami__catalog_has_item(const struct ami_catalog_entry *entry, const char *event, size_t len);

/* Whether the answer may fail to come, or to end, under a banner: 100 times the first number and
 * the second one. */
bool ami__catalog_is_unsure(const struct ami_catalog_entry *entry, unsigned banner);

#endif
