/* Context variables: CPython's by its public interface, where its HAMT works for every program that
 * uses contextvars, and libhedgerow's. The context has as many variables as the maps have keys.
 *
 * What is read is a new reference on either side: libhedgerow lends the object, and the loop counts
 * it up itself.
 */

#include "calls.h"
#include "hedgerow.h"
#include "loops.h"

#include <string.h>

typedef struct contexts contexts;

/* What a kind of context can do. */
typedef struct {
    outcome (*open)(contexts *of);
    outcome (*enter)(const contexts *of);
    outcome (*exit)(const contexts *of);
    outcome (*get)(const contexts *of, size_t var, PyObject **value);
    outcome (*set)(const contexts *of, size_t var);
    outcome (*copy)(void);
} context_calls;

struct contexts {
    const context_calls *calls;
    size_t count;
    /* Which variables a pass uses, in order. */
    size_t *order;
    size_t operations;
    /* The values that variables have, and that they are set to. */
    PyObject *first;
    PyObject *second;
    /* PyObject * and hedgerow_context_var *; those made so far, and null. */
    void **vars;
    PyObject *python_context;
    hedgerow_context *context;
    hedgerow_type *type;
    hedgerow_value *first_value;
    hedgerow_value *second_value;
};

/* CPython */

static outcome python_enter(const contexts *of)
{
    return PyContext_Enter(of->python_context) == 0 ? DONE : FAILED;
}

static outcome python_exit(const contexts *of)
{
    return PyContext_Exit(of->python_context) == 0 ? DONE : FAILED;
}

INLINED outcome python_get(const contexts *of, size_t var, PyObject **value)
{
    return PyContextVar_Get(of->vars[var], NULL, value) == 0 ? DONE : FAILED;
}

/* Sets a variable, and resets it. */
INLINED outcome python_set(const contexts *of, size_t var)
{
    PyObject *token = PyContextVar_Set(of->vars[var], of->second);
    int status = token != NULL ? PyContextVar_Reset(of->vars[var], token) : -1;
    Py_XDECREF(token);
    return status == 0 ? DONE : FAILED;
}

/* Copies the current context, enters the copy and leaves it. */
INLINED outcome python_copy(void)
{
    PyObject *copy = PyContext_CopyCurrent();
    int status = copy != NULL ? PyContext_Enter(copy) : -1;
    if (status == 0) {
        status = PyContext_Exit(copy);
    }
    Py_XDECREF(copy);
    return status == 0 ? DONE : FAILED;
}

static outcome python_open(contexts *of)
{
    of->python_context = PyContext_New();
    if (of->python_context == NULL || python_enter(of) != DONE) {
        return FAILED;
    }
    outcome how = DONE;
    for (size_t i = 0; how == DONE && i < of->count; i++) {
        char name[32];
        PyOS_snprintf(name, sizeof name, "v%zu", i);
        of->vars[i] = PyContextVar_New(name, NULL);
        PyObject *token = of->vars[i] != NULL ? PyContextVar_Set(of->vars[i], of->first) : NULL;
        how = token != NULL ? DONE : FAILED;
        Py_XDECREF(token);
    }
    return python_exit(of) == DONE ? how : FAILED;
}

static const context_calls PYTHON = {python_open, python_enter, python_exit,
                                     python_get,  python_set,   python_copy};

/* libhedgerow */

INLINED outcome end(hedgerow_status status)
{
    if (__builtin_expect(status == HEDGEROW_OK, 1)) {
        return DONE;
    }
    PyErr_Format(PyExc_RuntimeError, "libhedgerow: %s", hedgerow_strerror(status));
    return FAILED;
}

static outcome library_enter(const contexts *of)
{
    return end(hedgerow_context_enter(of->context));
}

static outcome library_exit(const contexts *of)
{
    return end(hedgerow_context_exit(of->context));
}

INLINED outcome library_get(const contexts *of, size_t var, PyObject **value)
{
    uint64_t word = 0;
    outcome how = end(hedgerow_context_var_get_word(of->vars[var], &word));
    if (how == DONE) {
        *value = (PyObject *)(uintptr_t)word;
        Py_INCREF(*value);
    }
    return how;
}

