/* A few commands of the CLI, under the names that they have in each release. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "cli.h"
#include "queues.h"

/* rest: what stands behind the words of the command, or "". */
typedef void cli_fn(const ami_mock_link *link, const char *rest, struct ami_mock_output *out);

static void show_version(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    (void)rest;
    ami_mock_text_addf(&out->text,
                       "Asterisk %s built by mock @ mock on a x86_64 running Linux on 2023-11-14 "
                       "22:13:20 UTC\n",
                       link->pbx->release->asterisk);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void show_channels(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    const ami_mock_pbx *pbx = link->pbx;
    const char *format = pbx->release->series >= 220 ? "%-64.64s %-32.32s %-7.7s %-30.30s\n"
                                                     : "%-20.20s %-20.20s %-7.7s %-30.30s\n";
    const struct ami_mock_channel *channel;
    size_t channels = ami_mock_channels_count(pbx), calls = ami_mock_calls_count(pbx);
    char row[256];

    (void)rest;
    snprintf(row, sizeof row, format, "Channel", "Location", "State", "Application(Data)");
    ami_mock_text_puts(&out->text, row);
    for (size_t i = 0; (channel = ami_mock_channel_at(pbx, i)); i++) {
        char *place =
            ami_mock_format("%s@%s:%d", channel->exten, channel->context, channel->priority);
        char *app = ami_mock_format("%s(%s)", channel->app, channel->data);

        snprintf(row, sizeof row, format, channel->name, *channel->exten ? place : "(None)",
                 ami_mock_state_name(channel->state), *channel->app ? app : "(None)");
        ami_mock_text_puts(&out->text, row);
        free(place);
        free(app);
    }
    ami_mock_text_addf(&out->text, "%zu active channel%s\n%zu active call%s\n%u call%s processed\n",
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

static void show_uptime(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    long long seconds = (link->pbx->now - link->pbx->started) / 1000;

    (void)rest;
    add_duration(&out->text, "System uptime", seconds);
    add_duration(&out->text, "Last reload", seconds);
}

static void show_connected(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    const ami_mock_pbx *pbx = link->pbx;
    size_t users = 0;

    (void)rest;
    ami_mock_text_addf(&out->text,
                       "  %-15.15s  %-55.55s  %-10.10s  %-10.10s  %-8.8s  %-8.8s  %-10.10s  "
                       "%-10.10s\n",
                       "Username", "IP Address", "Start", "Elapsed", "FileDes", "HttpCnt",
                       "ReadPerms", "WritePerms");
    for (const ami_mock_link *other = pbx->links; other; other = other->next) {
        if (!other->user || other->closing)
            continue;
        ami_mock_text_addf(&out->text,
                           "  %-15.15s  %-55.55s  %-10lld  %-10lld  %-8d  %-8d  %-10.10d  "
                           "%-10.10d\n",
                           other->user->name, "127.0.0.1",
                           (long long)(pbx->epoch_ms + other->since) / 1000,
                           (long long)(pbx->now - other->since) / 1000, 10, 1, other->user->read,
                           other->user->write);
        users++;
    }
    ami_mock_text_addf(&out->text, "%zu users connected.\n", users);
}

/* channel request hangup NAME, or all: unlike the action Hangup it raises SoftHangupRequest, with a
   flag where others have the cause. */
static void request_hangup(const ami_mock_link *link, const char *name, struct ami_mock_output *out)
{
    ami_mock_pbx *pbx = link->pbx;
    bool all = ami_mock_same(name, "all"), found = false;
    struct ami_mock_channel *channel;

    for (size_t i = 0; (channel = ami_mock_channel_at(pbx, i)); i++) {
        if (!all && !ami_mock_same(name, channel->name))
            continue;
        ami_mock_text_addf(&out->text, "Requested Hangup on channel '%s'\n", channel->name);
        ami_mock_emit_channel(pbx, AMI_MOCK_CALL, "SoftHangupRequest", channel, "Cause: 32\r\n");
        ami_mock_channel_hangup(pbx, channel, 0);
        found = true;
    }
    if (!all && !found)
        ami_mock_text_addf(&out->text, "%s is not a known channel\n", name);
}

static void show_queues(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    (void)rest;
    ami_mock_queues_show(link, &out->text, "\n");
    out->coloured = true;
}

static void show_application(const ami_mock_link *link, const char *name,
                             struct ami_mock_output *out)
{
    (void)link;
    if (!*name) {
        ami_mock_text_puts(&out->text, "Usage: core show application <application> [<application> "
                                       "[<application> [...]]]\n"
                                       "       Describes a particular application.\n");
        out->failed = true;
        return;
    }
    ami_mock_text_addf(&out->text,
                       "\n  -= Info about application '%s' =- \n\n[Synopsis]\nNot available\n\n"
                       "[See Also]\nNot available\n",
                       name);
    out->coloured = true;
}

/* An event in the output, with its own line ends and the blank line that ends it. */
static void show_eventq(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    (void)link;
    (void)rest;
    ami_mock_text_puts(&out->text, "Usecount: 1\nCategory: 2\nEvent:\nEvent: DeviceStateChange\r\n"
                                   "Privilege: call,all\r\nDevice: Local/100@default\r\n"
                                   "State: NOT_INUSE\r\n\r\n");
}

/* Says nothing. */
static void rotate_log(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    (void)link;
    (void)rest;
    (void)out;
}

/* Fails, whatever the channel is called. */
static void redirect_channel(const ami_mock_link *link, const char *rest,
                             struct ami_mock_output *out)
{
    (void)link;
    ami_mock_text_addf(&out->text,
                       "Channel '%.*s' not found\nCommand 'channel redirect %s' failed.\n",
                       (int)strcspn(rest, " "), rest, rest);
    out->failed = true;
}

static void restart_now(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    (void)rest;
    (void)out;
    ami_mock_pbx_restart(link->pbx);
}

/* No real command: output whose last line has no end. */
static void say_glued(const ami_mock_link *link, const char *rest, struct ami_mock_output *out)
{
    (void)link;
    (void)rest;
    ami_mock_text_puts(&out->text, "first\nlast");
}

static const struct command {
    const char *words;
    cli_fn *run;
    int since, until; /* until 0: to this day */
} commands[] = {
    {"show version", show_version, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"core show version", show_version, AMI_MOCK_1_4, 0},
    {"show channels", show_channels, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"core show channels", show_channels, AMI_MOCK_1_4, 0},
    {"show uptime", show_uptime, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"core show uptime", show_uptime, AMI_MOCK_1_4, 0},
    {"show manager connected", show_connected, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"manager show connected", show_connected, AMI_MOCK_1_6, 0},
    {"show manager eventq", show_eventq, AMI_MOCK_1_4, AMI_MOCK_1_4},
    {"manager show eventq", show_eventq, AMI_MOCK_1_6, 0},
    {"soft hangup", request_hangup, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"channel request hangup", request_hangup, AMI_MOCK_1_6, 0},
    {"channel redirect", redirect_channel, AMI_MOCK_1_6, 0},
    {"show queues", show_queues, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"queue show", show_queues, AMI_MOCK_1_4, 0},
    {"show application", show_application, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"core show application", show_application, AMI_MOCK_1_4, 0},
    {"logger rotate", rotate_log, AMI_MOCK_1_0, 0},
    {"restart now", restart_now, AMI_MOCK_1_0, AMI_MOCK_1_4},
    {"core restart now", restart_now, AMI_MOCK_1_6, 0},
    {"mock glued", say_glued, AMI_MOCK_1_0, 0},
};

/* The command that these words begin with, and what is behind it. */
static const struct command *find(const ami_mock_link *link, const char *words, const char **rest)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct command *command = &commands[i];
        size_t len = strlen(command->words);

        if (!ami_mock_since(link, command->since) ||
            (command->until && link->pbx->release->series > command->until) ||
            !ami_mock_same_n(command->words, words, len) || (words[len] && words[len] != ' '))
            continue;
        *rest = words + len + (words[len] == ' ');
        return command;
    }
    return NULL;
}

static void say_unknown(const ami_mock_link *link, const char *words, struct ami_mock_output *out)
{
    ami_mock_text_addf(&out->text, "No such command '%s' (type '", words);
    if (ami_mock_since(link, AMI_MOCK_1_6))
        ami_mock_text_addf(&out->text, "core show help %s' for other possible commands)\n", words);
    else if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_text_addf(&out->text, "help %s' for other possible commands)\n", words);
    else
        ami_mock_text_puts(&out->text, "help' for help)\n");
    out->failed = true;
}

void ami_mock_cli_run(const ami_mock_link *link, const char *words, struct ami_mock_output *out)
{
    const char *rest;
    const struct command *command = find(link, words, &rest);

    if (command)
        command->run(link, rest, out);
    else
        say_unknown(link, words, out);
}
