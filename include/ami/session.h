/* SPDX-License-Identifier: MIT */
/*
 * The conversation: actions and their answers, events and their handlers, the login. A session
 * does no I/O and knows no clock: bytes in, bytes out, time as an argument. ami_conn drives one
 * over a socket; drive your own over any transport with the functions at the end of this file.
 *
 * From a callback everything is allowed but ami_session_added, feed, eof and tick, which return
 * AMI_E_REENTRANT there and change nothing.
 */
#ifndef AMI_SESSION_H
#define AMI_SESSION_H

#include <ami/action.h>
#include <ami/error.h>
#include <ami/message.h>
#include <ami/parser.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ami_step {
    AMI_STEP_RESPONSE, /* a list begins: msg is the Response that says so */
    AMI_STEP_ITEM,     /* one item of a list, or one piece of a raw reply */
    AMI_STEP_DONE      /* the one definite end */
};

enum {
    AMI_REPLY_MISCOUNTED = 1 /* DONE of a list: its ListItems disagrees with the items that came */
};

/* What a reply callback is told. Borrowed, with all it points to, until the callback returns. */
struct ami_reply {
    size_t size;
    enum ami_step step;
    int status;         /* AMI_OK with RESPONSE and ITEM; with DONE how it ended */
    ami_id id;          /* as ami_submit gave it */
    const ami_msg *msg; /* the message behind this step; NULL when there is none */
    ami_session *session;
    unsigned flags; /* AMI_REPLY_... */
    bool sent;      /* whether the transport took the action's first byte */
};

/*
 * Called with RESPONSE and any number of ITEMs, if it is a list or raw reply, and then exactly
 * once with DONE, whose status is
 *   AMI_OK           the server said Success, or the list is complete
 *   AMI_E_REFUSED    it answered Error; msg is that answer
 *   AMI_E_TIMEOUT    sent, and no answer within its time
 *   AMI_E_CANCELLED  ami_cancel or free, or the server ended the list as cancelled
 *   AMI_E_NOT_SENT   no byte left this program: safe to submit again
 *   AMI_E_LOST       bytes left, the connection ended before the answer: outcome unknown
 *   AMI_E_LIMIT      found too long for this server once its banner was known; not sent
 */
typedef void (*ami_reply_fn)(const struct ami_reply *reply, void *user);

/* What an event callback is told. Borrowed, with all it points to, until the callback returns. */
struct ami_event {
    size_t size;
    const ami_msg *msg;
    ami_id handler; /* as ami_on gave it */
    ami_session *session;
};
typedef void (*ami_event_fn)(const struct ami_event *event, void *user);

/*
 * Submits an action: fn (which may be NULL) will hear of it, never before this call has returned.
 * Nothing is written here; the action is copied. *id, if wanted, is its number for ami_cancel.
 * Held back while a login is pending. Errors, with which fn is never called, in words in
 * ami_session_why: the action's own, AMI_E_STATE when the session has ended or an object is being
 * freed or an action cancelled, AMI_E_LIMIT when too much is in flight or waiting (try later) or
 * the action is too long for this server (never), AMI_E_NOMEM.
 */
AMI_API int ami_submit(ami_session *session, const ami_action *action, ami_reply_fn fn, void *user,
                       ami_id *id);

/* The same for a short action: header names and values in turn, then (char *)NULL. A name whose
 * value is NULL is AMI_E_INVAL. */
AMI_API int ami_send(ami_session *session, ami_reply_fn fn, void *user, const char *action,
                     ...) AMI_SENTINEL;

