/* SPDX-License-Identifier: MIT */
/* Long answers cost no more, for each byte or item, than short ones. */
#include "replies.h"

struct answers {
    ami_session *session;
    ami_action *action;
    size_t done;
};

static void on_reply(const struct ami_reply *reply, void *user)
{
    struct answers *a = user;

    require(reply->status == AMI_OK);
    a->done += reply->step == AMI_STEP_DONE;
}

static void on_list(int status, const ami_list *list, void *user)
{
    struct answers *a = user;

    require(status == AMI_OK && ami_list_count(list) > 0);
    a->done++;
}

enum what { COMMAND, STREAMED, COLLECTED };

/* The seconds that the session takes for one answer of this size. */
static double answer(struct answers *a, enum what what, size_t size, size_t chunk, size_t *len)
{
    struct bytes reply = {0};
    ami_id id;

    if (what == COLLECTED)
        require(ami_collect(a->session, a->action, on_list, a, &id) == AMI_OK);
    else
        require(ami_submit(a->session, a->action, on_reply, a, &id) == AMI_OK);
    const char *action_id = ami_session_action_id(a->session, id);
    if (what == COMMAND)
        reply_command(&reply, action_id, size);
    else
        reply_list(&reply, action_id, size);
    session_send_all(a->session);

    size_t done = a->done;
    double begin = cpu_seconds();
    session_eat(a->session, reply.data, reply.len, chunk);
    double taken = cpu_seconds() - begin;
    require(a->done == done + 1);
    *len = reply.len;
    bytes_free(&reply);
    return taken;
}

static double command(struct answers *a, size_t size, int times)
{
    size_t len = 0, bytes = 0;
    double taken = 0;

    for (int i = 0; i < times; i++, bytes += len)
        taken += answer(a, COMMAND, size, 1460, &len);
    return taken / (double)bytes;
}

static double command_900k(void *a)
{
    return command(a, 900 << 10, 10);
}

static double command_16k(void *a)
{
    return command(a, 16 << 10, 562);
}

static double list(struct answers *a, enum what what, size_t items, int times)
{
    double taken = 0;
    size_t len;

    for (int i = 0; i < times; i++)
        taken += answer(a, what, items, BENCH_CHUNK, &len);
    return taken / (double)items / times;
}

static double collected_100000(void *a)
{
    return list(a, COLLECTED, 100000, 1);
}

static double collected_10000(void *a)
{
    return list(a, COLLECTED, 10000, 10);
}

static double streamed_100000(void *a)
{
    return list(a, STREAMED, 100000, 1);
}

static double streamed_100(void *a)
{
    return list(a, STREAMED, 100, 1000);
}

int main(void)
{
    struct answers a = {.session = greeted_session(NULL), .action = ami_action_new("Command")};

    compare("Command of 900 KiB / of 16 KiB", (struct goal){SHARE, .90, .97}, "MB/s", command_900k,
            command_16k, &a);
    ami_action_free(a.action);
    a.action = ami_action_new("Status");
    compare("collected list of 100,000 x of 10,000", (struct goal){FACTOR, 1.2, 1.08}, "ns",
            collected_100000, collected_10000, &a);
    compare("streamed list of 100,000 x of 100", (struct goal){FACTOR, 1.2, 1.08}, "ns",
            streamed_100000, streamed_100, &a);
    ami_action_free(a.action);
    ami_session_free(a.session);
    return verdict();
}
