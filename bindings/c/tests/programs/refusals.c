/* Everything a caller can get wrong, and the status that reports it.
 *
 * The bug class: a wrong argument that is accepted. Each block names a status and makes all calls
 * that return it. No call in this file may change a version.
 */

#include <string.h>

#include "expect.h"

static hedgerow_store *store, *other;
static uint64_t empty, one, edit, stale, foreign, number;
static size_t count;

static void begin(void)
{
    store = new_store();
    other = new_store();
    empty = empty_of(store);
    one = with(store, empty, 1, 1, 1);
    foreign = with(other, empty_of(other), 1, 1, 1);
    stale = with(store, one, 2, 2, 2);
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, stale));
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, one, &edit));
}

/* Makes all calls that take one version, and expects a status for each kind of call. */
static void each_with_version(uint64_t version, int32_t read, int32_t insert, int32_t remove,
                              int32_t end, int32_t finish)
{
    hedgerow_iter iter;
    hedgerow_probe probe;
    uint8_t found;
    uint64_t key = 1, hash = 1;
    EXPECT(read, hedgerow_version_len(store, version, &number));
    EXPECT(read, hedgerow_key_get(store, version, 1, 1, &number));
    EXPECT(read, hedgerow_key_get_many(store, version, &hash, &key, 1, &number, &found));
    EXPECT(read, hedgerow_iter_start(store, version, &iter));
    EXPECT(read, hedgerow_probe_start(store, version, 1, &probe));
    EXPECT(read == HEDGEROW_OK ? HEDGEROW_SHORT : read,
           hedgerow_version_dump(store, version, NULL, 0, &count));
    EXPECT(insert, hedgerow_key_insert(store, version, 1, 1, 1, &number));
    EXPECT(remove, hedgerow_key_remove(store, version, 9, 9, &number));
    EXPECT(end, hedgerow_version_release(store, version));
    EXPECT(end, hedgerow_version_forget(store, version));
    EXPECT(end, hedgerow_edit_open(store, version, &number));
    EXPECT(finish, hedgerow_edit_commit(store, version, &number));
    EXPECT(finish == HEDGEROW_OK ? HEDGEROW_COMMITTED : finish,
           hedgerow_edit_abandon(store, version));
}

static int32_t never(void *context, uint64_t key, uint64_t value, uint32_t holders)
{
    (void)context, (void)key, (void)value, (void)holders;
    fail(__FILE__, __LINE__, "nothing is visited");
    return 0;
}

/* Makes all calls that take two versions. */
static void each_with_two(uint64_t a, uint64_t b, int32_t status)
{
    int32_t equal = 0;
    hedgerow_sharing sharing;
    EXPECT(status, hedgerow_version_equal(store, a, b, &equal));
    EXPECT(status, hedgerow_version_diff(store, a, b, NULL, 0, &count));
    EXPECT(status, hedgerow_version_shared(store, a, b, &sharing, sizeof sharing));
    EXPECT(status, hedgerow_version_merge(store, one, a, b, NULL, NULL, &number));
    EXPECT(status, hedgerow_version_merge(store, a, one, b, NULL, NULL, &number));
    EXPECT(status, hedgerow_version_union(store, a, b, &number));
    EXPECT(status, hedgerow_version_intersect(store, a, b, &number));
    EXPECT(status, hedgerow_version_subtract(store, a, b, &number));
    if (status != HEDGEROW_OPEN) {
        EXPECT(status, hedgerow_version_unshared(store, a, b, NULL, 0, &count));
    }
}

