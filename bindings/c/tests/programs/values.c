/* Python's values: making, reading, hashing, comparing, printing. The expected results are CPython
 * 3.12's.
 *
 * The bug class: a number or text that comes back as another one, a hash that is not CPython's, a
 * write past the end of a buffer.
 */

#include <math.h>

#include "python.h"

static void test_kinds(void)
{
    static const uint8_t bytes[] = {0, 'a', 0xff};
    hedgerow_value *values[12] = {NULL};
    hedgerow_dict *dict = new_dict();
    hedgerow_type_options options = {0};
    hedgerow_type *type = NULL;
    values[HEDGEROW_KIND_NONE] = none();
    EXPECT(HEDGEROW_OK, hedgerow_value_ellipsis(&values[HEDGEROW_KIND_ELLIPSIS]));
    values[HEDGEROW_KIND_BOOL] = truth(7);
    values[HEDGEROW_KIND_INT] = integer(-5);
    values[HEDGEROW_KIND_FLOAT] = real(1e16);
    EXPECT(HEDGEROW_OK, hedgerow_value_complex(-0.0, 1.0, &values[HEDGEROW_KIND_COMPLEX]));
    values[HEDGEROW_KIND_STR] = str("it's");
    EXPECT(HEDGEROW_OK, hedgerow_value_bytes(bytes, 3, &values[HEDGEROW_KIND_BYTES]));
    values[HEDGEROW_KIND_TUPLE] = pair(none(), truth(0));
    EXPECT(HEDGEROW_OK, hedgerow_value_frozenset(NULL, 0, seed_0(),
                                                 &values[HEDGEROW_KIND_FROZENSET]));
    EXPECT(HEDGEROW_OK, hedgerow_value_dict(dict, &values[HEDGEROW_KIND_DICT]));
    options.name = "thing";
    options.name_length = 5;
    EXPECT(HEDGEROW_OK, hedgerow_type_new(&options, sizeof options, &type));
    EXPECT(HEDGEROW_OK, hedgerow_value_object(type, 0, &values[HEDGEROW_KIND_OBJECT]));
    static const char *reprs[11] = {"None", "Ellipsis", "True", "-5", "1e+16", "(-0+1j)",
                                    "\"it's\"", "b'\\x00a\\xff'", "(None, False)",
                                    "frozenset()", "{}"};
    static const int32_t truths[12] = {0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1};
    for (uint32_t kind = 0; kind < COUNT(values); kind++) {
        uint32_t found = UINT32_MAX;
        int32_t is_true = -1, same = -1;
        hedgerow_value *clone = NULL;
        EXPECT(HEDGEROW_OK, hedgerow_value_kind(values[kind], &found));
        CHECK(found == kind);
        if (kind < COUNT(reprs)) {
            CHECK_REPR(reprs[kind], values[kind]);
        }
        EXPECT(HEDGEROW_OK, hedgerow_value_to_bool(values[kind], &is_true));
        CHECK(is_true == truths[kind]);
        EXPECT(HEDGEROW_OK, hedgerow_value_clone(values[kind], &clone));
        CHECK(clone != values[kind]);
        EXPECT(HEDGEROW_OK, hedgerow_value_is(values[kind], clone, &same));
        CHECK(same == 1);
        EXPECT(HEDGEROW_OK, hedgerow_value_is(values[kind], values[kind < 11 ? 11 : 10], &same));
        CHECK(same == 0);
        free_value(clone);
    }
    for (uint32_t kind = 0; kind < COUNT(values); kind++) {
        free_value(values[kind]);
    }
    EXPECT(HEDGEROW_OK, hedgerow_type_free(type));
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

static void check_int(const char *text, const char *repr)
{
    CHECK_REPR_OF_NEW(repr, big(text));
}

static void test_ints(void)
{
    hedgerow_value *value = NULL;
    int64_t number = 0;
    check_int("0", "0");
    check_int(" +1_000\n", "1000");
    check_int("-9223372036854775809", "-9223372036854775809");
    check_int("340282366920938463463374607431768211456", "340282366920938463463374607431768211456");
    value = big("-9223372036854775808");
    EXPECT(HEDGEROW_OK, hedgerow_value_to_int64(value, &number));
    CHECK(number == INT64_MIN);
    free_value(value);
    value = big("9223372036854775808");
    EXPECT_MESSAGE(HEDGEROW_OVERFLOW_ERROR, "int too big to convert",
                   hedgerow_value_to_int64(value, &number));
    free_value(value);
    EXPECT_MESSAGE(HEDGEROW_VALUE_ERROR, "invalid literal for int() with base 10: '12a'",
                   hedgerow_value_int_from_text("12a", 3, &value));
    EXPECT_MESSAGE(HEDGEROW_VALUE_ERROR, "invalid literal for int() with base 10: ''",
                   hedgerow_value_int_from_text(NULL, 0, &value));
    value = truth(1);
    EXPECT(HEDGEROW_OK, hedgerow_value_to_int64(value, &number));
    CHECK(number == 1);
    free_value(value);
    value = real(1.0);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "'float' object cannot be interpreted as an integer",
                   hedgerow_value_to_int64(value, &number));
    free_value(value);
}

