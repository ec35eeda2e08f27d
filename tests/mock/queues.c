/* Queues: two that never change, unless the mock is empty. */
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "queues.h"

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

enum { QUEUES = sizeof queues / sizeof *queues, MEMBERS = sizeof members / sizeof *members };

static size_t queues_count(const ami_mock_link *link)
{
    return link->pbx->empty ? 0 : QUEUES;
}

static void say_queue(ami_mock_link *link, size_t i)
{
    bool recent = ami_mock_since(link, AMI_MOCK_1_6);

    ami_mock_say(link, "Event: QueueParams\r\nQueue: %s\r\nMax: 0\r\n", queues[i].name);
    if (recent)
        ami_mock_say(link, "Strategy: %s\r\n", queues[i].strategy);
    ami_mock_say(link, "Calls: %d\r\nHoldtime: 8\r\n%sCompleted: 22\r\nAbandoned: 2\r\n",
                 queues[i].calls, recent ? "TalkTime: 95\r\n" : "");
    ami_mock_say(link, "ServiceLevel: 60\r\nServicelevelPerf: 90.9\r\n%s%s",
                 ami_mock_since(link, AMI_MOCK_14) ? "ServicelevelPerf2: 83.3\r\n" : "",
                 ami_mock_since(link, AMI_MOCK_1_4) ? "Weight: 0\r\n" : "");
}

/* Each generation added fields. */
static void say_member(ami_mock_link *link, size_t i)
{
    int series = link->pbx->release->series;

    ami_mock_say(link, "Event: QueueMember\r\nQueue: %s\r\n", members[i].queue);
    if (series >= AMI_MOCK_1_4)
        ami_mock_say(link, "Name: %s\r\n", members[i].name);
    ami_mock_say(link, "Location: %s\r\n", members[i].interface);
    if (series >= AMI_MOCK_11)
        ami_mock_say(link, "StateInterface: %s\r\n", members[i].interface);
    ami_mock_say(link, "Membership: static\r\nPenalty: %d\r\nCallsTaken: %d\r\nLastCall: 0\r\n",
                 members[i].penalty, members[i].taken);
    if (series >= AMI_MOCK_14)
        ami_mock_say(link, "LastPause: 0\r\nLoginTime: 1700000000\r\n");
    if (series >= AMI_MOCK_13_2 || series == AMI_MOCK_11)
        ami_mock_say(link, "%s: %d\r\n", series == AMI_MOCK_11 ? "IsInCall" : "InCall",
                     members[i].status == 2);
    if (series >= AMI_MOCK_1_4)
        ami_mock_say(link, "Status: %d\r\nPaused: %d\r\n", members[i].status, members[i].paused);
    if (series >= AMI_MOCK_13_2)
        ami_mock_say(link, "PausedReason: %s\r\n", members[i].paused ? "lunch" : "");
    if (series >= AMI_MOCK_14)
        ami_mock_say(link, "Wrapuptime: 0\r\n");
}

static void say_caller(ami_mock_link *link)
{
    ami_mock_say(link, "Event: QueueEntry\r\nQueue: sales\r\nPosition: 1\r\n"
                       "Channel: PJSIP/trunk-000000ff\r\n");
    if (ami_mock_since(link, AMI_MOCK_1_6))
        ami_mock_say(link, "Uniqueid: 1700000000.255\r\nCallerIDNum: 5551234\r\n"
                           "CallerIDName: Waiting Caller\r\nConnectedLineNum: unknown\r\n"
                           "ConnectedLineName: unknown\r\nWait: 42\r\n");
    else if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say(link, "CallerID: 5551234\r\nCallerIDName: Waiting Caller\r\nWait: 42\r\n");
    else
        ami_mock_say(link, "CallerID: \"Waiting Caller\" <5551234>\r\nWait: 42\r\n");
    if (ami_mock_since(link, AMI_MOCK_13_2))
        ami_mock_say(link, "Priority: 0\r\n");
}

static void end_item(ami_mock_link *link, const struct ami_mock_message *msg, size_t *items)
{
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link, "\r\n");
    ++*items;
}

static void say_members(ami_mock_link *link, const struct ami_mock_message *msg, const char *queue,
                        const char *member, size_t *items)
{
    for (size_t m = 0; m < MEMBERS; m++) {
        if (strcmp(members[m].queue, queue) != 0 ||
            (*member && strcmp(member, members[m].interface) != 0 &&
             strcmp(member, members[m].name) != 0))
            continue;
        say_member(link, m);
        end_item(link, msg, items);
    }
}

void ami_mock_queue_status(ami_mock_link *link, const struct ami_mock_message *msg)
{
    bool filters = ami_mock_since(link, AMI_MOCK_1_4);
    const char *queue = filters ? ami_mock_header(msg, "Queue") : "";
    const char *member = filters ? ami_mock_header(msg, "Member") : "";
    size_t items = 0;

    ami_mock_list(link, msg, "Queue status will follow", false);
    for (size_t q = 0; q < queues_count(link); q++) {
        if (*queue && !ami_mock_same(queue, queues[q].name))
            continue;
        say_queue(link, q);
        end_item(link, msg, &items);
        say_members(link, msg, queues[q].name, member, &items);
        if (queues[q].calls) {
            say_caller(link);
            end_item(link, msg, &items);
        }
    }
    /* The first release did not tell where the list ends. */
    if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_list_over(link, msg, "QueueStatusComplete", items, false);
}

