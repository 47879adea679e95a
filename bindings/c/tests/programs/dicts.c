/* Python's dict: one key at a time, as a whole, and iterated. The expected results are CPython
 * 3.12's.
 *
 * The bug class: two entries for one key, an order other than insertion order, a lookup by text or
 * number that does not find what a value finds, an iteration that goes on after the dict changed.
 */

#include "python.h"

static int64_t number_of(hedgerow_value *value)
{
    int64_t number = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_to_int64(value, &number));
    free_value(value);
    return number;
}

/* The number under a key, which has to be there; frees the key. */
static int64_t at(const hedgerow_dict *dict, hedgerow_value *key)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_dict_get(dict, key, &value));
    EXPECT(HEDGEROW_OK, hedgerow_dict_contains(dict, key));
    free_value(key);
    return number_of(value);
}

static void test_one_entry_for_equal_keys(void)
{
    hedgerow_dict *dict = new_dict();
    put(dict, integer(1), integer(10));
    put(dict, truth(1), integer(20));
    put(dict, real(1.0), integer(30));
    put(dict, integer((INT64_C(1) << 53) + 1), integer(40));
    put(dict, real(9007199254740992.0), integer(50));
    CHECK(dict_len(dict) == 3);
    CHECK_DICT("{1: 30, 9007199254740993: 40, 9007199254740992.0: 50}", dict);
    CHECK(at(dict, integer(INT64_C(1) << 53)) == 50);
    CHECK(at(dict, big("9007199254740993")) == 40);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

static void test_keys(void)
{
    hedgerow_dict *dict = new_dict();
    hedgerow_value *key = str("a"), *other = str("b"), *value = NULL, *popped = NULL;
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_get(dict, key, &value));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_contains(dict, key));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_delete(dict, key));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_pop(dict, key, &value));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_popitem(dict, &popped, &value));
    CHECK(value == NULL && popped == NULL);
    EXPECT(HEDGEROW_OK, hedgerow_dict_setdefault(dict, key, other, &value));
    CHECK_REPR_OF_NEW("'b'", value);
    EXPECT(HEDGEROW_OK, hedgerow_dict_setdefault(dict, key, key, &value));
    CHECK_REPR_OF_NEW("'b'", value);
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(dict, other, key));
    CHECK_DICT("{'a': 'b', 'b': 'a'}", dict);
    EXPECT(HEDGEROW_OK, hedgerow_dict_pop(dict, key, &value));
    CHECK_REPR_OF_NEW("'b'", value);
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(dict, key, key));
    CHECK_DICT("{'b': 'a', 'a': 'a'}", dict);
    EXPECT(HEDGEROW_OK, hedgerow_dict_delete(dict, other));
    EXPECT(HEDGEROW_OK, hedgerow_dict_popitem(dict, &popped, &value));
    CHECK(is_equal(popped, value) == 1 && dict_len(dict) == 0);
    free_value(popped);
    free_value(value);
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(dict, key, key));
    EXPECT(HEDGEROW_OK, hedgerow_dict_clear(dict));
    CHECK_DICT("{}", dict);
    free_value(key);
    free_value(other);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

static int64_t by_utf8(const hedgerow_dict *dict, const char *text)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_dict_get_utf8(dict, text, strlen(text), &value));
    return number_of(value);
}

static int64_t by_utf16(const hedgerow_dict *dict, const uint16_t *units, size_t length)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_dict_get_utf16(dict, units, length, &value));
    return number_of(value);
}

