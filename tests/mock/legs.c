#include <stdlib.h>
#include <string.h>

#include "calls.h"

const char *ami_mock_technology(const char *name)
{
    static const char *const known[] = {"Local", "PJSIP", "SIP", "IAX2"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (ami_mock_same(known[i], name))
            return known[i];
    }
    return NULL;
}

static bool is_local(const struct ami_mock_call *call)
{
    return call->leg[1] != NULL;
}

static struct ami_mock_channel *make_leg(struct ami_mock_call *call, const char *tech,
                                         const char *name, const char *uniqueid)
{
    struct ami_mock_channel *leg =
        ami_mock_channel_new(call->pbx, name, *uniqueid ? uniqueid : NULL);

    leg->tech = tech;
    return leg;
}

/* Local/100@office/n: both halves stand at exten 100 of context office. */
static void make_local(struct ami_mock_call *call)
{
    char *exten = ami_mock_strdup(call->number), *context, *name, *id;

    exten[strcspn(exten, "/")] = '\0';
    context = strchr(exten, '@');
    if (context)
        *context++ = '\0';
    else
        context = "default";
    for (int i = 0; i < 2; i++) {
        name = ami_mock_format("Local/%s@%s-%08x;%d", exten, context, call->pbx->names, i + 1);
        if (i == 0 || *call->other_id || !*call->channel_id)
            id = ami_mock_strdup(i == 0 ? call->channel_id : call->other_id);
        else
            id = ami_mock_format("%s;2", call->channel_id);
        call->leg[i] = make_leg(call, "Local", name, id);
        ami_mock_set(&call->leg[i]->exten, exten);
        ami_mock_set(&call->leg[i]->context, context);
        free(name);
        free(id);
    }
    ami_mock_set(&call->leg[1]->linkedid, call->leg[0]->linkedid);
    call->leg[1]->state = AMI_MOCK_RING;
    call->pbx->names++;
    free(exten);
}

/* PJSIP/alice, or PJSIP/100@alice: the channel is named after the endpoint. */
static void make_single(struct ami_mock_call *call, const char *tech)
{
    char *peer = ami_mock_strdup(call->number), *at, *name;

    peer[strcspn(peer, "/")] = '\0';
    at = strchr(peer, '@');
    name = ami_mock_format("%s/%s-%08x", tech, at ? at + 1 : peer, call->pbx->names++);
    call->leg[0] = make_leg(call, tech, name, call->channel_id);
    ami_mock_set(&call->leg[0]->context, "default");
    ami_mock_set(&call->leg[0]->exten, "s");
    free(name);
    free(peer);
}

/* Dialling events of an origination know the dialled side only. */
static void emit_dial(const struct ami_mock_call *call, const char *event, const char *field,
                      const char *value)
{
    struct ami_mock_text body = {0};

    if (call->pbx->release->series < AMI_MOCK_12)
        return;
    ami_mock_snapshot(call->pbx, &body, call->leg[0], "Dest");
    ami_mock_text_addf(&body, "%s: %s\r\n", field, value);
    ami_mock_emit(call->pbx, AMI_MOCK_CALL, event, body.data);
    ami_mock_text_clear(&body);
}

static void emit_local_bridge(const struct ami_mock_call *call)
{
    const struct ami_mock_channel *leg = call->leg[0];
    const char *option = strrchr(call->number, '/');
    struct ami_mock_text body = {0};

    if (call->pbx->release->series < AMI_MOCK_12)
        return;
    ami_mock_snapshot(call->pbx, &body, leg, "LocalOne");
    ami_mock_snapshot(call->pbx, &body, call->leg[1], "LocalTwo");
    ami_mock_text_addf(&body, "Context: %s\r\nExten: %s\r\nLocalOptimization: %s\r\n", leg->context,
                       leg->exten, option && strchr(option, 'n') ? "No" : "Yes");
    ami_mock_emit(call->pbx, AMI_MOCK_CALL, "LocalBridge", body.data);
    ami_mock_text_clear(&body);
}

