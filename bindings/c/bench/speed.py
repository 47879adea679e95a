"""Time of get and insert in CPython's own HAMT: the same trace as speed.c.

The Python loop around the calls is also timed alone, and subtracted. What remains is a method call
and the work of hamt.c, with the keys' hashes, equality and reference counts.
"""

import sys
import time

try:
    from _testinternalcapi import hamt
except ImportError:
    from _testcapi import hamt

OPERATIONS = 1_000_000
ROUNDS = 3
MASK = (1 << 64) - 1


def spread(counter):
    word = (counter + 1) * 0x9E3779B97F4A7C15 & MASK
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & MASK
    return word ^ (word >> 31)


def timed(body):
    start = time.perf_counter_ns()
    body()
    return time.perf_counter_ns() - start


def measure(size):
    built = hamt()
    keys = [spread(counter) for counter in range(size)]
    for counter, key in enumerate(keys):
        built = built.set(key, counter)
    trace = [keys[spread(step) % size] for step in range(OPERATIONS)]

    def empty():
        for _ in trace:
            pass

    def get():
        get = built.get
        for key in trace:
            get(key)

    def insert():
        version = built
        for value, key in enumerate(trace, OPERATIONS):
            version = version.set(key, value)

    loop = min(timed(empty) for _ in range(ROUNDS))
    for name, body in ("get", get), ("insert", insert):
        best = min(timed(body) for _ in range(ROUNDS)) - loop
        print(f"{name} {size} {best / OPERATIONS:.1f}")


print(f"CPython {sys.version.split()[0]}", file=sys.stderr)
measure(1_000)
measure(1_000_000)
