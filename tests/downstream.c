/* SPDX-License-Identifier: MIT */
/* A program of somebody else: connects to the port given (AMI_USER and AMI_SECRET, or those of the
 * mock server) and says what answered. */
#include <ami/ami.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct ami_conn_opts opts = AMI_CONN_OPTS_INIT;
    struct ami_error error;
    ami_conn *conn;
    ami_msg *reply;
    const char *user = getenv("AMI_USER"), *secret = getenv("AMI_SECRET");

    opts.port = argc > 1 ? atoi(argv[1]) : 0;
    opts.username = user ? user : "admin";
    opts.secret = secret ? secret : "secret";
    if (ami_sync_connect(&conn, &opts, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int err = ami_sync_send(conn, &reply, "CoreSettings", (char *)NULL);
    if (err == AMI_OK)
        printf("Asterisk %s, through libami %s\n", ami_msg_get(reply, "AsteriskVersion"),
               ami_version());
    ami_msg_free(reply);
    return ami_sync_close(conn) < 0 || err < 0;
}
