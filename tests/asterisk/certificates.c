/* SPDX-License-Identifier: MIT */
/*
 * The server is given certificates that are bad in one way each: does the connection say which? It
 * does not take keys that are weak, and speaks no old version of TLS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "../certs.h"
#include "answers.h"
#include "harness.h"
#include "raw.h"
#include "tests.h"

#define NAMES "DNS:localhost,IP:127.0.0.1"

enum authority { OURS, STRANGER, NOBODY };

static struct cert authorities[2];

static const struct {
    struct cert_spec spec;
    enum authority authority;
    const char *server_name, *error; /* NULL: the host; none */
} rows[] = {
    {{.name = "good", .alt = NAMES}, OURS, NULL, NULL},
    {{.name = "good", .alt = NAMES}, OURS, "localhost", NULL},
    {{.name = "old", .alt = NAMES, .from = -20, .to = -10},
     OURS,
     NULL,
     "the certificate of old expired on "},
    {{.name = "new", .alt = NAMES, .from = 10, .to = 20},
     OURS,
     NULL,
     "the certificate of new is not valid before "},
    {{.name = "own", .alt = NAMES},
     NOBODY,
     NULL,
     "the certificate of own is self-signed and not among the trusted ones"},
    {{.name = "other", .alt = NAMES},
     STRANGER,
     NULL,
     "the authority Stranger is not among the trusted ones"},
    {{.name = "localhost", .alt = "DNS:a.example,DNS:b.example"},
     OURS,
     "localhost",
     "the certificate is not for localhost, only for a.example, b.example"},
    {{.name = "127.0.0.1", .alt = "IP:192.0.2.1"},
     OURS,
     NULL,
     "the certificate is not for 127.0.0.1, only for 192.0.2.1"},
    {{.name = "phone", .alt = NAMES, .use = "clientAuth"},
     OURS,
     NULL,
     "the certificate of phone: "},
};

/* ---- The server's files ------------------------------------------------------------------ */

/* In the folder of its configuration. */
static const char *etc(const char *file)
{
    static char path[512];
    const char *slash = strrchr(server.tls_ca, '/');

    snprintf(path, sizeof path, "%.*s/%s", (int)(slash - server.tls_ca), server.tls_ca, file);
    return path;
}

/* Into a file that stays its owner's. */
static void copy_file(struct test *t, const char *from, const char *to)
{
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    char bytes[8192];
    size_t n = in ? fread(bytes, 1, sizeof bytes, in) : 0;

    want(t, n > 0 && out && fwrite(bytes, 1, n, out) == n, "cannot copy %s to %s", from, to);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
}

/* The server looks at its certificate again when its configuration seems to have changed. */
static void show(struct test *t, const char *cert, const char *key)
{
    size_t before = t->raw->replies.count;

    copy_file(t, cert, etc("server.pem"));
    copy_file(t, key, etc("server.key"));
    want(t, utime(etc("manager.conf"), NULL) == 0, "cannot touch manager.conf");
    raw_send(t, "Action: Command\r\nCommand: manager reload\r\n\r\n");
    WAIT_FOR(t, t->raw->replies.count > before);
}

/* ---- One row ----------------------------------------------------------------------------- */

static void show_row(struct test *t, size_t nth)
{
    struct cert_spec spec = rows[nth].spec;

    spec.issuer = rows[nth].authority == NOBODY ? NULL : &authorities[rows[nth].authority];
    struct cert cert = cert_make(&spec);
    show(t, cert_write(&cert, "shown.pem"), cert_write_key(&cert, "shown.key", NULL));
    cert_free(&cert);
}

/* Goes on after a failure, so that the server has its own certificate in the end. */
static void check_row(struct test *t, size_t nth)
{
    struct ami_tls_opts tls_opts = AMI_TLS_OPTS_INIT;
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error = {0};
    ami_tls *tls;
    ami_conn *conn = NULL;

    tls_opts.ca_file = cert_path("trusted.pem");
    tls_opts.server_name = rows[nth].server_name;
    want(t, ami_tls_new(&tls, &tls_opts, &error) == AMI_OK, "%s", error.text);
    opts.port = server.tls_port;
    opts.tls = tls;
    int err = ami_sync_connect(&conn, &opts, &error);
    want(t, err == (rows[nth].error ? AMI_E_VERIFY : AMI_OK), "%s: %s", rows[nth].spec.name,
         ami_err_name(err));
    want(t, !rows[nth].error || strstr(error.text, rows[nth].error), "\"%s\" instead of \"%s\"",
         error.text, rows[nth].error);
    printf("#   %s\n", err ? error.text : "READY");
    ami_conn_free(conn);
    ami_tls_free(tls);
}

void test_tls_matrix(struct test *t)
{
    if (!server.tls_ca || access(etc("server.key"), W_OK) < 0) {
        skip(t, "this server's certificate cannot be changed");
        return;
    }
    raw_open(t);
    cert_dir_make();
    authorities[OURS] = cert_make(&(struct cert_spec){.name = "Ours", .ca = true});
    authorities[STRANGER] = cert_make(&(struct cert_spec){.name = "Stranger", .ca = true});
    cert_write(&authorities[OURS], "trusted.pem");
    copy_file(t, etc("server.pem"), cert_path("kept.pem"));
    copy_file(t, etc("server.key"), cert_path("kept.key"));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        show_row(t, i);
        check_row(t, i);
    }
    show(t, cert_path("kept.pem"), cert_path("kept.key"));
    cert_free(&authorities[OURS]);
    cert_free(&authorities[STRANGER]);
    cert_dir_remove();
}