static void test_lookups_without_values(void)
{
    static const uint16_t snake[] = {'c', 'a', 'f', 0xe9, 0xd83d, 0xdc0d}, half[] = {0xd83d};
    static char text[1000];
    static uint16_t units[1000];
    hedgerow_dict *dict = new_dict();
    hedgerow_value *value = NULL;
    put(dict, str(""), integer(0));
    put(dict, str("abc"), integer(1));
    put(dict, str("caf\xc3\xa9\xf0\x9f\x90\x8d"), integer(2));
    put(dict, utf16(half, 1), integer(3));
    put(dict, integer(7), integer(4));
    put(dict, real(0.5), integer(5));
    CHECK(by_utf8(dict, "") == 0 && by_utf8(dict, "abc") == 1);
    CHECK(by_utf8(dict, "caf\xc3\xa9\xf0\x9f\x90\x8d") == 2);
    CHECK(by_utf16(dict, snake, COUNT(snake)) == 2);
    CHECK(by_utf16(dict, half, 1) == 3);
    EXPECT(HEDGEROW_OK, hedgerow_dict_get_int64(dict, 7, &value));
    CHECK(number_of(value) == 4);
    EXPECT(HEDGEROW_OK, hedgerow_dict_get_double(dict, 7.0, &value));
    CHECK(number_of(value) == 4);
    EXPECT(HEDGEROW_OK, hedgerow_dict_get_double(dict, 0.5, &value));
    CHECK(number_of(value) == 5);
    value = NULL;
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_get_int64(dict, 0, &value));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_get_double(dict, 7.5, &value));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_get_utf8(dict, "ab", 2, &value));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_get_utf16(dict, snake, 3, &value));
    EXPECT_MESSAGE(HEDGEROW_UNICODE_DECODE_ERROR,
                   "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte",
                   hedgerow_dict_get_utf8(dict, "\xed\xa0\xbd", 3, &value));
    CHECK(value == NULL);
    /* Shorter and longer than what is looked up without an allocation. */
    for (size_t length = 120; length < 265; length++) {
        memset(text, 'x', sizeof text);
        text[length] = 0;
        for (size_t index = 0; index < length; index++) {
            units[index] = 'x';
        }
        put(dict, str(text), integer((int64_t)length));
        CHECK(by_utf8(dict, text) == (int64_t)length);
        CHECK(by_utf16(dict, units, length) == (int64_t)length);
    }
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

static void test_whole_dicts(void)
{
    hedgerow_dict *dict = new_dict(), *copy = NULL, *other = NULL;
    hedgerow_policy random;
    int32_t equal = -1;
    size_t length = 0;
    char text[8];
    put(dict, integer(1), str("one"));
    put(dict, integer(2), str("two"));
    EXPECT(HEDGEROW_OK, hedgerow_dict_copy(dict, &copy));
    EXPECT(HEDGEROW_OK, hedgerow_dict_equal(dict, copy, &equal));
    CHECK(equal == 1);
    put(copy, integer(3), none());
    EXPECT(HEDGEROW_OK, hedgerow_dict_equal(dict, copy, &equal));
    CHECK(equal == 0 && dict_len(dict) == 2);
    EXPECT(HEDGEROW_OK, hedgerow_policy_random(&random));
    EXPECT(HEDGEROW_OK, hedgerow_dict_new(&random, &other));
    put(other, integer(2), str("dos"));
    put(other, str("a"), integer(0));
    EXPECT_MESSAGE(HEDGEROW_KEY_ERROR, "2",
                   hedgerow_dict_merge(dict, other, HEDGEROW_MERGE_UNIQUE));
    EXPECT(HEDGEROW_OK, hedgerow_dict_merge(dict, other, HEDGEROW_MERGE_IF_ABSENT));
    CHECK_DICT("{1: 'one', 2: 'two', 'a': 0}", dict);
    EXPECT(HEDGEROW_OK, hedgerow_dict_update(dict, other));
    CHECK_DICT("{1: 'one', 2: 'dos', 'a': 0}", dict);
    EXPECT(HEDGEROW_OK, hedgerow_dict_merge(copy, other, HEDGEROW_MERGE_REPLACE));
    CHECK_DICT("{1: 'one', 2: 'dos', 3: None, 'a': 0}", copy);
    EXPECT(HEDGEROW_OK, hedgerow_dict_update(dict, dict));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_merge(dict, other, 3));
    EXPECT(HEDGEROW_SHORT, hedgerow_dict_repr(dict, text, sizeof text, &length));
    CHECK(length == strlen("{1: 'one', 2: 'dos', 'a': 0}"));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(copy));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(other));
}

