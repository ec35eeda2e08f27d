/* Tests of the mock: AsyncAGI, since 12 and before. */
#include "bench.h"

#include <string.h>

#define CALL \
    "Action: Originate\r\nChannel: Local/1/n\r\nApplication: AGI\r\nData: agi:async\r\n\r\n"
#define CHANNEL          "Channel: Local/1@default-00000000;1\r\n"
#define AGI(command, id) "Action: AGI\r\n" CHANNEL "Command: " command "\r\n" id "\r\n"
#define ADDED            "Response: Success\r\nMessage: Added AGI command to queue\r\n\r\n"

/* One call that runs AGI(agi:async), however long, seen through the class agi alone. */
static void open_agi(struct ami_mock_bench *b, const char *version)
{
    ami_mock_bench_open(b, &(struct ami_mock_opts){.version = version, .call_ms = 1000});
    ami_mock_bench_login(
        b, "Action: Login\r\nUsername: admin\r\nSecret: secret\r\nEvents: agi\r\n\r\n");
    ami_mock_bench_ask(b, CALL);
}

/* The places of these words in the text go up. */
static void assert_order(const char *text, const char *const *words)
{
    for (; *words; words++) {
        const char *at = strstr(text, *words);

        if (!at)
            fail_msg("no %s in: %s", *words, text);
        else
            text = at + 1;
    }
}

static void test_commands(void **state)
{
    static const char *const answered[] = {
        ADDED,
        "Event: AGIExecStart\r\nPrivilege: agi,all\r\n" CHANNEL,
        "\r\nCommandId: ",
        "\r\nCommand: ANSWER\r\n\r\n",
        "Event: AGIExecEnd\r\n",
        "\r\nCommand: ANSWER\r\nResultCode: 200\r\nResult: Success\r\n\r\n",
        "Event: AsyncAGIExec\r\n",
        "\r\nResult: 200%20result%3D0%0A\r\nCommandId: c1\r\n\r\n",
        NULL};
    static const char *const unknown[] = {
        "\r\nResultCode: 510\r\nResult: Invalid or unknown command\r\n\r\n",
        "\r\nResult: 510%20Invalid%20or%20unknown%20command%0A\r\n\r\n", NULL};
    static const char *const broken[] = {"\r\nResult: 200%20result%3D0%0A\r\n\r\n",
                                         "Event: AsyncAGIEnd\r\n", NULL};
    struct ami_mock_bench b;

    (void)state;
    open_agi(&b, "22");
    assert_non_null(strstr(b.got, "Event: AsyncAGIStart\r\nPrivilege: agi,all\r\n" CHANNEL));
    assert_non_null(strstr(b.got, "\r\nEnv: agi_request%3A%20async%0Aagi_channel%3A%20Local%2F1"
                                  "%40default-00000000%3B1%0A"));
    assert_non_null(strstr(b.got, "%0A%0A\r\n\r\n"));
    assert_order(ami_mock_bench_ask(&b, AGI("ANSWER", "CommandID: c1\r\n")), answered);
    assert_order(ami_mock_bench_ask(&b, AGI("NONSENSE", "")), unknown);
    ami_mock_bench_ask(&b, AGI("GET VARIABLE CHANNEL", ""));
    assert_non_null(
        strstr(b.got, "Result: 200%20result%3D1%20(Local%2F1%40default-00000000%3B1)%0A\r\n"));
    assert_order(ami_mock_bench_ask(&b, AGI("asyncagi break", "")), broken);
    assert_string_equal(ami_mock_bench_ask(&b, AGI("ANSWER", "")),
                        "Response: Error\r\nMessage: Channel Local/1@default-00000000;1 does not "
                        "exist.\r\n\r\n");
    assert_string_equal(
        ami_mock_bench_ask(&b, "Action: AGI\r\n\r\n"),
        "Response: Error\r\nMessage: Both, Channel and Command are *required*\r\n\r\n");
    ami_mock_bench_ask(&b, "Action: Originate\r\nChannel: SIP/a\r\nApplication: Wait\r\n\r\n");
    assert_string_equal(
        ami_mock_bench_ask(&b, "Action: AGI\r\nChannel: SIP/a-00000001\r\nCommand: ANSWER\r\n\r\n"),
        "Response: Error\r\nMessage: Failed to add AGI command to channel SIP/a-00000001 queue\r\n"
        "\r\n");
    ami_mock_bench_close(&b);
}

