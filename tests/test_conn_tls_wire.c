/* SPDX-License-Identifier: MIT */
/* TLS on the wire: cut anywhere, broken anywhere, in bulk, and with no memory left. */
#include "tls_bench.h"

#include <sys/socket.h>
#include <unistd.h>

#include <openssl/crypto.h>

/* Both sides, for any number of connections. */
struct sides {
    ami_tls *client;
    SSL_CTX *server;
};

static struct sides sides_new(int protocol)
{
    struct sides sides = {tls_client((struct ami_tls_opts){0}), tls_server(GOOD)};

    SSL_CTX_set_max_proto_version(sides.server, protocol);
    return sides;
}

static void sides_free(struct sides *sides)
{
    ami_tls_free(sides->client);
    SSL_CTX_free(sides->server);
}

static void start(struct bench *b, const struct sides *sides)
{
    tls_renew(b, sides->client);
    tls_open(b, sides->server);
}

static void ready(struct bench *b)
{
    struct sides sides = sides_new(TLS1_3_VERSION);

    start(b, &sides);
    sides_free(&sides);
    tls_check_ready(b);
}

/* Every byte and every allocation, or some of them where a tool makes it slow (see run.sh). */
static size_t step(void)
{
    const char *tool = getenv("RUN");

    return tool && *tool ? 41 : 1;
}

static const int protocols[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* ---- Cut --------------------------------------------------------------------------------- */

static void test_byte_by_byte(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct sides sides = sides_new(protocols[i]);

        start(b, &sides);
        world.piece = 1;
        tls_check_ready(b);
        sides_free(&sides);
        assert_true(world.recvs >= tls_peer.sent && world.sends == tls_peer.received);
    }
}

/* What one side sends comes in two pieces, cut at every byte. */
static void cut_everywhere(struct bench *b, const struct sides *sides, size_t *max,
                           const size_t *passed)
{
    size_t at = 0, total;

    do {
        start(b, sides);
        at += step();
        *max = at;
        tls_settle(b);
        *max = SIZE_MAX;
        tls_check_ready(b);
        total = *passed;
    } while (at < total);
}

static void test_cut(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct sides sides = sides_new(protocols[i]);

        cut_everywhere(*state, &sides, &tls_peer.send_max, &tls_peer.sent);
        cut_everywhere(*state, &sides, &tls_peer.receive_max, &tls_peer.received);
        sides_free(&sides);
    }
}

/* A record that comes slowly gives nothing to read before its end. */
static void test_half_a_record_is_a_sign_of_life(void **state)
{
    struct bench *b = *state;

    b->opts.keepalive_ms = 30000;
    ready(b);
    tls_peer.send_max = tls_peer.sent;
    far_say(b, "Event: Hangup\r\n\r\n");
    for (int i = 0; i < 5; i++) {
        world.now += 29999;
        tls_peer.send_max++;
        tls_settle(b);
        assert_int_equal(ami_conn_deadline(b->conn), world.now + 30000);
    }
}

/* The program slept over a deadline, with more to read than one recv takes: what has come by then
 * has come in time, in a record of its own or at the end of a long one. */
static void test_a_program_that_slept(void **state)
{
    struct bench *b = *state;
    struct request request;
    char wide[4000];

    memset(wide, 'x', sizeof wide);
    for (int records = 1; records <= 2; records++) {
        struct text said = {0};

        ready(b);
        submit_action(b, "b", action_within("Ping", 1000));
        tls_settle(b);
        far_expect(b, "Ping", &request);
        text_add(&said, "Event: A\r\nX: ");
        text_add_bytes(&said, wide, sizeof wide);
        text_add(&said, "\r\n\r\n");
        if (records == 2) {
            far_say(b, said.data);
            tls_pump();
            text_free(&said);
        }
        text_addf(&said, "Response: Success\r\nActionID: %s\r\n\r\n", request.id);
        far_say(b, said.data);
        tls_pump();
        world.now += 1000;
        ami_conn_process(b->conn, 0);
        assert_log(b, "b DONE AMI_OK sent READY\n");
        text_free(&said);
    }
}

/* The same in the handshake. */
static void test_a_program_that_slept_in_the_handshake(void **state)
{
    struct bench *b = *state;
    struct sides sides = sides_new(TLS1_3_VERSION);
    X509 *cert = SSL_CTX_get0_certificate(sides.server);

    for (int i = 0; i < 3; i++)
        assert_int_equal(SSL_CTX_add1_chain_cert(sides.server, cert), 1);
    start(b, &sides);
    sides_free(&sides);
    ami_conn_process(b->conn, 0);
    tls_pump();
    assert_in_range(tls_peer.sent, 1025, 16384);
    world.now += 10000;
    ami_conn_process(b->conn, 0);
    assert_int_equal(ami_conn_state(b->conn), AMI_STATE_LOGIN);
}

