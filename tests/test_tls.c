/* SPDX-License-Identifier: MIT */
/* ami_tls_new: what it takes, what it refuses, and what it says then. */
#include "certs.h"
#include "support.h"

#include <errno.h>
#include <unistd.h>

#include <openssl/err.h>

#define PIN "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static struct cert ca, client, other;

static const struct {
    const char *what;
    struct ami_tls_opts opts; /* names of files stand in the folder, unless they begin with / */
    int result, sys;
    const char *text; /* part of the sentence */
} cases[] = {
#define WITH(...)                                        \
    {                                                    \
        .size = sizeof(struct ami_tls_opts), __VA_ARGS__ \
    }
    {"the system's authorities", WITH(.pin = NULL), AMI_OK, 0, ""},
    {"an authority", WITH(.ca_file = "ca.pem"), AMI_OK, 0, ""},
    {"a folder of them", WITH(.ca_dir = "."), AMI_OK, 0, ""},
    {"both", WITH(.ca_file = "ca.pem", .ca_dir = "."), AMI_OK, 0, ""},
    {"a file that is not there", WITH(.ca_file = "none.pem"), AMI_E_TLS, ENOENT,
     "/none.pem: No such file or directory"},
    {"a file of something else", WITH(.ca_file = "text.pem"), AMI_E_TLS, 0, "/text.pem: "},
    {"a folder that is not there", WITH(.ca_dir = "none"), AMI_E_TLS, ENOENT,
     "/none: No such file or directory"},
    {"a folder that is a file", WITH(.ca_dir = "ca.pem"), AMI_E_TLS, ENOTDIR,
     "/ca.pem: Not a directory"},
    {"an identity", WITH(.cert_file = "client.pem", .key_file = "client.key"), AMI_OK, 0, ""},
    {"an identity in one file", WITH(.cert_file = "both.pem"), AMI_OK, 0, ""},
    {"a certificate without a key", WITH(.cert_file = "client.pem"), AMI_E_TLS, 0, "/client.pem: "},
    {"a key without a certificate", WITH(.key_file = "client.key"), AMI_E_INVAL, 0, "cert_file"},
    {"a certificate that is not there", WITH(.cert_file = "none.pem"), AMI_E_TLS, ENOENT,
     "/none.pem: No such file or directory"},
    {"a key that is not there", WITH(.cert_file = "client.pem", .key_file = "none.key"), AMI_E_TLS,
     ENOENT, "/none.key: No such file or directory"},
    {"the key of another", WITH(.cert_file = "client.pem", .key_file = "other.key"), AMI_E_TLS, 0,
     "/other.key: key values mismatch"},
    {"a key with a passphrase", WITH(.cert_file = "client.pem", .key_file = "locked.key"),
     AMI_E_TLS, 0, "/locked.key: the key has a passphrase"},
    {"a name", WITH(.server_name = "pbx.test"), AMI_OK, 0, ""},
    {"all names of a domain", WITH(.server_name = ".test"), AMI_E_INVAL, 0, "server_name"},
    {"no name", WITH(.server_name = ""), AMI_E_INVAL, 0, "server_name"},
    {"TLS 1.2", WITH(.min_version = AMI_TLS_1_2), AMI_OK, 0, ""},
    {"TLS 1.3", WITH(.min_version = AMI_TLS_1_3), AMI_OK, 0, ""},
    {"TLS 1.1", WITH(.min_version = 0x0302), AMI_E_INVAL, 0, "min_version"},
    {"a version of another kind", WITH(.min_version = 12), AMI_E_INVAL, 0, "min_version"},
    {"a pin", WITH(.pin = PIN), AMI_OK, 0, ""},
    {"an empty pin", WITH(.pin = ""), AMI_E_INVAL, 0, "pin"},
    {"a pin without its head", WITH(.pin = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
     AMI_E_INVAL, 0, "pin"},
    {"a pin of another digest", WITH(.pin = "sha512//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
     AMI_E_INVAL, 0, "pin"},
    {"a short pin", WITH(.pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF=="),
     AMI_E_INVAL, 0, "pin"},
    {"a pin with a blank", WITH(.pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU "),
     AMI_E_INVAL, 0, "pin"},
    {"a pin that no digest has",
     WITH(.pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="), AMI_E_INVAL, 0, "pin"},
    {"two pins", WITH(.pin = PIN ";" PIN), AMI_E_INVAL, 0, "pin"},
    {"size 0", {0}, AMI_E_INVAL, 0, "size"},
};

static void in_folder(const char **file)
{
    if (*file)
        *file = cert_path(*file);
}

static void test_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ami_tls_opts opts = cases[i].opts;
        struct ami_error error = {.code = 1};
        ami_tls *tls = (ami_tls *)(void *)&opts;

        in_folder(&opts.ca_file);
        in_folder(&opts.ca_dir);
        in_folder(&opts.cert_file);
        in_folder(&opts.key_file);
        int err = ami_tls_new(&tls, &opts, &error);
        if (err != cases[i].result || error.code != err || (err < 0) != (tls == NULL) ||
            error.sys != cases[i].sys || !strstr(error.text, cases[i].text) ||
            (err != AMI_E_TLS && error.tls != 0))
            fail_msg("%s: %s, sys %d, tls %lx: %s", cases[i].what, ami_err_name(err), error.sys,
                     error.tls, error.text);
        assert_int_equal(ERR_peek_error(), 0);
        ami_tls_free(tls);
    }
}

static void test_error_of_openssl(void **state)
{
    struct ami_tls_opts opts = AMI_TLS_OPTS_INIT;
    struct ami_error error;
    ami_tls *tls;

    (void)state;
    opts.cert_file = cert_path("client.pem");
    opts.key_file = cert_path("other.key");
    assert_int_equal(ami_tls_new(&tls, &opts, &error), AMI_E_TLS);
    assert_int_equal(ERR_GET_LIB(error.tls), ERR_LIB_X509);
    assert_int_equal(ERR_GET_REASON(error.tls), X509_R_KEY_VALUES_MISMATCH);
}

static void test_nothing(void **state)
{
    struct ami_error error;
    ami_tls *tls;

    (void)state;
    assert_int_equal(ami_tls_new(&tls, NULL, NULL), AMI_OK);
    ami_tls_free(tls);
    ami_tls_free(NULL);
    assert_int_equal(ami_tls_new(NULL, NULL, &error), AMI_E_INVAL);
    assert_int_equal(error.code, AMI_E_INVAL);
}

/* What another part of the program left in the queue is not taken for an error of ours. */
static void test_old_errors(void **state)
{
    ami_tls *tls;

    (void)state;
    ERR_raise(ERR_LIB_USER, 7);
    assert_int_equal(ami_tls_new(&tls, NULL, NULL), AMI_OK);
    assert_int_equal(ERR_peek_error(), 0);
    ami_tls_free(tls);
}

static void test_larger_size(void **state)
{
    struct {
        struct ami_tls_opts opts;
        char tail[16];
    } newer = {AMI_TLS_OPTS_INIT, {0}};
    ami_tls *tls;

    (void)state;
    newer.opts.size = sizeof newer;
    assert_int_equal(ami_tls_new(&tls, &newer.opts, NULL), AMI_OK);
    ami_tls_free(tls);
    newer.tail[15] = 1;
    assert_int_equal(ami_tls_new(&tls, &newer.opts, NULL), AMI_E_INVAL);
}

static int make_files(void **state)
{
    (void)state;
    cert_dir_make();
    ca = cert_make(&(struct cert_spec){.name = "Test CA", .ca = true});
    client = cert_make(&(struct cert_spec){.name = "client", .issuer = &ca});
    other = cert_make(&(struct cert_spec){.name = "other", .issuer = &ca});
    cert_write(&ca, "ca.pem");
    cert_write(&client, "client.pem");
    cert_write_both(&client, "both.pem");
    cert_write_key(&client, "client.key", NULL);
    cert_write_key(&client, "locked.key", "passphrase");
    cert_write_key(&other, "other.key", NULL);
    cert_write_text("This is no certificate.\n", "text.pem");
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    cert_free(&ca);
    cert_free(&client);
    cert_free(&other);
    cert_dir_remove();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),     cmocka_unit_test(test_error_of_openssl),
        cmocka_unit_test(test_nothing),     cmocka_unit_test(test_old_errors),
        cmocka_unit_test(test_larger_size),
    };

    return cmocka_run_group_tests(tests, make_files, remove_files);
}
