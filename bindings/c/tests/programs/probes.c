/* The library without callbacks: the caller compares the keys, step by step.
 *
 * A random history of many versions, each beside a plain array. Keys are indices that stand for
 * names; two indices may stand for equal names, and several names have one hash.
 *
 * The bug class: a probe at the wrong entry, a version that changes when another is written, a
 * reference that is never given back.
 */

#include <string.h>

#include "expect.h"

#define NAMES 96 /* Index i stands for name i % EQUAL. */
#define EQUAL 48
#define VERSIONS 12
#define STEPS 6000

typedef struct {
    uint64_t version;
    int64_t values[EQUAL]; /* Below 0: absent. */
} model;

static hedgerow_store *store;
static model models[VERSIONS];
static int64_t references[NAMES];
static uint64_t seed = 20261122;

static uint64_t below(uint64_t limit)
{
    return spread(seed++) % limit;
}

/* Hashes with shared prefixes, some of several names. */
static uint64_t hash_of(uint64_t name)
{
    return (name % EQUAL) % 20 * 33;
}

/* Moves a probe to the name, or past the last candidate; returns whether the name is there. */
static int find(uint64_t version, uint64_t name, hedgerow_probe *probe, uint64_t *key,
                uint64_t *value)
{
    EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, version, hash_of(name), probe));
    while (hedgerow_probe_candidate(store, probe, key, value) == HEDGEROW_OK) {
        if (*key % EQUAL == name % EQUAL) {
            return 1;
        }
        EXPECT(HEDGEROW_OK, hedgerow_probe_advance(probe));
    }
    EXPECT(HEDGEROW_ABSENT, hedgerow_probe_candidate(store, probe, key, value));
    return 0;
}

static void drain(void)
{
    hedgerow_pair dead[7];
    size_t count = 0;
    do {
        EXPECT(HEDGEROW_OK, hedgerow_store_drain(store, dead, COUNT(dead), &count));
        for (size_t i = 0; i < count; i++) {
            CHECK(references[dead[i].key]-- > 0);
        }
    } while (count != 0);
}

static void replace(model *at, uint64_t version)
{
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, at->version));
    at->version = version;
    drain();
}

static void put(model *from, model *to, uint64_t name)
{
    hedgerow_probe probe;
    uint64_t key = 0, old = 0, made = 0, value = below(1000);
    int is_there = find(from->version, name, &probe, &key, &old);
    CHECK(is_there == (from->values[name % EQUAL] >= 0));
    /* The stored key stays, as in Python. */
    uint64_t kept = is_there ? key : name;
    EXPECT(HEDGEROW_OK, hedgerow_probe_put(store, &probe, kept, value, &made));
    references[kept]++;
    model changed = *from;
    changed.values[name % EQUAL] = (int64_t)value;
    memcpy(to->values, changed.values, sizeof to->values);
    replace(to, made);
}

static void cut(model *from, model *to, uint64_t name)
{
    hedgerow_probe probe;
    uint64_t key = 0, old = 0, made = 0;
    if (!find(from->version, name, &probe, &key, &old)) {
        CHECK(from->values[name % EQUAL] < 0);
        EXPECT(HEDGEROW_ABSENT, hedgerow_probe_cut(store, &probe, &made));
        return;
    }
    CHECK((int64_t)old == from->values[name % EQUAL]);
    EXPECT(HEDGEROW_OK, hedgerow_probe_cut(store, &probe, &made));
    model changed = *from;
    changed.values[name % EQUAL] = -1;
    memcpy(to->values, changed.values, sizeof to->values);
    replace(to, made);
}

static void compare(const model *at)
{
    uint64_t present = 0, seen = 0;
    for (uint64_t name = 0; name < EQUAL; name++) {
        hedgerow_probe probe;
        uint64_t key = 0, value = 0;
        int is_there = find(at->version, name, &probe, &key, &value);
        CHECK(is_there == (at->values[name] >= 0));
        CHECK(!is_there || (int64_t)value == at->values[name]);
        present += (uint64_t)is_there;
    }
    CHECK(len_of(store, at->version) == present);
    hedgerow_iter iter;
    uint64_t key = 0, value = 0;
    EXPECT(HEDGEROW_OK, hedgerow_iter_start(store, at->version, &iter));
    while (hedgerow_iter_next(store, &iter, &key, &value) == HEDGEROW_OK) {
        CHECK((int64_t)value == at->values[key % EQUAL]);
        seen++;
    }
    CHECK(seen == present);
}

static void play(void)
{
    hedgerow_options options = {.dead = HEDGEROW_DEAD_KEEP};
    store = new_store_with(&options);
    for (size_t i = 0; i < VERSIONS; i++) {
        models[i].version = empty_of(store);
        memset(models[i].values, 0xff, sizeof models[i].values);
    }
    for (int step = 0; step < STEPS; step++) {
        model *from = &models[below(VERSIONS)], *to = &models[below(VERSIONS)];
        uint64_t name = below(NAMES);
        if (below(3) == 0) {
            cut(from, to, name);
        } else {
            put(from, to, name);
        }
        if (step % 50 == 0) {
            compare(to);
            EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
        }
        if (step % 700 == 0) {
            EXPECT(HEDGEROW_OK, hedgerow_store_compact(store, NULL, 0));
        }
    }
    for (size_t i = 0; i < VERSIONS; i++) {
        compare(&models[i]);
        EXPECT(HEDGEROW_OK, hedgerow_version_release(store, models[i].version));
    }
    drain();
    for (size_t i = 0; i < NAMES; i++) {
        CHECK(references[i] == 0);
    }
    CHECK(stats_of(store).live_entries == 0);
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

/* A probe survives a compaction, and is refused after its edit was written. */
static void test_changes_between_two_steps(void)
{
    store = new_store();
    uint64_t version = empty_of(store), edit = 0, made = 0, key = 0, value = 0;
    for (uint64_t i = 0; i < 100; i++) {
        version = with(store, version, i % 10, i, i);
    }
    hedgerow_probe probe;
    EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, version, 7, &probe));
    EXPECT(HEDGEROW_OK, hedgerow_probe_advance(&probe));
    EXPECT(HEDGEROW_OK, hedgerow_store_compact(store, NULL, 0));
    EXPECT(HEDGEROW_OK, hedgerow_probe_candidate(store, &probe, &key, &value));
    CHECK(key == 17);
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, version, &edit));
    EXPECT(HEDGEROW_OK, hedgerow_probe_start(store, edit, 7, &probe));
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, edit, 7, 7, &made));
    EXPECT(HEDGEROW_CHANGED, hedgerow_probe_candidate(store, &probe, &key, &value));
    EXPECT(HEDGEROW_CHANGED, hedgerow_probe_put(store, &probe, 7, 7, &made));
    EXPECT(HEDGEROW_CHANGED, hedgerow_probe_cut(store, &probe, &made));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

int main(void)
{
    play();
    test_changes_between_two_steps();
    puts("probes: all well");
    return 0;
}
