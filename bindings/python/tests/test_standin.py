"""hedgerow.immutables in the place of immutables: one line switches a program over."""

import subprocess
import sys

import pytest

import oracle
from oracle import immutables

PROGRAM = """
import immutables
from immutables import Map
from immutables.map import Map as PyMap, map_hash, map_mask, map_bitcount
from immutables._map import Map as CMap
from immutables import MapKeys, MapValues, MapItems, MapMutation
import immutables._testutils, immutables._protocols, immutables._version
import hedgerow
assert Map is PyMap is CMap is immutables.Map is hedgerow.Map
assert MapMutation is hedgerow.MapMutation and isinstance(Map().keys(), MapKeys)
assert immutables.__version__ == immutables._version.__version__ == "0.21"
assert immutables._testutils.HashKey(5, "a") == immutables._testutils.HashKey(5, "a")
assert immutables.__all__ == ("Map",)
"""
WAYS = {
    "install": "import hedgerow.immutables; hedgerow.immutables.install()",
    "after the real one": "import immutables.map, hedgerow; hedgerow.immutables.install()",
    "by hand": "import sys, hedgerow; sys.modules['immutables'] = hedgerow.immutables",
    "twice": "import hedgerow.immutables as i; i.install(); i.install()",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_program_is_switched_by_one_line(way):
    if way == WAYS["after the real one"]:
        assert immutables.__version__ == "0.21"
    run = subprocess.run([sys.executable, "-c", way + "\n" + PROGRAM],
                         capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_without_the_line_nothing_is_replaced():
    assert immutables.__version__ == "0.21"
    program = "import hedgerow, immutables; assert immutables.Map is not hedgerow.Map"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_steps_of_a_hash():
    from hedgerow.immutables import map as ours

    assert immutables.__version__ == "0.21"
    from immutables import map as theirs

    for thing in (0, 1, -1, 5, -77, "text", 2**40 + 3, (1, 2)):
        hashed = ours.map_hash(thing)
        assert hashed == theirs.map_hash(thing)
        for shift in range(0, 35, 5):
            assert ours.map_mask(hashed, shift) == theirs.map_mask(hashed, shift)
            bit = ours.map_bitpos(hashed, shift)
            assert bit == theirs.map_bitpos(hashed, shift)
            assert ours.map_bitindex(hashed, bit) == theirs.map_bitindex(hashed, bit)
        assert ours.map_bitcount(hashed) == theirs.map_bitcount(hashed)


def test_the_version_of_the_package():
    from importlib import metadata

    import hedgerow

    assert hedgerow.__version__ == metadata.version("hedgerow")
    assert not hasattr(hedgerow, "no_such_name")


def test_the_examples_of_the_package_run():
    import doctest

    import hedgerow

    assert doctest.testmod(hedgerow).attempted >= 5
    assert doctest.testmod(hedgerow).failed == 0


def test_imported_again():
    # Test runners and reloaders drop modules and import them again. The extension is loaded once.
    program = (
        "import gc, sys, hedgerow\n"
        "first, old, callbacks = hedgerow.Map, hedgerow.Map(a=[1]), len(gc.callbacks)\n"
        "for name in [name for name in sys.modules if name.startswith('hedgerow')]:\n"
        "    del sys.modules[name]\n"
        "import hedgerow\n"
        "assert hedgerow.Map is first and hedgerow.Map(a=[1]) == old\n"
        "assert old.set('b', 2)['b'] == 2\n"
        "assert len(gc.callbacks) == callbacks\n")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_test_file_is_not_skipped_where_immutables_is_missing():
    # Pytest and its plugins look for marks on every name in a test file.
    not_there = oracle._NotThere()
    for name in ("pytestmark", "__test__", "hypothesis", "_pytestfixturefunction"):
        assert not hasattr(not_there, name)
    assert not not_there
    for name in ("Map", "__version__"):
        with pytest.raises(pytest.skip.Exception):
            getattr(not_there, name)
