/* SPDX-License-Identifier: MIT */
#include "conn_connect.h"

#include <string.h>

#include "conn_alive.h"
#include "conn_end.h"
#include "conn_return.h"
#include "error.h"
#include "login.h"
#include "text.h"
#include "tls.h"

/* ---- Connecting -------------------------------------------------------------------------- */

/* The first address tells the cause: localhost's second one is not there on every machine. */
static void attempt_failed(ami_conn *c, int code, int sys)
{
    char why[64] = "no answer in time";

    if (sys)
        ami__error_sys_text(why, sizeof why, sys);
    ami__error_set(&c->attempt, code, sys, "%s", why);
}

void ami__conn_greet(ami_conn *c)
{
    ami__conn_change(c, AMI_STATE_LOGIN, ami__conn_after(c->login_timeout_ms));
}

/* The TLS handshake has a time of its own, as long as that for connecting. */
static void connected(ami_conn *c)
{
    struct ami_error error = {0};

    ami__conn_alive_pause(c, c->paused); /* from now on there may be something to leave unread */
    if (!c->tls) {
        ami__conn_greet(c);
        return;
    }
    c->stream = ami__tls_begin(c->tls, c->host, &c->alloc, &error);
    if (c->stream)
        ami__conn_change(c, AMI_STATE_HANDSHAKE, ami__conn_after(c->connect_timeout_ms));
    else
        ami__conn_end(c, &error);
}

/* Each address has an equal share of the time that is left. */
static ami_time share(const ami_conn *c)
{
    ami_time now = ami_now();

    if (c->connect_deadline == AMI_NEVER)
        return AMI_NEVER;
    return now + (c->connect_deadline - now) / (c->address_count - c->next_address + 1);
}

/* Tries addresses until one is under way; else fd stays -1 and process will end it. */
static void try_addresses(ami_conn *c)
{
    while (c->next_address < c->address_count) {
        int result = ami__net_connect(&c->addresses[c->next_address++], &c->fd);
        if (result > 0) {
            connected(c);
            return;
        }
        if (result == 0) {
            c->deadline = share(c);
            return;
        }
        attempt_failed(c, AMI_E_CONNECT, -result);
    }
    c->deadline = AMI__AT_ONCE;
}

void ami__conn_connecting(ami_conn *c)
{
    int result = c->fd >= 0 ? ami__net_connected(c->fd) : 0;

    if (result > 0) {
        connected(c);
        return;
    }
    if (result < 0)
        attempt_failed(c, AMI_E_CONNECT, -result);
    else if (c->fd >= 0 && c->deadline <= ami_now())
        attempt_failed(c, AMI_E_TIMEOUT, 0);
    else if (c->fd >= 0)
        return;
    ami__conn_drop_fd(c);
    try_addresses(c);
    if (c->state == AMI_STATE_CONNECTING && c->fd < 0)
        ami__conn_end(c, &c->attempt);
}

static void connect_to_host(ami_conn *c)
{
    ami__conn_change(c, AMI_STATE_CONNECTING, AMI__AT_ONCE);
    if (c->state == AMI_STATE_CONNECTING)
        try_addresses(c);
}

/* ---- Resolving --------------------------------------------------------------------------- */

/* Until the answer comes fd is the pipe from which it comes; -1 if the look-up did not begin, and
 * process will end it. */
static void look_up_host(ami_conn *c)
{
    ami__conn_change(c, AMI_STATE_RESOLVING, AMI__AT_ONCE);
    if (c->state != AMI_STATE_RESOLVING)
        return;
    int fd = ami__resolve_start(c->host, c->port, &c->attempt);
    if (fd >= 0) {
        c->fd = fd;
        c->deadline = c->connect_deadline;
    }
}

