/* What the tests of values and dicts share: values in one expression, and checks of reprs. */

#ifndef PYTHON_H
#define PYTHON_H

#include <string.h>

#include "expect.h"

/* Fails unless the call is refused with this status and message. */
#define EXPECT_MESSAGE(status, message, call) \
    (EXPECT((status), (call)), expect_message(__FILE__, __LINE__, #call, (message)))

static inline void expect_text(const char *file, int line, const char *what, const char *wanted,
                               const char *text)
{
    if (strcmp(text, wanted) != 0) {
        fprintf(stderr, "%s:%d: %s\n  is %s\n not %s\n", file, line, what, text, wanted);
        exit(1);
    }
}

static inline void expect_message(const char *file, int line, const char *call, const char *wanted)
{
    char message[512];
    size_t length = 0;
    EXPECT(HEDGEROW_OK, hedgerow_error_message(message, sizeof message, &length));
    CHECK(length == strlen(message));
    expect_text(file, line, call, wanted, message);
}

/* The policy of PYTHONHASHSEED=0. */
static inline const hedgerow_policy *seed_0(void)
{
    static hedgerow_policy policy;
    EXPECT(HEDGEROW_OK, hedgerow_policy_cpython(0, &policy));
    return &policy;
}

static inline hedgerow_value *none(void)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_none(&value));
    return value;
}

static inline hedgerow_value *integer(int64_t number)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_int(number, &value));
    return value;
}

static inline hedgerow_value *big(const char *digits)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_int_from_text(digits, strlen(digits), &value));
    return value;
}

static inline hedgerow_value *real(double number)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_float(number, &value));
    return value;
}

static inline hedgerow_value *truth(int32_t is_true)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_bool(is_true, &value));
    return value;
}

static inline hedgerow_value *str(const char *text)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_str_from_utf8(text, strlen(text), HEDGEROW_ERRORS_STRICT,
                                                     &value));
    return value;
}

static inline hedgerow_value *utf16(const uint16_t *units, size_t length)
{
    hedgerow_value *value = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_value_str_from_utf16(units, length, &value));
    return value;
}

static inline void free_value(hedgerow_value *value)
{
    EXPECT(HEDGEROW_OK, hedgerow_value_free(value));
}

/* A tuple of two values; frees both. */
static inline hedgerow_value *pair(hedgerow_value *first, hedgerow_value *second)
{
    const hedgerow_value *items[2];
    hedgerow_value *value = NULL;
    items[0] = first;
    items[1] = second;
    EXPECT(HEDGEROW_OK, hedgerow_value_tuple(items, 2, &value));
    free_value(first);
    free_value(second);
    return value;
}

static inline int64_t hash_of(const hedgerow_value *value, const hedgerow_policy *policy)
{
    int64_t hash = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_hash(value, policy, &hash));
    return hash;
}

static inline int32_t is_equal(const hedgerow_value *a, const hedgerow_value *b)
{
    int32_t equal = -1;
    EXPECT(HEDGEROW_OK, hedgerow_value_equal(a, b, &equal));
    return equal;
}

#define CHECK_REPR(wanted, value) check_repr(__FILE__, __LINE__, (wanted), (value))
/* The same, and frees the value. */
#define CHECK_REPR_OF_NEW(wanted, made) check_repr_of_new(__FILE__, __LINE__, (wanted), (made))
#define CHECK_DICT(wanted, dict) check_dict(__FILE__, __LINE__, (wanted), (dict))

static inline void check_repr(const char *file, int line, const char *wanted,
                              const hedgerow_value *value)
{
    char text[512];
    size_t length = 0;
    EXPECT(HEDGEROW_OK, hedgerow_value_repr(value, text, sizeof text, &length));
    CHECK(length == strlen(text));
    expect_text(file, line, "repr", wanted, text);
}

static inline void check_repr_of_new(const char *file, int line, const char *wanted,
                                     hedgerow_value *made)
{
    check_repr(file, line, wanted, made);
    free_value(made);
}

static inline void check_dict(const char *file, int line, const char *wanted,
                              const hedgerow_dict *dict)
{
    char text[512];
    size_t length = 0;
    EXPECT(HEDGEROW_OK, hedgerow_dict_repr(dict, text, sizeof text, &length));
    CHECK(length == strlen(text));
    expect_text(file, line, "dict", wanted, text);
}

static inline hedgerow_dict *new_dict(void)
{
    hedgerow_dict *dict = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_dict_new(seed_0(), &dict));
    return dict;
}

/* Stores a key and a value, and frees both. */
static inline void put(const hedgerow_dict *dict, hedgerow_value *key, hedgerow_value *value)
{
    EXPECT(HEDGEROW_OK, hedgerow_dict_set(dict, key, value));
    free_value(key);
    free_value(value);
}

static inline uint64_t dict_len(const hedgerow_dict *dict)
{
    uint64_t len = 0;
    EXPECT(HEDGEROW_OK, hedgerow_dict_len(dict, &len));
    return len;
}

#endif
