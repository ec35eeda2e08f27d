/* SPDX-License-Identifier: MIT */
#include "resolve.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <ami/error.h>

#include "text.h"

/* A numeric address, perhaps with an IPv6 scope: no look-up, so it does not block. */
static int numeric(const char *host, int port, struct ami__address *address)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found;
    char service[8];

    snprintf(service, sizeof service, "%d", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return AMI_E_NOTSUP;
    memcpy(&address->addr, found->ai_addr, found->ai_addrlen);
    address->len = found->ai_addrlen;
    freeaddrinfo(found);
    return AMI_OK;
}

int ami__resolve(const char *host, int port, struct ami__address list[AMI__ADDRESSES_MAX])
{
    if (ami__order(host, "localhost") != 0)
        return numeric(host, port, &list[0]) == AMI_OK ? 1 : AMI_E_NOTSUP;
    /* Asterisk listens on IPv4 unless told otherwise. */
    numeric("127.0.0.1", port, &list[0]);
    numeric("::1", port, &list[1]);
    return 2;
}
