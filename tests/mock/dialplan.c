/* ShowDialPlan: every context looks the same. */
#include <stdlib.h>

#include "actions.h"

static void begin_item(ami_mock_link *link, const struct ami_mock_message *msg, const char *context)
{
    ami_mock_say(link, "Event: ListDialplan\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link, "Context: %s\r\n", context);
}

static void say_step(ami_mock_link *link, const struct ami_mock_message *msg, const char *context,
                     const char *exten, int priority)
{
    begin_item(link, msg, context);
    ami_mock_say(link,
                 "Extension: %s\r\nPriority: %d\r\nApplication: %s\r\nAppData: %s\r\n"
                 "Registrar: pbx_config\r\n\r\n",
                 exten, priority, priority == 1 ? "Answer" : "Wait", priority == 1 ? "" : "3600");
}

static void say_not_found(ami_mock_link *link, const struct ami_mock_message *msg,
                          const char *context, const char *exten)
{
    char *text;

    if (!*exten)
        text = ami_mock_format("Did not find context %s", context);
    else if (*context)
        text = ami_mock_format("Did not find extension %s@%s", exten, context);
    else
        text = ami_mock_format("Did not find extension %s in any context", exten);
    ami_mock_error(link, msg, text);
    free(text);
}

void ami_mock_show_dialplan(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *context = ami_mock_header(msg, "Context"),
               *exten = ami_mock_header(msg, "Extension");
    bool no_context = ami_mock_contains(context, "nosuch");
    bool no_exten = ami_mock_contains(exten, "nosuch"), ignored = !*exten || *exten == '9';
    const char *shown = *context ? context : "default";

    if (no_context || (no_exten && !ignored)) {
        say_not_found(link, msg, context, no_context ? "" : exten);
        return;
    }
    ami_mock_list(link, msg, "DialPlan list will follow", true);
    for (int priority = 1; !no_exten && priority <= 2; priority++)
        say_step(link, msg, shown, *exten ? exten : "100", priority);
    if (ignored) {
        begin_item(link, msg, shown);
        ami_mock_say(link, "IgnorePattern: 9\r\nRegistrar: pbx_config\r\n\r\n");
    }
    /* The ignored pattern matched, so the list has begun before the extension is missed. */
    if (no_exten) {
        say_not_found(link, msg, context, exten);
        return;
    }
    ami_mock_list_end(link, msg, "ShowDialPlanComplete", ignored ? 3 : 2, true,
                      "ListExtensions: 1\r\nListPriorities: 2\r\nListContexts: 1\r\n");
    ami_mock_say(link, "\r\n");
}
