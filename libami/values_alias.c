/* SPDX-License-Identifier: MIT */
/* Fields that changed their name between Asterisk 1.0 and today. */
#include <string.h>

#include "text.h"
#include "values.h"

enum { NAMES = 3 };

/*
 * The names of one field, newest first, and the events it is in, with commas between; "" is any
 * message. The first row that fits counts. Read in Asterisk's sources; the numbers are the branches
 * whose names differ:
 *   ParkedCall...     res/res_features.c (1.0, 1.2), main/features.c (1.4 - 11),
 *                     res/parking/parking_manager.c (12). From is a channel's name, while
 *                     ParkerDialString is what is dialled to reach it again.
 *   Dial...           apps/app_dial.c (1.2, 1.6.0), main/stasis_channels.c (12)
 *   Queue...          apps/app_queue.c (12; the list item QueueMember says Location to this day)
 *   Registry          channels/chan_sip.c, chan_iax2.c (1.0, 1.4, 1.6.0), main/stasis_system.c
 *   Newchannel...     main/channel.c (1.4, 1.6.0): State held the word, as ChannelStateDesc does
 *   Status            main/manager.c (1.4, 1.6.0, 12); up to 11 a channel without a PBX has the
 *                     old names
 *   CoreShowChannel   main/manager.c (1.6.0, 12)
 *   Newexten          main/pbx.c (1.0), main/manager_channels.c (12, both names)
 *   CallerID          all of these up to 1.4; Cdr, FAX and voicemail still mean another thing by it
 *   MailboxCount      main/manager.c (1.6.1); its page says UrgentMessages
 */
static const struct row {
    const char *events;
    const char *names[NAMES];
} rows[] = {
#define PARKING "ParkedCall,ParkedCallTimeOut,ParkedCallGiveUp,UnParkedCall"
    {PARKING, {"ParkingSpace", "Exten"}},
    {PARKING, {"ParkeeChannel", "Channel"}},
    {PARKING, {"ParkeeUniqueid", "Uniqueid"}},
    {PARKING, {"ParkeeCallerIDNum", "CallerIDNum", "CallerID"}},
    {PARKING, {"ParkeeCallerIDName", "CallerIDName"}},
    {PARKING, {"ParkeeConnectedLineNum", "ConnectedLineNum"}},
    {PARKING, {"ParkeeConnectedLineName", "ConnectedLineName"}},
    {PARKING, {"ParkingTimeout", "Timeout"}},
    {PARKING, {"ParkingDuration", "Duration"}},
    {"ParkedCall", {"ParkerDialString", "From"}},
    {"UnParkedCall", {"RetrieverChannel", "From"}},
#undef PARKING
#define DIAL "Dial,DialBegin,DialState,DialEnd"
    {DIAL, {"Channel", "Source"}},
    {DIAL, {"DestChannel", "Destination"}},
    {DIAL, {"Uniqueid", "SrcUniqueID"}},
#undef DIAL
    {"QueueMemberAdded,QueueMemberRemoved,QueueMemberStatus,QueueMemberPause,QueueMemberPaused,"
     "QueueMemberPenalty,QueueMemberRinginuse,QueueMember",
     {"Interface", "Location"}},
    {"QueueMemberPause,QueueMemberPaused", {"PausedReason", "Reason"}},
    {"Registry", {"ChannelType", "ChannelDriver", "Channel"}},
    {"Rename", {"Channel", "Oldname"}},
    {"Newchannel,Newstate,Status", {"ChannelStateDesc", "State"}},
    {"Status", {"BridgedChannel", "Link"}},
    {"Status", {"AccountCode", "Account"}},
    {"Status,CoreShowChannel,Newexten", {"Exten", "Extension"}},
    {"Newchannel,Newstate,Newcallerid,Status,OriginateResponse,Dial,DialBegin,DialState,DialEnd,"
     "Join,QueueCallerJoin,QueueEntry,AgentCalled",
     {"CallerIDNum", "CallerID"}},
    {"", {"UrgMessages", "UrgentMessages"}},
};

static bool row_has_event(const struct row *row, const ami_msg *msg)
{
    if (!row->events[0])
        return true;
    if (ami_msg_kind(msg) != AMI_KIND_EVENT)
        return false;

    const char *name = ami_msg_name(msg);
    size_t name_len = strlen(name);
    for (const char *event = row->events; *event;) {
        size_t len = strcspn(event, ",");
        if (ami__same(event, len, name, name_len))
            return true;
        event += len + (event[len] == ',');
    }
    return false;
}

static bool row_has_name(const struct row *row, const char *name)
{
    for (size_t i = 0; i < NAMES && row->names[i]; i++) {
        if (ami__order(row->names[i], name) == 0)
            return true;
    }
    return false;
}

const struct ami_field *ami_msg_find_alias(const ami_msg *msg, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        if (!row_has_name(row, name) || !row_has_event(row, msg))
            continue;
        for (size_t n = 0; n < NAMES && row->names[n]; n++) {
            const struct ami_field *field = ami_msg_find(msg, row->names[n]);
            if (field)
                return field;
        }
        return NULL;
    }
    return ami_msg_find(msg, name);
}

const char *ami_msg_get_alias(const ami_msg *msg, const char *name)
{
    const struct ami_field *field = ami_msg_find_alias(msg, name);

    return field ? field->value : NULL;
}
