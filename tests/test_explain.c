/* SPDX-License-Identifier: MIT */
/* Why do I get no events? Scripted servers, and what is found out about them. */
#include "talk.h"

/* ---- A scripted server ------------------------------------------------------------------- */

/* How the server and the program are; NULL or 0 is the usual. */
struct scene {
    const char *banner;   /* 11.0.0 */
    const char *version;  /* 22.10.1 */
    const char *read;     /* all */
    const char *disabled; /* none */
    const char *events;   /* of Login; none */
    const char *mask;     /* of Events; none */
    const char *filters[4];
    const char *handlers[4]; /* "*": all; none: Hangup */
};

struct stage {
    struct talk talk;
    struct text bytes; /* what the server says to the questions */
    int asked;
    int called;
    bool free_inside;
};

static const char every_class[] =
    "system,call,log,verbose,command,agent,user,config,dtmf,reporting,cdr,dialplan,originate,agi,"
    "cc,aoc,test,security,message,all";

static void put_classes(struct text *log, const char *what, bool known, unsigned classes)
{
    char text[AMI_CLASSES_SIZE];

    ami_classes_format(classes, text, sizeof text);
    text_addf(log, "%s %s | ", what, known ? text : "?");
}

static void on_explanation(const struct ami_explanation *x, void *user)
{
    struct stage *s = user;
    struct text *log = &s->talk.log;

    assert_int_equal(x->size, sizeof *x);
    assert_ptr_equal(x->session, s->talk.session);
    s->called++;
    assert_true(x->status == AMI_OK || x->finding_count == 0);
    text_addf(log, "%s | %s | %s | %s | ", ami_err_name(x->status), x->banner,
              x->version ? x->version : "?", x->username ? x->username : "?");
    put_classes(log, "read", x->classes_known, x->read);
    put_classes(log, "write", x->classes_known, x->write);
    put_classes(log, "mask", x->mask_known, x->mask);
    text_addf(log, "%s\n", x->sent ? x->sent : "-");
    for (size_t i = 0; i < x->filter_count; i++)
        text_addf(log, "filter %s\n", x->filters[i]);
    for (size_t i = 0; i < x->finding_count; i++)
        text_addf(log, "- %s\n", x->findings[i]);
    text_addf(log, "%s\n", x->summary);
    if (s->free_inside) {
        ami_session_free(s->talk.session);
        s->talk.session = NULL;
    }
}

static void say(struct stage *s, const char *format, ...) AMI_PRINTF(2, 3);
static void say(struct stage *s, const char *format, ...)
{
    struct text bytes = {0};
    va_list args;

    va_start(args, format);
    text_vaddf(&bytes, format, args);
    va_end(args);
    assert_int_equal(talk_feed(&s->talk, text_str(&bytes)), AMI_OK);
    text_free(&bytes);
}

/* Submits an action and has it succeed. */
static void does(struct stage *s, const char *headers)
{
    int id = (int)talk_submit(&s->talk, headers);

    talk_sent(&s->talk);
    say(s, "Response: Success\r\nActionID: t.%d\r\n\r\n", id);
}

static void on_nothing(const struct ami_event *event, void *user)
{
    (void)event;
    (void)user;
}

static void handle(struct stage *s, const char *name)
{
    const char *event = strcmp(name, "*") == 0 ? NULL : name;

    assert_int_equal(ami_on(s->talk.session, event, on_nothing, NULL, NULL), AMI_OK);
}

static const char *otherwise(const char *chosen, const char *usual)
{
    return chosen ? chosen : usual;
}