static double double_of(hedgerow_value *value)
{
    double number = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_to_double(value, &number));
    free_value(value);
    return number;
}

static void test_floats(void)
{
    double number = 0, imag = -1;
    CHECK(double_of(real(0.1)) == 0.1);
    CHECK(double_of(truth(1)) == 1.0);
    CHECK(double_of(integer((INT64_C(1) << 53) + 1)) == 9007199254740992.0);
    /* 2**64 + 2**11 + 1 is nearer to the float above. */
    CHECK(double_of(big("18446744073709553665")) == 18446744073709555712.0);
    CHECK(isnan(double_of(real((double)NAN))));
    hedgerow_value *value = str("1.0");
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "must be real number, not str",
                   hedgerow_value_to_double(value, &number));
    free_value(value);
    char digits[400];
    memset(digits, '9', sizeof digits);
    EXPECT(HEDGEROW_OK, hedgerow_value_int_from_text(digits, sizeof digits, &value));
    EXPECT_MESSAGE(HEDGEROW_OVERFLOW_ERROR, "int too large to convert to float",
                   hedgerow_value_to_double(value, &number));
    EXPECT(HEDGEROW_OVERFLOW_ERROR, hedgerow_value_to_complex(value, &number, &imag));
    CHECK(imag == -1);
    free_value(value);
    EXPECT(HEDGEROW_OK, hedgerow_value_complex(1.5, -2.5, &value));
    EXPECT(HEDGEROW_OK, hedgerow_value_to_complex(value, &number, &imag));
    CHECK(number == 1.5 && imag == -2.5);
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_value_to_double(value, &number));
    free_value(value);
    value = integer(3);
    EXPECT(HEDGEROW_OK, hedgerow_value_to_complex(value, &number, &imag));
    CHECK(number == 3.0 && imag == 0.0);
    free_value(value);
    value = none();
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_value_to_complex(value, &number, &imag));
    free_value(value);
}

static void test_equality_and_hash(void)
{
    hedgerow_value *one[3], *past, *two_53, *text, *same_text;
    one[0] = integer(1);
    one[1] = truth(1);
    one[2] = real(1.0);
    for (size_t a = 0; a < 3; a++) {
        for (size_t b = 0; b < 3; b++) {
            int32_t same = -1;
            CHECK(is_equal(one[a], one[b]) == 1);
            EXPECT(HEDGEROW_OK, hedgerow_value_is(one[a], one[b], &same));
            CHECK(same == (a == b));
        }
        CHECK(hash_of(one[a], seed_0()) == 1);
    }
    for (size_t a = 0; a < 3; a++) {
        free_value(one[a]);
    }
    past = integer((INT64_C(1) << 53) + 1);
    two_53 = real(9007199254740992.0);
    CHECK(is_equal(past, two_53) == 0);
    free_value(past);
    past = integer(INT64_C(1) << 53);
    CHECK(is_equal(past, two_53) == 1);
    CHECK(hash_of(past, seed_0()) == hash_of(two_53, seed_0()));
    free_value(past);
    free_value(two_53);
    text = str("abc");
    same_text = str("abc");
    int32_t same = -1;
    EXPECT(HEDGEROW_OK, hedgerow_value_is(text, same_text, &same));
    CHECK(same == 0 && is_equal(text, same_text) == 1);
    CHECK(hash_of(text, seed_0()) == INT64_C(-4594863902769663758));
    free_value(text);
    free_value(same_text);
    two_53 = integer(-1);
    CHECK(hash_of(two_53, seed_0()) == -2);
    free_value(two_53);
    text = pair(integer(1), integer(2));
    CHECK(hash_of(text, seed_0()) == INT64_C(-3550055125485641917));
    free_value(text);
}

