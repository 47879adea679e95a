"""Answers questions about values and strs by CPython, for tests/object_*.rs: recorded or live.

usage: python3 object.py answer < QUESTIONS > ANSWERS
       python3 object.py record PYTHON3.10 PYTHON3.11 > object.json

A value is written in JSON:

    null, true, false           None, True, False
    "..."                       Ellipsis
    {"int": "-123"}             an int, in decimal
    {"float": "3ff0000000000000"}   a float, by its bits in hex; all NaNs are one object
    {"complex": [float, float]} a complex number, by such bits
    {"str": [97, 55357]}        a str, its code points
    {"bytes": [97, 255]}        bytes
    {"tuple": [value, ...]}     a tuple
    {"frozenset": [value, ...]} a frozenset, made from these items in this order

Questions are {"values": [value, ...], "pairs": [[index, index], ...], "calls": [call, ...]}, and a
call is [method, str, argument, ...] with code points for each str.
"""
import sys

sys.path.pop(0)  # This folder: its files must not stand for modules of the standard library.

import json
import math
import os
import struct
import subprocess
import unicodedata

NAN = float("nan")
SEEDS = ["0", "1", "42"]


def double(bits):
    number = struct.unpack(">d", bytes.fromhex(bits))[0]
    return NAN if math.isnan(number) else number


def text(points):
    return "".join(map(chr, points))


def build(spec):
    if spec is None or isinstance(spec, bool):
        return spec
    if spec == "...":
        return ...
    [(kind, content)] = spec.items()
    if kind == "int":
        return int(content)
    if kind == "float":
        return double(content)
    if kind == "complex":
        return complex(*map(double, content))
    if kind == "str":
        return text(content)
    if kind == "bytes":
        return bytes(content)
    if kind == "tuple":
        return tuple(map(build, content))
    assert kind == "frozenset", kind
    return frozenset([build(item) for item in content])


def hash_has_an_address(value):
    """From 3.10 on the hash of a complex NaN depends on the address of the object."""
    if isinstance(value, complex):
        is_nan = math.isnan(value.real) or math.isnan(value.imag)
        return is_nan and sys.version_info >= (3, 10)
    if isinstance(value, (tuple, frozenset)):
        return any(map(hash_has_an_address, value))
    return False


def order_has_an_address(value):
    return not isinstance(value, complex) and hash_has_an_address(value)


def plain(result):
    """The result of a method in JSON, with strs as code points, so that surrogates survive."""
    if isinstance(result, str):
        return {"str": list(map(ord, result))}
    if isinstance(result, bytes):
        return {"bytes": list(result)}
    if isinstance(result, (list, tuple)):
        return [plain(item) for item in result]
    return result


def arguments(call):
    for argument in call:
        if isinstance(argument, dict):
            yield build(argument)
        else:
            yield argument


def call(question):
    method, receiver, *rest = question
    try:
        if method == "getitem":
            return plain(text(receiver)[rest[0]])
        if method == "slice":
            return plain(text(receiver)[slice(*rest)])
        if method == "concat":
            return plain(text(receiver) + build(rest[0]))
        if method == "isprintable":
            return [chr(point).isprintable() for point in range(*rest)]
        if method == "isspace":
            return [chr(point).isspace() for point in range(*rest)]
        if method == "decode":
            return plain(bytes(receiver).decode("utf-8", *rest))
        return plain(getattr(text(receiver), method)(*arguments(rest)))
    except Exception as error:
        return {"error": [type(error).__name__, str(error)]}


def answer(questions):
    values = list(map(build, questions.get("values", [])))
    pairs = [(values[a], values[b]) for a, b in questions.get("pairs", [])]
    return {
        "version": list(sys.version_info[:2]),
        "algorithm": sys.hash_info.algorithm,
        "unicode": unicodedata.unidata_version,
        "none": hash(None),
        "ellipsis": hash(...),
        "nan": hash(NAN),
        "hashes": [None if hash_has_an_address(value) else hash(value) for value in values],
        "reprs": [None if order_has_an_address(value) else repr(value) for value in values],
        "equal": [[a] == [b] for a, b in pairs],
        "equal_operator": [a == b for a, b in pairs],
        "calls": [call(question) for question in questions.get("calls", [])],
    }


