"""Writes names.txt: the keys of `hedgerow bench` where no Python is found to take names from.

Run it with a CPython that has its whole standard library:
python3 data/make_names.py > data/names.txt
The names are the keywords, the built-ins, and what the importable modules and their classes define.
"""
import builtins
import contextlib
import importlib
import io
import keyword
import pkgutil
import sys
import warnings

LOUD = {"antigravity", "this", "idlelib", "lib2to3", "test", "turtledemo"}


def modules():
    for module in sorted(sys.stdlib_module_names - LOUD):
        yield module
        with contextlib.suppress(Exception):
            for found in pkgutil.iter_modules(importlib.import_module(module).__path__):
                if found.name not in ("__main__", "tests", "test"):
                    yield module + "." + found.name


def names():
    found = set(keyword.kwlist) | set(dir(builtins))
    for module in modules():
        with contextlib.suppress(Exception):
            for name, value in vars(importlib.import_module(module)).items():
                found.add(name)
                if isinstance(value, type):
                    found.update(vars(value))
    return sorted(name for name in found if name.isidentifier() and len(name) > 1)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(io.StringIO()):
        listed = names()
    sys.stdout.write("\n".join(listed) + "\n")
