"""Every public operation, and what it does when CPython has no memory at any point of it.

`python nomemory.py once|always [wrong | NAME...]` prints what was observed, as JSON; with `wrong`,
of the calls in misuse.py.
"""

import builtins
import collections
import copy
import functools
import gc
import json
import pickle
import sys

import _testcapi

import hedgerow
from hedgerow import Map, Set, _hedgerow

import misuse
from keys import Key


class Sub(Map):
    """Has attributes."""


class Slots(Map):
    __slots__ = ("slot",)


class SubSet(Set):
    """Has attributes."""


class Length:
    """Pairs that have to be iterated to become sequences."""

    def __iter__(self):
        return iter(("p", 1))


def _raises(call, *arguments):
    """The exception that a call is expected to raise, other than the injected one."""
    try:
        call(*arguments)
    except MemoryError:
        raise
    except Exception as error:
        return type(error)
    raise AssertionError("nothing was raised")


PLAIN = {number: str(number) for number in range(50)}
KEYED = {Key(number % 7, number): [number] for number in range(20)}
#: A builtin of CPython 3.15.
FROZEN = getattr(builtins, "frozendict", dict)
PATHS = Map({"user": collections.UserDict({Key(3, 3): {"x": 1}}), Key(3, 3): Map(x=1)})
TEXT = [f"key {number}" for number in range(5)]


def given():
    """What the operations work on, made anew for each run."""
    small, keyed = Map(PLAIN), Map(KEYED)
    sub = Sub(a=1)
    sub.attribute = [1]
    slots = Slots(b=2)
    slots.slot = 3
    a_set, keyed_set = Set(PLAIN), Set(KEYED)
    sub_set = SubSet("ab")
    sub_set.attribute = [1]
    return {
        "empty": Map(), "small": small, "other": small.set(7, "seven").delete(8).set("new", 1),
        "keyed": keyed, "keyed_other": keyed.set(Key(3, 3), "x").delete(Key(4, 4)),
        "sub": sub, "slots": slots, "mutation": small.mutate(), "finished": _finished(small),
        "keyed_mutation": keyed.mutate(), "dict": dict(PLAIN), "keyed_dict": dict(KEYED),
        "ordered": collections.OrderedDict(a=1, b=2), "user": collections.UserDict(PLAIN),
        "default": collections.defaultdict(None, PLAIN), "frozendict": FROZEN(PLAIN),
        "numbers": Map({2**60: 1, 1: 2}), "nested": Map(a=Map(b=Map(c=[1]))),
        "paths": PATHS, "path": ["user", Key(3, 3), "x"],
        "keys": small.keys(), "values": small.values(), "items": small.items(),
        "image": small.image(), "image_iterator": iter(small.image()),
        "delta": small.set(1, 2).delta(small),
        "of kinds": Map(
            {1 << 200: (1, "\u20ac", b"b"), "k": frozenset([1.5]), (1, 2): Map(a=None)}),
        "iterator": iter(small), "part": small.__reduce_ex__(2)[1][0],
        "part read": _hedgerow._entries(1, 2),
        "large keyed": Map({Key(number % 7, number): [number] for number in range(40)}),
        "set": a_set, "other_set": a_set.add("new").discard(8).add((1, 2)), "keyed_set": keyed_set,
        "keyed_other_set": keyed_set.add(Key(3, "new")).discard(Key(4, 4)), "sub_set": sub_set,
        "set_mutation": a_set.mutate(), "keyed_set_mutation": keyed_set.mutate(),
        "builtin": set(KEYED), "frozen": frozenset(range(20, 70)), "set_iterator": iter(a_set),
    }


def _finished(a_map):
    mutation = a_map.mutate()
    mutation.finish()
    return mutation


