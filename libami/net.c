/* SPDX-License-Identifier: MIT */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <ami/conn.h>

static int set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return -errno;
    return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

/* Actions are small and answered one by one: never wait to fill a segment. Not all stream sockets
 * are TCP. */
static void no_delay(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int ami__net_connect(const struct ami__address *address, int *fd)
{
    int s = socket(address->addr.any.sa_family, SOCK_STREAM, 0);

    if (s < 0)
        return -errno;
    int err = set_flags(s);
    if (err == 0) {
        no_delay(s);
        if (connect(s, &address->addr.any, address->len) == 0)
            err = 1;
        else
            err = errno == EINPROGRESS || errno == EINTR ? 0 : -errno;
    }
    if (err < 0)
        close(s);
    else
        *fd = s;
    return err;
}

int ami__net_connected(int fd)
{
    struct ami__address peer;
    int err = 0;
    socklen_t len = sizeof err;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
        return -errno;
    if (err)
        return -err;
    peer.len = sizeof peer.addr;
    if (getpeername(fd, &peer.addr.any, &peer.len) == 0)
        return 1;
    return errno == ENOTCONN ? 0 : -errno;
}

int ami__net_adopt(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
        return -errno;
    if (type != SOCK_STREAM)
        return -EPROTOTYPE;
    no_delay(fd);
    return set_flags(fd);
}

static ptrdiff_t result(ssize_t n)
{
    if (n >= 0)
        return n;
    return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
}

ptrdiff_t ami__net_recv(int fd, void *data, size_t len)
{
    return result(recv(fd, data, len, 0));
}

ptrdiff_t ami__net_send(int fd, const void *data, size_t len)
{
    return result(send(fd, data, len, MSG_NOSIGNAL));
}

static int ready_for(const struct pollfd *p, int events)
{
    if (p->revents & (POLLERR | POLLHUP | POLLNVAL))
        return events;
    return (p->revents & POLLIN ? AMI_READ : 0) | (p->revents & POLLOUT ? AMI_WRITE : 0);
}

int ami__net_wait(int fd, int events, int bell, int timeout_ms)
{
    struct pollfd p[] = {{.fd = fd}, {.fd = bell, .events = POLLIN}};

    if (events & AMI_READ)
        p[0].events |= POLLIN;
    if (events & AMI_WRITE)
        p[0].events |= POLLOUT;
    if (poll(p, 2, timeout_ms) < 0)
        return -errno;
    return ready_for(&p[0], events) | (p[1].revents ? AMI__BELL : 0);
}

int ami__net_pipe(int ends[2])
{
    if (pipe(ends) < 0)
        return -errno;
    int err = set_flags(ends[0]);
    if (err == 0)
        err = set_flags(ends[1]);
    if (err < 0) {
        close(ends[0]);
        close(ends[1]);
    }
    return err;
}

void ami__net_close(int fd)
{
    close(fd);
}
