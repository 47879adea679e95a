"""Millions of operations, and the store is no larger at the end than near the beginning.

`HEDGEROW_SOAK=10` runs ten times as long, with the same assertions.
"""

import collections
import os
import random

import pytest

import hedgerow
from hedgerow import Map, _hedgerow

from keys import Key

FACTOR = max(1, int(os.environ.get("HEDGEROW_SOAK", "1")))
PARTS = 10


def soak(step, steps):
    """Runs `step` so often, and records the size of the store after each tenth."""
    sizes = []
    for _ in range(PARTS):
        for _ in range(steps * FACTOR // PARTS):
            step()
        sizes.append(hedgerow.stats())
    return sizes


def assert_flat(sizes):
    # The first tenths fill the free lists. A leak grows all the time.
    settled, last = sizes[PARTS // 2 - 1], sizes[-1]
    for what in ("heap_bytes", "live_words", "live_entries", "dead_versions"):
        assert last[what] <= settled[what] * 1.05 + 1000, what


@pytest.mark.slow
def test_linear_updates():
    rng = random.Random(1)
    a_map = Map({number: number for number in range(20_000)})

    def step():
        nonlocal a_map
        a_map = a_map.set(rng.randrange(20_000), rng.random())

    assert_flat(soak(step, 2_000_000))
    assert len(a_map) == 20_000


@pytest.mark.slow
def test_growing_and_shrinking_with_colliding_keys():
    rng = random.Random(2)
    keys = [Key(rng.choice([number % 40, number * 2**25 % 2**32]), number) for number in range(800)]
    a_map, model = Map(), {}

    def step():
        nonlocal a_map
        key = rng.choice(keys)
        if key in model:
            a_map = a_map.delete(key)
            assert model.pop(key) is not None
        else:
            a_map = a_map.set(key, rng)
            model[key] = rng

    assert_flat(soak(step, 100_000))
    assert dict(a_map) == model


@pytest.mark.slow
def test_undo_ring_branches_mutations_and_merges():
    rng = random.Random(3)
    ring = collections.deque([Map({number: [number] for number in range(1000)})], maxlen=30)

    def step():
        a_map = rng.choice(ring)
        choice = rng.randrange(10)
        if choice < 5:
            ring.append(a_map.set(rng.randrange(1500), [choice]))
        elif choice < 7:
            there = sorted(a_map.keys() & set(range(0, 1500, 7)))
            ring.append(a_map.delete(rng.choice(there)) if there else a_map)
        elif choice < 8:
            with a_map.mutate() as mutation:
                for number in rng.sample(range(1500), 20):
                    mutation[number] = [number]
                    mutation.pop(rng.randrange(1500), None)
            ring.append(mutation.finish())
        elif choice < 9:
            ring.append(a_map.merge(ring[0], ring[-1], lambda key, base, ours, theirs: theirs))
        else:
            list(a_map.items()), a_map == ring[0], a_map.diff(ring[-1])

    # The size depends on what the ring holds, so the store is compared with a new copy of that.
    ring[0] = ring[0].set(0, [0])
    soak(step, 20_000)
    _hedgerow._check()
    reached = {id(value) for a_map in ring for value in a_map.values()}
    held = hedgerow.stats()["live_entries"]
    assert len(reached) <= held <= 4 * len(reached) + 20_000
    ring.clear()
    assert hedgerow.stats()["live_entries"] < held - len(reached) // 2


@pytest.mark.slow
def test_building_and_dropping():
    def step():
        a_map = Map({number: None for number in range(300)})
        assert len(a_map.update({number: 1 for number in range(200, 500)})) == 500

    assert_flat(soak(step, 3000))
