/* Calls that clients (or the demonstration) ask for, from dialling to hanging up. */
#ifndef AMI_MOCK_CALLS_H
#define AMI_MOCK_CALLS_H

#include "channels.h"
#include "pbx.h"

/* What Originate asks for. Borrowed strings, "" if not given. */
struct ami_mock_dial {
    const char *tech, *number; /* the channel to dial: "Local", "100@default" */
    const char *context, *exten, *app, *data;
    const char *caller_num, *caller_name, *account;
    const char *channel_id, *other_id;
    const char *action_id;
    int priority, timeout_ms; /* timeout: 0 or less waits for ever */
    const struct ami_mock_var *vars;
    ami_mock_link *waiter; /* blocked until the outcome; NULL: told by OriginateResponse */
};

/* Reasons of OriginateResponse are control frames. */
enum ami_mock_reason {
    AMI_MOCK_FAILED = 0,
    AMI_MOCK_NO_ANSWER = 3,
    AMI_MOCK_ANSWERED = 4,
    AMI_MOCK_BUSY = 5,
    AMI_MOCK_CONGESTION = 8
};

struct ami_mock_call {
    ami_mock_pbx *pbx;
    struct ami_mock_call *next;
    struct ami_mock_channel *leg[2]; /* a Local channel has two; none if there is nothing to dial */
    char *dialled, *number, *channel_id, *other_id, *action_id;
    char *context, *exten, *app, *data, *caller_num, *caller_name, *account;
    int priority;
    enum ami_mock_reason reason; /* what the dialling comes to */
    bool up;
    bool sync; /* a client waits for the outcome, or did before it left */
    ami_mock_link *waiter;
    int64_t due;              /* INT64_MAX: stays as it is */
    struct ami_mock_agi *agi; /* while it runs AGI(agi:async) */
    int64_t agi_due;          /* the end of its command */
};

/* legs.c: what the channels of a call do, and the events that tell of it */

/* The known technology of this name in its own spelling, or NULL. */
const char *ami_mock_technology(const char *name);
/* The call begins. One that fails at once gets no channel, or a Local one that leads nowhere. */
void ami_mock_legs_dial(struct ami_mock_call *call, const char *tech,
                        const struct ami_mock_var *vars);
void ami_mock_legs_answer(struct ami_mock_call *call);
/* What the first leg does once the outcome is told. */
void ami_mock_legs_go(struct ami_mock_call *call);
/* The dialling came to nothing: all that happens before the outcome is told. */
void ami_mock_legs_give_up(struct ami_mock_call *call);
/* Hangs up what is left, in the order that follows from who hangs up first. */
void ami_mock_legs_hangup(struct ami_mock_call *call);

/* originate.c */
/* Tells the outcome of the dialling, to the client that waits or to all. */
void ami_mock_call_tell(struct ami_mock_call *call);

/* calls.c */

/* Begins a call. */
void ami_mock_call_start(ami_mock_pbx *pbx, const struct ami_mock_dial *dial);
/* The call whose time comes first and before *due, which it lowers; NULL if there is none. */
struct ami_mock_call *ami_mock_call_first_due(const ami_mock_pbx *pbx, int64_t *due);
void ami_mock_call_due(struct ami_mock_call *call);
void ami_mock_calls_free(ami_mock_pbx *pbx);
/* The client of a blocking call is gone; the call goes on. */
void ami_mock_calls_forget(ami_mock_link *link);
/* Places a call for people who want to see events. */
void ami_mock_demo(ami_mock_pbx *pbx);

size_t ami_mock_channels_count(const ami_mock_pbx *pbx);
size_t ami_mock_calls_count(const ami_mock_pbx *pbx);
/* Channel number i, NULL behind the last one. */
struct ami_mock_channel *ami_mock_channel_at(const ami_mock_pbx *pbx, size_t i);
/* By name, without case, or by Uniqueid. */
struct ami_mock_channel *ami_mock_channel_find(const ami_mock_pbx *pbx, const char *name);
/* Asks a channel to hang up, which happens as soon as the action under way is done. */
void ami_mock_channel_hangup(ami_mock_pbx *pbx, struct ami_mock_channel *channel, int cause);

#endif
