"""Reference counts: an entry owns one reference to its key and one to its value, whatever happens.

Every operation runs between two calls of `sys.getrefcount`. Objects are new, so that they are not
immortal and nobody else holds them.
"""

import gc
import sys
import weakref

import pytest

from hedgerow import Map

from keys import Key


class Thing:
    """A value with nothing in it."""


def counts(*things):
    return [sys.getrefcount(thing) for thing in things]


def test_an_entry_owns_one_reference_however_many_maps_hold_it():
    key, value = Key(1), Thing()
    before = counts(key, value)
    maps = [Map({key: value})]
    assert counts(key, value) == [count + 1 for count in before]
    maps += [maps[0].set(number, None) for number in range(50)]
    maps += [Map(maps[0]), maps[0].mutate(), maps[3] | maps[4]]
    entries = counts(key, value)
    # The union copies entries of the second map, and may take a reference for each.
    assert entries in ([count + 1 for count in before], [count + 2 for count in before])
    maps.clear()
    assert counts(key, value) == before


def test_the_number_of_references_for_python_and_str_keys():
    name = "".join(["name", "-of-", "a key"])
    number = int("123456789012")
    before = counts(name, number)
    a_map = Map({name: number})
    assert counts(name, number) == [count + 1 for count in before]
    assert a_map[name] is number
    del a_map
    assert counts(name, number) == before


def base_of(key, value):
    return Map({key: value, **{number: None for number in range(40)}})


OPERATIONS = {
    "get": lambda m, k, v: m.get(k),
    "get equal key": lambda m, k, v: m.get(Key(k.number)),
    "get missing": lambda m, k, v: m.get("missing", v),
    "[]": lambda m, k, v: m[k],
    "in": lambda m, k, v: k in m,
    "set the same": lambda m, k, v: m.set(k, v),
    "set another": lambda m, k, v: m.set(k, None),
    "set equal key": lambda m, k, v: m.set(Key(k.number), v),
    "set new": lambda m, k, v: m.set("new", v),
    "set new key": lambda m, k, v: m.set((k, 1), v),
    "delete": lambda m, k, v: m.delete(k),
    "delete another": lambda m, k, v: m.delete(3),
    "update": lambda m, k, v: m.update({k: None, "x": v}),
    "update from a map": lambda m, k, v: m.update(Map({k: None, "x": v})),
    "update with names": lambda m, k, v: m.update(x=v, y=k),
    "|": lambda m, k, v: m | {k: v, "x": k},
    "union": lambda m, k, v: m.union(Map({k: 1, v: 2})),
    "intersection": lambda m, k, v: m.intersection({k: 1}),
    "difference": lambda m, k, v: m.difference({k: 1}),
    "merge": lambda m, k, v: m.set("a", v).merge(m, m.set("b", k)),
    "merge with a conflict": lambda m, k, v: m.set(k, 1).merge(m, m.set(k, 2), lambda *_: v),
    "diff": lambda m, k, v: m.diff(m.set(k, 1)),
    "diff of strangers": lambda m, k, v: m.diff(Map({k: 1})),
    "==": lambda m, k, v: m == m.set("x", v).delete("x"),
    "== dict": lambda m, k, v: m == {k: v},
    "!=": lambda m, k, v: m != Map({k: v}),
    "hash": lambda m, k, v: hash(m),
    "repr": lambda m, k, v: repr(m),
    "dump": lambda m, k, v: m.__dump__(),
    "iterate": lambda m, k, v: list(m),
    "iterate values": lambda m, k, v: list(m.values()),
    "iterate items": lambda m, k, v: list(m.items()),
    "iterate a little": lambda m, k, v: next(iter(m.items())),
    "iterate backwards": lambda m, k, v: list(reversed(m.items())),
    "views": lambda m, k, v: (k in m.keys(), v in m.values(), (k, v) in m.items()),
    "set operations": lambda m, k, v: (m.keys() & {k}, m.keys() | {v}, m.items() - {(k, v)}),
    "get_many": lambda m, k, v: m.get_many([k, v, "missing"], v),
    "set_many": lambda m, k, v: m.set_many([(k, 1), (v, k), (v, v)]),
    "delete_many": lambda m, k, v: m.delete_many([k, 3]),
    "fromkeys": lambda m, k, v: Map.fromkeys([k, k, v], v),
    "constructor": lambda m, k, v: Map(m, x=v),
    "constructor of pairs": lambda m, k, v: Map([(k, v), (k, k), (v, v)]),
    "pickle": lambda m, k, v: m.__reduce__(),
    "copy": lambda m, k, v: m.copy(),
    "mutate": lambda m, k, v: mutated(m, k, v),
    "mutate and drop": lambda m, k, v: m.mutate().set(k, 1),
    "pop": lambda m, k, v: m.mutate().pop(k),
    "pop default": lambda m, k, v: m.mutate().pop("missing", v),
    "no such key": lambda m, k, v: failing(KeyError, m.delete, (k, v)),
    "no such item": lambda m, k, v: failing(KeyError, m.__getitem__, (k, v)),
    "bad pairs": lambda m, k, v: failing(ValueError, Map, [(k, v), (k, v, k)]),
    "no pairs": lambda m, k, v: failing(TypeError, m.update, [(k, v), 3]),
    "unhashable": lambda m, k, v: failing(TypeError, m.set, [k], v),
    "unhashable value": lambda m, k, v: failing(TypeError, hash, m.set(k, [v])),
    "finished": lambda m, k, v: finished(m, k, v),
}


