/* SPDX-License-Identifier: MIT */
/* Letters from other threads: who hears what, whatever ends first, and that nothing is lost. */
#include "peer.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- One thread -------------------------------------------------------------------------- */

static ami_mailbox *box;

static bool no_memory; /* the next time that malloc is asked */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    bool fails = __atomic_exchange_n(&no_memory, false, __ATOMIC_RELAXED);

    return fails ? NULL : __real_malloc(size);
}

static void open_box(struct bench *b)
{
    assert_int_equal(ami_mailbox_new(&box, b->conn, 0), AMI_OK);
    assert_non_null(box);
}

static void free_box(struct bench *b)
{
    ami_mailbox *freed = box;

    (void)b;
    ami_mailbox_free(freed);
    box = NULL;
}

static int try_post(struct bench *b, const char *label, const char *name)
{
    ami_action *action = ami_action_new(name);
    struct label *l = label ? new_label(b, label) : NULL;
    int err = ami_mailbox_post(box, ami_submit, action, l ? log_reply : NULL, l);

    ami_action_free(action);
    return err;
}

static void post(struct bench *b, const char *label, const char *name)
{
    size_t logged = b->log.len;

    assert_int_equal(try_post(b, label, name), AMI_OK);
    assert_int_equal(b->log.len, logged);
}

static bool is_ringing(void)
{
    struct pollfd p = {ami_mailbox_fd(box), POLLIN, 0};

    return poll(&p, 1, 0) == 1;
}

static void test_post(void **state)
{
    struct bench *b = *state;

    scripted(b);
    open_box(b);
    assert_false(is_ringing());
    post(b, "a", "Fine");
    post(b, NULL, "Fine");
    post(b, "b", "Refuse");
    assert_true(is_ringing());
    assert_false(far_at_end(b));
    assert_int_equal(b->heard.len, b->taken); /* nothing was sent yet */
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    assert_false(is_ringing());
    assert_true(far_serve_all(b)); /* and now all of it */
    settle(b);
    assert_log(b, "a DONE AMI_OK sent READY\n"
                  "b DONE AMI_E_REFUSED sent READY\n");
    free_box(b);
}

/* What a wait, and with it every blocking call, does by itself. */
static void test_wait_delivers(void **state)
{
    struct bench *b = *state;

    scripted(b);
    open_box(b);
    post(b, "a", "Fine");
    assert_int_equal(ami_sync_send(b->conn, NULL, "Fine", (char *)NULL), AMI_OK);
    assert_log(b, "a DONE AMI_OK sent READY\n");
    post(b, "b", "Fine");
    assert_int_equal(ami_conn_wait(b->conn, -1), 0);
    assert_int_equal(ami_conn_wait(b->conn, -1), 1);
    assert_log(b, "b DONE AMI_OK sent READY\n");
    free_box(b);
}

/* The copy is what counts, also of its time. */
static void test_action_is_copied(void **state)
{
    struct bench *b = *state;
    ami_action *action = action_within("Silent", 300);
    struct request request;

    scripted(b);
    open_box(b);
    ami_action_add(action, "A", "1");
    assert_int_equal(ami_mailbox_post(box, ami_submit, action, log_reply, new_label(b, "a")),
                     AMI_OK);
    ami_action_add(action, "A", "2");
    ami_action_free(action);
    world.now += 1000; /* the time begins when it is submitted */
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    far_expect(b, "Silent", &request);
    assert_non_null(strstr(request.text, "A: 1\r\n"));
    assert_null(strstr(request.text, "A: 2\r\n"));
    world.now += 299;
    assert_int_equal(ami_conn_process(b->conn, 0), 0);
    world.now += 1;
    assert_int_equal(ami_conn_process(b->conn, 0), 1);
    assert_log(b, "a DONE AMI_E_TIMEOUT sent READY\n");
    free_box(b);
}

static int submit_twice(ami_session *session, const ami_action *action, ami_reply_fn fn, void *user,
                        ami_id *id)
{
    assert_null(id);
    assert_int_equal(ami_submit(session, action, fn, user, NULL), AMI_OK);
    return ami_submit(session, action, fn, user, NULL);
}