/* The program as the scene has it, up to the login and what it asks for. */
static void enter(struct stage *s, const struct scene *scene, const struct ami_session_opts *opts)
{
    char headers[600];

    *s = (struct stage){0};
    talk_begin(&s->talk, opts);
    say(s, "Asterisk Call Manager/%s\r\n", otherwise(scene->banner, "11.0.0"));
    snprintf(headers, sizeof headers, "Login\nUsername: bob\nSecret: x%s%s",
             scene->events ? "\nEvents: " : "", otherwise(scene->events, ""));
    does(s, headers);
    for (size_t i = 0; i < ARRAY_LEN(scene->filters) && scene->filters[i]; i++) {
        snprintf(headers, sizeof headers, "Filter\nOperation: Add\n%s", scene->filters[i]);
        does(s, headers);
    }
    if (scene->mask) {
        snprintf(headers, sizeof headers, "Events\nEventMask: %s", scene->mask);
        does(s, headers);
    }
    for (size_t i = 0; i < ARRAY_LEN(scene->handlers) && scene->handlers[i]; i++)
        handle(s, scene->handlers[i]);
    if (!scene->handlers[0])
        handle(s, "Hangup");
    text_free(&s->talk.log);
}

/* Asks, and writes what the server will say. The numbers of the questions follow each other. */
static void ask(struct stage *s, const struct scene *scene)
{
    ami_id last;

    last = talk_submit(&s->talk, "Ping");
    s->asked = (int)last + 1;
    assert_int_equal(ami_explain_events(s->talk.session, on_explanation, s), AMI_OK);
    assert_int_equal(s->called, 0);
    text_addf(&s->bytes, "Response: Success\r\nActionID: t.%d\r\nAMIversion: x\r\n", s->asked);
    text_addf(&s->bytes, "AsteriskVersion: %s\r\n\r\n", otherwise(scene->version, "22.10.1"));
    text_addf(&s->bytes,
              "Response: Success\r\nActionID: t.%d\r\nMessage: Command output follows\r\n"
              "Output: \r\nOutput:           username: bob\r\n"
              "Output:          read perm: %s\r\nOutput:         write perm: %s\r\n\r\n",
              s->asked + 1, otherwise(scene->read, every_class), every_class);
    text_addf(&s->bytes,
              "Response: Success\r\nActionID: t.%d\r\nMessage: Command output follows\r\n"
              "Output:   Channel vars:              \r\n"
              "Output:   Disabled events:           %s\r\n\r\n",
              s->asked + 2, otherwise(scene->disabled, ""));
}

static void leave(struct stage *s)
{
    text_free(&s->bytes);
    talk_end(&s->talk);
}

/* ---- Findings ---------------------------------------------------------------------------- */

#define UNLESS ", unless an eventfilter of manager.conf does\n"

