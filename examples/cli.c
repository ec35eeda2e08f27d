/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stopped;

static const char common_usage[] =
    "\n"
    "The server:\n"
    "  -H, --host HOST         name or address (localhost)\n"
    "  -p, --port PORT         (5038, with TLS 5039)\n"
    "      --tls               encrypted, to a server that the system's authorities vouch for\n"
    "      --ca FILE           encrypted, to one that an authority in this file vouches for\n"
    "  -u, --user NAME         or in the environment: AMI_USER\n"
    "  -s, --secret-file FILE  its first line is the secret, - is stdin; or in the\n"
    "                          environment: AMI_SECRET\n"
    "  -W, --wait SECONDS      how long to wait for the connection, for the login and\n"
    "                          for each answer\n"
    "      --plain             send the secret as it is, not an MD5 of it\n"
    "  -h, --help\n"
    "\n"
    "Exit status 0 and 1 as above; 2 wrong options or input, 3 cannot connect, 4 login\n"
    "refused, 5 timed out, 6 connection lost, 7 not an AMI server, 8 anything else.\n";

/* ---- Messages ---------------------------------------------------------------------------- */

void cli_print(FILE *file, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte < 0x20 || byte == 0x7f)
            fprintf(file, "\\x%02x", byte);
        else
            putc(byte, file);
    }
}

/* One line in one write, so that programs with the same stderr do not mix theirs. */
static void complain(const struct cli *cli, const char *format, va_list args)
{
    char text[512];

    vsnprintf(text, sizeof text, format, args);
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?'; /* a terminal would obey it */
    }
    fflush(stdout); /* what came before stands before */
    fprintf(stderr, "%s: %s\n", cli->program, text);
}

void cli_usage_error(const struct cli *cli, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(cli, format, args);
    va_end(args);
    fprintf(stderr, "Try: %s --help\n", cli->program);
    exit(CLI_USAGE);
}

int cli_fail(const struct cli *cli, int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(cli, format, args);
    va_end(args);
    return status;
}

static int exit_status(int err)
{
    switch (err) {
    case AMI_OK:
        return CLI_OK;
    case AMI_E_INVAL:
        return CLI_USAGE;
    case AMI_E_RESOLVE:
    case AMI_E_CONNECT:
    case AMI_E_TLS:
    case AMI_E_VERIFY:
        return CLI_CONNECT;
    case AMI_E_AUTH:
        return CLI_LOGIN;
    case AMI_E_TIMEOUT:
        return CLI_TIMEOUT;
    case AMI_E_IO:
    case AMI_E_EOF:
    case AMI_E_LOST:
    case AMI_E_NOT_SENT:
    case AMI_E_KEEPALIVE:
    case AMI_E_SHUTDOWN:
        return CLI_LOST;
    case AMI_E_PROTO:
        return CLI_PROTO;
    default:
        return CLI_OTHER;
    }
}

int cli_conn_failed(const struct cli *cli, const struct ami_error *error)
{
    /* A connection only ends REFUSED when the server said no to the login. */
    int status = error->code == AMI_E_REFUSED ? CLI_LOGIN : exit_status(error->code);

    return cli_fail(cli, status, "%s", error->text);
}

int cli_action_failed(const struct cli *cli, const ami_conn *conn, int err, const ami_msg *reply)
{
    const char *message = reply ? ami_msg_get(reply, "Message") : NULL;

    if (err == AMI_E_REFUSED)
        return cli_fail(cli, CLI_NO, "the server refused: %s", message ? message : "no reason");
    if (conn && ami_conn_state(conn) == AMI_STATE_CLOSED)
        return cli_conn_failed(cli, ami_conn_error(conn));
    return cli_fail(cli, exit_status(err), "%s", ami_strerror(err));
}

int cli_end(struct cli *cli, int status)
{
    volatile char *byte = cli->secret; /* volatile: not optimised away */

    for (size_t i = 0; i < sizeof cli->secret; i++)
        byte[i] = 0;
    ami_tls_free(cli->tls);
    if ((fflush(stdout) || ferror(stdout)) && !status)
        return cli_fail(cli, CLI_OTHER, "cannot write the output: %s", strerror(errno));
    return status;
}

/* ---- Options ----------------------------------------------------------------------------- */

void cli_begin(struct cli *cli, char **argv, const char *usage)
{
    char *slash = strrchr(argv[0], '/');

    if (slash)
        argv[0] = slash + 1; /* getopt's own messages begin with it, too */
    *cli = (struct cli){.program = argv[0], .usage = usage, .opts = AMI_CONN_OPTS_INIT};
    cli->opts.host = "localhost";
    cli->opts.username = getenv("AMI_USER");
}

