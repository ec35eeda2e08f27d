/* SPDX-License-Identifier: MIT */
/* What a session consists of. */
#ifndef AMI__STATE_H
#define AMI__STATE_H

#include <ami/stats.h>

#include "buf.h"
#include "handlers.h"
#include "parser.h"
#include "pending.h"
#include "standing.h"

enum {
    AMI__PREFIX_MAX = 40,                   /* bytes */
    AMI__ID_TEXT = AMI__PREFIX_MAX + 1 + 22 /* prefix, dot, number, mark, NUL */
};

struct ami_session {
    struct ami_allocator alloc;
    struct ami_limits limits;
    int action_timeout_ms, login_timeout_ms;
    int line_max, lines_max; /* of an action under banner 1.0 */
    char prefix[AMI__PREFIX_MAX + 1];
    void (*on_output)(ami_session *, void *);
    ami_trace_fn on_trace;
    void *user;

    /* For the connection that owns it. */
    void *owner;
    void (*on_banner)(void *owner); /* the time to log in */
    void (*on_change)(void *owner); /* around a submit or cancel: tells the time, and the loop */

    ami_parser *parser;
    struct ami__handlers handlers;
    struct ami__pendings pendings;
    struct ami__standings standings;
    ami_id last_id;

    struct ami__buf out;
    uint64_t out_at;   /* where its first byte stands in the whole output stream */
    size_t held_bytes; /* of actions held */

    uint64_t answered; /* the server has passed all actions that begin before this place */
    ami_id list;       /* the last action that opened a list: no two are open at a time */
    size_t open;       /* actions to which events may belong */
    size_t blocking;   /* live actions that block the server, sent or not */
    ami_time free_at;  /* when the last of them was answered, or will be at the latest */
    uint64_t given_up; /* the place of the last of them that ended without an answer */
    int given_up_ms;   /* and its time */
    bool stalled;      /* timers were taken away until then */
    size_t results;    /* actions whose end is an event of their own */
    struct ami_stats stats;

    ami_time now;           /* as last told */
    struct ami_error error; /* why it ended */
    struct ami_error why;   /* why the last submit was refused */
    bool greeted;           /* the banner came */
    char banner[32];        /* its version */
    unsigned era;           /* of it: 100 for 1.0, 204 for 2.4.0; UINT_MAX when not known */
    bool shutdown;          /* the server said that it is going, */
    bool refuses;           /* or refuses everything because it is */
    bool hold;              /* submits wait for a login */
    bool logging_in;
    bool paused;      /* dispatches nothing */
    bool closed;      /* takes no more submits */
    bool freed;       /* the memory goes when the last callback has returned */
    unsigned streams; /* begun anew so far */
    unsigned depth;   /* dispatches under way */
    unsigned ending;  /* callbacks under way that cannot submit */
    uint64_t called;  /* callbacks called so far */
    char id_text[AMI__ID_TEXT];
};

/* Bracket everything that may call back. leave frees the session if that was asked for meanwhile,
 * and returns false: the pointer is dead. */
void ami__enter(ami_session *s);
bool ami__leave(ami_session *s);

/* Whether this is Asterisk 1.0, 1.2 or 1.4. */
static inline bool ami__is_old(const ami_session *s)
{
    return s->era == 100;
}

/* Whether an end of the connection is the end of the server. */
static inline bool ami__is_going(const ami_session *s)
{
    return s->shutdown || s->refuses;
}

/* The ActionID of a number, or that of the Ping behind its action; and the number of an ActionID, 0
 * if it is none of ours. */
void ami__id_format(const ami_session *s, ami_id id, bool ping, char text[AMI__ID_TEXT]);
ami_id ami__id_parse(const ami_session *s, const char *text, size_t len, bool *ping);

#endif