/* A command takes its time; the next ones wait, and are lost when the channel goes. */
static void test_queue(void **state)
{
    static const char *const both[] = {"Command: EXEC Wait 2\r\nResultCode: 200",
                                       "CommandId: d1\r\n\r\n", "Event: AGIExecStart\r\n",
                                       "CommandId: d2\r\n\r\n", NULL};
    static const char *const hung_up[] = {"ResultCode: 200\r\nResult: Unknown Result\r\n",
                                          "Result: 200%20result%3D-1%0A\r\nCommandId: d3\r\n\r\n",
                                          "Event: AsyncAGIEnd\r\n", NULL};
    struct ami_mock_bench b;

    (void)state;
    open_agi(&b, "16");
    ami_mock_bench_ask(&b, AGI("EXEC Wait 2", "CommandID: d1\r\n"));
    assert_non_null(strstr(b.got, "Event: AGIExecStart\r\n"));
    assert_string_equal(ami_mock_bench_ask(&b, AGI("ANSWER", "CommandID: d2\r\n")), ADDED);
    assert_string_equal(ami_mock_bench_wait(&b, 1999), "");
    assert_order(ami_mock_bench_wait(&b, 2000), both);
    ami_mock_bench_ask(&b, AGI("EXEC Wait 2", "CommandID: d3\r\n"));
    ami_mock_bench_ask(&b, AGI("ANSWER", "CommandID: d4\r\n"));
    assert_order(ami_mock_bench_ask(&b, "Action: Hangup\r\n" CHANNEL "\r\n"), hung_up);
    assert_null(strstr(b.got, "d4"));
    ami_mock_bench_close(&b);
}

/* What else ends it: a command that hangs up, and the mock itself. */
static void test_ends(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    open_agi(&b, "13.0");
    ami_mock_bench_ask(&b, AGI("HANGUP", ""));
    assert_non_null(strstr(b.got, "Result: 200%20result%3D1%0A\r\n"));
    assert_non_null(strstr(b.got, "Event: AsyncAGIEnd\r\n"));
    ami_mock_bench_ask(&b, CALL);
    ami_mock_bench_ask(&b, "Action: AGI\r\nChannel: Local/1@default-00000001;1\r\n"
                           "Command: EXEC Wait 9\r\n\r\n");
    assert_non_null(strstr(b.got, "Event: AGIExecStart\r\n"));
    ami_mock_bench_close(&b);
}

static void test_old(void **state)
{
    static const char *const answered[] = {
        ADDED,
        "Event: AGIExec\r\nPrivilege: agi,all\r\nSubEvent: Start\r\n" CHANNEL "CommandId: ",
        "Event: AGIExec\r\nPrivilege: agi,all\r\nSubEvent: End\r\n" CHANNEL "CommandId: ",
        "\r\nCommand: ANSWER\r\nResultCode: 200\r\nResult: Success\r\n\r\n",
        "Event: AsyncAGI\r\nPrivilege: agi,all\r\nSubEvent: Exec\r\n" CHANNEL
        "CommandID: c1\r\nResult: 200%20result%3D0%0A\r\n\r\n",
        NULL};
    static const char *const versions[] = {"1.8", "11"};
    struct ami_mock_bench b;

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        open_agi(&b, versions[v]);
        assert_non_null(strstr(b.got, "Event: AsyncAGI\r\nPrivilege: agi,all\r\n"
                                      "SubEvent: Start\r\n" CHANNEL "Env: agi_request"));
        assert_order(ami_mock_bench_ask(&b, AGI("ANSWER", "CommandID: c1\r\n")), answered);
        ami_mock_bench_ask(&b, "Action: Hangup\r\n" CHANNEL "\r\n");
        assert_non_null(strstr(b.got, "Event: AsyncAGI\r\nPrivilege: agi,all\r\n"
                                      "SubEvent: End\r\n" CHANNEL "\r\n"));
        ami_mock_bench_close(&b);
    }
    /* in 1.4 the application is nothing special, and the action unknown */
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = "1.4"});
    ami_mock_bench_login(&b, LOGIN);
    assert_null(strstr(ami_mock_bench_ask(&b, CALL), "AGIStart"));
    assert_string_equal(ami_mock_bench_ask(&b, AGI("ANSWER", "")),
                        "Response: Error\r\nMessage: Invalid/unknown command\r\n\r\n");
    ami_mock_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_old),
    };

    return cmocka_run_group_tests_name("mock agi", tests, NULL, NULL);
}
