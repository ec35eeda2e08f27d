/* SPDX-License-Identifier: MIT */
/* Which servers are trusted, and what is said of those that are not. */
#include "tls_bench.h"

#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

/* ---- The matrix -------------------------------------------------------------------------- */

static const struct {
    enum tls_cert cert;
    const char *host, *server_name;
    bool insecure;
} trusted[] = {
    {GOOD, "pbx.test", NULL, false},
    {GOOD, "PBX.Test", NULL, false},
    {GOOD, "a.wild.test", NULL, false},
    {GOOD, "pbx.test.", NULL, false},
    {GOOD, "10.0.0.1", "pbx.test.", false},
    {GOOD, "127.0.0.1", NULL, false},
    {GOOD, "::1", NULL, false},
    {GOOD, "0:0::0:1", NULL, false},
    {ONLY_COMMON, "pbx.test", NULL, false},
    {GOOD, "10.0.0.1", "pbx.test", false},
    {GOOD, NULL, "pbx.test", false},
    {GOOD, "x.test", "127.0.0.1", false},
    {SELF_SIGNED, "a.test", NULL, true},
    {EXPIRED, "a.test", NULL, true},
    {OTHER_HOST, NULL, NULL, true},
};

static void test_trusted(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(trusted); i++) {
        tls_start(b,
                  (struct ami_tls_opts){.server_name = trusted[i].server_name,
                                        .insecure_no_verify = trusted[i].insecure},
                  tls_server(trusted[i].cert), trusted[i].host);
        tls_check_ready(b);
    }
}

static const struct {
    const char *what;
    enum tls_cert cert;
    const char *host;
    int reason;
    const char *text;
} distrusted[] = {
#define WHY(reason) X509_V_ERR_##reason
    {"expired", EXPIRED, "pbx.test", WHY(CERT_HAS_EXPIRED),
     "the certificate of pbx.test expired on "},
    {"not yet valid", NOT_YET, "pbx.test", WHY(CERT_NOT_YET_VALID),
     "the certificate of pbx.test is not valid before "},
    {"self-signed", SELF_SIGNED, "pbx.test", WHY(DEPTH_ZERO_SELF_SIGNED_CERT),
     "the certificate of pbx.test is self-signed and not among the trusted ones"},
    {"wrong host", OTHER_HOST, "pbx.test", WHY(HOSTNAME_MISMATCH),
     "the certificate is not for pbx.test, only for a.example, b.example"},
    {"wrong host, many names", MANY_HOSTS, "pbx.test", WHY(HOSTNAME_MISMATCH),
     "the certificate is not for pbx.test, only for a.example, b.example, c.example, "},
    {"two labels for a wildcard", GOOD, "a.b.wild.test", WHY(HOSTNAME_MISMATCH),
     "not for a.b.wild.test, only for pbx.test, *.wild.test, 127.0.0.1, ::1"},
    {"wrong IPv4 address", OTHER_IP, "127.0.0.1", WHY(IP_ADDRESS_MISMATCH),
     "the certificate is not for 127.0.0.1, only for 192.0.2.1, 2001:db8::1"},
    {"wrong IPv6 address", OTHER_IP, "::1", WHY(IP_ADDRESS_MISMATCH),
     "the certificate is not for ::1, only for 192.0.2.1, 2001:db8::1"},
    {"an address as a common name", ONLY_NAMES, "127.0.0.1", WHY(IP_ADDRESS_MISMATCH),
     "the certificate is not for 127.0.0.1, only for pbx.test"},
    {"another common name", ONLY_COMMON, "a.test", WHY(HOSTNAME_MISMATCH),
     "the certificate is not for a.test, only for the common name pbx.test"},
    {"a name that would paint the terminal", STRANGE_NAME, "a.test", WHY(HOSTNAME_MISMATCH),
     "the common name ?[31mred"},
    {"unknown authority", UNKNOWN_CA, "pbx.test", WHY(UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
     "the authority Unknown CA is not among the trusted ones"},
    {"unknown authority that shows itself", WHOLE_CHAIN, "pbx.test", WHY(SELF_SIGNED_CERT_IN_CHAIN),
     "the authority Unknown CA is not among the trusted ones"},
    {"authority expired", OLD_CA, "pbx.test", WHY(CERT_HAS_EXPIRED),
     "the certificate of Old CA expired on "},
    {"weak key", WEAK, "pbx.test", WHY(EE_KEY_TOO_SMALL),
     "the key of pbx.test is too weak: 768 bits"},
    {"weak key of the authority", WEAK_CA, "pbx.test", WHY(CA_KEY_TOO_SMALL),
     "the key of Weak CA is too weak: 768 bits"},
    {"made for clients", FOR_CLIENTS, "pbx.test", WHY(INVALID_PURPOSE),
     "the certificate of pbx.test: "},
};

static void test_distrusted(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < ARRAY_LEN(distrusted); i++) {
        tls_start(b, (struct ami_tls_opts){0}, tls_server(distrusted[i].cert), distrusted[i].host);
        tls_check_refused(b, distrusted[i].what, AMI_E_VERIFY, distrusted[i].text);
        if ((int)ami_conn_error(b->conn)->tls != distrusted[i].reason)
            fail_msg("%s: code %lu", distrusted[i].what, ami_conn_error(b->conn)->tls);
        assert_int_equal(ERR_peek_error(), 0);
    }
}

