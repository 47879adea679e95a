"""Unusual uses of the types."""

import copy
import inspect
import pickle
import sys

import pytest

import hedgerow
from hedgerow import Map, MapMutation, _hedgerow

PUBLIC = [
    Map,
    MapMutation,
    hedgerow.MapKeys,
    hedgerow.MapValues,
    hedgerow.MapItems,
    _hedgerow.MapIterator,
]


class Slotted(Map):
    __slots__ = ("left", "unset", "__private")

    def hide(self, value):
        self.__private = value
        return self

    def hidden(self):
        return self.__private


class Both(Slotted):
    """Has slots, and a `__dict__` too."""


class Stateful(Map):
    def __getstate__(self):
        return ["kept"]

    def __setstate__(self, state):
        self.state = state


@pytest.mark.parametrize("again", [
    copy.copy,
    copy.deepcopy,
    lambda a_map: a_map.copy(),
    *[
        lambda a_map, protocol=protocol: pickle.loads(pickle.dumps(a_map, protocol))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ],
])
def test_copies_and_pickles_keep_slots_and_state(again):
    slotted = Slotted(a=1).hide("deep")
    slotted.left = "left"
    twin = again(slotted)
    assert (type(twin), twin, twin.left, twin.hidden()) == (Slotted, slotted, "left", "deep")
    assert not hasattr(twin, "unset") and not hasattr(twin, "__dict__")

    both = Both(a=1).hide("deep")
    both.other = "other"
    twin = again(both)
    assert (twin, twin.hidden(), twin.__dict__) == (both, "deep", {"other": "other"})

    twin = again(Stateful(a=1))
    assert (twin, twin.state) == (Map(a=1), ["kept"])
    assert again(Slotted(a=1)) == Map(a=1) and again(Both(a=1)).__dict__ == {}


class Name(str):
    """A keyword whose hash fails more often, the more often it is hashed."""

    left = 100

    def __hash__(self):
        Name.left -= 1
        if Name.left < 0:
            raise ZeroDivisionError
        return str.__hash__(self)


@pytest.mark.parametrize("source", [Map({1: 2}), {1: 2}, [(1, 2)], ()], ids=repr)
def test_a_keyword_that_cannot_be_hashed_leaves_nothing_behind(source):
    Name.left = 100
    names = {Name("x"): 1, Name("y"): 2}
    before = hedgerow.stats()["live_versions"]
    raised = 0
    for left in range(10):
        for call in (Map, Map(source).update, Map(source).mutate().update):
            Name.left = left
            try:
                call(source, **names)
            except ZeroDivisionError:
                raised += 1
    Name.left = 100
    del call
    assert raised > 3
    assert hedgerow.stats()["live_versions"] == before


class AtEnd:
    def __init__(self, function):
        self.function = function

    def __del__(self):
        self.function()


@pytest.mark.parametrize("filled", [False, True])
def test_finish_while_destructors_finish_the_same_mutation(filled):
    """Whatever writes next drops the rest of the dead, and that may be `finish`."""
    mutation = Map(dict.fromkeys(range(5)) if filled else {}).mutate()
    seen = []

    def again():
        seen.append(mutation.finish())
        with pytest.raises(ValueError):
            mutation[7] = 7

    a_map = Map({number: AtEnd(again) for number in range(6)})
    del a_map
    assert len(seen) == 6 and all(map(Map.__eq__, seen, seen[1:]))
    assert len(seen[0]) == (5 if filled else 0)
    assert mutation.finish() == seen[0]


def test_signatures():
    def signature(function):
        return str(inspect.signature(function))

    assert signature(Map) == "(*args, **kw)"
    assert signature(Map.get) == "(self, key, default=None, /)"
    assert signature(Map.merge) == "(self, /, base, theirs, conflict=None)"
    assert signature(Map.fromkeys) == "(keys, value=None, /)"
    for kind in PUBLIC:
        for name, member in vars(kind).items():
            # As with dict.pop, no value stands for no default.
            if not name.startswith("_") and callable(member) and name != "pop":
                assert signature(member)


def test_everything_has_a_docstring():
    for kind in PUBLIC:
        assert kind.__doc__
        for name, member in vars(kind).items():
            assert getattr(member, "__doc__", "a constant") or name == "__hash__", (kind, name)


def test_getsizeof_counts_what_the_store_holds():
    small, large = Map(a=1), Map.fromkeys(range(10_000))
    assert sys.getsizeof(Map()) < sys.getsizeof(small) < 200
    assert 24 * 10_000 < sys.getsizeof(large) < 60 * 10_000
    own = sys.getsizeof(large) - sys.getsizeof(Map())
    assert own == 4 * large.stats()["words"] + 24 * 10_000
    # In full, also what is shared.
    assert abs(sys.getsizeof(large.set(1, "")) - sys.getsizeof(large)) < 100


@pytest.mark.parametrize("kind", PUBLIC)
def test_what_cannot_be_made(kind):
    with pytest.raises(TypeError, match="not safe|cannot create"):
        object.__new__(kind)
    if kind is Map:
        assert Map.__new__(Map) == Map()
        with pytest.raises(TypeError):
            Map.__new__(int)
        with pytest.raises(TypeError):
            type("Mixed", (Map, dict), {})
        return
    with pytest.raises(TypeError):
        kind()
    with pytest.raises(TypeError, match="base type"):
        type("Child", (kind,), {})


def test_init_again_changes_nothing():
    a_map = Map(a=1)
    a_map.__init__({2: 3})
    assert a_map == {"a": 1}


def test_assignment_to_class():
    class One(Map):
        pass

    class Other(Map):
        pass

    a_map = One(a=1)
    a_map.__class__ = Other
    assert type(a_map.set("b", 2)) is Other
    for instance, kind in ((a_map, Map), (a_map, dict), (Map(), One)):
        with pytest.raises(TypeError):
            instance.__class__ = kind


@pytest.mark.parametrize("kind", PUBLIC)
def test_the_types_cannot_be_changed(kind):
    with pytest.raises(TypeError):
        kind.new = 1
    with pytest.raises(TypeError):
        del kind.__len__
