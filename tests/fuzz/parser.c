/* SPDX-License-Identifier: MIT */
/*
 * Fuzzing the parser. The first bytes of the input choose the limits and the pieces, the rest is
 * what a server sends: it makes the same messages whole, byte by byte, and in other pieces.
 */
#include <string.h>

#include <ami/parser.h>

#include "check.h"

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
    for (const unsigned char *at = data; len > 0; len--)
        hash = (hash ^ *at++) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t mix_number(uint64_t hash, size_t number)
{
    return mix(hash, &number, sizeof number);
}

static uint64_t mix_msg(uint64_t hash, const ami_msg *msg)
{
    hash = mix_number(hash, ami_msg_kind(msg));
    hash = mix_number(hash, ami_msg_flags(msg));
    hash = mix(hash, ami_msg_name(msg), strlen(ami_msg_name(msg)) + 1);
    for (size_t i = 0; i < ami_msg_count(msg); i++) {
        const struct ami_field *field = ami_msg_at(msg, i);
        CHECK(field->name[field->name_len] == '\0' && field->value[field->value_len] == '\0');
        hash = mix(hash, field->name, field->name_len + 1);
        hash = mix(hash, field->value, field->value_len + 1);
    }
    return hash;
}

/* All that the parser says of the bytes, in pieces of up to step bytes; a copy of each, so that no
 * byte past its end is read. */
static uint64_t parse(const uint8_t *data, size_t size, const struct ami_limits *limits,
                      size_t step)
{
    ami_parser *parser = ami_parser_new(limits, NULL);
    const ami_msg *msg;
    uint64_t hash = 0;
    int err = 0;

    for (size_t n; size > 0 && err == 0; data += n, size -= n) {
        n = step < size ? step : size;
        uint8_t *piece = memcpy(malloc(n), data, n);
        CHECK(ami_parser_feed(parser, piece, n) == AMI_OK);
        free(piece);
        while ((err = ami_parser_next(parser, &msg)) > 0)
            hash = mix_msg(hash, msg);
    }
    CHECK(err == 0 || ami_parser_feed(parser, "", 1) == err);
    hash = mix_number(hash, (size_t)-err);
    hash = mix_number(hash, (size_t)-ami_parser_finish(parser));
    ami_parser_free(parser);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ami_limits limits = AMI_LIMITS_INIT;

    if (size < 2)
        return 0;
    if (data[0] % 2) {
        limits.line = data[0];
        limits.message = 2 * data[0];
        limits.fields = data[0] % 8 + 1;
    }
    uint64_t whole = parse(data + 2, size - 2, &limits, size);
    CHECK(parse(data + 2, size - 2, &limits, 1) == whole);
    CHECK(parse(data + 2, size - 2, &limits, data[1] % 64 + 2) == whole);
    return 0;
}
