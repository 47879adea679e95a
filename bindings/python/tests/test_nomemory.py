"""Where CPython has no memory: a panic, an exception of another kind, the end of the process, or a
map that is lost or left behind.

Each operation fails at each allocation in turn, once or from there on. What Rust allocates itself
is not among it: where that is refused, the process ends.
"""

import json
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("_testcapi", reason="this Python cannot be made to run out of memory")

HERE = pathlib.Path(__file__).parent


@pytest.mark.parametrize("how", ["once", "always"])
def test_every_operation_at_every_allocation(how):
    done = subprocess.run(
        [sys.executable, "nomemory.py", how], cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "panicked" not in done.stderr, done.stderr[:2000]
    seen = dict(map(json.loads, done.stdout.splitlines()))
    wrong = {name: what for name, what in seen.items() if what.keys() - {"MemoryError", "no error"}}
    assert not wrong
    assert len(seen) > 100 and sum(what.get("MemoryError", 0) for what in seen.values()) > 1000