static void test_dicts_as_values(void)
{
    hedgerow_dict *dict = new_dict(), *again = NULL;
    hedgerow_value *value = NULL, *other = NULL, *number = integer(1);
    int32_t same = -1;
    int64_t hash = 0;
    size_t length = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_dict(dict, &value));
    EXPECT(HEDGEROW_OK, hedgerow_value_dict(dict, &other));
    EXPECT(HEDGEROW_OK, hedgerow_value_is(value, other, &same));
    CHECK(same == 1 && is_equal(value, other) == 1);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "unhashable type: 'dict'",
                   hedgerow_value_hash(value, seed_0(), &hash));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_dict_set(dict, value, number));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_dict_get(dict, value, &other));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_dict_setdefault(dict, value, number, &other));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_dict_pop(dict, value, &other));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_dict_delete(dict, value));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_dict_contains(dict, value));
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(dict, number, value));
    CHECK_DICT("{1: {...}}", dict);
    EXPECT(HEDGEROW_OK, hedgerow_value_length(value, &length));
    CHECK(length == 1);
    EXPECT(HEDGEROW_OK, hedgerow_value_to_bool(value, &same));
    CHECK(same == 1);
    EXPECT(HEDGEROW_OK, hedgerow_value_to_dict(value, &again));
    /* It contains itself: without this it would never be freed. */
    EXPECT(HEDGEROW_OK, hedgerow_dict_clear(again));
    CHECK(dict_len(dict) == 0);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "expected dict, got int",
                   hedgerow_value_to_dict(number, &again));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(again));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
    /* The values keep the dict alive. */
    CHECK_REPR("{}", value);
    free_value(other);
    free_value(value);
    free_value(number);
}

static void test_iterators(void)
{
    hedgerow_dict *dict = new_dict(), *same = NULL, *other = new_dict();
    hedgerow_value *key = NULL, *value = NULL;
    hedgerow_dict_iter iter, kept, scribbled;
    for (int64_t number = 0; number < 100; number++) {
        put(dict, integer(number * 7919 % 100), integer(number));
    }
    for (int64_t number = 0; number < 100; number += 3) {
        key = integer(number * 7919 % 100);
        EXPECT(HEDGEROW_OK, hedgerow_dict_delete(dict, key));
        free_value(key);
    }
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_start(dict, &iter));
    for (int64_t number = 0; number < 100; number++) {
        if (number % 3 == 0) {
            continue;
        }
        kept = iter;
        EXPECT(HEDGEROW_OK, hedgerow_dict_iter_next(dict, &iter, &key, NULL));
        EXPECT(HEDGEROW_OK, hedgerow_dict_iter_next(dict, &kept, NULL, &value));
        CHECK(number_of(key) == number * 7919 % 100 && number_of(value) == number);
        /* The value of a stored key may be replaced. */
        put(dict, integer(number * 7919 % 100), integer(-number));
    }
    key = value = NULL;
    EXPECT(HEDGEROW_END, hedgerow_dict_iter_next(dict, &iter, &key, &value));
    put(dict, str("more"), none());
    EXPECT(HEDGEROW_END, hedgerow_dict_iter_next(dict, &iter, &key, &value));
    EXPECT_MESSAGE(HEDGEROW_RUNTIME_ERROR, "dictionary changed size during iteration",
                   hedgerow_dict_iter_next(dict, &kept, &key, &value));
    hedgerow_value *more = str("more");
    EXPECT(HEDGEROW_OK, hedgerow_dict_delete(dict, more));
    EXPECT(HEDGEROW_RUNTIME_ERROR, hedgerow_dict_iter_next(dict, &kept, &key, &value));
    free_value(more);
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_start(dict, &iter));
    EXPECT(HEDGEROW_FOREIGN, hedgerow_dict_iter_next(other, &iter, &key, &value));
    EXPECT(HEDGEROW_OK, hedgerow_value_dict(dict, &value));
    EXPECT(HEDGEROW_OK, hedgerow_value_to_dict(value, &same));
    free_value(value);
    EXPECT(HEDGEROW_FOREIGN, hedgerow_dict_iter_next(same, &iter, &key, &more));
    for (size_t word = 0; word < COUNT(iter.opaque); word++) {
        scribbled = iter;
        scribbled.opaque[word] ^= UINT64_C(1) << 17;
        EXPECT(HEDGEROW_SCRIBBLED, hedgerow_dict_iter_next(dict, &scribbled, &key, NULL));
    }
    memset(&scribbled, 0, sizeof scribbled);
    EXPECT(HEDGEROW_SCRIBBLED, hedgerow_dict_iter_next(dict, &scribbled, &key, NULL));
    CHECK(key == NULL);
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_next(dict, &iter, NULL, NULL));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(same));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(other));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