/* A new leg learns what Originate says of it. */
static void set_variables(struct ami_mock_call *call, struct ami_mock_channel *leg,
                          const struct ami_mock_var *vars)
{
    for (; vars; vars = vars->next) {
        ami_mock_var_set(&leg->vars, vars->name, vars->value);
        ami_mock_emit_varset(call->pbx, leg, vars->name, vars->value);
    }
}

static void set_account(struct ami_mock_call *call, struct ami_mock_channel *leg)
{
    if (!*call->account)
        return;
    ami_mock_set(&leg->account, call->account);
    ami_mock_emit_channel(call->pbx, AMI_MOCK_CALL, "NewAccountCode", leg, "OldAccountCode: \r\n");
}

/* The caller becomes the connected line, too, so that both halves of a Local channel look the same
   from each side. The far half learns both at once and tells them one after the other. */
static void set_caller(struct ami_mock_call *call, struct ami_mock_channel *leg)
{
    if (!*call->caller_num && !*call->caller_name)
        return;
    ami_mock_set(&leg->caller_num, call->caller_num);
    ami_mock_set(&leg->caller_name, call->caller_name);
    leg->connected = leg == call->leg[1];
    ami_mock_emit_caller(call->pbx, leg);
    leg->connected = true;
    if (call->pbx->release->series >= AMI_MOCK_13_2)
        ami_mock_emit_channel(call->pbx, AMI_MOCK_CALL, "NewConnectedLine", leg, "%s", "");
}

static void ring(struct ami_mock_call *call)
{
    ami_mock_pbx *pbx = call->pbx;

    if (is_local(call))
        ami_mock_emit_newexten(pbx, call->leg[1], "Ringing", "");
    if (!is_local(call) || pbx->release->series >= AMI_MOCK_12)
        ami_mock_emit_newstate(pbx, call->leg[0], AMI_MOCK_RINGING);
    if (pbx->release->series >= AMI_MOCK_14)
        emit_dial(call, "DialState", "DialStatus", "RINGING");
}

void ami_mock_legs_dial(struct ami_mock_call *call, const char *tech,
                        const struct ami_mock_var *vars)
{
    bool local = strcmp(tech, "Local") == 0;
    bool recent = call->pbx->release->series >= AMI_MOCK_12;

    if (call->reason == AMI_MOCK_FAILED && !(local && recent))
        return;
    if (local)
        make_local(call);
    else
        make_single(call, tech);
    for (int i = 0; i < 2 && call->leg[i]; i++)
        ami_mock_emit_newchannel(call->pbx, call->leg[i]);
    /* The dialled channel is said to run this until it runs what was asked for. */
    if (recent)
        ami_mock_emit_newexten(call->pbx, call->leg[0], "AppDial2", "(Outgoing Line)");
    if (call->reason == AMI_MOCK_FAILED)
        return;
    for (int i = 0; i < 2 && call->leg[i]; i++) {
        set_variables(call, call->leg[i], vars);
        set_account(call, call->leg[i]);
        set_caller(call, call->leg[i]);
    }
    if (is_local(call))
        emit_local_bridge(call);
    emit_dial(call, "DialBegin", "DialString", call->number);
    ring(call);
}

void ami_mock_legs_answer(struct ami_mock_call *call)
{
    ami_mock_pbx *pbx = call->pbx;

    if (is_local(call)) {
        call->leg[1]->priority++;
        ami_mock_emit_newexten(pbx, call->leg[1], "Answer", "");
        ami_mock_emit_newstate(pbx, call->leg[1], AMI_MOCK_UP);
    }
    ami_mock_emit_newstate(pbx, call->leg[0], AMI_MOCK_UP);
    emit_dial(call, "DialEnd", "DialStatus", "ANSWER");
}

