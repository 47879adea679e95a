"""What the tests compare with: CPython's HAMT, immutables, and the fold of hashes to 32 bits."""

import importlib
import re

import sys

import pytest

from hedgerow import Map


class _NotThere:
    """In the place of immutables: a test that uses it is skipped, with the reason.

    Test runners look at each name of a module for marks, which must not skip the whole file.
    """

    NAMES = ("Map", "__version__")
    REASON = "immutables 0.21 is not installed: it has no wheels for CPython 3.14 and later"

    def __bool__(self):
        return False

    def __getattr__(self, name):
        if name not in self.NAMES:
            raise AttributeError(name)
        pytest.skip(self.REASON)


def _find_immutables():
    try:
        return importlib.import_module("immutables")
    except ImportError:
        if sys.version_info < (3, 14):
            raise
        return _NotThere()


#: The library that the tests compare with; false where it is missing. Tests that use it are then
#: skipped. Tests that can do without it check first.
immutables = _find_immutables()


def _find_hamt():
    for module in ("_testinternalcapi", "_testcapi"):
        try:
            return importlib.import_module(module).hamt
        except (ImportError, AttributeError):
            continue
    return None


#: Makes an empty HAMT of CPython's; None where this Python is installed without it.
hamt = _find_hamt()


def fold(number):
    """The 32 bits of a 64-bit hash that CPython's HAMT uses."""
    low = number & 0xFFFF_FFFF
    high = (number >> 32) & 0xFFFF_FFFF
    folded = low ^ high
    return 0xFFFF_FFFE if folded == 0xFFFF_FFFF else folded


def order_of(keys):
    """Keys in a HAMT's order, from the definition: by groups of five bits, the lowest first."""
    groups = lambda key: [(fold(hash(key)) >> shift) & 31 for shift in range(0, 35, 5)]
    return sorted(keys, key=groups)


def outcome(call, *arguments):
    """What a call returns or raises, in a form that can be compared between libraries."""
    try:
        result = call(*arguments)
    except Exception as error:
        return type(error), own_names(str(error))
    return "value", own_names(repr(result))


def own_names(text):
    """A text of immutables with hedgerow's names in it, so that only other differences show."""
    return text.replace("immutables._map.", "hedgerow.").replace("immutables.", "hedgerow.")


def shape(a_map):
    """A map's `__dump__()` without what differs from run to run: identities of nodes."""
    return re.sub(r"id=\S+?(?=[\s)])", "id=*", a_map.__dump__())
