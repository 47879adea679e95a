"""Garbage collection is exact: every reference is shown once, neither more nor less often.

The collector compares how often an object is shown with its reference count. One that is shown as
often is held by nothing from outside. One that is shown more often would be cleared while it is in
use.
"""

import contextlib
import gc
import random
import sys
import weakref

import pytest

import hedgerow
from collector import Node, at_start_of_full_collections, shown_by, unshown_references
from hedgerow import Map, _hedgerow
from keys import Key
from oracle import immutables

pytestmark = pytest.mark.keeps_maps


def random_maps(rng, steps, values):
    """Versions and mutations of several families, some of which have ended."""
    live = []
    for _ in range(steps):
        choice = rng.random()
        base = rng.choice(live) if live and rng.random() < 0.9 else Map()
        value = rng.choice([rng.choice(values), 1, "x", (1, 2)])
        key = rng.choice([rng.randrange(60), Key(rng.randrange(40), rng.randrange(3))])
        if not isinstance(base, Map):
            base = base.finish()
        if choice < 0.6:
            live.append(base.set(key, value))
        elif choice < 0.7 and len(base) > 0:
            live.append(base.delete(next(iter(base))))
        elif choice < 0.8:
            live.append(base.update({rng.randrange(60): rng.choice(values) for _ in range(20)}))
        elif choice < 0.9:
            mutation = base.mutate()
            for _ in range(rng.randrange(4)):
                mutation[rng.randrange(60)] = rng.choice(values)
            live.append(mutation)
        else:
            live.append(Map(base))
        if len(live) > 80:
            rng.shuffle(live)
            del live[:20]
    return live


@pytest.mark.parametrize("seed", range(12))
def test_every_reference_is_shown_exactly_once(seed):
    rng = random.Random(seed)
    values = [Node() for _ in range(30)]
    live = random_maps(rng, 400, values)
    unshown = []
    with at_start_of_full_collections(lambda: unshown.append(unshown_references(values))):
        gc.collect()
    assert unshown == [[0] * len(values)]
    assert len(live) > 10


def test_what_a_running_operation_holds_counts_as_held_from_outside():
    nodes = [Node() for _ in range(3)]
    base = Map(a=nodes[0])
    unshown = []

    def pairs():
        yield "b", nodes[1]
        with at_start_of_full_collections(lambda: unshown.append(unshown_references(nodes))):
            gc.collect()
        yield "c", nodes[2]

    after = base.update(pairs())
    # The update that is running holds the first two.
    assert unshown == [[1, 1, 0]]
    assert dict(after) == dict(zip("abc", nodes))


@pytest.mark.parametrize("seed", range(6))
def test_reference_counts_are_the_same_after_a_collection(seed):
    rng = random.Random(seed)
    values = [Node() for _ in range(30)]
    live = random_maps(rng, 300, values)
    gc.collect()

    def contents():
        return [sorted((repr(key), id(value)) for key, value in dict(a_map.items()).items())
                for a_map in live if isinstance(a_map, Map)]

    counts, before = [sys.getrefcount(value) for value in values], contents()
    for _ in range(3):
        gc.collect()
    assert [sys.getrefcount(value) for value in values] == counts
    assert contents() == before
    del live[:]
    alone = {sys.getrefcount(value) for value in [Node()]}
    assert {sys.getrefcount(value) for value in values} == alone


def test_a_collection_costs_what_the_store_holds_not_what_the_maps_do():
    entries, versions = 5_000, 1_000
    live = [Map({number: [number] for number in range(entries)})]
    while len(live) < versions:
        live.append(live[-1].set(len(live), []))
    edges = []
    with at_start_of_full_collections(lambda: edges.append(sum(shown_by(live)[0].values()))):
        gc.collect()
    # A version copies a path of nodes of up to 32 slots; all together hold 5 million entries.
    assert entries + versions <= edges[0] < entries + versions * 4 * 32


def check_accounts(holders, nodes):
    """Within a collection: nothing is shown more often than it has references."""
    shown, _ = shown_by(holders)
    for node in nodes:
        assert shown[id(node)] <= sys.getrefcount(node)


