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
            for words in ("main interpreter alone", "this is a subinterpreter", "one store",
                          "in another process"):
                assert words in str(error), (words, error)
            assert error.name == "hedgerow" and "subinterpreters" in str(error.__cause__)
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


@pytest.mark.parametrize("lock", ["its own", "the shared one"])
def test_interpreters_of_every_kind_are_refused(in_another, lock):
    """From 3.12 on CPython itself refuses those with a lock of their own."""
    is_isolated = lock == "its own"
    run(in_another + f"""
    try:
        import _interpreters
        kind = {"isolated" if is_isolated else "legacy"!r}
        create = lambda: _interpreters.create(kind)
        def run(other, program):
            failed = _interpreters.run_string(other, program)
            assert failed is None, failed
    except ImportError:  # Before 3.13.
        import _xxsubinterpreters as _interpreters
        create = lambda: _interpreters.create(isolated={is_isolated})
        run = _interpreters.run_string
    for _ in range(3):
        other = create()
        run(other, dedent(REFUSED))
        run(other, dedent(REFUSED))
        _interpreters.destroy(other)
        import hedgerow
        assert hedgerow.Map(a=1) == {{"a": 1}}
    hedgerow._hedgerow._check()
    """)


def test_interpreters_of_the_standard_library_are_refused(in_another):
    pytest.importorskip("concurrent.interpreters", reason="from 3.14 on")
    run(in_another + """
    from concurrent import interpreters
    other = interpreters.create()
    other.exec(dedent(REFUSED))
    other.close()
    import hedgerow
    assert hedgerow.Map(a=1) == {"a": 1}
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython asks from 3.12 on")
def test_an_interpreter_that_does_not_let_cpython_ask_is_refused(in_another):
    run(in_another + """
    in_another("import _imp; _imp._override_multi_interp_extensions_check(-1)" + dedent(REFUSED))
    import hedgerow
    """)


def test_an_import_that_fails_for_another_reason_says_so():
    run("""
    import sys
    sys.modules["hedgerow._hedgerow"] = None
    try:
        import hedgerow
    except ModuleNotFoundError as error:
        assert error.name == "hedgerow._hedgerow" and "None in sys.modules" in str(error), error
    else:
        raise AssertionError("was imported")
    """)


def test_a_free_threaded_build_is_refused_before_the_extension_is_loaded():
    run("""
    import sys
    sys.version = sys.version.replace(" (", " free-threading build (", 1)
    for _ in range(2):
        try:
            import hedgerow
        except ImportError as error:
            assert "needs the interpreter lock" in str(error), error
            assert error.name == "hedgerow"
        else:
            raise AssertionError("was imported")
        assert "hedgerow._hedgerow" not in sys.modules
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
