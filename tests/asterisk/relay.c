/* SPDX-License-Identifier: MIT */
/* See relay.h. */
#define _GNU_SOURCE /* namespaces */
#include "relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "raw.h"

enum { PAIRS = 64 };

/* What it is told. Each is answered with the same byte when it is done, or with FAILED. */
enum { CUT = 'c', MEND = 'm', HOLD = 'h', RELEASE = 'r', FAILED = 'f' };

/* In the process of the relay. */
static struct {
    int control, listener;
    int here, there; /* namespaces; -1: it is on this host */
    struct pair {
        int near, far; /* to the client, -1: held; to the server */
    } pairs[PAIRS];
    int count;
} self;

/* ---- The other host ---------------------------------------------------------------------- */

/* Documentation may use these addresses, and tests; several tests do at the same time. */
static void address(char *text, size_t size, pid_t pid, int host)
{
    snprintf(text, size, "198.18.%d.%d", (int)(pid % 250), host);
}

static bool run_ip(const char *format, ...) AMI_PRINTF(1, 2);
static bool run_ip(const char *format, ...)
{
    char command[256];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    return system(command) == 0;
}

/* The cable's end there, named after this process. */
static bool plug_in(void)
{
    char host[16];

    address(host, sizeof host, getpid(), 2);
    return run_ip("ip address add %s/30 dev ami%d-b && ip link set ami%d-b up", host, (int)getpid(),
                  (int)getpid());
}

/* In the test's process. */
static bool lay_cable(const struct relay *relay)
{
    int pid = (int)relay->pid;
    char host[16];

    address(host, sizeof host, relay->pid, 1);
    return run_ip("ip link add ami%d-a type veth peer name ami%d-b netns %d 2>/dev/null && "
                  "ip address add %s/30 dev ami%d-a && ip link set ami%d-a up",
                  pid, pid, pid, host, pid, pid);
}

static bool set_link(const char *state)
{
    bool ok = setns(self.there, CLONE_NEWNET) == 0 &&
              run_ip("ip link set ami%d-b %s", (int)getpid(), state);

    return setns(self.here, CLONE_NEWNET) == 0 && ok;
}

/* ---- Passing on -------------------------------------------------------------------------- */

static void close_pair(struct pair *pair)
{
    if (pair->near >= 0)
        close(pair->near);
    close(pair->far);
    *pair = self.pairs[--self.count];
}

static void accept_client(void)
{
    int near = accept(self.listener, NULL, NULL), far = self.count < PAIRS ? dial() : -1;

    if (near >= 0 && far >= 0) {
        self.pairs[self.count++] = (struct pair){near, far};
        return;
    }
    if (near >= 0)
        close(near);
    if (far >= 0)
        close(far);
}

/* False when either side has ended. */
static bool pass_on(int from, int to)
{
    char bytes[65536];
    ssize_t n = recv(from, bytes, sizeof bytes, 0);

    return n > 0 && (to < 0 || send(to, bytes, (size_t)n, MSG_NOSIGNAL) == n);
}

static void hold_all(void)
{
    for (int i = 0; i < self.count; i++) {
        if (self.pairs[i].near >= 0)
            close(self.pairs[i].near);
        self.pairs[i].near = -1;
    }
}

static void release_all(void)
{
    for (int i = self.count - 1; i >= 0; i--)
        if (self.pairs[i].near < 0)
            close_pair(&self.pairs[i]);
}

static bool obey(char order)
{
    if (order == CUT || order == MEND)
        return set_link(order == CUT ? "down" : "up");
    if (order == HOLD)
        hold_all();
    else
        release_all();
    return true;
}

static void take_order(void)
{
    char order;

    if (read(self.control, &order, 1) != 1)
        _exit(0);
    if (!obey(order))
        order = FAILED;
    if (write(self.control, &order, 1) != 1)
        _exit(1);
}

