/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 100000, CHILD_SECONDS = 600 };

/* ---- Fixtures ---------------------------------------------------------------------------- */

size_t count_dir(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void drop_peers(struct bench *b)
{
    if (b->far >= 0)
        close(b->far);
    b->far = -1;
    stop_listening(b);
    text_free(&b->heard);
    b->taken = 0;
    ami_mock_server_free(b->server);
    b->server = NULL;
    if (b->child > 0) {
        kill(b->child, SIGKILL);
        waitpid(b->child, NULL, 0);
    }
    b->child = 0;
}

void bench_reset(struct bench *b)
{
    if (b->conn)
        bench_free(b);
    drop_peers(b);
    text_free(&b->log);
    assert_int_equal(b->alloc.live, 0);
    assert_int_equal(count_dir("/proc/self/fd"), b->fds);
    test_alloc_init(&b->alloc, 0);
    world = (struct world){.now = CLOCK_START, .send_room = -1};
    b->freed = b->watching = false;
    b->when = NULL;
    b->deed = NULL;
    b->label_count = 0;
    b->watched_fd = -1;
}

int set_up(void **state)
{
    static struct bench bench;
    struct bench *b = &bench;

    *b = (struct bench){.far = -1};
    b->fds = count_dir("/proc/self/fd");
    b->threads = count_dir("/proc/self/task");
    bench_reset(b);
    b->opts = (struct ami_conn_opts)AMI_CONN_OPTS_INIT;
    b->opts.username = "admin";
    b->opts.secret = "secret";
    b->opts.host = "127.0.0.1";
    b->opts.keepalive_ms = -1; /* nothing happens by itself, unless a test says so */
    b->opts.on_state = log_state;
    b->opts.user = b;
    b->opts.allocator = &b->alloc.allocator;
    *state = b;
    return 0;
}

int tear_down(void **state)
{
    struct bench *b = *state;

    assert_int_equal(count_dir("/proc/self/task"), b->threads);
    bench_reset(b);
    return 0;
}

static void *tell_number(void *text)
{
    char *own = text;
    ssize_t len = readlink("/proc/thread-self", own, 63);

    own[len > 0 ? len : 0] = '\0';
    return NULL;
}

/* With a program's first thread a sanitizer begins one of its own, which stays: it is counted among
 * those that were there before. */
static void have_had_a_thread(void)
{
    char own[64], path[80];
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, tell_number, own), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    snprintf(path, sizeof path, "/proc/%s", own);
    while (access(path, F_OK) == 0)
        sched_yield(); /* joined, and yet to go */
}

int set_up_threaded(void **state)
{
    have_had_a_thread();
    return set_up(state);
}

void await_end_of_threads(const struct bench *b)
{
    while (count_dir("/proc/self/task") > b->threads)
        sched_yield();
}

/* ---- A peer played by the test ----------------------------------------------------------- */

void far_open(struct bench *b)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    b->far = pair[1];
    assert_int_equal(fcntl(b->far, F_SETFL, O_NONBLOCK), 0);
    int rc = ami_conn_start_fd(b->conn, pair[0]);
    assert_int_equal(rc, b->conn ? AMI_OK : AMI_E_CANCELLED);
}

void far_listen(struct bench *b)
{
    listen_on(b, false, 0, 8);
}

