/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "text.h"
#include "values.h"

static const char chan_variable[] = "ChanVariable";

/* `n=v`, or the end of a field that was split too early. */
struct span {
    const char *at;
    size_t len;
};

static const char *find_byte(struct span text, char byte)
{
    return text.len > 0 ? memchr(text.at, byte, text.len) : NULL;
}

/* The first "): ", or NULL. */
static const char *find_close(struct span text)
{
    static const char close[] = "): ";
    const char *at;

    while ((at = find_byte(text, ')'))) {
        text.len -= (size_t)(at - text.at);
        text.at = at;
        if (text.len >= sizeof close - 1 && memcmp(at, close, sizeof close - 1) == 0)
            return at;
        text.at++;
        text.len--;
    }
    return NULL;
}

/*
 * `ChanVariable(<channel>): n=v`. Fields are split at their first colon, which may stand inside the
 * channel's name: then the value begins with the rest of it. head is that part of the
 * channel's name which the field's name holds, tail what the value holds of it, or empty.
 */
struct split {
    struct span head, tail, body;
};

static bool split_channel(const struct ami_field *field, struct split *split)
{
    size_t skip = sizeof chan_variable; /* with its parenthesis */
    struct span body = {field->value, field->value_len};
    bool closed = field->name[field->name_len - 1] == ')';
    const char *equal = find_byte(body, '=');
    const char *close = find_close(body);

    split->head = (struct span){field->name + skip, field->name_len - skip};
    split->tail = (struct span){field->value, 0};
    split->body = body;
    if (close && (!closed || (equal && close < equal))) {
        split->tail.len = (size_t)(close - body.at);
        split->body.at = close + 3;
        split->body.len -= split->tail.len + 3;
        return true;
    }
    split->head.len -= closed;
    return closed;
}

static bool is_channel_form(const struct ami_field *field)
{
    return field->name_len > sizeof chan_variable - 1 &&
           ami__begins(field->name, field->name_len, chan_variable) &&
           field->name[sizeof chan_variable - 1] == '(';
}

/* Events take snapshots, whose values are escaped; the same field of SIPshowpeer is not. */
static bool take_field(const ami_msg *msg, const struct ami_field *field, struct ami_var *var,
                       struct span *body)
{
    bool event = ami_msg_kind(msg) == AMI_KIND_EVENT;

    *body = (struct span){field->value, field->value_len};
    var->prefix = field->name;
    var->prefix_len = 0;
    var->escaped = false;
    if (is_channel_form(field)) {
        struct split split;
        var->form = AMI_VAR_CHANNEL;
        bool good = split_channel(field, &split);
        *body = split.body;
        return good;
    }
    if (ami__ends(field->name, field->name_len, chan_variable)) {
        var->form = AMI_VAR_SNAPSHOT;
        var->prefix_len = field->name_len - (sizeof chan_variable - 1);
        var->escaped = event;
        return true;
    }
    var->form = AMI_VAR_STATUS;
    return event && ami__order(field->name, "Variable") == 0 &&
           ami__order(ami_msg_name(msg), "Status") == 0;
}

bool ami_var_next(const ami_msg *msg, struct ami_var *var)
{
    const struct ami_field *field;

    if (var->size < sizeof *var)
        return false;
    while ((field = ami_msg_at(msg, var->next))) {
        struct ami_var found = *var;
        struct span body;
        const char *equal;
        found.next++;
        var->next++;
        if (!take_field(msg, field, &found, &body) || !(equal = find_byte(body, '=')))
            continue;
        found.name = body.at;
        found.name_len = (size_t)(equal - body.at);
        found.value = equal + 1;
        found.value_len = body.len - found.name_len - 1;
        *var = found;
        return true;
    }
    return false;
}

/* ---- Whose it is, and what it holds ------------------------------------------------------ */

/* The field <prefix>Channel of the same snapshot. */
static const struct ami_field *channel_field(const ami_msg *msg, const struct ami_var *var)
{
    static const char channel[] = "Channel";
    const struct ami_field *field;

    for (size_t i = 0; (field = ami_msg_at(msg, i)); i++) {
        if (field->name_len == var->prefix_len + sizeof channel - 1 &&
            ami__same(field->name, var->prefix_len, var->prefix, var->prefix_len) &&
            ami__ends(field->name, field->name_len, channel))
            return field;
    }
    return NULL;
}

size_t ami_var_channel(const ami_msg *msg, const struct ami_var *var, char *data, size_t size)
{
    struct ami__out out = {data, size, 0};
    const struct ami_field *field = var->next > 0 ? ami_msg_at(msg, var->next - 1) : NULL;
    struct split split;

    if (!field || var->size < sizeof *var)
        return ami__out_end(&out);
    if (var->form != AMI_VAR_CHANNEL) {
        if ((field = channel_field(msg, var)))
            ami__out_bytes(&out, field->value, field->value_len);
    } else if (is_channel_form(field) && split_channel(field, &split)) {
        ami__out_bytes(&out, split.head.at, split.head.len);
        if (split.body.at != field->value)
            ami__out_byte(&out, ':');
        ami__out_bytes(&out, split.tail.at, split.tail.len);
    }
    return ami__out_end(&out);
}

size_t ami_var_value(const struct ami_var *var, char *data, size_t size)
{
    struct ami__out out = {data, size, 0};

    if (var->escaped)
        return ami_unescape_c(var->value, var->value_len, data, size);
    ami__out_bytes(&out, var->value, var->value_len);
    return ami__out_end(&out);
}
