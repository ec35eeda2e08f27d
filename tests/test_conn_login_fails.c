/* SPDX-License-Identifier: MIT */
/* How a login fails: greetings of something else, silence, refusals. */
#include "peer.h"

#include <unistd.h>

/* ---- First lines ------------------------------------------------------------------------- */

#define X16  "xxxxxxxxxxxxxxxx"
#define X240 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16

static const struct {
    const char *what, *bytes;
    bool closes; /* the peer does, after that */
    int result;  /* 0: still waiting */
} greetings[] = {
    {"another protocol", "220 mail.example ESMTP\r\n", false, AMI_E_PROTO},
    {"an AMI message", "Event: FullyBooted\r\n\r\n", false, AMI_E_PROTO},
    {"an empty line", "\r\n", false, AMI_E_PROTO},
    {"escape sequences", "\033[2J\001\377\r\n", false, AMI_E_PROTO},
    {"255 bytes", X240 "xxxxxxxxxxxxxxx", false, 0},
    {"255 bytes and the end", X240 "xxxxxxxxxxxxxxx", true, AMI_E_EOF},
    {"256 bytes", X240 X16, false, AMI_E_PROTO},
    {"257 bytes", X240 X16 "x", false, AMI_E_PROTO},
    {"the word too late", X240 "xxxxCall Manager/1.0\r\n", false, AMI_E_PROTO},
    {"the word in time", X240 "Call Manager/1.0\r\n", false, 0},
    {"half a banner", "Asterisk Call Man", false, 0},
    {"half a banner and the end", "Asterisk Call Man", true, AMI_E_EOF},
    {"nothing and the end", "", true, AMI_E_EOF},
};

static void test_greetings(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(greetings); i++) {
        struct text expected = {0};
        int result = greetings[i].result;

        bench_reset(b);
        bench_new(b);
        submit(b, "a", "Ping");
        far_open(b);
        text_free(&b->log);
        far_say(b, greetings[i].bytes);
        if (greetings[i].closes)
            far_close(b);
        if (settle(b) != result)
            fail_msg("%s: %s", greetings[i].what, ami_conn_error(b->conn)->text);
        if (result)
            text_addf(&expected,
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from LOGIN: %s\n",
                      ami_err_name(result));
        assert_log(b, result ? expected.data : "");
        text_free(&expected);
    }
}

static void test_greeting_is_quoted_harmlessly(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    far_say(b, "220 \033[2J\001\377 mail\r\n");
    assert_int_equal(settle(b), AMI_E_PROTO);
    const char *text = ami_conn_error(b->conn)->text;
    assert_non_null(strstr(text, "220 "));
    for (; *text; text++)
        assert_true(*text >= ' ' && *text <= '~');
}

/* ---- Silence ----------------------------------------------------------------------------- */

/* The whole login has its time, however far it came. */
static void test_login_times_out(void **state)
{
    static const char *const says[] = {NULL, "Asterisk Call Manager/5", BANNER};
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(says); i++) {
        bench_reset(b);
        bench_new(b);
        submit(b, "a", "Ping");
        far_open(b);
        world.now += 4000;
        if (says[i])
            far_say(b, says[i]);
        settle(b);
        world.now += 5999;
        assert_int_equal(settle(b), 0);
        assert_log(b, "state LOGIN from IDLE\n");
        world.now += 1;
        assert_int_equal(settle(b), AMI_E_TIMEOUT);
        assert_log(b, "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from LOGIN: AMI_E_TIMEOUT\n");
    }
}

static void test_login_times_out_at_its_end(void **state)
{
    struct bench *b = *state;

    bench_new(b);
    far_open(b);
    far_say(b, BANNER);
    settle(b);
    world.now += 9000;
    far_serve(b, "Challenge", "Success", "Challenge: 1\r\n");
    settle(b);
    world.now += 1000;
    assert_int_equal(settle(b), AMI_E_TIMEOUT);
}

/* ---- Logins refused ---------------------------------------------------------------------- */

