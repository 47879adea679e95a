"""`pprint` breaks the lines of maps as it does for dicts, whichever is imported first."""

import io
import pprint
import subprocess
import sys
import types

import hypothesis
from hypothesis import strategies
import pytest

from hedgerow import Map

repr(Map())  # From here on `pprint` knows maps, also where a test calls its parts.


def to_map(model):
    if type(model) is not dict:
        return model
    return Map({key: to_map(value) for key, value in model.items()})


def to_proxy(a_map):
    """Read-only dicts, whose name has as many letters as that of maps, in their order."""
    if type(a_map) is not Map:
        return a_map
    return types.MappingProxyType({key: to_proxy(value) for key, value in a_map.items()})


values = strategies.recursive(
    strategies.one_of(strategies.integers(), strategies.text(max_size=30), strategies.lists(
        strategies.integers(), max_size=20), strategies.none()),
    lambda inner: strategies.dictionaries(
        strategies.one_of(strategies.text(max_size=9), strategies.integers()), inner, max_size=9),
    max_leaves=30)
ways = strategies.fixed_dictionaries({
    "width": strategies.integers(1, 100), "indent": strategies.integers(0, 5),
    "sort_dicts": strategies.booleans(), "compact": strategies.booleans()})


@pytest.mark.slow
@pytest.mark.keeps_maps
@hypothesis.settings(max_examples=300, deadline=None, database=None)
@hypothesis.given(strategies.dictionaries(strategies.integers() | strategies.text(), values), ways)
def test_lines_are_those_of_dicts(model, how):
    a_map = to_map(model)
    text = pprint.pformat(a_map, **how)
    assert text == pprint.pformat(to_proxy(a_map), **how).replace("mappingproxy(", "hedgerow.Map(")


def test_a_map_that_is_too_wide():
    stream = io.StringIO()
    pprint.pprint(Map(b=["x" * 30] * 2, a=Map(c="y" * 50, d="z" * 50)), stream)
    assert stream.getvalue() == """\
hedgerow.Map({'a': hedgerow.Map({'c': '%s',
                                 'd': '%s'}),
              'b': ['%s',
                    '%s']})
""" % ("y" * 50, "z" * 50, "x" * 30, "x" * 30)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="expand is of 3.15")
def test_expand():
    assert pprint.pformat(Map(a=Map(b="x" * 20)), width=20, indent=4, expand=True) == """\
hedgerow.Map({
    'a': hedgerow.Map({
        'b': '%s',
    }),
})""" % ("x" * 20)


def test_the_order_of_keys():
    a_map = Map({number * 977 % 1009: "x" * 9 for number in range(50)})
    assert list(eval(pprint.pformat(a_map)[12:])) == sorted(a_map)
    assert list(eval(pprint.pformat(a_map, sort_dicts=False)[12:])) == list(a_map)
    mixed = Map({"a" * 40: 1, 2: "b" * 40, None: 3})
    assert "None: 3" in pprint.pformat(mixed)


def test_depth_where_lines_are_broken():
    wide = "x" * 80
    a_map = Map(a=Map(b=Map(c=wide), d={"e": {}}), f=wide)
    assert pprint.pformat(a_map, depth=1) == (
        f"hedgerow.Map({{'a': hedgerow.Map({{...}}),\n              'f': '{wide}'}})")
    assert pprint.pformat(a_map, depth=2).splitlines()[:2] == [
        "hedgerow.Map({'a': hedgerow.Map({'b': hedgerow.Map({...}),",
        "                                 'd': {...}}),"]
    assert "'e': {}" in pprint.pformat(a_map, depth=4)
    assert pprint.pformat([[[a_map]]], depth=2) == "[[[...]]]"


class Sub(Map):
    def items(self):
        raise AssertionError("as for repr, the contents count")


class Own(Map):
    def __repr__(self):
        return "own " * 30


def test_subclasses():
    a_map = Sub(a="x" * 60, b="y" * 60)
    start = f"{__name__}.Sub("
    assert pprint.pformat(a_map) == (
        f"{start}{{'a': '{'x' * 60}',\n{' ' * len(start)} 'b': '{'y' * 60}'}})")
    assert pprint.pformat(Own(a="x" * 80)) == "own " * 30


def test_a_map_that_holds_itself():
    cell = ["x" * 80]
    a_map = Map(a=cell)
    cell.append(a_map)
    try:
        text = pprint.pformat(a_map)
        assert f"<Recursion on Map with id={id(a_map)}>" in text and text.count("xxx" * 26) == 1
    finally:
        cell.clear()


WIDE = "Map(a='x' * 60, b='y' * 60)"


@pytest.mark.parametrize("program", [
    f"import pprint; from hedgerow import Map; print(pprint.pformat({WIDE}))",
    f"from hedgerow import Map; import pprint; print(pprint.pformat({WIDE}))",
    f"from hedgerow import Map; m = {WIDE}; repr(m); import pprint; print(pprint.pformat(m))",
    f"from hedgerow import Map; import pprint; print(pprint.pformat([{WIDE}]))",
    f"from hedgerow import Map; import pprint; print(pprint.pformat({{1: {WIDE}}}))",
    f"from hedgerow import Map\nclass M(Map): pass\n"
    f"import pprint; print(pprint.pformat(M({WIDE})))",
])
def test_either_may_be_imported_first(program):
    assert run(program).count("\n") == 2


def run(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_imports_pprint():
    program = "import sys, hedgerow; repr(hedgerow.Map(a=1)); "
    assert run(program + "print('pprint' in sys.modules, 'hedgerow._pprint' in sys.modules)") == (
        "False False\n")


@pytest.mark.parametrize("module", [
    "None", "1", "types.ModuleType('pprint')", "types.SimpleNamespace(PrettyPrinter=int)",
    "types.SimpleNamespace(PrettyPrinter=types.SimpleNamespace(_dispatch=1))",
    "type('Module', (), {'__getattr__': lambda self, name: 1 // 0})()",
])
def test_what_is_no_pprint_does_no_harm(module):
    assert run(
        f"import sys, types; from hedgerow import Map; sys.modules['pprint'] = {module};"
        f"text = repr(Map(a=1)); del sys.modules['pprint'];"
        f"import pprint; print(text, pprint.pformat({WIDE}))").count("\n") == 2


def test_an_interrupt_is_not_lost():
    # Of an exception of any other kind the repr knows nothing: see above.
    program = """
import sys
from hedgerow import Map
class Module:
    def __getattr__(self, name):
        raise KeyboardInterrupt
sys.modules["pprint"] = Module()
try:
    repr(Map())
except KeyboardInterrupt:
    del sys.modules["pprint"]
    print(repr(Map()))
"""
    assert run(program) == "hedgerow.Map({})\n"
