/* SPDX-License-Identifier: MIT */
#include "fake_resolver.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* Shared with the threads, all under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
    char addresses[256];
    int code, sys;
    bool real, held;
    struct resolver_seen seen;
} fake;

/* The test's own thread alone uses these. */
static bool no_thread, no_memory;
static int threads;

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* ---- Fixtures ---------------------------------------------------------------------------- */

int resolver_set_up(void **state)
{
    set_up_threaded(state);
    struct bench *b = *state;
    b->opts.host = "pbx.example";
    resolver_reset(b);
    return 0;
}

void resolver_reset(struct bench *b)
{
    if (b->conn)
        bench_free(b);
    resolver_release();
    await_end_of_threads(b);
    bench_reset(b);
    resolver_fails(EAI_NONAME, 0);
    fake.seen = (struct resolver_seen){0};
    no_thread = no_memory = false;
    threads = 0;
}

int resolver_tear_down(void **state)
{
    resolver_reset(*state);
    return tear_down(state);
}

void resolver_start(struct bench *b)
{
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_RESOLVING);
}

void resolver_answered(struct bench *b)
{
    struct pollfd p = {.fd = ami_conn_fd(b->conn), .events = POLLIN};

    assert_int_equal(poll(&p, 1, -1), 1);
}

/* ---- What it finds ----------------------------------------------------------------------- */

static bool all_signals_blocked(void)
{
    sigset_t blocked;

    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (int sig = 1; sig < 32; sig++) {
        if (sig != SIGKILL && sig != SIGSTOP && sigismember(&blocked, sig) != 1)
            return false;
    }
    return true;
}

static void see(const char *host, const char *service, const struct addrinfo *hints)
{
    struct resolver_seen *seen = &fake.seen;

    seen->lookups++;
    snprintf(seen->host, sizeof seen->host, "%s", host);
    snprintf(seen->service, sizeof seen->service, "%s", service);
    seen->family = hints->ai_family;
    seen->type = hints->ai_socktype;
    seen->flags = hints->ai_flags;
    seen->deaf = all_signals_blocked();
}

/* One list of what the real one makes of each address. */
static int make_list(char *addresses, const char *service, struct addrinfo **found)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo **next = found;
    char *rest = addresses;

    *found = NULL;
    for (char *one; (one = strtok_r(rest, " ", &rest)); next = &(*next)->ai_next) {
        bool odd = *one == '?';
        int code = __real_getaddrinfo(one + odd, service, &hints, next);
        if (code != 0)
            return code;
        if (odd)
            (*next)->ai_addrlen = sizeof(struct sockaddr_storage);
    }
    return 0;
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found)
{
    char addresses[sizeof fake.addresses];

    if (hints->ai_flags & AI_NUMERICHOST)
        return __real_getaddrinfo(host, service, hints, found);
    pthread_mutex_lock(&lock);
    see(host, service, hints);
    pthread_cond_broadcast(&changed);
    while (fake.held)
        pthread_cond_wait(&changed, &lock);
    bool real = fake.real;
    int code = fake.code, sys = fake.sys;
    memcpy(addresses, fake.addresses, sizeof addresses);
    pthread_mutex_unlock(&lock);

    if (real)
        return __real_getaddrinfo(host, service, hints, found);
    if (code == 0)
        return make_list(addresses, service, found);
    errno = sys;
    return code;
}

static void set(const char *addresses, int code, int sys, bool real)
{
    pthread_mutex_lock(&lock);
    snprintf(fake.addresses, sizeof fake.addresses, "%s", addresses);
    fake.code = code;
    fake.sys = sys;
    fake.real = real;
    pthread_mutex_unlock(&lock);
}

void resolver_finds(const char *addresses)
{
    set(addresses, 0, 0, false);
}

void resolver_fails(int code, int sys)
{
    set("", code, sys, false);
}

void resolver_is_real(void)
{
    set("", 0, 0, true);
}

/* ---- How long it takes ------------------------------------------------------------------- */

static void set_held(bool held)
{
    pthread_mutex_lock(&lock);
    fake.held = held;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void resolver_hold(void)
{
    set_held(true);
}

void resolver_release(void)
{
    set_held(false);
}

void resolver_await(int lookups)
{
    pthread_mutex_lock(&lock);
    while (fake.seen.lookups < lookups)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

struct resolver_seen resolver_seen(void)
{
    pthread_mutex_lock(&lock);
    struct resolver_seen seen = fake.seen;
    pthread_mutex_unlock(&lock);
    seen.threads = threads;
    return seen;
}

/* ---- What it needs ----------------------------------------------------------------------- */

void resolver_no_thread(bool none)
{
    no_thread = none;
}

void resolver_no_memory(bool none)
{
    no_memory = none;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
                          void *arg)
{
    threads++;
    return no_thread ? EAGAIN : __real_pthread_create(thread, attr, run, arg);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return no_memory ? NULL : __real_calloc(count, size);
}
