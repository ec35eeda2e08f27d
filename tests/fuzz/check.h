/* SPDX-License-Identifier: MIT */
/* What must hold for every input. */
#ifndef AMI_FUZZ_CHECK_H
#define AMI_FUZZ_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(what) ((what) ? (void)0 : check_failed(__FILE__, __LINE__, #what))

static inline _Noreturn void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
