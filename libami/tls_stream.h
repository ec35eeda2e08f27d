/* SPDX-License-Identifier: MIT */
/*
 * TLS of one connection, as a filter of bytes: records of the network on one side, the bytes that
 * they hold on the other. It knows no descriptor and no time.
 */
#ifndef AMI__TLS_STREAM_H
#define AMI__TLS_STREAM_H

#include <stddef.h>

#include <ami/tls.h>

struct ami__tls_stream;

/* A client's side, which must end before tls; its first message is among the output. host is what
 * to verify unless tls has a server_name. NULL, and why. */
struct ami__tls_stream *ami__tls_begin(const ami_tls *tls, const char *host,
                                       const struct ami_allocator *alloc, struct ami_error *error);
void ami__tls_end(struct ami__tls_stream *s);

/* What came from the network. AMI_OK or an error. */
int ami__tls_feed(struct ami__tls_stream *s, const void *data, size_t len);

/* What is to go there, and how much of it went. */
size_t ami__tls_output(const struct ami__tls_stream *s, const void **data);
void ami__tls_sent(struct ami__tls_stream *s, size_t n);

/* Goes on with the handshake: 1 when it is done and the server is trusted, 0 when more must come,
 * or an error. */
int ami__tls_handshake(struct ami__tls_stream *s);

/* As ami__net_recv, out of what was fed; -EAGAIN when more must come, -EPROTO after an error. */
ptrdiff_t ami__tls_read(struct ami__tls_stream *s, void *data, size_t room);

/* Whether a read may give something without more from the network. */
bool ami__tls_has_input(const struct ami__tls_stream *s);

/* As ami__net_send, to the output, where it becomes one record if it fits; -EPROTO after an error.
 */
ptrdiff_t ami__tls_write(struct ami__tls_stream *s, const void *data, size_t len);

/* Says the last word, so that the server knows that nothing was cut off. */
void ami__tls_farewell(struct ami__tls_stream *s);

/* What went wrong; code AMI_OK if nothing did. */
const struct ami_error *ami__tls_error(const struct ami__tls_stream *s);

#endif
