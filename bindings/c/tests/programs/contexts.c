/* Python's context variables: contexts, tokens, the current context of a thread.
 *
 * The bug class: a value that the cache kept from another context; a handle that a callback frees
 * while the library uses it; a refusal in other words than CPython's.
 */

#include "python.h"

static hedgerow_context_var *var, *other;
static hedgerow_context *task;
static hedgerow_type *things;
static int dropped, switches, switched_to_none;

static hedgerow_context_var *new_var(const char *text, hedgerow_value *default_value)
{
    hedgerow_context_var *made = NULL;
    hedgerow_value *name = str(text);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_new(name, default_value, seed_0(), &made));
    free_value(name);
    free_value(default_value);
    return made;
}

static hedgerow_context *new_context(void)
{
    hedgerow_context *made = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_context_new(&made));
    return made;
}

/* Sets a variable to an int. */
static void set(const hedgerow_context_var *to, int64_t number, hedgerow_context_token **token)
{
    hedgerow_value *value = integer(number);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_set(to, value, token));
    free_value(value);
}

/* The int that a variable has in the current context; -1 if it has none. */
static int64_t get(const hedgerow_context_var *from)
{
    hedgerow_value *value = NULL;
    int64_t number = -1;
    int32_t status = hedgerow_context_var_get(from, &value);
    if (status == HEDGEROW_ABSENT) {
        CHECK(value == NULL);
        return -1;
    }
    EXPECT(HEDGEROW_OK, status);
    EXPECT(HEDGEROW_OK, hedgerow_value_to_int64(value, &number));
    free_value(value);
    return number;
}

/* The message of the last refusal, up to its first address. */
static void check_words(const char *wanted)
{
    char message[512], *address;
    size_t length = 0;
    EXPECT(HEDGEROW_OK, hedgerow_error_message(message, sizeof message, &length));
    address = strstr(message, "0x");
    if (address != NULL) {
        *address = 0;
    }
    expect_text(__FILE__, __LINE__, "message", wanted, message);
}

static void variables(void)
{
    hedgerow_value *number = integer(1), *name = str("hashed"), *value = NULL, *again = NULL;
    hedgerow_context_var *made = NULL, *same = NULL;
    char text[100];
    size_t length = 0;
    int64_t hash = 0;
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "context variable name must be a str",
                   hedgerow_context_var_new(number, NULL, seed_0(), &made));
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "context variable name must be a str",
                   hedgerow_context_var_new_hashed(number, NULL, 7, seed_0(), &made));
    EXPECT(HEDGEROW_POINTER, hedgerow_context_var_new(NULL, NULL, seed_0(), &made));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_new_hashed(name, number, 7, seed_0(), &made));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_hash(made, &hash));
    CHECK(hash == 7 && get(made) == 1);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_name(made, &value));
    CHECK_REPR_OF_NEW("'hashed'", value);
    EXPECT(HEDGEROW_SHORT, hedgerow_context_var_repr(made, text, 4, &length));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_repr(made, text, sizeof text, &length));
    CHECK(strncmp(text, "<ContextVar name='hashed' default=1 at 0x", 41) == 0);

    EXPECT(HEDGEROW_OK, hedgerow_value_context_var(made, &value));
    EXPECT(HEDGEROW_OK, hedgerow_value_to_context_var(value, &same));
    EXPECT(HEDGEROW_OK, hedgerow_value_context_var(same, &again));
    CHECK(is_equal(value, again) && hash_of(value, seed_0()) == 7);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "a ContextVar key was expected, got 1",
                   hedgerow_value_to_context_var(number, &same));
    free_value(again);
    free_value(value);
    free_value(name);
    free_value(number);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_free(same));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_free(made));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_free(NULL));
}

