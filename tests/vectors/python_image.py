"""Writes python-image-1.bin, the golden image of Python's objects, with the Python package.

usage: python3 python_image.py     # where `hedgerow` is installed; for a new format
"""
import os
import sys

# Otherwise the modules of this folder would hide those of Python.
HERE = sys.path.pop(0)

import hedgerow

ENTRIES = {
    "": None,
    "apple": 3,
    "caf\xe9": "it's",
    "\u20ac": 2.5,
    "\U0001f40d": b"\x00raw",
    "\ud800": True,
    b"apple": ("a", (), 1.0),
    17: frozenset([5]),
    -1: -1,
    -(2**63): 2**70,
    None: False,
    (1, "two"): hedgerow.Map({"inner": None}),
    "other": complex(1, 2),
}

with open(os.path.join(HERE, "python-image-1.bin"), "wb") as file:
    file.write(bytes(hedgerow.Map(ENTRIES).image(pickle=True)))
