/* SPDX-License-Identifier: MIT */
/* Host names: what is looked up and how, what is done with the addresses, what is said when there
 * are none. */
#include "fake_resolver.h"

#include <errno.h>
#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- What is looked up ------------------------------------------------------------------- */

static void test_name(void **state)
{
    struct bench *b = *state;
    char service[16];

    mock_open(b, NULL);
    resolver_finds("127.0.0.1");
    resolver_start(b);
    resolver_answered(b);
    mock_until(b, "state READY");
    assert_log(b, "state RESOLVING from IDLE\n"
                  "state CONNECTING from RESOLVING\n"
                  "state LOGIN from CONNECTING\n"
                  "state READY from LOGIN\n");
    struct resolver_seen seen = resolver_seen();
    snprintf(service, sizeof service, "%d", b->opts.port);
    assert_string_equal(seen.host, "pbx.example");
    assert_string_equal(seen.service, service);
    assert_int_equal(seen.family, AF_UNSPEC);
    assert_int_equal(seen.type, SOCK_STREAM);
    assert_int_equal(seen.flags, AI_NUMERICSERV);
    assert_int_equal(seen.lookups, 1);
}

static void test_no_thread_without_a_name(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "::1",       "0::1", "127.1",
                                        "localhost", "LocalHost", NULL};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        resolver_reset(b);
        b->opts.host = hosts[i];
        listen_on(b, false, 0, 8);
        bench_new(b);
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        assert_log(b, "state CONNECTING from IDLE\n");
        assert_int_equal(resolver_seen().threads, 0);
        assert_int_equal(count_dir("/proc/self/task"), b->threads);
    }
}

/* The name may have moved meanwhile. */
static void test_looked_up_again_after_a_loss(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    b->opts.reconnect_min_ms = 1000;
    resolver_start(b);
    resolver_answered(b);
    settle(b);
    assert_true(was_logged(b, "state BACKOFF from RESOLVING: AMI_E_RESOLVE\n"));
    resolver_finds("127.0.0.1");
    world.now = ami_conn_deadline(b->conn);
    ami_conn_process(b->conn, 0);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_RESOLVING);
    resolver_answered(b);
    settle(b);
    far_accept(b);
    far_log_in(b);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_READY);
    assert_int_equal(resolver_seen().lookups, 2);
}

/* Whatever is no address goes to the system, as it is. */
static void test_odd_names(void **state)
{
    static char long_name[254];
    static const char *const hosts[] = {"1.2.3.4.5",          "[::1]", "localhost.example",
                                        "localhost.",         " ",     "::1::",
                                        "p\xc3\xa4x.example", "%s%n",  long_name};
    struct bench *b = *state;

    memset(long_name, 'a', sizeof long_name - 1);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        resolver_reset(b);
        b->opts.host = hosts[i];
        resolver_start(b);
        resolver_answered(b);
        assert_int_equal(ami_conn_process(b->conn, AMI_READ), AMI_E_RESOLVE);
        assert_string_equal(resolver_seen().host, hosts[i]);
    }
}

/* A name of this machine that is not localhost, and its address. */
static bool find_own_name(char *name, char *address)
{
    FILE *hosts = fopen("/etc/hosts", "r");
    char line[512];
    bool found = false;

    while (hosts && !found && fgets(line, sizeof line, hosts)) {
        line[strcspn(line, "#")] = '\0';
        found = sscanf(line, "%63s %127s", address, name) == 2 && strcmp(name, "localhost") != 0 &&
                (strcmp(address, "127.0.0.1") == 0 || (strcmp(address, "::1") == 0 && have_ipv6()));
    }
    if (hosts)
        fclose(hosts);
    return found;
}

static void test_real_look_up(void **state)
{
    struct bench *b = *state;
    char name[128], address[64];

    if (!find_own_name(name, address)) {
        print_message("/etc/hosts has no other name for a loopback address\n");
        skip();
    }
    mock_open(b, &(struct ami_mock_opts){.ipv6 = strchr(address, ':') != NULL});
    resolver_is_real();
    b->opts.host = name;
    resolver_start(b);
    resolver_answered(b);
    mock_until(b, "state READY");
    assert_int_equal(resolver_seen().lookups, 1);
}

/* ---- The addresses ----------------------------------------------------------------------- */

/* Where it is connected to. */
static void assert_peer(struct bench *b, const char *expected)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;
    char text[64];

    assert_int_equal(getpeername(ami_conn_fd(b->conn), (struct sockaddr *)&addr, &len), 0);
    assert_int_equal(
        getnameinfo((struct sockaddr *)&addr, len, text, sizeof text, NULL, 0, NI_NUMERICHOST), 0);
    assert_string_equal(text, expected);
}

