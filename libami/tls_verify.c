/* SPDX-License-Identifier: MIT */
#include "tls_verify.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "error.h"
#include "text.h"

enum { SHOWN = 48 }; /* of a name, and a NUL */

/* ---- Names ------------------------------------------------------------------------------- */

static void common_name(const X509_NAME *name, char shown[SHOWN])
{
    char raw[SHOWN];
    int len = X509_NAME_get_text_by_NID(name, NID_commonName, raw, sizeof raw);

    if (len > 0)
        ami__printable(shown, SHOWN, raw, strlen(raw));
    else
        snprintf(shown, SHOWN, "a nameless one");
}

/* A name or an address as text, or false for what else a certificate may be made for. */
static bool name_text(const GENERAL_NAME *name, char *text, size_t size)
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);

    if (type != GEN_DNS && type != GEN_IPADD)
        return false;
    const char *data = (const char *)ASN1_STRING_get0_data(value);
    int len = ASN1_STRING_length(value);
    if (type == GEN_IPADD)
        return (len == 4 || len == 16) &&
               inet_ntop(len == 4 ? AF_INET : AF_INET6, data, text, (socklen_t)size);
    ami__printable(text, size, data, (size_t)len);
    return true;
}

/* All that a certificate is made for, cut to fit. The common name counts only without others, and
 * never for an address. */
static void all_names(X509 *cert, char *list, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    char one[SHOWN];
    size_t len = 0;

    list[0] = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && len < size; i++) {
        if (name_text(sk_GENERAL_NAME_value(names, i), one, sizeof one))
            len += (size_t)snprintf(list + len, size - len, "%s%s", len ? ", " : "", one);
    }
    GENERAL_NAMES_free(names);
    if (len == 0) {
        common_name(X509_get_subject_name(cert), one);
        snprintf(list, size, "the common name %s alone", one);
    }
}

static void day(const ASN1_TIME *time, char text[16])
{
    struct tm tm = {0};

    ASN1_TIME_to_tm(time, &tm);
    snprintf(text, 16, "%04d-%02d-%02d", (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
             tm.tm_mday % 100);
}

/* ---- Sentences --------------------------------------------------------------------------- */

/* The list may be long: it comes last, to be cut. */
static void wrong_name(struct ami_error *error, X509 *cert, const char *name)
{
    char names[sizeof error->text];

    all_names(cert, names, sizeof names);
    ami__error_set(error, AMI_E_VERIFY, 0, "the certificate is not for %.*s, only for %s",
                   SHOWN - 1, name, names);
}

static void wrong_time(struct ami_error *error, X509 *cert, const char *who, int reason)
{
    char date[16];
    bool expired = reason == X509_V_ERR_CERT_HAS_EXPIRED;

    day(expired ? X509_get0_notAfter(cert) : X509_get0_notBefore(cert), date);
    ami__error_set(error, AMI_E_VERIFY, 0, "the certificate of %s %s %s", who,
                   expired ? "expired on" : "is not valid before", date);
}

/* OpenSSL takes a key that it cannot read for a weak one. */
static void wrong_key(struct ami_error *error, X509 *cert, const char *who)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);
    int bits = key ? EVP_PKEY_get_bits(key) : 0;

    if (bits > 0)
        ami__error_set(error, AMI_E_VERIFY, 0, "the key of %s is too weak: %d bits", who, bits);
    else
        ami__error_set(error, AMI_E_VERIFY, 0, "the key of %s cannot be read", who);
}

void ami__tls_distrust(struct ami_error *error, X509_STORE_CTX *store, const char *name)
{
    X509 *cert = X509_STORE_CTX_get_current_cert(store);
    int reason = X509_STORE_CTX_get_error(store);
    char who[SHOWN] = "the server", issuer[SHOWN] = "";

    if (ami__tls_no_memory(error))
        return;
    if (cert) {
        common_name(X509_get_subject_name(cert), who);
        common_name(X509_get_issuer_name(cert), issuer);
    }
    switch (cert ? reason : X509_V_ERR_UNSPECIFIED) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        wrong_name(error, cert, name);
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        wrong_time(error, cert, who, reason);
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        ami__error_set(error, AMI_E_VERIFY, 0,
                       "the certificate of %s is self-signed and not among the trusted ones", who);
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        ami__error_set(error, AMI_E_VERIFY, 0, "the authority %s is not among the trusted ones",
                       issuer);
        break;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        wrong_key(error, cert, who);
        break;
    default:
        ami__error_set(error, AMI_E_VERIFY, 0, "the certificate of %s: %s", who,
                       X509_verify_cert_error_string(reason));
    }
    error->tls = (unsigned long)reason;
}

/* ---- The pin ----------------------------------------------------------------------------- */

static bool pin_of(X509 *cert, char pin[AMI__TLS_PIN + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE], *key = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &key);
    bool ok = len > 0 && EVP_Digest(key, (size_t)len, digest, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(key);
    memcpy(pin, "sha256//", 8);
    EVP_EncodeBlock((unsigned char *)pin + 8, digest, 32);
    return ok;
}

bool ami__tls_is_pinned(struct ami_error *error, X509 *cert, const char *pin)
{
    char theirs[AMI__TLS_PIN + 1];

    if (!cert || !pin_of(cert, theirs)) {
        ami__tls_failed(error, AMI_E_VERIFY, "the server's public key");
        return false;
    }
    if (strcmp(theirs, pin) == 0)
        return true;
    ami__error_set(error, AMI_E_VERIFY, 0, "the server's public key is %s, not the pinned one",
                   theirs);
    return false;
}
