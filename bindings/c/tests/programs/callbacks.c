/* Keys and values that are objects: an equality function that may fail and may call the store,
 * counted references, and a visit for a garbage collector.
 *
 * The bug class: a reference counted once too often or once too seldom, a borrow of the store that
 * is alive while a callback runs, a version that dies while a call reads it.
 */

#include <string.h>

#include "expect.h"

typedef struct {
    const char *name;
    int references;
    /* Mortal: only the store holds it. It dies with its last reference, and gets no further one. */
    int is_mortal, is_dead;
} object;

static hedgerow_store *store;
static object objects[64];
static size_t object_count;
/* What same_name does besides comparing. */
static enum { NOTHING, FAIL, WRITE, RELEASE, FREE, LOOK } side_effect;
static uint64_t victim;
static int compared;
static int writes;
/* How many versions there are: see look. */
static uint64_t version_count;
static int looked;

static void look(void);

/* A new object. Objects with equal names are equal, whatever their addresses. */
static uint64_t make(const char *name)
{
    CHECK(object_count < COUNT(objects));
    objects[object_count] = (object){.name = name, .references = 0};
    return (uint64_t)(uintptr_t)&objects[object_count++];
}

static object *at(uint64_t word)
{
    return (object *)(uintptr_t)word;
}

/* The length of the name: names of one length collide. */
static uint64_t hash_of(uint64_t word)
{
    return strlen(at(word)->name);
}

static void retain(void *context, uint64_t key, uint64_t value)
{
    CHECK(context == &store);
    CHECK(!at(key)->is_dead && !at(value)->is_dead);
    at(key)->references++;
    at(value)->references++;
    /* The store may be read here. */
    empty_of(store);
}

static void release(void *context, uint64_t key, uint64_t value)
{
    CHECK(context == &store);
    CHECK(at(key)->references-- > 0 && at(value)->references-- > 0);
    at(key)->is_dead = at(key)->is_mortal && at(key)->references == 0;
    at(value)->is_dead = at(value)->is_mortal && at(value)->references == 0;
    /* Entries that were dropped are not drained as well. */
    hedgerow_pair pair;
    size_t count = 1;
    EXPECT(HEDGEROW_OK, hedgerow_store_drain(store, &pair, 1, &count));
    CHECK(count == 0);
}

static int32_t same_name(void *context, uint64_t a, uint64_t b)
{
    CHECK(context == &store);
    compared++;
    uint64_t made = 0;
    switch (side_effect) {
    case FAIL:
        return -1;
    case WRITE:
        EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, victim, 9, a, writes % 2 ? a : b, &made));
        side_effect = ++writes == 5 ? NOTHING : WRITE;
        break;
    case RELEASE:
        side_effect = NOTHING;
        EXPECT(HEDGEROW_OK, hedgerow_version_release(store, victim));
        break;
    case FREE:
        EXPECT(HEDGEROW_BUSY, hedgerow_store_free(store));
        break;
    case LOOK:
        look();
        break;
    case NOTHING:
        break;
    }
    return strcmp(at(a)->name, at(b)->name) == 0;
}

static void begin(void)
{
    hedgerow_options options = {
        .context = &store,
        .key_eq = same_name,
        .value_eq = same_name,
        .retain = retain,
        .drop = release,
    };
    object_count = 0;
    compared = 0;
    side_effect = NOTHING;
    store = new_store_with(&options);
}

/* Frees the store; afterwards no object has a reference. */
static void end(void)
{
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
    for (size_t i = 0; i < object_count; i++) {
        CHECK(objects[i].references == 0);
    }
}

static void test_equality_and_references(void)
{
    begin();
    uint64_t value = make("value"), other = make("other"), found = 0, made = 0;
    uint64_t cat = make("cat"), dog = make("dog"), cat2 = make("cat"), ant = make("ant");
    uint64_t one = with(store, empty_of(store), 3, cat, value);
    CHECK(compared == 0 && at(cat)->references == 1 && at(value)->references == 1);
    uint64_t two = with(store, one, 3, dog, value);
    CHECK(compared == 1 && at(value)->references == 2);
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, two, 3, cat2, &found));
    CHECK(found == value);
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_get(store, two, 3, ant, &found));
    /* The stored key stays; its new entry is one more reference. */
    uint64_t three = with(store, two, 3, cat2, other);
    CHECK(at(cat)->references == 2 && at(cat2)->references == 0);
    EXPECT(HEDGEROW_SAME, hedgerow_key_insert(store, three, 3, cat2, other, &made));
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, three, 3, make("dog"), &made));
    CHECK(len_of(store, made) == 1);
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_remove(store, made, 3, ant, &made));
    uint64_t hashes[] = {3, 3, 5}, keys[] = {cat2, ant, cat}, values[3];
    uint8_t there[3];
    EXPECT(HEDGEROW_OK, hedgerow_key_get_many(store, two, hashes, keys, 3, values, there));
    CHECK(there[0] == 1 && values[0] == value && there[1] == 0 && there[2] == 0);
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, three));
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, made));
    CHECK(at(cat)->references == 1 && at(other)->references == 0);
    end();
}

