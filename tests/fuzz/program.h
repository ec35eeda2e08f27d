/* SPDX-License-Identifier: MIT */
/* A program that uses a session as the input says. */
#ifndef AMI_FUZZ_PROGRAM_H
#define AMI_FUZZ_PROGRAM_H

#include "../support.h"
#include "check.h"

enum { ACTIONS = 64 };

struct action {
    struct program *program;
    char habit; /* what its callback does, a letter of program_act */
    bool opened, done;
};

struct program {
    ami_session *session; /* NULL: freed */
    struct action actions[ACTIONS];
    size_t count; /* of those accepted */
    ami_time now;
    ami_id handler;
    char habit; /* of the handler */
    bool submitting;
    bool forgetful; /* memory was made to run out */
    struct test_alloc alloc;
    struct text log; /* of all that the callbacks heard */
};

/* Does one thing:
 *     a r o c t  submit: with ami_submit, _result, ami_originate, ami_collect, or a typed call.
 *                The text: the habit, the name, and "Header: value" in lines; or a number
 *     l          log in; an odd number: in plain text
 *     h u        add a handler (its habit, the name), take the last one away
 *     s          the transport took so many bytes; 255: all
 *     x          cancel the action of that number
 *     w          wait 2 to the power of the number milliseconds
 *     m          the allocation of that number, from now on, fails
 *     f          free the session
 */
void program_act(struct program *p, char letter, const char *text);

#endif
