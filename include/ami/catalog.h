/* SPDX-License-Identifier: MIT */
/*
 * What is known of every action of Asterisk 1.0 to 23: how it is answered, what it takes, who may
 * use it, and which servers have it; and which classes its events have. Constant data of the
 * library, the same for all threads; what is returned here lives as long as the program. No entry
 * may be NULL.
 */
#ifndef AMI_CATALOG_H
#define AMI_CATALOG_H

#include <stdbool.h>

#include <ami/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ami_answer {
    AMI_ANSWER_SIMPLE,   /* one Response; if it has item events, a list on some arguments */
    AMI_ANSWER_LIST,     /* a Response, items, and the event that ends the list */
    AMI_ANSWER_COMMAND,  /* a Response with Output */
    AMI_ANSWER_DEFERRED, /* a Response, and later an event that is a result of its own */
    AMI_ANSWER_RAW       /* text without a Response */
};

/* One action. */
struct ami_catalog_entry;

/* The entry of an action, without regard to case, or NULL when no Asterisk has it: an action of a
 * module of somebody else. */
AMI_API const struct ami_catalog_entry *ami_catalog_find(const char *action);

/* All entries, in the order of their names without regard to case; at() returns NULL past the
 * end. */
AMI_API size_t ami_catalog_count(void);
AMI_API const struct ami_catalog_entry *ami_catalog_at(size_t index);

/* The name as Asterisk spells it, and what the action does, in a line. */
AMI_API const char *ami_catalog_action(const struct ami_catalog_entry *entry);
AMI_API const char *ami_catalog_synopsis(const struct ami_catalog_entry *entry);

AMI_API enum ami_answer ami_catalog_answer(const struct ami_catalog_entry *entry);

/* The event that ends the list, or that brings the deferred result; "" when there is none. */
AMI_API const char *ami_catalog_terminal(const struct ami_catalog_entry *entry);

/* The names of the events that are items of the list; "*" is any event. NULL past the end. */
AMI_API size_t ami_catalog_item_count(const struct ami_catalog_entry *entry);
AMI_API const char *ami_catalog_item(const struct ami_catalog_entry *entry, size_t index);

/*
 * The names of the headers that the action reads, but ActionID, which every action takes; NULL
 * past the end. Required: without it the server refuses the action. Repeatable: may come more
 * than once, or, where the name shows a number (UnitAmount(0), Action-000000), with the numbers
 * that follow. What comes past the end is neither.
 */
AMI_API size_t ami_catalog_param_count(const struct ami_catalog_entry *entry);
AMI_API const char *ami_catalog_param(const struct ami_catalog_entry *entry, size_t index);
AMI_API bool ami_catalog_param_is_required(const struct ami_catalog_entry *entry, size_t index);
AMI_API bool ami_catalog_param_is_repeatable(const struct ami_catalog_entry *entry, size_t index);

/* The write classes of which the user needs one (before 1.6: all), separated by commas; "" when
 * every user may. */
AMI_API const char *ami_catalog_classes(const struct ami_catalog_entry *entry);

/* Whether Asterisk 16 and 22 have it, when its module is loaded. */
AMI_API bool ami_catalog_in_16(const struct ami_catalog_entry *entry);
AMI_API bool ami_catalog_in_22(const struct ami_catalog_entry *entry);

/* The first release with it, or several where it was added to several branches at once
 * ("18.19.0/20.4.0"); "" when it was documented but never there. And the last branch with it; ""
 * when the newest still has it. */
AMI_API const char *ami_catalog_since(const struct ami_catalog_entry *entry);
AMI_API const char *ami_catalog_until(const struct ami_catalog_entry *entry);

/*
 * The classes of an event that Asterisk sends of its own accord, without regard to case: a session
 * gets it when its user may read all of them and all are in its mask (ami_classes_format makes
 * one). Some events were of other classes once: these are those of the newest release with it.
 * AMI_E_NOTFOUND, and *classes as it was, for items of lists and for events that no Asterisk sends.
 */
AMI_API int ami_event_classes(const char *event, unsigned *classes);

#ifdef __cplusplus
}
#endif
#endif