#define SEVEN_DEAD "127.0.0.2 127.0.0.2 127.0.0.2 127.0.0.2 127.0.0.2 127.0.0.2 127.0.0.2 "

/* 127.0.0.1 alone answers. */
static const char *const lists[] = {
    "127.0.0.1",
    "127.0.0.1 127.0.0.2",
    "127.0.0.2 127.0.0.3 127.0.0.1 127.0.0.4",
    "255.255.255.255 127.0.0.1",
    "?127.0.0.2 127.0.0.1",
    SEVEN_DEAD "127.0.0.1",
};

static void test_addresses_in_turn(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        resolver_reset(b);
        mock_open(b, NULL);
        resolver_finds(lists[i]);
        resolver_start(b);
        resolver_answered(b);
        mock_until(b, "state READY");
        assert_peer(b, "127.0.0.1");
        assert_log(b, "state RESOLVING from IDLE\n"
                      "state CONNECTING from RESOLVING\n"
                      "state LOGIN from CONNECTING\n"
                      "state READY from LOGIN\n");
    }
}

/* The order is the system's, not IPv4 first as with localhost. */
static void test_ipv6_first(void **state)
{
    struct bench *b = *state;

    if (!have_ipv6())
        skip();
    mock_open(b, &(struct ami_mock_opts){.ipv6 = true});
    listen_on(b, false, b->opts.port, 8);
    resolver_finds("::1 127.0.0.1");
    resolver_start(b);
    resolver_answered(b);
    mock_until(b, "state READY");
    assert_peer(b, "::1");
}

/* The first one tells why. */
static void check_refused(struct bench *b, const char *addresses)
{
    char expected[160];

    resolver_finds(addresses);
    resolver_start(b);
    submit(b, "a", "Ping");
    resolver_answered(b);
    for (int n = 0; n < 100000 && ami_conn_wait(b->conn, 0) >= 0; n++)
        continue;
    assert_log(b, "state RESOLVING from IDLE\n"
                  "state CONNECTING from RESOLVING\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from CONNECTING: AMI_E_CONNECT\n");
    snprintf(expected, sizeof expected, "pbx.example port %d: %s", b->opts.port,
             strerror(ECONNREFUSED));
    assert_string_equal(ami_conn_error(b->conn)->text, expected);
    assert_int_equal(ami_conn_error(b->conn)->sys, ECONNREFUSED);
}

static void test_no_address_answers(void **state)
{
    static const char *const found[] = {"127.0.0.1", "127.0.0.1 127.0.0.2 255.255.255.255"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(found); i++) {
        resolver_reset(b);
        listen_on(b, false, 0, 8);
        stop_listening(b);
        check_refused(b, found[i]);
    }
}

static void test_ninth_address_is_not_tried(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    check_refused(b, SEVEN_DEAD "127.0.0.2 127.0.0.1");
}

/* What the look-up took is gone; each address has its share of the rest. */
static void test_addresses_share_what_is_left(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    resolver_hold();
    resolver_finds("127.0.0.1 127.0.0.2 127.0.0.3");
    resolver_start(b);
    assert_string_equal(interest(b->conn), "fd R +10000");
    world.now += 4000;
    resolver_release();
    resolver_answered(b);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), 1);
    assert_string_equal(interest(b->conn), "fd W +6000");
}

/* ---- No address -------------------------------------------------------------------------- */

static const struct {
    int code, sys;
} failures[] = {
    {EAI_NONAME, 0},      {EAI_AGAIN, 0},    {EAI_FAIL, 0},        {EAI_MEMORY, 0},
    {EAI_NONAME, EINVAL}, {EAI_SYSTEM, EIO}, {EAI_SYSTEM, EMFILE},
};

static void test_failures(void **state)
{
    struct bench *b = *state;
    char expected[160];

    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        int code = failures[i].code, sys = code == EAI_SYSTEM ? failures[i].sys : 0;
        resolver_reset(b);
        resolver_fails(code, failures[i].sys);
        resolver_start(b);
        submit(b, "a", "Ping");
        resolver_answered(b);
        assert_int_equal(ami_conn_process(b->conn, AMI_READ), AMI_E_RESOLVE);
        assert_log(b, "state RESOLVING from IDLE\n"
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from RESOLVING: AMI_E_RESOLVE\n");
        snprintf(expected, sizeof expected, "pbx.example could not be resolved: %s",
                 sys ? strerror(sys) : gai_strerror(code));
        assert_string_equal(ami_conn_error(b->conn)->text, expected);
        assert_int_equal(ami_conn_error(b->conn)->sys, sys);
        assert_string_equal(interest(b->conn), "- - never");
    }
}

