/* Variables, global and of channels, and the way a Variable header is taken apart. */
#include <stdlib.h>
#include <string.h>

#include "pbx.h"

enum { VARS_PER_HEADER = 64 };

static struct ami_mock_var *find(struct ami_mock_var *vars, const char *name)
{
    while (vars && strcmp(vars->name, name) != 0)
        vars = vars->next;
    return vars;
}

const char *ami_mock_var_get(const struct ami_mock_var *vars, const char *name)
{
    while (vars && strcmp(vars->name, name) != 0)
        vars = vars->next;
    return vars ? vars->value : NULL;
}

void ami_mock_var_set(struct ami_mock_var **vars, const char *name, const char *value)
{
    struct ami_mock_var *var = find(*vars, name);

    if (!var) {
        while (*vars)
            vars = &(*vars)->next;
        *vars = var = ami_mock_alloc(sizeof *var);
        var->name = ami_mock_strdup(name);
    }
    ami_mock_set(&var->value, value);
}

bool ami_mock_var_drop(struct ami_mock_var **vars, const char *name)
{
    struct ami_mock_var *var = find(*vars, name);

    if (!var)
        return false;
    while (*vars != var)
        vars = &(*vars)->next;
    *vars = var->next;
    free(var->name);
    free(var->value);
    free(var);
    return true;
}

void ami_mock_vars_free(struct ami_mock_var **vars)
{
    while (*vars)
        ami_mock_var_drop(vars, (*vars)->name);
}

/*
 * Ends the argument that begins at s, in place, and returns the next one, or NULL. Separators
 * inside quotes, parentheses and brackets do not count; quotes and backslashes are taken out.
 */
static char *cut_argument(char *s, char separator)
{
    int round = 0, square = 0;
    bool quoted = false;
    char *to = s;

    for (; *s; s++) {
        if (*s == '"') {
            quoted = !quoted;
            continue;
        }
        if (*s == '\\') {
            if (!*++s)
                break;
        } else if (*s == '(') {
            round++;
        } else if (*s == ')') {
            round -= round > 0;
        } else if (*s == '[') {
            square++;
        } else if (*s == ']') {
            square -= square > 0;
        } else if (*s == separator && !round && !square && !quoted) {
            *to = '\0';
            return s + 1;
        }
        *to++ = *s;
    }
    *to = '\0';
    return NULL;
}

/* The first pair that is no pair ends the header. */
static void read_header(struct ami_mock_var **vars, char *s, char separator)
{
    for (int n = 1; s && *s; n++) {
        char *next = n < VARS_PER_HEADER ? cut_argument(s, separator) : NULL;
        char *value = strchr(s, '=');

        if (!value || value == s)
            return;
        *value++ = '\0';
        if (!find(*vars, s))
            ami_mock_var_set(vars, s, value);
        s = next;
    }
}

void ami_mock_vars_read(struct ami_mock_var **vars, const struct ami_mock_message *msg,
                        char separator, bool first_only)
{
    const char *header;
    size_t at = 0;

    while ((header = ami_mock_header_next(msg, "Variable", &at))) {
        char *copy = ami_mock_strdup(header);

        read_header(vars, copy, separator);
        free(copy);
        if (first_only)
            return;
    }
}
