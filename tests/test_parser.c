/* SPDX-License-Identifier: MIT */
/* The parser: framing, limits, memory, the end of the stream. The vectors of the protocol notes
 * have a file of their own. */
#include "support.h"

#define LF_MODE "Asterisk Call Manager/5.0.4\n"
#define SEEN    "BANNER 5.0.4 | =Asterisk Call Manager/5.0.4\n"
#define OK      "finish AMI_OK\n"
#define CUT     "finish AMI_E_EOF\n"
#define TOO_BIG "error AMI_E_LIMIT\nfinish AMI_E_LIMIT\n"
#define FOLLOWS "Response: Follows\r\n"
#define MARKER  "--END COMMAND--\r\n\r\n"
#define F_SEEN  "RESPONSE Follows | Response=Follows"

struct sample {
    const char *name;
    const char *bytes;
    size_t len;
    const char *expected;
};

#define STREAM(name, bytes, expected)            \
    {                                            \
        name, bytes, sizeof(bytes) - 1, expected \
    }
#define SAMPLE(name, bytes, expected) STREAM(name, BANNER bytes, SEEN expected OK)
#define LF(name, bytes, expected)     STREAM(name, LF_MODE bytes, SEEN expected OK)
#define BODY(name, bytes, expected)   SAMPLE(name, FOLLOWS bytes MARKER, F_SEEN expected "\n")