static void test_versions(void)
{
    const int32_t gone = HEDGEROW_STALE, alien = HEDGEROW_FOREIGN;
    each_with_version(stale, gone, gone, gone, gone, gone);
    each_with_version(0, gone, gone, gone, gone, gone);
    each_with_version(one | UINT64_C(0x0fffffff), alien, alien, alien, alien, alien);
    each_with_version(foreign, alien, alien, alien, alien, alien);
    each_with_version(UINT64_MAX, alien, alien, alien, alien, alien);
    each_with_version(edit, HEDGEROW_OK, HEDGEROW_SAME, HEDGEROW_ABSENT, HEDGEROW_OPEN,
                      HEDGEROW_OK);
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, edit));
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, one, &edit));
    EXPECT(HEDGEROW_COMMITTED, hedgerow_edit_commit(store, one, &number));
    EXPECT(HEDGEROW_COMMITTED, hedgerow_edit_abandon(store, one));
    each_with_two(one, stale, gone);
    each_with_two(stale, one, gone);
    each_with_two(one, foreign, alien);
    each_with_two(one, edit, HEDGEROW_OPEN);
    each_with_two(edit, one, HEDGEROW_OPEN);
    EXPECT(gone, hedgerow_store_visit(store, &stale, 1, never, NULL));
    EXPECT(alien, hedgerow_store_visit(store, &foreign, 1, never, NULL));
    EXPECT(HEDGEROW_OK, hedgerow_store_visit(store, &empty, 1, never, NULL));
    /* The empty version is permanent. */
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, empty));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, empty));
}

/* Makes calls with a pointer that is not a store. */
static void each_without_store(hedgerow_store *no, int32_t status)
{
    hedgerow_probe probe;
    hedgerow_iter iter;
    EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, one, 1, &probe));
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, one, &iter));
    EXPECT(status, hedgerow_version_empty(no, &number));
    EXPECT(status, hedgerow_version_len(no, one, &number));
    EXPECT(status, hedgerow_version_build(no, NULL, 0, &number));
    EXPECT(status, hedgerow_version_release(no, one));
    EXPECT(status, hedgerow_version_forget(no, one));
    EXPECT(status, hedgerow_version_union(no, one, one, &number));
    EXPECT(status, hedgerow_key_get(no, one, 1, 1, &number));
    EXPECT(status, hedgerow_key_insert(no, one, 1, 1, 1, &number));
    EXPECT(status, hedgerow_key_remove(no, one, 1, 1, &number));
    EXPECT(status, hedgerow_edit_open(no, one, &number));
    EXPECT(status, hedgerow_edit_abandon(no, one));
    EXPECT(status, hedgerow_probe_start(no, one, 1, &probe));
    EXPECT(status, hedgerow_probe_candidate(no, &probe, &number, &number));
    EXPECT(status, hedgerow_iter_next(no, &iter, &number, &number));
    EXPECT(status, hedgerow_store_check(no));
    EXPECT(status, hedgerow_store_compact(no, NULL, 0));
}

