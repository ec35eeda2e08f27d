/* Tests of the mock: what a client sends, logging in, rights and masks. */
#include "bench.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_banners(void **state)
{
    static const char *const banners[][2] = {
        {"1.0", "1.0"},      {"1.4", "1.0"},   {"1.8", "1.1"},  {"11", "1.3"},   {"13.0", "2.5.0"},
        {"13.38", "2.10.6"}, {"13", "2.10.6"}, {"16", "5.0.4"}, {"22", "11.0.0"}};
    struct ami_mock_bench b;
    char line[64], why[128];

    (void)state;
    for (size_t i = 0; i < sizeof banners / sizeof *banners; i++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = banners[i][0]});
        snprintf(line, sizeof line, "Asterisk Call Manager/%s\r\n", banners[i][1]);
        assert_string_equal(ami_mock_bench_take(&b), line);
        ami_mock_bench_close(&b);
    }
    assert_null(ami_mock_pbx_new(&(struct ami_mock_opts){.version = "9"}, why, sizeof why));
    assert_non_null(strstr(why, "unknown version 9"));
    assert_null(ami_mock_pbx_new(&(struct ami_mock_opts){.conf = "/nonexistent"}, NULL, 0));
    assert_null(ami_mock_pbx_new(&(struct ami_mock_opts){.conf = "/"}, why, sizeof why));
    assert_string_equal(why, "cannot read /: Is a directory");
}

/* What the server makes of requests, odd ones too, in pieces of any size. */
static void check_requests(size_t pieces)
{
    struct ami_mock_bench b;
    char bytes[4096];
    size_t len;
    const char pong[] = "Response: Success\r\nPing: Pong\r\nTimestamp: 1700000000.000000\r\n\r\n";
    const char pong_x[] = "Response: Success\r\nActionID: x\r\nPing: Pong\r\n"
                          "Timestamp: 1700000000.000000\r\n\r\n";
    const char missing[] = "Response: Error\r\nMessage: Missing action in request\r\n\r\n";
    const char too_long[] =
        "Response: Error\r\nActionID: x\r\nMessage: Failed to parse message: line too long\r\n\r\n";

    ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = "16"});
    b.piece = pieces;
    ami_mock_bench_login(&b, QUIET);
    /* pipelined; and a blank line too many is an action without a name */
    snprintf(bytes, sizeof bytes, "%s%s", pong, pong);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\r\n\r\nAction: Ping\r\n\r\n"), bytes);
    snprintf(bytes, sizeof bytes, "%s%s", pong, missing);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\r\n\r\n\r\n"), bytes);
    /* names without case, blanks before values, bare LF; an ActionID alone */
    assert_string_equal(ami_mock_bench_ask(&b, "action: PING\r\nactionid:  x\r\n\r\n"), pong_x);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\nActionID: x\n\n"), pong_x);
    assert_string_equal(ami_mock_bench_ask(&b, "ActionID: y\r\n\r\n"),
                        "Response: Error\r\nActionID: y\r\nMessage: Missing action in request\r\n"
                        "\r\n");
    /* with 1,022 bytes all is well, with 1,023 the CR is taken for a line of its own */
    for (size_t extra = 0; extra <= 2; extra++) {
        len = (size_t)snprintf(bytes, sizeof bytes, "Action: Ping\r\nActionID: x\r\nFiller: ");
        memset(bytes + len, 'a', 1022 - 8 + extra);
        strcpy(bytes + len + 1022 - 8 + extra, "\r\n\r\n");
        if (extra == 0)
            assert_string_equal(ami_mock_bench_ask(&b, bytes), pong_x);
        else
            assert_int_equal(strncmp(ami_mock_bench_ask(&b, bytes), too_long, strlen(too_long)), 0);
        assert_string_equal(extra == 1 ? b.got + strlen(too_long) : missing, missing);
    }
    /* 128 lines are read, not one more */
    for (int lines = 128; lines <= 129; lines++) {
        strcpy(bytes, "Action: Ping\r\nActionID: x\r\n");
        for (int i = 2; i < lines; i++)
            strcat(bytes, "X: y\r\n");
        strcat(bytes, "\r\n");
        assert_string_equal(ami_mock_bench_ask(&b, bytes),
                            lines == 128 ? pong_x
                                         : "Response: Error\r\nActionID: x\r\nMessage: Too many "
                                           "lines in message or allocation failure\r\n\r\n");
    }
    /* blanks before a value are lost, those behind it stay */
    ami_mock_bench_ask(&b, "Action: Setvar\r\nVariable: V\r\nValue:  x \r\n\r\n");
    assert_string_equal(
        ami_mock_bench_ask(&b, "Action: Getvar\r\nVariable: V\r\nActionID: g\r\n\r\n"),
        "Response: Success\r\nActionID: g\r\nVariable: V\r\nValue: x \r\n\r\n");
    /* unknown actions */
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Foo\r\nActionID: 1\r\n\r\n"),
                        "Response: Error\r\nActionID: 1\r\nMessage: Invalid/unknown command: Foo. "
                        "Use Action: ListCommands to show available commands.\r\n\r\n");
    /* a NUL at the start of a line makes it a blank one */
    ami_mock_bench_feed(&b, "Action: Ping\r\n\0abc\r\n", 20);
    assert_string_equal(ami_mock_bench_take(&b), pong);
    /* nothing is answered before the blank line is there */
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\r\n\r"), "");
    assert_string_equal(ami_mock_bench_ask(&b, "\n"), pong);
    ami_mock_bench_close(&b);
}

