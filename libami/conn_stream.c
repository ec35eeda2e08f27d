/* SPDX-License-Identifier: MIT */
#include "conn_stream.h"

#include <errno.h>

#include "conn_alive.h"
#include "conn_connect.h"
#include "conn_end.h"
#include "error.h"

enum {
    READ_BUDGET = 256 << 10, /* bytes of one round: others in the loop want their turn */
    RECORDS = 64 << 10,      /* bytes that TLS is given at a time */
    BATCH = 16 << 10,        /* bytes that it gives, about */
    RECORD_MAX = 1024        /* see record_size */
};

/* ---- Between the session and the socket, with or without TLS ------------------------------ */

/*
 * How much goes into one record of TLS. Asterisk reads as much of it as its input buffer of 1,024
 * bytes has room for, and then waits for the socket, although OpenSSL still holds the rest: that
 * would lie there until something else is sent. What is always read whole is a record of whole
 * lines that fits into the buffer.
 */
static size_t record_size(const char *data, size_t len)
{
    size_t most = len < RECORD_MAX ? len : RECORD_MAX, n = most;

    while (n > 0 && data[n - 1] != '\n')
        n--;
    return n > 0 ? n : most;
}

/* Encrypts no more than one send may take, so that the rest can still be withdrawn. */
static void encrypt(ami_conn *c)
{
    const void *data, *records;
    size_t len;

    while (ami__tls_output(c->stream, &records) < BATCH &&
           (len = ami_session_output(c->session, &data)) > 0) {
        ptrdiff_t n = ami__tls_write(c->stream, data, record_size(data, len));
        if (n < 0) {
            c->broken = (int)-n;
            return;
        }
        ami_session_sent(c->session, (size_t)n);
    }
}

/* What is to be sent next. */
static size_t output(ami_conn *c, const void **data)
{
    if (!c->stream)
        return ami_session_output(c->session, data);
    if (ami__tls_output(c->stream, data) == 0)
        encrypt(c);
    return ami__tls_output(c->stream, data);
}

static void sent(ami_conn *c, size_t n)
{
    if (c->stream)
        ami__tls_sent(c->stream, n);
    else
        ami_session_sent(c->session, n);
}

void ami__conn_flush(ami_conn *c)
{
    const void *data;
    size_t len;

    while (c->fd >= 0 && !c->broken && (len = output(c, &data)) > 0) {
        ptrdiff_t n = ami__net_send(c->fd, data, len);
        if (n == -EAGAIN)
            return;
        if (n < 0)
            c->broken = (int)-n;
        else
            sent(c, (size_t)n);
    }
}

/* One recv, for TLS; space is where its bytes stand meanwhile. As ami__net_recv. */
static ptrdiff_t receive_records(ami_conn *c, void *space, size_t room)
{
    size_t most = room < RECORDS ? room : RECORDS;
    ptrdiff_t n = ami__net_recv(c->fd, space, most);

    c->more_records = n == (ptrdiff_t)most;
    return n <= 0 || ami__tls_feed(c->stream, space, (size_t)n) == AMI_OK ? n : -EPROTO;
}

/* As ami__net_recv. Of TLS it gives what came before, or with one recv; with more when that was not
 * all there is, but without end only when the link is broken: a server may say nothing in ever so
 * many records. */
static ptrdiff_t take(ami_conn *c, void *space, size_t room)
{
    if (!c->stream)
        return ami__net_recv(c->fd, space, room);
    ptrdiff_t n = ami__tls_read(c->stream, space, room), received, total = 0;
    while (n == -EAGAIN) {
        if ((received = receive_records(c, space, room)) <= 0)
            return received;
        total += received;
        ami__conn_alive_heard(c); /* half a record is a sign of life, too */
        n = ami__tls_read(c->stream, space, room);
        if (!c->broken && (!c->more_records || total >= RECORDS))
            break;
    }
    return n;
}

/* Whether the socket may hold more than was just taken out of it. */
static bool is_more_there(const ami_conn *c, size_t n, size_t room)
{
    return c->stream ? c->more_records || ami__tls_has_input(c->stream) : n == room;
}

