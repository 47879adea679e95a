"""Programs that end while daemon threads are inside operations: `python exits.py NAME...`.

Each operation runs Python code that calls `here()`. There its thread waits until the interpreter is
almost finalized, and then asks for the interpreter lock. `storm SEED` has threads do all of the
operations over and over instead, and ends wherever they are.
"""

import _thread
import copy
import gc
import itertools
import os
import pickle
import platform
import random
import sys
import threading
import weakref

from hedgerow import Map

#: The system call `pause`, in which a thread hangs.
PAUSE = {"x86_64": b"34 ", "aarch64": b"73 "}.get(platform.machine())

here = None


class Slow:
    """Calls `here()` in one given method."""

    def __init__(self, number=0, **when):
        self.number, self.when = number, when

    def __hash__(self):
        if "hash" in self.when:
            here()
        return self.number

    def __eq__(self, other):
        if "eq" in self.when:
            here()
        return self is other or getattr(other, "number", None) == self.number

    def __repr__(self):
        here()
        return "Slow()"

    def __del__(self):
        if "end" in self.when:
            here()

    def __reduce__(self):
        here()
        return Slow, (self.number,)

    def __deepcopy__(self, memo):
        here()
        return self

    def __index__(self):
        here()
        return 0


def slow_key():
    return Slow(7, eq=True)


def some(count=50):
    return Map({number: str(number) for number in range(count)})


def pairs():
    for number in range(100):
        yield number, [number]
        if number == 50:
            here()


class Pairs:
    def items(self):
        return pairs()


class Sub(Map):
    def __del__(self):
        here()


def in_cycle(**when):
    """Garbage: a map in a cycle with something that runs code when it is collected."""
    a_map = Map({0: [Slow(**when)], 1: (ring := [])})
    ring.append(a_map)
    return a_map


def with_weakref():
    class Value:
        pass

    value = Value()
    ref = weakref.ref(value, lambda _: here())
    return Map({0: value}), ref


def overwritten():
    with Map({0: Slow(end=True)}).mutate() as mutation:
        mutation[0] = 1


def dropped_by_iterator():
    values = iter(Map({number: Slow(number, end=True) for number in range(3)}).values())
    for _ in values:
        pass


def conflicting():
    base = Map({0: 0, 1: 1})
    return base.set(0, 1).merge(base, base.set(0, 2), lambda *_: here())


def collected(what):
    def collect():
        what()
        gc.collect()

    return collect


def in_callback():
    kept = [some().set("x", [Slow(number)]) for number in range(20)]
    gc.callbacks.append(lambda phase, info: here())
    gc.collect()
    return kept


def of_weakref():
    a_map, ref = with_weakref()
    del a_map
    return ref


OPERATIONS = {
    "get": lambda: Map({slow_key(): 1})[slow_key()],
    "get with default": lambda: Map({slow_key(): 1}).get(slow_key(), None),
    "in": lambda: slow_key() in Map({slow_key(): 1}),
    "set": lambda: Map({slow_key(): 1}).set(slow_key(), 2),
    "set, hashing": lambda: Map().set(Slow(hash=True), 1),
    "delete": lambda: Map({slow_key(): 1}).delete(slow_key()),
    "delete, ending": lambda: Map({0: Slow(end=True)}).delete(0),
    "end of a map": lambda: Map({0: Slow(end=True)}) and None,
    "end of a nest": lambda: Map({0: Map({0: Map({0: Slow(end=True)})})}) and None,
    "end of a subclass": lambda: Sub({0: [1]}) and None,
    "weak reference": of_weakref,
    "Map(dict)": lambda: Map({Slow(1): 1, Slow(33, hash=False): 2, slow_key(): 3, **some(9)}),
    "Map(pairs)": lambda: Map(pairs()),
    "Map(items)": lambda: Map(Pairs()),
    "Map(pairs), comparing": lambda: Map([(slow_key(), 1), (slow_key(), 2)]),
    "fromkeys": lambda: Map.fromkeys([slow_key(), slow_key()]),
    "update": lambda: some().update(pairs()),
    "update, comparing": lambda: Map({slow_key(): 1}).update({slow_key(): 2}),
    "union": lambda: Map({slow_key(): 1}) | Map({slow_key(): 2}),
    "intersection": lambda: Map({slow_key(): 1}).intersection({slow_key(): 2}),
    "difference": lambda: Map({slow_key(): 1}).difference({slow_key(): 2}),
    "get_many": lambda: Map({slow_key(): 1}).get_many([slow_key()], None),
    "set_many": lambda: Map({slow_key(): 1}).set_many([(slow_key(), 2)]),
    "delete_many": lambda: Map({slow_key(): 1}).delete_many([slow_key()]),
    "==": lambda: some().set(0, slow_key()) == some().set(0, slow_key()),
    "== of keys": lambda: Map({slow_key(): 1}) == Map({slow_key(): 1}),
    "== of a dict": lambda: Map({0: slow_key()}) == {0: slow_key()},
    "hash": lambda: hash(some().set(0, Slow(hash=True))),
    "repr": lambda: repr(some().set(0, Slow())),
    "repr of a view": lambda: repr(some().set(0, Slow()).items()),
    "diff": lambda: some().set(0, slow_key()).diff(some().set(0, slow_key())),
    "merge": conflicting,
    "pickle": lambda: pickle.dumps(some().set(0, Slow())),
    "deepcopy": lambda: copy.deepcopy(some().set(0, Slow())),
    "views": lambda: Map({slow_key(): 1}).keys() & {slow_key()},
    "items": lambda: (0, slow_key()) in Map({0: slow_key()}).items(),
    "iteration, ending": dropped_by_iterator,
    "mutation": lambda: Map({slow_key(): 1}).mutate().set(slow_key(), 2),
    "mutation, popping": lambda: Map({slow_key(): 1}).mutate().pop(slow_key()),
    "mutation, updating": lambda: some().mutate().update(pairs()),
    "mutation, ending": overwritten,
    "finalizer": collected(lambda: in_cycle(end=True)),
    "collection": in_callback,
}

