/* IAX: two peers, as a table for people, as events, as other events; and statistics of calls. */
#include <string.h>

#include "actions.h"
#include "calls.h"

static const struct peer {
    const char *name, *address;
    int port;
    bool dynamic;
} peers[] = {{"branch", "192.0.2.7", 4569, false}, {"roaming", NULL, 0, true}};

enum { PEERS = sizeof peers / sizeof *peers };

static size_t peers_count(const ami_mock_link *link)
{
    return link->pbx->empty ? 0 : PEERS;
}

/* The table; 1.4 has one column more, which stays empty here, and a last line. */
static void say_table(ami_mock_link *link, size_t count)
{
    bool first = !ami_mock_since(link, AMI_MOCK_1_4);
    const char *eol = first ? "\n" : "\r\n", *encrypted = first ? "" : "    ";

    ami_mock_say(link, "%-15.15s  %-15.15s %s  %-15.15s  %-8s  %s%-10s%s", "Name/Username", "Host",
                 "   ", "Mask", "Port", encrypted, "Status", eol);
    for (size_t i = 0; i < count; i++)
        ami_mock_say(link, "%-15.15s  %-15.15s %s  %-15.15s  %-5d     %s%-10s%s", peers[i].name,
                     peers[i].address ? peers[i].address : "(Unspecified)",
                     peers[i].dynamic ? "(D)" : "(S)", "255.255.255.255", peers[i].port, encrypted,
                     "Unmonitored", eol);
    if (!first)
        ami_mock_say(link, "%zu iax2 peers [0 online, 0 offline, %zu unmonitored]%s", count, count,
                     eol);
}

/* A raw reply, in 1.0 with nothing but one blank line to end it, in 1.4 with an ActionID above. */
static void say_raw_peers(ami_mock_link *link, const struct ami_mock_message *msg)
{
    if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say_id(link, msg);
    say_table(link, peers_count(link));
    ami_mock_say(link, ami_mock_since(link, AMI_MOCK_1_4) ? "\r\n\r\n" : "\r\n");
}

static void say_port(ami_mock_link *link, const char *header, const struct peer *peer)
{
    if (peer->address || !ami_mock_since(link, AMI_MOCK_12))
        ami_mock_say(link, "%s: %d\r\n", header, peer->port);
    else
        ami_mock_say(link, "%s: (null)\r\n", header);
}

/* The items have no ActionID. */
void ami_mock_iax_peers(ami_mock_link *link, const struct ami_mock_message *msg)
{
    size_t count = peers_count(link);

    if (!ami_mock_since(link, AMI_MOCK_1_6)) {
        say_raw_peers(link, msg);
        return;
    }
    ami_mock_list(link, msg, "Peer status list will follow", true);
    for (size_t i = 0; i < count; i++) {
        ami_mock_say(link,
                     "Event: PeerEntry\r\nChanneltype: IAX2\r\nObjectName: %s\r\n"
                     "ChanObjectType: peer\r\nIPaddress: %s\r\n",
                     peers[i].name, peers[i].address ? peers[i].address : "(null)");
        say_port(link, "IPport", &peers[i]);
        ami_mock_say(link,
                     "Dynamic: %s\r\nTrunk: no\r\nEncryption: no\r\nStatus: Unmonitored\r\n%s\r\n",
                     peers[i].dynamic ? "yes" : "no",
                     ami_mock_since(link, AMI_MOCK_11) ? "Description: \r\n" : "");
    }
    ami_mock_list_over(link, msg, "PeerlistComplete", count, true);
}

static void say_listed_peer(ami_mock_link *link, const struct ami_mock_message *msg,
                            const struct peer *peer)
{
    bool old = !ami_mock_since(link, AMI_MOCK_12);
    const char *yes = old ? "Yes" : "yes", *no = old ? "No" : "no";
    const char *mask = peer->address ? "255.255.255.255" : "(null)";

    ami_mock_say(link, "Event: PeerEntry\r\n");
    ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
    ami_mock_say(link,
                 "Channeltype: IAX\r\nObjectName: %s\r\nChanObjectType: peer\r\nIPaddress: %s\r\n"
                 "Mask: %s\r\n",
                 peer->name, peer->address ? peer->address : "(null)", mask);
    say_port(link, "Port", peer);
    ami_mock_say(link, "Dynamic: %s\r\nTrunk: %s\r\nEncryption: %s\r\nStatus: Unmonitored\r\n\r\n",
                 peer->dynamic ? yes : no, no, no);
}

void ami_mock_iax_peerlist(ami_mock_link *link, const struct ami_mock_message *msg)
{
    size_t count = peers_count(link);

    ami_mock_list(link, msg, "IAX Peer status list will follow", false);
    for (size_t i = 0; i < count; i++)
        say_listed_peer(link, msg, &peers[i]);
    ami_mock_list_end(link, msg, "PeerlistComplete", count, false, "");
    /* Counted before there was EventList. */
    if (!ami_mock_since(link, AMI_MOCK_13_2))
        ami_mock_say(link, "ListItems: %zu\r\n", count);
    ami_mock_say(link, "\r\n");
}

/* Raw: no peer spoke the first version of IAX. */
void ami_mock_iax1_peers(ami_mock_link *link, const struct ami_mock_message *msg)
{
    (void)msg;
    say_table(link, 0);
    ami_mock_say(link, "\r\n");
}

/* A raw reply: rows that end in a bare LF, then a blank line; no Response, no ActionID. */
void ami_mock_iax_netstats(ami_mock_link *link, const struct ami_mock_message *msg)
{
    struct ami_mock_channel *channel;

    (void)msg;
    for (size_t i = 0; (channel = ami_mock_channel_at(link->pbx, i)); i++) {
        if (strcmp(channel->tech, "IAX2") == 0)
            ami_mock_say(link, "%s 0 -1 0 -1 -1 0 -1 0 0 0 0 0 0 0 0 Tx:NEW Rx:ACK\n",
                         channel->name);
    }
    ami_mock_say(link, "\r\n");
}
