/* SPDX-License-Identifier: MIT */
/*
 * The far end of a connection behind TLS: the connection under test is on one side, and b->far, as
 * in peer.h, speaks in plain on the other. What there is is passed on whenever the connection
 * waits, so settle() is enough.
 */
#ifndef AMI_TESTS_TLS_PEER_H
#define AMI_TESTS_TLS_PEER_H

#include <openssl/ssl.h>

#include "peer.h"

struct tls_peer {
    /* To be changed after tls_open. */
    size_t receive_max, send_max; /* so many bytes pass on the wire, */
    bool breaks;                  /* then it is closed; or else nothing happens any more */
    bool no_farewell;             /* it ends without a close_notify, as Asterisk does */

    size_t received, sent; /* bytes of the wire so far */
    bool farewell_heard;   /* the client's close_notify came */
    bool failed;           /* the handshake, or what came behind it */
    char why[128];         /* how, in OpenSSL's words */

    SSL *ssl;
    BIO *in, *out;   /* memory */
    size_t taken;    /* bytes of what out holds */
    int wire, plain; /* descriptors: the connection is behind wire, far behind plain */
};
extern struct tls_peer tls_peer;

/* Starts the connection on a socketpair whose other end is such a server. */
void tls_open(struct bench *b, SSL_CTX *server);

/* Passes on what there is, both ways. */
void tls_pump(void);

/* Ends the server. */
void tls_close(void);

#endif
