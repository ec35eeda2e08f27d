/* SPDX-License-Identifier: MIT */
/* Does each list end where the server ends it, with all items, however it is sent? */
#include <string.h>

#include "answers.h"
#include "calls.h"
#include "harness.h"
#include "tests.h"

void test_lists(struct test *t)
{
    struct answer *a;
    int held = 0;

    hold_calls(t, 10);
    a = ASK(t, "Status", "Variables", "HELD,EXTEN");
    expect_list(t, a, "Status", "StatusComplete");
    expect_counted(t, a);
    expect(t, a->items == 20, "%d channels in Status", a->items);
    for (int i = 0; i < a->items; i++)
        held += strcmp(value_of(a->item[i], "Variable"), "HELD=1") == 0;
    expect(t, held >= 10, "%d of them with the variable", held);
    a = ASK(t, "QueueStatus");
    expect_end(t, a, AMI_OK);
    expect_text(t, a->response, "EventList", "start");
    expect_text(t, a->done, "Event", "QueueStatusComplete");
    expect_items(t, a, "QueueParams", "QueueMember");
    expect_counted(t, a);
    hang_up_all(t);
    a = ASK(t, "CoreShowChannels");
    expect_list(t, a, "-", "CoreShowChannelsComplete");
    expect_counted(t, a);
}

/* Without endpoints this list is an error. It counts them otherwise than it sends them. */
void test_endpoints(struct test *t)
{
    struct answer *a = ASK(t, "PJSIPShowEndpoints");

    if (is_unknown_action(a)) {
        skip(t, "this server has no PJSIP");
    } else if (a->status == AMI_E_REFUSED) {
        expect_simple(t, a, AMI_E_REFUSED);
        expect(t, strstr(value_of(a->done, "Message"), "No endpoints found"), "another error");
    } else {
        expect_list(t, a, "EndpointList", "EndpointListComplete");
        expect(t, a->items > 0, "no endpoints");
    }
}

void test_list_refused(struct test *t)
{
    struct answer *a = ASK(t, "DBGet", "Family", "libami", "Key", "no-such-key");

    expect_simple(t, a, AMI_E_REFUSED);
    expect_text(t, a->done, "Message", "Database entry not found");
    expect_simple(t, ASK(t, "Status", "Channel", "Local/nobody@nowhere-00000000;1"), AMI_E_REFUSED);
    expect_simple(t, ASK(t, "ShowDialPlan", "Context", "no-such-context"), AMI_E_REFUSED);
    expect_ping(t);
}

void test_hangup_regex(struct test *t)
{
    struct answer *a = ASK(t, "Hangup", "Channel", "/^NoSuch\\//");

    expect_list(t, a, "-", "ChannelsHungupListComplete");
    expect_counted(t, a);
    hold_calls(t, 5);
    a = ASK(t, "Hangup", "Channel", "/^Local\\/long@test/");
    expect_list(t, a, "ChannelHungup", "ChannelsHungupListComplete");
    expect_counted(t, a);
    /* The other half of a call may end by itself before its turn has come. */
    expect(t, a->items >= 5 && a->items <= 10, "%d channels hung up of 10", a->items);
    hang_up_all(t);
}

void test_items_without_id(struct test *t)
{
    struct answer *a = ASK(t, "IAXpeers");

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_iax2");
        return;
    }
    listen_to(t, "PeerEntry"); /* an item is no event */
    a = ASK(t, "IAXpeers");
    expect_list(t, a, "PeerEntry", "PeerlistComplete");
    expect_counted(t, a);
    if (a->items == 0)
        skip(t, "this server has no IAX peers");
    for (int i = 0; i < a->items; i++)
        expect(t, !ami_msg_get(a->item[i], "ActionID"), "item %d has an ActionID", i);
    expect(t, t->events.count == 0, "%zu items were events", t->events.count);
}

void test_glued_list(struct test *t)
{
    struct answer *a = ASK(t, "SKINNYdevices");

    if (is_unknown_action(a)) {
        skip(t, "this server has no chan_skinny");
        return;
    }
    expect_list(t, a, "DeviceEntry", "DevicelistComplete");
    expect_counted(t, a);
    if (a->items < 2)
        skip(t, "this server has less than two Skinny devices");
    a = ASK(t, "SKINNYlines");
    expect_list(t, a, "LineEntry", "LinelistComplete");
    expect_counted(t, a);
    expect_ping(t);
}
