/* The PBX as a whole: its release, its clock, and whose turn it is. */
#include "pbx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

/* The ways of reading lines: the first, up to 1.4, up to 13, and since. */
static const struct ami_mock_reading reading_1_0 = {.room = 255, .headers = 79};
static const struct ami_mock_reading reading_1_4 = {.room = 1023, .headers = 127};
static const struct ami_mock_reading reading_1_8 = {
    .room = 1024, .headers = 128, .bare_lf = true, .refuses = true, .loose_blank = true};
static const struct ami_mock_reading reading_14 = {.room = 1024,
                                                   .headers = 128,
                                                   .bare_lf = true,
                                                   .refuses = true,
                                                   .keeps_last = true,
                                                   .loose_blank = true};

/* The classes that each generation knows: seven, then config, and so on. */
enum {
    CLASSES_1_0 = 0x7f,
    CLASSES_1_4 = CLASSES_1_0 | AMI_MOCK_CONFIG,
    CLASSES_1_8 = 0x3ffff,
    CLASSES_11 = CLASSES_1_8 | AMI_MOCK_MESSAGE,
    CLASSES_12 = CLASSES_11 | AMI_MOCK_SECURITY
};

static const struct ami_mock_release releases[] = {
    {"1.0", "1.0.12", "1.0", AMI_MOCK_1_0, CLASSES_1_0, &reading_1_0},
    {"1.4", "1.4.44", "1.0", AMI_MOCK_1_4, CLASSES_1_4, &reading_1_4},
    {"1.8", "1.8.32.3", "1.1", AMI_MOCK_1_8, CLASSES_1_8, &reading_1_8},
    {"11", "11.25.3", "1.3", AMI_MOCK_11, CLASSES_11, &reading_1_8},
    {"13.0", "13.0.0", "2.5.0", AMI_MOCK_13_0, CLASSES_12, &reading_1_8},
    {"13.38", "13.38.3", "2.10.6", 138, CLASSES_12, &reading_1_8},
    {"13", "13.38.3", "2.10.6", 138, CLASSES_12, &reading_1_8},
    {"16", "16.28.0", "5.0.4", AMI_MOCK_16, CLASSES_12, &reading_14},
    {"22", "22.10.1", "11.0.0", AMI_MOCK_22, CLASSES_12, &reading_14},
};

static const struct ami_mock_release *find_release(const char *version)
{
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
        if (strcmp(releases[i].name, version) == 0)
            return &releases[i];
    }
    return NULL;
}

ami_mock_pbx *ami_mock_pbx_new(const struct ami_mock_opts *opts, char *why, size_t size)
{
    ami_mock_pbx *pbx = ami_mock_alloc(sizeof *pbx);
    const char *version = opts->version ? opts->version : "22";

    pbx->release = find_release(version);
    if (!pbx->release) {
        snprintf(why, size,
                 "unknown version %s: 1.0, 1.4, 1.8, 11, 13.0, 13.38, 16 and 22 are known",
                 version);
        free(pbx);
        return NULL;
    }
    if (!ami_mock_users_load(&pbx->users, opts->conf, why, size)) {
        free(pbx);
        return NULL;
    }
    pbx->empty = opts->empty;
    pbx->answer_ms = opts->answer_ms;
    pbx->call_ms = opts->call_ms;
    pbx->login_delay_ms = opts->login_delay_ms;
    pbx->epoch_ms = opts->epoch_ms ? opts->epoch_ms : 1700000000000;
    pbx->started = -1;
    pbx->random = (uint32_t)pbx->epoch_ms | 1;
    pbx->run_end = &pbx->run_first;
    pbx->calls_end = &pbx->calls;
    pbx->demo_due = opts->demo ? 0 : INT64_MAX;
    pbx->next_due = pbx->demo_due;
    return pbx;
}

void ami_mock_pbx_free(ami_mock_pbx *pbx)
{
    if (!pbx)
        return;
    while (pbx->links)
        ami_mock_link_free(pbx->links);
    ami_mock_calls_free(pbx);
    ami_mock_vars_free(&pbx->globals);
    ami_mock_vars_free(&pbx->database);
    ami_mock_users_free(&pbx->users);
    free(pbx);
}

int64_t ami_mock_pbx_wall(const ami_mock_pbx *pbx)
{
    return pbx->epoch_ms + pbx->now;
}

uint32_t ami_mock_pbx_random(ami_mock_pbx *pbx)
{
    return pbx->random = pbx->random * 1664525u + 1013904223u;
}

void ami_mock_pbx_restart(ami_mock_pbx *pbx)
{
    ami_mock_emit(pbx, AMI_MOCK_SYSTEM, "Shutdown",
                  pbx->calls ? "Shutdown: Uncleanly\r\nRestart: True\r\n"
                             : "Shutdown: Cleanly\r\nRestart: True\r\n");
    for (ami_mock_link *link = pbx->links; link; link = link->next)
        ami_mock_link_close(link);
    ami_mock_calls_free(pbx);
    ami_mock_vars_free(&pbx->globals);
    pbx->processed = 0;
    pbx->started = pbx->now;
}

void ami_mock_pbx_remind(ami_mock_pbx *pbx, int64_t due)
{
    if (due < pbx->next_due)
        pbx->next_due = due;
}

int64_t ami_mock_pbx_deadline(const ami_mock_pbx *pbx)
{
    return pbx->next_due;
}

/* Does the earliest thing that is due up to a time; false if there is none. */
static bool fire(ami_mock_pbx *pbx, int64_t limit)
{
    int64_t due = pbx->demo_due;
    ami_mock_link *link = NULL;
    struct ami_mock_call *call;

    if (pbx->next_due > limit)
        return false;
    for (ami_mock_link *l = pbx->links; l; l = l->next) {
        if (l->due < due) {
            due = l->due;
            link = l;
        }
    }
    call = ami_mock_call_first_due(pbx, &due);
    pbx->next_due = due;
    if (due > limit)
        return false;
    if (due > pbx->now)
        pbx->now = due;
    if (call)
        ami_mock_call_due(call);
    else if (link)
        ami_mock_link_due(link);
    else
        ami_mock_demo(pbx);
    /* What comes next is found out by the next look. */
    return true;
}

/* One action of the link whose turn it is. */
static bool run_one(ami_mock_pbx *pbx)
{
    ami_mock_link *link = pbx->run_first;

    if (!link)
        return false;
    pbx->run_first = link->run_next;
    if (!pbx->run_first)
        pbx->run_end = &pbx->run_first;
    link->queued = false;
    ami_mock_link_run(link);
    return true;
}

/*
 * Between two actions everything that is due now is done, so that it makes no difference in how
 * many pieces the actions arrived. Time moves on only when nobody has anything left to do.
 */
void ami_mock_pbx_settle(ami_mock_pbx *pbx, int64_t now_ms)
{
    if (pbx->started < 0)
        pbx->started = pbx->now = now_ms;
    while (fire(pbx, pbx->now) || run_one(pbx) || fire(pbx, now_ms))
        ;
    if (now_ms > pbx->now)
        pbx->now = now_ms;
}

void ami_mock_pbx_tick(ami_mock_pbx *pbx, int64_t now_ms)
{
    ami_mock_pbx_settle(pbx, now_ms);
}
