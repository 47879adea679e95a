"""immutables 0.21's own tests, with our Map in the place of its own.

Its test modules import `immutables`, `immutables.map`, `immutables._map` and
`immutables._testutils`. While they are imported those names mean our stand-in, with the test keys
of the distribution itself. Each test class exists for immutables' Python code and for its C code,
which are one here. The one for C has a few more tests, and is the one that runs.
"""

import importlib.util
import os
import sys
import unittest

import pytest

import hedgerow
import hedgerow.immutables

from . import sdist

MODULES = ("test_map", "test_none_keys", "test_issue24", "test_pattern_matching")


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_classes():
    try:
        folder = sdist.folder()
    except sdist.NotThere as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error), allow_module_level=True)
    ours = [name for name in sys.modules if name.partition(".")[0] == "immutables"]
    saved = {name: sys.modules[name] for name in ours}
    try:
        hedgerow.immutables.install()
        load(folder / "immutables" / "_testutils.py", "immutables._testutils")
        for name in MODULES:
            module = load(folder / "tests" / f"{name}.py", f"immutables_{name}")
            for attribute, value in vars(module).items():
                is_tests = isinstance(value, type) and issubclass(value, unittest.TestCase)
                if is_tests and value.Map is hedgerow.Map and not attribute.startswith("Py"):
                    yield f"{name}_{attribute}", value
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "immutables"]:
            del sys.modules[name]
        sys.modules.update(saved)


test_classes.__test__ = False
for name, value in test_classes():
    if value.__name__ != "Issue24PyTest":
        globals()[name] = value
del name, value


def test_that_nothing_of_the_suite_is_missing():
    classes = [value for value in globals().values() if isinstance(value, type)]
    tests = [name for one in classes for name in dir(one) if name.startswith("test_")]
    assert len(tests) == 63 + 9 + 7 + 1