def failing(error, call, *arguments):
    with pytest.raises(error):
        call(*arguments)


def mutated(a_map, key, value):
    with a_map.mutate() as mutation:
        mutation[key] = 1
        mutation[value] = key
        mutation[key] = value
        del mutation[value]
        mutation.update({value: value}, name=key)
        mutation.get(key)
    return mutation.finish(), mutation.finish()


def finished(a_map, key, value):
    mutation = a_map.mutate()
    mutation.finish()
    with pytest.raises(ValueError):
        mutation[key] = value


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_no_reference_is_lost_or_left(operation):
    key, value = Key(3), Thing()
    a_map = base_of(key, value)
    operation(a_map, key, value)
    gc.collect()
    before = counts(key, value, a_map)
    for _ in range(5):
        operation(a_map, key, value)
    gc.collect()
    assert counts(key, value, a_map) == before
    ends = weakref.ref(key), weakref.ref(value)
    del a_map, key, value
    assert [end() for end in ends] == [None, None]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_no_references_to_none_true_and_types_are_lost(operation):
    # Immortal from 3.12 on. Before, lost references to None end the process in the end.
    a_map = base_of(Key(3), None)
    singletons = (None, True, Map, NotImplemented)
    operation(a_map, Key(3), None)
    before = counts(*singletons)
    for _ in range(200):
        operation(a_map, Key(3), None)
    after = counts(*singletons)
    assert all(abs(new - old) < 100 for old, new in zip(before, after))


def test_weak_references_to_a_map():
    a_map = Map(a=1)
    called = []
    reference = weakref.ref(a_map, called.append)
    table = weakref.WeakValueDictionary(m=a_map)
    assert reference() is a_map and table["m"] is a_map
    del a_map
    assert reference() is None and called == [reference] and "m" not in table


def test_the_collector_does_not_track_a_map_of_untracked_objects():
    plain = [Map({number: str(number) for number in range(100)}), Map(), Map(a=None, b=2.5),
             Map({"x": (1, "y")}), Map({(1, 2): b"z"})]
    gc.collect()
    assert [gc.is_tracked(a_map) for a_map in plain] == [False] * len(plain)
    assert gc.is_tracked(Map(a=[])) and gc.is_tracked(Map(a=1).set("b", {}))
    # Derived from a map that held something tracked, it counts as one that may hold such.
    assert gc.is_tracked(Map(a=[], b=1).set("c", 1))
    assert not gc.is_tracked(Map(a=Map(b=1))) and gc.is_tracked(Map(a=Map(b=[])))


def test_no_objects_are_left_behind():
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(300):
        a_map = Map({number: [number] for number in range(50)})
        list(a_map.items()), a_map.keys(), a_map.mutate().finish()
        del a_map
    gc.collect()
    assert len(gc.get_objects()) - before < 50
