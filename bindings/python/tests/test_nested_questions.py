"""Operations that recurse through maps in maps: `==`, `hash`, `repr`, lookups, copies and pickles.

They go as deep as dict and immutables do, or deeper, and end in a RecursionError beyond, on any
stack. Each program runs in a process of its own, because an overflow ends the process.
"""

import collections
import copy
import operator
import pickle
import sys
import types

import pytest

import hedgerow
from hedgerow import Map, Set, _hedgerow

import nests
from nests import in_key, in_value, nest

try:
    import immutables
except ImportError:
    immutables = None

STACKS = (0,) + nests.SMALL_STACKS


class Subclass(Map):
    pass


class Overridden(Map):
    def __eq__(self, other):
        return super().__eq__(other)

    def __hash__(self):
        return super().__hash__()

    def __repr__(self):
        return super().__repr__()


def values_alone(wrap, depth):
    """As `nest`, but nothing is hashed yet."""
    nested = 0
    for _ in range(depth):
        nested = wrap(nested)
    return nested


def in_mutation(nested):
    mutation = Map().mutate()
    mutation[0] = nested
    return mutation


WRAPS = {
    "in values": in_value,
    "in keys": in_key,
    "in colliding keys": lambda nested: Map({nested: 0, Same(0): 0, Same(1): 0}),
    "in subclasses": lambda nested: Subclass({0: nested}),
    "in overridden": lambda nested: Overridden({0: nested}),
    "in tuples": lambda nested: Map({0: (nested,)}),
    "in lists": lambda nested: Map({0: [nested]}),
    "in dicts": lambda nested: Map(a={0: nested}),
    "in items": lambda nested: Map({0: nested}).items(),
    "in values of views": lambda nested: Map({0: nested}).values(),
    "in mutations": in_mutation,
    "in proxies": lambda nested: Map({0: types.MappingProxyType({0: nested})}),
    "in frozensets": lambda nested: Map({0: frozenset([nested])}),
}


class Same:
    """A key whose hash is that of the pair of the map before it."""

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return 5

    def __eq__(self, other):
        return isinstance(other, Same) and self.number == other.number


def held(nested):
    return Map({0: nested, 1: 1})


def key_of(nested):
    hash(nested)
    return Map({nested: 1, 1: 1})


def pickled(a, b):
    text = pickle.dumps(a)
    assert type(pickle.loads(text)) is type(a)
    return True


QUESTIONS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: not a != b,
    "hash": lambda a, b: hash(a) == hash(b),
    "repr": lambda a, b: len(repr(a)) > 0 and len(str(b)) > 0,
    "dump": lambda a, b: len(held(a).__dump__()) > 0,
    "in": lambda a, b: b in key_of(a),
    "[]": lambda a, b: key_of(a)[b] == 1,
    "get": lambda a, b: key_of(a).get(b) == 1,
    "set": lambda a, b: len(key_of(a).set(b, 3)) == 2,
    "delete": lambda a, b: len(key_of(a).delete(b)) == 1,
    "mutate": lambda a, b: key_of(a).mutate().pop(b) == 1,
    "update": lambda a, b: len(key_of(a).update({b: 1})) == 2,
    "Map": lambda a, b: len(Map([(a, 1), (b, 2)])) == 1,
    "diff of values": lambda a, b: held(a).diff(held(b)) == [],
    "diff of keys": lambda a, b: key_of(a).diff(key_of(b)) == [],
    "merge": lambda a, b: len(held(a).merge(held(0), held(b))) == 2,
    "|": lambda a, b: len(key_of(a) | key_of(b)) == 2,
    "| of a dict": lambda a, b: len(key_of(a) | {b: 2}) == 2,
    "intersection": lambda a, b: len(key_of(a).intersection(key_of(b))) == 2,
    "difference": lambda a, b: len(key_of(a).difference(key_of(b))) == 0,
    "items ==": lambda a, b: held(a).items() == held(b).items(),
    "items <=": lambda a, b: held(a).items() <= held(b).items(),
    "items of a dict": lambda a, b: {0: a, 1: 1}.items() == held(b).items(),
    "keys ==": lambda a, b: key_of(a).keys() == key_of(b).keys(),
    "keys &": lambda a, b: len(key_of(a).keys() & key_of(b).keys()) == 2,
    "in values()": lambda a, b: b in held(a).values(),
    "in items()": lambda a, b: (0, b) in held(a).items(),
    "repr of views": lambda a, b: len(repr(held(a).items())) > 0,
    "a dict": lambda a, b: held(a) == {0: b, 1: 1} and {0: a, 1: 1} == held(b),
    "UserDict": lambda a, b: held(a) == collections.UserDict({0: b, 1: 1}),
    "copy": lambda a, b: copy.copy(held(a)) == held(a),
    "deepcopy": lambda a, b: type(copy.deepcopy(a)) is type(a),
    "pickle": pickled,
}