static const struct {
    struct scene scene;
    const char *findings;
} scenes[] = {
    {{.handlers = {"Hangup", "Queue*", "*"}}, ""},
    /* The mask. */
    {{.events = "system,agent"},
     "- events of class call are not in the mask \"system,agent\": no Hangup can come\n"},
    {{.mask = "system,agent", .events = "call", .handlers = {"Hang*"}},
     "- events of class call,dialplan are not in the mask \"system,agent\": no Hang* can come\n"},
    {{.mask = "call", .events = "off"}, ""},
    {{.mask = "2"}, ""},
    {{.mask = "user", .handlers = {"VoicemailPasswordChange"}},
     "- events of class system are not in the mask \"user\": no VoicemailPasswordChange can "
     "come\n"},
    {{.events = "agent", .handlers = {"Agent*", "AOC*", "*"}},
     "- events of class aoc are not in the mask \"agent\": no AOC* can come\n"},
    {{.events = "call", .handlers = {"M*", "C*", "hangup"}}, ""}, /* some of them can come */
    {{.events = "off"}, "- the mask is off (\"off\"): no event can come\n"},
    {{.mask = "0"}, "- the mask is off (\"0\"): no event can come\n"},
    {{.mask = "bogus"},
     "- the mask \"bogus\": the server ignores the part \"bogus\", it is not the name of a class\n"
     "- the mask is off (\"bogus\"): no event can come\n"},
    {{.mask = "system, call"},
     "- the mask \"system, call\": the server ignores the part \" call\", there is a blank in it\n"
     "- events of class call are not in the mask \"system, call\": no Hangup can come\n"},
    {{.mask = "Call,system"},
     "- the mask \"Call,system\": the server ignores the part \"Call\", there are capitals in it\n"
     "- events of class call are not in the mask \"Call,system\": no Hangup can come\n"},
    {{.mask = "c,off", .handlers = {"Hangup", "QueueMemberAdded"}},
     "- the mask \"c,off\": the server takes the part \"c\" for call,command,config,cdr,cc\n"
     "- the mask \"c,off\": the server ignores the part \"off\", it is not the name of a class\n"
     "- events of class agent are not in the mask \"c,off\": no QueueMemberAdded can come\n"},
    {{.mask = ",call", .handlers = {"Newexten"}},
     "- the mask \",call\": the server takes the part \"\" for all\n"},
    {{.mask = "call,age", .handlers = {"Hangup"}},
     "- the mask \"call,age\": the server ignores the part \"age\", it is not the name of a "
     "class\n"},
    {{.mask = "call,", .handlers = {"Hangup"}}, ""},
    {{.mask = "99999999999"}, ""}, /* it is not known what the server makes of that */
    /* Rights. */
    {{.read = "call", .handlers = {"Newexten", "Hangup"}},
     "- the user may not read events of class dialplan: no Newexten can come\n"},
    {{.read = "call,all", .handlers = {"Queue*"}},
     "- the user may not read events of class agent: no Queue* can come\n"},
    {{.read = "<none>", .handlers = {"Hangup"}},
     "- the user may read no class of events: none can come\n"},
    {{.read = "call,newclass", .handlers = {"Hangup"}}, ""},
    {{.read = "call", .events = "system", .handlers = {"Newexten"}},
     "- the user may not read events of class dialplan: no Newexten can come\n"
     "- events of class dialplan are not in the mask \"system\": no Newexten can come\n"},
    {{.disabled = "VarSet,Hangup"}, "- the server's disabledevents stop Hangup\n"},
    {{.disabled = "VarSet, hangup ,x", .handlers = {"Hang*", "Var*"}},
     "- the server's disabledevents stop Var*\n"},
    /* Filters. */
    {{.filters = {"Filter: Event: Newchannel", "Filter: !Event: Hangup"}},
     "- filter 2, \"!Event: Hangup\", keeps Hangup out\n"
     "- filter 1, \"Event: Newchannel\", lets no Hangup through" UNLESS},
    {{.filters = {"Filter: ^Event: New(channel|state)", "Filter: Event: Dial|Event: Bridge"}},
     "- none of the 2 filters that let events through has Hangup" UNLESS},
    {{.filters = {"Filter: Event: (Newchannel|Hang)", "Filter: !Event: Dial"}}, ""},
    {{.filters = {"Filter: Event: Newchannel|Hang"}}, ""}, /* Hang may be anywhere */
    {{.filters = {"Filter: Event: Newchannel.*Channel: x"}}, ""},
    {{.filters = {"Filter: Channel: PJSIP/100"}}, ""},
    {{.filters = {"Filter: !Channel: PJSIP/100"}}, ""},
    {{.filters = {"Filter: !Event: Hangup\\b", "Filter: !Event: [Hangup"}}, ""},
    {{.filters = {"Filter: !^Event: Hang.*Privilege: call"}},
     "- filter 1, \"!^Event: Hang.*Privilege: call\", keeps Hangup out\n"},
    {{.filters = {"Filter: !Event: Hangup$"}}, ""}, /* never matches */
    {{.filters = {"Filter: !call,all..$"}}, ""},    /* the text goes on */
    {{.filters = {"Filter: Event: Hangup$"}},
     "- filter 1, \"Event: Hangup$\", lets no Hangup through" UNLESS},
    {{.filters = {"Filter: Event: Hang"}, .handlers = {"UserEvent", "User*", "Hang*", "*"}}, ""},
    {{.filters = {"Filter: ^Event: Hang"}, .handlers = {"UserEvent", "User*"}},
     "- filter 1, \"^Event: Hang\", lets no UserEvent through" UNLESS
     "- filter 1, \"^Event: Hang\", lets no User* through" UNLESS},
    {{.filters = {"Filter: !Event: Hangup"}, .handlers = {"Hangup*", "Hold", "H*"}},
     "- filter 1, \"!Event: Hangup\", keeps Hangup* out\n"}, /* HangupRequest, too */
    {{.filters = {"MatchCriteria: action(exclude),name(Hangup)"}},
     "- filter 1, \"action(exclude),name(Hangup)\", keeps Hangup out\n"},
    {{.filters = {"MatchCriteria: name(Newchannel),action(include),method(none)"}},
     "- filter 1, \"name(Newchannel),action(include),method(none)\", lets no Hangup "
     "through" UNLESS},
    {{.filters = {"MatchCriteria: action(exclude),name(Hangup),header(Channel)\nFilter: x"}}, ""},
    {{.filters = {"MatchCriteria: action(exclude),header(Channel)\nFilter: x"}}, ""},
    {{.version = "16.28.0~dfsg-0",
      .filters = {"MatchCriteria: action(exclude),name(Hangup)\nFilter: Event: New"}},
     "- filter 1, \"action(exclude),name(Hangup): Event: New\": Asterisk 16.28.0 does not know "
     "MatchCriteria and goes by the Filter \"Event: New\" alone\n"
     "- filter 1, \"action(exclude),name(Hangup): Event: New\", lets no Hangup through" UNLESS},
    {{.version = "",
      .banner = "10.0.0", /* 21.0 or 21.12? */
      .filters = {"MatchCriteria: action(exclude),name(Hangup)"}},
     ""},
    {{.version = "11.25.3", .filters = {"Filter: !Event: (Hangup|Dial)"}}, ""}, /* not extended */
    {{.version = "11.25.3", .filters = {"Filter: !Event: \\(Hangup\\|Dial\\)"}},
     "- filter 1, \"!Event: \\(Hangup\\|Dial\\)\", keeps Hangup out\n"},
    {{.version = "", .banner = "2.5.0", .filters = {"Filter: !Event: (Hangup|Dial)"}}, ""},
    {{.version = "", .banner = "2.5.0", .filters = {"Filter: !Event: Hangup"}},
     "- filter 1, \"!Event: Hangup\", keeps Hangup out\n"},
    /* Names and releases. */
    {{.handlers = {"OriginateRespone"}},
     "- no Asterisk sends an event \"OriginateRespone\", though a module may; did you mean "
     "\"OriginateResponse\"?\n"},
    {{.handlers = {"DongleStatus", "Hung", "Dongle*"}},
     "- no Asterisk sends an event \"DongleStatus\", though a module may\n"
     "- no Asterisk sends an event \"Hung\", though a module may\n"
     "- no Asterisk sends an event \"Dongle*\", though a module may\n"},
    {{.handlers = {"QueueMember", "statuscomplete"}},
     "- \"QueueMember\" is part of the answer to QueueStatus, and goes to the callback of that "
     "action\n"
     "- \"statuscomplete\" is part of the answer to Status, and goes to the callback of that "
     "action\n"},
    {{.handlers = {"Link", "Bridge", "MonitorStart", "Unhold"}},
     "- Asterisk 22.10.1 sends no Link, which was there up to 1.4; it sends BridgeEnter\n"
     "- Asterisk 22.10.1 sends no Bridge, which was there up to 11; it sends BridgeEnter and "
     "BridgeLeave\n"
     "- Asterisk 22.10.1 sends no MonitorStart, which was there up to 20\n"},
    {{.version = "1.8.32.3", .handlers = {"Link", "BridgeEnter", "ContactStatus", "Bridge"}},
     "- Asterisk 1.8.32.3 sends no Link, which was there up to 1.4; it sends Bridge\n"
     "- Asterisk 1.8.32.3 sends no BridgeEnter, which is there since 12; it sends Bridge\n"
     "- Asterisk 1.8.32.3 sends no ContactStatus, which is there since 13.5\n"},
    {{.version = "16.16.2", .handlers = {"MixMonitorStart", "MixMonitorStop*"}},
     "- Asterisk 16.16.2 sends no MixMonitorStart, which is there since 16.17/18.3\n"
     "- Asterisk 16.16.2 sends no MixMonitorStop*, other releases do\n"},
    {{.version = "certified/18.9-cert5", .handlers = {"MixMonitorStart", "DeadlockStart"}},
     "- Asterisk certified/18.9 sends no DeadlockStart, which is there since 16.29/18.15/19.7\n"},
    {{.version = "GIT-master-12ab", .handlers = {"Join"}}, /* by its banner */
     "- Asterisk GIT sends no Join, which was there up to 11; it sends QueueCallerJoin\n"},
    {{.version = "17.9.4", .handlers = {"MixMonitorStart"}},
     "- Asterisk 17.9.4 sends no MixMonitorStart, which is there since 16.17/18.3\n"},
    {{.version = "", .banner = "5.0.4", .handlers = {"MixMonitorStart", "Join"}},
     "- the server (manager version 5.0.4) sends no Join, which was there up to 11; it sends "
     "QueueCallerJoin\n"},
    {{.version = "", .banner = "1.0", .handlers = {"Link", "Bridge", "Cdr", "Newexten"}},
     "- the server (manager version 1.0) sends no Bridge, which was there up to 11; it sends "
     "Link\n"},
    {{.version = "", .banner = "1.1", .events = "call", .handlers = {"Newexten", "Cdr"}},
     "- events of class dialplan are not in the mask \"call\": no Newexten can come\n"
     "- events of class cdr are not in the mask \"call\": no Cdr can come\n"},
    {{.version = "13.38.3", .events = "call", .handlers = {"Newexten"}}, ""},
    {{.version = "", .banner = "x", .handlers = {"Join", "QueueCallerJoin", "DeadlockStart"}}, ""},
};

