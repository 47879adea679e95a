/* Keys and values that are plain numbers: everything that works without a callback.
 *
 * The bug class: a result written to the wrong place or not at all, a status that says the
 * opposite, an entry lost between two calls, memory that is not given back.
 */

#include <string.h>

#include "expect.h"

static void test_the_library(void)
{
    CHECK(hedgerow_abi_version() == HEDGEROW_ABI_VERSION);
    for (int32_t status = HEDGEROW_PANIC; status <= HEDGEROW_SAME; status++) {
        const char *text = hedgerow_strerror(status);
        CHECK(strlen(text) > 3 && strcmp(text, hedgerow_strerror(1000)) != 0);
    }
    CHECK(strcmp(hedgerow_strerror(-1000), hedgerow_strerror(1000)) == 0);
    CHECK(hedgerow_hash_fold(UINT64_C(0x0000000100000001)) == 0);
    CHECK(hedgerow_hash_fold(UINT64_C(0x00000000ffffffff)) == UINT32_C(0xfffffffe));
}

static void test_keys(void)
{
    hedgerow_store *store = new_store();
    uint64_t empty = empty_of(store), value = 77, same = 0;
    uint64_t one = with(store, empty, 1, 1, 10);
    uint64_t two = with(store, one, 33, 33, 330);
    CHECK(len_of(store, empty) == 0 && len_of(store, one) == 1 && len_of(store, two) == 2);
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, two, 33, 33, &value));
    CHECK(value == 330);
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_get(store, one, 33, 33, &value));
    CHECK(value == 330);
    /* An equal hash does not make an equal key. */
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_get(store, two, 33, 34, &value));
    EXPECT(HEDGEROW_SAME, hedgerow_key_insert(store, two, 33, 33, 330, &same));
    CHECK(same == two);
    uint64_t three = with(store, two, 33, 33, 331);
    CHECK(three != two && len_of(store, three) == 2);
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_remove(store, three, 5, 5, &same));
    CHECK(same == three);
    uint64_t four = 0;
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, three, 1, 1, &four));
    CHECK(len_of(store, four) == 1);
    uint64_t none = 0;
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, four, 33, 33, &none));
    CHECK(none == empty);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(NULL));
}

static void test_both_widths_of_hashes(void)
{
    /* Folding makes -1 equal to -2; unfolded 32-bit hashes stay distinct. */
    hedgerow_options options = {.hash_bits = HEDGEROW_HASH_32};
    hedgerow_store *stores[] = {new_store(), new_store_with(&options)};
    for (size_t i = 0; i < COUNT(stores); i++) {
        uint64_t version = with(stores[i], empty_of(stores[i]), 0xffffffff, 1, 1);
        version = with(stores[i], version, 0xfffffffe, 2, 2);
        char text[4096];
        size_t length = 0;
        EXPECT(HEDGEROW_OK,
               hedgerow_version_dump(stores[i], version, text, sizeof text, &length));
        CHECK(strlen(text) == length);
        CHECK((strstr(text, "CollisionNode") != NULL) == (i == 0));
        EXPECT(HEDGEROW_OK, hedgerow_store_free(stores[i]));
    }
}

#define MANY 20000

