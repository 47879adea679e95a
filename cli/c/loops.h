/* The loops that are timed. Each is inlined with the functions of one kind of map, so that nothing
 * is between the loop and the call. What a loop counts is compared once the clock has stopped: a
 * map that finds nothing is not fast, but wrong.
 */

#ifndef HEDGEROW_BENCH_LOOPS_H
#define HEDGEROW_BENCH_LOOPS_H

#include "calls.h"

#include <time.h>

#define INLINED static inline __attribute__((always_inline))

/* The compiler has to have this value at hand, and can drop no loop around it. */
#define KEEP(value) __asm__ volatile("" : : "r"(value))

/* A version of a map: a number of libhedgerow's, or an object of Python's. */
typedef uint64_t version;

/* What a kind of map can do. What it hands out, the loop gives back. */
typedef struct {
    outcome (*empty)(void *state, version *made);
    /* The value of a key that is there, and of one that is not. */
    outcome (*get)(void *state, version map, PyObject *key, PyObject **value);
    outcome (*miss)(void *state, version map, PyObject *key, PyObject **value);
    outcome (*contains)(void *state, version map, PyObject *key);
    outcome (*set)(void *state, version map, PyObject *key, PyObject *value, version *made);
    outcome (*cut)(void *state, version map, PyObject *key, version *made);
    outcome (*release)(void *state, version map);
    outcome (*bulk)(void *state, const workload *work, version *made);
    outcome (*walk)(void *state, version map, size_t *count);
    /* DONE if they are. */
    outcome (*equal)(void *state, version one, version other);
    outcome (*diff)(void *state, version one, version other, size_t *count);
} calls;

/* A comparison is repeated until it took so long. */
enum { COMPARING_NS = 100000 };

INLINED int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

INLINED int64_t empty_loop(const series *over, size_t rounds)
{
    int64_t start = now();
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < over->count; i++) {
            KEEP(over->items[i].key);
            KEEP(over->items[i].value);
        }
    }
    return now() - start;
}

INLINED int64_t empty_rounds(size_t rounds)
{
    int64_t start = now();
    for (size_t round = 0; round < rounds; round++) {
        KEEP(round);
    }
    return now() - start;
}

INLINED outcome counted(const char *what, size_t count, size_t expected)
{
    if (count != expected) {
        PyErr_Format(PyExc_AssertionError, "%s: %zu where %zu were expected", what, count,
                     expected);
        return FAILED;
    }
    return DONE;
}

INLINED outcome time_gets(
    outcome (*get)(void *, version, PyObject *, PyObject **), void *state, version base,
    const series *keys, size_t expected, timing *taken)
{
    size_t found = 0;
    int64_t start = now();
    for (size_t i = 0; i < keys->count; i++) {
        PyObject *value = NULL;
        outcome how = get(state, base, keys->items[i].key, &value);
        if (how == FAILED) {
            return FAILED;
        }
        if (how == DONE) {
            Py_DECREF(value);
            found++;
        }
    }
    *taken = (timing){now() - start, empty_loop(keys, 1), keys->count};
    return counted("keys found", found, expected);
}

INLINED outcome time_contains(const calls *map, void *state, version base, const series *keys,
                              timing *taken)
{
    size_t found = 0;
    int64_t start = now();
    for (size_t i = 0; i < keys->count; i++) {
        outcome how = map->contains(state, base, keys->items[i].key);
        if (how == FAILED) {
            return FAILED;
        }
        found += how == DONE;
    }
    *taken = (timing){now() - start, empty_loop(keys, 1), keys->count};
    /* Hits and misses are in turn, and a hit is first. */
    return counted("keys contained", found, (keys->count + 1) / 2);
}

INLINED outcome time_sets(const calls *map, void *state, version base, const series *pairs,
                          timing *taken)
{
    size_t unchanged = 0;
    int64_t start = now();
    for (size_t i = 0; i < pairs->count; i++) {
        version made;
        if (map->set(state, base, pairs->items[i].key, pairs->items[i].value, &made) != DONE
            || map->release(state, made) != DONE) {
            return FAILED;
        }
        unchanged += made == base;
    }
    *taken = (timing){now() - start, empty_loop(pairs, 1), pairs->count};
    return counted("versions that are the base", unchanged, 0);
}

INLINED outcome time_cuts(const calls *map, void *state, version base, const series *pairs,
                          timing *taken)
{
    size_t unchanged = 0;
    int64_t start = now();
    for (size_t i = 0; i < pairs->count; i++) {
        version made;
        if (map->cut(state, base, pairs->items[i].key, &made) != DONE
            || map->release(state, made) != DONE) {
            return FAILED;
        }
        unchanged += made == base;
    }
    *taken = (timing){now() - start, empty_loop(pairs, 1), pairs->count};
    return counted("versions that are the base", unchanged, 0);
}

/* Sets each pair in a new version, and drops the one before. `last` is the loop's to drop. */
INLINED outcome build(const calls *map, void *state, const series *pairs, version *last)
{
    version newest, next;
    if (map->empty(state, &newest) != DONE) {
        return FAILED;
    }
    for (size_t i = 0; i < pairs->count; i++) {
        outcome set =
            map->set(state, newest, pairs->items[i].key, pairs->items[i].value, &next);
        if (map->release(state, newest) != DONE || set != DONE) {
            return FAILED;
        }
        newest = next;
    }
    *last = newest;
    return DONE;
}

