/* SPDX-License-Identifier: MIT */
/*
 * Bytes to messages, in place and in one pass. A line becomes a field where it lies: the colon and
 * the line end are overwritten with NUL, and the field points between them.
 *
 * The line rules: a line ends at LF, one CR before it is dropped. A blank line ends a message only
 * if it ended in CRLF. What follows a line that ended in a bare LF continues its value; so a blank
 * line behind it is the end of a value that ended in LF, and the message goes on, unless the next
 * line begins another one. When the banner itself ended in a bare LF, every blank line ends a
 * message and nothing is continued.
 */
#include "parser_state.h"

#include <stdint.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "field.h"
#include "scan.h"
#include "text.h"

static const char output_name[] = "Output";
static const char end_mark[] = "--END COMMAND--";

/* ---- Errors ------------------------------------------------------------------------------ */

static int fail_nomem(ami_parser *p)
{
    return ami__error_set(&p->error, AMI_E_NOMEM, 0, "out of memory");
}

static int fail_limit(ami_parser *p, const char *what, const char *name, size_t limit)
{
    return ami__error_set(&p->error, AMI_E_LIMIT, 0, "%s over the limit \"%s\" of %zu", what, name,
                          limit);
}

/* ---- Lines to fields --------------------------------------------------------------------- */

/* The line at text is the next one. */
static void set_line(ami_parser *p, const char *text)
{
    p->in.line = p->in.scan = (size_t)(text - p->in.data);
}

static bool grow_fields(ami_parser *p)
{
    if (p->field_cap == p->limits.fields) {
        fail_limit(p, "a message with fields", "fields", p->limits.fields);
        return false;
    }
    struct ami_field *grown =
        ami__grow(&p->alloc, p->msg.fields, &p->field_cap, p->msg.count + 1, sizeof *grown);
    if (!grown) {
        fail_nomem(p);
        return false;
    }
    p->msg.fields = grown;
    if (p->field_cap > p->limits.fields)
        p->field_cap = p->limits.fields;
    return true;
}

static struct ami_field *new_field(ami_parser *p)
{
    if (p->msg.count == p->field_cap && !grow_fields(p))
        return NULL;
    return &p->msg.fields[p->msg.count++];
}

static bool add_field(ami_parser *p, struct ami__line line)
{
    struct ami_field *field = new_field(p);

    if (field)
        *field = ami__field_of(line.text, line.colon, line.text + line.len);
    return field != NULL;
}

static struct ami_field *last_field(const ami_parser *p)
{
    return &p->msg.fields[p->msg.count - 1];
}

static bool begins_message(struct ami__line line)
{
    return ami__begins(line.text, line.len, "Response:") ||
           ami__begins(line.text, line.len, "Event:");
}

/* Whether the line before ended in an LF that is data, unless something tells otherwise. */
static bool follows_lf(const ami_parser *p)
{
    return p->bare_lf && !p->lf_peer && p->msg.count > 0;
}

/* Agents ends its CallStarted header with a bare LF. */
static bool is_continuation(const ami_parser *p)
{
    return follows_lf(p) && !ami__field_is(last_field(p), "CallStarted");
}

/* Asterisk 1.0 has text without an end (Queues): the next message follows at once. */
static bool ends_text(const ami_parser *p, struct ami__line line)
{
    return follows_lf(p) && begins_message(line) && p->msg.kind == AMI_KIND_RAW;
}

/* Whether the line has the line end that this peer gives its headers. */
static bool ended(const ami_parser *p, struct ami__line line)
{
    return line.crlf || p->lf_peer;
}

static bool ends_message(const ami_parser *p, struct ami__line line)
{
    return line.len == 0 && ended(p, line);
}

/* ---- Whole messages ---------------------------------------------------------------------- */

/* The message is whole: what follows belongs to the next one. */
static int complete(ami_parser *p)
{
    p->in.start = p->in.line;
    p->state = BETWEEN;
    p->returned = true;
    return 1;
}

static int complete_banner(ami_parser *p, struct ami__line line)
{
    const char *slash = memchr(line.text, '/', line.len);

    p->lf_peer = !line.crlf;
    p->msg.kind = AMI_KIND_BANNER;
    p->msg.flags = 0;
    p->msg.name = slash ? slash + 1 : "";
    return complete(p);
}

/* ---- The states -------------------------------------------------------------------------- */

/* Each takes one line and returns 1 when it completed the message, 0 when not, or an error. */

static int first_line(ami_parser *p, struct ami__line line)
{
    bool is_banner = p->state == BANNER && !line.colon;

    if (line.len == 0) {
        p->in.start = p->in.line;
        return 0;
    }
    if (!add_field(p, line))
        return p->error.code;

    if (is_banner)
        return complete_banner(p, line);

    const struct ami_field *first = &p->msg.fields[0];
    p->state = FIELDS;
    p->unwanted = p->crowded = false;
    switch (p->msg.kind = ami__msg_kind_of(first)) {
    case AMI_KIND_EVENT:
        p->unwanted = p->wanted && !p->wanted(p->wanted_user, first->value, first->value_len);
        break;
    case AMI_KIND_RESPONSE:
        if (ami__same(first->value, first->value_len, "Follows", 7) && ended(p, line))
            p->state = FOLLOWS_HEAD;
        break;
    default:
        break;
    }
    return 0;
}

