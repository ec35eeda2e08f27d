/* SPDX-License-Identifier: MIT */
/* A parser and its bytes: how it begins and ends, and how they come in. */
#include "parser.h"

#include <stdint.h>
#include <string.h>

#include "alloc.h"
#include "parser_state.h"

/* ---- Life -------------------------------------------------------------------------------- */

ami_parser *ami_parser_new(const struct ami_limits *limits, const struct ami_allocator *allocator)
{
    struct ami_allocator alloc = ami__allocator(allocator);
    struct ami_limits chosen;

    if (ami__limits(&chosen, limits) < 0)
        return NULL;
    ami_parser *p = ami__alloc(&alloc, sizeof *p);
    if (p)
        *p = (ami_parser){.alloc = alloc, .limits = chosen, .msg.alloc = alloc};
    return p;
}

void ami_parser_free(ami_parser *p)
{
    if (!p)
        return;
    struct ami_allocator alloc = p->alloc;
    ami__free(&alloc, p->msg.fields);
    ami__input_free(&p->in, &alloc);
    ami__free(&alloc, p);
}

void ami__parser_restart(ami_parser *p)
{
    ami__input_clear(&p->in);
    p->state = BANNER;
    p->unwanted = p->crowded = p->lf_peer = p->bare_lf = p->marked = p->returned = false;
    p->msg.count = 0;
    p->error = (struct ami_error){0};
}

void ami__parser_filter(ami_parser *p, ami__wanted_fn *wanted, void *user)
{
    p->wanted = wanted;
    p->wanted_user = user;
}

const char *ami__parser_peek(const ami_parser *p, size_t *len)
{
    *len = p->in.end - p->in.start;
    return p->in.data ? ami__input_base(&p->in) : "";
}

const struct ami_error *ami_parser_error(const ami_parser *p)
{
    return &p->error;
}

/* ---- The buffer -------------------------------------------------------------------------- */

/* A pointer into the live bytes moves with them; others point to constants and stay. */
static const char *moved(const char *at, uintptr_t from, size_t live, char *to)
{
    uintptr_t here = (uintptr_t)at;

    return here >= from && here < from + live ? to + (here - from) : at;
}

static bool reserve(ami_parser *p, size_t n)
{
    uintptr_t from = (uintptr_t)ami__input_base(&p->in);
    size_t live = p->in.end - p->in.start;

    if (!ami__input_reserve(&p->in, &p->alloc, n))
        return false;
    char *to = ami__input_base(&p->in);
    for (size_t i = 0; from != (uintptr_t)to && i < p->msg.count; i++) {
        struct ami_field *field = &p->msg.fields[i];
        field->name = moved(field->name, from, live, to);
        field->value = moved(field->value, from, live, to);
    }
    return true;
}

void *ami_parser_space(ami_parser *p, size_t *room)
{
    *room = 0;
    if (p->error.code != AMI_OK)
        return NULL;
    ami__parser_release(p);
    if (!reserve(p, ami__input_wish(&p->in)))
        return NULL;
    *room = p->in.room = p->in.cap - p->in.end;
    return p->in.data + p->in.end;
}

int ami_parser_added(ami_parser *p, size_t n)
{
    if (n > p->in.room)
        return AMI_E_INVAL;
    ami__input_filled(&p->in, n);
    return AMI_OK;
}

void ami__parser_rest(ami_parser *p)
{
    ami__parser_release(p);
    ami__input_rest(&p->in, &p->alloc);
    if (p->msg.count == 0) {
        ami__free(&p->alloc, p->msg.fields);
        p->msg.fields = NULL;
        p->field_cap = 0;
    }
}

int ami_parser_feed(ami_parser *p, const void *data, size_t len)
{
    if (p->error.code != AMI_OK)
        return p->error.code;
    ami__parser_release(p);
    if (!reserve(p, len))
        return AMI_E_NOMEM;
    if (len > 0)
        memcpy(p->in.data + p->in.end, data, len);
    p->in.end += len;
    p->in.room = 0;
    return AMI_OK;
}
