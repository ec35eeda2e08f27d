/* SPDX-License-Identifier: MIT */
/*
 * Instructions for each byte, counted by callgrind: exact, whatever else the machine does.
 *
 *     instructions CORPUS...
 *     instructions eager|unwanted CORPUS      what it runs under callgrind
 */
#include "bench.h"

/* callgrind counts what happens inside of it. */
void __attribute__((noinline)) measured(void *object, const struct corpus *corpus);

static void (*work)(void *object, const struct corpus *corpus);

static volatile size_t sink; /* keeps the compiler from leaving anything out */

static void parse(void *parser, const struct corpus *corpus)
{
    static const char *const wanted[3] = {"Event", "Channel", "Uniqueid"};
    const ami_msg *msg;

    for (size_t at = 0, n; at < corpus->len; at += n) {
        n = corpus->len - at < BENCH_CHUNK ? corpus->len - at : BENCH_CHUNK;
        require(ami_parser_feed(parser, corpus->data + at, n) == AMI_OK);
        while (ami_parser_next(parser, &msg) > 0) {
            for (size_t i = 0; i < 3; i++) {
                const struct ami_field *field = ami_msg_find(msg, wanted[i]);
                sink += field ? field->value_len : 0;
            }
        }
    }
}

static void pass_over(void *session, const struct corpus *corpus)
{
    session_eat(session, corpus->data, corpus->len, BENCH_CHUNK);
}

void measured(void *object, const struct corpus *corpus)
{
    work(object, corpus);
}

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
}

static int run(const char *mode, const char *path)
{
    struct corpus corpus = corpus_read(path, 1);
    ami_parser *parser = ami_parser_new(NULL, NULL);
    ami_session *session = greeted_session(NULL);
    bool eager = strcmp(mode, "eager") == 0;

    require(ami_on(session, "NoSuchEvent", on_event, NULL, NULL) == AMI_OK);
    work = eager ? parse : pass_over;
    work(eager ? (void *)parser : (void *)session, &corpus); /* buffers are warm */
    measured(eager ? (void *)parser : (void *)session, &corpus);
    ami_session_free(session);
    ami_parser_free(parser);
    corpus_free(&corpus);
    return 0;
}

/* The instructions of one pass over the file. */
static double counted(const char *self, const char *mode, const char *path)
{
    char *said = output_of("valgrind --tool=callgrind --callgrind-out-file=/dev/null "
                           "--toggle-collect=measured '%s' %s '%s' 2>&1",
                           self, mode, path);
    const char *figure = said ? strstr(said, "Collected : ") : NULL;

    if (!figure)
        die("callgrind counted nothing:\n%s", said ? said : "");
    double instructions = strtod(figure + strlen("Collected : "), NULL);
    free(said);
    return instructions;
}

static void measure(const char *self, const char *path)
{
    struct corpus corpus = corpus_read(path, 1);
    double bytes = (double)corpus.len;
    char what[80];

    snprintf(what, sizeof what, "parse + 3 look-ups, %s", corpus.name);
    count(what, (struct goal){COUNT, 7.5, 5.8}, counted(self, "eager", path) / bytes,
          "instructions/byte");
    snprintf(what, sizeof what, "unwanted events, %s", corpus.name);
    count(what, (struct goal){COUNT, 2.5, 1.3}, counted(self, "unwanted", path) / bytes,
          "instructions/byte");
    corpus_free(&corpus);
}

int main(int argc, char **argv)
{
    if (argc == 3 && argv[1][0] != '/' && !strchr(argv[1], '.') && !strchr(argv[1], '/'))
        return run(argv[1], argv[2]);
    char *valgrind = output_of("command -v valgrind");
    if (!valgrind) {
        puts("# instructions: no valgrind here");
        return 0;
    }
    free(valgrind);
    for (int i = 1; i < argc; i++)
        measure(argv[0], argv[i]);
    return verdict();
}
