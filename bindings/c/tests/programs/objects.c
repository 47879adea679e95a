/* The caller's objects as values: hash, equality and repr that succeed, fail, and call back.
 *
 * The bug class: a lock or pointer of the library that is held while a callback runs; an object
 * that is dropped twice or never; an error that gets lost.
 */

#include "python.h"

/* What the functions of a thing return, and how often they were called. Its word is its address. */
typedef struct {
    int64_t hash;
    int64_t name;
    int32_t hash_result, eq_result, repr_result;
    int32_t eq_calls, dropped;
    void (*first)(void); /* run once by its equality, before it compares */
} thing;

static hedgerow_type *things, *plain;
static hedgerow_dict *dict;
static hedgerow_value *handle;

static thing *of(uint64_t word)
{
    return (thing *)(uintptr_t)word;
}

static int32_t hash(uint64_t word, const hedgerow_value *me, int64_t *result)
{
    uint64_t mine = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_to_object(me, things, &mine));
    CHECK(mine == word);
    *result = of(word)->hash;
    return of(word)->hash_result;
}

static int32_t eq(uint64_t word, const hedgerow_value *me, const hedgerow_value *other)
{
    uint64_t others = 0;
    thing *self = of(word);
    (void)me;
    self->eq_calls++;
    if (self->first != NULL) {
        void (*first)(void) = self->first;
        self->first = NULL;
        first();
    }
    if (self->eq_result == HEDGEROW_CALLER) {
        return hedgerow_error_raise(HEDGEROW_CALLER, "cannot tell", 11);
    }
    if (self->eq_result != HEDGEROW_NOT_IMPLEMENTED) {
        return self->eq_result;
    }
    if (hedgerow_value_to_object(other, things, &others) != HEDGEROW_OK) {
        return HEDGEROW_NOT_IMPLEMENTED;
    }
    return of(others)->name == self->name;
}

static int32_t repr(uint64_t word, const hedgerow_value *me, hedgerow_value **text)
{
    (void)me;
    switch (of(word)->repr_result) {
    case 0:
        *text = str("thing()");
        return 0;
    case 1:
        *text = integer(1);
        return 0;
    case 2:
        *text = (hedgerow_value *)(uintptr_t)me; /* lent: may not be handed over */
        return 0;
    case 3:
        return 0;
    case 4: {
        static const uint16_t half[] = {0xd800};
        *text = utf16(half, 1);
        return 0;
    }
    default:
        return of(word)->repr_result;
    }
}

static void drop(uint64_t word)
{
    size_t length = 0;
    of(word)->dropped++;
    /* It may call the library, and what fails here is not reported by the outer call. */
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_value_to_dict(handle, &dict));
    EXPECT(HEDGEROW_SHORT, hedgerow_error_message(NULL, 0, &length));
}

static hedgerow_value *object(thing *it)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_object(things, (uint64_t)(uintptr_t)it, &value));
    return value;
}

static thing thing_of(int64_t hashed, int64_t name)
{
    thing made;
    memset(&made, 0, sizeof made);
    made.hash = hashed;
    made.name = name;
    made.eq_result = HEDGEROW_NOT_IMPLEMENTED;
    return made;
}

static void begin(void)
{
    hedgerow_type_options options;
    memset(&options, 0, sizeof options);
    options.name = "plain";
    options.name_length = 5;
    EXPECT(HEDGEROW_OK, hedgerow_type_new(&options, sizeof options, &plain));
    options.name = "thing";
    options.hash = hash;
    options.eq = eq;
    options.repr = repr;
    options.drop = drop;
    EXPECT(HEDGEROW_OK, hedgerow_type_new(&options, sizeof options, &things));
    handle = none();
}

static void test_defaults(void)
{
    hedgerow_value *a = NULL, *b = NULL, *clone = NULL;
    char text[64];
    size_t length = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_object(plain, 5, &a));
    EXPECT(HEDGEROW_OK, hedgerow_value_object(plain, 5, &b));
    EXPECT(HEDGEROW_OK, hedgerow_value_clone(a, &clone));
    CHECK(is_equal(a, clone) == 1 && is_equal(a, b) == 0);
    CHECK(hash_of(a, seed_0()) == hash_of(clone, seed_0()));
    CHECK(hash_of(a, seed_0()) != hash_of(b, seed_0()));
    EXPECT(HEDGEROW_OK, hedgerow_value_repr(a, text, sizeof text, &length));
    CHECK(strncmp(text, "<plain object at 0x", 19) == 0);
    uint64_t word = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_to_object(clone, plain, &word));
    CHECK(word == 5);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "expected thing, got plain",
                   hedgerow_value_to_object(clone, things, &word));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "expected thing, got NoneType",
                   hedgerow_value_to_object(handle, things, &word));
    free_value(a);
    free_value(b);
    free_value(clone);
}

