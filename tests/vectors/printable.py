"""Writes src/object/str/printable_table.rs: which code points str.isprintable() refuses.

usage: python3 printable.py PYTHON... > TABLE

The arguments are the interpreters 3.8, 3.9, 3.11, 3.12, 3.13, 3.14 and 3.15, each with another
version of Unicode. 3.10 has that of 3.9.
"""
import sys

sys.path.pop(0)  # This folder, whose files would hide modules of the standard library.

import subprocess
import unicodedata

VERSIONS = ["12.1.0", "13.0.0", "14.0.0", "15.0.0", "15.1.0", "16.0.0", "17.0.0"]


def ranges(points):
    runs = []
    for point in sorted(points):
        if runs and runs[-1][1] == point - 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return runs


def print_table(name, doc, points):
    cells = [f"(0x{first:x}, 0x{last:x})," for first, last in ranges(points)]
    print(f"\n/// {doc}: first and last of each run.")
    print("#[rustfmt::skip]")
    print(f"pub(super) const {name}: [(u32, u32); {len(cells)}] = [")
    for start in range(0, len(cells), 4):
        print("   ", *cells[start:start + 4])
    print("];")


def refused(python, version):
    out = subprocess.check_output([python, __file__, "refused"], text=True)
    found, points = out.split("\n", 1)
    assert found == version, f"{python} has Unicode {found}, not {version}"
    return set(map(int, points.split()))


def main():
    if sys.argv[1:] == ["refused"]:
        print(unicodedata.unidata_version)
        print(*(point for point in range(0x110000) if not chr(point).isprintable()))
        return
    assert len(sys.argv) - 1 == len(VERSIONS), __doc__
    print("//! Written by tests/vectors/printable.py from CPython; do not edit.")
    before = refused(sys.argv[1], VERSIONS[0])
    print_table("REFUSED", "What Unicode 12.1 does not print", before)
    for python, version in zip(sys.argv[2:], VERSIONS[1:]):
        after = refused(python, version)
        assert after <= before, "a code point ceased to be printable"
        major, minor, _ = version.split(".")
        print_table(f"SINCE_{major}_{minor}", f"Printed from Unicode {major}.{minor} on",
                    before - after)
        before = after


main()
