"""Nested maps: `get_in`, `set_in`, `update_in` and `delete_in`, against nested dicts.

The classes of bug: a map that changes, or loses what it shares with the new one; a walk that runs
user code in between and then writes to what is gone; a path whose length overflows the stack.
"""

import collections
import threading
import types

import hypothesis
from hypothesis import strategies
import pytest

from hedgerow import Map

from keys import Acting, Counting, Key

NOTHING = object()


class Node(dict):
    """Stands for a Map in a model; a plain dict stands for itself."""


def to_map(model):
    if not isinstance(model, Node):
        return model
    return Map({key: to_map(value) for key, value in model.items()})


def get_in(model, path, default):
    for key in path:
        if not isinstance(model, dict):
            raise TypeError
        if key not in model:
            return default
        model = model[key]
    return model


def set_in(model, path, value):
    if not isinstance(model, Node):
        raise TypeError
    if not path:
        raise ValueError
    key, rest = path[0], path[1:]
    return Node({**model, key: set_in(model.get(key, Node()), rest, value) if rest else value})


def delete_in(model, path):
    if not isinstance(model, Node):
        raise TypeError
    if not path:
        raise ValueError
    key, rest = path[0], path[1:]
    if rest:
        return Node({**model, key: delete_in(model[key], rest)})
    smaller = Node(model)
    del smaller[key]
    return smaller


keys = strategies.sampled_from(["a", "b", 1, -1, -2, (1, 2), None, 2**40, 1.5])
leaves = strategies.one_of(
    strategies.integers(), strategies.none(), strategies.text(max_size=3),
    strategies.dictionaries(keys, strategies.integers(0, 3), max_size=2))
nodes = strategies.recursive(
    leaves, lambda inner: strategies.dictionaries(keys, inner, max_size=4).map(Node),
    max_leaves=12)
roots = strategies.dictionaries(keys, nodes, max_size=5).map(Node)
paths = strategies.lists(keys, max_size=4)


def outcome(call, *arguments):
    """What a call returns, or the kind of exception that it raises."""
    try:
        return call(*arguments)
    except (KeyError, TypeError, ValueError) as error:
        return type(error)


@pytest.mark.slow
@pytest.mark.keeps_maps
@hypothesis.settings(max_examples=500, deadline=None, database=None)
@hypothesis.given(roots, paths, leaves, strategies.sampled_from([tuple, list, iter]))
def test_every_answer_is_that_of_nested_dicts(model, path, value, kind):
    a_map = to_map(model)
    before = to_map(model)

    old = outcome(get_in, model, path, NOTHING)
    found = outcome(a_map.get_in, kind(path), NOTHING)
    assert found is NOTHING if old is NOTHING else found == to_map(old)

    expected = outcome(set_in, model, path, value)
    made = outcome(a_map.set_in, kind(path), value)
    assert made == to_map(expected)
    if isinstance(made, Map):
        assert made.get_in(path) is value
        assert made.set_in(path, value) is made

    seen = []
    updated = outcome(a_map.update_in, kind(path), lambda one: seen.append(one) or value, NOTHING)
    assert updated == made
    assert len(seen) == isinstance(made, Map)
    if seen:
        assert seen[0] is found
        assert found is NOTHING or a_map.update_in(path, lambda one: one) is a_map

    assert outcome(a_map.delete_in, kind(path)) == to_map(outcome(delete_in, model, path))
    assert a_map == before


def test_what_is_beside_the_path_is_shared():
    beside = Map(x=1)
    a_map = Map(a=Map(b=Map(c=1), other=beside), beside=beside)
    for made in (a_map.set_in("a b c".split(), 2), a_map.update_in(["a", "b", "c"], str),
                 a_map.delete_in(("a", "b", "c"))):
        assert made["beside"] is beside and made["a"]["other"] is beside
        assert made["a"] is not a_map["a"]
    assert a_map == {"a": {"b": {"c": 1}, "other": {"x": 1}}, "beside": {"x": 1}}


