#include "filter.h"

#include <regex.h>
#include <stdlib.h>

#include "text.h"

struct ami_mock_filter {
    regex_t regex;
    bool excludes;
    struct ami_mock_filter *next;
};

bool ami_mock_filter_add(struct ami_mock_filter **filters, const char *expression)
{
    struct ami_mock_filter *filter = ami_mock_alloc(sizeof *filter);

    filter->excludes = *expression == '!';
    if (regcomp(&filter->regex, expression + filter->excludes, REG_EXTENDED | REG_NOSUB)) {
        free(filter);
        return false;
    }
    filter->next = *filters;
    *filters = filter;
    return true;
}

bool ami_mock_filter_passes(const struct ami_mock_filter *filters, const char *event)
{
    bool includes = false, included = false;

    for (; filters; filters = filters->next) {
        bool match = regexec(&filters->regex, event, 0, NULL, 0) == 0;

        if (filters->excludes && match)
            return false;
        includes |= !filters->excludes;
        included |= !filters->excludes && match;
    }
    return !includes || included;
}

void ami_mock_filters_free(struct ami_mock_filter **filters)
{
    while (*filters) {
        struct ami_mock_filter *filter = *filters;

        *filters = filter->next;
        regfree(&filter->regex);
        free(filter);
    }
}
