"""Hash, repr and equality of values for `hedgerow verify`. Follows peers.py.

src/verify/literal.rs writes the literals.
"""
import math
import struct
import sys
import unicodedata

# The one NaN of all values: from 3.10 on its hash depends on its address.
NAN = float("nan")


def double(bits):
    number = struct.unpack(">d", bytes.fromhex(bits))[0]
    return NAN if math.isnan(number) else number


def build(literal):
    if isinstance(literal, str):
        return {"none": None, "ellipsis": ...}[literal]
    [(kind, content)] = literal.items()
    if kind == "bool":
        return content
    if kind == "int":
        return int(content)
    if kind == "float":
        return double(content)
    if kind == "complex":
        return complex(*map(double, content))
    if kind == "str":
        return "".join(map(chr, content))
    if kind == "bytes":
        return bytes(content)
    items = [build(item) for item in content]
    return {"tuple": tuple, "frozenset": frozenset}[kind](items)


@request
def dialect():
    return {
        "algorithm": sys.hash_info.algorithm,
        "none": hash(None),
        "ellipsis": hash(...),
        "nan": hash(NAN),
        "unicode": unicodedata.unidata_version,
        "minor": sys.version_info.minor,
    }


@request
def values(values, pairs):
    built = [build(literal) for literal in values]
    pairs = [(built[a], built[b]) for a, b in pairs]
    return {
        "hashes": [hash(value) for value in built],
        "reprs": [repr(value) for value in built],
        "equal": [[a] == [b] for a, b in pairs],
        "equal_operator": [a == b for a, b in pairs],
    }
