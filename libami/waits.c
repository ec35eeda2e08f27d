/* SPDX-License-Identifier: MIT */
#include "waits.h"

#include <limits.h>
#include <string.h>

#include "text.h"

enum {
    ORIGINATE_MS = 30000, /* what Asterisk takes without a Timeout */
    GRACE_MS = 10000      /* for what comes on top of the wait; generous */
};

/* The action's Timeout, of so many milliseconds each, and the grace; otherwise when it has none. */
static int timeout_of(const struct ami_action *action, unsigned unit, int otherwise)
{
    size_t len;
    uint64_t value;
    const char *text = ami__action_get(action, "Timeout", &len);

    if (!text || !ami__parse_u64(text, len, &value))
        return otherwise;
    return value < (INT_MAX - GRACE_MS) / unit ? (int)(value * unit) + GRACE_MS : INT_MAX;
}

int ami__wait_ms(const struct ami_action *action)
{
    if (ami__order(action->name, "Originate") == 0)
        return timeout_of(action, 1, ORIGINATE_MS + GRACE_MS);
    if (ami__order(action->name, "WaitEvent") == 0)
        return timeout_of(action, 1000, 0);
    return 0;
}

/* The words that Asterisk takes for yes. */
bool ami__wait_is_async(const struct ami_action *action)
{
    static const char *const yes[] = {"yes", "true", "y", "t", "1", "on"};
    size_t len;
    const char *text = ami__action_get(action, "Async", &len);

    for (size_t i = 0; text && i < sizeof yes / sizeof yes[0]; i++) {
        if (ami__same(text, len, yes[i], strlen(yes[i])))
            return true;
    }
    return false;
}

bool ami__wait_blocks(const struct ami_action *action)
{
    return ami__order(action->name, "WaitEvent") == 0 ||
           (ami__order(action->name, "Originate") == 0 && !ami__wait_is_async(action));
}
