"""Times the maps of Python for `hedgerow bench`. Follows peers.py, stdlib_names.py, bench_keys.py
and bench_loops.py in one program.

A timing function runs one pass and returns (ns, loop_ns, operations): the time of the pass, the
time of the same loop with nothing in it, and the number of operations. Results are dropped inside
the timed part, as the Rust level drops its versions there.
"""
TIMERS = {}
workload = None
# The keys that the last `load` was given.
sent = None


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
    """The keys of one size, and a map of them for each peer."""

    def __init__(self, kind, keys, misses, limits):
        least, lookups, updates = limits["pass"], limits["lookups"], limits["updates"]
        self.kind, self.count, self.least = kind, len(keys), least
        self.pairs = [(key, 10**9 + i) for i, key in enumerate(keys)]
        order = visiting_order(self.count)
        self.hits = repeated([keys[i] for i in order], least, lookups)
        self.misses = repeated([misses[i] for i in order], least, lookups)
        self.mixed = [k for pair in zip(self.hits, self.misses) for k in pair][: len(self.hits)]
        # Values that the map does not hold: setting the same object again would update nothing.
        self.replacing = repeated([(keys[i], -(10**9) - i) for i in order], least, updates)
        self.new = repeated([(misses[i], 10**9 + i) for i in order], least, updates)
        self.rounds = -(-least // self.count)
        self.copied_entries = limits["copied_entries"]
        self.maps = {}

    def map(self, peer):
        if peer not in self.maps:
            self.maps[peer] = made(peer, self.pairs)
        return self.maps[peer]

    def fresh(self, keys):
        return fresh_keys(self.kind, keys)

    def updates(self, peer, pairs):
        """The updates of a pass, with fresh keys: few where each of them copies the map."""
        if peer in COPIED:
            pairs = pairs[: max(3, self.copied_entries // self.count)]
        return list(zip(self.fresh([k for k, _ in pairs]), [v for _, v in pairs]))


def made(peer, pairs):
    """A map of the pairs, made the fastest way it has."""
    if peer != "hamt":
        return EMPTY[peer](pairs)
    m = HAMT()
    for k, v in pairs:
        m = m.set(k, v)
    return m


def time_keys(statement, peer, keys):
    keys = workload.fresh(keys)
    taken = loop("k", statement)(workload.map(peer), keys, None)
    return taken, loop("k", "pass")(None, keys, None), len(keys)


@timer("get-hit")
def get_hit(peer):
    return time_keys("m[k]", peer, workload.hits)


@timer("get-miss")
def get_miss(peer):
    return time_keys("m.get(k)", peer, workload.misses)


@timer("contains")
def contains(peer):
    return time_keys("k in m", peer, workload.mixed)


def time_pairs(statement, peer, pairs):
    pairs = workload.updates(peer, pairs)
    taken = loop("k, v", statement)(workload.map(peer), pairs, EMPTY[peer])
    return taken, loop("k, v", "pass")(None, pairs, None), len(pairs)


@timer("set-replace")
def set_replace(peer):
    return time_pairs(SET[peer], peer, workload.replacing)


@timer("set-new")
def set_new(peer):
    return time_pairs(SET[peer], peer, workload.new)


@timer("delete")
def delete(peer):
    return time_pairs(DELETE[peer], peer, workload.replacing)


@timer("build")
def build_by_sets(peer):
    if peer in COPIED:
        return copy_for_each_size(peer)
    taken = 0
    statement = loop("k, v", "m = " + SET[peer])
    for _ in range(workload.rounds):
        taken += statement(EMPTY[peer](), workload.pairs, None)
    empty = loop("k, v", "pass")(None, workload.pairs, None) * workload.rounds
    return taken, empty, workload.count * workload.rounds


def copy_for_each_size(peer):
    """Setting a key in a copy of the map, timed at sizes spread evenly from empty to full."""
    every = max(1, workload.count * workload.count // (2 * workload.copied_entries))
    grown, taken, operations = {}, 0, 0
    statement = loop("k, v", SET[peer])
    for i, pair in enumerate(workload.pairs):
        if i % every == every // 2:
            taken += statement(EMPTY[peer](grown), [pair], None)
            operations += 1
        grown[pair[0]] = pair[1]
    # The start of a loop of one is more than a step of a long one.
    empty = sum(loop("k, v", "pass")(None, [pair], None) for pair in workload.pairs[:operations])
    return taken, empty, operations


@timer("bulk")
def bulk(peer):
    if peer == "hamt":
        return None
    rounds = range(workload.rounds)
    taken = loop("_", "make(m)")(workload.pairs, rounds, EMPTY[peer])
    return taken, loop("_", "pass")(None, rounds, None), workload.count * workload.rounds


@timer("iterate")
def iterate(peer):
    taken = loop("_", ITERATE)(workload.map(peer), range(workload.rounds), None)
    operations = workload.count * workload.rounds
    # The empty loop takes no pairs from anywhere: finding the next pair is what is timed.
    return taken, loop("_", "pass")(None, repeat(None, operations), None), operations


@timer("equal")
def equal(peer):
    """Two relatives one set apart, with equal values, so that no comparison ends early."""
    m, (key, value) = workload.map(peer), workload.pairs[workload.count // 2]
    value = int(str(value))  # equal, and another object
    other, rounds = with_pair(m, peer, key, value), range(workload.rounds)
    taken = loop("_", "m == make")(m, rounds, other)
    assert m == other
    return taken, loop("_", "pass")(None, rounds, None), workload.rounds


@timer("diff")
def diff(peer):
    """A list of what changed between two relatives one set apart."""
    if peer != PACKAGE:
        return None
    m, (key, value) = workload.map(peer), workload.pairs[workload.count // 2]
    rounds = range(workload.rounds)
    taken = loop("_", "m.diff(make)")(m, rounds, m.set(key, -value))
    return taken, loop("_", "pass")(None, rounds, None), workload.rounds


@timer("release")
def release(peer):
    """Drops a chain of versions, the newest first. The map that it starts from stays."""
    m, versions = workload.map(peer), []
    for key, value in workload.updates(peer, workload.replacing[: workload.least]):
        # Another value than `replacing` has: a key that is there twice is set each time.
        m = with_pair(m, peer, key, value - len(versions))
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
def load(keys, limits):
    global workload, sent
    workload = None  # frees the old maps before new ones are made
    sent = keys
    columns = [make_keys(keys["kind"], keys[part]) for part in ("present", "absent")]
    workload = Workload(keys["kind"], *columns, limits)
    # With the collector on, building a big map spends 60-80 % of its time in it.
    gc.collect()
    gc.freeze()
    gc.disable()


@request
def measure(implementation, op, budget_ns):
    """The best pass and the best empty loop of as many passes as fit into the budget.

    None where the implementation is missing or lacks the operation.
    """
    if EMPTY[implementation] is None or op not in TIMERS:
        return None
    return best_pass(lambda: TIMERS[op](implementation), budget_ns)


def best_pass(time_pass, budget_ns):
    deadline = clock() + budget_ns
    passes = []
    while not passes or clock() < deadline:
        taken = time_pass()
        if taken is None:
            return None
        ns, loop_ns, operations = taken
        passes.append((ns / operations, loop_ns / operations))
    return [min(ns for ns, _ in passes), min(loop_ns for _, loop_ns in passes)]
