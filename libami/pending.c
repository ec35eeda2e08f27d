/* SPDX-License-Identifier: MIT */
#include "pending.h"

enum { FIRST_BUCKETS = 8 };

void ami__pendings_init(struct ami__pendings *t, const struct ami_allocator *alloc)
{
    *t = (struct ami__pendings){.alloc = *alloc};
}

static void free_records(struct ami__pendings *t, struct ami__pending *p)
{
    while (p) {
        struct ami__pending *next = p->next;
        ami__buf_free(&p->held, &t->alloc);
        ami__free(&t->alloc, p);
        p = next;
    }
}

void ami__pendings_free(struct ami__pendings *t)
{
    free_records(t, t->live.first);
    free_records(t, t->ended.first);
    free_records(t, t->spare);
    ami__free(&t->alloc, t->buckets);
    ami__free(&t->alloc, t->heap);
}

/* ---- Queues ------------------------------------------------------------------------------ */

static void insert_after(struct ami__queue *q, struct ami__pending *at, struct ami__pending *p)
{
    p->prev = at;
    p->next = at ? at->next : q->first;
    *(p->prev ? &p->prev->next : &q->first) = p;
    *(p->next ? &p->next->prev : &q->last) = p;
}

static void unlink_from(struct ami__queue *q, struct ami__pending *p)
{
    *(p->prev ? &p->prev->next : &q->first) = p->next;
    *(p->next ? &p->next->prev : &q->last) = p->prev;
}

static void leave_live(struct ami__pendings *t, struct ami__pending *p)
{
    if (t->unarmed == p)
        t->unarmed = p->next;
    unlink_from(&t->live, p);
}

/* ---- Numbers ----------------------------------------------------------------------------- */

static struct ami__pending **bucket(const struct ami__pendings *t, ami_id id)
{
    return &t->buckets[id & (t->bucket_count - 1)]; /* numbers are consecutive */
}

static void hash_insert(struct ami__pendings *t, struct ami__pending *p)
{
    struct ami__pending **head = bucket(t, p->id);

    p->hash_next = *head;
    *head = p;
}

static void rehash(struct ami__pendings *t, struct ami__queue *q)
{
    for (struct ami__pending *p = q->first; p; p = p->next)
        hash_insert(t, p);
}

static bool grow_buckets(struct ami__pendings *t)
{
    size_t count = t->bucket_count ? 2 * t->bucket_count : FIRST_BUCKETS;
    struct ami__pending **buckets = ami__alloc(&t->alloc, count * sizeof(struct ami__pending *));

    if (!buckets)
        return false;
    for (size_t i = 0; i < count; i++)
        buckets[i] = NULL;
    ami__free(&t->alloc, t->buckets);
    t->buckets = buckets;
    t->bucket_count = count;
    rehash(t, &t->live);
    rehash(t, &t->ended);
    return true;
}

struct ami__pending *ami__pending_find(const struct ami__pendings *t, ami_id id)
{
    struct ami__pending *p = t->bucket_count ? *bucket(t, id) : NULL;

    while (p && p->id != id)
        p = p->hash_next;
    return p;
}

static void hash_remove(struct ami__pendings *t, struct ami__pending *p)
{
    struct ami__pending **link = bucket(t, p->id);

    while (*link != p)
        link = &(*link)->hash_next;
    *link = p->hash_next;
}

/* ---- Deadlines --------------------------------------------------------------------------- */

static void place(struct ami__pendings *t, size_t i, struct ami__pending *p)
{
    t->heap[i] = p;
    p->heap_index = i;
}

/* What is due at the same time ends in the order of submission. */
static bool is_due_before(const struct ami__pending *a, const struct ami__pending *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->id < b->id;
}

static void sift_up(struct ami__pendings *t, size_t i)
{
    struct ami__pending *p = t->heap[i];

    while (i > 0 && is_due_before(p, t->heap[(i - 1) / 2])) {
        place(t, i, t->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    place(t, i, p);
}

static void sift_down(struct ami__pendings *t, size_t i)
{
    struct ami__pending *p = t->heap[i];

    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < t->heap_count && is_due_before(t->heap[child + 1], t->heap[child]))
            child++;
        if (child >= t->heap_count || is_due_before(p, t->heap[child]))
            break;
        place(t, i, t->heap[child]);
        i = child;
    }
    place(t, i, p);
}

void ami__pending_disarm(struct ami__pendings *t, struct ami__pending *p)
{
    size_t i = p->heap_index;

    if (i == AMI__NO_DEADLINE)
        return;
    p->heap_index = AMI__NO_DEADLINE;
    struct ami__pending *last = t->heap[--t->heap_count];
    if (last != p) {
        place(t, i, last);
        sift_up(t, i);
        sift_down(t, last->heap_index);
    }
}

void ami__pending_rearm(struct ami__pendings *t, struct ami__pending *p, ami_time now)
{
    if (p->timeout_ms < 0)
        return;
    p->deadline = now + p->timeout_ms;
    if (p->heap_index == AMI__NO_DEADLINE)
        place(t, t->heap_count++, p); /* room was made when it was added */
    sift_up(t, p->heap_index);
    sift_down(t, p->heap_index);
}

void ami__pendings_rearm_stopped(struct ami__pendings *t, ami_time now)
{
    for (struct ami__pending *p = t->live.first; p != t->unarmed; p = p->next) {
        if (p->heap_index == AMI__NO_DEADLINE || p->deadline - p->timeout_ms > now)
            ami__pending_rearm(t, p, now);
    }
}

void ami__pendings_arm(struct ami__pendings *t, ami_time now)
{
    for (; t->unarmed; t->unarmed = t->unarmed->next) {
        t->unarmed->since = now;
        ami__pending_rearm(t, t->unarmed, now);
    }
}

struct ami__pending *ami__pendings_due(const struct ami__pendings *t)
{
    return t->heap_count ? t->heap[0] : NULL;
}

/* ---- Records ----------------------------------------------------------------------------- */

static bool make_room(struct ami__pendings *t)
{
    if (t->count >= t->bucket_count && !grow_buckets(t))
        return false;
    if (t->count < t->heap_cap)
        return true;
    struct ami__pending **heap =
        ami__grow(&t->alloc, t->heap, &t->heap_cap, t->count + 1, sizeof(struct ami__pending *));
    if (heap)
        t->heap = heap;
    return heap != NULL;
}

struct ami__pending *ami__pending_add(struct ami__pendings *t, ami_id id)
{
    struct ami__pending *p = t->spare;

    if (!make_room(t))
        return NULL;
    if (p)
        t->spare = p->next;
    else if (!(p = ami__alloc(&t->alloc, sizeof *p)))
        return NULL;
    *p = (struct ami__pending){.id = id, .heap_index = AMI__NO_DEADLINE};
    insert_after(&t->live, t->live.last, p);
    hash_insert(t, p);
    if (!t->unarmed)
        t->unarmed = p;
    t->count++;
    return p;
}

void ami__pending_remove(struct ami__pendings *t, struct ami__pending *p)
{
    ami__pending_disarm(t, p);
    hash_remove(t, p);
    if (p->ended)
        unlink_from(&t->ended, p);
    else
        leave_live(t, p);
    t->count--;
    ami__buf_free(&p->held, &t->alloc);
    p->next = t->spare;
    t->spare = p;
}

void ami__pending_end(struct ami__pendings *t, struct ami__pending *p)
{
    struct ami__pending *after = t->ended.last;

    ami__pending_disarm(t, p);
    leave_live(t, p);
    p->ended = true;
    while (after && after->at > p->at)
        after = after->prev;
    insert_after(&t->ended, after, p);
}
