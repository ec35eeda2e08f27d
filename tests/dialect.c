/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include "support.h"

enum { STEP_MS = 100 };

const char *const dialect_names[DIALECTS] = {"1.0",  "1.4",   "1.8", "11",
                                             "13.0", "13.38", "16",  "22"};

/* ---- Going on ----------------------------------------------------------------------------- */

void dialect_say(struct dialect_bench *d, const char *bytes)
{
    size_t len;

    ami_mock_link_feed(d->other, bytes, strlen(bytes), d->now);
    ami_mock_link_output(d->other, &len);
    ami_mock_link_sent(d->other, len);
}

static size_t piece(const struct dialect_bench *d, size_t left)
{
    return d->piece && d->piece < left ? d->piece : left;
}

static size_t give_to_server(struct dialect_bench *d)
{
    const void *data;
    size_t len = ami_session_output(d->session, &data), n;

    for (size_t at = 0; at < len; at += n) {
        n = piece(d, len - at);
        ami_mock_link_feed(d->link, (const char *)data + at, n, d->now);
        if (d->meanwhile)
            dialect_say(d, d->meanwhile);
    }
    ami_session_sent(d->session, len);
    return len;
}

/* Taken first, since what the session says then may move it. */
static size_t give_to_session(struct dialect_bench *d)
{
    size_t len, n;
    const char *data = ami_mock_link_output(d->link, &len);
    char *bytes = malloc(len + 1);

    memcpy(bytes, data, len);
    ami_mock_link_sent(d->link, len);
    for (size_t at = 0; at < len; at += n) {
        n = piece(d, len - at);
        assert_int_equal(ami_session_feed(d->session, bytes + at, n, d->now), AMI_OK);
    }
    free(bytes);
    return len;
}

static bool run(struct dialect_bench *d)
{
    bool moved = false;

    while (give_to_server(d) + give_to_session(d) > 0)
        moved = true;
    return moved;
}

static ami_time next_due(const struct dialect_bench *d)
{
    ami_time due = ami_session_deadline(d->session, d->now);

    if (ami_mock_pbx_deadline(d->pbx) < due)
        due = ami_mock_pbx_deadline(d->pbx);
    return due > d->now ? due : d->now;
}

void dialect_await(struct dialect_bench *d, const bool *ended)
{
    while (!*ended) {
        if (d->meanwhile)
            dialect_say(d, d->meanwhile);
        d->now = run(d) ? d->now + STEP_MS : next_due(d);
        assert_true(*ended || d->now != AMI_NEVER);
        ami_mock_pbx_tick(d->pbx, d->now);
        ami_session_tick(d->session, d->now);
    }
}

/* ---- Its life ------------------------------------------------------------------------------- */

void dialect_open(struct dialect_bench *d, enum dialect which,
                  const struct ami_session_opts *session, const struct ami_mock_opts *mock)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct ami_mock_opts o = mock ? *mock : (struct ami_mock_opts){.version = NULL};

    o.version = dialect_names[which];
    *d = (struct dialect_bench){.now = 1000};
    assert_int_equal(ami_session_new(&d->session, session ? session : &opts), AMI_OK);
    d->pbx = ami_mock_pbx_new(&o, NULL, 0);
    assert_non_null(d->pbx);
    d->link = ami_mock_link_new(d->pbx, d->now);
    d->other = ami_mock_link_new(d->pbx, d->now);
    dialect_say(d, "Action: Login\r\nUsername: admin\r\nSecret: secret\r\nEvents: off\r\n\r\n");
    run(d);
}

static void on_login(const struct ami_reply *reply, void *user)
{
    assert_int_equal(reply->status, AMI_OK);
    *(bool *)user = reply->step == AMI_STEP_DONE;
}

void dialect_log_in(struct dialect_bench *d, const char *username, const char *secret)
{
    struct ami_login_opts opts = AMI_LOGIN_OPTS_INIT;
    bool ended = false;

    opts.username = username;
    opts.secret = secret;
    assert_int_equal(ami_login(d->session, &opts, on_login, &ended), AMI_OK);
    dialect_await(d, &ended);
}

void dialect_close(struct dialect_bench *d)
{
    ami_session_free(d->session);
    ami_mock_pbx_free(d->pbx);
}
