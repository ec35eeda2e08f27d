/* SPDX-License-Identifier: MIT */
/*
 * A session over a transport that is not libami's: a socket pair whose other end is a command, such
 * as ssh(1), or a server in memory, as in a unit test. A session does no I/O and has no clock: this
 * program moves the bytes, and says what time it is.
 *
 *     cc -o own_transport own_transport.c cli.c $(pkg-config --cflags --libs ami)
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

static const char usage[] =
    "Usage: own_transport [options] COMMAND\n"
    "       own_transport --memory\n"
    "Logs in, sends one Ping and logs off, over the stdin and stdout of a shell command,\n"
    "such as 'ssh pbx nc localhost 5038', or with a server that is nothing but memory.\n"
    "\n"
    "      --memory            without any server; no user is needed\n"
    "\n"
    "Exit status 0: the server answered.\n";

enum { MEMORY = CLI_OWN };

/* ---- The conversation, over whatever ------------------------------------------------------ */

struct talk {
    const struct cli *cli;
    ami_session *session;
    bool over;
    int err;    /* how an action ended that was not answered */
    int status; /* to exit with, if one was refused */
};

static void tell(struct talk *talk, const char *what, const struct ami_reply *reply)
{
    const char *message = reply->msg ? ami_msg_get(reply->msg, "Message") : NULL;

    talk->over |= reply->status != AMI_OK;
    if (reply->status == AMI_OK)
        printf("%s: %s\n", what, ami_msg_name(reply->msg));
    else if (reply->status == AMI_E_REFUSED)
        talk->status = cli_fail(talk->cli, CLI_LOGIN, "the server refused the %s: %s", what,
                                message ? message : "no reason");
    else if (!talk->err)
        talk->err = reply->status;
}

static void on_logoff(const struct ami_reply *reply, void *user)
{
    struct talk *talk = user;

    tell(talk, "logoff", reply);
    talk->over = true;
}

static void on_ping(const struct ami_reply *reply, void *user)
{
    tell(user, "ping", reply);
    if (reply->status == AMI_OK)
        ami_send(reply->session, on_logoff, user, "Logoff", (char *)NULL);
}

static void on_login(const struct ami_reply *reply, void *user)
{
    tell(user, "login", reply);
    if (reply->status == AMI_OK)
        ami_send(reply->session, on_ping, user, "Ping", (char *)NULL);
}

/* Nothing is sent by this: what is submitted becomes output of the session. */
static int begin(struct talk *talk, const struct ami_conn_opts *opts)
{
    struct ami_session_opts session = AMI_SESSION_OPTS_INIT;
    struct ami_login_opts login = AMI_LOGIN_OPTS_INIT;
    int err;

    session.action_timeout_ms = opts->action_timeout_ms;
    session.login_timeout_ms = opts->login_timeout_ms;
    login.username = opts->username;
    login.secret = opts->secret;
    login.auth = opts->auth;
    login.events = "off";
    err = ami_session_new(&talk->session, &session);
    return err ? err : ami_login(talk->session, &login, on_login, talk);
}

/* ---- A server in memory -------------------------------------------------------------------- */

/* It says yes to everything. */
static int answer(ami_session *session, const ami_msg *action, ami_time now)
{
    char bytes[256];
    const char *id = ami_msg_get(action, "ActionID");
    const char *yes = strcmp(ami_msg_name(action), "Logoff") == 0 ? "Goodbye" : "Success";
    int len = snprintf(bytes, sizeof bytes, "Response: %s\r\nActionID: %s\r\n\r\n", yes, id);

    return ami_session_feed(session, bytes, (size_t)len, now);
}

/* Bytes go from one to the other until there are no more. Time is a number, here that of the bytes
 * so far; nothing ever waits. */
static int run_in_memory(ami_session *session, ami_parser *server)
{
    static const char banner[] = "Asterisk Call Manager/5.0.4\r\n";
    const ami_msg *action;
    const void *data;
    ami_time now = 0;
    size_t len;
    int err = ami_session_feed(session, banner, sizeof banner - 1, now);

    while (err >= 0 && (len = ami_session_output(session, &data)) > 0) {
        now += (ami_time)len;
        err = ami_parser_feed(server, data, len);
        ami_session_sent(session, len);
        while (err >= 0 && (err = ami_parser_next(server, &action)) == 1)
            err = answer(session, action, now);
    }
    return err < 0 ? err : ami_session_eof(session, now);
}

