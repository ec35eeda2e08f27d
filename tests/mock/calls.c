#include "agi.h"

#include <stdlib.h>
#include <string.h>

enum { DEMO_EVERY_MS = 1000, DEMO_CALL_MS = 3000, ANSWER_ELSE_MS = 30000 };

static bool can_dial(const ami_mock_pbx *pbx, const struct ami_mock_dial *dial)
{
    bool has_target = *dial->app || (*dial->context && *dial->exten && dial->priority);

    return ami_mock_technology(dial->tech) && has_target &&
           !(*dial->channel_id && ami_mock_channel_find(pbx, dial->channel_id));
}

static enum ami_mock_reason foresee(const ami_mock_pbx *pbx, const struct ami_mock_dial *dial)
{
    if (!can_dial(pbx, dial) || ami_mock_contains(dial->number, "fail") ||
        ami_mock_contains(dial->number, "nosuch"))
        return AMI_MOCK_FAILED;
    if (ami_mock_contains(dial->number, "noanswer"))
        return AMI_MOCK_NO_ANSWER;
    if (ami_mock_contains(dial->number, "busy"))
        return AMI_MOCK_BUSY;
    if (ami_mock_contains(dial->number, "congestion"))
        return AMI_MOCK_CONGESTION;
    return AMI_MOCK_ANSWERED;
}

static void set_due(struct ami_mock_call *call, int64_t due)
{
    call->due = due;
    ami_mock_pbx_remind(call->pbx, due);
}

/* When the dialling ends, and how if the time is too short for what was foreseen. */
static void schedule(struct ami_mock_call *call, int timeout_ms)
{
    const ami_mock_pbx *pbx = call->pbx;

    if (call->reason == AMI_MOCK_FAILED) {
        set_due(call, pbx->now);
    } else if (call->reason == AMI_MOCK_NO_ANSWER ||
               (timeout_ms > 0 && timeout_ms < pbx->answer_ms)) {
        call->reason = AMI_MOCK_NO_ANSWER;
        set_due(call, timeout_ms > 0 ? pbx->now + timeout_ms : INT64_MAX);
    } else {
        set_due(call, pbx->now + pbx->answer_ms);
    }
}

void ami_mock_call_start(ami_mock_pbx *pbx, const struct ami_mock_dial *dial)
{
    struct ami_mock_call *call = ami_mock_alloc(sizeof *call);

    call->pbx = pbx;
    call->agi_due = INT64_MAX;
    call->dialled = ami_mock_format("%s/%s", dial->tech, dial->number);
    call->number = ami_mock_strdup(dial->number);
    call->channel_id = ami_mock_strdup(dial->channel_id);
    call->other_id = ami_mock_strdup(dial->other_id);
    call->action_id = ami_mock_strdup(dial->action_id);
    call->context = ami_mock_strdup(dial->context);
    call->exten = ami_mock_strdup(dial->exten);
    call->app = ami_mock_strdup(dial->app);
    call->data = ami_mock_strdup(dial->data);
    call->caller_num = ami_mock_strdup(dial->caller_num);
    call->caller_name = ami_mock_strdup(dial->caller_name);
    call->account = ami_mock_strdup(dial->account);
    call->priority = dial->priority;
    call->reason = foresee(pbx, dial);
    call->waiter = dial->waiter;
    call->sync = dial->waiter != NULL;
    *pbx->calls_end = call;
    pbx->calls_end = &call->next;
    if (call->waiter)
        call->waiter->blocked = true;
    if (can_dial(pbx, dial))
        ami_mock_legs_dial(call, ami_mock_technology(dial->tech), dial->vars);
    schedule(call, dial->timeout_ms);
}

static void call_free(struct ami_mock_call *call)
{
    char *const strings[] = {call->dialled, call->number,     call->channel_id,  call->other_id,
                             call->context, call->exten,      call->app,         call->data,
                             call->account, call->caller_num, call->caller_name, call->action_id};

    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free(strings[i]);
    ami_mock_agi_free(call);
    ami_mock_channel_free(call->leg[0]);
    ami_mock_channel_free(call->leg[1]);
    free(call);
}

static void call_remove(struct ami_mock_call *call)
{
    ami_mock_pbx *pbx = call->pbx;
    struct ami_mock_call **at = &pbx->calls;

    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    if (!*at)
        pbx->calls_end = at;
    call_free(call);
}

void ami_mock_calls_free(ami_mock_pbx *pbx)
{
    while (pbx->calls)
        call_remove(pbx->calls);
}

static bool was_asked_to_hang_up(const struct ami_mock_call *call)
{
    return call->leg[0] &&
           (call->leg[0]->asked_to_hang_up || (call->leg[1] && call->leg[1]->asked_to_hang_up));
}