INLINED outcome time_builds(const calls *map, void *state, const workload *work, timing *taken)
{
    int64_t start = now();
    for (size_t round = 0; round < work->rounds; round++) {
        version last;
        if (build(map, state, &work->pairs, &last) != DONE
            || map->release(state, last) != DONE) {
            return FAILED;
        }
    }
    int64_t ns = now() - start;
    size_t operations = work->rounds * work->pairs.count;
    *taken = (timing){ns, empty_loop(&work->pairs, work->rounds), operations};
    return DONE;
}

INLINED outcome time_bulk(const calls *map, void *state, const workload *work, timing *taken)
{
    int64_t start = now();
    for (size_t round = 0; round < work->rounds; round++) {
        version made;
        if (map->bulk(state, work, &made) != DONE || map->release(state, made) != DONE) {
            return FAILED;
        }
    }
    int64_t ns = now() - start;
    *taken = (timing){ns, empty_rounds(work->rounds), work->rounds * work->pairs.count};
    return DONE;
}

INLINED outcome time_walks(const calls *map, void *state, version base, const workload *work,
                           timing *taken)
{
    size_t operations = work->rounds * work->pairs.count, count = 0;
    int64_t start = now();
    for (size_t round = 0; round < work->rounds; round++) {
        if (map->walk(state, base, &count) != DONE) {
            return FAILED;
        }
    }
    *taken = (timing){now() - start, empty_rounds(operations), operations};
    return counted("entries walked over", count, operations);
}

/* Compares the base with a relative that is one set apart. A comparison of relatives is quick in
 * one map and looks at every entry in another: each is repeated until the clock can tell. */
INLINED outcome time_comparisons(const calls *map, void *state, version base,
                                 const workload *work, operation of, timing *taken)
{
    const pair *set = of == EQUAL ? work->twin.items : work->changed.items;
    version relative;
    if (map->set(state, base, set->key, set->value, &relative) != DONE) {
        return FAILED;
    }
    outcome how = DONE;
    for (size_t repeats = work->rounds;; repeats *= 4) {
        size_t found = 0;
        int64_t start = now();
        for (size_t i = 0; how == DONE && i < repeats; i++) {
            how = of == EQUAL ? map->equal(state, base, relative)
                              : map->diff(state, base, relative, &found);
        }
        int64_t ns = now() - start;
        if (how == NOT_THERE) {
            how = counted("equal relatives", 0, 1);
        } else if (how == DONE && of == DIFF) {
            how = counted("changes found", found, repeats);
        }
        *taken = (timing){ns, empty_rounds(repeats), repeats};
        if (how != DONE || ns >= COMPARING_NS || repeats >= work->least) {
            break;
        }
    }
    return map->release(state, relative) == DONE ? how : FAILED;
}

/* Drops a chain of versions, the newest first. The map that it starts from stays. */
INLINED outcome time_releases(const calls *map, void *state, version base, const series *chain,
                              timing *taken)
{
    version *versions = PyMem_New(version, chain->count);
    if (versions == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    size_t made = 0;
    outcome how = DONE;
    for (; how == DONE && made < chain->count; made += how == DONE) {
        version newest = made == 0 ? base : versions[made - 1];
        how = map->set(state, newest, chain->items[made].key, chain->items[made].value,
                       &versions[made]);
    }
    int64_t start = now();
    for (size_t i = made; i > 0; i--) {
        if (map->release(state, versions[i - 1]) != DONE) {
            how = FAILED;
        }
    }
    int64_t end = now();
    for (size_t i = made; i > 0; i--) {
        KEEP(versions[i - 1]);
    }
    *taken = (timing){end - start, now() - end, made};
    PyMem_Free(versions);
    return how;
}

INLINED outcome time_map(const calls *map, void *state, version base, const workload *work,
                         operation of, timing *taken)
{
    switch (of) {
    case BUILD:
        return time_builds(map, state, work, taken);
    case BULK:
        return time_bulk(map, state, work, taken);
    case GET_HIT:
        return time_gets(map->get, state, base, &work->hits, work->hits.count, taken);
    case GET_MISS:
        return time_gets(map->miss, state, base, &work->misses, 0, taken);
    case CONTAINS:
        return time_contains(map, state, base, &work->mixed, taken);
    case SET_REPLACE:
        return time_sets(map, state, base, &work->replacing, taken);
    case SET_NEW:
        return time_sets(map, state, base, &work->fresh, taken);
    case DELETE:
        return time_cuts(map, state, base, &work->replacing, taken);
    case ITERATE:
        return time_walks(map, state, base, work, taken);
    case EQUAL:
    case DIFF:
        return time_comparisons(map, state, base, work, of, taken);
    case RELEASE:
        return time_releases(map, state, base, &work->chain, taken);
    default:
        return NOT_THERE;
    }
}

/* The map that an operation makes of its first key, for `made`: the caller's to drop. */
INLINED outcome make_once(const calls *map, void *state, version base, const workload *work,
                          operation of, version *made)
{
    const pair *replaced = work->replacing.items, *added = work->fresh.items;
    switch (of) {
    case BUILD:
        return build(map, state, &work->pairs, made);
    case BULK:
        return map->bulk(state, work, made);
    case SET_REPLACE:
        return map->set(state, base, replaced->key, replaced->value, made);
    case SET_NEW:
        return map->set(state, base, added->key, added->value, made);
    case DELETE:
        return map->cut(state, base, replaced->key, made);
    default:
        return NOT_THERE;
    }
}

#endif