/* clang-format off */
static const struct sample samples[] = {
    /* Blank lines */
    SAMPLE("blank lines everywhere",
           "\r\n\r\nEvent: A\r\n\r\n\r\n\r\n\r\nEvent: B\r\n\r\n\r\n", "EVENT A | Event=A\nEVENT B | Event=B\n"),
    SAMPLE("bare-LF blank lines between messages",
           "\n\nEvent: A\r\n\r\n\n\r\n\nEvent: B\r\n\r\n\n\n", "EVENT A | Event=A\nEVENT B | Event=B\n"),
    SAMPLE("a line of one blank is no blank line", "Event: A\r\n \r\nX: 1\r\n\r\n",
           "EVENT A | Event=A | =  | X=1\n"),

    /* Bare LF */
    SAMPLE("several continuation lines", "Event: A\r\nV: a\nb\nc\r\nX: 1\r\n\r\n",
           "EVENT A | Event=A | V=a\\nb\\nc | X=1\n"),
    SAMPLE("continuation lines are exact", "Event: A\r\nV: a \n  b: c \n\td\r\n\r\n",
           "EVENT A | Event=A | V=a \\n  b: c \\n\\x09d\n"),
    SAMPLE("a continuation that looks like a message",
           "Event: A\r\nV: \nResponse: Error\n\nEvent: B\n\r\nEvent: C\r\n\r\n",
           "EVENT A | Event=A | V=\\nResponse: Error\\n\\nEvent: B\nEVENT C | Event=C\n"),
    SAMPLE("bare-LF blank lines at the end of a value", "Event: A\r\nV: a\n\n\r\nEvent: B\r\n\r\n",
           "EVENT A | Event=A | V=a\\n\nEVENT B | Event=B\n"),
    /* Recorded from Asterisk 16 and 22: values that end in LF */
    SAMPLE("a value that ends in LF, in mid-message",
           "Event: DBGetResponse\r\nVal: one\n\r\nActionID: x1\r\n\r\n",
           "EVENT DBGetResponse | Event=DBGetResponse | Val=one\\n | ActionID=x1\n"),
    SAMPLE("a value that ends in LF, at the end",
           "Event: Newexten\r\nAppData: LINES=a\nb\n\r\n\r\nEvent: B\r\n\r\n",
           "EVENT Newexten | Event=Newexten | AppData=LINES=a\\nb\\n\nEVENT B | Event=B\n"),
    SAMPLE("a value that ends in two LFs", "Response: Success\r\nValue: a\n\n\r\nX: 1\r\n\r\n",
           "RESPONSE Success | Response=Success | Value=a\\n\\n | X=1\n"),
    SAMPLE("two values that end in LF", "Event: A\r\nV: 1\n\r\nW: 2\n\r\n\r\n",
           "EVENT A | Event=A | V=1\\n | W=2\\n\n"),
    SAMPLE("the text of a response loses its LF, that of an event does not",
           "Response: Error\r\nMessage: no\n\r\nX: 1\r\n\r\nEvent: A\r\nMessage: no\n\r\n\r\n",
           "RESPONSE Error | Response=Error | Message=no | X=1\nEVENT A | Event=A | Message=no\\n\n"),
    SAMPLE("a raw row that ends in LF, then a response",
           "row\n\r\nResponse: Success\r\n\r\n", "RAW | =row\nRESPONSE Success | Response=Success\n"),
    SAMPLE("lone CRs stay", "Event: A\r\nV: a\n\rb\rc\r\r\nX: \r1\r\n\r\n",
           "EVENT A | Event=A | V=a\\n\\rb\\rc\\r | X=\\r1\n"),
    SAMPLE("continuation of a line without a colon", "Event: A\r\nodd\nX: 1\r\nY: 2\r\n\r\n",
           "EVENT A | Event=A | =odd\\nX: 1 | Y=2\n"),
    SAMPLE("continuation of the first line", "X: 1\nY: 2\r\n\r\n", "RAW | X=1\\nY: 2\n"),
    SAMPLE("CallStarted, then a continuation",
           "Event: A\r\nCallStarted: 1\nLoggedInTime: 2\nx: y\r\nZ: 3\r\n\r\n",
           "EVENT A | Event=A | CallStarted=1 | LoggedInTime=2\\nx: y | Z=3\n"),
    SAMPLE("CallStarted with CRLF", "Event: A\r\nCallStarted: 1\r\nLoggedInTime: 2\r\n\r\n",
           "EVENT A | Event=A | CallStarted=1 | LoggedInTime=2\n"),
    SAMPLE("CallStarted as the last line", "Event: A\r\nCallStarted: 1\n\r\nEvent: B\r\n\r\n",
           "EVENT A | Event=A | CallStarted=1\nEVENT B | Event=B\n"),
    SAMPLE("only CallStarted is excepted",
           "Event: A\r\nXCallStarted: 1\nY: 2\r\nCallStartedX: 3\nZ: 4\r\nV: CallStarted\nW: 5\r\n\r\n",
           "EVENT A | Event=A | XCallStarted=1\\nY: 2 | CallStartedX=3\\nZ: 4"
           " | V=CallStarted\\nW: 5\n"),
    STREAM("without a banner a bare LF is a continuation",
           "Event: A\r\nV: a\n\nb\r\n\r\n", "EVENT A | Event=A | V=a\\n\\nb\n" OK),

    /* After a banner that ended in a bare LF */
    LF("LF: messages", "Event: A\nX: 1\n\nResponse: Error\n\n\n\nEvent: C\n\n",
       "EVENT A | Event=A | X=1\nRESPONSE Error | Response=Error\nEVENT C | Event=C\n"),
    LF("LF: any blank line ends", "Event: A\r\nX: 1\n\r\nEvent: B\nY: 2\r\n\nEvent: C\r\n\r\n",
       "EVENT A | Event=A | X=1\nEVENT B | Event=B | Y=2\nEVENT C | Event=C\n"),
    LF("LF: no continuation", "Event: A\nV: a\nodd\n b\nCallStarted: 1\nX: 2\n\n",
       "EVENT A | Event=A | V=a | =odd | = b | CallStarted=1 | X=2\n"),

    /* Names and values */
    SAMPLE("blanks around the colon",
           "Event: A\r\nB:1\r\nC : 2\r\nD \t :\t3\r\nE:  4 \r\nF:\t\t5\r\nG:\r\nH: \r\n\r\n",
           "EVENT A | Event=A | B=1 | C=2 | D=3 | E= 4  | F=\\x095 | G= | H=\n"),
    SAMPLE("a CR is no blank", "Event: A\r\nB:\rb\r\nC\r: c\r\n\rD: d\r\n\r\n",
           "EVENT A | Event=A | B=\\rb | C\\r=c | \\rD=d\n"),
    SAMPLE("the first colon counts", "Event: A\r\nB:c:d: e\r\nChanVariable(a:b): x=1\r\n\r\n",
           "EVENT A | Event=A | B=c:d: e | ChanVariable(a=b): x=1\n"),
    SAMPLE("lines without a name",
           "Event: A\r\nno colon\r\n B: 1\r\n\tC: 2\r\n: x\r\n:\r\n : y\r\n:z: 1\r\n\r\n",
           "EVENT A | Event=A | =no colon | = B: 1 | =\\x09C: 2 | =x | = | = : y | =z: 1\n"),
    SAMPLE("NUL anywhere", "Event: A\0B\r\nX\0: 1\0\r\n\0\r\nY: \0\r\nZ:\0 z\r\n\r\n",
           "EVENT A | Event=A\\x00B | X\\x00=1\\x00 | =\\x00 | Y=\\x00 | Z=\\x00 z\n"),
    SAMPLE("a NUL does not begin a blank line", "Event: A\r\n\0\r\n\0\n\r\nEvent: B\r\n\r\n",
           "EVENT A | Event=A | =\\x00 | =\\x00\nEVENT B | Event=B\n"),
    SAMPLE("all bytes above ASCII", "Event: A\r\n\xc3\xa9: \x80\xff\r\n\r\n",
           "EVENT A | Event=A | \\xc3\\xa9=\\x80\\xff\n"),

    /* Kinds */
    SAMPLE("an action", "Action: Ping\r\nActionID: 1\r\n\r\n", "ACTION Ping | Action=Ping | ActionID=1\n"),
    SAMPLE("names without regard to case",
           "eVENT: a\r\n\r\nRESPONSE: x\r\n\r\naction: b\r\n\r\nX: 1\r\nresPONSE: Error\r\n\r\n",
           "EVENT a | eVENT=a\nRESPONSE x | RESPONSE=x\nACTION b | action=b\n"
           "RESPONSE Error | X=1 | resPONSE=Error\n"),
    SAMPLE("a blank before the colon", "Event : A\r\n\r\nResponse\t: Success\r\n\r\n",
           "EVENT A | Event=A\nRESPONSE Success | Response=Success\n"),
    SAMPLE("names that only begin alike", "Eventual: A\r\nResponses: B\r\n\r\n",
           "RAW | Eventual=A | Responses=B\n"),
    SAMPLE("an event without a name", "Event:\r\nX: 1\r\n\r\n", "EVENT | Event= | X=1\n"),
    SAMPLE("a response inside an event", "Event: A\r\nResponse: Success\r\nAction: x\r\n\r\n",
           "EVENT A | Event=A | Response=Success | Action=x\n"),
    SAMPLE("the banner is the first line only", "Event: A\r\nAsterisk Call Manager/1.0\r\n\r\n",
           "EVENT A | Event=A | =Asterisk Call Manager/1.0\n"),

    /* Damage */
    SAMPLE("a lost blank line, without regard to case", "Event: A\r\nevent : B\r\n\r\nEvent: C\r\n\r\n",
           "EVENT A DAMAGED | Event=A | event=B\nEVENT C | Event=C\n"),
    SAMPLE("a forged one", "Event: UserEvent\r\nUserEvent: x\r\nEvent: Hangup\r\n\r\nEvent: C\r\n\r\n",
           "EVENT UserEvent DAMAGED | Event=UserEvent | UserEvent=x | Event=Hangup\n"
           "EVENT C | Event=C\n"),
    SAMPLE("two responses in one",
           "Response: Success\r\nX: 1\r\nResponse: Error\r\nY: 2\r\n\r\nEvent: C\r\n\r\n",
           "RESPONSE Success DAMAGED | Response=Success | X=1 | Response=Error | Y=2\n"
           "EVENT C | Event=C\n"),
    SAMPLE("a tail with a Response", "Event: A\r\nX: a\r\n\r\nb\r\nResponse: Success\r\nY: 1\r\n\r\n",
           "EVENT A | Event=A | X=a\nRESPONSE Success DAMAGED | =b | Response=Success | Y=1\n"),
    SAMPLE("an Event that is no header", "Event: A\r\nV: x\nEvent: B\r\n Event: C\r\nEvents: D\r\n\r\n",
           "EVENT A | Event=A | V=x\\nEvent: B | = Event: C | Events=D\n"),

    /* Old Command output */
    BODY("follows: ActionID without Privilege", "ActionID: 9\r\nx\n", " | ActionID=9 | Output=x"),
    BODY("follows: Privilege without ActionID", "Privilege: Command\r\nx\n",
         " | Privilege=Command | Output=x"),
    BODY("follows: headers in the wrong order",
         "ActionID: 9\r\nPrivilege: Command\r\n", " | ActionID=9 | Output=Privilege: Command"),
    BODY("follows: each header once", "Privilege: Command\r\nPrivilege: x\r\nActionID: 9\r\n",
         " | Privilege=Command | Output=Privilege: x | Output=ActionID: 9"),
    BODY("follows: no second ActionID", "Privilege: Command\r\nActionID: 9\r\nActionID: 8\r\n",
         " | Privilege=Command | ActionID=9 | Output=ActionID: 8"),
    BODY("follows: a header ends in CRLF", "Privilege: Command\nActionID: 9\r\n",
         " | Output=Privilege: Command | Output=ActionID: 9"),
    BODY("follows: other headers are output", "Message: x\r\nActionID: 9\r\n",
         " | Output=Message: x | Output=ActionID: 9"),
    BODY("follows: whole messages as output",
         "Privilege: Command\r\nActionID: 9\r\nEvent: A\r\n\r\nResponse: Success\r\n"
         "ActionID: 10\r\n\r\nx\n",
         " | Privilege=Command | ActionID=9 | Output=Event: A | Output="
         " | Output=Response: Success | Output=ActionID: 10 | Output= | Output=x"),
    BODY("follows: a marker in mid-text",
         "--END COMMAND--\r\nb\n--END COMMAND--\n\nc--END COMMAND--x\n--END COMMAND--\r\n",
         " | Output=--END COMMAND-- | Output=b | Output=--END COMMAND-- | Output="
         " | Output=c--END COMMAND--x | Output=--END COMMAND--"),
    BODY("follows: a marker needs CRLF", "--END COMMAND--\n\r\nb\n", " | Output=--END COMMAND-- | Output= | Output=b"),
    BODY("follows: so does the blank line behind it", "--END COMMAND--\r\n\nb\n", " | Output=--END COMMAND-- | Output= | Output=b"),
    BODY("follows: pieces of a marker before it", "x----END COMMAND-", " | Output=x----END COMMAND-"),
    BODY("follows: a marker that begins in another", "--END COMMAND", " | Output=--END COMMAND"),
    BODY("follows: one dash more", "-", " | Output=-"),
    BODY("follows: empty lines", "\r\n\n\n", " | Output= | Output= | Output="),
    BODY("follows: one CR is dropped", "a\r\r\nb\rc\nd\r\n", " | Output=a\\r | Output=b\\rc | Output=d"),
    BODY("follows: no last LF", "a\n b ", " | Output=a | Output= b "),
    BODY("follows: NUL and high bytes", "a\0b\n\xff\0\n\0", " | Output=a\\x00b | Output=\\xff\\x00 | Output=\\x00"),
    SAMPLE("follows: what comes after",
           FOLLOWS "x\n" MARKER "\r\n" "Event: A\r\n\r\n" FOLLOWS MARKER "Event: B\r\n\r\n",
           F_SEEN " | Output=x\nEVENT A | Event=A\n" F_SEEN " | Output=\nEVENT B | Event=B\n"),
    SAMPLE("follows: only as the first line",
           "Response: FollowsX\r\nA: 1\r\n\r\nX: 1\r\nResponse: Follows\r\nY: 2\r\n\r\n",
           "RESPONSE FollowsX | Response=FollowsX | A=1\n"
           "RESPONSE Follows | X=1 | Response=Follows | Y=2\n"),

    /* The end of the stream */
    STREAM("end: in the banner", "Asterisk Call Manager/5.0.4\r", CUT),
    STREAM("end: after the banner", BANNER, SEEN OK),
    STREAM("end: in the first line", BANNER "E", SEEN CUT),
    STREAM("end: after a line", BANNER "Event: A\r\n", SEEN CUT),
    STREAM("end: in a value", BANNER "Event: A\r\nX: 1\n", SEEN CUT),
    STREAM("end: in the blank line", BANNER "Event: A\r\n\r", SEEN CUT),
    STREAM("end: in the second message", BANNER "Event: A\r\n\r\nEv", SEEN "EVENT A | Event=A\n" CUT),
    STREAM("end: after blank lines", BANNER "Event: A\r\n\r\n\r\n\r\n", SEEN "EVENT A | Event=A\n" OK),
    STREAM("end: after Follows", BANNER FOLLOWS, SEEN CUT),
    STREAM("end: in output", BANNER FOLLOWS "Privilege: Command\r\nx\r\n\r\n", SEEN CUT),
    STREAM("end: in the marker", BANNER FOLLOWS "x\n--END COMMAND--\r\n\r", SEEN CUT),
    STREAM("end: LF mode", LF_MODE "Event: A\n", SEEN CUT),
};
/* clang-format on */