def test_missing_maps_are_made():
    assert Map().set_in(["a", "b"], 1) == {"a": {"b": 1}}
    made = Map(a=Map()).update_in(["a", "b", "c"], lambda old: [old], 5)
    assert made == {"a": {"b": {"c": [5]}}} and type(made["a"]["b"]) is Map
    assert Map().update_in(["a"], lambda old: old) == {"a": None}
    assert Map().update_in(["a"], lambda old: old, default=1) == {"a": 1}


def test_deleting_leaves_empty_maps():
    assert Map(a=Map(b=1)).delete_in(["a", "b"]) == {"a": {}}


def test_a_key_that_is_missing_is_named():
    a_map = Map(a=Map(b=Map()))
    for path, key in ((["x", "y"], "x"), (["a", "x", "z"], "x"), (["a", "b", "c"], "c")):
        with pytest.raises(KeyError) as raised:
            a_map.delete_in(path)
        assert raised.value.args == (key,)


def test_values_on_the_way_that_are_no_maps():
    a_map = Map({"n": 1, "none": None, "d": {"b": {"c": 1}}, ("t",): [1]})
    for path, kind in ((["n", "b"], "int"), (["none", "b"], "NoneType"), (["d", "b"], "dict"),
                       ([("t",), 0], "list")):
        words = f"expected a Map under key {path[0]!r}, not '{kind}'"
        for call in (lambda: a_map.set_in(path, 1), lambda: a_map.delete_in(path),
                     lambda: a_map.update_in(path, pytest.fail)):
            with pytest.raises(TypeError) as raised:
                call()
            assert str(raised.value) == words
    with pytest.raises(TypeError, match="expected a mapping under key 'n', not 'int'"):
        a_map.get_in(["n", "b"], 5)
    with pytest.raises(TypeError, match=r"expected a mapping under key \('t',\), not 'list'"):
        a_map.get_in([("t",), 0])


def test_reading_goes_through_every_mapping():
    inner = {"b": {"c": 1}}
    made_by_missing = collections.defaultdict(dict, inner)
    for mapping in (inner, collections.UserDict(inner), types.MappingProxyType(inner),
                    collections.ChainMap({}, inner), made_by_missing, Map(inner)):
        a_map = Map(a=mapping)
        assert a_map.get_in(["a", "b", "c"]) == 1
        assert a_map.get_in(["a", "x", "c"], 5) == 5
    assert made_by_missing == inner, "a value was made"


def test_the_empty_path():
    a_map = Map(a=1)
    assert a_map.get_in(()) is a_map and a_map.get_in([], 5) is a_map
    for call in (lambda: a_map.set_in([], 1), lambda: a_map.update_in((), pytest.fail),
                 lambda: a_map.delete_in(iter(()))):
        with pytest.raises(ValueError, match="the path is empty"):
            call()


def test_a_str_is_no_path():
    a_map = Map(a=Map(b=1))
    for wrong in ("ab", b"ab", type("Text", (str,), {})("ab")):
        for call in (a_map.get_in, a_map.delete_in, lambda path: a_map.set_in(path, 1),
                     lambda path: a_map.update_in(path, pytest.fail)):
            with pytest.raises(TypeError, match="a path is a sequence of keys, not '"):
                call(wrong)
    for wrong in (1, None):
        with pytest.raises(TypeError, match="not iterable"):
            a_map.get_in(wrong)


def test_arguments():
    a_map = Map(a=1)
    assert a_map.get_in(["b"], default=2) == a_map.get_in(["b"], 2) == 2
    assert a_map.get_in(["b"]) is a_map.get_in(["b"], **{}) is None
    for call, words in (
        (lambda: a_map.get_in(["b"], other=2),
         r"get_in\(\) got an unexpected keyword argument 'other'"),
        (lambda: a_map.get_in(["b"], 1, default=2), "get_in expected 1 argument, got 2"),
        (lambda: a_map.get_in(default=2), "get_in expected 1 argument, got 0"),
        (lambda: a_map.get_in(), "get_in expected at least 1 argument, got 0"),
        (lambda: a_map.update_in(["b"], str, 1, 2), "update_in expected at most 3 arguments"),
        (lambda: a_map.update_in(["b"], default=2), "update_in expected 2 arguments, got 1"),
        (lambda: a_map.update_in(["b"], 1), "'int' object is not callable"),
    ):
        with pytest.raises(TypeError, match=words):
            call()


