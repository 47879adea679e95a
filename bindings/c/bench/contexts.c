/* Context variables through C: what contexts.rs does in Rust, and contexts_python.c in CPython. The
 * values are objects of the caller, as in a runtime.
 *
 * usage: contexts                 # prints the nanoseconds of each operation
 *        contexts OPERATION COUNT # only runs it, to count instructions
 */

#define _POSIX_C_SOURCE 199309L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hedgerow.h"

enum { VARS = 8, ROUNDS = 15 };

static hedgerow_context_var *vars[VARS];
static hedgerow_value *first, *second;
static uint64_t sum;

static void must(int32_t status)
{
    if (status != HEDGEROW_OK) {
        fprintf(stderr, "%s\n", hedgerow_strerror(status));
        exit(1);
    }
}

/* Reads a variable. */
static void get(long count)
{
    for (long i = 0; i < count; i++) {
        uint64_t word = 0;
        must(hedgerow_context_var_get_word(vars[i % VARS], &word));
        sum += word;
    }
}

/* Reads a variable, and gets a handle of its value. */
static void get_handle(long count)
{
    for (long i = 0; i < count; i++) {
        hedgerow_value *value = NULL;
        must(hedgerow_context_var_get(vars[i % VARS], &value));
        must(hedgerow_value_free(value));
    }
}

/* Sets a variable, and resets it. */
static void set_reset(long count)
{
    for (long i = 0; i < count; i++) {
        hedgerow_context_token *token = NULL;
        must(hedgerow_context_var_set(vars[i % VARS], second, &token));
        must(hedgerow_context_var_reset(vars[i % VARS], token));
        must(hedgerow_context_token_free(token));
    }
}

/* Copies the current context, enters the copy and leaves it. */
static void copy_run(long count)
{
    for (long i = 0; i < count; i++) {
        hedgerow_context *context = NULL;
        must(hedgerow_context_copy_current(&context));
        must(hedgerow_context_enter(context));
        must(hedgerow_context_exit(context));
        must(hedgerow_context_free(context));
    }
}

/* The same, and there sets a variable and reads two. */
static void task(long count)
{
    for (long i = 0; i < count; i++) {
        hedgerow_context *context = NULL;
        must(hedgerow_context_copy_current(&context));
        must(hedgerow_context_enter(context));
        must(hedgerow_context_var_set(vars[i % VARS], second, NULL));
        for (int step = 0; step < 2; step++) {
            uint64_t word = 0;
            must(hedgerow_context_var_get_word(vars[(i + step) % VARS], &word));
            sum += word;
        }
        must(hedgerow_context_exit(context));
        must(hedgerow_context_free(context));
    }
}

static const struct {
    const char *name;
    void (*run)(long count);
    long count;
} OPERATIONS[] = {
    {"get", get, 2000000},
    {"get_handle", get_handle, 1000000},
    {"set_reset", set_reset, 500000},
    {"copy_run", copy_run, 500000},
    {"task", task, 300000},
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
    hedgerow_type_options options;
    hedgerow_type *type = NULL;
    hedgerow_policy policy;
    hedgerow_context *origin = NULL;
    memset(&options, 0, sizeof options);
    options.name = "plain";
    options.name_length = 5;
    must(hedgerow_type_new(&options, sizeof options, &type));
    must(hedgerow_value_object(type, 1, &first));
    must(hedgerow_value_object(type, 2, &second));
    must(hedgerow_policy_cpython(0, &policy));
    for (int i = 0; i < VARS; i++) {
        char text[8];
        hedgerow_value *name = NULL;
        snprintf(text, sizeof text, "v%d", i);
        must(hedgerow_value_str_from_utf8(text, strlen(text), HEDGEROW_ERRORS_STRICT, &name));
        must(hedgerow_context_var_new(name, NULL, &policy, &vars[i]));
        must(hedgerow_context_var_set(vars[i], first, NULL));
        must(hedgerow_value_free(name));
    }
    must(hedgerow_context_copy_current(&origin));
    must(hedgerow_context_enter(origin));
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++) {
        if (argc == 3) {
            if (strcmp(argv[1], OPERATIONS[i].name) == 0) {
                OPERATIONS[i].run(atol(argv[2]));
            }
            continue;
        }
        double best = 1e18;
        for (int round = 0; round < ROUNDS; round++) {
            double start = now();
            OPERATIONS[i].run(OPERATIONS[i].count);
            double time = (now() - start) / (double)OPERATIONS[i].count;
            best = time < best ? time : best;
        }
        printf("%s 0 %.2f\n", OPERATIONS[i].name, best);
    }
    fprintf(stderr, "sum %llu\n", (unsigned long long)sum);
    return 0;
}
