/* Python's str methods and codecs. The expected results are CPython's.
 *
 * The bug class: a bound that is left out and taken for a number, an optional str that is not
 * optional, a method that answers for another one, words that are not Python's.
 */

#include "python.h"

#define NONE HEDGEROW_OMITTED

/* A call that makes a value of `text`, which is freed with the other one. */
#define CHECK_MADE(wanted, call) \
    do { \
        hedgerow_value *made = NULL; \
        EXPECT(HEDGEROW_OK, call); \
        CHECK_REPR_OF_NEW(wanted, made); \
    } while (0)

static void test_search(void)
{
    hedgerow_value *text = str("abcabc"), *b = str("b"), *x = str("x"), *number = integer(1);
    hedgerow_value *either = pair(str("x"), str("ab")), *mixed = pair(str("x"), integer(2));
    size_t index = 0;
    int32_t truth = -1;
    EXPECT(HEDGEROW_OK, hedgerow_str_find(text, b, NONE, NONE, &index));
    CHECK(index == 1);
    EXPECT(HEDGEROW_OK, hedgerow_str_find(text, b, -3, NONE, &index));
    CHECK(index == 4);
    EXPECT(HEDGEROW_ABSENT, hedgerow_str_find(text, x, NONE, NONE, &index));
    EXPECT(HEDGEROW_OK, hedgerow_str_rfind(text, b, NONE, 4, &index));
    CHECK(index == 1);
    EXPECT(HEDGEROW_OK, hedgerow_str_count(text, b, NONE, NONE, &index));
    CHECK(index == 2);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "expected str, got int",
                   hedgerow_str_find(text, number, NONE, NONE, &index));
    EXPECT(HEDGEROW_POINTER, hedgerow_str_find(text, NULL, NONE, NONE, &index));
    EXPECT(HEDGEROW_POINTER, hedgerow_str_find(text, b, NONE, NONE, NULL));
    EXPECT(HEDGEROW_OK, hedgerow_str_startswith(text, either, NONE, NONE, &truth));
    CHECK(truth == 1);
    EXPECT(HEDGEROW_OK, hedgerow_str_startswith(text, b, 1, NONE, &truth));
    CHECK(truth == 1);
    EXPECT(HEDGEROW_OK, hedgerow_str_endswith(text, either, NONE, 5, &truth));
    CHECK(truth == 1);
    EXPECT(HEDGEROW_OK, hedgerow_str_endswith(text, b, NONE, NONE, &truth));
    CHECK(truth == 0);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR,
                   "startswith first arg must be str or a tuple of str, not int",
                   hedgerow_str_startswith(text, number, NONE, NONE, &truth));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "tuple for endswith must only contain str, not int",
                   hedgerow_str_endswith(text, mixed, NONE, NONE, &truth));
    free_value(text);
    free_value(b);
    free_value(x);
    free_value(number);
    free_value(either);
    free_value(mixed);
}

static void test_split(void)
{
    hedgerow_value *text = str(" a b\nc "), *space = str(" "), *empty = str(""), *made = NULL;
    hedgerow_value *ends = pair(str("x"), str("y")), *mixed = pair(str("x"), integer(2));
    hedgerow_value *number = integer(1), *keys = NULL;
    hedgerow_dict *dict = new_dict();
    CHECK_MADE("('a', 'b', 'c')", hedgerow_str_split(text, NULL, -1, &made));
    CHECK_MADE("('', 'a b\\nc ')", hedgerow_str_split(text, space, 1, &made));
    CHECK_MADE("(' a b\\nc', '')", hedgerow_str_rsplit(text, space, 1, &made));
    CHECK_MADE("(' a b', 'c')", hedgerow_str_rsplit(text, NULL, 1, &made));
    CHECK_MADE("(' a b', 'c ')", hedgerow_str_splitlines(text, 0, &made));
    CHECK_MADE("(' a b\\n', 'c ')", hedgerow_str_splitlines(text, 1, &made));
    CHECK_MADE("('', ' ', 'a b\\nc ')", hedgerow_str_partition(text, space, &made));
    CHECK_MADE("(' a b\\nc', ' ', '')", hedgerow_str_rpartition(text, space, &made));
    EXPECT_MESSAGE(HEDGEROW_VALUE_ERROR, "empty separator",
                   hedgerow_str_split(text, empty, -1, &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_str_partition(text, NULL, &made));
    CHECK_MADE("'x y'", hedgerow_str_join(space, ends, &made));
    EXPECT(HEDGEROW_OK, hedgerow_str_join(space, text, &made));
    free_value(made);
    put(dict, str("k"), none());
    put(dict, str("l"), none());
    EXPECT(HEDGEROW_OK, hedgerow_value_dict(dict, &keys));
    CHECK_MADE("'k l'", hedgerow_str_join(space, keys, &made));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "sequence item 1: expected str instance, int found",
                   hedgerow_str_join(space, mixed, &made));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "can only join an iterable",
                   hedgerow_str_join(space, number, &made));
    free_value(text);
    free_value(space);
    free_value(empty);
    free_value(ends);
    free_value(mixed);
    free_value(number);
    free_value(keys);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(dict));
}

