/* SPDX-License-Identifier: MIT */
/* Building an action. What Asterisk would misread, cut or take for another header is refused. */
#ifndef AMI_ACTION_H
#define AMI_ACTION_H

#include <ami/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest line, without its line end, and the most lines of one action, Action and ActionID
 * counted, that Asterisk 1.6 and later take; 1.6 itself drops the last of so many lines. */
enum { AMI_ACTION_LINE_MAX = 1022, AMI_ACTION_LINES_MAX = 128 };

/*
 * A new action, owned; NULL only when out of memory. The ActionID is added when it is submitted.
 *
 * The first error sticks: later calls return it, and so does every submit. So a program may build
 * without looking and check once. An action may be submitted any number of times, to several
 * sessions, and freed as soon as submit returned. All calls are allowed in callbacks.
 */
AMI_API ami_action *ami_action_new(const char *name) AMI_USE_RESULT;

/*
 * Adds one header; both strings are copied. Asterisk passes over blanks at the beginning of a
 * value. Errors: AMI_E_INVAL for CR or LF in either, `:` or a blank in the name, an empty name,
 * NULL, and for the names Action and ActionID, which libami writes itself; AMI_E_LIMIT for a line
 * over AMI_ACTION_LINE_MAX bytes or one line too many; AMI_E_NOMEM.
 */
AMI_API int ami_action_add(ami_action *action, const char *name, const char *value);

/* The same with a value made as by printf; its result is checked like any other value, and a NUL in
 * it, as of a %c, is AMI_E_INVAL, too. */
AMI_API int ami_action_addf(ami_action *action, const char *name, const char *format, ...)
    AMI_PRINTF(3, 4);

/*
 * Adds one `Variable: variable=value` header for Originate and its kind, with , " \ ( ) [ ] in the
 * value escaped, so that it arrives as it is (Asterisk 1.6 and later). AMI_E_INVAL also for = , "
 * \ in the variable's name.
 */
AMI_API int ami_action_var(ami_action *action, const char *variable, const char *value);

/* How long to wait for the answer, in milliseconds from the moment it is submitted; -1 for ever,
 * 0 as the session is set (the default). AMI_E_INVAL below -1. */
AMI_API int ami_action_timeout(ami_action *action, int ms);

/* The first error of this action, or AMI_OK, and the same in words, naming the header. NULL as the
 * action is AMI_E_INVAL. */
AMI_API int ami_action_error(const ami_action *action);
AMI_API const struct ami_error *ami_action_why(const ami_action *action);

/* Frees it; a Secret or a login's Key in it is wiped. */
AMI_API void ami_action_free(ami_action *action);

#ifdef __cplusplus
}
#endif
#endif
