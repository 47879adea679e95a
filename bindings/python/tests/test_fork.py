"""A forked child has its own copy of every map, and both processes go on."""

import os
import subprocess
import sys
import warnings

import pytest

import hedgerow
from hedgerow import Map, _hedgerow

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def in_child(work):
    """Runs in a forked child. An error becomes its exit status, with the traceback on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException as error:
            os.write(2, f"in the child: {error!r}\n".encode())
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def test_both_sides_change_their_own():
    a_map = Map({number: [number] for number in range(2000)})
    mutation = a_map.mutate()
    mutation["before"] = 1
    iterator = iter(a_map.items())
    first = next(iterator)

    def child():
        changed = a_map.set("child", 1).delete(5)
        mutation["child"] = 2
        assert len(changed) == 2000 and "child" in mutation
        assert [first, *iterator] == list(a_map.items())
        hedgerow.compact()
        assert all(a_map[number] == [number] for number in range(2000))
        _hedgerow._check()

    assert in_child(child) == 0
    assert "child" not in mutation and [first, *iterator] == list(a_map.items())
    mutation["parent"] = 3
    assert len(mutation.finish()) == 2002 and len(a_map) == 2000


def test_a_fork_inside_a_comparison():
    class Forks:
        forked = None

        def __hash__(self):
            return 5

        def __eq__(self, other):
            if Forks.forked is None:
                Forks.forked = in_child(lambda: self.use())
            return self is other

        def use(self):
            made = Map({number: number for number in range(100)}).set("x", [1])
            assert len(made) == 101
            _hedgerow._check()

    one, other = Forks(), Forks()
    a_map = Map({one: 1}).set(other, 2)
    assert Forks.forked == 0 and dict(a_map) == {one: 1, other: 2}


def test_a_process_that_ends_with_maps_alive_ends_well():
    program = (
        "import hedgerow, sys\n"
        "class Late:\n"
        "    def __del__(self):\n"
        "        self.kept.set('x', 1)\n"
        "kept = hedgerow.Map({n: [n] for n in range(1000)})\n"
        "late = Late(); late.kept = kept\n"
        "hedgerow.late = hedgerow.Map(a=late)\n"
        "mutation = kept.mutate(); mutation['a'] = mutation\n"
        "iterator = iter(kept); next(iterator)\n"
        "sys.modules['zzz'] = hedgerow.Map(a=kept)\n")
    run = subprocess.run([sys.executable, "-X", "dev", "-c", program],
                         capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
