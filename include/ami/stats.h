/* SPDX-License-Identifier: MIT */
/* Figures of a connection, for graphs and alarms: ami_conn_stats. */
#ifndef AMI_STATS_H
#define AMI_STATS_H

#include <ami/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { AMI_ANSWER_TIMES = 18 };

/* Counted since the connection was made, over all its returns. libami's own actions (login,
 * keep-alive, close) count as bytes and messages, but not as actions. */
struct ami_stats {
    size_t size;

    uint64_t bytes_in, bytes_out; /* of AMI: what TLS adds is left out */
    uint64_t messages;            /* that came: responses, events, raw text */
    uint64_t events_delivered;    /* to at least one handler */
    uint64_t events_dropped;      /* nobody had subscribed to them */

    /* Actions of the program, by the status they ended with. */
    uint64_t ok, refused, timeout, cancelled, not_sent, lost, limit;
    /* And those that were answered, by the time from being queued for sending to the first answer:
     * [0] less than 1 ms, [i] less than 2^i ms and not less than 2^(i-1), the last 65,536 ms and
     * more. */
    uint64_t answers[AMI_ANSWER_TIMES];
    /* Actions now: held, sent, or given up and still to be answered. Libami's own are among them,
     * as for the limit of that name. */
    size_t in_flight;
    size_t output; /* bytes now waiting to be sent */

    /* Irregularities. */
    uint64_t damaged;    /* messages marked AMI_MSG_DAMAGED, of those that somebody wanted */
    uint64_t late;       /* as ami_session_late */
    uint64_t miscounted; /* lists marked AMI_REPLY_MISCOUNTED */

    uint64_t returns; /* READY again after a loss */
    /* The longest time for which the program is known to have left bytes of the server unread: in
     * its callbacks, between a read that left some and the next, or by ami_conn_pause. Asterisk
     * cuts a connection to which it cannot write for 100 ms. */
    ami_time unread_ms;
};

#ifdef __cplusplus
}
#endif
#endif
