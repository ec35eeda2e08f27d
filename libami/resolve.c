/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo blocks and cannot be interrupted, so a name is looked up in a thread. Nothing is
 * shared with it: what it needs is its own from the start, and its answer comes through a pipe. A
 * connection that no longer wants to know closes its end, and the thread goes when it is done.
 */
#include "resolve.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "text.h"

/* Goes through the pipe in one piece. */
struct answer {
    int code; /* of getaddrinfo */
    int sys;  /* its errno, or 0 */
    int count;
    struct ami__address list[AMI__ADDRESSES_MAX];
};
_Static_assert(sizeof(struct answer) <= _POSIX_PIPE_BUF, "larger writes may be torn");

struct lookup {
    int port;
    int end; /* of the pipe, for writing */
    struct answer answer;
    char host[];
};

/* As many addresses as there is room for, in getaddrinfo's order. Its result. */
static int find(const char *host, int port, int flags, struct ami__address *list, int room,
                int *count)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    struct addrinfo *found;
    char service[8];

    *count = 0;
    snprintf(service, sizeof service, "%d", port);
    int code = getaddrinfo(host, service, &hints, &found);
    if (code != 0)
        return code;
    for (struct addrinfo *a = found; a && *count < room; a = a->ai_next) {
        if (a->ai_addrlen > sizeof list->addr)
            continue; /* neither IPv4 nor IPv6 */
        memcpy(&list[*count].addr, a->ai_addr, a->ai_addrlen);
        list[(*count)++].len = a->ai_addrlen;
    }
    freeaddrinfo(found);
    return *count > 0 ? 0 : EAI_NONAME;
}

/* ---- Without waiting --------------------------------------------------------------------- */

/* A numeric address, perhaps with an IPv6 scope: no look-up, so it does not block. */
static int numeric(const char *host, int port, struct ami__address *address)
{
    int count;

    find(host, port, AI_NUMERICHOST, address, 1, &count);
    return count;
}

int ami__resolve(const char *host, int port, struct ami__address list[AMI__ADDRESSES_MAX])
{
    if (ami__order(host, "localhost") != 0)
        return numeric(host, port, &list[0]);
    /* Asterisk listens on IPv4 unless told otherwise. */
    numeric("127.0.0.1", port, &list[0]);
    numeric("::1", port, &list[1]);
    return 2;
}

/* ---- In a thread ------------------------------------------------------------------------- */

static void *look_up(void *lookup)
{
    struct lookup *l = lookup;
    struct answer *a = &l->answer;

    a->code = find(l->host, l->port, 0, a->list, AMI__ADDRESSES_MAX, &a->count);
    a->sys = a->code == EAI_SYSTEM ? errno : 0;
    /* Fails if nobody waits for it any more; SIGPIPE is blocked like all signals. */
    ssize_t n = write(l->end, a, sizeof *a);
    (void)n;
    ami__net_close(l->end);
    free(l);
    return NULL;
}

/* Signals are for the program's own threads. 0 or -errno. */
static int start_thread(struct lookup *lookup)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, before;

    int err = pthread_attr_init(&attr);
    if (err)
        return -err;
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    err = pthread_create(&thread, &attr, look_up, lookup);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return -err;
}

/* The reading end of its pipe, or -errno. */
static int start(struct lookup *lookup)
{
    int ends[2];

    int err = ami__net_pipe(ends);
    if (err < 0)
        return err;
    lookup->end = ends[1];
    err = start_thread(lookup);
    if (err == 0)
        return ends[0];
    ami__net_close(ends[0]);
    ami__net_close(ends[1]);
    return err;
}

/* ---- Its answer -------------------------------------------------------------------------- */

static int failed(struct ami_error *why, const char *host, const char *words, int sys)
{
    char text[64];

    if (sys) {
        ami__error_sys_text(text, sizeof text, sys);
        words = text;
    }
    return ami__error_set(why, AMI_E_RESOLVE, sys, "%.64s could not be resolved: %s", host, words);
}

int ami__resolve_start(const char *host, int port, struct ami_error *why)
{
    size_t size = strlen(host) + 1;
    /* Not from the connection's allocator: the thread may outlive it. */
    struct lookup *lookup = calloc(1, sizeof *lookup + size);

    if (!lookup)
        return failed(why, host, NULL, ENOMEM);
    lookup->port = port;
    memcpy(lookup->host, host, size);
    int fd = start(lookup);
    if (fd >= 0)
        return fd;
    free(lookup);
    return failed(why, host, NULL, -fd);
}

int ami__resolve_take(int fd, const char *host, struct ami__address list[AMI__ADDRESSES_MAX],
                      struct ami_error *why)
{
    struct answer answer;
    ssize_t n = read(fd, &answer, sizeof answer);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n != (ssize_t)sizeof answer)
        return failed(why, host, NULL, n < 0 ? errno : EPIPE);
    if (answer.code != 0)
        return failed(why, host, gai_strerror(answer.code), answer.sys);
    memcpy(list, answer.list, sizeof answer.list);
    return answer.count;
}
