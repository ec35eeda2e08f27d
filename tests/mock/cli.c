/* Command: a few commands of the CLI, and the two formats of the reply. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "calls.h"

typedef void cli_fn(const ami_mock_link *link, struct ami_mock_text *out);

static void show_version(const ami_mock_link *link, struct ami_mock_text *out)
{
    ami_mock_text_addf(out,
                       "Asterisk %s built by mock @ mock on a x86_64 running Linux on 2023-11-14 "
                       "22:13:20 UTC\n",
                       link->pbx->release->asterisk);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void show_channels(const ami_mock_link *link, struct ami_mock_text *out)
{
    const ami_mock_pbx *pbx = link->pbx;
    const char *format = pbx->release->series >= 220 ? "%-64.64s %-32.32s %-7.7s %-30.30s\n"
                                                     : "%-20.20s %-20.20s %-7.7s %-30.30s\n";
    const struct ami_mock_channel *channel;
    size_t channels = ami_mock_channels_count(pbx), calls = ami_mock_calls_count(pbx);
    char row[256];

    snprintf(row, sizeof row, format, "Channel", "Location", "State", "Application(Data)");
    ami_mock_text_puts(out, row);
    for (size_t i = 0; (channel = ami_mock_channel_at(pbx, i)); i++) {
        char *place =
            ami_mock_format("%s@%s:%d", channel->exten, channel->context, channel->priority);
        char *app = ami_mock_format("%s(%s)", channel->app, channel->data);

        snprintf(row, sizeof row, format, channel->name, *channel->exten ? place : "(None)",
                 ami_mock_state_name(channel->state), *channel->app ? app : "(None)");
        ami_mock_text_puts(out, row);
        free(place);
        free(app);
    }
    ami_mock_text_addf(out, "%zu active channel%s\n%zu active call%s\n%u call%s processed\n",
                       channels, plural(channels), calls, plural(calls), pbx->processed,
                       plural(pbx->processed));
}

static void add_duration(struct ami_mock_text *out, const char *what, long long seconds)
{
    static const struct {
        long long length;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    const char *comma = "";

    ami_mock_text_addf(out, "%s: ", what);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        long long n = seconds / units[i].length;

        seconds %= units[i].length;
        if (n == 0 && (units[i].length > 1 || *comma))
            continue;
        ami_mock_text_addf(out, "%s%lld %s%s", comma, n, units[i].name, n == 1 ? "" : "s");
        comma = ", ";
    }
    ami_mock_text_puts(out, "\n");
}

static void show_uptime(const ami_mock_link *link, struct ami_mock_text *out)
{
    long long seconds = (link->pbx->now - link->pbx->started) / 1000;

    add_duration(out, "System uptime", seconds);
    add_duration(out, "Last reload", seconds);
}

static void show_connected(const ami_mock_link *link, struct ami_mock_text *out)
{
    const ami_mock_pbx *pbx = link->pbx;
    size_t users = 0;

    ami_mock_text_addf(out,
                       "  %-15.15s  %-55.55s  %-10.10s  %-10.10s  %-8.8s  %-8.8s  %-10.10s  "
                       "%-10.10s\n",
                       "Username", "IP Address", "Start", "Elapsed", "FileDes", "HttpCnt",
                       "ReadPerms", "WritePerms");
    for (const ami_mock_link *other = pbx->links; other; other = other->next) {
        if (!other->user || other->closing)
            continue;
        ami_mock_text_addf(out,
                           "  %-15.15s  %-55.55s  %-10lld  %-10lld  %-8d  %-8d  %-10.10d  "
                           "%-10.10d\n",
                           other->user->name, "127.0.0.1",
                           (long long)(pbx->epoch_ms + other->since) / 1000,
                           (long long)(pbx->now - other->since) / 1000, 10, 1, other->user->read,
                           other->user->write);
        users++;
    }
    ami_mock_text_addf(out, "%zu users connected.\n", users);
}

/* channel request hangup NAME, or all: unlike the action Hangup it raises SoftHangupRequest, with a
   flag where others have the cause. */
