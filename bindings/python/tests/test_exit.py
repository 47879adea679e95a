"""The interpreter ends while daemon threads are inside operations: they stop where they are.

Up to 3.13 CPython unwinds them when they ask for the interpreter lock, and our frames must not take
part in that. `exits.py` has the programs.
"""

import random
import subprocess
import sys
from pathlib import Path

import pytest

import exits


def run(*arguments):
    program = Path(__file__).with_name("exits.py")
    command = [sys.executable, "-X", "faulthandler", program, *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", ""), arguments


@pytest.mark.parametrize("operation", exits.OPERATIONS)
def test_a_thread_inside(operation):
    run(operation)


@pytest.mark.parametrize("collecting", exits.COLLECTING)
def test_threads_inside_all_operations_at_once(collecting):
    run(*(name for name in exits.OPERATIONS if name not in exits.COLLECTING), collecting)


@pytest.mark.parametrize("seed", range(5))
def test_threads_inside_some_of_the_operations(seed):
    rng = random.Random(seed)
    others = [name for name in exits.OPERATIONS if name not in exits.COLLECTING]
    run(*rng.choices(others, k=rng.randrange(1, 12)), rng.choice(exits.COLLECTING))


@pytest.mark.parametrize("seed", range(10))
def test_threads_wherever_they_are(seed):
    run("storm", seed)


def test_maps_are_used_for_the_first_time_at_the_very_end():
    program = """
import sys
from hedgerow import Map
from keys import Key

class AtTheEnd:
    def __del__(self, Map=Map, Key=Key, tell=sys.stdout.write):
        a_map = Map({Key(1, 1): 1})
        assert a_map.get(Key(1, 1)) == 1 and len(a_map.union({1: 2})) == 2
        tell("ended")

sys.held = AtTheEnd()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parent, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended", "")