/* The findings alone: what stands between the lines of the head and the summary. */
static void expect_findings(struct stage *s, const char *expected)
{
    struct text found = {0};
    size_t count = 0;

    for (const char *line = strstr(text_str(&s->talk.log), "\n- "); line;
         line = strstr(line + 1, "\n- "), count++)
        text_add_bytes(&found, line + 1, strcspn(line + 1, "\n") + 1);
    text_expect(&found, expected);
    text_free(&found);
    const char *words = count ? "against the events asked for" : "nothing speaks against";
    assert_non_null(strstr(text_str(&s->talk.log), words));
}

static void findings(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
        struct stage s;
        enter(&s, &scenes[i].scene, NULL);
        ask(&s, &scenes[i].scene);
        talk_sent(&s.talk);
        assert_int_equal(talk_feed(&s.talk, text_str(&s.bytes)), AMI_OK);
        assert_int_equal(s.called, 1);
        expect_findings(&s, scenes[i].findings);
        leave(&s);
    }
}

/* ---- In full ----------------------------------------------------------------------------- */

static const struct scene usual = {.events = "call",
                                   .filters = {"Filter: !Event: Dial"},
                                   .handlers = {"Hangup", "Newexten", "Cdr"}};
static const char usual_report[] =
    "AMI_OK | 11.0.0 | 22.10.1 | bob | read all | write all | mask call | call\nfilter !Event: "
    "Dial\n"
    "- events of class dialplan are not in the mask \"call\": no Newexten can come\n"
    "- events of class cdr are not in the mask \"call\": no Cdr can come\n"
    "2 things speak against the events asked for\n";

