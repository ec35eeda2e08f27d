/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../certs.h"
#include "../mock/mock.h"

enum {
    PATIENCE_MS = 300000, /* for what has to happen */
    SERVER_SECONDS = 600,
    SPIES = 8,
    HURRIED_MS = 2,
    ROUNDS_MAX = 10000,
    TESTS_MAX = 100
};

struct arena arena;

/* ---- What libami does, seen from outside (-Wl,--wrap) ------------------------------------ */

/* A notify hook and what it was told last. */
struct spy {
    void (*fn)(ami_conn *, void *);
    void (*drop)(void *);
    void *user;
    int fd; /* -1 also for a spy that is not in use */
};
static struct spy spies[SPIES];

int __real_ami_conn_process(ami_conn *conn, int ready);
int __wrap_ami_conn_process(ami_conn *conn, int ready);
void __real_ami_conn_set_notify(ami_conn *conn, void (*fn)(ami_conn *, void *), void *user,
                                void (*drop)(void *));
void __wrap_ami_conn_set_notify(ami_conn *conn, void (*fn)(ami_conn *, void *), void *user,
                                void (*drop)(void *));
ami_time __real_ami_conn_deadline(const ami_conn *conn);
ami_time __wrap_ami_conn_deadline(const ami_conn *conn);
void __real_ami__net_close(int fd);
void __wrap_ami__net_close(int fd);
int __real_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **result);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **result);

static bool is_hurried(const ami_conn *conn)
{
    bool found = false;

    for (int i = 0; i < CLIENTS; i++)
        found |= conn == arena.hurried[i];
    return found;
}

int __wrap_ami_conn_process(ami_conn *conn, int ready)
{
    arena.processed++;
    if (is_hurried(conn)) {
        assert_true(arena.processed < ROUNDS_MAX); /* even if a round had no end */
        poll(NULL, 0, HURRIED_MS);
    }
    return __real_ami_conn_process(conn, ready);
}

ami_time __wrap_ami_conn_deadline(const ami_conn *conn)
{
    return is_hurried(conn) ? 0 : __real_ami_conn_deadline(conn);
}

static void spy_told(ami_conn *conn, void *spy)
{
    struct spy *s = spy;

    s->fd = ami_conn_fd(conn);
    s->fn(conn, s->user);
}

static void spy_dropped(void *spy)
{
    struct spy *s = spy;

    s->drop(s->user);
    *s = (struct spy){.fd = -1};
}

void __wrap_ami_conn_set_notify(ami_conn *conn, void (*fn)(ami_conn *, void *), void *user,
                                void (*drop)(void *))
{
    struct spy *s = spies;

    if (!fn) {
        __real_ami_conn_set_notify(conn, fn, user, drop);
        return;
    }
    while (s->fn)
        s++;
    *s = (struct spy){fn, drop, user, ami_conn_fd(conn)};
    __real_ami_conn_set_notify(conn, spy_told, s, spy_dropped);
}

/* A loop has forgotten a descriptor before it is closed. */
void __wrap_ami__net_close(int fd)
{
    for (int i = 0; i < SPIES; i++)
        assert_true(!spies[i].fn || spies[i].fd != fd);
    __real_ami__net_close(fd);
}

/* A name is that of this machine. */
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **result)
{
    if (strcmp(node, "pbx.test") == 0 && !(hints->ai_flags & AI_NUMERICHOST))
        node = "127.0.0.1";
    return __real_getaddrinfo(node, service, hints, result);
}

/* ---- The server -------------------------------------------------------------------------- */

static ami_mock_server *listen_there(char *why, size_t size)
{
    struct ami_mock_opts opts = {.port = arena.port, .tls_port = arena.tls_port};

    if (arena.tls)
        opts.cert = cert_path("server.pem");
    return ami_mock_server_new(&opts, why, size);
}

/* On ports that no outgoing connection gets while the server is gone, which could even be the one
 * that looks for it; nor a program like this one, begun shortly before or after it. */
static ami_mock_server *listen_somewhere(char *why, size_t size)
{
    static int next;
    ami_mock_server *server = NULL;

    for (int tries = 0; !server && tries < 100; tries++) {
        arena.port = 12000 + (getpid() * TESTS_MAX + next++) % 10000 * 2;
        arena.tls_port = arena.port + 1;
        server = listen_there(why, size);
    }
    return server;
}

