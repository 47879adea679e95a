#include <stdio.h>
#include <stdlib.h>

#include "hedgerow.h"

/* Ends the program where a call was refused. */
static void must(int32_t status)
{
    if (status < 0) {
        fprintf(stderr, "hedgerow: %s\n", hedgerow_strerror(status));
        exit(1);
    }
}

int main(void)
{
    hedgerow_store *store = NULL;
    must(hedgerow_store_new(NULL, 0, &store));

    /* A version is a number. Every insert makes a new one, and leaves the old one as it is. */
    uint64_t empty, one, two;
    must(hedgerow_version_empty(store, &empty));
    must(hedgerow_key_insert(store, empty, 17, 17, 100, &one)); /* hash, key, value */
    must(hedgerow_key_insert(store, one, 42, 42, 200, &two));

    uint64_t value;
    if (hedgerow_key_get(store, one, 42, 42, &value) == HEDGEROW_ABSENT) {
        puts("the first version has no 42");
    }

    /* Many changes at once: an edit is a version in the making. */
    uint64_t edit, many, same;
    must(hedgerow_edit_open(store, two, &edit));
    for (uint64_t key = 0; key < 1000; key++) {
        must(hedgerow_key_insert(store, edit, key, key, key * key, &same));
    }
    must(hedgerow_edit_commit(store, edit, &many));

    /* Walk a version. The walk is memory of yours, and needs no end. */
    hedgerow_iter iter;
    uint64_t key, sum = 0;
    must(hedgerow_iter_start(store, many, &iter));
    while (hedgerow_iter_next(store, &iter, &key, &value) == HEDGEROW_OK) {
        sum += value;
    }
    printf("the squares below 1000 add up to %llu\n", (unsigned long long)sum);

    /* What changed, in time that depends on what changed. */
    hedgerow_change changes[8];
    size_t count;
    must(hedgerow_version_diff(store, one, two, changes, 8, &count));
    printf("%zu change: key %llu was added\n", count, (unsigned long long)changes[0].new_key);

    /* Each version that was made is released once; its memory is free again at once. */
    must(hedgerow_version_release(store, one));
    if (hedgerow_version_len(store, one, &value) == HEDGEROW_STALE) {
        puts("the first version is gone");
    }
    must(hedgerow_store_free(store));
    return 0;
}
