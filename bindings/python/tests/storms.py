"""Random disturbances in the middle of an operation."""

import gc

import hedgerow
from hedgerow import Map, Set, SetMutation

from keys import Key

#: The hash that all keys of a storm share, so that every lookup compares.
SAME = 0b10101


def storm(rng, maps):
    """A function that changes, drops, iterates, compacts and collects at random.

    `maps` are maps and sets.
    """

    def make():
        del maps[8:]
        kind = rng.choice((Map.fromkeys, Set))
        maps.append(kind(Key(SAME, number) for number in range(20)))

    def change():
        if maps:
            a_map = rng.choice(maps)
            key, is_set = Key(SAME, "storm"), isinstance(a_map, Set)
            maps.append(a_map.add(key) if is_set else a_map.set(key, [len(maps)]))
            if len(a_map):
                key = next(iter(a_map))
                maps.append(a_map.remove(key) if is_set else a_map.delete(key))

    def drop():
        while len(maps) > 2:
            maps.pop(rng.randrange(len(maps)))

    def drop_all():
        maps.clear()

    def iterate():
        for a_map in maps:
            list(a_map if isinstance(a_map, Set) else a_map.items())

    def mutate():
        if maps:
            mutation = rng.choice(maps).mutate()
            if isinstance(mutation, SetMutation):
                mutation.add(Key(SAME, "m"))
            else:
                mutation[Key(SAME, "m")] = 1
            maps.append(mutation.finish())

    choices = [make, change, drop, drop_all, iterate, mutate, gc.collect, hedgerow.compact]
    return lambda: [rng.choice(choices)() for _ in range(4)] and None
