/* SPDX-License-Identifier: MIT */
/*
 * 1,000 connections in one thread, behind epoll: all READY, all kept alive, with one descriptor and
 * a few KiB each, and no thread. The clock is the real one, but nothing depends on how fast it is.
 */
#include <dirent.h>
#include <netdb.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mock/mock.h"
#include "support.h"

enum {
    CROWD = 1000,
    SMALL_CROWD = 50,
    PINGS = 3, /* for each connection */
    KEEPALIVE_MS = 250,
    PONG_MS = 30000, /* far more than any machine needs */
    LOOK_MS = 10,    /* how often the deadlines are looked at */
    SECONDS = 600,   /* after which the test dies */
    PRIVATE_MAX = 8 << 10
};

struct seat {
    ami_conn *conn;
    int fd;
    int pings; /* that it sent, all but the last one answered */
};

static struct crowd {
    struct seat seats[CROWD];
    int count;
    int ready, calm; /* seats that are READY; and those that have sent their PINGS */
    int epoll;
    int64_t looked;
} crowd;

/* ---- What is looked up, and the server --------------------------------------------------- */

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);

/* All names are this machine's. */
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found)
{
    return __real_getaddrinfo(strcmp(host, "pbx.test") == 0 ? "127.0.0.1" : host, service, hints,
                              found);
}

static pid_t mock;
static int port;

static int start_mock(void **state)
{
    ami_mock_server *server = ami_mock_server_new(&(struct ami_mock_opts){0}, NULL, 0);

    (void)state;
    assert_non_null(server);
    port = ami_mock_server_port(server);
    mock = fork();
    assert_true(mock >= 0);
    if (mock == 0) {
        alarm(SECONDS);
        ami_mock_server_run(server, NULL);
        _exit(1);
    }
    ami_mock_server_free(server);
    return 0;
}

static int stop_mock(void **state)
{
    (void)state;
    kill(mock, SIGKILL);
    waitpid(mock, NULL, 0);
    return 0;
}

/* ---- What the process holds -------------------------------------------------------------- */

static int count_dir(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* Bytes of memory that are this process's alone. */
static long private_memory(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    long kib, sum = 0;

    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Private_Clean: %ld", &kib) == 1 ||
            sscanf(line, "Private_Dirty: %ld", &kib) == 1)
            sum += kib;
    fclose(file);
    return sum << 10;
}

static int64_t clock_us(clockid_t which)
{
    struct timespec ts;

    clock_gettime(which, &ts);
    return ts.tv_sec * (int64_t)1000000 + ts.tv_nsec / 1000;
}

/* ---- The loop ---------------------------------------------------------------------------- */

static void on_interest(ami_conn *conn, void *user)
{
    struct seat *seat = user;
    int fd = ami_conn_fd(conn), events = ami_conn_events(conn);
    struct epoll_event event = {.data.ptr = seat};

    if (seat->fd >= 0 && fd != seat->fd)
        epoll_ctl(crowd.epoll, EPOLL_CTL_DEL, seat->fd, NULL);
    event.events = ((events & AMI_READ) ? EPOLLIN : 0) | ((events & AMI_WRITE) ? EPOLLOUT : 0);
    if (fd >= 0)
        assert_int_equal(
            epoll_ctl(crowd.epoll, fd == seat->fd ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event), 0);
    seat->fd = fd;
}

static void on_state(ami_conn *conn, const struct ami_state_info *info, void *user)
{
    (void)conn;
    (void)user;
    crowd.ready += info->state == AMI_STATE_READY;
    crowd.ready -= info->previous == AMI_STATE_READY;
    if (info->error)
        fail_msg("%s", info->error->text);
}

static void on_trace(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                     void *user)
{
    static const char ping[] = "Action: Ping";
    struct seat *seat = user;

    (void)session;
    if (direction == AMI_TRACE_OUT && len > sizeof ping && memcmp(data, ping, sizeof ping - 1) == 0)
        crowd.calm += ++seat->pings == PINGS;
}

static void process_due(void)
{
    ami_time now = ami_now();

    if (now - crowd.looked < LOOK_MS)
        return;
    crowd.looked = now;
    for (int i = 0; i < crowd.count; i++)
        if (ami_conn_deadline(crowd.seats[i].conn) <= now)
            ami_conn_process(crowd.seats[i].conn, 0);
}