static void go_round(void)
{
    struct pollfd fds[2 + 2 * PAIRS] = {{self.control, POLLIN, 0}, {self.listener, POLLIN, 0}};
    int count = self.count;

    for (int i = 0; i < count; i++) {
        fds[2 + 2 * i] = (struct pollfd){self.pairs[i].near, POLLIN, 0};
        fds[3 + 2 * i] = (struct pollfd){self.pairs[i].far, POLLIN, 0};
    }
    poll(fds, 2 + 2 * (nfds_t)count, -1);
    for (int i = count - 1; i >= 0; i--) { /* from the last one, whose place another may take */
        struct pair *pair = &self.pairs[i];

        if ((fds[2 + 2 * i].revents && !pass_on(pair->near, pair->far)) ||
            (fds[3 + 2 * i].revents && !pass_on(pair->far, pair->near)))
            close_pair(pair);
    }
    if (fds[1].revents)
        accept_client();
    if (fds[0].revents)
        take_order();
}

/* ---- Its life ---------------------------------------------------------------------------- */

/* Listens; the port, or 0. */
static int open_door(const char *host)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;

    self.listener = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, host, &at.sin_addr);
    if (bind(self.listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(self.listener, 64) != 0 ||
        getsockname(self.listener, (struct sockaddr *)&at, &len) != 0)
        return 0;
    return ntohs(at.sin_port);
}

/* A socket belongs to the namespace in which it was made: the door to the other one, those to the
 * server to this one. */
static int open_door_apart(void)
{
    char host[16], go;

    self.here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (unshare(CLONE_NEWNET) != 0)
        return 0;
    self.there = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (write(self.control, "", 1) != 1 || read(self.control, &go, 1) != 1 || !plug_in())
        return 0;
    address(host, sizeof host, getpid(), 2);
    int port = open_door(host);
    return setns(self.here, CLONE_NEWNET) == 0 ? port : 0;
}

static void be_relay(int control, bool apart)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    self.control = control;
    int port = apart ? open_door_apart() : open_door("127.0.0.1");
    if (port == 0 || write(control, &port, sizeof port) != sizeof port)
        _exit(1);
    for (;;)
        go_round();
}

/* Its port, once it has come that far; 0: it ended. */
static int ask_port(const struct relay *relay)
{
    char ready;
    int port = 0;

    if (relay->apart && (read(relay->control, &ready, 1) != 1 || !lay_cable(relay) ||
                         write(relay->control, "", 1) != 1))
        return 0;
    return read(relay->control, &port, sizeof port) == sizeof port ? port : 0;
}

bool relay_start(struct test *t, struct relay *relay, bool apart)
{
    int ends[2];

    expect(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "no socketpair");
    fflush(stdout);
    relay->control = ends[0];
    relay->apart = apart;
    relay->pid = fork();
    if (relay->pid == 0) {
        close(ends[0]);
        be_relay(ends[1], apart);
    }
    close(ends[1]);
    snprintf(relay->host, sizeof relay->host, "127.0.0.1");
    if (apart)
        address(relay->host, sizeof relay->host, relay->pid, 2);
    relay->port = ask_port(relay);
    if (relay->port == 0) {
        relay_end(relay);
        skip(t, "this machine allows no network namespaces, or has no ip(8)");
    }
    return relay->port != 0;
}

/* The cable goes by hand: its namespace stays as long as sockets in it try to say farewell. */
void relay_end(struct relay *relay)
{
    if (relay->apart)
        run_ip("ip link delete ami%d-a 2>/dev/null", (int)relay->pid);
    close(relay->control);
    kill(relay->pid, SIGKILL);
    waitpid(relay->pid, NULL, 0);
    relay->pid = 0;
}

static void tell(struct test *t, struct relay *relay, char order)
{
    char answer = FAILED;

    expect(t,
           write(relay->control, &order, 1) == 1 && read(relay->control, &answer, 1) == 1 &&
               answer == order,
           "the relay does not obey");
}

void relay_cut(struct test *t, struct relay *relay, bool cut)
{
    tell(t, relay, cut ? CUT : MEND);
}

void relay_hold(struct test *t, struct relay *relay)
{
    tell(t, relay, HOLD);
}

void relay_release(struct test *t, struct relay *relay)
{
    tell(t, relay, RELEASE);
}