static void test_policies(void)
{
    hedgerow_policy older, java, random, other;
    hedgerow_value *text = str("Python"), *nothing = none(), *set = NULL;
    const hedgerow_value *items[3];
    EXPECT(HEDGEROW_OK, hedgerow_policy_cpython_before_311(0, &older));
    EXPECT(HEDGEROW_OK, hedgerow_policy_java(&java));
    EXPECT(HEDGEROW_OK, hedgerow_policy_random(&random));
    EXPECT(HEDGEROW_OK, hedgerow_policy_random(&other));
    CHECK(hash_of(text, &java) == -1889329924);
    CHECK(hash_of(text, &older) != hash_of(text, seed_0()));
    CHECK(hash_of(text, &random) == hash_of(text, &random));
    CHECK(memcmp(random.key, other.key, sizeof random.key) != 0);
    CHECK(older.text == HEDGEROW_TEXT_SIPHASH24 && random.text == HEDGEROW_TEXT_SIPHASH13
          && java.text == HEDGEROW_TEXT_JAVA31);
    CHECK(hash_of(nothing, seed_0()) == INT64_C(0xFCA86420));
    older.none = 1234;
    CHECK(hash_of(nothing, &older) == 1234);
    items[0] = text;
    items[1] = nothing;
    items[2] = text;
    EXPECT(HEDGEROW_OK, hedgerow_value_frozenset(items, 3, &older, &set));
    size_t length = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_length(set, &length));
    CHECK(length == 2);
    int64_t hash = 0;
    other.text = 4;
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_value_hash(text, &other, &hash));
    other = java;
    other.key[1] = 1;
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_value_hash(text, &other, &hash));
    older.python = 10;
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_value_hash(text, &older, &hash));
    EXPECT(HEDGEROW_POINTER, hedgerow_policy_cpython(0, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_policy_cpython_before_311(0, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_policy_java(NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_policy_random(NULL));
    free_value(text);
    free_value(nothing);
    free_value(set);
}

static void test_text(void)
{
    /* With a lone high surrogate, a character that is a pair, and a lone low surrogate. */
    static const uint16_t units[] = {'a', 0xd83d, 'b', 0xd83d, 0xdc0d, 0xdc0d};
    hedgerow_value *text = utf16(units, COUNT(units)), *again = NULL;
    uint16_t back[8];
    char bytes[16];
    size_t length = 0;
    CHECK_REPR("'a\\ud83db\xf0\x9f\x90\x8d\\udc0d'", text);
    EXPECT(HEDGEROW_OK, hedgerow_value_length(text, &length));
    CHECK(length == 5);
    EXPECT(HEDGEROW_OK, hedgerow_value_to_utf16(text, HEDGEROW_ERRORS_SURROGATEPASS, back,
                                                COUNT(units), &length));
    CHECK(length == COUNT(units) && memcmp(back, units, sizeof units) == 0);
    EXPECT(HEDGEROW_SHORT, hedgerow_value_to_utf16(text, HEDGEROW_ERRORS_REPLACE, back,
                                                   COUNT(units) - 1, &length));
    CHECK(length == COUNT(units));
    EXPECT_MESSAGE(HEDGEROW_UNICODE_ENCODE_ERROR,
                   "'utf-16-le' codec can't encode character '\\ud83d' in position 1: "
                   "surrogates not allowed",
                   hedgerow_value_to_utf16(text, HEDGEROW_ERRORS_STRICT, back, 8, &length));
    EXPECT_MESSAGE(HEDGEROW_UNICODE_ENCODE_ERROR,
                   "'utf-8' codec can't encode character '\\ud83d' in position 1: "
                   "surrogates not allowed",
                   hedgerow_value_to_utf8(text, HEDGEROW_ERRORS_STRICT, bytes, 16, &length));
    EXPECT(HEDGEROW_OK, hedgerow_value_to_utf8(text, HEDGEROW_ERRORS_REPLACE, bytes, 16, &length));
    CHECK(length == 8 && strcmp(bytes, "a?b\xf0\x9f\x90\x8d?") == 0);
    EXPECT(HEDGEROW_OK,
           hedgerow_value_to_utf8(text, HEDGEROW_ERRORS_SURROGATEPASS, bytes, 16, &length));
    EXPECT(HEDGEROW_OK, hedgerow_value_str_from_utf8(bytes, length, HEDGEROW_ERRORS_SURROGATEPASS,
                                                     &again));
    CHECK(is_equal(text, again) == 1);
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_value_to_utf8(text, 3, bytes, 16, &length));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_value_to_utf16(text, 3, back, 8, &length));
    free_value(again);
    free_value(text);
    EXPECT_MESSAGE(HEDGEROW_UNICODE_DECODE_ERROR,
                   "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte",
                   hedgerow_value_str_from_utf8("a\xff", 2, HEDGEROW_ERRORS_STRICT, &text));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_value_str_from_utf8("a", 1, 3, &text));
    EXPECT(HEDGEROW_OK,
           hedgerow_value_str_from_utf8("a\xff", 2, HEDGEROW_ERRORS_REPLACE, &text));
    CHECK_REPR_OF_NEW("'a\xef\xbf\xbd'", text);
}

