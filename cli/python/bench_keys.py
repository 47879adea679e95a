"""Keys as people have them, for `hedgerow bench`: made of what the command sends, and copied.

src/bench/keys.rs has the kinds and what is sent of each.
"""
import struct
import uuid


class Thing:
    """An object that is hashed and compared by identity."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


def float_of(bits):
    return struct.unpack("<d", struct.pack("<q", bits))[0]


# How a key is made of what was sent, and an equal one, which is another object, of a key.
KINDS = {
    "text": (str, lambda key: (key + "~")[:-1]),
    "int": (int, lambda key: -(-key)),
    "float": (float_of, lambda key: -(-key)),
    "object": (Thing, None),
    "tuple": (tuple, lambda key: (-(-key[0]), -(-key[1]))),
    "uuid": (lambda digits: uuid.UUID(hex=digits), lambda key: uuid.UUID(int=key.int)),
    "bytes": (bytes.fromhex, lambda key: bytes(bytearray(key))),
}


def make_keys(kind, sent):
    make = KINDS[kind][0]
    return [make(item) for item in sent]


def fresh_keys(kind, keys):
    """Equal keys that are other objects, as a program has that looks up what it has just read.
    Objects are equal to themselves only."""
    copy = KINDS[kind][1]
    return [copy(key) for key in keys] if copy else keys
