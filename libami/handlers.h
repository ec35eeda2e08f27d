/* SPDX-License-Identifier: MIT */
/* The event handlers of a session, in the order of their registration. */
#ifndef AMI__HANDLERS_H
#define AMI__HANDLERS_H

#include <ami/session.h>

#include "alloc.h"

struct ami__handler {
    ami_id id;
    ami_event_fn fn; /* NULL once removed */
    void *user;
    char *name; /* without its star; NULL for all events */
    size_t len;
    bool prefix;
};

struct ami__handlers {
    struct ami_allocator alloc;
    struct ami__handler *list;
    size_t count, cap;
    unsigned dispatching; /* removed handlers stay in the list meanwhile */
    bool removed;         /* there are some to drop */
};

void ami__handlers_init(struct ami__handlers *h, const struct ami_allocator *alloc);
void ami__handlers_free(struct ami__handlers *h);

/* event is a name, a beginning with a star, or NULL for all. 0, AMI_E_INVAL, AMI_E_NOMEM. */
int ami__handlers_add(struct ami__handlers *h, ami_id id, const char *event, ami_event_fn fn,
                      void *user);
/* 0, AMI_E_NOTFOUND. */
int ami__handlers_remove(struct ami__handlers *h, ami_id id);
void ami__handlers_clear(struct ami__handlers *h);

/* Whether any handler wants an event of this name. */
bool ami__handlers_want(const struct ami__handlers *h, const char *event, size_t len);

/* Calls the handlers that want it; how many there were. The list may change meanwhile. */
size_t ami__handlers_dispatch(struct ami__handlers *h, ami_session *session, const ami_msg *msg);

#endif
