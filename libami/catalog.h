/* SPDX-License-Identifier: MIT */
/* What the session asks of the catalogue beyond the public calls. */
#ifndef AMI__CATALOG_H
#define AMI__CATALOG_H

#include <ami/catalog.h>

/* Whether an event of this name is an item of the entry's list. */
bool ami__catalog_has_item(const struct ami_catalog_entry *entry, const char *event, size_t len);

#endif
