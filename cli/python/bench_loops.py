"""The one loop that `hedgerow bench` times in Python, and what each map's update is in it. Follows
peers.py in one program.

Maps call their updates by other names, so the loop is compiled from a text in which only one
statement differs. In it `m` is the map, `k` and `v` are the key and the value of this step, and
`make` is a second operand, such as the constructor. The names are local variables.
"""
from functools import lru_cache
from itertools import repeat
from time import perf_counter_ns as clock

PACKAGE = "hedgerow.Map"
EMPTY = {
    PACKAGE: PACKAGE_MAP,
    "hamt": HAMT,
    "immutables": IMMUTABLES_MAP,
    "rpds": RPDS_MAP,
    "dict": dict,
    "frozendict": FROZENDICT,
}

LOOP = """
def loop(m, items, make):
    start = clock()
    for {target} in items:
        {statement}
    return clock() - start
"""

# What a new version is. A dict is copied and the copy changed.
SET = {
    PACKAGE: "m.set(k, v)",
    "hamt": "m.set(k, v)",
    "immutables": "m.set(k, v)",
    "rpds": "m.insert(k, v)",
    "dict": "c = m.copy(); c[k] = v; del c",
    "frozendict": "m | {k: v}",
}
DELETE = {
    PACKAGE: "m.delete(k)",
    "hamt": "m.delete(k)",
    "immutables": "m.delete(k)",
    "rpds": "m.remove(k)",
    "dict": "c = m.copy(); del c[k]; del c",
    "frozendict": "c = dict(m); del c[k]; make(c); del c",
}
ITERATE = "for k, v in m.items(): pass"

# Each update of these copies the whole map.
COPIED = {"dict", "frozendict"}


@lru_cache(maxsize=None)
def loop(target, statement):
    """The loop over such items with this statement in it; it returns nanoseconds."""
    names = {"clock": clock}
    exec(LOOP.format(target=target, statement=statement), names)
    return names["loop"]


def with_pair(m, peer, key, value):
    """A version with this pair, made as the timed loop makes it."""
    if peer == "dict":
        m = m.copy()
        m[key] = value
        return m
    return eval(SET[peer], {"m": m, "k": key, "v": value})
