/* SPDX-License-Identifier: MIT */
/*
 * Fuzzing a session. The input is what the server says, and in between, each behind a byte 1, what
 * the program does: a letter and a text up to NUL, see program.h. Whatever comes, each accepted
 * action ends once, with a status that fits its message, the session counts right, nothing is left
 * over, and it makes no difference in which pieces the bytes come.
 */
#include "../../libami/state.h"
#include "program.h"

enum { DEED = 1 };

static void check_counts(const ami_session *s)
{
    size_t open = 0, blocking = 0, results = 0, held = 0, count = 0;

    for (const struct ami__pending *p = s->pendings.live.first; p; p = p->next, count++) {
        open += p->open;
        blocking += p->blocks;
        results += p->result;
        held += ami__buf_len(&p->held);
    }
    for (const struct ami__pending *p = s->pendings.ended.first; p; p = p->next, count++)
        CHECK(!p->next || p->at < p->next->at);
    CHECK(s->open == open && s->blocking == blocking && s->results == results);
    CHECK(s->held_bytes == held && s->pendings.count == count);
}

/* The timers of what callbacks submit start at once, not with the next piece. */
static void feed(struct program *p, const char *at, size_t len, size_t step)
{
    for (size_t n; p->session && len > 0; at += n, len -= n) {
        n = len < step ? len : step;
        int err = ami_session_feed(p->session, at, n, p->now);
        CHECK((err == AMI_E_CANCELLED) == !p->session);
        if (p->session)
            ami_session_deadline(p->session, p->now);
    }
}

/* A NUL stands at the end. */
static void play(struct program *p, const char *at, const char *end, size_t step)
{
    while (p->session && at < end) {
        const char *deed = memchr(at, DEED, (size_t)(end - at));
        feed(p, at, (size_t)((deed ? deed : end) - at), step);
        at = deed ? deed + strlen(deed) + 1 : end;
        if (p->session && deed && deed[1])
            program_act(p, deed[1], deed + 2);
        if (p->session)
            check_counts(p->session);
    }
}

static void begin(struct program *p)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct ami_limits limits = AMI_LIMITS_INIT;

    *p = (struct program){.now = 1000};
    test_alloc_init(&p->alloc, 0);
    limits.line = 200;
    limits.fields = limits.list_items = 20;
    limits.in_flight = 12;
    limits.output = 2000;
    opts.limits = &limits;
    opts.allocator = &p->alloc.allocator;
    opts.id_prefix = "t";
    CHECK(ami_session_new(&p->session, &opts) == AMI_OK);
}

static void end(struct program *p)
{
    if (p->session)
        ami_session_eof(p->session, p->now);
    CHECK(!p->session || !p->session->pendings.live.first);
    ami_session_free(p->session);
    for (size_t i = 0; i < p->count; i++)
        CHECK(p->actions[i].done);
    CHECK(p->alloc.live == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct program whole, pieces;
    char *bytes = calloc(1, size + 1);

    memcpy(bytes, data, size);
    begin(&whole);
    play(&whole, bytes, bytes + size, size);
    end(&whole);
    begin(&pieces);
    play(&pieces, bytes, bytes + size, 1);
    end(&pieces);
    /* Where memory runs out depends on the pieces. */
    CHECK(whole.forgetful || strcmp(text_str(&whole.log), text_str(&pieces.log)) == 0);
    text_free(&whole.log);
    text_free(&pieces.log);
    free(bytes);
    return 0;
}
