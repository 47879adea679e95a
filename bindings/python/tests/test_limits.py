"""At the limit of words or entries an operation raises MemoryError, and every map is as it was.

A test cannot reach 2**32 words, so the limits of the store are set lower.
"""

import contextlib
import subprocess
import sys

import pytest

import hedgerow
from hedgerow import Map, Set, _hedgerow

import oracle
from keys import Key


@contextlib.contextmanager
def limits(words=None, entries=None):
    """Limits the store to so many more words and entries than it has now."""
    # Without the free ones of earlier tests.
    hedgerow.compact()
    stats = hedgerow.stats()
    given = {}
    if words is not None:
        given["words"] = stats["live_words"] + stats["free_words"] + words
    if entries is not None:
        given["entries"] = stats["live_entries"] + stats["free_entries"] + entries
    _hedgerow._set_limits(**given)
    try:
        yield
    finally:
        _hedgerow._set_limits()


GROW = {
    "set": lambda m: m.set(Key(3, "new"), 1),
    "set over": lambda m: m.set(7, "other"),
    "delete": lambda m: m.delete(7),
    "update": lambda m: m.update({number: None for number in range(5000)}),
    "update from a map": lambda m: m.update(BIG[0]),
    "| map": lambda m: m | BIG[0],
    "set_many": lambda m: m.set_many([(number, None) for number in range(5000)]),
    "delete_many": lambda m: m.delete_many(range(0, 300, 2)),
    "build": lambda m: Map({number: [] for number in range(5000)}),
    "build from pairs": lambda m: Map((number, []) for number in range(5000)),
    "fromkeys": lambda m: Map.fromkeys(range(5000)),
    "mutate": lambda m: fill(m.mutate()),
    "mutate and update": lambda m: m.mutate().update({number: [] for number in range(5000)}),
    "merge": lambda m: m.set("a", 1).merge(m, BIG[0], lambda *_: None),
    "intersection": lambda m: BIG[0].intersection(m),
    "difference": lambda m: BIG[0].difference(m),
    "set of a list": lambda m: Set([*range(5000)]),
    "set of an iterator": lambda m: Set(iter(range(5000))),
    "set | set": lambda m: Set(m) | Set(BIG[0]),
    "set ^ set": lambda m: Set(m) ^ Set(BIG[0]),
    "mutate of a set": lambda m: Set(m).mutate().update(range(5000)),
}
BIG = []


def fill(mutation):
    for number in range(5000):
        mutation[number] = []


@pytest.fixture
def big():
    BIG.append(Map({number: number for number in range(100, 4000)}))
    yield BIG[0]
    BIG.clear()


@pytest.mark.parametrize("room", [{"words": 0}, {"words": 40}, {"entries": 0}, {"entries": 1}],
                         ids=str)
@pytest.mark.parametrize("name", GROW)
def test_memory_error_and_nothing_changed(name, room, big):
    a_map = Map({number: str(number) for number in range(300)}).set(Key(3, "old"), 1)
    view, before, shape = a_map.items(), dict(a_map), oracle.shape(a_map)
    start = hedgerow.stats()
    raised = False
    with limits(**room):
        # Freed room may be enough for a small operation, so results are kept, which use it up.
        held = []
        for _ in range(60):
            try:
                held.append(GROW[name](a_map))
            except MemoryError:
                raised = True
                break
        del held
        assert a_map[7] == "7" and a_map.get(Key(3, "old")) == 1
    assert raised or not can_fail(name, room)
    assert dict(a_map) == before and list(view) == list(before.items())
    assert oracle.shape(a_map) == shape
    end = hedgerow.stats()
    assert end["live_entries"] == start["live_entries"]
    assert end["live_versions"] == start["live_versions"]
    _hedgerow._check()
    assert GROW[name](a_map) is not a_map


def can_fail(name, room):
    """Deleting, and taking a part of what is there, makes no entries."""
    makes_none = name in ("delete", "delete_many", "intersection", "difference")
    return "words" in room or not makes_none


def test_a_mutation_keeps_what_it_had_at_the_limit():
    mutation = Map({number: None for number in range(100)}).mutate()
    with limits(entries=50):
        written = 0
        with pytest.raises(MemoryError):
            for number in range(1000, 2000):
                mutation[number] = number
                written += 1
        assert len(mutation) == 100 + written
        assert all(mutation[number] == number for number in range(1000, 1000 + written))
        with pytest.raises(MemoryError):
            mutation["one more"] = 1
        del mutation[1000]
        mutation["in its place"] = 1
        made = mutation.finish()
    assert len(made) == 100 + written and 1000 not in made and made["in its place"] == 1


def test_reads_need_no_memory():
    a_map = Map({Key(number % 9, number): number for number in range(200)})
    mutation = a_map.mutate()
    with limits(words=0, entries=0):
        assert sorted(a_map.values()) == list(range(200))
        assert a_map == a_map and a_map.get(Key(3, 3)) == 3 and len(a_map.keys()) == 200
        assert a_map.diff(a_map) == [] and hash(a_map) and repr(a_map)
        assert Key(3, 3) in mutation and len(mutation) == 200


FULL = """
import resource, hedgerow
m = hedgerow.Map(a=1)
pages = int(open('/proc/self/statm').read().split()[0])
room = pages * resource.getpagesize() + 40 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
mutation = m.mutate()
# Let go of in the handler: CPython goes round for ever where it has no memory for the int that says
# where a handler was left.
spare = bytearray(2**21)
try:
    for number in range(10**8):
        mutation[number] = None
except MemoryError:
    spare = None
    reached = len(mutation)
assert reached > 10_000 and mutation[reached - 2] is None and dict(m) == {'a': 1}
"""
LIFTED = "resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits as Linux has them")


@linux
@pytest.mark.parametrize("before_release", [LIFTED, ""], ids=["with memory again", "without"])
def test_the_allocator_itself_says_no(before_release):
    program = FULL + before_release + """
del mutation
assert dict(m.set('b', 2)) == {'a': 1, 'b': 2}
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
