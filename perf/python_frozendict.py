"""Times hedgerow.Map beside the frozendict of CPython 3.15, in one process.

    python3.15 perf/python_frozendict.py [--markdown] [--quick]

`--markdown` prints it as a block, as `cargo xtask record` does; `--quick` has two rounds. Prints
the table "frozendict to hold, Map to change" of bindings/python/README.md. Keys are short
str. Each figure is the minimum of many short rounds, which take turns between the two, in
nanoseconds per operation; the empty loop is subtracted.
"""

import gc
import random
import sys
import time

from hedgerow import Map

from python_tables import block, table

SIZES = (10, 1_000, 100_000)
ROUNDS = 2 if "--quick" in sys.argv else 40
#: How long a round takes, about.
ROUND_NS = 2_000_000


def lookup(held, keys):
    for key in keys:
        held[key]


def set_frozen(held, keys):
    for key in keys:
        held | {key: None}


def set_map(held, keys):
    for key in keys:
        held.set(key, None)


def empty_loop(held, keys):
    for key in keys:
        pass


def call_each(call, arguments):
    for argument in arguments:
        call(argument)


def time_of(work, *arguments):
    start = time.perf_counter_ns()
    work(*arguments)
    return time.perf_counter_ns() - start


def best(works, prepare, count):
    """The least time of each work per operation, of rounds of `count` operations."""
    least = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for at, work in enumerate(works):
            arguments = prepare(at)
            least[at] = min(least[at], time_of(work, *arguments) / count)
    return least


def count_for(work, *arguments):
    """How many operations fill a round, by the time of one."""
    once = min(time_of(work, *arguments) for _ in range(5))
    return max(1, min(2_000, ROUND_NS // max(once, 1)))


def rows(size):
    rng = random.Random(size)
    contents = {f"key {number}": number for number in range(size)}
    kept = [frozendict(contents), Map(contents)]  # noqa: F821
    makers = [frozendict, Map]  # noqa: F821
    keys = [key.encode().decode() for key in rng.choices(list(contents), k=2_000)]
    for key in keys:
        hash(key)
    loop = best([empty_loop], lambda _: (None, keys), len(keys))[0]

    found = best([lookup, lookup], lambda at: (kept[at], keys), len(keys))
    yield "look up", [time_ns - loop for time_ns in found]
    count = count_for(set_frozen, kept[0], keys[:1])
    changed = best([set_frozen, set_map], lambda at: (kept[at], keys[:count]), count)
    yield "set one key", [time_ns - loop for time_ns in changed]
    count = count_for(frozendict, contents)  # noqa: F821
    dicts = [contents] * count
    yield "build from a dict", best([call_each] * 2, lambda at: (makers[at], dicts), count)
    # New objects, because both keep their hash.
    count = min(count, 200)
    yield "hash for the first time", best(
        [call_each] * 2, lambda at: (hash, [makers[at](contents) for _ in range(count)]), count)
    yield "make one from the other", best(
        [call_each] * 2, lambda at: (makers[at], [kept[1 - at]] * count), count)


def written(nanoseconds):
    if nanoseconds < 100:
        return f"{nanoseconds:.0f} ns"
    for limit, divisor, unit in ((1e5, 1, "ns"), (1e8, 1e3, "µs"), (1e11, 1e6, "ms")):
        if nanoseconds < limit:
            return f"{float(f'{nanoseconds / divisor:.3g}'):,.0f} {unit}"


def main():
    tables = {size: dict(rows(size)) for size in SIZES}
    gc.collect()
    titles = ["frozendict / Map, at a size of", *(f"{size:,}" for size in SIZES)]
    cells = [
        [name, *(" / ".join(map(written, tables[size][name])) for size in SIZES)]
        for name in tables[SIZES[0]]
    ]
    text = table(titles, cells)
    print(block("frozendict", text) if "--markdown" in sys.argv else text)


if __name__ == "__main__":
    main()
