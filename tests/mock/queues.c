/* QueueStatus: two queues that never change. */
#include <string.h>

#include "actions.h"

static const struct {
    const char *name, *strategy;
    int calls;
} queues[] = {{"sales", "ringall", 1}, {"support", "leastrecent", 0}};

static const struct {
    const char *queue, *name, *interface;
    int penalty, taken, status, paused;
} members[] = {
    {"sales", "Alice", "PJSIP/alice", 0, 12, 1, 0},
    {"sales", "Bob", "PJSIP/bob", 1, 7, 2, 0},
    {"support", "Carol", "Local/carol@agents", 0, 3, 1, 1},
};

static void say_queue(ami_mock_link *link, size_t i)
{
    bool old = link->pbx->release->series == AMI_MOCK_1_4;

    ami_mock_say(link, "Event: QueueParams\r\nQueue: %s\r\nMax: 0\r\n", queues[i].name);
    if (!old)
        ami_mock_say(link, "Strategy: %s\r\n", queues[i].strategy);
    ami_mock_say(link, "Calls: %d\r\nHoldtime: 8\r\n%sCompleted: 22\r\nAbandoned: 2\r\n",
                 queues[i].calls, old ? "" : "TalkTime: 95\r\n");
    ami_mock_say(link, "ServiceLevel: 60\r\nServicelevelPerf: 90.9\r\n%sWeight: 0\r\n",
                 link->pbx->release->series >= AMI_MOCK_14 ? "ServicelevelPerf2: 83.3\r\n" : "");
}

/* Each generation added fields. */
static void say_member(ami_mock_link *link, size_t i)
{
    int series = link->pbx->release->series;

    ami_mock_say(link, "Event: QueueMember\r\nQueue: %s\r\nName: %s\r\nLocation: %s\r\n",
                 members[i].queue, members[i].name, members[i].interface);
    if (series > AMI_MOCK_1_4)
        ami_mock_say(link, "StateInterface: %s\r\n", members[i].interface);
    ami_mock_say(link, "Membership: static\r\nPenalty: %d\r\nCallsTaken: %d\r\nLastCall: 0\r\n",
                 members[i].penalty, members[i].taken);
    if (series >= AMI_MOCK_14)
        ami_mock_say(link, "LastPause: 0\r\nLoginTime: 1700000000\r\n");
    if (series >= AMI_MOCK_12)
        ami_mock_say(link, "InCall: %d\r\n", members[i].status == 2);
    ami_mock_say(link, "Status: %d\r\nPaused: %d\r\n", members[i].status, members[i].paused);
    if (series >= AMI_MOCK_12)
        ami_mock_say(link, "PausedReason: %s\r\n", members[i].paused ? "lunch" : "");
    if (series >= AMI_MOCK_14)
        ami_mock_say(link, "Wrapuptime: 0\r\n");
}

static void say_caller(ami_mock_link *link)
{
    int series = link->pbx->release->series;

    ami_mock_say(link, "Event: QueueEntry\r\nQueue: sales\r\nPosition: 1\r\n"
                       "Channel: PJSIP/trunk-000000ff\r\n");
    if (series == AMI_MOCK_1_4)
        ami_mock_say(link, "CallerID: 5551234\r\nCallerIDName: Waiting Caller\r\nWait: 42\r\n");
    else
        ami_mock_say(link, "Uniqueid: 1700000000.255\r\nCallerIDNum: 5551234\r\n"
                           "CallerIDName: Waiting Caller\r\nConnectedLineNum: unknown\r\n"
                           "ConnectedLineName: unknown\r\nWait: 42\r\n");
    if (series >= AMI_MOCK_14)
        ami_mock_say(link, "Priority: 0\r\n");
}

static void end_item(ami_mock_link *link, const struct ami_mock_message *msg, size_t *items)
{
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link, "\r\n");
    ++*items;
}

void ami_mock_queue_status(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *queue = ami_mock_header(msg, "Queue"), *member = ami_mock_header(msg, "Member");
    size_t items = 0;

    ami_mock_list(link, msg, "Queue status will follow", false);
    for (size_t q = 0; q < sizeof queues / sizeof *queues; q++) {
        if (*queue && !ami_mock_same(queue, queues[q].name))
            continue;
        say_queue(link, q);
        end_item(link, msg, &items);
        for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
            if (strcmp(members[m].queue, queues[q].name) != 0 ||
                (*member && strcmp(member, members[m].interface) != 0 &&
                 strcmp(member, members[m].name) != 0))
                continue;
            say_member(link, m);
            end_item(link, msg, &items);
        }
        if (queues[q].calls) {
            say_caller(link);
            end_item(link, msg, &items);
        }
    }
    ami_mock_list_end(link, msg, "QueueStatusComplete", items, false);
    ami_mock_say(link, "\r\n");
}