static void test_results(void)
{
    thing first = thing_of(1, 1), second = thing_of(1, 1), third = thing_of(-1, 2);
    hedgerow_value *a = object(&first), *b = object(&second), *c = object(&third);
    hedgerow_value *number = integer(1);
    CHECK(is_equal(a, b) == 1 && is_equal(a, c) == 0);
    /* Both sides return NotImplemented. */
    CHECK(is_equal(a, number) == 0 && is_equal(number, a) == 0);
    first.eq_result = 1;
    CHECK(is_equal(number, a) == 1);
    first.eq_result = 0;
    CHECK(is_equal(a, b) == 0);
    first.eq_calls = 0;
    CHECK(is_equal(a, a) == 1 && first.eq_calls == 0);
    CHECK(hash_of(c, seed_0()) == -2);
    CHECK_REPR("thing()", c);
    CHECK_REPR_OF_NEW("(thing(), thing())", pair(a, b));
    CHECK(first.dropped == 1 && second.dropped == 1 && third.dropped == 0);
    free_value(c);
    free_value(number);
    CHECK(third.dropped == 1);
}

/* Every status that a callback may fail with is passed on, with its message. */
static void test_failures(void)
{
    static const int32_t statuses[] = {
        HEDGEROW_TYPE_ERROR, HEDGEROW_VALUE_ERROR, HEDGEROW_KEY_ERROR, HEDGEROW_INDEX_ERROR,
        HEDGEROW_ATTRIBUTE_ERROR, HEDGEROW_RUNTIME_ERROR, HEDGEROW_RECURSION_ERROR,
        HEDGEROW_OVERFLOW_ERROR, HEDGEROW_UNICODE_ENCODE_ERROR, HEDGEROW_UNICODE_DECODE_ERROR,
        HEDGEROW_CALLER, HEDGEROW_FULL, HEDGEROW_MEMORY};
    thing it = thing_of(1, 1);
    hedgerow_value *value = object(&it), *number = integer(1);
    int64_t hashed = 0;
    int32_t equal = 0;
    size_t length = 0;
    for (size_t index = 0; index < COUNT(statuses); index++) {
        CHECK(hedgerow_error_raise(statuses[index], "why", 3) == statuses[index]);
        it.eq_result = statuses[index];
        EXPECT_MESSAGE(statuses[index],
                       statuses[index] == HEDGEROW_CALLER ? "cannot tell"
                                                          : hedgerow_strerror(statuses[index]),
                       hedgerow_value_equal(value, number, &equal));
    }
    it.eq_result = -1;
    EXPECT(HEDGEROW_CALLER, hedgerow_value_equal(value, number, &equal));
    it.eq_result = HEDGEROW_CALLER;
    EXPECT_MESSAGE(HEDGEROW_CALLER, "cannot tell", hedgerow_value_equal(number, value, &equal));
    it.hash_result = HEDGEROW_TYPE_ERROR;
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "unhashable type: 'thing'",
                   hedgerow_value_hash(value, seed_0(), &hashed));
    it.repr_result = 1;
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "__repr__ returned non-string (type int)",
                   hedgerow_value_repr(value, NULL, 0, &length));
    it.repr_result = 2;
    EXPECT(HEDGEROW_BUSY, hedgerow_value_repr(value, NULL, 0, &length));
    it.repr_result = 3;
    EXPECT(HEDGEROW_POINTER, hedgerow_value_repr(value, NULL, 0, &length));
    it.repr_result = 4;
    EXPECT(HEDGEROW_UNICODE_ENCODE_ERROR, hedgerow_value_repr(value, NULL, 0, &length));
    it.repr_result = HEDGEROW_VALUE_ERROR;
    EXPECT(HEDGEROW_VALUE_ERROR, hedgerow_value_repr(value, NULL, 0, &length));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_error_raise(HEDGEROW_OK, "no", 2));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_error_raise(HEDGEROW_BUSY, "no", 2));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_error_raise(12345, "no", 2));
    EXPECT(HEDGEROW_POINTER, hedgerow_error_raise(HEDGEROW_CALLER, NULL, 2));
    EXPECT(HEDGEROW_UNICODE_DECODE_ERROR, hedgerow_error_raise(HEDGEROW_CALLER, "\xff", 1));
    free_value(value);
    free_value(number);
    CHECK(it.dropped == 1);
}

