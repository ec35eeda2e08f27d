/* SPDX-License-Identifier: MIT */
/* Many actions at once: does each end once, in order, even when the server goes away? */
#include <stdio.h>

#include "answers.h"
#include "harness.h"
#include "tests.h"

enum {
    PINGS = 1000,
    FLOOD = 1000 /* answers of some 16 KiB each */
};

/* That the actions ended in the order in which they were submitted. t->answers has the newest
 * first. */
static void expect_order(struct test *t, int count)
{
    int nth = count;

    expect(t, t->dones == count, "%d DONEs for %d actions", t->dones, count);
    for (const struct answer *a = t->answers; a; a = a->next, nth--) {
        expect_end(t, a, AMI_OK);
        expect(t, a->nth == nth, "action %d was the %dth to end", nth, a->nth);
    }
    expect(t, nth == 0, "%d actions too few", nth);
}

void test_pings(struct test *t)
{
    for (int i = 0; i < PINGS; i++)
        SEND(t, "Ping");
    all_answered(t);
    expect_order(t, PINGS);
    for (const struct answer *a = t->answers; a; a = a->next)
        expect_text(t, a->done, "Ping", "Pong");
}

void test_mixed(struct test *t)
{
    int count = 0;

    for (int i = 0; i < PINGS; i++, count++) {
        SEND(t, "Ping");
        if (i % 10 == 4) {
            SEND(t, "BridgeTechnologyList");
            SEND(t, "IAXnetstats");
            count += 2;
        }
    }
    all_answered(t);
    expect_order(t, count);
    for (const struct answer *a = t->answers; a; a = a->next)
        expect(t, a->responses == 0 || (a->items > 0 && a->flags == 0), "a list of %d items",
               a->items);
}

/* The server throws away what stands behind a Logoff. */
void test_lost(struct test *t)
{
    struct answer *before = SEND(t, "Ping"), *logoff = SEND(t, "Logoff"), *behind = SEND(t, "Ping");

    answered(t, behind);
    expect_simple(t, before, AMI_OK);
    expect_simple(t, logoff, AMI_OK);
    expect_text(t, logoff->done, "Response", "Goodbye");
    expect_status(t, "behind Logoff", behind->status, AMI_E_LOST);
    expect(t, behind->sent && !behind->done, "LOST with a message, or not sent");
    expect_status(t, "ami_conn_error", ami_conn_error(t->conn)->code, AMI_E_EOF);
}

/* The server cuts off the user "slow" when a write has to wait for 100 ms. */
void test_slow_reader(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    bool lost = true;
    int answers = 0;

    opts.username = "slow";
    open_conn(t, &opts);
    for (int i = 0; i < FLOOD; i++)
        SEND(t, "Command", "Command", "manager show commands");
    ami_conn_pause(t->conn, true);
    wait_ms(t, 3000);
    ami_conn_pause(t->conn, false);
    all_answered(t);
    expect(t, t->dones == FLOOD, "%d DONEs of %d", t->dones, FLOOD);
    for (const struct answer *a = t->answers; a; a = a->next) { /* the newest first */
        expect(t, a->status == AMI_OK || (a->status == AMI_E_LOST && lost), "%dth: %s", a->nth,
               ami_err_name(a->status));
        lost = lost && a->status == AMI_E_LOST;
        answers += a->status == AMI_OK;
    }
    printf("#   %d of %d answers came\n", answers, FLOOD);
    expect(t, answers > 0 && answers < FLOOD, "%d answers of %d", answers, FLOOD);
    expect(t, ami_conn_state(t->conn) == AMI_STATE_CLOSED, "not closed");
}
