/* Channels and the events that tell of them, in the form of each release. */
#ifndef AMI_MOCK_CHANNELS_H
#define AMI_MOCK_CHANNELS_H

#include "pbx.h"

enum ami_mock_state {
    AMI_MOCK_DOWN = 0,
    AMI_MOCK_RING = 4,
    AMI_MOCK_RINGING = 5,
    AMI_MOCK_UP = 6,
    AMI_MOCK_ENGAGED = 7 /* called Busy, which here is an outcome already */
};

struct ami_mock_channel {
    char *name, *uniqueid, *linkedid;
    char *context, *exten, *account;
    char *caller_num, *caller_name; /* "" if unknown */
    char *app, *data;
    const char *tech;
    int priority, cause;
    enum ami_mock_state state;
    int64_t since;
    bool connected; /* the connected line is known; it is always the caller of the call */
    bool asked_to_hang_up;
    struct ami_mock_var *vars;
};

/* uniqueid NULL: the next one. Strings are copied. */
struct ami_mock_channel *ami_mock_channel_new(ami_mock_pbx *pbx, const char *name,
                                              const char *uniqueid);
void ami_mock_channel_free(struct ami_mock_channel *channel);
const char *ami_mock_state_name(enum ami_mock_state state);
/* The fields that describe a channel in events and lists since Asterisk 12. */
void ami_mock_snapshot(const ami_mock_pbx *pbx, struct ami_mock_text *text,
                       const struct ami_mock_channel *channel, const char *prefix);
/* The backslash escapes of names and values in events. */
void ami_mock_add_escaped(const ami_mock_pbx *pbx, struct ami_mock_text *text, const char *s);
/* The header CallerID of 1.0, where it is number and name, and of 1.4, the number. */
void ami_mock_say_caller_id(const ami_mock_pbx *pbx, struct ami_mock_text *text,
                            const struct ami_mock_channel *channel);

void ami_mock_emit_newchannel(ami_mock_pbx *pbx, const struct ami_mock_channel *channel);
/* Sets the state and tells. */
void ami_mock_emit_newstate(ami_mock_pbx *pbx, struct ami_mock_channel *channel,
                            enum ami_mock_state state);
/* The caller is known now. */
void ami_mock_emit_caller(ami_mock_pbx *pbx, const struct ami_mock_channel *channel);
/* Sets what the channel does in the dialplan and tells. */
void ami_mock_emit_newexten(ami_mock_pbx *pbx, struct ami_mock_channel *channel, const char *app,
                            const char *data);
void ami_mock_emit_varset(ami_mock_pbx *pbx, const struct ami_mock_channel *channel,
                          const char *name, const char *value);
/* A snapshot and what fmt makes behind it; nothing before Asterisk 12. */
void ami_mock_emit_channel(ami_mock_pbx *pbx, int classes, const char *event,
                           const struct ami_mock_channel *channel, const char *fmt, ...)
    AMI_MOCK_PRINTF(5, 6);
void ami_mock_emit_hangup(ami_mock_pbx *pbx, const struct ami_mock_channel *channel);

#endif
