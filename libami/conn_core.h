/* SPDX-License-Identifier: MIT */
/*
 * A connection is a state, a descriptor, a session, and one deadline of its own. Whatever happens,
 * the order is: the state is set, the actions hear of it, then on_state.
 */
#ifndef AMI__CONN_CORE_H
#define AMI__CONN_CORE_H

#include <ami/conn.h>

#include "resolve.h"
#include "session.h"
#include "tls_stream.h"

/* A deadline in the past. */
#define AMI__AT_ONCE ((ami_time)0)

/* What a loop has been told to wait for. */
struct interest {
    int fd, events;
    ami_time deadline;
};

struct ami_conn {
    struct ami_allocator alloc;
    ami_session *session;
    ami_mailbox *mailbox; /* not its own, or NULL */
    enum ami_conn_state state;
    struct ami_error error;

    char *host, *username, *secret, *events;
    enum ami_auth auth;
    bool has_host; /* of the options, not a default */
    ami_tls *tls;  /* a reference, or NULL */
    int port, connect_timeout_ms, login_timeout_ms;
    ami_state_fn on_state;
    void *user;

    struct ami__address addresses[AMI__ADDRESSES_MAX];
    int address_count, next_address;
    struct ami_error attempt; /* how the first address failed */
    ami_time connect_deadline;

    int fd;                         /* the socket; while RESOLVING the pipe of the look-up */
    struct ami__tls_stream *stream; /* on it, with TLS */
    bool more_records;              /* the last recv for that took all it could */
    ami_time deadline;              /* of this state */
    int broken; /* errno of a failed send; what came before the break is still read */

    int keepalive_ms, pong_timeout_ms;
    ami_time heard;    /* when bytes came last, */
    ami_time fresh;    /* and when they had not waited for the end of a pause */
    bool stale;        /* what is read next may have */
    ami_time alive_by; /* READY: to be heard by then */
    bool pinged;       /* a Ping is to be answered by then */
    ami_id ping;       /* the last one */
    /* When bytes began to be left unread; AMI_NEVER: all are read as they come. */
    ami_time deaf_since;

    int reconnect_min_ms, reconnect_max_ms; /* min 0: off */
    unsigned failures;                      /* attempts since it was last stable */
    ami_time ready_since;
    bool was_ready;
    ami_time lost_at;         /* when it was last known to be heard before that ended */
    struct ami_error refusal; /* of what was asked for again after the return */

    bool paused;
    bool buffered; /* bytes wait in the session since a pause */
    bool freed;
    unsigned depth, holds;
    uint64_t states_told;

    void (*notify)(ami_conn *, void *);
    void *notify_user;
    void (*notify_drop)(void *);
    struct interest told;
    bool notifying;
};

/* Bracket everything that may call back. leave frees the connection if that was asked for
 * meanwhile, and returns false: the pointer is dead. On the way out it nudges the loop. */
void ami__conn_enter(ami_conn *c);
bool ami__conn_leave(ami_conn *c);

/* Keep the memory when a callback frees the connection meanwhile; release tells, with false, that
 * this happened: the pointer is dead. */
void ami__conn_hold(ami_conn *c);
bool ami__conn_release(ami_conn *c);

/* Whether a callback of this connection or its session is under way. */
bool ami__conn_is_busy(const ami_conn *c);

/* Frees the memory, and that alone. */
void ami__conn_destroy(ami_conn *c);

/* Tells the loop, if what it waits for is no longer what it should. */
void ami__conn_interest_changed(ami_conn *c);

/* Closes the descriptor, if there is one, after the loop has forgotten it. */
void ami__conn_drop_fd(ami_conn *c);

/* Calls on_state. */
void ami__conn_tell(ami_conn *c, enum ami_conn_state previous);

/* Sets the state and its deadline, then calls on_state. */
void ami__conn_change(ami_conn *c, enum ami_conn_state state, ami_time deadline);

/* Now and that many milliseconds; -1 is never. */
ami_time ami__conn_after(int ms);

#endif