static int end_message(ami_parser *p)
{
    if (p->unwanted) {
        p->msg.count = 0;
        p->in.start = p->in.line;
        p->state = BETWEEN;
        return 0;
    }
    ami__msg_classify(&p->msg);
    return complete(p);
}

/* The line is the first one of the next message. */
static int end_before(ami_parser *p, struct ami__line line)
{
    set_line(p, line.text);
    return end_message(p);
}

static int field_line(ami_parser *p, struct ami__line line)
{
    if (ends_message(p, line)) {
        if (!p->bare_lf || p->lf_peer)
            return end_message(p);
        p->state = LF_BLANK;
    } else if (ends_text(p, line)) {
        return end_before(p, line);
    } else if (!p->unwanted) {
        if (is_continuation(p))
            ami__field_continue(last_field(p), line);
        else if (!add_field(p, line))
            return p->error.code;
    }
    return 0;
}

/* The value ended in LF, and what looked like a blank line was its header's end. Texts of responses
 * come like this for no reason; there the LF is dropped. */
static void keep_lf(ami_parser *p)
{
    struct ami_field *last = last_field(p);
    char *cr = (char *)(uintptr_t)last->value + last->value_len + 1;

    if (!p->unwanted && !(p->msg.kind == AMI_KIND_RESPONSE && ami__field_is(last, "Message")))
        ami__field_continue(last, (struct ami__line){cr, 0, NULL, true});
}

static int line_after_lf_blank(ami_parser *p, struct ami__line line)
{
    if (begins_message(line))
        return end_before(p, line);
    keep_lf(p);
    if (ends_message(p, line))
        return end_message(p);
    p->state = FIELDS;
    return p->unwanted || add_field(p, line) ? 0 : p->error.code;
}

/* A blank line follows the mark: the output is whole. The mark may be glued to its last line. */
static int complete_follows(ami_parser *p)
{
    struct ami_field *last = last_field(p);
    size_t left = last->value_len - (sizeof end_mark - 1);
    bool only = p->msg.count == 1 || p->msg.fields[p->msg.count - 2].name != output_name;

    if (left > 0 || only) {
        ((char *)(uintptr_t)last->value)[left] = '\0';
        last->value_len = left;
    } else {
        p->msg.count--;
    }
    p->msg.kind = AMI_KIND_RESPONSE;
    p->msg.flags = 0;
    p->msg.name = p->msg.fields[0].value;
    return complete(p);
}

static int body_line(ami_parser *p, struct ami__line line)
{
    if (p->marked && ends_message(p, line))
        return complete_follows(p);

    struct ami_field *field = new_field(p);
    if (!field)
        return p->error.code;
    line.text[line.len] = '\0';
    *field = (struct ami_field){output_name, line.text, sizeof output_name - 1, line.len};
    p->marked =
        ended(p, line) && line.len >= sizeof end_mark - 1 &&
        memcmp(line.text + line.len - (sizeof end_mark - 1), end_mark, sizeof end_mark - 1) == 0;
    return 0;
}

static bool is_follows_header(const struct ami_msg *msg, struct ami__line line)
{
    if (ami__begins(line.text, line.len, "Privilege:"))
        return msg->count == 1;
    return ami__begins(line.text, line.len, "ActionID:") &&
           (msg->count == 1 || ami__field_is(&msg->fields[1], "Privilege")) && msg->count < 3;
}

static int follows_line(ami_parser *p, struct ami__line line)
{
    if (ended(p, line) && is_follows_header(&p->msg, line))
        return add_field(p, line) ? 0 : p->error.code;
    p->state = FOLLOWS_BODY;
    p->marked = false;
    return body_line(p, line);
}

static int take_line(ami_parser *p, struct ami__line line)
{
    switch (p->state) {
    case FIELDS:
        return field_line(p, line);
    case LF_BLANK:
        return line_after_lf_blank(p, line);
    case FOLLOWS_HEAD:
        return follows_line(p, line);
    case FOLLOWS_BODY:
        return body_line(p, line);
    default:
        return first_line(p, line);
    }
}

/* ---- The next line ----------------------------------------------------------------------- */

/* Up to here neither a line nor the message can be over a limit. */
static const char *safe_end(const ami_parser *p)
{
    size_t most = p->limits.line < p->limits.message ? p->limits.line : p->limits.message;
    size_t left = p->in.end - p->in.start;

    return ami__input_base(&p->in) + (left < most ? left : most);
}

static struct ami__scan scan_from_line(const ami_parser *p)
{
    return ami__scan_begin(p->in.data + p->in.line, p->in.data + p->in.end);
}

