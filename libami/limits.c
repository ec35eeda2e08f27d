/* SPDX-License-Identifier: MIT */
#include "limits.h"

#include "opts.h"

static void fill(size_t *limit, size_t otherwise)
{
    if (*limit == 0)
        *limit = otherwise;
}

int ami__limits(struct ami_limits *limits, const struct ami_limits *chosen)
{
    int err = ami__opts_copy(limits, sizeof *limits, chosen);

    limits->size = sizeof *limits;
    fill(&limits->line, (size_t)16 << 20);
    fill(&limits->message, (size_t)64 << 20);
    fill(&limits->fields, (size_t)1 << 20);
    fill(&limits->list_items, (size_t)1 << 20);
    fill(&limits->list_bytes, (size_t)256 << 20);
    fill(&limits->output, (size_t)1 << 20);
    fill(&limits->in_flight, 4096);
    return err;
}