static void test_equality_that_fails(void)
{
    begin();
    uint64_t value = make("value"), cat = make("cat"), dog = make("dog"), found = 0, made = 0;
    uint64_t one = with(store, empty_of(store), 3, cat, value);
    side_effect = FAIL;
    EXPECT(HEDGEROW_CALLER, hedgerow_key_get(store, one, 3, dog, &found));
    EXPECT(HEDGEROW_CALLER, hedgerow_key_insert(store, one, 3, dog, value, &made));
    EXPECT(HEDGEROW_CALLER, hedgerow_key_remove(store, one, 3, dog, &made));
    /* Equal words need no equality function. */
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, one, 3, cat, &found));
    hedgerow_item items[] = {{3, cat, value}, {3, dog, value}};
    EXPECT(HEDGEROW_CALLER, hedgerow_version_build(store, items, 2, &made));
    side_effect = NOTHING;
    uint64_t two = with(store, empty_of(store), 3, make("cat"), make("value"));
    int32_t equal = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_equal(store, one, two, &equal));
    CHECK(equal == 1);
    side_effect = FAIL;
    size_t count = 0;
    EXPECT(HEDGEROW_CALLER, hedgerow_version_equal(store, one, two, &equal));
    EXPECT(HEDGEROW_CALLER, hedgerow_version_diff(store, one, two, NULL, 0, &count));
    EXPECT(HEDGEROW_CALLER, hedgerow_version_union(store, one, two, &made));
    EXPECT(HEDGEROW_CALLER, hedgerow_version_intersect(store, one, two, &made));
    EXPECT(HEDGEROW_CALLER, hedgerow_version_subtract(store, one, two, &made));
    EXPECT(HEDGEROW_CALLER,
           hedgerow_version_merge(store, empty_of(store), one, two, NULL, NULL, &made));
    CHECK(stats_of(store).live_versions == 2 && stats_of(store).live_entries == 2);
    end();
}

static void test_equality_that_calls_the_store(void)
{
    begin();
    uint64_t value = make("value"), cat = make("cat"), dog = make("dog"), found = 0, made = 0;
    uint64_t one = with(store, empty_of(store), 3, cat, value), edit = 0;
    side_effect = FREE;
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_get(store, one, 3, dog, &found));
    side_effect = NOTHING;
    /* It writes to the edit that is being searched: the search starts again each time. */
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, one, &edit));
    victim = edit;
    side_effect = WRITE;
    compared = 0;
    EXPECT(HEDGEROW_ABSENT, hedgerow_key_get(store, edit, 3, dog, &found));
    CHECK(compared == 6 && side_effect == NOTHING);
    EXPECT(HEDGEROW_OK, hedgerow_edit_abandon(store, edit));
    /* It releases the version that is being searched. */
    uint64_t again = with(store, one, 3, cat, dog);
    victim = again;
    side_effect = RELEASE;
    EXPECT(HEDGEROW_STALE, hedgerow_key_insert(store, again, 3, dog, value, &made));
    /* It releases a version that is being compared or merged: the call keeps its entries. */
    uint64_t a = with(store, empty_of(store), 3, make("cat"), make("one"));
    uint64_t b = with(store, empty_of(store), 3, make("cat"), make("two"));
    victim = a;
    side_effect = RELEASE;
    int32_t equal = 1;
    EXPECT(HEDGEROW_OK, hedgerow_version_equal(store, a, b, &equal));
    CHECK(equal == 0);
    EXPECT(HEDGEROW_STALE, hedgerow_version_len(store, a, &found));
    victim = b;
    side_effect = RELEASE;
    EXPECT(HEDGEROW_OK, hedgerow_version_union(store, one, b, &made));
    CHECK(len_of(store, made) == 1);
    for (int merges = 0; merges < 2; merges++) {
        uint64_t bee = make("bee");
        at(bee)->is_mortal = 1;
        victim = b = with(store, empty_of(store), 3, bee, value);
        side_effect = RELEASE;
        EXPECT(HEDGEROW_OK,
               merges ? hedgerow_version_merge(store, empty_of(store), one, b, NULL, NULL, &made)
                      : hedgerow_version_union(store, one, b, &made));
        CHECK(side_effect == NOTHING && len_of(store, made) == 2 && at(bee)->references == 1);
    }
    end();
}