static void test_addresses_of_no_use(void **state)
{
    struct bench *b = *state;

    resolver_finds("?127.0.0.1 ?::1");
    resolver_start(b);
    resolver_answered(b);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ), AMI_E_RESOLVE);
    assert_non_null(strstr(ami_conn_error(b->conn)->text, gai_strerror(EAI_NONAME)));
}

/* Nothing that the look-up needs is to be had: the connection ends as by any other failure. */
static void check_no_start(struct bench *b, int sys)
{
    char expected[160];

    assert_string_equal(interest(b->conn), "- - now");
    assert_int_equal(ami_conn_wait(b->conn, -1), AMI_E_RESOLVE);
    assert_log(b, "state RESOLVING from IDLE\n"
                  "state CLOSED from RESOLVING: AMI_E_RESOLVE\n");
    assert_int_equal(ami_conn_error(b->conn)->sys, sys);
    snprintf(expected, sizeof expected, "pbx.example could not be resolved: %s", strerror(sys));
    assert_string_equal(ami_conn_error(b->conn)->text, expected);
    assert_int_equal(resolver_seen().lookups, 0);
}

static void test_no_thread(void **state)
{
    struct bench *b = *state;

    resolver_no_thread(true);
    resolver_start(b);
    check_no_start(b, EAGAIN);
}

static void test_no_memory(void **state)
{
    struct bench *b = *state;

    resolver_no_memory(true);
    resolver_start(b);
    resolver_no_memory(false);
    check_no_start(b, ENOMEM);
}

static void test_no_descriptor(void **state)
{
    struct bench *b = *state;
    struct rlimit before, tight;

    int next = dup(0);
    close(next);
    bench_new(b);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)next + 1; /* one is left, and a pipe needs two */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    int err = ami_conn_start(b->conn);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(err, AMI_OK);
    check_no_start(b, EMFILE);
}

/* A look-up whose thread is not there, as in a child of fork, does not keep a loop busy. */
static void test_pipe_without_an_answer(void **state)
{
    struct bench *b = *state;
    int ends[2];

    resolver_hold();
    resolver_start(b);
    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[0], ami_conn_fd(b->conn)) >= 0);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(ami_conn_wait(b->conn, -1), AMI_E_RESOLVE);
    assert_int_equal(ami_conn_error(b->conn)->sys, EPIPE);
}

/* ---- Blocking calls ---------------------------------------------------------------------- */

static void test_sync_connect(void **state)
{
    struct bench *b = *state;
    struct ami_error error;

    mock_fork(b, NULL);
    resolver_finds("127.0.0.2 127.0.0.1");
    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, &error), AMI_OK);
    assert_int_equal(ami_sync_send(b->conn, NULL, "Ping", (char *)NULL), AMI_OK);
    assert_int_equal(ami_sync_close(b->conn), AMI_OK);
    b->conn = NULL;
}

static void test_sync_connect_fails(void **state)
{
    struct bench *b = *state;
    struct ami_error error;

    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, &error), AMI_E_RESOLVE);
    assert_null(b->conn);
    assert_non_null(strstr(error.text, "pbx.example"));
    resolver_no_thread(true);
    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, &error), AMI_E_RESOLVE);
    assert_int_equal(error.sys, EAGAIN);
}

static void test_sync_connect_times_out(void **state)
{
    struct bench *b = *state;
    struct ami_error error;

    resolver_hold();
    world.idle = nothing_happens;
    assert_int_equal(ami_sync_connect(&b->conn, &b->opts, &error), AMI_E_TIMEOUT);
    assert_int_equal(world.now, CLOCK_START + 10000);
}

static const struct CMUnitTest tests[] = {
    RESOLVER_TEST(test_name),
    RESOLVER_TEST(test_no_thread_without_a_name),
    RESOLVER_TEST(test_looked_up_again_after_a_loss),
    RESOLVER_TEST(test_odd_names),
    RESOLVER_TEST(test_real_look_up),
    RESOLVER_TEST(test_addresses_in_turn),
    RESOLVER_TEST(test_ipv6_first),
    RESOLVER_TEST(test_no_address_answers),
    RESOLVER_TEST(test_ninth_address_is_not_tried),
    RESOLVER_TEST(test_addresses_share_what_is_left),
    RESOLVER_TEST(test_failures),
    RESOLVER_TEST(test_addresses_of_no_use),
    RESOLVER_TEST(test_no_thread),
    RESOLVER_TEST(test_no_memory),
    RESOLVER_TEST(test_no_descriptor),
    RESOLVER_TEST(test_pipe_without_an_answer),
    RESOLVER_TEST(test_sync_connect),
    RESOLVER_TEST(test_sync_connect_fails),
    RESOLVER_TEST(test_sync_connect_times_out),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
