/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "action.h"
#include "error.h"
#include "text.h"

/* Bytes of a line beside its name and value, and of its line end. */
enum { SEPARATOR = 2, LINE_END = 2 };

static int refuse(ami_action *action, int code, const char *header, const char *why)
{
    char shown[48];

    ami__printable(shown, sizeof shown, header, strlen(header));
    return ami__error_set(&action->error, code, 0, "header \"%s\" %s", shown, why);
}

/* ---- What Asterisk would misread --------------------------------------------------------- */

static int check_name(ami_action *action, const char *name)
{
    if (!name[0])
        return refuse(action, AMI_E_INVAL, name, "has no name");
    if (strpbrk(name, "\r\n"))
        return refuse(action, AMI_E_INVAL, name, "has a line end in its name");
    if (strpbrk(name, ": \t"))
        return refuse(action, AMI_E_INVAL, name, "has a colon or a blank in its name");
    if (ami__order(name, "Action") == 0 || ami__order(name, "ActionID") == 0)
        return refuse(action, AMI_E_INVAL, name, "is written by libami itself");
    return AMI_OK;
}

static int check_value(ami_action *action, const char *name, const char *value)
{
    if (!value)
        return refuse(action, AMI_E_INVAL, name, "has no value (NULL)");
    if (strpbrk(value, "\r\n"))
        return refuse(action, AMI_E_INVAL, name, "has a line end in its value");
    return AMI_OK;
}

static int check_size(ami_action *action, const char *name, size_t value_len)
{
    size_t len = strlen(name) + SEPARATOR + value_len;

    if (len > AMI_ACTION_LINE_MAX)
        return refuse(action, AMI_E_LIMIT, name, "is longer than the 1022 bytes Asterisk reads");
    if (action->count == AMI_ACTION_LINES_MAX)
        return refuse(action, AMI_E_LIMIT, name, "is more than the 128 lines Asterisk reads");
    if (len > action->longest)
        action->longest = len;
    return AMI_OK;
}

static bool is_secret(const ami_action *action, const char *name)
{
    return ami__order(name, "Secret") == 0 ||
           (ami__order(name, "Key") == 0 && ami__order(action->name, "Login") == 0);
}

/* ---- The builder ------------------------------------------------------------------------- */

ami_action *ami_action_new(const char *name)
{
    struct ami_allocator alloc = ami__allocator(NULL);
    ami_action *action = ami__alloc(&alloc, sizeof *action);

    if (!action)
        return NULL;
    *action = (ami_action){.alloc = alloc, .count = 2};
    action->name = ami__strndup(&alloc, name ? name : "", name ? strlen(name) : 0);
    if (!action->name) {
        ami__free(&alloc, action);
        return NULL;
    }
    if (!action->name[0])
        refuse(action, AMI_E_INVAL, "Action", "has no value");
    else if (check_value(action, "Action", name) == AMI_OK)
        action->longest = sizeof "Action: " - 1 + strlen(name);
    if (action->longest > AMI_ACTION_LINE_MAX)
        refuse(action, AMI_E_LIMIT, "Action", "is longer than the 1022 bytes Asterisk reads");
    return action;
}

void ami_action_free(ami_action *action)
{
    if (!action)
        return;
    struct ami_allocator alloc = action->alloc;
    ami__buf_free(&action->lines, &alloc);
    ami__free(&alloc, action->name);
    ami__free(&alloc, action);
}

int ami_action_add(ami_action *action, const char *name, const char *value)
{
    if (!action || !name)
        return action ? refuse(action, AMI_E_INVAL, "", "has no name (NULL)") : AMI_E_INVAL;
    if (action->error.code != AMI_OK || check_name(action, name) < 0 ||
        check_value(action, name, value) < 0 || check_size(action, name, strlen(value)) < 0)
        return action->error.code;

    if (is_secret(action, name))
        action->secret = action->lines.secret = true;

    size_t name_len = strlen(name), value_len = strlen(value);
    char *at =
        ami__buf_room(&action->lines, &action->alloc, name_len + SEPARATOR + value_len + LINE_END);
    if (!at)
        return refuse(action, AMI_E_NOMEM, name, "did not fit into memory");
    memcpy(at, name, name_len);
    memcpy(at + name_len, ": ", SEPARATOR);
    memcpy(at + name_len + SEPARATOR, value, value_len);
    memcpy(at + name_len + SEPARATOR + value_len, "\r\n", LINE_END);
    ami__buf_added(&action->lines, name_len + SEPARATOR + value_len + LINE_END);
    action->count++;
    return AMI_OK;
}

int ami_action_addf(ami_action *action, const char *name, const char *format, ...)
{
    char value[AMI_ACTION_LINE_MAX + 1];
    const char *shown = name ? name : "";
    va_list args;

    if (!action)
        return AMI_E_INVAL;
    va_start(args, format);
    int len = vsnprintf(value, sizeof value, format, args);
    va_end(args);

    int err;
    if (len >= (int)sizeof value)
        err = refuse(action, AMI_E_LIMIT, shown, "is longer than the 1022 bytes Asterisk reads");
    else if (len < 0)
        err = refuse(action, AMI_E_INVAL, shown, "could not be formatted");
    else if (strlen(value) < (size_t)len)
        err = refuse(action, AMI_E_INVAL, shown, "has a NUL in its value");
    else
        err = ami_action_add(action, name, value);
    ami__wipe(value, sizeof value);
    return err;
}