void far_accept(struct bench *b)
{
    int on = 1; /* what is said is there at once */

    assert_int_equal(b->far, -1);
    b->far = accept(b->listeners[0], NULL, NULL);
    assert_true(b->far >= 0);
    assert_int_equal(fcntl(b->far, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(setsockopt(b->far, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
    text_free(&b->heard);
    b->taken = 0;
}

void far_say_bytes(struct bench *b, const void *bytes, size_t len)
{
    assert_int_equal(send(b->far, bytes, len, MSG_NOSIGNAL), len);
}

void far_say(struct bench *b, const char *bytes)
{
    far_say_bytes(b, bytes, strlen(bytes));
}

void far_close(struct bench *b)
{
    assert_false(far_at_end(b));
    close(b->far);
    b->far = -1;
}

bool far_at_end(struct bench *b)
{
    char data[4096];
    ssize_t n;

    while ((n = recv(b->far, data, sizeof data, 0)) > 0)
        text_add_bytes(&b->heard, data, (size_t)n);
    return n == 0;
}

static void copy_header(const char *text, const char *name, char *to, size_t size)
{
    const char *at = strstr(text, name);

    assert_non_null(at);
    at += strlen(name);
    snprintf(to, size, "%.*s", (int)strcspn(at, "\r"), at);
}

bool far_take(struct bench *b, struct request *request)
{
    far_at_end(b);
    const char *text = text_str(&b->heard) + b->taken;
    const char *end = strstr(text, "\r\n\r\n");

    if (!end)
        return false;
    size_t len = (size_t)(end - text) + 2;
    assert_true(len < sizeof request->text);
    memcpy(request->text, text, len);
    request->text[len] = '\0';
    b->taken += len + 2;
    copy_header(request->text, "Action: ", request->name, sizeof request->name);
    copy_header(request->text, "ActionID: ", request->id, sizeof request->id);
    return true;
}

void far_expect(struct bench *b, const char *name, struct request *request)
{
    if (!far_take(b, request))
        fail_msg("no %s came", name);
    assert_string_equal(request->name, name);
}

void far_answer(struct bench *b, const struct request *request, const char *response,
                const char *headers)
{
    struct text bytes = {0};

    text_addf(&bytes, "Response: %s\r\nActionID: %s\r\n%s\r\n", response, request->id, headers);
    far_say(b, bytes.data);
    text_free(&bytes);
}

void far_serve(struct bench *b, const char *name, const char *response, const char *headers)
{
    struct request request;

    far_expect(b, name, &request);
    far_answer(b, &request, response, headers);
}

static void serve_list(struct bench *b, const struct request *request, const char *mark)
{
    struct text bytes = {0};

    far_answer(b, request, "Success", "EventList: start\r\n");
    for (int i = 1; i <= 3; i++)
        text_addf(&bytes, "Event: Item\r\nActionID: %s\r\nNumber: %d\r\n\r\n", request->id, i);
    if (mark)
        text_addf(&bytes, "Event: End\r\nActionID: %s\r\nEventList: %s\r\nListItems: 3\r\n\r\n",
                  request->id, mark);
    far_say(b, bytes.data);
    text_free(&bytes);
}

static void serve(struct bench *b, const struct request *request)
{
    const char *name = request->name;

    if (strcmp(name, "Challenge") == 0)
        far_answer(b, request, "Success", "Challenge: 1\r\n");
    else if (strcmp(name, "Refuse") == 0)
        far_answer(b, request, "Error", "Message: No\r\n");
    else if (strcmp(name, "List") == 0)
        serve_list(b, request, "Complete");
    else if (strcmp(name, "Half") == 0)
        serve_list(b, request, NULL);
    else if (strcmp(name, "Cut") == 0)
        serve_list(b, request, "Cancelled");
    else if (strcmp(name, "Break") == 0)
        far_close(b);
    else if (strcmp(name, "Silent") != 0)
        far_answer(b, request, "Success", strcmp(name, "Chatty") ? "" : "\r\nEvent: After\r\n");
    if (strcmp(name, "Logoff") == 0)
        far_close(b);
}

bool far_serve_all(struct bench *b)
{
    struct request request;
    bool any = false;

    while (b->far >= 0 && !far_at_end(b) && far_take(b, &request)) {
        any = true;
        if (strcmp(request.name, "Chatty") == 0)
            far_say(b, "Event: Before\r\n\r\n");
        serve(b, &request);
    }
    return any;
}

void far_log_in(struct bench *b)
{
    far_say(b, BANNER);
    settle(b);
    if (b->opts.auth == AMI_AUTH_MD5) {
        far_serve(b, "Challenge", "Success", "Challenge: 123456789\r\n");
        settle(b);
    }
    far_serve(b, "Login", "Success", "Message: Authentication accepted\r\n");
    settle(b);
}

void far_ready(struct bench *b)
{
    if (!b->conn)
        bench_new(b);
    far_open(b);
    far_log_in(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    text_free(&b->log);
}

static bool serve_idle(void *bench)
{
    return far_serve_all(bench);
}

void scripted(struct bench *b)
{
    far_ready(b);
    world.idle = serve_idle;
    world.idle_user = b;
}

/* ---- Mock servers ------------------------------------------------------------------------ */

static ami_mock_server *new_server(struct bench *b, const struct ami_mock_opts *opts)
{
    static const struct ami_mock_opts plain;
    char why[200] = "";
    ami_mock_server *server = ami_mock_server_new(opts ? opts : &plain, why, sizeof why);

    if (!server)
        fail_msg("%s", why);
    b->opts.port = ami_mock_server_port(server);
    return server;
}

void mock_open(struct bench *b, const struct ami_mock_opts *opts)
{
    b->server = new_server(b, opts);
}

static bool pump_idle(void *bench)
{
    const struct bench *b = bench;
    bool waits_for_time = b->conn && ami_conn_fd(b->conn) < 0;

    return !waits_for_time && ami_mock_server_pump(b->server, 0) == 0;
}

void pumped(struct bench *b, const struct ami_mock_opts *opts)
{
    mock_open(b, opts);
    world.idle = pump_idle;
    world.idle_user = b;
}

void mock_fork(struct bench *b, const struct ami_mock_opts *opts)
{
    ami_mock_server *server = new_server(b, opts);

    b->child = fork();
    assert_true(b->child >= 0);
    if (b->child == 0) {
        alarm(CHILD_SECONDS);
        ami_mock_server_run(server, NULL);
        _exit(1);
    }
    ami_mock_server_free(server);
}

void mock_until(struct bench *b, const char *logged)
{
    int rounds = 0, rc = 0;

    while (rc >= 0 && !was_logged(b, logged)) {
        if (rounds++ >= ROUNDS)
            fail_msg("waited in vain for: %s\nlog:\n%s", logged, text_str(&b->log));
        assert_int_equal(ami_mock_server_pump(b->server, 0), 0);
        rc = ami_conn_wait(b->conn, 0);
    }
    assert_true(was_logged(b, logged));
}

void mock_ready(struct bench *b)
{
    mock_open(b, NULL);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state READY");
    text_free(&b->log);
}

int listen_on(struct bench *b, bool ipv6, int port, int backlog)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr *addr = ipv6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t len = ipv6 ? sizeof v6 : sizeof v4;
    int on = 1, fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_true(b->listener_count < ARRAY_LEN(b->listeners));
    b->listeners[b->listener_count++] = fd;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4.sin_port = v6.sin6_port = htons((uint16_t)port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(fd, addr, len), 0);
    assert_int_equal(getsockname(fd, addr, &len), 0);
    assert_int_equal(listen(fd, backlog), 0);
    return b->opts.port = ntohs(ipv6 ? v6.sin6_port : v4.sin_port);
}

void stop_listening(struct bench *b)
{
    while (b->listener_count > 0)
        close(b->listeners[--b->listener_count]);
}

bool have_ipv6(void)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&v6, sizeof v6) == 0;

    if (fd >= 0)
        close(fd);
    return ok;
}
