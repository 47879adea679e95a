"""Random disturbances in the middle of an operation."""

import gc

import hedgerow
from hedgerow import Map

from keys import Key

#: The hash that all keys of a storm share, so that every lookup compares.
SAME = 0b10101


def storm(rng, maps):
    """A function that changes, drops, iterates, compacts and collects at random."""

    def make():
        del maps[8:]
        maps.append(Map({Key(SAME, number): number for number in range(20)}))

    def change():
        if maps:
            a_map = rng.choice(maps)
            maps.append(a_map.set(Key(SAME, "storm"), [len(maps)]))
            if len(a_map):
                maps.append(a_map.delete(next(iter(a_map))))

    def drop():
        while len(maps) > 2:
            maps.pop(rng.randrange(len(maps)))

    def drop_all():
        maps.clear()

    def iterate():
        for a_map in maps:
            list(a_map.items())

    def mutate():
        if maps:
            mutation = rng.choice(maps).mutate()
            mutation[Key(SAME, "m")] = 1
            maps.append(mutation.finish())

    choices = [make, change, drop, drop_all, iterate, mutate, gc.collect, hedgerow.compact]
    return lambda: [rng.choice(choices)() for _ in range(4)] and None
