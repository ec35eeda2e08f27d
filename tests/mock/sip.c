/* chan_sip: two peers, until it went with 21. */
#include <string.h>

#include "actions.h"

static const struct peer {
    const char *name, *address, *port;
    bool dynamic;
} peers[] = {{"alice", "192.0.2.11", "5060", false}, {"roaming", "-none-", "0", true}};

enum { PEERS = sizeof peers / sizeof *peers };

static void say_peer(ami_mock_link *link, const struct ami_mock_message *msg,
                     const struct peer *peer)
{
    ami_mock_say(link, "Event: PeerEntry\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link,
                 "Channeltype: SIP\r\nObjectName: %s\r\nChanObjectType: peer\r\nIPaddress: %s\r\n"
                 "IPport: %s\r\nDynamic: %s\r\n",
                 peer->name, peer->address, peer->port, peer->dynamic ? "yes" : "no");
    if (ami_mock_since(link, AMI_MOCK_11))
        ami_mock_say(link, "AutoForcerport: yes\r\nForcerport: no\r\nAutoComedia: no\r\n"
                           "Comedia: no\r\n");
    else
        ami_mock_say(link, "%s: no\r\n",
                     ami_mock_since(link, AMI_MOCK_1_8) ? "Forcerport" : "Natsupport");
    ami_mock_say(link,
                 "VideoSupport: no\r\n%sACL: no\r\nStatus: Unmonitored\r\n"
                 "RealtimeDevice: no\r\n",
                 ami_mock_since(link, AMI_MOCK_1_6) ? "TextSupport: no\r\n" : "");
    if (ami_mock_since(link, AMI_MOCK_11))
        ami_mock_say(link, "Description: \r\n");
    if (ami_mock_since(link, AMI_MOCK_13_2))
        ami_mock_say(link, "Accountcode: \r\n");
    ami_mock_say(link, "\r\n");
}

void ami_mock_sip_peers(ami_mock_link *link, const struct ami_mock_message *msg)
{
    size_t count = link->pbx->empty ? 0 : PEERS;
    bool recent = ami_mock_since(link, AMI_MOCK_1_6);

    ami_mock_list(link, msg, "Peer status list will follow", true);
    for (size_t i = 0; i < count; i++)
        say_peer(link, msg, &peers[i]);
    if (recent) {
        ami_mock_list_over(link, msg, "PeerlistComplete", count, true);
        return;
    }
    /* Counted before there was EventList. */
    ami_mock_say(link, "Event: PeerlistComplete\r\nListItems: %zu\r\n", count);
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link, "\r\n");
}

static bool has_peer(const ami_mock_link *link, const char *name)
{
    for (size_t i = 0; i < PEERS && !link->pbx->empty; i++) {
        if (ami_mock_same(peers[i].name, name))
            return true;
    }
    return false;
}

/* Since 12 an event tells that it is done. Before, there was no word but for blank lines. */
void ami_mock_sip_qualify_peer(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *name = ami_mock_header(msg, "Peer"), *id = ami_mock_header(msg, "ActionID");
    bool found = has_peer(link, name), tells = ami_mock_since(link, AMI_MOCK_12);
    struct ami_mock_text body = {0};

    if (!*name) {
        ami_mock_error(link, msg, "Peer: <name> missing.");
        return;
    }
    if (!found)
        ami_mock_error(link, msg, "Peer not found");
    else if (tells)
        ami_mock_ack(link, msg, "SIP peer found - will qualify");
    if (!tells)
        ami_mock_say(link, "\r\n\r\n");
    if (!found || !tells)
        return;
    ami_mock_text_addf(&body, "Peer: %s\r\n", name);
    if (*id)
        ami_mock_text_addf(&body, "ActionID: %s\r\n", id);
    ami_mock_emit(link->pbx, AMI_MOCK_CALL, "SIPQualifyPeerDone", body.data);
    ami_mock_text_clear(&body);
}
