/* SPDX-License-Identifier: MIT */
/* What connections with TLS share: OpenSSL's context, and what there is to verify beyond it. */
#ifndef AMI__TLS_H
#define AMI__TLS_H

#include <stdatomic.h>

#include <openssl/ssl.h>

#include <ami/tls.h>

enum { AMI__TLS_PIN = 52 }; /* characters: "sha256//" and 32 bytes in base 64 */

/* Never written after ami_tls_new, but for the count. */
struct ami_tls {
    atomic_uint references;
    SSL_CTX *ctx;
    char *server_name; /* or NULL */
    char *pin;         /* or NULL */
    bool verify;
};

/* One more reference, or NULL of NULL; ami_tls_free drops it. */
ami_tls *ami__tls_keep(const ami_tls *tls);

/* Whether it has to be told which host to verify. */
bool ami__tls_needs_host(const ami_tls *tls);

/*
 * Tells the oldest error of this thread's OpenSSL, what being where it happened, and empties its
 * queue. OpenSSL wants that queue empty before a call, or takes old errors for new ones:
 * ERR_clear_error stands before each sequence of calls that may fail.
 */
int ami__tls_failed(struct ami_error *error, int code, const char *what);

/* Whether there was no memory, whatever else it led to; says so, and empties the queue. */
bool ami__tls_no_memory(struct ami_error *error);

#endif