static void test_many_keys(void)
{
    static hedgerow_item items[MANY];
    static uint64_t hashes[MANY], keys[MANY], values[MANY];
    static uint8_t found[MANY];
    hedgerow_store *store = new_store();
    for (uint64_t i = 0; i < MANY; i++) {
        items[i] = (hedgerow_item){.hash = spread(i), .key = i, .value = 2 * i};
        keys[i] = 2 * i;
        hashes[i] = spread(2 * i);
    }
    items[MANY - 1].key = 0; /* A second item with this key: the last one stays. */
    items[MANY - 1].hash = spread(0);
    uint64_t version = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_build(store, items, MANY, &version));
    CHECK(len_of(store, version) == MANY - 1);
    EXPECT(HEDGEROW_OK,
           hedgerow_key_get_many(store, version, hashes, keys, MANY, values, found));
    for (uint64_t i = 0; i < MANY; i++) {
        CHECK(found[i] == (2 * i < MANY - 1));
        CHECK(values[i] == (i == 0 ? 2 * (MANY - 1) : found[i] ? 4 * i : 0));
    }
    EXPECT(HEDGEROW_OK, hedgerow_key_get_many(store, version, NULL, NULL, 0, NULL, NULL));
    /* Both forms of iteration give the same entries in the same order. */
    hedgerow_iter one, many;
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, version, &one));
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, version, &many));
    uint64_t seen = 0, key = 0, value = 0;
    hedgerow_pair pairs[100];
    size_t count = 0;
    while (hedgerow_iter_next_many(store, &many, pairs, COUNT(pairs), &count) == HEDGEROW_OK) {
        for (size_t i = 0; i < count; i++, seen++) {
            EXPECT(HEDGEROW_OK, hedgerow_iter_next(store, &one, &key, &value));
            CHECK(key == pairs[i].key && value == pairs[i].value);
        }
    }
    CHECK(seen == MANY - 1 && count == 0);
    EXPECT(HEDGEROW_END, hedgerow_iter_next(store, &one, &key, &value));
    EXPECT(HEDGEROW_END, hedgerow_iter_next(store, &one, &key, &value));
    uint64_t none = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_build(store, NULL, 0, &none));
    CHECK(none == empty_of(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

static void test_edits(void)
{
    hedgerow_store *store = new_store();
    uint64_t base = with(store, empty_of(store), 1, 1, 1), edit = 0, made = 0, value = 0;
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, base, &edit));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, base));
    for (uint64_t i = 2; i <= 100; i++) {
        EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, edit, i % 7, i, i, &made));
        CHECK(made == edit);
    }
    EXPECT(HEDGEROW_SAME, hedgerow_key_insert(store, edit, 2, 2, 2, &made));
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, edit, 3, 3, &made));
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, edit, 99 % 7, 99, &value));
    CHECK(value == 99 && len_of(store, edit) == 99);
    EXPECT(HEDGEROW_OK, hedgerow_edit_commit(store, edit, &made));
    CHECK(made == edit);
    EXPECT(HEDGEROW_COMMITTED, hedgerow_edit_commit(store, edit, &made));
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, made, &edit));
    EXPECT(HEDGEROW_OK, hedgerow_edit_abandon(store, edit));
    EXPECT(HEDGEROW_STALE, hedgerow_edit_abandon(store, edit));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, made));
    CHECK(stats_of(store).live_entries == 0 && stats_of(store).live_words == 0);
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

/* Resolves to the sum of both changes; removes key 4; fails for key 5. */
static int32_t add_sides(void *context, const hedgerow_conflict *conflict, uint64_t *value)
{
    ++*(int *)context;
    CHECK(conflict->present == HEDGEROW_IN_BASE + HEDGEROW_IN_OURS + HEDGEROW_IN_THEIRS);
    *value = conflict->ours + conflict->theirs - conflict->base;
    return conflict->key == 4 ? 0 : conflict->key == 5 ? -1 : 1;
}

static void test_relations(void)
{
    hedgerow_store *store = new_store();
    hedgerow_item items[2000];
    for (uint64_t i = 0; i < COUNT(items); i++) {
        items[i] = (hedgerow_item){.hash = spread(i), .key = i, .value = i};
    }
    uint64_t base = 0, made = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_build(store, items, COUNT(items), &base));
    uint64_t ours = with(store, base, spread(3), 3, 300);
    uint64_t theirs = with(store, base, spread(3), 3, 30);
    uint64_t added = with(store, theirs, spread(5000), 5000, 5);
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, added, spread(7), 7, &theirs));

    int32_t equal = -1;
    EXPECT(HEDGEROW_OK, hedgerow_version_equal(store, base, ours, &equal));
    CHECK(equal == 0);
    uint64_t again = with(store, ours, spread(3), 3, 3);
    EXPECT(HEDGEROW_OK, hedgerow_version_equal(store, base, again, &equal));
    CHECK(equal == 1);

    hedgerow_change changes[3];
    size_t count = 0, kinds[4] = {0};
    EXPECT(HEDGEROW_SHORT, hedgerow_version_diff(store, base, theirs, changes, 2, &count));
    CHECK(count == 3);
    EXPECT(HEDGEROW_OK, hedgerow_version_diff(store, base, theirs, changes, 3, &count));
    for (size_t i = 0; i < count; i++) {
        kinds[changes[i].kind]++;
        if (changes[i].kind == HEDGEROW_CHANGE_ADDED) {
            CHECK(changes[i].new_key == 5000 && changes[i].new_value == 5);
            CHECK(changes[i].hash == hedgerow_hash_fold(spread(5000)));
        } else if (changes[i].kind == HEDGEROW_CHANGE_REMOVED) {
            CHECK(changes[i].old_key == 7 && changes[i].old_value == 7);
        } else {
            CHECK(changes[i].old_value == 3 && changes[i].new_value == 30);
        }
    }
    CHECK(kinds[1] == 1 && kinds[2] == 1 && kinds[3] == 1);

    hedgerow_unshared entries[4];
    EXPECT(HEDGEROW_OK, hedgerow_version_unshared(store, base, theirs, entries, 4, &count));
    CHECK(count == 4);
    EXPECT(HEDGEROW_SHORT, hedgerow_version_unshared(store, base, theirs, NULL, 0, &count));
    hedgerow_sharing sharing;
    EXPECT(HEDGEROW_OK,
           hedgerow_version_shared(store, base, theirs, &sharing, sizeof sharing));
    CHECK(sharing.entries_shared == 1998 && sharing.entries_only_a == 2);
    CHECK(sharing.entries_only_b == 2 && sharing.nodes_shared > sharing.nodes_only_a);

    int asked = 0;
    EXPECT(HEDGEROW_CONFLICT, hedgerow_version_merge(store, base, ours, theirs, NULL, NULL, &made));
    EXPECT(HEDGEROW_OK,
           hedgerow_version_merge(store, base, ours, theirs, add_sides, &asked, &made));
    uint64_t value = 0;
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, made, spread(3), 3, &value));
    CHECK(asked == 1 && value == 327 && len_of(store, made) == 2000);
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_get(store, made, spread(7), 7, &value));
    for (uint64_t key = 4; key <= 5; key++) {
        uint64_t a = with(store, base, spread(key), key, 100);
        uint64_t b = with(store, base, spread(key), key, 200);
        hedgerow_stats before = stats_of(store);
        EXPECT(key == 4 ? HEDGEROW_OK : HEDGEROW_CALLER,
               hedgerow_version_merge(store, base, a, b, add_sides, &asked, &made));
        CHECK(key == 5 || len_of(store, made) == 1999);
        CHECK(key == 4 || stats_of(store).live_versions == before.live_versions);
        CHECK(key == 4 || stats_of(store).live_entries == before.live_entries);
    }

    EXPECT(HEDGEROW_OK, hedgerow_version_union(store, ours, theirs, &made));
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, made, spread(3), 3, &value));
    CHECK(len_of(store, made) == 2001 && value == 300);
    EXPECT(HEDGEROW_OK, hedgerow_version_intersect(store, ours, theirs, &made));
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, made, spread(3), 3, &value));
    CHECK(len_of(store, made) == 1999 && value == 300);
    EXPECT(HEDGEROW_OK, hedgerow_version_subtract(store, theirs, ours, &made));
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, made, spread(5000), 5000, &value));
    CHECK(len_of(store, made) == 1);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

