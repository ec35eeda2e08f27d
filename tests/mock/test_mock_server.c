/* Tests of the mock behind sockets: one thread that plays client and server in turns. */
#include "bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

enum { CLIENTS = 200 };

static int connect_to_port(int port, bool ipv6)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

    v6.sin6_addr = in6addr_loopback;
    v6.sin6_port = v4.sin_port = htons((uint16_t)port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(ipv6 ? connect(fd, (const struct sockaddr *)&v6, sizeof v6)
                          : connect(fd, (const struct sockaddr *)&v4, sizeof v4),
                     0);
    return fd;
}

static int connect_to(const ami_mock_server *server, bool ipv6)
{
    return connect_to_port(ami_mock_server_port(server), ipv6);
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Pumps until the client has got this, or, with NULL, the end of the connection. */
static void expect(ami_mock_server *server, int fd, const char *what)
{
    static char got[65536];
    size_t len = 0;

    got[0] = '\0';
    while (!what || !strstr(got, what)) {
        ssize_t n;

        assert_int_equal(ami_mock_server_pump(server, 10), 0);
        n = recv(fd, got + len, sizeof got - 1 - len, MSG_DONTWAIT);
        if (n == 0 && !what)
            return;
        assert_true(n != 0);
        if (n > 0)
            len += (size_t)n;
        got[len] = '\0';
    }
}

static void test_talk(void **state)
{
    ami_mock_server *server = ami_mock_server_new(
        &(struct ami_mock_opts){.answer_ms = 30, .login_delay_ms = 30}, NULL, 0);
    int fd, other;

    (void)state;
    assert_non_null(server);
    fd = connect_to(server, false);
    other = connect_to(server, false);
    expect(server, fd, "Asterisk Call Manager/11.0.0\r\n");
    expect(server, other, "Asterisk Call Manager/11.0.0\r\n");
    assert_int_equal(ami_mock_server_clients(server), 2);
    say(fd, LOGIN "Action: Originate\r\nChannel: Local/1\r\nApplication: Wait\r\n\r\n");
    expect(server, fd, "Message: Originate successfully queued\r\n\r\n");
    say(other, "Action: Login\r\n\r\n");
    expect(server, other, "Authentication failed");
    expect(server, other, NULL);
    say(fd, "Action: Logoff\r\n\r\n");
    expect(server, fd, NULL);
    assert_int_equal(ami_mock_server_clients(server), 0);
    close(fd);
    close(other);
    ami_mock_server_free(server);
}

/* A half-closed client still gets its answers, one that is gone harms nobody. */
static void test_leaving(void **state)
{
    const struct linger reset = {.l_onoff = 1};
    ami_mock_server *server =
        ami_mock_server_new(&(struct ami_mock_opts){.answer_ms = 30}, NULL, 0);
    int fd, gone;

    (void)state;
    fd = connect_to(server, false);
    gone = connect_to(server, false);
    say(gone, LOGIN "Action: Originate\r\nChannel: Local/1\r\nApplication: Wait\r\n\r\n");
    expect(server, gone, "accepted");
    setsockopt(gone, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(gone);
    say(fd, LOGIN "Action: Originate\r\nChannel: Local/1\r\nApplication: Wait\r\n\r\n"
                  "Action: Ping\r\n\r\n");
    shutdown(fd, SHUT_WR);
    expect(server, fd, "Ping: Pong\r\n");
    expect(server, fd, NULL);
    assert_int_equal(ami_mock_server_clients(server), 0);
    close(fd);
    ami_mock_server_free(server);
}

static void test_crowd(void **state)
{
    ami_mock_server *server = ami_mock_server_new(&(struct ami_mock_opts){0}, NULL, 0);
    int fds[CLIENTS];

    (void)state;
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = connect_to(server, false);
        say(fds[i], LOGIN);
        expect(server, fds[i], "FullyBooted");
    }
    say(fds[0], "Action: UserEvent\r\nUserEvent: all\r\n\r\n");
    for (int i = 0; i < CLIENTS; i++)
        expect(server, fds[i], "UserEvent: all\r\n\r\n");
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    while (ami_mock_server_clients(server) > 0)
        assert_int_equal(ami_mock_server_pump(server, 10), 0);
    ami_mock_server_free(server);
}

static void test_listening(void **state)
{
    char why[256];
    ami_mock_server *server = ami_mock_server_new(&(struct ami_mock_opts){0}, NULL, 0), *ipv6;
    int fd;

    (void)state;
    assert_null(ami_mock_server_new(&(struct ami_mock_opts){.port = ami_mock_server_port(server)},
                                    why, sizeof why));
    assert_non_null(strstr(why, "cannot listen on 127.0.0.1 port"));
    assert_null(ami_mock_server_new(&(struct ami_mock_opts){.port = 65536}, NULL, 0));
    ami_mock_server_free(server);
    ipv6 = ami_mock_server_new(&(struct ami_mock_opts){.ipv6 = true}, why, sizeof why);
    if (!ipv6)
        skip(); /* a machine without IPv6 */
    fd = connect_to(ipv6, true);
    expect(ipv6, fd, "Asterisk Call Manager/");
    close(fd);
    ami_mock_server_free(ipv6);
}

static void test_no_certificate(void **state)
{
    ami_mock_server *server = ami_mock_server_new(&(struct ami_mock_opts){0}, NULL, 0);
    char why[256];

    (void)state;
    assert_int_equal(ami_mock_server_tls_port(server), -1);
    ami_mock_server_free(server);
    assert_null(ami_mock_server_new(&(struct ami_mock_opts){.cert = "/none.pem"}, why, sizeof why));
    assert_non_null(strstr(why, "cannot use /none.pem: "));
    assert_null(ami_mock_server_new(&(struct ami_mock_opts){.tls_port = 65536}, NULL, 0));
}

static void write_certificate(char *file)
{
    FILE *out = fdopen(mkstemp(file), "w");
    X509 *x509 = X509_new();
    EVP_PKEY *key = EVP_EC_gen("P-256");

    assert_non_null(out);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_X509(out, x509), 1);
    assert_int_equal(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(out), 0);
    X509_free(x509);
    EVP_PKEY_free(key);
}

