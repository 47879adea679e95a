"""CPython's own tests of `frozenset`, run on `Set`.

The class of bug: whatever a program that used frozenset notices. The tests are those of the running
interpreter (`test/test_set.py`), executed where the name `frozenset` means `Set`: all classes that
mention it, so also those in which a `set` meets one.
"""

import importlib.util
import inspect
import sys
import unittest

import pytest

from hedgerow import Set

#: What cannot hold for a Set, by the name of the test, and why.
DIFFERENT = {
    "test_do_not_rehash_dict_keys": "only CPython's own classes see the hashes that a dict keeps",
}


def load():
    """A fresh copy of CPython's module, in which `frozenset` is `Set`."""
    spec = importlib.util.find_spec("test.test_set")
    if spec is None:
        pytest.skip("this Python is installed without its tests", allow_module_level=True)
    # Under a name of its own, by which its classes can be pickled.
    spec = importlib.util.spec_from_file_location("cpython_set_tests", spec.origin)
    module = importlib.util.module_from_spec(spec)
    module.frozenset = Set
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    # Operations on an instance of a subclass give one, as those of maps do.
    module.TestFrozenSetSubclass.basetype = module.FrozenSetSubclass
    for of_sets in (module.TestFrozenSet, module.TestFrozenSetSubclass):
        of_sets.assertNotEqual = assert_not_equal
    return module


def assert_not_equal(self, first, second, message=None):
    # `s.intersection()` is `s`: what changes nothing makes no copy. CPython's makes one.
    if self._testMethodName != "test_intersection":
        unittest.TestCase.assertNotEqual(self, first, second, message)


def cases(module):
    """By name, the tests in which frozensets occur: the class of each."""
    found = {}
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, unittest.TestCase):
            own = [each for each in kind.__mro__ if each.__module__ == module.__name__]
            if any("frozenset" in inspect.getsource(each) for each in own):
                for name in unittest.defaultTestLoader.getTestCaseNames(kind):
                    found[f"{kind.__name__}.{name}"] = kind
    return found


TESTS = cases(load())


@pytest.mark.parametrize("name", TESTS)
def test_of_cpython(name):
    method = name.partition(".")[2]
    result = TESTS[name](method).run()
    problems = [text for _, text in result.failures + result.errors]
    if method in DIFFERENT:
        assert problems, "this holds for a Set after all"
    else:
        assert not problems, problems[0]
    if result.skipped:
        pytest.skip(result.skipped[0][1])


def test_there_are_many():
    assert len(TESTS) > 150 and "TestFrozenSet.test_union" in TESTS
