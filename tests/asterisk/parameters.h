/* SPDX-License-Identifier: MIT */
/* What the actions are submitted with, so that they find something to do in the scene. */
#ifndef AMI_TESTS_ASTERISK_PARAMETERS_H
#define AMI_TESTS_ASTERISK_PARAMETERS_H

#include <stddef.h>

#include <ami/ami.h>

#include "scene.h"

enum outcome { GRANTED, DENIED, EITHER };

struct parameters {
    const char *action;
    enum outcome outcome;    /* what the server says to it */
    const char *headers[20]; /* names and values in turn, values as for scene_value */
};

/* The nth way to submit an action with parameters, or NULL. There is none for an action that takes
 * none. */
const struct parameters *parameters_of(const char *action, size_t nth);

/* The action with these headers, and with the others that the catalogue says are required. */
ami_action *with_parameters(const char *action, const struct parameters *parameters,
                            const struct scene *scene);

#endif
