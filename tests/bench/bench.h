/* SPDX-License-Identifier: MIT */
/*
 * What all benchmarks share. Each measures libami and a reference in turns, in one process, and
 * prints one line per figure: the median of the rounds' ratios, the least and the greatest, what
 * must be and what is aimed at, and the medians of both sides.
 */
#ifndef AMI_BENCH_H
#define AMI_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ami/ami.h>

enum { BENCH_CHUNK = 16 << 10 };

/* Ends the program with a message that says why. */
#define die(...) bench_die(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bench_die(const char *file, int line, const char *format, ...) AMI_PRINTF(3, 4);
/* As assert, also with NDEBUG. */
#define require(condition) ((condition) ? (void)0 : die("not so: %s", #condition))

/* ---- Events ------------------------------------------------------------------------------ */

/* Recorded events, repeated up to some megabytes; 16 bytes behind them may be read. */
struct corpus {
    const char *name; /* "events-16" */
    char *data;
    size_t len;
    size_t messages;
};
struct corpus corpus_read(const char *path, size_t at_least);
void corpus_free(struct corpus *corpus);

/* ---- Time -------------------------------------------------------------------------------- */

double now_seconds(void); /* of a monotonic clock */
double cpu_seconds(void); /* that this process has used, in the kernel, too */

/* Does its work and returns what it cost for each unit of it: seconds per byte, per item... */
typedef double cost_fn(void *context);

/* The middle one; sorts them. */
double median(double *values, size_t count);

/* ---- Memory and the like ----------------------------------------------------------------- */

double private_bytes(void);          /* of memory that this process alone uses */
double count_in(const char *folder); /* entries of /proc/self/folder */

/* ---- Figures ----------------------------------------------------------------------------- */

struct goal {
    enum { SHARE, FACTOR, COUNT } kind;
    double must, aim; /* at least, of a SHARE; at most, of the others; 0, 0: only told */
};

/* Measures ours and theirs in turns. SHARE: how much of their speed is ours. FACTOR: how many times
 * their cost is ours. unit is what a second costs: "MB/s" tells costs as speeds, "ns" as they
 * are. */
void compare(const char *what, struct goal goal, const char *unit, cost_fn *ours, cost_fn *theirs,
             void *context);

/* The same for what is counted exactly. */
void count(const char *what, struct goal goal, double value, const char *unit);

/* The exit status: 1 when a figure is not what it must be. For times it is enough to come within
 * 15 %: machines are noisy. */
int verdict(void);

/* ---- Parts of benchmarks ----------------------------------------------------------------- */

/* An allocator that counts the calls that ask for memory. */
struct counting {
    struct ami_allocator allocator;
    size_t calls;
};
void counting_init(struct counting *counting);

/* A session that has seen a banner. */
ami_session *greeted_session(const struct ami_allocator *allocator);

/* Gives bytes to a session in pieces, as one that reads from a socket does. */
void session_eat(ami_session *session, const char *data, size_t len, size_t chunk);

/* Runs a command and returns what it printed, on both its outputs; NULL when it failed. Owned. */
char *output_of(const char *format, ...) AMI_PRINTF(1, 2);

#endif
