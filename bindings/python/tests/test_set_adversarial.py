"""Elements that fail, or use the sets they are in, in the middle of an operation.

Whatever they do, the operation succeeds or raises as that of frozenset would, no set changes, and
the store stays intact: the fixture in conftest.py checks it after each test.
"""

import operator
import random
import sys

import pytest

from hedgerow import Map, Set, _hedgerow

from keys import Acting, Key
from storms import SAME, storm

#: By name, what is done to a set (`s`), an element (`x`), and sets with the element (`kind([x])`).
OPERATIONS = {
    "in": lambda s, x, kind: x in s,
    "add": lambda s, x, kind: s.add(x),
    "discard": lambda s, x, kind: s.discard(x),
    "remove": lambda s, x, kind: s.remove(x),
    "build": lambda s, x, kind: Set(kind([*(Key(SAME, number) for number in range(9)), x])),
    "==": lambda s, x, kind: s == kind([x, *(Key(SAME, n) for n in range(len(s) - 1))]),
    "reflected ==": lambda s, x, kind: kind([x, *(Key(SAME, n) for n in range(len(s) - 1))]) == s,
    "<=": lambda s, x, kind: kind([x]) <= s,
    ">": lambda s, x, kind: s > kind([x]),
    "|": lambda s, x, kind: s | kind([x]),
    "&": lambda s, x, kind: s & kind([x]),
    "large &": lambda s, x, kind: s & kind([x, *map(Key, range(50))]),
    "-": lambda s, x, kind: s - kind([x]),
    "large -": lambda s, x, kind: s - kind([x, *map(Key, range(50))]),
    "^": lambda s, x, kind: s ^ kind([x]),
    "large ^": lambda s, x, kind: s ^ kind([x, Key(SAME, 3), *map(Key, range(5))]),
    "reflected |": lambda s, x, kind: kind([x]) | s,
    "reflected &": lambda s, x, kind: kind([x]) & s,
    "reflected -": lambda s, x, kind: kind([x]) - s,
    "reflected ^": lambda s, x, kind: kind([x]) ^ s,
    "union": lambda s, x, kind: s.union([Key(SAME, 3)], kind([x])),
    "intersection": lambda s, x, kind: s.intersection([x, Key(SAME, 3)], kind([x])),
    "difference": lambda s, x, kind: s.difference([x, Key(SAME, 3)]),
    "symmetric_difference": lambda s, x, kind: s.symmetric_difference([x, Key(SAME, 3)]),
    "issubset": lambda s, x, kind: s.issubset([x, *(Key(SAME, n) for n in range(len(s)))]),
    "issuperset": lambda s, x, kind: s.issuperset([Key(SAME, 3), x]),
    "isdisjoint": lambda s, x, kind: s.isdisjoint([Key(SAME, "new"), x]),
    "diff": lambda s, x, kind: s.diff(kind([x, Key(SAME, 3)])),
    "hash": lambda s, x, kind: hash(s.add(x)),
    "mutate": lambda s, x, kind: s.mutate().update(kind([Key(SAME, "new"), x])),
    "mutate and discard": lambda s, x, kind: s.mutate().discard(x),
    "mutate ==": lambda s, x, kind: s.mutate() == Set([x]).mutate(),
}
KINDS = [Set, frozenset, set]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("when", ["eq", "hash"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_storm_inside_an_operation(name, when, kind):
    for seed in range(8):
        rng = random.Random(f"{name} {when} {seed}")
        sets = [Set(Key(SAME, number) for number in range(rng.choice([1, 2, 9])))]
        a_set = Set(Acting(SAME, number, eq=storm(rng, sets)) for number in range(6))
        sets.append(a_set)
        contents = [element.name for element in a_set]
        for at in rng.sample(range(8), 3):
            element = Acting(SAME, at, **{when: storm(rng, sets)})
            try:
                OPERATIONS[name](a_set, element, kind)
            except (KeyError, RuntimeError):
                pass
            assert [element.name for element in a_set] == contents
        _hedgerow._check()
        # A cycle: every storm holds the sets, which hold elements with storms in them.
        sets.clear()


class Failing(Key):
    """Fails in `__eq__` or `__hash__` once it is armed."""

    armed = None

    def fail(self, when):
        if self.armed == when:
            raise ZeroDivisionError(when)

    def __hash__(self):
        self.fail("hash")
        return super().__hash__()

    def __eq__(self, other):
        self.fail("eq")
        return super().__eq__(other)


def outcome(operation, kind, when, number):
    """What an operation does on `kind` if the element fails; the result as a frozenset."""
    a_set = kind(Key(SAME, at) for at in range(6))
    element = Failing(SAME, number)
    operands = [kind([element]), kind([element, *map(Key, range(50))]), [element], iter([element])]
    Failing.armed = when
    results = []
    try:
        for operand in operands:
            try:
                result = operation(a_set, operand)
                results.append(result if isinstance(result, bool) else len(result))
            except ZeroDivisionError as error:
                results.append(str(error))
            except TypeError:
                results.append("TypeError")
    finally:
        Failing.armed = None
    assert {element.name for element in a_set} == set(range(6))
    return results


@pytest.mark.parametrize("number", [3, "new"])
@pytest.mark.parametrize("name", [
    "or_", "and_", "sub", "xor", "le", "lt", "ge", "gt", "eq", "ne", "union", "intersection",
    "difference", "symmetric_difference", "isdisjoint", "issubset", "issuperset"])
def test_an_equality_that_fails_fails_where_that_of_frozenset_does(name, number):
    def operation(a_set, operand):
        if hasattr(operator, name):
            return getattr(operator, name)(a_set, operand)
        return getattr(a_set, name)(operand)

    ours, theirs = (outcome(operation, kind, "eq", number) for kind in (Set, frozenset))
    if name == "issubset":
        # Of an iterable that is no set, CPython 3.12 and later look at all elements, however few.
        del ours[2:], theirs[2:]
    assert ours == theirs


@pytest.mark.parametrize("name", ["union", "intersection", "difference", "symmetric_difference",
                                  "isdisjoint", "issubset", "issuperset"])
def test_a_hash_that_fails(name):
    a_set, element = Set(Key(SAME, at) for at in range(6)), Failing(SAME, 3)
    Failing.armed = "hash"
    try:
        # Preceded by one that ends none of the questions.
        first = Key(SAME, "new" if name == "isdisjoint" else 1)
        for operand in ([element], iter([element]), (first, element)):
            with pytest.raises(ZeroDivisionError):
                getattr(a_set, name)(operand)
        for call in (lambda: element in a_set, lambda: a_set.add(element), lambda: Set([element]),
                     lambda: a_set.discard(element), lambda: a_set.remove(element),
                     lambda: a_set.mutate().add(element), lambda: a_set.mutate().discard(element)):
            with pytest.raises(ZeroDivisionError):
                call()
    finally:
        Failing.armed = None
    assert len(a_set) == 6


def test_an_iterable_that_fails_leaves_everything_as_it_was():
    def failing():
        yield from range(50, 90)
        raise ZeroDivisionError

    a_set = Set(range(60))
    for name in ("union", "update", "intersection", "difference", "symmetric_difference",
                 "issubset", "diff"):
        with pytest.raises(ZeroDivisionError):
            getattr(a_set, name)(failing())
    with pytest.raises(ZeroDivisionError):
        Set(failing())
    mutation = a_set.mutate()
    with pytest.raises(ZeroDivisionError):
        mutation.update(failing())
    assert mutation.finish() == set(range(90)) and a_set == set(range(60))


@pytest.mark.parametrize("kind", [set, frozenset, dict.fromkeys])
def test_a_hash_that_changes_the_collection_it_is_built_from(kind):
    made = []

    def change():
        if isinstance(made[0], frozenset):
            return
        first = next(iter(made[0]))
        made[0].pop(first) if isinstance(made[0], dict) else made[0].discard(first)
        twin = Key(SAME, 5)
        made[0].update({twin: 1} if isinstance(made[0], dict) else [twin])

    elements = [Acting(SAME, number) for number in range(9)]
    made.append(kind(elements))
    for element in elements[3:6]:
        element.actions["hash"] = change
    try:
        a_set = Set(made[0])
    except RuntimeError:
        pass
    else:
        assert len({element.name for element in a_set}) == len(a_set)
    made.clear()


def test_a_mutation_that_is_finished_while_it_is_written():
    for write in ("add", "discard", "remove", "update"):
        for when in ("hash", "eq"):
            mutation = Set(Key(SAME, number) for number in range(4)).mutate()
            element = Acting(SAME, 3, **{when: mutation.finish})
            try:
                getattr(mutation, write)([element] if write == "update" else element)
            except (ValueError, RuntimeError):
                pass
            else:
                # There was nothing to write: the element was there.
                assert write in ("add", "update") and when == "eq"
            assert len(mutation.finish()) == 4


def test_the_last_reference_to_the_set_is_dropped_during_its_own_operation():
    for name in ("__contains__", "add", "discard", "remove", "isdisjoint", "union", "difference"):
        holder = [Set(Key(SAME, number) for number in range(5))]
        element = Acting(SAME, 3, eq=holder.clear)
        takes_many = name in ("isdisjoint", "union", "difference")
        getattr(holder[0], name)([element] if takes_many else element)
        assert holder == []


def nested(depth):
    """Sets in sets, alternating with frozensets."""
    inner = Set([1])
    for level in range(depth):
        inner = (Set if level % 2 else frozenset)([inner, level])
    return inner


@pytest.mark.parametrize("depth", [100, 20_000])
def test_deep_nests(depth):
    """Comparing ends, in an answer or RecursionError; dropping always ends."""
    one, other = nested(depth), nested(depth)
    assert hash(one) == hash(other)
    for question in (lambda: one == other, lambda: one <= other, lambda: repr(one),
                     lambda: other in Set([one])):
        try:
            assert question()
        except RecursionError:
            assert depth > 100
    del one, other


def test_a_set_in_a_map_in_a_set_ends_without_overflow():
    inner = Set()
    for _ in range(200_000):
        inner = Map({1: Set([inner])})
    del inner
    for _ in range(200_000):
        inner = Set([inner]) if _ else Set()
    del inner
    assert sys.getrecursionlimit() < 200_000
