/* SPDX-License-Identifier: MIT */
/*
 * A connection to one Asterisk: a socket, a session on it, and the login. Nothing here blocks but
 * ami_conn_wait. It touches no signal, and starts no thread but one: a host name is looked up in a
 * thread of its own that ends with the look-up and runs nothing of yours.
 *
 * It fits any event loop: wait until ami_conn_fd is ready for ami_conn_events, or until
 * ami_conn_deadline, then call ami_conn_process, and ask again. For the usual ones <ami/adapters/>
 * has a header each, whose attach function does that.
 *
 * From a callback everything is allowed but ami_conn_process and ami_conn_wait, which return
 * AMI_E_REENTRANT there and change nothing. A connection is used by one thread at a time, see
 * <ami/mailbox.h> for others; different ones are independent.
 */
#ifndef AMI_CONN_H
#define AMI_CONN_H

#include <ami/session.h>
#include <ami/stats.h>
#include <ami/tls.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ami_conn_state {
    AMI_STATE_IDLE,       /* made, not started */
    AMI_STATE_RESOLVING,  /* looking up the host name */
    AMI_STATE_CONNECTING, /* TCP */
    AMI_STATE_HANDSHAKE,  /* TLS */
    AMI_STATE_LOGIN,      /* connected: the banner, then the login */
    AMI_STATE_READY,      /* logged in */
    AMI_STATE_BACKOFF,    /* waiting before the next attempt */
    AMI_STATE_CLOSING,    /* Logoff is on its way */
    AMI_STATE_CLOSED      /* over, for good; ami_conn_error tells why */
};

/* The name of a state, such as "READY". A static string. */
AMI_API const char *ami_conn_state_name(enum ami_conn_state state);

/* What a state callback is told. Borrowed until the callback returns. */
struct ami_state_info {
    size_t size;
    enum ami_conn_state state, previous;
    /* With CLOSED and BACKOFF the reason. With READY after a return the first mask or filter that
     * the server refused when it was asked for again. Else NULL. */
    const struct ami_error *error;
    bool returned;   /* READY after a reconnect */
    ami_time gap_ms; /* then: for how long events were missed */
};
typedef void (*ami_state_fn)(ami_conn *conn, const struct ami_state_info *info, void *user);

/*
 * Strings are copied; limits and allocator are read during the call. A number that is 0 means the
 * default. A time of -1 means never or off; two have no never: to reconnect_max_ms it means the
 * default, too, and for pong_timeout_ms it is AMI_E_INVAL, since keepalive_ms turns both off.
 */
struct ami_conn_opts {
    size_t size;
    const char *host;       /* a name, or numeric IPv4 or IPv6; NULL: localhost */
    int port;               /* 5038, with TLS 5039 */
    const char *username;   /* required */
    const char *secret;     /* required; kept until the connection is freed, then wiped */
    enum ami_auth auth;     /* AMI_AUTH_MD5 */
    const char *events;     /* sent as the login's Events, exactly, such as "call,agent" or "off" */
    const ami_tls *tls;     /* NULL: none; the connection takes a reference of its own */
    int connect_timeout_ms; /* look-up and all addresses, then again TLS handshake; 10,000 */
    int login_timeout_ms;   /* from connected to READY; 10,000 */
    int action_timeout_ms;  /* for an answer, and between the items of a list; 60,000 */
    int keepalive_ms;       /* after so long a silence the server is asked with a Ping; 30,000 */
    int reconnect_min_ms;   /* before the first attempt to come back; 0: it does not come back */
    int reconnect_max_ms;   /* the longest time before an attempt; 60,000 */
    const struct ami_limits *limits;
    const struct ami_allocator *allocator;
    int line_max, lines_max; /* as in struct ami_session_opts */
    ami_state_fn on_state;   /* hears of every change of state */
    ami_trace_fn on_trace;
    void *user;            /* for both, and ami_session_user */
    bool refuse_plaintext; /* AMI_AUTH_PLAIN without TLS is AMI_E_INVAL */
    int pong_timeout_ms;   /* for the answer to that Ping; 10,000 */
};
#define AMI_CONN_OPTS_INIT                                                                       \
    {                                                                                            \
        sizeof(struct ami_conn_opts), NULL, 0, NULL, NULL, AMI_AUTH_MD5, NULL, NULL, 0, 0, 0, 0, \
            0, 0, NULL, NULL, 0, 0, NULL, NULL, NULL, false, 0                                   \
    }