static void test_buffers(void)
{
    static const uint8_t bytes[] = {1, 2, 3};
    hedgerow_value *text = str("snake"), *raw = NULL, *number = integer(1);
    char small[6];
    uint8_t back[3] = {9, 9, 9};
    uint16_t units[1];
    size_t length = 0;
    memset(small, 'x', sizeof small);
    EXPECT(HEDGEROW_SHORT, hedgerow_value_to_utf8(text, 0, small, 5, &length));
    CHECK(length == 5 && small[0] == 'x');
    EXPECT(HEDGEROW_SHORT, hedgerow_value_to_utf8(text, 0, NULL, 0, &length));
    EXPECT(HEDGEROW_OK, hedgerow_value_to_utf8(text, 0, small, 6, &length));
    CHECK(length == 5 && strcmp(small, "snake") == 0);
    EXPECT(HEDGEROW_SHORT, hedgerow_value_repr(text, small, 6, &length));
    CHECK(length == 7 && strcmp(small, "snake") == 0);
    EXPECT(HEDGEROW_OK, hedgerow_value_bytes(bytes, 3, &raw));
    EXPECT(HEDGEROW_SHORT, hedgerow_value_to_bytes(raw, back, 2, &length));
    CHECK(length == 3 && back[0] == 9);
    EXPECT(HEDGEROW_OK, hedgerow_value_to_bytes(raw, back, 3, &length));
    CHECK(length == 3 && memcmp(back, bytes, 3) == 0);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "expected bytes, got str",
                   hedgerow_value_to_bytes(text, back, 3, &length));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "expected str, got bytes",
                   hedgerow_value_to_utf8(raw, 0, small, 6, &length));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_value_to_utf16(raw, 0, units, 1, &length));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "object of type 'int' has no len()",
                   hedgerow_value_length(number, &length));
    /* A buffer that is too short for the message does not discard it. */
    EXPECT(HEDGEROW_SHORT, hedgerow_error_message(small, sizeof small, &length));
    CHECK(length == strlen("object of type 'int' has no len()"));
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_value_length(number, &length));
    EXPECT(HEDGEROW_POINTER, hedgerow_error_message(small, sizeof small, NULL));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_error_message(small, SIZE_MAX, &length));
    free_value(text);
    free_value(raw);
    free_value(number);
}

static void check_item(const hedgerow_value *value, size_t index, const char *repr)
{
    hedgerow_value *item = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_item(value, index, &item));
    CHECK_REPR_OF_NEW(repr, item);
}

/* All items at once: the same as one by one. */
static void check_items(const hedgerow_value *value)
{
    hedgerow_value *items[4] = {NULL}, *item = NULL;
    size_t count = 0, length = 0;
    int32_t equal = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_length(value, &length));
    EXPECT(HEDGEROW_SHORT, hedgerow_value_items(value, items, length - 1, &count));
    CHECK(count == length && items[0] == NULL);
    EXPECT(HEDGEROW_OK, hedgerow_value_items(value, items, 4, &count));
    CHECK(count == length);
    for (size_t index = 0; index < count; index++) {
        EXPECT(HEDGEROW_OK, hedgerow_value_item(value, index, &item));
        EXPECT(HEDGEROW_OK, hedgerow_value_equal(item, items[index], &equal));
        CHECK(equal);
        free_value(item);
        free_value(items[index]);
    }
}

static void test_items(void)
{
    static const uint8_t bytes[] = {255};
    hedgerow_value *tuple = pair(integer(1), str("b")), *text = str("h\xc3\xa9"), *raw = NULL;
    hedgerow_value *set = NULL, *item = NULL, *number = integer(8);
    const hedgerow_value *items[2];
    size_t count;
    check_item(tuple, 1, "'b'");
    check_item(text, 1, "'\xc3\xa9'");
    EXPECT(HEDGEROW_OK, hedgerow_value_bytes(bytes, 1, &raw));
    check_item(raw, 0, "255");
    items[0] = number;
    items[1] = number;
    EXPECT(HEDGEROW_OK, hedgerow_value_frozenset(items, 2, seed_0(), &set));
    check_item(set, 0, "8");
    check_items(tuple);
    check_items(text);
    check_items(raw);
    check_items(set);
    EXPECT_MESSAGE(HEDGEROW_INDEX_ERROR, "tuple index out of range",
                   hedgerow_value_item(tuple, 2, &item));
    EXPECT_MESSAGE(HEDGEROW_INDEX_ERROR, "string index out of range",
                   hedgerow_value_item(text, SIZE_MAX, &item));
    EXPECT_MESSAGE(HEDGEROW_INDEX_ERROR, "index out of range", hedgerow_value_item(raw, 1, &item));
    EXPECT(HEDGEROW_INDEX_ERROR, hedgerow_value_item(set, 1, &item));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "'int' object is not subscriptable",
                   hedgerow_value_item(number, 0, &item));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "'int' object is not subscriptable",
                   hedgerow_value_items(number, &item, 1, &count));
    CHECK(item == NULL);
    free_value(tuple);
    free_value(text);
    free_value(raw);
    free_value(set);
    free_value(number);
}

