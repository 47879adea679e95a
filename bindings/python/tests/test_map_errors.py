"""Errors: the same exceptions as immutables raises, in the same words, and nothing changed."""

import pytest

from hedgerow import Map
from hedgerow.immutables import _testutils as failing

import oracle
from keys import Key

CALLS = {
    "Map(None)": lambda Map: Map(None),
    "Map(1)": lambda Map: Map(1),
    "Map([1])": lambda Map: Map([1]),
    "Map([(1, 2, 3)])": lambda Map: Map([(1, 2, 3)]),
    "Map([(1,)])": lambda Map: Map([(1,)]),
    "Map([()])": lambda Map: Map([()]),
    "Map([(1, 2), 5])": lambda Map: Map([(1, 2), 5]),
    "Map({}, {})": lambda Map: Map({}, {}),
    "Map(mutation)": lambda Map: Map(Map(a=1).mutate()),
    "Map([([], 1)])": lambda Map: Map([([], 1)]),
    "set()": lambda Map: Map(a=1).set(),
    "set(1)": lambda Map: Map(a=1).set(1),
    "set(1, 2, 3)": lambda Map: Map(a=1).set(1, 2, 3),
    "set(key=, val=)": lambda Map: Map(a=1).set(key=1, val=2),
    "set([], 1)": lambda Map: Map(a=1).set([], 1),
    "empty set([], 1)": lambda Map: Map().set([], 1),
    "get()": lambda Map: Map(a=1).get(),
    "get(1, 2, 3)": lambda Map: Map(a=1).get(1, 2, 3),
    "get([])": lambda Map: Map(a=1).get([]),
    "empty get([])": lambda Map: Map().get([]),
    "[] in": lambda Map: [] in Map(a=1),
    "[] in empty": lambda Map: [] in Map(),
    "empty[[]]": lambda Map: Map()[[]],
    "[[]]": lambda Map: Map(a=1)[[]],
    "['zz']": lambda Map: Map(a=1)["zz"],
    "[(1, 2)]": lambda Map: Map(a=1)[1, 2],
    "delete('zz')": lambda Map: Map(a=1).delete("zz"),
    "delete([])": lambda Map: Map(a=1).delete([]),
    "empty delete([])": lambda Map: Map().delete([]),
    "empty delete(1)": lambda Map: Map().delete(1),
    "delete()": lambda Map: Map(a=1).delete(),
    "delete(1, 2)": lambda Map: Map(a=1).delete(1, 2),
    "update(1)": lambda Map: Map(a=1).update(1),
    "update(1, 2)": lambda Map: Map(a=1).update(1, 2),
    "update(None)": lambda Map: Map(a=1).update(None),
    "update(mutation)": lambda Map: Map(a=1).update(Map().mutate()),
    "update([(1,)])": lambda Map: Map(a=1).update([(1,)]),
    "update([(1, 2), 1])": lambda Map: Map(a=1).update([(1, 2), 1]),
    "mutate(1)": lambda Map: Map(a=1).mutate(1),
    "keys(1)": lambda Map: Map(a=1).keys(1),
    "hash of unhashable": lambda Map: hash(Map(a=[])),
    "map < map": lambda Map: Map() < Map(),
    "map < 1": lambda Map: Map() < 1,
    "map + map": lambda Map: Map() + Map(),
    "mutation.pop()": lambda Map: Map(a=1).mutate().pop(),
    "mutation.pop('zz')": lambda Map: Map(a=1).mutate().pop("zz"),
    "mutation.pop(1, 2, 3)": lambda Map: Map(a=1).mutate().pop(1, 2, 3),
    "mutation.pop([])": lambda Map: Map(a=1).mutate().pop([]),
    "empty mutation.pop([], 1)": lambda Map: Map().mutate().pop([], 1),
    "mutation.set(1)": lambda Map: Map(a=1).mutate().set(1),
    "mutation.set([], 1)": lambda Map: Map(a=1).mutate().set([], 1),
    "mutation.get()": lambda Map: Map(a=1).mutate().get(),
    "empty mutation.get([])": lambda Map: Map().mutate().get([]),
    "mutation['zz']": lambda Map: Map(a=1).mutate()["zz"],
    "del mutation['zz']": lambda Map: Map(a=1).mutate().__delitem__("zz"),
    "del mutation[[]]": lambda Map: Map(a=1).mutate().__delitem__([]),
    "mutation.update(1)": lambda Map: Map(a=1).mutate().update(1),
    "mutation.update([1])": lambda Map: Map(a=1).mutate().update([1]),
    "mutation.update([(1, 2, 3)])": lambda Map: Map(a=1).mutate().update([(1, 2, 3)]),
    "mutation.update(None)": lambda Map: Map(a=1).mutate().update(None),
    "mutation.update(1, 2)": lambda Map: Map(a=1).mutate().update(1, 2),
    "hash(mutation)": lambda Map: hash(Map(a=1).mutate()),
    "iter(mutation)": lambda Map: iter(Map(a=1).mutate()),
    "mutation < mutation": lambda Map: Map().mutate() < Map().mutate(),
    "type(mutation)()": lambda Map: type(Map().mutate())(),
    "mutation.finish(1)": lambda Map: Map().mutate().finish(1),
    "finished.set": lambda Map: finished(Map).set(1, 2),
    "finished[1] = 2": lambda Map: finished(Map).__setitem__(1, 2),
    "del finished[1]": lambda Map: finished(Map).__delitem__(1),
    "finished.pop('a')": lambda Map: finished(Map).pop("a"),
    "finished.pop('zz', 3)": lambda Map: finished(Map).pop("zz", 3),
    "finished.update()": lambda Map: finished(Map).update(),
    "finished.update(a=1)": lambda Map: finished(Map).update(a=1),
    "finished.get('a')": lambda Map: finished(Map).get("a"),
    "finished['a']": lambda Map: finished(Map)["a"],
    "finished['b']": lambda Map: finished(Map)["b"],
    "repr(finished)": lambda Map: repr(finished(Map)),
    "finished.finish()": lambda Map: finished(Map).finish(),
}