OPERATIONS = {
    "Map()": lambda g: Map(),
    "Map(map)": lambda g: Map(g["small"]),
    "Map(dict)": lambda g: Map(g["dict"]),
    "Map(dict of keys)": lambda g: Map(g["keyed_dict"]),
    "Map(pairs)": lambda g: Map([("a", 1), ["b", 2], Length()]),
    "Map(ordered)": lambda g: Map(g["ordered"]),
    "Map(user)": lambda g: Map(g["user"]),
    "Map(default)": lambda g: Map(g["default"]),
    "Map(frozendict)": lambda g: Map(g["frozendict"]),
    "Map(kw)": lambda g: Map(a=1, b=2),
    "Map(map, kw)": lambda g: Map(g["small"], a=1, b=2),
    "Map(dict, kw)": lambda g: Map(g["dict"], a=1),
    "Map(bad)": lambda g: _raises(Map, [(1, 2, 3)]),
    "Map(worse)": lambda g: _raises(Map, [1]),
    "Map(1, 2)": lambda g: _raises(Map, 1, 2),
    "Map(mutation)": lambda g: _raises(Map, g["mutation"]),
    "Sub(dict)": lambda g: Sub(g["dict"]),
    "Sub(map, kw)": lambda g: Sub(g["small"], a=1),
    "fromkeys": lambda g: Map.fromkeys(TEXT, 1),
    "fromkeys of Sub": lambda g: Sub.fromkeys(TEXT),
    "[]": lambda g: g["small"][7],
    "[] of a key": lambda g: g["keyed"][Key(3, 3)],
    "[] missing": lambda g: _raises(g["small"].__getitem__, "x"),
    "[] of other numbers": lambda g: (g["numbers"][2.0**60], g["numbers"][1 + 0j]),
    "set over another number": lambda g: g["numbers"].set(2.0**60, 1),
    "in": lambda g: 7 in g["small"],
    "in, of a key": lambda g: Key(3, 3) in g["keyed"],
    "get": lambda g: g["small"].get(7),
    "get of a key": lambda g: g["keyed"].get(Key(3, 3), 1),
    "get()": lambda g: _raises(g["small"].get),
    "len": lambda g: len(g["small"]),
    "set": lambda g: g["small"].set("new", [1]),
    "set over": lambda g: g["small"].set(7, [1]),
    "set the same": lambda g: g["small"].set(7, PLAIN[7]),
    "set of a key": lambda g: g["keyed"].set(Key(3, 3), 1),
    "set of Sub": lambda g: g["sub"].set("a", 2),
    "set()": lambda g: _raises(g["small"].set, 1),
    "delete": lambda g: g["small"].delete(7),
    "delete of a key": lambda g: g["keyed"].delete(Key(3, 3)),
    "delete missing": lambda g: _raises(g["small"].delete, "x"),
    "discard": lambda g: g["small"].discard(7),
    "discard of a key": lambda g: g["keyed"].discard(Key(3, 3)),
    "discard missing": lambda g: g["small"].discard("x"),
    "__replace__": lambda g: g["small"].__replace__(a=1, b=2),
    "get_in": lambda g: g["nested"].get_in(["a", "b", "c"]),
    "get_in, mappings": lambda g: g["paths"].get_in(g["path"], 1),
    "get_in missing": lambda g: g["nested"].get_in(("a", "x"), default=1),
    "set_in": lambda g: g["nested"].set_in(["a", "b", "c"], [1]),
    "set_in, new maps": lambda g: g["nested"].set_in(["a", "x", "y", "z"], [1]),
    "set_in, keys": lambda g: g["paths"].set_in(g["path"][1:], 1),
    "set_in, no map": lambda g: _raises(g["paths"].set_in, g["path"], 1),
    "set_in, no path": lambda g: _raises(g["nested"].set_in, (), 1),
    "set_in, a str": lambda g: _raises(g["nested"].set_in, "ab", 1),
    "update_in": lambda g: g["nested"].update_in(["a", "b", "c"], str),
    "update_in, new": lambda g: g["nested"].update_in(["x", "y"], str, default=1),
    "update_in, fails": lambda g: _raises(g["nested"].update_in, ["a"], int),
    "delete_in": lambda g: g["nested"].delete_in(["a", "b", "c"]),
    "delete_in missing": lambda g: _raises(g["nested"].delete_in, ["a", "x", "c"]),
    "update(dict)": lambda g: g["small"].update(g["ordered"]),
    "update(map)": lambda g: g["small"].update(g["keyed"]),
    "update(kw)": lambda g: g["small"].update(a=1, b=2),
    "update(1, 2)": lambda g: _raises(g["small"].update, 1, 2),
    "set_many": lambda g: g["small"].set_many([("a", 1), ("b", 2)]),
    "get_many": lambda g: g["small"].get_many([1, 2, "x"], 5),
    "delete_many": lambda g: g["small"].delete_many([1, 2, 3]),
    "delete_many missing": lambda g: _raises(g["small"].delete_many, [1, "x"]),
    "union": lambda g: g["small"].union(g["other"]),
    "union(dict)": lambda g: g["small"].union(g["ordered"]),
    "union(1)": lambda g: _raises(g["small"].union, 1),
    "|": lambda g: g["keyed"] | g["keyed_other"],
    "| 1": lambda g: _raises(g["small"].__or__, 1, 2),
    "reflected |": lambda g: g["ordered"] | g["small"],
    "intersection": lambda g: g["small"].intersection(g["other"]),
    "intersection(dict)": lambda g: g["small"].intersection(g["ordered"]),
    "difference": lambda g: g["other"].difference(g["small"]),
    "difference(user)": lambda g: g["small"].difference(g["user"]),
    "diff": lambda g: g["small"].diff(g["other"]),
    "diff of keys": lambda g: g["keyed"].diff(g["keyed_other"]),
    "diff(dict)": lambda g: g["small"].diff(g["keyed_dict"]),
    "merge": lambda g: g["small"].set("z", 1).merge(g["small"], g["other"]),
    "merge of keys": lambda g: g["keyed"].merge(g["keyed"], g["keyed_other"]),
    "merge, conflict": lambda g: _raises(g["small"].set(7, 1).merge, g["small"], g["other"]),
    "merge of dicts": lambda g: g["small"].merge(g["frozendict"], g["default"]),
    "merge, decided": lambda g: g["small"].set(7, 1).merge(
        g["small"], g["other"], _decide),
    "==": lambda g: g["small"] == g["other"],
    "== of equals": lambda g: g["small"] == Map(g["dict"]),
    "== of keys": lambda g: g["keyed"] == Map(g["keyed_dict"]),
    "== dict": lambda g: g["small"] == g["dict"],
    "== frozendict": lambda g: g["small"] == g["frozendict"],
    "== user": lambda g: g["small"] == g["user"],
    "!=": lambda g: g["keyed"] != g["keyed_other"],
    "==, nested": lambda g: g["nested"] == Map(a=Map(b=Map(c=[1]))),
    "hash": lambda g: hash(Map(g["small"].set("a", 1))),
    "hash of a child": lambda g: hash(_hashed(g["small"]).set("a", Key(1)).delete(7)),
    "hash of an update": lambda g: hash(_hashed(g["small"]).update({7: "a", 8: None})),
    "hash of unhashable": lambda g: _raises(hash, g["nested"]),
    "repr": lambda g: repr(g["small"]),
    "repr, nested": lambda g: repr(g["nested"]),
    "repr beside pprint": lambda g: _repr_beside_pprint(g["small"]),
    "repr of Sub": lambda g: repr(g["sub"]),
    "repr of a mutation": lambda g: repr(g["mutation"]),
    "repr of keys": lambda g: repr(g["small"].keys()),
    "repr of items": lambda g: repr(g["keyed"].items()),
    "__dump__": lambda g: g["small"].__dump__(),
    "image": lambda g: g["of kinds"].image().map(),
    "reduce of an image": lambda g: (
        g["image"].__reduce_ex__(2), g["image"].__reduce_ex__(5), g["delta"].__reduce__()),
    "image of lists": lambda g: list(g["keyed_dict"] and Map(a=[1]).image(pickle=True).items()),
    "image[]": lambda g: (g["image"][7], g["image"].get(99), 7 in g["image"], 7.0 in g["image"]),
    "image's views": lambda g: (
        list(g["image"]), list(g["image"].values()), dict(g["image"].items())),
    "image == map": lambda g: (g["image"] == g["small"], g["image"] == g["other"].image()),
    "hash and repr of an image": lambda g: (hash(g["image"]), repr(g["image"]), repr(g["delta"])),
    "diff of images": lambda g: g["image"].diff(g["other"]),
    "delta": lambda g: bytes(g["other"].delta(g["small"], g["image"])),
    "apply": lambda g: g["image"].apply(g["delta"]).map(),
    "bytes of an image": lambda g: (
        bytes(g["image"].apply(g["delta"])), g["image"].fingerprint, g["image"].nbytes),
    "stats of a map": lambda g: g["small"].stats(),
    "stats": lambda g: hedgerow.stats(),
    "compact": lambda g: hedgerow.compact(),
    "sizeof": lambda g: sys.getsizeof(g["small"]),
    "iter": lambda g: list(g["small"]),
    "iter of values": lambda g: list(g["keyed"].values()),
    "iter of items": lambda g: list(g["small"].items()),
    "next": lambda g: next(iter(g["small"].items())),
    "length hint": lambda g: iter(g["small"]).__length_hint__(),
    "reversed": lambda g: list(reversed(g["small"])),
    "reversed items": lambda g: list(reversed(g["small"].items())),
    "in keys": lambda g: 7 in g["small"].keys(),
    "in values": lambda g: "7" in g["small"].values(),
    "in items": lambda g: (7, "7") in g["small"].items(),
    "keys &": lambda g: g["small"].keys() & [1, 2, 99],
    "keys |": lambda g: g["small"].keys() | [1, 2, 99],
    "reflected |, keys": lambda g: {1, 2} | g["small"].keys(),
    "items -": lambda g: g["small"].items() - g["other"].items(),
    "reflected -, items": lambda g: {(1, "1"), 2} - g["small"].items(),
    "keys ^": lambda g: g["small"].keys() ^ g["other"].keys(),
    "keys ==": lambda g: g["small"].keys() == g["other"].keys(),
    "keys == set": lambda g: g["small"].keys() == set(g["dict"]),
    "items <=": lambda g: g["small"].items() <= g["other"].items(),
    "keys > keys": lambda g: g["small"].keys() > {1, 2},
    "isdisjoint": lambda g: g["small"].keys().isdisjoint(["a", "b"]),
    "mapping": lambda g: g["small"].keys().mapping,
    "keys[]": lambda g: type(g["small"].keys())[int],
    "Map[]": lambda g: Map[str, int],
    "copy": lambda g: copy.copy(g["sub"]),
    "copy of slots": lambda g: copy.copy(g["slots"]),
    "deepcopy": lambda g: copy.deepcopy(g["nested"]),
    "deepcopy of Sub": lambda g: copy.deepcopy(g["sub"]),
    "reduce": lambda g: g["small"].__reduce__(),
    "reduce_ex": lambda g: g["small"].__reduce_ex__(2),
    "reduce_ex, alone": lambda g: Map(g["dict"]).__reduce_ex__(2),
    "reduce_ex of Sub": lambda g: g["sub"].__reduce_ex__(2),
    "map of entries": lambda g: _hedgerow._map(1, "a", "b", 2.5, Key(1), []),
    "reduce of a part": lambda g: g["part"].__reduce_ex__(2),
    "reduce of a part that was read": lambda g: g["part read"].__reduce_ex__(2),
    "maps of parts": lambda g: _of_parts(g["small"], g["other"]),
    "maps of parts of keys": lambda g: _of_parts(g["large keyed"], g["large keyed"].set(1, 2)),
    "parts": lambda g: _hedgerow._parts(_hedgerow._entries(1, 2), _hedgerow._entries(3, 4)),
    "reduce of Sub": lambda g: g["sub"].__reduce__(),
    "pickle": lambda g: pickle.loads(pickle.dumps(g["sub"])),
    "pickle of a view": lambda g: _raises(g["small"].keys().__reduce__),
    "pickle of a mutation": lambda g: _raises(g["mutation"].__reduce__),
    "pickle of an iterator": lambda g: _raises(iter(g["small"]).__reduce__),
    "mutate": lambda g: g["small"].mutate(),
    "mutate of Sub": lambda g: g["sub"].mutate(),
    "finish": lambda g: g["mutation"].finish(),
    "finish of Sub": lambda g: g["sub"].mutate().finish(),
    "with mutate": lambda g: _with(g["small"]),
    "mutation[]": lambda g: g["mutation"][7],
    "mutation[] missing": lambda g: _raises(g["mutation"].__getitem__, "x"),
    "mutation[]=": lambda g: g["mutation"].__setitem__("new", [1]),
    "mutation.set": lambda g: g["keyed_mutation"].set(Key(3, 3), 1),
    "mutation.get": lambda g: g["mutation"].get("x", 1),
    "mutation.update": lambda g: g["mutation"].update(g["ordered"], c=3),
    "mutation.update(map)": lambda g: g["mutation"].update(g["keyed"]),
    "mutation.pop": lambda g: g["keyed_mutation"].pop(Key(3, 3)),
    "mutation.pop missing": lambda g: _raises(g["mutation"].pop, "x"),
    "mutation.discard": lambda g: g["keyed_mutation"].discard(Key(3, 3)),
    "mutation.discard missing": lambda g: g["mutation"].discard("x"),
    "mutation.pop()": lambda g: _raises(g["mutation"].pop),
    "mutation del": lambda g: g["mutation"].__delitem__(7),
    "mutation in": lambda g: 7 in g["mutation"],
    "len of a mutation": lambda g: len(g["mutation"]),
    "mutation ==": lambda g: g["mutation"] == g["small"].mutate(),
    "finished": lambda g: _raises(g["finished"].set, "a", 1),
    "drop": lambda g: g.clear(),
    "match": lambda g: _match(g["small"]),
    "**": lambda g: dict(**Map(a=1)),
    "dict": lambda g: dict(g["small"]),
    "Set()": lambda g: Set(),
    "Set(set)": lambda g: Set(g["set"]),
    "Set(builtin)": lambda g: Set(g["builtin"]),
    "Set(list)": lambda g: Set(TEXT),
    "Set(dict)": lambda g: Set(g["keyed_dict"]),
    "Set(map)": lambda g: Set(g["keyed"]),
    "Set(bad)": lambda g: _raises(Set, [[]]),
    "SubSet(set)": lambda g: SubSet(g["set"]),
    "in a set": lambda g: (7 in g["set"], Key(3, 3) in g["keyed_set"]),
    "a set in a set": lambda g: {1} in g["set"],
    "add": lambda g: g["set"].add("new"),
    "add of a key": lambda g: g["keyed_set"].add(Key(3, "new")),
    "add of SubSet": lambda g: g["sub_set"].add("c"),
    "discard of a set's": lambda g: (g["set"].discard(7), g["keyed_set"].discard(Key(3, 3))),
    "discard a set": lambda g: g["keyed_set"].discard({1}),
    "remove": lambda g: g["keyed_set"].remove(Key(3, 3)),
    "remove missing": lambda g: _raises(g["set"].remove, "x"),
    "set | set": lambda g: g["set"] | g["other_set"],
    "set | builtin": lambda g: g["set"] | g["builtin"],
    "builtin | set": lambda g: g["builtin"] | g["set"],
    "set & set": lambda g: g["keyed_set"] & g["keyed_other_set"],
    "set & builtin": lambda g: g["keyed_set"] & g["builtin"],
    "frozen & set": lambda g: g["frozen"] & g["set"],
    "set - set": lambda g: g["keyed_set"] - g["keyed_other_set"],
    "set - frozen": lambda g: g["set"] - g["frozen"],
    "builtin - set": lambda g: g["builtin"] - g["keyed_set"],
    "set ^ set": lambda g: g["keyed_set"] ^ g["keyed_other_set"],
    "frozen ^ set": lambda g: g["frozen"] ^ g["set"],
    "union of many": lambda g: g["set"].union(g["builtin"], TEXT, g["other_set"]),
    "update of a set": lambda g: g["sub_set"].update(TEXT),
    "set.intersection": lambda g: g["set"].intersection(range(5), g["other_set"]),
    "set.difference": lambda g: g["set"].difference(range(5), g["other_set"]),
    "symmetric_difference": lambda g: g["set"].symmetric_difference(TEXT),
    "set.diff": lambda g: g["keyed_set"].diff(g["keyed_other_set"]),
    "set.diff(list)": lambda g: g["set"].diff(TEXT),
    "set == set": lambda g: g["keyed_set"] == Set(g["builtin"]),
    "set == builtin": lambda g: g["keyed_set"] == g["builtin"],
    "frozen == set": lambda g: g["frozen"] == g["set"],
    "set == keys": lambda g: g["set"] == g["keys"],
    "set < set": lambda g: g["keyed_set"] < g["keyed_other_set"],
    "set <= builtin": lambda g: g["keyed_set"] <= g["builtin"],
    "set > frozen": lambda g: g["set"] > g["frozen"],
    "issubset": lambda g: g["set"].issubset(TEXT + [*range(60)]),
    "issuperset": lambda g: g["set"].issuperset(range(20)),
    "isdisjoint of a set": lambda g: g["keyed_set"].isdisjoint(TEXT),
    "isdisjoint(builtin)": lambda g: g["keyed_set"].isdisjoint(g["builtin"]),
    "isdisjoint(SubSet)": lambda g: g["set"].isdisjoint(g["sub_set"]),
    "hash of a set": lambda g: hash(g["keyed_set"]),
    "hash of a child of a set": lambda g: hash(_hashed(g["set"]).add(Key(1)).discard(8)),
    "repr of a set": lambda g: repr(g["keyed_set"]),
    "repr of SubSet": lambda g: repr(g["sub_set"]),
    "iter of a set": lambda g: list(g["set"]),
    "iter of a set's mutation": lambda g: _raises(iter, g["set_mutation"]),
    "set ^ builtin": lambda g: g["keyed_set"] ^ g["builtin"],
    "builtin | SubSet": lambda g: g["builtin"] | g["sub_set"],
    "set.union(set)": lambda g: g["keyed_set"].union(g["keyed_other_set"]),
    "fold of SubSet": lambda g: g["sub_set"].difference("a", g["set"]),
    "set >= keys": lambda g: g["set"] >= g["keys"],
    "set_mutation.finish": lambda g: g["set_mutation"].finish(),
    "in a set's mutation": lambda g: Key(3, 3) in g["keyed_set_mutation"],
    "reduce of a set's iterator": lambda g: g["set_iterator"].__reduce__(),
    "Set[]": lambda g: Set[int],
    "copy of SubSet": lambda g: copy.copy(g["sub_set"]),
    "reduce of a set": lambda g: (g["set"].__reduce__(), g["sub_set"].__reduce__()),
    "stats of a set": lambda g: (g["set"].stats(), g["set"].__sizeof__()),
    "mutate of a set": lambda g: (g["set"].mutate(), g["sub_set"].mutate().finish()),
    "set_mutation.add": lambda g: g["keyed_set_mutation"].add(Key(3, "new")),
    "set_mutation.discard": lambda g: g["keyed_set_mutation"].discard(Key(3, 3)),
    "set_mutation.remove": lambda g: g["set_mutation"].remove(7),
    "set_mutation.remove missing": lambda g: _raises(g["set_mutation"].remove, "x"),
    "set_mutation.update": lambda g: g["set_mutation"].update(TEXT, g["keyed_set"]),
    "set_mutation ==": lambda g: g["set_mutation"] == g["set"].mutate(),
    "repr of a set's mutation": lambda g: repr(g["set_mutation"]),
}


