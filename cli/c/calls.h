/* The C level of `hedgerow bench`: what its files share.
 *
 * A subject is a map that is timed. module.c makes subjects for Python, each with the functions of
 * its kind:
 *
 *   library.c   libhedgerow's store, with Python's objects as its keys and values
 *   methods.c   a map type of Python's, by its methods and slots
 *   contexts.c  context variables, of CPython and of libhedgerow
 *
 * The loops that are timed are in loops.h, once for all maps.
 */

#ifndef HEDGEROW_BENCH_CALLS_H
#define HEDGEROW_BENCH_CALLS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* The operations, in the order of OPERATIONS in module.c. */
typedef enum {
    BUILD,
    BULK,
    GET_HIT,
    GET_MISS,
    CONTAINS,
    SET_REPLACE,
    SET_NEW,
    DELETE,
    ITERATE,
    EQUAL,
    DIFF,
    RELEASE,
    CONTEXT_GET,
    CONTEXT_SET,
    CONTEXT_COPY,
    OPERATION_COUNT
} operation;

/* How a function ended. FAILED has set Python's exception. */
typedef enum { DONE = 0, NOT_THERE = 1, FAILED = -1 } outcome;

/* One pass of a loop, and the same loop with nothing in it. */
typedef struct {
    int64_t ns;
    int64_t loop_ns;
    size_t operations;
} timing;

/* A key and a value, borrowed. */
typedef struct {
    PyObject *key;
    PyObject *value;
} pair;

/* Pairs in the order of a loop, or keys without values. `source` keeps them alive. */
typedef struct {
    PyObject *source;
    pair *items;
    size_t count;
} series;

/* What a map is timed with. The worker, bench_worker.py, says what each is. */
typedef struct {
    series pairs;
    series hits;
    series misses;
    series mixed;
    series replacing;
    series fresh;
    series chain;
    /* One pair each: another object that is equal to the value of the map, and one that is not. */
    series twin;
    series changed;
    /* How often a pass goes over all entries. */
    size_t rounds;
    /* The fewest operations in a pass, where each takes less than the clock can tell. */
    size_t least;
} workload;

/* What subjects of a kind do. `state` is that of one subject. */
typedef struct {
    outcome (*time)(void *state, const workload *work, operation of, timing *taken);
    /* A list of the entries of the map that the operation makes of its first key, or the base. */
    PyObject *(*made)(void *state, const workload *work, operation of);
    void (*free)(void *state);
} kind;

extern const kind LIBRARY;
extern const kind METHODS;
extern const kind CONTEXTS;

/* Make the state of a subject; null with an exception set. */
void *library_new(const workload *work);
void *methods_new(PyObject *map, PyObject *empty, PyObject *make);
void *contexts_new(const char *of, size_t count, PyObject *order);

#endif
