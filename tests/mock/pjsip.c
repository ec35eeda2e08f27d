/* PJSIP: two endpoints, of which the one called broken cannot be described to the end. */
#include "actions.h"

static const char *const endpoints[] = {"alice", "broken"};

enum { ENDPOINTS = sizeof endpoints / sizeof *endpoints };

/* Here the order of headers was the later one from the beginning. */
static void end_list(ami_mock_link *link, const struct ami_mock_message *msg, const char *event,
                     int items)
{
    ami_mock_say(link, "Event: %s\r\n", event);
    ami_mock_say_id(link, msg);
    ami_mock_say(link, "EventList: Complete\r\nListItems: %d\r\n\r\n", items);
}

static void begin_item(ami_mock_link *link, const struct ami_mock_message *msg, const char *event,
                       const char *type, const char *name)
{
    ami_mock_say(link, "Event: %s\r\n", event);
    ami_mock_say_id(link, msg);
    ami_mock_say(link, "ObjectType: %s\r\nObjectName: %s\r\n", type, name);
}

void ami_mock_pjsip_show_endpoints(ami_mock_link *link, const struct ami_mock_message *msg)
{
    if (link->pbx->empty) {
        ami_mock_error(link, msg, "No endpoints found\n");
        return;
    }
    ami_mock_list(link, msg, "A listing of Endpoints follows, presented as EndpointList events",
                  true);
    for (size_t i = 0; i < ENDPOINTS; i++) {
        begin_item(link, msg, "EndpointList", "endpoint", endpoints[i]);
        ami_mock_say(link,
                     "Transport: \r\nAor: %s\r\nAuths: %s\r\nOutboundAuths: \r\nContacts: \r\n"
                     "DeviceState: Unavailable\r\nActiveChannels: %s\r\n\r\n",
                     endpoints[i], endpoints[i], ami_mock_since(link, AMI_MOCK_22) ? "0" : "");
    }
    end_list(link, msg, "EndpointListComplete", ENDPOINTS);
}

static bool has_endpoint(const ami_mock_link *link, const char *name)
{
    for (size_t i = 0; i < ENDPOINTS && !link->pbx->empty; i++) {
        if (ami_mock_same(endpoints[i], name))
            return true;
    }
    return false;
}

/* The text is one that ends in a line end. */
static void say_unable(ami_mock_link *link, const struct ami_mock_message *msg, const char *what,
                       const char *name)
{
    ami_mock_start(link, msg, "Error");
    ami_mock_say(link, "Message: Unable to %s endpoint %s\n\r\n\r\n", what, name);
}

/* What follows the description of the endpoint itself. */
static int say_parts(ami_mock_link *link, const struct ami_mock_message *msg, const char *name)
{
    begin_item(link, msg, "AuthDetail", "auth", name);
    ami_mock_say(link, "Username: %s\r\nAuthType: userpass\r\nEndpointName: %s\r\n\r\n", name,
                 name);
    begin_item(link, msg, "AorDetail", "aor", name);
    ami_mock_say(link, "MaxContacts: 1\r\nTotalContacts: 1\r\nEndpointName: %s\r\n\r\n", name);
    ami_mock_say(link, "Event: ContactStatusDetail\r\n");
    ami_mock_say_id(link, msg);
    ami_mock_say(link,
                 "AOR: %s\r\nURI: sip:%s@192.0.2.12:5060\r\nStatus: NonQualified\r\n"
                 "RoundtripUsec: N/A\r\nEndpointName: %s\r\n\r\n",
                 name, name, name);
    return 3;
}

void ami_mock_pjsip_show_endpoint(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Endpoint");
    int parts = 0;

    if (!*name) {
        ami_mock_error(link, msg, "PJSIPShowEndpoint requires an endpoint name\n");
        return;
    }
    if (ami_mock_same_n(name, "pjsip/", 6))
        name += 6;
    if (!has_endpoint(link, name)) {
        say_unable(link, msg, "retrieve", name);
        return;
    }
    ami_mock_list(link, msg,
                  ami_mock_since(link, AMI_MOCK_13_2)
                      ? "Following are Events for each object associated with the Endpoint"
                      : "Following are Events for each object associated with the the Endpoint",
                  true);
    begin_item(link, msg, "EndpointDetail", "endpoint", name);
    ami_mock_say(link,
                 "Context: default\r\nAors: %s\r\nAuth: %s\r\nDeviceState: Unavailable\r\n\r\n",
                 name, name);
    /* A failure is told in the middle of the list, which goes on to its end. */
    if (ami_mock_same(name, "broken"))
        say_unable(link, msg, "format", name);
    else
        parts = say_parts(link, msg, name);
    end_list(link, msg, "EndpointDetailComplete", parts + 1);
}