/* ---- Broken ------------------------------------------------------------------------------ */

static void check_broken(struct bench *b, size_t at)
{
    const struct ami_error *error = ami_conn_error(b->conn);

    if (error->code != AMI_E_EOF && error->code != AMI_E_IO)
        fail_msg("behind byte %zu: %s: %s", at, ami_err_name(error->code), error->text);
    assert_true(was_logged(b, "a DONE AMI_E_NOT_SENT unsent CLOSED\nstate CLOSED"));
}

/* The link ends behind every byte of one side, until the server would have to say something. */
static void break_everywhere(struct bench *b, const struct sides *sides, size_t *max,
                             const size_t *passed)
{
    for (size_t at = 1;; at += step()) {
        start(b, sides);
        tls_peer.breaks = true;
        *max = at;
        tls_settle(b);
        if (*passed < at)
            break;
        check_broken(b, at);
    }
    assert_log(b, "state HANDSHAKE from IDLE\n"
                  "state LOGIN from HANDSHAKE\n");
}

static void test_broken(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        struct sides sides = sides_new(protocols[i]);

        break_everywhere(*state, &sides, &tls_peer.send_max, &tls_peer.sent);
        break_everywhere(*state, &sides, &tls_peer.receive_max, &tls_peer.received);
        sides_free(&sides);
    }
}

/* Each time the server asks for new keys, TLS has something to send: 27 bytes. */
static void test_a_server_asks_and_reads_nothing(void **state)
{
    struct bench *b = *state;

    ready(b);
    world.send_room = 0;
    for (int i = 0; i < 6000; i++) {
        assert_int_equal(SSL_key_update(tls_peer.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        assert_int_equal(SSL_do_handshake(tls_peer.ssl), 1);
        if (i % 500 == 499)
            tls_settle(b);
    }
    assert_log(b, "state CLOSED from READY: AMI_E_LIMIT\n");
    assert_string_equal(ami_conn_error(b->conn)->text,
                        "over the limit of 131072 bytes for TLS to send");
}

/* ---- In bulk ----------------------------------------------------------------------------- */

enum { EVENTS = 4000, ACTIONS = 500 };

static void on_numbered(const struct ami_event *event, void *next)
{
    long long number;

    assert_int_equal(ami_msg_get_int(event->msg, "Number", &number), AMI_OK);
    assert_int_equal(number, (*(int *)next)++);
}

static void say_events(struct bench *b, const char *filler)
{
    struct text bytes = {0};

    for (int i = 0; i < EVENTS; i++) {
        text_addf(&bytes, "Event: Bulk\r\nNumber: %d\r\nFiller: ", i);
        text_add(&bytes, filler);
        text_add(&bytes, "\r\n\r\n");
    }
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = send(b->far, bytes.data + done, bytes.len - done, MSG_NOSIGNAL);
        done += n > 0 ? (size_t)n : 0;
        assert_true(ami_conn_wait(b->conn, 0) >= 0);
    }
    text_free(&bytes);
    tls_settle(b);
}

static void send_actions(struct bench *b, const char *filler)
{
    struct request request;
    char number[16], line[32];

    for (int i = 0; i < ACTIONS; i++) {
        snprintf(number, sizeof number, "%d", i);
        assert_int_equal(ami_send(ami_conn_session(b->conn), NULL, NULL, "Bulk", "Number", number,
                                  "Filler", filler, (char *)NULL),
                         AMI_OK);
    }
    for (int i = 0; i < ACTIONS; i++) {
        while (!far_take(b, &request))
            assert_true(ami_conn_wait(b->conn, 0) >= 0);
        snprintf(line, sizeof line, "\r\nNumber: %d\r\n", i);
        assert_non_null(strstr(request.text, line));
        assert_non_null(strstr(request.text, filler));
    }
}

static void test_bulk(void **state)
{
    static const size_t pieces[] = {0, 1000, 70000};
    struct bench *b = *state;
    char filler[1000] = {0};

    memset(filler, 'x', sizeof filler - 1);
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        int next = 0;

        ready(b);
        world.recvs = 0;
        world.piece = pieces[i];
        assert_int_equal(ami_on(ami_conn_session(b->conn), "Bulk", on_numbered, &next, NULL), 0);
        say_events(b, filler);
        assert_int_equal(next, EVENTS);
        send_actions(b, filler);
    }
}

