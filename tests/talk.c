/* SPDX-License-Identifier: MIT */
#include "talk.h"

void talk_begin(struct talk *t, const struct ami_session_opts *opts)
{
    struct ami_session_opts o = AMI_SESSION_OPTS_INIT;

    if (opts)
        o = *opts;
    o.id_prefix = "t";
    *t = (struct talk){.now = 1000};
    assert_int_equal(ami_session_new(&t->session, &o), AMI_OK);
}

void talk_end(struct talk *t)
{
    ami_session_free(t->session);
    text_free(&t->log);
}

ami_action *talk_action(const char *headers)
{
    ami_action *action = NULL;
    char *copy = malloc(strlen(headers) + 1), *save = NULL;

    strcpy(copy, headers);
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *value = strstr(line, ": ");
        if (!action) {
            action = ami_action_new(line);
            continue;
        }
        if (value)
            *value = '\0';
        ami_action_add(action, line, value ? value + 2 : NULL);
    }
    free(copy);
    return action;
}

void talk_on_reply(const struct ami_reply *reply, void *talk)
{
    struct talk *t = talk;

    assert_int_equal(reply->size, sizeof *reply);
    assert_ptr_equal(reply->session, t->session);
    text_addf(&t->log, "%d %s %s%s%s ", (int)reply->id, step_name(reply->step),
              reply->status ? ami_err_name(reply->status) + 6 : "OK",
              reply->flags ? " MISCOUNTED" : "", reply->sent ? "" : " unsent");
    if (reply->msg)
        text_add_msg(&t->log, reply->msg);
    else
        text_add(&t->log, "-\n");
}

ami_id talk_submit(struct talk *t, const char *headers)
{
    ami_action *action = talk_action(headers);
    ami_id id = 0;

    assert_int_equal(ami_submit(t->session, action, talk_on_reply, t, &id), AMI_OK);
    ami_action_free(action);
    return id;
}

ami_id talk_submit_result(struct talk *t, const char *headers)
{
    ami_action *action = talk_action(headers);
    ami_id id = 0;

    assert_int_equal(ami_submit_result(t->session, action, talk_on_reply, t, &id), AMI_OK);
    ami_action_free(action);
    return id;
}

void talk_on_event(const struct ami_event *event, void *talk)
{
    struct talk *t = talk;

    assert_int_equal(event->size, sizeof *event);
    text_add(&t->log, "event ");
    text_add_msg(&t->log, event->msg);
}

ami_id talk_on(struct talk *t, const char *pattern)
{
    ami_id id = 0;

    assert_int_equal(ami_on(t->session, pattern, talk_on_event, t, &id), AMI_OK);
    return id;
}

const char *talk_sent(struct talk *t)
{
    static char copy[65536];
    const void *data;
    size_t len = ami_session_output(t->session, &data);

    assert_true(len < sizeof copy);
    memcpy(copy, data, len);
    copy[len] = '\0';
    ami_session_sent(t->session, len);
    return copy;
}

int talk_feed(struct talk *t, const char *bytes)
{
    return ami_session_feed(t->session, bytes, strlen(bytes), t->now);
}

void talk_tick(struct talk *t, ami_time now)
{
    t->now = now;
    assert_int_equal(ami_session_tick(t->session, now), AMI_OK);
}

void talk_expect(struct talk *t, const char *expected)
{
    text_expect(&t->log, expected);
}
