/* SPDX-License-Identifier: MIT */
/* The login of a connection. */
#ifndef AMI__LOGIN_H
#define AMI__LOGIN_H

#include <ami/session.h>

/* What is wrong with what a login would send, in words, or NULL. */
const char *ami__login_invalid(const char *username, const char *secret, enum ami_auth auth,
                               const char *events);

/* As ami_login, which refuses sessions that a connection logs in. */
int ami__login(ami_session *s, const struct ami_login_opts *opts, ami_reply_fn fn, void *user);

#endif
