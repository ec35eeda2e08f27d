/* SPDX-License-Identifier: MIT */
/*
 * What the values of fields mean: classes of events, numbers in words, escapes, channel variables,
 * fields that changed their name. All are pure functions: nothing is allocated, any thread may
 * call them, and so may every callback.
 *
 * Those that write text take a buffer and its size, and return the length of the whole text
 * without its NUL, as snprintf does: when that is not less than size, the text was cut. What was
 * written ends in NUL unless size is 0; then out may be NULL.
 */
#ifndef AMI_VALUES_H
#define AMI_VALUES_H

#include <ami/error.h>
#include <ami/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Classes of events and permissions --------------------------------------------------- */

/* The bits of Asterisk's own masks. ALL has also the bits that have no name yet. */
enum ami_class {
    AMI_CLASS_SYSTEM = 1,
    AMI_CLASS_CALL = 2,
    AMI_CLASS_LOG = 4,
    AMI_CLASS_VERBOSE = 8,
    AMI_CLASS_COMMAND = 16,
    AMI_CLASS_AGENT = 32,
    AMI_CLASS_USER = 64,
    AMI_CLASS_CONFIG = 128,
    AMI_CLASS_DTMF = 256,
    AMI_CLASS_REPORTING = 512,
    AMI_CLASS_CDR = 1024,
    AMI_CLASS_DIALPLAN = 2048,
    AMI_CLASS_ORIGINATE = 4096,
    AMI_CLASS_AGI = 8192,
    AMI_CLASS_CC = 32768,
    AMI_CLASS_AOC = 65536,
    AMI_CLASS_TEST = 131072,
    AMI_CLASS_SECURITY = 262144,
    AMI_CLASS_MESSAGE = 1 << 30,
    AMI_CLASS_ALL = 0x7fffffff
};

/* A buffer of this size holds every text of ami_classes_format. */
enum { AMI_CLASSES_SIZE = 256 };

/*
 * An event mask or a list of permissions: names with commas between, "all" and "none" among them;
 * or one word for all or nothing, in any case (on yes true y t, off no false n f); or the number.
 * AMI_E_INVAL, and *classes as it was, for everything that a server would read otherwise than it
 * looks: unknown or empty names, blanks, capitals in names, numbers over AMI_CLASS_ALL, "", NULL.
 */
AMI_API int ami_classes_parse(const char *text, unsigned *classes);

/*
 * The exact text for the Events of a login and of ami_conn_opts, and for the EventMask of Events:
 * "all", "off" for 0, else the names, or the number when a bit has no name. Returns its length, or
 * AMI_E_INVAL for bits beyond AMI_CLASS_ALL, with "" written.
 */
AMI_API int ami_classes_format(unsigned classes, char *out, size_t size);

/* The Privilege of an event, such as "call,all" or "<none>": its classes, without the "all" that
 * every event says at its end. Any case. AMI_E_INVAL as above. */
AMI_API int ami_privilege_parse(const char *text, unsigned *classes);

/* ---- Numbers in words -------------------------------------------------------------------- */

/* How an Originate ended: the Reason of OriginateResponse. */
enum ami_reason {
    AMI_REASON_FAILURE = 0,
    AMI_REASON_HANGUP = 1,
    AMI_REASON_NO_ANSWER = 3,
    AMI_REASON_ANSWERED = 4,
    AMI_REASON_BUSY = 5,
    AMI_REASON_CONGESTION = 8,
    AMI_REASON_PROGRESS = 14 /* early media, when EarlyMedia was asked for */
};

/* The State of DeviceStateChange, and the Status of QueueMember. */
enum ami_device_state {
    AMI_DEVICE_UNKNOWN,
    AMI_DEVICE_NOT_INUSE,
    AMI_DEVICE_INUSE,
    AMI_DEVICE_BUSY,
    AMI_DEVICE_INVALID,
    AMI_DEVICE_UNAVAILABLE,
    AMI_DEVICE_RINGING,
    AMI_DEVICE_RINGINUSE,
    AMI_DEVICE_ONHOLD
};