static void questions(void **state)
{
    struct stage s;

    (void)state;
    enter(&s, &usual, NULL);
    ask(&s, &usual);
    assert_string_equal(talk_sent(&s.talk),
                        "Action: Ping\r\nActionID: t.6\r\n\r\n"
                        "Action: CoreSettings\r\nActionID: t.7\r\n\r\n"
                        "Action: Command\r\nActionID: t.8\r\nCommand: manager show user bob\r\n\r\n"
                        "Action: Command\r\nActionID: t.9\r\nCommand: manager show settings\r\n"
                        "\r\n");
    assert_int_equal(talk_feed(&s.talk, text_str(&s.bytes)), AMI_OK);
    talk_expect(&s.talk, usual_report);
    leave(&s);
}

static void feed_pieces(struct feeder *feeder, void *ctx)
{
    struct stage again;
    const char *bytes;
    size_t len;

    enter(&again, &usual, NULL);
    ask(&again, &usual);
    talk_sent(&again.talk);
    while ((bytes = feeder_next(feeder, &len)))
        assert_int_equal(ami_session_feed(again.talk.session, bytes, len, 0), AMI_OK);
    assert_int_equal(again.called, 1);
    talk_expect(&again.talk, usual_report);
    leave(&again);
    (void)ctx;
}

