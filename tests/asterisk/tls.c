/* SPDX-License-Identifier: MIT */
/* The same over TLS, and what is said when the two sides do not fit together. */
#include <string.h>

#include "answers.h"
#include "harness.h"
#include "tests.h"

/* What is set here is added to the server's own authority and port. */
static int connect_tls(struct test *t, struct ami_tls_opts tls_opts, struct ami_conn_opts *opts,
                       struct ami_error *error)
{
    ami_tls *tls;

    tls_opts.size = sizeof tls_opts;
    expect_status(t, "ami_tls_new", ami_tls_new(&tls, &tls_opts, error), AMI_OK);
    opts->tls = tls;
    int err = ami_sync_connect(&t->conn, opts, error);
    ami_tls_free(tls);
    return err;
}

/* False when this server has no TLS, and the test is over. */
static bool has_tls(struct test *t)
{
    if (!server.tls_ca)
        skip(t, "this server has no port for TLS");
    return server.tls_ca;
}

/* Runs a test of another file on a connection with TLS. */
static void over_tls(struct test *t, void (*fn)(struct test *t), int min_version)
{
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error;

    if (!has_tls(t))
        return;
    opts.port = server.tls_port;
    int err =
        connect_tls(t, (struct ami_tls_opts){.ca_file = server.tls_ca, .min_version = min_version},
                    &opts, &error);
    expect(t, err == AMI_OK, "connect: %s", error.text);
    t->session = ami_conn_session(t->conn);
    fn(t);
    expect_status(t, "ami_sync_close", ami_sync_close(t->conn), AMI_OK);
    t->conn = NULL;
}

void test_tls_lists(struct test *t)
{
    over_tls(t, test_lists, 0);
}

void test_tls_calls(struct test *t)
{
    over_tls(t, test_calls, AMI_TLS_1_3);
}

void test_tls_pings(struct test *t)
{
    over_tls(t, test_pings, 0);
}

void test_tls_command(struct test *t)
{
    over_tls(t, test_command, 0);
}

/* ---- What does not fit ------------------------------------------------------------------- */

static void fails(struct test *t, struct ami_tls_opts tls_opts, int port, int code,
                  const char *text)
{
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error = {0};

    opts.port = port;
    expect_status(t, text, connect_tls(t, tls_opts, &opts, &error), code);
    expect(t, strstr(error.text, text), "\"%s\" instead of \"%s\"", error.text, text);
}

void test_tls_untrusted(struct test *t)
{
    const char *ca = server.tls_ca;
    int port = server.tls_port;

    if (!has_tls(t))
        return;
    fails(t, (struct ami_tls_opts){0}, port, AMI_E_VERIFY, "is self-signed and not among");
    fails(t, (struct ami_tls_opts){.ca_file = ca, .server_name = "pbx.example"}, port, AMI_E_VERIFY,
          "the certificate is not for pbx.example, only for localhost, 127.0.0.1");
    fails(t, (struct ami_tls_opts){.ca_file = ca, .server_name = "127.0.0.2"}, port, AMI_E_VERIFY,
          "the certificate is not for 127.0.0.2, only for localhost, 127.0.0.1");
    fails(t,
          (struct ami_tls_opts){.ca_file = ca,
                                .pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
          port, AMI_E_VERIFY, "not the pinned one");
}

void test_tls_wrong_port(struct test *t)
{
    struct ami_conn_opts opts = conn_opts();
    struct ami_error error = {0};

    if (!has_tls(t))
        return;
    fails(t, (struct ami_tls_opts){.ca_file = server.tls_ca}, server.port, AMI_E_TLS,
          "the server does not speak TLS: \"Asterisk Call Manager/");
    /* The other way round both wait for the other to begin. */
    opts.port = server.tls_port;
    opts.login_timeout_ms = 500;
    expect_status(t, "in plain", ami_sync_connect(&t->conn, &opts, &error), AMI_E_TIMEOUT);
    expect(t, strstr(error.text, "no banner within 500 ms"), "\"%s\"", error.text);
}
