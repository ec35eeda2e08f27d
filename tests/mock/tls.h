/* TLS of the mock server: for each client a filter of bytes. */
#ifndef AMI_MOCK_TLS_H
#define AMI_MOCK_TLS_H

#include <stdbool.h>
#include <stddef.h>

/* The server's certificate and key, both PEM; key NULL: in the same file. NULL, and why. */
typedef struct ami_mock_tls ami_mock_tls;
ami_mock_tls *ami_mock_tls_new(const char *cert, const char *key, char *why, size_t size);
void ami_mock_tls_free(ami_mock_tls *tls);

/* One client. */
typedef struct ami_mock_crypt ami_mock_crypt;
ami_mock_crypt *ami_mock_crypt_new(const ami_mock_tls *tls);
void ami_mock_crypt_free(ami_mock_crypt *crypt);

/* What came from the network; and what the client said with it, piece by piece: its length, 0 when
   there is no more. */
void ami_mock_crypt_feed(ami_mock_crypt *crypt, const void *data, size_t len);
size_t ami_mock_crypt_read(ami_mock_crypt *crypt, void *data, size_t room);
/* The client has ended, or what it sent was no TLS. */
bool ami_mock_crypt_over(const ami_mock_crypt *crypt);

/* Takes what is to be said to the client: all of it, or 0 bytes while there is no one to say it
   to. */
size_t ami_mock_crypt_write(ami_mock_crypt *crypt, const void *data, size_t len);
/* What waits to be sent, valid until the next call. */
const char *ami_mock_crypt_output(const ami_mock_crypt *crypt, size_t *len);
void ami_mock_crypt_sent(ami_mock_crypt *crypt, size_t n);

#endif
