/* SPDX-License-Identifier: MIT */
#include "opts.h"

#include <string.h>

#include <ami/error.h>

int ami__opts_copy(void *ours, size_t size, const void *theirs)
{
    size_t given;

    memset(ours, 0, size);
    if (!theirs)
        return AMI_OK;
    memcpy(&given, theirs, sizeof given);
    if (given < sizeof given)
        return AMI_E_INVAL;
    for (size_t i = size; i < given; i++) {
        if (((const char *)theirs)[i] != 0)
            return AMI_E_INVAL;
    }
    memcpy(ours, theirs, given < size ? given : size);
    return AMI_OK;
}

int ami__opts_ms(int *ms, int otherwise)
{
    if (*ms < -1)
        return AMI_E_INVAL;
    if (*ms == 0)
        *ms = otherwise;
    return AMI_OK;
}
