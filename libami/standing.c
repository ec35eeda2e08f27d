/* SPDX-License-Identifier: MIT */
#include "standing.h"

#include <string.h>

#include "text.h"

enum { BYTES_MAX = 64 << 10 };

void ami__standings_init(struct ami__standings *list, const struct ami_allocator *alloc)
{
    *list = (struct ami__standings){.alloc = *alloc};
}

static void free_one(const struct ami_allocator *alloc, struct ami__standing *gone)
{
    ami__free(alloc, gone->lines);
    ami__free(alloc, gone);
}

/* Takes out the one that a link points to. */
static void drop(struct ami__standings *list, struct ami__standing **link)
{
    struct ami__standing *gone = *link;

    *link = gone->next;
    list->bytes -= gone->len;
    list->awaited -= gone->id != 0;
    free_one(&list->alloc, gone);
}

void ami__standings_free(struct ami__standings *list)
{
    while (list->first)
        drop(list, &list->first);
    while (list->broken)
        ami__standing_mended(list);
}

/* ---- Noting ------------------------------------------------------------------------------ */

static bool kind_of(const char *action, enum ami__standing_kind *kind)
{
    static const char *const names[] = {
        [AMI__LOGIN] = "Login", [AMI__MASK] = "Events", [AMI__FILTER] = "Filter"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (ami__order(action, names[i]) == 0) {
            *kind = (enum ami__standing_kind)i;
            return true;
        }
    }
    return false;
}

static bool keeps(enum ami__standing_kind kind, const char *line, size_t len)
{
    return kind != AMI__LOGIN || ami__begins(line, len, "Username:") ||
           ami__begins(line, len, "Events:");
}

/* The line after this one, whose length (with its line end) is in *len; NULL past the last. */
static const char *line_after(const char *line, const char *end, size_t *len)
{
    const char *lf = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;

    *len = lf ? (size_t)(lf - line) + 1 : 0;
    return lf ? lf + 1 : NULL;
}

/* What is to be kept of an action; into out, unless that is NULL. Returns its bytes. */
static size_t copy_lines(enum ami__standing_kind kind, const struct ami_action *action, char *out)
{
    const char *line = ami__buf_at(&action->lines), *next;
    const char *end = line + ami__buf_len(&action->lines);
    size_t len, total = 0;

    for (; (next = line_after(line, end, &len)); line = next) {
        if (!keeps(kind, line, len))
            continue;
        if (out)
            memcpy(out + total, line, len);
        total += len;
    }
    return total;
}

static struct ami__standing *new_standing(const struct ami_allocator *alloc, size_t len)
{
    struct ami__standing *made = ami__alloc(alloc, sizeof *made);
    char *lines = made ? ami__alloc(alloc, len + 1) : NULL;

    if (lines)
        *made = (struct ami__standing){.lines = lines, .len = len};
    else
        ami__free(alloc, made);
    return lines ? made : NULL;
}

int ami__standing_note(struct ami__standings *list, ami_id id, const struct ami_action *action)
{
    enum ami__standing_kind kind;
    struct ami__standing **link = &list->first;

    if (!kind_of(action->name, &kind))
        return AMI_OK;
    size_t len = copy_lines(kind, action, NULL);
    if (len > BYTES_MAX - list->bytes) {
        list->unsure = true;
        return AMI_OK;
    }
    struct ami__standing *made = new_standing(&list->alloc, len);
    if (!made)
        return AMI_E_NOMEM;
    made->kind = kind;
    made->id = id;
    copy_lines(kind, action, made->lines);
    while (*link)
        link = &(*link)->next;
    *link = made;
    list->bytes += len;
    list->awaited++;
    return AMI_OK;
}

