/* chan_skinny: two devices with a line each, in lists without blank lines and in raw replies. */
#include "actions.h"

static const struct {
    const char *device, *id, *line;
} phones[] = {{"phone1", "SEP0007EB463101", "line1"}, {"phone2", "SEP0007EB463102", "line2"}};

enum { PHONES = sizeof phones / sizeof *phones };

static size_t phones_count(const ami_mock_link *link)
{
    return link->pbx->empty ? 0 : PHONES;
}

/* No blank line ends an item. */
void ami_mock_skinny_devices(ami_mock_link *link, const struct ami_mock_message *msg)
{
    size_t count = phones_count(link);

    ami_mock_list(link, msg, "Device status list will follow", true);
    for (size_t i = 0; i < count; i++) {
        ami_mock_say(link, "Event: DeviceEntry\r\n");
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        ami_mock_say(link,
                     "Channeltype: SKINNY\r\nObjectName: %s\r\nChannelObjectType: device\r\n"
                     "DeviceId: %s\r\nIPaddress: -none-\r\nType: No Device\r\n"
                     "Devicestatus: unregistered\r\nNumberOfLines: 1\r\n",
                     phones[i].device, phones[i].id);
    }
    ami_mock_list_over(link, msg, "DevicelistComplete", count, true);
}

void ami_mock_skinny_lines(ami_mock_link *link, const struct ami_mock_message *msg)
{
    size_t count = phones_count(link);

    ami_mock_list(link, msg, "Line status list will follow", true);
    for (size_t i = 0; i < count; i++) {
        ami_mock_say(link, "Event: LineEntry\r\n");
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        ami_mock_say(link,
                     "Channeltype: SKINNY\r\nObjectName: %s\r\nChannelObjectType: line\r\n"
                     "Device: %s\r\nInstance: 0\r\nLabel: \r\n",
                     phones[i].line, phones[i].device);
    }
    ami_mock_list_over(link, msg, "LinelistComplete", count, true);
}

/* Headers without a Response; only the blank lines if there is no such device. */
void ami_mock_skinny_show_device(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Device");

    if (!*name) {
        ami_mock_error(link, msg, "Device: <name> missing.");
        return;
    }
    for (size_t i = 0; i < phones_count(link); i++) {
        if (!ami_mock_same(phones[i].device, name))
            continue;
        ami_mock_say(link,
                     "Channeltype: SKINNY\r\nObjectName: %s\r\nChannelObjectType: device\r\n"
                     "Id: %s\r\nversion: P002G204\r\nIpaddress: Unknown\r\nPort: 0\r\n"
                     "DeviceType: No Device\r\nCodecs: (ulaw|alaw)\r\nCodecOrder: (nothing)\r\n"
                     "Devicestatus: unregistered\r\nNumberOfLines: 1\r\nLine: %s ()\r\n"
                     "NumberOfAddons: 0\r\nNumberOfSpeeddials: 0\r\n",
                     phones[i].device, phones[i].id, phones[i].line);
        if (ami_mock_since(link, AMI_MOCK_13_0))
            ami_mock_say(link, "ServiceURLs:  1\r\n  News (http://192.0.2.1/news)\r\n");
    }
    ami_mock_say(link, "\r\n\r\n");
}

static void say_line(ami_mock_link *link, size_t i)
{
    bool recent = ami_mock_since(link, AMI_MOCK_13_0);

    ami_mock_say(
        link,
        "Channeltype: SKINNY\r\nObjectName: %s\r\nChannelObjectType: line\r\nDevice: %s\r\n"
        "LineLabel: \r\nExtension: <not set>\r\nContext: default\r\nCallGroup: \r\n"
        "PickupGroup: \r\n%sLanguage: <not set>\r\nAccountcode: <not set>\r\n",
        phones[i].line, phones[i].device,
        recent ? "NamedCallGroup: \r\nNamedPickupGroup: \r\n" : "");
    ami_mock_say(link,
                 "Callerid: \"\" <>\r\n3WayCalling: No\r\nimmediate: No\r\nGroup: 0\r\n"
                 "Parkinglot: <not set>\r\nCodecs: (ulaw|alaw)\r\n%s",
                 recent ? "\r\n" : "CodecOrder: \r\n");
}

/* The same of a line, with a third blank line in recent releases. */
void ami_mock_skinny_show_line(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Line");

    if (!*name) {
        ami_mock_error(link, msg, "Line: <name> missing.");
        return;
    }
    for (size_t i = 0; i < phones_count(link); i++) {
        if (ami_mock_same(phones[i].line, name))
            say_line(link, i);
    }
    ami_mock_say(link, "\r\n\r\n");
}
