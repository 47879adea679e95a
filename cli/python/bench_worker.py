"""Times the peers of `hedgerow bench`. Follows peers.py and stdlib_names.py in one program.

A timing function runs one pass and returns (ns, loop_ns, operations): the time of the pass, the
time of the same loop with nothing in it, and the number of operations. Results are dropped inside
the timed part, as src/bench/engine.rs releases its versions there.
"""
from itertools import repeat
from time import perf_counter_ns as clock

PACKAGE = "hedgerow.Map"
EMPTY = {"hamt": HAMT, "immutables": IMMUTABLES_MAP, "dict": dict, PACKAGE: PACKAGE_MAP}
TIMERS = {}
workload = None


def timer(op):
    def register(function):
        TIMERS[op] = function
        return function

    return register


def visiting_order(count):
    """A fixed order other than that of insertion. The command uses the same order."""
    step = max(1, int(count * 0.618))
    while gcd(step, count) != 1:
        step += 1
    return [i * step % count for i in range(count)]


def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def repeated(items, least, most):
    """At most `most` items, repeated until there are `least`: the clock could not resolve fewer."""
    items = items[:most]
    return items * -(-least // len(items)) if len(items) < least else items


class Workload:
    """The keys of one size, and a map of them for each peer, made the fastest way it has."""

    def __init__(self, keys, misses, limits):
        least, lookups, updates = limits["pass"], limits["lookups"], limits["updates"]
        self.count = len(keys)
        self.pairs = [(key, 10**9 + i) for i, key in enumerate(keys)]
        order = visiting_order(self.count)
        self.hits = repeated([keys[i] for i in order], least, lookups)
        self.misses = repeated([misses[i] for i in order], least, lookups)
        self.mixed = [k for pair in zip(self.hits, self.misses) for k in pair][: len(self.hits)]
        # Values that the map does not hold: setting the same object again would update nothing.
        self.replacing = repeated([(keys[i], -(10**9) - i) for i in order], least, updates)
        self.new = repeated([(misses[i], 10**9 + i) for i in order], least, updates)
        self.chain = [(k, 2 * 10**9 + i) for i, (k, _) in enumerate(self.replacing[:least])]
        self.rounds = -(-least // self.count)
        self.copied_entries = limits["copied_entries"]
        self.maps = {}

    def map(self, peer):
        if peer not in self.maps:
            has_bulk = peer != "hamt"
            self.maps[peer] = EMPTY[peer](self.pairs) if has_bulk else build(HAMT(), self.pairs)
        return self.maps[peer]

    def copies(self, pairs):
        """The first updates: as many as a pass allows that copies a dict of this size for each."""
        return pairs[: max(3, self.copied_entries // self.count)]


def build(m, pairs):
    for k, v in pairs:
        m = m.set(k, v)
    return m


def empty_loop(items):
    start = clock()
    for _ in items:
        pass
    return clock() - start


def empty_pair_loop(pairs):
    start = clock()
    for _, _ in pairs:
        pass
    return clock() - start


@timer("get-hit")
def get_hit(peer):
    m, keys = workload.map(peer), workload.hits
    start = clock()
    for k in keys:
        m[k]
    return clock() - start, empty_loop(keys), len(keys)


@timer("get-miss")
def get_miss(peer):
    m, keys = workload.map(peer), workload.misses
    start = clock()
    for k in keys:
        m.get(k)
    return clock() - start, empty_loop(keys), len(keys)


@timer("contains")
def contains(peer):
    m, keys = workload.map(peer), workload.mixed
    start = clock()
    for k in keys:
        k in m
    return clock() - start, empty_loop(keys), len(keys)


@timer("build")
def build_by_sets(peer):
    if peer == "dict":
        return copy_for_each_size()
    empty, pairs, rounds = EMPTY[peer](), workload.pairs, range(workload.rounds)
    start = clock()
    for _ in rounds:
        m = empty
        for k, v in pairs:
            m = m.set(k, v)
        del m
    taken = clock() - start
    start = clock()
    for _ in rounds:
        for k, v in pairs:
            pass
    return taken, clock() - start, workload.count * workload.rounds


def copy_for_each_size():
    """Setting a key in a copy of a dict, timed at sizes spread evenly from empty to full."""
    every = max(1, workload.count * workload.count // (2 * workload.copied_entries))
    grown, taken, operations = {}, 0, 0
    for i, (k, v) in enumerate(workload.pairs):
        if i % every == every // 2:
            start = clock()
            copy = grown.copy()
            copy[k] = v
            del copy
            taken += clock() - start
            operations += 1
        grown[k] = v
    return taken, empty_loop(range(operations)), operations


@timer("bulk")
def bulk(peer):
    if peer == "hamt":
        return None
    make, pairs, rounds = EMPTY[peer], workload.pairs, range(workload.rounds)
    start = clock()
    for _ in rounds:
        make(pairs)
    return clock() - start, empty_loop(rounds), workload.count * workload.rounds


@timer("set-replace")
def set_replace(peer):
    return time_sets(peer, workload.replacing)


@timer("set-new")
def set_new(peer):
    return time_sets(peer, workload.new)


def time_sets(peer, pairs):
    m = workload.map(peer)
    if peer == "dict":
        pairs = workload.copies(pairs)
        start = clock()
        for k, v in pairs:
            copy = m.copy()
            copy[k] = v
            del copy
        return clock() - start, empty_pair_loop(pairs), len(pairs)
    start = clock()
    for k, v in pairs:
        m.set(k, v)
    return clock() - start, empty_pair_loop(pairs), len(pairs)


@timer("delete")
def delete(peer):
    m, pairs = workload.map(peer), workload.replacing
    if peer == "dict":
        pairs = workload.copies(pairs)
        start = clock()
        for k, v in pairs:
            copy = m.copy()
            del copy[k]
            del copy
        return clock() - start, empty_pair_loop(pairs), len(pairs)
    start = clock()
    for k, v in pairs:
        m.delete(k)
    return clock() - start, empty_pair_loop(pairs), len(pairs)


@timer("iterate")
def iterate(peer):
    m, rounds = workload.map(peer), range(workload.rounds)
    start = clock()
    for _ in rounds:
        for k, v in m.items():
            pass
    taken = clock() - start
    operations = workload.count * workload.rounds
    # The empty loop takes no pairs from anywhere: finding the next pair is what is timed.
    return taken, empty_loop(repeat(None, operations)), operations


@timer("equal")
def equal(peer):
    """Two relatives one set apart, with equal values, so that no comparison ends early."""
    m, (key, value) = workload.map(peer), workload.pairs[workload.count // 2]
    value = int(str(value))  # equal, and another object
    other = with_pair(m, peer, key, value)
    rounds = range(workload.rounds)
    start = clock()
    for _ in rounds:
        m == other
    taken = clock() - start
    assert m == other
    return taken, empty_loop(rounds), workload.rounds


def with_pair(m, peer, key, value):
    if peer != "dict":
        return m.set(key, value)
    copy = m.copy()
    copy[key] = value
    return copy


@timer("diff")
def diff(peer):
    """A list of what changed between two relatives one set apart."""
    if peer != PACKAGE:
        return None
    m, (key, value) = workload.map(peer), workload.pairs[workload.count // 2]
    other, rounds = m.set(key, -value), range(workload.rounds)
    start = clock()
    for _ in rounds:
        m.diff(other)
    return clock() - start, empty_loop(rounds), workload.rounds


@timer("release")
def release(peer):
    """Drops a chain of versions, the newest first. The map that it starts from stays."""
    m, pairs = workload.map(peer), workload.chain
    if peer == "dict":
        pairs = workload.copies(pairs)
    versions = []
    for key, value in pairs:
        m = with_pair(m, peer, key, value)
        versions.append(m)
    del m
    count = len(versions)
    start = clock()
    versions.clear()
    return clock() - start, 0, count


@request
def standard_library():
    return standard_library_names()


@request
def load(keys, misses, limits):
    global workload
    workload = None  # frees the old maps before new ones are made
    workload = Workload(keys, misses, limits)
    # With the collector on, building a big map spends 60-80 % of its time in it.
    gc.collect()
    gc.freeze()
    gc.disable()


@request
def measure(peer, op, budget_ns):
    """The best pass and the best empty loop of as many passes as fit into the budget.

    None where the peer is missing or lacks the operation.
    """
    if EMPTY[peer] is None or op not in TIMERS:
        return None
    deadline = clock() + budget_ns
    passes = []
    while not passes or clock() < deadline:
        taken = TIMERS[op](peer)
        if taken is None:
            return None
        ns, loop_ns, operations = taken
        passes.append((ns / operations, loop_ns / operations))
    return [min(ns for ns, _ in passes), min(loop_ns for _, loop_ns in passes)]


@request
def bytes_per_entry(peer):
    """sys.getsizeof() of the map and of every node below it, with the collector's headers. For the
    package, the bytes that its store grows by.

    Keys and values are not counted: they belong to the caller.
    """
    if EMPTY[peer] is None:
        return None
    if peer == PACKAGE:
        return package_bytes() / workload.count
    pending, seen, total = [workload.map(peer)], set(), 0
    inner = {"hamt": "hamt", "immutables": "map_", "dict": None}[peer]
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        total += sys.getsizeof(part)
        if inner:
            pending += [x for x in gc.get_referents(part) if type(x).__name__.startswith(inner)]
    return total / workload.count


def package_bytes():
    import hedgerow

    def heap_bytes():
        hedgerow.compact()
        return hedgerow.stats()["heap_bytes"]

    before = heap_bytes()
    map_ = PACKAGE_MAP(workload.pairs)
    return heap_bytes() - before + sys.getsizeof(map_)


answer_requests()
