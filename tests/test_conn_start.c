/* SPDX-License-Identifier: MIT */
/* Starting a connection: hosts and their addresses, closed ports and silent ones, descriptors of
 * the caller. */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Hosts ------------------------------------------------------------------------------- */

static const struct {
    const char *host;
    bool ipv6;
} host_cases[] = {
    {"127.0.0.1", false}, {"::1", true}, {"localhost", false}, {"localhost", true}, {NULL, false},
};

static void test_hosts(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(host_cases); i++) {
        if (host_cases[i].ipv6 && !have_ipv6())
            continue;
        b->opts.host = host_cases[i].host;
        bench_reset(b);
        mock_open(b, &(struct ami_mock_opts){.ipv6 = host_cases[i].ipv6});
        bench_new(b);
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        mock_until(b, "state READY");
        assert_log(b, "state CONNECTING from IDLE\n"
                      "state LOGIN from CONNECTING\n"
                      "state READY from LOGIN\n");
    }
}

static void test_localhost_is_ipv4_first(void **state)
{
    struct bench *b = *state;

    if (!have_ipv6())
        skip();
    mock_open(b, NULL);
    listen_on(b, true, b->opts.port, 8);
    b->opts.host = "localhost";
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    mock_until(b, "state READY");
    assert_int_equal(ami_mock_server_clients(b->server), 1);
}

static void test_socket_options(void **state)
{
    struct bench *b = *state;
    int on = 0;
    socklen_t len = sizeof on;

    mock_ready(b);
    int fd = ami_conn_fd(b->conn);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
    assert_true(on);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

/* ---- Starting ---------------------------------------------------------------------------- */

static void test_start_only_once(void **state)
{
    struct bench *b = *state;
    int pair[2];

    mock_ready(b);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(ami_conn_start(b->conn), AMI_E_STATE);
    assert_int_equal(ami_conn_start_fd(b->conn, pair[0]), AMI_E_STATE);
    ami_conn_close(b->conn);
    mock_until(b, "state CLOSED");
    assert_int_equal(ami_conn_start(b->conn), AMI_E_STATE);
    assert_int_equal(ami_conn_start_fd(b->conn, pair[0]), AMI_E_STATE);
    assert_true(fcntl(pair[0], F_GETFD) >= 0);
    close(pair[0]);
    close(pair[1]);
}

static void test_start_fd(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    int fd = ami_conn_fd(b->conn);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_log(b, "state LOGIN from IDLE\n");
    bench_free(b);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* On failure the descriptor is still the caller's, and the connection IDLE. */
static void test_start_fd_of_another_kind(void **state)
{
    struct bench *b = *state;
    int fds[3], other;

    assert_int_equal(pipe(fds), 0);
    fds[2] = socket(AF_INET, SOCK_DGRAM, 0);
    other = fds[1];
    bench_new(b);
    assert_int_equal(ami_conn_start_fd(b->conn, -1), AMI_E_IO);
    for (int i = 0; i < 3; i++) {
        int flags = fcntl(fds[i], F_GETFL);
        assert_int_equal(ami_conn_start_fd(b->conn, fds[i]), AMI_E_IO);
        assert_int_equal(fcntl(fds[i], F_GETFL), flags);
        close(fds[i]);
    }
    assert_int_equal(ami_conn_start_fd(b->conn, other), AMI_E_IO);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_IDLE);
    assert_log(b, "");
}

/* ---- Addresses that do not answer -------------------------------------------------------- */

static void test_closed_port(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        b->opts.host = hosts[i];
        bench_reset(b);
        listen_on(b, false, 0, 8);
        stop_listening(b);
        bench_new(b);
        submit(b, "a", "ActionA");
        submit(b, "b", "ActionB");
        submit(b, "c", "ActionC");
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        for (int n = 0; n < 100000 && ami_conn_wait(b->conn, 0) >= 0; n++)
            continue;
        assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_CONNECT);
        assert_log(b, "state CONNECTING from IDLE\n"
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "b DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "c DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from CONNECTING: AMI_E_CONNECT\n");
        assert_true(ami_conn_error(b->conn)->sys != 0);
        assert_non_null(strstr(ami_conn_error(b->conn)->text, hosts[i]));
    }
}

