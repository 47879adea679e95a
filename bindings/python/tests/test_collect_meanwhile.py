"""Maps made from others during a full collection keep what they hold.

During a collection the store's references are counted as held by the maps that existed at its
start. A map made since shares their entries, and shows the collector nothing.
"""

import gc
import subprocess
import sys
import threading

import pytest

import hedgerow
from hedgerow import Map

from keys import Key


class Value:
    """Garbage that the collector would clear: afterwards it has no attributes."""

    def __init__(self, number):
        self.number = number
        self.me = self


class Sub(Map):
    pass


def finished(a_map):
    mutation = a_map.mutate()
    mutation["new"] = 1
    return mutation.finish()


WAYS = {
    "set": lambda a_map: a_map.set("new", 1),
    "delete": lambda a_map: a_map.delete("old"),
    "set by a slow key": lambda a_map: a_map.set(Key(3, "new"), 1),
    "delete by a slow key": lambda a_map: a_map.delete(Key(4, "old")),
    "update": lambda a_map: a_map.update({"new": 1}, more=2),
    "set_many": lambda a_map: a_map.set_many([("new", 1)]),
    "delete_many": lambda a_map: a_map.delete_many(["old"]),
    "mutation": finished,
    "unchanged mutation": lambda a_map: a_map.mutate().finish(),
    "Map": Map,
    "Map and names": lambda a_map: Map(a_map, new=1),
    "subclass": Sub,
    "copy": lambda a_map: Sub(a_map).copy(),
    "|": lambda a_map: a_map | {"new": 1},
    "reflected |": lambda a_map: {"new": 1} | a_map,
    "union": lambda a_map: Map(new=1).union(a_map),
    "intersection": lambda a_map: a_map.intersection(a_map.set("new", 1)),
    "merge": lambda a_map: a_map.merge(a_map, a_map.set("new", 1)),
    "set and set again": lambda a_map: a_map.set("new", 1).set("new", 2).delete("old"),
    "dict": lambda a_map: dict(a_map),
    "view": lambda a_map: dict(a_map.items()),
}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
counts = pytest.mark.parametrize("count", [1, 100])


@pytest.fixture(autouse=True)
def without_automatic_collections():
    gc.disable()
    yield
    gc.enable()


def contents(count):
    return {"old": 0, Key(4, "old"): 0, **{n: Value(n) for n in range(count)}}


def check(made, count):
    assert [vars(made[n]).get("number") for n in range(count)] == list(range(count))
    assert all(made[n].me is made[n] for n in range(count))


@counts
@ways
def test_made_by_a_finalizer_from_garbage(way, count):
    saved = []

    class Finalized:
        def __del__(self):
            saved.append(way(self.map))

    garbage = Finalized()
    garbage.map = Map({**contents(count), "cycle": garbage})
    garbage.relative = garbage.map.set("relative", garbage)
    del garbage
    gc.collect()
    check(saved[0], count)
    assert vars(saved[0]["cycle"]).keys() == {"map", "relative"}
    saved[0]["cycle"].__dict__.clear()


@counts
@ways
def test_made_between_the_drawing_of_the_graph_and_the_collection(way, count):
    base = Map(contents(count))
    living = base.set("living", 1)
    box = [base]
    box.append(base.set("box", box))
    del base, box
    made = []

    def start(phase, _):
        nonlocal living
        if phase == "start" and living is not None:
            made.append(way(living))
            living = None

    gc.callbacks.append(start)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(start)
    check(made[0], count)


@counts
@pytest.mark.parametrize("write", [
    lambda mutation: mutation.set("new", 1),
    lambda mutation: mutation.pop("old"),
    lambda mutation: mutation.update(new=1),
    lambda mutation: mutation.finish(),
])
def test_a_mutation_written_between_the_drawing_of_the_graph_and_the_collection(write, count):
    base = Map(contents(count))
    mutation = base.mutate()
    box = [base]
    box.append(base.set("box", box))
    del base, box

    def start(phase, _):
        if phase == "start":
            write(mutation)

    gc.callbacks.append(start)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(start)
    check(mutation, count)


def relatives(value):
    """A map, and two made from it. All three share a node with the value in it; two of them also
    share a node above that.
    """
    base = Map({0: value, 1024: 1, 32: 1, 1: 1})
    return base, base.set(1, 2), base.set(32, 2)


