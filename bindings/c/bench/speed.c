/* Time of get and insert through the C library: the same trace as speed.rs and speed.py.
 *
 * get     looks up keys that are there, in random order
 * insert  replaces the value of one of them in a new version, and releases the old one
 *
 * Prints a line for each: the operation, the entries, and nanoseconds in the best of several
 * rounds.
 */

#define _POSIX_C_SOURCE 199309L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hedgerow.h"

#define OPERATIONS 1000000
#define ROUNDS 7

static uint64_t trace[OPERATIONS];

/* SplitMix64's finaliser: keys are spread over all bits, and are their own hashes. */
static uint64_t spread(uint64_t counter)
{
    uint64_t word = (counter + 1) * UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

static void must(int32_t status)
{
    if (status < 0) {
        fprintf(stderr, "speed: %s\n", hedgerow_strerror(status));
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static uint64_t build(hedgerow_store *store, uint64_t size)
{
    uint64_t version = 0, edit = 0, made = 0;
    must(hedgerow_version_empty(store, &version));
    must(hedgerow_edit_open(store, version, &edit));
    for (uint64_t i = 0; i < size; i++) {
        must(hedgerow_key_insert(store, edit, spread(i), spread(i), i, &made));
    }
    must(hedgerow_edit_commit(store, edit, &version));
    return version;
}

static void measure(uint64_t size)
{
    hedgerow_store *store = NULL;
    must(hedgerow_store_new(NULL, 0, &store));
    uint64_t version = build(store, size), sum = 0, next = 0;
    for (uint64_t i = 0; i < OPERATIONS; i++) {
        trace[i] = spread(spread(i) % size);
    }
    double best[2] = {1e18, 1e18};
    for (uint64_t round = 0; round < ROUNDS; round++) {
        double start = now();
        for (size_t i = 0; i < OPERATIONS; i++) {
            uint64_t value = 0;
            must(hedgerow_key_get(store, version, trace[i], trace[i], &value));
            sum += value;
        }
        double middle = now();
        for (size_t i = 0; i < OPERATIONS; i++) {
            uint64_t value = (round + 1) * OPERATIONS + i;
            must(hedgerow_key_insert(store, version, trace[i], trace[i], value, &next));
            must(hedgerow_version_release(store, version));
            version = next;
        }
        double end = now();
        best[0] = middle - start < best[0] ? middle - start : best[0];
        best[1] = end - middle < best[1] ? end - middle : best[1];
    }
    printf("get %llu %.1f\n", (unsigned long long)size, best[0] / OPERATIONS);
    printf("insert %llu %.1f\n", (unsigned long long)size, best[1] / OPERATIONS);
    fprintf(stderr, "sum %llu\n", (unsigned long long)sum);
    must(hedgerow_store_free(store));
}

int main(void)
{
    measure(1000);
    measure(1000000);
    return 0;
}
