"""What immutables does not have: diff, merge, set operations, and operations on many keys."""

import collections
import random
import types

import pytest

import hedgerow
from hedgerow import ABSENT, Map, MergeConflict

from keys import Counting, Key

BASE = {number: str(number) for number in range(3000)}


def plain_diff(old, new):
    changes = set()
    for key in old.keys() | new.keys():
        if key not in new:
            changes.add(("removed", key, old[key]))
        elif key not in old:
            changes.add(("added", key, new[key]))
        elif old[key] != new[key]:
            changes.add(("changed", key, old[key], new[key]))
    return changes


def test_diff_says_what_changed_from_self_to_other():
    old = Map(BASE)
    new = old.set("new", 1).delete(7).set(8, "eight")
    changes = old.diff(new)
    assert type(changes) is list and len(changes) == 3
    assert set(changes) == {
        ("added", "new", 1), ("removed", 7, "7"), ("changed", 8, "8", "eight")}
    back = new.diff(old)
    assert set(back) == {("removed", "new", 1), ("added", 7, "7"), ("changed", 8, "eight", "8")}


def test_diff_of_equals_is_empty():
    a_map = Map(BASE)
    assert a_map.diff(a_map) == [] and a_map.diff(Map(a_map)) == [] and Map().diff(Map()) == []
    assert a_map.diff(Map(BASE)) == []
    # An equal value that is another object is no change, as for ==.
    assert Map(a=[1]).diff(Map(a=[1])) == [] and Map(a=1).diff(Map(a=True)) == []
    nan = float("nan")
    assert Map(a=nan).diff(Map(a=nan)) == []


def test_diff_within_a_family_compares_only_what_differs():
    base = Map({number: Counting(number) for number in range(5000)})
    new = base.set(5, Counting(5)).set(6, Counting(-6)).delete(7)
    Counting.calls.clear()
    assert {change[:2] for change in base.diff(new)} == {("changed", 6), ("removed", 7)}
    assert Counting.calls["eq"] == 2


def test_diff_with_colliding_keys_of_other_maps():
    one = Map({Key(3, name): name for name in "abcd"})
    other = Map({Key(3, name): name.upper() if name == "b" else name for name in "bcde"})
    assert {(kind, key.name, *values) for kind, key, *values in one.diff(other)} == {
        ("removed", "a", "a"), ("changed", "b", "b", "B"), ("added", "e", "e")}


@pytest.mark.parametrize("seed", range(5))
def test_diff_of_random_maps(seed):
    rng = random.Random(seed)
    keys = [Key(rng.choice([0, 1, 33, 1 << 30, rng.getrandbits(32) % 0xFFFFFFFE]), at)
            for at in range(200)]
    maps = [Map()]
    for _ in range(30):
        a_map = rng.choice(maps)
        for _ in range(rng.randrange(30)):
            key = rng.choice(keys)
            keep = rng.random() < 0.7 or key not in a_map
            a_map = a_map.set(key, rng.randrange(3)) if keep else a_map.delete(key)
        maps.append(a_map)
    for one in maps[::3]:
        for other in maps[::2]:
            assert set(one.diff(other)) == plain_diff(dict(one), dict(other))
            assert (one == other) == (not one.diff(other))


def test_merge_takes_both_sides():
    base = Map(BASE)
    ours = base.set(1, "ours").delete(2).set("a", 1)
    theirs = base.set(3, "theirs").delete(4).set("b", 2)
    merged = ours.merge(base, theirs)
    expected = {**BASE, 1: "ours", "a": 1, 3: "theirs", "b": 2}
    del expected[2], expected[4]
    assert dict(merged) == expected
    assert dict(theirs.merge(base, ours)) == expected


def test_merge_of_the_same_change_is_no_conflict():
    base = Map(a=1, b=2, c=3)
    ours = base.set("a", 10).delete("b").set("new", 5)
    theirs = base.set("a", 10).delete("b").set("new", 5)
    assert ours.merge(base, theirs) == ours
    assert ours.merge(base, base) == ours and base.merge(base, ours) == ours


