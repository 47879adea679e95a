/* Context variables in CPython, through its public C interface: what contexts.rs and contexts.c do
 * in Hedgerow. Links libpython.
 *
 * usage: contexts-python                 # prints the nanoseconds of each operation
 *        contexts-python OPERATION COUNT # only runs it, to count instructions
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { VARS = 8, ROUNDS = 15 };

static PyObject *vars[VARS], *first, *second;

static void must(int is_done)
{
    if (!is_done) {
        PyErr_Print();
        exit(1);
    }
}

/* Reads a variable. */
static void get(long count)
{
    for (long i = 0; i < count; i++) {
        PyObject *value = NULL;
        must(PyContextVar_Get(vars[i % VARS], NULL, &value) == 0);
        Py_DECREF(value);
    }
}

/* Sets a variable, and resets it. */
static void set_reset(long count)
{
    for (long i = 0; i < count; i++) {
        PyObject *token = PyContextVar_Set(vars[i % VARS], second);
        must(token != NULL);
        must(PyContextVar_Reset(vars[i % VARS], token) == 0);
        Py_DECREF(token);
    }
}

/* Copies the current context, enters the copy and leaves it. */
static void copy_run(long count)
{
    for (long i = 0; i < count; i++) {
        PyObject *context = PyContext_CopyCurrent();
        must(context != NULL && PyContext_Enter(context) == 0 && PyContext_Exit(context) == 0);
        Py_DECREF(context);
    }
}

/* The same, and there sets a variable and reads two. */
static void task(long count)
{
    for (long i = 0; i < count; i++) {
        PyObject *value = NULL, *token, *context = PyContext_CopyCurrent();
        must(context != NULL && PyContext_Enter(context) == 0);
        token = PyContextVar_Set(vars[i % VARS], second);
        must(token != NULL);
        Py_DECREF(token);
        for (int step = 0; step < 2; step++) {
            must(PyContextVar_Get(vars[(i + step) % VARS], NULL, &value) == 0);
            Py_DECREF(value);
        }
        must(PyContext_Exit(context) == 0);
        Py_DECREF(context);
    }
}

static const struct {
    const char *name;
    void (*run)(long count);
    long count;
} OPERATIONS[] = {
    {"get", get, 2000000},
    {"set_reset", set_reset, 500000},
    {"copy_run", copy_run, 500000},
    {"task", task, 300000},
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
    Py_InitializeEx(0);
    first = PyUnicode_FromString("the first value");
    second = PyUnicode_FromString("the second value");
    for (int i = 0; i < VARS; i++) {
        char name[8];
        snprintf(name, sizeof name, "v%d", i);
        vars[i] = PyContextVar_New(name, NULL);
        PyObject *token = PyContextVar_Set(vars[i], first);
        must(vars[i] != NULL && token != NULL);
        Py_DECREF(token);
    }
    PyObject *origin = PyContext_CopyCurrent();
    must(origin != NULL && PyContext_Enter(origin) == 0);
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++) {
        if (argc == 3) {
            if (strcmp(argv[1], OPERATIONS[i].name) == 0) {
                OPERATIONS[i].run(atol(argv[2]));
            }
            continue;
        }
        double best = 1e18;
        for (int round = 0; round < ROUNDS; round++) {
            double start = now();
            OPERATIONS[i].run(OPERATIONS[i].count);
            double time = (now() - start) / (double)OPERATIONS[i].count;
            best = time < best ? time : best;
        }
        printf("%s 0 %.2f\n", OPERATIONS[i].name, best);
    }
    return 0;
}