static int32_t see_holders(void *context, uint64_t key, uint64_t value, uint32_t holders)
{
    uint64_t *entries = context;
    CHECK(at(key)->references > 0 && at(value)->references > 0);
    CHECK(holders == 1);
    ++*entries;
    return 0;
}

/* What a callback sees of the store. Each version has one entry of its own, and what the running
 * call holds does not show. */
static void look(void)
{
    uint64_t entries = 0;
    hedgerow_stats stats = stats_of(store);
    CHECK(stats.live_versions == version_count && stats.dead_versions == 0);
    EXPECT(HEDGEROW_OK, hedgerow_store_visit(store, NULL, 0, see_holders, &entries));
    CHECK(entries == version_count);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    looked++;
}

static int32_t look_and_resolve(void *context, const hedgerow_conflict *conflict, uint64_t *value)
{
    look();
    *value = conflict->theirs;
    return context == &store;
}

static void test_what_a_call_holds_does_not_show(void)
{
    begin();
    uint64_t a = with(store, empty_of(store), 3, make("cat"), make("one"));
    uint64_t b = with(store, empty_of(store), 3, make("dog"), make("two"));
    uint64_t c = with(store, empty_of(store), 3, make("cat"), make("six")), made = 0;
    hedgerow_change changes[4];
    size_t count = 0;
    int32_t equal = 0;
    version_count = 3;
    side_effect = LOOK;
    looked = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_equal(store, a, b, &equal));
    EXPECT(HEDGEROW_OK, hedgerow_version_equal(store, a, c, &equal));
    EXPECT(HEDGEROW_OK, hedgerow_version_diff(store, a, b, changes, 4, &count));
    CHECK(looked == 4 && equal == 0 && count == 2);
    for (int i = 0; i < 2; i++) {
        uint64_t left = a, right = i == 0 ? b : c;
        for (int how = 0; how < 4; how++) {
            int before = looked;
            version_count = 3;
            side_effect = LOOK;
            made = 0;
            EXPECT(HEDGEROW_OK,
                   how == 0   ? hedgerow_version_union(store, left, right, &made)
                   : how == 1 ? hedgerow_version_intersect(store, left, right, &made)
                   : how == 2 ? hedgerow_version_subtract(store, left, right, &made)
                              : hedgerow_version_merge(store, empty_of(store), left, right,
                                                       look_and_resolve, &store, &made));
            CHECK(looked > before);
            side_effect = NOTHING;
            if (made != left && made != empty_of(store)) {
                EXPECT(HEDGEROW_OK, hedgerow_version_release(store, made));
            }
        }
    }
    /* A version that a callback releases is gone at once, although the call goes on. */
    victim = a;
    version_count = 2;
    side_effect = RELEASE;
    EXPECT(HEDGEROW_OK, hedgerow_version_equal(store, a, c, &equal));
    CHECK(side_effect == NOTHING && equal == 0);
    look();
    end();
}

static void test_versions_made_of_two_others(void)
{
    begin();
    uint64_t value = make("value"), base = 0, made = 0, found = 0;
    hedgerow_item items[] = {
        {3, make("cat"), value}, {3, make("dog"), value}, {3, make("ant"), value},
        {3, make("cat"), make("later")}, {5, make("horse"), value},
    };
    EXPECT(HEDGEROW_OK, hedgerow_version_build(store, items, COUNT(items), &base));
    CHECK(len_of(store, base) == 4 && at(items[0].key)->references == 0);
    CHECK(at(items[3].key)->references == 1 && at(value)->references == 3);
    uint64_t ours = with(store, base, 3, make("bee"), value), theirs = 0;
    EXPECT(HEDGEROW_OK, hedgerow_key_remove(store, base, 3, make("dog"), &theirs));
    theirs = with(store, theirs, 3, make("cat"), make("other"));
    theirs = with(store, theirs, 3, make("fly"), make("wing"));
    hedgerow_change changes[8];
    size_t count = 0;
    EXPECT(HEDGEROW_OK, hedgerow_version_diff(store, base, theirs, changes, 8, &count));
    CHECK(count == 3);
    EXPECT(HEDGEROW_OK, hedgerow_version_merge(store, base, ours, theirs, NULL, NULL, &made));
    CHECK(len_of(store, made) == 5);
    EXPECT(HEDGEROW_OK, hedgerow_key_get(store, made, 3, make("fly"), &found));
    CHECK(strcmp(at(found)->name, "wing") == 0 && at(found)->references == 2);
    EXPECT(HEDGEROW_OK, hedgerow_version_union(store, ours, theirs, &made));
    CHECK(len_of(store, made) == 6);
    EXPECT(HEDGEROW_OK, hedgerow_version_intersect(store, ours, theirs, &made));
    CHECK(len_of(store, made) == 3);
    EXPECT(HEDGEROW_OK, hedgerow_version_subtract(store, ours, theirs, &made));
    CHECK(len_of(store, made) == 2);
    end();
}

