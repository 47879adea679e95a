/* Views of dicts as sets, dicts made of other values, and what iterators say of themselves. The
 * expected results are CPython's.
 *
 * The bug class: an operation that answers for another one, operands that are exchanged, an
 * iterator that goes the other way.
 */

#include "python.h"

#define KEYS HEDGEROW_VIEW_KEYS
#define VALUES HEDGEROW_VIEW_VALUES
#define ITEMS HEDGEROW_VIEW_ITEMS

/* {1: 2, 3: 4} */
static hedgerow_dict *two(void)
{
    hedgerow_dict *dict = new_dict();
    put(dict, integer(1), integer(2));
    put(dict, integer(3), integer(4));
    return dict;
}

static void test_combine(void)
{
    static const char *with_values[] = {"frozenset({3})", "frozenset({1, 3, 5})",
                                        "frozenset({1})", "frozenset({1, 5})"};
    static const uint32_t operations[] = {HEDGEROW_SET_AND, HEDGEROW_SET_OR, HEDGEROW_SET_SUB,
                                          HEDGEROW_SET_XOR};
    hedgerow_dict *dict = two(), *other = new_dict();
    hedgerow_value *values = pair(integer(3), integer(5)), *number = integer(1), *made = NULL;
    put(other, integer(3), integer(4));
    put(other, integer(5), none());
    for (size_t at = 0; at < COUNT(operations); at++) {
        CHECK(operations[at] == at);
        EXPECT(HEDGEROW_OK,
               hedgerow_dict_view_combine(dict, KEYS, operations[at], values, 0, &made));
        CHECK_REPR_OF_NEW(with_values[at], made);
        EXPECT(HEDGEROW_OK, hedgerow_dict_view_combine_views(dict, KEYS, operations[at], other,
                                                             KEYS, &made));
        CHECK_REPR_OF_NEW(with_values[at], made);
    }
    EXPECT(HEDGEROW_OK,
           hedgerow_dict_view_combine(dict, KEYS, HEDGEROW_SET_SUB, values, 1, &made));
    CHECK_REPR_OF_NEW("frozenset({5})", made);
    EXPECT(HEDGEROW_OK, hedgerow_dict_view_combine_views(dict, ITEMS, HEDGEROW_SET_AND, other,
                                                         ITEMS, &made));
    CHECK_REPR_OF_NEW("frozenset({(3, 4)})", made);
    made = NULL;
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "'int' object is not iterable",
                   hedgerow_dict_view_combine(dict, KEYS, HEDGEROW_SET_AND, number, 0, &made));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_view_combine(dict, KEYS, 4, values, 0, &made));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_view_combine(dict, VALUES, 0, values, 0, &made));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_view_combine_views(dict, KEYS, 0, other, 3, &made));
    CHECK(made == NULL);
    free_value(values);
    free_value(number);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(other));
}

static void test_compare(void)
{
    static const int32_t with_less[] = {0, 0, 0, 1, 1, 0};
    static const uint32_t comparisons[] = {HEDGEROW_COMPARE_EQUAL,   HEDGEROW_COMPARE_LESS,
                                           HEDGEROW_COMPARE_LESS_EQUAL, HEDGEROW_COMPARE_GREATER,
                                           HEDGEROW_COMPARE_GREATER_EQUAL,
                                           HEDGEROW_COMPARE_DISJOINT};
    hedgerow_dict *dict = two(), *less = new_dict();
    hedgerow_value *set = NULL, *values = pair(integer(7), integer(8)), *one = integer(1);
    const hedgerow_value *items[1];
    int32_t truth = -1;
    items[0] = one;
    EXPECT(HEDGEROW_OK, hedgerow_value_frozenset(items, 1, seed_0(), &set));
    put(less, real(1.0), none());
    for (size_t at = 0; at < COUNT(comparisons); at++) {
        CHECK(comparisons[at] == at);
        EXPECT(HEDGEROW_OK, hedgerow_dict_view_compare(dict, KEYS, comparisons[at], set, &truth));
        CHECK(truth == with_less[at]);
        EXPECT(HEDGEROW_OK, hedgerow_dict_view_compare_views(dict, KEYS, comparisons[at], less,
                                                             KEYS, &truth));
        CHECK(truth == with_less[at]);
    }
    EXPECT(HEDGEROW_OK, hedgerow_dict_view_compare(dict, ITEMS, HEDGEROW_COMPARE_DISJOINT, values,
                                                   &truth));
    CHECK(truth == 1);
    EXPECT(HEDGEROW_TYPE_ERROR,
           hedgerow_dict_view_compare(dict, KEYS, HEDGEROW_COMPARE_LESS, values, &truth));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_view_compare(dict, KEYS, 6, set, &truth));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_view_compare(dict, VALUES, 0, set, &truth));
    EXPECT(HEDGEROW_ARGUMENT,
           hedgerow_dict_view_compare_views(dict, KEYS, 0, less, VALUES, &truth));
    free_value(set);
    free_value(values);
    free_value(one);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(less));
}

