/* Actions about the session and the server. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "actions.h"
#include "calls.h"
#include "filter.h"

void ami_mock_ping(ami_mock_link *link, const struct ami_mock_message *msg)
{
    long long wall = ami_mock_pbx_wall(link->pbx);

    if (!ami_mock_since(link, AMI_MOCK_1_6)) {
        ami_mock_reply(link, msg, "Pong", NULL);
        return;
    }
    ami_mock_start(link, msg, "Success");
    ami_mock_say(link, "Ping: Pong\r\nTimestamp: %lld.%06lld\r\n\r\n", wall / 1000,
                 wall % 1000 * 1000);
}

void ami_mock_events(ami_mock_link *link, const struct ami_mock_message *msg)
{
    int mask = ami_mock_mask_parse(ami_mock_header(msg, "EventMask"), link->pbx->release->classes);
    const char *state = mask > 0 ? "On" : "Off";

    /* The first release took no mask for all events, and all events for a mistake, told by silence.
     */
    if (!ami_mock_since(link, AMI_MOCK_1_4) && (mask < 0 || mask == AMI_MOCK_ALL)) {
        link->mask = AMI_MOCK_ALL;
        return;
    }
    if (mask < 0) {
        ami_mock_error(link, msg, "Invalid event mask");
        return;
    }
    link->mask = mask;
    if (!ami_mock_since(link, AMI_MOCK_1_6)) {
        ami_mock_reply(link, msg, mask > 0 ? "Events On" : "Events Off", NULL);
        return;
    }
    ami_mock_say(link, "Response: Success\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link, "Events: %s\r\n\r\n", state);
}

void ami_mock_filter(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *filter = ami_mock_header(msg, "Filter");

    if (!ami_mock_same(ami_mock_header(msg, "Operation"), "Add"))
        ami_mock_error(link, msg, "Unknown operation");
    else if (ami_mock_since(link, AMI_MOCK_22) && !filter[*filter == '!'])
        ami_mock_error(link, msg,
                       "Filter was formatted incorrectly.  Check the syntax of the filter given.");
    else if (!ami_mock_filter_add(&link->filters, filter))
        ami_mock_error(link, msg, "Filter did not compile.  Check the syntax of the filter given.");
    else
        ami_mock_ack(link, msg, "Success");
}

/* Everything the sender wrote goes to everybody as it is, its ActionID included. */
void ami_mock_user_event(ami_mock_link *link, const struct ami_mock_message *msg)
{
    bool old = !ami_mock_since(link, AMI_MOCK_1_6);
    struct ami_mock_text body = {0};

    ami_mock_text_addf(&body, "UserEvent: %s\r\n", ami_mock_header(msg, "UserEvent"));
    for (size_t i = 0; i < msg->count; i++) {
        const char *line = msg->header[i];

        if (ami_mock_same_n(line, "UserEvent:", 10) ||
            (!old && ami_mock_same_n(line, "Action:", 7)))
            continue;
        ami_mock_text_addf(&body, "%s\r\n", line);
    }
    ami_mock_ack(link, msg, "Event Sent");
    ami_mock_emit(link->pbx, AMI_MOCK_USER, "UserEvent", body.data);
    ami_mock_text_clear(&body);
}

void ami_mock_core_settings(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const struct ami_mock_release *release = link->pbx->release;

    ami_mock_say(link, "Response: Success\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_CORE);
    ami_mock_say(link,
                 "AMIversion: %s\r\nAsteriskVersion: %s\r\nSystemName: \r\nCoreMaxCalls: 0\r\n"
                 "CoreMaxLoadAvg: 0.000000\r\nCoreRunUser: asterisk\r\nCoreRunGroup: asterisk\r\n"
                 "CoreMaxFilehandles: 0\r\nCoreRealTimeEnabled: No\r\nCoreCDRenabled: Yes\r\n"
                 "CoreHTTPenabled: No\r\n",
                 release->banner, release->asterisk);
    if (ami_mock_since(link, AMI_MOCK_22))
        ami_mock_say(link, "SoundsSearchCustomDir: No\r\n");
    ami_mock_say(link, "\r\n");
}

void ami_mock_core_status(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const ami_mock_pbx *pbx = link->pbx;
    time_t start = (time_t)((pbx->epoch_ms + pbx->started) / 1000);
    char date[16], hour[16];
    struct tm tm;

    gmtime_r(&start, &tm);
    strftime(date, sizeof date, "%Y-%m-%d", &tm);
    strftime(hour, sizeof hour, "%H:%M:%S", &tm);
    ami_mock_say(link, "Response: Success\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_CORE);
    ami_mock_say(link,
                 "CoreStartupDate: %s\r\nCoreStartupTime: %s\r\nCoreReloadDate: %s\r\n"
                 "CoreReloadTime: %s\r\nCoreCurrentCalls: %zu\r\n",
                 date, hour, date, hour, ami_mock_channels_count(pbx));
    if (ami_mock_since(link, AMI_MOCK_22))
        ami_mock_say(link, "CoreProcessedCalls: %u\r\n", pbx->processed);
    ami_mock_say(link, "\r\n");
}