/* The link that points to the one noted for an action, or to NULL. */
static struct ami__standing **find(struct ami__standings *list, ami_id id)
{
    struct ami__standing **link = &list->first;

    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

void ami__standing_forget(struct ami__standings *list, ami_id id)
{
    struct ami__standing **link = find(list, id);

    if (*link)
        drop(list, link);
}

/* ---- Settling ---------------------------------------------------------------------------- */

/* Whoever is logged in stays so; the server says Success and does nothing. */
static bool changes_nothing(const struct ami__standing *standing, const struct ami_reply *reply)
{
    const char *text = reply->msg ? ami_msg_get(reply->msg, "Message") : NULL;

    return standing->kind == AMI__LOGIN && text && ami__begins(text, strlen(text), "Already ");
}

/* An action that was held is done after those that were submitted behind it, such as the login. */
static void move_to_end(struct ami__standing **link)
{
    struct ami__standing *newest = *link;

    *link = newest->next;
    newest->next = NULL;
    while (*link)
        link = &(*link)->next;
    *link = newest;
}

/* Of a kind the newest counts, but filters add up; the same one again adds nothing, and a program
 * that asks for its filters whenever it is READY would get more of them with each return. */
static bool replaces(const struct ami__standing *newest, const struct ami__standing *old)
{
    if (old->id != 0 || old->kind != newest->kind)
        return false;
    return newest->kind != AMI__FILTER ||
           (old->len == newest->len && memcmp(old->lines, newest->lines, old->len) == 0);
}

/* Drops the older ones that have no effect any more. */
static void replace(struct ami__standings *list, const struct ami__standing *newest)
{
    struct ami__standing **link = &list->first;

    while (*link != newest) {
        if (replaces(newest, *link))
            drop(list, link);
        else
            link = &(*link)->next;
    }
}

static void settle(struct ami__standings *list, struct ami__standing **link,
                   const struct ami_reply *reply)
{
    struct ami__standing *standing = *link;

    if (reply->status != AMI_OK || changes_nothing(standing, reply)) {
        /* Without an answer nobody knows whether the server did it. */
        list->unsure |= reply->sent && !reply->msg;
        drop(list, link);
        return;
    }
    standing->id = 0;
    list->awaited--;
    move_to_end(link);
    replace(list, standing);
}

void ami__standing_settle(struct ami__standings *list, const struct ami_reply *reply)
{
    if (list->awaited == 0)
        return;
    struct ami__standing **link = find(list, reply->id);
    if (*link)
        settle(list, link, reply);
}

/* ---- Breaking ---------------------------------------------------------------------------- */

/* What is held is still to be sent. What is broken already comes behind what was mended before it.
 */
void ami__standings_break(struct ami__standings *list)
{
    struct ami__standing **link = &list->first, **to = &list->broken;

    while (*link) {
        struct ami__standing *standing = *link;
        if (standing->id) {
            link = &standing->next;
        } else if (standing->kind == AMI__LOGIN) {
            drop(list, link);
        } else {
            *link = standing->next;
            list->bytes -= standing->len;
            standing->next = *to;
            *to = standing;
            to = &standing->next;
        }
    }
    list->unsure = false;
}

void ami__standing_mended(struct ami__standings *list)
{
    struct ami__standing *first = list->broken;

    list->broken = first->next;
    free_one(&list->alloc, first);
}

/* ---- Asking ------------------------------------------------------------------------------ */

const char *ami__standing_header(const struct ami__standing *standing, const char *name,
                                 size_t *value_len)
{
    const char *line = standing->lines, *end = line + standing->len, *next;
    size_t name_len = strlen(name), len;

    for (; (next = line_after(line, end, &len)); line = next) {
        if (ami__begins(line, len, name) && line[name_len] == ':') {
            *value_len = len - name_len - 4; /* the colon, a blank, and the line end */
            return line + name_len + 2;
        }
    }
    return NULL;
}

const struct ami__standing *ami__standing_mask(const struct ami__standings *list)
{
    const struct ami__standing *newest = NULL;

    for (const struct ami__standing *s = list->first; s; s = s->next) {
        if (s->id == 0 && s->kind != AMI__FILTER)
            newest = s;
    }
    return newest;
}
