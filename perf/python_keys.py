"""Keys as people have them, drawn at random but the same each time."""

import dataclasses
import datetime
import enum
import pathlib
import random
import uuid


@dataclasses.dataclass(frozen=True)
class Point:
    """A frozen dataclass: its hash and equality are Python code."""

    x: int
    y: int


class Thing:
    """Objects that are hashed and compared by identity."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


def same(key):
    """For keys of which there are no two equal ones."""
    return key


def make_path(number):
    return f"/srv/data/{number % 97:02}/{number:09}/part-{number % 7}.json"


def make_uuid(number):
    return uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)


def copy_text(text):
    return "".join(list(text))


def copy_int(number):
    return int(str(number))


def copy_tuple(items):
    return tuple(list(items))


# How a key is made of a number below 2**29, and how an equal one is made of a key.
KINDS = {
    "str": (lambda n: f"key-{n}", copy_text),
    "path": (make_path, copy_text),
    "small int": (lambda n: n, copy_int),
    "milliseconds": (lambda n: 1_700_000_000_000 + 17 * n, copy_int),
    "id of 62 bits": (lambda n: 2**61 + 4_294_967_311 * n, copy_int),
    "tuple of two ints": (lambda n: (n % 1009, n), copy_tuple),
    "tuple of str and int": (lambda n: (f"user-{n % 499}", n), copy_tuple),
    "bytes of 16": (lambda n: n.to_bytes(4, "big") * 4, lambda key: bytes(bytearray(key))),
    "float": (lambda n: n / 7, lambda key: float(repr(key))),
    "datetime": (
        lambda n: datetime.datetime(2020, 1, 1) + datetime.timedelta(milliseconds=n),
        lambda key: key + datetime.timedelta(0),
    ),
    "object": (Thing, same),
    "frozenset": (lambda n: frozenset((n, f"tag-{n % 31}")), lambda key: frozenset(list(key))),
    "frozen dataclass": (lambda n: Point(n, n % 89), dataclasses.replace),
    "uuid": (make_uuid, lambda key: uuid.UUID(int=key.int)),
    "enum": (None, same),
    "pathlib": (
        lambda n: pathlib.PurePosixPath(make_path(n)),
        lambda key: pathlib.PurePosixPath(str(key)),
    ),
}

# Their own Python code takes most of the time of an operation.
IN_PYTHON = {"frozen dataclass", "uuid", "enum", "pathlib"}

# How many there may be, where that is not as many as you like: nobody has enums of a million.
MOST = {"enum": 1_000}


def keys_of(kind, size, start=0):
    """Distinct keys in random order; with another `start`, others."""
    numbers = random.Random(size + start).sample(range(start * 2**28, (start + 1) * 2**28), size)
    if kind == "enum":
        return list(enum.Enum("Member", {f"member_{number}": number for number in numbers}))
    make, _ = KINDS[kind]
    return [make(number) for number in numbers]


def fresh(kind, keys):
    """Equal keys that are other objects, where there can be any."""
    _, copy = KINDS[kind]
    return [copy(key) for key in keys]