static void test_deep_nesting(void)
{
    hedgerow_value *nest = none(), *other = none();
    int64_t hash = 0;
    int32_t equal = 0;
    size_t length = 0;
    for (int level = 0; level < 100000; level++) {
        const hedgerow_value *items[1];
        hedgerow_value *deeper[2] = {NULL};
        items[0] = nest;
        EXPECT(HEDGEROW_OK, hedgerow_value_tuple(items, 1, &deeper[0]));
        items[0] = other;
        EXPECT(HEDGEROW_OK, hedgerow_value_tuple(items, 1, &deeper[1]));
        free_value(nest);
        free_value(other);
        nest = deeper[0];
        other = deeper[1];
    }
    EXPECT_MESSAGE(HEDGEROW_RECURSION_ERROR, "maximum recursion depth exceeded",
                   hedgerow_value_hash(nest, seed_0(), &hash));
    EXPECT(HEDGEROW_RECURSION_ERROR, hedgerow_value_equal(nest, other, &equal));
    EXPECT(HEDGEROW_RECURSION_ERROR, hedgerow_value_repr(nest, NULL, 0, &length));
    free_value(nest);
    free_value(other);
}

static void test_refusals(void)
{
    static uint64_t memory[8];
    hedgerow_value *no = (hedgerow_value *)(void *)memory, *value = integer(1), *made = NULL;
    hedgerow_value *odd = (hedgerow_value *)(void *)((char *)memory + 1);
    const hedgerow_value *items[2];
    uint32_t kind = 0;
    int32_t equal = 0;
    int64_t hash = 0;
    size_t length = 0;
    double number = 0;
    items[0] = value;
    items[1] = no;
    EXPECT_MESSAGE(HEDGEROW_HANDLE, hedgerow_strerror(HEDGEROW_HANDLE),
                   hedgerow_value_kind(no, &kind));
    EXPECT(HEDGEROW_HANDLE, hedgerow_value_free(no));
    EXPECT(HEDGEROW_HANDLE, hedgerow_value_clone(no, &made));
    EXPECT(HEDGEROW_HANDLE, hedgerow_value_tuple(items, 2, &made));
    EXPECT(HEDGEROW_HANDLE, hedgerow_value_equal(value, no, &equal));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_kind(odd, &kind));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_free(odd));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_kind(NULL, &kind));
    EXPECT(HEDGEROW_OK, hedgerow_value_free(NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_kind(value, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_none(NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_ellipsis(NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_bool(1, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_int(1, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_float(1, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_complex(1, 1, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_int_from_text(NULL, 1, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_str_from_utf8(NULL, 1, 0, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_str_from_utf16(NULL, 1, &made));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_value_str_from_utf16((uint16_t *)(void *)memory, SIZE_MAX,
                                                            &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_bytes(NULL, 1, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_tuple(NULL, 1, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_frozenset(items, 1, NULL, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_clone(value, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_bool(value, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_int64(value, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_double(value, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_complex(value, NULL, &number));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_utf8(value, 0, NULL, 1, &length));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_utf16(value, 0, NULL, 1, &length));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_to_bytes(value, NULL, 1, &length));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_length(value, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_item(value, 0, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_items(value, NULL, 1, &length));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_hash(value, NULL, &hash));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_equal(value, value, NULL));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_is(value, NULL, &equal));
    EXPECT(HEDGEROW_POINTER, hedgerow_value_repr(value, NULL, 1, &length));
    CHECK(made == NULL);
    free_value(value);
}

int main(void)
{
    size_t length = 0;
    EXPECT(HEDGEROW_ABSENT, hedgerow_error_message(NULL, 0, &length));
    test_kinds();
    test_ints();
    test_floats();
    test_equality_and_hash();
    test_policies();
    test_text();
    test_buffers();
    test_items();
    test_deep_nesting();
    test_refusals();
    puts("values: all well");
    return 0;
}
