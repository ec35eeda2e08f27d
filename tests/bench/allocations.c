/* SPDX-License-Identifier: MIT */
/* Allocations of a session once it is warm, counted by an allocator of its own. */
#include "bench.h"
#include "replies.h"

enum { TIMES = 100, ITEMS = 2000 };

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
}

static void on_reply(const struct ami_reply *reply, void *user)
{
    (void)reply;
    (void)user;
}

static void events(ami_session *session, const struct corpus *corpus)
{
    session_eat(session, corpus->data, corpus->len, BENCH_CHUNK);
}

/* One action at a time, and its response. */
static void actions(ami_session *session, const ami_action *ping)
{
    for (int i = 0; i < TIMES; i++) {
        struct bytes reply = {0};
        ami_id id;
        require(ami_submit(session, ping, on_reply, NULL, &id) == AMI_OK);
        reply_simple(&reply, ami_session_action_id(session, id));
        session_send_all(session);
        session_eat(session, reply.data, reply.len, BENCH_CHUNK);
        bytes_free(&reply);
    }
}

static void items(ami_session *session, const ami_action *status)
{
    struct bytes reply = {0};
    ami_id id;

    require(ami_submit(session, status, on_reply, NULL, &id) == AMI_OK);
    reply_list(&reply, ami_session_action_id(session, id), ITEMS);
    session_send_all(session);
    session_eat(session, reply.data, reply.len, BENCH_CHUNK);
    bytes_free(&reply);
}

static void on_list(int status, const ami_list *list, void *user)
{
    require(status == AMI_OK && ami_list_count(list) == ITEMS);
    *(bool *)user = true;
}

/* Returns how many bytes the list had. */
static size_t collected(ami_session *session, const ami_action *status)
{
    struct bytes reply = {0};
    bool done = false;
    ami_id id;

    require(ami_collect(session, status, on_list, &done, &id) == AMI_OK);
    reply_list(&reply, ami_session_action_id(session, id), ITEMS);
    session_send_all(session);
    session_eat(session, reply.data, reply.len, BENCH_CHUNK);
    require(done);
    size_t len = reply.len;
    bytes_free(&reply);
    return len;
}

int main(int argc, char **argv)
{
    static const struct goal none = {COUNT, 0, 0}, one = {COUNT, 1, 1};
    struct counting memory;
    counting_init(&memory);
    ami_session *session = greeted_session(&memory.allocator);
    ami_action *ping = ami_action_new("Ping"), *status = ami_action_new("Status");

    require(ami_on(session, NULL, on_event, NULL, NULL) == AMI_OK);
    for (int i = 1; i < argc; i++) {
        struct corpus corpus = corpus_read(argv[i], 1);
        char what[80];
        events(session, &corpus);
        size_t before = memory.calls;
        events(session, &corpus);
        snprintf(what, sizeof what, "for each event, %s", corpus.name);
        count(what, none, (double)(memory.calls - before) / (double)corpus.messages, "allocations");
        corpus_free(&corpus);
    }

    actions(session, ping);
    size_t before = memory.calls;
    actions(session, ping);
    count("for each action with its response", none, (double)(memory.calls - before) / TIMES,
          "allocations");

    items(session, status);
    before = memory.calls;
    items(session, status);
    count("for each streamed item of a list", none, (double)(memory.calls - before) / ITEMS,
          "allocations");

    collected(session, status);
    before = memory.calls;
    size_t len = collected(session, status);
    count("for each 64 KiB of a collected list", one,
          (double)(memory.calls - before) * 65536 / (double)len, "allocations");

    ami_action_free(status);
    ami_action_free(ping);
    ami_session_free(session);
    return verdict();
}
