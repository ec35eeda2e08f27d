/* Events: who gets them, and when. */
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "pbx.h"

/* All classes of the event must be in the user's read rights and in the session's mask. */
static bool wants(const ami_mock_link *link, int classes, const char *text)
{
    return (link->user->read & link->mask & classes) == classes &&
           ami_mock_filter_passes(link->filters, text);
}

static void queue(ami_mock_link *link, int classes, const char *text)
{
    struct ami_mock_event *event = ami_mock_alloc(sizeof *event);

    event->classes = classes;
    event->text = ami_mock_strdup(text);
    *link->events_end = event;
    link->events_end = &event->next;
    ami_mock_wait_wake(link);
}

bool ami_mock_events_wait(const ami_mock_link *link)
{
    return link->blocked && ami_mock_since(link, AMI_MOCK_1_4);
}

void ami_mock_emit(ami_mock_pbx *pbx, int classes, const char *name, const char *body)
{
    struct ami_mock_text text = {0};

    ami_mock_text_addf(&text, "Event: %s\r\n", name);
    if (pbx->release->series >= AMI_MOCK_1_4) {
        ami_mock_text_puts(&text, "Privilege: ");
        ami_mock_classes_write(&text, classes);
        ami_mock_text_puts(&text, "\r\n");
    }
    ami_mock_text_addf(&text, "%s\r\n", body);
    for (ami_mock_link *link = pbx->links; link; link = link->next) {
        if (!link->user || link->closing)
            continue;
        if (link->running || ami_mock_events_wait(link))
            queue(link, classes, text.data);
        else if (wants(link, classes, text.data))
            ami_mock_text_add(&link->out, text.data, text.len);
    }
    ami_mock_text_clear(&text);
}

void ami_mock_events_flush(ami_mock_link *link)
{
    /* Mask and filters act now, not when the event was raised. */
    for (const struct ami_mock_event *event = link->events; event; event = event->next) {
        if (wants(link, event->classes, event->text))
            ami_mock_text_puts(&link->out, event->text);
    }
    ami_mock_events_free(link);
}

void ami_mock_events_free(ami_mock_link *link)
{
    while (link->events) {
        struct ami_mock_event *event = link->events;

        link->events = event->next;
        free(event->text);
        free(event);
    }
    link->events_end = &link->events;
}
