/* SPDX-License-Identifier: MIT */
/* Calls that stay up, each for actions to act on, and other things that actions find. */
#ifndef AMI_TESTS_ASTERISK_SCENE_H
#define AMI_TESTS_ASTERISK_SCENE_H

#include <stddef.h>

struct sort;
struct test;

struct scene {
    struct role {
        char name[16]; /* "long:3" */
        char channel[80];
        char in[64]; /* a bridge or a fax session; empty: neither */
    } roles[20];
    size_t count;
    const struct sort *coming; /* the calls that are being made, */
    int there;                 /* and how many of them have come */
};

/* Hangs up what is up, and makes the calls. */
void set_scene(struct test *t, struct scene *scene);

/*
 * What a value stands for: "@long:3" for the channel of the fourth call to this extension,
 * "#dial:0" for the bridge, or the fax session, that the first of those is in, everything else for
 * itself.
 */
const char *scene_value(const struct scene *scene, const char *value);

#endif