static void test_requests(void **state)
{
    (void)state;
    check_requests(SIZE_MAX);
    check_requests(1);
    check_requests(7);
}

/* What Events makes of a mask. */
static void test_masks(void **state)
{
    static const struct {
        const char *mask, *state;
        bool call, user;
    } cases[] = {
        {"on", "On", true, true},           {"off", "Off", false, false},
        {"call", "On", true, false},        {"c,off", "On", true, false},
        {"call, user", "On", true, false},  {",call", "On", true, true},
        {"2", "On", true, false},           {"66", "On", true, true},
        {"1", "On", false, false},          {"Call", "Off", false, false},
        {"system,user", "On", false, true}, {"user,", "On", false, true},
    };
    struct ami_mock_bench b;
    char bytes[256], reply[64];

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){0});
    ami_mock_bench_login(&b, LOGIN);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(
            bytes, sizeof bytes,
            "Action: Events\r\nEventMask: %s\r\n\r\nAction: UserEvent\r\nUserEvent: u\r\n\r\n"
            "Action: Originate\r\nAsync: true\r\nChannel: Local/fail\r\nApplication: x\r\n\r\n",
            cases[i].mask);
        ami_mock_bench_ask(&b, bytes);
        snprintf(reply, sizeof reply, "Response: Success\r\nEvents: %s\r\n\r\n", cases[i].state);
        assert_int_equal(strncmp(b.got, reply, strlen(reply)), 0);
        assert_int_equal(strstr(b.got, "Event: UserEvent") != NULL, cases[i].user);
        assert_int_equal(strstr(b.got, "Event: OriginateResponse") != NULL, cases[i].call);
    }
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Events\r\nEventMask: \r\n\r\n"),
                        "Response: Error\r\nMessage: Invalid event mask\r\n\r\n");
    ami_mock_bench_close(&b);
}

static void test_login(void **state)
{
    struct ami_mock_bench b;
    char challenge[128], bytes[256], hex[33];
    unsigned char digest[16];

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = "16"});
    ami_mock_bench_take(&b);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\r\nActionID: 1\r\n\r\n"),
                        "Response: Error\r\nActionID: 1\r\nMessage: Permission denied\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Challenge\r\nAuthType: x\r\n\r\n"),
                        "Response: Error\r\nMessage: Must specify AuthType\r\n\r\n");
    ami_mock_bench_ask(&b, "Action: Challenge\r\nAuthType: MD5\r\n\r\n");
    ami_mock_bench_value(b.got, "Response: Success\r\n", "Challenge: ", challenge);
    assert_int_equal(strlen(challenge), 9);
    snprintf(bytes, sizeof bytes, "%ssecret", challenge);
    assert_true(EVP_Digest(bytes, strlen(bytes), digest, NULL, EVP_md5(), NULL));
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    snprintf(bytes, sizeof bytes,
             "Action: Login\r\nAuthType: MD5\r\nUsername: ADMIN\r\nKey: %s\r\nActionID: 2\r\n\r\n",
             hex);
    assert_string_equal(ami_mock_bench_ask(&b, bytes),
                        "Response: Success\r\nActionID: 2\r\nMessage: Authentication accepted\r\n"
                        "\r\nEvent: FullyBooted\r\nPrivilege: system,all\r\nUptime: 0\r\n"
                        "LastReload: 0\r\nStatus: Fully Booted\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Login\r\nUsername: x\r\nSecret: y\r\n\r\n"),
                        "Response: Success\r\nMessage: Already authenticated\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Logoff\r\n\r\nAction: Ping\r\n\r\n"),
                        "Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n");
    assert_true(ami_mock_link_closed(b.link));
    ami_mock_bench_close(&b);
}