static void test_refusals(void)
{
    static uint64_t memory[8];
    hedgerow_dict *no = (hedgerow_dict *)(void *)memory, *dict = new_dict(), *made = NULL;
    hedgerow_value *key = integer(1), *value = NULL;
    hedgerow_policy policy = *seed_0();
    hedgerow_dict_iter iter;
    uint64_t len = 0;
    size_t length = 0;
    int32_t equal = 0;
    for (int step = 0; step < 2; step++) {
        const hedgerow_dict *bad = step == 0 ? NULL : no;
        const int32_t status = step == 0 ? HEDGEROW_POINTER : HEDGEROW_HANDLE;
        EXPECT(HEDGEROW_OK, hedgerow_dict_iter_start(dict, &iter));
        EXPECT(status, hedgerow_dict_len(bad, &len));
        EXPECT(status, hedgerow_dict_set(bad, key, key));
        EXPECT(status, hedgerow_dict_get(bad, key, &value));
        EXPECT(status, hedgerow_dict_get_utf8(bad, "a", 1, &value));
        EXPECT(status, hedgerow_dict_get_utf16(bad, NULL, 0, &value));
        EXPECT(status, hedgerow_dict_get_int64(bad, 1, &value));
        EXPECT(status, hedgerow_dict_get_double(bad, 1, &value));
        EXPECT(status, hedgerow_dict_contains(bad, key));
        EXPECT(status, hedgerow_dict_delete(bad, key));
        EXPECT(status, hedgerow_dict_pop(bad, key, &value));
        EXPECT(status, hedgerow_dict_setdefault(bad, key, key, &value));
        EXPECT(status, hedgerow_dict_popitem(bad, &value, &value));
        EXPECT(status, hedgerow_dict_clear(bad));
        EXPECT(status, hedgerow_dict_copy(bad, &made));
        EXPECT(status, hedgerow_dict_equal(dict, bad, &equal));
        EXPECT(status, hedgerow_dict_repr(bad, NULL, 0, &length));
        EXPECT(status, hedgerow_dict_update(dict, bad));
        EXPECT(status, hedgerow_dict_merge(bad, dict, 0));
        EXPECT(status, hedgerow_value_dict(bad, &value));
        EXPECT(status, hedgerow_dict_iter_start(bad, &iter));
        EXPECT(status, hedgerow_dict_iter_next(bad, &iter, NULL, NULL));
    }
    EXPECT(HEDGEROW_HANDLE, hedgerow_dict_free(no));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(NULL));
    EXPECT(HEDGEROW_HANDLE, hedgerow_dict_set(dict, key, (hedgerow_value *)(void *)memory));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_set(dict, key, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_new(NULL, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_new(&policy, NULL));
    memset(&policy, 0, sizeof policy);
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_new(&policy, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_len(dict, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_get(dict, key, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_get_utf8(dict, NULL, 1, &value));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_get_utf8(dict, "a", SIZE_MAX, &value));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_get_utf16(dict, NULL, 1, &value));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_pop(dict, key, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_popitem(dict, NULL, &value));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_setdefault(dict, key, key, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_copy(dict, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_repr(dict, NULL, 1, &length));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_iter_start(dict, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_dict_iter_next(dict, NULL, NULL, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_dict(key, NULL));
    CHECK(dict_len(dict) == 0 && value == NULL && made == NULL);
    free_value(key);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

int main(void)
{
    test_one_entry_for_equal_keys();
    test_keys();
    test_lookups_without_values();
    test_whole_dicts();
    test_dicts_as_values();
    test_iterators();
    test_refusals();
    puts("dicts: all well");
    return 0;
}
