/* SPDX-License-Identifier: MIT */
/* The login of a connection. */
#ifndef AMI__LOGIN_H
#define AMI__LOGIN_H

#include <ami/session.h>

/* As ami_login, which refuses sessions that a connection logs in. */
int ami__login(ami_session *s, const struct ami_login_opts *opts, ami_reply_fn fn, void *user);

#endif
