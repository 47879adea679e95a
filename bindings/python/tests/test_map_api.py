"""Every member of Map that reads, sets or deletes, in the simple cases."""

import collections
import collections.abc
import copy
import inspect
import types

import pytest

import hedgerow
from hedgerow import Map

from oracle import immutables


def test_every_member_of_immutables_is_there():
    their_mutation = type(immutables.Map().mutate())
    for ours, theirs in ((Map, immutables.Map), (hedgerow.MapMutation, their_mutation)):
        missing = set(dir(theirs)) - set(dir(ours))
        assert not missing, ours


def test_every_public_member_has_a_docstring():
    views = hedgerow.MapKeys, hedgerow.MapItems, hedgerow.MapValues
    for thing in (Map, hedgerow.MapMutation, *views):
        assert inspect.getdoc(thing) not in (None, inspect.getdoc(object)), thing
        for name, member in vars(thing).items():
            if not name.startswith("_") and callable(getattr(thing, name)):
                assert member.__doc__, f"{thing.__name__}.{name}"
    for name in set(hedgerow.__all__) - {"Change"}:
        assert getattr(hedgerow, name).__doc__, name


@pytest.mark.parametrize("source", [
    {"a": 1, "b": 2},
    [("a", 1), ("b", 2)],
    (("a", 1), ["b", 2]),
    iter([("a", 0), ("a", 1), ("b", 2)]),
    ["a1", "b2"],
    Map(a=1, b=2),
    collections.OrderedDict(b=2, a=1),
    collections.UserDict(a=1, b=2),
    collections.ChainMap({"a": 1}, {"b": 2}),
    types.MappingProxyType({"a": 1, "b": 2}),
    {"a": 1, "b": 2}.items(),
], ids=lambda source: type(source).__name__)
def test_construction_from(source):
    made = Map(source)
    assert type(made) is Map
    assert {key: int(value) for key, value in made.items()} == {"a": 1, "b": 2}
    assert len(made) == 2


def test_construction_from_immutables():
    made = Map(immutables.Map(a=1, b=2))
    assert type(made) is Map and made == {"a": 1, "b": 2}


def test_construction_from_names():
    assert dict(Map(a=1)) == {"a": 1}
    assert dict(Map({"a": 1}, a=2, b=3)) == {"a": 2, "b": 3}
    assert dict(Map(Map(a=1), b=3)) == {"a": 1, "b": 3}
    # The parameters are positional only, so any name may be a key.
    assert dict(Map(col=1, self=2, key=3)) == {"col": 1, "self": 2, "key": 3}
    assert dict(Map().update(col=1, self=2)) == {"col": 1, "self": 2}


def test_a_map_made_from_a_map_is_another_object_that_shares_everything():
    old = Map({number: number for number in range(1000)})
    before = hedgerow.stats()
    new = Map(old)
    after = hedgerow.stats()
    assert new is not old and new == old
    assert after["live_words"] == before["live_words"]
    assert after["live_entries"] == before["live_entries"]


def test_fromkeys():
    assert dict(Map.fromkeys("ab")) == {"a": None, "b": None}
    assert dict(Map.fromkeys([1, 2], "x")) == {1: "x", 2: "x"}
    assert dict(Map.fromkeys(())) == {}


def test_set_gives_a_new_map_and_leaves_the_old():
    old = Map(a=1)
    new = old.set("b", 2)
    assert dict(old) == {"a": 1} and dict(new) == {"a": 1, "b": 2}
    assert dict(new.set("a", 3)) == {"a": 3, "b": 2}
    assert dict(new) == {"a": 1, "b": 2}


