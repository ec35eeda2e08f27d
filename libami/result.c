/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <string.h>

#include "message.h"
#include "text.h"

static const struct {
    const char *event, *action, *id; /* the header that tells whose it is, in the event */
} results[] = {
    {"OriginateResponse", "Originate", "ActionID"},
    {"OriginateSuccess", "Originate", "ActionID"}, /* these two in Asterisk 1.0 and 1.2 */
    {"OriginateFailure", "Originate", "ActionID"},
    {"AsyncAGIExec", "AGI", "CommandID"},
    {"AsyncAGI", "AGI", "CommandID"}, /* before Asterisk 12 */
    {"SIPQualifyPeerDone", "SIPqualifypeer", "ActionID"},
};
enum { RESULTS = sizeof results / sizeof results[0] };

/* The place of the event in the table, or RESULTS. */
static size_t find(const char *event, size_t len)
{
    size_t i = 0;

    while (i < RESULTS && !ami__same(event, len, results[i].event, strlen(results[i].event)))
        i++;
    return i;
}

bool ami__result_is_event(const char *event, size_t len)
{
    return find(event, len) < RESULTS;
}

struct ami__pending *ami__result_owner(const ami_session *s, const ami_msg *event)
{
    const struct ami_field *name = ami_msg_find(event, "Event");
    size_t i = find(name->value, name->value_len);
    const struct ami_field *field = i < RESULTS ? ami_msg_find(event, results[i].id) : NULL;
    bool ping = false;
    ami_id id = field ? ami__id_parse(s, field->value, field->value_len, &ping) : 0;
    struct ami__pending *p = id ? ami__pending_find(&s->pendings, id) : NULL;

    if (!p || ping || !p->result || p->ended ||
        ami__order(ami_catalog_action(p->entry), results[i].action) != 0)
        return NULL;
    return p;
}

int ami__result_status(const ami_msg *event)
{
    const struct ami_field *name = ami_msg_find(event, "Event");
    size_t len;
    const char *response = ami__msg_trimmed(event, "Response", &len);

    if (ami__ends(name->value, name->value_len, "Failure") ||
        (len > 0 && !ami__same(response, len, "Success", 7)))
        return AMI_E_REFUSED;
    return AMI_OK;
}
