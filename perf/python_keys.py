"""Keys as people have them, drawn at random but the same each time, for measurements and tests."""

import dataclasses
import enum
import pathlib
import random
import uuid


@dataclasses.dataclass(frozen=True)
class Point:
    """A frozen dataclass: its hash and equality are Python code."""

    x: int
    y: int


class Plain:
    """Objects that are hashed and compared by identity."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


def _enum_members(numbers):
    return list(enum.Enum("Member", {f"member_{number}": number for number in numbers}))


def _words(number):
    return f"/srv/data/{number % 97:02}/{number:09}/part-{number % 7}.json"


# Name: how a key is made of a distinct number below 2**29, and how an equal one is made of a key.
KINDS = {
    "str": (lambda n: f"key-{n}", lambda key: "".join(list(key))),
    "small int": (lambda n: n, lambda key: int(str(key))),
    "id of 62 bits": (lambda n: n * 8_589_934_609 + 2**61, lambda key: int(str(key))),
    "milliseconds": (lambda n: 1_700_000_000_000 + n * 17, lambda key: int(str(key))),
    "tuple of two ints": (lambda n: (n % 1009, n), lambda key: tuple(list(key))),
    "tuple of str and int": (lambda n: (f"user-{n % 499}", n), lambda key: tuple(list(key))),
    "bytes of 16": (
        lambda n: n.to_bytes(4, "big") * 4,
        lambda key: bytes(bytearray(key)),
    ),
    "float": (lambda n: n / 7, lambda key: float(repr(key))),
    "path": (_words, lambda key: "".join(list(key))),
    "object": (Plain, lambda key: key),
    "frozenset of two": (lambda n: frozenset((n, f"tag-{n % 31}")), lambda key: frozenset(list(key))),
    "frozen dataclass": (lambda n: Point(n, n % 89), dataclasses.replace),
    "uuid": (lambda n: uuid.UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128),
             lambda key: uuid.UUID(int=key.int)),
    "enum": (None, lambda key: key),
    "pathlib": (lambda n: pathlib.PurePosixPath(_words(n)), lambda key: pathlib.PurePosixPath(str(key))),
}

# Where the key's own Python code takes most of the time of an operation.
IN_PYTHON = {"frozen dataclass", "uuid", "enum", "pathlib"}
# Members of an enum are few.
MOST = {"enum": 1_000}


def keys_of(kind, size, start=0):
    """Distinct keys in random order; others for another `start`."""
    numbers = random.Random(size + start).sample(range(2**28), size)
    numbers = [number + start * 2**28 for number in numbers]
    if kind == "enum":
        return _enum_members(numbers)
    make, _ = KINDS[kind]
    return [make(number) for number in numbers]


def fresh(kind, keys):
    """Equal keys that are other objects, where there can be such."""
    _, copy = KINDS[kind]
    return [copy(key) for key in keys]