/*
 * The same for an action whose result comes later, in an event of its own, and waits for it:
 * RESPONSE with the Success, then DONE with the event, AMI_OK or AMI_E_REFUSED as the event says.
 * These are an Originate with `Async: true` (OriginateResponse), AGI (AsyncAGIExec, told by the
 * CommandID, which libami adds), and SIPqualifypeer (SIPQualifyPeerDone); every other action is
 * submitted as by ami_submit. The event goes to its handlers as well. If mask, filters or
 * permissions keep it away the action ends AMI_E_TIMEOUT: an Originate its own Timeout (30 s unless
 * set) and 10 s after the Success, others the action timeout after it, unless ami_action_timeout
 * has set a time for the whole.
 */
AMI_API int ami_submit_result(ami_session *session, const ami_action *action, ami_reply_fn fn,
                              void *user, ami_id *id);

/* Places a call and waits for its outcome, without blocking the server: ami_submit_result of an
 * Originate, to which `Async: true` is added. DONE has the OriginateResponse, whose Reason
 * ami_reason_text explains. AMI_E_INVAL also for other actions and for another Async. */
AMI_API int ami_originate(ami_session *session, const ami_action *action, ami_reply_fn fn,
                          void *user, ami_id *id);

/* Ends an action with AMI_E_CANCELLED before this returns. If no byte of it was sent it never
 * will be; else the server still runs it and its answer is swallowed. Its callback cannot submit.
 * AMI_E_NOTFOUND when it is not in flight. */
AMI_API int ami_cancel(ami_session *session, ami_id id);

/*
 * Subscribes fn to the events of a name ("Hangup"), of a beginning ("Queue*"), or to all (NULL),
 * without regard to case; *id, if wanted, is for ami_off. Handlers are called in the order of
 * their registration; one added during an event does not see that event. Items of lists go to
 * their action, not here. AMI_E_INVAL for no fn, an empty name, or a * anywhere but at the end;
 * AMI_E_STATE while the session is being freed; AMI_E_NOMEM.
 */
AMI_API int ami_on(ami_session *session, const char *event, ami_event_fn fn, void *user,
                   ami_id *id);

/* Unsubscribes; the handler is not called any more. AMI_E_NOTFOUND when it is not registered. */
AMI_API int ami_off(ami_session *session, ami_id id);

enum ami_auth {
    AMI_AUTH_MD5,  /* a challenge is answered; the secret never crosses the wire */
    AMI_AUTH_PLAIN /* the secret is sent as it is */
};

struct ami_login_opts {
    size_t size;
    const char *username; /* required */
    const char *secret;   /* required */
    enum ami_auth auth;
    const char *events; /* the Events header, such as "call,agent" or "off"; NULL sends none */
};
#define AMI_LOGIN_OPTS_INIT                                           \
    {                                                                 \
        sizeof(struct ami_login_opts), NULL, NULL, AMI_AUTH_MD5, NULL \
    }

/*
 * Logs in; fn gets one DONE, AMI_E_REFUSED when the server says no, AMI_E_PROTO when its challenge
 * makes no sense. Options are copied, the secret is wiped when the login ends. Actions
 * submitted from now on are held until a login succeeds. MD5 never falls back to plain. For bare
 * sessions: a connection logs in by itself. AMI_E_INVAL for options missing or holding line ends,
 * or a blank in events; AMI_E_STATE while a login is pending, when the session has ended, and for
 * the session of a connection.
 */
AMI_API int ami_login(ami_session *session, const struct ami_login_opts *opts, ami_reply_fn fn,
                      void *user);

/* The ActionID of an action in flight, borrowed until the next call on the session, or NULL. */
AMI_API const char *ami_session_action_id(const ami_session *session, ami_id id);

/* What ended the session, in words; code AMI_OK while it goes on. Lives as long as the session. */
AMI_API const struct ami_error *ami_session_error(const ami_session *session);

/* The pointer given in the options. */
AMI_API void *ami_session_user(const ami_session *session);

/* Why the last submit or send on it was refused, or the last held action found too long, in words;
 * code AMI_OK when it was not. Lives as long as the session. */
AMI_API const struct ami_error *ami_session_why(const ami_session *session);