/* The host does not count beside it. */
static void test_wrong_server_name(void **state)
{
    struct bench *b = *state;

    tls_start(b, (struct ami_tls_opts){.server_name = "b.test"}, tls_server(GOOD), "pbx.test");
    tls_check_refused(b, "server_name", AMI_E_VERIFY, "not for b.test, only for pbx.test, ");
}

/* The server learns why: its log can tell, too. */
static void test_server_is_told(void **state)
{
    struct bench *b = *state;

    tls_start(b, (struct ami_tls_opts){0}, tls_server(UNKNOWN_CA), "pbx.test");
    tls_check_refused(b, "unknown", AMI_E_VERIFY, "Unknown CA");
    assert_non_null(strstr(tls_peer.why, "unknown ca"));
    tls_start(b, (struct ami_tls_opts){0}, tls_server(EXPIRED), "pbx.test");
    tls_check_refused(b, "expired", AMI_E_VERIFY, "expired");
    assert_non_null(strstr(tls_peer.why, "certificate expired"));
}

/* ---- Pins -------------------------------------------------------------------------------- */

/* As curl has it: of the whole SubjectPublicKeyInfo. */
static void pin_of(const struct cert *cert, char pin[64])
{
    unsigned char digest[32], *der = NULL;
    int len = i2d_PUBKEY(cert->key, &der);

    assert_true(len > 0);
    assert_int_equal(EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha256(), NULL), 1);
    memcpy(pin, "sha256//", 8);
    EVP_EncodeBlock((unsigned char *)pin + 8, digest, sizeof digest);
    OPENSSL_free(der);
}

static void test_pins(void **state)
{
    struct bench *b = *state;
    char good[64], self[64];

    pin_of(&tls_certs[GOOD], good);
    pin_of(&tls_certs[SELF_SIGNED], self);
    tls_start(b, (struct ami_tls_opts){.pin = good}, tls_server(GOOD), "pbx.test");
    tls_check_ready(b);
    tls_start(b, (struct ami_tls_opts){.pin = self, .insecure_no_verify = true},
              tls_server(SELF_SIGNED), "a.test");
    tls_check_ready(b);
    /* Of the wrong key, with and without verification; the error has the pin to set. */
    tls_start(b, (struct ami_tls_opts){.pin = self}, tls_server(GOOD), "pbx.test");
    tls_check_refused(b, "wrong pin", AMI_E_VERIFY, "not the pinned one");
    assert_non_null(strstr(ami_conn_error(b->conn)->text, good));
    tls_start(b, (struct ami_tls_opts){.pin = self, .insecure_no_verify = true}, tls_server(GOOD),
              "pbx.test");
    tls_check_refused(b, "wrong pin, insecure", AMI_E_VERIFY, "not the pinned one");
    /* The right one does not replace verification. */
    tls_start(b, (struct ami_tls_opts){.pin = self}, tls_server(SELF_SIGNED), "pbx.test");
    tls_check_refused(b, "pin of a self-signed one", AMI_E_VERIFY, "self-signed");
}

static const struct CMUnitTest tests[] = {
    TLS_TEST(test_trusted),        TLS_TEST(test_distrusted), TLS_TEST(test_wrong_server_name),
    TLS_TEST(test_server_is_told), TLS_TEST(test_pins),
};

int main(void)
{
    alarm(TEST_SECONDS);
    return cmocka_run_group_tests(tests, tls_make_certs, tls_remove_certs);
}