static void test_pointers(void)
{
    const int32_t bad = HEDGEROW_POINTER;
    static uint64_t memory[64];
    uint64_t *odd = (uint64_t *)(void *)((char *)memory + 1);
    hedgerow_probe probe;
    hedgerow_iter iter;
    hedgerow_pair pair;
    EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, one, 1, &probe));
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, one, &iter));
    each_without_store(NULL, bad);
    each_without_store((hedgerow_store *)(void *)odd, bad);
    each_without_store((hedgerow_store *)(void *)memory, HEDGEROW_STORE);
    EXPECT(HEDGEROW_STORE, hedgerow_store_free((hedgerow_store *)(void *)memory));
    EXPECT(bad, hedgerow_store_new(NULL, 0, NULL));
    EXPECT(bad, hedgerow_version_empty(store, NULL));
    EXPECT(bad, hedgerow_version_empty(store, odd));
    EXPECT(bad, hedgerow_version_len(store, one, NULL));
    EXPECT(bad, hedgerow_version_build(store, NULL, 1, &number));
    EXPECT(bad, hedgerow_version_build(store, NULL, 0, NULL));
    EXPECT(bad, hedgerow_version_dump(store, one, NULL, 1, &count));
    EXPECT(bad, hedgerow_version_dump(store, one, (char *)memory, 8, NULL));
    EXPECT(bad, hedgerow_version_equal(store, one, one, NULL));
    EXPECT(bad, hedgerow_version_diff(store, one, one, NULL, 1, &count));
    EXPECT(bad, hedgerow_version_diff(store, one, one, NULL, 0, NULL));
    EXPECT(bad, hedgerow_version_unshared(store, one, one, NULL, 0, NULL));
    EXPECT(bad, hedgerow_version_shared(store, one, one, NULL, sizeof(hedgerow_sharing)));
    EXPECT(bad, hedgerow_version_merge(store, one, one, one, NULL, NULL, NULL));
    EXPECT(bad, hedgerow_version_intersect(store, one, one, NULL));
    EXPECT(bad, hedgerow_version_subtract(store, one, one, odd));
    EXPECT(bad, hedgerow_key_get(store, one, 1, 1, NULL));
    EXPECT(bad, hedgerow_key_get_many(store, one, NULL, &one, 1, &number, (uint8_t *)memory));
    EXPECT(bad, hedgerow_key_get_many(store, one, &one, &one, 1, &number, NULL));
    EXPECT(bad, hedgerow_key_insert(store, one, 1, 1, 1, odd));
    EXPECT(bad, hedgerow_key_remove(store, one, 1, 1, NULL));
    EXPECT(bad, hedgerow_edit_open(store, one, NULL));
    EXPECT(bad, hedgerow_edit_commit(store, edit, NULL));
    EXPECT(bad, hedgerow_probe_start(store, one, 1, NULL));
    EXPECT(bad, hedgerow_probe_advance(NULL));
    EXPECT(bad, hedgerow_probe_candidate(store, NULL, &number, &number));
    EXPECT(bad, hedgerow_probe_candidate(store, &probe, NULL, &number));
    EXPECT(bad, hedgerow_probe_put(store, &probe, 1, 1, NULL));
    EXPECT(bad, hedgerow_probe_cut(store, NULL, &number));
    EXPECT(bad, hedgerow_iter_start(store, one, NULL));
    EXPECT(bad, hedgerow_iter_next(store, &iter, &number, NULL));
    EXPECT(bad, hedgerow_iter_next_many(store, &iter, NULL, 1, &count));
    EXPECT(bad, hedgerow_iter_next_many(store, &iter, &pair, 1, NULL));
    EXPECT(bad, hedgerow_store_drain(store, NULL, 1, &count));
    EXPECT(bad, hedgerow_store_drain(store, &pair, 1, NULL));
    EXPECT(bad, hedgerow_store_visit(store, NULL, 0, NULL, NULL));
    EXPECT(bad, hedgerow_store_visit(store, NULL, 1, never, NULL));
    EXPECT(bad, hedgerow_store_stats(store, NULL, sizeof(hedgerow_stats)));
    EXPECT(bad, hedgerow_store_limits(store, NULL, sizeof(hedgerow_limits)));
    EXPECT(bad, hedgerow_store_set_limits(store, NULL, sizeof(hedgerow_limits)));
}

static void test_numbers(void)
{
    const int32_t bad = HEDGEROW_ARGUMENT;
    hedgerow_options options = {.hash_bits = HEDGEROW_HASH_32};
    hedgerow_store *narrow = new_store_with(&options), *none = NULL;
    hedgerow_item item = {.hash = UINT64_C(1) << 32, .key = 1, .value = 1};
    hedgerow_probe probe;
    hedgerow_pair pair;
    hedgerow_iter iter;
    uint8_t found;
    uint64_t wide = item.hash, start = empty_of(narrow);
    EXPECT(bad, hedgerow_key_get(narrow, start, wide, 1, &number));
    EXPECT(bad, hedgerow_key_get_many(narrow, start, &wide, &wide, 1, &number, &found));
    EXPECT(bad, hedgerow_key_insert(narrow, start, wide, 1, 1, &number));
    EXPECT(bad, hedgerow_key_remove(narrow, start, wide, 1, &number));
    EXPECT(bad, hedgerow_probe_start(narrow, start, wide, &probe));
    EXPECT(bad, hedgerow_version_build(narrow, &item, 1, &number));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(narrow));
    options.hash_bits = 33;
    EXPECT(bad, hedgerow_store_new(&options, sizeof options, &none));
    options.hash_bits = HEDGEROW_HASH_64;
    options.dead = 2;
    EXPECT(bad, hedgerow_store_new(&options, sizeof options, &none));
    CHECK(none == NULL);
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, one, &iter));
    EXPECT(bad, hedgerow_iter_next_many(store, &iter, NULL, 0, &count));
    EXPECT(bad, hedgerow_store_drain(store, &pair, SIZE_MAX, &count));
    EXPECT(bad, hedgerow_version_build(store, &item, SIZE_MAX, &number));
}

