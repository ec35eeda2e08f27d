/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "text.h"
#include "values.h"

/* What a backslash and this letter stand for (main/utils.c:ast_escape_c). */
static bool escape_of(char letter, char *byte)
{
    static const char letters[] = "abfnrtv\\'\"?";
    static const char bytes[] = "\a\b\f\n\r\t\v\\'\"?";
    const char *at = letter ? strchr(letters, letter) : NULL;

    if (at)
        *byte = bytes[at - letters];
    return at != NULL;
}

size_t ami_unescape_c(const char *in, size_t len, char *data, size_t size)
{
    struct ami__out out = {data, size, 0};

    for (size_t i = 0; i < len; i++) {
        char byte = in[i];
        if (byte == '\\' && i + 1 < len && escape_of(in[i + 1], &byte))
            i++;
        ami__out_byte(&out, byte);
    }
    return ami__out_end(&out);
}

/* Asterisk 1.6 writes small letters. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ami__lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t ami_unescape_url(const char *in, size_t len, char *data, size_t size)
{
    struct ami__out out = {data, size, 0};

    for (size_t i = 0; i < len; i++) {
        char byte = in[i];
        if (byte == '%' && len - i > 2) {
            int high = hex_digit(in[i + 1]), low = hex_digit(in[i + 2]);
            if (high >= 0 && low >= 0) {
                byte = (char)(unsigned char)(high * 16 + low);
                i += 2;
            }
        }
        ami__out_byte(&out, byte);
    }
    return ami__out_end(&out);
}

/* ---- The environment of an AGI ----------------------------------------------------------- */

static void take_line(struct ami_env *env, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);

    env->name = line;
    env->name_len = colon ? (size_t)(colon - line) : 0;
    env->value = colon ? colon + 1 : line;
    if (colon && env->value < line + len && *env->value == ' ')
        env->value++;
    env->value_len = (size_t)(line + len - env->value);
}

bool ami_env_next(const char *text, size_t len, struct ami_env *env)
{
    if (env->size < sizeof *env)
        return false;
    while (env->next < len) {
        const char *line = text + env->next;
        const char *end = memchr(line, '\n', len - env->next);
        size_t line_len = end ? (size_t)(end - line) : len - env->next;
        env->next += line_len + (end != NULL);
        if (line_len > 0) {
            take_line(env, line, line_len);
            return true;
        }
    }
    return false;
}