static void go_round(void)
{
    struct epoll_event events[64];
    int count = epoll_wait(crowd.epoll, events, ARRAY_LEN(events), LOOK_MS);

    for (int i = 0; i < count; i++) {
        struct seat *seat = events[i].data.ptr;
        unsigned seen = events[i].events;
        bool broken = seen & (EPOLLERR | EPOLLHUP);

        ami_conn_process(seat->conn, ((seen & EPOLLIN) || broken ? AMI_READ : 0) |
                                         ((seen & EPOLLOUT) ? AMI_WRITE : 0));
    }
    process_due();
}

/* ---- The crowd --------------------------------------------------------------------------- */

static void take_seat(struct seat *seat, const char *host)
{
    struct ami_conn_opts opts = AMI_CONN_OPTS_INIT;

    *seat = (struct seat){.fd = -1};
    opts.host = host;
    opts.port = port;
    opts.username = "admin";
    opts.secret = "secret";
    opts.keepalive_ms = KEEPALIVE_MS;
    opts.pong_timeout_ms = PONG_MS;
    opts.connect_timeout_ms = opts.login_timeout_ms = -1;
    opts.on_state = on_state;
    opts.on_trace = on_trace;
    opts.user = seat;
    assert_int_equal(ami_conn_new(&seat->conn, &opts), AMI_OK);
    ami_conn_set_notify(seat->conn, on_interest, seat, NULL);
    assert_int_equal(ami_conn_start(seat->conn), AMI_OK);
}

static void come(const char *host, int count)
{
    memset(&crowd, 0, sizeof crowd);
    crowd.epoll = epoll_create1(EPOLL_CLOEXEC);
    assert_true(crowd.epoll >= 0);
    for (int i = 0; i < count; i++)
        take_seat(&crowd.seats[crowd.count++], host);
    while (crowd.ready < count)
        go_round();
}

static void leave(void)
{
    for (int i = 0; i < crowd.count; i++)
        ami_conn_free(crowd.seats[i].conn);
    close(crowd.epoll);
}

/* Some are still on their way out when what they looked up has long been used. */
static void await_threads(int threads)
{
    while (count_dir("/proc/self/task") > threads)
        go_round();
}

/* Raises the limit for descriptors, of which a look-up needs two. False when it cannot be. */
static bool have_descriptors(void)
{
    struct rlimit limit;
    rlim_t wanted = 2 * CROWD + 200;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

/* It has room for few threads, and is slow. */
static bool is_in_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded && strstr(preloaded, "vgpreload");
}

/* Sanitizers and valgrind put much around each block. */
static bool is_memory_ours(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#elif defined(__has_feature)
    return !__has_feature(address_sanitizer) && !is_in_valgrind();
#else
    return !is_in_valgrind();
#endif
}

static void check_crowd(const char *host, int count)
{
    int descriptors = count_dir("/proc/self/fd"), threads = count_dir("/proc/self/task");
    long memory = private_memory();
    int64_t cpu, began = clock_us(CLOCK_MONOTONIC);

    come(host, count);
    print_message("%s: %d connections READY after %d ms\n", host, count,
                  (int)(clock_us(CLOCK_MONOTONIC) - began) / 1000);
    await_threads(threads);
    memory = (private_memory() - memory) / count;
    assert_int_equal(count_dir("/proc/self/fd"), descriptors + 1 + count);
    assert_int_equal(count_dir("/proc/self/task"), threads);

    cpu = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    began = clock_us(CLOCK_MONOTONIC);
    while (crowd.calm < count)
        go_round();
    cpu = clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    began = clock_us(CLOCK_MONOTONIC) - began;
    assert_int_equal(crowd.ready, count);
    print_message(
        "%s: %ld bytes each; %.1f us of CPU for each of %d keep-alives, %.1f %% of a core\n", host,
        memory, (double)cpu / (PINGS * count), PINGS * count, 100.0 * (double)cpu / (double)began);
    leave();
    assert_int_equal(count_dir("/proc/self/fd"), descriptors);
    if (count > 1 && is_memory_ours())
        assert_true(memory < PRIVATE_MAX);
}

static void check(const char *host)
{
    if (!have_descriptors())
        skip();
    alarm(SECONDS);
    check_crowd(host, 1); /* what the first one needs in memory is not the crowd's */
    check_crowd(host, is_in_valgrind() ? SMALL_CROWD : CROWD);
    alarm(0);
}

static void test_addresses(void **state)
{
    (void)state;
    check("127.0.0.1");
}

static void test_names(void **state)
{
    (void)state;
    check("pbx.test");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_addresses, start_mock, stop_mock),
        cmocka_unit_test_setup_teardown(test_names, start_mock, stop_mock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