static void test_sample(void **state)
{
    const struct sample *s = *state;

    check_every_split(s->bytes, s->len, NULL, s->expected);
}

/* A first line without a colon is a banner, whatever it says. */
static void test_odd_banner(void **state)
{
    (void)state;
    static const char *const lines[] = {"hello\r\n", "\xff\xfe/1.0\r\n", "Call Manager/\r\n",
                                        "/\n"};

    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        ami_parser *parser = ami_parser_new(NULL, NULL);
        const ami_msg *msg = NULL;

        assert_int_equal(ami_parser_feed(parser, lines[i], strlen(lines[i])), AMI_OK);
        assert_int_equal(ami_parser_next(parser, &msg), 1);
        assert_int_equal(ami_msg_kind(msg), AMI_KIND_BANNER);
        assert_non_null(ami_msg_name(msg));
        assert_int_equal(ami_parser_finish(parser), AMI_OK);
        ami_parser_free(parser);
    }
}

/* ---- The ways in ------------------------------------------------------------------------ */

static void put(ami_parser *parser, const char *bytes)
{
    assert_int_equal(ami_parser_feed(parser, bytes, strlen(bytes)), AMI_OK);
}

static void expect_next(ami_parser *parser, const char *expected)
{
    struct text seen = {0};
    const ami_msg *msg = NULL;

    assert_int_equal(ami_parser_next(parser, &msg), 1);
    text_add_msg(&seen, msg);
    assert_string_equal(seen.data, expected);
    text_free(&seen);
}

