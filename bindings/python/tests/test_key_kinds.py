"""Keys of every kind, beside dict: which are equal, and whose code is called how often."""

import datetime
import decimal
import enum
import fractions
import itertools
import random
import sys

import pytest

from hedgerow import Map
from keys import Acting, Counting, Key

import kinds


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2**40


class Text(str):
    pass


class Number(int):
    pass


class Pair(tuple):
    pass


NAN = float("nan")
THING = object()

# What may be equal to what, or have the same hash: numbers across their types, both sides of each
# number of digits, and of the modulus of hashes.
NUMBERS = [
    *(sign * (2**bits + step) for bits in (0, 29, 30, 32, 60, 61, 62, 64, 90, 200)
      for step in (-1, 0, 1) for sign in (1, -1)),
    0.0, -0.0, 1.0, -1.0, 0.5, 1e300, float(2**31), float(2**64), NAN, float("inf"),
    True, False, 1 + 0j, 2j, Number(1), Number(2**62), Level.LOW, Level.HIGH,
    fractions.Fraction(1, 2), fractions.Fraction(2**64), decimal.Decimal(1), decimal.Decimal("0.5"),
]
ATOMS = [
    *NUMBERS[::7], "", "a", b"a", b"", Text("a"), None, ..., NotImplemented, THING, int, Colour.RED,
    Colour.BLUE, datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2), range(3), range(0, 3, 1),
    slice, len, frozenset(), frozenset("ab"), frozenset((1, "a")), frozenset((1.0, "a")),
    Key(1, "k"),
]


def tuples():
    rng = random.Random(5)
    for _ in range(80):
        yield tuple(rng.choice(ATOMS) for _ in range(rng.randrange(4)))
    inner = (1, "a")
    for _ in range(12):
        yield inner
        yield (inner, 1.0)
        inner = (inner,)
    yield Pair((1, 2))
    yield (1, 2)
    yield (1.0, 2)


KEYS = [*NUMBERS, *ATOMS, *tuples()]


def test_equal_keys_are_found_and_others_are_not():
    """Each key beside each other one: what dict says of the two."""
    for first, second in itertools.product(KEYS, repeat=2):
        expected = {first: 1}
        one = Map(expected)
        assert one.get(second) == expected.get(second), (first, second)
        assert (second in one) == (second in expected)
        expected[second] = 2
        two = one.set(second, 2)
        assert list(two.items()) == list(expected.items()) or len(two) == 2
        assert len(two) == len(expected), (first, second)
        assert Map(expected) == two
        assert [type(key) for key in two] == [type(key) for key in Map(expected)]
        del expected[first]
        assert len(two.delete(first)) == len(expected)


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_fresh_keys_of_each_kind_beside_dict(kind):
    keys, others = kinds.keys_of(kind, 200), kinds.keys_of(kind, 200, 1)
    copies = kinds.fresh(kind, keys)
    expected = dict(zip(keys, range(200)))
    made = Map(expected)
    by_sets = Map()
    for key, value in expected.items():
        by_sets = by_sets.set(key, value)
    assert made == by_sets
    assert sorted(made.values()) == list(range(200))
    for number, (key, copy, other) in enumerate(zip(keys, copies, others)):
        assert made[copy] == made[key] == made.get(copy) == number
        assert copy in made and other not in made and made.get(other) is None
        changed = made.set(copy, "new")
        assert changed[key] == "new" and len(changed) == 200
        assert next(found for found in changed if found == key) is key
        assert made.set(copy, number) is made
        without = made.delete(copy)
        assert key not in without and len(without) == 199
        assert made.set(other, number)[other] == number
        with pytest.raises(KeyError):
            made[other]
        with pytest.raises(KeyError):
            made.delete(other)
    with made.mutate() as mutation:
        for copy in copies[::2]:
            del mutation[copy]
        for copy in copies[1::2]:
            mutation[copy] = "changed"
        for other in others:
            mutation[other] = "added"
        assert mutation.pop(others[0]) == "added"
        changed = mutation.finish()
    expected = dict.fromkeys(keys[1::2], "changed") | dict.fromkeys(others[1:], "added")
    assert changed == Map(expected) == expected


@pytest.mark.parametrize("ordinal", [0, 1, 2])
def test_python_code_of_a_key_is_called_as_often_as_needed(ordinal):
    """Once for the hash; and for each of the keys of that hash, up to the one that is equal."""
    stored = [Counting(7, name) for name in "abc"]
    a_map = Map((key, key.name) for key in stored)
    place = [key.name for key in a_map][ordinal]
    key = Counting(7, place)

    def calls_of(operation):
        Counting.calls.clear()
        result = operation()
        assert Counting.calls == {"hash": 1, "eq": ordinal + 1}
        return result

    assert calls_of(lambda: a_map[key]) == place
    assert calls_of(lambda: a_map.get(key)) == place
    assert calls_of(lambda: key in a_map)
    assert calls_of(lambda: a_map.set(key, 1))[key] == 1
    value = a_map[key]
    assert calls_of(lambda: a_map.set(key, value)) is a_map
    assert len(calls_of(lambda: a_map.delete(key))) == 2


