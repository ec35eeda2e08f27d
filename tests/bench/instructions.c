/* SPDX-License-Identifier: MIT */
/*
 * Instructions for each byte, counted by callgrind: exact, whatever else the machine does.
 *
 *     instructions CORPUS...
 *     instructions eager|unwanted CORPUS      what it runs under callgrind
 */
#include "bench.h"

static volatile size_t sink; /* keeps the compiler from leaving anything out */

/* What libami does when n bytes have been received into its room. */
typedef void work_fn(void *object, size_t n);

static void parse(void *parser, size_t n)
{
    static const char *const wanted[3] = {"Event", "Channel", "Uniqueid"};
    const ami_msg *msg;

    require(ami_parser_added(parser, n) == AMI_OK);
    while (ami_parser_next(parser, &msg) > 0) {
        for (size_t i = 0; i < 3; i++) {
            const struct ami_field *field = ami_msg_find(msg, wanted[i]);
            sink += field ? field->value_len : 0;
        }
    }
}

static void pass_over(void *session, size_t n)
{
    require(ami_session_added(session, n, 0) == AMI_OK);
}

/* callgrind counts what happens inside of it. */
void __attribute__((noinline)) measured(work_fn *work, void *object, size_t n);
void measured(work_fn *work, void *object, size_t n)
{
    work(object, n);
}

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
}

static void *room_of(void *object, size_t *room, bool eager)
{
    return eager ? ami_parser_space(object, room) : ami_session_space(object, room);
}

static int run(const char *mode, const char *path)
{
    struct corpus corpus = corpus_read(path, 1);
    bool eager = strcmp(mode, "eager") == 0;
    void *object = eager ? (void *)ami_parser_new(NULL, NULL) : (void *)greeted_session(NULL);

    if (!eager)
        require(ami_on(object, "NoSuchEvent", on_event, NULL, NULL) == AMI_OK);
    for (size_t at = 0, n; at < corpus.len; at += n) {
        size_t room;
        void *space = room_of(object, &room, eager);
        require(space);
        n = corpus.len - at < BENCH_CHUNK ? corpus.len - at : BENCH_CHUNK;
        n = n < room ? n : room;
        memcpy(space, corpus.data + at, n);
        measured(eager ? parse : pass_over, object, n);
    }
    if (eager)
        ami_parser_free(object);
    else
        ami_session_free(object);
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
