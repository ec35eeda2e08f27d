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
    int series;           /* 14 for 1.4, else ten times the major number */
    const struct ami_mock_reading *reading;
};

enum { AMI_MOCK_1_4 = 14, AMI_MOCK_1_6 = 16, AMI_MOCK_12 = 120, AMI_MOCK_14 = 140 };

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
    int answer_ms, call_ms, login_delay_ms;
    int64_t epoch_ms, now, started; /* started is -1 until a first time is told */
    int64_t next_due;               /* nothing is due before */
    uint32_t random;

    struct ami_mock_link *links;
    struct ami_mock_link *run_first, **run_end;

    struct ami_mock_call *calls, **calls_end;
    unsigned uniqueids, names, processed;
    struct ami_mock_var *globals;

    int64_t demo_due; /* INT64_MAX: no demonstration */
    unsigned demos;
};

/* The buffers of ActionIDs in list items, and in CoreSettings and CoreStatus. */
enum { AMI_MOCK_ID_ITEM = 256, AMI_MOCK_ID_CORE = 150 };

/* pbx.c */
/* Something is due at this time. */
void ami_mock_pbx_remind(ami_mock_pbx *pbx, int64_t due);
/* Runs all that is due and all actions that can be read. */
void ami_mock_pbx_settle(ami_mock_pbx *pbx, int64_t now_ms);
int64_t ami_mock_pbx_wall(const ami_mock_pbx *pbx);

/* link.c */
/* Reads input until one action was run. */
void ami_mock_link_run(ami_mock_link *link);
/* What the link waited for came: it goes on reading. */
void ami_mock_link_unblock(ami_mock_link *link);
void ami_mock_link_close(ami_mock_link *link);
void ami_mock_link_due(ami_mock_link *link);

/* reply.c: what answers are made of */
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
/* The reply that opens a list, and the event that ends it up to its own headers. marked: this list
   had EventList before 13.2 already. */
void ami_mock_list(ami_mock_link *link, const struct ami_mock_message *msg, const char *text,
                   bool marked);
void ami_mock_list_end(ami_mock_link *link, const struct ami_mock_message *msg, const char *event,
                       size_t items, bool marked);

/* vars.c */
const char *ami_mock_var_get(const struct ami_mock_var *vars, const char *name);
void ami_mock_var_set(struct ami_mock_var **vars, const char *name, const char *value);
void ami_mock_vars_free(struct ami_mock_var **vars);
/* Adds what Variable headers say; of equal names the first stays. */
void ami_mock_vars_read(struct ami_mock_var **vars, const struct ami_mock_message *msg,
                        char separator);

/* events.c */
/* Raises an event in all sessions; body is ended by CRLF or empty. */
void ami_mock_emit(ami_mock_pbx *pbx, int classes, const char *name, const char *body);
/* Writes the events that waited for the end of the action. */
void ami_mock_events_flush(ami_mock_link *link);
void ami_mock_events_free(ami_mock_link *link);

#endif