static void expect_nothing(ami_parser *parser, int rc)
{
    const ami_msg *msg = NULL;

    assert_int_equal(ami_parser_next(parser, &msg), rc);
}

static void test_added(void **state)
{
    (void)state;
    static const char bytes[] = "Event: A\r\n\r\n";
    ami_parser *parser = ami_parser_new(NULL, NULL);
    size_t room = 0;
    char *space = ami_parser_space(parser, &room);

    assert_non_null(space);
    assert_true(room >= sizeof bytes);
    memset(space, '#', room);
    assert_int_equal(ami_parser_added(parser, 0), AMI_OK);
    expect_nothing(parser, 0);
    space = ami_parser_space(parser, &room);
    assert_int_equal(ami_parser_added(parser, room + 1), AMI_E_INVAL);
    assert_int_equal(ami_parser_added(parser, SIZE_MAX), AMI_E_INVAL);
    space = ami_parser_space(parser, &room);
    space = ami_parser_space(parser, &room);
    memcpy(space, bytes, strlen(bytes));
    assert_int_equal(ami_parser_added(parser, strlen(bytes)), AMI_OK);
    expect_next(parser, "EVENT A | Event=A\n");
    expect_nothing(parser, 0);
    assert_int_equal(ami_parser_finish(parser), AMI_OK);
    ami_parser_free(parser);
}

/* Without a call of space just before there is no room. */
static void test_added_without_space(void **state)
{
    (void)state;
    ami_parser *parser = ami_parser_new(NULL, NULL);
    size_t room = 0;

    assert_int_equal(ami_parser_added(parser, 1), AMI_E_INVAL);
    assert_non_null(ami_parser_space(parser, &room));
    assert_int_equal(ami_parser_added(parser, room + 1), AMI_E_INVAL);
    put(parser, "Event: A\r\n\r\n");
    expect_next(parser, "EVENT A | Event=A\n");
    assert_int_equal(ami_parser_finish(parser), AMI_OK);
    ami_parser_free(parser);
}

/* Rooms filled to the last byte, with messages taken only now and then, and feeds in between. */
static void test_full_rooms(void **state)
{
    (void)state;
    static const char one[] = "Event: A\r\nX: 12345\r\n\r\n";
    static const size_t len = sizeof one - 1;
    ami_parser *parser = ami_parser_new(NULL, NULL);
    size_t given = 0, taken = 0;
    const ami_msg *msg = NULL;

    for (int round = 0; round < 12; round++) {
        size_t room = 0;
        char *space = ami_parser_space(parser, &room);
        assert_non_null(space);
        assert_true(room > 0);
        for (size_t i = 0; i < room; i++)
            space[i] = one[(given + i) % len];
        given += room;
        assert_int_equal(ami_parser_added(parser, room), AMI_OK);
        assert_int_equal(ami_parser_feed(parser, &one[given % len], 1), AMI_OK);
        given++;
        while (round % 4 != 3 && ami_parser_next(parser, &msg) == 1) {
            taken++;
            assert_string_equal(ami_msg_get(msg, "X"), "12345");
        }
    }
    while (ami_parser_next(parser, &msg) == 1)
        taken++;
    assert_int_equal(taken, given / len);
    ami_parser_free(parser);
}

static void test_many_messages_in_one_feed(void **state)
{
    (void)state;
    struct text bytes = {0}, expected = {0};

    text_add(&bytes, BANNER);
    text_add(&expected, SEEN);
    for (int i = 0; i < 10000; i++) {
        text_addf(&bytes, "Event: E%d\r\nX: %0*d\r\n\r\n", i, i % 97, i);
        text_addf(&expected, "EVENT E%d | Event=E%d | X=%0*d\n", i, i, i % 97, i);
    }
    text_add(&expected, OK);
    check_pieces(bytes.data, bytes.len, bytes.len, 0, NULL, expected.data);
    check_pieces(bytes.data, bytes.len, 5000, 77, NULL, expected.data);
    text_free(&bytes);
    text_free(&expected);
}

/* Messages and pieces of many sizes, so that the buffer is moved and grown in every way. */
static void test_many_sizes(void **state)
{
    (void)state;
    struct text bytes = {0}, expected = {0};

    for (int i = 0; i < 250; i++) {
        int width = i * 370 % 9000 + 1;
        text_addf(&bytes, "Event: E%d\r\nX: ", i);
        text_addf(&expected, "EVENT E%d | Event=E%d | X=", i, i);
        for (int left = width; left > 0; left -= 90) {
            text_addf(&bytes, "%0*d", left < 90 ? left : 90, i % 7);
            text_addf(&expected, "%0*d", left < 90 ? left : 90, i % 7);
        }
        text_add(&bytes, "\r\n\r\n");
        text_add(&expected, "\n");
    }
    text_add(&expected, OK);
    for (uint32_t seed = 1; seed <= 20; seed++)
        check_pieces(bytes.data, bytes.len, 12000, seed, NULL, expected.data);
    text_free(&bytes);
    text_free(&expected);
}

