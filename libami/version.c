/* SPDX-License-Identifier: MIT */
#include <ami/base.h>

const char *ami_version(void)
{
    return AMI_VERSION;
}