static int32_t count_holders(void *context, uint64_t key, uint64_t value, uint32_t holders)
{
    uint64_t *visited = context, version = empty_of(store), made = 0;
    CHECK(at(key)->references > 0 && at(value)->references > 0);
    EXPECT(HEDGEROW_BUSY, hedgerow_key_insert(store, version, 1, key, value, &made));
    EXPECT(HEDGEROW_BUSY, hedgerow_store_free(store));
    visited[0]++;
    visited[1] += holders;
    return (int32_t)visited[2];
}

static void test_visits(void)
{
    begin();
    uint64_t value = make("value"), versions[2], visited[3] = {0, 0, 0};
    versions[0] = with(store, empty_of(store), 3, make("cat"), value);
    versions[1] = with(store, versions[0], 5, make("horse"), value);
    EXPECT(HEDGEROW_OK, hedgerow_store_visit(store, NULL, 0, count_holders, visited));
    CHECK(visited[0] == 2 && visited[1] == 3);
    EXPECT(HEDGEROW_OK, hedgerow_store_visit(store, versions, 1, count_holders, visited));
    CHECK(visited[0] == 3 && visited[1] == 4);
    visited[2] = 1; /* stops */
    EXPECT(HEDGEROW_OK, hedgerow_store_visit(store, NULL, 0, count_holders, visited));
    CHECK(visited[0] == 4);
    visited[2] = (uint64_t)-1; /* fails */
    EXPECT(HEDGEROW_CALLER, hedgerow_store_visit(store, NULL, 0, count_holders, visited));
    CHECK(visited[0] == 5);
    end();
}

/* A drop that releases further versions, as an object does that owns a map. */
static void release_more(void *context, uint64_t key, uint64_t value)
{
    uint64_t *dropped = context;
    ++*dropped;
    int32_t status = hedgerow_version_release(store, value);
    CHECK(status == (key == 0 ? HEDGEROW_STALE : HEDGEROW_OK));
}

static void test_a_drop_that_releases(void)
{
    uint64_t dropped = 0;
    hedgerow_options options = {.context = &dropped, .drop = release_more};
    store = new_store_with(&options);
    uint64_t version = 0;
    for (uint64_t depth = 0; depth < 1000; depth++) {
        version = with(store, empty_of(store), depth, depth, version);
    }
    EXPECT(HEDGEROW_OK, hedgerow_version_release(store, version));
    CHECK(dropped == 1000 && stats_of(store).live_versions == 0);
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
}

/* A drop while the store is freed: it may only read. */
static void try_to_write(void *context, uint64_t key, uint64_t value)
{
    uint64_t *dropped = context, made = 0;
    ++*dropped;
    EXPECT(HEDGEROW_BUSY, hedgerow_key_insert(store, empty_of(store), 1, key, value, &made));
    EXPECT(HEDGEROW_BUSY, hedgerow_store_free(store));
}

static void test_freeing_a_store(void)
{
    uint64_t dropped = 0, edit = 0, made = 0;
    hedgerow_options options = {.context = &dropped, .drop = try_to_write};
    store = new_store_with(&options);
    uint64_t one = with(store, empty_of(store), 1, 1, 1);
    uint64_t two = with(store, one, 2, 2, 2);
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, two, &edit));
    EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, edit, 3, 3, 3, &made));
    uint64_t four = with(store, two, 4, 4, 4);
    EXPECT(HEDGEROW_OK, hedgerow_version_forget(store, four));
    CHECK(dropped == 0);
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
    CHECK(dropped == 4);
}

int main(void)
{
    CHECK(hash_of(make("cat")) == 3);
    test_equality_and_references();
    test_equality_that_fails();
    test_equality_that_calls_the_store();
    test_what_a_call_holds_does_not_show();
    test_versions_made_of_two_others();
    test_visits();
    test_a_drop_that_releases();
    test_freeing_a_store();
    puts("callbacks: all well");
    return 0;
}