static void tokens(void)
{
    hedgerow_context_token *first = NULL, *second = NULL;
    hedgerow_context_var *of = NULL;
    hedgerow_value *old = NULL;
    char text[100];
    size_t length = 0;
    set(var, 1, &first);
    set(var, 2, &second);
    CHECK(get(var) == 2);
    EXPECT(HEDGEROW_ABSENT, hedgerow_context_token_old_value(first, &old));
    EXPECT(HEDGEROW_OK, hedgerow_context_token_old_value(second, &old));
    CHECK_REPR_OF_NEW("1", old);
    EXPECT(HEDGEROW_OK, hedgerow_context_token_var(second, &of));

    EXPECT(HEDGEROW_VALUE_ERROR, hedgerow_context_var_reset(other, second));
    check_words("<Token var=<ContextVar name='var' at ");
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(task));
    EXPECT(HEDGEROW_VALUE_ERROR, hedgerow_context_var_reset(var, second));
    EXPECT(HEDGEROW_OK, hedgerow_context_exit(task));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_reset(of, second));
    CHECK(get(var) == 1);
    EXPECT(HEDGEROW_RUNTIME_ERROR, hedgerow_context_var_reset(var, second));
    check_words("<Token used var=<ContextVar name='var' at ");
    EXPECT(HEDGEROW_OK, hedgerow_context_token_repr(second, text, sizeof text, &length));
    CHECK(strncmp(text, "<Token used var=<ContextVar name='var' at 0x", 44) == 0);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_reset(var, first));
    CHECK(get(var) == -1);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_free(of));
    EXPECT(HEDGEROW_OK, hedgerow_context_token_free(second));
    EXPECT(HEDGEROW_OK, hedgerow_context_token_free(first));
    EXPECT(HEDGEROW_OK, hedgerow_context_token_free(NULL));
}

static void mappings(void)
{
    hedgerow_context *one = new_context(), *two = NULL, *same = NULL;
    hedgerow_context_var *vars[2] = {NULL, NULL};
    hedgerow_value *values[2] = {NULL, NULL}, *value = NULL, *number = integer(1);
    char text[100];
    size_t count = 9;
    int32_t equal = -1, entered = -1;
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(one));
    set(var, 10, NULL);
    set(other, 20, NULL);
    EXPECT(HEDGEROW_OK, hedgerow_context_is_entered(one, &entered));
    CHECK(entered == 1);
    EXPECT(HEDGEROW_OK, hedgerow_context_copy(one, &two));
    set(var, 11, NULL);
    EXPECT(HEDGEROW_OK, hedgerow_context_exit(one));

    EXPECT(HEDGEROW_OK, hedgerow_context_len(one, &count));
    CHECK(count == 2);
    EXPECT(HEDGEROW_OK, hedgerow_context_get(one, var, &value));
    CHECK_REPR_OF_NEW("11", value);
    EXPECT(HEDGEROW_OK, hedgerow_context_get(two, var, &value));
    CHECK_REPR_OF_NEW("10", value);
    EXPECT(HEDGEROW_OK, hedgerow_context_get(two, other, NULL));
    EXPECT(HEDGEROW_ABSENT, hedgerow_context_get(task, other, NULL));
    EXPECT(HEDGEROW_ABSENT, hedgerow_context_get(task, other, &value));
    EXPECT(HEDGEROW_OK, hedgerow_context_equal(one, two, &equal));
    CHECK(equal == 0);
    EXPECT(HEDGEROW_OK, hedgerow_context_equal(one, one, &equal));
    CHECK(equal == 1);

    EXPECT(HEDGEROW_SHORT, hedgerow_context_items(one, vars, values, 1, &count));
    CHECK(count == 2 && vars[0] == NULL);
    EXPECT(HEDGEROW_OK, hedgerow_context_items(one, vars, values, 2, &count));
    CHECK(count == 2);
    for (size_t i = 0; i < count; i++) {
        EXPECT(HEDGEROW_OK, hedgerow_context_get(one, vars[i], &value));
        CHECK(is_equal(value, values[i]));
        free_value(value);
        free_value(values[i]);
        EXPECT(HEDGEROW_OK, hedgerow_context_var_free(vars[i]));
    }
    EXPECT(HEDGEROW_OK, hedgerow_context_items(one, NULL, NULL, 2, &count));

    EXPECT(HEDGEROW_OK, hedgerow_context_repr(one, text, sizeof text, &count));
    CHECK(strncmp(text, "<_contextvars.Context object at 0x", 34) == 0);
    EXPECT(HEDGEROW_OK, hedgerow_value_context(one, &value));
    EXPECT(HEDGEROW_OK, hedgerow_value_to_context(value, &same));
    EXPECT(HEDGEROW_OK, hedgerow_context_equal(one, same, &equal));
    CHECK(equal == 1);
    EXPECT_MESSAGE(HEDGEROW_TYPE_ERROR, "an instance of Context was expected",
                   hedgerow_value_to_context(number, &same));
    free_value(number);
    free_value(value);
    EXPECT(HEDGEROW_OK, hedgerow_context_free(same));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(two));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(one));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(NULL));
}