@pytest.mark.parametrize("size", [1, 2, 16, 17, 18, 200, 5000])
def test_setting_the_same_value_gives_the_same_map(size):
    # immutables and CPython return a new map where the key is below a node of 17 slots or more.
    values = {number: object() for number in range(size)}
    a_map = Map(values)
    for number in list(values)[:: max(1, size // 50)]:
        assert a_map.set(number, values[number]) is a_map


def test_setting_an_equal_but_other_value_gives_a_new_map():
    one, other = [1], [1]
    a_map = Map(a=one)
    assert a_map.set("a", other) is not a_map
    assert a_map.set("a", other)["a"] is other


def test_the_old_key_stays():
    first = Map({1: "x"})
    assert [type(key) for key in first.set(True, "y")] == [int]
    assert [type(key) for key in first.update({1.0: "z"})] == [int]
    with first.mutate() as mutation:
        mutation[1.0] = "w"
    assert [type(key) for key in mutation.finish()] == [int]
    assert [type(key) for key in Map([(True, 1), (1, 2)])] == [bool]


def test_delete():
    a_map = Map({number: str(number) for number in range(100)})
    smaller = a_map
    for number in range(100):
        smaller = smaller.delete(number)
        assert number not in smaller and len(smaller) == 99 - number
    assert len(a_map) == 100 and dict(smaller) == {}


def test_discard():
    a_map = Map({number: str(number) for number in range(100)})
    assert a_map.discard("x") is a_map and a_map.discard(100) is a_map
    smaller = a_map
    for number in range(100):
        smaller = smaller.discard(number)
        assert smaller.discard(number) is smaller and len(smaller) == 99 - number
    assert len(a_map) == 100 and dict(smaller) == {}
    for wrong in (Map(), a_map):
        with pytest.raises(TypeError, match="unhashable"):
            wrong.discard([])


def test_replace():
    a_map = Map(a=1, b=2)
    assert a_map.__replace__(b=3, self=4) == {"a": 1, "b": 3, "self": 4}
    assert a_map.__replace__() is a_map and a_map.__replace__(a=a_map["a"]) is a_map
    with pytest.raises(TypeError, match="__replace__ expected 0 arguments, got 1"):
        a_map.__replace__({"a": 1})
    if hasattr(copy, "replace"):
        assert copy.replace(a_map, a=3) == {"a": 3, "b": 2}


def test_get_item_contains():
    a_map = Map({None: 0, "a": None, 2: 3})
    assert a_map[None] == 0 and a_map["a"] is None and a_map[2] == 3
    assert a_map.get("a", 5) is None and a_map.get("b") is None and a_map.get("b", 5) == 5
    assert "a" in a_map and None in a_map and "b" not in a_map
    with pytest.raises(KeyError):
        a_map["b"]


def test_numbers_that_are_equal_are_one_key():
    a_map = Map({1: "int", 2**70: "big", 2**53: "edge", -1: "minus"})
    assert a_map[1.0] == a_map[True] == a_map[1 + 0j] == "int"
    assert a_map[float(2**70)] == "big" and a_map[-1.0] == "minus"
    # Equal hashes (modulo 2**61 - 1) are not equal numbers.
    assert hash(2**61) == hash(1) and 2**61 not in a_map
    assert hash(-2) == hash(-1) and -2 not in a_map
    assert 2**53 + 1 not in a_map


def test_ints_that_share_a_folded_hash_are_different_keys():
    numbers = list(range(-3000, 3000)) + [2**61 - 1 + n for n in range(3)] + [-(2**61) - 5]
    a_map = Map({number: number for number in numbers})
    assert len(a_map) == len(numbers)
    assert all(a_map[number] == number for number in numbers)
    for number in numbers[::3]:
        a_map = a_map.delete(number)
    left = [number for at, number in enumerate(numbers) if at % 3]
    assert sorted(a_map) == sorted(left)


def test_strings_of_every_width():
    texts = ["", "a", "é", "€", "\U0001f40d", "\ud83e\udd93", "\U0001f993", "a" * 1000, "\ud83e"]
    texts += [text + text for text in texts[1:]]
    a_map = Map({text: at for at, text in enumerate(texts)})
    assert len(a_map) == len(set(texts))
    for text in texts:
        # A new object with the same text, so that identity does not decide.
        assert texts[a_map["".join(list(text))]] == text
    assert a_map["\ud83e\udd93"] != a_map["\U0001f993"]


def test_subclasses_of_str_and_int_keep_their_own_equality():
    class Folded(str):
        def __eq__(self, other):
            return isinstance(other, str) and str.lower(self) == str.lower(other)

        def __hash__(self):
            return hash(str.lower(self))

    a_map = Map({"abc": 1})
    assert a_map[Folded("ABC")] == 1 and a_map.get("ABC") is None
    assert Map({Folded("ABC"): 2})["abc"] == 2
    assert len(Map({Folded("ABC"): 2}).set("abc", 3)) == 1


def test_nan_is_found_by_identity():
    nan = float("nan")
    a_map = Map({nan: 1})
    assert a_map[nan] == 1 and float("nan") not in a_map
    assert len(a_map.set(float("nan"), 2)) == 2


def test_truth_length_and_iteration():
    assert not Map() and Map(a=1) and len(Map()) == 0
    a_map = Map({number: -number for number in range(1000)})
    assert sorted(a_map) == list(range(1000))
    iterator = iter(a_map)
    assert iter(iterator) is iterator
    assert iterator.__length_hint__() == 1000
    next(iterator)
    assert iterator.__length_hint__() == 999
    assert len(list(iterator)) == 999
    assert iterator.__length_hint__() == 0
    with pytest.raises(StopIteration):
        next(iterator)
    assert list(reversed(a_map)) == list(a_map)[::-1]


def test_update():
    a_map = Map(a=1)
    assert a_map.update() is a_map
    assert dict(a_map.update({"b": 2}, c=3)) == {"a": 1, "b": 2, "c": 3}
    assert dict(a_map.update([("a", 2), ("a", 3)])) == {"a": 3}
    assert dict(a_map.update(collections.UserDict(ab=1))) == {"a": 1, "ab": 1}
    assert dict(a_map.update(Map(b=2))) == {"a": 1, "b": 2}
    assert dict(a_map) == {"a": 1}


def test_or_takes_any_mapping_and_the_right_side_wins():
    a_map = Map(a=1, b=2)
    for right in ({"b": 3}, Map(b=3), collections.UserDict(b=3), types.MappingProxyType({"b": 3})):
        joined = a_map | right
        assert type(joined) is Map and dict(joined) == {"a": 1, "b": 3}
    left = types.MappingProxyType({"b": 3, "c": 4})
    assert dict(left | a_map) == {"b": 2, "c": 4, "a": 1}
    name = a_map
    name |= {"c": 4}
    assert dict(name) == {"a": 1, "b": 2, "c": 4} and dict(a_map) == {"a": 1, "b": 2}
    for wrong in ([("a", 1)], 1, None, "ab"):
        with pytest.raises(TypeError, match="unsupported operand"):
            a_map | wrong


def test_repr():
    assert repr(Map()) == "hedgerow.Map({})"
    assert repr(Map({1: "a", 2: None})) == "hedgerow.Map({1: 'a', 2: None})"
    cell = []
    a_map = Map(a=cell)
    cell.append(a_map)
    try:
        assert repr(a_map) == "hedgerow.Map({'a': [hedgerow.Map({...})]})" or (
            repr(a_map) == "hedgerow.Map({'a': [{...}]})")
    finally:
        cell.clear()


def test_it_is_a_mapping():
    a_map = Map(a=1, b=2)
    assert isinstance(a_map, collections.abc.Mapping)
    assert isinstance(a_map, collections.abc.Hashable)
    assert isinstance(a_map, collections.abc.Reversible)
    assert not isinstance(a_map, collections.abc.MutableMapping)
    assert dict(**a_map) == {"a": 1, "b": 2} == {**a_map}
    match a_map:
        case {"a": 1, **rest}:
            assert rest == {"b": 2}
        case _:
            pytest.fail("a Map is no mapping for pattern matching")


class Sub(Map):
    pass


@pytest.mark.parametrize("kind", [Map, Sub, dict])
def test_patterns(kind):
    def matched(subject):
        match subject:
            case kind({"a": 1, **rest} as whole):
                return "a", rest, whole
            case Map({"b": Map(x)}) | dict({"b": dict(x)}):
                return "b", x
            case kind(x):
                return "other", x
        return None

    first, second, third = kind(a=1, c=2), kind(b=kind(c=1)), kind(d=1)
    assert matched(first) == ("a", {"c": 2}, first) and matched(first)[2] is first
    assert type(matched(first)[1]) is dict
    assert matched(second) == ("b", second["b"]) and matched(second)[1] is second["b"]
    assert matched(third)[1] is third
    assert matched([("a", 1)]) is None and matched(Map(a=1).mutate()) is None
    with pytest.raises(TypeError, match=rf"{kind.__name__}\(\) accepts 1 positional sub-pattern"):
        match third:
            case kind(x, y):
                pass


def test_generic_alias():
    alias = Map[str, int]
    assert alias.__origin__ is Map and alias.__args__ == (str, int)
    assert dict(alias(a=1)) == {"a": 1}


def test_nothing_can_be_changed():
    a_map = Map(a=1)
    with pytest.raises(TypeError):
        a_map["a"] = 2
    with pytest.raises(TypeError):
        del a_map["a"]
    with pytest.raises(AttributeError):
        a_map.anything = 1
    with pytest.raises(TypeError):
        Map.anything = 1
    # Calling __init__ again must not change anything either.
    try:
        a_map.__init__({"b": 2})
    except TypeError:
        pass
    assert dict(a_map) == {"a": 1}


def test_names_of_the_types():
    assert (Map.__module__, Map.__qualname__) == ("hedgerow", "Map")
    mutation = Map().mutate()
    assert type(mutation) is hedgerow.MapMutation
    assert (type(mutation).__module__, type(mutation).__qualname__) == ("hedgerow", "MapMutation")


def test_dump_draws_the_tree():
    lines = Map({1: "a", 33: "b", 2: "c"}).__dump__().splitlines()
    assert lines[0] == "HAMT(len=3):"
    assert lines[1].startswith("    BitmapNode(size=4 count=2 bitmap=0b110 id=")
    assert [line.strip() for line in lines[2:] if line and "id=" not in line] == [
        "NULL:", "1: 'a'", "33: 'b'", "2: 'c'"]


def test_compact_keeps_every_map_and_iterator():
    maps = [Map({number: str(number) for number in range(size)}) for size in (0, 1, 100, 3000)]
    iterators = [iter(a_map.items()) for a_map in maps]
    started = [[next(iterator, None)] for iterator in iterators]
    hedgerow.compact()
    for a_map, iterator, head in zip(maps, iterators, started):
        rest = list(iterator)
        assert [pair for pair in head if pair] + rest == list(a_map.items())


def test_stats():
    before = hedgerow.stats()
    a_map = Map({number: None for number in range(500)})
    after = hedgerow.stats()
    assert after["live_entries"] - before["live_entries"] == 500
    assert after["live_versions"] - before["live_versions"] == 1
    assert after["live_words"] > before["live_words"]
    assert after["heap_bytes"] >= 24 * 500
    assert a_map.stats()["entries"] == 500
    compactions = after["compactions"]
    hedgerow.compact()
    assert hedgerow.stats()["compactions"] == compactions + 1