static void request_hangup(const ami_mock_link *link, const char *name, struct ami_mock_text *out)
{
    ami_mock_pbx *pbx = link->pbx;
    bool all = ami_mock_same(name, "all"), found = false;
    struct ami_mock_channel *channel;

    for (size_t i = 0; (channel = ami_mock_channel_at(pbx, i)); i++) {
        if (!all && !ami_mock_same(name, channel->name))
            continue;
        ami_mock_text_addf(out, "Requested Hangup on channel '%s'\n", channel->name);
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "SoftHangupRequest", channel, "Cause: 32\r\n");
        ami_mock_channel_hangup(pbx, channel, 0);
        found = true;
    }
    if (!all && !found)
        ami_mock_text_addf(out, "%s is not a known channel\n", name);
}

/* Runs one; false if it does not exist. Blanks between the words count as one. */
static bool run(const ami_mock_link *link, const char *words, struct ami_mock_text *out)
{
    static const char hangup[] = "channel request hangup ";
    static const struct {
        const char *words;
        cli_fn *run;
    } commands[] = {{"core show version", show_version},
                    {"core show channels", show_channels},
                    {"core show uptime", show_uptime},
                    {"manager show connected", show_connected}};

    if (ami_mock_same_n(words, hangup, sizeof hangup - 1)) {
        request_hangup(link, words + sizeof hangup - 1, out);
        return true;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (ami_mock_same(commands[i].words, words)) {
            commands[i].run(link, out);
            return true;
        }
    }
    ami_mock_text_addf(out,
                       "No such command '%s' (type 'core show help %s' for other possible "
                       "commands)\n",
                       words, words);
    return false;
}

/* The words with single blanks between them; yours to free. */
static char *squeeze(const char *command)
{
    struct ami_mock_text words = {0};

    while (*command) {
        size_t len = strcspn(command, " \t");

        if (len > 0)
            ami_mock_text_addf(&words, "%s%.*s", words.len ? " " : "", (int)len, command);
        command += len;
        command += strspn(command, " \t");
    }
    return words.data ? words.data : ami_mock_strdup("");
}

/* What may not be done over AMI, whatever stands behind it. */
static bool is_blacklisted(const char *words)
{
    static const char *const list[] = {"module load", "module unload", "restart gracefully"};

    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t len = strlen(list[i]);

        if (ami_mock_same_n(words, list[i], len) && (!words[len] || words[len] == ' '))
            return true;
    }
    return false;
}

/* Up to 13: the text as it is, and a mark; it does not say whether the command did well. */
static void say_raw(ami_mock_link *link, const struct ami_mock_message *msg,
                    const struct ami_mock_text *output)
{
    ami_mock_say(link, "Response: Follows\r\nPrivilege: Command\r\n");
    ami_mock_say_id(link, msg);
    ami_mock_say(link, "%s--END COMMAND--\r\n\r\n", ami_mock_text_str(output));
}

/* Since 14: one header for each line, without the last line end. */
static void say_lines(ami_mock_link *link, const struct ami_mock_message *msg, bool ok,
                      const struct ami_mock_text *output)
{
    const char *at = ami_mock_text_str(output), *end;

    ami_mock_start(link, msg, ok ? "Success" : "Error");
    ami_mock_say(link, "Message: Command output follows\r\n");
    while ((end = strchr(at, '\n'))) {
        ami_mock_say(link, "Output: %.*s\r\n", (int)(end - at), at);
        at = end + 1;
    }
    ami_mock_say(link, "\r\n");
}

void ami_mock_command(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *command = ami_mock_header(msg, "Command");
    char *words = squeeze(command);
    struct ami_mock_text output = {0};

    if (!*command) {
        ami_mock_error(link, msg, "No command provided");
    } else if (is_blacklisted(words)) {
        ami_mock_error(link, msg, "Command blacklisted");
    } else {
        bool ok = run(link, words, &output);

        if (link->pbx->release->series < AMI_MOCK_14)
            say_raw(link, msg, &output);
        else
            say_lines(link, msg, ok, &output);
    }
    ami_mock_text_clear(&output);
    free(words);
}
