/* SPDX-License-Identifier: MIT */
/* What a server answers, made up. */
#ifndef AMI_BENCH_REPLIES_H
#define AMI_BENCH_REPLIES_H

#include "bench.h"

struct bytes {
    char *data;
    size_t len, cap;
};
void bytes_add(struct bytes *bytes, const char *format, ...) AMI_PRINTF(2, 3);
void bytes_free(struct bytes *bytes);

/* Success, as Ping has it. */
void reply_simple(struct bytes *bytes, const char *id);

/* A list of channels, as Status has it. */
void reply_list(struct bytes *bytes, const char *id, size_t items);

/* The output of a command, about so many bytes. */
void reply_command(struct bytes *bytes, const char *id, size_t size);

/* Says that all the session's output was sent. */
void session_send_all(ami_session *session);

#endif