/* Runs in the task, frees its handle, and fails if it is told so. */
static int32_t step(uint64_t word)
{
    hedgerow_context *current = NULL;
    EXPECT(HEDGEROW_OK, hedgerow_context_current(&current));
    EXPECT(HEDGEROW_RUNTIME_ERROR, hedgerow_context_run(current, step, 0, &dropped));
    check_words("cannot enter context: <_contextvars.Context object at ");
    EXPECT(HEDGEROW_OK, hedgerow_context_free(task));
    task = current;
    set(var, (int64_t)word, NULL);
    if (word == 13) {
        return hedgerow_error_raise(HEDGEROW_LOOKUP_ERROR, "unlucky", 7);
    }
    return (int32_t)word + 1;
}

static void runs(void)
{
    int32_t result = 0;
    hedgerow_context *fresh = new_context();
    EXPECT(HEDGEROW_OK, hedgerow_context_run(task, step, 5, &result));
    CHECK(result == 6 && get(var) == -1);
    EXPECT_MESSAGE(HEDGEROW_LOOKUP_ERROR, "unlucky", hedgerow_context_run(task, step, 13, &result));
    EXPECT(HEDGEROW_POINTER, hedgerow_context_run(task, NULL, 13, &result));
    EXPECT(HEDGEROW_RUNTIME_ERROR, hedgerow_context_exit(fresh));
    check_words("cannot exit context: <_contextvars.Context object at ");
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(fresh));
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(task));
    CHECK(get(var) == 13);
    EXPECT_MESSAGE(HEDGEROW_RUNTIME_ERROR,
                   "cannot exit context: thread state references a different context object",
                   hedgerow_context_exit(fresh));
    EXPECT(HEDGEROW_OK, hedgerow_context_exit(task));
    EXPECT(HEDGEROW_OK, hedgerow_context_exit(fresh));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(fresh));
    EXPECT(HEDGEROW_HANDLE, hedgerow_context_exit((hedgerow_context *)(void *)var));
}

static hedgerow_context_stack *coroutine;

static void watch(uint64_t word, const hedgerow_context *current)
{
    size_t len = 0;
    CHECK(word == 77);
    switches++;
    if (current == NULL) {
        switched_to_none++;
        return;
    }
    EXPECT(HEDGEROW_OK, hedgerow_context_len(current, &len));
    EXPECT(HEDGEROW_BUSY, hedgerow_context_free((hedgerow_context *)(uintptr_t)current));
}

static void watch_swaps(uint64_t word, const hedgerow_context *current)
{
    (void)word;
    (void)current;
    EXPECT(HEDGEROW_BUSY, hedgerow_context_stack_swap(coroutine));
}