/* If an equality fails, the call on the dict fails, and the dict stays as it was. */
static void test_failing_keys(void)
{
    thing stored = thing_of(1, 1);
    hedgerow_value *key = object(&stored), *number = integer(1), *value = NULL;
    dict = new_dict();
    hedgerow_dict *mine = dict, *other = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(mine, key, number));
    EXPECT(HEDGEROW_OK, hedgerow_dict_copy(mine, &other));
    stored.eq_result = HEDGEROW_CALLER;
    EXPECT_MESSAGE(HEDGEROW_CALLER, "cannot tell", hedgerow_dict_get(mine, number, &value));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_get_int64(mine, 1, &value));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_get_double(mine, 1.0, &value));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_contains(mine, number));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_set(mine, number, number));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_delete(mine, number));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_pop(mine, number, &value));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_setdefault(mine, number, number, &value));
    CHECK(dict_len(mine) == 1 && value == NULL);
    EXPECT(HEDGEROW_OK, hedgerow_dict_clear(other));
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(other, number, number));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_update(other, mine));
    EXPECT(HEDGEROW_CALLER, hedgerow_dict_merge(other, mine, HEDGEROW_MERGE_UNIQUE));
    stored.hash_result = HEDGEROW_VALUE_ERROR;
    const hedgerow_value *items[1];
    items[0] = key;
    EXPECT(HEDGEROW_VALUE_ERROR, hedgerow_value_frozenset(items, 1, seed_0(), &value));
    EXPECT(HEDGEROW_VALUE_ERROR, hedgerow_dict_get(mine, key, &value));
    EXPECT(HEDGEROW_OK, hedgerow_dict_clear(mine));
    free_value(key);
    free_value(number);
    CHECK(stored.dropped == 1);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(mine));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(other));
}

static hedgerow_dict *changed;
static hedgerow_value *lookup;

static void change(void)
{
    put(changed, str("another"), integer(2));
}

static void empty(void)
{
    EXPECT(HEDGEROW_OK, hedgerow_dict_clear(changed));
}

static void free_all(void)
{
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(changed));
    free_value(lookup);
}

/* An equality that changes or empties the dict that is being searched, or frees its handle. */
static void test_keys_that_call_back(void)
{
    thing stored = thing_of(1, 1), wanted = thing_of(1, 1), rest = thing_of(1, 2);
    hedgerow_value *key = object(&stored), *value = NULL;
    lookup = object(&wanted);
    changed = new_dict();
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(changed, key, key));
    stored.first = change;
    EXPECT(HEDGEROW_OK, hedgerow_dict_get(changed, lookup, &value));
    CHECK_REPR_OF_NEW("thing()", value);
    CHECK_DICT("{thing(): thing(), 'another': 2}", changed);
    stored.first = empty;
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(changed, lookup, lookup));
    CHECK(dict_len(changed) == 1 && stored.dropped == 0);
    free_value(key);
    CHECK(stored.dropped == 1 && wanted.dropped == 0);
    /* The stored key is removed while it is compared. */
    wanted.first = empty;
    key = object(&rest);
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_get(changed, key, &value));
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(changed, key, key));
    free_value(key);
    /* The handles that the call was given are freed while it runs. */
    wanted.first = NULL;
    rest.first = free_all;
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_get(changed, lookup, &value));
    CHECK(rest.dropped == 1 && wanted.dropped == 1);
}

static void update_other(void)
{
    put(changed, str("late"), integer(0));
}