static void test_closed_port_tells_errno(void **state)
{
    struct bench *b = *state;

    listen_on(b, false, 0, 8);
    stop_listening(b);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    for (int n = 0; n < 100000 && ami_conn_wait(b->conn, 0) >= 0; n++)
        continue;
    assert_int_equal(ami_conn_error(b->conn)->sys, ECONNREFUSED);
    assert_non_null(strstr(ami_conn_error(b->conn)->text, strerror(ECONNREFUSED)));
}

/* connect() itself says no. */
static void test_unreachable_address(void **state)
{
    struct bench *b = *state;

    b->opts.host = "255.255.255.255";
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "- - now");
    assert_int_equal(ami_conn_process(b->conn, 0), AMI_E_CONNECT);
    assert_true(ami_conn_error(b->conn)->sys != 0);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state CLOSED from CONNECTING: AMI_E_CONNECT\n");
}

/* A listener that answers no more: its queue is full. */
static void fill_listener(struct bench *b, bool ipv6, int port)
{
    port = listen_on(b, ipv6, port, 0);
    for (int i = 0; i < 2; i++) {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        struct sockaddr_in v4 = {.sin_family = AF_INET};
        int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        v4.sin_port = v6.sin6_port = htons((uint16_t)port);
        assert_true(fd >= 0 && b->listener_count < ARRAY_LEN(b->listeners));
        b->listeners[b->listener_count++] = fd;
        assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
        if (connect(fd, ipv6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
                    ipv6 ? sizeof v6 : sizeof v4) == 0)
            continue;
        assert_int_equal(errno, EINPROGRESS);
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        assert_int_equal(poll(&p, 1, 0), i == 0);
    }
}

static void test_connect_times_out(void **state)
{
    struct bench *b = *state;

    fill_listener(b, false, 0);
    bench_new(b);
    submit(b, "a", "Ping");
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    world.now += 9999;
    assert_int_equal(settle(b), 0);
    world.now += 1;
    assert_int_equal(settle(b), AMI_E_TIMEOUT);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from CONNECTING: AMI_E_TIMEOUT\n");
}

/* A loop may say too much. */
static void test_not_connected_yet(void **state)
{
    struct bench *b = *state;

    fill_listener(b, false, 0);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_int_equal(ami_conn_process(b->conn, AMI_READ | AMI_WRITE), 0);
    assert_string_equal(interest(b->conn), "fd W +10000");
    assert_log(b, "state CONNECTING from IDLE\n");
}

/* The program slept over the deadline, and its loop says so first. */
static void test_connected_by_the_deadline(void **state)
{
    struct bench *b = *state;

    far_listen(b);
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    far_accept(b);
    world.now += 10000;
    assert_true(ami_conn_process(b->conn, 0) >= 0);
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state LOGIN from CONNECTING\n");
}

/* Each address has its share of the time; what one leaves over is for the next. */
static void test_addresses_share_the_time(void **state)
{
    struct bench *b = *state;

    if (!have_ipv6())
        skip();
    fill_listener(b, false, 0);
    listen_on(b, true, b->opts.port, 8);
    b->opts.host = "localhost";
    bench_new(b);
    assert_int_equal(ami_conn_start(b->conn), AMI_OK);
    assert_string_equal(interest(b->conn), "fd W +5000");
    world.now += 4999;
    assert_int_equal(settle(b), 0);
    world.now += 1;
    ami_conn_process(b->conn, 0);
    assert_string_equal(interest(b->conn), "fd W +10000");
    for (int i = 0; i < 100000 && !was_logged(b, "state LOGIN"); i++)
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
    assert_string_equal(interest(b->conn), "fd R +15000");
    assert_log(b, "state CONNECTING from IDLE\n"
                  "state LOGIN from CONNECTING\n");
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_hosts),
    BENCH_TEST(test_localhost_is_ipv4_first),
    BENCH_TEST(test_socket_options),
    BENCH_TEST(test_start_only_once),
    BENCH_TEST(test_start_fd),
    BENCH_TEST(test_start_fd_of_another_kind),
    BENCH_TEST(test_closed_port),
    BENCH_TEST(test_closed_port_tells_errno),
    BENCH_TEST(test_unreachable_address),
    BENCH_TEST(test_connect_times_out),
    BENCH_TEST(test_not_connected_yet),
    BENCH_TEST(test_connected_by_the_deadline),
    BENCH_TEST(test_addresses_share_the_time),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
