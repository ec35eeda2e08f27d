/* SPDX-License-Identifier: MIT */
#include "md5.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <ami/error.h>

static int digest(EVP_MD_CTX *ctx, const EVP_MD *md5, const char *challenge, const char *secret,
                  unsigned char out[EVP_MAX_MD_SIZE])
{
    return EVP_DigestInit_ex2(ctx, md5, NULL) == 1 &&
           EVP_DigestUpdate(ctx, challenge, strlen(challenge)) == 1 &&
           EVP_DigestUpdate(ctx, secret, strlen(secret)) == 1 &&
           EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

static void to_hex(char *hex, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hex[2 * n] = '\0';
}

/*
 * A library context of our own, gone again when the key is made: the program's default context
 * may allow FIPS algorithms only, and nothing global is left behind. Errors it queues are ours to
 * drop.
 */
int ami__md5_key(char hex[AMI__MD5_HEX + 1], const char *challenge, const char *secret)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int err = AMI_E_NOMEM;

    if (library && ctx) {
        ERR_set_mark();
        EVP_MD *md5 = EVP_MD_fetch(library, "MD5", NULL);
        if (md5 && digest(ctx, md5, challenge, secret, bytes)) {
            to_hex(hex, bytes, AMI__MD5_HEX / 2);
            err = AMI_OK;
        } else {
            err = AMI_E_NOTSUP;
        }
        EVP_MD_free(md5);
        ERR_pop_to_mark();
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    EVP_MD_CTX_free(ctx);
    OSSL_LIB_CTX_free(library);
    return err;
}
