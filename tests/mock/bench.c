#include "bench.h"

#include <string.h>

void ami_mock_bench_open(struct ami_mock_bench *b, const struct ami_mock_opts *opts)
{
    *b = (struct ami_mock_bench){.piece = SIZE_MAX};
    b->pbx = ami_mock_pbx_new(opts, NULL, 0);
    assert_non_null(b->pbx);
    b->link = ami_mock_link_new(b->pbx, 0);
}

void ami_mock_bench_close(struct ami_mock_bench *b)
{
    ami_mock_pbx_free(b->pbx);
}

const char *ami_mock_bench_take_from(struct ami_mock_bench *b, ami_mock_link *link)
{
    size_t len;
    const char *out = ami_mock_link_output(link, &len);

    assert_true(len < sizeof b->got);
    memcpy(b->got, out, len);
    b->got[len] = '\0';
    ami_mock_link_sent(link, len);
    return b->got;
}

const char *ami_mock_bench_take(struct ami_mock_bench *b)
{
    return ami_mock_bench_take_from(b, b->link);
}

void ami_mock_bench_feed(struct ami_mock_bench *b, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t n = len < b->piece ? len : b->piece;

        ami_mock_link_feed(b->link, bytes, n, b->now);
        bytes += n;
        len -= n;
    }
}

const char *ami_mock_bench_ask(struct ami_mock_bench *b, const char *bytes)
{
    ami_mock_bench_feed(b, bytes, strlen(bytes));
    return ami_mock_bench_take(b);
}

const char *ami_mock_bench_wait(struct ami_mock_bench *b, int64_t now)
{
    b->now = now;
    ami_mock_pbx_tick(b->pbx, now);
    return ami_mock_bench_take(b);
}

void ami_mock_bench_login(struct ami_mock_bench *b, const char *how)
{
    assert_non_null(strstr(ami_mock_bench_ask(b, how), "Authentication accepted"));
}

const char *ami_mock_bench_value(const char *text, const char *anchor, const char *name,
                                 char value[128])
{
    const char *at = strstr(text, anchor);
    size_t len;

    assert_non_null(at);
    at = strstr(at, name);
    assert_non_null(at);
    at += strlen(name);
    len = strcspn(at, "\r");
    assert_true(len < 128);
    memcpy(value, at, len);
    value[len] = '\0';
    return value;
}
