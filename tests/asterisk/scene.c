/* SPDX-License-Identifier: MIT */
/* See scene.h. */
#include "scene.h"

#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "calls.h"
#include "database.h"

/* The calls, by the extension that each runs, and the event that tells that it is where it stays.
 */
static const struct sort {
    const char *exten;
    int calls;
    const char *event, *application; /* or NULL */
} sorts[] = {
    {"long", 10, "Newexten", "Wait"},    {"dial", 4, "BridgeEnter", NULL},
    {"conf", 2, "ConfbridgeJoin", NULL}, {"sales", 2, "QueueCallerJoin", NULL},
    {"agi", 1, "AsyncAGIStart", NULL},   {"fax", 1, "Newexten", "ReceiveFAX"},
};

/* The second half of a Local call is the one that runs the extension. */
static bool runs(const char *channel, const char *exten)
{
    char begin[32];

    snprintf(begin, sizeof begin, "Local/%s@test-", exten);
    return strncmp(channel, begin, strlen(begin)) == 0 && strstr(channel, ";2");
}

static void cast(struct scene *scene, int nth, const ami_msg *event)
{
    struct role *role = &scene->roles[scene->count++];
    const char *bridge = ami_msg_get(event, "BridgeUniqueid");

    snprintf(role->name, sizeof role->name, "%s:%d", scene->coming->exten, nth);
    snprintf(role->channel, sizeof role->channel, "%s", value_of(event, "Channel"));
    snprintf(role->in, sizeof role->in, "%s", bridge ? bridge : "");
}

static void on_there(const struct ami_event *event, void *user)
{
    struct scene *scene = user;
    const struct sort *sort = scene->coming;

    if (scene->there == sort->calls || strcmp(name_of(event->msg), sort->event) != 0 ||
        !runs(value_of(event->msg, "Channel"), sort->exten) ||
        (sort->application && strcmp(value_of(event->msg, "Application"), sort->application) != 0))
        return;
    cast(scene, scene->there++, event->msg);
}

static void make_calls(struct test *t, struct scene *scene, const struct sort *sort)
{
    char channel[32];

    scene->coming = sort;
    scene->there = 0;
    snprintf(channel, sizeof channel, "Local/%s@test", sort->exten);
    for (int i = 0; i < sort->calls; i++)
        SEND(t, "Originate", "Channel", channel, "Application", "Wait", "Data", "60", "Async",
             "true");
    WAIT_FOR(t, scene->there == sort->calls);
}

/* The server tells the number of a fax session in a list alone. */
static void find_fax(struct test *t, struct scene *scene)
{
    struct role *role = &scene->roles[scene->count - 1];

    for (int tries = 0; tries < 100 && !role->in[0]; tries++) {
        struct answer *a = ASK(t, "FAXSessions");

        for (int i = 0; i < a->items; i++)
            if (strcmp(value_of(a->item[i], "Channel"), role->channel) == 0)
                snprintf(role->in, sizeof role->in, "%s", value_of(a->item[i], "SessionNumber"));
        wait_ms(t, 10);
    }
    expect(t, role->in[0], "no fax session");
}

void set_scene(struct test *t, struct scene *scene)
{
    ami_id id;

    *scene = (struct scene){.count = 0};
    if (channels_up(t) > 0)
        hang_up_all(t);
    expect_status(t, "ami_on", ami_on(t->session, NULL, on_there, scene, &id), AMI_OK);
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++)
        make_calls(t, scene, &sorts[i]);
    expect_status(t, "ami_off", ami_off(t->session, id), AMI_OK);
    find_fax(t, scene);
    forget(t);
    put(t, "kept", "a value");
    put(t, "deleted", "a value");
    put(t, "tree/deleted", "a value");
}

const char *scene_value(const struct scene *scene, const char *value)
{
    for (size_t i = 0; i < scene->count; i++) {
        const struct role *role = &scene->roles[i];

        if (*value == '@' && strcmp(role->name, value + 1) == 0)
            return role->channel;
        if (*value == '#' && strcmp(role->name, value + 1) == 0)
            return role->in;
    }
    return value;
}
