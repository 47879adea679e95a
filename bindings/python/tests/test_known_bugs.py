"""Bugs of other persistent maps, named after their reports, which must not be here."""

import contextvars
import copy
import gc
import random
import sys
import weakref

import pytest

from hedgerow import Map, _hedgerow

import oracle
from keys import Acting, Key


def test_immutables_7_constructor_with_failing_or_odd_arguments():
    # Segfault in the constructor: MagicStack/immutables#7.
    class Items:
        def items(self):
            return [(1, 2), None]

    for source in (Items(), [None], [(1, 2), ()], [iter([1])]):
        with pytest.raises((TypeError, ValueError)):
            Map(source)
        with pytest.raises((TypeError, ValueError)):
            Map(source, more=1)
    assert dict(Map({"a": 1}, b=2)) == {"a": 1, "b": 2}


def test_immutables_24_mutation_keeps_the_count_of_wide_nodes():
    # KeyError on keys that are there: MagicStack/immutables#24. Every size around the promotion.
    for size in range(14, 36):
        for added in range(1, 6):
            with Map.fromkeys(range(size)).mutate() as mutation:
                for number in range(size, size + added):
                    mutation[number] = None
                for number in range(0, size, 3):
                    del mutation[number]
            left = mutation.finish()
            expected = set(range(size + added)) - set(range(0, size, 3))
            for number in sorted(expected):
                left = left.delete(number)
            assert len(left) == 0 and list(left) == []


def test_immutables_84_cpython_93065_iteration_of_a_deep_tree_goes_to_the_end():
    # Iteration stopped early, or crashed, with 820,000 random ints: MagicStack/immutables#84. It
    # takes two hashes that share 30 bits, which many keys make likely and these two sure.
    keys = [0, 1 << 30, 1 << 31, 3 << 30]
    for fill in ([], range(1, 2000)):
        a_map = Map.fromkeys([*fill, *keys])
        assert len(list(a_map)) == len(a_map) == len(list(a_map.items()))
    rng = random.Random(84)
    numbers = {rng.randrange(2**60) for _ in range(820_000)}
    a_map = Map.fromkeys(numbers)
    assert len(a_map) == len(numbers) and set(a_map) == numbers


def test_cpython_142829_equality_that_drops_what_is_compared():
    # Use after free in Context.__eq__: python/cpython#142829.
    holder = []

    class Drops:
        def __eq__(self, other):
            holder.clear()
            gc.collect()
            return True

        __hash__ = None

    holder.extend([Map({number: Drops() for number in range(40)}) for _ in range(2)])
    assert holder[0] == holder[1]
    holder.append(Map({Acting(7, number, eq=holder.clear): number for number in range(5)}))
    assert holder[0].__eq__(Map({Key(7, number): number for number in range(5)})) is True
    assert holder == []


def test_cpython_142829_with_context_variables_over_our_maps():
    variable = contextvars.ContextVar("variable")

    def work():
        variable.set(Map(a=1))
        inside = contextvars.copy_context()
        variable.set(variable.get().set("a", 2))
        assert inside[variable] == {"a": 1} and variable.get() == {"a": 2}
        assert inside != contextvars.copy_context()

    contextvars.copy_context().run(work)


def test_cpython_148891_collection_in_the_middle_of_every_operation():
    # Crash in the HAMT while the collector runs: python/cpython#148891.
    threshold = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        a_map = Map()
        for number in range(300):
            a_map = a_map.set(number, [number, a_map.get(number - 1)])
        with a_map.mutate() as mutation:
            for number in range(0, 300, 2):
                mutation[number] = {number: [number]}
                mutation[[number].__len__() + 1000 + number] = [[]]
        made = mutation.finish()
        assert len(made.diff(a_map)) == 300 and len(list(made.items())) == 450
    finally:
        gc.set_threshold(*threshold)


def test_cpython_155515_iterators_take_part_in_collection():
    # Cycles through iterators leaked: python/cpython#155515.
    for view in (lambda m: m, Map.items, Map.values, Map.keys):
        iterator = iter(view(Map(a=[], b=[])))
        next(iterator)
        assert gc.is_tracked(iterator)


def test_cpython_154535_one_iterator_after_its_end():
    # Crash of a shared iterator at its end: python/cpython#154535.
    iterator = iter(Map(a=1).items())
    assert list(iterator) == [("a", 1)]
    for _ in range(3):
        assert next(iterator, None) is None and list(iterator) == []


def test_cpython_hamt_delete_from_the_deepest_collision():
    # C computes `hash >> 35` there, which is undefined.
    one, other, third = Key(1 << 31, "a"), Key(1 << 31, "b"), Key(0, "c")
    a_map = Map.fromkeys([one, other, third])
    assert set(a_map.delete(one)) == {other, third} and set(a_map.delete(third)) == {one, other}
    assert set(a_map.delete(one).delete(other)) == {third}
    with a_map.mutate() as mutation:
        del mutation[other], mutation[one]
    assert list(mutation.finish()) == [third]


def test_immutables_21_82_96_99_requested_features():
    # `|` (#21), in keys() (#99), matching (#96).
    assert dict(Map(a=1) | {"b": 2}) == {"a": 1, "b": 2}
    assert "a" in Map(a=1).keys() and "b" not in Map(a=1).keys()
    match Map(a=1):
        case {"a": value}:
            assert value == 1


