/* SPDX-License-Identifier: MIT */
/* See outage.h. */
#include "outage.h"

#include <dirent.h>
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

static bool is_stopped(const char *thread)
{
    char path[512], line[512] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)pid, thread);
    file = fopen(path, "r");
    if (!file)
        return true; /* it has ended */
    const char *name_end = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    fclose(file);
    return !name_end || name_end[2] == 'T';
}

static bool all_stopped(void)
{
    char path[64];
    bool stopped = true;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        stopped = stopped && (entry->d_name[0] == '.' || is_stopped(entry->d_name));
    if (dir)
        closedir(dir);
    return stopped;
}

void freeze_server(struct test *t)
{
    ami_time end = ami_now() + PATIENCE_MS;

    kill(pid, SIGSTOP);
    is_frozen = true;
    while (!all_stopped() && ami_now() < end)
        wait_ms(t, 1);
    expect(t, all_stopped(), "the server does not stop");
}

void thaw_server(void)
{
    kill(pid, SIGCONT);
    is_frozen = false;
}

void end_outage(void)
{
    if (is_frozen)
        thaw_server();
    has_started();
}