/* ---- A command at the other end of a socket pair ------------------------------------------- */

/* That the other end is gone is seen when all it said has been read. */
static void send_some(ami_session *session, int fd)
{
    const void *data;
    size_t len = ami_session_output(session, &data);
    ssize_t n = len ? send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

    if (n > 0)
        ami_session_sent(session, (size_t)n);
}

/* AMI_E_EOF at the end of the stream. */
static int receive_some(ami_session *session, int fd)
{
    size_t room;
    void *space = ami_session_space(session, &room);
    ssize_t n = space ? recv(fd, space, room, MSG_DONTWAIT) : -1;

    if (n > 0)
        return ami_session_added(session, (size_t)n, ami_now());
    if (n == 0)
        return AMI_E_EOF;
    if (!space)
        return AMI_E_NOMEM;
    return errno == EAGAIN ? AMI_OK : AMI_E_IO;
}

static int poll_timeout(ami_time deadline)
{
    ami_time left = deadline - ami_now();

    if (left <= 0)
        return 0;
    return left < INT_MAX ? (int)left : INT_MAX; /* woken up too early, we just ask again */
}

/* The loop of a session: what it has to say, what it hears, what time it is. */
static int run_over(const struct talk *talk, int fd)
{
    ami_session *session = talk->session;
    int err = AMI_OK;

    while (err >= 0 && !talk->over) {
        const void *data;
        short out = ami_session_output(session, &data) ? POLLOUT : 0;
        struct pollfd p = {fd, (short)(POLLIN | out), 0};

        poll(&p, 1, poll_timeout(ami_session_deadline(session, ami_now())));
        send_some(session, fd);
        err = receive_some(session, fd);
        if (err >= 0)
            err = ami_session_tick(session, ami_now());
    }
    /* The end of the bytes is the end of the session: what is in flight is told. */
    return err == AMI_E_EOF || err == AMI_E_IO ? ami_session_eof(session, ami_now()) : err;
}

static pid_t start_command(const char *command, int fd, int others)
{
    pid_t child = fork();

    if (child == 0) {
        close(others);
        dup2(fd, STDIN_FILENO);
        dup2(fd, STDOUT_FILENO);
        close(fd);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return child;
}

static int run_over_command(const struct talk *talk, const char *command)
{
    int pair[2], err = AMI_E_IO;
    pid_t child;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        return AMI_E_IO;
    child = start_command(command, pair[1], pair[0]);
    close(pair[1]);
    if (child > 0)
        err = run_over(talk, pair[0]);
    close(pair[0]); /* which ends the command */
    if (child > 0)
        waitpid(child, NULL, 0);
    return err;
}

/* -------------------------------------------------------------------------------------------- */

/* The session knows best why it has ended; but there may be none, or it never began. */
static int failed(const struct talk *talk, int err)
{
    const struct ami_error *end = talk->session ? ami_session_error(talk->session) : NULL;

    if (end && end->code == err)
        return cli_conn_failed(talk->cli, end);
    return cli_action_failed(talk->cli, NULL, err, NULL);
}

static int run(const struct cli *cli, const char *command)
{
    struct talk talk = {.cli = cli};
    ami_parser *server = ami_parser_new(NULL, NULL);
    int err = server ? begin(&talk, &cli->opts) : AMI_E_NOMEM;

    if (!err)
        err = command ? run_over_command(&talk, command) : run_in_memory(talk.session, server);
    if (err || talk.err)
        talk.status = failed(&talk, err ? err : talk.err);
    ami_session_free(talk.session);
    ami_parser_free(server);
    return talk.status;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"memory", no_argument, NULL, MEMORY}, CLI_LONG};
    bool in_memory = false;
    struct cli cli;
    int opt;

    cli_begin(&cli, argv, usage);
    while ((opt = getopt_long(argc, argv, CLI_SHORT, longs, NULL)) != -1) {
        if (opt == MEMORY)
            in_memory = true;
        else
            cli_option(&cli, opt);
    }
    if (argc - optind != !in_memory)
        cli_usage_error(&cli, in_memory ? "--memory needs no command" : "one command, please");
    if (in_memory) {
        cli.opts.username = cli.opts.secret = "nobody";
        cli.opts.auth = AMI_AUTH_PLAIN; /* that server knows no challenge */
    } else {
        cli_credentials(&cli);
    }
    return cli_end(&cli, run(&cli, argv[optind]));
}
