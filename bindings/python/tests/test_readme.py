"""The README's programs run, and print what its comments say."""

import pathlib
import re
import sys

import pytest

import hedgerow

README = pathlib.Path(__file__).parents[1] / "README.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)


@pytest.fixture(autouse=True)
def modules():
    saved = {name: module for name, module in sys.modules.items() if "immutables" in name}
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "immutables"]:
        del sys.modules[name]
    sys.modules.update(saved)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_the_readme(program):
    names = {"hedgerow": hedgerow}
    exec(program, names)
    for line in program.splitlines():
        expression, _, value = line.partition("  #")
        # A comment with a call or a bracket in it is a value; any other is prose.
        if re.match(r"\s*[\[(]|\s*hedgerow\.Map", value):
            expression = expression.partition(" = ")[2] or expression
            assert eval(expression, names) == eval(value, names), line


def test_that_the_readme_has_programs_with_values():
    assert len(PROGRAMS) == 2
    assert sum("  #" in line for program in PROGRAMS for line in program.splitlines()) >= 4