static void at_every_split(void **state)
{
    struct stage s;

    (void)state;
    enter(&s, &usual, NULL);
    ask(&s, &usual);
    for_each_split(s.bytes.data, s.bytes.len, feed_pieces, NULL);
    leave(&s);
}

/* Each question refused, and the old form of Command. */
static void refusals(void **state)
{
    static const char *const said[] = {
        "Response: Success\r\nActionID: t.%d\r\nAsteriskVersion: 13.38.3\r\n\r\n",
        ("Response: Follows\r\nPrivilege: Command\r\nActionID: t.%d\r\n\n  read perm: call,all\n"
         " write perm: system,all\n--END COMMAND--\r\n\r\n"),
        "Response: Follows\r\nActionID: t.%d\r\nDisabled events: Cdr\n--END COMMAND--\r\n\r\n"};

    (void)state;
    for (int refused = 0; refused < 8; refused++) {
        const struct scene scene = {.banner = "2.10.6", .handlers = {"Cdr"}};
        struct text expected = {0};
        struct stage s;

        enter(&s, &scene, NULL);
        ask(&s, &scene);
        talk_sent(&s.talk);
        for (int i = 0; i < 3; i++) {
            char bytes[300];
            if (refused & 1 << i)
                say(&s, "Response: Error\r\nActionID: t.%d\r\nMessage: Permission denied\r\n\r\n",
                    s.asked + i);
            snprintf(bytes, sizeof bytes, "%s%s", said[i], "");
            char *place = strstr(bytes, "%d");
            char number[8];
            snprintf(number, sizeof number, "%d", s.asked + i);
            if (!(refused & 1 << i))
                say(&s, "%.*s%s%s", (int)(place - bytes), bytes, number, place + 2);
        }
        text_addf(&expected, "AMI_OK | 2.10.6 | %s | bob | read %s | write %s | mask all | -\n",
                  refused & 1 ? "?" : "13.38.3", refused & 2 ? "?" : "call",
                  refused & 2 ? "?" : "system");
        if (!(refused & 2))
            text_add(&expected, "- the user may not read events of class cdr: no Cdr can come\n");
        if (!(refused & 4))
            text_add(&expected, "- the server's disabledevents stop Cdr\n");
        text_add(&expected, refused == 6 || refused == 7
                                ? "nothing speaks against the events asked for, as far as the "
                                  "server tells\n"
                            : !(refused & 6) ? "2 things speak against the events asked for\n"
                                             : "1 thing speaks against the events asked for\n");
        talk_expect(&s.talk, text_str(&expected));
        text_free(&expected);
        leave(&s);
    }
}

/* ---- Without a login, without handlers --------------------------------------------------- */

static void nobody_is_there(void **state)
{
    struct stage s = {0};

    (void)state;
    talk_begin(&s.talk, NULL);
    say(&s, BANNER);
    assert_int_equal(ami_explain_events(s.talk.session, on_explanation, &s), AMI_OK);
    talk_sent(&s.talk);
    say(&s, "Response: Error\r\nActionID: t.1\r\nMessage: Permission denied\r\n\r\n"
            "Response: Error\r\nActionID: t.2\r\nMessage: Permission denied\r\n\r\n");
    talk_expect(&s.talk, "AMI_OK | 5.0.4 | ? | ? | read ? | write ? | mask ? | -\n"
                         "- nobody is logged in: no event can come\n"
                         "- no handler is registered: nobody would hear of an event\n"
                         "2 things speak against the events asked for\n");
    leave(&s);
}

/* A removed handler counts no more; one that is named twice is told of once. */
static void handlers_change(void **state)
{
    static const struct scene scene = {.events = "agent", .handlers = {"Hangup", "Hangup"}};
    struct stage s;
    ami_id id;

    (void)state;
    enter(&s, &scene, NULL);
    ami_on(s.talk.session, "Newexten", on_nothing, NULL, &id);
    ask(&s, &scene);
    talk_sent(&s.talk);
    ami_off(s.talk.session, id);
    assert_int_equal(talk_feed(&s.talk, text_str(&s.bytes)), AMI_OK);
    expect_findings(&s, "- events of class call are not in the mask \"agent\": no Hangup can "
                        "come\n");
    leave(&s);
}