def bits(number):
    return struct.pack(">d", number).hex()


def recorded_values():
    powers = [0, 1, 7, 8, 30, 31, 32, 52, 53, 54, 60, 61, 62, 63, 64, 65, 122, 127, 128, 200, 1000]
    ints = sorted({sign * 2 ** power + step
                   for power in powers for step in (-1, 0, 1) for sign in (-1, 1)})
    floats = [0.0, -0.0, 0.5, -1.0, 1.5, 0.1, 1e-5, 0.0001, 123456789.125, 1e15, 1e16, 1e17, 1e22,
              9999999999999998.0, 1e300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
              2.0 ** 53, 2.0 ** 61, 2.0 ** 63, -2.0 ** 63, 2.0 ** 100, 3.141592653589793,
              math.inf, -math.inf, NAN]
    strs = ["", "a", "abc", "é", "€", "\U0001f40d", "\ud83e\udd93", "\udd93\ud83e", "it's", "\"",
            "'\"", "\\\t\n\r\0\x7f\x80\xa0\xad", "\u0100\u2028\ue000\uffff", "\U0010ffff", "Python",
            "QZthon", "forty-two", "x" * 7, "x" * 8, "x" * 9, "é" * 31, "€" * 33, "\U0001f40d" * 5]
    values = [None, True, False, "..."]
    values += [{"int": str(number)} for number in ints]
    values += [{"float": bits(number)} for number in floats]
    values += [{"complex": [bits(real), bits(imag)]}
               for real in (0.0, -0.0, 1.0, -1.5, math.inf, 1e20)
               for imag in (0.0, -0.0, 1.0, -2.5, -math.inf, 1e-7)]
    values += [{"str": list(map(ord, string))} for string in strs]
    values += [{"bytes": list(string)} for string in
               (b"", b"a", b"abc", b"it's", b"'\"", b"\\\t\n\r\0\x7f\x80\xff", bytes(range(40)))]
    some = [{"int": str(number)} for number in range(40)]
    names = [{"str": list(map(ord, "name%d" % number))} for number in range(30)]
    values += [{kind: items} for kind in ("tuple", "frozenset")
               for items in ([], some[:1], some[:5], some, some[::-1], names, names[::-1],
                             [None, True, {"float": bits(1.0)}, {"int": "1"}, {"int": "0"}])]
    values.append({"tuple": [{"tuple": [{"frozenset": [{"tuple": []}, {"bytes": [1]}]}]}, "..."]})
    values.append({"frozenset": [{"frozenset": names[:3]}, {"frozenset": []}, {"int": "-1"}]})
    return values


def record(pythons):
    values = recorded_values()
    runs = []
    for python in pythons:
        for seed in SEEDS:
            out = subprocess.run([python, __file__, "answer"], input=json.dumps({"values": values}),
                                 env={**os.environ, "PYTHONHASHSEED": seed}, text=True, check=True,
                                 stdout=subprocess.PIPE).stdout
            run = json.loads(out)
            keys = ["algorithm", "unicode", "none", "ellipsis", "nan", "hashes", "reprs"]
            runs.append({"seed": int(seed), **{key: run[key] for key in keys}})
    print("{\n\"values\": [")
    print(",\n".join(map(json.dumps, values)))
    print("],\n\"runs\": [")
    print(",\n".join(map(json.dumps, runs)))
    print("]\n}")


def main():
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    if sys.argv[1:] == ["answer"]:
        json.dump(answer(json.load(sys.stdin)), sys.stdout)
    elif sys.argv[1:2] == ["record"] and len(sys.argv) > 2:
        record(sys.argv[2:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
