"""Maps and sets that are made of two at once: unions, intersections and differences of strangers.

What could go wrong: an entry that is lost or comes twice, the other side's key or value; an order
or a shape that is not that of single updates; a result that is not the operand itself where nothing
changes; keys that only Python can compare, or that fail; what the collector has to know; and
entries that are freed while another map has them.
"""

import gc
import itertools
import operator
import random
import weakref

import pytest

import hedgerow
from hedgerow import Map, Set, _hedgerow

from keys import Key

SIZES = [0, 1, 2, 3, 10, 17, 40, 100, 1000]
OPERATORS = [operator.or_, operator.and_, operator.sub, operator.xor]


def numbers(count, seed):
    rng = random.Random(seed)
    return [rng.choice([rng.randrange(-50, 50), rng.randrange(count * 2), f"{rng.randrange(count)}",
                        (rng.randrange(count), "x"), rng.randrange(1 << 62)])
            for _ in range(count)]


@pytest.mark.parametrize("sizes", [*itertools.product(SIZES, SIZES)])
def test_sets_of_strangers(sizes):
    left, right = numbers(sizes[0], 1), numbers(sizes[1], 2) + numbers(sizes[0] // 2, 1)
    one, other = Set(left), Set(right)
    for operation in OPERATORS:
        expected = operation(frozenset(left), frozenset(right))
        for operand in (other, frozenset(right), set(right)):
            made = operation(one, operand)
            assert made == expected and len(made) == len(expected) and set(made) == expected
            assert hash(made) == hash(expected)
            assert list(made) == [e for e in Set(expected) if e in made] or _collide(made)
            if made == one:
                assert made is one
    _hedgerow._check()


def _collide(elements):
    """Whether some have one folded hash: their order depends on which came first."""
    folded = [hash(element) & 0xffff_ffff ^ hash(element) >> 32 & 0xffff_ffff
              for element in elements]
    return len(set(folded)) < len(folded)


@pytest.mark.parametrize("sizes", [*itertools.product(SIZES, SIZES)])
def test_maps_of_strangers(sizes):
    left = {key: ("left", key) for key in numbers(sizes[0], 1)}
    right = {key: ("right", key) for key in numbers(sizes[1], 2) + numbers(sizes[0] // 2, 1)}
    one, other = Map(left), Map(right)
    for made in (one | other, one | right, one.update(other), one.update(right)):
        assert dict(made) == left | right and len(made) == len(left | right)
    assert dict(one.intersection(other)) == {key: left[key] for key in left if key in right}
    assert dict(one.difference(other)) == {key: left[key] for key in left if key not in right}
    assert dict(left | other) == left | right
    _hedgerow._check()


def test_the_left_key_and_the_right_value_stay():
    left = Map({float(number): [number] for number in range(100)})
    right = Map({number: -number for number in range(50, 150)})
    made = left | right
    assert {type(key) for key in made if key < 100} == {float}
    assert {type(key) for key in made if key >= 100} == {int}
    assert made[60] == -60 and made[40] is left[40]
    assert {type(key) for key in left.intersection(right)} == {float}
    ints, floats = Set(range(100)), Set(map(float, range(200)))
    assert {type(element) for element in ints & floats} == {int}
    assert {type(element) for element in floats & frozenset(range(100))} == {float}
    assert sorted(map(type, ints | floats), key=str) == [float] * 100 + [int] * 100
    assert ints.update(frozenset(floats)) == floats and ints - floats == Set()


def test_what_does_not_change_is_the_operand_itself():
    left = Map({number: str(number) for number in range(200)})
    same = Map({number: left[number] for number in range(200)})
    assert left | same is left and left.update(dict(same)) is left
    assert left.intersection(same) is left
    assert left.difference({-number: 1 for number in range(1, 200)}) is left
    assert left.difference(same) == Map()
    a_set = Set(range(200))
    for other in (Set(range(200)), frozenset(range(200)), set(range(100))):
        assert a_set | other is a_set
    assert a_set & Set(range(300)) is a_set and a_set - Set(range(200, 300)) is a_set
    assert a_set ^ Set() is a_set and a_set & frozenset(range(300)) is a_set


class SubSet(Set):
    pass


class SubMap(Map):
    pass


def test_results_are_of_the_class_of_the_left_one():
    left, right = SubSet(range(100)), Set(range(50, 150))
    for operation in OPERATORS:
        assert type(operation(left, right)) is SubSet
        assert type(operation(right, left)) is Set
    assert type(SubMap(dict.fromkeys(range(100))) | Map(dict.fromkeys(range(50, 150)))) is SubMap


@pytest.mark.parametrize("kinds", [(7, 7), (3, 1000), (1, 1)])
def test_keys_that_only_python_can_compare(kinds):
    left = [Key(number % kinds[0], number) for number in range(60)]
    right = [Key(number % kinds[1], number) for number in range(30, 90)]
    one, other = Set(left), Set(right)
    for operation in OPERATORS:
        assert operation(one, other) == operation(frozenset(left), frozenset(right))
        assert operation(one, frozenset(right)) == operation(frozenset(left), frozenset(right))
    kept = {id(element) for element in one}
    assert {id(element) for element in one & other} <= kept
    assert dict(Map.fromkeys(left, 1) | Map.fromkeys(right, 2)) == {
        **dict.fromkeys(left, 1), **dict.fromkeys(right, 2)}


class Fails(Key):
    fails = False

    def __hash__(self):
        return self.number

    def __eq__(self, other):
        if Fails.fails:
            raise ZeroDivisionError
        return super().__eq__(other)


def test_an_equality_that_fails_leaves_both_as_they_were():
    left, right = [Fails(n) for n in range(50)], [Fails(n) for n in range(25, 75)]
    one, other = Set(left), Set(right)
    a_map, another = Map.fromkeys(left, 1), Map.fromkeys(right, 2)
    before = hedgerow.stats()["live_entries"]
    Fails.fails = True
    try:
        for operation in OPERATORS:
            with pytest.raises(ZeroDivisionError):
                operation(one, other)
        for operation in (Map.union, Map.intersection, Map.difference):
            with pytest.raises(ZeroDivisionError):
                operation(a_map, another)
        with pytest.raises(ZeroDivisionError):
            a_map.update(dict(zip(right, right)))
    finally:
        Fails.fails = False
    assert hedgerow.stats()["live_entries"] == before
    assert {*map(id, one)} == {*map(id, left)} and len(one | other) == 75
    _hedgerow._check()


def test_a_difference_and_an_intersection_share_their_entries():
    left = Set(f"element {number}" for number in range(1000))
    right = Set(f"element {number}" for number in range(500, 1500))
    before = hedgerow.stats()["live_entries"]
    made = left - right, left & right
    assert hedgerow.stats()["live_entries"] == before
    both = left | right
    assert hedgerow.stats()["live_entries"] == before + 500
    expected = [sorted(one) for one in (*made, both)]
    del left, right
    gc.collect()
    assert [sorted(one) for one in (*made, both)] == expected
    hedgerow.compact()
    assert [sorted(one) for one in (*made, both)] == expected
    _hedgerow._check()


def test_what_the_collector_has_to_know():
    ring = []
    left = Map({number: number for number in range(100)})
    right = Map({number: ring for number in range(50, 150)})
    ring.append(left | right)
    ring.append(Set((number, Key(number)) for number in range(100)) ^ Set(range(100)))
    ring.append(Map({**{number: [] for number in range(100)}, "ring": ring}).difference(left))
    kept = Key(5)
    gone = weakref.ref(kept)
    ring.append(kept)
    del kept, ring, right
    gc.collect()
    assert gone() is None


def test_random_histories_of_strangers_and_relatives():
    rng = random.Random(5)
    sets = [(Set(), frozenset())]
    for step in range(300):
        one, model = rng.choice(sets)
        if rng.random() < 0.3:
            fresh = numbers(rng.choice([5, 40, 300]), step)
            other, other_model = Set(fresh), frozenset(fresh)
        else:
            other, other_model = rng.choice(sets)
        operation = rng.choice(OPERATORS)
        made = operation(one, other), operation(model, other_model)
        assert made[0] == made[1] and len(made[0]) == len(made[1])
        sets.append(made)
        if len(sets) > 12:
            del sets[rng.randrange(12)]
        if step % 20 == 0:
            _hedgerow._check()
            for a_set, model in sets:
                assert set(a_set) == model


def test_built_of_plain_elements_and_pairs():
    for count in (0, 1, 9, 10, 200):
        elements = numbers(count, 3) * 2
        pairs = [(element, at) for at, element in enumerate(elements)]
        for kind in (list, tuple, set, frozenset, dict.fromkeys, iter):
            made = Set(kind(elements))
            assert made == frozenset(elements) and len(made) == len(frozenset(elements))
            assert Map.fromkeys(kind(elements), 5) == dict.fromkeys(elements, 5)
        for kind in (list, tuple, iter, dict):
            assert Map(kind(pairs)) == dict(pairs)
    # Of equal ones the first key stays, and the last value.
    made = Map([(1, "a"), (2, "b"), (True, "c"), (1.0, "d")])
    assert dict(made) == {1: "d", 2: "b"} and [type(key) for key in made] == [int, int]
    assert [type(e) for e in Set([1, True, 1.0])] == [int]
    assert [type(key) for key in Map.fromkeys([True, 1])] == [bool]


def test_what_is_wrong_with_pairs_is_said():
    for wrong in ([(1, 2), 3], [(1, 2), (3,)], [(1, 2), (3, 4, 5)], [([], 1)], [(1, 2), ([], 3)]):
        with pytest.raises((TypeError, ValueError)) as caught:
            dict(wrong)
        with pytest.raises(type(caught.value)):
            Map(wrong)
    with pytest.raises(TypeError, match="unhashable"):
        Set([1, 2, []])
    with pytest.raises(TypeError, match="unhashable"):
        Map.fromkeys([1, []])


def test_names_as_keys():
    names = {f"name {number}": number for number in range(40)}
    assert Map(**names) == names == SubMap(**names) and type(SubMap(**names)) is SubMap
    assert Map(**{"a": [1]}) == {"a": [1]}
    assert Map({"a": 1}, a=2, b=3) == {"a": 2, "b": 3} and Map(a=1).update(**names)["name 3"] == 3
