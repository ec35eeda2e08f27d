/* SPDX-License-Identifier: MIT */
/*
 * The actions that were accepted and have not ended: found by number, walked in the order of
 * submission, and watched by one heap of deadlines. Records are reused, so that a warm session
 * allocates nothing per action.
 */
#ifndef AMI__PENDING_H
#define AMI__PENDING_H

#include <ami/session.h>

#include "buf.h"
#include "catalog.h"

enum ami__stage {
    AMI__HELD,    /* encoded, waiting for the login */
    AMI__AWAITED, /* in the output, or sent, and not yet answered */
    AMI__LISTING, /* its list is open */
    AMI__RESULT   /* answered; the event with its result is to come */
};

struct ami__pending {
    ami_id id;
    ami_reply_fn fn;
    void *user;
    const struct ami_catalog_entry *entry; /* NULL: an action unknown to the catalogue */
    enum ami__stage stage;
    bool own;              /* of the library, not of the program */
    bool framed;           /* a Ping stands behind it, since its answer may have no end */
    bool blocks;           /* the server does nothing else until it has answered it */
    bool result;           /* an event ends it, not the Response */
    int result_ms;         /* the time for that from the Response on; 0: as from the start */
    bool ended;            /* the user has heard DONE; kept because the server still answers */
    uint64_t at;           /* of its first byte in the whole output stream */
    size_t size;           /* its bytes there, with those of its Ping */
    size_t lines, longest; /* for the limits of an old server, while held */
    bool open;             /* events may belong to it */
    struct ami__buf held;  /* its bytes, while held */
    size_t items;          /* of its list, so far */
    int timeout_ms;        /* -1: never */
    ami_time deadline;
    ami_time since;                   /* when it was queued for sending */
    size_t heap_index;                /* its place among the deadlines, or AMI__NO_DEADLINE */
    struct ami__pending *prev, *next; /* in its queue */
    struct ami__pending *hash_next;
};

#define AMI__NO_DEADLINE ((size_t)-1)

/* In the order of submission; of ended ones in the order of their bytes. */
struct ami__queue {
    struct ami__pending *first, *last;
};

struct ami__pendings {
    struct ami_allocator alloc;
    size_t count;                 /* of both queues */
    struct ami__queue live;       /* not ended */
    struct ami__queue ended;      /* ended for the user; the server is yet to answer */
    struct ami__pending *unarmed; /* the first live one whose timer has not been started */
    struct ami__pending *spare;
    struct ami__pending **buckets;
    size_t bucket_count;
    struct ami__pending **heap;
    size_t heap_count, heap_cap;
};

void ami__pendings_init(struct ami__pendings *t, const struct ami_allocator *alloc);
void ami__pendings_free(struct ami__pendings *t);

/* A new record at the end of the live queue, with id set and the rest zero; NULL when out of
 * memory. */
struct ami__pending *ami__pending_add(struct ami__pendings *t, ami_id id);

struct ami__pending *ami__pending_find(const struct ami__pendings *t, ami_id id);

/* Takes it out of everything; the record may be reused by the next add. */
void ami__pending_remove(struct ami__pendings *t, struct ami__pending *p);

/* Moves it from the live queue to the ended ones and stops its timer. */
void ami__pending_end(struct ami__pendings *t, struct ami__pending *p);

/* Starts the timers of those added since the last time, or one timer anew. */
void ami__pendings_arm(struct ami__pendings *t, ami_time now);
void ami__pending_rearm(struct ami__pendings *t, struct ami__pending *p, ami_time now);

/* Stops a timer. */
void ami__pending_disarm(struct ami__pendings *t, struct ami__pending *p);

/* Starts those anew that were stopped, or that were to start later. */
void ami__pendings_rearm_stopped(struct ami__pendings *t, ami_time now);

/* The one whose deadline comes first, or NULL. */
struct ami__pending *ami__pendings_due(const struct ami__pendings *t);

#endif