/* A message may be read until the next call, however many others wait behind it. */
static void test_message_stays(void **state)
{
    (void)state;
    ami_parser *parser = ami_parser_new(NULL, NULL);
    const ami_msg *msg = NULL;

    put(parser, BANNER "Event: A\r\nX: 1\r\n\r\nEvent: B\r\nX: 2\r\n\r\nEve");
    expect_next(parser, SEEN);
    assert_int_equal(ami_parser_next(parser, &msg), 1);
    const char *a = ami_msg_get(msg, "x");
    assert_string_equal(a, "1");
    assert_string_equal(ami_msg_name(msg), "A");
    expect_next(parser, "EVENT B | Event=B | X=2\n");
    expect_nothing(parser, 0);
    put(parser, "nt: C\r\n\r\n");
    expect_next(parser, "EVENT C | Event=C\n");
    ami_parser_free(parser);
}

static void test_nothing(void **state)
{
    (void)state;
    ami_parser *parser = ami_parser_new(NULL, NULL);

    ami_parser_free(NULL);
    assert_int_equal(ami_parser_error(parser)->code, AMI_OK);
    expect_nothing(parser, 0);
    assert_int_equal(ami_parser_feed(parser, "", 0), AMI_OK);
    assert_int_equal(ami_parser_feed(parser, NULL, 0), AMI_OK);
    expect_nothing(parser, 0);
    assert_int_equal(ami_parser_finish(parser), AMI_E_EOF);
    ami_parser_free(parser);
}

/* ---- The end ---------------------------------------------------------------------------- */

static void test_finish_counts_what_was_not_taken(void **state)
{
    (void)state;
    ami_parser *parser = ami_parser_new(NULL, NULL);

    put(parser, BANNER "Event: A\r\n\r\n");
    expect_next(parser, SEEN);
    assert_int_equal(ami_parser_finish(parser), AMI_E_EOF);
    ami_parser_free(parser);

    parser = ami_parser_new(NULL, NULL);
    put(parser, BANNER "Event: A\r\n\r\n");
    expect_next(parser, SEEN);
    expect_next(parser, "EVENT A | Event=A\n");
    assert_int_equal(ami_parser_finish(parser), AMI_OK);
    ami_parser_free(parser);
}

/* ---- Limits ----------------------------------------------------------------------------- */

struct limit_case {
    const char *name;
    const char *word; /* in the error's text */
    size_t line, message, fields;
    const char *good; /* what may come, */
    const char *bad;  /* and what is too much behind it */
    const char *good_seen;
};

#define L40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L80 L40 L40
#define ABC "A: 1\r\nB: 2\r\nC: 3\r\n"

/* clang-format off */
static const struct limit_case limit_cases[] = {
    {"line", "line", 60, 0, 0, "Event: A\r\nX: " L40 "\r\n\r\n", "Event: B\r\nX: " L80 "\r\n\r\n",
     "EVENT A | Event=A | X=" L40 "\n"},
    {"line without an end", "line", 60, 0, 0, "", L80, ""},
    {"line in a name", "line", 60, 0, 0, "", "Event: B\r\n" L80 ": 1\r\n\r\n", ""},
    {"line as the first", "line", 60, 0, 0, "", "Event: " L80 "\r\n\r\n", ""},
    {"line that goes on", "line", 60, 0, 0,
     "Event: A\r\nX: " L40 "\n" L40 "\n" L40 "\r\n\r\n", "Event: B\r\nX: 1\n" L80 "\r\n\r\n",
     "EVENT A | Event=A | X=" L40 "\\n" L40 "\\n" L40 "\n"},
    {"line of output", "line", 60, 0, 0, FOLLOWS L40 "\n" L40 "\n" MARKER, FOLLOWS L80 "\n" MARKER,
     F_SEEN " | Output=" L40 " | Output=" L40 "\n"},
    {"message", "message", 0, 160, 0,
     "Event: A\r\nX: " L80 "\r\n\r\nEvent: B\r\nX: " L80 "\r\n\r\n",
     "Event: C\r\nX: " L80 "\r\nY: " L80 "\r\n\r\n",
     "EVENT A | Event=A | X=" L80 "\nEVENT B | Event=B | X=" L80 "\n"},
    {"message without an end", "message", 0, 160, 0, "", "Event: C\r\nX: " L80 "\r\nY: " L80, ""},
    {"message of a value", "message", 0, 160, 0, "Event: A\r\nX: " L40 "\n" L40 "\r\n\r\n",
     "Event: C\r\nX: " L80 "\n" L40 "\n" L40 "\r\n\r\n",
     "EVENT A | Event=A | X=" L40 "\\n" L40 "\n"},
    {"message of output", "message", 0, 160, 0, FOLLOWS L40 "\r\n\r\n" L40 MARKER,
     FOLLOWS L80 "\n" L80 "\n" MARKER, F_SEEN " | Output=" L40 " | Output= | Output=" L40 "\n"},
    {"message of output without an end", "message", 0, 160, 0, "",
     FOLLOWS L80 "\n" L40 "\r\n\r\n" L40, ""},
    {"fields", "field", 0, 0, 5, ABC "\r\n" ABC "\r\n", "D: 1\r\n" ABC "E: 1\r\nF: 2\r\n\r\n",
     "RAW | A=1 | B=2 | C=3\nRAW | A=1 | B=2 | C=3\n"},
    {"fields without an end", "field", 0, 0, 5, "", ABC ABC "D: 1\r\n", ""},
    {"fields without a colon", "field", 0, 0, 5, "A: 1\nx\ny\nz\na\nb\nc\r\n\r\n",
     "A: 1\r\nx\r\ny\r\nz\r\na\r\nb\r\nc\r\n\r\n", "RAW | A=1\\nx\\ny\\nz\\na\\nb\\nc\n"},
    {"fields of output", "field", 0, 0, 5, FOLLOWS "a\nb\n" MARKER, FOLLOWS "a\nb\n\n\n\n\n\n" MARKER,
     F_SEEN " | Output=a | Output=b\n"},
};
/* clang-format on */