static void test_ways_to_submit(void **state)
{
    struct bench *b = *state;
    ami_action *call = ami_action_new("Originate"), *fine = ami_action_new("Fine");
    struct request request;

    scripted(b);
    open_box(b);
    assert_int_equal(ami_mailbox_post(box, ami_originate, call, log_reply, new_label(b, "a")),
                     AMI_OK);
    assert_int_equal(ami_mailbox_post(box, submit_twice, fine, log_reply, new_label(b, "b")),
                     AMI_OK);
    assert_int_equal(ami_mailbox_post(box, ami_originate, fine, log_reply, new_label(b, "c")),
                     AMI_OK);
    assert_int_equal(ami_conn_process(b->conn, 0), 1);
    assert_log(b, "c DONE AMI_E_INVAL unsent READY\n");
    far_expect(b, "Originate", &request);
    assert_non_null(strstr(request.text, "Async: true\r\n"));
    far_answer(b, &request, "Success", "");
    far_serve_all(b);
    settle(b);
    assert_log(b, "a RESPONSE AMI_OK sent READY\n"
                  "b DONE AMI_OK sent READY\n"
                  "b DONE AMI_OK sent READY\n");
    free_box(b);
    ami_action_free(call);
    ami_action_free(fine);
}

static int post_again(ami_session *session, const ami_action *action, ami_reply_fn fn, void *user,
                      ami_id *id)
{
    struct bench *b = user;

    (void)session;
    (void)id;
    note(b, "again");
    return ami_mailbox_post(box, post_again, action, fn, user);
}

/* Each round submits what waited when it began. */
static void test_letters_without_end(void **state)
{
    struct bench *b = *state;
    ami_action *action = ami_action_new("Fine");

    scripted(b);
    open_box(b);
    assert_int_equal(ami_mailbox_post(box, post_again, action, NULL, b), AMI_OK);
    ami_conn_process(b->conn, 0);
    assert_log(b, "again\n");
    ami_conn_process(b->conn, 0);
    assert_log(b, "again\n");
    assert_true(is_ringing());
    free_box(b);
    ami_action_free(action);
}

/* ---- What is refused --------------------------------------------------------------------- */

static void test_wrong_letters(void **state)
{
    struct bench *b = *state;
    ami_action *action = ami_action_new("Fine");

    scripted(b);
    open_box(b);
    assert_int_equal(ami_mailbox_post(NULL, ami_submit, action, NULL, NULL), AMI_E_INVAL);
    assert_int_equal(ami_mailbox_post(box, NULL, action, NULL, NULL), AMI_E_INVAL);
    assert_int_equal(ami_mailbox_post(box, ami_submit, NULL, NULL, NULL), AMI_E_INVAL);
    ami_action_add(action, "A", "b\n");
    assert_int_equal(ami_mailbox_post(box, ami_submit, action, log_reply, NULL), AMI_E_INVAL);
    no_memory = true;
    assert_int_equal(try_post(b, "a", "Fine"), AMI_E_NOMEM);
    assert_false(is_ringing());
    settle(b);
    assert_log(b, "");
    free_box(b);
    ami_mailbox_free(NULL);
    ami_action_free(action);
}