void ami__conn_resolving(ami_conn *c)
{
    int count = c->attempt.code;

    if (c->fd >= 0)
        count = ami__resolve_take(c->fd, c->host, c->addresses, &c->attempt);
    if (count == 0 && c->deadline > ami_now())
        return;
    if (count == 0)
        ami__error_set(&c->attempt, AMI_E_TIMEOUT, 0, "%.64s was not resolved within %d ms",
                       c->host, c->connect_timeout_ms);
    if (count <= 0) {
        ami__conn_end(c, &c->attempt);
        return;
    }
    c->address_count = count;
    ami__conn_drop_fd(c);
    connect_to_host(c);
}

/* ---- Starting ---------------------------------------------------------------------------- */

void ami__conn_begin(ami_conn *c)
{
    c->attempt = (struct ami_error){0};
    c->next_address = 0;
    c->connect_deadline = ami__conn_after(c->connect_timeout_ms);
    c->address_count = ami__resolve(c->host, c->port, c->addresses);
    if (c->address_count > 0)
        connect_to_host(c);
    else
        look_up_host(c);
}

int ami_conn_start(ami_conn *c)
{
    if (c->state != AMI_STATE_IDLE)
        return AMI_E_STATE;
    ami__conn_enter(c);
    ami__conn_begin(c);
    return ami__conn_leave(c) ? AMI_OK : AMI_E_CANCELLED;
}

int ami_conn_start_fd(ami_conn *c, int fd)
{
    if (c->state != AMI_STATE_IDLE)
        return AMI_E_STATE;
    if (c->reconnect_min_ms > 0)
        return ami__error_set(&c->error, AMI_E_INVAL, 0,
                              "nobody could connect a descriptor of yours again");
    if (c->tls && !c->has_host && ami__tls_needs_host(c->tls))
        return ami__error_set(&c->error, AMI_E_INVAL, 0,
                              "there is no host to verify the server's certificate for");
    if (ami__net_adopt(fd) < 0)
        return AMI_E_IO;
    ami__conn_enter(c);
    c->fd = fd;
    connected(c);
    return ami__conn_leave(c) ? AMI_OK : AMI_E_CANCELLED;
}

/* ---- The login --------------------------------------------------------------------------- */

static void login_refused(ami_conn *c, const struct ami_reply *reply)
{
    struct ami_error error = {0};
    const char *message = ami_msg_get(reply->msg, "Message");
    bool auth = message && strcmp(message, "Authentication failed") == 0;
    char shown[64] = "no reason given";

    if (message)
        ami__printable(shown, sizeof shown, message, strlen(message));
    ami__error_set(&error, auth ? AMI_E_AUTH : AMI_E_REFUSED, 0, "login as \"%.40s\" refused: %s",
                   c->username, shown);
    ami__conn_end(c, &error);
}

static void on_login(const struct ami_reply *reply, void *user)
{
    ami_conn *c = user;
    struct ami_error error = {0};

    if (c->freed || c->state != AMI_STATE_LOGIN)
        return;
    if (reply->status == AMI_OK) {
        ami__conn_logged_in(c);
    } else if (reply->status == AMI_E_REFUSED) {
        login_refused(c, reply);
    } else if (reply->status == AMI_E_CANCELLED) { /* by the server: this program would know */
        ami__error_set(&error, AMI_E_PROTO, 0, "the login failed: the server cancelled it");
        ami__conn_end(c, &error);
    } else {
        ami__error_set(&error, reply->status, 0, "the login failed: %s",
                       ami_strerror(reply->status));
        ami__conn_end(c, &error);
    }
}

/* Nothing is told to a peer before its banner said what it is. */
void ami__conn_log_in(void *conn)
{
    ami_conn *c = conn;
    struct ami_login_opts o = AMI_LOGIN_OPTS_INIT;
    struct ami_error error = {0};

    if (c->state != AMI_STATE_LOGIN)
        return;
    o.username = c->username;
    o.secret = c->secret;
    o.auth = c->auth;
    o.events = c->events;
    int err = ami__login(c->session, &o, on_login, c);
    if (err < 0) {
        ami__error_set(&error, err, 0, "the login could not be sent: %s", ami_strerror(err));
        ami__conn_end(c, &error);
    }
}