INLINED outcome library_set(const contexts *of, size_t var)
{
    hedgerow_context_token *token = NULL;
    hedgerow_status status = hedgerow_context_var_set(of->vars[var], of->second_value, &token);
    if (status == HEDGEROW_OK) {
        status = hedgerow_context_var_reset(of->vars[var], token);
        hedgerow_context_token_free(token);
    }
    return end(status);
}

INLINED outcome library_copy(void)
{
    hedgerow_context *copy = NULL;
    hedgerow_status status = hedgerow_context_copy_current(&copy);
    if (status == HEDGEROW_OK) {
        status = hedgerow_context_enter(copy);
    }
    if (status == HEDGEROW_OK) {
        status = hedgerow_context_exit(copy);
    }
    hedgerow_context_free(copy);
    return end(status);
}

static void drop(uint64_t word)
{
    Py_DECREF((PyObject *)(uintptr_t)word);
}

/* An object of libhedgerow's that is a reference to one of Python's. */
static outcome wrap(const contexts *of, PyObject *object, hedgerow_value **value)
{
    Py_INCREF(object);
    outcome how = end(hedgerow_value_object(of->type, (uint64_t)(uintptr_t)object, value));
    if (how != DONE) {
        Py_DECREF(object);
    }
    return how;
}

static outcome library_var(contexts *of, size_t index, const hedgerow_policy *policy)
{
    char text[32];
    hedgerow_value *name = NULL;
    hedgerow_context_var *var = NULL;
    int length = PyOS_snprintf(text, sizeof text, "v%zu", index);
    hedgerow_status status = hedgerow_value_str_from_utf8(text, (size_t)length,
                                                          HEDGEROW_ERRORS_STRICT, &name);
    if (status == HEDGEROW_OK) {
        status = hedgerow_context_var_new(name, NULL, policy, &var);
        hedgerow_value_free(name);
    }
    of->vars[index] = var;
    if (status == HEDGEROW_OK) {
        status = hedgerow_context_var_set(var, of->first_value, NULL);
    }
    return end(status);
}

static outcome library_open(contexts *of)
{
    hedgerow_type_options options;
    hedgerow_policy policy;
    memset(&options, 0, sizeof options);
    options.name = "object";
    options.name_length = strlen(options.name);
    options.drop = drop;
    if (end(hedgerow_type_new(&options, sizeof options, &of->type)) != DONE
        || wrap(of, of->first, &of->first_value) != DONE
        || wrap(of, of->second, &of->second_value) != DONE
        || end(hedgerow_policy_cpython(0, &policy)) != DONE
        || end(hedgerow_context_new(&of->context)) != DONE || library_enter(of) != DONE) {
        return FAILED;
    }
    outcome how = DONE;
    for (size_t i = 0; how == DONE && i < of->count; i++) {
        how = library_var(of, i, &policy);
    }
    return library_exit(of) == DONE ? how : FAILED;
}

static const context_calls OURS = {library_open, library_enter, library_exit,
                                   library_get,  library_set,   library_copy};

/* The loops, inlined with the calls of each kind. */

INLINED int64_t empty_order(const contexts *of)
{
    int64_t start = now();
    for (size_t i = 0; i < of->operations; i++) {
        KEEP(of->order[i]);
    }
    return now() - start;
}

INLINED outcome time_context(const context_calls *calls, const contexts *of, operation operation,
                             timing *taken)
{
    size_t wrong = 0;
    outcome how = DONE;
    int64_t start = now();
    if (operation == CONTEXT_GET) {
        for (size_t i = 0; how == DONE && i < of->operations; i++) {
            PyObject *value = NULL;
            how = calls->get(of, of->order[i], &value);
            wrong += value != of->first;
            Py_XDECREF(value);
        }
    } else if (operation == CONTEXT_SET) {
        for (size_t i = 0; how == DONE && i < of->operations; i++) {
            how = calls->set(of, of->order[i]);
        }
    } else if (operation == CONTEXT_COPY) {
        for (size_t i = 0; how == DONE && i < of->operations; i++) {
            KEEP(of->order[i]);
            how = calls->copy();
        }
    } else {
        return NOT_THERE;
    }
    *taken = (timing){now() - start, empty_order(of), of->operations};
    return how == DONE ? counted("other values read", wrong, 0) : how;
}

