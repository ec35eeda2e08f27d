/* SPDX-License-Identifier: MIT */
/* Lists collected whole: what is given in the one call, however the list ends. */
#include "talk.h"

#define OPEN     "Response: Success\r\nActionID: t.1\r\nEventList: start\r\n\r\n"
#define ITEM     "Event: Status\r\nActionID: t.1\r\n\r\n"
#define COMPLETE "Event: StatusComplete\r\nActionID: t.1\r\nListItems: 2\r\n\r\n"
#define OK       "Response: Success\r\nActionID: t.1\r\n\r\n"
#define ERROR    "Response: Error\r\nActionID: t.1\r\n\r\n"

static const char *kind(const ami_msg *msg)
{
    return msg ? ami_msg_name(msg) : "-";
}

/* `<status>: <response>, <items>, <end>[ MISCOUNTED]` */
static void on_list(int status, const ami_list *list, void *log)
{
    text_addf(log, "%s: %s, ", ami_err_name(status) + 4, kind(ami_list_response(list)));
    for (size_t i = 0; i < ami_list_count(list); i++)
        text_addf(log, "%s ", kind(ami_list_at(list, i)));
    text_addf(log, "%s%s\n", kind(ami_list_complete(list)),
              ami_list_flags(list) ? " MISCOUNTED" : "");
}

/* What is heard of a Status that is answered like this, and whether it was accepted. */
static bool collect(const struct ami_session_opts *opts, const char *answer, struct text *log)
{
    ami_action *action = ami_action_new("Status");
    struct talk t;

    talk_begin(&t, opts);
    int err = ami_collect(t.session, action, on_list, log, NULL);
    ami_action_free(action);
    talk_sent(&t);
    talk_feed(&t, BANNER);
    talk_feed(&t, answer);
    talk_end(&t);
    return err == AMI_OK;
}

static void test_ends(void **state)
{
    static const struct {
        const char *answer, *heard;
    } cases[] = {
        {OPEN ITEM ITEM COMPLETE, "OK: Success, Status Status StatusComplete\n"},
        {OPEN ITEM COMPLETE, "OK: Success, Status StatusComplete MISCOUNTED\n"},
        {OPEN ITEM ERROR, "E_REFUSED: Success, Status Error\n"},
        {OPEN ITEM, "E_CANCELLED: Success, Status -\n"},
        {OK, "OK: Success, -\n"},
        {ERROR, "E_REFUSED: Error, -\n"},
        {"", "E_CANCELLED: -, -\n"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct text log = {0};
        assert_true(collect(NULL, cases[i].answer, &log));
        text_expect(&log, cases[i].heard);
    }
}

static void test_limits(void **state)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct text log = {0};
    (void)state;

    opts.limits = &limits;
    limits.list_items = 2;
    collect(&opts, OPEN ITEM ITEM COMPLETE, &log);
    text_expect(&log, "OK: Success, Status Status StatusComplete\n");
    collect(&opts, OPEN ITEM ITEM ITEM COMPLETE, &log);
    text_expect(&log, "E_LIMIT: Success, Status Status -\n");
    limits.list_items = 0;
    limits.list_bytes = 1;
    collect(&opts, OPEN ITEM COMPLETE, &log);
    text_expect(&log, "E_LIMIT: Success, -\n");
}

/* Nothing is missing without a word. */
static void check_out_of_memory(const char *answer, const char *heard)
{
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    struct text log = {0};
    bool whole = false;

    /* Those before are of the session itself. */
    for (size_t fail_at = 4; !whole && fail_at < 40; fail_at++) {
        struct test_alloc alloc;
        test_alloc_init(&alloc, fail_at);
        opts.allocator = &alloc.allocator;
        collect(&opts, answer, &log);
        whole = alloc.asked < fail_at;
        if (whole)
            assert_string_equal(text_str(&log), heard);
        else
            assert_null(strstr(text_str(&log), "OK: "));
        text_free(&log);
        assert_int_equal(alloc.live, 0);
    }
    assert_true(whole);
}

static void test_refused(void **state)
{
    struct talk t;
    (void)state;

    talk_begin(&t, NULL);
    assert_int_equal(ami_collect(t.session, NULL, on_list, NULL, NULL), AMI_E_INVAL);
    assert_string_equal(ami_session_why(t.session)->text, "there is no action (NULL)");
    assert_int_equal(ami_collect(NULL, NULL, on_list, NULL, NULL), AMI_E_INVAL);
    talk_end(&t);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    check_out_of_memory(OPEN ITEM COMPLETE, "OK: Success, Status StatusComplete MISCOUNTED\n");
    check_out_of_memory(OK, "OK: Success, -\n");
    check_out_of_memory(ERROR, "E_REFUSED: Error, -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("collect", tests, NULL, NULL);
}
