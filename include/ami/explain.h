/* SPDX-License-Identifier: MIT */
/* Why do I get no events? Asterisk drops, without a word, what the user may not read, what the mask
 * leaves out and what a filter matches; and a handler for an event that the server does not have
 * simply waits. */
#ifndef AMI_EXPLAIN_H
#define AMI_EXPLAIN_H

#include <ami/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is known about the events of a session. Borrowed, with all it points to, until the callback
 * returns. Classes are bits of enum ami_class. */
struct ami_explanation {
    size_t size;
    int status; /* AMI_OK; else that of ami_reply or AMI_E_NOMEM: the rest is then not found out */
    ami_session *session;
    const char *banner;   /* the version in the first line; "" before it came */
    const char *version;  /* of Asterisk; NULL: the server does not tell */
    const char *username; /* that logged in; NULL: nobody did */

    bool classes_known; /* the server told what the user may do: */
    unsigned read;      /* which classes of events he may get */
    unsigned write;     /* of which classes he may use actions */

    bool mask_known;  /* false: not logged in, or an action about it ended without an answer */
    unsigned mask;    /* as the server understood it */
    const char *sent; /* as Login or Events sent it; NULL: never, and the mask is all */

    /* Those that were added over it, in order; what the user has in manager.conf is not known. One
     * with MatchCriteria is "criteria: filter", or the criteria alone. */
    size_t filter_count;
    const char *const *filters;

    /* Sentences, each about something that keeps events from a handler; none: nothing was found. */
    size_t finding_count;
    const char *const *findings;
    const char *summary; /* a sentence about all of it */
};
typedef void (*ami_explain_fn)(const struct ami_explanation *explanation, void *user);

/*
 * Asks the server what it tells (the actions CoreSettings and Command, which it may refuse), and
 * compares it with the handlers registered by the time of its answers. fn is called once, never
 * before this call has returned. For after the login; before it the questions wait as all actions
 * do. Errors, with which fn is never called: AMI_E_INVAL for no session or fn, and those of
 * ami_submit.
 */
AMI_API int ami_explain_events(ami_session *session, ami_explain_fn fn, void *user);

#ifdef __cplusplus
}
#endif
#endif
