/* SPDX-License-Identifier: MIT */
/* The figures that need a thought. The others are counted where they happen. */
#ifndef AMI__STATS_H
#define AMI__STATS_H

#include <ami/stats.h>

/* An action of the program ended with this status. */
void ami__stats_done(struct ami_stats *stats, int status);

/* It was answered, after so many milliseconds. */
void ami__stats_answered(struct ami_stats *stats, ami_time ms);

#endif
