/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int ami__error_set(struct ami_error *error, int code, int sys, const char *format, ...)
{
    va_list args;

    if (error->code != AMI_OK)
        return error->code;
    error->code = code;
    error->sys = sys;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return code;
}

void ami__error_sys_text(char *text, size_t size, int sys)
{
    if (strerror_r(sys, text, size) != 0)
        snprintf(text, size, "error %d", sys);
}

const char *ami_strerror(int err)
{
    switch (err) {
    case AMI_OK:
        return "success";
#define CASE(name, number, text) \
    case number:                 \
        return text;
        AMI_ERROR_MAP(CASE)
#undef CASE
    default:
        return "unknown error";
    }
}

const char *ami_err_name(int err)
{
    switch (err) {
    case AMI_OK:
        return "AMI_OK";
#define CASE(name, number, text) \
    case number:                 \
        return "AMI_E_" #name;
        AMI_ERROR_MAP(CASE)
#undef CASE
    default:
        return "AMI_E_UNKNOWN";
    }
}