class Storm:
    """Garbage whose finalizers do anything to the maps that refer to it."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.risen, self.errors, self.actions = [], [], 0

    def build(self):
        storm, rng = self, self.rng

        class Stormy(Node):
            def __del__(self):
                try:
                    storm.act(self)
                except BaseException as error:
                    storm.errors.append(error)

        nodes = [Stormy() for _ in range(25)]
        maps = random_maps(rng, 60, nodes)
        for node in nodes:
            node.held = [rng.choice(maps) for _ in range(4)]
        return [weakref.ref(node) for node in nodes]

    def act(self, node):
        rng, held = self.rng, node.held
        self.actions += 1
        choice = rng.randrange(9)
        thing = rng.choice(held) if held else Map()
        if choice == 0:
            del held[:]
        elif choice == 1:
            held.pop() if held else None
        elif choice == 2 and not isinstance(thing, Map):
            with contextlib.suppress(ValueError):
                thing[rng.randrange(60)] = node
                thing.pop(next(iter(thing.finish())))
        elif choice == 3 and isinstance(thing, Map):
            held.append(thing.set(rng.randrange(60), node))
        elif choice == 4 and isinstance(thing, Map):
            held.append(thing.mutate())
        elif choice == 5:
            hedgerow.compact()
        elif choice == 6:
            self.risen.append(node)
        elif choice == 7 and isinstance(thing, Map):
            held.append(iter(thing.items()))
        else:
            gc.collect()
        holders = [one for one in held if isinstance(one, (Map, hedgerow.MapMutation))]
        check_accounts(holders, [node])


@pytest.mark.parametrize("seed", range(15))
def test_finalizers_may_do_anything(seed):
    storm, gone = Storm(seed), []
    for _ in range(6):
        gone += storm.build()
        gc.collect()
        _hedgerow._check()
    # Resurrected objects kept others from being found. Those have not acted yet, and may be
    # resurrected in turn, each once.
    while storm.risen:
        storm.risen.clear()
        gc.collect()
    for _ in range(4):
        gc.collect()
    assert storm.errors == []
    assert storm.actions >= 100
    assert [one for one in gone if one() is not None] == []
    _hedgerow._check()


@pytest.mark.parametrize("seed", range(10))
def test_the_same_objects_die_as_with_immutables(seed):
    died = []
    for package in (hedgerow, immutables):
        died.append(deaths_in_a_random_graph(package.Map, random.Random(seed)))
    assert died[0] == died[1]
    assert any(died[0])


def deaths_in_a_random_graph(map_class, rng, rounds=8):
    """Which of the nodes have ended after each of several collections."""
    everything, roots, died = [], [], []
    for _ in range(rounds):
        for _ in range(150):
            node = Node()
            everything.append(weakref.ref(node))
            base = rng.choice(roots) if roots and rng.random() < 0.8 else node
            other = rng.choice(roots) if roots else node
            start = getattr(base, "map", None)
            start = map_class() if start is None else start
            value = rng.choice([node, other, [node, other], (node,), len(everything)])
            key = rng.choice([rng.randrange(20), rng.randrange(20), node])
            node.map = start.set(key, value)
            extra = rng.randrange(8)
            if extra == 0:
                node.extra = node.map.mutate()
                node.extra[rng.randrange(20)] = rng.choice([node, other])
            elif extra == 1:
                node.extra = iter(node.map.items())
                next(node.extra)
            elif extra == 2:
                node.extra = node.map.values()
            elif extra == 3:
                node.extra = map_class({"nested": node.map, "more": rng.choice([node, 1])})
            roots.append(node)
            if len(roots) > 40:
                roots.pop(rng.randrange(len(roots)))
        del node, base, other, start, value, key
        gc.collect()
        died.append([number for number, ref in enumerate(everything) if ref() is None])
    return died


def test_a_soak_of_histories_with_cycles():
    rng, live, gone = random.Random(1), [], []
    for step in range(20_000):
        value = Node()
        value.name, value.held = step, []
        base = rng.choice(live)[0] if live and rng.random() < 0.8 else Map()
        if len(base) > 50:
            base = base.delete(next(iter(base)))
        live.append((base.set(step, value), value))
        if rng.random() < 0.3:
            value.held.append(live[-1][0])
        gone.append(weakref.ref(value))
        del live[:-60]
        if step % 1000 == 0:
            gc.collect()
            for a_map, value in live:
                assert a_map[value.name] is value
                assert all(other.name == key for key, other in a_map.items())
    del value, base, a_map
    gc.collect()
    reachable, todo = set(), [one for pair in live for one in pair]
    while todo:
        one = todo.pop()
        if id(one) not in reachable:
            reachable.add(id(one))
            todo.extend(one.values() if isinstance(one, Map) else one.held)
    del one
    assert all(id(ref()) in reachable for ref in gone if ref() is not None)


def test_collections_do_not_read_rows_of_maps_that_ended():
    """One version stays in the middle: rows below it are used again, rows above are given back."""
    gc.collect()
    node = Node()
    many = [Map({0: node}) for _ in range(20_000)]
    few = many[500:510]
    del many
    gc.collect()
    # The start of a collection forgets versions that ended before it.
    gc.collect()
    assert hedgerow.stats()["version_rows"] < 2_000
    assert _hedgerow._registered_rows() < 4_000
    few += [few[0].set(1, node) for _ in range(100)]
    del few[:10]
    gc.collect()
    gc.collect()
    assert hedgerow.stats()["version_rows"] < 600
    assert all(a_map[1] is node for a_map in few)
