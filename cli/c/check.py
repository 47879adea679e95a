"""Checks the C level of `hedgerow bench`: python check.py MODULE, where MODULE is the built file.

The bug class: a loop that times something else than it says (a map without the key, a version that
is not made), one that leaks a reference or drops one too many, an error that is lost, and an empty
loop where there should be an exception. CPython's own maps are checked by the same code.
"""
import gc
import importlib.util
import sys
from contextvars import copy_context

MAP_OPS = ["build", "bulk", "get-hit", "get-miss", "contains", "set-replace", "set-new", "delete",
           "iterate", "equal", "diff", "release"]
ITEMS = {"get-hit": "hits", "get-miss": "misses", "contains": "mixed", "set-new": "new",
         "set-replace": "replacing", "delete": "replacing"}
CONTEXT_OPS = ["context-get", "context-set", "context-copy"]


def load(path):
    spec = importlib.util.spec_from_file_location("hedgerow_bench_c", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hamt():
    for name in ("_testinternalcapi", "_testcapi"):
        try:
            return __import__(name).hamt
        except (ImportError, AttributeError):
            continue
    return None


class Colliding:
    """A key whose hash is one of three; equality counts, and may fail."""

    fails = False

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return self.number % 3

    def __eq__(self, other):
        if Colliding.fails:
            raise ZeroDivisionError("as asked")
        return self.number == other.number


class Slow(dict):
    """A map in Python, with the methods that a subject calls, but for diff."""

    def set(self, key, value):
        made = Slow(self)
        made[key] = value
        return made

    def delete(self, key):
        made = Slow(self)
        del made[key]
        return made


def work_of(keys, misses):
    pairs = [(k, 10**9 + i) for i, k in enumerate(keys)]
    key, value = pairs[len(pairs) // 2]
    return {
        "pairs": pairs,
        "hits": keys[::-1] * 2,
        "misses": misses,
        "mixed": [k for both in zip(keys, misses) for k in both],
        "replacing": [(k, -(10**9) - i) for i, k in enumerate(keys)],
        "new": [(k, 2 * 10**9 + i) for i, k in enumerate(misses)],
        "chain": [(k, 3 * 10**9 + i) for i, k in enumerate(keys)],
        "twin": [(key, int(str(value)))],
        "changed": [(key, -value)],
        "rounds": 3,
        "least": 20,
    }


def key_kinds(count):
    whole = range(2 * count)
    kinds = {
        "ints": [i * 0x9E3779B97F4A7C15 % (1 << 62) for i in whole],
        "negative": [-i - 1 for i in whole],
        "names": ["name_%d" % i for i in whole],
        "tuples": [(i, str(i)) for i in whole],
        "colliding": [Colliding(i) for i in whole],
    }
    return [(name, keys[:count], keys[count:]) for name, keys in kinds.items()]


def subjects(module, work):
    """Each map there is, and how to make its subject of the work."""
    def of_type(empty, make):
        full = empty
        for k, v in work["pairs"]:
            full = full.set(k, v)
        return lambda: module.methods(work, full, empty, make)

    yield "libhedgerow", lambda: module.library(work)
    yield "slow", of_type(Slow(), Slow)
    if hamt():
        yield "hamt", of_type(hamt()(), None)
    try:
        import immutables
        yield "immutables", of_type(immutables.Map(), immutables.Map)
    except ImportError:
        pass
    try:
        import hedgerow
        yield "hedgerow.Map", of_type(hedgerow.Map(), hedgerow.Map)
    except ImportError:
        pass


def expected(work, op):
    entries = dict(work["pairs"])
    if op == "set-replace":
        entries.update(work["replacing"][:1])
    elif op == "set-new":
        entries.update(work["new"][:1])
    elif op == "delete":
        del entries[work["replacing"][0][0]]
    return entries


def check_values(module, name, make, work):
    subject = make()
    for op in MAP_OPS:
        taken = subject.time(op)
        if op in ITEMS:
            assert subject.time(op, work[ITEMS[op]])[2] == taken[2], (name, op)
        lacks = {"hamt": ["bulk", "diff"], "slow": ["diff"], "immutables": ["diff"]}
        if op in lacks.get(name, []):
            assert taken is None, (name, op)
            continue
        ns, loop_ns, operations = taken
        assert ns > 0 and loop_ns >= 0 and operations >= 1, (name, op, taken)
        made = subject.made(op)
        assert len(made) == len(dict(made)) and dict(made) == expected(work, op), (name, op)
    for op in CONTEXT_OPS:
        assert subject.time(op) is None, (name, op)


def references(work):
    objects = [x for name in ("pairs", "replacing", "new", "chain", "twin", "changed")
               for pair in work[name] for x in pair] + work["misses"]
    # Small ints are immortal, or everybody's.
    return [sys.getrefcount(x) for x in objects]


def check_references(name, make, work):
    """After a subject is gone, each object is referred to as often as before."""
    def use():
        subject = make()
        for op in MAP_OPS:
            subject.time(op)
            subject.made(op)

    use()  # what is cached at first use, is
    gc.collect()
    before = references(work)
    use()
    gc.collect()
    compact(name)
    assert references(work) == before, "%s: references leak, or are lost" % name


def compact(name):
    if name == "hedgerow.Map":
        import hedgerow
        hedgerow.compact()


def raises(kind, call, *arguments):
    try:
        call(*arguments)
    except kind:
        return
    raise AssertionError("%s was not raised" % (kind,))


def check_errors(module):
    keys = [Colliding(i) for i in range(20)]
    work = work_of(keys[:10], keys[10:])
    for name, make in subjects(module, work):
        subject = make()
        before = subject.made("iterate")
        Colliding.fails = True
        try:
            # With dict, a lookup in a table compares few keys: any of these may.
            for op in ["get-miss", "contains", "set-new", "build"]:
                raises(ZeroDivisionError, subject.time, op)
        finally:
            Colliding.fails = False
        assert subject.made("iterate") == before, name
        raises(ValueError, subject.time, "gett")
        raises(ValueError, subject.made, None)
    # Work that is wrong is found by what the loop counts, and by what the map says.
    for op, name, bad, kind in [
        ("get-hit", "hits", keys[10:], (AssertionError, KeyError)),
        ("get-miss", "misses", keys[:10], AssertionError),
        ("contains", "mixed", keys[:10], AssertionError),
        ("delete", "replacing", [(k, 0) for k in keys[10:]], (AssertionError, KeyError)),
        ("equal", "twin", work["changed"], AssertionError),
        ("diff", "changed", work["twin"], AssertionError),
        ("build", "pairs", [([], 0)], TypeError),
    ]:
        wrong = dict(work, **{name: bad})
        for map_name, _ in subjects(module, work):
            if name == "pairs":
                if map_name == "libhedgerow":
                    raises(kind, module.library, wrong)
            elif op != "diff" or map_name in ("libhedgerow", "hedgerow.Map"):
                raises(kind, dict(subjects(module, wrong))[map_name]().time, op)
    check_arguments(module, work)


def check_arguments(module, work):
    for name in work:
        raises(ValueError, module.library, {k: v for k, v in work.items() if k != name})
    raises(ValueError, module.library, dict(work, hits=[]))
    raises(ValueError, module.library, dict(work, rounds=0))
    raises(TypeError, module.library, dict(work, pairs=[1]))
    raises(TypeError, module.library, dict(work, new=[(1, 2, 3)]))
    raises(OverflowError, module.library, dict(work, least=-1))
    raises(TypeError, module.library, [])
    subject = module.library(work)
    raises(ValueError, subject.time, "iterate", work["hits"])
    raises(ValueError, subject.time, "get-hit", [])
    raises(TypeError, subject.time, "delete", work["hits"])
    raises(AssertionError, subject.time, "get-hit", work["misses"])
    raises(AttributeError, module.methods, work, 17, 18, None)
    raises(ValueError, module.contexts, "contextvar", 0, (0,))
    raises(ValueError, module.contexts, "contextvar", 1, ())
    raises(ValueError, module.contexts, "others", 1, (0,))
    raises(IndexError, module.contexts, "libhedgerow", 2, (0, 2))
    raises(OverflowError, module.contexts, "contextvar", 2, (-1,))
    if sys.version_info >= (3, 10):
        raises(TypeError, type(subject))


def check_contexts(module):
    before = list(copy_context().items())
    for whose in ("contextvar", "libhedgerow"):
        for count in (1, 10, 300):
            subject = module.contexts(whose, count, tuple(range(count)) * 2)
            for op in CONTEXT_OPS * 2:
                ns, loop_ns, operations = subject.time(op)
                assert ns > 0 and loop_ns >= 0 and operations == 2 * count, (whose, op)
                assert subject.made(op) == ["the first value"] * count, (whose, op)
            value = subject.made("context-get")[0]
            counts = sys.getrefcount(value)
            for op in CONTEXT_OPS:
                subject.time(op)
            assert sys.getrefcount(value) == counts, (whose, "references leak, or are lost")
            for op in MAP_OPS:
                assert subject.time(op) is None, (whose, op)
            del subject
            lone = object()
            assert sys.getrefcount(value) == sys.getrefcount(lone), (whose, "keeps its value")
    assert list(copy_context().items()) == before, "a context was not left"


def main():
    module = load(sys.argv[1])
    for count in (1, 7, 40, 1500):
        for kind, keys, misses in key_kinds(count):
            if kind == "colliding" and count > 40:
                continue
            work = work_of(keys, misses)
            for name, make in subjects(module, work):
                if name == "slow" and count > 40:
                    continue
                check_values(module, name, make, work)
                if kind != "negative":
                    check_references(name, make, work)
    check_errors(module)
    check_contexts(module)
    print("the C level is sound")


main()