static void end_dialling(struct ami_mock_call *call)
{
    ami_mock_pbx *pbx = call->pbx;

    if (was_asked_to_hang_up(call))
        call->reason = AMI_MOCK_FAILED;
    if (call->reason == AMI_MOCK_ANSWERED) {
        ami_mock_legs_answer(call);
        call->up = true;
        pbx->processed++;
        ami_mock_call_tell(call);
        ami_mock_legs_go(call);
        ami_mock_agi_start(call);
        set_due(call, pbx->call_ms > 0 && !call->agi ? pbx->now + pbx->call_ms : INT64_MAX);
        return;
    }
    if (call->leg[0])
        ami_mock_legs_give_up(call);
    /* Since 12 the outcome is told while the channels are taken down. */
    if (pbx->release->series < AMI_MOCK_12)
        ami_mock_legs_hangup(call);
    ami_mock_call_tell(call);
    ami_mock_legs_hangup(call);
    call_remove(call);
}

void ami_mock_call_due(struct ami_mock_call *call)
{
    if (call->agi_due <= call->due && call->agi_due != INT64_MAX) {
        ami_mock_agi_due(call);
        return;
    }
    if (!call->up) {
        end_dialling(call);
        return;
    }
    ami_mock_agi_hangup(call);
    ami_mock_legs_hangup(call);
    call_remove(call);
}

struct ami_mock_call *ami_mock_call_first_due(const ami_mock_pbx *pbx, int64_t *due)
{
    struct ami_mock_call *first = NULL;

    for (struct ami_mock_call *call = pbx->calls; call; call = call->next) {
        int64_t next = call->agi_due < call->due ? call->agi_due : call->due;

        if (next < *due) {
            *due = next;
            first = call;
        }
    }
    return first;
}

void ami_mock_calls_forget(ami_mock_link *link)
{
    for (struct ami_mock_call *call = link->pbx->calls; call; call = call->next) {
        if (call->waiter == link)
            call->waiter = NULL;
    }
}

size_t ami_mock_calls_count(const ami_mock_pbx *pbx)
{
    size_t n = 0;

    for (const struct ami_mock_call *call = pbx->calls; call; call = call->next)
        n += call->leg[0] != NULL;
    return n;
}

struct ami_mock_channel *ami_mock_channel_at(const ami_mock_pbx *pbx, size_t i)
{
    for (const struct ami_mock_call *call = pbx->calls; call; call = call->next) {
        for (int leg = 0; leg < 2 && call->leg[leg]; leg++) {
            if (i-- == 0)
                return call->leg[leg];
        }
    }
    return NULL;
}

size_t ami_mock_channels_count(const ami_mock_pbx *pbx)
{
    size_t n = 0;

    for (const struct ami_mock_call *call = pbx->calls; call; call = call->next)
        n += call->leg[1] ? 2 : call->leg[0] ? 1 : 0;
    return n;
}

struct ami_mock_channel *ami_mock_channel_find(const ami_mock_pbx *pbx, const char *name)
{
    struct ami_mock_channel *channel;

    for (size_t i = 0; (channel = ami_mock_channel_at(pbx, i)); i++) {
        if (ami_mock_same(channel->name, name) || strcmp(channel->uniqueid, name) == 0)
            return channel;
    }
    return NULL;
}

void ami_mock_channel_hangup(ami_mock_pbx *pbx, struct ami_mock_channel *channel, int cause)
{
    if (cause > 0)
        channel->cause = cause;
    channel->asked_to_hang_up = true;
    for (struct ami_mock_call *call = pbx->calls; call; call = call->next) {
        if (call->leg[0] == channel || call->leg[1] == channel)
            set_due(call, pbx->now);
    }
}

void ami_mock_demo(ami_mock_pbx *pbx)
{
    static const char *const numbers[] = {"100@demo", "200@demo", "busy@demo", "300@demo"};
    struct ami_mock_dial dial = {
        .tech = "Local",
        .context = "demo",
        .exten = "s",
        .priority = 1,
        .app = "",
        .data = "",
        .caller_num = "1000",
        .caller_name = "Demo",
        .account = "",
        .channel_id = "",
        .other_id = "",
        .action_id = "",
        .timeout_ms = ANSWER_ELSE_MS,
    };

    dial.number = numbers[pbx->demos++ % (sizeof numbers / sizeof *numbers)];
    if (pbx->call_ms <= 0)
        pbx->call_ms = DEMO_CALL_MS;
    ami_mock_call_start(pbx, &dial);
    pbx->demo_due = pbx->now + DEMO_EVERY_MS;
    ami_mock_pbx_remind(pbx, pbx->demo_due);
}