static void test_wrong_secret(void **state)
{
    struct bench *b = *state;

    b->opts.secret = "swordfish";
    for (int auth = AMI_AUTH_MD5; auth <= AMI_AUTH_PLAIN; auth++) {
        b->opts.auth = (enum ami_auth)auth;
        bench_reset(b);
        mock_open(b, NULL);
        bench_new(b);
        submit(b, "a", "Ping");
        assert_int_equal(ami_conn_start(b->conn), AMI_OK);
        mock_until(b, "state CLOSED");
        assert_log(b, "state CONNECTING from IDLE\n"
                      "state LOGIN from CONNECTING\n"
                      "a DONE AMI_E_NOT_SENT unsent CLOSED\n"
                      "state CLOSED from LOGIN: AMI_E_AUTH\n");
        assert_null(strstr(ami_conn_error(b->conn)->text, "swordfish"));
    }
}

static const struct {
    const char *what, *challenge, *challenge_headers; /* NULL: plain login */
    const char *login, *login_headers;
    int result;
    const char *words; /* in the error's text */
} refusals[] = {
    {"in use", NULL, NULL, "Error", "Message: Login Already In Use\r\n", AMI_E_REFUSED,
     "Login Already In Use"},
    {"failed", NULL, NULL, "Error", "Message: Authentication failed\r\n", AMI_E_AUTH,
     "Authentication failed"},
    {"no words", NULL, NULL, "Error", "", AMI_E_REFUSED, ""},
    {"in use, said to Challenge", "Error", "Message: Login Already In Use\r\n", NULL, NULL,
     AMI_E_REFUSED, "Login Already In Use"},
    {"no MD5", "Error", "Message: Must specify AuthType\r\n", NULL, NULL, AMI_E_REFUSED,
     "Must specify AuthType"},
    {"no challenge", "Success", "", NULL, NULL, AMI_E_PROTO, ""},
    {"failed after MD5", "Success", "Challenge: 1\r\n", "Error",
     "Message: Authentication failed\r\n", AMI_E_AUTH, "Authentication failed"},
};

static void test_refusals(void **state)
{
    struct bench *b = *state;
    struct request request;

    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        b->opts.auth = refusals[i].challenge ? AMI_AUTH_MD5 : AMI_AUTH_PLAIN;
        bench_reset(b);
        bench_new(b);
        submit(b, "a", "Ping");
        far_open(b);
        far_say(b, BANNER);
        settle(b);
        if (refusals[i].challenge)
            far_serve(b, "Challenge", refusals[i].challenge, refusals[i].challenge_headers);
        settle(b);
        if (refusals[i].login)
            far_serve(b, "Login", refusals[i].login, refusals[i].login_headers);
        if (settle(b) != refusals[i].result ||
            !strstr(ami_conn_error(b->conn)->text, refusals[i].words))
            fail_msg("%s: %s", refusals[i].what, ami_conn_error(b->conn)->text);
        assert_true(was_logged(b, "a DONE AMI_E_NOT_SENT unsent CLOSED\nstate CLOSED from LOGIN"));
        assert_true(far_at_end(b));
        assert_false(far_take(b, &request)); /* MD5 never falls back to plain */
    }
}

/* Only this program closes by cancelling: a server that says so makes no sense. */
static void test_cancelled_by_the_server(void **state)
{
    struct bench *b = *state;
    struct text end = {0};
    struct request request;

    for (int steps = 1; steps <= 2; steps++) {
        bench_reset(b);
        bench_new(b);
        far_open(b);
        far_say(b, BANNER);
        settle(b);
        if (steps == 2)
            far_serve(b, "Challenge", "Success", "Challenge: 1\r\n");
        settle(b);
        far_expect(b, steps == 2 ? "Login" : "Challenge", &request);
        far_answer(b, &request, "Success", "EventList: start\r\n");
        text_addf(&end, "Event: End\r\nActionID: %s\r\nEventList: Cancelled\r\n\r\n", request.id);
        far_say(b, end.data);
        text_free(&end);
        assert_int_equal(settle(b), AMI_E_PROTO);
        assert_string_equal(ami_conn_error(b->conn)->text,
                            "the login failed: the server cancelled it");
    }
}

static const struct CMUnitTest tests[] = {
    BENCH_TEST(test_greetings),
    BENCH_TEST(test_greeting_is_quoted_harmlessly),
    BENCH_TEST(test_login_times_out),
    BENCH_TEST(test_login_times_out_at_its_end),
    BENCH_TEST(test_wrong_secret),
    BENCH_TEST(test_refusals),
    BENCH_TEST(test_cancelled_by_the_server),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