def test_identity_needs_no_comparison():
    key = Counting(5)
    a_map = Map({key: 1})
    Counting.calls.clear()
    assert a_map[key] == 1 and key in a_map and a_map.get(key) == 1
    assert a_map.set(key, 2)[key] == 2 and len(a_map.delete(key)) == 0
    assert Counting.calls == {"hash": 6}


def test_an_empty_map_does_not_hash():
    Counting.calls.clear()
    assert Map().get(Counting(1)) is None and Counting(1) not in Map()
    assert Map().get([]) is None
    with pytest.raises(KeyError):
        Map()[Counting(1)]
    assert not Counting.calls


@pytest.mark.parametrize("inside", [lambda key: key, lambda key: (1, key), lambda key: (key, "x")])
def test_errors_of_keys_pass_through(inside):
    def fail():
        raise LookupError("from the key")

    a_map = Map({inside(Key(3, "a")): 1, inside(Key(3, "b")): 2})
    comparing = [
        lambda key: a_map[key], lambda key: a_map.get(key), lambda key: key in a_map,
        lambda key: a_map.set(key, 1), a_map.delete, lambda key: a_map.update({key: 1}),
        lambda key: a_map | {key: 1},
    ]
    hashing = [lambda key: Map([(key, 1)]), lambda key: Map().set(key, 1)]
    for when, operations in (("hash", comparing + hashing), ("eq", comparing)):
        for operation in operations:
            argument = inside(Acting(3, "b", **{when: fail}))
            with pytest.raises(LookupError, match="from the key"):
                operation(argument)
    assert len(a_map) == 2


def test_a_tuple_asks_the_items_before_the_first_that_differ():
    """As CPython compares tuples, also those of different lengths."""
    first = Counting(1)
    for stored, given, asked in [
        ((first, 1), (Counting(1), 1), 1),
        ((1, first), (2, Counting(1)), 0),
        ((1, first), (1.0, Counting(1)), 1),
        ((first, first), (Counting(1), first), 1),
    ]:
        a_map = Map({stored: "found"})
        Counting.calls.clear()
        expected = {stored: "found"}.get(given)
        Counting.calls.clear()
        assert a_map.get(given) == expected
        assert Counting.calls["eq"] == asked or hash(stored) != hash(given)


def test_deep_tuples_end_in_an_answer_or_a_recursion_error():
    def nested(depth):
        inner = ("deepest",)
        for _ in range(depth):
            inner = (inner,)
        return inner

    for depth in (1, 7, 8, 9, 10, 100):
        a_map = Map({nested(depth): depth})
        assert a_map[nested(depth)] == depth
        assert nested(depth + 1) not in a_map
    a_map = Map({nested(10_000): 1})
    try:
        assert nested(10_000) in a_map
    except RecursionError:
        pass


def test_numbers_and_texts_are_compared_where_the_stack_ends():
    """CPython's own functions may raise RecursionError there, also for such objects."""
    numbers, values = Map({1: "one"}), {1: 10**9, 2: "ab" * 9, 3: 1.5}
    a_map, other = Map(values), Map({1: int("1000000000"), 2: "".join(["ab"] * 9), 3: 3 / 2})
    questions = (
        lambda: numbers[1.0], lambda: numbers[True], lambda: numbers[1 + 0j],
        lambda: a_map == other, lambda: not a_map.diff(other))

    def down(question):
        try:
            next(map(down, (question,)))
        except RecursionError:
            pass
        return question()

    limit = sys.getrecursionlimit()
    try:
        if sys.version_info >= (3, 12):
            sys.setrecursionlimit(10**6)  # Of Python's frames. Those in C have another one.
        for question in questions:
            assert down(question)
    finally:
        sys.setrecursionlimit(limit)


def test_a_class_that_gets_an_equality_later():
    class Late:
        def __hash__(self):
            return 1

    first, second = Late(), Late()
    a_map = Map({first: "first"})
    assert a_map.get(second) is None
    Late.__eq__ = lambda self, other: True
    assert a_map.get(second) == "first"
    del Late.__eq__
    Late.__hash__ = lambda self: 1
    assert a_map.get(second) is None


def test_maps_of_tracked_keys_are_found_by_the_collector():
    """A key that the collector tracks makes its map tracked, also on the quick ways."""
    import gc
    import weakref

    for build in (lambda key: Map({key: 1}), lambda key: Map().set(key, 1)):
        key = Key(9)
        alive = weakref.ref(key)
        key.name = build(key)
        del key
        gc.collect()
        assert alive() is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="immortal objects are of 3.12")
def test_immortal_keys():
    before = sys.getrefcount(None)
    a_map = Map({None: 1, (): 2, True: 3, "": 4})
    for _ in range(1000):
        a_map = a_map.set(None, object())
    assert sys.getrefcount(None) == before