/* "One recv per readiness, one send per batch." */
static void test_calls(void **state)
{
    struct bench *b = *state;

    ready(b);
    on_events(b, NULL);
    world.recvs = world.sends = 0;
    far_say(b, "Event: A\r\n\r\nEvent: B\r\n\r\nEvent: C\r\n\r\n");
    settle(b);
    assert_log(b, "event A\nevent B\nevent C\n");
    assert_int_equal(world.recvs, 1);
    assert_int_equal(world.sends, 0);
    submit(b, "b", "Ping");
    submit(b, "c", "Ping");
    submit(b, "d", "Ping");
    settle(b);
    assert_int_equal(world.sends, 1);
}

/* ---- Memory ------------------------------------------------------------------------------ */

/* What OpenSSL asks for on the client's side. */
static struct {
    bool counting;
    size_t asked, largest, fail_at;
} memory;

static void *get_memory(void *old, size_t size)
{
    if (memory.counting && size > memory.largest)
        memory.largest = size;
    if (memory.counting && size > 0 && ++memory.asked == memory.fail_at)
        return NULL;
    return realloc(old, size);
}

static void *on_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return get_memory(NULL, size);
}

static void *on_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return get_memory(old, size);
}

static void on_free(void *old, const char *file, int line)
{
    (void)file;
    (void)line;
    free(old);
}

static void pump_uncounted(void)
{
    bool counting = memory.counting;

    memory.counting = false;
    tls_pump();
    memory.counting = counting;
}

/* OpenSSL takes some bytes for each record, and gives them back: that is all. */
static void test_little_is_allocated_when_warm(void **state)
{
    struct bench *b = *state;
    size_t asked = 0;

    ready(b);
    world.between = pump_uncounted;
    on_events(b, NULL);
    for (int i = 0; i < 200; i++) {
        memory.counting = i >= 100;
        if (i == 100)
            asked = b->alloc.asked;
        far_say(b, "Event: A\r\n\r\n");
        settle(b);
    }
    memory.counting = false;
    assert_in_range(memory.largest, 0, 100);
    assert_int_equal(b->alloc.asked, asked);
}

/* Up to READY. Whether it came that far. */
static bool come_up(struct bench *b, const struct sides *sides)
{
    start(b, sides);
    world.between = pump_uncounted;
    far_say(b, BANNER);
    memory.counting = true;
    for (int i = 0; i < 10 && !was_logged(b, "a DONE"); i++) {
        settle(b);
        memory.counting = false;
        far_serve_all(b);
        memory.counting = true;
    }
    memory.counting = false;
    return was_logged(b, "a DONE AMI_OK");
}

/* Whatever fails, the connection comes up or says why not. OpenSSL does not always tell lack of
 * memory as such: a key that it could not read is one that it does not trust. */
static void test_every_allocation_fails_once(void **state)
{
    struct bench *b = *state;
    struct sides sides = sides_new(TLS1_3_VERSION);
    size_t failed = 0;

    b->opts.auth = AMI_AUTH_PLAIN; /* OpenSSL 3.0 leaks when a context for MD5 lacks memory */
    for (memory.fail_at = 1;; memory.fail_at += step()) {
        memory.asked = 0;
        bool up = come_up(b, &sides);
        int code = ami_conn_error(b->conn)->code;
        if (!up && (code == AMI_OK || !was_logged(b, "state CLOSED")))
            fail_msg("allocation %zu: %s: %s\n%s", memory.fail_at, ami_err_name(code),
                     ami_conn_error(b->conn)->text, b->log.data);
        failed += !up;
        if (memory.asked < memory.fail_at)
            break;
    }
    assert_true(failed > 10);
    memory.fail_at = 0;
    sides_free(&sides);
}

static const struct CMUnitTest tests[] = {
    TLS_TEST(test_byte_by_byte),
    TLS_TEST(test_cut),
    TLS_TEST(test_half_a_record_is_a_sign_of_life),
    TLS_TEST(test_a_program_that_slept),
    TLS_TEST(test_a_program_that_slept_in_the_handshake),
    TLS_TEST(test_broken),
    TLS_TEST(test_bulk),
    TLS_TEST(test_a_server_asks_and_reads_nothing),
    TLS_TEST(test_calls),
    TLS_TEST(test_little_is_allocated_when_warm),
    TLS_TEST(test_every_allocation_fails_once),
};

int main(void)
{
    alarm(5 * TEST_SECONDS); /* valgrind takes its time */
    CRYPTO_set_mem_functions(on_malloc, on_realloc, on_free);
    return cmocka_run_group_tests(tests, tls_make_certs, tls_remove_certs);
}
