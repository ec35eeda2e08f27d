/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <dirent.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>

enum { ROUNDS = 15 };
static const double tolerance = 1.15; /* for times */
static bool missed;

void bench_die(const char *file, int line, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(2);
}

/* ---- Events ------------------------------------------------------------------------------ */

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *data;

    require(file && fseek(file, 0, SEEK_END) == 0);
    *len = (size_t)ftell(file);
    rewind(file);
    require((data = malloc(*len + 1)) && fread(data, 1, *len, file) == *len);
    fclose(file);
    return data;
}

static size_t count_messages(const char *data, size_t len)
{
    size_t messages = 0;

    for (size_t i = 0; i + 4 <= len; i++)
        messages += memcmp(data + i, "\r\n\r\n", 4) == 0;
    return messages;
}

struct corpus corpus_read(const char *path, size_t at_least)
{
    const char *slash = strrchr(path, '/');
    size_t len;
    char *once = read_file(path, &len);
    size_t times = (at_least + len - 1) / len;
    struct corpus corpus = {slash ? slash + 1 : path, calloc(1, times * len + 16), times * len, 0};

    require(corpus.data);
    for (size_t i = 0; i < times; i++)
        memcpy(corpus.data + i * len, once, len);
    corpus.messages = times * count_messages(once, len);
    free(once);
    return corpus;
}

void corpus_free(struct corpus *corpus)
{
    free(corpus->data);
}

/* ---- Time -------------------------------------------------------------------------------- */

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double now_seconds(void)
{
    return seconds(CLOCK_MONOTONIC);
}

double cpu_seconds(void)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, order);
    return values[count / 2];
}

/* ---- Memory and the like ----------------------------------------------------------------- */

double private_bytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    double sum = 0, kib;

    require(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "Private_Clean: %lf", &kib) == 1 ||
            sscanf(line, "Private_Dirty: %lf", &kib) == 1)
            sum += 1024 * kib;
    }
    fclose(file);
    return sum;
}

double count_in(const char *folder)
{
    char path[64];
    double entries = 0;

    snprintf(path, sizeof path, "/proc/self/%s", folder);
    DIR *dir = opendir(path);
    require(dir);
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries;
}

/* ---- Figures ----------------------------------------------------------------------------- */

static bool reaches(struct goal goal, double value, double bound)
{
    return goal.kind == SHARE ? value >= bound : value <= bound;
}

static const char *judge(struct goal goal, double value)
{
    double slack = goal.kind == SHARE ? 1 / tolerance : goal.kind == FACTOR ? tolerance : 1;

    if (goal.must == 0 && goal.aim == 0 && goal.kind != COUNT)
        return "";
    if (reaches(goal, value, goal.aim))
        return "aim reached";
    if (reaches(goal, value, goal.must))
        return "must reached";
    if (reaches(goal, value, goal.must * slack))
        return "just missed";
    missed = true;
    return "MISSED";
}

static void print_goal(struct goal goal, double value)
{
    const char *word = judge(goal, value);

    if (*word)
        printf("  must %s %-5g aim %-5g %-12s", goal.kind == SHARE ? ">=" : "<=", goal.must,
               goal.aim, word);
    else
        printf("%40s", "");
}

static void print_side(double cost, const char *unit)
{
    if (strcmp(unit, "MB/s") == 0)
        printf(" %8.0f", 1e-6 / cost);
    else
        printf(" %8.1f", strcmp(unit, "us") == 0 ? 1e6 * cost : 1e9 * cost);
}

void compare(const char *what, struct goal goal, const char *unit, cost_fn *ours, cost_fn *theirs,
             void *context)
{
    double our_costs[ROUNDS], their_costs[ROUNDS], ratios[ROUNDS];

    ours(context); /* warms caches and buffers */
    theirs(context);
    for (int i = 0; i < ROUNDS; i++) {
        our_costs[i] = ours(context);
        their_costs[i] = theirs(context);
        ratios[i] =
            goal.kind == SHARE ? their_costs[i] / our_costs[i] : our_costs[i] / their_costs[i];
    }
    double ratio = median(ratios, ROUNDS);
    printf("%-52s %6.3f (%.3f - %.3f)", what, ratio, ratios[0], ratios[ROUNDS - 1]);
    print_goal(goal, ratio);
    print_side(median(our_costs, ROUNDS), unit);
    print_side(median(their_costs, ROUNDS), unit);
    printf(" %s\n", unit);
    fflush(stdout);
}

void count(const char *what, struct goal goal, double value, const char *unit)
{
    printf("%-52s %6.4g %15s", what, value, "");
    print_goal(goal, value);
    printf(" %17s %s\n", "", unit);
    fflush(stdout);
}

int verdict(void)
{
    return missed;
}

/* ---- Parts of benchmarks ----------------------------------------------------------------- */

static void *counting_realloc(void *user, void *ptr, size_t size)
{
    struct counting *counting = user;

    if (size == 0) {
        free(ptr);
        return NULL;
    }
    counting->calls++;
    return realloc(ptr, size);
}

void counting_init(struct counting *counting)
{
    *counting = (struct counting){{counting_realloc, counting}, 0};
}

ami_session *greeted_session(const struct ami_allocator *allocator)
{
    static const char banner[] = "Asterisk Call Manager/11.0.0\r\n";
    struct ami_session_opts opts = AMI_SESSION_OPTS_INIT;
    ami_session *session;

    opts.allocator = allocator;
    require(ami_session_new(&session, &opts) == AMI_OK);
    session_eat(session, banner, sizeof banner - 1, BENCH_CHUNK);
    return session;
}

void session_eat(ami_session *session, const char *data, size_t len, size_t chunk)
{
    while (len > 0) {
        size_t room, n = len < chunk ? len : chunk;
        void *space = ami_session_space(session, &room);
        require(space);
        if (n > room)
            n = room;
        memcpy(space, data, n);
        require(ami_session_added(session, n, 0) == AMI_OK);
        data += n;
        len -= n;
    }
}

char *output_of(const char *format, ...)
{
    char command[1024];
    size_t cap = 1 << 16, len = 0, n;
    char *text = malloc(cap);
    va_list ap;

    va_start(ap, format);
    int wanted = vsnprintf(command, sizeof command, format, ap);
    va_end(ap);
    require(text && wanted > 0 && (size_t)wanted < sizeof command);
    fflush(stdout);
    FILE *pipe = popen(command, "r");
    require(pipe);
    while ((n = fread(text + len, 1, cap - 1 - len, pipe)) > 0)
        len += n;
    text[len] = '\0';
    if (pclose(pipe) == 0)
        return text;
    free(text);
    return NULL;
}
