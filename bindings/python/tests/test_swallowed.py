"""What user code raises during an operation comes out of it.

The class of bug: an exception is taken for "no such thing", and the operation goes on as if nothing
had happened.
"""

import collections
import gc

import pytest

import hedgerow
from hedgerow import Map

from keys import Key


class Raised(BaseException):
    """Not an Exception, as KeyboardInterrupt and SystemExit are not."""


class Interrupts:
    """Raises in one given method, and is a pair, a key, a value and a mapping."""

    def __init__(self, where, what=Raised):
        self.where, self.what = where, what
        self.pairs = {"a": 1}

    def at(self, where):
        if where == self.where:
            raise self.what

    def __iter__(self):
        self.at("iter")
        return Steps(self)

    def __len__(self):
        self.at("len")
        return 2

    def __hash__(self):
        self.at("hash")
        return 5

    def __eq__(self, other):
        self.at("eq")
        return True

    def __repr__(self):
        self.at("repr")
        return "Interrupts"


class Steps:
    def __init__(self, of):
        self.of, self.left = of, ["a", 1]

    def __iter__(self):
        return self

    def __length_hint__(self):
        self.of.at("length_hint")
        return 2

    def __next__(self):
        self.of.at("next")
        if not self.left:
            raise StopIteration
        return self.left.pop(0)


class Mapping(collections.abc.Mapping):
    def __init__(self, where, what):
        self.inner = Interrupts(where, what)
        self.pairs = {"a": 1}

    def __getitem__(self, key):
        self.inner.at("getitem")
        return self.pairs[key]

    def __contains__(self, key):
        self.inner.at("contains")
        return key in self.pairs

    def __len__(self):
        self.inner.at("len")
        return len(self.pairs)

    def __iter__(self):
        self.inner.at("iter")
        return iter(self.pairs)

    @property
    def __class__(self):
        self.inner.at("class")
        return Mapping

    def __getattribute__(self, name):
        if name in ("items", "keys"):
            object.__getattribute__(self, "inner").at(name)
        return super().__getattribute__(name)

    def __eq__(self, other):
        self.inner.at("eq")
        return NotImplemented

    __ne__ = __eq__
    __hash__ = None


PAIRS = {
    "Map([pair])": lambda pair: Map([pair]),
    "update([pair])": lambda pair: Map(a=2).update([pair]),
    "set_many([pair])": lambda pair: Map(a=2).set_many([pair]),
    "mutation.update([pair])": lambda pair: Map(a=2).mutate().update([pair]),
    "Map(pair of pairs)": lambda pair: Map(iter([pair])),
}
ERRORS = [Raised, KeyboardInterrupt, SystemExit, ZeroDivisionError, MemoryError, GeneratorExit]


@pytest.mark.parametrize("what", ERRORS)
@pytest.mark.parametrize("where", ["iter", "length_hint", "next"])
@pytest.mark.parametrize("call", PAIRS)
def test_an_element_that_raises_where_it_is_taken_apart(call, where, what):
    with pytest.raises(what):
        dict([Interrupts(where, what)])
    with pytest.raises(what):
        PAIRS[call](Interrupts(where, what))
    assert not hasattr(PAIRS[call](Interrupts("nowhere")), "gone")


def test_a_length_hint_that_is_not_a_number_or_not_there():
    class Odd(Steps):
        def __length_hint__(self):
            return self.of.hint

    for hint, error in ((NotImplemented, None), (-1, ValueError), ("x", TypeError), (3, None)):
        pair = Interrupts("nowhere")
        pair.hint = hint
        made = []
        for build in (dict, Map):
            try:
                made.append(build([Wrapped(Odd(pair))]))
            except Exception as caught:
                made.append(type(caught))
        assert made[0] == made[1] == (error or {"a": 1})


class Wrapped:
    def __init__(self, steps):
        self.steps = steps

    def __iter__(self):
        return self.steps