/* Asterisk splits the header at commas and takes quotes and backslashes away. */
int ami_action_var(ami_action *action, const char *variable, const char *value)
{
    char header[2 * AMI_ACTION_LINE_MAX + 2];
    size_t len = 0;

    if (!action)
        return AMI_E_INVAL;
    if (!variable || !variable[0] || strpbrk(variable, "=,\"\\"))
        return refuse(action, AMI_E_INVAL, "Variable", "needs a name without = , \" and \\");
    if (!value)
        return refuse(action, AMI_E_INVAL, "Variable", "has no value (NULL)");
    if (strlen(variable) + strlen(value) > AMI_ACTION_LINE_MAX)
        return refuse(action, AMI_E_LIMIT, "Variable",
                      "is longer than the 1022 bytes "
                      "Asterisk reads");
    for (const char *c = variable; *c; c++)
        header[len++] = *c;
    header[len++] = '=';
    for (const char *c = value; *c; c++) {
        if (strchr(",\"\\()[]", *c))
            header[len++] = '\\';
        header[len++] = *c;
    }
    header[len] = '\0';
    return ami_action_add(action, "Variable", header);
}

int ami_action_timeout(ami_action *action, int ms)
{
    if (!action)
        return AMI_E_INVAL;
    if (ms < -1)
        return ami__error_set(&action->error, AMI_E_INVAL, 0, "a timeout of %d ms is negative", ms);
    action->timeout_ms = ms;
    return action->error.code;
}

int ami_action_error(const ami_action *action)
{
    return action ? action->error.code : AMI_E_INVAL;
}

const struct ami_error *ami_action_why(const ami_action *action)
{
    static const struct ami_error none = {AMI_E_INVAL, 0, 0, "there is no action (NULL)"};

    return action ? &action->error : &none;
}

const char *ami__action_get(const struct ami_action *action, const char *name, size_t *len)
{
    const char *line = ami__buf_at(&action->lines);
    size_t left = ami__buf_len(&action->lines), name_len = strlen(name);

    while (left > 0) {
        size_t line_len = (size_t)((const char *)memchr(line, '\n', left) - line) + 1;
        if (ami__begins(line, line_len, name) && line[name_len] == ':') {
            *len = line_len - name_len - SEPARATOR - LINE_END;
            return line + name_len + SEPARATOR;
        }
        line += line_len;
        left -= line_len;
    }
    return NULL;
}

static bool add_lines(ami_action *action, const char *lines, size_t len)
{
    return len == 0 || ami__buf_add(&action->lines, &action->alloc, lines, len);
}

struct ami_action *ami__action_of(const char *name, const char *lines, size_t len)
{
    ami_action *action = ami_action_new(name);

    if (action && !add_lines(action, lines, len)) {
        ami_action_free(action);
        return NULL;
    }
    for (const char *end = lines + len; action && lines < end; action->count++) {
        size_t line =
            (size_t)((const char *)memchr(lines, '\n', (size_t)(end - lines)) - lines) + 1;
        if (line - LINE_END > action->longest)
            action->longest = line - LINE_END;
        lines += line;
    }
    return action;
}

struct ami_action *ami__action_dup(const struct ami_action *action)
{
    ami_action *copy = ami_action_new(action->name);

    if (!copy)
        return NULL;
    copy->lines.secret = action->secret;
    if (!add_lines(copy, ami__buf_at(&action->lines), ami__buf_len(&action->lines))) {
        ami_action_free(copy);
        return NULL;
    }
    copy->count = action->count;
    copy->longest = action->longest;
    copy->secret = action->secret;
    copy->timeout_ms = action->timeout_ms;
    copy->error = action->error;
    return copy;
}

struct ami_action *ami__action_list(const char *name, va_list headers)
{
    ami_action *action = ami_action_new(name);
    const char *header;

    while (action && (header = va_arg(headers, const char *))) {
        const char *value = va_arg(headers, const char *);
        ami_action_add(action, header, value);
        if (!value) /* that was the end of the list */
            break;
    }
    return action;
}

/* ---- The wire ---------------------------------------------------------------------------- */

static const char action_header[] = "Action: ", id_header[] = "\r\nActionID: ";

size_t ami__action_size(const struct ami_action *action)
{
    return sizeof action_header - 1 + strlen(action->name) + sizeof id_header - 1 + LINE_END +
           ami__buf_len(&action->lines) + LINE_END;
}

static char *put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

bool ami__action_encode(const struct ami_action *action, const char *action_id,
                        struct ami__buf *out, const struct ami_allocator *alloc)
{
    size_t size = ami__action_size(action) + strlen(action_id);
    char *at = ami__buf_room(out, alloc, size);

    if (!at)
        return false;
    at = put(at, action_header, sizeof action_header - 1);
    at = put(at, action->name, strlen(action->name));
    at = put(at, id_header, sizeof id_header - 1);
    at = put(at, action_id, strlen(action_id));
    at = put(at, "\r\n", LINE_END);
    at = put(at, ami__buf_at(&action->lines), ami__buf_len(&action->lines));
    put(at, "\r\n", LINE_END);
    ami__buf_added(out, size);
    return true;
}
