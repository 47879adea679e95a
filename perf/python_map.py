"""Times hedgerow.Map beside immutables, in one process, and measures resident memory.

    python perf/python_map.py                  the whole table, half an hour
    python perf/python_map.py --quick          a few sizes and rounds
    python perf/python_map.py --only get       rows whose names contain a word
    python perf/python_map.py --keys uuid str  some kinds of key (see python_keys.py)
    python perf/python_map.py --rpds           rpds-py as well
    python perf/python_map.py --memory         resident bytes per entry, each in its own process
    python perf/python_map.py --million str    a million entries of these kinds alone
    python perf/python_map.py --markdown       the tables of python.md, as `cargo xtask record` does

Peers: `pip install immutables==0.21 rpds-py`. The garbage collector is on. Each figure is the
minimum of several rounds, which take turns among the libraries. Rows of single operations run over
the same shuffled keys: the stored objects where the name says so, otherwise equal ones that are
made before each round. Results are dropped inside the timer, and the empty loop is subtracted. A
ratio is the best peer's time over hedgerow's: more is better, and `floor` is what it must reach.
"""

import argparse
import ctypes
import gc
import os
import random
import subprocess
import sys
import time

import python_tables
from python_keys import IN_PYTHON, KINDS, MOST, fresh, keys_of

SIZES = (10, 1_000, 100_000, 1_000_000)
MEMORY_SIZES = (
    1_000, 2_000, 5_000, 10_000, 20_000, 32_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
)
MEMORY_KEYS = ("small int", "str")
MEMORY_FLOOR = {size: 1.1 for size in MEMORY_SIZES} | {1_000_000: 0.7}
LIBRARIES = ["hedgerow", "immutables"]
LOOK_UP = (1, 1, 0.95, 0.95)
UPDATE = (1.2, 2, 2, 2)
FLOORS = {
    "m[k], stored": LOOK_UP,
    "m[k]": LOOK_UP,
    "k in m": LOOK_UP,
    "m.get": LOOK_UP,
    "m.get, no such key": LOOK_UP,
    "set replacing": UPDATE,
    "set new": UPDATE,
    "delete": UPDATE,
    "build by sets": UPDATE,
    "Map(dict)": UPDATE,
    "for key, value": LOOK_UP,
    "list(items)": LOOK_UP,
    "list(keys)": LOOK_UP,
    "list(values)": LOOK_UP,
    "== after one set": (None, 20, 1000, 5000),
    "diff after ten": (None, 20, 1000, 5000),
}


def floor_of(row, kind, size):
    """What the ratio must reach; None where the row says nothing for that size."""
    floor = FLOORS[row][SIZES.index(size)]
    return min(floor, 0.95) if floor and kind in IN_PYTHON else floor


def make_from(library):
    """The constructor of a library's map, and the names of its set and delete."""
    if library == "hedgerow":
        import hedgerow

        return hedgerow.Map, "set", "delete"
    if library == "immutables":
        import immutables

        return immutables.Map, "set", "delete"
    import rpds

    return rpds.HashTrieMap, "insert", "remove"


def timed(work, *arguments):
    started = time.perf_counter_ns()
    work(*arguments)
    return time.perf_counter_ns() - started


def loop_subscript(a_map, keys, _):
    for key in keys:
        a_map[key]


def loop_contains(a_map, keys, _):
    for key in keys:
        key in a_map


def loop_get(a_map, keys, _):
    get = a_map.get
    for key in keys:
        get(key)


def loop_update(update):
    def loop_set(a_map, keys, value):
        method = getattr(a_map, update)
        for key in keys:
            method(key, value)

    return loop_set


def loop_remove(remove):
    def loop_delete(a_map, keys, _):
        method = getattr(a_map, remove)
        for key in keys:
            method(key)

    return loop_delete


def loop_nothing(_, keys, __):
    for key in keys:
        pass


def loop_items(a_map):
    for key, value in a_map.items():
        pass


def build(make, update, keys):
    a_map = make()
    insert = getattr(make, update)
    for key in keys:
        a_map = insert(a_map, key, None)


