#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool ends_line(const struct ami_mock_reader *reader, const struct ami_mock_reading *how)
{
    size_t len = reader->len;

    if (len == 0 || reader->line[len - 1] != '\n')
        return false;
    return how->bare_lf || (len > 1 && reader->line[len - 2] == '\r');
}

/*
 * The buffer filled up before the line ended. Its content is thrown away and the tail is read as a
 * line of its own; if the byte that filled it is the CR of the line end, what is left makes a blank
 * line, which ends the message. Clients fall into that trap, so it is kept.
 */
static void overflow(struct ami_mock_reader *reader, const struct ami_mock_reading *how)
{
    char last = reader->line[reader->len - 1];

    reader->len = 0;
    if (how->refuses)
        reader->too_long = true;
    if (how->keeps_last)
        reader->line[reader->len++] = last;
}

bool ami_mock_reader_put(struct ami_mock_reader *reader, const struct ami_mock_reading *how,
                         char byte)
{
    reader->line[reader->len++] = byte;
    if (ends_line(reader, how)) {
        reader->len--;
        if (reader->len > 0 && reader->line[reader->len - 1] == '\r')
            reader->len--;
        reader->line[reader->len] = '\0';
        reader->len = 0;
        return true;
    }
    if (reader->len >= how->room)
        overflow(reader, how);
    return false;
}

void ami_mock_message_add(struct ami_mock_message *msg, const struct ami_mock_reading *how,
                          const char *line)
{
    msg->loose_blank = how->loose_blank;
    if (msg->count < how->headers)
        msg->header[msg->count++] = ami_mock_strdup(line);
    else if (how->refuses)
        msg->too_many = true;
}

void ami_mock_message_clear(struct ami_mock_message *msg)
{
    for (size_t i = 0; i < msg->count; i++)
        free(msg->header[i]);
    msg->count = 0;
    msg->too_many = false;
}

/* The value, or NULL if the line is not a header of this name. */
static const char *value_of(const struct ami_mock_message *msg, const char *line, const char *name)
{
    size_t len = strlen(name);

    if (!ami_mock_same_n(line, name, len) || line[len] != ':')
        return NULL;
    line += len + 1;
    if (!msg->loose_blank)
        return *line == ' ' ? line + 1 : NULL;
    while (*line && (unsigned char)*line <= ' ')
        line++;
    return line;
}

const char *ami_mock_header_next(const struct ami_mock_message *msg, const char *name, size_t *at)
{
    while (*at < msg->count) {
        const char *value = value_of(msg, msg->header[(*at)++], name);

        if (value)
            return value;
    }
    return NULL;
}

const char *ami_mock_header(const struct ami_mock_message *msg, const char *name)
{
    size_t at = 0;
    const char *value = ami_mock_header_next(msg, name, &at);

    return value ? value : "";
}

const char *ami_mock_action_name(const struct ami_mock_message *msg)
{
    size_t at = 0;
    const char *value;

    while ((value = ami_mock_header_next(msg, "Action", &at))) {
        if (*value || !msg->loose_blank)
            return value;
    }
    return "";
}
