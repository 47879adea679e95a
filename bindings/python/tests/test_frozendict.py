"""A frozendict and a Map side by side: the builtin of CPython 3.15, and the package.

The class of bug: a frozendict is taken for something else than a dict. Then it is read as pairs, is
refused, takes the slow way, or is equal to a map and has another hash.
"""

import builtins
import collections
import copy
import itertools
import operator
import pickle
import random

import pytest

from hedgerow import Map, MapMutation

from collector import Node

try:
    from frozendict import frozendict as packaged
except ImportError:  # `requirements.txt` has it.
    packaged = None


class Sub(dict):
    pass


class OwnItems(dict):
    """Has other items than `dict` reads."""

    def items(self):
        return [("own", 1)]


class OwnIteration(dict):
    """What `dict.items` returns does not ask this class."""

    def __iter__(self):
        return iter(["own"])

    def keys(self):
        return ["own"]

    def __getitem__(self, key):
        return "own"


KINDS = {}
if packaged is not None:
    class PackagedSub(packaged):
        pass

    KINDS.update({"package": packaged, "subclass of package": PackagedSub})
if hasattr(builtins, "frozendict"):
    class BuiltinSub(frozendict):  # noqa: F821
        pass

    KINDS.update({"builtin": frozendict, "subclass of builtin": BuiltinSub})  # noqa: F821

every_kind = pytest.mark.parametrize("frozen", KINDS.values(), ids=KINDS)

CONTENTS = [
    {},
    {"a": 1},
    {"a": 1, "b": 2.5, 3: None, (4, 5): b"6", True: "x"},
    {number: str(number) for number in range(2000)},
    {Node(): 1, frozenset([1]): (2, 3)},
    {1.0: "equal", 2**70: "to ints", -1: "folds", -2: "alike"},
]


@every_kind
def test_equal_both_ways_with_one_hash(frozen):
    for contents in CONTENTS:
        ours, theirs = Map(contents), frozen(contents)
        assert ours == theirs and theirs == ours and not ours != theirs and not theirs != ours
        assert hash(ours) == hash(theirs)
        assert len({ours, theirs}) == 1 and {theirs: "found"}[ours] == {ours: "found"}[theirs]
        assert Map({ours: 1})[theirs] == Map({theirs: 1})[ours] == 1
        other = ours.set("another", 1)
        assert other != theirs and theirs != other and other.delete("another") == theirs


@every_kind
def test_a_map_is_built_of_it(frozen):
    for contents in CONTENTS:
        theirs = frozen(contents)
        built = Map(theirs)
        assert type(built) is Map and dict(built) == contents
        assert list(built) == list(Map(contents))
        assert built == Map(list(contents.items())) == Map(contents) == Map(**{}).update(theirs)
        assert Map(theirs, more=1) == Map(contents).set("more", 1)
        assert frozen(built) == theirs == frozen(dict(built))
        assert all(built[key] is value for key, value in contents.items())


@every_kind
def test_operands_and_arguments(frozen):
    base = Map(a=1, b=2)
    theirs = frozen(b=3, c=4)
    union = {"a": 1, "b": 3, "c": 4}
    assert type(base | theirs) is Map and base | theirs == base.union(theirs) == union
    assert base.update(theirs) == base.set_many(theirs) == union
    assert base.intersection(theirs) == {"b": 2} and base.difference(theirs) == {"a": 1}
    assert sorted(base.diff(theirs)) == [
        ("added", "c", 4), ("changed", "b", 2, 3), ("removed", "a", 1)]
    assert base.diff(frozen(base)) == []
    mutation = base.mutate()
    mutation.update(theirs)
    assert isinstance(mutation, MapMutation) and mutation.finish() == union
    held = base | frozen(base)
    assert held is base and base.update(frozen()) is base


@every_kind
def test_on_the_left_of_an_operator(frozen):
    theirs, base = frozen(a=1, b=2), Map(b=3, c=4)
    union = theirs | base
    assert union == {"a": 1, "b": 3, "c": 4}
    assert type(union) is Map
    with pytest.raises(TypeError):
        theirs < base


