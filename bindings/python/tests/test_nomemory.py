"""What happens where CPython has no memory.

The class of bug: a panic, an exception of another kind, the end of the process, or a map that is
lost or left behind. Each operation fails at each allocation in turn, once or from there on. This
leaves out Rust's own allocations: where one of those is refused, the process ends.
"""

import json
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("_testcapi", reason="this Python cannot be made to run out of memory")

HERE = pathlib.Path(__file__).parent


def run(*arguments):
    """What was observed of each operation."""
    done = subprocess.run(
        [sys.executable, "nomemory.py", *arguments], cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-2000:]
    assert "panicked" not in done.stderr, done.stderr[:2000]
    seen = dict(map(json.loads, done.stdout.splitlines()))
    wrong = {name: what for name, what in seen.items() if what.keys() - {"MemoryError", "no error"}}
    assert not wrong
    return seen


@pytest.mark.parametrize("how", ["once", "always"])
def test_every_operation_at_every_allocation(how):
    seen = run(how)
    assert len(seen) > 100 and sum(what.get("MemoryError", 0) for what in seen.values()) > 1000


@pytest.mark.slow
@pytest.mark.parametrize("how", ["once", "always"])
def test_every_wrong_call_at_every_allocation(how):
    seen = run(how, "wrong")
    assert len(seen) > 500 and sum(what.get("MemoryError", 0) for what in seen.values()) > 1000
    for method in ("Map.merge", "Map.union", "Map.fromkeys", "MapKeys.isdisjoint", "Map"):
        assert sum(name.startswith(f"{method}(") for name in seen) > 3, method
