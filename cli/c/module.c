/* The module that bench_worker.py loads: it makes subjects, and times their operations.
 *
 *   library(work)                  libhedgerow's store
 *   methods(work, map, empty, make)
 *                                  a type of Python's: a map of all pairs, one of none, and what
 *                                  makes a map of a list of pairs, or None
 *   contexts(whose, count, order)  "contextvar" or "libhedgerow", so many variables, and which of
 *                                  them a pass uses
 *
 *   subject.time(op[, items])      (nanoseconds, those of the empty loop, operations), or None if
 *                                  there is no such operation; items are other objects that are
 *                                  equal to the keys or pairs that the operation goes through
 *   subject.made(op)               the entries of the map that the operation makes of its first
 *                                  key, or else of the map that it reads
 */

#include "calls.h"

#include <string.h>

static const char *const OPERATIONS[OPERATION_COUNT] = {
    "build",  "bulk",    "get-hit", "get-miss", "contains", "set-replace", "set-new",     "delete",
    "iterate", "equal", "diff",    "release",  "context-get", "context-set", "context-copy",
};

typedef struct {
    PyObject_HEAD
    const kind *kind;
    workload work;
    void *state;
} subject;

static PyTypeObject *subject_type;

static void clear_series(series *of)
{
    Py_CLEAR(of->source);
    PyMem_Free(of->items);
    of->items = NULL;
}

static series *every_series(workload *work, size_t index)
{
    series *every[] = {&work->pairs, &work->hits,  &work->misses, &work->mixed,  &work->replacing,
                       &work->fresh, &work->chain, &work->twin,   &work->changed};
    return index < sizeof every / sizeof *every ? every[index] : NULL;
}

static void subject_dealloc(PyObject *self)
{
    subject *of = (subject *)self;
    PyTypeObject *type = Py_TYPE(self);
    if (of->state != NULL) {
        of->kind->free(of->state);
    }
    for (size_t i = 0; every_series(&of->work, i) != NULL; i++) {
        clear_series(every_series(&of->work, i));
    }
    type->tp_free(self);
    Py_DECREF(type);
}

/* Reads a sequence of pairs or of keys. It has at least one item. */
static int read_series(PyObject *given, int is_pairs, series *read)
{
    read->source = PySequence_Tuple(given);
    if (read->source == NULL) {
        return -1;
    }
    read->count = (size_t)PyTuple_GET_SIZE(read->source);
    read->items = PyMem_New(pair, read->count);
    if (read->items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < read->count; i++) {
        PyObject *item = PyTuple_GET_ITEM(read->source, i);
        if (!is_pairs) {
            read->items[i] = (pair){item, NULL};
        } else if (PyTuple_CheckExact(item) && PyTuple_GET_SIZE(item) == 2) {
            read->items[i] = (pair){PyTuple_GET_ITEM(item, 0), PyTuple_GET_ITEM(item, 1)};
        } else {
            PyErr_Format(PyExc_TypeError, "a pair was expected, not %R", item);
            return -1;
        }
    }
    if (read->count == 0) {
        PyErr_SetString(PyExc_ValueError, "there has to be an item");
    }
    return read->count == 0 ? -1 : 0;
}

/* work[name], borrowed, or null with an exception set. */
static PyObject *part(PyObject *work, const char *name)
{
    PyObject *given = PyDict_GetItemString(work, name);
    if (given == NULL) {
        PyErr_Format(PyExc_ValueError, "work['%s'] has to be there", name);
    }
    return given;
}

static int read_number(PyObject *work, const char *name, size_t *read)
{
    PyObject *given = part(work, name);
    if (given == NULL) {
        return -1;
    }
    *read = PyLong_AsSize_t(given);
    if (!PyErr_Occurred() && *read == 0) {
        PyErr_Format(PyExc_ValueError, "work['%s'] has to be above 0", name);
    }
    return PyErr_Occurred() ? -1 : 0;
}

static int read_work(PyObject *given, workload *work)
{
    const struct {
        const char *name;
        int is_pairs;
        series *read;
    } parts[] = {
        {"pairs", 1, &work->pairs},         {"hits", 0, &work->hits},
        {"misses", 0, &work->misses},       {"mixed", 0, &work->mixed},
        {"replacing", 1, &work->replacing}, {"new", 1, &work->fresh},
        {"chain", 1, &work->chain},         {"twin", 1, &work->twin},
        {"changed", 1, &work->changed},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        PyObject *items = part(given, parts[i].name);
        if (items == NULL || read_series(items, parts[i].is_pairs, parts[i].read) < 0) {
            return -1;
        }
    }
    return read_number(given, "rounds", &work->rounds) < 0
                   || read_number(given, "least", &work->least) < 0
               ? -1
               : 0;
}

static subject *new_subject(const kind *kind)
{
    subject *of = (subject *)subject_type->tp_alloc(subject_type, 0);
    if (of != NULL) {
        of->kind = kind;
    }
    return of;
}

/* The subject with its state, or null if there is none. */
static PyObject *complete(subject *of, void *state)
{
    of->state = state;
    if (state == NULL) {
        Py_CLEAR(of);
    }
    return (PyObject *)of;
}

