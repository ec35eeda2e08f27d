/* SPDX-License-Identifier: MIT */
/* Lists collected whole: their messages are copied into large blocks, one after the other. */
#ifndef AMI__LIST_H
#define AMI__LIST_H

#include <ami/sync.h>

/* Makes the borrowed list of an ami_list_fn owned: it is then freed with ami_list_free. */
ami_list *ami__list_keep(const ami_list *list);

#endif
