/* SPDX-License-Identifier: MIT */
#include "release.h"

#include <limits.h>
#include <string.h>

enum { NUMBER_MAX = 9999, BRANCH_MAX = 99 };

/* ---- Numbers ----------------------------------------------------------------------------- */

/* Digits, and a dot behind them if there is one; -1 and nothing read when there are none. */
static int read_number(const char **text)
{
    int number = -1;

    for (; **text >= '0' && **text <= '9'; (*text)++)
        number = number > NUMBER_MAX ? number : (number < 0 ? 0 : number) * 10 + (**text - '0');
    if (**text == '.')
        (*text)++;
    return number;
}

/* One release, such as 1.6.2 or 18.9: its branch, or -1, and its place in it, or -1. */
static int read_release(const char **text, int *minor)
{
    int branch = read_number(text);

    if (branch == 1)
        branch = read_number(text);
    *minor = branch < 0 ? -1 : read_number(text);
    *text += strspn(*text, "0123456789.");
    return branch;
}

/* ---- Servers ----------------------------------------------------------------------------- */

static struct ami__release from_banner(const char *banner)
{
    const char *at = banner;
    int major = read_number(&at), minor = read_number(&at);

    if (major < 0 || (major == 1 && minor < 0))
        return (struct ami__release){0, BRANCH_MAX, -1};
    if (major == 1) {
        static const struct ami__release ones[] = {
            {0, 4, -1}, {6, 8, -1}, {10, 10, -1}, {11, 11, -1}};
        return ones[minor < 4 ? minor : 3];
    }
    if (major == 2) /* 12 ended with 2.5; 14 had 2.8 at first, as 13 did */
        return (struct ami__release){minor > 5 ? 13 : 12, minor == 8 ? 14 : 13, -1};
    return (struct ami__release){major + 11, major + 11, -1};
}

struct ami__release ami__release(const char *version, const char *banner)
{
    static const char certified[] = "certified/";

    if (strncmp(version, certified, sizeof certified - 1) == 0)
        version += sizeof certified - 1;
    int minor, branch = read_release(&version, &minor);
    if (branch < 0)
        return from_banner(banner);
    return (struct ami__release){branch, branch, minor};
}

/* ---- Comparing --------------------------------------------------------------------------- */

/* A list of releases is that of the branches to which something came at once; the branches between
 * them never had it, those behind the last all have it. `unknown` is the place taken for a server
 * of which only the branch is known. */
static bool branch_has(int branch, int minor, const char *since)
{
    int first, place;

    do {
        first = read_release(&since, &place);
        if (first == branch)
            return minor >= place;
    } while (first < branch && *since++ == '/');
    return first < branch;
}

static bool is_past(int branch, int minor, const char *until)
{
    int place, last = read_release(&until, &place);

    return branch > last || (branch == last && place >= 0 && minor > place);
}

bool ami__release_within(const struct ami__release *server, const char *since, const char *until)
{
    for (int branch = server->low; branch <= server->high; branch++) {
        bool begun =
            !since[0] || branch_has(branch, server->minor < 0 ? INT_MAX : server->minor, since);
        if (begun && !(until[0] && is_past(branch, server->minor, until)))
            return true;
    }
    return false;
}

bool ami__release_reaches(const struct ami__release *server, const char *since)
{
    for (int branch = server->low; branch <= server->high; branch++) {
        if (!branch_has(branch, server->minor < 0 ? 0 : server->minor, since))
            return false;
    }
    return true;
}