static void test_memory_and_limits(void)
{
    hedgerow_options options = {.dead = HEDGEROW_DEAD_KEEP};
    hedgerow_store *store = new_store_with(&options);
    uint64_t version = empty_of(store);
    for (uint64_t i = 0; i < 500; i++) {
        uint64_t next = with(store, version, spread(i), i, i);
        if (i % 2) {
            EXPECT(HEDGEROW_OK, hedgerow_version_release(store, version));
        } else {
            EXPECT(HEDGEROW_OK, hedgerow_version_forget(store, version));
        }
        version = next;
    }
    CHECK(stats_of(store).forgotten_versions > 0);
    hedgerow_compaction done;
    EXPECT(HEDGEROW_OK, hedgerow_store_compact(store, &done, sizeof done));
    CHECK(done.bytes_after < done.bytes_before && stats_of(store).forgotten_versions == 0);
    EXPECT(HEDGEROW_OK, hedgerow_store_compact(store, NULL, 0));
    CHECK(stats_of(store).compactions == 2);
    /* No entry has died: all are in the last version. */
    hedgerow_pair dead[64];
    size_t count = 1, total = 0;
    EXPECT(HEDGEROW_OK, hedgerow_store_drain(store, dead, COUNT(dead), &count));
    CHECK(count == 0);
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, version));
    static unsigned char seen[500];
    do {
        EXPECT(HEDGEROW_OK, hedgerow_store_drain(store, dead, COUNT(dead), &count));
        total += count;
        for (size_t i = 0; i < count; i++) {
            CHECK(dead[i].key == dead[i].value && !seen[dead[i].key]++);
        }
    } while (count != 0);
    CHECK(total == 500);
    hedgerow_limits limits;
    EXPECT(HEDGEROW_OK, hedgerow_store_limits(store, &limits, sizeof limits));
    limits.entries = 2;
    EXPECT(HEDGEROW_OK, hedgerow_store_set_limits(store, &limits, sizeof limits));
    version = with(store, with(store, empty_of(store), 1, 1, 1), 2, 2, 2);
    uint64_t made = 0;
    EXPECT(HEDGEROW_FULL, hedgerow_key_insert(store, version, 3, 3, 3, &made));
    CHECK(len_of(store, version) == 2);
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

int main(void)
{
    test_the_library();
    test_keys();
    test_both_widths_of_hashes();
    test_many_keys();
    test_edits();
    test_relations();
    test_memory_and_limits();
    puts("numbers: all well");
    return 0;
}
