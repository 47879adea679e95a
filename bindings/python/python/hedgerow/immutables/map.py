"""The names of immutables' implementation in Python: its Map, and the steps of a hash in the tree.

A hash is folded to 32 bits, and each level of the tree takes five of them, lowest first. -1 stays
-1 here, as in immutables' Python code; the tree itself makes it -2, as CPython does.
"""

import sys

from hedgerow import Map as Map
from hedgerow import MapItems as MapItems
from hedgerow import MapKeys as MapKeys
from hedgerow import MapMutation as MapMutation
from hedgerow import MapValues as MapValues

__all__ = ("Map",)


def map_hash(o: object) -> int:
    """The 32 bits of an object's hash that its place in the tree follows from."""
    wide = hash(o)
    if sys.hash_info.width <= 32:
        return wide
    low, high = wide & 0xFFFF_FFFF, (wide >> 32) & 0xFFFF_FFFF
    return low ^ high


def map_mask(hash: int, shift: int) -> int:
    """The slot, 0 to 31, of a hash in a node at this shift."""
    return (hash >> shift) & 31


def map_bitpos(hash: int, shift: int) -> int:
    """The bit of that slot in a node's bitmap."""
    return 1 << map_mask(hash, shift)


def map_bitcount(v: int) -> int:
    """How many bits are set."""
    return v.bit_count()


def map_bitindex(bitmap: int, bit: int) -> int:
    """How many slots of a bitmap come before the slot of `bit`."""
    return map_bitcount(bitmap & (bit - 1))
