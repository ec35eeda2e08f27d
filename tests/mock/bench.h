/* What the tests of the mock share: one PBX and a client of it, without sockets. */
#ifndef AMI_MOCK_TEST_BENCH_H
#define AMI_MOCK_TEST_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock.h"

#define LOGIN "Action: Login\r\nUsername: admin\r\nSecret: secret\r\n\r\n"
#define QUIET "Action: Login\r\nUsername: admin\r\nSecret: secret\r\nEvents: off\r\n\r\n"

struct ami_mock_bench {
    ami_mock_pbx *pbx;
    ami_mock_link *link;
    size_t piece; /* how many bytes are fed at once */
    int64_t now;
    char got[65536]; /* what was taken last */
};

void ami_mock_bench_open(struct ami_mock_bench *b, const struct ami_mock_opts *opts);
void ami_mock_bench_close(struct ami_mock_bench *b);
void ami_mock_bench_feed(struct ami_mock_bench *b, const char *bytes, size_t len);
/* The output so far, of the bench's own link or of another one. */
const char *ami_mock_bench_take(struct ami_mock_bench *b);
const char *ami_mock_bench_take_from(struct ami_mock_bench *b, ami_mock_link *link);
/* Sends and returns what comes back at once. */
const char *ami_mock_bench_ask(struct ami_mock_bench *b, const char *bytes);
/* Lets time pass and returns what comes. */
const char *ami_mock_bench_wait(struct ami_mock_bench *b, int64_t now);
void ami_mock_bench_login(struct ami_mock_bench *b, const char *how);
/* The value of a header, behind the first place of an anchor. */
const char *ami_mock_bench_value(const char *text, const char *anchor, const char *name,
                                 char value[128]);

#endif