/* The error's text names this limit, and no narrower or other one. */
static void assert_names_limit(const ami_parser *parser, const char *word)
{
    static const char *const words[] = {"message", "field", "line"};
    const char *text = ami_parser_error(parser)->text;
    size_t i = 0;

    assert_non_null(strstr(text, word));
    while (strcmp(words[i], word) != 0)
        i++;
    for (i++; i < ARRAY_LEN(words); i++)
        assert_null(strstr(text, words[i]));
}

static void check_limit_text(const struct limit_case *c, const struct ami_limits *limits,
                             const struct text *bytes)
{
    ami_parser *parser = ami_parser_new(limits, NULL);
    struct feeder feeder = {.bytes = bytes->data, .len = bytes->len, .step = bytes->len};
    struct text seen = {0};
    size_t room = 0;

    parse_into(&seen, parser, &feeder, WAY_FEED);
    assert_int_equal(ami_parser_error(parser)->code, AMI_E_LIMIT);
    assert_names_limit(parser, c->word);
    assert_null(ami_parser_space(parser, &room));
    expect_nothing(parser, AMI_E_LIMIT);
    (void)!ami_parser_feed(parser, "\r\n\r\nEvent: Z\r\n\r\n", 16);
    expect_nothing(parser, AMI_E_LIMIT);
    expect_nothing(parser, AMI_E_LIMIT);
    assert_int_equal(ami_parser_finish(parser), AMI_E_LIMIT);
    text_free(&seen);
    ami_parser_free(parser);
}

static void test_limit(void **state)
{
    const struct limit_case *c = *state;
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct text bytes = {0}, expected = {0};

    limits.line = c->line;
    limits.message = c->message;
    limits.fields = c->fields;
    text_add(&bytes, BANNER);
    text_add(&bytes, c->good);
    text_add(&expected, SEEN);
    text_add(&expected, c->good_seen);
    text_add(&expected, OK);
    check_every_split(bytes.data, bytes.len, &limits, expected.data);
    expected.len -= strlen(OK);
    text_add(&bytes, c->bad);
    text_add(&expected, TOO_BIG);
    check_every_split(bytes.data, bytes.len, &limits, expected.data);
    check_limit_text(c, &limits, &bytes);
    text_free(&bytes);
    text_free(&expected);
}

static void test_limit_of_the_banner(void **state)
{
    (void)state;
    struct ami_limits limits = AMI_LIMITS_INIT;

    limits.line = 60;
    check_every_split(L80, 80, &limits, TOO_BIG);
    check_every_split(L80 "\r\n", 82, &limits, TOO_BIG);
}

/* Feeds the same bytes again and again until the parser refuses; how many times it took them. */
static size_t feed_until_refused(ami_parser *parser, const char *bytes, size_t len, size_t most)
{
    const ami_msg *msg = NULL;
    size_t times = 0;

    for (; times < most; times++) {
        assert_int_equal(ami_parser_feed(parser, bytes, len), AMI_OK);
        int rc = ami_parser_next(parser, &msg);
        if (rc < 0) {
            assert_int_equal(rc, AMI_E_LIMIT);
            break;
        }
        assert_int_equal(rc, 0);
    }
    return times;
}

/* The defaults: 16 MiB, 64 MiB and 1 Mi fields. */
static void test_default_limits(void **state)
{
    (void)state;
    static char block[1u << 20];
    static const struct {
        const char *end, *word;
        size_t len, least, most;
    } cases[] = {
        {"a", "line", sizeof block, 15, 16},
        {"a\r\n", "message", sizeof block, 63, 64},
        {"a:\r\n", "field", 4, (1u << 20) - 2, 1u << 20},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ami_parser *parser = ami_parser_new(NULL, NULL);
        size_t end = strlen(cases[i].end);

        memset(block, 'a', sizeof block);
        memcpy(block + cases[i].len - end, cases[i].end, end);
        put(parser, "Event: A\r\n");
        size_t times = feed_until_refused(parser, block, cases[i].len, 2000000);
        assert_in_range(times, cases[i].least, cases[i].most);
        assert_names_limit(parser, cases[i].word);
        ami_parser_free(parser);
    }
}

/* A limit stops memory from growing, and what vanishes takes none. */
static void test_memory_is_bounded(void **state)
{
    (void)state;
    static const char *const endless[] = {"aaaaaaaaaa", "a: 1\r\n", "a\n", FOLLOWS,
                                          "--END COMMAND--\r\n"};
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct test_alloc a;

    limits.line = limits.message = 100000;
    limits.fields = 10000;
    for (size_t i = 0; i < ARRAY_LEN(endless); i++) {
        test_alloc_init(&a, 0);
        ami_parser *parser = ami_parser_new(&limits, &a.allocator);
        put(parser, i < 3 ? "Event: A\r\n" : FOLLOWS);
        size_t times = feed_until_refused(parser, endless[i], strlen(endless[i]), 1000000);
        assert_in_range(times, 1, 100000);
        assert_in_range(a.peak, 1, 3000000);
        ami_parser_free(parser);
        assert_int_equal(a.live, 0);
    }
    test_alloc_init(&a, 0);
    ami_parser *parser = ami_parser_new(&limits, &a.allocator);
    put(parser, "Event: A\r\n\r\n");
    expect_next(parser, "EVENT A | Event=A\n");
    size_t before = a.calls;
    assert_int_equal(feed_until_refused(parser, "\r\n\r\n\r\n\r\n\n\r\n", 11, 300000), 300000);
    assert_int_equal(a.calls, before);
    assert_int_equal(ami_parser_finish(parser), AMI_OK);
    ami_parser_free(parser);
}

