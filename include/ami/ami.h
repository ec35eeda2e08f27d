/* SPDX-License-Identifier: MIT */
/* All of libami. */
#ifndef AMI_H
#define AMI_H

#include <ami/action.h>
#include <ami/base.h>
#include <ami/catalog.h>
#include <ami/conn.h>
#include <ami/error.h>
#include <ami/explain.h>
#include <ami/mailbox.h>
#include <ami/message.h>
#include <ami/parser.h>
#include <ami/session.h>
#include <ami/stats.h>
#include <ami/sync.h>
#include <ami/tls.h>
#include <ami/values.h>

#endif
