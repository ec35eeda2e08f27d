/* VoicemailUsersList: two mailboxes, or the plain Success that tells of none. */
#include "actions.h"

static void say_user(ami_mock_link *link, const char *mailbox, const char *name)
{
    ami_mock_say(link,
                 "VMContext: default\r\nVoiceMailbox: %s\r\nFullname: %s\r\nEmail: \r\nPager: \r\n"
                 "ServerEmail: asterisk\r\n%sMailCommand: /usr/sbin/sendmail -t\r\nLanguage: \r\n"
                 "TimeZone: \r\nCallback: \r\nDialout: \r\nUniqueID: \r\nExitContext: \r\n"
                 "SayDurationMinimum: 2\r\nSayEnvelope: Yes\r\nSayCID: No\r\n",
                 mailbox, name, ami_mock_since(link, AMI_MOCK_13_2) ? "FromString: \r\n" : "");
    ami_mock_say(link,
                 "AttachMessage: Yes\r\nAttachmentFormat: \r\nDeleteMessage: No\r\n"
                 "VolumeGain: 0.00\r\nCanReview: No\r\n%sCallOperator: No\r\n"
                 "MaxMessageCount: 100\r\nMaxMessageLength: 0\r\nNewMessageCount: 0\r\n"
                 "OldMessageCount: 0\r\n\r\n",
                 ami_mock_since(link, AMI_MOCK_22) ? "CanMarkUrgent: Yes\r\n" : "");
}

void ami_mock_voicemail_users_list(ami_mock_link *link, const struct ami_mock_message *msg)
{
    static const char *const users[][2] = {{"1001", "Alice"}, {"1002", "Bob"}};
    const char event[] = "Event: VoicemailUserEntry\r\n";
    /* The ActionID came before the name of the event once. */
    bool id_first = !ami_mock_since(link, AMI_MOCK_13_2);

    if (link->pbx->empty) {
        ami_mock_ack(link, msg, "There are no voicemail users currently defined.");
        return;
    }
    ami_mock_list(link, msg, "Voicemail user list will follow", false);
    for (size_t i = 0; i < 2; i++) {
        ami_mock_say(link, "%s", id_first ? "" : event);
        ami_mock_say_short_id(link, msg, AMI_MOCK_ID_VOICEMAIL);
        ami_mock_say(link, "%s", id_first ? event : "");
        say_user(link, users[i][0], users[i][1]);
    }
    ami_mock_list_over(link, msg, "VoicemailUserEntryComplete", 2, false);
}
