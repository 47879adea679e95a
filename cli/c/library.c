/* libhedgerow's store as a map of Python's objects, as a port of CPython's runtime would use it: a
 * key is the address of an object, its hash is Python's, and the store calls back to compare keys
 * that are not the same object, to count references up for an entry it made, and down for one that
 * died.
 */

#include "calls.h"
#include "hedgerow.h"
#include "loops.h"

/* How many entries a walk takes in one call. */
enum { WALKED = 64 };

typedef struct {
    hedgerow_store *store;
    uint64_t base;
    /* Room for the pairs of a bulk build. */
    hedgerow_item *items;
} library;

static uint64_t word(const PyObject *object)
{
    return (uint64_t)(uintptr_t)object;
}

static PyObject *object(uint64_t word)
{
    return (PyObject *)(uintptr_t)word;
}

static int32_t is_equal(void *context, uint64_t a, uint64_t b)
{
    (void)context;
    return PyObject_RichCompareBool(object(a), object(b), Py_EQ);
}

static void retain(void *context, uint64_t key, uint64_t value)
{
    (void)context;
    Py_INCREF(object(key));
    Py_INCREF(object(value));
}

static void drop(void *context, uint64_t key, uint64_t value)
{
    (void)context;
    Py_DECREF(object(key));
    Py_DECREF(object(value));
}

/* The exception for a refusal. An error of a comparison is set already. */
static outcome refused(hedgerow_status status)
{
    if (status != HEDGEROW_CALLER) {
        PyErr_Format(PyExc_RuntimeError, "libhedgerow: %s", hedgerow_strerror(status));
    }
    return FAILED;
}

INLINED outcome end(hedgerow_status status)
{
    return __builtin_expect(status == HEDGEROW_OK, 1) ? DONE : refused(status);
}

static outcome empty(void *state, version *made)
{
    return end(hedgerow_version_empty(((library *)state)->store, made));
}

INLINED outcome get(void *state, version map, PyObject *key, PyObject **value)
{
    uint64_t found = 0;
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1) {
        return FAILED;
    }
    hedgerow_status status =
        hedgerow_key_get(((library *)state)->store, map, (uint64_t)hash, word(key), &found);
    if (status == HEDGEROW_ABSENT) {
        return NOT_THERE;
    }
    if (status != HEDGEROW_OK) {
        return refused(status);
    }
    *value = object(found);
    Py_INCREF(*value);
    return DONE;
}

INLINED outcome contains(void *state, version map, PyObject *key)
{
    uint64_t found = 0;
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1) {
        return FAILED;
    }
    hedgerow_status status =
        hedgerow_key_get(((library *)state)->store, map, (uint64_t)hash, word(key), &found);
    return status == HEDGEROW_ABSENT ? NOT_THERE : end(status);
}

INLINED outcome set(void *state, version map, PyObject *key, PyObject *value, version *made)
{
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1) {
        return FAILED;
    }
    hedgerow_status status = hedgerow_key_insert(((library *)state)->store, map, (uint64_t)hash,
                                                 word(key), word(value), made);
    if (status == HEDGEROW_SAME) {
        PyErr_SetString(PyExc_AssertionError, "the map has this value already");
        return FAILED;
    }
    return end(status);
}

INLINED outcome cut(void *state, version map, PyObject *key, version *made)
{
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1) {
        return FAILED;
    }
    hedgerow_status status =
        hedgerow_key_remove(((library *)state)->store, map, (uint64_t)hash, word(key), made);
    if (status == HEDGEROW_ABSENT) {
        PyErr_SetObject(PyExc_KeyError, key);
        return FAILED;
    }
    return end(status);
}

INLINED outcome release(void *state, version map)
{
    return end(hedgerow_version_release(((library *)state)->store, map));
}

static outcome bulk(void *state, const workload *work, version *made)
{
    library *of = state;
    for (size_t i = 0; i < work->pairs.count; i++) {
        const pair *entry = &work->pairs.items[i];
        Py_hash_t hash = PyObject_Hash(entry->key);
        if (hash == -1) {
            return FAILED;
        }
        of->items[i] = (hedgerow_item){(uint64_t)hash, word(entry->key), word(entry->value)};
    }
    return end(hedgerow_version_build(of->store, of->items, work->pairs.count, made));
}