static void test_wrong_mailboxes(void **state)
{
    struct bench *b = *state;
    struct rlimit limit, none;
    ami_mailbox *other = (ami_mailbox *)(void *)b;

    bench_new(b);
    assert_int_equal(ami_mailbox_new(NULL, b->conn, 0), AMI_E_INVAL);
    assert_int_equal(ami_mailbox_new(&other, NULL, 0), AMI_E_INVAL);
    assert_null(other);
    no_memory = true;
    assert_int_equal(ami_mailbox_new(&other, b->conn, 0), AMI_E_NOMEM);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int err = ami_mailbox_new(&other, b->conn, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(err, AMI_E_IO);
    open_box(b);
    assert_int_equal(ami_mailbox_new(&other, b->conn, 0), AMI_E_STATE); /* there is one */
    free_box(b);
    open_box(b);
    free_box(b);
    ami_conn_close(b->conn);
    assert_int_equal(ami_mailbox_new(&other, b->conn, 0), AMI_E_STATE);
    assert_null(other);
}

static void test_full(void **state)
{
    struct bench *b = *state;

    scripted(b);
    assert_int_equal(ami_mailbox_new(&box, b->conn, 2), AMI_OK);
    for (int i = 0; i < 2; i++) {
        post(b, "a", "Fine");
        post(b, "b", "Fine");
        assert_int_equal(try_post(b, "c", "Fine"), AMI_E_LIMIT);
        assert_int_equal(ami_conn_process(b->conn, 0), 0); /* which makes room */
    }
    far_serve_all(b);
    settle(b);
    assert_log(b, "a DONE AMI_OK sent READY\nb DONE AMI_OK sent READY\n"
                  "a DONE AMI_OK sent READY\nb DONE AMI_OK sent READY\n");
    free_box(b);
}

static void test_too_much_in_flight(void **state)
{
    struct bench *b = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;

    limits.in_flight = 1;
    b->opts.limits = &limits;
    scripted(b);
    open_box(b);
    post(b, "a", "Fine");
    post(b, "b", "Fine");
    assert_int_equal(ami_conn_process(b->conn, 0), 1);
    assert_log(b, "b DONE AMI_E_LIMIT unsent READY\n");
    far_serve_all(b);
    settle(b);
    assert_log(b, "a DONE AMI_OK sent READY\n");
    free_box(b);
}

static void check_own_end(const struct ami_reply *reply, void *bench)
{
    struct bench *b = bench;

    assert_int_equal(reply->size, sizeof *reply);
    assert_int_equal(reply->step, AMI_STEP_DONE);
    assert_int_equal(reply->id, 0);
    assert_null(reply->msg);
    assert_false(reply->sent);
    assert_ptr_equal(ami_session_user(reply->session), b);
    assert_int_equal(ami_conn_process(b->seen, 0), AMI_E_REENTRANT);
    note(b, "%s, then %s", ami_err_name(reply->status),
         ami_err_name(ami_send(reply->session, NULL, NULL, "Fine", (char *)NULL)));
}

static void test_the_end_of_a_letter(void **state)
{
    struct bench *b = *state;
    ami_action *fine = ami_action_new("Fine");

    scripted(b);
    b->seen = b->conn;
    open_box(b);
    assert_int_equal(ami_mailbox_post(box, ami_originate, fine, check_own_end, b), AMI_OK);
    settle(b);
    assert_log(b, "AMI_E_INVAL, then AMI_OK\n");
    assert_int_equal(ami_mailbox_post(box, ami_submit, fine, check_own_end, b), AMI_OK);
    free_box(b);
    assert_log(b, "AMI_E_CANCELLED, then AMI_E_STATE\n");
    assert_int_equal(ami_sync_send(b->conn, NULL, "Fine", (char *)NULL), AMI_OK);
    open_box(b);
    assert_int_equal(ami_mailbox_post(box, ami_submit, fine, check_own_end, b), AMI_OK);
    ami_conn_free(b->conn);
    b->conn = NULL;
    assert_log(b, "AMI_E_CANCELLED, then AMI_E_STATE\n");
    free_box(b);
    ami_action_free(fine);
}

/* ---- The connection's life --------------------------------------------------------------- */

static void test_before_ready(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    open_box(b);
    post(b, "a", "Fine");
    assert_int_equal(ami_conn_wait(b->conn, -1), AMI_E_STATE);
    far_open(b);
    post(b, "b", "Fine");
    far_log_in(b);
    far_serve_all(b);
    settle(b);
    assert_log(b, "state LOGIN from IDLE\n"
                  "state READY from LOGIN\n"
                  "a DONE AMI_OK sent READY\n"
                  "b DONE AMI_OK sent READY\n");
    free_box(b);
}

static void log_any_state(ami_conn *conn, const struct ami_state_info *info, void *bench)
{
    struct bench *b = bench;

    b->seen = conn;
    note(b, "state %s", ami_conn_state_name(info->state));
}

static void test_while_it_comes_back(void **state)
{
    struct bench *b = *state;

    b->opts.reconnect_min_ms = 100;
    b->opts.on_state = log_any_state;
    mock_ready(b);
    open_box(b);
    ami_mock_server_free(b->server);
    settle(b);
    assert_log(b, "state BACKOFF\n");
    b->server = ami_mock_server_new(&(struct ami_mock_opts){.port = b->opts.port}, NULL, 0);
    assert_non_null(b->server);
    post(b, "a", "Ping");
    assert_int_equal(ami_conn_wait(b->conn, 0), 0);
    assert_false(is_ringing()); /* it is held, like any other action */
    world.now += 1000;
    mock_until(b, "a DONE");
    assert_log(b, "state CONNECTING\nstate LOGIN\nstate READY\na DONE AMI_OK sent READY\n");
    free_box(b);
}

/* What waited is sent before the Logoff; after that nothing is taken. */
static void test_close(void **state)
{
    struct bench *b = *state;

    scripted(b);
    open_box(b);
    post(b, "a", "Fine");
    ami_conn_close(b->conn);
    assert_int_equal(try_post(b, "b", "Fine"), AMI_E_STATE);
    assert_false(is_ringing());
    assert_int_equal(ami_sync_close(b->conn), AMI_OK);
    b->conn = NULL;
    assert_log(b, "state CLOSING from READY\n"
                  "a DONE AMI_OK sent CLOSING\n"
                  "state CLOSED from CLOSING: AMI_E_CANCELLED\n");
    assert_int_equal(try_post(b, "b", "Fine"), AMI_E_STATE);
    free_box(b);
}

static void change_boxes(const struct ami_reply *reply, void *bench)
{
    struct bench *b = bench;

    note(b, "%s", ami_err_name(reply->status));
    free_box(b);
    b->deed_result = ami_mailbox_new(&box, b->conn, 0);
}

/* While the letters that are left end, it is READY still. */
static void test_no_mailbox_in_the_close(void **state)
{
    struct bench *b = *state;
    ami_action *action = ami_action_new("Fine");

    scripted(b);
    open_box(b);
    assert_int_equal(ami_mailbox_post(box, post_again, action, change_boxes, b), AMI_OK);
    ami_conn_close(b->conn);
    assert_log(b, "again\n"
                  "AMI_E_NOT_SENT\n"
                  "state CLOSING from READY\n");
    assert_int_equal(b->deed_result, AMI_E_STATE);
    assert_null(box);
    ami_action_free(action);
}

static void post_two(struct bench *b)
{
    post(b, "c", "Fine");
    post(b, "d", "Fine");
}

/* Letters of the very moment in which it ends. */
static void test_ends_with_letters(void **state)
{
    struct bench *b = *state;

    scripted(b);
    open_box(b);
    submit(b, "a", "Silent");
    submit(b, "b", "Break");
    b->when = "b DONE";
    b->deed = post_two;
    assert_int_equal(ami_conn_wait(b->conn, -1), AMI_E_EOF);
    assert_log(b, "a DONE AMI_E_LOST sent CLOSED\n"
                  "b DONE AMI_E_LOST sent CLOSED\n"
                  "c DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "d DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from READY: AMI_E_EOF\n");
    assert_int_equal(try_post(b, "e", "Fine"), AMI_E_STATE);
    assert_false(is_ringing());
    free_box(b);
}

static void test_closed_before_it_began(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    open_box(b);
    post(b, "a", "Fine");
    ami_conn_close(b->conn);
    assert_log(b, "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                  "state CLOSED from IDLE: AMI_E_CANCELLED\n");
    free_box(b);
}

/* ---- Freeing ----------------------------------------------------------------------------- */

static void test_connection_freed_first(void **state)
{
    struct bench *b = *state;

    scripted(b);
    open_box(b);
    submit(b, "a", "Silent");
    settle(b);
    post(b, "b", "Fine");
    post(b, "c", "Fine");
    ami_conn_free(b->conn);
    b->conn = NULL;
    assert_log(b, "a DONE AMI_E_CANCELLED sent CLOSED\n"
                  "b DONE AMI_E_CANCELLED unsent CLOSED\n"
                  "c DONE AMI_E_CANCELLED unsent CLOSED\n");
    assert_int_equal(b->alloc.live, 0);
    assert_int_equal(try_post(b, "d", "Fine"), AMI_E_STATE);
    assert_false(is_ringing());
    free_box(b);
}

static void test_mailbox_freed_first(void **state)
{
    struct bench *b = *state;

    scripted(b);
    open_box(b);
    post(b, "a", "Fine");
    settle(b);
    post(b, "b", "Fine");
    free_box(b);
    assert_log(b, "b DONE AMI_E_CANCELLED unsent READY\n");
    far_serve_all(b);
    settle(b);
    assert_log(b, "a DONE AMI_OK sent READY\n"); /* that is the connection's */
}

static void free_conn(struct bench *b)
{
    ami_conn *conn = b->conn;

    if (!conn)
        return;
    ami_conn_free(conn);
    b->conn = NULL;
    b->freed = true; /* and nothing may be called any more */
}

static void free_both(struct bench *b)
{
    free_box(b);
    free_conn(b);
}

static void free_both_the_other_way(struct bench *b)
{
    free_conn(b);
    free_box(b);
}

static void close_conn(struct bench *b)
{
    if (b->conn)
        ami_conn_close(b->conn);
}

static void process(struct bench *b)
{
    ami_conn_process(b->conn, 0);
}

static void post_refused(struct bench *b, const char *label)
{
    ami_action *no_call = ami_action_new("Ping");

    assert_int_equal(ami_mailbox_post(box, ami_originate, no_call, log_reply, new_label(b, label)),
                     AMI_OK);
    ami_action_free(no_call);
}

static void expect_one_end(struct bench *b, const char *part)
{
    const char *at = strstr(text_str(&b->log), part);

    assert_non_null(at);
    assert_null(strstr(at + 1, part));
}

/* Letters wait, the first of which cannot be submitted; this happens to them, and that in its end.
 * What is freed may be freed again there. */
static void test_freed_in_the_end_of_a_letter(void **state)
{
    static void (*const causes[])(struct bench *) = {process, close_conn, free_box, free_conn};
    static void (*const deeds[])(struct bench *) = {free_box, free_conn, free_both,
                                                    free_both_the_other_way, close_conn};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(causes) * ARRAY_LEN(deeds); i++) {
        bench_reset(b);
        scripted(b);
        open_box(b);
        post_refused(b, "first");
        post(b, "second", "Fine");
        post_refused(b, "third");
        b->when = "first DONE";
        b->deed = deeds[i % ARRAY_LEN(deeds)];
        causes[i / ARRAY_LEN(deeds)](b);
        assert_null(b->deed);
        free_both(b);
        expect_one_end(b, "first DONE");
        expect_one_end(b, "second DONE");
        expect_one_end(b, "third DONE");
    }
}

/* ---- Many threads ------------------------------------------------------------------------ */

enum { THREADS = 4, LETTERS = 400 };

struct poster {
    pthread_t thread;
    int accepted; /* its own until it has ended */
    int ended;    /* this and what follows is the loop's */
    int ok;
    int last;
    struct sent {
        struct poster *poster;
        int number;
    } letters[LETTERS];
};

static struct poster posters[THREADS];

static void on_end(const struct ami_reply *reply, void *user)
{
    const struct sent *sent = user;
    struct poster *poster = sent->poster;

    assert_int_equal(reply->step, AMI_STEP_DONE);
    assert_true(reply->status == AMI_OK || reply->status == AMI_E_CANCELLED);
    assert_true(sent->number > poster->last); /* each once, in its thread's order */
    poster->last = sent->number;
    poster->ended++;
    poster->ok += reply->status == AMI_OK;
}

/* Posts all it has, one that does not fit again and again; stops at the end of the connection. */
static void *post_all(void *user)
{
    struct poster *poster = user;
    ami_action *action = ami_action_new("Fine");
    int err = AMI_OK;

    for (int i = 0; i < LETTERS && err == AMI_OK; i++) {
        poster->letters[i] = (struct sent){poster, i + 1};
        while ((err = ami_mailbox_post(box, ami_submit, action, on_end, &poster->letters[i])) ==
               AMI_E_LIMIT)
            sched_yield();
        poster->accepted += err == AMI_OK;
    }
    ami_action_free(action);
    return NULL;
}

static void start_posters(void)
{
    memset(posters, 0, sizeof posters);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&posters[i].thread, NULL, post_all, &posters[i]), 0);
}

