/* SPDX-License-Identifier: MIT */
/*
 * Old filters are regular expressions over the whole text of an event. Its first lines are known:
 * what matches within them matches whatever follows. What does not may still match further on,
 * unless it can only match at an Event header. New filters are judged by the name they ask for.
 */
#include "filter.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include <ami/values.h>

#include "text.h"

enum { HEAD_MAX = 512 };

/* With criteria; with extended expressions. */
static const char criteria_since[] = "18.26/20.11/21.6/22.1", extended_since[] = "13";

bool ami__filter_has_criteria(const struct ami__filter *filter, const struct ami__release *server)
{
    return filter->criteria[0] && ami__release_reaches(server, criteria_since);
}

bool ami__filter_loses_criteria(const struct ami__filter *filter, const struct ami__release *server)
{
    return filter->criteria[0] && !ami__release_within(server, criteria_since, "");
}

bool ami__filter_excludes(const struct ami__filter *filter, const struct ami__release *server)
{
    if (filter->criteria[0] && !ami__filter_loses_criteria(filter, server))
        return strstr(filter->criteria, "action(exclude)") != NULL;
    return filter->expr[0] == '!';
}

/* ---- Criteria ---------------------------------------------------------------------------- */

/* "action(include),name(Hangup)", with more conditions or without. */
static enum ami__verdict judge_criteria(const char *criteria, const char *event)
{
    static const char word[] = "name(";
    const char *name = strstr(criteria, word);
    bool more = strstr(criteria, "header(") || strstr(criteria, "method(");

    if (!name)
        return AMI__MATCHES_MAYBE;
    name += sizeof word - 1;
    size_t len = strcspn(name, ")");
    if (len != strlen(event) || memcmp(name, event, len) != 0)
        return AMI__MATCHES_NOT;
    return more ? AMI__MATCHES_MAYBE : AMI__MATCHES;
}

/* ---- Regular expressions ----------------------------------------------------------------- */

static bool is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* Whether it can match at an Event header only: "Event: Name", with ^ before it or not,
 * alternatives of that, or groups of alternatives within the name. With $ behind it it matches
 * nothing, for the text of an event goes on. *anchored: there is a ^ before each. */
static bool names_events(const char *expr, bool extended, bool *anchored)
{
    static const char header[] = "Event: ";
    int depth = 0;

    *anchored = true;
    for (const char *at = expr;; at++) {
        if (at == expr || (at[-1] == '|' && depth == 0)) {
            *anchored &= *at == '^';
            at += *at == '^';
            if (strncmp(at, header, sizeof header - 1) != 0)
                return false;
            at += sizeof header - 1;
        }
        if (*at == '\0')
            return depth == 0;
        if (!is_plain(*at) && !(*at == '$' && !at[1]) && !(extended && strchr("(|)", *at)))
            return false;
        depth += (*at == '(') - (*at == ')');
    }
}

/* What a backslash means before a letter depends on the text around it, as $ does. */
static bool looks_around(const char *expr)
{
    for (; (expr = strchr(expr, '\\')); expr += 2) {
        if (is_plain(expr[1]) || !expr[1] || strchr("'`<>", expr[1]))
            return true;
    }
    return false;
}

/* A field of these events has a name that ends in "Event". */
static bool has_event_field(const char *event)
{
    return ami__order(event, "UserEvent") == 0 || ami__order(event, "AsyncAGI") == 0;
}

static enum ami__verdict judge_expr(const char *expr, bool extended, const char *event,
                                    unsigned classes)
{
    char text[AMI_CLASSES_SIZE], head[HEAD_MAX];
    enum ami__verdict verdict = AMI__MATCHES_MAYBE;
    bool anchored;
    regex_t regex;

    if (looks_around(expr) || regcomp(&regex, expr, REG_NOSUB | (extended ? REG_EXTENDED : 0)) != 0)
        return verdict;
    ami_classes_format(classes, text, sizeof text);
    snprintf(head, sizeof head, "Event: %s\r\nPrivilege: %s,all\r\n", event, text);
    if (regexec(&regex, head, 0, NULL, REG_NOTEOL) == 0)
        verdict = AMI__MATCHES;
    else if (names_events(expr, extended, &anchored) && (anchored || !has_event_field(event)))
        verdict = AMI__MATCHES_NOT;
    regfree(&regex);
    return verdict;
}

enum ami__verdict ami__filter_judge(const struct ami__filter *filter,
                                    const struct ami__release *server, const char *event,
                                    unsigned classes)
{
    const char *expr = filter->expr + (filter->expr[0] == '!');

    if (ami__filter_has_criteria(filter, server))
        return judge_criteria(filter->criteria, event);
    if (filter->criteria[0] && !ami__filter_loses_criteria(filter, server))
        return AMI__MATCHES_MAYBE;
    bool extended = ami__release_within(server, extended_since, "");
    enum ami__verdict verdict = judge_expr(expr, extended, event, classes);
    /* When it is not known how the server reads it, both ways must agree. */
    if (extended && !ami__release_reaches(server, extended_since) &&
        judge_expr(expr, false, event, classes) != verdict)
        return AMI__MATCHES_MAYBE;
    return verdict;
}