static void test_change(void)
{
    hedgerow_value *text = str(" ab\t"), *a = str("a"), *b = str("b"), *ab = str("ab");
    hedgerow_dict *table = new_dict();
    CHECK_MADE("'aab'", hedgerow_str_concat(a, ab, &made));
    CHECK_MADE("'ababab'", hedgerow_str_repeat(ab, 3, &made));
    CHECK_MADE("''", hedgerow_str_repeat(ab, -3, &made));
    CHECK_MADE("'\\tba '", hedgerow_str_slice(text, NONE, NONE, -1, &made));
    CHECK_MADE("'ab'", hedgerow_str_slice(text, 1, -1, 1, &made));
    CHECK_MADE("'ab'", hedgerow_str_strip(text, NULL, &made));
    CHECK_MADE("'ab\\t'", hedgerow_str_lstrip(text, NULL, &made));
    CHECK_MADE("' ab'", hedgerow_str_rstrip(text, NULL, &made));
    CHECK_MADE("'b'", hedgerow_str_strip(ab, a, &made));
    CHECK_MADE("'b'", hedgerow_str_lstrip(ab, a, &made));
    CHECK_MADE("'a'", hedgerow_str_rstrip(ab, b, &made));
    CHECK_MADE("'b'", hedgerow_str_removeprefix(ab, a, &made));
    CHECK_MADE("'ab'", hedgerow_str_removesuffix(ab, a, &made));
    CHECK_MADE("' bb\\t'", hedgerow_str_replace(text, a, b, -1, &made));
    CHECK_MADE("' ab\\t'", hedgerow_str_replace(text, a, b, 0, &made));
    CHECK_MADE("' ab '", hedgerow_str_center(ab, 4, NULL, &made));
    CHECK_MADE("'abaa'", hedgerow_str_ljust(ab, 4, a, &made));
    CHECK_MADE("'aaab'", hedgerow_str_rjust(ab, 4, a, &made));
    CHECK_MADE("'00ab'", hedgerow_str_zfill(ab, 4, &made));
    CHECK_MADE("' ab '", hedgerow_str_expandtabs(text, 4, &made));
    put(table, integer('a'), integer(0x20ac));
    put(table, integer('\t'), none());
    put(table, integer(' '), str("--"));
    CHECK_MADE("'--\xe2\x82\xac" "b'", hedgerow_str_translate(text, table, &made));
    hedgerow_value *made = NULL;
    EXPECT_MESSAGE(HEDGEROW_VALUE_ERROR, "slice step cannot be zero",
                   hedgerow_str_slice(text, NONE, NONE, 0, &made));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR,
                   "The fill character must be exactly one character long",
                   hedgerow_str_center(text, 9, ab, &made));
    CHECK(made == NULL);
    free_value(text);
    free_value(a);
    free_value(b);
    free_value(ab);
    EXPECT(HEDGEROW_OK, hedgerow_dict_free(table));
}

