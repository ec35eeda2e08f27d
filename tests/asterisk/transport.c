/* SPDX-License-Identifier: MIT */
/* Does a session work over a socket that is not libami's, byte by byte? See transport.h, too. */
#include "transport.h"

#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"
#include "calls.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"

void open_own(struct test *t, size_t step, const struct ami_session_opts *opts)
{
    struct ami_login_opts login = AMI_LOGIN_OPTS_INIT;
    struct answer *a;

    login.username = server.user;
    login.secret = server.secret;
    t->own_step = step;
    t->own_fd = dial();
    expect_status(t, "ami_session_new", ami_session_new(&t->session, opts), AMI_OK);
    expect(t, t->own_fd >= 0, "own transport: cannot connect");
    a = new_answer(t);
    submitted(t, ami_login(t->session, &login, on_reply, a));
    expect_simple(t, answered(t, a), AMI_OK);
}

void own_write(struct test *t)
{
    const void *data;
    size_t len = ami_session_output(t->session, &data);

    if (len > 0) {
        ssize_t n = send(t->own_fd, data, len, MSG_NOSIGNAL);
        ami_session_sent(t->session, n > 0 ? (size_t)n : 0);
    }
}

void own_read(struct test *t)
{
    char bytes[4096];
    ssize_t n = recv(t->own_fd, bytes, sizeof bytes, 0);

    for (size_t at = 0, step; n > 0 && at < (size_t)n; at += step) {
        step = (size_t)n - at < t->own_step ? (size_t)n - at : t->own_step;
        ami_session_feed(t->session, bytes + at, step, ami_now());
    }
    if (n == 0) {
        ami_session_eof(t->session, ami_now());
        close(t->own_fd);
        t->own_fd = -1;
    }
}

void test_own_transport(struct test *t)
{
    open_own(t, 1, NULL);
    listen_to(t, "UserEvent");
    expect_ping(t);
    hold_calls(t, 2);
    hang_up_all(t);
    expect_simple(t, ASK(t, "UserEvent", "UserEvent", "own"), AMI_OK);
    WAIT_FOR(t, log_has(&t->events, "\nUserEvent: own\n"));
    expect_simple(t, ASK(t, "Command", "Command", "core show version"), AMI_OK);
    expect_simple(t, ASK(t, "Logoff"), AMI_OK);
    WAIT_FOR(t, t->own_fd < 0);
    expect_status(t, "after Logoff", ami_session_error(t->session)->code, AMI_E_EOF);
}