long cli_number(const struct cli *cli, const char *what, long min, long max)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(optarg, &end, 10);
    if (end == optarg || *end || errno || number < min || number > max) {
        cli_usage_error(cli, "%s: \"%s\" is not a whole number from %ld to %ld", what, optarg, min,
                        max);
    }
    return number;
}

int cli_seconds(const struct cli *cli, const char *what, double min)
{
    static const double max = 86400;
    char *end;
    double seconds = strtod(optarg, &end);

    if (end == optarg || *end || !(seconds >= min && seconds <= max)) {
        cli_usage_error(cli, "%s: \"%s\" is not a number of seconds from %g to %.0f", what, optarg,
                        min, max);
    }
    return (int)(seconds * 1000 + 0.5);
}

void cli_option(struct cli *cli, int opt)
{
    switch (opt) {
    case 'H':
        cli->opts.host = optarg;
        break;
    case 'p':
        cli->opts.port = (int)cli_number(cli, "port", 1, 65535);
        break;
    case 'u':
        cli->opts.username = optarg;
        break;
    case 's':
        cli->secret_file = optarg;
        break;
    case 'W':
        cli->opts.connect_timeout_ms = cli_seconds(cli, "wait", 0.001);
        cli->opts.login_timeout_ms = cli->opts.connect_timeout_ms;
        cli->opts.action_timeout_ms = cli->opts.connect_timeout_ms;
        break;
    case CLI_PLAIN:
        cli->opts.auth = AMI_AUTH_PLAIN;
        break;
    case CLI_CA:
        cli->ca_file = optarg;
        cli->encrypted = true;
        break;
    case CLI_TLS:
        cli->encrypted = true;
        break;
    case 'h':
        printf("%s%s", cli->usage, common_usage);
        exit(cli_end(cli, CLI_OK));
    default: /* getopt has told what is wrong */
        fprintf(stderr, "Try: %s --help\n", cli->program);
        exit(CLI_USAGE);
    }
}

/* The first line of a file. Read byte by byte, so that the rest of stdin stays for the program. */
static void read_secret(struct cli *cli, FILE *file)
{
    size_t len = 0;
    int byte;

    setvbuf(file, NULL, _IONBF, 0);
    while ((byte = getc(file)) != EOF && byte != '\n') {
        if (!byte || len == sizeof cli->secret - 1)
            cli_usage_error(cli, "%s: this is no secret", cli->secret_file);
        cli->secret[len++] = (char)byte;
    }
    if (ferror(file))
        cli_usage_error(cli, "%s: %s", cli->secret_file, strerror(errno));
    if (len && cli->secret[len - 1] == '\r')
        cli->secret[len - 1] = '\0';
}

static void set_up_tls(struct cli *cli)
{
    struct ami_tls_opts opts = AMI_TLS_OPTS_INIT;
    struct ami_error error;

    opts.ca_file = cli->ca_file;
    if (ami_tls_new(&cli->tls, &opts, &error))
        cli_usage_error(cli, "%s", error.text);
    cli->opts.tls = cli->tls;
}

void cli_credentials(struct cli *cli)
{
    bool is_stdin = cli->secret_file && strcmp(cli->secret_file, "-") == 0;

    if (!cli->opts.username || !*cli->opts.username)
        cli_usage_error(cli, "no user name: use --user or set AMI_USER");
    if (strpbrk(cli->opts.username, "\r\n"))
        cli_usage_error(cli, "user: \"%s\" has a line end in it", cli->opts.username);
    cli->opts.secret = cli->secret_file ? cli->secret : getenv("AMI_SECRET");
    if (!cli->opts.secret)
        cli_usage_error(cli, "no secret: use --secret-file or set AMI_SECRET");
    if (cli->secret_file) {
        FILE *file = is_stdin ? stdin : fopen(cli->secret_file, "r");

        if (!file)
            cli_usage_error(cli, "%s: %s", cli->secret_file, strerror(errno));
        read_secret(cli, file);
        if (!is_stdin)
            fclose(file);
    }
    if (strpbrk(cli->opts.secret, "\r\n"))
        cli_usage_error(cli, "the secret has a line end in it");
    if (cli->encrypted)
        set_up_tls(cli);
    if (!cli->opts.port)
        cli->opts.port = cli->encrypted ? 5039 : 5038;
}

/* ---- Ctrl-C ------------------------------------------------------------------------------ */

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

void cli_catch_stop(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND; /* and no SA_RESTART: it is to end ami_conn_wait */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool cli_stopped(void)
{
    return stopped != 0;
}
