/* SPDX-License-Identifier: MIT */
/* Releases of Asterisk: which one a server may be, and what it then has. */
#ifndef AMI__RELEASE_H
#define AMI__RELEASE_H

#include <stdbool.h>

/*
 * Branches as numbers that grow: 0 to 8 for 1.0 to 1.8, then 10, 11, ... A server is of a branch
 * from low to high; minor is its place in that branch, -1 when it is not known.
 */
struct ami__release {
    int low, high, minor;
};

/* What a server is that calls itself so ("22.10.1+dfsg", "certified/18.9-cert5"), or, when that
 * says nothing or is empty, the one with this banner. */
struct ami__release ami__release(const char *version, const char *banner);

/* Whether the server may be of a release from `since` on ("12", "16.17/18.3") and up to `until`;
 * either may be empty. When it may not, it certainly is not. */
bool ami__release_within(const struct ami__release *server, const char *since, const char *until);

/* Whether it certainly is of a release from `since` on. */
bool ami__release_reaches(const struct ami__release *server, const char *since);

#endif