/* As expect, in TLS. */
static void expect_encrypted(ami_mock_server *server, SSL *ssl, const char *what)
{
    static char got[65536];
    size_t len = 0, n;

    got[0] = '\0';
    while (!strstr(got, what)) {
        assert_int_equal(ami_mock_server_pump(server, 10), 0);
        if (SSL_read_ex(ssl, got + len, sizeof got - 1 - len, &n) == 1)
            len += n;
        got[len] = '\0';
    }
}

/* A client of OpenSSL's own, which says no more than it is told. */
static void test_tls(void **state)
{
    char file[] = "/tmp/ami-mock-cert-XXXXXX", why[256] = "";
    ami_mock_server *server;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(ctx);
    int fd;

    (void)state;
    write_certificate(file);
    server = ami_mock_server_new(&(struct ami_mock_opts){.cert = file}, why, sizeof why);
    unlink(file);
    assert_string_equal(why, "");
    fd = connect_to_port(ami_mock_server_tls_port(server), false);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    SSL_set_fd(ssl, fd);
    while (SSL_connect(ssl) != 1)
        assert_int_equal(ami_mock_server_pump(server, 10), 0);
    assert_int_equal(SSL_write(ssl, LOGIN, sizeof LOGIN - 1), sizeof LOGIN - 1);
    expect_encrypted(server, ssl, "FullyBooted");
    /* Others speak as before; and nonsense harms nobody. */
    int plain = connect_to(server, false);
    expect(server, plain, "Asterisk Call Manager/");
    int wrong = connect_to_port(ami_mock_server_tls_port(server), false);
    say(wrong, LOGIN);
    expect(server, wrong, NULL);
    close(wrong);
    close(plain);
    close(fd);
    while (ami_mock_server_clients(server) > 0)
        assert_int_equal(ami_mock_server_pump(server, 10), 0);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    ami_mock_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talk),           cmocka_unit_test(test_leaving),
        cmocka_unit_test(test_crowd),          cmocka_unit_test(test_listening),
        cmocka_unit_test(test_no_certificate), cmocka_unit_test(test_tls),
    };

    return cmocka_run_group_tests_name("mock server", tests, NULL, NULL);
}