def ask(wrap, stack, depths=(100, 1500, 12_000)):
    """Asks all questions of nests of these depths."""
    for depth in depths:
        for build in (nest, values_alone):
            pair = build(WRAPS[wrap], depth), build(WRAPS[wrap], depth)
            for name, question in QUESTIONS.items():
                try:
                    answer = nests.on_stack(stack, lambda: question(*pair))
                except RecursionError:
                    assert depth > 100 or wrap == "in overridden" or name == "deepcopy", name
                except TypeError as error:
                    # Views, mutations and lists cannot be hashed. Mutations cannot be pickled.
                    assert "unhashable" in str(error) or "pickle" in str(error), (name, error)
                except (KeyError, hedgerow.MergeConflict):
                    assert wrap == "in values of views", name
                else:
                    # A view of values is equal to itself only, as for dicts.
                    assert answer is True or wrap == "in values of views", (wrap, name, depth)
            pair = None
    _hedgerow._check()


def ask_beside_dicts(stack):
    """A nest of maps equals one of as many dicts."""
    for depth in (100, 600, 3000, 12_000):
        maps = values_alone(in_value, depth)
        dicts = values_alone(lambda nested: {0: nested}, depth)

        def work():
            try:
                assert maps == dicts and dicts == maps
            except RecursionError:
                assert depth > 100

        nests.on_stack(stack, work)


@pytest.mark.parametrize("stack", [0, 256 << 10])
def test_maps_of_maps_beside_dicts_of_dicts(stack):
    nests.alone("test_nested_questions", "ask_beside_dicts", stack)


@pytest.mark.parametrize("stack", [0, pytest.param(256 << 10, marks=pytest.mark.slow)])
@pytest.mark.parametrize("wrap", WRAPS)
def test_nests_are_followed_or_are_a_recursion_error(wrap, stack):
    nests.alone("test_nested_questions", "ask", wrap, stack)


def through_keys_twice(stack):
    """`hash` and `==` of five thousand maps in keys."""
    one, other = nest(in_key, 5000), nest(in_key, 5000)

    def work():
        for question in (operator.eq, lambda a, b: not a != b, lambda a, b: Map({a: 1})[b] == 1):
            try:
                assert question(one, other)
            except RecursionError:
                assert stack or sys.version_info < (3, 13)

    nests.on_stack(stack, work)


@pytest.mark.parametrize("stack", STACKS)
def test_five_thousand_maps_in_keys(stack):
    nests.alone("test_nested_questions", "through_keys_twice", stack)


def on_one_stack_after_another():
    """The stack of a thread may lie where that of an ended one was, which was longer."""
    one, other = nest(in_key, 5000), nest(in_key, 5000)
    a_map = Map({one: 1})
    for size in (64 << 20, 256 << 10, 16 << 20, 512 << 10, 8 << 20, 256 << 10) * 5:
        try:
            assert nests.on_stack(size, lambda: a_map[other]) == 1
        except RecursionError:
            assert size < 1 << 20 or sys.version_info < (3, 13)


