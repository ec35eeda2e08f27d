/* Event filters of a session (the old syntax). */
#ifndef AMI_MOCK_FILTER_H
#define AMI_MOCK_FILTER_H

#include <stdbool.h>

struct ami_mock_filter;

/* Adds one; false if the expression does not compile. */
bool ami_mock_filter_add(struct ami_mock_filter **filters, const char *expression);
/* With include filters the event must match one of them; it must never match an exclude filter. */
bool ami_mock_filter_passes(const struct ami_mock_filter *filters, const char *event);
void ami_mock_filters_free(struct ami_mock_filter **filters);

#endif
