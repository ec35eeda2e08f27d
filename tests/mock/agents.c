/* Agents: one who is logged off, and one who talks. */
#include "actions.h"

enum { LOGIN = 1699990000, CALL = 1700000000 };

/* Up to 11 agents were channels of their own. */
static void say_old_agent(ami_mock_link *link, bool on_call)
{
    ami_mock_say(link, "Agent: %s\r\nName: %s\r\nStatus: %s\r\nLoggedInChan: %s\r\n",
                 on_call ? "1002" : "1001", on_call ? "Bob" : "Alice",
                 on_call ? "AGENT_ONCALL" : "AGENT_LOGGEDOFF",
                 on_call ? "SIP/bob-00000001" : "n/a");
    ami_mock_say(link, "LoggedInTime: %d\r\nTalkingTo: %s\r\n", on_call ? (int)LOGIN : 0,
                 on_call ? "5551234" : "n/a");
    if (ami_mock_since(link, AMI_MOCK_1_6))
        ami_mock_say(link, "TalkingToChan: %s\r\n", on_call ? "SIP/trunk-00000002" : "n/a");
}

/* One line ends in a bare LF, to this day. */
static void say_agent(ami_mock_link *link, bool on_call)
{
    if (!on_call) {
        ami_mock_say(link, "Agent: 1001\r\nName: Alice\r\nStatus: AGENT_LOGGEDOFF\r\n");
        return;
    }
    ami_mock_say(link,
                 "Agent: 1002\r\nName: Bob\r\nStatus: AGENT_ONCALL\r\n"
                 "TalkingToChan: SIP/trunk-00000002\r\nCallStarted: %d\nLoggedInTime: %d\r\n"
                 "Channel: SIP/bob-00000001\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n",
                 (int)CALL, (int)LOGIN);
}

void ami_mock_agents(ami_mock_link *link, const struct ami_mock_message *msg)
{
    int agents = link->pbx->empty ? 0 : 2;

    ami_mock_list(link, msg, "Agents will follow", false);
    for (int i = 0; i < agents; i++) {
        ami_mock_say(link, "Event: Agents\r\n");
        if (ami_mock_since(link, AMI_MOCK_12))
            say_agent(link, i == 1);
        else
            say_old_agent(link, i == 1);
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_ITEM);
        ami_mock_say(link, "\r\n");
    }
    ami_mock_list_over(link, msg, "AgentsComplete", (size_t)agents, false);
}
