/* SPDX-License-Identifier: MIT */
/*
 * A queue under a lock, and a pipe that holds a byte while there are letters: nothing else is
 * shared between threads. Memory is malloc's, since a connection's own allocator is for its thread.
 */
#include "mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "action.h"
#include "conn_core.h"

enum { LETTERS = 4096 };

struct letter {
    struct letter *next;
    ami_submit_fn submit;
    ami_action *action;
    ami_reply_fn fn;
    void *user;
};

struct ami_mailbox {
    ami_conn *conn; /* NULL once it takes no more letters */
    bool freed;
    int ends[2];

    pthread_mutex_t lock; /* for all below */
    struct letter *first, **last;
    size_t count, max;
    bool closed;
};

/* ---- Letters ----------------------------------------------------------------------------- */

static struct letter *new_letter(ami_submit_fn submit, const ami_action *action, ami_reply_fn fn,
                                 void *user)
{
    struct letter *letter = malloc(sizeof *letter);

    if (!letter)
        return NULL;
    *letter = (struct letter){NULL, submit, ami__action_dup(action), fn, user};
    if (letter->action)
        return letter;
    free(letter);
    return NULL;
}

static void free_letter(struct letter *letter)
{
    ami_action_free(letter->action);
    free(letter);
}

/* The end of one that was never submitted. */
static void end(ami_session *s, const struct letter *letter, int status)
{
    struct ami_reply reply = {
        .size = sizeof reply, .step = AMI_STEP_DONE, .status = status, .session = s};

    if (letter->fn) {
        s->called++;
        letter->fn(&reply, letter->user);
    }
}

/* ---- What threads share ------------------------------------------------------------------ */

/* Always has room for the byte, and always a byte to take, so neither can fail. */
static void ring(ami_mailbox *m)
{
    ssize_t n = write(m->ends[1], "", 1);
    (void)n;
}

static void silence(ami_mailbox *m)
{
    char byte;
    ssize_t n = read(m->ends[0], &byte, 1);
    (void)n;
}

static void close_ends(ami_mailbox *m)
{
    ami__net_close(m->ends[0]);
    ami__net_close(m->ends[1]);
}

static int put(ami_mailbox *m, struct letter *letter)
{
    int err = AMI_OK;

    pthread_mutex_lock(&m->lock);
    if (m->closed) {
        err = AMI_E_STATE;
    } else if (m->count == m->max) {
        err = AMI_E_LIMIT;
    } else {
        *m->last = letter;
        m->last = &letter->next;
        if (m->count++ == 0)
            ring(m);
    }
    pthread_mutex_unlock(&m->lock);
    return err;
}

/* The first letter, or NULL. */
static struct letter *take(ami_mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    struct letter *letter = m->first;
    if (letter && !(m->first = letter->next)) {
        m->last = &m->first;
        silence(m);
    }
    m->count -= letter != NULL;
    pthread_mutex_unlock(&m->lock);
    return letter;
}

static size_t count(ami_mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    size_t n = m->count;
    pthread_mutex_unlock(&m->lock);
    return n;
}

static void refuse_more(ami_mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    m->closed = true;
    pthread_mutex_unlock(&m->lock);
}

int ami_mailbox_post(ami_mailbox *m, ami_submit_fn submit, const ami_action *action,
                     ami_reply_fn fn, void *user)
{
    if (!m || !submit || !action)
        return AMI_E_INVAL;
    if (action->error.code != AMI_OK)
        return action->error.code;
    struct letter *letter = new_letter(submit, action, fn, user);
    int err = letter ? put(m, letter) : AMI_E_NOMEM;
    if (letter && err < 0)
        free_letter(letter);
    return err;
}

/* ---- What the connection does with it ---------------------------------------------------- */

int ami__mailbox_bell(const ami_conn *c)
{
    return c->mailbox ? c->mailbox->ends[0] : -1;
}

/* Callbacks may free the mailbox, or the connection: then there is no next one. */
static struct letter *next(const ami_conn *c)
{
    return c->mailbox ? take(c->mailbox) : NULL;
}

static void submit(ami_session *s, const struct letter *letter)
{
    int err = letter->submit(s, letter->action, letter->fn, letter->user, NULL);

    if (err < 0)
        end(s, letter, err);
}

/* What is posted meanwhile waits for the next round, so that others have their turn. */
void ami__mailbox_deliver(ami_conn *c)
{
    ami_session *s = c->session;
    struct letter *letter;

    if (!c->mailbox)
        return;
    ami__enter(s);
    for (size_t left = count(c->mailbox); left > 0 && (letter = next(c)); left--) {
        submit(s, letter);
        free_letter(letter);
    }
    ami__leave(s);
}

void ami__mailbox_close(ami_conn *c, int status)
{
    ami_session *s = c->session;
    struct letter *letter;

    if (!c->mailbox)
        return;
    refuse_more(c->mailbox);
    ami__enter(s);
    s->ending++;
    while ((letter = next(c))) {
        end(s, letter, status);
        free_letter(letter);
    }
    s->ending--;
    ami__leave(s);
    if (c->mailbox)
        c->mailbox->conn = NULL;
    c->mailbox = NULL;
}

/* ---- Life -------------------------------------------------------------------------------- */

int ami_mailbox_new(ami_mailbox **mailbox, ami_conn *c, size_t letters_max)
{
    if (!mailbox)
        return AMI_E_INVAL;
    *mailbox = NULL;
    if (!c)
        return AMI_E_INVAL;
    if (c->mailbox || c->freed || c->session->closed)
        return AMI_E_STATE;

    ami_mailbox *m = malloc(sizeof *m);
    if (!m)
        return AMI_E_NOMEM;
    *m = (ami_mailbox){.conn = c, .max = letters_max ? letters_max : LETTERS, .last = &m->first};
    int err = ami__net_pipe(m->ends) < 0 ? AMI_E_IO : AMI_OK;
    if (err == AMI_OK && pthread_mutex_init(&m->lock, NULL) != 0) {
        close_ends(m);
        err = AMI_E_NOMEM;
    }
    if (err < 0) {
        free(m);
        return err;
    }
    *mailbox = c->mailbox = m;
    return AMI_OK;
}

int ami_mailbox_fd(const ami_mailbox *m)
{
    return m->ends[0];
}

void ami_mailbox_free(ami_mailbox *m)
{
    if (!m || m->freed)
        return;
    m->freed = true; /* a callback of this very call may free it again */
    ami_conn *c = m->conn;
    if (c) {
        ami__conn_enter(c);
        ami__mailbox_close(c, AMI_E_CANCELLED);
        ami__conn_leave(c);
    }
    pthread_mutex_destroy(&m->lock);
    close_ends(m);
    free(m);
}