def finished(Map):
    mutation = Map(a=1).mutate()
    mutation.finish()
    return mutation


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_the_same_outcome_as_with_immutables(call):
    assert oracle.outcome(call, Map) == oracle.outcome(call, oracle.immutables.Map)


def test_key_errors_carry_the_key_itself():
    key = Key(5, "absent")
    filled = Map({Key(5, "other"): 1, "a": 2})
    for a_map in (Map(), filled):
        for call in (a_map.delete, a_map.__getitem__, a_map.mutate().pop,
                     a_map.mutate().__getitem__, a_map.mutate().__delitem__):
            with pytest.raises(KeyError) as caught:
                call(key)
            assert caught.value.args[0] is key
            del caught


def test_a_tuple_as_missing_key_is_not_taken_apart():
    with pytest.raises(KeyError) as caught:
        Map().delete((1, 2))
    assert caught.value.args == ((1, 2),)


READS = {
    "get": lambda a_map, key: a_map.get(key),
    "[]": lambda a_map, key: a_map[key],
    "in": lambda a_map, key: key in a_map,
    "in keys": lambda a_map, key: key in a_map.keys(),
    "in items": lambda a_map, key: (key, 1) in a_map.items(),
    "get_many": lambda a_map, key: a_map.get_many([key]),
}
WRITES = {
    "set": lambda a_map, key: a_map.set(key, 1),
    "delete": lambda a_map, key: a_map.delete(key),
    "update": lambda a_map, key: a_map.update([(1, 2), (key, 1)]),
    "set_many": lambda a_map, key: a_map.set_many([(1, 2), (key, 1)]),
    "delete_many": lambda a_map, key: a_map.delete_many([key]),
    "mutate and set": lambda a_map, key: a_map.mutate().set(key, 1),
    "mutate and del": lambda a_map, key: a_map.mutate().__delitem__(key),
    "mutate and pop": lambda a_map, key: a_map.mutate().pop(key, None),
    "mutate and update": lambda a_map, key: a_map.mutate().update([(1, 2), (key, 1)]),
    "build": lambda a_map, key: Map([(failing.HashKey(10, "a"), 1), (key, 1)]),
    "build from a dict": lambda a_map, key: Map({failing.HashKey(10, "a"): 1, key: 1}),
}


@pytest.mark.parametrize("name", [*READS, *WRITES])
def test_errors_of_hash_and_eq_come_out_and_change_nothing(name):
    call = READS.get(name) or WRITES[name]
    key, same = failing.HashKey(10, "a"), failing.HashKey(10, "b")
    a_map = Map({key: "x", "other": "y"})
    before = oracle.shape(a_map)
    with failing.HashKeyCrasher(error_on_hash=True), pytest.raises(failing.HashingError):
        call(a_map, same)
    if name != "build from a dict":
        with failing.HashKeyCrasher(error_on_eq=True), pytest.raises(failing.EqError):
            call(a_map, same)
    assert oracle.shape(a_map) == before
    assert a_map[key] == "x" and same not in a_map


def test_a_mutation_survives_a_failing_key():
    key, same = failing.HashKey(10, "a"), failing.HashKey(10, "b")
    mutation = Map({key: "x"}).mutate()
    mutation["more"] = 1
    with failing.HashKeyCrasher(error_on_eq=True):
        for call in (mutation.__setitem__, mutation.set, mutation.get, mutation.pop):
            with pytest.raises(failing.EqError):
                call(same, 1)
    mutation[same] = 2
    assert dict(mutation.finish()) == {key: "x", "more": 1, same: 2}


def test_errors_of_repr_come_out():
    for a_map in (Map({failing.HashKey(1, "a"): 1}), Map({1: failing.HashKey(1, "a")})):
        with failing.HashKeyCrasher(error_on_repr=True):
            for thing in (a_map, a_map.mutate()):
                with pytest.raises(failing.ReprError):
                    repr(thing)


def test_errors_of_iterables_come_out():
    def failing_pairs():
        yield "a", 1
        raise ZeroDivisionError

    class FailingItems:
        def keys(self):
            raise ZeroDivisionError

        def items(self):
            raise ZeroDivisionError

    base = Map(z=26)
    for call in (Map, base.update, base.mutate().update, base.set_many):
        for source in (failing_pairs(), FailingItems()):
            with pytest.raises(ZeroDivisionError):
                call(source)
    assert dict(base) == {"z": 26}


def test_a_pair_may_be_any_iterable_of_two():
    assert dict(Map([iter([1, 2]), range(3, 5), "ab"])) == {1: 2, 3: 4, "a": "b"}


def test_a_truth_value_that_fails():
    class Unclear:
        def __bool__(self):
            raise ZeroDivisionError

    class Vague:
        def __hash__(self):
            return 7

        def __eq__(self, other):
            return Unclear()

    one, two = Vague(), Vague()
    a_map = Map({one: 1})
    for call in (a_map.get, a_map.delete, lambda key: a_map.set(key, 1)):
        with pytest.raises(ZeroDivisionError):
            call(two)
    assert a_map[one] == 1


def test_a_hash_that_is_no_int():
    class Odd:
        def __hash__(self):
            return "no"

    with pytest.raises(TypeError):
        Map({"a": 1}).set(Odd(), 1)
    with pytest.raises(TypeError):
        Map({"a": 1}).get(Odd())
