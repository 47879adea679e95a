"""Keys and values that use the maps they are in, in the middle of an operation.

`__hash__`, `__eq__`, `__repr__`, destructors and weak reference callbacks run during operations.
Whatever they do, the operation succeeds or raises, no map changes, and the store stays intact: the
fixture in conftest.py checks it after each test. immutables 0.21 crashes on several of these.
"""

import gc
import random
import sys

import pytest

import hedgerow
from hedgerow import Map, _hedgerow

from keys import Acting, Key
from storms import SAME, storm

OPERATIONS = {
    "get": lambda m, k: m.get(k),
    "[]": lambda m, k: m[k],
    "in": lambda m, k: k in m,
    "set": lambda m, k: m.set(k, 1),
    "delete": lambda m, k: m.delete(k),
    "update": lambda m, k: m.update({Key(SAME, "first"): 1}).update([(k, 2), (k, 3)]),
    "build": lambda m, k: Map([(Key(SAME, number), number) for number in range(9)] + [(k, 1)]),
    "build from a map": lambda m, k: Map(m, x=1).set(k, 1),
    "| dict": lambda m, k: m | {k: 1},
    "| map": lambda m, k: m | Map({k: 1}),
    "intersection": lambda m, k: m.intersection(Map({k: 1})),
    "difference": lambda m, k: m.difference(Map({k: 1})),
    "==": lambda m, k: m == Map({k: 1, **{Key(SAME, n): n for n in range(len(m) - 1)}}),
    "== dict": lambda m, k: m == {k: 1, **{Key(SAME, n): n for n in range(len(m) - 1)}},
    "diff": lambda m, k: m.diff(Map({k: 1})),
    "merge": lambda m, k: m.merge(Map({Key(SAME, 1): 2}), Map({k: 1}), lambda *_: 5),
    "get_many": lambda m, k: m.get_many([k, k, Key(SAME, 3)]),
    "set_many": lambda m, k: m.set_many([(k, 1), (Key(SAME, 3), 2)]),
    "delete_many": lambda m, k: m.delete_many([Key(SAME, 3), k]),
    "in items": lambda m, k: (k, 1) in m.items(),
    "in values": lambda m, k: k in m.values(),
    "keys &": lambda m, k: m.keys() & {k},
    "hash": lambda m, k: hash(m.set(k, 1)),
    "mutate": lambda m, k: m.mutate().set(k, 1),
    "mutate and pop": lambda m, k: m.mutate().pop(k, None),
    "mutate and update": lambda m, k: m.mutate().update([(k, 1), (Key(SAME, 1), 2)]),
    "mutate ==": lambda m, k: m.mutate() == Map({k: 1}).mutate(),
}


