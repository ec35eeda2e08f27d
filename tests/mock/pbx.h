/*
 * The state of the PBX, shared by the files that make up its behaviour. A link is one client's
 * session; it reads actions in order and runs each to its end before the next, and events that
 * arise meanwhile wait for the reply.
 */
#ifndef AMI_MOCK_PBX_H
#define AMI_MOCK_PBX_H

#include "mock.h"
#include "text.h"
#include "users.h"
#include "wire.h"

struct ami_mock_call;

/* The release that is played. */
struct ami_mock_release {
    const char *name;     /* as in ami_mock_opts.version */
    const char *asterisk; /* full version */
    const char *banner;   /* AMI version */
    int series;           /* 14 for 1.4, 132 for 13.2, 160 for 16; greater is newer */
    int classes;          /* of rights and events that it knows */
    const struct ami_mock_reading *reading;
};

/* Where something changed. */
enum {
    AMI_MOCK_1_0 = 10,
    AMI_MOCK_1_4 = 14,
    AMI_MOCK_1_6 = 16, /* protocol 1.1 */
    AMI_MOCK_1_8 = 18,
    AMI_MOCK_10 = 100,
    AMI_MOCK_11 = 110,
    AMI_MOCK_12 = 120, /* protocol 2: channels in events are snapshots */
    AMI_MOCK_13_0 = 130,
    AMI_MOCK_13_2 = 132, /* EventList in all lists */
    AMI_MOCK_13_5 = 135,
    AMI_MOCK_14 = 140, /* Command answers with headers */
    AMI_MOCK_15 = 150,
    AMI_MOCK_16 = 160,
    AMI_MOCK_20 = 200,
    AMI_MOCK_21 = 210, /* no chan_sip, no chan_skinny */
    AMI_MOCK_22 = 220
};

struct ami_mock_var {
    char *name, *value;
    struct ami_mock_var *next;
};

/* An event that waits until its session may write. */
struct ami_mock_event {
    int classes;
    char *text;
    struct ami_mock_event *next;
};

struct ami_mock_link {
    ami_mock_pbx *pbx;
    struct ami_mock_link *next;
    int64_t since;

    struct ami_mock_text in; /* bytes not read yet, from in_at on */
    size_t in_at;
    struct ami_mock_reader reader;
    struct ami_mock_message msg;
    struct ami_mock_text out; /* from out_at on not sent yet */
    size_t out_at;

    const struct ami_mock_user *user; /* NULL before login */
    int mask;                         /* of events, chosen by the client */
    char challenge[16];
    struct ami_mock_filter *filters;

    bool running; /* inside an action */
    bool blocked; /* inside an action that waits for time to pass */
    bool waiting; /* that action is WaitEvent, of this ActionID */
    char *wait_id;
    bool eof, closing;
    bool queued; /* in the list of links that have input to read */
    struct ami_mock_link *run_next;
    struct ami_mock_event *events, **events_end;
    int64_t due;    /* end of a failed login's delay, or of the time to log in; INT64_MAX: none */
    char *farewell; /* what the delay holds back */
};

struct ami_mock_pbx {
    const struct ami_mock_release *release;
    struct ami_mock_users users;
    bool empty;
    int answer_ms, call_ms, login_delay_ms;
    int64_t epoch_ms, now, started; /* started is -1 until a first time is told */
    int64_t next_due;               /* nothing is due before */
    uint32_t random;

    struct ami_mock_link *links;
    struct ami_mock_link *run_first, **run_end;

    struct ami_mock_call *calls, **calls_end;
    unsigned uniqueids, names, processed;
    struct ami_mock_var *globals, *database; /* of the latter the names are paths */

    int64_t demo_due; /* INT64_MAX: no demonstration */
    unsigned demos;
};

/* The buffers of ActionIDs in list items, in CoreSettings and CoreStatus, and of voicemail. */
enum { AMI_MOCK_ID_ITEM = 256, AMI_MOCK_ID_CORE = 150, AMI_MOCK_ID_VOICEMAIL = 128 };

