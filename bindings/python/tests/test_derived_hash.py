"""The hash of a map or set that is derived from one whose hash is known: right, and in O(changes).

What could go wrong: a hash that is not that of the frozenset of items; a hash that is computed
when nobody asks; a value that is kept alive for the sake of a hash; an error of an entry that the
map does not have.
"""

import gc
import random
import weakref

import pytest

import hedgerow
from hedgerow import Map, Set

from keys import Counting, Key


class Value:
    """Is hashed by Python code."""

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return isinstance(other, Value) and self.number == other.number

    def __hash__(self):
        return hash(("value", self.number))


VALUES = [1, -1, "text", 2.5, None, True, b"bytes", (1, ("a", 2.0)), (), Value(1), object(),
          Map(a=1), frozenset("ab"), 2 ** 70, float("nan"), (1, (2, (3, (4, 5)))),
          tuple(range(20)), print]


def expected(a_map):
    return hash(frozenset(a_map.items()))


def changed(rng, a_map, keys):
    """A map that is derived from this one in some way."""
    some = lambda: {rng.choice(keys): rng.choice(VALUES) for _ in range(rng.randrange(6))}
    way = rng.randrange(10)
    if way == 0:
        return a_map.update(some())
    if way == 1:
        return a_map | some()
    if way == 2:
        return a_map | Map(some())
    if way == 3:
        with a_map.mutate() as mutation:
            for key, value in some().items():
                mutation[key] = value
                mutation.pop(rng.choice(keys), None)
        return mutation.finish()
    if way == 4:
        return Map(a_map, extra=rng.choice(VALUES))
    if way == 5:
        return a_map.merge(a_map, a_map.update(some()))
    if way == 6:
        return Map(a_map)
    if way < 9 or not a_map:
        return a_map.set(rng.choice(keys), rng.choice(VALUES))
    return a_map.delete(rng.choice(list(a_map)))


@pytest.mark.parametrize("size", [0, 3, 11, 12, 13, 40, 300])
def test_it_is_the_hash_of_the_frozenset_in_every_history(size):
    rng = random.Random(size)
    keys = [*range(size), *(f"key {at}" for at in range(5)), (1, 2), Key(5, "a"), Key(5, "b")]
    for _ in range(30):
        maps = [Map({key: rng.choice(VALUES) for key in rng.sample(keys, size)})]
        for _ in range(40):
            a_map = rng.choice(maps)
            if rng.random() < 0.5:
                assert hash(a_map) == expected(a_map)
            maps.append(changed(rng, a_map, keys))
            if rng.random() < 0.3:
                del maps[rng.randrange(len(maps) - 1)]
            if rng.random() < 0.02:
                hedgerow.compact()
        for a_map in maps:
            assert hash(a_map) == expected(a_map) == hash(a_map)


def test_a_loop_in_which_each_map_replaces_the_last():
    a_map = Map({number: number for number in range(100)})
    for number in range(200):
        assert hash(a_map) == expected(a_map)
        a_map = a_map.set(number % 70, str(number))
    for number in range(80):
        a_map = a_map.delete(number)
        assert hash(a_map) == expected(a_map)


@pytest.fixture
def counted():
    """A hashed map of 500 values whose hashes are counted; the count is 0."""
    a_map = Map({number: Counting(number) for number in range(500)})
    hash(a_map)
    Counting.calls.clear()
    return a_map


def test_only_changes_are_hashed(counted):
    child = counted.set(7, Counting(7000))
    assert not Counting.calls["hash"], "set hashes no values"
    hash(child)
    assert Counting.calls["hash"] == 2
    grandchild = child.delete(8).update({9: Counting(7001), "x": Counting(1)})
    hash(grandchild)
    assert Counting.calls["hash"] == 2 + 1 + 2 + 1
    hash(grandchild.mutate().finish()), hash(Map(grandchild))
    assert Counting.calls["hash"] == 6
    hash(grandchild.merge(grandchild, grandchild.set(10, Counting(0))))
    assert Counting.calls["hash"] == 8


def test_a_chain_of_maps_that_nobody_asked(counted):
    a_map = counted
    for number in range(100):
        a_map = a_map.set(number, None)
    hash(a_map)
    assert Counting.calls["hash"] == 100


def test_plain_values_need_no_living_parent(counted):
    (a_map,) = [counted.set("plain", 0)]
    del counted
    hash(a_map)
    Counting.calls.clear()
    for number in range(100):
        a_map = a_map.set("plain", number)
        hash(a_map)
        a_map = a_map.set("plain", str(number)).delete("plain")
        hash(a_map)
        a_map = a_map.update({"plain": (number, None)})
        hash(a_map)
    assert not Counting.calls["hash"]
    del a_map


def test_a_map_as_a_value_that_knows_its_hash(counted):
    inner = Map({number: str(number) for number in range(50)})
    hash(inner)
    a_map = Map(counted, inner=inner)
    hash(a_map)
    Counting.calls.clear()
    for number in range(50):
        inner = inner.set(number, -number)
        a_map = a_map.set("inner", inner)
        hash(a_map)
    assert not Counting.calls["hash"]
    assert hash(a_map) == expected(a_map)


