/* SPDX-License-Identifier: MIT */
#include "handlers.h"

#include <string.h>

#include "text.h"

void ami__handlers_init(struct ami__handlers *h, const struct ami_allocator *alloc)
{
    *h = (struct ami__handlers){.alloc = *alloc};
}

void ami__handlers_free(struct ami__handlers *h)
{
    for (size_t i = 0; i < h->count; i++)
        ami__free(&h->alloc, h->list[i].name);
    ami__free(&h->alloc, h->list);
}

static int set_pattern(struct ami__handler *handler, const char *event,
                       const struct ami_allocator *alloc)
{
    if (!event)
        return AMI_OK;

    size_t len = strlen(event);
    if (len == 0)
        return AMI_E_INVAL;
    handler->prefix = event[len - 1] == '*';
    handler->len = len - handler->prefix;
    if (memchr(event, '*', handler->len))
        return AMI_E_INVAL;
    handler->name = ami__strndup(alloc, event, handler->len);
    return handler->name ? AMI_OK : AMI_E_NOMEM;
}

int ami__handlers_add(struct ami__handlers *h, ami_id id, const char *event, ami_event_fn fn,
                      void *user)
{
    struct ami__handler handler = {.id = id, .fn = fn, .user = user};

    if (h->count == h->cap) {
        struct ami__handler *grown =
            ami__grow(&h->alloc, h->list, &h->cap, h->count + 1, sizeof *grown);
        if (!grown)
            return AMI_E_NOMEM;
        h->list = grown;
    }
    int err = set_pattern(&handler, event, &h->alloc);
    if (err == AMI_OK)
        h->list[h->count++] = handler;
    return err;
}

/* Closes the gaps that removed handlers left, unless somebody walks the list. */
static void sweep(struct ami__handlers *h)
{
    size_t kept = 0;

    if (h->dispatching || !h->removed)
        return;
    for (size_t i = 0; i < h->count; i++) {
        if (h->list[i].fn)
            h->list[kept++] = h->list[i];
        else
            ami__free(&h->alloc, h->list[i].name);
    }
    h->count = kept;
    h->removed = false;
}

int ami__handlers_remove(struct ami__handlers *h, ami_id id)
{
    for (size_t i = 0; i < h->count; i++) {
        if (h->list[i].id == id && h->list[i].fn) {
            h->list[i].fn = NULL;
            h->removed = true;
            sweep(h);
            return AMI_OK;
        }
    }
    return AMI_E_NOTFOUND;
}

void ami__handlers_clear(struct ami__handlers *h)
{
    for (size_t i = 0; i < h->count; i++)
        h->list[i].fn = NULL;
    h->removed = true;
    sweep(h);
}

static bool wants(const struct ami__handler *handler, const char *event, size_t len)
{
    if (!handler->fn)
        return false;
    if (!handler->name)
        return true;
    if (handler->prefix ? len < handler->len : len != handler->len)
        return false;
    return ami__same(event, handler->len, handler->name, handler->len);
}

bool ami__handlers_want(const struct ami__handlers *h, const char *event, size_t len)
{
    for (size_t i = 0; i < h->count; i++) {
        if (wants(&h->list[i], event, len))
            return true;
    }
    return false;
}

size_t ami__handlers_dispatch(struct ami__handlers *h, ami_session *session, const ami_msg *msg)
{
    const struct ami_field *name = ami_msg_find(msg, "Event");
    struct ami_event event = {sizeof event, msg, 0, session};
    size_t called = 0, count = h->count; /* those added meanwhile do not see it */

    h->dispatching++;
    for (size_t i = 0; i < count; i++) {
        struct ami__handler handler = h->list[i]; /* a callback may move the list */
        if (!wants(&handler, name->value, name->value_len))
            continue;
        event.handler = handler.id;
        called++;
        handler.fn(&event, handler.user);
    }
    h->dispatching--;
    sweep(h);
    return called;
}
