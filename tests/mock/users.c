#include "users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ami_mock_user *add_user(struct ami_mock_users *users, const char *name)
{
    struct ami_mock_user *user = ami_mock_alloc(sizeof *user);

    user->name = ami_mock_strdup(name);
    user->secret = ami_mock_strdup("");
    user->alone = users->alone;
    user->next = users->first;
    users->first = user;
    return user;
}

static void set_user(struct ami_mock_user *user, const char *key, const char *value)
{
    if (ami_mock_same(key, "secret"))
        ami_mock_set(&user->secret, value);
    else if (ami_mock_same(key, "read"))
        user->read = ami_mock_classes_parse(value);
    else if (ami_mock_same(key, "write"))
        user->write = ami_mock_classes_parse(value);
    else if (ami_mock_same(key, "allowmultiplelogin"))
        user->alone = ami_mock_is_false(value);
}

static void set_general(struct ami_mock_users *users, const char *key, const char *value)
{
    if (ami_mock_same(key, "allowmultiplelogin"))
        users->alone = ami_mock_is_false(value);
    else if (ami_mock_same(key, "authlimit"))
        users->authlimit = atoi(value);
    else if (ami_mock_same(key, "authtimeout"))
        users->authtimeout = atoi(value);
}

/* Without blanks at both ends, in place. */
static char *trim(char *s)
{
    size_t len;

    while (*s && (unsigned char)*s <= ' ')
        s++;
    for (len = strlen(s); len > 0 && (unsigned char)s[len - 1] <= ' '; len--)
        ;
    s[len] = '\0';
    return s;
}

/* Cuts a comment off; a semicolon behind a backslash is none, and loses the backslash. */
static void cut_comment(char *s)
{
    char *to = s;

    for (; *s && *s != ';'; s++) {
        if (s[0] == '\\' && s[1] == ';')
            s++;
        *to++ = *s;
    }
    *to = '\0';
}

/* One line of the file; *section is the user it speaks of, NULL in [general]. */
static void read_line(struct ami_mock_users *users, struct ami_mock_user **section, char *line)
{
    char *value;

    cut_comment(line);
    line = trim(line);
    if (*line == '[') {
        line[strcspn(line, "]")] = '\0';
        *section = ami_mock_same(line + 1, "general") ? NULL : add_user(users, line + 1);
        return;
    }
    value = strchr(line, '=');
    if (!value)
        return;
    *value++ = '\0';
    if (*value == '>')
        value++;
    line = trim(line);
    value = trim(value);
    if (*section)
        set_user(*section, line, value);
    else
        set_general(users, line, value);
}

static void add_built_in(struct ami_mock_users *users, const char *name, const char *secret,
                         int rights)
{
    struct ami_mock_user *user = add_user(users, name);

    ami_mock_set(&user->secret, secret);
    user->read = user->write = rights;
}

bool ami_mock_users_load(struct ami_mock_users *users, const char *conf, char *why, size_t size)
{
    struct ami_mock_user *section = NULL;
    char line[4096];
    FILE *file;
    bool ok;

    *users = (struct ami_mock_users){0};
    if (!conf) {
        add_built_in(users, "admin", "secret", AMI_MOCK_ALL);
        add_built_in(users, "limited", "limited", AMI_MOCK_CALL);
        return true;
    }
    file = fopen(conf, "r");
    while (file && fgets(line, sizeof line, file))
        read_line(users, &section, line);
    ok = file && !ferror(file);
    if (!ok)
        snprintf(why, size, "cannot read %s: %s", conf, strerror(errno));
    if (file)
        fclose(file);
    return ok;
}

void ami_mock_users_free(struct ami_mock_users *users)
{
    while (users->first) {
        struct ami_mock_user *user = users->first;

        users->first = user->next;
        free(user->name);
        free(user->secret);
        free(user);
    }
}

const struct ami_mock_user *ami_mock_user_find(const struct ami_mock_users *users, const char *name)
{
    const struct ami_mock_user *user = users->first;

    while (user && !ami_mock_same(user->name, name))
        user = user->next;
    return user;
}