def test_a_subclass_stays_and_new_maps_are_plain():
    class Sub(Map):
        pass

    a_map = Sub(a=Sub(b=1), c=Map(d=1))
    made = a_map.set_in(["a", "b"], 2).set_in(["c", "d"], 2).set_in(["x", "y"], 1)
    assert [type(made), *map(type, map(made.get, "acx"))] == [Sub, Sub, Map, Map]
    assert type(made.delete_in(["a", "b"])["a"]) is Sub


def test_keys_are_hashed_once_and_compared_only_with_those_of_their_hash():
    path = [Counting(1, "a"), Counting(2, "b"), Counting(3, "c")]
    twins = [Counting(key.number, key.name) for key in path]
    a_map = Map().set_in(path, 1)
    for call in (lambda: a_map.set_in(twins, 2), lambda: a_map.update_in(twins, str),
                 lambda: a_map.delete_in(twins), lambda: a_map.get_in(twins)):
        Counting.calls.clear()
        call()
        assert Counting.calls["hash"] == 3 and Counting.calls["eq"] <= 6


def test_an_error_of_a_key_leaves_the_map():
    def fail():
        raise ZeroDivisionError

    key = Key(1, "k")
    a_map = Map().set_in([key, key, key], 1)
    for at in range(3):
        for when in ("hash", "eq"):
            def path():
                twins = [Key(1, "k") for _ in range(3)]
                twins[at] = Acting(1, "k", **{when: fail})
                return twins

            for call in (lambda: a_map.set_in(path(), 2), lambda: a_map.get_in(path()),
                         lambda: a_map.update_in(path(), str), lambda: a_map.delete_in(path())):
                with pytest.raises(ZeroDivisionError):
                    call()
    with pytest.raises(ZeroDivisionError):
        a_map.update_in([key, key, key], lambda one: 1 // 0)
    assert a_map == {key: {key: {key: 1}}}


def test_a_path_that_its_keys_change():
    path = []
    a_map = Map().set_in([Key(1, "a"), Key(2, "b")], 1)
    for when in ("hash", "eq"):
        path[:] = [Acting(1, "a", **{when: path.clear}), Key(2, "b")]
        assert a_map.set_in(path, 2) == {Key(1, "a"): {Key(2, "b"): 2}}
        path[:] = [Acting(1, "a", **{when: path.clear}), Key(2, "b")]
        assert a_map.get_in(path) == 1


def test_a_function_that_uses_the_map():
    a_map = Map(a=Map(b=1))
    made = a_map.update_in(["a", "b"], lambda one: a_map.set_in(["a", "b"], one + 1))
    assert made == {"a": {"b": {"a": {"b": 2}}}}


def deep(length):
    path = tuple(range(length))
    a_map = Map().set_in(path, 1)
    assert a_map.get_in(path) == 1 and a_map.get_in((*path[:-1], -1), 5) == 5
    assert a_map.set_in(path, a_map.get_in(path)) is a_map
    made = a_map.update_in(path, lambda one: one + 1)
    assert made.get_in(path) == 2 and a_map.get_in(path) == 1
    smaller = made.delete_in(path)
    assert smaller.get_in(path, NOTHING) is NOTHING and smaller.get_in(path[:-1]) == {}
    return True


@pytest.mark.parametrize("stack_size", [0, 256 << 10])
def test_a_path_of_100_000_keys(stack_size):
    done = []
    old = threading.stack_size(stack_size)
    try:
        thread = threading.Thread(target=lambda: done.append(deep(100_000)))
        thread.start()
    finally:
        threading.stack_size(old)
    thread.join()
    assert done == [True]
