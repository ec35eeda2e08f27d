/* SPDX-License-Identifier: MIT */
/* See outage.h. */
#include "outage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "raw.h"

enum { LOOK_MS = 10 }; /* how often the port is tried */

static pid_t pid;
static bool is_frozen;
static FILE *starter; /* what it prints is read once the server is back */

bool can_be_killed(struct test *t)
{
    const char *number = getenv("AMI_PID");

    if (pid == 0 && number)
        pid = (pid_t)atol(number);
    if (pid <= 0 || !getenv("AMI_RESTART") || kill(pid, 0) < 0) {
        skip(t, "this server cannot be killed and started anew");
        return false;
    }
    return true;
}

void kill_server(struct test *t)
{
    expect(t, kill(pid, SIGKILL) == 0, "the server cannot be killed");
    starter = popen(getenv("AMI_RESTART"), "r");
    expect(t, starter, "popen failed");
}

void restart_server(struct test *t)
{
    raw_send(t, "Action: Command\r\nCommand: core restart now\r\n\r\n");
}

/* Waits until it has started; its process has another number now. */
static bool has_started(void)
{
    char line[512] = "";

    if (!starter)
        return true;
    const char *number = fgets(line, sizeof line, starter) ? strstr(line, " pid=") : NULL;
    if (number)
        pid = (pid_t)atol(number + strlen(" pid="));
    bool ok = pclose(starter) == 0;
    starter = NULL;
    return ok && number;
}

static bool takes_connections(void)
{
    int fd = dial();

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

ami_time await_return(struct test *t)
{
    ami_time back = AMI_NEVER, end = ami_now() + PATIENCE_MS;

    raw_close(t->raw);
    t->raw = NULL;
    while (ami_conn_state(t->conn) != AMI_STATE_READY && ami_now() < end) {
        if (!takes_connections())
            back = AMI_NEVER;
        else if (back == AMI_NEVER)
            back = ami_now();
        wait_ms(t, LOOK_MS);
    }
    expect(t, ami_conn_state(t->conn) == AMI_STATE_READY, "not back: %s",
           ami_conn_error(t->conn)->text);
    expect(t, has_started(), "the server was not started anew");
    return back;
}

void freeze_server(bool freeze)
{
    kill(pid, freeze ? SIGSTOP : SIGCONT);
    is_frozen = freeze;
}

void end_outage(void)
{
    if (is_frozen)
        freeze_server(false);
    has_started();
}