static void test_size_of_limits(void **state)
{
    (void)state;
    struct {
        struct ami_limits limits;
        size_t later;
    } newer = {AMI_LIMITS_INIT, 0};

    newer.limits.size = sizeof newer;
    ami_parser *parser = ami_parser_new(&newer.limits, NULL);
    assert_non_null(parser);
    ami_parser_free(parser);
    newer.later = 1;
    assert_null(ami_parser_new(&newer.limits, NULL));
    newer.limits.size = 0;
    assert_null(ami_parser_new(&newer.limits, NULL));
}

/* ---- Large messages --------------------------------------------------------------------- */

struct large {
    const char *name, *begin, *line, *end;
    const char *seen_begin, *seen_line;
};

static const struct large larges[] = {
    {"fields", "Event: A\r\n", "Name: value\r\n", "\r\n", "EVENT A | Event=A", " | Name=value"},
    {"continuation", "Event: A\r\nV: x", "\nline: 1", "\r\n\r\n", "EVENT A | Event=A | V=x",
     "\\nline: 1"},
    {"output", FOLLOWS, "--END COMMAND--\r\nx\n", MARKER, F_SEEN,
     " | Output=--END COMMAND-- | Output=x"},
};

/* 1 MiB, byte by byte too: that must not take time that grows with the square. */
static void test_large(void **state)
{
    const struct large *l = *state;
    struct text bytes = {0}, expected = {0};

    text_add(&bytes, l->begin);
    text_add(&expected, l->seen_begin);
    while (bytes.len < 1u << 20) {
        text_add(&bytes, l->line);
        text_add(&expected, l->seen_line);
    }
    text_add(&bytes, l->end);
    text_add(&expected, "\n" OK);
    check_pieces(bytes.data, bytes.len, bytes.len, 0, NULL, expected.data);
    check_pieces(bytes.data, bytes.len, 1, 0, NULL, expected.data);
    check_pieces(bytes.data, bytes.len, 3000, 4711, NULL, expected.data);
    text_free(&bytes);
    text_free(&expected);
}

/* ---- Memory ----------------------------------------------------------------------------- */

static const char traffic[] =
    "Event: Newexten\r\nPrivilege: dialplan,all\r\nChannel: SIP/a-1\r\nAppData: a\nb\r\n\r\n"
    "Response: Success\r\nActionID: 1\r\nMessage: Command output follows\r\nOutput: a\r\n"
    "Output: \r\nno colon\r\n\r\n\r\n" FOLLOWS "Privilege: Command\r\na\n\nb\n" MARKER;

/* How often a parser asks for memory, or frees some, from its birth to its end. */
static size_t calls_for(size_t messages, size_t step, enum way way)
{
    struct text bytes = {0}, seen = {0};
    struct feeder feeder = {.step = step};
    struct test_alloc a;

    for (size_t i = 0; i < messages; i += 3)
        text_add(&bytes, traffic);
    feeder.bytes = bytes.data;
    feeder.len = bytes.len;
    test_alloc_init(&a, 0);
    ami_parser *parser = ami_parser_new(NULL, &a.allocator);
    parse_into(&seen, parser, &feeder, way);
    ami_parser_free(parser);
    assert_int_equal(a.live, 0);
    text_free(&bytes);
    text_free(&seen);
    return a.calls;
}

/* Ten thousand messages more cost no call of the allocator. */
static void test_no_allocation_when_warm(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 100, 4000, 30000};

    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        for (enum way way = WAY_FEED; way <= WAY_SPACE; way++) {
            size_t warm = calls_for(1000, steps[i], way);
            assert_true(warm > 0);
            assert_int_equal(calls_for(11000, steps[i], way), warm);
        }
    }
}

/* All that needs memory: a long line, many fields, much output. */
static void hungry_bytes(struct text *bytes)
{
    text_add(bytes, BANNER "Event: A\r\nX: ");
    for (int i = 0; i < 3000; i++)
        text_add(bytes, "0123456789");
    text_add(bytes, "\r\n\r\nEvent: B\r\n");
    for (int i = 0; i < 3000; i++)
        text_add(bytes, "X: 1\r\n");
    text_add(bytes, "\r\n" FOLLOWS);
    for (int i = 0; i < 9000; i++)
        text_add(bytes, "1234\n");
    text_add(bytes, MARKER);
}

/* Each allocation in turn fails, until all succeed: a clean end each time. */
static void test_each_allocation_fails(void **state)
{
    (void)state;
    struct text bytes = {0}, all = {0};
    size_t asked = 0;

    hungry_bytes(&bytes);
    for (size_t n = 0; n <= asked; n++) {
        for (enum way way = 0; way < WAY_COUNT; way++) {
            struct test_alloc a;
            struct feeder feeder = {.bytes = bytes.data, .len = bytes.len, .step = 999};
            struct text seen = {0};
            test_alloc_init(&a, n); /* the first round, with 0, is the whole */
            ami_parser *parser = ami_parser_new(NULL, &a.allocator);
            if (parser)
                parse_into(&seen, parser, &feeder, way);
            if (n > 0 && a.asked >= n && parser) {
                const char *error = strstr(seen.data, "error AMI_E_NOMEM\n");
                assert_non_null(error);
                assert_memory_equal(seen.data, all.data, error - seen.data);
            }
            if (n == 0 && way == 0)
                text_add(&all, seen.data);
            else if (a.asked < n || n == 0)
                assert_string_equal(seen.data, all.data);
            asked = a.asked > asked ? a.asked : asked;
            text_free(&seen);
            ami_parser_free(parser);
            assert_int_equal(a.live, 0);
        }
    }
    assert_true(asked > 4);
    text_free(&bytes);
    text_free(&all);
}

