"""Hash, repr and equality of values for `hedgerow verify`. Follows peers.py.

src/verify/form.rs is the other side of the format.
"""
import math
import struct
import unicodedata

NAN = float("nan")  # One object for every NaN: its hash is its address from 3.10 on.


def double(bits):
    number = struct.unpack(">d", bytes.fromhex(bits))[0]
    return NAN if math.isnan(number) else number


def build(form):
    if isinstance(form, str):
        return {"none": None, "ellipsis": ...}[form]
    [(kind, content)] = form.items()
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
    }


@request
def values(values, pairs):
    built = [build(form) for form in values]
    pairs = [(built[a], built[b]) for a, b in pairs]
    return {
        "hashes": [hash(value) for value in built],
        "reprs": [repr(value) for value in built],
        "equal": [[a] == [b] for a, b in pairs],
        "equal_operator": [a == b for a, b in pairs],
    }