static void join_posters(struct bench *b)
{
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(posters[i].thread, NULL), 0);
    await_end_of_threads(b);
}

static int sum_of_ended(void)
{
    int ended = 0;

    for (size_t i = 0; i < THREADS; i++)
        ended += posters[i].ended;
    return ended;
}

/* READY, with an empty box of few letters, and no timers. */
static void open_small_box(struct bench *b)
{
    b->opts.action_timeout_ms = -1;
    scripted(b);
    assert_int_equal(ami_mailbox_new(&box, b->conn, 50), AMI_OK);
}

static void test_many_threads(void **state)
{
    struct bench *b = *state;

    open_small_box(b);
    start_posters();
    while (sum_of_ended() < THREADS * LETTERS) {
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
        far_serve_all(b);
    }
    join_posters(b);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(posters[i].ok, LETTERS);
    free_box(b);
}

/* The connection goes while they post: whatever was accepted ends once. */
static void test_freed_among_threads(void **state)
{
    struct bench *b = *state;

    open_small_box(b);
    start_posters();
    while (sum_of_ended() < LETTERS / 2) {
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
        far_serve_all(b);
    }
    ami_conn_free(b->conn);
    b->conn = NULL;
    join_posters(b);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(posters[i].ended, posters[i].accepted);
    free_box(b);
}