static void test_content(void)
{
    static const char *reprs[] = {"dict_keys([1, 3])", "dict_values([2, 4])",
                                  "dict_items([(1, 2), (3, 4)])"};
    hedgerow_dict *dict = two();
    hedgerow_value *one = integer(1), *four = integer(4), *item = pair(integer(3), real(4.0));
    char text[64];
    size_t length = 0;
    for (uint32_t view = KEYS; view <= ITEMS; view++) {
        EXPECT(HEDGEROW_OK, hedgerow_dict_view_repr(dict, view, text, sizeof text, &length));
        expect_text(__FILE__, __LINE__, "view", reprs[view], text);
        CHECK(length == strlen(text));
    }
    EXPECT(HEDGEROW_SHORT, hedgerow_dict_view_repr(dict, KEYS, text, 5, &length));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_view_repr(dict, 3, text, sizeof text, &length));
    EXPECT(HEDGEROW_OK, hedgerow_dict_view_contains(dict, KEYS, one));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_view_contains(dict, VALUES, one));
    EXPECT(HEDGEROW_OK, hedgerow_dict_view_contains(dict, VALUES, four));
    EXPECT(HEDGEROW_OK, hedgerow_dict_view_contains(dict, ITEMS, item));
    EXPECT(HEDGEROW_ABSENT, hedgerow_dict_view_contains(dict, ITEMS, four));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_view_contains(dict, 3, four));
    free_value(one);
    free_value(four);
    free_value(item);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

static void test_made_of_others(void)
{
    hedgerow_dict *dict = two(), *made = NULL, *same = NULL;
    hedgerow_value *keys = str("aba"), *nothing = none(), *number = integer(5), *other = NULL;
    hedgerow_value *pairs = pair(pair(integer(1), str("one")), str("xy"));
    hedgerow_policy no_policy = {0};
    EXPECT(HEDGEROW_OK, hedgerow_dict_fromkeys(keys, nothing, seed_0(), &made));
    CHECK_DICT("{'a': None, 'b': None}", made);
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_dict_fromkeys(keys, nothing, &no_policy, &same));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_dict_fromkeys(number, nothing, seed_0(), &same));
    EXPECT(HEDGEROW_OK, hedgerow_value_dict(made, &other));
    EXPECT(HEDGEROW_OK, hedgerow_dict_union(dict, other, &same));
    CHECK_DICT("{1: 2, 3: 4, 'a': None, 'b': None}", same);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "unsupported operand type(s) for |: 'dict' and 'int'",
                   hedgerow_dict_union(dict, number, &made));
    EXPECT(HEDGEROW_OK, hedgerow_dict_update_from(dict, pairs));
    CHECK_DICT("{1: 'one', 3: 4, 'x': 'y'}", dict);
    EXPECT(HEDGEROW_OK, hedgerow_dict_update_from(dict, other));
    CHECK_DICT("{1: 'one', 3: 4, 'x': 'y', 'a': None, 'b': None}", dict);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "'int' object is not iterable",
                   hedgerow_dict_update_from(dict, number));
    free_value(keys);
    free_value(nothing);
    free_value(number);
    free_value(other);
    free_value(pairs);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(made));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(same));
}

static void test_reversed(void)
{
    hedgerow_dict *dict = two(), *other = two();
    hedgerow_dict_iter iter;
    hedgerow_value *key = NULL;
    uint64_t left = 0;
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_start_reversed(dict, &iter));
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_left(dict, &iter, &left));
    CHECK(left == 2);
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_next(dict, &iter, &key, NULL));
    CHECK_REPR_OF_NEW("3", key);
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_left(dict, &iter, &left));
    CHECK(left == 1);
    EXPECT(HEDGEROW_FOREIGN, hedgerow_dict_iter_left(other, &iter, &left));
    put(dict, integer(5), none());
    EXPECT(HEDGEROW_OK, hedgerow_dict_iter_left(dict, &iter, &left));
    CHECK(left == 0);
    iter.opaque[2] ^= 1;
    EXPECT(HEDGEROW_SCRIBBLED, hedgerow_dict_iter_left(dict, &iter, &left));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(other));
}

int main(void)
{
    test_combine();
    test_compare();
    test_content();
    test_made_of_others();
    test_reversed();
    return 0;
}
