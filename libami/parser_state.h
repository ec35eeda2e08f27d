/* SPDX-License-Identifier: MIT */
/* What a parser consists of. */
#ifndef AMI__PARSER_STATE_H
#define AMI__PARSER_STATE_H

#include <ami/parser.h>

#include "input.h"
#include "limits.h"
#include "message.h"

enum state {
    BANNER,       /* nothing came yet */
    BETWEEN,      /* after the end of a message */
    FIELDS,       /* inside a message */
    LF_BLANK,     /* there, after a blank line behind a bare LF: the next line tells what it was */
    FOLLOWS_HEAD, /* behind `Response: Follows`: Privilege and ActionID may come, in this order */
    FOLLOWS_BODY  /* the output of a command, up to its mark */
};

struct ami_parser {
    struct ami_allocator alloc;
    struct ami_limits limits;
    struct ami__input in;
    enum state state;
    bool unwanted;    /* nobody wants this message: its lines are only counted off */
    bool crowded;     /* and it comes near a limit: one by one */
    bool lf_peer;     /* the banner ended in a bare LF */
    bool bare_lf;     /* so did the line before this one */
    bool marked;      /* the line before this one ended in the mark of a command's end */
    bool returned;    /* msg was given out, its bytes can go */
    size_t field_cap; /* never over the limit */
    struct ami_msg msg;
    struct ami_error error;
    bool (*wanted)(void *user, const char *event, size_t len);
    void *wanted_user;
};

/* The message last returned is over: its bytes and fields are free. */
static inline void ami__parser_release(ami_parser *p)
{
    if (p->returned) {
        p->msg.count = 0;
        p->returned = false;
    }
}

#endif