static void coroutines(void)
{
    hedgerow_context *mine = new_context(), *its = new_context();
    hedgerow_context_watcher *watcher = NULL, *swapper = NULL;
    EXPECT(HEDGEROW_POINTER, hedgerow_context_watch(NULL, 77, &watcher));
    EXPECT(HEDGEROW_OK, hedgerow_context_stack_new(&coroutine));
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(mine));
    set(var, 1, NULL);
    EXPECT(HEDGEROW_OK, hedgerow_context_watch(watch, 77, &watcher));
    EXPECT(HEDGEROW_OK, hedgerow_context_stack_swap(coroutine));
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(its));
    set(var, 2, NULL);
    EXPECT(HEDGEROW_OK, hedgerow_context_watch(watch_swaps, 0, &swapper));
    EXPECT(HEDGEROW_OK, hedgerow_context_stack_swap(coroutine));
    EXPECT(HEDGEROW_OK, hedgerow_context_unwatch(swapper));
    CHECK(get(var) == 1 && switches == 3 && switched_to_none == 1);
    EXPECT(HEDGEROW_RUNTIME_ERROR, hedgerow_context_enter(its));
    EXPECT(HEDGEROW_OK, hedgerow_context_exit(mine));
    EXPECT(HEDGEROW_OK, hedgerow_context_unwatch(watcher));
    EXPECT(HEDGEROW_OK, hedgerow_context_unwatch(NULL));
    EXPECT(HEDGEROW_OK, hedgerow_context_stack_free(coroutine));
    EXPECT(HEDGEROW_OK, hedgerow_context_stack_free(NULL));
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(its));
    CHECK(get(var) == 2 && switches == 4);
    EXPECT(HEDGEROW_OK, hedgerow_context_exit(its));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(its));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(mine));
}

/* It sets the variable while it dies. */
static void drop(uint64_t word)
{
    dropped++;
    set(var, (int64_t)word, NULL);
}

static void objects(void)
{
    hedgerow_type_options options;
    hedgerow_value *thing = NULL;
    hedgerow_context *context = new_context();
    hedgerow_context_token *token = NULL;
    uint64_t word = 0;
    memset(&options, 0, sizeof options);
    options.name = "thing";
    options.name_length = 5;
    options.drop = drop;
    EXPECT(HEDGEROW_OK, hedgerow_type_new(&options, sizeof options, &things));
    EXPECT(HEDGEROW_OK, hedgerow_value_object(things, 99, &thing));
    EXPECT(HEDGEROW_OK, hedgerow_context_enter(context));
    EXPECT(HEDGEROW_ABSENT, hedgerow_context_var_get_word(var, &word));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_set(var, thing, &token));
    free_value(thing);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_get_word(var, &word));
    CHECK(word == 99 && dropped == 0);
    EXPECT(HEDGEROW_OK, hedgerow_context_var_reset(var, token));
    CHECK(dropped == 1 && get(var) == 99);
    EXPECT(HEDGEROW_TYPE_ERROR, hedgerow_context_var_get_word(var, &word));
    EXPECT(HEDGEROW_OK, hedgerow_context_exit(context));
    EXPECT(HEDGEROW_OK, hedgerow_context_token_free(token));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(context));
    EXPECT(HEDGEROW_OK, hedgerow_type_free(things));
}

int main(void)
{
    hedgerow_context *current = NULL, *copy = NULL;
    EXPECT(HEDGEROW_ABSENT, hedgerow_context_current(&current));
    var = new_var("var", NULL);
    other = new_var("other", integer(7));
    EXPECT(HEDGEROW_OK, hedgerow_context_copy_current(&task));
    CHECK(get(var) == -1 && get(other) == 7);
    variables();
    mappings();
    runs();
    coroutines();
    objects();
    dropped = 0;
    tokens();
    EXPECT(HEDGEROW_OK, hedgerow_context_copy_current(&copy));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(copy));
    EXPECT(HEDGEROW_OK, hedgerow_context_free(task));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_free(other));
    EXPECT(HEDGEROW_OK, hedgerow_context_var_free(var));
    return 0;
}