static void test_login_failure(void **state)
{
    const char *const tries[] = {
        "Action: Login\r\nUsername: admin\r\nSecret: Secret\r\n\r\n",
        "Action: Login\r\nUsername: nobody\r\nSecret: secret\r\n\r\n",
        "Action: Login\r\nUsername: admin\r\nAuthType: MD5\r\nKey: 0\r\n\r\n",
    };
    const char failed[] = "Response: Error\r\nMessage: Authentication failed\r\n\r\n";
    struct ami_mock_bench b;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        ami_mock_bench_open(&b, &(struct ami_mock_opts){.login_delay_ms = i == 0 ? 1000 : 0});
        ami_mock_bench_take(&b);
        ami_mock_bench_ask(&b, tries[i]);
        if (i == 0) {
            assert_string_equal(b.got, "");
            assert_int_equal(ami_mock_pbx_deadline(b.pbx), 1000);
            assert_string_equal(ami_mock_bench_wait(&b, 999), "");
            assert_false(ami_mock_link_closed(b.link));
            ami_mock_bench_wait(&b, 1000);
        }
        assert_string_equal(b.got, failed);
        assert_true(ami_mock_link_closed(b.link));
        ami_mock_bench_close(&b);
    }
}

static void test_rights(void **state)
{
    struct ami_mock_bench b;
    const char denied[] = "Response: Error\r\nMessage: Permission denied\r\n\r\n";

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){0});
    ami_mock_bench_login(&b, "Action: Login\r\nUsername: limited\r\nSecret: limited\r\n\r\n");
    assert_null(strstr(b.got, "FullyBooted"));
    assert_string_equal(
        ami_mock_bench_ask(&b, "Action: Command\r\nCommand: core show uptime\r\n\r\n"), denied);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Originate\r\n\r\n"), denied);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: UserEvent\r\n\r\n"), denied);
    assert_non_null(strstr(ami_mock_bench_ask(&b, "Action: Nonsense\r\n\r\n"), "Invalid/unknown"));
    ami_mock_bench_ask(&b, "Action: ListCommands\r\n\r\n");
    assert_non_null(strstr(b.got, "\r\nStatus: List channel status.  (Priv: system,call,"));
    assert_null(strstr(b.got, "\r\nCommand: "));
    ami_mock_bench_close(&b);
}

/* Events of other sessions, with the sender's lines as they are, behind the sender's reply. */
static void test_user_event(void **state)
{
    const char event[] = "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: hello\r\n"
                         "ActionID: 7\r\nResponse: x\r\nno colon\r\n\r\n";
    struct ami_mock_bench b;
    ami_mock_link *other;

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){0});
    ami_mock_bench_login(&b, LOGIN);
    other = ami_mock_link_new(b.pbx, 0);
    ami_mock_link_feed(other, LOGIN, strlen(LOGIN), 0);
    ami_mock_bench_take_from(&b, other);
    ami_mock_bench_ask(&b, "Action: UserEvent\r\nUserEvent: hello\r\nActionID: 7\r\nResponse: x\r\n"
                           "no colon\r\n\r\n");
    assert_string_equal(strstr(b.got, "Event: "), event);
    assert_int_equal(strncmp(b.got, "Response: Success\r\nActionID: 7\r\nMessage: Event Sent", 49),
                     0);
    assert_string_equal(ami_mock_bench_take_from(&b, other), event);
    ami_mock_bench_close(&b);
}

static void test_filter(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = "16"});
    ami_mock_bench_login(&b, LOGIN);
    assert_string_equal(
        ami_mock_bench_ask(&b, "Action: Filter\r\nOperation: Add\r\nFilter: UserEvent: a\r\n\r\n"),
        "Response: Success\r\nMessage: Success\r\n\r\n");
    ami_mock_bench_ask(&b, "Action: Filter\r\nOperation: Add\r\nFilter: !secret\r\n\r\n");
    ami_mock_bench_ask(&b, "Action: UserEvent\r\nUserEvent: abc\r\n\r\n");
    assert_non_null(strstr(b.got, "Event: UserEvent"));
    ami_mock_bench_ask(&b, "Action: UserEvent\r\nUserEvent: abc\r\nX: secret\r\n\r\n");
    assert_null(strstr(b.got, "Event: UserEvent"));
    ami_mock_bench_ask(&b, "Action: UserEvent\r\nUserEvent: b\r\n\r\n");
    assert_null(strstr(b.got, "Event: UserEvent"));
    ami_mock_bench_ask(&b, "Action: Filter\r\nOperation: Add\r\nFilter: (\r\n\r\n");
    assert_non_null(strstr(b.got, "Filter did not compile"));
    ami_mock_bench_close(&b);
}

