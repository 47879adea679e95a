"""Garbage collection: cycles through maps are collected whenever immutables would collect them, and
what is alive stays.

Each cycle is made in a function of its own, which returns a weak reference to something in it, and
what has to stay alive.
"""

import gc
import random
import sys
import weakref

import pytest

import hedgerow
from hedgerow import Map
from keys import Key

pytestmark = pytest.mark.keeps_maps

class Node:
    """An object that can be weakly referenced and holds anything."""


class Held:
    """Equal to itself only; holds anything."""

    def __init__(self, what):
        self.what = what


def value_map_value():
    node = Node()
    node.map = Map(a=node)
    return weakref.ref(node), None


def key_map():
    node = Node()
    node.map = Map({node: 1})
    return weakref.ref(node), None


def list_in_between():
    node, cell = Node(), []
    cell.append(Map(a=[cell, node]))
    return weakref.ref(node), None


def shared_by_dead_versions():
    node = Node()
    base = Map(a=node)
    node.maps = [base, base.set("b", 1), base.set("c", 2).set("d", node), base.delete("a")]
    return weakref.ref(node), None


def live_relatives_lack_the_entry():
    node = Node()
    node.map = Map(a=node, **{f"k{number}": number for number in range(100)})
    return weakref.ref(node), node.map.delete("a").set("k5", None)


def live_base_lacks_the_entry():
    base = Map({number: [number] for number in range(100)})
    node = Node()
    node.map = base.set("a", node)
    return weakref.ref(node), base


def an_iterator_in_the_cycle():
    node = Node()
    node.iterator = iter(Map(a=node, b=1).items())
    next(node.iterator)
    return weakref.ref(node), None


def an_iterator_with_all_fetched():
    node = Node()
    node.iterator = iter(Map(a=node, b=node, c=node).values())
    return weakref.ref(node), None


def a_view_in_the_cycle():
    node = Node()
    node.view = Map(a=node).keys()
    return weakref.ref(node), None


def a_mutation_in_the_cycle():
    node = Node()
    node.mutation = Map(a=1).mutate()
    node.mutation["b"] = node
    return weakref.ref(node), None


def a_mutation_in_itself():
    node = Node()
    mutation = Map(a=node).mutate()
    mutation["me"] = mutation
    return weakref.ref(node), None


def a_finished_mutation_in_the_cycle():
    node = Node()
    node.mutation = Map(a=node).mutate()
    node.map = node.mutation.finish()
    return weakref.ref(node), None


def maps_in_maps():
    node = Node()
    node.map = Map(a=Map(b=Map(c=node)))
    return weakref.ref(node), None


def a_tuple_in_between():
    node = Node()
    node.map = Map(a=(1, (2, node)))
    return weakref.ref(node), None


def two_maps_that_hold_each_other():
    one, other = [], []
    node = Node()
    one.append(Map(a=other, n=node))
    other.append(Map(a=one))
    return weakref.ref(node), None


def a_merge_of_dead_versions():
    node = Node()
    base = Map({number: number for number in range(50)})
    ours, theirs = base.set("ours", node), base.set("theirs", node)
    node.map = ours.merge(base, theirs)
    return weakref.ref(node), base


def a_subclass_by_an_entry():
    class Sub(Map):
        pass

    node = Node()
    node.map = Sub(a=node)
    return weakref.ref(node), None


def a_map_as_a_key():
    node = Node()
    key = Map(a=Held(node))
    node.map = Map({key: 1})
    return weakref.ref(node), None


def versions_of_one_root():
    node = Node()
    base = Map(a=node)
    node.maps = [base, Map(base), Map(base)]
    return weakref.ref(node), None


def colliding_keys_shared_by_versions():
    node = Node()
    node.maps = [Map({Key(7, name): node for name in range(20)})]
    for name in range(20):
        node.maps.append(node.maps[0].set(Key(7, name), name).set(Key(7 + (1 << 40), name), node))
    return weakref.ref(node), node.maps[3].delete(Key(7, 0)).update(
        {Key(7, name): None for name in range(20)}
    ).update({Key(7 + (1 << 40), 2): None})


def a_subclass_with_attributes():
    class Sub(Map):
        pass

    node = Node()
    a_map = Sub(a=1)
    a_map.attribute = node
    node.map = a_map
    return weakref.ref(node), None


def a_view_in_its_own_map():
    node = Node()
    values = []
    values.append(Map(a=values, n=node).items())
    return weakref.ref(node), None


def an_iterator_in_its_own_map():
    node = Node()
    values = []
    values.append(iter(Map(a=values, n=node)))
    return weakref.ref(node), None


def a_ring_of_undo():
    node = Node()
    node.ring = [Map({number: number for number in range(300)})]
    for number in range(200):
        node.ring.append(node.ring[-1].set(number, node))
    return weakref.ref(node), node.ring[0]


def entries_on_both_sides_of_a_live_version():
    node, other = Node(), Node()
    base = Map({number: other for number in range(100)})
    node.maps = [base, base.set("a", node)]
    other.held = []
    return weakref.ref(node), base.set("b", 1)


