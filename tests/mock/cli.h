/* The commands of the command line. */
#ifndef AMI_MOCK_CLI_H
#define AMI_MOCK_CLI_H

#include "pbx.h"

struct ami_mock_output {
    struct ami_mock_text text;
    bool failed;
    bool coloured; /* the real text has colours, which hide its last line end */
};

/* Runs a command; blanks between its words are single ones. */
void ami_mock_cli_run(const ami_mock_link *link, const char *words, struct ami_mock_output *out);

#endif