@pytest.mark.parametrize("when", ["eq", "hash"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_storm_inside_an_operation(name, when):
    for seed in range(40):
        rng = random.Random(f"{name} {when} {seed}")
        maps = [Map({Key(SAME, number): number for number in range(rng.choice([1, 2, 9]))})]
        a_map = Map({Acting(SAME, number, eq=storm(rng, maps)): number for number in range(6)})
        maps.append(a_map)
        contents = [(key.name, value) for key, value in a_map.items()]
        for at in rng.sample(range(8), 3):
            key = Acting(SAME, at, **{when: storm(rng, maps)})
            try:
                OPERATIONS[name](a_map, key)
            except (KeyError, RuntimeError):
                pass
            assert [(key.name, value) for key, value in a_map.items()] == contents
        _hedgerow._check()
        # A cycle: every storm holds the maps, which hold keys with storms in them.
        maps.clear()


def test_the_last_reference_to_the_map_is_dropped_during_its_own_operation():
    for operation in ("get", "__getitem__", "__contains__", "delete"):
        holder = [Map({Key(SAME, number): number for number in range(5)})]
        key = Acting(SAME, 3, eq=holder.clear)
        result = getattr(holder[0], operation)(key)
        assert holder == [] and result is not None
    holder = [Map({Key(SAME, number): number for number in range(5)})]
    made = holder[0].set(Acting(SAME, "new", eq=holder.clear), "value")
    assert len(made) == 6 and holder == []


def test_the_stored_key_is_dropped_while_it_is_compared():
    # The mutation holds the only reference to the stored key, and `__eq__` deletes that key.
    for action in ("del", "set", "update", "finish"):
        mutation = Map().mutate()

        def act():
            if action == "del":
                del mutation[Key(SAME, 1)]
            elif action == "set":
                mutation[Key(SAME, 1)] = "other"
            elif action == "update":
                mutation.update({Key(SAME, number): None for number in range(40)})
            else:
                mutation.finish()

        mutation[Key(SAME, 1)] = "value"
        try:
            mutation[Acting(SAME, 1, eq=act)] = "mine"
        except (RuntimeError, ValueError):
            pass
        else:
            assert mutation[Key(SAME, 1)] == "mine"
        assert len(list(mutation.finish().items())) == len(mutation)


WRITES = {
    "set": lambda mm, key: mm.set(key, "mine"),
    "[]=": lambda mm, key: mm.__setitem__(key, "mine"),
    "del": lambda mm, key: mm.__delitem__(key),
    "pop": lambda mm, key: mm.pop(key, None),
    "update": lambda mm, key: mm.update([(key, "mine")]),
    "get": lambda mm, key: mm.get(key),
    "in": lambda mm, key: key in mm,
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("when", ["eq", "hash"])
def test_a_key_that_writes_to_the_same_mutation(write, when):
    for seed in range(60):
        rng = random.Random(f"{write} {when} {seed}")
        base = Map({Key(SAME + rng.choice([0, 32]), number): number for number in range(8)})
        mutation = base.mutate()
        copies = []

        def act():
            for _ in range(rng.randrange(1, 6)):
                key = Key(SAME + rng.choice([0, 32]), rng.randrange(12))
                if rng.random() < 0.5:
                    mutation[key] = rng.random()
                else:
                    mutation.pop(key, None)
            if rng.random() < 0.2:
                copies.append(Map(base).mutate())
                hedgerow.compact()

        key = Acting(SAME, rng.randrange(12), **{when: act})
        try:
            WRITES[write](mutation, key)
        except (RuntimeError, KeyError):
            pass
        else:
            if write in ("set", "[]=", "update"):
                assert mutation[key] == "mine"
            elif write in ("del", "pop"):
                assert key not in mutation
        made = mutation.finish()
        items = list(made.items())
        assert len(items) == len(made) == len(mutation) == len(dict(items))
        key.actions.clear()
        assert {key.name: value for key, value in base.items()} == {n: n for n in range(8)}


def test_finish_during_a_write_leaves_the_finished_map_as_it_is():
    for when in ("eq", "hash"):
        mutation = Map({Key(SAME, 1): 1}).mutate()
        given = []
        key = Acting(SAME, 2, **{when: lambda: given.append(mutation.finish())})
        try:
            mutation[key] = 2
        except (RuntimeError, ValueError):
            pass
        assert dict(given[0]) == {Key(SAME, 1): 1}


def test_equality_that_uses_the_store_without_end():
    class Endless(Key):
        def __eq__(self, other):
            return Map({Key(SAME, 1): 1, self: 2}).get(Endless(SAME)) == 5

        __hash__ = Key.__hash__

    with pytest.raises(RecursionError):
        Map({Endless(SAME, 1): 1}).get(Endless(SAME, 2))


def test_repr_that_changes_and_drops():
    for seed in range(20):
        rng = random.Random(seed)
        maps = []
        a_map = Map({Acting(number, number, repr=storm(rng, maps)): number for number in range(9)})
        maps.append(a_map)
        mutation = Map({Acting(number, 0, repr=None): 1 for number in range(3)}).mutate()
        mutation[Acting(9, 0, repr=lambda: mutation.pop(Key(0, 0), None))] = 2
        assert repr(a_map).startswith("hedgerow.Map({Key(")
        try:
            assert repr(mutation).startswith("hedgerow.MapMutation({")
        except RuntimeError:
            pass
        a_map.__dump__()


def test_dump_with_a_repr_that_empties_everything():
    maps = [Map({Acting(number, 0, repr=lambda: maps.clear()): 1 for number in range(40)})]
    assert maps[0].__dump__().count("Key(") == 40


def test_replaced_values_whose_destructors_change_the_mutation():
    class Writes:
        def __init__(self, mutation):
            self.mutation = mutation

        def __del__(self):
            try:
                self.mutation["from a destructor"] = 1
            except ValueError:
                pass

    mutation = Map({number: number for number in range(50)}).mutate()
    mutation["a"] = Writes(mutation)
    mutation["a"] = 2
    assert mutation["from a destructor"] == 1 and mutation["a"] == 2 and len(mutation) == 52
    mutation["b"] = Writes(mutation)
    del mutation["from a destructor"]
    del mutation["b"]
    assert mutation["from a destructor"] == 1 and "b" not in mutation
    mutation["c"] = Writes(mutation)
    del mutation["from a destructor"]
    assert type(mutation.pop("c")) is Writes
    assert mutation["from a destructor"] == 1
    assert len(dict(mutation.finish())) == 52


def test_iteration_while_the_maps_come_and_go():
    for seed in range(5):
        rng = random.Random(seed)
        maps = [Map({number: [number] for number in range(500)})]
        storms = storm(rng, maps)
        iterators = [iter(maps[0].items()), iter(maps[0]), iter(maps[0].values())]
        seen = [[], [], []]
        while iterators[0].__length_hint__():
            at = rng.randrange(3)
            seen[at].extend(x for x in [next(iterators[at], None)] if x is not None)
            if rng.random() < 0.05:
                storms()
        for at in range(3):
            seen[at].extend(iterators[at])
        assert [key for key, _ in seen[0]] == seen[1]
        assert [value for _, value in seen[0]] == seen[2] and len(seen[1]) == 500


def test_an_iterator_that_is_used_inside_itself():
    a_map = Map({Acting(number, number): number for number in range(100)})
    iterator = iter(a_map)
    got = []
    for key in iterator:
        got.append(key)
        got.extend(x for x in [next(iterator, None)] if x is not None)
        assert key in a_map
    assert got == list(a_map)


def test_a_source_that_changes_what_is_updated():
    mutation = Map(a=1).mutate()

    def source():
        for number in range(100):
            yield number, number
            mutation[number + 1000] = number
            if number == 50:
                gc.collect()
                hedgerow.compact()

    mutation.update(source())
    assert len(mutation) == 201 and mutation[1099] == 99 and mutation[99] == 99

    class Items:
        def items(self):
            yield "x", 1
            mutation.finish()
            yield "y", 2

    with pytest.raises(ValueError, match="has been finished"):
        mutation.update(Items())
        mutation["z"] = 1
    assert len(mutation.finish()) == len(mutation)


def test_a_dict_that_changes_while_a_map_is_built_from_it():
    source = {}
    key = Acting(SAME, "second", eq=lambda: source.clear())
    source.update({Key(SAME, "first"): 1, key: 2, Key(SAME, "third"): 3})
    key.actions["eq"] = source.clear
    try:
        made = Map(source)
    except RuntimeError as error:
        assert "changed" in str(error)
    else:
        assert set(made.values()) <= {1, 2, 3}


def test_an_error_in_any_place_leaves_no_half_made_map():
    class Bomb(Key):
        fuse = 0

        def __hash__(self):
            Bomb.fuse -= 1
            if Bomb.fuse == 0:
                raise ZeroDivisionError
            return super().__hash__()

        def __eq__(self, other):
            Bomb.fuse -= 1
            if Bomb.fuse == 0:
                raise ZeroDivisionError
            return super().__eq__(other)

    keys = [Bomb(SAME + 32 * (number % 2), number) for number in range(12)]
    base = Map({key: key.name for key in keys[:8]})
    before = hedgerow.stats()
    for name, operation in OPERATIONS.items():
        for fuse in range(1, 60):
            Bomb.fuse = fuse
            try:
                operation(base, Bomb(SAME, 3))
            except (ZeroDivisionError, KeyError):
                pass
            Bomb.fuse = 0
            after = hedgerow.stats()
            assert after["live_entries"] == before["live_entries"], (name, fuse)
            assert after["live_versions"] == before["live_versions"], (name, fuse)


def test_system_exit_and_keyboard_interrupt_pass_through():
    for error in (SystemExit, KeyboardInterrupt, GeneratorExit):
        def leave():
            raise error

        with pytest.raises(error):
            Map({Key(SAME, 1): 1}).get(Acting(SAME, 2, eq=leave))
        with pytest.raises(error):
            Map({Key(SAME, 1): 1}).set(Acting(SAME, 2, hash=leave), 1)


def test_recursion_limit_inside_operations():
    a_map = Map({Key(SAME, 1): 1})

    def down(depth):
        try:
            return down(depth + 1)
        except RecursionError:
            return a_map.get(Key(SAME, 2), depth)

    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(len(_frames()) + 60)
        try:
            down(0)
        except RecursionError:
            pass
    finally:
        sys.setrecursionlimit(limit)
    assert a_map[Key(SAME, 1)] == 1


def _frames():
    frame, frames = sys._getframe(), []
    while frame:
        frames.append(frame.f_lineno)
        frame = frame.f_back
    return frames