/* pbx.c */
/* Something is due at this time. */
void ami_mock_pbx_remind(ami_mock_pbx *pbx, int64_t due);
/* Runs all that is due and all actions that can be read. */
void ami_mock_pbx_settle(ami_mock_pbx *pbx, int64_t now_ms);
int64_t ami_mock_pbx_wall(const ami_mock_pbx *pbx);
/* All sessions and calls end; then it is as if it had just begun. */
void ami_mock_pbx_restart(ami_mock_pbx *pbx);
uint32_t ami_mock_pbx_random(ami_mock_pbx *pbx);

/* wait.c */
/* Something came that ends a WaitEvent, if there is one. */
void ami_mock_wait_wake(ami_mock_link *link);
/* It is over: the reply. */
void ami_mock_wait_over(ami_mock_link *link);

/* link.c */
/* Reads input until one action was run. */
void ami_mock_link_run(ami_mock_link *link);
/* What the link waited for came: it goes on reading. */
void ami_mock_link_unblock(ami_mock_link *link);
void ami_mock_link_close(ami_mock_link *link);
void ami_mock_link_due(ami_mock_link *link);

/* reply.c: what answers are made of */
/* Is this the release of that series, or a newer one? */
bool ami_mock_since(const ami_mock_link *link, int series);
void ami_mock_say(ami_mock_link *link, const char *fmt, ...) AMI_MOCK_PRINTF(2, 3);
void ami_mock_say_id(ami_mock_link *link, const struct ami_mock_message *msg);
/* The ActionID by way of a fixed buffer, as in list items: one that is too long is cut and loses
   its line end. */
void ami_mock_say_short_id(ami_mock_link *link, const struct ami_mock_message *msg, size_t buffer);
/* Response and ActionID; the caller adds headers and the blank line. */
void ami_mock_start(ami_mock_link *link, const struct ami_mock_message *msg, const char *response);
void ami_mock_reply(ami_mock_link *link, const struct ami_mock_message *msg, const char *response,
                    const char *text);
void ami_mock_ack(ami_mock_link *link, const struct ami_mock_message *msg, const char *text);
void ami_mock_error(ami_mock_link *link, const struct ami_mock_message *msg, const char *text);
/* The reply that opens a list. marked: this list had EventList before 13.2 already. */
void ami_mock_list(ami_mock_link *link, const struct ami_mock_message *msg, const char *text,
                   bool marked);
/* The event that ends a list; the caller adds headers and the blank line. The totals, complete
   headers or "", stood before the ActionID once. */
void ami_mock_list_end(ami_mock_link *link, const struct ami_mock_message *msg, const char *event,
                       size_t items, bool marked, const char *totals);
/* The same, with nothing to add. */
void ami_mock_list_over(ami_mock_link *link, const struct ami_mock_message *msg, const char *event,
                        size_t items, bool marked);

/* vars.c */
const char *ami_mock_var_get(const struct ami_mock_var *vars, const char *name);
void ami_mock_var_set(struct ami_mock_var **vars, const char *name, const char *value);
/* Was there one to forget? */
bool ami_mock_var_drop(struct ami_mock_var **vars, const char *name);
void ami_mock_vars_free(struct ami_mock_var **vars);
/* Adds what Variable headers say, or the first of them; of equal names the first stays. */
void ami_mock_vars_read(struct ami_mock_var **vars, const struct ami_mock_message *msg,
                        char separator, bool first_only);

/* events.c */
/* Raises an event in all sessions; body is ended by CRLF or empty. */
void ami_mock_emit(ami_mock_pbx *pbx, int classes, const char *name, const char *body);
/* Do events wait for the end of an action that takes time? The first release wrote them whenever
   they came. */
bool ami_mock_events_wait(const ami_mock_link *link);
/* Writes the events that waited for the end of the action. */
void ami_mock_events_flush(ami_mock_link *link);
void ami_mock_events_free(ami_mock_link *link);

#endif
