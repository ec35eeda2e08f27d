/* SPDX-License-Identifier: MIT */
/*
 * A server that behaves badly, or oddly, in one chosen way; for examples.sh. It prints its port,
 * then serves one client after the other. It ends by itself after ten minutes.
 *
 *     silent   says nothing        garbage  is no AMI server      cut    closes in the banner
 *     mute     only a banner       refuse   no login              closed nobody listens
 *     deaf     logs in, then no answer      drop   logs in, then closes at the next action
 *     torn     logs in, then closes in mid-answer
 *     old      answers as Asterisk before 14
 *     log      answers Success, and sends one event
 *     restless channels come and go while they are listed; then closes, once
 *
 * After the port it prints the lines that it gets.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
    char action[128], id[128];
};

static const char *mode;

static bool is(const char *name)
{
    return strcmp(mode, name) == 0;
}

/* The next action of the client; false at the end. */
static bool read_request(FILE *in, struct request *request)
{
    char line[4096];

    *request = (struct request){"", ""};
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!line[0])
            return true;
        puts(line);
        fflush(stdout);
        if (strncasecmp(line, "Action: ", 8) == 0)
            snprintf(request->action, sizeof request->action, "%.100s", line + 8);
        else if (strncasecmp(line, "ActionID: ", 10) == 0)
            snprintf(request->id, sizeof request->id, "%.100s", line + 10);
    }
    return false;
}

static void answer(FILE *out, const struct request *request, const char *response, const char *rest)
{
    fprintf(out, "Response: %s\r\nActionID: %s\r\n%s\r\n", response, request->id, rest);
    fflush(out);
}

/* ---- Channels that come and go ----------------------------------------------------------- */

static void say_event(FILE *out, const char *event, int channel, const char *rest)
{
    fprintf(out, "Event: %s\r\nUniqueid: %d\r\n%s\r\n", event, channel, rest);
}

static void say_item(FILE *out, const struct request *request, int channel, const char *name,
                     const char *state)
{
    fprintf(out,
            "Event: CoreShowChannel\r\nActionID: %s\r\nUniqueid: %d\r\nChannel: %s\r\n"
            "ChannelStateDesc: %s\r\n\r\n",
            request->id, channel, name, state);
}

static void end_list(FILE *out, const struct request *request)
{
    fprintf(out, "Event: CoreShowChannelsComplete\r\nActionID: %s\r\nEventList: Complete\r\n\r\n",
            request->id);
}

static void list_before(FILE *out, const struct request *request)
{
    answer(out, request, "Success", "EventList: start\r\n");
    say_item(out, request, 1, "one", "Up");
    say_item(out, request, 2, "two", "Ringing");
    end_list(out, request);
    say_event(out, "Newchannel", 3, "Channel: three\r\nChannelStateDesc: Ring\r\n");
}

/* What the list says of 2, 4, 5 and 6 is older than the events; 1 went unheard. */
static void list_after(FILE *out, const struct request *request)
{
    say_event(out, "Hangup", 2, "");
    say_event(out, "Newchannel", 4, "Channel: four\r\nChannelStateDesc: Ring\r\n");
    say_event(out, "Newstate", 4, "Channel: four\r\nChannelStateDesc: Up\r\n");
    answer(out, request, "Success", "EventList: start\r\n");
    say_item(out, request, 2, "two", "Up");
    say_item(out, request, 3, "three", "Up");
    say_item(out, request, 4, "four", "Ring");
    say_event(out, "Rename", 5, "Channel: five\r\nNewname: cinq\r\n");
    say_item(out, request, 5, "five", "Up");
    say_event(out, "Hangup", 6, "");
    say_item(out, request, 6, "six", "Up");
    end_list(out, request);
    say_event(out, "Newchannel", 4, "Channel: four\r\nChannelStateDesc: Up\r\n");
    say_event(out, "Hangup", 5, "");
    say_event(out, "Newchannel", 7, "Channel: seven\r\nChannelStateDesc: Ring\r\n");
    fflush(out);
}

/* ---- Serving ----------------------------------------------------------------------------- */

/* Answers one action; false to hang up. */
static bool serve(FILE *out, const struct request *request)
{
    const char *action = request->action;

    if (is("silent") || is("garbage") || is("mute"))
        return true;
    if (strcasecmp(action, "Challenge") == 0) {
        answer(out, request, "Success", "Challenge: 123456789\r\n");
    } else if (strcasecmp(action, "Login") == 0 && is("refuse")) {
        answer(out, request, "Error", "Message: Authentication failed\r\n");
        return false;
    } else if (strcasecmp(action, "Login") == 0) {
        answer(out, request, "Success", "Message: Authentication accepted\r\n");
        if (is("log")) {
            fputs("Event: FullyBooted\r\nPrivilege: system,all\r\n\r\n", out);
            fflush(out);
        }
    } else if (strcasecmp(action, "CoreShowChannels") == 0 && is("restless")) {
        static bool once;

        if (once)
            list_after(out, request);
        else
            list_before(out, request);
        once = !once;
        return !once; /* closes after the first list */
    } else if (is("deaf")) {
        return true;
    } else if (is("drop")) {
        return false;
    } else if (is("torn")) {
        fprintf(out, "Response: Success\r\nActionID: %s\r\nPing: Po", request->id);
        return false;
    } else if (strcasecmp(action, "Logoff") == 0) {
        answer(out, request, "Goodbye", "Message: Thanks for all the fish.\r\n");
        return false;
    } else if (strcasecmp(action, "Command") == 0 && is("old")) {
        fprintf(out, "Response: Follows\r\nPrivilege: Command\r\nActionID: %s\r\n", request->id);
        fputs("Asterisk 1.8\n\n  indented: yes\nlast--END COMMAND--\r\n\r\n", out);
        fflush(out);
    } else {
        answer(out, request, "Success", "");
    }
    return true;
}

static void on_term(int number)
{
    (void)number;
    _exit(0);
}

static void talk(int fd)
{
    struct request request;
    FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");

    if (!in || !out)
        exit(2);
    if (is("garbage")) {
        for (int i = 0; i < 30; i++)
            fputs("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", out);
    } else if (is("cut")) {
        fputs("Asterisk Call Man", out);
    } else if (!is("silent")) {
        fputs(is("old") ? "Asterisk Call Manager/1.1\r\n" : "Asterisk Call Manager/5.0.4\r\n", out);
    }
    fflush(out);
    while (!is("cut") && read_request(in, &request) && serve(out, &request))
        ;
    fclose(out);
    fclose(in);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client;

    mode = argc == 2 ? argv[1] : "";
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) ||
        getsockname(listener, (struct sockaddr *)&address, &size)) {
        perror("bad_server");
        return 2;
    }
    if (!is("closed") && listen(listener, 16)) {
        perror("bad_server");
        return 2;
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, on_term); /* and exit status 0: some shells tell of a signal */
    alarm(600);
    while (is("closed"))
        pause(); /* keeps the port from others */
    while ((client = accept(listener, NULL, NULL)) >= 0)
        talk(client);
    return 0;
}
