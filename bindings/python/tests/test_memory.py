"""The package's own memory: large blocks grow and shrink, and survive what older systems refuse."""

import gc
import os
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from hedgerow import Map

GROWS_AND_SHRINKS = """
import gc
from hedgerow import Map, _hedgerow
grown = Map()
for number in range(300_000):
    grown = grown.set(number, number)
assert dict(grown) == {number: number for number in range(300_000)}
for _ in range(3):
    others = [Map({number: number for number in range(40_000 << at)}) for at in range(4)]
    assert all(len(a_map) == 40_000 << at for at, a_map in enumerate(others))
    others.clear()
    gc.collect()
for number in range(299_000):
    grown = grown.delete(number)
assert dict(grown) == {number: number for number in range(299_000, 300_000)}
_hedgerow._check()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is Linux's mremap that is stood in for")
@pytest.mark.parametrize("old", [False, True], ids=["this Linux", "an old Linux"])
def test_blocks_grow_and_shrink(old, tmp_path):
    env = dict(os.environ)
    if old:
        compiler = shutil.which("cc") or pytest.skip("there is no C compiler")
        shared = tmp_path / "old_linux.so"
        source = Path(__file__).with_name("old_linux.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", shared, source], check=True)
        env["LD_PRELOAD"] = str(shared)
    command = [sys.executable, "-X", "faulthandler", "-c", GROWS_AND_SHRINKS]
    subprocess.run(command, env=env, check=True)


class Sub(Map):
    pass


@pytest.mark.parametrize("cls", [Map, Sub])
def test_ended_instances_keep_no_more_references_to_their_class_than_the_free_lists(cls):
    def churn(count):
        for number in range(count):
            a_map = cls({number: number})
            items = a_map.items()
            assert next(iter(items)) == (number, number)
            ref = weakref.ref(a_map)
            del a_map, items
            assert ref() is None

    classes = [cls, *(type(view) for view in (cls().keys(), cls().values(), cls().items()))]
    classes.append(type(iter(cls().items())))
    # Fills the free lists.
    for _ in range(2):
        held = [cls({1: 1}) for _ in range(3000)]
        held += [iter(a_map.items()) for a_map in held]
        del held
    churn(100)
    gc.collect()
    before = [sys.getrefcount(each) for each in classes]
    churn(20_000)
    gc.collect()
    assert [sys.getrefcount(each) for each in classes] == before
