/* SPDX-License-Identifier: MIT */
/* See course.h. */
#include "course.h"

static void note_end(struct course *course, const struct ami_state_info *info)
{
    if (info->previous == AMI_STATE_READY) {
        course->ends++;
        course->end = *info->error;
        course->ended_at = ami_now();
    } else {
        course->failures++;
        course->failure = *info->error;
    }
}

static void note_return(struct course *course, const struct ami_state_info *info)
{
    course->returns++;
    course->refusal = info->error ? *info->error : (struct ami_error){0};
    course->ready_at = ami_now();
    course->gap_ms = info->gap_ms;
}

void follow(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    (void)conn;
    if (info->state == AMI_STATE_BACKOFF)
        note_end(user, info);
    else if (info->state == AMI_STATE_READY && info->returned)
        note_return(user, info);
}