static size_t count_dir(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* Look-ups that were answered may still be ending: they hold a pipe, and may hold locks that a fork
 * would leave locked. */
static void await_look_ups(void)
{
    while (count_dir("/proc/self/task") > arena.threads)
        sched_yield();
}

void server_start(void)
{
    char why[256];

    ami_mock_server *server =
        arena.port ? listen_there(why, sizeof why) : listen_somewhere(why, sizeof why);
    if (!server)
        fail_msg("%s", why);
    await_look_ups();
    arena.server = fork();
    assert_true(arena.server >= 0);
    if (arena.server == 0) {
        alarm(SERVER_SECONDS);
        ami_mock_server_run(server, NULL);
        _exit(1);
    }
    ami_mock_server_free(server);
}

void server_stop(void)
{
    if (!arena.server)
        return;
    kill(arena.server, SIGKILL);
    waitpid(arena.server, NULL, 0);
    arena.server = 0;
}

void server_freeze(void)
{
    kill(arena.server, SIGSTOP);
}

void server_thaw(void)
{
    if (arena.server)
        kill(arena.server, SIGCONT);
}

/* ---- Clients ----------------------------------------------------------------------------- */

static void note(struct client *c, const char *format, ...)
{
    size_t start = c->log.len;
    va_list ap;

    if (!c->conn)
        fail_msg("called back after free: %s", format);
    va_start(ap, format);
    text_vaddf(&c->log, format, ap);
    va_end(ap);
    bool is_it = c->deed && strncmp(c->log.data + start, c->when, strlen(c->when)) == 0;
    text_add(&c->log, "\n");
    if (is_it) {
        void (*deed)(struct client *) = c->deed;
        c->deed = NULL;
        deed(c);
    }
}

static void on_state(ami_conn *conn, const struct ami_state_info *info, void *client)
{
    struct client *c = client;

    (void)conn;
    if (info->state == AMI_STATE_CLOSED)
        note(c, "state CLOSED %s", ami_err_name(info->error->code));
    else
        note(c, "state %s%s", ami_conn_state_name(info->state), info->returned ? " returned" : "");
}

static void on_trace(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                     void *client)
{
    struct client *c = client;
    static const char ping[] = "Action: Ping";

    (void)session;
    if (direction == AMI_TRACE_OUT && len >= strlen(ping))
        c->pings += memcmp(data, ping, strlen(ping)) == 0;
}

void log_event(const struct ami_event *event, void *client)
{
    note(client, "event %s", ami_msg_name(event->msg));
}

void log_reply(const struct ami_reply *reply, void *label)
{
    struct label *l = label;

    note(l->client, "%s %s %s", l->name, step_name(reply->step), ami_err_name(reply->status));
}

void log_list(int status, const ami_list *list, void *label)
{
    struct label *l = label;

    (void)list;
    note(l->client, "%s collected %s", l->name, ami_err_name(status));
}

struct label *new_label(struct client *c, const char *name)
{
    struct label *l = &c->labels[c->label_count++];

    assert_true(c->label_count <= LABELS);
    l->client = c;
    snprintf(l->name, sizeof l->name, "%s", name);
    return l;
}

ami_id submit(struct client *c, const char *label, const char *name, int timeout_ms)
{
    ami_action *action = ami_action_new(name);
    ami_id id;

    ami_action_timeout(action, timeout_ms);
    assert_int_equal(
        ami_submit(ami_conn_session(c->conn), action, log_reply, new_label(c, label), &id), AMI_OK);
    ami_action_free(action);
    return id;
}

struct client *client_new(int number)
{
    struct client *c = &arena.clients[number];
    struct ami_conn_opts opts = arena.opts;

    opts.port = arena.tls ? arena.tls_port : arena.port;
    opts.user = c;
    assert_null(c->conn);
    text_free(&c->log);
    *c = (struct client){0};
    assert_int_equal(ami_conn_new(&c->conn, &opts), AMI_OK);
    assert_int_equal(test_loop.attach(c->conn, arena.loop), AMI_OK);
    return c;
}

struct client *client_start(int number)
{
    struct client *c = client_new(number);

    assert_int_equal(ami_conn_start(c->conn), AMI_OK);
    return c;
}

struct client *client_ready(int number)
{
    struct client *c = client_start(number);

    wait_for(c, "state READY");
    return c;
}

/* Not NULL before: callbacks of the free itself are still right. */
void free_client(struct client *c)
{
    ami_conn_free(c->conn);
    c->conn = NULL;
}

void close_client(struct client *c)
{
    ami_conn_close(c->conn);
}

/* ---- Waiting ----------------------------------------------------------------------------- */

void run_for(int ms)
{
    ami_time end = ami_now() + ms;

    for (ami_time left = ms; left > 0; left = end - ami_now())
        test_loop.run(arena.loop, (int)left);
}

void wait_until(bool (*done)(const struct client *), const struct client *c)
{
    ami_time end = ami_now() + PATIENCE_MS;

    while (!done(c)) {
        if (ami_now() >= end)
            fail_msg("waited in vain, with this log:\n%s", text_str(&c->log));
        test_loop.run(arena.loop, PATIENCE_MS);
    }
}

/* The end of the first line that begins so, or NULL. */
static char *end_of_line(const struct client *c, const char *line)
{
    char *at = c->log.data;

    while (at && *at && strncmp(at, line, strlen(line)) != 0)
        at = strchr(at, '\n') + 1;
    return at && *at ? strchr(at, '\n') + 1 : NULL;
}

bool was_logged(const struct client *c, const char *line)
{
    return end_of_line(c, line);
}

static const char *wanted;

static bool is_there(const struct client *c)
{
    return was_logged(c, wanted);
}

void wait_for(struct client *c, const char *line)
{
    wanted = line;
    wait_until(is_there, c);
    size_t taken = (size_t)(end_of_line(c, line) - c->log.data);
    memmove(c->log.data, c->log.data + taken, c->log.len + 1 - taken);
    c->log.len -= taken;
}

/* ---- Fixtures ---------------------------------------------------------------------------- */

static struct cert authority, certificate;

int make_certs(void **state)
{
    (void)state;
    cert_dir_make();
    authority = cert_make(&(struct cert_spec){.name = "Test CA", .ca = true});
    certificate = cert_make(
        &(struct cert_spec){.name = "pbx.test", .alt = "DNS:pbx.test", .issuer = &authority});
    cert_write(&authority, "trusted.pem");
    cert_write_both(&certificate, "server.pem");
    test_loop.destroy(test_loop.make()); /* some keep descriptors of the first time for ever */
    return 0;
}

int remove_certs(void **state)
{
    (void)state;
    cert_free(&authority);
    cert_free(&certificate);
    cert_dir_remove();
    return 0;
}

int set_up(void **tls)
{
    struct ami_tls_opts opts = AMI_TLS_OPTS_INIT;
    struct ami_error error;

    arena = (struct arena){.tls = *tls != NULL, .opts = AMI_CONN_OPTS_INIT};
    for (int i = 0; i < SPIES; i++)
        spies[i] = (struct spy){.fd = -1};
    arena.opts.host = "pbx.test";
    arena.opts.username = "admin";
    arena.opts.secret = "secret";
    arena.opts.keepalive_ms = -1; /* nothing happens by itself, unless a test says so */
    arena.opts.connect_timeout_ms = arena.opts.login_timeout_ms = PATIENCE_MS;
    arena.opts.on_state = on_state;
    arena.opts.on_trace = on_trace;
    if (arena.tls) {
        opts.ca_file = cert_path("trusted.pem");
        assert_int_equal(ami_tls_new(&arena.settings, &opts, &error), AMI_OK);
        arena.opts.tls = arena.settings;
    }
    arena.fds = count_dir("/proc/self/fd");
    arena.threads = count_dir("/proc/self/task");
    server_start();
    arena.loop = test_loop.make();
    return 0;
}

int tear_down(void **tls)
{
    (void)tls;
    for (int i = 0; i < CLIENTS; i++) {
        if (arena.clients[i].conn)
            free_client(&arena.clients[i]);
        text_free(&arena.clients[i].log);
    }
    test_loop.destroy(arena.loop);
    server_stop();
    ami_tls_free(arena.settings);
    await_look_ups();
    assert_int_equal(count_dir("/proc/self/fd"), arena.fds);
    return 0;
}