/* An action without an answer: the mask may be any. Filters are as they were, but may be more. */
static void mask_not_known(void **state)
{
    static const struct scene scene = {.events = "agent", .filters = {"Filter: Event: Dial"}};
    struct stage s;

    (void)state;
    enter(&s, &scene, NULL);
    ami_id id = talk_submit(&s.talk, "Events\nEventMask: all");
    talk_sent(&s.talk);
    ami_cancel(s.talk.session, id);
    text_free(&s.talk.log);
    ask(&s, &scene);
    talk_sent(&s.talk);
    assert_int_equal(talk_feed(&s.talk, text_str(&s.bytes)), AMI_OK);
    talk_expect(&s.talk,
                "AMI_OK | 11.0.0 | 22.10.1 | bob | read all | write all | mask ? | agent\n"
                "filter Event: Dial\n"
                "- an action Events, Filter or Login ended without an answer: what the server does "
                "since is not known\n"
                "1 thing speaks against the events asked for\n");
    leave(&s);
}

/* The name goes into a command line: one that is more than a word there is not asked for. */
static void odd_usernames(void **state)
{
    static const char *const names[] = {"bob smith", "bob\"", "\\bob", "bob\t"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct stage s = {0};
        char headers[64];
        talk_begin(&s.talk, NULL);
        say(&s, BANNER);
        snprintf(headers, sizeof headers, "Login\nUsername: %s\nSecret: x", names[i]);
        does(&s, headers);
        handle(&s, "*");
        text_free(&s.talk.log);
        assert_int_equal(ami_explain_events(s.talk.session, on_explanation, &s), AMI_OK);
        assert_null(strstr(talk_sent(&s.talk), "manager show user"));
        say(&s, "Response: Error\r\nActionID: t.3\r\n\r\nResponse: Error\r\nActionID: t.4\r\n\r\n");
        assert_int_equal(s.called, 1);
        assert_non_null(strstr(text_str(&s.talk.log), names[i]));
        expect_findings(&s, "");
        leave(&s);
    }
}

/* ---- Ends -------------------------------------------------------------------------------- */

/* The session ends, or is freed, after each of the answers. */
static void ends_early(void **state)
{
    (void)state;
    for (int freed = 0; freed < 2; freed++) {
        for (int answers = 0; answers < 3; answers++) {
            struct stage s;
            enter(&s, &usual, NULL);
            ask(&s, &usual);
            talk_sent(&s.talk);
            const char *bytes = text_str(&s.bytes), *end = bytes;
            for (int i = 0; i < answers; i++)
                end = strstr(end, "\r\n\r\n") + 4;
            ami_session_feed(s.talk.session, bytes, (size_t)(end - bytes), 0);
            text_free(&s.talk.log);
            if (freed)
                ami_session_free(s.talk.session);
            else
                ami_session_eof(s.talk.session, 0);
            assert_int_equal(s.called, 1);
            assert_non_null(
                strstr(text_str(&s.talk.log), freed ? "AMI_E_CANCELLED" : "AMI_E_LOST"));
            assert_non_null(strstr(text_str(&s.talk.log), "\nnot found out: "));
            if (freed)
                s.talk.session = NULL;
            leave(&s);
        }
    }
}

static void free_inside(void **state)
{
    struct stage s;

    (void)state;
    enter(&s, &usual, NULL);
    ask(&s, &usual);
    talk_sent(&s.talk);
    s.free_inside = true;
    assert_int_equal(talk_feed(&s.talk, text_str(&s.bytes)), AMI_E_CANCELLED);
    assert_int_equal(s.called, 1);
    text_free(&s.talk.log);
    leave(&s);
}

static void timed_out(void **state)
{
    struct stage s;

    (void)state;
    enter(&s, &usual, NULL);
    ask(&s, &usual);
    talk_sent(&s.talk);
    ami_session_deadline(s.talk.session, 0);
    ami_session_tick(s.talk.session, 100000);
    assert_int_equal(s.called, 1);
    assert_non_null(strstr(text_str(&s.talk.log), "AMI_E_TIMEOUT"));
    leave(&s);
}

