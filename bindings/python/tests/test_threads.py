"""Maps, iterators and mutations shared by threads, with the interpreter lock.

The switch interval is as short as possible, so that threads switch inside operations, wherever
Python code runs: in `__hash__`, `__eq__` and destructors.
"""

import random
import subprocess
import sys
import threading

import pytest

import hedgerow
from hedgerow import Map, _hedgerow

from keys import Key


@pytest.fixture(autouse=True)
def restless():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def run_all(*works):
    """Runs each function in a thread of its own, all at once. An error of any comes out."""
    errors = []
    barrier = threading.Barrier(len(works))

    def run(work):
        try:
            barrier.wait()
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_threads_that_grow_their_own_maps_from_one_base():
    base = Map({Key(number % 50, number): number for number in range(400)})
    results = {}

    def work(name):
        def run():
            rng = random.Random(name)
            a_map, model = base, dict(base)
            for step in range(600):
                key = Key(rng.randrange(60), rng.randrange(500))
                if rng.random() < 0.6:
                    a_map, model[key] = a_map.set(key, (name, step)), (name, step)
                elif key in model:
                    a_map = a_map.delete(key)
                    del model[key]
            results[name] = (a_map, model)
        return run

    run_all(*[work(name) for name in range(6)])
    assert len(results) == 6
    for a_map, model in results.values():
        assert dict(a_map) == model
    assert dict(base) == {Key(number % 50, number): number for number in range(400)}


def test_one_iterator_shared_by_threads_returns_each_item_once():
    a_map = Map({number: [number] for number in range(20_000)})
    for view in (a_map, a_map.items(), a_map.values()):
        iterator, got = iter(view), [[] for _ in range(4)]
        run_all(*[lambda mine=mine: mine.extend(iterator) for mine in got])
        joined = [item for mine in got for item in mine]
        assert len(joined) == 20_000
        key = (lambda item: item[0]) if view is not a_map else (lambda item: item)
        assert sorted(joined, key=key) == sorted(view, key=key)


def test_one_mutation_shared_by_threads_loses_nothing():
    mutation = Map().mutate()

    # Few hashes for all, so that every write compares keys in Python. A write during another's
    # comparison may be refused by an error, and can be repeated.
    def patient(start):
        def run():
            for number in range(start, start + 400):
                while True:
                    try:
                        mutation[Key(number % 7, number)] = number
                        break
                    except RuntimeError:
                        continue
        return run

    run_all(patient(0), patient(400), patient(800))
    made = mutation.finish()
    assert len(made) == 1200 == len(list(made)) and sorted(made.values()) == list(range(1200))


def test_threads_that_drop_and_compact_while_others_read():
    shared = [Map({number: [number] for number in range(2000)})]
    stop = threading.Event()

    def write():
        rng = random.Random(1)
        for step in range(1500):
            shared.append(shared[-1].set(rng.randrange(3000), [step]))
            if len(shared) > 20:
                del shared[rng.randrange(10)]
        stop.set()

    def read():
        while not stop.is_set():
            a_map = shared[len(shared) // 2]
            assert len(list(a_map.items())) == len(a_map)
            assert all(a_map.get(number) is not None for number in range(0, 2000, 97))

    def compact():
        while not stop.is_set():
            hedgerow.compact()

    run_all(write, read, read, compact)
    _hedgerow._check()


def test_destructors_on_another_thread():
    ends = []

    class Value:
        def __del__(self):
            ends.append(threading.get_ident())

    holder = [Map({number: Value() for number in range(100)})]
    run_all(holder.clear)
    assert len(ends) == 100 and threading.get_ident() not in ends


def test_deep_release_on_a_thread_with_a_small_stack():
    a_map = Map()
    for _ in range(200_000):
        a_map = Map(a=a_map)
    holder = [a_map]
    del a_map
    threading.stack_size(256 * 1024)
    try:
        run_all(holder.clear)
    finally:
        threading.stack_size(0)
    assert holder == []


def test_subinterpreters_are_refused():
    try:
        import _interpreters as interpreters
    except ImportError:
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            pytest.skip("this Python has no module for sub-interpreters")
    program = (
        "import os\n"
        "try:\n"
        "    import hedgerow\n"
        "except ImportError:\n"
        "    os.write(1, b'refused')\n"
        "else:\n"
        "    os.write(1, b'let in')\n")
    script = (
        f"import {interpreters.__name__} as interpreters\n"
        "import hedgerow\n"
        "number = interpreters.create()\n"
        f"run = getattr(interpreters, 'run_string')\nrun(number, {program!r})\n"
        "assert hedgerow.Map(a=1)['a'] == 1\n")
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (run.returncode, run.stdout.strip()) == (0, "refused"), run.stderr