def test_immutables_userdict_is_a_mapping():
    import collections

    assert dict(Map(collections.UserDict(ab=1))) == {"ab": 1}
    assert dict(Map().update(collections.UserDict(ab=1))) == {"ab": 1}


def test_immutables_hash_of_swapped_and_equal_pairs():
    assert hash(Map({1: 2})) != hash(Map({2: 1}))
    hashes = {hash(Map({number: number for number in range(at, at + 3)})) for at in range(50)}
    assert len(hashes) == 50


def test_immutables_mutation_changed_by_its_own_key():
    # immutables 0.21 ends the process here.
    mutation = Map({Key(5, "a"): 1, Key(5, "b"): 2}).mutate()
    for name in "abcde":
        def act():
            for other in "abcdefgh":
                mutation.pop(Key(5, other), None)
            mutation.update({Key(5, number): number for number in range(50)})

        try:
            mutation[Acting(5, name, eq=act)] = name
        except RuntimeError:
            pass
    assert len(list(mutation.finish())) == len(mutation)


def test_immutables_mutation_changed_by_its_own_repr():
    mutation = Map().mutate()

    def act():
        for number in range(100):
            mutation.pop(number, None)
        gc.collect()

    for number in range(100):
        mutation[number] = [Acting(number, "x", repr=act)]
    try:
        assert repr(mutation).startswith("hedgerow.MapMutation(")
    except RuntimeError as error:
        assert "changed" in str(error)


def test_rpds_lookup_of_an_equal_key_of_another_type():
    # rpds-py panics when 1.0 is looked up where 1 is stored.
    assert Map({1: "a"})[1.0] == "a" and Map({1.0: "a"})[1] == "a" and True in Map({1: "a"})


def test_rpds_equality_that_fails_is_an_error_and_not_a_panic():
    class Bad:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            raise ZeroDivisionError("no")

    with pytest.raises(ZeroDivisionError, match="no"):
        Map({1: "a"})[Bad()]
    with pytest.raises(ZeroDivisionError, match="no"):
        Map({Bad(): 1, 2: 3}) == Map({Bad(): 1, 2: 3})


def test_rpds_not_equal_is_the_opposite_of_equal():
    # rpds-py's != was wrong for maps of one length.
    one, same, other = Map(a=1, b=2), Map(b=2, a=1), Map(a=1, b=3)
    assert not one != same and one == same and one != other and not one == other
    assert one != Map(a=1) and Map(a=1) != one and not Map() != Map()


def test_rpds_order_is_the_same_for_equal_contents():
    # rpds-py's order is random for each instance.
    numbers = random.Random(5).sample(range(10**6), 500)
    one, other = Map.fromkeys(numbers), Map.fromkeys(reversed(numbers))
    assert list(one) == list(other) == oracle.order_of(numbers)
    assert repr(one) == repr(other)


def test_immer_134_more_than_32_collisions():
    keys = [Key(9, number) for number in range(100)]
    a_map = Map.fromkeys(keys)
    assert list(a_map) == keys
    for key in keys[::2]:
        a_map = a_map.delete(key)
    assert list(a_map) == keys[1::2] and all(key in a_map for key in keys[1::2])


def test_imbl_161_diff_drops_nothing():
    # imbl's diff lost about an eighth of the updates.
    base = Map.fromkeys(range(20_000), 0)
    changed = random.Random(161).sample(range(20_000), 3000)
    new = base.update({number: 1 for number in changed})
    assert sorted(base.diff(new)) == sorted(("changed", number, 0, 1) for number in changed)


def test_im_202_which_side_of_a_union_wins():
    # im and imbl differ here: im-rs#202. The right one wins, as in a dict.
    assert dict(Map(a=1) | Map(a=2)) == {"a": 2} == {"a": 1} | {"a": 2}
    assert dict(Map(a=1).union(Map(a=2))) == {"a": 2}
    large = Map.fromkeys(range(1000), "left")
    assert (large | Map({5: "right"}))[5] == "right" and (Map({5: "left"}) | large)[5] == "left"


def test_pyrsistent_54_263_no_write_is_lost():
    # tobgu/pyrsistent#54 and #263: keys gone after evolver writes.
    rng = random.Random(54)
    a_map, model = Map(), {}
    for _ in range(200):
        with a_map.mutate() as mutation:
            for _ in range(rng.randrange(60)):
                number = rng.randrange(500)
                if rng.random() < 0.35 and number in model:
                    del mutation[number], model[number]
                else:
                    mutation[number] = model[number] = rng.random()
        a_map = mutation.finish()
        assert dict(a_map) == model


def test_rpds_264_a_dead_map_drops_its_values():
    class Thing:
        pass

    thing = Thing()
    gone = weakref.ref(thing)
    a_map = Map(a=thing)
    del thing
    assert gone() is not None
    del a_map
    assert gone() is None


def test_facts_collector_does_not_clear_a_list_that_is_held():
    # Two maps that visit one shared reference made the collector clear a live list.
    value = [[1], [2]]
    maps = [Map(a=value)]
    maps += [maps[0].set(number, []) for number in range(20)]
    for _ in range(5):
        gc.collect()
    assert value == [[1], [2]] and maps[3]["a"] is value
    del maps
    gc.collect()
    assert value == [[1], [2]]
    _hedgerow._check()


def test_deepcopy_and_getrefcount_of_singletons():
    none = sys.getrefcount(None)
    for _ in range(1000):
        copy.deepcopy(Map(a=None))
        Map(a=None).get("b")
    assert abs(sys.getrefcount(None) - none) < 500
