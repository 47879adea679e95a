"""Images: a map as bytes that any process reads, and deltas between two.

The bug class: a key that is not found; a value that comes back as another type; damaged bytes that
crash or hang; a delta that is applied to other contents.
"""

import collections.abc
import copy
import enum
import itertools
import math
import mmap
import pickle
import random
from decimal import Decimal
from fractions import Fraction

import pytest

import hedgerow
from hedgerow import Delta, Image, Map

EACH_KIND = [
    None, True, False, 0, -1, 127, 128, -128, -129, 255, 1 << 31, -(1 << 63), 1 << 63, 1 << 64,
    -(1 << 200), 7 ** 99, 0.0, -0.0, 0.5, 1e300, math.inf, -math.inf, "", "a", "é", "\xff\x80",
    "€", "\U0001f994", "\ud83e\udd94", "x" * 300, b"", b"\0", b"bytes", (), (1,), (1, ("a", b"a")),
    frozenset(), frozenset([1, "a", (2, None)]), ((), frozenset([frozenset()])),
]


def same(a, b):
    """Equal, and of the same types all through."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, frozenset):
        return a == b and sorted(map(repr, map(type, a))) == sorted(map(repr, map(type, b)))
    if isinstance(a, float):
        return repr(a) == repr(b)
    return a == b


def maps():
    yield Map()
    yield Map({key: value for key, value in zip(EACH_KIND, reversed(EACH_KIND))})
    yield Map({index: value for index, value in enumerate(EACH_KIND)})
    yield Map({"inner": Map({"deep": Map(a=1), 1: "x"}), "other": (Map(), Map(b=Map()))})
    rng = random.Random(5)
    for size in [1, 2, 16, 17, 33, 500]:
        keys = [rng.choice([n, -n, str(n), float(n) / 3, (n, str(n))]) for n in range(size)]
        yield Map({key: rng.choice(EACH_KIND) for key in keys})


@pytest.mark.parametrize("m", list(maps()), ids=lambda m: f"{len(m)} entries")
def test_an_image_is_the_map(m):
    image = m.image()
    image.verify()
    assert isinstance(image, collections.abc.Mapping)
    assert len(image) == len(m) and bool(image) == bool(m)
    for key, value in m.items():
        assert key in image and same(image[key], value) and same(image.get(key), value)
    for key in ["absent", 1 << 99, (7, 7), b"absent", 0.123, frozenset([9])]:
        assert key not in image and image.get(key) is None and image.get(key, 5) == 5
        with pytest.raises(KeyError) as error:
            image[key]
        assert error.value.args[0] is key
    assert dict(image) == dict(m) == dict(image.items())
    assert list(image) == list(image.keys())
    assert [image[key] for key in image] == list(image.values())
    assert set(image.keys()) == set(m.keys()) and image.items() == m.items()
    assert image == m and m == image and not image != m
    assert hash(image) == hash(m)
    assert image.map() == m and type(image.map()) is Map
    assert image.diff(m) == [] == image.diff(image)
    assert Image(bytes(image)) == image and Image(bytes(image)).fingerprint == image.fingerprint
    again = m.image()
    assert again == image and again.fingerprint == image.fingerprint


def test_keys_equal_in_python_are_one_key():
    image = Map({1: "one", 0: "zero", 2.5: "half", "s": "str", (1, 2.0): "pair"}).image()
    assert image[True] == image[1.0] == image[Decimal(1)] == "one"
    assert image[False] == image[-0.0] == "zero"
    assert image[Fraction(5, 2)] == "half"
    assert image[(True, 2)] == image[(1.0, 2.0)] == "pair"
    assert image.get((1, 2.5)) is None and image.get(b"s") is None

    stored = Map({True: "true", 2.0: "two", -1.0: "minus", float(1 << 70): "large"}).image()
    assert [stored[key] for key in [1, 2, -1, 1 << 70]] == ["true", "two", "minus", "large"]
    for arguments in [(), (1, 2, 3)]:
        with pytest.raises(TypeError, match=f"get expected at .*got {len(arguments)}"):
            image.get(*arguments)
    with pytest.raises(TypeError, match="no keyword arguments"):
        image.get(1, default=2)

    class Text(str):
        pass

    class Number(enum.IntEnum):
        ONE = 1

    class Other(str):
        def __eq__(self, other):
            return False

        def __hash__(self):
            return str.__hash__(self)

    assert image[Text("s")] == "str" and image[Number.ONE] == "one"
    assert Other("s") not in image
    assert object() not in image
    for unhashable in [[], {}, ([],)]:
        with pytest.raises(TypeError, match="unhashable"):
            image.get(unhashable)

    class Fails:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        image[Fails()]


def test_a_nan_is_found_by_its_bits():
    image = Map({math.nan: 1}).image()
    assert image[math.nan] == 1 and image[float("nan")] == 1


@pytest.mark.parametrize("key", [Map(a=1), object(), complex(1), (1, object()), range(3)])
def test_keys_that_cannot_stand_in_an_image_are_refused(key):
    for options in [{}, {"pickle": True}]:
        with pytest.raises(TypeError, match="keys are None, bool, int"):
            Map({key: 1}).image(**options)


def test_values_of_other_types_are_pickled_when_asked():
    m = Map(a=[1, 2], b={"c": {3}}, d=("tuple", [4]), e=1)
    with pytest.raises(TypeError, match="type 'list' cannot stand in an image; with pickle=True"):
        Map(a=[]).image()
    image = m.image(pickle=True)
    assert image == m and image["d"] == ("tuple", [4])
    closed = Image(bytes(image))
    assert closed["e"] == 1
    with pytest.raises(ValueError, match="pickle=True"):
        closed["a"]
    assert Image(bytes(image), pickle=True) == m
    assert pickle.loads(pickle.dumps(image)) == m

    class Text(str):
        pass

    with pytest.raises(TypeError):
        Map(a=Text("x")).image()


def test_views_and_iterators():
    m = Map({n: str(n) for n in range(100)})
    image = m.image()
    keys, values, items = image.keys(), image.values(), image.items()
    assert len(keys) == len(values) == len(items) == 100
    assert 5 in keys and "5" in values and (5, "5") in items and (5, "6") not in items
    assert keys & {5, 500} == {5}
    iterator = iter(image)
    assert iter(iterator) is iterator
    next(iterator)
    assert iterator.__length_hint__() == 99
    assert len(list(iterator)) == 99 and next(iterator, None) is None
    iterator = iter(m.image())  # It keeps the image.
    assert sorted(iterator) == list(range(100))
    match image:
        case {7: "7", **rest}:
            assert len(rest) == 99
        case _:
            raise AssertionError


def test_buffers_of_every_kind():
    m = Map({n: n for n in range(50)})
    content = bytes(m.image())
    with mmap.mmap(-1, len(content)) as anonymous:
        anonymous.write(content)
        image = Image(anonymous)
        assert image == m
        del image
    for buffer in [content, bytearray(content), memoryview(content)]:
        assert Image(buffer) == m
    with pytest.raises((BufferError, ValueError)):
        Image(memoryview(content)[::2])
    for wrong in ["text", 5, None, [1]]:
        with pytest.raises(TypeError):
            Image(wrong)
    array = bytearray(content)
    image = Image(array)
    with pytest.raises(BufferError):
        array.append(0)
    del image
    array.append(0)


def test_deltas():
    rng = random.Random(7)
    m = Map({f"key {n}": n for n in range(300)})
    image = m.image()
    for round in range(60):
        before = m
        for _ in range(rng.choice([0, 1, 3, 20])):
            key = rng.choice([f"key {rng.randrange(400)}", rng.randrange(50), (rng.randrange(9),)])
            m = m.discard(key) if rng.random() < 0.4 else m.set(key, rng.choice(EACH_KIND))
        delta = m.delta(before, image if round % 2 else None)
        assert len(delta) == len(before.diff(m)) or len(delta) >= len(before.diff(m))
        assert len(bytes(delta)) < 128 + 600 * max(1, len(delta))
        received = pickle.loads(pickle.dumps(delta))
        assert bytes(received) == bytes(delta) and len(received) == len(delta)
        image = image.apply(Delta(bytes(delta)))
        assert image == m and image.fingerprint == m.image().fingerprint
    image.verify()
    assert image.map() == m
    whole = Image(bytes(image))
    assert whole == m and whole.nbytes < image.nbytes
    one = m.set("key 1", "other")
    assert len(bytes(one.delta(m))) < 200
    assert image.diff(one) == m.diff(one)


def test_a_delta_is_refused_by_other_contents():
    m = Map(a=1, b=2)
    delta = m.set("a", 3).delta(m, m.image())
    for other in [Map(a=1), Map(a=5, b=2), Map(a=1, b=3), Map(a=1, b=2, c=3), Map()]:
        with pytest.raises(ValueError, match="other contents"):
            other.image().apply(delta)
    # Without the fingerprint only what changes is compared.
    unbound = m.set("a", 3).delta(m)
    assert Map(a=1, b=7).image().apply(unbound) == Map(a=3, b=7)
    with pytest.raises(ValueError, match="other contents"):
        Map(a=5, b=2).image().apply(unbound)
    with pytest.raises(TypeError):
        m.image().apply(bytes(delta))
    with pytest.raises(ValueError, match="not an image"):
        Delta(bytes(m.image()))
    with pytest.raises(TypeError):
        m.set("a", []).delta(m)


def test_pickles_share_the_bytes():
    m = Map({f"key {n}": n for n in range(5000)})
    image = m.image()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(image, protocol)) == m
    buffers = []
    pickled = pickle.dumps(image, 5, buffer_callback=buffers.append)
    assert len(pickled) < 200 and len(buffers) == 1
    assert pickle.loads(pickled, buffers=buffers) == m
    assert bytes(image) is bytes(image), "its bytes are copied"
    assert copy.copy(image) == m and copy.deepcopy(image) == m


def test_every_changed_byte_is_an_error_or_does_no_harm():
    m = Map({"a": 1, 2: ("b", frozenset([3])), 1: "€", None: Map(c=1 << 70), "long": b"x" * 40})
    sound = bytes(m.image())
    keys = list(m)
    for at, change in itertools.product(range(len(sound)), [1, 0x80, 0xff]):
        content = bytearray(sound)
        content[at] ^= change
        try:
            image = Image(bytes(content))
        except ValueError:
            assert at < 128
            continue
        assert at >= 128, "a changed header was opened"
        for key in keys:
            try:
                image.get(key)
            except (ValueError, TypeError, RecursionError, MemoryError, OverflowError):
                pass
        try:
            list(image.items()), hash(image), image.diff(m), image == m, image.map()
        except (ValueError, TypeError, RecursionError, MemoryError, OverflowError):
            pass
        try:
            image.verify()
        except ValueError:
            pass
        else:
            assert image == m, "changed, and verified"
    for length in range(len(sound)):
        with pytest.raises(ValueError):
            Image(sound[:length])


def test_repr_and_annotations():
    image = Map(a=1).image()
    assert repr(image) == "<hedgerow.Image of 1 entries>"
    assert repr(Map(a=1).delta(Map())) == "<hedgerow.Delta of 1 changes>"
    assert Image[str, int].__origin__ is Image
    assert image != {"a": 1} and image != 5
    with pytest.raises(TypeError):
        image < image
    with pytest.raises(TypeError, match="immutable type"):
        Image.x = 1
    assert image.nbytes == len(bytes(image))
    assert hedgerow.Image is Image and Image.__module__ == "hedgerow"


def test_deep_values():
    value = ()
    for _ in range(400):
        value = (value,)
    assert Map(a=value).image()["a"] == value
    for _ in range(200_000):
        value = (value,)
    with pytest.raises(RecursionError):
        Map(a=value).image()
    while value:
        (value,) = value
