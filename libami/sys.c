/* SPDX-License-Identifier: MIT */
/* The clock. Nothing else in libami asks the time. */
#include <time.h>

#include <ami/base.h>

ami_time ami_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ami_time)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
