/* What a client sends: lines, and messages made of lines, with the limits of each release. */
#ifndef AMI_MOCK_WIRE_H
#define AMI_MOCK_WIRE_H

#include <stdbool.h>
#include <stddef.h>

enum { AMI_MOCK_LINE_ROOM = 1024, AMI_MOCK_HEADERS = 128 };

/* How a release reads. */
struct ami_mock_reading {
    size_t room;      /* bytes of the line buffer */
    size_t headers;   /* lines kept of one message */
    bool bare_lf;     /* a lone LF ends a line, too */
    bool refuses;     /* too long and too many are told; else dropped silently */
    bool keeps_last;  /* a full buffer keeps its last byte, in case it is a CR */
    bool loose_blank; /* any or no blank after the colon; else exactly one */
};

struct ami_mock_reader {
    char line[AMI_MOCK_LINE_ROOM + 1];
    size_t len;
    bool too_long; /* a line of the message under way did not fit */
};

struct ami_mock_message {
    char *header[AMI_MOCK_HEADERS];
    size_t count;
    bool too_many;
    bool loose_blank;
};

/* Takes one byte. True when it ended a line, which then stands in reader->line as a C string: what
   follows a NUL in it is lost, as in the real thing. */
bool ami_mock_reader_put(struct ami_mock_reader *reader, const struct ami_mock_reading *how,
                         char byte);

void ami_mock_message_add(struct ami_mock_message *msg, const struct ami_mock_reading *how,
                          const char *line);
void ami_mock_message_clear(struct ami_mock_message *msg);
/* The value of the first header of this name, "" if there is none. */
const char *ami_mock_header(const struct ami_mock_message *msg, const char *name);
/* The first value of header number *at and later that has the name, or NULL; moves *at behind. */
const char *ami_mock_header_next(const struct ami_mock_message *msg, const char *name, size_t *at);
/* The first Action that is not empty, or "". */
const char *ami_mock_action_name(const struct ami_mock_message *msg);

#endif
