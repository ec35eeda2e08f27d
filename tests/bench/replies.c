/* SPDX-License-Identifier: MIT */
#include "replies.h"

#include <stdarg.h>

void bytes_add(struct bytes *bytes, const char *format, ...)
{
    va_list ap;

    if (bytes->cap - bytes->len < 1024) {
        bytes->cap = 2 * bytes->cap + 4096;
        require((bytes->data = realloc(bytes->data, bytes->cap)));
    }
    va_start(ap, format);
    int n = vsnprintf(bytes->data + bytes->len, bytes->cap - bytes->len, format, ap);
    va_end(ap);
    require(n >= 0 && (size_t)n < bytes->cap - bytes->len);
    bytes->len += (size_t)n;
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
}

void reply_simple(struct bytes *bytes, const char *id)
{
    bytes_add(bytes,
              "Response: Success\r\nActionID: %s\r\nPing: Pong\r\n"
              "Timestamp: 1795277764.123456\r\n\r\n",
              id);
}

void reply_list(struct bytes *bytes, const char *id, size_t items)
{
    bytes_add(bytes,
              "Response: Success\r\nActionID: %s\r\nEventList: start\r\n"
              "Message: Channel status will follow\r\n\r\n",
              id);
    for (size_t i = 0; i < items; i++)
        bytes_add(bytes,
                  "Event: Status\r\nPrivilege: Call\r\nChannel: PJSIP/%05zu-%08zx\r\n"
                  "ChannelState: 6\r\nChannelStateDesc: Up\r\nCallerIDNum: %05zu\r\n"
                  "CallerIDName: <unknown>\r\nConnectedLineNum: <unknown>\r\n"
                  "ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\n"
                  "Context: default\r\nExten: 100\r\nPriority: 2\r\nUniqueid: 1795277764.%zu\r\n"
                  "Linkedid: 1795277764.%zu\r\nType: PJSIP\r\nDNID: \r\nTimeToHangup: 0\r\n"
                  "BridgeID: \r\nApplication: Echo\r\nData: \r\nSeconds: 12\r\n"
                  "ActionID: %s\r\n\r\n",
                  i % 100000, i, i % 100000, i, i, id);
    bytes_add(bytes,
              "Event: StatusComplete\r\nActionID: %s\r\nEventList: Complete\r\n"
              "ListItems: %zu\r\nItems: %zu\r\n\r\n",
              id, items, items);
}

void reply_command(struct bytes *bytes, const char *id, size_t size)
{
    size_t begin = bytes->len;

    bytes_add(bytes, "Response: Success\r\nActionID: %s\r\nMessage: Command output follows\r\n",
              id);
    for (size_t i = 0; bytes->len - begin < size; i++)
        bytes_add(bytes,
                  "Output: %6zu  /registrar/contact/100;@%08zx  : sip:100@192.0.2.%zu:5060\r\n", i,
                  i * 2654435761u % 4294967296u, i % 254);
    bytes_add(bytes, "\r\n");
}

void session_send_all(ami_session *session)
{
    const void *data;

    ami_session_sent(session, ami_session_output(session, &data));
}