MAPPINGS = {
    "Map(m)": lambda m: Map(m), "update": lambda m: Map(b=1).update(m), "|": lambda m: Map(b=1) | m,
    "reflected |": lambda m: m | Map(b=1), "union": lambda m: Map(b=1).union(m),
    "intersection": lambda m: Map(a=1).intersection(m),
    "difference": lambda m: Map(a=1).difference(m), "diff": lambda m: Map(a=1).diff(m),
    "==": lambda m: Map(a=1) == m, "reflected ==": lambda m: m == Map(a=1),
    "!=": lambda m: Map(a=1) != m, "mutation.update": lambda m: Map(b=1).mutate().update(m),
}
COMPARISONS = {"==", "!=", "reflected =="}
PLACES = {
    "items": MAPPINGS.keys() - COMPARISONS, "iter": MAPPINGS.keys() - COMPARISONS,
    "getitem": MAPPINGS.keys(), "len": COMPARISONS, "contains": COMPARISONS, "eq": COMPARISONS,
    "class": {"|", "union", "intersection", "difference", "diff", "==", "!="},
}


@pytest.mark.parametrize("what", ERRORS)
@pytest.mark.parametrize("where", PLACES)
def test_a_mapping_that_raises(where, what):
    for call in sorted(PLACES[where]):
        before = hedgerow.stats()
        with pytest.raises(what):
            MAPPINGS[call](Mapping(where, what))
        gc.collect()
        assert hedgerow.stats()["live_versions"] == before["live_versions"], call
        assert MAPPINGS[call](Mapping("nowhere", what)) is not NotImplemented


KEYS = {
    "set": lambda m, k: m.set(k, 1), "delete": lambda m, k: m.delete(k),
    "get": lambda m, k: m.get(k),
    "[]": lambda m, k: m[k], "in": lambda m, k: k in m, "in keys": lambda m, k: k in m.keys(),
    "in items": lambda m, k: (k, 1) in m.items(), "get_many": lambda m, k: m.get_many([k]),
    "set_many": lambda m, k: m.set_many({k: 1}.items()),
    "delete_many": lambda m, k: m.delete_many([k]), "fromkeys": lambda m, k: Map.fromkeys([k, *m]),
    "Map(pairs)": lambda m, k: Map([*m.items(), (k, 1)]), "|": lambda m, k: m | {k: 1},
    "pop": lambda m, k: m.mutate().pop(k), "mutation.set": lambda m, k: m.mutate().set(k, 1),
    "mutation.get": lambda m, k: m.mutate().get(k), "mutation in": lambda m, k: k in m.mutate(),
    "del mutation[]": lambda m, k: m.mutate().__delitem__(k),
    "intersection": lambda m, k: m.intersection({k: 1}),
    "keys &": lambda m, k: m.keys() & [k], "isdisjoint": lambda m, k: m.keys().isdisjoint([k]),
}


@pytest.mark.parametrize("what", ERRORS)
@pytest.mark.parametrize("where", ["hash", "eq"])
@pytest.mark.parametrize("call", KEYS)
def test_a_key_that_raises(call, where, what):
    a_map = Map({Key(5, at): at for at in range(3)})
    key = Interrupts("nowhere", what)
    if where == "hash" and call in ("|", "intersection", "set_many"):
        return  # These are given a dict, which hashes the key before.
    key.where = where
    with pytest.raises(what):
        KEYS[call](a_map, key)
    key.where = "nowhere"
    KEYS[call](a_map, key)


@pytest.mark.parametrize("what", ERRORS)
def test_a_value_that_raises(what):
    value, other = Interrupts("eq", what), Interrupts("eq", what)
    one, two = Map(a=value), Map(a=other)
    for call in (
        lambda: one == two, lambda: one != two, lambda: one.diff(two),
        lambda: two.merge(Map(a=1), one), lambda: one.values() == 1 or other in one.values(),
        lambda: ("a", other) in one.items(), lambda: one == {"a": other},
        lambda: one.mutate() == two.mutate(),
    ):
        with pytest.raises(what):
            call()
    for call in (repr, lambda m: repr(m.values()), lambda m: repr(m.mutate()), Map.__dump__):
        value.where = "repr"
        with pytest.raises(what):
            call(one)
    value.where = "hash"
    with pytest.raises(what):
        hash(one)
