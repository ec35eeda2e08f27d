/* SPDX-License-Identifier: MIT */
/* The adapter for epoll, and what the program has there of its own. */
#include "peer.h"

#include <unistd.h>

#include <ami/adapters/epoll.h>

static struct ami_epoll loop;
static int own[2]; /* a pipe; its reading end is in the loop */

static int set_up_loop(void **state)
{
    struct epoll_event event = {.events = EPOLLIN};

    set_up(state);
    loop = (struct ami_epoll)AMI_EPOLL_INIT(epoll_create1(EPOLL_CLOEXEC));
    assert_true(loop.fd >= 0);
    assert_int_equal(pipe(own), 0);
    event.data.fd = own[0];
    assert_int_equal(epoll_ctl(loop.fd, EPOLL_CTL_ADD, own[0], &event), 0);
    return 0;
}

static int tear_down_loop(void **state)
{
    if (((struct bench *)*state)->conn)
        bench_free(*state);
    assert_null(loop.waiting);
    assert_null(loop.ready);
    assert_null(loop.known);
    close(loop.fd);
    close(own[0]);
    close(own[1]);
    return tear_down(state);
}
#define LOOP_TEST(f) cmocka_unit_test_setup_teardown(f, set_up_loop, tear_down_loop)

static void attached(struct bench *b)
{
    far_ready(b);
    on_events(b, NULL);
    assert_int_equal(ami_epoll_attach(b->conn, &loop), AMI_OK);
}

/* The number of own events; each is that of the pipe. */
static int wait_once(void)
{
    struct epoll_event events[4];
    int n = ami_epoll_wait(&loop, events, 4, 0);

    for (int i = 0; i < n; i++)
        assert_int_equal(events[i].data.fd, own[0]);
    return n;
}

/* Each gets its turn, and no callback runs before an own event is told. */
static void test_both_are_always_ready(void **state)
{
    struct bench *b = *state;

    attached(b);
    assert_int_equal(write(own[1], "x", 1), 1);
    for (int i = 0; i < 3; i++) {
        far_say(b, "Event: A\r\n\r\n");
        assert_int_equal(wait_once(), 1);
        if (i == 0)
            assert_log(b, "");
    }
    assert_int_equal(wait_once(), 1);
    assert_log(b, "event A\n"
                  "event A\n"
                  "event A\n");
}

static void test_each_alone(void **state)
{
    struct bench *b = *state;
    char byte;

    attached(b);
    assert_int_equal(wait_once(), 0);
    assert_int_equal(write(own[1], "x", 1), 1);
    assert_int_equal(wait_once(), 1);
    assert_int_equal(read(own[0], &byte, 1), 1);
    far_say(b, "Event: A\r\n\r\n");
    assert_int_equal(wait_once(), 0);
    assert_log(b, "event A\n");
    submit_action(b, "a", action_within("Ping", 100));
    assert_int_equal(wait_once(), 0);
    assert_log(b, "");
    world.now += 100;
    assert_int_equal(wait_once(), 0);
    assert_log(b, "a DONE AMI_E_TIMEOUT sent READY\n");
}

/* With an own event came one of a connection that the program frees then. */
static void test_freed_between(void **state)
{
    struct bench *b = *state;

    attached(b);
    assert_int_equal(write(own[1], "x", 1), 1);
    far_say(b, "Event: A\r\n\r\n");
    assert_int_equal(wait_once(), 1);
    bench_free(b);
    assert_int_equal(wait_once(), 1);
    assert_log(b, "");
}

static void test_refused(void **state)
{
    struct bench *b = *state;
    struct ami_epoll none = AMI_EPOLL_INIT(-1);

    far_ready(b);
    assert_int_equal(ami_epoll_attach(b->conn, &none), AMI_E_IO);
    assert_null(none.known);
}

/* What the loop did not take it is offered again with the next change. */
static void test_refused_once(void **state)
{
    struct bench *b = *state;
    int fd = loop.fd;

    bench_new(b);
    on_events(b, NULL);
    assert_int_equal(ami_epoll_attach(b->conn, &loop), AMI_OK);
    loop.fd = -1;
    far_open(b);
    far_log_in(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n");
    loop.fd = fd;
    far_say(b, "Event: A\r\n\r\n");
    assert_int_equal(wait_once(), 0);
    assert_log(b, "");
    submit(b, "a", "Ping");
    assert_int_equal(wait_once(), 0);
    assert_log(b, "event A\n");
}

static const struct CMUnitTest tests[] = {
    LOOP_TEST(test_both_are_always_ready), LOOP_TEST(test_each_alone),
    LOOP_TEST(test_freed_between),         LOOP_TEST(test_refused),
    LOOP_TEST(test_refused_once),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