/* A feed that found no memory took nothing, so it can be tried again; an error of next stays. */
static void test_feed_again_after_no_memory(void **state)
{
    (void)state;
    struct text bytes = {0}, all = {0};
    bool failed = true;

    hungry_bytes(&bytes);
    struct feeder whole = {.bytes = bytes.data, .len = bytes.len, .step = bytes.len};
    ami_parser *parser = ami_parser_new(NULL, NULL);
    parse_into(&all, parser, &whole, WAY_FEED);
    ami_parser_free(parser);
    for (size_t n = 1; failed; n++) {
        struct test_alloc a;
        struct feeder feeder = {.bytes = bytes.data, .len = bytes.len, .step = bytes.len};
        struct text seen = {0};
        test_alloc_init(&a, n);
        parser = ami_parser_new(NULL, &a.allocator);
        int rc = parser ? ami_parser_feed(parser, bytes.data, bytes.len) : AMI_OK;
        failed = a.asked >= n;
        if (rc == AMI_E_NOMEM) {
            parse_into(&seen, parser, &feeder, WAY_FEED);
            assert_string_equal(seen.data, all.data);
        } else if (parser) {
            const ami_msg *msg = NULL;
            while ((rc = ami_parser_next(parser, &msg)) == 1)
                ;
            failed = a.asked >= n;
            if (failed) {
                assert_int_equal(rc, AMI_E_NOMEM);
                expect_nothing(parser, AMI_E_NOMEM);
                assert_int_equal(ami_parser_error(parser)->code, AMI_E_NOMEM);
                assert_int_equal(ami_parser_finish(parser), AMI_E_NOMEM);
            }
        }
        text_free(&seen);
        ami_parser_free(parser);
        assert_int_equal(a.live, 0);
    }
    text_free(&bytes);
    text_free(&all);
}

/* ---- Random bytes ----------------------------------------------------------------------- */

static void soup(struct text *bytes, uint32_t *seed)
{
    static const char *const tokens[] = {BANNER,
                                         "Event: ",
                                         "Event: A\r\n",
                                         "Response: ",
                                         FOLLOWS,
                                         "Privilege: x\r\n",
                                         "ActionID: 1\r\n",
                                         "--END COMMAND--",
                                         MARKER,
                                         "\r\n\r\n",
                                         "CallStarted: 1\n",
                                         "\r\n",
                                         "\n",
                                         "Action: B\r\n",
                                         ": ",
                                         "Follows\r\n"};
    static const char letters[] = "\r\n :AEventRsponse-\t\0"; /* the last NUL counts too */
    size_t pieces = 5 + next_random(seed) % 60;

    if (next_random(seed) % 3 > 0)
        text_add(bytes, next_random(seed) % 3 > 0 ? BANNER : LF_MODE);
    for (size_t i = 0; i < pieces; i++) {
        uint32_t r = next_random(seed) >> 8;
        if (r % 2 == 0)
            text_add(bytes, tokens[r / 2 % ARRAY_LEN(tokens)]);
        else
            text_add_bytes(bytes, &letters[r / 2 % (sizeof letters - 1)], 1);
    }
}

static void check_soup(const struct text *bytes, const struct ami_limits *limits, uint32_t seed)
{
    ami_parser *parser = ami_parser_new(limits, NULL);
    struct feeder whole = {.bytes = bytes->data, .len = bytes->len, .step = bytes->len};
    struct text expected = {0};

    parse_into(&expected, parser, &whole, WAY_FEED_LATE);
    ami_parser_free(parser);
    check_pieces(bytes->data, bytes->len, bytes->len, 0, limits, expected.data);
    check_pieces(bytes->data, bytes->len, 1, 0, limits, expected.data);
    check_pieces(bytes->data, bytes->len, 30, seed, limits, expected.data);
    text_free(&expected);
}

/* Whatever comes, the pieces in which it comes make no difference. */
static void test_soup(void **state)
{
    (void)state;
    struct ami_limits small = AMI_LIMITS_INIT;
    uint32_t seed = 20240229;

    small.line = 40;
    small.message = 100;
    small.fields = 6;
    for (int i = 0; i < 3000; i++) {
        struct text bytes = {0};
        soup(&bytes, &seed);
        check_soup(&bytes, NULL, seed);
        check_soup(&bytes, &small, seed);
        text_free(&bytes);
    }
}

/* ------------------------------------------------------------------------------------------ */

static struct CMUnitTest *add_tests(struct CMUnitTest *at, CMUnitTestFunction fn, const void *table,
                                    size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        const char *const *entry = (const void *)((const char *)table + i * size);
        *at++ = (struct CMUnitTest){
            .name = *entry, .test_func = fn, .initial_state = (void *)(uintptr_t)entry};
    }
    return at;
}

int main(void)
{
    enum { FIXED = 17 };
    static struct CMUnitTest
        tests[FIXED + ARRAY_LEN(samples) + ARRAY_LEN(limit_cases) + ARRAY_LEN(larges)] = {
            cmocka_unit_test(test_odd_banner),
            cmocka_unit_test(test_added),
            cmocka_unit_test(test_added_without_space),
            cmocka_unit_test(test_full_rooms),
            cmocka_unit_test(test_many_messages_in_one_feed),
            cmocka_unit_test(test_many_sizes),
            cmocka_unit_test(test_message_stays),
            cmocka_unit_test(test_nothing),
            cmocka_unit_test(test_finish_counts_what_was_not_taken),
            cmocka_unit_test(test_limit_of_the_banner),
            cmocka_unit_test(test_default_limits),
            cmocka_unit_test(test_memory_is_bounded),
            cmocka_unit_test(test_size_of_limits),
            cmocka_unit_test(test_no_allocation_when_warm),
            cmocka_unit_test(test_each_allocation_fails),
            cmocka_unit_test(test_feed_again_after_no_memory),
            cmocka_unit_test(test_soup),
        };
    struct CMUnitTest *at = tests + FIXED;

    at = add_tests(at, test_sample, samples, ARRAY_LEN(samples), sizeof samples[0]);
    at = add_tests(at, test_limit, limit_cases, ARRAY_LEN(limit_cases), sizeof limit_cases[0]);
    at = add_tests(at, test_large, larges, ARRAY_LEN(larges), sizeof larges[0]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
