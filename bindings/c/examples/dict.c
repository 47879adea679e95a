#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hedgerow.h"

/* Ends the program where a call was refused, in Python's words. */
static void must(int32_t status)
{
    char words[200] = "";
    size_t length;
    if (status < 0) {
        hedgerow_error_message(words, sizeof words, &length);
        fprintf(stderr, "hedgerow: %s\n", words);
        exit(1);
    }
}

static hedgerow_value *text(const char *text)
{
    hedgerow_value *value;
    must(hedgerow_value_str_from_utf8(text, strlen(text), HEDGEROW_ERRORS_STRICT, &value));
    return value;
}

/* What a call hands out is yours to free; what it is given stays yours. */
static void put(hedgerow_dict *dict, hedgerow_value *key, hedgerow_value *value)
{
    must(hedgerow_dict_set(dict, key, value));
    must(hedgerow_value_free(key));
    must(hedgerow_value_free(value));
}

int main(void)
{
    hedgerow_policy policy;
    hedgerow_dict *dict;
    hedgerow_value *key, *value;
    int64_t hash;
    char printed[100];
    size_t length;
    must(hedgerow_policy_cpython(0, &policy)); /* PYTHONHASHSEED=0; or hedgerow_policy_random */
    must(hedgerow_dict_new(&policy, &dict));

    must(hedgerow_value_int(1, &key));
    put(dict, key, text("int"));
    must(hedgerow_value_float(1.0, &key)); /* the same key, as in Python */
    put(dict, key, text("float"));
    put(dict, text("snake"), text("\xf0\x9f\x90\x8d"));
    must(hedgerow_dict_repr(dict, printed, sizeof printed, &length));
    puts(printed);

    /* Look up by what you have: nothing is made of it. */
    must(hedgerow_dict_get_utf8(dict, "snake", 5, &value));
    must(hedgerow_value_hash(value, &policy, &hash));
    printf("its hash is CPython's: %lld\n", (long long)hash);
    must(hedgerow_value_free(value));
    if (hedgerow_dict_get_int64(dict, 2, &value) == HEDGEROW_ABSENT) {
        puts("there is no 2");
    }

    /* Walk it in the order of insertion, in memory of yours. */
    hedgerow_dict_iter iter;
    must(hedgerow_dict_iter_start(dict, &iter));
    must(hedgerow_dict_iter_next(dict, &iter, &key, NULL));
    must(hedgerow_dict_delete(dict, key));
    must(hedgerow_value_free(key));
    if (hedgerow_dict_iter_next(dict, &iter, &key, NULL) == HEDGEROW_RUNTIME_ERROR) {
        must(hedgerow_error_message(printed, sizeof printed, &length));
        printf("RuntimeError: %s\n", printed);
    }
    must(hedgerow_dict_free(dict));
    return 0;
}