#: Operations that run much Python code. Without memory, CPython itself crashes, hangs or leaks
#: there (3.11.7 in an `except`, 3.13.0 where it makes a function).
IN_PYTHON = {"deepcopy", "deepcopy of Sub", "pickle", "== user", "Map(user)", "difference(user)"}
#: `Py_ReprLeave` may fail to shrink its list. The object then stays in it, as a list would.
REPRS = {name for name in OPERATIONS if "repr" in name}
#: Wrong calls that run Python code: see `IN_PYTHON`.
DEEP_COPIES = {f"{name}.__deepcopy__({arg})" for name in ("Map", "Set") for arg in ("1", "small")}


def _decide(key, base, ours, theirs):
    # Not a lambda where it is used: CPython 3.13.0 crashes where it cannot make a function.
    return hedgerow.ABSENT


def _hashed(a_map):
    hash(a_map)
    return a_map


def _of_parts(*maps):
    reduced = [a_map.__reduce_ex__(2) for a_map in maps]
    return [make(part) for make, (part,) in reduced]


def _with(a_map):
    with a_map.mutate() as mutation:
        mutation["a"] = 1
    return mutation


def _repr_beside_pprint(a_map):
    sys.modules["pprint"] = sys  # In which nothing can be registered: each repr tries.
    try:
        return repr(a_map)
    finally:
        del sys.modules["pprint"]


