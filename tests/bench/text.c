/* SPDX-License-Identifier: MIT */
/* The text of the shared library, as size(1) counts it. */
#include "bench.h"

int main(int argc, char **argv)
{
    (void)argc;
    char *said =
        output_of("size '%.*s/../libami.so'", (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
    if (!said)
        die("size(1) failed");
    count("text of the shared library", (struct goal){COUNT, 160, 96},
          strtod(strchr(said, '\n'), NULL) / 1024, "KiB");
    free(said);
    return verdict();
}
