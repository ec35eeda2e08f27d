/* SPDX-License-Identifier: MIT */
/*
 * What the server was asked to go on doing: the masks of Login and Events, and the filters. Each is
 * noted when its action is accepted, and stands once the server said Success. It all ends with the
 * server's session, so a program that logs in anew may have to ask again.
 */
#ifndef AMI__STANDING_H
#define AMI__STANDING_H

#include <ami/session.h>

#include "action.h"

enum ami__standing_kind { AMI__LOGIN, AMI__MASK, AMI__FILTER };

struct ami__standing {
    enum ami__standing_kind kind;
    ami_id id;   /* while the answer is awaited; then 0 */
    char *lines; /* its headers as encoded; of a login only the name and the mask */
    size_t len;
    struct ami__standing *next;
};

struct ami__standings {
    struct ami_allocator alloc;
    struct ami__standing *first;  /* those that stand in the order in which the server did it */
    struct ami__standing *broken; /* masks and filters that stood when the connection broke */
    size_t bytes;                 /* of all lines */
    size_t awaited;
    bool unsure; /* the server may do something that is not here */
};

void ami__standings_init(struct ami__standings *list, const struct ami_allocator *alloc);
void ami__standings_free(struct ami__standings *list);

/* An action is being accepted: notes it if it is of a kind that stands; what finds no room makes
 * the list unsure. 0, AMI_E_NOMEM. */
int ami__standing_note(struct ami__standings *list, ami_id id, const struct ami_action *action);

/* It was not accepted. */
void ami__standing_forget(struct ami__standings *list, ami_id id);

/* An action ended: it stands, or is dropped. A new mask replaces the older ones, a filter the same
 * one. */
void ami__standing_settle(struct ami__standings *list, const struct ami_reply *reply);

/* The server's session has ended: what stood there is kept apart, to be asked for again. */
void ami__standings_break(struct ami__standings *list);

/* The first of what is to be asked for again has its answer. */
void ami__standing_mended(struct ami__standings *list);

/* The value of a header, which does not end in NUL, or NULL. */
const char *ami__standing_header(const struct ami__standing *standing, const char *name,
                                 size_t *len);

/* The mask in force: the newest login or mask that stands; NULL before a login. */
const struct ami__standing *ami__standing_mask(const struct ami__standings *list);

#endif