static void test_case_and_kind(void)
{
    static const char *cases[] = {"'\xc7\x86s ss'", "'\xc7\x84S SS'", "'\xc7\x86s ss'",
                                  "'\xc7\x85s ss'", "'\xc7\x85s Ss'", "'\xc7\x84S SS'"};
    static const uint32_t which[] = {HEDGEROW_CASE_LOWER, HEDGEROW_CASE_UPPER,
                                     HEDGEROW_CASE_CASEFOLD, HEDGEROW_CASE_CAPITALIZE,
                                     HEDGEROW_CASE_TITLE, HEDGEROW_CASE_SWAPCASE};
    static const struct {
        uint32_t which;
        const char *yes, *no;
    } kinds[] = {
        {HEDGEROW_IS_ALNUM, "a1", "a-"},      {HEDGEROW_IS_ALPHA, "ab", "a1"},
        {HEDGEROW_IS_ASCII, "", "\xc3\xa9"},  {HEDGEROW_IS_DECIMAL, "12", "\xc2\xb2"},
        {HEDGEROW_IS_DIGIT, "\xc2\xb2", "a"}, {HEDGEROW_IS_IDENTIFIER, "_a1", "1a"},
        {HEDGEROW_IS_LOWER, "ab1", "aB"},     {HEDGEROW_IS_NUMERIC, "\xc2\xbd", "a"},
        {HEDGEROW_IS_PRINTABLE, "a ", "\n"},  {HEDGEROW_IS_SPACE, " \n", ""},
        {HEDGEROW_IS_TITLE, "Ab Cd", "ab"},   {HEDGEROW_IS_UPPER, "AB", "Ab"},
    };
    hedgerow_value *text = str("\xc7\x86s ss"), *made = NULL, *new_letter = NULL;
    char shown[32];
    size_t length = 0;
    int32_t truth = -1;
    for (size_t at = 0; at < COUNT(which); at++) {
        CHECK(which[at] == at);
        CHECK_MADE(cases[at], hedgerow_str_case(text, which[at], 0, &made));
    }
    for (size_t at = 0; at < COUNT(kinds); at++) {
        hedgerow_value *yes = str(kinds[at].yes), *no = str(kinds[at].no);
        CHECK(kinds[at].which == at);
        EXPECT(HEDGEROW_OK, hedgerow_str_is(yes, kinds[at].which, 0, &truth));
        CHECK(truth == 1);
        EXPECT(HEDGEROW_OK, hedgerow_str_is(no, kinds[at].which, 0, &truth));
        CHECK(truth == 0);
        free_value(yes);
        free_value(no);
    }
    /* A letter since Unicode 15.1, which is that of CPython 3.13. */
    new_letter = str("\xf0\xae\xaf\xb0");
    EXPECT(HEDGEROW_OK, hedgerow_str_is(new_letter, HEDGEROW_IS_ALPHA, 12, &truth));
    CHECK(truth == 0);
    EXPECT(HEDGEROW_OK, hedgerow_str_is(new_letter, HEDGEROW_IS_ALPHA, 13, &truth));
    CHECK(truth == 1);
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_str_is(text, 12, 0, &truth));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_str_is(text, HEDGEROW_IS_ALPHA, 10, &truth));
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_str_case(text, 6, 0, &made));
    EXPECT(HEDGEROW_OK, hedgerow_value_repr_for(new_letter, 12, shown, sizeof shown, &length));
    CHECK(strcmp(shown, "'\\U0002ebf0'") == 0 && length == strlen(shown));
    EXPECT(HEDGEROW_OK, hedgerow_value_repr_for(new_letter, 13, shown, sizeof shown, &length));
    CHECK(strcmp(shown, "'\xf0\xae\xaf\xb0'") == 0);
    free_value(new_letter);
    free_value(text);
}

static void test_codecs(void)
{
    hedgerow_value *text = str("\xc3\xa9\xe2\x82\xac"), *bytes = NULL, *made = NULL;
    hedgerow_value *nothing = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_bytes(NULL, 0, &nothing));
    CHECK_MADE("b'\\xc3\\xa9\\xe2\\x82\\xac'",
               hedgerow_str_encode(text, NULL, 0, NULL, 0, 0, &made));
    CHECK_MADE("b'\\xe9?'", hedgerow_str_encode(text, "latin-1", 7, "replace", 7, 0, &made));
    CHECK_MADE("b'&#233;&#8364;'",
               hedgerow_str_encode(text, "ascii", 5, "xmlcharrefreplace", 17, 0, &made));
    EXPECT(HEDGEROW_OK, hedgerow_str_encode(text, "utf-16-be", 9, NULL, 0, 0, &bytes));
    CHECK_REPR("b'\\x00\\xe9 \\xac'", bytes);
    CHECK_MADE("'\xc3\xa9\xe2\x82\xac'",
               hedgerow_str_decode(bytes, "UTF-16BE", 8, "strict", 6, 0, &made));
    CHECK_MADE("'\\x00\\udce9 \\udcac'",
               hedgerow_str_decode(bytes, NULL, 0, "surrogateescape", 15, 0, &made));
    EXPECT_MESSAGE(HEDGEROW_UNICODE_DECODE_ERROR,
                   "'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)",
                   hedgerow_str_decode(bytes, "ascii", 5, NULL, 0, 0, &made));
    EXPECT(HEDGEROW_UNICODE_ENCODE_ERROR,
           hedgerow_str_encode(text, "latin-1", 7, NULL, 0, 0, &made));
    EXPECT_MESSAGE(HEDGEROW_LOOKUP_ERROR, "unknown encoding: utf-7",
                   hedgerow_str_encode(text, "utf-7", 5, NULL, 0, 0, &made));
    EXPECT_MESSAGE(HEDGEROW_LOOKUP_ERROR, "unknown error handler name 'lenient'",
                   hedgerow_str_decode(bytes, NULL, 0, "lenient", 7, 0, &made));
    CHECK_MADE("'\\x00\xc3\xa9 \xc2\xac'",
               hedgerow_str_decode(bytes, "latin-1", 7, "lenient", 7, 0, &made)); /* not asked */
    CHECK_MADE("''", hedgerow_str_decode(nothing, "utf-7", 5, NULL, 0, 0, &made));
    free_value(nothing);
    EXPECT(HEDGEROW_ARGUMENT, hedgerow_str_encode(text, NULL, 0, NULL, 0, 16, &made));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "expected bytes, got str",
                   hedgerow_str_decode(text, NULL, 0, NULL, 0, 0, &made));
    free_value(text);
    free_value(bytes);
}

int main(void)
{
    test_search();
    test_split();
    test_change();
    test_case_and_kind();
    test_codecs();
    return 0;
}
