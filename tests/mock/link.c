/* One client's session: from bytes to actions. */
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "calls.h"
#include "filter.h"
#include "pbx.h"

/* Sessions that are connected and not logged in. */
static int strangers(const ami_mock_pbx *pbx)
{
    int n = 0;

    for (const ami_mock_link *link = pbx->links; link; link = link->next)
        n += !link->user && !link->closing;
    return n;
}

ami_mock_link *ami_mock_link_new(ami_mock_pbx *pbx, int64_t now_ms)
{
    ami_mock_link *link = ami_mock_alloc(sizeof *link);
    const struct ami_mock_users *users = &pbx->users;

    ami_mock_pbx_settle(pbx, now_ms);
    link->pbx = pbx;
    link->since = pbx->now;
    link->mask = AMI_MOCK_ALL;
    link->events_end = &link->events;
    link->due = INT64_MAX;
    /* Too many strangers: closed without a word. */
    if (users->authlimit && strangers(pbx) >= users->authlimit)
        link->closing = true;
    else
        ami_mock_say(link, "Asterisk Call Manager/%s\r\n", pbx->release->banner);
    if (users->authtimeout) {
        link->due = pbx->now + users->authtimeout * (int64_t)1000;
        ami_mock_pbx_remind(pbx, link->due);
    }
    link->next = pbx->links;
    pbx->links = link;
    return link;
}

static void leave_queue(ami_mock_link *link)
{
    ami_mock_pbx *pbx = link->pbx;
    ami_mock_link **at = &pbx->run_first;

    while (*at && *at != link)
        at = &(*at)->run_next;
    if (!*at)
        return;
    *at = link->run_next;
    if (!*at)
        pbx->run_end = at;
}

void ami_mock_link_free(ami_mock_link *link)
{
    ami_mock_link **at;

    if (!link)
        return;
    at = &link->pbx->links;
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    leave_queue(link);
    ami_mock_calls_forget(link);
    ami_mock_events_free(link);
    ami_mock_filters_free(&link->filters);
    ami_mock_message_clear(&link->msg);
    ami_mock_text_clear(&link->in);
    ami_mock_text_clear(&link->out);
    free(link->farewell);
    free(link->wait_id);
    free(link);
}

/* Has it anything to read, and may it? */
static bool can_run(const ami_mock_link *link)
{
    return !link->blocked && !link->closing && link->in_at < link->in.len;
}

static void enter_queue(ami_mock_link *link)
{
    ami_mock_pbx *pbx = link->pbx;

    if (link->queued || !can_run(link))
        return;
    link->queued = true;
    link->run_next = NULL;
    *pbx->run_end = link;
    pbx->run_end = &link->run_next;
}

void ami_mock_link_feed(ami_mock_link *link, const void *data, size_t len, int64_t now_ms)
{
    ami_mock_pbx_settle(link->pbx, now_ms);
    if (link->closing || link->eof)
        return;
    ami_mock_text_add(&link->in, data, len);
    ami_mock_wait_wake(link);
    enter_queue(link);
    ami_mock_pbx_settle(link->pbx, now_ms);
}

/* Forgets what was used, but only when that is the greater part: so a long text that is used in
   many small pieces is not moved for each of them. */
static void drop_used(struct ami_mock_text *text, size_t *used)
{
    if (*used * 2 < text->len)
        return;
    ami_mock_text_drop(text, *used);
    *used = 0;
}

/* A blank line came: the message is complete. */
static void execute(ami_mock_link *link)
{
    link->running = true;
    if (link->msg.too_many) {
        ami_mock_error(link, &link->msg, "Too many lines in message or allocation failure");
    } else if (link->reader.too_long) {
        ami_mock_error(link, &link->msg, "Failed to parse message: line too long");
        link->reader.too_long = false;
    } else {
        ami_mock_action_run(link, &link->msg);
    }
    link->running = false;
    ami_mock_message_clear(&link->msg);
    if (!ami_mock_events_wait(link) && !link->closing)
        ami_mock_events_flush(link);
}

void ami_mock_link_run(ami_mock_link *link)
{
    const struct ami_mock_reading *how = link->pbx->release->reading;
    bool done = false;

    while (!done && can_run(link)) {
        if (!ami_mock_reader_put(&link->reader, how, link->in.data[link->in_at++]))
            continue;
        done = !*link->reader.line;
        if (done)
            execute(link);
        else
            ami_mock_message_add(&link->msg, how, link->reader.line);
    }
    drop_used(&link->in, &link->in_at);
    enter_queue(link);
}

void ami_mock_link_unblock(ami_mock_link *link)
{
    link->blocked = false;
    ami_mock_events_flush(link);
    enter_queue(link);
}

void ami_mock_link_close(ami_mock_link *link)
{
    link->closing = true;
    link->blocked = link->waiting = false;
    link->due = INT64_MAX;
    ami_mock_events_free(link);
}

void ami_mock_link_due(ami_mock_link *link)
{
    if (link->waiting) {
        ami_mock_wait_over(link);
        return;
    }
    if (link->farewell)
        ami_mock_say(link, "%s", link->farewell);
    ami_mock_link_close(link);
}

void ami_mock_link_eof(ami_mock_link *link)
{
    link->eof = true;
    ami_mock_wait_wake(link);
}

const char *ami_mock_link_output(const ami_mock_link *link, size_t *len)
{
    *len = link->out.len - link->out_at;
    return ami_mock_text_str(&link->out) + (*len ? link->out_at : 0);
}

void ami_mock_link_sent(ami_mock_link *link, size_t n)
{
    link->out_at += n;
    drop_used(&link->out, &link->out_at);
}

bool ami_mock_link_closed(const ami_mock_link *link)
{
    return link->closing || (link->eof && !link->blocked);
}