def is_whole(value):
    return value[0].number == 0 if isinstance(value, Map) else value.number == 0


values = pytest.mark.parametrize("value", [
    lambda: Value(0),
    lambda: Map({0: Value(0)}),
], ids=["object", "map"])


@values
def test_a_part_shared_below_a_shared_part_is_kept_for_a_map_made_by_a_finalizer(value):
    saved = []

    class Finalized:
        def __del__(self):
            saved.append(self.base.set(1, 3))
            self.upper = None

    def make():
        garbage = Finalized()
        garbage.me = garbage
        garbage.base, garbage.upper, garbage.lower = relatives(value())

    make()
    gc.collect()
    assert is_whole(saved[0][0])
    assert list(saved[0].items())[1:] == [(1024, 1), (32, 1), (1, 3)]


@values
def test_a_part_shared_below_a_shared_part_is_kept_for_a_map_made_by_another_thread(value):
    """The thread derives a map while a callback waits; then the maps it derived from end."""
    base, upper, lower = relatives(value())
    box = [lower]
    box.append(box)
    del lower, box
    saved = []

    def derive():
        nonlocal base, upper
        saved.append(base.set(1, 3))
        base = upper = None

    def start(phase, _):
        if phase == "start" and not saved:
            thread = threading.Thread(target=derive)
            thread.start()
            thread.join()

    gc.callbacks.append(start)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(start)
    assert is_whole(saved[0][0])


@pytest.mark.parametrize("derives, collections", [(False, 1), (True, 2)])
def test_maps_from_which_a_finalizer_derives_none_are_collected_at_once(derives, collections):
    """And the rest by the next collection."""
    before = hedgerow.stats()

    class Finalized:
        def __del__(self):
            if derives:
                self.base.set(1, 3)

    def make():
        garbage = Finalized()
        garbage.base, garbage.upper, garbage.lower = relatives(garbage)

    make()
    for _ in range(collections):
        assert hedgerow.stats()["live_versions"] == before["live_versions"] + 3
        gc.collect()
    after = hedgerow.stats()
    assert (after["live_versions"], after["live_entries"]) == (
        before["live_versions"], before["live_entries"])


def test_a_reference_of_the_store_is_not_shown_after_the_store_has_dropped_it():
    """All maps that held something end while a node they shared is set aside: no edge dangles."""
    saved = []

    class Finalized:
        def __del__(self):
            made = self.base.set(1, 3)
            self.base = self.upper = self.lower = made = None
            saved.append(gc.get_objects())

    def make():
        garbage = Finalized()
        garbage.me = garbage
        garbage.base, garbage.upper, garbage.lower = relatives(Value(0))

    make()
    gc.collect()
    for thing in saved.pop():
        gc.get_referents(thing)
    gc.collect()
    assert not any(type(thing) is Value for thing in gc.get_objects())


LEFT_OVER = """
import atexit, gc, sys, weakref

def at_last():
    if sys.argv[1] == "at exit":
        check()

# Handlers of the exit are called from the last to the first: this one after hedgerow's own, which
# lends, and from then on no collection takes back.
atexit.register(at_last)
from hedgerow import Map, _hedgerow

class Value:
    pass

class Deriving:
    def __del__(self):
        derived.append(self.held.set("new", 1))

derived = []
value = Value()
value.me = value
value.map = Map(value=value)
one = Deriving()
one.held = value.map
watch = weakref.ref(one)
# Two maps hold it, so that an edge has a reference of its own.
live = [Map(one=one)]
live.append(live[0].set("more", []))
del one

def check():
    global value, live
    others = [a_map.set("new", 1) for a_map in live]
    del live, others, value
    assert watch() is not None, "held by the graph"
    gc.collect()
    assert watch() is None
    (a_map,) = derived
    assert a_map["value"].me is a_map["value"]
    print("whole")

if sys.argv[1] == "by hand":
    _hedgerow._on_collection("start", {"generation": 2})
    check()
"""


@pytest.mark.parametrize("when", ["at exit", "by hand"])
def test_what_ends_with_a_graph_that_was_left_over_may_derive_maps(when):
    """The next collection drops the graph that is left over before it draws another one."""
    run = subprocess.run([sys.executable, "-c", LEFT_OVER, when], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "whole\n", "")
