"""Writes src/object/str/changes_table.rs: characters whose properties differ between versions.

usage: python3 changes.py PYTHON... > TABLE

The arguments are the interpreters 3.8, 3.9, 3.11, 3.12, 3.13, 3.14 and 3.15, each with another
version of Unicode. 3.10 has that of 3.9.

The crates of ICU4X have one version of Unicode, at least 17. A character that a version does not
have yet is in printable_table.rs. This table has the other differences: characters whose properties
changed while they were there, and format characters, which are not printed. A row has all
properties of the character from its version on.
"""
import sys

sys.path.pop(0)  # This folder, whose files would hide modules of the standard library.

import json
import subprocess
import unicodedata

VERSIONS = ["12.1.0", "13.0.0", "14.0.0", "15.0.0", "15.1.0", "16.0.0", "17.0.0"]
# What changed after Unicode 17, and so is other in newer crates.
LATER = [0x277, 0x27c, 0xab4b, 0xab4c, 0x32403, 0x324df]
NAMES = ["ALPHA", "DECIMAL", "DIGIT", "NUMERIC", "LOWER", "UPPER", "TITLE", "START", "CONTINUE",
         "CASED", "IGNORABLE"]


def flags(char):
    """CPython shows whether a character is cased or ignorable by what str.title and the sigma at
    the end of a word do after it."""
    after_space = ("." + char + "\u03a3").lower()[-1] == "\u03c2"
    after_letter = ("a" + char + "\u03a3").lower()[-1] == "\u03c2"
    return [char.isalpha(), char.isdecimal(), char.isdigit(), char.isnumeric(), char.islower(),
            char.isupper(), char.istitle() and not char.isupper(),
            char.isidentifier() and char != "_", ("a" + char).isidentifier(),
            (char + "a").title()[-1] == "a", after_letter and not after_space]


def record(char):
    bits = sum(bit << index for index, bit in enumerate(flags(char)))
    return [bits, char.upper(), char.title(), char.lower(), char.casefold()]


def records(python, version):
    out = json.loads(subprocess.check_output([python, __file__, "records"], text=True))
    assert out["version"] == version, f"{python} has Unicode {out['version']}, not {version}"
    return out["records"], out["unprinted"]


def print_rows(point, versions):
    char = chr(point)
    before = None
    for version, (bits, upper, title, lower, folded) in zip(VERSIONS, versions):
        # The others never changed, or the table would need them.
        assert len(upper) == 1 and upper == title and lower == folded == char, hex(point)
        if (bits, upper) != before:
            major, minor, _ = version.split(".")
            names = [name for index, name in enumerate(NAMES) if bits >> index & 1]
            print(f"    row(0x{point:x}, Unicode::V{major}_{minor},"
                  f" {' | '.join(names) or '0'}, 0x{ord(upper):x}),")
        before = (bits, upper)


def main():
    if sys.argv[1:] == ["records"]:
        chars = list(map(chr, range(0x110000)))
        is_there = [unicodedata.category(char) != "Cn" for char in chars]
        json.dump({
            "version": unicodedata.unidata_version,
            "records": [record(char) if there else None for char, there in zip(chars, is_there)],
            "unprinted": [there and not char.isprintable()
                          for char, there in zip(chars, is_there)],
        }, sys.stdout)
        return
    assert len(sys.argv) - 1 == len(VERSIONS), __doc__
    found = [records(python, version) for python, version in zip(sys.argv[1:], VERSIONS)]
    print("//! Written by tests/vectors/changes.py from CPython; do not edit.")
    print("\nuse super::properties::{")
    print("    ALPHA, CASED, CONTINUE, Change, IGNORABLE, LOWER, NUMERIC, START, row,")
    print("};")
    print("use crate::object::python_version::Unicode;")
    print("\n/// What differs between versions, by code point and version.")
    print("#[rustfmt::skip]")
    print("pub(super) const CHANGES: &[Change] = &[")
    for point in range(0x110000):
        versions = [every[point] for every, _ in found]
        known = [one for one in versions if one is not None]
        is_later_unprinted = found[-1][1][point] and known[-1][0] and len(known) < len(versions)
        if point in LATER or is_later_unprinted or any(one != known[-1] for one in known):
            nothing = [0] + 4 * [chr(point)]
            print_rows(point, [one or nothing for one in versions])
    print("];")


main()
