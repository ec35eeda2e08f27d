/* SPDX-License-Identifier: MIT */
/*
 * The parser by itself: bytes to messages, three look-ups in each.
 *
 *     parse CORPUS...      BENCH_PEER=PROGRAM adds another parser, see README.md
 */
#include "bench.h"
#include "splitter.h"

enum { BYTES = 8 << 20, PASSES = 6 };

static const char *const wanted[3] = {"Event", "Channel", "Uniqueid"};

struct parse {
    struct corpus corpus;
    char path[256];
    ami_parser *parser;
    size_t chunk;
    char *copy;
    volatile size_t sink; /* keeps the compiler from leaving anything out */
};

static void look_up(struct parse *p, const ami_msg *msg)
{
    for (size_t i = 0; i < 3; i++) {
        const struct ami_field *field = ami_msg_find(msg, wanted[i]);
        p->sink += field ? field->value_len : 0;
    }
}

/* Reads as from a socket: into the parser's own room. */
static size_t parse_pass(struct parse *p)
{
    const char *at = p->corpus.data, *end = at + p->corpus.len;
    const ami_msg *msg;
    size_t messages = 0;

    while (at < end) {
        size_t room, n = (size_t)(end - at) < p->chunk ? (size_t)(end - at) : p->chunk;
        void *space = ami_parser_space(p->parser, &room);
        require(space);
        if (n > room)
            n = room;
        memcpy(space, at, n);
        require(ami_parser_added(p->parser, n) == AMI_OK);
        at += n;
        for (; ami_parser_next(p->parser, &msg) > 0; messages++)
            look_up(p, msg);
    }
    return messages;
}

static double parse_by(struct parse *p, size_t chunk)
{
    double begin = cpu_seconds();

    p->chunk = chunk;
    for (int i = 0; i < PASSES; i++)
        require(parse_pass(p) == p->corpus.messages);
    return (cpu_seconds() - begin) / PASSES / (double)p->corpus.len;
}

static double parse(void *context)
{
    return parse_by(context, BENCH_CHUNK);
}

static double parse_segments(void *context)
{
    return parse_by(context, 1460);
}

static double parse_large(void *context)
{
    return parse_by(context, 64 << 10);
}

static double scan_lines(void *context)
{
    struct parse *p = context;
    double begin = cpu_seconds();

    for (int i = 0; i < PASSES; i++) {
        const char *at = p->corpus.data, *end = at + p->corpus.len, *lf;
        while ((lf = memchr(at, '\n', (size_t)(end - at)))) {
            p->sink++;
            at = lf + 1;
        }
    }
    return (cpu_seconds() - begin) / PASSES / (double)p->corpus.len;
}

static double split(void *context)
{
    struct parse *p = context;
    double begin = cpu_seconds();

    for (int i = 0; i < PASSES; i++)
        require(split_messages(p->corpus.data, p->corpus.len, wanted, &p->sink) >=
                p->corpus.messages); /* it ends some too early */
    return (cpu_seconds() - begin) / PASSES / (double)p->corpus.len;
}

static double copy(void *context)
{
    struct parse *p = context;
    double begin = cpu_seconds();

    for (int i = 0; i < PASSES; i++) {
        for (size_t at = 0; at < p->corpus.len; at += BENCH_CHUNK) {
            size_t left = p->corpus.len - at;
            memcpy(p->copy, p->corpus.data + at, left < BENCH_CHUNK ? left : BENCH_CHUNK);
            p->sink += (unsigned char)p->copy[0];
        }
    }
    return (cpu_seconds() - begin) / PASSES / (double)p->corpus.len;
}

/* Another program's parser: its own account of the same file. */
static double peer(void *context)
{
    struct parse *p = context;
    double messages, bytes, taken;
    char *said = output_of("%s %s %d %d", getenv("BENCH_PEER"), p->path, BENCH_CHUNK, 20);

    if (!said || sscanf(said, "%lf %lf %lf", &messages, &bytes, &taken) != 3 || bytes <= 0)
        die("BENCH_PEER does not print: messages bytes seconds");
    free(said);
    return taken / bytes;
}

static void measure(const char *path)
{
    struct parse p = {.corpus = corpus_read(path, BYTES)};
    char what[64];

    snprintf(p.path, sizeof p.path, "%s", path);
    require((p.parser = ami_parser_new(NULL, NULL)) && (p.copy = malloc(BENCH_CHUNK)));
    printf("# %s: %zu messages of %.0f bytes\n", p.corpus.name, p.corpus.messages,
           (double)p.corpus.len / (double)p.corpus.messages);
#define ROW(text) (snprintf(what, sizeof what, "%s, %s", text, p.corpus.name), what)
    compare(ROW("parse + 3 look-ups / memchr scan"), (struct goal){SHARE, .45, .65}, "MB/s", parse,
            scan_lines, &p);
    compare(ROW("parse + 3 look-ups / splitter"), (struct goal){SHARE, .65, .90}, "MB/s", parse,
            split, &p);
    compare(ROW("pieces of 1,460 bytes / 16 KiB"), (struct goal){SHARE, .80, .90}, "MB/s",
            parse_segments, parse, &p);
    compare(ROW("pieces of 64 KiB / 16 KiB"), (struct goal){SHARE, .80, .90}, "MB/s", parse_large,
            parse, &p);
    compare(ROW("memcpy / memchr scan"), (struct goal){SHARE, 0, 0}, "MB/s", copy, scan_lines, &p);
    compare(ROW("splitter / memchr scan"), (struct goal){SHARE, 0, 0}, "MB/s", split, scan_lines,
            &p);
    if (getenv("BENCH_PEER"))
        compare(ROW("parse + 3 look-ups x BENCH_PEER"), (struct goal){SHARE, 0, 0}, "MB/s", parse,
                peer, &p);
#undef ROW
    free(p.copy);
    ami_parser_free(p.parser);
    corpus_free(&p.corpus);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        measure(argv[i]);
    return verdict();
}