static void test_update_whose_source_changes(void)
{
    thing stored = thing_of(1, 1), same = thing_of(1, 1);
    hedgerow_value *key = object(&stored);
    hedgerow_dict *target = new_dict();
    changed = new_dict();
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(target, key, handle));
    free_value(key);
    put(changed, object(&same), integer(1));
    put(changed, str("next"), integer(2));
    stored.first = update_other;
    EXPECT_MESSAGE(HEDGEROW_RUNTIME_ERROR, "dict mutated during update",
                   hedgerow_dict_update(target, changed));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(changed));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(target));
    CHECK(stored.dropped == 1 && same.dropped == 1);
}

static hedgerow_value *endless[2];
static hedgerow_type *recursive;

static int32_t compare_again(uint64_t word, const hedgerow_value *me, const hedgerow_value *other)
{
    int32_t equal = 0, status = hedgerow_value_equal(other, me, &equal);
    (void)word;
    return status < 0 ? status : equal;
}

static int32_t free_what_is_lent(uint64_t word, const hedgerow_value *me, int64_t *result)
{
    (void)word;
    *result = 0;
    return hedgerow_value_free((hedgerow_value *)(uintptr_t)me) == HEDGEROW_BUSY ? 0 : -1;
}

static void test_types(void)
{
    hedgerow_type_options options;
    int32_t equal = 0;
    int64_t hashed = 1;
    memset(&options, 0, sizeof options);
    options.eq = compare_again;
    EXPECT(HEDGEROW_OK, hedgerow_type_new(&options, sizeof options, &recursive));
    EXPECT(HEDGEROW_OK, hedgerow_value_object(recursive, 0, &endless[0]));
    EXPECT(HEDGEROW_OK, hedgerow_value_object(recursive, 1, &endless[1]));
    EXPECT(HEDGEROW_OK, hedgerow_type_free(recursive));
    EXPECT_MESSAGE(HEDGEROW_RECURSION_ERROR, "maximum recursion depth exceeded",
                   hedgerow_value_equal(endless[0], endless[1], &equal));
    /* A type with an equality and without a hash. */
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "unhashable type: ''",
                   hedgerow_value_hash(endless[0], seed_0(), &hashed));
    free_value(endless[0]);
    free_value(endless[1]);
    options.hash = free_what_is_lent;
    EXPECT(HEDGEROW_OK, hedgerow_type_new(&options, sizeof options, &recursive));
    EXPECT(HEDGEROW_OK, hedgerow_value_object(recursive, 0, &endless[0]));
    CHECK(hash_of(endless[0], seed_0()) == 0);
    free_value(endless[0]);
    EXPECT(HEDGEROW_OK, hedgerow_type_free(recursive));
}

static void test_refusals(void)
{
    static uint64_t memory[8];
    hedgerow_type *no = (hedgerow_type *)(void *)memory, *made = NULL;
    hedgerow_value *value = NULL;
    hedgerow_type_options options;
    uint64_t word = 0;
    memset(&options, 0, sizeof options);
    EXPECT(HEDGEROW_SIZE, hedgerow_type_new(&options, sizeof options - 1, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_type_new(NULL, sizeof options, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_type_new(&options, sizeof options, NULL));
    options.name_length = 1;
    EXPECT(HEDGEROW_POINTER, hedgerow_type_new(&options, sizeof options, &made));
    options.name = "\xff";
    EXPECT(HEDGEROW_UNICODE_DECODE_ERROR, hedgerow_type_new(&options, sizeof options, &made));
    options.name_length = SIZE_MAX;
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_type_new(&options, sizeof options, &made));
    EXPECT(HEDGEROW_HANDLE, hedgerow_type_free(no));
    EXPECT(HEDGEROW_OK, hedgerow_type_free(NULL));
    EXPECT(HEDGEROW_HANDLE, hedgerow_value_object(no, 1, &value));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_object(NULL, 1, &value));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_object(plain, 1, NULL));
    EXPECT(HEDGEROW_HANDLE, hedgerow_value_to_object(handle, no, &word));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_object(handle, plain, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_object(NULL, plain, &word));
    CHECK(made == NULL && value == NULL);
}

int main(void)
{
    begin();
    test_defaults();
    test_results();
    test_failures();
    test_failing_keys();
    test_keys_that_call_back();
    test_update_whose_source_changes();
    test_types();
    test_refusals();
    EXPECT(HEDGEROW_OK, hedgerow_type_free(things));
    EXPECT(HEDGEROW_OK, hedgerow_type_free(plain));
    free_value(handle);
    puts("objects: all well");
    return 0;
}
