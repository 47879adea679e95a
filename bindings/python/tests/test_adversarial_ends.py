"""Destructors and weak reference callbacks that use, drop and resurrect maps."""

import random
import weakref

from hedgerow import Map, _hedgerow

from keys import Acting, Key
from storms import SAME, storm


def test_destructors_that_use_the_store():
    for seed in range(30):
        rng = random.Random(seed)
        maps, actions = [], []
        for number in range(40):
            actions.append(Acting(SAME if number % 3 else number, number))
            actions[-1].actions["del"] = storm(rng, maps)
        a_map = Map(dict.fromkeys(actions, None))
        children = [a_map.set(action, [action.name]) for action in actions[::5]]
        mutation = a_map.mutate()
        mutation.update({action: 1 for action in actions[::4]})
        del actions[:], a_map, children[::2]
        mutation.pop(Key(1, 1), None)
        del mutation, children[:]
        maps.clear()
        _hedgerow._check()


def test_a_destructor_that_drops_the_rest_of_the_chain():
    chain = []

    class Drops:
        def __del__(self):
            if chain:
                chain.pop()

    a_map = Map()
    for number in range(500):
        a_map = a_map.set(number, Drops())
        chain.append(a_map)
    del a_map
    while chain:
        chain.pop()
    assert chain == []


def test_a_destructor_that_resurrects_a_map():
    saved = []

    class Saves:
        def __init__(self, a_map):
            self.a_map = a_map

        def __del__(self):
            saved.append(self.a_map.set("again", 1))

    outer = Map(a=Saves(Map({number: [number] for number in range(100)})))
    del outer
    assert len(saved) == 1 and saved[0]["again"] == 1 and len(saved[0]) == 101


def test_weak_reference_callbacks_that_use_the_store():
    results = []
    values = [Acting(number, "weak") for number in range(20)]
    kept = [weakref.ref(value, lambda _: results.append(len(Map(a=1).set("b", 2))))
            for value in values]
    a_map = Map({value: number for number, value in enumerate(values)})
    values.clear()
    del a_map
    assert results == [2] * 20 and all(reference() is None for reference in kept)
