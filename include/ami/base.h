/* SPDX-License-Identifier: MIT */
/* What every other header needs: types, time, memory. */
#ifndef AMI_BASE_H
#define AMI_BASE_H

#include <stddef.h>
#include <stdint.h>

#include <ami/version.h>

#if defined(__GNUC__)
#define AMI_API          __attribute__((visibility("default")))
#define AMI_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define AMI_SENTINEL     __attribute__((sentinel))
#define AMI_USE_RESULT   __attribute__((warn_unused_result))
#else
#define AMI_API
#define AMI_PRINTF(f, a)
#define AMI_SENTINEL
#define AMI_USE_RESULT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Two words for memory, everywhere: what is *owned* you free, with the function that the page
 * names; what is *borrowed* is valid until the page says. free(NULL) is always fine.
 */
typedef struct ami_msg ami_msg;
typedef struct ami_parser ami_parser;
typedef struct ami_action ami_action;
typedef struct ami_session ami_session;
typedef struct ami_conn ami_conn;
typedef struct ami_list ami_list;
typedef struct ami_mailbox ami_mailbox;
typedef struct ami_tls ami_tls;

/* An action in flight or an event handler. 0 is never valid; a number is never used twice. */
typedef uint64_t ami_id;

/* Milliseconds of a monotonic clock. Deadlines are absolute values of it. */
typedef int64_t ami_time;
#define AMI_NEVER INT64_MAX

/*
 * Where an object takes its memory from. realloc(user, NULL, n) allocates, (user, p, n) resizes,
 * (user, p, 0) frees and returns NULL; a failed call returns NULL and leaves p as it was.
 * It is called only on the thread that uses the object.
 */
struct ami_allocator {
    void *(*realloc)(void *user, void *ptr, size_t size);
    void *user;
};

/* The version of the library in use, such as "0.1.0". A static string. */
AMI_API const char *ami_version(void);

/* The present moment of CLOCK_MONOTONIC, in milliseconds. */
AMI_API ami_time ami_now(void);

#ifdef __cplusplus
}
#endif
#endif
