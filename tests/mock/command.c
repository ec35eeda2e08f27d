/* Command: the two formats of its reply. */
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "cli.h"

/* The words with single blanks between them; yours to free. */
static char *squeeze(const char *command)
{
    struct ami_mock_text words = {0};

    while (*command) {
        size_t len = strcspn(command, " \t");

        if (len > 0)
            ami_mock_text_addf(&words, "%s%.*s", words.len ? " " : "", (int)len, command);
        command += len;
        command += strspn(command, " \t");
    }
    return words.data ? words.data : ami_mock_strdup("");
}

/* What may not be done over AMI, whatever stands behind it. */
static bool is_blacklisted(const char *words)
{
    static const char *const list[] = {"module load", "module unload", "restart gracefully"};

    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t len = strlen(list[i]);

        if (ami_mock_same_n(words, list[i], len) && (!words[len] || words[len] == ' '))
            return true;
    }
    return false;
}

/* Up to 13: the text as it is, and a mark; it does not say whether the command did well. */
static void say_raw(ami_mock_link *link, const struct ami_mock_message *msg, const char *text)
{
    ami_mock_say(link, "Response: Follows\r\n");
    if (ami_mock_since(link, AMI_MOCK_1_4))
        ami_mock_say(link, "Privilege: Command\r\n");
    ami_mock_say_id(link, msg);
    ami_mock_say(link, "%s--END COMMAND--\r\n\r\n", text);
}

/* Since 14: one header for each line. */
static void say_lines(ami_mock_link *link, const struct ami_mock_message *msg,
                      const struct ami_mock_output *output)
{
    const char *at = ami_mock_text_str(&output->text), *end = at + output->text.len, *eol;

    ami_mock_start(link, msg, output->failed ? "Error" : "Success");
    ami_mock_say(link, "Message: Command output follows\r\n");
    /* The last line end goes, so that there is no empty line behind it. */
    if (end > at && end[-1] == '\n' && !output->coloured)
        end--;
    while ((eol = memchr(at, '\n', (size_t)(end - at)))) {
        ami_mock_say(link, "Output: %.*s\r\n", (int)(eol - at), at);
        at = eol + 1;
    }
    ami_mock_say(link, "Output: %.*s\r\n\r\n", (int)(end - at), at);
}

static void run(ami_mock_link *link, const struct ami_mock_message *msg, const char *words)
{
    struct ami_mock_output output = {0};

    if (*words)
        ami_mock_cli_run(link, words, &output);
    /* A command that ended the session leaves no reply. */
    if (!link->closing) {
        if (ami_mock_since(link, AMI_MOCK_14))
            say_lines(link, msg, &output);
        else
            say_raw(link, msg, ami_mock_text_str(&output.text));
    }
    ami_mock_text_clear(&output.text);
}

void ami_mock_command(ami_mock_link *link, const struct ami_mock_message *msg)
{
    const char *command = ami_mock_header(msg, "Command");
    bool checks = ami_mock_since(link, AMI_MOCK_1_4);
    char *words = squeeze(command);

    if (checks && !*command)
        ami_mock_error(link, msg, "No command provided");
    else if (checks && is_blacklisted(words))
        ami_mock_error(link, msg, "Command blacklisted");
    else
        run(link, msg, words);
    free(words);
}
