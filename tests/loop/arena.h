/* SPDX-License-Identifier: MIT */
/* Where the contract is played: a loop, a mock server in another process, and clients that log what
 * their callbacks hear. Time is real; what is waited for is always a line in a log. */
#ifndef AMI_TESTS_ARENA_H
#define AMI_TESTS_ARENA_H

#include <sys/types.h>

#include "../support.h"
#include "loop.h"

enum { CLIENTS = 2, LABELS = 16 };

struct client {
    ami_conn *conn; /* NULL once freed */
    /* What happened:
     *   state READY            also: state READY returned
     *   ping DONE AMI_OK       steps of the action labelled ping
     *   list collected AMI_OK
     *   event UserEvent */
    struct text log;
    const char *when;              /* at the next line that begins so */
    void (*deed)(struct client *); /* this is done, in the callback */
    unsigned pings;                /* that were sent */
    struct label {
        struct client *client;
        char name[16];
    } labels[LABELS];
    size_t label_count;
};

struct arena {
    bool tls;
    void *loop;
    struct ami_conn_opts opts; /* for new clients */
    ami_tls *settings;
    struct client clients[CLIENTS];
    unsigned processed; /* calls of ami_conn_process */
    /* Their deadlines are always past, and what they do takes time. */
    const ami_conn *hurried[CLIENTS];
    pid_t server;
    int port, tls_port;
    size_t fds, threads; /* of this process, when the test began */
};
extern struct arena arena;

/* Fixtures of the group, and of a test, whose state is whether it is over TLS. tear_down frees the
 * clients, and checks that no descriptor is left. */
int make_certs(void **state);
int remove_certs(void **state);
int set_up(void **tls);
int tear_down(void **tls);

/* A server that runs again has the same ports. */
void server_start(void);
void server_stop(void);
void server_freeze(void); /* from now on it does nothing, until it is stopped or thaws */
void server_thaw(void);

/* A new client, attached; then started; then READY. */
struct client *client_new(int number);
struct client *client_start(int number);
struct client *client_ready(int number);

/* A label for callbacks, of at most 15 characters. */
struct label *new_label(struct client *c, const char *name);
void log_reply(const struct ami_reply *reply, void *label);
void log_list(int status, const ami_list *list, void *label);
void log_event(const struct ami_event *event, void *client);
/* Submits an action under a label of its own. */
ami_id submit(struct client *c, const char *label, const char *action, int timeout_ms);

/* Deeds. */
void free_client(struct client *c);
void close_client(struct client *c);

/* Runs the loop until the log has a line that begins so, and takes the log away up to its end. */
void wait_for(struct client *c, const char *line);
/* Whether there is such a line already. */
bool was_logged(const struct client *c, const char *line);
/* Runs the loop until that is true. */
void wait_until(bool (*done)(const struct client *), const struct client *c);
/* Runs the loop for so long. */
void run_for(int ms);

#endif
