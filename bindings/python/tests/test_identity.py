"""Identity comes before equality.

The classes of bug: a value is compared with itself, which may fail; and an equal value is taken for
the same one, so that -0.0 or True gets lost.
"""

import itertools
import math
import random

import pytest

from hedgerow import Map

from keys import Key


class Array:
    """A value whose `==` returns what is neither true nor false, as numpy's arrays do."""

    class Answer:
        def __bool__(self):
            raise ValueError("the truth value of an array is ambiguous")

    def __eq__(self, other):
        return Array.Answer()

    __ne__ = __eq__
    __hash__ = None


#: Keys that are compared without Python code, and one that needs it.
KEYS = ["a", 5, (1, 2), Key(3, "k")]
#: Equal, but not the same.
ALIKE = [0, 0.0, -0.0, False, complex(0)], [1, 1.0, True], [(1,), (1.0,)], ["\u20ac" * 9, "".join(
    ["\u20ac"] * 9)], [10**30, 10**30 + 0 * len(KEYS)], [[1], [1]]
PAIRS = [pair for group in ALIKE for pair in itertools.permutations(group, 2)]


def changed(a_map, key, value):
    """A map of the same family, with something else changed too."""
    return a_map.set(key, value).set("other", value)


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("twin", [None, Key(3, "twin")], ids=["alone", "with a twin"])
def test_merge_and_diff_do_not_compare_where_identity_decides(key, twin):
    one, other, third = Array(), Array(), Array()
    base = Map({key: one, "stays": third})
    if twin is not None:
        base = base.set(twin, third)
    theirs = base.set(key, other)
    for same in (base, Map(base), Map(dict(base))):
        assert same.merge(base, theirs)[key] is other
        assert theirs.merge(same, base)[key] is other
        assert theirs.merge(base, theirs)[key] is other
        assert base.merge(same, base)[key] is one
        assert key not in base.delete(key).merge(same, base)
        assert key not in same.merge(base, base.delete(key))
        assert same.diff(base) == [] and same == base and not same != base
        assert same.diff(base.set("new", other)) == [("added", "new", other)]
        assert same.diff(base.delete(key)) == [("removed", key, one)]
    assert (key, one) in base.items() and base.set(key, one) is base


def test_merge_of_two_changes_compares_and_raises_what_the_values_raise():
    base = Map(a=Array())
    with pytest.raises(ValueError, match="ambiguous"):
        base.set("a", Array()).merge(base, base.set("a", Array()))
    both = Array()
    assert base.set("a", both).merge(base, base.set("a", both))["a"] is both


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_what_is_taken_from_the_other_side_is_its_very_value(key):
    for mine, theirs in PAIRS:
        assert mine == theirs
        a_map, other = Map({key: mine}), Map({key: theirs})
        for made in (
            a_map | other, a_map.union(other), a_map | {key: theirs}, a_map.union({key: theirs}),
            {key: mine} | other, a_map.update(other), a_map.update({key: theirs}),
            a_map.update([(key, theirs)]), a_map.set_many(other), a_map.set(key, theirs),
            a_map.merge(a_map, other), a_map.merge(a_map, changed(a_map, key, theirs)),
            changed(a_map, "x", 1).merge(a_map, other), changed(a_map, "x", 1) | other,
        ):
            assert made[key] is theirs
        mutation = a_map.mutate()
        mutation[key] = theirs
        assert mutation[key] is theirs and mutation.finish()[key] is theirs
        mutation = a_map.mutate()
        mutation.update(other)
        assert mutation.pop(key) is theirs


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_what_stays_is_the_map_s_own_value(key):
    for mine, theirs in PAIRS:
        a_map, other = Map({key: mine, "b": mine}), Map({key: theirs})
        assert a_map.intersection(other)[key] is mine
        assert a_map.intersection({key: theirs})[key] is mine
        assert a_map.difference(other)["b"] is mine and len(a_map.difference(other)) == 1
        assert other.merge(a_map, a_map)[key] is theirs
        # Both sides set it to equal values: ours stays.
        base = Map({key: "before"})
        assert base.set(key, mine).merge(base, base.set(key, theirs))[key] is mine


def test_the_sign_of_zero():
    zero, minus = Map(a=0.0), Map(a=-0.0)
    for made in (zero | minus, zero.union(minus), zero | dict(minus), zero.update(minus),
                 zero.merge(zero, minus), zero.set("a", minus["a"])):
        assert math.copysign(1, made["a"]) == -1
    for made in (minus | zero, minus.union(zero)):
        assert math.copysign(1, made["a"]) == 1
    assert math.copysign(1, minus.intersection(zero)["a"]) == -1


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_a_map_that_nothing_changes_is_returned_itself(key):
    value = Array()
    a_map = Map({key: value, "b": value})
    for same in (
        a_map.set(key, value), a_map.update({key: value}), a_map.update(a_map), a_map | a_map,
        a_map | Map(a_map), a_map | {}, a_map.union({key: value}), a_map.merge(Map(), Map()),
        a_map.merge(a_map, a_map), a_map.merge(Map(), a_map), a_map.intersection(a_map),
        a_map.intersection({key: 1, "b": 2, "c": 3}), a_map.difference({}),
        a_map.difference({"c": 1}), a_map.set_many([]), a_map.delete_many([]), a_map.update(),
    ):
        assert same is a_map
    for mine, theirs in PAIRS:
        a_map = Map({key: mine})
        for made in (a_map.set(key, theirs), a_map.update({key: theirs}),
                     a_map | Map({key: theirs}), a_map.merge(a_map, Map({key: theirs}))):
            assert made is not a_map and a_map[key] is mine


@pytest.mark.parametrize("seed", range(5))
def test_random_maps_beside_dicts(seed):
    rng = random.Random(seed)
    keys = [Key(rng.randrange(4), at) for at in range(12)] + list(range(40)) + list("abcdef")
    values = [value for group in ALIKE for value in group] + [Array(), Array()]
    maps = [(Map(), {})]
    for _ in range(300):
        (a_map, model), (other, other_model) = rng.choice(maps), rng.choice(maps)
        what = rng.choice(["set", "or", "or dict", "update", "intersection", "difference", "merge",
                           "mutate"])
        if what == "set":
            key, value = rng.choice(keys), rng.choice(values)
            made, expected = a_map.set(key, value), model | {key: value}
        elif what in ("or", "or dict", "update"):
            made = {"or": a_map | other, "or dict": a_map | other_model,
                    "update": a_map.update(other)}[what]
            expected = model | other_model
        elif what == "intersection":
            made = a_map.intersection(other)
            expected = {key: model[key] for key in model if key in other_model}
        elif what == "difference":
            made = a_map.difference(other)
            expected = {key: model[key] for key in model if key not in other_model}
        elif what == "merge":
            # Changes on one side only, which identity decides.
            made, expected = a_map.merge(a_map, other), other_model
        else:
            mutation, expected = a_map.mutate(), dict(model)
            for key in rng.sample(keys, 5):
                if key in expected and rng.random() < 0.5:
                    assert mutation.pop(key) is expected.pop(key)
                else:
                    mutation[key] = expected[key] = rng.choice(values)
            made = mutation.finish()
        assert made.keys() == expected.keys()
        assert all(made[key] is value for key, value in expected.items()), what
        maps.append((made, expected))