/* How many messages were swallowed so far: answers and items that came too late, or twice, or to
 * no action at all. */
AMI_API uint64_t ami_session_late(const ami_session *session);

/* ---- Your own transport ------------------------------------------------------------------ */

enum ami_trace { AMI_TRACE_IN, AMI_TRACE_OUT };

/* Hears all bytes that come in, as they come, and each action that goes out, with the values of
 * every Secret and of a login's Key replaced by ***. Borrowed until it returns; no call on the
 * session is allowed. */
typedef void (*ami_trace_fn)(ami_session *session, enum ami_trace direction, const void *data,
                             size_t len, void *user);

struct ami_session_opts {
    size_t size;
    const struct ami_limits *limits;       /* NULL: the defaults; read during the call */
    const struct ami_allocator *allocator; /* NULL: malloc; read during the call */
    int action_timeout_ms;                 /* for an answer, and between items; 60,000; -1 never */
    int login_timeout_ms;                  /* for each step of a login; 10,000; -1 never */
    const char *id_prefix; /* of ActionIDs: 1-40 of [A-Za-z0-9._-]; NULL: random (better) */
    int line_max;          /* longest line of an action under banner 1.0; 253, up to 1022 */
    int lines_max;         /* most lines of an action under banner 1.0; 79, up to 128 */
    /* There is output again: send it soon. May call only ami_session_output and sent. */
    void (*on_output)(ami_session *session, void *user);
    ami_trace_fn on_trace;
    void *user;
};
#define AMI_SESSION_OPTS_INIT                                                           \
    {                                                                                   \
        sizeof(struct ami_session_opts), NULL, NULL, 0, 0, NULL, 0, 0, NULL, NULL, NULL \
    }

/* A new session, owned, in *session. opts may be NULL. AMI_E_INVAL, AMI_E_NOMEM, and AMI_E_IO
 * when the system gives no random bytes. */
AMI_API int ami_session_new(ami_session **session, const struct ami_session_opts *opts);

/* Ends all that is in flight with AMI_E_CANCELLED, then frees. Allowed in every callback: nothing
 * is called after it returned. Not for the session of a connection. */
AMI_API void ami_session_free(ami_session *session);

/* Received bytes, without a copy: read into the room, then say how many. NULL when out of memory,
 * after an error and in a callback. now is the present time. */
AMI_API void *ami_session_space(ami_session *session, size_t *room);
AMI_API int ami_session_added(ami_session *session, size_t n, ami_time now);

/* Received bytes, with a copy. Both dispatch what is complete and return AMI_OK; AMI_E_PROTO when
 * the first line is no banner, AMI_E_LIMIT, AMI_E_NOMEM, which end the session; AMI_E_CANCELLED
 * when it was freed inside a callback, and the pointer is dead. */
AMI_API int ami_session_feed(ami_session *session, const void *data, size_t len, ami_time now);

/* The peer closed, or the transport broke: what was sent ends AMI_E_LOST, the rest AMI_E_NOT_SENT,
 * in the order of submission. AMI_OK when it happened between two messages, AMI_E_EOF when
 * before the banner or in mid-message. */
AMI_API int ami_session_eof(ami_session *session, ami_time now);

/* The bytes to send, borrowed until the next call on the session, and how many; then say how
 * many of them the transport took. */
AMI_API size_t ami_session_output(ami_session *session, const void **data);
AMI_API void ami_session_sent(ami_session *session, size_t n);

/* When to call tick at the latest; AMI_NEVER without a timer. Starts the timers of actions
 * submitted since the last call that was told the time. */
AMI_API ami_time ami_session_deadline(ami_session *session, ami_time now);

/* Ends the actions whose time is over: AMI_E_TIMEOUT, or AMI_E_NOT_SENT if nothing was sent. */
AMI_API int ami_session_tick(ami_session *session, ami_time now);

#ifdef __cplusplus
}
#endif
#endif
