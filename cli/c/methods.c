/* A map type of Python's, called from C as a C extension would call it: its methods are looked up
 * once, and called by vectorcall with the map as the first argument; for `map[key]`, `key in map`,
 * `==` and iteration the type's slots are called.
 */

#include "calls.h"
#include "loops.h"

typedef struct {
    PyObject *map;
    PyObject *empty;
    /* What makes a map of a list of pairs, and the method that lists changes. May be null. */
    PyObject *make;
    PyObject *diff;
    PyObject *get;
    PyObject *set;
    PyObject *cut;
    PyObject *items;
} methods;

static PyObject *object(version map)
{
    return (PyObject *)(uintptr_t)map;
}

/* Takes over the result of a call. */
INLINED outcome own(PyObject *result, version *made)
{
    *made = (version)(uintptr_t)result;
    return __builtin_expect(result != NULL, 1) ? DONE : FAILED;
}

static outcome empty(void *state, version *made)
{
    PyObject *empty = ((methods *)state)->empty;
    Py_INCREF(empty);
    return own(empty, made);
}

INLINED outcome get(void *state, version map, PyObject *key, PyObject **value)
{
    (void)state;
    *value = PyObject_GetItem(object(map), key);
    return *value != NULL ? DONE : FAILED;
}

INLINED outcome miss(void *state, version map, PyObject *key, PyObject **value)
{
    PyObject *arguments[] = {object(map), key};
    *value = PyObject_Vectorcall(((methods *)state)->get, arguments, 2, NULL);
    if (*value == Py_None) {
        Py_DECREF(*value);
        return NOT_THERE;
    }
    return *value != NULL ? DONE : FAILED;
}

INLINED outcome contains(void *state, version map, PyObject *key)
{
    (void)state;
    int found = PySequence_Contains(object(map), key);
    return found > 0 ? DONE : found == 0 ? NOT_THERE : FAILED;
}

INLINED outcome set(void *state, version map, PyObject *key, PyObject *value, version *made)
{
    PyObject *arguments[] = {object(map), key, value};
    return own(PyObject_Vectorcall(((methods *)state)->set, arguments, 3, NULL), made);
}

INLINED outcome cut(void *state, version map, PyObject *key, version *made)
{
    PyObject *arguments[] = {object(map), key};
    return own(PyObject_Vectorcall(((methods *)state)->cut, arguments, 2, NULL), made);
}

INLINED outcome release(void *state, version map)
{
    (void)state;
    Py_DECREF(object(map));
    return DONE;
}

static outcome bulk(void *state, const workload *work, version *made)
{
    PyObject *arguments[] = {work->pairs.source};
    return own(PyObject_Vectorcall(((methods *)state)->make, arguments, 1, NULL), made);
}

/* An iterator over the items of a map. */
static PyObject *walker(const methods *of, version map)
{
    PyObject *arguments[] = {object(map)};
    PyObject *items = PyObject_Vectorcall(of->items, arguments, 1, NULL);
    PyObject *walker = items != NULL ? PyObject_GetIter(items) : NULL;
    Py_XDECREF(items);
    return walker;
}

static outcome walk(void *state, version map, size_t *count)
{
    PyObject *entry, *entries = walker(state, map);
    if (entries == NULL) {
        return FAILED;
    }
    while ((entry = PyIter_Next(entries)) != NULL) {
        Py_DECREF(entry);
        *count += 1;
    }
    Py_DECREF(entries);
    return PyErr_Occurred() ? FAILED : DONE;
}

static outcome equal(void *state, version one, version other)
{
    (void)state;
    PyObject *is = PyObject_RichCompare(object(one), object(other), Py_EQ);
    Py_XDECREF(is);
    return is == Py_True ? DONE : is != NULL ? NOT_THERE : FAILED;
}

static outcome diff(void *state, version one, version other, size_t *count)
{
    PyObject *arguments[] = {object(one), object(other)};
    PyObject *changes = PyObject_Vectorcall(((methods *)state)->diff, arguments, 2, NULL);
    Py_ssize_t some = changes != NULL ? PyObject_Length(changes) : -1;
    Py_XDECREF(changes);
    *count += some > 0 ? (size_t)some : 0;
    return some >= 0 ? DONE : FAILED;
}

static const calls MAP = {empty, get,  miss, contains, set, cut,
                          release, bulk, walk, equal,    diff};

static int lacks(const methods *of, operation operation)
{
    return (operation == BULK && of->make == NULL) || (operation == DIFF && of->diff == NULL);
}

static outcome methods_time(void *state, const workload *work, operation of, timing *taken)
{
    methods *methods = state;
    version base = (version)(uintptr_t)methods->map;
    return lacks(methods, of) ? NOT_THERE : time_map(&MAP, state, base, work, of, taken);
}

static PyObject *methods_made(void *state, const workload *work, operation of)
{
    methods *methods = state;
    version base = (version)(uintptr_t)methods->map, made = base;
    outcome how = NOT_THERE;
    if (!lacks(methods, of)) {
        how = make_once(&MAP, state, base, work, of, &made);
    }
    PyObject *entries = how != FAILED ? walker(methods, made) : NULL;
    PyObject *list = entries != NULL ? PySequence_List(entries) : NULL;
    Py_XDECREF(entries);
    if (how == DONE) {
        release(state, made);
    }
    return list;
}

static void methods_free(void *state)
{
    methods *of = state;
    Py_XDECREF(of->map);
    Py_XDECREF(of->empty);
    Py_XDECREF(of->make);
    Py_XDECREF(of->diff);
    Py_XDECREF(of->get);
    Py_XDECREF(of->set);
    Py_XDECREF(of->cut);
    Py_XDECREF(of->items);
    PyMem_Free(of);
}

const kind METHODS = {methods_time, methods_made, methods_free};

/* A method of the map's type, or null if that may lack it and does. */
static PyObject *method(PyObject *map, const char *name)
{
    return PyObject_GetAttrString((PyObject *)Py_TYPE(map), name);
}

void *methods_new(PyObject *map, PyObject *empty, PyObject *make)
{
    methods *of = PyMem_Calloc(1, sizeof *of);
    if (of == NULL) {
        return PyErr_NoMemory();
    }
    Py_INCREF(map);
    of->map = map;
    Py_INCREF(empty);
    of->empty = empty;
    if (make != Py_None) {
        Py_INCREF(make);
        of->make = make;
    }
    of->diff = method(map, "diff");
    PyErr_Clear();
    of->get = method(map, "get");
    of->set = of->get != NULL ? method(map, "set") : NULL;
    of->cut = of->set != NULL ? method(map, "delete") : NULL;
    of->items = of->cut != NULL ? method(map, "items") : NULL;
    if (of->items == NULL) {
        methods_free(of);
        return NULL;
    }
    return of;
}