def test_a_conflict_without_a_function_is_an_error_that_names_it():
    base = Map(a=1)
    ours, theirs = base.set("a", 2), base.delete("a")
    with pytest.raises(MergeConflict) as caught:
        ours.merge(base, theirs)
    error = caught.value
    assert (error.key, error.base, error.ours, error.theirs) == ("a", 1, 2, ABSENT)
    assert isinstance(error, ValueError) and "'a'" in str(error) and "conflict" in str(error)
    assert dict(ours) == {"a": 2}


def test_a_conflict_function_decides():
    base = Map(a=1, b=2, c=3, d=4)
    ours = base.set("a", "o").delete("b").set("c", "o").set("e", "o")
    theirs = base.set("a", "t").set("b", "t").delete("c").set("e", "t").delete("d")
    asked = {}

    def conflict(key, *values):
        asked[key] = values
        return ABSENT if key == "a" else f"{key}!"

    merged = ours.merge(base, theirs, conflict)
    assert asked == {"a": (1, "o", "t"), "b": (2, ABSENT, "t"), "c": (3, "o", ABSENT),
                     "e": (ABSENT, "o", "t")}
    assert dict(merged) == {"b": "b!", "c": "c!", "e": "e!"}
    assert dict(ours.merge(base, theirs, conflict=lambda key, base, ours, theirs: ours)) == {
        "a": "o", "c": "o", "e": "o"}


def test_none_is_a_value_for_a_conflict_function():
    base = Map(a=1)
    merged = base.set("a", 2).merge(base, base.set("a", 3), conflict=lambda *_: None)
    assert dict(merged) == {"a": None}


def test_an_error_of_the_conflict_function_comes_out():
    base = Map(a=1)
    with pytest.raises(ZeroDivisionError):
        base.set("a", 2).merge(base, base.set("a", 3), conflict=lambda *_: 1 / 0)
    assert dict(base) == {"a": 1}


def test_a_conflict_function_that_uses_and_drops_the_maps():
    maps = {"base": Map({number: [number] for number in range(100)})}
    maps["ours"] = maps["base"].update({number: "o" for number in range(0, 100, 3)})
    maps["theirs"] = maps["base"].update({number: "t" for number in range(0, 100, 5)})

    def conflict(key, base, ours, theirs):
        maps.clear()
        hedgerow.compact()
        return Map({key: base}).set(ours, theirs)

    merged = maps["ours"].merge(maps["base"], maps["theirs"], conflict)
    assert len(merged) == 100 and maps == {}
    assert dict(merged[15]) == {15: [15], "o": "t"}
    assert merged[3] == "o" and merged[5] == "t" and merged[1] == [1]


def test_merge_of_maps_of_several_families_compares_contents():
    base, ours, theirs = Map(a=1, b=2), Map(a=1, b=3), Map(a=5, b=2, c=6)
    assert dict(ours.merge(base, theirs)) == {"a": 5, "b": 3, "c": 6}


@pytest.mark.parametrize("seed", range(5))
def test_merge_of_random_maps(seed):
    rng = random.Random(seed)
    keys = [Key(rng.choice([7, 7 + 32, rng.getrandbits(31)]), at) for at in range(80)]

    def changed(a_map):
        for key in rng.sample(keys, 20):
            a_map = a_map.delete(key) if key in a_map and rng.random() < 0.5 else (
                a_map.set(key, rng.randrange(2)))
        return a_map

    for _ in range(20):
        base = changed(changed(Map()))
        ours, theirs = changed(base), changed(base)
        merged = ours.merge(base, theirs, lambda key, *values: ("conflict", *values))
        for key in keys:
            b, o, t = (side.get(key, ABSENT) for side in (base, ours, theirs))
            expected = o if o == t or t == b else t if o == b else ("conflict", b, o, t)
            assert merged.get(key, ABSENT) == expected


