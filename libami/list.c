/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <stdalign.h>

#include "message.h"
#include "state.h"

enum {
    FIRST_BLOCK = 64 << 10, /* each further one is twice as large, */
    MOST_BLOCK = 1 << 20,   /* up to this */
    MORE_ITEMS = 256        /* the least by which the array grows */
};

struct block {
    struct block *next;
    size_t used, size; /* of the bytes that follow */
};

struct ami_list {
    struct ami_allocator alloc;
    unsigned owners;
    struct block *blocks;
    size_t next_block; /* its size */
    const ami_msg **items;
    size_t count, cap;
    const ami_msg *response, *complete;
    unsigned flags;
};

/* ---- The list ---------------------------------------------------------------------------- */

static ami_list *new_list(const struct ami_allocator *alloc)
{
    ami_list *list = ami__alloc(alloc, sizeof *list);

    if (list)
        *list = (ami_list){.alloc = *alloc, .owners = 1, .next_block = FIRST_BLOCK};
    return list;
}

ami_list *ami__list_keep(const ami_list *list)
{
    ami_list *kept = (ami_list *)(uintptr_t)list;

    if (kept)
        kept->owners++;
    return kept;
}

void ami_list_free(ami_list *list)
{
    if (!list || --list->owners > 0)
        return;
    struct ami_allocator alloc = list->alloc;
    while (list->blocks) {
        struct block *next = list->blocks->next;
        ami__free(&alloc, list->blocks);
        list->blocks = next;
    }
    ami__free(&alloc, list->items);
    ami__free(&alloc, list);
}

size_t ami_list_count(const ami_list *list)
{
    return list ? list->count : 0;
}

const ami_msg *ami_list_at(const ami_list *list, size_t index)
{
    return list && index < list->count ? list->items[index] : NULL;
}

const ami_msg *ami_list_response(const ami_list *list)
{
    return list ? list->response : NULL;
}

const ami_msg *ami_list_complete(const ami_list *list)
{
    return list ? list->complete : NULL;
}

unsigned ami_list_flags(const ami_list *list)
{
    return list ? list->flags : 0;
}

/* Aligned memory that lives as long as the list. */
static void *take(ami_list *list, size_t size)
{
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

    struct block *b = list->blocks;
    size_t header = (sizeof *b + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (!b || b->size - b->used < size) {
        size_t room = list->next_block - header;
        room = size > room ? size : room;
        if (!(b = ami__alloc(&list->alloc, header + room)))
            return NULL;
        if (list->next_block < MOST_BLOCK)
            list->next_block *= 2;
        *b = (struct block){list->blocks, 0, room};
        list->blocks = b;
    }
    void *memory = (char *)b + header + b->used;
    b->used += size;
    return memory;
}

static const ami_msg *add(ami_list *list, const ami_msg *msg)
{
    void *memory = take(list, ami__msg_size(msg));

    return memory ? ami__msg_copy(memory, msg) : NULL;
}

static bool add_item(ami_list *list, const ami_msg *msg)
{
    if (list->count == list->cap) {
        const ami_msg **grown = ami__grow(&list->alloc, list->items, &list->cap,
                                          list->count + MORE_ITEMS, sizeof(const ami_msg *));
        if (!grown)
            return false;
        list->items = grown;
    }
    const ami_msg *copy = add(list, msg);
    if (copy)
        list->items[list->count++] = copy;
    return copy != NULL;
}

/* ---- Collecting -------------------------------------------------------------------------- */

struct collection {
    ami_list *list;
    size_t items_left, bytes_left;
    int failed; /* libami's own reason for the end */
    struct ami_allocator alloc;
    ami_list_fn fn;
    void *user;
};

static void free_collection(struct collection *c)
{
    struct ami_allocator alloc = c->alloc;

    ami_list_free(c->list);
    ami__free(&alloc, c);
}

/* 0, AMI_E_LIMIT, AMI_E_NOMEM. */
static int collect(struct collection *c, const ami_msg *msg)
{
    size_t size = ami__msg_size(msg);

    if (c->items_left == 0 || c->bytes_left < size)
        return AMI_E_LIMIT;
    c->items_left--;
    c->bytes_left -= size;
    return add_item(c->list, msg) ? AMI_OK : AMI_E_NOMEM;
}

/* The message behind DONE: the end of a list, or the only answer. */
static void take_last(struct collection *c, const ami_msg *msg)
{
    const ami_msg **last = c->list->response ? &c->list->complete : &c->list->response;

    *last = add(c->list, msg);
    if (!*last)
        c->failed = AMI_E_NOMEM;
}

static void finish(struct collection *c, const struct ami_reply *reply)
{
    c->list->flags = reply->flags;
    if (reply->msg)
        take_last(c, reply->msg);
    if (c->fn)
        c->fn(c->failed ? c->failed : reply->status, c->list, c->user);
    free_collection(c);
}

static void on_step(const struct ami_reply *reply, void *user)
{
    struct collection *c = user;

    switch (reply->step) {
    case AMI_STEP_RESPONSE:
        c->list->response = add(c->list, reply->msg);
        c->failed = c->list->response ? AMI_OK : AMI_E_NOMEM;
        break;
    case AMI_STEP_ITEM:
        c->failed = collect(c, reply->msg);
        break;
    case AMI_STEP_DONE:
        finish(c, reply);
        return;
    }
    if (c->failed)
        ami_cancel(reply->session, reply->id);
}

int ami_collect(ami_session *session, const ami_action *action, ami_list_fn fn, void *user,
                ami_id *id)
{
    if (!session || !action)
        return ami_submit(session, action, NULL, NULL, id);
    struct collection *c = ami__alloc(&session->alloc, sizeof *c);
    if (!c)
        return AMI_E_NOMEM;
    *c = (struct collection){.list = new_list(&session->alloc),
                             .items_left = session->limits.list_items,
                             .bytes_left = session->limits.list_bytes,
                             .alloc = session->alloc,
                             .fn = fn,
                             .user = user};
    int err = c->list ? ami_submit(session, action, on_step, c, id) : AMI_E_NOMEM;
    if (err < 0)
        free_collection(c);
    return err;
}
