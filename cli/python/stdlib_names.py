"""The identifiers that the standard library of this Python defines, for keys as programs have them.

The command joins this file to others (see peers.py). Run alone it prints the names, one a line.
"""
import os
import re
import sys
import sysconfig

DEFINED = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)"  # functions and classes
    r"|^[ \t]*(?:self\.)?([^\W\d]\w*)[ \t]*(?::[^=\n]*)?=(?!=)",  # names and attributes assigned
    re.MULTILINE,
)


def standard_library_names():
    found = set()
    for folder, inner, files in os.walk(sysconfig.get_path("stdlib")):
        inner[:] = [f for f in inner if f not in ("site-packages", "dist-packages", "__pycache__")]
        for file in files:
            if file.endswith(".py"):
                found.update(names_in(os.path.join(folder, file)))
    return sorted(found)


def names_in(path):
    try:
        with open(path, encoding="utf-8") as source:
            return {a or b for a, b in DEFINED.findall(source.read())}
    except (OSError, UnicodeDecodeError):  # some test files are broken on purpose
        return set()


if __name__ == "__main__" and not globals().get("REQUESTS"):
    sys.stdout.write("\n".join(standard_library_names()) + "\n")