def test_union_intersection_difference():
    one, other = Map(a=1, b=2, c=3), Map(b=20, c=3, d=40)
    assert dict(one.union(other)) == {"a": 1, "b": 20, "c": 3, "d": 40} == dict(one | other)
    assert dict(one.intersection(other)) == {"b": 2, "c": 3}
    assert dict(one.difference(other)) == {"a": 1}
    for kind in (dict, collections.UserDict, types.MappingProxyType):
        right = kind(dict(other))
        assert one.union(right) == one.union(other)
        assert one.intersection(right) == one.intersection(other)
        assert one.difference(right) == one.difference(other)


def test_set_operations_keep_the_keys_of_self():
    one, other = Map({1: "a"}), Map({True: "b"})
    for made in (one.union(other), one.intersection(other), one | other):
        assert [type(key) for key in made] == [int]


@pytest.mark.parametrize("seed", range(4))
def test_set_operations_of_random_maps(seed):
    rng = random.Random(seed)
    keys = [Key(rng.choice([7, 39, rng.getrandbits(32) % 0xFFFFFFFE]), at) for at in range(120)]
    maps = [Map({key: rng.random() for key in rng.sample(keys, rng.randrange(100))})
            for _ in range(6)]
    maps += [maps[0].update({key: 1 for key in rng.sample(keys, 9)}), maps[1].delete_many(
        rng.sample(list(maps[1]), len(maps[1]) // 2)), Map()]
    for one in maps:
        for other in maps:
            assert dict(one.union(other)) == {**one, **other}
            assert dict(one.intersection(other)) == {
                key: one[key] for key in one if key in other}
            assert dict(one.difference(other)) == {
                key: one[key] for key in one if key not in other}


def test_many_keys_at_once():
    a_map = Map(BASE)
    assert a_map.get_many([1, "x", 2, 1]) == ["1", None, "2", "1"]
    assert a_map.get_many([1, "x"], "default") == ["1", "default"]
    assert a_map.get_many([]) == [] and a_map.get_many(iter([5])) == ["5"]
    assert a_map.get_many(range(3000)) == [str(number) for number in range(3000)]
    assert a_map.set_many({}) == a_map
    bigger = a_map.set_many([("x", 1), (5, "five"), ("x", 2)])
    assert dict(bigger) == {**BASE, "x": 2, 5: "five"}
    assert dict(a_map.set_many({"x": 2})) == {**BASE, "x": 2}
    smaller = a_map.delete_many(range(0, 3000, 2))
    assert dict(smaller) == {number: str(number) for number in range(1, 3000, 2)}
    assert a_map.delete_many([]) is a_map


def test_delete_many_of_a_missing_key_changes_nothing():
    a_map = Map(a=1, b=2)
    missing = Key(1)
    with pytest.raises(KeyError) as caught:
        a_map.delete_many(["a", missing])
    assert caught.value.args[0] is missing
    with pytest.raises(KeyError):
        a_map.delete_many(["a", "a"])
    assert dict(a_map) == {"a": 1, "b": 2}


def test_wrong_arguments():
    a_map = Map(a=1)
    for call in (a_map.diff, a_map.union, a_map.intersection, a_map.difference, a_map.get_many,
                 a_map.set_many, a_map.delete_many, lambda other: a_map.merge(other, a_map),
                 lambda other: a_map.merge(a_map, other)):
        with pytest.raises(TypeError):
            call(5)
    with pytest.raises(TypeError):
        a_map.set("a", 2).merge(a_map, a_map.set("a", 3), conflict=5)


def test_the_versions_of_results_share_nodes():
    base = Map(BASE)
    ours, theirs = base.set(1, "o"), base.set(2, "t")
    before = hedgerow.stats()
    merged = ours.merge(base, theirs)
    after = hedgerow.stats()
    assert after["live_entries"] - before["live_entries"] <= 2
    assert dict(merged) == {**BASE, 1: "o", 2: "t"}
