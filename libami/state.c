/* SPDX-License-Identifier: MIT */
#include "state.h"

#include <string.h>

#include "text.h"

void ami__enter(ami_session *s)
{
    s->depth++;
}

bool ami__leave(ami_session *s)
{
    if (--s->depth > 0 || !s->freed)
        return true;

    struct ami_allocator alloc = s->alloc;
    ami_parser_free(s->parser);
    ami__handlers_free(&s->handlers);
    ami__pendings_free(&s->pendings);
    ami__standings_free(&s->standings);
    ami__buf_free(&s->out, &alloc);
    ami__free(&alloc, s);
    return false;
}

enum { PING_MARK = 'p' }; /* behind the number */

void ami__id_format(const ami_session *s, ami_id id, bool ping, char text[AMI__ID_TEXT])
{
    size_t len = strlen(s->prefix);

    memcpy(text, s->prefix, len);
    text[len++] = '.';
    len += ami__put_u64(text + len, id);
    if (ping)
        text[len++] = PING_MARK;
    text[len] = '\0';
}

ami_id ami__id_parse(const ami_session *s, const char *text, size_t len, bool *ping)
{
    size_t prefix = strlen(s->prefix);
    uint64_t id;

    *ping = len > 0 && text[len - 1] == PING_MARK;
    len -= *ping;
    if (len <= prefix || memcmp(text, s->prefix, prefix) != 0 || text[prefix] != '.' ||
        !ami__parse_u64(text + prefix + 1, len - prefix - 1, &id))
        return 0;
    return id;
}
