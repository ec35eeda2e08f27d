/* SPDX-License-Identifier: MIT */
/*
 * To be run under strace: syscalls events|pings epoll|wait. A connection, driven through epoll or
 * by ami_conn_wait, gets EVENTS events one by one, or nothing but the answers to PINGS pings. What
 * it costs stands in the trace between two calls of getppid(). tests/syscalls.sh counts it.
 */
#define _DEFAULT_SOURCE /* syscall() */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sockios.h>

#include <ami/adapters/epoll.h>
#include <ami/ami.h>

enum { EVENTS = 200, PINGS = 10, KEEPALIVE_MS = 50, SECONDS = 600 };

static void need(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

static void mark(void)
{
    syscall(SYS_getppid);
}

/* ---- The server, another process --------------------------------------------------------- */

static void say(int fd, const char *text)
{
    need(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "the server");
}

static void send_one_by_one(int fd)
{
    for (int i = 0; i < EVENTS; i++) {
        int unread = 1;

        say(fd, "Event: Test\r\nPrivilege: user,all\r\n\r\n");
        while (unread > 0) {
            poll(NULL, 0, 1);
            need(ioctl(fd, SIOCOUTQ, &unread) == 0, "SIOCOUTQ");
        }
    }
}

/* Says yes to whatever is asked. */
static void serve(int fd)
{
    char request[2048], reply[512];
    size_t len = 0;
    ssize_t n;

    say(fd, "Asterisk Call Manager/5.0.4\r\n");
    while ((n = read(fd, request + len, sizeof request - 1 - len)) > 0) {
        request[len += (size_t)n] = '\0';
        if (!strstr(request, "\r\n\r\n"))
            continue;
        const char *id = strstr(request, "ActionID: ");
        need(id != NULL, "an ActionID");
        snprintf(reply, sizeof reply, "Response: Success\r\n%.*s\r\n\r\n", (int)strcspn(id, "\r"),
                 id);
        say(fd, reply);
        if (strstr(request, "Action: SendEvents"))
            send_one_by_one(fd);
        len = 0;
    }
}

/* The client's end of a connection to it. */
static int start_server(void)
{
    int ends[2];

    need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    pid_t child = fork();
    need(child >= 0, "fork");
    if (child == 0) {
        alarm(SECONDS);
        close(ends[0]);
        serve(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    return ends[0];
}

/* ---- The client -------------------------------------------------------------------------- */

static int events, pings;
static bool done;

static void on_reply(const struct ami_reply *reply, void *user)
{
    (void)user;
    need(reply->status == AMI_OK, "an answer");
    mark();
}

static void on_event(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
    if (++events < EVENTS)
        return;
    mark();
    done = true;
}

/* From the first ping on. */
static void on_trace(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                     void *user)
{
    static const char ping[] = "Action: Ping";

    (void)session;
    (void)user;
    if (direction != AMI_TRACE_OUT || len < strlen(ping) || memcmp(data, ping, strlen(ping)) != 0)
        return;
    if (pings == 0 || pings == PINGS)
        mark();
    done = pings++ == PINGS;
}

static void run(ami_conn *conn, bool with_epoll)
{
    struct ami_epoll loop = AMI_EPOLL_INIT(-1);
    struct epoll_event event;

    if (with_epoll) {
        loop.fd = epoll_create1(0);
        need(loop.fd >= 0 && ami_epoll_attach(conn, &loop) == AMI_OK, "epoll");
    }
    while (!done && ami_conn_state(conn) != AMI_STATE_CLOSED)
        if (with_epoll)
            ami_epoll_wait(&loop, &event, 1, -1);
        else
            ami_conn_wait(conn, -1);
    ami_conn_free(conn);
}

int main(int argc, char **argv)
{
    struct ami_conn_opts opts = AMI_CONN_OPTS_INIT;
    bool idle = argc > 1 && strcmp(argv[1], "pings") == 0;
    ami_conn *conn;

    opts.username = opts.secret = "user";
    opts.auth = AMI_AUTH_PLAIN;
    opts.keepalive_ms = idle ? KEEPALIVE_MS : 0;
    opts.on_trace = idle ? on_trace : NULL;
    need(ami_conn_new(&conn, &opts) == AMI_OK, "ami_conn_new");
    ami_on(ami_conn_session(conn), "Test", on_event, NULL, NULL);
    if (!idle)
        ami_send(ami_conn_session(conn), on_reply, NULL, "SendEvents", (char *)NULL);
    need(ami_conn_start_fd(conn, start_server()) == AMI_OK, "ami_conn_start_fd");
    alarm(SECONDS);
    run(conn, argc > 2 && strcmp(argv[2], "epoll") == 0);
    printf("%d\n", idle ? PINGS : EVENTS);
    return !done;
}
