/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <ami/error.h>

void ami__stats_done(struct ami_stats *stats, int status)
{
    switch (status) {
    case AMI_OK:
        stats->ok++;
        break;
    case AMI_E_REFUSED:
        stats->refused++;
        break;
    case AMI_E_TIMEOUT:
        stats->timeout++;
        break;
    case AMI_E_CANCELLED:
        stats->cancelled++;
        break;
    case AMI_E_NOT_SENT:
        stats->not_sent++;
        break;
    case AMI_E_LOST:
        stats->lost++;
        break;
    case AMI_E_LIMIT:
        stats->limit++;
        break;
    }
}

void ami__stats_answered(struct ami_stats *stats, ami_time ms)
{
    size_t i = 0;

    while (i < AMI_ANSWER_TIMES - 1 && ms >= (ami_time)1 << i)
        i++;
    stats->answers[i]++;
}