def test_the_parent_and_its_values_do_not_stay():
    value = Value(1)
    gone = weakref.ref(value)
    a_map = Map({**{number: number for number in range(50)}, "value": value})
    hash(a_map)
    entries = hedgerow.stats()["live_entries"]
    a_map = a_map.set("value", Value(2)).set("other", Value(3))
    del value
    assert gone() is None
    assert hedgerow.stats()["live_entries"] == entries + 1
    assert hash(a_map) == expected(a_map)


class Fails:
    error = None

    def __hash__(self):
        if self.error:
            raise self.error
        return 1


@pytest.mark.parametrize("as_key", [False, True])
def test_an_error_of_an_entry_that_went_is_not_the_maps(as_key):
    fails = Fails()
    entry = {fails: 1} if as_key else {1: fails}
    parent = Map({**{number: number for number in range(100, 150)}, **entry})
    hash(parent)
    child = parent.delete(next(iter(entry)))
    fails.error = ValueError
    assert hash(child) == expected(child)


def test_an_interrupt_comes_out():
    fails = Fails()
    parent = Map({**{number: number for number in range(50)}, 1: fails})
    hash(parent)
    child = parent.delete(1)
    fails.error = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        hash(child)
    fails.error = None
    assert hash(child) == expected(child)


def test_an_entry_that_came_may_not_be_hashable():
    parent = Map({number: number for number in range(50)})
    hash(parent)
    child = parent.set(1, [])
    for _ in range(2):
        with pytest.raises(TypeError, match="unhashable"):
            hash(child)
    assert hash(child.set(1, 1)) == hash(parent)
    assert hash(child.set(1, 2)) == expected(child.set(1, 2))


def test_code_that_runs_meanwhile_may_end_the_parent_and_collect():
    class Meddles(Value):
        def __hash__(self):
            maps.clear()
            hedgerow.compact()
            gc.collect()
            made.append(Map({number: number for number in range(100)}).set(self.number, 1))
            return super().__hash__()

    made = []
    maps = [Map({number: number for number in range(50)})]
    maps[0] = maps[0].set("a", Meddles(1)).set("b", Meddles(2))
    hash(maps[0])
    parent = Map({**{number: number for number in range(50)}, "a": Meddles(1), "b": Meddles(2)})
    hash(parent)
    maps += [parent]
    child = parent.set("a", Meddles(3)).set("b", Meddles(4)).set("c", Meddles(5))
    del parent
    assert hash(child) == expected(child)


def test_hash_of_a_subclass_and_its_copies(counted):
    class Sub(Map):
        pass

    a_map = Sub(counted)
    hash(a_map), hash(a_map.copy()), hash(Map(a_map))
    assert not Counting.calls["hash"]
    child = a_map.set(1, Counting(5))
    assert type(child) is Sub and hash(child) == expected(child)


def test_a_version_in_the_row_of_one_that_ended_is_not_taken_for_it():
    for number in range(50):
        parent = Map({at: (number, at) for at in range(30)})
        hash(parent)
        child = parent.set(0, Value(number)).set(1, Value(0))
        del parent
        others = [Map({at: (number, "x") for at in range(30)}) for _ in range(3)]
        assert hash(child) == expected(child)
        del others


def changed_set(rng, a_set, elements):
    """A set that is derived from this one in some way."""
    some = Set(rng.sample(elements, rng.randrange(min(len(elements), 6))))
    way = rng.randrange(9)
    if way < 4:
        return [a_set | some, a_set - some, a_set ^ some, a_set & (a_set - some)][way]
    if way == 4:
        with a_set.mutate() as mutation:
            for element in some:
                mutation.add(element)
                mutation.discard(rng.choice(elements))
        return mutation.finish()
    if way == 5:
        return Set(a_set)
    if way < 8:
        return a_set.add(rng.choice(elements))
    return a_set.discard(rng.choice(elements))


@pytest.mark.parametrize("size", [0, 3, 11, 12, 13, 40, 300])
def test_a_set_has_the_hash_of_the_frozenset_in_every_history(size):
    rng = random.Random(size)
    elements = [*range(size), *(value for value in VALUES if not isinstance(value, (bool, float))),
                Key(5, "a"), Key(5, "b")]
    for _ in range(30):
        sets = [Set(rng.sample(elements, size))]
        for _ in range(40):
            a_set = rng.choice(sets)
            if rng.random() < 0.5:
                assert hash(a_set) == hash(frozenset(a_set))
            sets.append(changed_set(rng, a_set, elements))
            if rng.random() < 0.3:
                del sets[rng.randrange(len(sets) - 1)]
        for a_set in sets:
            assert hash(a_set) == hash(frozenset(a_set)) == hash(a_set)


def test_only_changed_elements_of_a_set_are_hashed():
    elements = [Counting(number) for number in range(500)]
    a_set = Set(elements)
    hash(a_set)
    children = [a_set.add("plain"), a_set.discard(elements[0])]
    Counting.calls.clear()
    for child in children:
        hash(child), hash(Set(child))
    assert Counting.calls["hash"] == 1
    assert [hash(child) for child in children] == [hash(frozenset(child)) for child in children]