void ami_mock_legs_go(struct ami_mock_call *call)
{
    struct ami_mock_channel *leg = call->leg[0];

    if (*call->app) {
        /* This is no step in the dialplan, so no Newexten tells of it. */
        ami_mock_set(&leg->app, call->app);
        ami_mock_set(&leg->data, call->data);
    } else {
        ami_mock_set(&leg->context, call->context);
        ami_mock_set(&leg->exten, call->exten);
        leg->priority = call->priority;
        ami_mock_emit_newexten(call->pbx, leg, "Wait", "3600");
    }
    if (is_local(call)) {
        call->leg[1]->priority++;
        ami_mock_emit_newexten(call->pbx, call->leg[1], "Wait", "3600");
    }
}

static void drop_leg(struct ami_mock_call *call, int i)
{
    ami_mock_emit_hangup(call->pbx, call->leg[i]);
    ami_mock_channel_free(call->leg[i]);
    call->leg[i] = NULL;
}

/* Hangs up one leg and asks the other half of a Local channel, if it is still there, to follow;
   that half takes over the cause, but for 0. */
static void end_leg(struct ami_mock_call *call, int i)
{
    ami_mock_pbx *pbx = call->pbx;
    struct ami_mock_channel *leg = call->leg[i], *other = call->leg[1 - i];
    bool in_dialplan = i == 1 || (call->up && !*call->app);

    if (!leg)
        return;
    /* The dialplan's end asks its own channel to hang up; 16 is a flag here, and no cause. */
    if (in_dialplan)
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "SoftHangupRequest", leg, "Cause: 16\r\n");
    if (other) {
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "HangupRequest", other, "Cause: %d\r\n",
                              leg->cause);
        if (leg->cause)
            other->cause = leg->cause;
    }
    drop_leg(call, i);
}

/* The leg that a client asked to hang up, or -1. */
static int asked_leg(const struct ami_mock_call *call)
{
    for (int i = 0; i < 2 && call->leg[i]; i++) {
        if (call->leg[i]->asked_to_hang_up)
            return i;
    }
    return -1;
}

/* The far end is busy, or something like it. */
static void refuse(struct ami_mock_call *call, const char *app, const char *status, int cause)
{
    ami_mock_pbx *pbx = call->pbx;
    struct ami_mock_channel *far = call->leg[1];

    if (far) {
        far->priority++;
        ami_mock_emit_newexten(pbx, far, app, "5");
        ami_mock_emit_newstate(pbx, far, AMI_MOCK_ENGAGED);
        far->cause = cause;
    }
    /* Since 12 a Local channel passes on that it is so, and not the cause. */
    if (!far || pbx->release->series < AMI_MOCK_12)
        call->leg[0]->cause = cause;
    emit_dial(call, "DialEnd", "DialStatus", status);
}

void ami_mock_legs_give_up(struct ami_mock_call *call)
{
    int series = call->pbx->release->series, asked = asked_leg(call);

    if (asked >= 0) {
        if (asked == 1)
            end_leg(call, 1);
        emit_dial(call, "DialEnd", "DialStatus", "NOANSWER");
    } else if (call->reason == AMI_MOCK_BUSY) {
        refuse(call, "Busy", "BUSY", 17);
    } else if (call->reason == AMI_MOCK_CONGESTION) {
        refuse(call, "Congestion", "CONGESTION", 34);
    } else if (call->reason == AMI_MOCK_FAILED) {
        drop_leg(call, 1);
    } else {
        /* A dialling that times out just ends; for some releases without a cause. */
        call->leg[0]->cause = series >= AMI_MOCK_12 && series < 220 ? 0 : 19;
    }
}

void ami_mock_legs_hangup(struct ami_mock_call *call)
{
    int first = asked_leg(call);

    if (first < 0) {
        /* After a call the far end hangs up the usual way. */
        first = call->up && is_local(call);
        if (call->up)
            call->leg[first]->cause = 16;
        if (call->up && !is_local(call))
            ami_mock_emit_channel(call->pbx, AMI_MOCK_CALL, "HangupRequest", call->leg[0],
                                  "Cause: 16\r\n");
    }
    end_leg(call, first);
    end_leg(call, 1 - first);
}
