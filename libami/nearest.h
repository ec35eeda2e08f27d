/* SPDX-License-Identifier: MIT */
/* Which event was meant? */
#ifndef AMI__NEAREST_H
#define AMI__NEAREST_H

/* The event whose name is at most two letters away, counted in letters to change, insert or take
 * out; NULL when there is none, or when the name is too short to tell. */
const char *ami__nearest_event(const char *name);

#endif
