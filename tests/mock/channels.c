#include "channels.h"

#include <stdlib.h>

const char *ami_mock_state_name(enum ami_mock_state state)
{
    switch (state) {
    case AMI_MOCK_RING:
        return "Ring";
    case AMI_MOCK_RINGING:
        return "Ringing";
    case AMI_MOCK_UP:
        return "Up";
    case AMI_MOCK_ENGAGED:
        return "Busy";
    case AMI_MOCK_DOWN:
        break;
    }
    return "Down";
}

struct ami_mock_channel *ami_mock_channel_new(ami_mock_pbx *pbx, const char *name,
                                              const char *uniqueid)
{
    struct ami_mock_channel *channel = ami_mock_alloc(sizeof *channel);
    char **const empty[] = {&channel->context,    &channel->exten,       &channel->account,
                            &channel->caller_num, &channel->caller_name, &channel->app,
                            &channel->data};

    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        *empty[i] = ami_mock_strdup("");
    channel->name = ami_mock_strdup(name);
    if (uniqueid)
        channel->uniqueid = ami_mock_strdup(uniqueid);
    else
        channel->uniqueid =
            ami_mock_format("%lld.%u", (long long)ami_mock_pbx_wall(pbx) / 1000, pbx->uniqueids++);
    channel->linkedid = ami_mock_strdup(channel->uniqueid);
    channel->priority = 1;
    channel->since = pbx->now;
    return channel;
}

void ami_mock_channel_free(struct ami_mock_channel *channel)
{
    if (!channel)
        return;
    char *const strings[] = {channel->name,       channel->uniqueid,    channel->linkedid,
                             channel->context,    channel->exten,       channel->account,
                             channel->caller_num, channel->caller_name, channel->app,
                             channel->data};

    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free(strings[i]);
    ami_mock_vars_free(&channel->vars);
    free(channel);
}

void ami_mock_add_escaped(const ami_mock_pbx *pbx, struct ami_mock_text *text, const char *s)
{
    static const char plain[] = "\a\b\f\n\r\t\v\\'\"?", code[] = "abfnrtv\\'\"?";

    if (pbx->release->series < AMI_MOCK_13_5) {
        ami_mock_text_puts(text, s);
        return;
    }
    for (; *s; s++) {
        const char *at = plain;

        while (*at && *at != *s)
            at++;
        if (*at)
            ami_mock_text_addf(text, "\\%c", code[at - plain]);
        else
            ami_mock_text_add(text, s, 1);
    }
}

static const char *or_unknown(const char *s)
{
    return *s ? s : "<unknown>";
}

static void add_field(struct ami_mock_text *text, const char *prefix, const char *name,
                      const char *value)
{
    ami_mock_text_addf(text, "%s%s: %s\r\n", prefix, name, value);
}

void ami_mock_snapshot(const ami_mock_pbx *pbx, struct ami_mock_text *text,
                       const struct ami_mock_channel *channel, const char *prefix)
{
    const char *num = or_unknown(channel->caller_num), *name;
    struct ami_mock_text escaped = {0};
    bool full = pbx->release->series >= AMI_MOCK_13_5;

    ami_mock_add_escaped(pbx, &escaped, channel->caller_name);
    name = or_unknown(ami_mock_text_str(&escaped));
    add_field(text, prefix, "Channel", channel->name);
    ami_mock_text_addf(text, "%sChannelState: %d\r\n", prefix, (int)channel->state);
    add_field(text, prefix, "ChannelStateDesc", ami_mock_state_name(channel->state));
    add_field(text, prefix, "CallerIDNum", num);
    add_field(text, prefix, "CallerIDName", name);
    add_field(text, prefix, "ConnectedLineNum", channel->connected ? num : "<unknown>");
    add_field(text, prefix, "ConnectedLineName", channel->connected ? name : "<unknown>");
    if (full)
        add_field(text, prefix, "Language", "en");
    add_field(text, prefix, "AccountCode", channel->account);
    add_field(text, prefix, "Context", channel->context);
    add_field(text, prefix, "Exten", channel->exten);
    ami_mock_text_addf(text, "%sPriority: %d\r\n", prefix, channel->priority);
    add_field(text, prefix, "Uniqueid", channel->uniqueid);
    if (full)
        add_field(text, prefix, "Linkedid", channel->linkedid);
    ami_mock_text_clear(&escaped);
}

void ami_mock_say_caller_id(const ami_mock_pbx *pbx, struct ami_mock_text *text,
                            const struct ami_mock_channel *channel)
{
    const char *num = channel->caller_num, *name = channel->caller_name;

    if (pbx->release->series < AMI_MOCK_1_4 && *name)
        ami_mock_text_addf(text, "CallerID: \"%s\" <%s>\r\n", name, num);
    else
        ami_mock_text_addf(text, "CallerID: %s\r\n", or_unknown(num));
}
