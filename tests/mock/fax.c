/* Fax: two sessions, of which the second is never described. */
#include <stdlib.h>

#include "actions.h"

enum { SESSIONS = 2, MUTE_SESSION = 2 };

static long sessions_count(const ami_mock_link *link)
{
    return link->pbx->empty ? 0 : SESSIONS;
}

/* The result is an event that is no list's. */
void ami_mock_fax_session(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *text = ami_mock_header(msg, "SessionNumber");
    char *end;
    long number = strtol(text, &end, 10);

    if (end == text) {
        ami_mock_error(link, msg, "Invalid session ID");
        return;
    }
    if (number < 1 || number > sessions_count(link)) {
        ami_mock_error(link, msg, "Session not found");
        return;
    }
    ami_mock_ack(link, msg, "FAXSession event will follow");
    if (number == MUTE_SESSION)
        return;
    ami_mock_say(link, "Event: FAXSession\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link,
                 "SessionNumber: %ld\r\nOperation: receive\r\nState: Active\r\n"
                 "ErrorCorrectionMode: Yes\r\nDataRate: 14400\r\nImageResolution: 8031x3850\r\n"
                 "PageNumber: 1\r\n\r\n",
                 number);
}

void ami_mock_fax_stats(ami_mock_link *link, const struct ami_mock_message *msg)
{
    ami_mock_ack(link, msg, "FAXStats event will follow");
    ami_mock_say(link, "Event: FAXStats\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link,
                 "CurrentSessions: %ld\r\nReservedSessions: 0\r\nTransmitAttempts: 0\r\n"
                 "ReceiveAttempts: %ld\r\nCompletedFAXes: 0\r\nFailedFAXes: 0\r\n\r\n",
                 sessions_count(link), sessions_count(link));
}

/* The one list that starts with a capital letter. */
void ami_mock_fax_sessions(ami_mock_link *link, const struct ami_mock_message *msg)
{
    long count = sessions_count(link);

    ami_mock_start(link, msg, "Success");
    ami_mock_say(link,
                 "EventList: Start\r\nMessage: FAXSessionsEntry event list will follow\r\n\r\n");
    for (long i = 1; i <= count; i++) {
        ami_mock_say(link, "Event: FAXSessionsEntry\r\n");
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        ami_mock_say(link,
                     "Channel: SIP/fax-0000000%ld\r\nTechnology: Spandsp\r\nSessionNumber: %ld\r\n"
                     "SessionType: G.711\r\nOperation: receive\r\nState: Active\r\n"
                     "Files: fax.tif\r\n\r\n",
                     i, i);
    }
    ami_mock_say(link, "Event: FAXSessionsComplete\r\n");
    ami_mock_say_id(link, msg);
    ami_mock_say(link, "EventList: Complete\r\n");
    if (ami_mock_since(link, AMI_MOCK_13_2))
        ami_mock_say(link, "ListItems: %ld\r\n", count);
    ami_mock_say(link, "Total: %ld\r\n\r\n", count);
}