CYCLES = [a_map_as_a_key, versions_of_one_root, colliding_keys_shared_by_versions,
          a_subclass_with_attributes, a_view_in_its_own_map, an_iterator_in_its_own_map,
          a_ring_of_undo, entries_on_both_sides_of_a_live_version, value_map_value, key_map,
          list_in_between, shared_by_dead_versions,
          live_relatives_lack_the_entry, live_base_lacks_the_entry, an_iterator_in_the_cycle,
          an_iterator_with_all_fetched, a_view_in_the_cycle, a_mutation_in_the_cycle,
          a_mutation_in_itself, a_finished_mutation_in_the_cycle, maps_in_maps,
          a_tuple_in_between, two_maps_that_hold_each_other, a_merge_of_dead_versions,
          a_subclass_by_an_entry]


@pytest.mark.parametrize("make", CYCLES)
def test_a_cycle_is_collected(make):
    gone, alive = make()
    assert gone() is not None
    gc.collect()
    assert gone() is None
    del alive


def test_everything_of_a_collected_map_leaves_the_store():
    before = hedgerow.stats()
    for make in CYCLES:
        make()
    gc.collect()
    after = hedgerow.stats()
    assert after["live_entries"] == before["live_entries"]
    assert after["live_versions"] == before["live_versions"]


def test_maps_show_what_they_hold_during_full_collections_only():
    value, seen = [], []
    a_map = Map(a=value)

    def look(phase, info):
        found = any(held is value for held in gc.get_referents(a_map))
        seen.append((phase, info["generation"], found))

    gc.callbacks.append(look)
    try:
        for generation in (0, 1, 2):
            gc.collect(generation)
    finally:
        gc.callbacks.remove(look)
    assert ("start", 2, True) in seen
    assert [entry for entry in seen if entry[2]] == [("start", 2, True)]
    assert not any(held is value for held in gc.get_referents(a_map))
    assert not any(holder is a_map for holder in gc.get_referrers(value))


@pytest.mark.skipif(
    (3, 14, 0) <= sys.version_info < (3, 14, 5), reason="its collector is incremental")
def test_cycles_are_found_without_a_call_of_collect():
    threshold = gc.get_threshold()
    gc.set_threshold(20, 2, 2)
    try:
        gone = [value_map_value()[0] for _ in range(10)]
        for _ in range(200_000):
            # Full collections wait until there is a quarter more than the last one left.
            value_map_value()
            if not any(reference() for reference in gone):
                break
        assert not any(reference() for reference in gone)
    finally:
        gc.set_threshold(*threshold)


def test_finalizers_in_a_cycle_run_once_and_may_use_maps():
    ends, risen = [], []

    class Finalizer(Node):
        def __del__(self):
            ends.append(len(self.map.set("more", 1).diff(self.map)))
            risen.append(self.map)

    for _ in range(20):
        node = Finalizer()
        node.map = Map(a=node, b=[])
    del node
    gc.collect()
    assert ends == [1] * 20 and len(risen) == 20
    risen.clear()
    gc.collect()
    assert len(ends) == 20


ALIVE = [make for make in CYCLES]


@pytest.mark.parametrize("make", ALIVE)
def test_what_is_held_from_outside_is_not_collected(make):
    gone, alive = make()
    node = gone()
    contents = {name: (dict(thing) if isinstance(thing, Map) else thing)
                for name, thing in vars(node).items()}
    for generation in (0, 1, 2):
        gc.collect(generation)
    assert gone() is node
    for name, before in contents.items():
        thing = getattr(node, name)
        assert (dict(thing) if isinstance(thing, Map) else thing) == before
    # Break the cycle by hand, for a Python whose collector does not.
    vars(node).clear()
    del alive


def test_lists_shared_by_many_versions_keep_their_contents():
    rng, live = random.Random(1), []
    for step in range(6000):
        value = [step]
        base = rng.choice(live)[0] if live and rng.random() < 0.8 else Map()
        live.append((base.set(rng.randrange(40), value), value, step))
        del live[:-60]
        if step % 300 == 0:
            gc.collect()
    assert all(value == [step] for _, value, step in live)
    assert all(any(held is value for held in a_map.values()) for a_map, value, _ in live)


def test_random_graphs_of_versions_and_cycles():
    rng = random.Random(2)
    live, nodes = [], []
    for step in range(3000):
        node = Node()
        base = rng.choice(live).map if live and rng.random() < 0.7 else Map()
        other = rng.choice(live) if live else node
        node.map = base.set(rng.randrange(30), rng.choice([node, other, [node], step]))
        live.append(node)
        nodes.append(weakref.ref(node))
        del live[:-25]
    gc.collect()
    reachable, todo = set(), list(live)
    while todo:
        node = todo.pop()
        if isinstance(node, Node) and id(node) not in reachable:
            reachable.add(id(node))
            for value in node.map.values():
                todo.extend(value if type(value) is list else [value])
    del node, todo
    alive = [reference() for reference in nodes if reference() is not None]
    assert {id(node) for node in alive} == reachable


def test_plain_maps_cost_a_collection_nothing():
    # They are not tracked, so the collector does not visit them: counted, not timed.
    gc.collect()
    before = len(gc.get_objects())
    a_map = Map({str(number): number for number in range(200_000)})
    versions = [a_map.set("x", number) for number in range(100)]
    assert len(gc.get_objects()) - before < 50
    assert len(versions) == 100
