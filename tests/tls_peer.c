/* SPDX-License-Identifier: MIT */
#include "tls_peer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

struct tls_peer tls_peer = {.wire = -1, .plain = -1};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void tls_close(void)
{
    struct tls_peer *p = &tls_peer;

    close_end(&p->wire);
    close_end(&p->plain);
    SSL_free(p->ssl);
    p->ssl = NULL;
    world.between = NULL;
}

void tls_open(struct bench *b, SSL_CTX *server)
{
    struct tls_peer *p = &tls_peer;
    int pair[2];

    tls_close();
    *p = (struct tls_peer){.receive_max = SIZE_MAX, .send_max = SIZE_MAX};
    p->ssl = SSL_new(server);
    p->in = BIO_new(BIO_s_mem());
    p->out = BIO_new(BIO_s_mem());
    SSL_set_bio(p->ssl, p->in, p->out);
    SSL_set_accept_state(p->ssl);
    far_open(b);
    p->wire = b->far;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    p->plain = pair[0];
    b->far = pair[1];
    assert_int_equal(fcntl(p->plain, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(fcntl(b->far, F_SETFL, O_NONBLOCK), 0);
    world.between = tls_pump;
}

/* ---- The wire ---------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What the client sent. It ends when the client has closed. */
static void receive_wire(struct tls_peer *p)
{
    char data[16384];
    ssize_t n = -1;
    size_t room;

    while (p->wire >= 0 && (room = least(sizeof data, p->receive_max - p->received)) > 0 &&
           (n = recv(p->wire, data, room, 0)) > 0) {
        assert_int_equal(BIO_write(p->in, data, (int)n), n);
        p->received += (size_t)n;
    }
    if (n == 0)
        close_end(&p->wire);
}

static size_t unsent(const struct tls_peer *p, char **data)
{
    size_t len = (size_t)BIO_get_mem_data(p->out, data) - p->taken;

    *data += p->taken;
    return len;
}

static void send_wire(struct tls_peer *p)
{
    char *data;
    size_t len = least(unsent(p, &data), p->send_max - p->sent);
    ssize_t n = p->wire >= 0 && len > 0 ? send(p->wire, data, len, MSG_NOSIGNAL) : 0;

    if (n <= 0)
        return;
    p->sent += (size_t)n;
    p->taken += (size_t)n;
    if (unsent(p, &data) == 0) {
        p->taken = 0;
        (void)BIO_reset(p->out);
    }
}

/* ---- What it holds ----------------------------------------------------------------------- */

/* A call of OpenSSL did not succeed. */
static void did_not(struct tls_peer *p, int rc)
{
    int error = SSL_get_error(p->ssl, rc);

    p->farewell_heard |= error == SSL_ERROR_ZERO_RETURN;
    if (error != SSL_ERROR_SSL || p->failed)
        return;
    p->failed = true;
    ERR_error_string_n(ERR_peek_error(), p->why, sizeof p->why);
}

/* One record at a time. Asterisk has a buffer of 1,024 bytes, leaves in it what is no whole line,
 * and does not come back for the part of a record that found no room there. */
static void to_far(struct tls_peer *p)
{
    char data[16384];
    int n;

    while ((n = SSL_peek(p->ssl, data, sizeof data)) > 0) {
        assert_in_range(n, 1, 1024);
        assert_int_equal(data[n - 1], '\n');
        if (p->plain >= 0 && send(p->plain, data, (size_t)n, MSG_NOSIGNAL) != n)
            return; /* far is to read first */
        assert_int_equal(SSL_read(p->ssl, data, n), n);
    }
    did_not(p, n);
}

/* Stops while the client does not read. */
static void from_far(struct tls_peer *p)
{
    char data[16384], *ignored;
    ssize_t n = -1;

    while (p->plain >= 0 && unsent(p, &ignored) < sizeof data &&
           (n = recv(p->plain, data, sizeof data, 0)) > 0) {
        assert_int_equal(SSL_write(p->ssl, data, (int)n), n);
        send_wire(p);
    }
    if (n != 0)
        return;
    close_end(&p->plain);
    if (!p->no_farewell)
        SSL_shutdown(p->ssl);
}

/* ---- Both -------------------------------------------------------------------------------- */

static bool is_over(struct tls_peer *p)
{
    char *data;
    bool broken = p->breaks && (p->sent == p->send_max || p->received == p->receive_max);

    return p->wire < 0 || broken || ((p->plain < 0 || p->failed) && unsent(p, &data) == 0);
}

void tls_pump(void)
{
    struct tls_peer *p = &tls_peer;

    receive_wire(p);
    ERR_clear_error();
    int up = SSL_do_handshake(p->ssl);
    if (up == 1) {
        to_far(p);
        ERR_clear_error();
        from_far(p);
    } else {
        did_not(p, up);
    }
    ERR_clear_error();
    send_wire(p);
    if (is_over(p)) {
        close_end(&p->wire);
        close_end(&p->plain);
    }
}