/* Leaves the context while an exception is set, which stays set. */
static void leave_failed(const contexts *of)
{
#if PY_VERSION_HEX >= 0x030c0000
    PyObject *raised = PyErr_GetRaisedException();
    of->calls->exit(of);
    PyErr_SetRaisedException(raised);
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    of->calls->exit(of);
    PyErr_Restore(type, value, traceback);
#endif
}

static outcome contexts_time(void *state, const workload *work, operation of, timing *taken)
{
    const contexts *contexts = state;
    (void)work;
    if (contexts->calls->enter(contexts) != DONE) {
        return FAILED;
    }
    outcome how = contexts->calls == &PYTHON ? time_context(&PYTHON, contexts, of, taken)
                                             : time_context(&OURS, contexts, of, taken);
    if (how == FAILED) {
        leave_failed(contexts);
        return FAILED;
    }
    return contexts->calls->exit(contexts) == DONE ? how : FAILED;
}

/* The values of all variables, each after it was set and reset if that is the operation. */
static PyObject *contexts_made(void *state, const workload *work, operation of)
{
    const contexts *contexts = state;
    (void)work;
    if (contexts->calls->enter(contexts) != DONE) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < contexts->count; i++) {
        PyObject *value = NULL;
        if ((of == CONTEXT_SET && contexts->calls->set(contexts, i) != DONE)
            || contexts->calls->get(contexts, i, &value) != DONE
            || PyList_Append(list, value) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(value);
    }
    if (list == NULL) {
        leave_failed(contexts);
    } else if (contexts->calls->exit(contexts) != DONE) {
        Py_CLEAR(list);
    }
    return list;
}

static void contexts_free(void *state)
{
    contexts *of = state;
    for (size_t i = 0; of->vars != NULL && i < of->count; i++) {
        if (of->calls == &PYTHON) {
            Py_XDECREF((PyObject *)of->vars[i]);
        } else {
            hedgerow_context_var_free(of->vars[i]);
        }
    }
    Py_XDECREF(of->python_context);
    hedgerow_context_free(of->context);
    hedgerow_value_free(of->first_value);
    hedgerow_value_free(of->second_value);
    if (of->type != NULL) {
        hedgerow_type_free(of->type);
    }
    Py_XDECREF(of->first);
    Py_XDECREF(of->second);
    PyMem_Free(of->vars);
    PyMem_Free(of->order);
    PyMem_Free(of);
}

const kind CONTEXTS = {contexts_time, contexts_made, contexts_free};

/* Reads the order, a sequence of indices of variables. */
static outcome read_order(contexts *of, PyObject *order)
{
    of->operations = (size_t)PyTuple_GET_SIZE(order);
    of->order = PyMem_New(size_t, of->operations);
    of->vars = PyMem_Calloc(of->count, sizeof *of->vars);
    if (of->order == NULL || of->vars == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    for (size_t i = 0; i < of->operations; i++) {
        of->order[i] = PyLong_AsSize_t(PyTuple_GET_ITEM(order, i));
        if (of->order[i] >= of->count) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_IndexError, "there is no such variable");
            }
            return FAILED;
        }
    }
    return DONE;
}

void *contexts_new(const char *whose, size_t count, PyObject *order)
{
    contexts *of = PyMem_Calloc(1, sizeof *of);
    if (of == NULL) {
        return PyErr_NoMemory();
    }
    of->calls = strcmp(whose, "contextvar") == 0 ? &PYTHON : &OURS;
    of->count = count;
    of->first = PyUnicode_FromString("the first value");
    of->second = PyUnicode_FromString("the second value");
    if (of->first == NULL || of->second == NULL || read_order(of, order) != DONE
        || of->calls->open(of) != DONE) {
        contexts_free(of);
        return NULL;
    }
    return of;
}
