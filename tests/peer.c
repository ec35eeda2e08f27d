/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 100000, RECVS_MAX = 200000, CHILD_SECONDS = 50 };

/* ---- The world outside ------------------------------------------------------------------- */

struct world world;

ami_time __wrap_ami_now(void);
ptrdiff_t __real_ami__net_recv(int fd, void *data, size_t len);
ptrdiff_t __wrap_ami__net_recv(int fd, void *data, size_t len);
ptrdiff_t __real_ami__net_send(int fd, const void *data, size_t len);
ptrdiff_t __wrap_ami__net_send(int fd, const void *data, size_t len);
int __real_ami__net_wait(int fd, int events, int timeout_ms);
int __wrap_ami__net_wait(int fd, int events, int timeout_ms);

ami_time __wrap_ami_now(void)
{
    return world.now;
}

ptrdiff_t __wrap_ami__net_recv(int fd, void *data, size_t len)
{
    size_t size = world.flood ? strlen(world.flood) : 0;

    if (++world.recvs > RECVS_MAX)
        fail_msg("reads without end");
    if (!world.flood)
        return __real_ami__net_recv(fd, data, len);
    for (size_t i = 0; i < len; i++)
        ((char *)data)[i] = world.flood[world.flooded++ % size];
    return (ptrdiff_t)len;
}

ptrdiff_t __wrap_ami__net_send(int fd, const void *data, size_t len)
{
    if (world.send_room == 0)
        return -EAGAIN;
    if (world.send_room > 0 && len > (size_t)world.send_room)
        len = (size_t)world.send_room;
    ptrdiff_t n = __real_ami__net_send(fd, data, len);
    if (n > 0) {
        world.sends++;
        if (world.send_room > 0)
            world.send_room -= n;
    }
    return n;
}

int __wrap_ami__net_wait(int fd, int events, int timeout_ms)
{
    world.waits++;
    world.waited_ms = timeout_ms;
    world.waited_for = events;
    if (world.interrupted) {
        world.interrupted = false;
        return -EINTR;
    }
    if (!world.idle)
        return __real_ami__net_wait(fd, events, timeout_ms);
    for (;;) {
        int ready = __real_ami__net_wait(fd, events, 0);
        if (ready != 0 || timeout_ms == 0)
            return ready;
        if (!world.idle(world.idle_user))
            break;
    }
    if (timeout_ms < 0)
        fail_msg("a wait without end");
    world.now += timeout_ms;
    return 0;
}

/* ---- The bench --------------------------------------------------------------------------- */

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

