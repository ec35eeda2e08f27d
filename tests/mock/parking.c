/* ParkedCalls: one call waits. */
#include <stdio.h>

#include "actions.h"
#include "channels.h"

static void say_old_call(ami_mock_link *link)
{
    bool lots = ami_mock_since(link, AMI_MOCK_1_6);

    ami_mock_say(link, "%sExten: 701\r\nChannel: SIP/parked-00000003\r\n",
                 lots ? "Parkinglot: default\r\n" : "");
    if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say(link, "From: SIP/alice\r\n");
    ami_mock_say(link, "Timeout: 40\r\n");
    if (ami_mock_since(link, AMI_MOCK_11))
        ami_mock_say(link, "Duration: 5\r\n");
    if (lots)
        ami_mock_say(link, "CallerIDNum: 5551234\r\nCallerIDName: Waiting Caller\r\n"
                           "ConnectedLineNum: \r\nConnectedLineName: \r\n");
    else if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say(link, "CallerID: 5551234\r\nCallerIDName: Waiting Caller\r\n");
    else
        ami_mock_say(link, "CallerID: \"Waiting Caller\" <5551234>\r\n");
}

static void say_call(ami_mock_link *link)
{
    struct ami_mock_channel *parkee =
        ami_mock_channel_new(link->pbx, "SIP/parked-00000003", "1700000000.3");

    parkee->state = AMI_MOCK_UP;
    ami_mock_set(&parkee->caller_num, "5551234");
    ami_mock_set(&parkee->caller_name, "Waiting Caller");
    ami_mock_set(&parkee->context, "default");
    ami_mock_set(&parkee->exten, "100");
    ami_mock_snapshot(link->pbx, &link->out, parkee, "Parkee");
    ami_mock_channel_free(parkee);
    ami_mock_say(link, "ParkerDialString: SIP/alice\r\nParkinglot: default\r\nParkingSpace: 701\r\n"
                       "ParkingTimeout: 40\r\nParkingDuration: 5\r\n");
}

void ami_mock_parked_calls(ami_mock_link *link, const struct ami_mock_message *msg)
{
    bool parked = !link->pbx->empty;
    char total[32] = "";

    ami_mock_list(link, msg, "Parked calls will follow", false);
    if (parked) {
        ami_mock_say(link, "Event: ParkedCall\r\n");
        if (ami_mock_since(link, AMI_MOCK_12))
            say_call(link);
        else
            say_old_call(link);
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        ami_mock_say(link, "\r\n");
    }
    if (ami_mock_since(link, AMI_MOCK_1_6))
        snprintf(total, sizeof total, "Total: %d\r\n", parked);
    ami_mock_list_end(link, msg, "ParkedCallsComplete", parked, false, total);
    ami_mock_say(link, "\r\n");
}