enum { AMI_READ = 1, AMI_WRITE = 2 };

/* What ami_conn_new would say of these options: AMI_OK or AMI_E_INVAL, in words in *error if that
 * is not NULL. */
AMI_API int ami_conn_check(const struct ami_conn_opts *opts, struct ami_error *error);

/* A new connection, owned, in *conn; actions may be submitted and handlers registered at once.
 * AMI_E_INVAL, AMI_E_NOMEM, and AMI_E_IO when the system gives no random bytes. */
AMI_API int ami_conn_new(ami_conn **conn, const struct ami_conn_opts *opts);

/* Begins to connect; on_state hears how it goes, the first time before this returns. AMI_E_STATE
 * unless IDLE; AMI_E_CANCELLED when it was freed in on_state, and the pointer is dead. */
AMI_API int ami_conn_start(ami_conn *conn);

/* The same over a connected stream socket of yours, made non-blocking; on success it belongs to
 * the connection, which will close it. AMI_E_STATE unless IDLE, AMI_E_IO for a bad descriptor,
 * AMI_E_INVAL with TLS and no host or server_name to verify or with reconnect_min_ms,
 * AMI_E_CANCELLED as above. */
AMI_API int ami_conn_start_fd(ami_conn *conn, int fd);

/* Where to submit actions and register handlers. Borrowed; lives as long as the connection. */
AMI_API ami_session *ami_conn_session(ami_conn *conn);

/* What to wait for: a descriptor or -1, AMI_READ and AMI_WRITE for it (level-triggered), and the
 * moment of ami_now() at which to call process at the latest. */
AMI_API int ami_conn_fd(const ami_conn *conn);
AMI_API int ami_conn_events(const ami_conn *conn);
AMI_API ami_time ami_conn_deadline(const ami_conn *conn);

/*
 * Does what can be done now: ready says what the descriptor is ready for (AMI_READ, AMI_WRITE; map
 * errors and hang-ups to whatever was asked for), 0 when the deadline has come. Returns 1 when
 * something was dispatched, 0 when not; AMI_E_STATE when IDLE; once CLOSED the reason,
 * AMI_E_CANCELLED after a close of yours; AMI_E_CANCELLED when the connection was freed in a
 * callback, and the pointer is dead.
 */
AMI_API int ami_conn_process(ami_conn *conn, int ready);

/* For programs without a loop: flushes, waits at most timeout_ms (-1 without end), processes. The
 * same results. A signal ends the wait early with 0. */
AMI_API int ami_conn_wait(ami_conn *conn, int timeout_ms);

/*
 * For loops that remember what they wait for: fn means that fd, events or deadline have other
 * answers now, and may call only these three and ami_conn_state. It is called before a
 * descriptor is closed. drop, if given, is called with user when the connection is freed or
 * another fn is set.
 */
AMI_API void ami_conn_set_notify(ami_conn *conn, void (*fn)(ami_conn *, void *), void *user,
                                 void (*drop)(void *user));

AMI_API enum ami_conn_state ami_conn_state(const ami_conn *conn);

/* What ended the connection, in words; code AMI_OK before, and again once it is back. Lives as
 * long as the connection. */
AMI_API const struct ami_error *ami_conn_error(const ami_conn *conn);

/* Figures since the connection was made. Borrowed: filled in anew by each call, lives as long as
 * the connection. Allowed in every callback. */
AMI_API const struct ami_stats *ami_conn_stats(ami_conn *conn);

/* Stops or resumes reading, so that a slow program is not flooded: the server will cut the
 * connection when it is kept waiting for long. Timers of actions run on, that of keep-alive does
 * not. A return needs to read, too: attempts fail while it is paused. */
AMI_API void ami_conn_pause(ami_conn *conn, bool paused);

/* Sends what is queued and Logoff, then CLOSED at the server's end or after 2 seconds; before
 * READY it is CLOSED at once. New submits return AMI_E_STATE. */
AMI_API void ami_conn_close(ami_conn *conn);

/* Closes at once and frees; what is in flight ends with AMI_E_CANCELLED. on_state is not called.
 * Allowed in every callback: nothing is called after it returned. */
AMI_API void ami_conn_free(ami_conn *conn);

#ifdef __cplusplus
}
#endif
#endif