/* Headers that end in CRLF become fields, up to a line that is anything else: that is the next. */
static bool next_after_headers(ami_parser *p, struct ami__scan *s)
{
    struct ami_field *field = p->msg.fields + p->msg.count, *last = p->msg.fields + p->field_cap;
    const char *safe = safe_end(p);
    bool more;

    while ((more = ami__scan_next(s)) && field < last && s->next[-2] == '\r' &&
           s->colon < s->next && s->next <= safe)
        *field++ = ami__field_of(s->text, s->colon, s->next - 2);
    p->msg.count = (size_t)(field - p->msg.fields);
    set_line(p, s->text);
    return more;
}

/* Of what nobody wants only the end is looked for. The next line is the one behind that, or one
 * that may be the end. False when it has not come yet. */
static bool pass_over(ami_parser *p, struct ami__scan *s)
{
    char *line = p->in.data + p->in.line, *seen = p->in.data + p->in.scan - 1;
    char *from = line > seen ? line : seen, *safe = (char *)(uintptr_t)safe_end(p);
    char *blank = ami__scan_blank_line(from - 1, safe);

    if (!blank) {
        p->crowded = safe < p->in.data + p->in.end;
        return p->crowded;
    }
    p->bare_lf = blank > line && blank[-2] != '\r';
    set_line(p, p->bare_lf ? blank : blank + 2);
    if (!p->bare_lf)
        end_message(p);
    *s = scan_from_line(p);
    return true;
}

/* Whether the lines to come are probably those of which there are most. */
static bool is_usual(const ami_parser *p)
{
    return p->state == FIELDS && !p->bare_lf && !p->lf_peer && !p->crowded;
}

static bool next_line(ami_parser *p, struct ami__scan *s)
{
    bool usual = is_usual(p);

    if (usual && !p->unwanted)
        return next_after_headers(p, s);
    return (!usual || pass_over(p, s)) && ami__scan_next(s);
}

/* ---- The way out ------------------------------------------------------------------------- */

static int fail_too_long(ami_parser *p, size_t line_end)
{
    if (line_end - p->in.line > p->limits.line)
        return fail_limit(p, "a line", "line", p->limits.line);
    return fail_limit(p, "a message", "message", p->limits.message);
}

/* line_end is where the line ends, or its part that is there. */
static int check_limits(ami_parser *p, size_t line_end)
{
    bool fits =
        line_end - p->in.line <= p->limits.line && line_end - p->in.start <= p->limits.message;

    return fits ? AMI_OK : fail_too_long(p, line_end);
}

/* A last CR may be half a line end: not counted, so that every split has the same result. */
static int check_partial_line(ami_parser *p)
{
    bool cr = p->in.end > p->in.line && p->in.data[p->in.end - 1] == '\r';

    return check_limits(p, p->in.end - cr);
}

/* Whether there is anything new but the middle of a line. */
static bool is_more_there(const ami_parser *p)
{
    const struct ami__input *in = &p->in;

    if (in->scan == in->end)
        return false;
    return in->scan == in->line || (p->unwanted && is_usual(p)) ||
           memchr(in->data + in->scan, '\n', in->end - in->scan);
}

static struct ami__line line_of(const struct ami__scan *s)
{
    size_t len = (size_t)(s->next - s->text) - 1;
    bool crlf = len > 0 && s->text[len - 1] == '\r';

    return (struct ami__line){s->text, len - crlf, s->colon < s->next ? s->colon : NULL, crlf};
}

int ami_parser_next(ami_parser *p, const ami_msg **out)
{
    if (p->error.code != AMI_OK)
        return p->error.code;
    ami__parser_release(p);
    if (is_more_there(p)) {
        struct ami__scan s = scan_from_line(p);
        while (next_line(p, &s)) {
            struct ami__line line = line_of(&s);
            if (check_limits(p, (size_t)(line.text - p->in.data) + line.len) < 0)
                return p->error.code;
            set_line(p, s.next);
            int result = take_line(p, line);
            p->bare_lf = !line.crlf;
            if (result > 0)
                *out = &p->msg;
            if (result != 0)
                return result;
            if (p->in.line != (size_t)(s.next - p->in.data))
                s = scan_from_line(p); /* the line was put back */
        }
    }
    p->in.scan = p->in.end;
    return check_partial_line(p);
}

/* Blank lines between messages are nothing, also those that next has not looked at. */
static bool is_between_messages(const ami_parser *p)
{
    size_t at = p->in.start;

    while (p->state == BETWEEN && at < p->in.end &&
           (p->in.data[at] == '\r' || p->in.data[at] == '\n'))
        at++;
    return at == p->in.end;
}

int ami_parser_finish(ami_parser *p)
{
    if (p->error.code != AMI_OK)
        return p->error.code;
    if (p->state == BANNER)
        return ami__error_set(&p->error, AMI_E_EOF, 0, "the stream ended before its first line");
    if (!is_between_messages(p))
        return ami__error_set(&p->error, AMI_E_EOF, 0, "the stream ended in mid-message");
    return AMI_OK;
}