static outcome walk(void *state, version map, size_t *count)
{
    hedgerow_store *store = ((library *)state)->store;
    hedgerow_iter iter;
    hedgerow_pair pairs[WALKED];
    hedgerow_status status = hedgerow_iter_start(store, map, &iter);
    while (status == HEDGEROW_OK) {
        size_t some = 0;
        status = hedgerow_iter_next_many(store, &iter, pairs, WALKED, &some);
        for (size_t i = 0; i < some; i++) {
            KEEP(pairs[i].key);
            KEEP(pairs[i].value);
        }
        *count += some;
    }
    return status == HEDGEROW_END ? DONE : refused(status);
}

static outcome equal(void *state, version one, version other)
{
    int32_t is = 0;
    outcome how = end(hedgerow_version_equal(((library *)state)->store, one, other, &is));
    return how == DONE && !is ? NOT_THERE : how;
}

static outcome diff(void *state, version one, version other, size_t *count)
{
    hedgerow_change changes[8];
    size_t some = 0;
    outcome how = end(hedgerow_version_diff(((library *)state)->store, one, other, changes,
                                            sizeof changes / sizeof *changes, &some));
    *count += some;
    return how;
}

static const calls MAP = {empty, get,  get,  contains, set, cut,
                          release, bulk, walk, equal,    diff};

static outcome library_time(void *state, const workload *work, operation of, timing *taken)
{
    return time_map(&MAP, state, ((library *)state)->base, work, of, taken);
}

/* The entries of a version as a list of tuples. */
static PyObject *entries(library *of, version map)
{
    hedgerow_iter iter;
    uint64_t key = 0, value = 0;
    PyObject *list = PyList_New(0);
    hedgerow_status status = hedgerow_iter_start(of->store, map, &iter);
    while (list != NULL && status == HEDGEROW_OK) {
        status = hedgerow_iter_next(of->store, &iter, &key, &value);
        if (status != HEDGEROW_OK) {
            break;
        }
        PyObject *entry = PyTuple_Pack(2, object(key), object(value));
        if (entry == NULL || PyList_Append(list, entry) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(entry);
    }
    if (list != NULL && status != HEDGEROW_END) {
        refused(status);
        Py_CLEAR(list);
    }
    return list;
}

static PyObject *library_made(void *state, const workload *work, operation of)
{
    library *library = state;
    version made = library->base;
    outcome how = make_once(&MAP, state, library->base, work, of, &made);
    if (how == FAILED) {
        return NULL;
    }
    hedgerow_status status = hedgerow_store_check(library->store);
    PyObject *list = status == HEDGEROW_OK ? entries(library, made) : NULL;
    if (status != HEDGEROW_OK) {
        refused(status);
    }
    if (how == DONE) {
        hedgerow_version_release(library->store, made);
    }
    return list;
}

static void library_free(void *state)
{
    library *of = state;
    hedgerow_store_free(of->store);
    PyMem_Free(of->items);
    PyMem_Free(of);
}

const kind LIBRARY = {library_time, library_made, library_free};

void *library_new(const workload *work)
{
    hedgerow_options options = {NULL, is_equal, is_equal, retain, drop, HEDGEROW_HASH_64, 0};
    if (hedgerow_abi_version() != HEDGEROW_ABI_VERSION) {
        PyErr_SetString(PyExc_RuntimeError, "libhedgerow and its header do not match");
        return NULL;
    }
    library *of = PyMem_Calloc(1, sizeof *of);
    if (of == NULL) {
        return PyErr_NoMemory();
    }
    of->items = PyMem_New(hedgerow_item, work->pairs.count);
    if (of->items == NULL) {
        PyErr_NoMemory();
    } else if (end(hedgerow_store_new(&options, sizeof options, &of->store)) == DONE
               && bulk(of, work, &of->base) == DONE) {
        return of;
    }
    library_free(of);
    return NULL;
}