void ami_mock_queue_summary(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *queue = ami_mock_header(msg, "Queue");
    size_t items = 0;

    ami_mock_list(link, msg, "Queue summary will follow", false);
    for (size_t q = 0; q < queues_count(link); q++) {
        int logged_in = 0, available = 0;

        if (*queue && !ami_mock_same(queue, queues[q].name))
            continue;
        for (size_t m = 0; m < MEMBERS; m++) {
            bool is_of = strcmp(members[m].queue, queues[q].name) == 0;

            logged_in += is_of;
            available += is_of && members[m].status == 1 && !members[m].paused;
        }
        ami_mock_say(link,
                     "Event: QueueSummary\r\nQueue: %s\r\nLoggedIn: %d\r\nAvailable: %d\r\n"
                     "Callers: %d\r\nHoldTime: 8\r\nTalkTime: 95\r\nLongestHoldTime: %d\r\n",
                     queues[q].name, logged_in, available, queues[q].calls,
                     queues[q].calls ? 42 : 0);
        end_item(link, msg, &items);
    }
    ami_mock_list_over(link, msg, "QueueSummaryComplete", items, false);
}

/* Ends in two blank lines. */
void ami_mock_queue_rule(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *rule = ami_mock_header(msg, "Rule");

    ami_mock_start(link, msg, "Success");
    if (!link->pbx->empty && (!*rule || ami_mock_same(rule, "slowly")))
        ami_mock_say(link, "RuleList: slowly\r\nRule: 10,+1,0\r\nRule: 20,+0,5\r\n");
    ami_mock_say(link, "\r\n\r\n");
}

/* The first line about a queue. */
static void add_heading(const ami_mock_link *link, struct ami_mock_text *text, size_t q)
{
    bool recent = ami_mock_since(link, AMI_MOCK_1_6);

    ami_mock_text_addf(text, recent ? "%s" : "%-12.12s", queues[q].name);
    ami_mock_text_addf(text, " has %d calls (max unlimited) in '%s' strategy (8s holdtime%s), ",
                       queues[q].calls, queues[q].strategy, recent ? ", 95s talktime" : "");
    ami_mock_text_addf(text, "%sC:22, A:2, SL:90.9%%%s within 60s",
                       ami_mock_since(link, AMI_MOCK_1_4) ? "W:0, " : "",
                       ami_mock_since(link, AMI_MOCK_14) ? ", SL2:83.3%" : "");
}

static void add_member(const ami_mock_link *link, struct ami_mock_text *text, size_t m)
{
    static const char *const states[] = {"Unknown", "Not in use", "In use"};
    char penalty[32] = "";

    if (members[m].penalty)
        snprintf(penalty, sizeof penalty, " with penalty %d", members[m].penalty);
    if (!ami_mock_since(link, AMI_MOCK_1_4)) {
        ami_mock_text_addf(text, "      %s%s", members[m].interface, penalty);
    } else {
        ami_mock_text_addf(text, "      %s (%s)%s", members[m].name, members[m].interface, penalty);
        if (ami_mock_since(link, AMI_MOCK_11))
            ami_mock_text_puts(text, " (ringinuse enabled)");
        ami_mock_text_addf(text, "%s (%s)", members[m].paused ? " (paused)" : "",
                           states[members[m].status]);
    }
    ami_mock_text_addf(text, " has taken %d calls (last was 300 secs ago)", members[m].taken);
}

void ami_mock_queues_show(const ami_mock_link *link, struct ami_mock_text *text, const char *eol)
{
    if (queues_count(link) == 0)
        ami_mock_text_addf(text, "No queues.%s", eol);
    for (size_t q = 0; q < queues_count(link); q++) {
        add_heading(link, text, q);
        ami_mock_text_addf(text, "%s   Members: %s", eol, eol);
        for (size_t m = 0; m < MEMBERS; m++) {
            if (strcmp(members[m].queue, queues[q].name) != 0)
                continue;
            add_member(link, text, m);
            ami_mock_text_puts(text, eol);
        }
        if (queues[q].calls)
            ami_mock_text_addf(
                text, "   Callers: %s      1. PJSIP/trunk-000000ff (wait: 0:42, prio: 0)%s", eol,
                eol);
        else
            ami_mock_text_addf(text, "   No Callers%s", eol);
        ami_mock_text_puts(text, eol);
    }
}

/* A raw reply: the table for people. The first release had bare line ends, and no end mark. */
void ami_mock_queues(ami_mock_link *link, const struct ami_mock_message *msg)
{
    bool marked = ami_mock_since(link, AMI_MOCK_1_4);

    (void)msg;
    ami_mock_queues_show(link, &link->out, marked ? "\r\n" : "\n");
    if (marked)
        ami_mock_say(link, "\r\n\r\n");
}