static void write_conf(char *path)
{
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    assert_non_null(file);
    fputs("; a comment\n[general]\nenabled = yes\nauthlimit = 2\nauthtimeout = 30\n"
          "[boss] ; the one\nsecret = a\\;b ; not this\nread = system,call\nwrite => all\n"
          "allowmultiplelogin = no\n",
          file);
    fclose(file);
}

static void test_conf(void **state)
{
    const char login[] = "Action: Login\r\nUsername: Boss\r\nSecret: a;b\r\n\r\n";
    char path[] = "/tmp/ami-mock-XXXXXX";
    struct ami_mock_bench b;
    ami_mock_link *second, *third;

    (void)state;
    write_conf(path);
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.conf = path});
    second = ami_mock_link_new(b.pbx, 0);
    third = ami_mock_link_new(b.pbx, 0);
    /* one stranger too many: closed without a banner */
    assert_string_equal(ami_mock_bench_take_from(&b, third), "");
    assert_true(ami_mock_link_closed(third));
    ami_mock_bench_login(&b, login);
    assert_non_null(strstr(b.got, "FullyBooted"));
    ami_mock_bench_take_from(&b, second);
    ami_mock_link_feed(second, login, strlen(login), 0);
    assert_string_equal(ami_mock_bench_take_from(&b, second),
                        "Response: Error\r\nMessage: Login Already In Use\r\n\r\n");
    /* who does not log in in time is closed without a word; who did stays */
    second = ami_mock_link_new(b.pbx, 0);
    ami_mock_bench_wait(&b, 29999);
    assert_false(ami_mock_link_closed(second));
    ami_mock_bench_wait(&b, 30000);
    assert_true(ami_mock_link_closed(second));
    assert_false(ami_mock_link_closed(b.link));
    ami_mock_bench_close(&b);
    remove(path);
}

/* The oldest protocol: other words, exactly one blank behind the colon, CRLF only. */
static void test_oldest(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){.version = "1.4"});
    ami_mock_bench_take(&b);
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\r\n\r\n"),
                        "Response: Error\r\nMessage: Authentication Required\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, LOGIN),
                        "Response: Success\r\nMessage: Authentication accepted\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\r\nActionID: 1\r\n\r\n"),
                        "Response: Pong\r\nActionID: 1\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\r\nActionID:1\r\n\r\n"),
                        "Response: Pong\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Events\r\nEventMask: off\r\n\r\n"),
                        "Response: Events Off\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: CoreStatus\r\n\r\n"),
                        "Response: Error\r\nMessage: Invalid/unknown command\r\n\r\n");
    assert_string_equal(ami_mock_bench_ask(&b, "Action: Ping\n\n"), "");
    ami_mock_bench_close(&b);
}

static void test_half_close(void **state)
{
    struct ami_mock_bench b;

    (void)state;
    ami_mock_bench_open(&b, &(struct ami_mock_opts){0});
    ami_mock_bench_login(&b, QUIET);
    ami_mock_bench_feed(&b, "Action: Ping\r\n\r\nAction: Pi", 26);
    ami_mock_link_eof(b.link);
    assert_non_null(strstr(ami_mock_bench_take(&b), "Ping: Pong"));
    assert_true(ami_mock_link_closed(b.link));
    ami_mock_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_banners),       cmocka_unit_test(test_requests),
        cmocka_unit_test(test_masks),         cmocka_unit_test(test_login),
        cmocka_unit_test(test_login_failure), cmocka_unit_test(test_rights),
        cmocka_unit_test(test_user_event),    cmocka_unit_test(test_filter),
        cmocka_unit_test(test_conf),          cmocka_unit_test(test_oldest),
        cmocka_unit_test(test_half_close),
    };

    return cmocka_run_group_tests_name("mock", tests, NULL, NULL);
}
