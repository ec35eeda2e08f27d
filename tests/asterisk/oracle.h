/* SPDX-License-Identifier: MIT */
/*
 * Who should hear what: all that came over the wire, given to the actions it answers, or to nobody.
 * It knows libami's bytes, from its trace hook, and nothing else of libami.
 */
#ifndef AMI_TESTS_ASTERISK_ORACLE_H
#define AMI_TESTS_ASTERISK_ORACLE_H

#include <stddef.h>

#include <ami/ami.h>

#include "text.h"
#include "wire.h"

/* An action that was sent, and the messages that answer it, in order. */
struct exchange {
    char *id;
    struct log seen;
    size_t bytes; /* of these, as text */
};

/* Begin with {0}, or with oldest set alone; end with oracle_free. */
struct oracle {
    bool oldest; /* the server is Asterisk 1.0 */
    struct wire wire;
    struct exchange *at; /* in the order in which they were sent */
    size_t count, room;
    size_t turn;       /* the first that nothing has answered */
    bool open;         /* the one before it has opened a list, which has not ended */
    struct log events; /* for the handlers */
    struct log strays; /* for nobody: there should be none */
};

/* The trace hook of a session; user is the oracle. */
void oracle_hear(ami_session *session, enum ami_trace direction, const void *data, size_t len,
                 void *user);

/* What came for an action, or NULL when no such action was sent. */
const struct exchange *oracle_find(const struct oracle *oracle, const char *id);

/* The value of the first field of a message with this name, or "" when there is none; len is its
 * length. */
const char *text_value(const char *message, const char *name, size_t *len);
bool text_value_is(const char *message, const char *name, const char *value); /* without case */
void oracle_free(struct oracle *oracle);

#endif