/* ---- Reading ------------------------------------------------------------------------------ */

/* The stream is over: sys is an errno, or 0 at its regular end. A server that said that it was
 * going may close with input unread, which looks like a break. */
static void stream_ended(ami_conn *c, int sys)
{
    struct ami_error error = {0};
    char why[64];

    if (ami__is_going(c->session)) {
        ami__session_why_eof(c->session, &error);
    } else if (c->stream && ami__tls_error(c->stream)->code != AMI_OK) {
        error = *ami__tls_error(c->stream);
    } else if (sys) {
        ami__error_sys_text(why, sizeof why, sys);
        ami__error_set(&error, AMI_E_IO, sys, "the connection broke: %s", why);
    } else if (c->state == AMI_STATE_HANDSHAKE) {
        ami__error_set(&error, AMI_E_EOF, 0, "the server closed in the TLS handshake");
    } else {
        ami__session_why_eof(c->session, &error);
    }
    ami__conn_end(c, &error);
}

/* What a dispatch led to: false when this round is over. */
static bool goes_on(ami_conn *c, int err)
{
    if (c->freed || c->fd < 0)
        return false;
    if (err < 0) {
        ami__conn_end(c, ami_session_error(c->session));
        return false;
    }
    c->buffered = c->paused;
    return !c->paused;
}

static void fail_nomem(ami_conn *c)
{
    struct ami_error error = {0};

    ami__error_set(&error, AMI_E_NOMEM, 0, "out of memory");
    ami__conn_end(c, &error);
}

/* HANDSHAKE: what is there of it. Whether LOGIN has begun, and goes on. */
static bool shake_hands(ami_conn *c)
{
    size_t room;
    void *space = ami_session_space(c->session, &room);
    ptrdiff_t n, total = 0;
    int done;

    if (!space) {
        fail_nomem(c);
        return false;
    }
    do {
        n = receive_records(c, space, room);
        done = n > 0 ? ami__tls_handshake(c->stream) : 0;
    } while (n > 0 && done == 0 && c->more_records && (total += n) < RECORDS);
    if (done < 0 || (n <= 0 && n != -EAGAIN))
        stream_ended(c, n < 0 ? (int)-n : 0);
    if (done <= 0)
        return false;
    ami__conn_greet(c);
    return !c->freed && c->state == AMI_STATE_LOGIN && !c->paused;
}

/* One recv, unless there is more; of a broken link the rest, since nothing else will tell of it. */
static void read_some(ami_conn *c)
{
    for (ptrdiff_t budget = READ_BUDGET;;) {
        size_t room;
        void *space = ami_session_space(c->session, &room);
        if (!space) {
            fail_nomem(c);
            return;
        }
        ptrdiff_t n = take(c, space, room);
        if (n == -EAGAIN)
            break;
        if (n <= 0) {
            stream_ended(c, (int)-n);
            return;
        }
        ami__conn_alive_heard(c);
        if (!goes_on(c, ami_session_added(c->session, (size_t)n, c->heard)))
            return;
        if (!c->broken && !is_more_there(c, (size_t)n, room))
            break;
        if ((budget -= n) <= 0)
            return;
    }
    ami__conn_alive_caught_up(c);
}

/* What has come by a deadline has come in time, whatever the program did meanwhile. Buffered bytes
 * are a deadline, too. */
static bool is_worth_reading(const ami_conn *c, int ready)
{
    return (ready & AMI_READ) || ami_conn_deadline(c) <= ami_now();
}

void ami__conn_receive(ami_conn *c, int ready)
{
    if (c->paused)
        return;
    bool reads = is_worth_reading(c, ready);
    if (c->buffered && !goes_on(c, ami__session_dispatch(c->session, ami_now())))
        return;
    if (reads && (c->state != AMI_STATE_HANDSHAKE || shake_hands(c)))
        read_some(c);
    bool all_read = c->deaf_since == AMI_NEVER;
    if (c->broken && all_read && !c->freed && c->fd >= 0)
        stream_ended(c, c->broken);
}