@every_kind
def test_merge_takes_it(frozen):
    base = Map(a=1, b=2, c=3)
    ours, theirs = base.set("a", 10), base.set("b", 20).delete("c")
    merged = {"a": 10, "b": 20}
    assert ours.merge(base, theirs) == merged
    assert ours.merge(frozen(base), frozen(theirs)) == merged
    assert ours.merge(base, frozen(theirs)) == ours.merge(frozen(base), theirs) == merged


@every_kind
def test_as_key_and_value(frozen):
    key = frozen({"a": (1, 2)})
    a_map = Map({key: frozen(x=1)})
    assert a_map[frozen({"a": (1, 2)})] == {"x": 1} and a_map[Map({"a": (1, 2)})] == {"x": 1}
    assert a_map.set(key, 2).delete(frozen(key)) == {}
    assert hash(a_map) == hash(frozen(a_map)) == hash(frozenset(a_map.items()))
    with pytest.raises(TypeError, match="unhashable"):
        Map({}).set(frozen(a=[]), 1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Map(a=frozen(a=[])))


@every_kind
def test_values_that_have_no_hash(frozen):
    ours, theirs = Map(a=[1]), frozen(a=[1])
    assert ours == theirs and theirs == ours and ours != frozen(a=[2]) and frozen(a=[2]) != ours


@every_kind
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(frozen, protocol):
    key = frozen(a=1)
    a_map = Map({key: frozen(b=Map(c=frozen()))})
    again = pickle.loads(pickle.dumps(a_map, protocol))
    assert again == a_map and hash(again) == hash(a_map)
    assert type(next(iter(again))) is frozen and type(again[key]) is frozen
    assert copy.deepcopy(a_map) == copy.copy(a_map) == a_map


@every_kind
def test_random_contents(frozen):
    rng = random.Random(15)
    keys = [0, 1, True, 1.0, "a", "b", (1,), (True,), frozenset(), None, -1, -2, 2**61 - 2]
    values = [0, 0.0, -0.0, 1, True, "1", None, (1,), float("nan")]
    for _ in range(300):
        first, second = (
            {rng.choice(keys): rng.choice(values) for _ in range(rng.randrange(5))}
            for _ in range(2))
        second = rng.choice([first, second])
        ours, theirs = Map(first), frozen(second)
        for compare, (a, b) in itertools.product(
                [operator.eq, operator.ne], [(ours, theirs), (theirs, ours)]):
            plain = compare(first, second)
            assert compare(a, b) is plain, (first, second)
        if ours == theirs:
            assert hash(ours) == hash(theirs)
        assert ours | theirs == {**first, **second}
        assert dict(ours | theirs) == dict(Map(first).update(second))


def test_what_a_subclass_says_of_its_items_counts():
    assert Map(OwnItems(a=1)) == Map().update(OwnItems(a=1)) == {"own": 1}
    assert Map(OwnIteration(a=1)) == Map().update(OwnIteration(a=1)) == {"a": 1}
    shadowed = Sub(a=1)
    vars(shadowed)["items"] = lambda: [("own", 1)]
    assert Map(shadowed) == Map().update(shadowed) == {"own": 1}
    # The method of another dict.
    vars(shadowed)["items"] = {"other": 1}.items
    assert Map(shadowed) == Map().update(shadowed) == {"other": 1}
    ordered = collections.OrderedDict([(2, "b"), (1, "a")])
    ordered.move_to_end(2)
    assert list(Map(ordered).items()) == list(Map({1: "a", 2: "b"}).items())


def test_an_error_of_the_attribute_items_comes_out():
    class Raises(dict):
        @property
        def items(self):
            raise KeyboardInterrupt

    for use in (Map, Map().update, Map().union, Map().diff):
        with pytest.raises(KeyboardInterrupt):
            use(Raises(a=1))


@every_kind
def test_a_key_that_writes_meanwhile(frozen):
    """Keys of one hash are compared while the new map is built."""
    class Key:
        def __init__(self, number):
            self.number = number

        def __hash__(self):
            return 1

        def __eq__(self, other):
            made.append(Map(source))
            return self.number == other.number

    made = []
    source = {}
    theirs = frozen([(Key(number), number) for number in range(5)])
    made.clear()
    source["a"] = 1
    built = Map(theirs)
    assert sorted(built.values()) == list(range(5)) and made and made[0] == {"a": 1}
