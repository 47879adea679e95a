/* An allocator that refuses. This program is linked only with the static library, so that the
 * linker's --wrap can replace the library's allocations.
 *
 * The bug class: a refusal half way that leaves a version changed, or ends the process.
 */

#include <errno.h>
#include <stddef.h>

#include "expect.h"

/* Unless 0: blocks of this size and above are refused. */
static size_t refused_from;
static int refusals;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);

static int is_refused(size_t size)
{
    if (refused_from == 0 || size < refused_from) {
        return 0;
    }
    refusals++;
    errno = ENOMEM;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    return is_refused(size) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused(count * size) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return is_refused(size) ? NULL : __real_realloc(block, size);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    return is_refused(size) ? ENOMEM : __real_posix_memalign(block, alignment, size);
}

static void test_an_edit_that_cannot_grow(void)
{
    hedgerow_store *store = new_store();
    uint64_t version = empty_of(store), edit = 0, made = 0;
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, version, &edit));
    refused_from = 1 << 16;
    uint64_t i = 0;
    int32_t status = HEDGEROW_OK;
    while (status == HEDGEROW_OK && i < 1000000) {
        status = hedgerow_key_insert(store, edit, spread(i), i, i, &made);
        i += status == HEDGEROW_OK;
    }
    CHECK(status == HEDGEROW_MEMORY && refusals > 0 && i > 100);
    CHECK(len_of(store, edit) == i);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    /* After memory is freed elsewhere, as the message advises, the same call succeeds. */
    refused_from = 0;
    EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, edit, spread(i), i, i, &made));
    EXPECT(HEDGEROW_OK, hedgerow_edit_commit(store, edit, &version));
    CHECK(len_of(store, version) == i + 1);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

/* Opens edits until the version table has no room; returns how many. */
static size_t take_all_rows(hedgerow_store *store, uint64_t *edits, size_t most)
{
    size_t count = 0;
    int32_t status = HEDGEROW_OK;
    while (count < most) {
        status = hedgerow_edit_open(store, empty_of(store), &edits[count]);
        if (status != HEDGEROW_OK) {
            break;
        }
        count++;
    }
    CHECK(status == HEDGEROW_MEMORY && count > 10);
    return count;
}

/* Every call that makes a version, in a store whose version table cannot grow. */
static void test_memory_for_the_store(void)
{
    static uint64_t edits[20000];
    hedgerow_store *store = new_store();
    uint64_t a = empty_of(store), b = 0, edit = 0, made = 0, found = 0;
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, a, &edit));
    for (uint64_t i = 0; i < 3000; i++) {
        EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, edit, spread(i), i, i, &made));
    }
    EXPECT(HEDGEROW_OK, hedgerow_edit_commit(store, edit, &a));
    b = with(store, a, spread(9), 9, 10);
    uint64_t small = with(store, empty_of(store), 1, 1, 1);
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, a, &edit));
    refused_from = 1 << 14;
    size_t count = take_all_rows(store, edits, COUNT(edits));
    hedgerow_stats before = stats_of(store);
    hedgerow_probe probe;
    EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, a, spread(9), &probe));
    for (int again = 0; again < 2; again++) {
        EXPECT(HEDGEROW_MEMORY, hedgerow_key_insert(store, a, spread(1), 1, 2, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_key_remove(store, a, spread(1), 1, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_probe_put(store, &probe, 9, 11, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_probe_cut(store, &probe, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_edit_open(store, a, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_version_union(store, a, b, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_version_intersect(store, a, b, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_version_subtract(store, small, empty_of(store), &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_version_merge(store, a, a, b, NULL, NULL, &made));
        hedgerow_item items[] = {{1, 1, 1}, {2, 2, 2}};
        EXPECT(HEDGEROW_MEMORY, hedgerow_version_build(store, items, 2, &made));
        EXPECT(HEDGEROW_MEMORY, hedgerow_store_compact(store, NULL, 0));
        /* These take no memory. */
        EXPECT(HEDGEROW_OK, hedgerow_key_get(store, b, spread(9), 9, &found));
        CHECK(found == 10 && len_of(store, a) == 3000);
        hedgerow_stats after = stats_of(store);
        CHECK(after.live_versions == before.live_versions);
        CHECK(after.live_words == before.live_words && after.live_entries == before.live_entries);
        refused_from = 0;
        EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
        refused_from = 1 << 14;
    }
    /* An edit that ends makes room for another version. */
    EXPECT(HEDGEROW_OK, hedgerow_edit_abandon(store, edits[--count]));
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, a, spread(1), 1, &made));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, made));
    while (count > 0) {
        EXPECT(HEDGEROW_OK, hedgerow_edit_abandon(store, edits[--count]));
    }
    refused_from = 0;
    EXPECT(HEDGEROW_OK, hedgerow_edit_abandon(store, edit));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, a));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, b));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, small));
    EXPECT(HEDGEROW_OK, hedgerow_store_compact(store, NULL, 0));
    /* The rows of the edits were returned as well. */
    CHECK(stats_of(store).heap_bytes < 4096);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

/* If memory for the call itself is refused, nothing is made. */
static void test_memory_for_the_call(void)
{
    static hedgerow_item items[10000];
    hedgerow_store *store = new_store();
    uint64_t made = 0;
    size_t before = stats_of(store).heap_bytes;
    refusals = 0;
    refused_from = 1 << 16;
    EXPECT(HEDGEROW_MEMORY, hedgerow_version_build(store, items, COUNT(items), &made));
    refused_from = 0;
    CHECK(refusals > 0);
    CHECK(made == 0);
    CHECK(stats_of(store).heap_bytes == before);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_version_build(store, items, COUNT(items), &made));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, made));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

int main(void)
{
    test_an_edit_that_cannot_grow();
    test_memory_for_the_store();
    test_memory_for_the_call();
    puts("memory: all well");
    return 0;
}
