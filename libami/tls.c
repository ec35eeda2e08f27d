/* SPDX-License-Identifier: MIT */
#include <ami/tls.h>

#include "error.h"

int ami_tls_new(ami_tls **tls, const struct ami_tls_opts *opts, struct ami_error *error)
{
    struct ami_error why = {0};

    (void)opts;
    if (tls)
        *tls = NULL;
    ami__error_set(&why, AMI_E_NOTSUP, 0, "this version of libami has no TLS");
    if (error)
        *error = why;
    return AMI_E_NOTSUP;
}

void ami_tls_free(ami_tls *tls)
{
    (void)tls; /* there are none */
}