#: Only one of these at a time: a collection cannot start during another one.
COLLECTING = "finalizer", "collection"


class Last:
    """Ends with the interpreter's modules: lets the threads go on, and checks that they stopped."""

    def __init__(self, gate, threads):
        # Held here, because the modules are empty by then.
        self.state = gate, threads, os.open, os.read, os.close, os.sched_yield, PAUSE

    def __del__(self):
        gate, threads, open_, read, close, sched_yield, pause = self.state
        for _ in threads:
            gate.release()
        for thread in threads if pause else ():
            while True:
                try:
                    file = open_(f"/proc/self/task/{thread}/syscall", 0)
                except FileNotFoundError:
                    break
                try:
                    if read(file, 100).startswith(pause):
                        break
                except ProcessLookupError:
                    break
                finally:
                    close(file)
                sched_yield()


class Gate:
    """A lock that lets as many through as it is released for."""

    def __init__(self, count):
        self.locks = [_thread.allocate_lock() for _ in range(count)]
        for lock in self.locks:
            lock.acquire()
        self.closed, self.opened = itertools.count(), itertools.count()

    def acquire(self):
        self.locks[next(self.closed)].acquire()

    def release(self):
        self.locks[next(self.opened)].release()


def start(operation):
    thread = threading.Thread(target=operation, daemon=True)
    thread.start()
    return thread.native_id


def stopped_inside(names):
    global here
    gate, entered = Gate(len(names)), threading.Semaphore(0)
    of_thread = threading.local()

    def here():
        # Once only: a destructor that runs while a thread is unwound would wait again.
        if not hasattr(of_thread, "stopped"):
            of_thread.stopped = True
            entered.release()
            gate.acquire()

    threads = [start(OPERATIONS[name]) for name in names]
    for _ in names:
        entered.acquire()
    sys.last = Last(gate, threads)


def storm(seed):
    global here
    rng = random.Random(seed)
    entered = threading.Semaphore(0)

    main = threading.get_ident()

    def here():
        # At exit the main thread comes here in destructors, while another may have the semaphore.
        if threading.get_ident() != main:
            entered.release()
            for _ in range(rng.randrange(50)):
                pass

    def run(mine):
        while True:
            OPERATIONS[mine.choice(sorted(OPERATIONS))]()
            del gc.callbacks[50:]

    sys.setswitchinterval(1e-6)
    for _ in range(rng.randrange(1, 6)):
        start(lambda mine=random.Random(rng.random()): run(mine))
    for _ in range(rng.randrange(1, 300)):
        entered.acquire()


if __name__ == "__main__":
    if sys.argv[1] == "storm":
        storm(int(sys.argv[2]))
    else:
        stopped_inside(sys.argv[1:])