/* ---- Waking up --------------------------------------------------------------------------- */

static sem_t asleep;

static void about_to_sleep(void)
{
    sem_post(&asleep);
}

static void *post_when_asleep(void *bench)
{
    sem_wait(&asleep);
    post(bench, NULL, "Fine");
    return NULL;
}

/* The wait has no end but this one. */
static void test_a_letter_ends_a_wait(void **state)
{
    struct bench *b = *state;
    pthread_t thread;
    struct request request;

    scripted(b);
    open_box(b);
    b->opts.action_timeout_ms = -1;
    world.idle = NULL;
    world.between = about_to_sleep;
    assert_int_equal(sem_init(&asleep, 0, 0), 0);
    assert_int_equal(pthread_create(&thread, NULL, post_when_asleep, b), 0);
    assert_int_equal(ami_conn_wait(b->conn, -1), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    await_end_of_threads(b);
    far_expect(b, "Fine", &request);
    sem_destroy(&asleep);
    free_box(b);
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_post),
    BENCH_TEST(test_wait_delivers),
    BENCH_TEST(test_action_is_copied),
    BENCH_TEST(test_ways_to_submit),
    BENCH_TEST(test_letters_without_end),
    BENCH_TEST(test_wrong_letters),
    BENCH_TEST(test_wrong_mailboxes),
    BENCH_TEST(test_full),
    BENCH_TEST(test_too_much_in_flight),
    BENCH_TEST(test_the_end_of_a_letter),
    BENCH_TEST(test_before_ready),
    BENCH_TEST(test_while_it_comes_back),
    BENCH_TEST(test_close),
    BENCH_TEST(test_no_mailbox_in_the_close),
    BENCH_TEST(test_ends_with_letters),
    BENCH_TEST(test_closed_before_it_began),
    BENCH_TEST(test_connection_freed_first),
    BENCH_TEST(test_mailbox_freed_first),
    BENCH_TEST(test_freed_in_the_end_of_a_letter),
    THREADED_TEST(test_many_threads),
    THREADED_TEST(test_freed_among_threads),
    THREADED_TEST(test_a_letter_ends_a_wait),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