static void test_sizes(void)
{
    const int32_t bad = HEDGEROW_SIZE;
    hedgerow_options options = {.context = NULL};
    hedgerow_store *none = NULL;
    hedgerow_stats stats;
    hedgerow_limits limits;
    hedgerow_sharing sharing;
    hedgerow_compaction done;
    EXPECT(bad, hedgerow_store_new(&options, sizeof options - 8, &none));
    EXPECT(bad, hedgerow_store_new(NULL, sizeof options + 8, &none));
    EXPECT(bad, hedgerow_store_stats(store, &stats, sizeof stats + 8));
    EXPECT(bad, hedgerow_store_limits(store, &limits, 0));
    EXPECT(bad, hedgerow_store_set_limits(store, &limits, sizeof limits - 8));
    EXPECT(bad, hedgerow_store_compact(store, &done, 0));
    EXPECT(bad, hedgerow_version_shared(store, one, one, &sharing, 1));
}

static void test_probes_and_iterators(void)
{
    const int32_t bad = HEDGEROW_SCRIBBLED;
    hedgerow_probe probe, blank;
    hedgerow_iter iter, zero;
    hedgerow_pair pair;
    memset(&blank, 0, sizeof blank);
    memset(&zero, 0xff, sizeof zero);
    EXPECT(bad, hedgerow_probe_candidate(store, &blank, &number, &number));
    EXPECT(bad, hedgerow_probe_advance(&blank));
    EXPECT(bad, hedgerow_iter_next(store, &zero, &number, &number));
    for (size_t byte = 0; byte < sizeof probe; byte++) {
        EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, one, 1, &probe));
        EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, one, &iter));
        ((unsigned char *)&probe)[byte] ^= 1;
        ((unsigned char *)&iter)[byte] ^= 0x80;
        EXPECT(bad, hedgerow_probe_candidate(store, &probe, &number, &number));
        EXPECT(bad, hedgerow_probe_advance(&probe));
        EXPECT(bad, hedgerow_probe_put(store, &probe, 1, 1, &number));
        EXPECT(bad, hedgerow_probe_cut(store, &probe, &number));
        EXPECT(bad, hedgerow_iter_next(store, &iter, &number, &number));
        EXPECT(bad, hedgerow_iter_next_many(store, &iter, &pair, 1, &count));
    }
    /* Intact ones: with the wrong store, of a released version, of an edit that was written. */
    uint64_t brief = with(store, one, 5, 5, 5);
    EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, brief, 1, &probe));
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, brief, &iter));
    EXPECT(HEDGEROW_FOREIGN, hedgerow_probe_candidate(other, &probe, &number, &number));
    EXPECT(HEDGEROW_FOREIGN, hedgerow_iter_next(other, &iter, &number, &number));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, brief));
    EXPECT(HEDGEROW_STALE, hedgerow_probe_put(store, &probe, 1, 1, &number));
    EXPECT(HEDGEROW_STALE, hedgerow_iter_next_many(store, &iter, &pair, 1, &count));
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, edit, &iter));
    EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, edit, 6, 6, 6, &number));
    EXPECT(HEDGEROW_CHANGED, hedgerow_iter_next(store, &iter, &number, &number));
}

int main(void)
{
    begin();
    hedgerow_stats before = stats_of(store);
    test_versions();
    test_pointers();
    test_numbers();
    test_sizes();
    hedgerow_stats after = stats_of(store);
    CHECK(before.live_versions == after.live_versions);
    CHECK(before.live_words == after.live_words && before.live_entries == after.live_entries);
    test_probes_and_iterators();
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(other));
    puts("refusals: all well");
    return 0;
}