/* Static strings, never NULL. Asterisk's own words where it has some: ChannelStateDesc, Cause-txt,
 * StatusText (all combinations, such as "InUse&Ringing" for 9), State of DeviceStateChange. */
AMI_API const char *ami_reason_text(int reason);
AMI_API const char *ami_channel_state_text(int state);
AMI_API const char *ami_cause_text(int cause);
AMI_API const char *ami_extension_state_text(int state);
AMI_API const char *ami_device_state_text(int state);

/* The number of a device state, from NOT_INUSE as well as from "Not in use", in any case.
 * AMI_E_INVAL for other words and NULL. */
AMI_API int ami_device_state_parse(const char *word);

/* ---- Escapes ----------------------------------------------------------------------------- */

/*
 * Undoes \a \b \f \n \r \t \v \\ \' \" \? as Asterisk 13 and later write them in caller's and
 * connected line's names, in the Value of VarSet and in ChanVariable. Other backslashes stay. out
 * may be in. The result is never longer than len.
 */
AMI_API size_t ami_unescape_c(const char *in, size_t len, char *out, size_t size);

/* Undoes %41, as in the Result and Env of AsyncAGI events. A plus stays a plus, and a % without two
 * hexadecimal digits a %. Otherwise the same. */
AMI_API size_t ami_unescape_url(const char *in, size_t len, char *out, size_t size);

/*
 * The lines of an environment. The strings lie in the decoded text and do not end in NUL. A line
 * without a colon has an empty name and is its value.
 */
struct ami_env {
    size_t size;
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
    size_t next; /* where the next line begins */
};
#define AMI_ENV_INIT                                \
    {                                               \
        sizeof(struct ami_env), NULL, 0, NULL, 0, 0 \
    }

/* The next line of an Env that ami_unescape_url has decoded; false after the last. Begin with
 * AMI_ENV_INIT, change nothing between calls. */
AMI_API bool ami_env_next(const char *text, size_t len, struct ami_env *env);

/* ---- Channel variables ------------------------------------------------------------------- */

enum ami_var_form {
    AMI_VAR_SNAPSHOT, /* ChanVariable: n=v, DestChanVariable: n=v */
    AMI_VAR_CHANNEL,  /* ChanVariable(<channel>): n=v */
    AMI_VAR_STATUS    /* Variable: n=v in the event Status */
};

/* A variable. Prefix and name do not end in NUL, value does; all live as long as the message. */
struct ami_var {
    size_t size;
    enum ami_var_form form;
    bool escaped;       /* the value is to be given to ami_unescape_c */
    const char *prefix; /* "Dest" of DestChanVariable; else empty */
    size_t prefix_len;
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
    size_t next; /* the field to go on with */
};
#define AMI_VAR_INIT                                                                  \
    {                                                                                 \
        sizeof(struct ami_var), AMI_VAR_SNAPSHOT, false, NULL, 0, NULL, 0, NULL, 0, 0 \
    }

/* The next variable of a message, in the order of the wire; false after the last. Begin with
 * AMI_VAR_INIT, change nothing between calls. */
AMI_API bool ami_var_next(const ami_msg *msg, struct ami_var *var);

/* The name of the channel that the variable belongs to, colons included, or "" when the message
 * does not tell: from the parentheses, else the field Channel, DestChannel, ... */
AMI_API size_t ami_var_channel(const ami_msg *msg, const struct ami_var *var, char *out,
                               size_t size);

/* The value, unescaped when it was escaped. */
AMI_API size_t ami_var_value(const struct ami_var *var, char *out, size_t size);

/* ---- Fields that changed their name ------------------------------------------------------ */

/* As ami_msg_get and ami_msg_find, by any of the names that the field had from Asterisk 1.0 on; the
 * newest that is there counts. Other fields are found by their own name alone. */
AMI_API const char *ami_msg_get_alias(const ami_msg *msg, const char *name);
AMI_API const struct ami_field *ami_msg_find_alias(const ami_msg *msg, const char *name);

#ifdef __cplusplus
}
#endif
#endif
