/* SPDX-License-Identifier: MIT */
/* Every socket call of libami, and the making and closing of descriptors. Results below zero are
 * -errno. */
#ifndef AMI__NET_H
#define AMI__NET_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

struct ami__address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } addr;
    socklen_t len;
};

/* Begins to connect: 1 when connected, 0 when under way. *fd is non-blocking and not inherited. */
int ami__net_connect(const struct ami__address *address, int *fd);

/* How the connecting went: 1 when connected, 0 when still under way, or -errno. */
int ami__net_connected(int fd);

/* Makes a connected stream socket ready for use: 0 or -errno. */
int ami__net_adopt(int fd);

/* Bytes moved, 0 at the end of the stream, or -errno; -EAGAIN when it would block. No SIGPIPE. */
ptrdiff_t ami__net_recv(int fd, void *data, size_t len);
ptrdiff_t ami__net_send(int fd, const void *data, size_t len);

enum { AMI__BELL = 4 };

/* Waits until fd (or -1) is ready for events (AMI_READ, AMI_WRITE), or bell (or -1) for reading, at
 * most timeout_ms, -1 without end. What fd is ready for, errors and hang-ups as all that was asked,
 * and AMI__BELL; 0; or -errno. */
int ami__net_wait(int fd, int events, int bell, int timeout_ms);

/* A pipe, to be read at ends[0]; both ends are non-blocking and not inherited. 0 or -errno. */
int ami__net_pipe(int ends[2]);

void ami__net_close(int fd);

#endif
