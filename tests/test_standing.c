/* SPDX-License-Identifier: MIT */
/* What the server was asked to go on doing: noted when accepted, kept when it said Success. */
#include "talk.h"

#include "../libami/state.h"

static void expect_standing(const struct talk *t, const char *expected)
{
    struct text list = {0};

    for (const struct ami__standing *s = t->session->standings.first; s; s = s->next) {
        text_add(&list, s->id ? "?" : "");
        text_add_escaped(&list, s->lines, s->len);
        text_add(&list, "\n");
    }
    text_expect(&list, expected);
    text_free(&list);
}

static void masks_and_filters(void **state)
{
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    talk_feed(&t, BANNER);
    talk_submit(&t, "Login\nUsername: u\nSecret: s\nEvents: call");
    talk_submit(&t, "Filter\nOperation: Add\nFilter: !x");
    talk_submit(&t, "Ping");
    talk_submit(&t, "Events\nEventMask: all");
    talk_submit(&t, "filter\nOperation: Sub\nFilter: y");
    talk_submit(&t, "EVENTS\nEventMask: off");
    talk_sent(&t);
    expect_standing(&t,
                    "?Username: u\\r\\nEvents: call\\r\\n\n?Operation: Add\\r\\nFilter: !x\\r\\n\n"
                    "?EventMask: all\\r\\n\n?Operation: Sub\\r\\nFilter: y\\r\\n\n"
                    "?EventMask: off\\r\\n\n");
    assert_null(ami__standing_mask(&t.session->standings));
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\n\r\nResponse: Success\r\nActionID: t.2\r\n"
                  "\r\nResponse: Success\r\nActionID: t.3\r\n\r\n"
                  "Response: Success\r\nActionID: t.4\r\nEvents: On\r\n\r\n"
                  "Response: Error\r\nActionID: t.5\r\n\r\n");
    expect_standing(&t, "?EventMask: off\\r\\n\nUsername: u\\r\\nEvents: call\\r\\n\n"
                        "Operation: Add\\r\\nFilter: !x\\r\\n\nEventMask: all\\r\\n\n");
    talk_feed(&t, "Response: Events Off\r\nActionID: t.6\r\n\r\n");
    expect_standing(&t,
                    "Username: u\\r\\nEvents: call\\r\\n\nOperation: Add\\r\\nFilter: !x\\r\\n\n"
                    "EventMask: off\\r\\n\n");
    assert_false(t.session->standings.unsure);
    assert_int_equal(t.session->standings.awaited, 0);
    talk_end(&t);
}

static void header_of(const struct talk *t, const char *name, const char *expected)
{
    size_t len = 0;
    const char *value =
        ami__standing_header(ami__standing_mask(&t->session->standings), name, &len);

    assert_int_equal(len, strlen(expected));
    assert_memory_equal(value, expected, len);
}

/* A second login changes nothing at the server. */
static void login_twice(void **state)
{
    struct talk t;
    size_t len;

    (void)state;
    talk_begin(&t, NULL);
    talk_feed(&t, BANNER);
    talk_submit(&t, "Login\nEvents: call\nUsername: u\nAuthType: MD5\nKey: 12");
    talk_submit(&t, "Login\nUsername: v\nSecret: s");
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.1\r\nMessage: Authentication accepted\r\n\r\n"
                  "Response: Success\r\nActionID: t.2\r\nMessage: Already authenticated\r\n\r\n");
    expect_standing(&t, "Events: call\\r\\nUsername: u\\r\\n\n");
    header_of(&t, "Username", "u");
    header_of(&t, "events", "call");
    assert_null(ami__standing_header(t.session->standings.first, "Event", &len));
    assert_null(ami__standing_header(t.session->standings.first, "Key", &len));
    talk_end(&t);
}

/* What was held is sent behind the login, and the mask that replaces others is the last one that
 * the server took, not that submitted last. */
static void in_the_order_of_the_answers(void **state)
{
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    talk_feed(&t, BANNER);
    talk_submit(&t, "Events\nEventMask: off");
    talk_submit(&t, "Events\nEventMask: all");
    talk_submit(&t, "Login\nUsername: u\nSecret: s");
    talk_sent(&t);
    talk_feed(&t, "Response: Success\r\nActionID: t.3\r\n\r\nResponse: Success\r\n"
                  "ActionID: t.2\r\n\r\nResponse: Success\r\nActionID: t.1\r\n\r\n");
    expect_standing(&t, "Username: u\\r\\n\nEventMask: off\\r\\n\n");
    header_of(&t, "EventMask", "off");
    talk_end(&t);
}

/* Without an answer nobody knows; what was not sent is known. */
static void unanswered(void **state)
{
    struct talk t;

    (void)state;
    talk_begin(&t, NULL);
    talk_feed(&t, BANNER);
    ami_cancel(t.session, talk_submit(&t, "Events\nEventMask: off"));
    assert_false(t.session->standings.unsure);
    expect_standing(&t, "");
    ami_id id = talk_submit(&t, "Events\nEventMask: off");
    talk_sent(&t);
    ami_cancel(t.session, id);
    assert_true(t.session->standings.unsure);
    expect_standing(&t, "");
    talk_submit(&t, "Filter\nFilter: x"); /* freed while awaited */
    talk_end(&t);
}

static void too_many(void **state)
{
    struct talk t;
    char filter[1100] = "Filter\nFilter: ";
    size_t kept = 0;

    (void)state;
    talk_begin(&t, NULL);
    memset(filter + strlen(filter), 'x', 1000);
    for (int i = 0; i < 100; i++)
        talk_submit(&t, filter);
    for (const struct ami__standing *s = t.session->standings.first; s; s = s->next)
        kept++;
    assert_int_equal(kept, 65536 / 1010);
    assert_true(t.session->standings.unsure);
    talk_end(&t);
}

static void no_memory(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at < 30; fail_at++) {
        struct test_alloc alloc;
        struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
        ami_session *session;
        test_alloc_init(&alloc, fail_at);
        opts.allocator = &alloc.allocator;
        if (ami_session_new(&session, &opts) == AMI_OK) {
            int err = ami_send(session, NULL, NULL, "Events", "EventMask", "off", (char *)NULL);
            assert_true(err < 0 || session->standings.unsure || session->standings.first);
            assert_true(err == AMI_OK || !session->standings.first);
            ami_session_free(session);
        }
        assert_int_equal(alloc.live, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_and_filters),
        cmocka_unit_test(login_twice),
        cmocka_unit_test(in_the_order_of_the_answers),
        cmocka_unit_test(unanswered),
        cmocka_unit_test(too_many),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
