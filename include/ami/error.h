/* SPDX-License-Identifier: MIT */
/* Error codes: 0 or more is success, negative is one of these. */
#ifndef AMI_ERROR_H
#define AMI_ERROR_H

#include <ami/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The one list of codes: name, number (never changed), sentence. */
#define AMI_ERROR_MAP(X)                                                              \
    X(NOMEM, -1, "out of memory")                                                     \
    X(INVAL, -2, "invalid argument")                                                  \
    X(STATE, -3, "not possible in this state")                                        \
    X(REENTRANT, -4, "not allowed from inside a callback of the same object")         \
    X(LIMIT, -5, "a configured limit was reached")                                    \
    X(PROTO, -6, "the peer does not speak the Asterisk Manager Interface")            \
    X(RESOLVE, -7, "the host name could not be resolved")                             \
    X(CONNECT, -8, "the connection could not be established")                         \
    X(IO, -9, "the connection broke")                                                 \
    X(EOF, -10, "the server closed the connection")                                   \
    X(TLS, -11, "TLS failed")                                                         \
    X(VERIFY, -12, "the server's certificate does not verify")                        \
    X(AUTH, -13, "the server refused the user name or secret")                        \
    X(REFUSED, -14, "the server answered with an error")                              \
    X(TIMEOUT, -15, "timed out")                                                      \
    X(CANCELLED, -16, "cancelled")                                                    \
    X(NOT_SENT, -17, "not sent: the server never saw it")                             \
    X(LOST, -18, "sent, but the connection ended before the answer: outcome unknown") \
    X(NOTSUP, -19, "not supported by this version of libami")                         \
    X(NOTFOUND, -20, "not found")                                                     \
    X(KEEPALIVE, -21, "the server no longer answers keep-alive pings")                \
    X(SHUTDOWN, -22, "the server is shutting down")

enum ami_err {
    AMI_OK = 0,
#define AMI_ERROR_ENUM(name, number, text) AMI_E_##name = number,
    AMI_ERROR_MAP(AMI_ERROR_ENUM)
#undef AMI_ERROR_ENUM
};

/*
 * An error with its circumstances. Whoever is handed one owns it; it holds no pointers.
 * `text` is a whole sentence without a final stop and never shows a secret.
 */
struct ami_error {
    int code;          /* AMI_E_..., or AMI_OK when nothing is wrong */
    int sys;           /* errno behind it, or 0 */
    unsigned long tls; /* OpenSSL's error behind it, with AMI_E_VERIFY its X509_V_ERR_ code; or 0 */
    char text[160];
};

/* A sentence for a code, and its name such as "AMI_E_INVAL". Static strings, also for codes that
 * are not in the list. */
AMI_API const char *ami_strerror(int err);
AMI_API const char *ami_err_name(int err);

#ifdef __cplusplus
}
#endif
#endif
