/* SPDX-License-Identifier: MIT */
/*
 * Events in bulk over loopback, plain and over TLS, to calls of a handler.
 *
 *     bulk CORPUS...      the first counts
 */
#include <sys/socket.h>
#include <unistd.h>

#include "../certs.h"
#include "peer.h"

enum { TIMES = 120, TLS_TIMES = 60, ROOM = 64 << 10 };

struct bulk {
    struct corpus corpus;
    size_t times;
    struct client client;
    int fd;
    SSL *ssl;
    char room[ROOM];
};

static double libami(void *context)
{
    struct bulk *b = context;
    size_t wanted = b->client.events + b->times * b->corpus.messages;
    double begin = now_seconds();

    client_order(&b->client, "Blast", b->times, 0);
    while (b->client.events < wanted)
        require(ami_conn_wait(b->client.conn, -1) >= 0);
    return (now_seconds() - begin) / (double)(b->times * b->corpus.len);
}

static double bare(void *context)
{
    struct bulk *b = context;
    size_t wanted = b->times * b->corpus.len, got = 0;
    char order[128];
    int len = snprintf(order, sizeof order, ORDER_TEXT, "Blast", b->times, 0);
    double begin = now_seconds();

    if (b->ssl)
        require(SSL_write(b->ssl, order, len) == len);
    else
        bare_send(b->fd, order, (size_t)len);
    while (got < wanted) {
        ptrdiff_t n = b->ssl ? SSL_read(b->ssl, b->room, sizeof b->room)
                             : recv(b->fd, b->room, sizeof b->room, 0);
        require(n > 0);
        got += (size_t)n;
    }
    return (now_seconds() - begin) / (double)wanted;
}

static void measure_plain(struct bulk *b)
{
    struct peer peer = peer_start(&b->corpus, NULL);

    b->times = TIMES;
    client_connect(&b->client, peer.port, NULL);
    b->fd = bare_connect(peer.port);
    compare("bulk / bare recv", (struct goal){SHARE, .45, .60}, "MB/s", libami, bare, b);
    close(b->fd);
    client_free(&b->client);
    peer_stop(&peer);
}

/* A TLS connection without libami, behind the banner. */
static void bare_connect_tls(struct bulk *b, SSL_CTX *context, int port)
{
    char banner[64];

    b->fd = bare_socket(port);
    require((b->ssl = SSL_new(context)) && SSL_set_fd(b->ssl, b->fd) && SSL_connect(b->ssl) == 1);
    require(SSL_read(b->ssl, banner, sizeof banner) > 0);
}

static void measure_tls(struct bulk *b)
{
    struct cert cert = cert_make(&(struct cert_spec){.name = "bench", .alt = "IP:127.0.0.1"});
    SSL_CTX *server = cert_server(&cert, NULL), *bare_context = SSL_CTX_new(TLS_client_method());
    struct ami_tls_opts opts = AMI_TLS_OPTS_INIT;
    ami_tls *tls;

    opts.insecure_no_verify = true;
    require(ami_tls_new(&tls, &opts, NULL) == AMI_OK);
    struct peer peer = peer_start(&b->corpus, server);
    b->times = TLS_TIMES;
    client_connect(&b->client, peer.port, tls);
    bare_connect_tls(b, bare_context, peer.port);
    compare("bulk over TLS / bare SSL_read", (struct goal){SHARE, .70, .85}, "MB/s", libami, bare,
            b);
    client_free(&b->client);
    SSL_free(b->ssl);
    close(b->fd);
    peer_stop(&peer);
    ami_tls_free(tls);
    SSL_CTX_free(bare_context);
    SSL_CTX_free(server);
    cert_free(&cert);
}

int main(int argc, char **argv)
{
    static struct bulk b;

    require(argc > 1);
    b.corpus = corpus_read(argv[1], 1);
    measure_plain(&b);
    measure_tls(&b);
    corpus_free(&b.corpus);
    return verdict();
}
