"""Who may import the package, how often, and what a failed import leaves behind."""

import os
import platform
import subprocess
import sys
import textwrap

import pytest


def run(program, **environment):
    """Runs a program in a process that has not imported the package."""
    program = textwrap.dedent(program)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                           env={**os.environ, **environment})
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.fixture
def in_another():
    """A program's text, to be run in a subinterpreter."""
    pytest.importorskip("_testcapi")
    return """
    from _testcapi import run_in_subinterp
    from textwrap import dedent

    def in_another(program):
        assert run_in_subinterp(dedent(program)) == 0

    REFUSED = '''
        try:
            import hedgerow
        except ImportError as error:
            assert "main interpreter" in str(error), error
        else:
            raise AssertionError("was imported")
    '''
    """


def test_a_subinterpreter_that_ends_leaves_the_main_interpreter_free(in_another):
    run(in_another + """
    in_another(REFUSED)
    in_another(REFUSED)
    import hedgerow, gc, copy, pickle
    a_map = hedgerow.Map({number: [number] for number in range(1000)})
    assert pickle.loads(pickle.dumps(a_map)) == copy.deepcopy(a_map) == a_map
    gc.collect()
    hedgerow._hedgerow._check()
    """)


def test_subinterpreters_are_refused_once_the_main_interpreter_has_it(in_another):
    run(in_another + """
    import hedgerow, gc
    a_map = hedgerow.Map(a=[1])
    for _ in range(5):
        in_another(REFUSED)
        assert a_map.set("b", 2) == {"a": [1], "b": 2}
        gc.collect()
    del hedgerow
    in_another(REFUSED)
    import hedgerow
    hedgerow._hedgerow._check()
    """)


def test_an_interpreter_with_a_lock_of_its_own_is_refused():
    run("""
    try:
        import _interpreters
    except ImportError:
        raise SystemExit  # Before 3.13.
    for _ in range(2):
        other = _interpreters.create("isolated")
        failed = _interpreters.run_string(other, "import hedgerow")
        assert failed.type.__name__ == "ImportError", failed
        _interpreters.destroy(other)
        import hedgerow
        assert hedgerow.Map(a=1) == {"a": 1}
    """)


ONCE = """
import atexit, gc, sys
registered = atexit._ncallbacks()

def names():
    return [getattr(callback, "__name__", "") for callback in gc.callbacks]

def whole():
    import hedgerow
    assert names().count("_on_collection") == 1
    assert atexit._ncallbacks() == registered + 1
    ring = []
    a_map = hedgerow.Map({0: ring, "a": 1, (1, 2): 3})
    ring.append(a_map.set(1, 1))
    assert len(a_map) == 3 and a_map["a"] == 1 and list(iter(a_map.keys()))
    assert a_map.mutate().set(5, a_map) is None
    match a_map:
        case {"a": 1}:
            pass
    import weakref
    class Node: pass
    node = Node()
    node.a_map = a_map.set("node", node)
    gone = weakref.ref(node)
    del node, a_map, ring
    gc.collect()
    assert gone() is None
    hedgerow._hedgerow._check()
    return hedgerow

def forget():
    for name in [name for name in sys.modules if name.split(".")[0] == "hedgerow"]:
        del sys.modules[name]
"""


def test_imported_again_and_again_it_is_prepared_once():
    run(ONCE + """
first = whole()
kept = first.Map(a=first.Map(b=1))
for _ in range(3):
    forget()
    again = whole()
    assert again is not first and again.Map is first.Map
    assert kept == again.Map(a=again.Map(b=1))
""")


@pytest.mark.parametrize("lacks", ["gc", "atexit"])
def test_the_next_import_goes_on_where_one_failed(lacks):
    run(ONCE + f"""
import types
whole_one = sys.modules["{lacks}"]
for _ in range(3):
    sys.modules["{lacks}"] = types.ModuleType("{lacks}")
    try:
        import hedgerow
    except AttributeError:
        forget()
    else:
        raise AssertionError("imported without {lacks}")
    finally:
        sys.modules["{lacks}"] = whole_one
whole()
forget()
whole()
""")


def test_threads_import_it():
    run(ONCE + """
import threading
errors = []

def work():
    try:
        import hedgerow
        assert hedgerow.Map(a=1) == {"a": 1}
    except BaseException as error:
        errors.append(error)

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not errors, errors
whole()
""")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="builds for others need no extension")
def test_a_processor_without_what_the_build_needs_is_refused():
    refused = """
    for _ in range(2):
        try:
            import hedgerow
        except ImportError as error:
            assert "a processor with SSSE3, POPCNT, which" in str(error), error
            assert "--no-binary hedgerow hedgerow" in str(error), error
        else:
            raise AssertionError("was imported")
    """
    # Builds of the checkout and wheels need x86-64-v2; that of the source distribution, nothing.
    is_portable = os.environ.get("HEDGEROW_TEST_BUILD") == "portable"
    program = "import hedgerow" if is_portable else refused
    run(program, HEDGEROW_DISABLE_CPU_FEATURES="SSSE3 POPCNT")
    run("import hedgerow", HEDGEROW_DISABLE_CPU_FEATURES="AVX512F")