int set_up(void **state)
{
    static struct bench bench;
    struct bench *b = &bench;

    world = (struct world){.now = CLOCK_START, .send_room = -1};
    *b = (struct bench){.far = -1, .watched_fd = -1};
    b->opts = (struct ami_conn_opts)AMI_CONN_OPTS_INIT;
    test_alloc_init(&b->alloc, 0);
    b->opts.username = "admin";
    b->opts.secret = "secret";
    b->opts.host = "127.0.0.1";
    b->opts.on_state = log_state;
    b->opts.user = b;
    b->opts.allocator = &b->alloc.allocator;
    b->fds = count_dir("/proc/self/fd");
    b->threads = count_dir("/proc/self/task");
    *state = b;
    return 0;
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

int tear_down(void **state)
{
    struct bench *b = *state;

    assert_int_equal(count_dir("/proc/self/task"), b->threads);
    if (b->conn)
        bench_free(b);
    drop_peers(b);
    text_free(&b->log);
    assert_int_equal(b->alloc.live, 0);
    assert_int_equal(count_dir("/proc/self/fd"), b->fds);
    return 0;
}

void bench_new(struct bench *b)
{
    assert_null(b->conn);
    assert_int_equal(ami_conn_new(&b->conn, &b->opts), AMI_OK);
    assert_non_null(b->conn);
}

void bench_free(struct bench *b)
{
    ami_conn *conn = b->conn;

    ami_conn_free(conn);
    b->conn = NULL;
    b->freed = true;
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

void note(struct bench *b, const char *format, ...)
{
    char line[256];
    va_list ap;

    va_start(ap, format);
    int n = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    assert_in_range(n, 0, sizeof line - 1);
    if (b->freed)
        fail_msg("called after free: %s", line);
    text_add(&b->log, line);
    text_add(&b->log, "\n");
    if (b->deed && strncmp(line, b->when, strlen(b->when)) == 0) {
        void (*deed)(struct bench *) = b->deed;
        b->deed = NULL;
        deed(b);
    }
}

void assert_log(struct bench *b, const char *expected)
{
    const char *log = b->log.data ? b->log.data : "";

    if (strcmp(log, expected) != 0)
        fail_msg("expected:\n%s\ngot:\n%s", expected, log);
    text_free(&b->log);
}

bool was_logged(const struct bench *b, const char *part)
{
    return b->log.data && strstr(b->log.data, part);
}

/* ---- Callbacks --------------------------------------------------------------------------- */

void log_state(ami_conn *conn, const struct ami_state_info *info, void *bench)
{
    struct bench *b = bench;
    bool with_reason = info->state == AMI_STATE_CLOSED || info->state == AMI_STATE_BACKOFF;

    b->seen = conn;
    assert_int_equal(info->size, sizeof *info);
    assert_int_equal(ami_conn_state(conn), info->state);
    assert_int_equal(info->error != NULL, with_reason);
    assert_false(info->returned);
    if (!with_reason) {
        note(b, "state %s from %s", ami_conn_state_name(info->state),
             ami_conn_state_name(info->previous));
        return;
    }
    assert_int_equal(info->error->code, ami_conn_error(conn)->code);
    assert_true(info->error->text[0] != '\0');
    note(b, "state %s from %s: %s", ami_conn_state_name(info->state),
         ami_conn_state_name(info->previous), ami_err_name(info->error->code));
}

void log_reply(const struct ami_reply *reply, void *label)
{
    static const char *const steps[] = {"RESPONSE", "ITEM", "DONE"};
    struct label *l = label;
    struct bench *b = l->bench;

    assert_int_equal(reply->size, sizeof *reply);
    if (l->id)
        assert_int_equal(reply->id, l->id);
    note(b, "%s %s %s %s %s", l->name, steps[reply->step], ami_err_name(reply->status),
         reply->sent ? "sent" : "unsent",
         b->conn ? ami_conn_state_name(ami_conn_state(b->conn)) : "?");
}

void log_event(const struct ami_event *event, void *bench)
{
    assert_int_equal(event->size, sizeof *event);
    note(bench, "event %s", ami_msg_name(event->msg));
}

const char *interest(const ami_conn *conn)
{
    static char text[64];
    int fd = ami_conn_fd(conn), events = ami_conn_events(conn);
    ami_time deadline = ami_conn_deadline(conn);
    char when[32];

    assert_int_equal(events & ~(AMI_READ | AMI_WRITE), 0);
    if (deadline == AMI_NEVER)
        snprintf(when, sizeof when, "never");
    else if (deadline <= world.now)
        snprintf(when, sizeof when, "now");
    else
        snprintf(when, sizeof when, "+%lld", (long long)(deadline - CLOCK_START));
    snprintf(text, sizeof text, "%s %s%s%s %s", fd >= 0 ? "fd" : "-", events & AMI_READ ? "R" : "",
             events & AMI_WRITE ? "W" : "", events ? "" : "-", when);
    return text;
}

static void on_notify(ami_conn *conn, void *bench)
{
    struct bench *b = bench;
    int fd = ami_conn_fd(conn);

    assert_false(b->watching);
    b->watching = true;
    if (b->watched_fd >= 0 && fd != b->watched_fd)
        assert_true(fcntl(b->watched_fd, F_GETFD) >= 0);
    const char *now = interest(conn);
    if (fd == b->watched_fd && strcmp(now, b->watched) == 0)
        fail_msg("told twice: %s", now);
    b->watched_fd = fd;
    snprintf(b->watched, sizeof b->watched, "%s", now);
    note(b, "notify %s", now);
    b->watching = false;
}

static void on_drop(void *bench)
{
    note(bench, "drop");
}

void watch(struct bench *b)
{
    ami_conn_set_notify(b->conn, on_notify, b, on_drop);
    b->watched_fd = ami_conn_fd(b->conn);
    snprintf(b->watched, sizeof b->watched, "%s", interest(b->conn));
}

/* ---- Using the connection ---------------------------------------------------------------- */

struct label *new_label(struct bench *b, const char *name)
{
    struct label *l = &b->labels[b->label_count++];

    assert_true(b->label_count <= LABELS);
    *l = (struct label){.bench = b};
    snprintf(l->name, sizeof l->name, "%s", name);
    return l;
}

ami_id submit_action(struct bench *b, const char *label, ami_action *action)
{
    struct label *l = new_label(b, label);
    size_t logged = b->log.len;

    assert_non_null(action);
    assert_int_equal(ami_submit(ami_conn_session(b->conn), action, log_reply, l, &l->id), AMI_OK);
    ami_action_free(action);
    assert_true(l->id != 0);
    assert_true(b->log.len == logged || was_logged(b, "notify"));
    return l->id;
}

ami_id submit(struct bench *b, const char *label, const char *action)
{
    return submit_action(b, label, ami_action_new(action));
}

int try_submit(struct bench *b, const char *label, const char *action)
{
    return ami_send(ami_conn_session(b->conn), log_reply, new_label(b, label), action,
                    (char *)NULL);
}

ami_id on_events(struct bench *b, const char *pattern)
{
    ami_id id = 0;

    assert_int_equal(ami_on(ami_conn_session(b->conn), pattern, log_event, b, &id), AMI_OK);
    assert_true(id != 0);
    return id;
}

int settle(struct bench *b)
{
    int rc = 0;

    for (int quiet = 0, rounds = 0; quiet < 2; rounds++) {
        assert_true(rounds < ROUNDS);
        rc = ami_conn_wait(b->conn, 0);
        if (rc < 0)
            break;
        quiet = rc ? 0 : quiet + 1;
    }
    return rc;
}

/* ---- A peer played by the test ----------------------------------------------------------- */

void far_open(struct bench *b)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    b->far = pair[1];
    assert_int_equal(fcntl(b->far, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(ami_conn_start_fd(b->conn, pair[0]), AMI_OK);
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
    const char *text = b->heard.data ? b->heard.data + b->taken : "";
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
            fail_msg("waited in vain for: %s\nlog:\n%s", logged, b->log.data ? b->log.data : "");
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