static PyObject *library(PyObject *module, PyObject *arguments)
{
    PyObject *work;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!", &PyDict_Type, &work)) {
        return NULL;
    }
    subject *of = new_subject(&LIBRARY);
    if (of == NULL) {
        return NULL;
    }
    return complete(of, read_work(work, &of->work) == 0 ? library_new(&of->work) : NULL);
}

static PyObject *methods(PyObject *module, PyObject *arguments)
{
    PyObject *work, *map, *empty, *make;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!OOO", &PyDict_Type, &work, &map, &empty, &make)) {
        return NULL;
    }
    subject *of = new_subject(&METHODS);
    if (of == NULL) {
        return NULL;
    }
    return complete(of, read_work(work, &of->work) == 0 ? methods_new(map, empty, make) : NULL);
}

static PyObject *contexts(PyObject *module, PyObject *arguments)
{
    const char *whose;
    Py_ssize_t count;
    PyObject *order;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "snO!", &whose, &count, &PyTuple_Type, &order)) {
        return NULL;
    }
    if (count <= 0 || PyTuple_GET_SIZE(order) == 0
        || (strcmp(whose, "contextvar") != 0 && strcmp(whose, "libhedgerow") != 0)) {
        PyErr_SetString(PyExc_ValueError, "no such contexts, no variable, or no order");
        return NULL;
    }
    subject *of = new_subject(&CONTEXTS);
    return of != NULL ? complete(of, contexts_new(whose, (size_t)count, order)) : NULL;
}

/* The number of an operation, or -1 with an exception set. */
static int operation_of(PyObject *name)
{
    for (int i = 0; PyUnicode_Check(name) && i < OPERATION_COUNT; i++) {
        if (PyUnicode_CompareWithASCIIString(name, OPERATIONS[i]) == 0) {
            return i;
        }
    }
    PyErr_Format(PyExc_ValueError, "there is no operation %R", name);
    return -1;
}

/* Which of the keys or pairs an operation goes through, and whether they are pairs; null if it goes
 * through all entries. */
static series *series_of(workload *work, operation of, int *is_pairs)
{
    *is_pairs = of == SET_REPLACE || of == SET_NEW || of == DELETE;
    switch (of) {
    case GET_HIT:
        return &work->hits;
    case GET_MISS:
        return &work->misses;
    case CONTAINS:
        return &work->mixed;
    case SET_REPLACE:
    case DELETE:
        return &work->replacing;
    case SET_NEW:
        return &work->fresh;
    default:
        return NULL;
    }
}

/* Times an operation with these keys or pairs in place of those of the work. */
static outcome time_with(subject *of, operation operation, PyObject *items, timing *taken)
{
    int is_pairs;
    workload work = of->work;
    series given = {NULL, NULL, 0}, *replaced = series_of(&work, operation, &is_pairs);
    if (replaced == NULL) {
        PyErr_SetString(PyExc_ValueError, "the operation goes through all entries");
        return FAILED;
    }
    outcome how = FAILED;
    if (read_series(items, is_pairs, &given) == 0) {
        *replaced = given;
        how = of->kind->time(of->state, &work, operation, taken);
    }
    clear_series(&given);
    return how;
}

static PyObject *subject_time(PyObject *self, PyObject *arguments)
{
    PyObject *name, *items = NULL;
    subject *of = (subject *)self;
    timing taken = {0, 0, 0};
    if (!PyArg_ParseTuple(arguments, "O|O", &name, &items)) {
        return NULL;
    }
    int operation = operation_of(name);
    if (operation < 0) {
        return NULL;
    }
    switch (items != NULL ? time_with(of, operation, items, &taken)
                          : of->kind->time(of->state, &of->work, operation, &taken)) {
    case DONE:
        return Py_BuildValue("LLn", (long long)taken.ns, (long long)taken.loop_ns,
                             (Py_ssize_t)taken.operations);
    case NOT_THERE:
        Py_RETURN_NONE;
    default:
        return NULL;
    }
}

static PyObject *subject_made(PyObject *self, PyObject *name)
{
    subject *of = (subject *)self;
    int operation = operation_of(name);
    return operation < 0 ? NULL : of->kind->made(of->state, &of->work, operation);
}

static PyMethodDef subject_methods[] = {
    {"time", subject_time, METH_VARARGS, "Times one pass of an operation."},
    {"made", subject_made, METH_O, "The entries of the map that an operation makes."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot subject_slots[] = {
    {Py_tp_dealloc, subject_dealloc},
    {Py_tp_methods, subject_methods},
    {0, NULL},
};

#ifndef Py_TPFLAGS_DISALLOW_INSTANTIATION
#define Py_TPFLAGS_DISALLOW_INSTANTIATION 0
#endif

static PyType_Spec subject_spec = {
    .name = "hedgerow_bench_c.Subject",
    .basicsize = sizeof(subject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = subject_slots,
};

static PyMethodDef functions[] = {
    {"library", library, METH_VARARGS, "A store of libhedgerow's."},
    {"methods", methods, METH_VARARGS, "A map type of Python's."},
    {"contexts", contexts, METH_VARARGS, "Context variables."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "hedgerow_bench_c",
    .m_doc = "Times maps from C.",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit_hedgerow_bench_c(void)
{
    if (subject_type == NULL) {
        subject_type = (PyTypeObject *)PyType_FromSpec(&subject_spec);
    }
    return subject_type != NULL ? PyModule_Create(&definition) : NULL;
}