def _match(a_map):
    match a_map:
        case {8: None}:
            pass
        case Map({7: value, **rest} as whole):
            return value, rest, whole


class Wrong:
    """A wrong call as an operation, which succeeds with a TypeError."""

    def __init__(self, call):
        self._call = call

    def prepare(self, things):
        # The arguments are made before: parts of CPython fail to make them without memory.
        return functools.partial(*self._call(things))

    def __call__(self, call):
        # Compared, not asserted: an assertion makes a message, for which there may be no memory.
        if _raises(call) is not TypeError:
            raise SystemError


def prepared(operation):
    """What an operation is called with."""
    things = given()
    return operation.prepare(things) if isinstance(operation, Wrong) else things


def outcome(operation, start, stop):
    """What an operation does without memory from the `start`-th allocation up to `stop`."""
    things = prepared(operation)
    result = error = None
    gc.collect()  # Empties CPython's free lists, which would serve what the allocator refuses.
    _testcapi.set_nomemory(start, stop)
    try:
        result = operation(things)
    except BaseException as caught:
        error = type(caught)
    finally:
        _testcapi.remove_mem_hooks()
    # Whatever happened, the next try works and nothing is broken.
    _hedgerow._check()
    del result
    return error


def run(name, always):
    """An operation, failing at each of its allocations: how often it ended in which way."""
    operation = OPERATIONS[name]
    seen = collections.Counter()
    operation(prepared(operation))  # Imports and caches what it needs.
    gc.collect()
    before = hedgerow.stats()
    start = well = 0
    while well < 3 and start < 2000:
        error = outcome(operation, start, 0 if always else start + 1)
        seen[error.__name__ if error else "no error"] += 1
        # CPython or this package may survive a failure: the end is where nothing fails any more.
        well = well + 1 if error is None else 0
        start += 1
    gc.collect()
    after = hedgerow.stats()
    for what in ("live_versions", "live_entries"):
        if after[what] != before[what] and name not in REPRS | DEEP_COPIES:
            seen[f"{what} leaked"] = after[what] - before[what]
    operation(prepared(operation))
    return dict(seen)


def main(how, *names):
    gc.disable()
    if names == ("wrong",):
        wrong = {name: Wrong(call) for name, call in misuse.wrong_calls(given).items()}
        OPERATIONS.update(wrong)
        names = list(wrong)
    gc.freeze()
    for name in names or [name for name in OPERATIONS if name not in IN_PYTHON]:
        print(json.dumps([name, run(name, how == "always")]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
