"""== and hash, of maps with maps and with other objects."""

import collections
import random
import types

import pytest

from hedgerow import Map

from keys import Counting, Key
from oracle import immutables


def test_maps_are_equal_by_contents_whatever_their_history():
    keys = [Key(number % 40, number) for number in range(300)]
    rng = random.Random(1)
    made = []
    for _ in range(4):
        rng.shuffle(keys)
        a_map = Map()
        for key in keys:
            a_map = a_map.set(key, key.name)
        extra = [Key(at, "extra") for at in range(50)]
        for key in extra:
            a_map = a_map.set(key, None)
        for key in extra:
            a_map = a_map.delete(key)
        made.append(a_map)
    for other in made[1:]:
        assert made[0] == other and not made[0] != other and hash(made[0]) == hash(other)
        changed = other.set(keys[7], "changed")
        assert made[0] != changed and not made[0] == changed
        assert made[0] != other.delete(keys[7])


def test_maps_of_one_family_and_of_two():
    base = Map({number: [number] for number in range(2000)})
    assert base == base.set(7, [7]) and base != base.set(7, [8]) and base != base.delete(7)
    assert base.set(7, [8]).set(7, [7]) == base
    # The same number of keys, but one differs.
    assert base.delete(7).set("x", 1) != base.delete(8).set("x", 1)
    assert Map(a=1) != Map(b=1) and Map() == Map() and Map() != Map(a=1)


def test_values_are_compared_by_identity_first():
    nan = float("nan")
    assert Map(a=nan) == Map(a=nan)
    assert Map(a=nan) != Map(a=float("nan"))

    class Never:
        def __eq__(self, other):
            raise AssertionError

    never = Never()
    assert Map(a=never) == Map(a=never)
    with pytest.raises(AssertionError):
        Map(a=never) == Map(a=Never())


def test_equal_keys_of_other_types():
    assert Map({1: "a", 2.0: "b"}) == Map({True: "a", 2: "b"})
    assert hash(Map({1: "a", 2.0: "b"})) == hash(Map({True: "a", 2: "b"}))


def test_a_map_equals_itself_without_comparing_anything():
    Counting.calls.clear()
    a_map = Map({Counting(number): Counting(number) for number in range(40)})
    copy = Map(a_map)
    Counting.calls.clear()
    assert a_map == a_map and a_map == copy
    assert not Counting.calls


def test_maps_of_one_family_compare_only_what_differs():
    values = {number: Counting(number) for number in range(5000)}
    base = Map(values)
    changed = base.set(17, Counting(17))
    Counting.calls.clear()
    assert base == changed
    assert Counting.calls["eq"] == 1


UNHASHABLE = [dict, collections.OrderedDict, collections.UserDict, collections.ChainMap,
              lambda pairs: types.MappingProxyType(dict(pairs)),
              lambda pairs: collections.defaultdict(list, pairs)]


@pytest.mark.parametrize("kind", UNHASHABLE)
def test_unhashable_mappings_can_be_equal(kind):
    a_map = Map(a=1, b=2)
    same, other = kind({"a": 1, "b": 2}), kind({"a": 1, "b": 3})
    larger = kind({"a": 1, "b": 2, 3: 4})
    assert a_map == same and same == a_map and not a_map != same and not same != a_map
    assert a_map != other and other != a_map
    assert a_map != larger and larger != a_map and a_map != kind({"a": 1, "c": 2})


def test_hashable_mappings_are_never_equal_because_their_hashes_differ():
    theirs = immutables.Map(a=1)
    assert Map(a=1) != theirs and theirs != Map(a=1)


def test_an_object_that_is_no_mapping_is_not_equal():
    for other in (1, None, "a", [("a", 1)], {"a"}, {("a", 1)}, Map(a=1).mutate()):
        assert Map(a=1) != other and not Map(a=1) == other
    assert Map(a=1).__eq__(1) is NotImplemented
    assert Map(a=1).__ne__(1) is NotImplemented


def test_comparison_asks_the_other_side():
    class Always:
        def __eq__(self, other):
            return True

    assert Map() == Always() and Always() == Map()


def test_hash_is_that_of_the_frozenset_of_items():
    for pairs in ({}, {1: 2}, {2: 1}, {"a": (1, 2), None: 3.5}, {k: k for k in range(100)}):
        assert hash(Map(pairs)) == hash(frozenset(pairs.items()))
    assert hash(Map({1: 2})) != hash(Map({2: 1}))
    assert len({hash(Map({k: k + at for k in range(10)})) for at in range(100)}) == 100


def test_hash_is_computed_once_and_shared_with_a_map_made_from_it():
    Counting.calls.clear()
    a_map = Map({"a": Counting(1)})
    assert hash(a_map) == hash(a_map) == hash(Map(a_map))
    assert Counting.calls["hash"] == 1


def test_a_map_is_a_key():
    table = {Map(a=1): "x"}
    assert table[Map(a=1)] == "x"
    nested = Map({Map(a=1): 1, Map(a=Map(b=2)): 2})
    assert nested[Map(a=Map(b=2))] == 2 and Map(a=2) not in nested
    assert {Map(a=1), Map(a=1), Map()} == {Map(a=1), Map()}


def test_a_hash_that_failed_can_be_computed_again():
    class Value:
        fails = True

        def __hash__(self):
            if self.fails:
                raise ZeroDivisionError
            return 5

    value = Value()
    a_map = Map(a=value)
    with pytest.raises(ZeroDivisionError):
        hash(a_map)
    value.fails = False
    assert hash(a_map) == hash(frozenset([("a", value)]))


def test_errors_of_comparisons_come_out():
    class Bad:
        def __eq__(self, other):
            raise ZeroDivisionError

    one, other = Map({number: number for number in range(50)}), Map(x=1)
    for left, right in (
        (Map(a=Bad()), Map(a=Bad())),
        (one.set(3, Bad()), one.set(3, Bad())),
        (Map(a=Bad()), {"a": Bad()}),
    ):
        with pytest.raises(ZeroDivisionError):
            left == right
        with pytest.raises(ZeroDivisionError):
            left != right
    assert other == Map(x=1)


def test_deep_nesting_is_an_error_and_not_a_crash():
    one, other = Map(), Map()
    for _ in range(400_000):
        one, other = Map(a=one), Map(a=other)
    for call in (lambda: one == other, lambda: hash(one), lambda: repr(one)):
        with pytest.raises(RecursionError):
            call()
