/* What answers are made of: the order of their headers is that of Asterisk's common helpers. */
#include <stdarg.h>

#include "pbx.h"

bool ami_mock_since(const ami_mock_link *link, int series)
{
    return link->pbx->release->series >= series;
}

void ami_mock_say(ami_mock_link *link, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    ami_mock_text_vaddf(&link->out, fmt, args);
    va_end(args);
}

void ami_mock_say_id(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *id = ami_mock_header(msg, "ActionID");

    if (*id)
        ami_mock_say(link, "ActionID: %s\r\n", id);
}

void ami_mock_say_short_id(ami_mock_link *link, const struct ami_mock_message *msg, size_t buffer)
{
    size_t before = link->out.len;

    ami_mock_say_id(link, msg);
    if (link->out.len - before >= buffer) {
        link->out.len = before + buffer - 1;
        link->out.data[link->out.len] = '\0';
    }
}

void ami_mock_start(ami_mock_link *link, const struct ami_mock_message *msg, const char *response)
{
    ami_mock_say(link, "Response: %s\r\n", response);
    ami_mock_say_id(link, msg);
}

void ami_mock_reply(ami_mock_link *link, const struct ami_mock_message *msg, const char *response,
                    const char *text)
{
    ami_mock_start(link, msg, response);
    if (text)
        ami_mock_say(link, "Message: %s\r\n", text);
    ami_mock_say(link, "\r\n");
}

void ami_mock_ack(ami_mock_link *link, const struct ami_mock_message *msg, const char *text)
{
    ami_mock_reply(link, msg, "Success", text);
}

void ami_mock_error(ami_mock_link *link, const struct ami_mock_message *msg, const char *text)
{
    ami_mock_reply(link, msg, "Error", text);
}

/* 13.2 gave EventList to all lists; a few had it since 1.6. */
static bool list_is_marked(const ami_mock_link *link, bool marked)
{
    return ami_mock_since(link, AMI_MOCK_13_2) || (marked && ami_mock_since(link, AMI_MOCK_1_6));
}

void ami_mock_list(ami_mock_link *link, const struct ami_mock_message *msg, const char *text,
                   bool marked)
{
    ami_mock_start(link, msg, "Success");
    if (list_is_marked(link, marked))
        ami_mock_say(link, "EventList: start\r\n");
    ami_mock_say(link, "Message: %s\r\n\r\n", text);
}

void ami_mock_list_end(ami_mock_link *link, const struct ami_mock_message *msg, const char *event,
                       size_t items, bool marked, const char *totals)
{
    bool helper = ami_mock_since(link, AMI_MOCK_13_2);

    ami_mock_say(link, "Event: %s\r\n", event);
    if (helper)
        ami_mock_say_id(link, msg);
    if (list_is_marked(link, marked))
        ami_mock_say(link, "EventList: Complete\r\nListItems: %zu\r\n", items);
    ami_mock_say(link, "%s", totals);
    /* Before there was a common helper, the ActionID stood here. */
    if (!helper)
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
}

void ami_mock_list_over(ami_mock_link *link, const struct ami_mock_message *msg, const char *event,
                        size_t items, bool marked)
{
    ami_mock_list_end(link, msg, event, items, marked, "");
    ami_mock_say(link, "\r\n");
}