class Contest:
    """The maps of one size and kind of key, and the rows measured on them."""

    def __init__(self, kind, size, rounds):
        self.kind, self.size, self.rounds = kind, size, rounds
        self.keys = keys_of(kind, size)
        self.pairs = {key: None for key in self.keys}
        self.others = keys_of(kind, size, 1)
        self.asked = self.sample(self.keys)
        self.absent = self.sample(self.others)
        self.makers = {library: make_from(library) for library in LIBRARIES}
        self.maps = {library: maker[0](self.pairs) for library, maker in self.makers.items()}

    def sample(self, keys):
        """Enough keys for a timing of a few milliseconds, in another random order."""
        rng = random.Random(7)
        count = min(20_000, max(self.size, 2_000))
        return [rng.choice(keys) for _ in range(count)] if self.size < count else rng.sample(
            keys, count
        )

    def best(self, measure, rounds=None):
        """The minimum for each library over rounds that take turns."""
        best = dict.fromkeys(LIBRARIES, float("inf"))
        for _ in range(rounds or self.rounds):
            for library in LIBRARIES:
                best[library] = min(best[library], measure(library))
        return best

    def per_key(self, loop_of, keys, copy=True):
        """The time of one step of a loop over these keys, or over equal ones."""
        empty = min(timed(loop_nothing, None, keys, None) for _ in range(5))

        def measure(library):
            loop = loop_of(self.makers[library])
            given = fresh(self.kind, keys) if copy else keys
            taken = timed(loop, self.maps[library], given, "a value")
            return max(taken - empty, 1) / len(keys)

        return self.best(measure)

    def rows(self):
        yield "m[k], stored", lambda: self.per_key(lambda _: loop_subscript, self.asked, False)
        yield "m[k]", lambda: self.per_key(lambda _: loop_subscript, self.asked)
        yield "k in m", lambda: self.per_key(lambda _: loop_contains, self.asked)
        yield "m.get", lambda: self.per_key(lambda _: loop_get, self.asked)
        yield "m.get, no such key", lambda: self.per_key(lambda _: loop_get, self.absent)
        yield "set replacing", lambda: self.per_key(lambda m: loop_update(m[1]), self.asked)
        yield "set new", lambda: self.per_key(lambda m: loop_update(m[1]), self.absent)
        yield "delete", lambda: self.per_key(lambda m: loop_remove(m[2]), self.asked)
        yield "build by sets", self.build_by_sets
        yield "Map(dict)", self.from_dict
        yield "for key, value", lambda: self.iterated(loop_items)
        yield "list(items)", lambda: self.iterated(lambda a_map: list(a_map.items()))
        yield "list(keys)", lambda: self.iterated(list)
        yield "list(values)", lambda: self.iterated(lambda a_map: list(a_map.values()))
        yield "== after one set", self.equality
        yield "diff after ten", self.diff

    def repeated(self, work):
        """Small maps are measured many at a time."""
        times = max(1, 3_000 // self.size)

        def measure(library):
            started = time.perf_counter_ns()
            for _ in range(times):
                work(library)
            return (time.perf_counter_ns() - started) / (times * self.size)

        return self.best(measure, 2 if self.size >= 1_000_000 else None)

    def build_by_sets(self):
        return self.repeated(
            lambda library: build(*self.makers[library][:2], self.keys)
        )

    def from_dict(self):
        return self.repeated(lambda library: self.makers[library][0](self.pairs))

    def iterated(self, iterate):
        return self.repeated(lambda library: iterate(self.maps[library]))

    def few(self):
        """Fewer rounds, for what takes a peer up to a second."""
        return 3 if self.size > 1_000 else 30

    def equality(self):
        """A map, and one made from it by a set and another set that undoes it."""
        key = self.keys[0]

        def other(library):
            a_map, update = self.maps[library], self.makers[library][1]
            return getattr(getattr(a_map, update)(key, 1), update)(key, None)

        others = {library: other(library) for library in LIBRARIES}
        return self.best(
            lambda library: timed(self.maps[library].__eq__, others[library]), self.few()
        )

    def diff(self):
        """hedgerow's diff; for the others, which have none, what a program would do instead."""

        def other(library):
            a_map, update = self.maps[library], self.makers[library][1]
            for key in self.keys[:5] + self.others[:5]:
                a_map = getattr(a_map, update)(key, 1)
            return a_map

        def by_hand(old, new):
            missing = object()
            changes = [key for key, value in new.items() if old.get(key, missing) is not value]
            return changes + [key for key in old if key not in new]

        others = {library: other(library) for library in LIBRARIES}

        def measure(library):
            old, new = self.maps[library], others[library]
            if library == "hedgerow":
                return timed(old.diff, new)
            return timed(by_hand, old, new)

        return self.best(measure, self.few())


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def trim():
    """Gives free memory of the C heap back, so that only the maps are measured."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except AttributeError:
        pass


def measure_memory(library, kind, size):
    """In a process of its own: how much memory maps of this size add, without keys and values."""
    make = make_from(library)[0]
    copies = max(1, 200_000 // size)
    keys = keys_of(kind, size)
    sources = [dict.fromkeys(keys)] * copies
    make({key: None for key in keys[:10]})
    gc.collect()
    trim()
    before = resident()
    kept = [make(source) for source in sources]
    gc.collect()
    print((resident() - before) / (size * len(kept)))


def memory_in_a_process(library, kind, size):
    command = [sys.executable, __file__, "--one", library, kind, str(size)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def print_memory(kinds, sizes, tables):
    print("\nresident bytes per entry of maps from a dict; to immutables', less is better")
    names = "".join(f"{name:>12}" for name in LIBRARIES)
    print(f"{'n':>10}  {'key':22}{names}   ratio  at most")
    missed = 0
    for kind in kinds:
        for size in sizes:
            found = {name: memory_in_a_process(name, kind, size) for name in LIBRARIES}
            ratio = found["hedgerow"] / found["immutables"]
            floor = MEMORY_FLOOR[size]
            missed += ratio > floor
            tables.memory[size, kind] = found
            print(
                f"{size:>10}  {kind:22}"
                + "".join(f"{found[name]:>12.1f}" for name in LIBRARIES)
                + f"{ratio:>8.2f}{floor:>9}{'' if ratio <= floor else '   MISSED'}",
                flush=True,
            )
    return missed


def print_speed(kinds, sizes, rounds, only, million, tables):
    print("ns per operation, key or item (== and diff: in all); ratio of the best peer to hedgerow")
    names = "".join(f"{name:>14}" for name in LIBRARIES)
    print(f"{'row':20}{'key':22}{'n':>9}{names}     ratio     floor")
    missed = 0
    for kind in kinds:
        for size in sizes:
            if size > MOST.get(kind, size) or (size == SIZES[-1] and kind not in million):
                continue
            contest = Contest(kind, size, rounds)
            for name, measure in contest.rows():
                floor = floor_of(name, kind, size)
                if only not in name or floor is None:
                    continue
                found = measure()
                ratio = min(found[peer] for peer in LIBRARIES[1:]) / found["hedgerow"]
                missed += ratio < floor
                tables.speed[name, kind, size] = ratio, floor
                print(
                    f"{name:20}{kind:22}{size:>9}"
                    + "".join(f"{found[library]:>14.1f}" for library in LIBRARIES)
                    + f"{ratio:>10.2f}{floor:>10}{'' if ratio >= floor else '   MISSED'}",
                    flush=True,
                )
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="up to 100,000, fewer rounds")
    parser.add_argument("--memory", action="store_true", help="memory only")
    parser.add_argument("--speed", action="store_true", help="speed only")
    parser.add_argument("--only", default="", help="rows whose names contain this")
    parser.add_argument("--sizes", type=int, nargs="+", help="some of the sizes")
    parser.add_argument("--keys", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--rpds", action="store_true", help="measure rpds-py as well")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--million", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--markdown", action="store_true", help="print tables, progress aside")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        library, kind, size = chosen.one
        return measure_memory(library, kind, int(size))
    if chosen.rpds:
        LIBRARIES.append("rpds-py")
    missed, tables = 0, python_tables.Tables(SIZES)
    printed = sys.stdout
    if chosen.markdown:
        sys.stdout = sys.stderr
    if not chosen.memory:
        sizes = chosen.sizes or (SIZES[:3] if chosen.quick else SIZES)
        rounds = 5 if chosen.quick else chosen.rounds
        sizes = [size for size in sizes if size in SIZES]
        missed += print_speed(chosen.keys, sizes, rounds, chosen.only, chosen.million, tables)
    if not chosen.speed:
        sizes = chosen.sizes or (MEMORY_SIZES[:8] if chosen.quick else MEMORY_SIZES)
        missed += print_memory(MEMORY_KEYS, [s for s in sizes if s in MEMORY_SIZES], tables)
    print(f"\nfloors missed: {missed}")
    if chosen.markdown:
        print(tables.markdown(MEMORY_FLOOR), file=printed)


if __name__ == "__main__":
    main()
