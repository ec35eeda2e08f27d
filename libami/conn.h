/* SPDX-License-Identifier: MIT */
/* What a blocking call wants to know beyond the public calls. */
#ifndef AMI__CONN_H
#define AMI__CONN_H

#include "conn_core.h"

/* As ami_conn_new, with the reason of a refusal in words where there are any. */
int ami__conn_new(ami_conn **conn, const struct ami_conn_opts *opts, struct ami_error *why);

#endif