def test_stacks_of_threads_that_follow_each_other():
    nests.alone("test_nested_questions", "on_one_stack_after_another")


def pickle_parts_and_iterators(stack):
    """Pickle takes these apart, too, though no map or set is asked."""
    for wrap in (lambda inner: _hedgerow._entries(0, inner), lambda inner: iter(Set([inner]))):
        nested = nest(wrap, 3000)
        try:
            nests.on_stack(stack, lambda: pickle.dumps(nested))
        except RecursionError:
            pass


@pytest.mark.parametrize("stack", STACKS)
def test_parts_in_parts_and_iterators_in_sets(stack):
    nests.alone("test_nested_questions", "pickle_parts_and_iterators", stack)


def deepest(wrap, question, stack, most=40_000):
    """How deep a question can be asked on such a stack, to a hundredth."""

    def is_answered(depth):
        pair = values_alone(wrap, depth), values_alone(wrap, depth)
        try:
            return nests.on_stack(stack, lambda: question(*pair)) or True
        except RecursionError:
            return False

    fits, fails = 50, 100
    while fails < most and is_answered(fails):
        fits, fails = fails, fails * 2
    while fails - fits > 1 + fits // 100:
        middle = (fits + fails) // 2
        if is_answered(middle):
            fits = middle
        else:
            fails = middle
    return fits


def hashed_on_the_way(kind):
    def wrap(nested):
        made = kind({nested: 0})
        hash(made)
        return made

    return wrap


DEPTHS = {
    "== in values": (lambda kind: lambda nested: kind({0: nested}), operator.eq),
    "== in keys": (hashed_on_the_way, operator.eq),
    "== in tuples": (lambda kind: lambda nested: kind({0: (nested,)}), operator.eq),
    "== in lists": (lambda kind: lambda nested: kind({0: [nested]}), operator.eq),
    "== of items": (lambda kind: lambda nested: kind({0: nested}).items(), operator.eq),
    "in": (hashed_on_the_way, lambda a, b: b in {a: 0}),
    "get": (hashed_on_the_way, lambda a, b: Map({a: 0})[b]),
    "repr": (lambda kind: lambda nested: kind({0: nested}), lambda a, _: repr(a)),
    "repr in lists": (lambda kind: lambda nested: kind({0: [nested]}), lambda a, _: repr(a)),
    "repr of items": (lambda kind: lambda nested: kind({0: nested}).items(), lambda a, _: repr(a)),
    "deepcopy": (lambda kind: lambda nested: kind({0: nested}), lambda a, _: copy.deepcopy(a)),
    "pickle": (lambda kind: lambda nested: kind({0: nested}), lambda a, _: pickle.dumps(a)),
}


def go_as_deep(name, other):
    kind = {"dict": dict, "immutables": immutables and immutables.Map}[other]
    wrap, question = DEPTHS[name]
    # The time to print a nest grows with the square of its depth, and from 3.14 on the depth with
    # the stack.
    stack = 2 << 20 if name.startswith("repr") and sys.version_info >= (3, 14) else 0
    theirs = deepest(wrap(kind), question, stack)
    ours = deepest(wrap(Map), question, stack)
    # Both are known to a hundredth.
    assert ours * 100 >= theirs * 98, (ours, theirs)


@pytest.mark.parametrize("name", DEPTHS)
def test_as_deep_as_immutables(name):
    if immutables is None:
        pytest.skip("immutables is not installed for this Python")
    if name.endswith("of items"):
        pytest.skip("views of immutables compare by identity, and do not print what they show")
    nests.alone("test_nested_questions", "go_as_deep", name, "immutables")


@pytest.mark.parametrize("name", DEPTHS)
def test_as_deep_as_dict(name):
    if DEPTHS[name][0] is hashed_on_the_way:
        pytest.skip("a dict cannot be a key")
    if name in ("deepcopy", "pickle"):
        pytest.skip("these know dicts, and call a method of anything else")
    nests.alone("test_nested_questions", "go_as_deep", name, "dict")
