/*
 * ami-mock: a server that speaks the Asterisk Manager Interface like a real Asterisk, for tests.
 *
 * The PBX (ami_mock_pbx, ami_mock_link) does no I/O: bytes in, bytes out, time as an argument. The
 * server puts it behind a loopback socket. Running out of memory ends the process.
 */
#ifndef AMI_MOCK_H
#define AMI_MOCK_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ami_mock_pbx ami_mock_pbx;
typedef struct ami_mock_link ami_mock_link;
typedef struct ami_mock_server ami_mock_server;

/* All zero is a good start: Asterisk 22, built-in users, calls answered at once. */
struct ami_mock_opts {
    const char *version; /* "1.0", "1.4", "1.8", "11", "13.0", "13.38" (or "13"), "16" or "22"
                            (NULL) */
    const char *conf;    /* path of a manager.conf; NULL: users admin/secret with all rights and
                            limited/limited with read and write = call */
    int port;            /* server only; 0: any */
    bool ipv6;           /* server only: listen on ::1 instead of 127.0.0.1 */
    int answer_ms;       /* a dialled party answers, or is found busy, after this time */
    int call_ms;         /* an answered call ends after this time, unless it runs AGI(agi:async);
                            0: it stays up */
    int login_delay_ms;  /* a failed login is answered after this time; a real server takes 1000 */
    bool demo;           /* place a call every second */
    bool empty;          /* nothing is configured: no queues, agents, peers, mailboxes ... */
    int64_t epoch_ms;    /* wall clock (ms since 1970) at time 0; 0: 1700000000000, and the
                            server takes the real time */
    const char *cert;    /* server only: path of a certificate (PEM); with it there is a second
                            port, where TLS is spoken */
    const char *key;     /* path of its key; NULL: in the same file */
    int tls_port;        /* with cert; 0: any */
};

/* NULL, and a sentence in why (if given), for an unknown version or an unreadable conf. */
ami_mock_pbx *ami_mock_pbx_new(const struct ami_mock_opts *opts, char *why, size_t size);
/* Frees the links that are left, too. */
void ami_mock_pbx_free(ami_mock_pbx *pbx);

/* The next time at which something is due, or INT64_MAX. */
int64_t ami_mock_pbx_deadline(const ami_mock_pbx *pbx);
void ami_mock_pbx_tick(ami_mock_pbx *pbx, int64_t now_ms);

/* A client connected: the banner is its first output. */
ami_mock_link *ami_mock_link_new(ami_mock_pbx *pbx, int64_t now_ms);
void ami_mock_link_free(ami_mock_link *link);
void ami_mock_link_feed(ami_mock_link *link, const void *data, size_t len, int64_t now_ms);
/* The client closed its sending side: what it sent before is still run and answered. */
void ami_mock_link_eof(ami_mock_link *link);
/* What waits to be sent, valid until the next call on this PBX. */
const char *ami_mock_link_output(const ami_mock_link *link, size_t *len);
void ami_mock_link_sent(ami_mock_link *link, size_t n);
/* The server wants to close, as soon as the output is sent. */
bool ami_mock_link_closed(const ami_mock_link *link);

/* NULL and a sentence in why (if given) when the options are bad, the certificate is, or no socket
   is to be had. */
ami_mock_server *ami_mock_server_new(const struct ami_mock_opts *opts, char *why, size_t size);
int ami_mock_server_port(const ami_mock_server *server);
/* The port for TLS, or -1 when there is none. */
int ami_mock_server_tls_port(const ami_mock_server *server);
/* How many clients are connected. */
size_t ami_mock_server_clients(const ami_mock_server *server);
/* One round: wait up to timeout_ms (-1: for ever), accept, read, tick, write. 0, or -1 with errno
   (EINTR for a signal). */
int ami_mock_server_pump(ami_mock_server *server, int timeout_ms);
/* Pumps until *stop is set; NULL: for ever. 0, or -1 with errno. */
int ami_mock_server_run(ami_mock_server *server, const volatile sig_atomic_t *stop);
void ami_mock_server_free(ami_mock_server *server);

#ifdef __cplusplus
}
#endif

#endif
