/* Challenge, Login, Logoff. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"

/* Lower-case hex of MD5(challenge, secret). The context of its own keeps the process's OpenSSL
   settings, such as a FIPS-only default, out of it. */
static bool make_key(const char *challenge, const char *secret, char hex[33])
{
    unsigned char digest[16];
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
    EVP_MD *md5 = EVP_MD_fetch(lib, "MD5", NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = lib && md5 && ctx && EVP_DigestInit_ex2(ctx, md5, NULL) &&
              EVP_DigestUpdate(ctx, challenge, strlen(challenge)) &&
              EVP_DigestUpdate(ctx, secret, strlen(secret)) &&
              EVP_DigestFinal_ex(ctx, digest, NULL);

    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md5);
    OSSL_LIB_CTX_free(lib);
    for (int i = 0; ok && i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return ok;
}

static bool secret_is_right(const ami_mock_link *link, const struct ami_mock_user *user,
                            const struct ami_mock_message *msg)
{
    char key[33];

    if (!ami_mock_same(ami_mock_header(msg, "AuthType"), "MD5"))
        /* The first release did not mind the case. */
        return ami_mock_since(link, AMI_MOCK_1_4)
                   ? strcmp(ami_mock_header(msg, "Secret"), user->secret) == 0
                   : ami_mock_same(ami_mock_header(msg, "Secret"), user->secret);
    return *link->challenge && make_key(link->challenge, user->secret, key) &&
           strcmp(ami_mock_header(msg, "Key"), key) == 0;
}

/* Answers after the delay, if there is one, and closes. */
static void refuse(ami_mock_link *link, const struct ami_mock_message *msg, const char *text)
{
    ami_mock_pbx *pbx = link->pbx;
    size_t at = link->out.len;

    ami_mock_error(link, msg, text);
    if (pbx->login_delay_ms <= 0) {
        ami_mock_link_close(link);
        return;
    }
    link->farewell = ami_mock_strdup(link->out.data + at);
    link->out.len = at;
    link->blocked = true;
    link->due = pbx->now + pbx->login_delay_ms;
    ami_mock_pbx_remind(pbx, link->due);
}

/* A user who may be there only once, and is. Challenge asks it, too. */
static bool is_taken(const ami_mock_link *link, const struct ami_mock_message *msg)
{
    const struct ami_mock_user *user =
        ami_mock_user_find(&link->pbx->users, ami_mock_header(msg, "Username"));

    if (!user || !user->alone || link->user || !ami_mock_since(link, AMI_MOCK_1_6))
        return false;
    for (const ami_mock_link *other = link->pbx->links; other; other = other->next) {
        if (other->user == user && !other->closing)
            return true;
    }
    return false;
}

void ami_mock_challenge(ami_mock_link *link, const struct ami_mock_message *msg)
{
    if (is_taken(link, msg)) {
        refuse(link, msg, "Login Already In Use");
        return;
    }
    if (!ami_mock_same(ami_mock_header(msg, "AuthType"), "MD5")) {
        ami_mock_error(link, msg, "Must specify AuthType");
        return;
    }
    if (!*link->challenge)
        snprintf(link->challenge, sizeof link->challenge, "%u",
                 100000000u + ami_mock_pbx_random(link->pbx) % 900000000u);
    ami_mock_start(link, msg, "Success");
    ami_mock_say(link, "Challenge: %s\r\n\r\n", link->challenge);
}

/* The event that follows a login; before 1.8 it came only when asterisk.conf asked for it. */
static void say_fully_booted(ami_mock_link *link)
{
    const ami_mock_pbx *pbx = link->pbx;
    long long up = (pbx->now - pbx->started) / 1000;

    if (!ami_mock_since(link, AMI_MOCK_1_8) || !(link->user->read & link->mask & AMI_MOCK_SYSTEM))
        return;
    ami_mock_say(link, "Event: FullyBooted\r\nPrivilege: system,all\r\n");
    if (ami_mock_since(link, AMI_MOCK_14))
        ami_mock_say(link, "Uptime: %lld\r\nLastReload: %lld\r\n", up, up);
    ami_mock_say(link, "Status: Fully Booted\r\n\r\n");
}

void ami_mock_login(ami_mock_link *link, const struct ami_mock_message *msg)
{
    bool old = !ami_mock_since(link, AMI_MOCK_1_6);
    const struct ami_mock_user *user =
        ami_mock_user_find(&link->pbx->users, ami_mock_header(msg, "Username"));
    int mask = ami_mock_mask_parse(ami_mock_header(msg, "Events"), link->pbx->release->classes);

    if (link->user) {
        ami_mock_ack(link, msg, old ? "Already logged in" : "Already authenticated");
        return;
    }
    if (is_taken(link, msg)) {
        refuse(link, msg, "Login Already In Use");
        return;
    }
    if (!user || !secret_is_right(link, user, msg)) {
        refuse(link, msg, "Authentication failed");
        return;
    }
    link->user = user;
    link->due = INT64_MAX;
    if (mask >= 0)
        link->mask = mask;
    ami_mock_ack(link, msg, "Authentication accepted");
    say_fully_booted(link);
}

void ami_mock_logoff(ami_mock_link *link, const struct ami_mock_message *msg)
{
    if (!link->user && !ami_mock_since(link, AMI_MOCK_1_6))
        ami_mock_ack(link, msg, "See ya");
    else
        ami_mock_reply(link, msg, "Goodbye", "Thanks for all the fish.");
    ami_mock_link_close(link);
}
