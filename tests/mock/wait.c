/* WaitEvent: the session stands still until something comes. */
#include <stdlib.h>

#include "actions.h"

void ami_mock_wait_event(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *text = ami_mock_header(msg, "Timeout"), *id = ami_mock_header(msg, "ActionID");
    char *end;
    long seconds = strtol(text, &end, 10);

    link->waiting = link->blocked = true;
    link->wait_id = ami_mock_strdup(id);
    if (end == text || seconds < 0)
        return;
    link->due = link->pbx->now + seconds * (int64_t)1000;
    ami_mock_pbx_remind(link->pbx, link->due);
}

void ami_mock_wait_wake(ami_mock_link *link)
{
    if (!link->waiting)
        return;
    link->due = link->pbx->now;
    ami_mock_pbx_remind(link->pbx, link->due);
}

void ami_mock_wait_over(ami_mock_link *link)
{
    ami_mock_say(link, "Response: Success\r\n");
    if (*link->wait_id)
        ami_mock_say(link, "ActionID: %s\r\n", link->wait_id);
    ami_mock_say(link, "Message: %s\r\n\r\n",
                 ami_mock_since(link, AMI_MOCK_1_6) ? "Waiting for Event completed."
                                                    : "Waiting for Event...");
    ami_mock_events_flush(link);
    ami_mock_say(link, "Event: WaitEventComplete\r\n");
    if (*link->wait_id)
        ami_mock_say(link, "ActionID: %s\r\n", link->wait_id);
    ami_mock_say(link, "\r\n");
    link->waiting = false;
    link->due = INT64_MAX;
    free(link->wait_id);
    link->wait_id = NULL;
    ami_mock_link_unblock(link);
}
