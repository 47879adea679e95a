"""`tracemalloc` sees the memory of maps, the line that asked for it, and when it is freed."""

import contextlib
import gc
import inspect
import random
import tracemalloc

import pytest

import hedgerow
from hedgerow import Map

#: The package's own domain: the word "hedg".
OURS = tracemalloc.DomainFilter(True, 0x68656467)


@contextlib.contextmanager
def tracing(frames=1):
    tracemalloc.start(frames)
    try:
        yield
    finally:
        tracemalloc.stop()


def traced():
    """How many bytes of the package are traced."""
    snapshot = tracemalloc.take_snapshot().filter_traces([OURS])
    return sum(trace.size for trace in snapshot.traces)


def settle():
    gc.collect()
    hedgerow.compact()


def test_the_entries_of_a_map_are_traced_until_they_are_freed():
    settle()
    before = hedgerow.stats()["heap_bytes"]
    with tracing():
        a_map = Map()
        for number in range(100_000):
            a_map = a_map.set(number, None)
        grown = hedgerow.stats()["heap_bytes"] - before
        assert grown > 100_000 * 24
        assert abs(traced() - grown) < grown / 20
        # Blocks from before are not traced, so freeing them changes nothing.
        del a_map
        settle()
        assert traced() < grown / 20


def test_a_built_map_is_traced_without_the_scratch_memory_of_building_it():
    settle()
    before = hedgerow.stats()["heap_bytes"]
    source = dict.fromkeys(range(100_000))
    with tracing():
        a_map = Map(source)
        grown = hedgerow.stats()["heap_bytes"] - before
        assert len(a_map) == 100_000 and grown > 100_000 * 24
        assert abs(traced() - grown) < grown / 20


def test_the_line_of_the_program_is_named():
    settle()
    with tracing():
        line = inspect.currentframe().f_lineno + 1
        a_map = Map(dict.fromkeys(range(100_000)))
        snapshot = tracemalloc.take_snapshot().filter_traces([OURS])
    largest = snapshot.statistics("lineno")[0]
    assert len(a_map) == 100_000 and largest.size > 100_000 * 24
    assert largest.traceback[0].filename == __file__ and largest.traceback[0].lineno == line


@pytest.mark.slow
def test_tracing_that_starts_and_stops_anywhere():
    rng = random.Random(7)
    kept = {}
    for step in range(300):
        if rng.random() < 0.1:
            (tracemalloc.stop if tracemalloc.is_tracing() else tracemalloc.start)()
        action = rng.random()
        if action < 0.4:
            kept[step] = Map(dict.fromkeys(range(rng.choice([10, 1000, 30_000]))))
        elif kept and action < 0.7:
            name = rng.choice(list(kept))
            with kept[name].mutate() as mutation:
                for number in range(rng.randrange(3000)):
                    mutation[rng.randrange(100_000)] = number
            kept[step] = mutation.finish()
        elif kept:
            del kept[rng.choice(list(kept))]
        if action > 0.95:
            settle()
    tracemalloc.stop()
    assert all(len(list(a_map)) == len(a_map) for a_map in kept.values())
    # A block that was there before is traced whole once it grows: only small ones are left.
    mutation = None
    kept.clear()
    settle()
    before = hedgerow.stats()["heap_bytes"]
    with tracing():
        a_map = Map(dict.fromkeys(range(100_000)))
        grown = hedgerow.stats()["heap_bytes"] - before
        assert abs(traced() - grown) < grown / 20 and len(a_map) == 100_000
