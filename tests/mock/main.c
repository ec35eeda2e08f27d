/* The program ami-mock. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "mock.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static const char help[] =
    "Usage: ami-mock [options]\n"
    "Speaks the Asterisk Manager Interface like a real Asterisk, on the loopback interface.\n"
    "\n"
    "  --port N       listen on this port; 0 (default): any free one\n"
    "  --ipv6         listen on ::1 instead of 127.0.0.1\n"
    "  --cert FILE    speak TLS on a second port, with this certificate (PEM)\n"
    "  --key FILE     its key; without it the key is in the same file\n"
    "  --tls-port N   the port for TLS; 0 (default): any free one\n"
    "  --version V    the Asterisk that is played: 1.0, 1.4, 1.8, 11, 13.0, 13.38\n"
    "                 (or 13), 16 or 22 (default)\n"
    "  --conf FILE    users from a manager.conf; without it there are\n"
    "                 admin/secret (all rights) and limited/limited (call only)\n"
    "  --answer-ms N  a dialled party answers after N ms (default 200)\n"
    "  --call-ms N    an answered call ends after N ms; 0 (default): it stays up\n"
    "  --demo         place a call every second\n"
    "  --empty        nothing is configured: no queues, agents, peers, mailboxes ...\n"
    "  --help         this text\n"
    "\n"
    "What becomes of an Originate is chosen by the name that is dialled, such as\n"
    "Local/busy@default or PJSIP/alice. If it contains:\n"
    "  busy           busy after the answer time (Reason 5)\n"
    "  noanswer       rings until Timeout (Reason 3)\n"
    "  congestion     congestion after the answer time (Reason 8)\n"
    "  fail           fails at once (Reason 0); so does any technology other than\n"
    "                 Local, PJSIP, SIP and IAX2\n"
    "Any other name answers (Reason 4). Contexts and extensions that contain nosuch\n"
    "do not exist. A failed login is answered after 1 second.\n";

/* A number from 0 to max; false if the text is none. */
static bool read_number(const char *text, long max, int *out)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (!*text || *end || n < 0 || n > max)
        return false;
    *out = (int)n;
    return true;
}

/* An option with a value. NULL, or what is wrong. */
static const char *read_value(struct ami_mock_opts *opts, const char *name, const char *value)
{
    const long longest = 1000L * 3600 * 24;

    if (strcmp(name, "--version") == 0)
        opts->version = value;
    else if (strcmp(name, "--conf") == 0)
        opts->conf = value;
    else if (strcmp(name, "--cert") == 0)
        opts->cert = value;
    else if (strcmp(name, "--key") == 0)
        opts->key = value;
    else if (strcmp(name, "--tls-port") == 0)
        return read_number(value, 65535, &opts->tls_port) ? NULL : "needs a number up to 65535";
    else if (strcmp(name, "--port") == 0)
        return read_number(value, 65535, &opts->port) ? NULL : "needs a number up to 65535";
    else if (strcmp(name, "--answer-ms") == 0)
        return read_number(value, longest, &opts->answer_ms) ? NULL : "needs milliseconds";
    else if (strcmp(name, "--call-ms") == 0)
        return read_number(value, longest, &opts->call_ms) ? NULL : "needs milliseconds";
    else
        return "is not known; see --help";
    return NULL;
}

static bool read_options(struct ami_mock_opts *opts, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *fault;

        if (strcmp(name, "--ipv6") == 0) {
            opts->ipv6 = true;
        } else if (strcmp(name, "--demo") == 0) {
            opts->demo = true;
        } else if (strcmp(name, "--empty") == 0) {
            opts->empty = true;
        } else {
            fault = read_value(opts, name, i + 1 < argc ? argv[i + 1] : "");
            if (!fault && ++i == argc)
                fault = "needs a value";
            if (fault) {
                fprintf(stderr, "ami-mock: %s %s\n", name, fault);
                return false;
            }
        }
    }
    if (opts->cert || !(opts->key || opts->tls_port))
        return true;
    fputs("ami-mock: there is no TLS without --cert\n", stderr);
    return false;
}

/* As many clients as the system allows. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct ami_mock_opts opts = {.answer_ms = 200, .login_delay_ms = 1000};
    struct sigaction action = {.sa_handler = on_signal};
    ami_mock_server *server;
    char why[256];
    int status;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return fputs(help, stdout) < 0;
    }
    if (!read_options(&opts, argc, argv))
        return 2;
    raise_descriptor_limit();
    server = ami_mock_server_new(&opts, why, sizeof why);
    if (!server) {
        fprintf(stderr, "ami-mock: %s\n", why);
        return 2;
    }
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    printf("ami-mock: listening on %s port %d\n", opts.ipv6 ? "::1" : "127.0.0.1",
           ami_mock_server_port(server));
    if (opts.cert)
        printf("ami-mock: listening with TLS on %s port %d\n", opts.ipv6 ? "::1" : "127.0.0.1",
               ami_mock_server_tls_port(server));
    fflush(stdout);
    status = ami_mock_server_run(server, &stop) != 0;
    if (status)
        perror("ami-mock");
    ami_mock_server_free(server);
    return status;
}
