/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* getentropy, POSIX since 2024 */
#include "random.h"

#include <unistd.h>

#include <ami/error.h>

int ami__random_text(char *text, size_t len)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

    if (getentropy(text, len) != 0)
        return AMI_E_IO;
    for (size_t i = 0; i < len; i++)
        text[i] = digits[(unsigned char)text[i] % 32];
    text[len] = '\0';
    return AMI_OK;
}

unsigned ami__random_below(unsigned below)
{
    unsigned number;

    return getentropy(&number, sizeof number) == 0 ? number % below : 0;
}
