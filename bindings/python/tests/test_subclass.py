"""Subclasses of Map: results have the same subclass, and no constructor is called for them."""

import gc
import weakref

import pytest

import hedgerow
from hedgerow import Map


class Named(Map):
    """A subclass with attributes and a constructor of its own."""

    made = 0

    def __new__(cls, *args, **names):
        cls.made += 1
        return super().__new__(cls, *args, **names)

    def __init__(self, *args, **names):
        self.note = "constructed"

    def shout(self):
        return {key: str(value).upper() for key, value in self.items()}


class Slotted(Map):
    __slots__ = ("extra",)


RESULTS = {
    "set": lambda a_map: a_map.set("c", 3),
    "delete": lambda a_map: a_map.delete("a"),
    "update": lambda a_map: a_map.update({"c": 3}),
    "update names": lambda a_map: a_map.update(c=3),
    "set_many": lambda a_map: a_map.set_many([("c", 3)]),
    "delete_many": lambda a_map: a_map.delete_many(["a"]),
    "|": lambda a_map: a_map | {"c": 3},
    "union": lambda a_map: a_map.union(Map(c=3)),
    "intersection": lambda a_map: a_map.intersection({"a": 1}),
    "difference": lambda a_map: a_map.difference({"a": 1}),
    "merge": lambda a_map: a_map.merge(Map(a_map), a_map.set("c", 3)),
    "finish": lambda a_map: finished(a_map),
}


def finished(a_map):
    mutation = a_map.mutate()
    mutation["c"] = 3
    return mutation.finish()


@pytest.mark.parametrize("call", RESULTS.values(), ids=RESULTS.keys())
@pytest.mark.parametrize("kind", [Named, Slotted])
def test_results_are_of_the_subclass(kind, call):
    made = call(kind(a=1, b=2))
    assert type(made) is kind
    assert dict(made) == dict(call(Map(a=1, b=2)))


def test_no_constructor_runs_for_a_result():
    a_map = Named(a=1)
    Named.made = 0
    other = a_map.set("b", 2)
    assert Named.made == 0 and not hasattr(other, "note")
    assert other.shout() == {"a": "1", "b": "2"}


def test_no_op_results_are_the_map_itself():
    a_map = Named(a=1)
    assert a_map.set("a", 1) is a_map and a_map.update() is a_map
    assert a_map.note == "constructed"


def test_constructors_and_fromkeys():
    assert type(Named.fromkeys("ab")) is Named
    assert type(Named(Map(a=1))) is Named and type(Map(Named(a=1))) is Map
    assert dict(Named({"x": 1}, y=2)) == {"x": 1, "y": 2}


def test_attributes_slots_and_weakrefs():
    a_map = Named(a=1)
    a_map.other = [a_map]
    assert a_map.other[0] is a_map
    gone = weakref.ref(a_map)
    del a_map.other
    del a_map
    assert gone() is None
    slotted = Slotted(a=1)
    slotted.extra = 5
    assert slotted.extra == 5
    with pytest.raises(AttributeError):
        slotted.more = 1


def test_a_cycle_through_an_attribute_is_collected():
    # The cycle goes through the instance dict, which the subclass's own traversal visits.
    a_map = Named(a=1)
    a_map.me = a_map
    gone = weakref.ref(a_map)
    del a_map
    gc.collect()
    assert gone() is None


def test_equality_and_hash_across_subclasses():
    assert Named(a=1) == Map(a=1) and Map(a=1) == Named(a=1) and Named(a=1) == Slotted(a=1)
    assert hash(Named(a=1)) == hash(Map(a=1))


def test_only_python_code_uses_overridden_methods():
    class Loud(Map):
        def __getitem__(self, key):
            return "loud"

        def __eq__(self, other):
            return NotImplemented

        __hash__ = Map.__hash__

    loud = Loud(a=1)
    assert loud["a"] == "loud" and loud.get("a") == 1 and Map(loud) == Map(a=1)


def test_missing_is_not_called_as_it_is_for_dict():
    class Missing(Map):
        def __missing__(self, key):
            return key

    with pytest.raises(KeyError):
        Missing()["a"]


def test_repr_names_the_base():
    assert repr(Map(a=1)) == "hedgerow.Map({'a': 1})"
    assert repr(Named(a=1)).endswith("({'a': 1})")


def test_destructor_of_a_subclass_runs_once_and_may_resurrect():
    risen = []

    class Rises(Map):
        def __del__(self):
            risen.append(self)

    value = object()
    a_map = Rises(a=value)
    del a_map
    assert len(risen) == 1 and risen[0]["a"] is value and risen[0].set("b", 1)["b"] == 1
    risen.clear()
    gc.collect()
    assert risen == []


def test_generic_subclass():
    class Typed(Map[str, int]):
        pass

    assert dict(Typed(a=1)) == {"a": 1} and issubclass(Typed, Map)
    assert hedgerow.Map in Typed.__mro__
