/* The internal database: what DBPut writes, DBGet and DBGetTree read. */
#include <stdlib.h>
#include <string.h>

#include "actions.h"

enum { DBGET_ROOM = 255 };

/* "/family/key", yours to free; NULL if one of them is missing, which then is told. */
static char *read_path(ami_mock_link *link, const struct ami_mock_message *msg, const char *stop)
{
    const char *family = ami_mock_header(msg, "Family"), *key = ami_mock_header(msg, "Key");
    char *text;

    if (*family && *key)
        return ami_mock_format("/%s/%s", family, key);
    text = ami_mock_format("No %s specified%s", *family ? "key" : "family", stop);
    ami_mock_error(link, msg, text);
    free(text);
    return NULL;
}

void ami_mock_db_put(ami_mock_link *link, const struct ami_mock_message *msg)
{
    char *path = read_path(link, msg, "");

    if (!path)
        return;
    ami_mock_var_set(&link->pbx->database, path, ami_mock_header(msg, "Val"));
    ami_mock_ack(link, msg, "Updated database successfully");
    free(path);
}

void ami_mock_db_del(ami_mock_link *link, const struct ami_mock_message *msg)
{
    char *path = read_path(link, msg, ".");

    if (!path)
        return;
    if (ami_mock_var_drop(&link->pbx->database, path))
        ami_mock_ack(link, msg, "Key deleted successfully");
    else
        ami_mock_error(link, msg, "Database entry not found");
    free(path);
}

/* One item, and until 1.6 the end of the list, too. */
void ami_mock_db_get(ami_mock_link *link, const struct ami_mock_message *msg)
{
    char *path = read_path(link, msg, ".");
    const char *value;
    int room = ami_mock_since(link, AMI_MOCK_20) ? AMI_MOCK_ALL : DBGET_ROOM;

    if (!path)
        return;
    value = ami_mock_var_get(link->pbx->database, path);
    free(path);
    if (!value) {
        ami_mock_error(link, msg, "Database entry not found");
        return;
    }
    ami_mock_list(link, msg, "Result will follow", false);
    ami_mock_say(link, "Event: DBGetResponse\r\nFamily: %s\r\nKey: %s\r\nVal: %.*s\r\n",
                 ami_mock_header(msg, "Family"), ami_mock_header(msg, "Key"), room, value);
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link, "\r\n");
    if (ami_mock_since(link, AMI_MOCK_1_8))
        ami_mock_list_over(link, msg, "DBGetComplete", 1, false);
}

/* Is the path below a prefix that is a whole part of it? */
static bool is_below(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(path, prefix, len) == 0 && (path[len] == '/' || !path[len]);
}

void ami_mock_db_get_tree(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *family = ami_mock_header(msg, "Family"), *key = ami_mock_header(msg, "Key");
    char *prefix = ami_mock_format("%s%s%s%s", *family ? "/" : "", family, *key ? "/" : "", key);
    size_t items = 0;

    ami_mock_list(link, msg, "Result will follow", true);
    for (const struct ami_mock_var *var = link->pbx->database; var; var = var->next) {
        if (!is_below(var->name, prefix))
            continue;
        ami_mock_say(link, "Event: DBGetTreeResponse\r\nKey: %s\r\nVal: %s\r\n", var->name,
                     var->value);
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        ami_mock_say(link, "\r\n");
        items++;
    }
    /* 16 counts to one, whatever there was. */
    ami_mock_list_over(link, msg, "DBGetTreeComplete",
                       ami_mock_since(link, AMI_MOCK_20) ? items : 1, true);
    free(prefix);
}
