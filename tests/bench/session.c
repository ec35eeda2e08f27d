/* SPDX-License-Identifier: MIT */
/*
 * The whole session, without a socket: bytes to calls of handlers.
 *
 *     session CORPUS...
 */
#include "bench.h"

enum { BYTES = 8 << 20, PASSES = 8 };

struct conversation {
    struct corpus corpus;
    ami_session *session;
    size_t called;
};

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    ++*(size_t *)user;
}

static double converse(void *context)
{
    struct conversation *c = context;
    double begin = cpu_seconds();

    for (int i = 0; i < PASSES; i++)
        session_eat(c->session, c->corpus.data, c->corpus.len, BENCH_CHUNK);
    return (cpu_seconds() - begin) / PASSES / (double)c->corpus.len;
}

static double scan_lines(void *context)
{
    struct conversation *c = context;
    double begin = cpu_seconds();

    for (int i = 0; i < PASSES; i++) {
        const char *at = c->corpus.data, *end = at + c->corpus.len, *lf;
        while ((lf = memchr(at, '\n', (size_t)(end - at))))
            at = lf + 1;
    }
    return (cpu_seconds() - begin) / PASSES / (double)c->corpus.len;
}

/* The share of the events, in percent, that handlers for these names are called for. */
static double subscribe(struct conversation *c, const char *const *names, size_t count)
{
    c->session = greeted_session(NULL);
    for (size_t i = 0; i < count; i++)
        require(ami_on(c->session, names[i], on_event, &c->called, NULL) == AMI_OK);
    c->called = 0;
    session_eat(c->session, c->corpus.data, c->corpus.len, BENCH_CHUNK);
    return 100.0 * (double)c->called / (double)c->corpus.messages;
}

static void measure(const char *path)
{
    static const char *const all[] = {NULL};
    static const char *const few[] = {"BridgeCreate", "BridgeEnter", "BridgeLeave"};
    struct conversation c = {.corpus = corpus_read(path, BYTES)};
    char what[80];

    require(subscribe(&c, all, 1) == 100);
    snprintf(what, sizeof what, "session, all events / memchr scan, %s", c.corpus.name);
    compare(what, (struct goal){SHARE, .35, .55}, "MB/s", converse, scan_lines, &c);
    ami_session_free(c.session);

    double rest = 100 - subscribe(&c, few, 3);
    snprintf(what, sizeof what, "session, %.0f %% unwanted / memchr scan, %s", rest, c.corpus.name);
    compare(what, (struct goal){SHARE, 1.3, 2}, "MB/s", converse, scan_lines, &c);
    ami_session_free(c.session);
    corpus_free(&c.corpus);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        measure(argv[i]);
    return verdict();
}
