/* SPDX-License-Identifier: MIT */
/* What the example programs share: options, messages, exit statuses, Ctrl-C. No part of libami. */
#ifndef EXAMPLES_CLI_H
#define EXAMPLES_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include <ami/ami.h>

#ifdef __cplusplus
#define CLI_NORETURN [[noreturn]]
extern "C" {
#else
#define CLI_NORETURN _Noreturn
#endif

/* The exit statuses, the same in all programs. */
enum {
    CLI_OK = 0,
    CLI_NO = 1,      /* the server said no, or what the program's own help says */
    CLI_USAGE = 2,   /* wrong options or input */
    CLI_CONNECT = 3, /* cannot connect */
    CLI_LOGIN = 4,   /* login refused */
    CLI_TIMEOUT = 5, /* timed out */
    CLI_LOST = 6,    /* connection lost */
    CLI_PROTO = 7,   /* not an AMI server */
    CLI_OTHER = 8    /* a limit, no memory, anything else */
};

struct cli {
    const char *program, *usage;
    struct ami_conn_opts opts; /* for ami_conn_new and ami_sync_connect */
    const char *secret_file;
    char secret[1024];
    bool encrypted;
    const char *ca_file;
    ami_tls *tls;
};

/* The options that every program takes: add them to your own for getopt_long. */
#define CLI_SHORT "H:p:u:s:W:h"
#define CLI_LONG                                                                               \
    {"host", required_argument, NULL, 'H'}, {"port", required_argument, NULL, 'p'},            \
        {"user", required_argument, NULL, 'u'}, {"secret-file", required_argument, NULL, 's'}, \
        {"wait", required_argument, NULL, 'W'}, {"plain", no_argument, NULL, CLI_PLAIN},       \
        {"tls", no_argument, NULL, CLI_TLS}, {"ca", required_argument, NULL, CLI_CA},          \
        {"help", no_argument, NULL, 'h'},                                                      \
    {                                                                                          \
        NULL, 0, NULL, 0                                                                       \
    }

enum {
    CLI_PLAIN = 0x100,
    CLI_TLS,
    CLI_CA,
    CLI_OWN
}; /* long options without a letter; a program's own from CLI_OWN */

/* In this order: begin, option for each one that the program does not know, credentials, which
 * reads the secret and sets TLS up. They do not return when the program cannot go on. */
void cli_begin(struct cli *cli, char **argv, const char *usage);
void cli_option(struct cli *cli, int opt);
void cli_credentials(struct cli *cli);

/* The option's value as a number, and seconds (with fractions) as milliseconds. */
long cli_number(const struct cli *cli, const char *what, long min, long max);
int cli_seconds(const struct cli *cli, const char *what, double min);

CLI_NORETURN void cli_usage_error(const struct cli *cli, const char *format, ...) AMI_PRINTF(2, 3);

/* Each says on stderr what went wrong, and returns the exit status for it; conn and reply may be
 * NULL. */
int cli_fail(const struct cli *cli, int status, const char *format, ...) AMI_PRINTF(3, 4);
int cli_conn_failed(const struct cli *cli, const struct ami_error *error);
int cli_action_failed(const struct cli *cli, const ami_conn *conn, int err, const ami_msg *reply);

/* Wipes the secret, frees what the options hold, and makes sure that the output was written;
 * returns the status to exit with. */
int cli_end(struct cli *cli, int status);

/* From now on Ctrl-C and SIGTERM only make cli_stopped true; the second one kills as usual. */
void cli_catch_stop(void);
bool cli_stopped(void);

/* Prints bytes of the server; control bytes, which a terminal would obey, as \xNN. */
void cli_print(FILE *file, const char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif
