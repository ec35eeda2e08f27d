/* SPDX-License-Identifier: MIT */
/* Numbers in words, as Asterisk itself writes them. */
#include "values.h"

#include "text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct word {
    int number;
    const char *text;
};

static const char *find(const struct word *words, size_t count, int number, const char *otherwise)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].number == number)
            return words[i].text;
    }
    return otherwise;
}

/* The number of a control frame, which has no text on the wire (include/asterisk/frame.h,
 * main/pbx.c:pbx_dial_reason; before 12 main/channel.c:__ast_request_and_dial). */
const char *ami_reason_text(int reason)
{
    static const struct word reasons[] = {
        {AMI_REASON_FAILURE, "failure"},
        {AMI_REASON_HANGUP, "hung up"},
        {AMI_REASON_NO_ANSWER, "no answer"},
        {AMI_REASON_ANSWERED, "answered"},
        {AMI_REASON_BUSY, "busy"},
        {AMI_REASON_CONGESTION, "congestion"},
        {AMI_REASON_PROGRESS, "early media"},
    };

    return find(reasons, LENGTH(reasons), reason, "unknown");
}

/* main/channel.c:ast_state2str; 65536 is a flag of its own. */
const char *ami_channel_state_text(int state)
{
    static const struct word states[] = {
        {0, "Down"},     {1, "Rsrvd"}, {2, "OffHook"}, {3, "Dialing"},         {4, "Ring"},
        {5, "Ringing"},  {6, "Up"},    {7, "Busy"},    {8, "Dialing Offhook"}, {9, "Pre-ring"},
        {65536, "Mute"},
    };

    return find(states, LENGTH(states), state, "Unknown");
}

/* main/channel.c:causes, unchanged since 1.8; the numbers are those of Q.850. */
static const struct word causes[] = {
    {1, "Unallocated (unassigned) number"},
    {2, "No route to specified transmit network"},
    {3, "No route to destination"},
    {5, "Misdialed trunk prefix"},
    {6, "Channel unacceptable"},
    {7, "Call awarded and being delivered in an established channel"},
    {8, "Pre-empted"},
    {14, "Number ported elsewhere"},
    {16, "Normal Clearing"},
    {17, "User busy"},
    {18, "No user responding"},
    {19, "User alerting, no answer"},
    {20, "Subscriber absent"},
    {21, "Call Rejected"},
    {22, "Number changed"},
    {23, "Redirected to new destination"},
    {26, "Answered elsewhere"},
    {27, "Destination out of order"},
    {28, "Invalid number format"},
    {29, "Facility rejected"},
    {30, "Response to STATus ENQuiry"},
    {31, "Normal, unspecified"},
    {34, "Circuit/channel congestion"},
    {38, "Network out of order"},
    {41, "Temporary failure"},
    {42, "Switching equipment congestion"},
    {43, "Access information discarded"},
    {44, "Requested channel not available"},
    {50, "Facility not subscribed"},
    {52, "Outgoing call barred"},
    {54, "Incoming call barred"},
    {57, "Bearer capability not authorized"},
    {58, "Bearer capability not available"},
    {65, "Bearer capability not implemented"},
    {66, "Channel not implemented"},
    {69, "Facility not implemented"},
    {81, "Invalid call reference value"},
    {88, "Incompatible destination"},
    {95, "Invalid message unspecified"},
    {96, "Mandatory information element is missing"},
    {97, "Message type nonexist."},
    {98, "Wrong message"},
    {99, "Info. element nonexist or not implemented"},
    {100, "Invalid information element contents"},
    {101, "Message not compatible with call state"},
    {102, "Recover on timer expiry"},
    {103, "Mandatory IE length error"},
    {111, "Protocol error, unspecified"},
    {127, "Interworking, unspecified"},
};

const char *ami_cause_text(int cause)
{
    return find(causes, LENGTH(causes), cause, "Unknown");
}

/* The words of main/pbx.c:extension_states. Asterisk itself says Unknown to the combinations that
 * it does not make, and to the negative numbers. */
static const char *const extension_states[] = {
    "Idle",
    "InUse",
    "Busy",
    "InUse&Busy",
    "Unavailable",
    "InUse&Unavailable",
    "Busy&Unavailable",
    "InUse&Busy&Unavailable",
    "Ringing",
    "InUse&Ringing",
    "Busy&Ringing",
    "InUse&Busy&Ringing",
    "Unavailable&Ringing",
    "InUse&Unavailable&Ringing",
    "Busy&Unavailable&Ringing",
    "InUse&Busy&Unavailable&Ringing",
    "Hold",
    "InUse&Hold",
    "Busy&Hold",
    "InUse&Busy&Hold",
    "Unavailable&Hold",
    "InUse&Unavailable&Hold",
    "Busy&Unavailable&Hold",
    "InUse&Busy&Unavailable&Hold",
    "Ringing&Hold",
    "InUse&Ringing&Hold",
    "Busy&Ringing&Hold",
    "InUse&Busy&Ringing&Hold",
    "Unavailable&Ringing&Hold",
    "InUse&Unavailable&Ringing&Hold",
    "Busy&Unavailable&Ringing&Hold",
    "InUse&Busy&Unavailable&Ringing&Hold",
};

const char *ami_extension_state_text(int state)
{
    if (state == -1)
        return "NoHint";
    if (state == -2)
        return "Removed";
    return state >= 0 && (size_t)state < LENGTH(extension_states) ? extension_states[state]
                                                                  : "Unknown";
}

/* main/devicestate.c:devstatestring. The second form is that of EndpointList and of versions
 * before 1.6.2. */
static const struct device {
    const char *word, *sentence;
} devices[] = {
    [AMI_DEVICE_UNKNOWN] = {"UNKNOWN", "Unknown"},
    [AMI_DEVICE_NOT_INUSE] = {"NOT_INUSE", "Not in use"},
    [AMI_DEVICE_INUSE] = {"INUSE", "In use"},
    [AMI_DEVICE_BUSY] = {"BUSY", "Busy"},
    [AMI_DEVICE_INVALID] = {"INVALID", "Invalid"},
    [AMI_DEVICE_UNAVAILABLE] = {"UNAVAILABLE", "Unavailable"},
    [AMI_DEVICE_RINGING] = {"RINGING", "Ringing"},
    [AMI_DEVICE_RINGINUSE] = {"RINGINUSE", "Ring+Inuse"},
    [AMI_DEVICE_ONHOLD] = {"ONHOLD", "On Hold"},
};

const char *ami_device_state_text(int state)
{
    return state >= 0 && (size_t)state < LENGTH(devices) ? devices[state].word : "UNKNOWN";
}

int ami_device_state_parse(const char *word)
{
    for (size_t i = 0; word && i < LENGTH(devices); i++) {
        if (ami__order(word, devices[i].word) == 0 || ami__order(word, devices[i].sentence) == 0)
            return (int)i;
    }
    return AMI_E_INVAL;
}
