/* SPDX-License-Identifier: MIT */
/* Which logins succeed, which fail and with what error, and what a user may do then. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"

void test_version(struct test *t)
{
    struct answer *a = ASK(t, "CoreSettings");
    const char *version;

    expect_simple(t, a, AMI_OK);
    version = value_of(a->done, "AsteriskVersion");
    printf("# Asterisk %s\n", version);
    server.major = atoi(version);
    expect(t, server.major > 0, "no version");
}

static void on_trace(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                     void *user)
{
    (void)session;
    if (direction == AMI_TRACE_OUT)
        text_add_bytes(user, data, len);
}

static void login_with(struct test *t, enum ami_auth auth, const char *header)
{
    struct ami_conn_opts opts = conn_opts();
    struct text out = {0};

    opts.auth = auth;
    opts.on_trace = on_trace;
    opts.user = &out;
    open_conn(t, &opts);
    expect_ping(t);
    expect(t, out.data && strstr(out.data, header), "the login has no %s", header);
    expect(t, out.data && !strstr(out.data, server.secret), "the trace shows the secret");
    expect_status(t, "ami_sync_close", ami_sync_close(t->conn), AMI_OK);
    t->conn = NULL;
    free(out.data);
}

void test_login_md5(struct test *t)
{
    login_with(t, AMI_AUTH_MD5, "Key: ***");
}

void test_login_plain(struct test *t)
{
    login_with(t, AMI_AUTH_PLAIN, "Secret: ***");
}

static void login_fails(struct test *t, enum ami_auth auth, const char *user, const char *secret)
{
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error = {0};
    ami_conn *conn = NULL;

    opts.auth = auth;
    opts.username = user;
    opts.secret = secret;
    expect_status(t, "connect", ami_sync_connect(&conn, &opts, &error), AMI_E_AUTH);
    expect(t, !conn, "a connection in spite of the error");
    expect(t, error.code == AMI_E_AUTH && strlen(error.text) > 20 && strchr(error.text, ' '),
           "no sentence: \"%s\"", error.text);
    expect(t, !strstr(error.text, secret), "the sentence shows the secret");
}

void test_wrong_secret(struct test *t)
{
    login_fails(t, AMI_AUTH_MD5, server.user, "not-the-secret");
    login_fails(t, AMI_AUTH_PLAIN, server.user, "not-the-secret");
}

void test_unknown_user(struct test *t)
{
    login_fails(t, AMI_AUTH_MD5, "nobody-of-that-name", server.secret);
    login_fails(t, AMI_AUTH_PLAIN, "nobody-of-that-name", server.secret);
}

/* The user "single" may log in once at a time. That is no wrong secret: it may help to wait. */
void test_in_use(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error = {0};
    ami_conn *second = NULL;

    opts.username = "single";
    open_conn(t, &opts);
    expect_status(t, "a second login", ami_sync_connect(&second, &opts, &error), AMI_E_REFUSED);
    expect(t, strstr(error.text, "Login Already In Use"), "no reason: \"%s\"", error.text);
    expect_ping(t);
}

/* The user "limited" has the rights to calls only. */
void test_permission(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct answer *a;

    opts.username = "limited";
    open_conn(t, &opts);
    a = ASK(t, "CoreSettings");
    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "Permission denied");
    expect_simple(t, ASK(t, "IAXnetstats"), AMI_E_REFUSED); /* as a raw action is */
    expect_end(t, ASK(t, "QueueStatus"), AMI_OK);           /* needs no rights */
    expect_ping(t);
}

void test_login_events(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();

    opts.events = "user";
    open_conn(t, &opts);
    raw_open(t);
    listen_to(t, NULL);
    raw_send(t, "Action: UserEvent\r\nUserEvent: first\r\n\r\n"
                "Action: Reload\r\nModule: logger\r\n\r\n"
                "Action: UserEvent\r\nUserEvent: second\r\n\r\n");
    WAIT_FOR(t, log_has(&t->events, "UserEvent: second\n"));
    WAIT_FOR(t, log_has(&t->raw->events, "Event: Reload\n"));
    expect_ping(t);
    expect(t, t->events.count == 2, "%zu events instead of 2: %.200s", t->events.count,
           t->events.at[0]);
}