/* What is not accepted is not asked; without the first question there is no inquiry. */
static void refused_submits(void **state)
{
    struct ami_limits limits = {.size = sizeof limits, .in_flight = 3};
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    static const struct scene scene = {.handlers = {"Hangup"}};
    struct stage s;

    (void)state;
    opts.limits = &limits;
    enter(&s, &scene, &opts);
    talk_submit(&s.talk, "Ping");
    assert_int_equal(ami_explain_events(NULL, on_explanation, &s), AMI_E_INVAL);
    assert_int_equal(ami_explain_events(s.talk.session, NULL, &s), AMI_E_INVAL);
    assert_int_equal(ami_explain_events(s.talk.session, on_explanation, &s), AMI_OK);
    assert_int_equal(ami_explain_events(s.talk.session, on_explanation, &s), AMI_E_LIMIT);
    talk_sent(&s.talk);
    text_free(&s.talk.log);
    say(&s, "Response: Success\r\nActionID: t.4\r\nAsteriskVersion: 22.1.0\r\n\r\n"
            "Response: Error\r\nActionID: t.5\r\n\r\n");
    assert_int_equal(s.called, 1);
    talk_expect(&s.talk,
                "AMI_OK | 11.0.0 | 22.1.0 | bob | read ? | write ? | mask all | -\n"
                "nothing speaks against the events asked for, as far as the server tells\n");
    ami_session_eof(s.talk.session, 0);
    assert_int_equal(ami_explain_events(s.talk.session, on_explanation, &s), AMI_E_STATE);
    assert_int_equal(s.called, 1);
    leave(&s);
}

/* ---- Memory ------------------------------------------------------------------------------ */

/* Each allocation fails once: either there is no inquiry, or it ends once. */
static void no_memory(void **state)
{
    struct test_alloc alloc;
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    size_t refused = 0;
    bool failed = true;

    (void)state;
    opts.allocator = &alloc.allocator;
    for (size_t later = 1; failed; later++) {
        struct stage s;
        test_alloc_init(&alloc, 0);
        enter(&s, &usual, &opts);
        alloc.fail_at = alloc.asked + later;
        int err = ami_explain_events(s.talk.session, on_explanation, &s);
        refused += err == AMI_E_NOMEM;
        leave(&s);
        assert_int_equal(s.called, err == AMI_OK);
        failed = alloc.asked >= alloc.fail_at;
        assert_int_equal(alloc.live, 0);
    }
    assert_true(refused > 0);
}

/* The same while the answers come. */
static void no_memory_at_the_end(void **state)
{
    struct test_alloc alloc;
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    size_t told = 0;

    (void)state;
    opts.allocator = &alloc.allocator;
    for (size_t later = 1; later < 30; later++) {
        struct stage s;
        test_alloc_init(&alloc, 0);
        enter(&s, &usual, &opts);
        ask(&s, &usual);
        talk_sent(&s.talk);
        alloc.fail_at = alloc.asked + later;
        int err = talk_feed(&s.talk, text_str(&s.bytes));
        assert_int_equal(s.called, err == AMI_OK ? 1 : s.called);
        told += strstr(text_str(&s.talk.log), "AMI_E_NOMEM |") != NULL;
        leave(&s);
        assert_int_equal(s.called, 1);
        assert_int_equal(alloc.live, 0);
    }
    assert_true(told >= 4); /* texts, filters, their words, findings */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),        cmocka_unit_test(questions),
        cmocka_unit_test(at_every_split),  cmocka_unit_test(refusals),
        cmocka_unit_test(nobody_is_there), cmocka_unit_test(handlers_change),
        cmocka_unit_test(mask_not_known),  cmocka_unit_test(odd_usernames),
        cmocka_unit_test(ends_early),      cmocka_unit_test(free_inside),
        cmocka_unit_test(timed_out),       cmocka_unit_test(refused_submits),
        cmocka_unit_test(no_memory),       cmocka_unit_test(no_memory_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
