/* What the test programs share: checks of statuses and conditions, and short forms of calls. */

#ifndef EXPECT_H
#define EXPECT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "hedgerow.h"

/* Fails unless the call returns this status. */
#define EXPECT(status, call) expect_status(__FILE__, __LINE__, #call, (status), (call))
/* Fails unless the condition holds. */
#define CHECK(condition) ((condition) ? (void)0 : fail(__FILE__, __LINE__, #condition))
/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline void fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    exit(1);
}

static inline void expect_status(const char *file, int line, const char *call,
                                 int32_t wanted, int32_t status)
{
    if (status != wanted) {
        fprintf(stderr, "%s:%d: %s\n  is %d (%s), not %d (%s)\n", file, line, call, (int)status,
                hedgerow_strerror(status), (int)wanted, hedgerow_strerror(wanted));
        exit(1);
    }
}

/* A store of plain numbers. */
static inline hedgerow_store *new_store(void)
{
    hedgerow_store *store = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_store_new(NULL, 0, &store));
    return store;
}

/* A store with these options. */
static inline hedgerow_store *new_store_with(const hedgerow_options *options)
{
    hedgerow_store *store = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_store_new(options, sizeof *options, &store));
    return store;
}

static inline uint64_t empty_of(const hedgerow_store *store)
{
    uint64_t empty = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_empty(store, &empty));
    return empty;
}

static inline uint64_t len_of(const hedgerow_store *store, uint64_t version)
{
    uint64_t len = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_len(store, version, &len));
    return len;
}

/* The version with a value stored under a key. */
static inline uint64_t with(hedgerow_store *store, uint64_t version, uint64_t hash, uint64_t key,
                            uint64_t value)
{
    uint64_t made = 0;
    EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, version, hash, key, value, &made));
    return made;
}

static inline hedgerow_stats stats_of(const hedgerow_store *store)
{
    hedgerow_stats stats;
    EXPECT(HEDGEROW_OK, hedgerow_store_stats(store, &stats, sizeof stats));
    return stats;
}

/* SplitMix64: a number that looks random. */
static inline uint64_t spread(uint64_t number)
{
    uint64_t word = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

#endif
