"""The programs of the READMEs run, and print what their comments say."""

import contextlib
import pathlib
import re
import sys

import pytest

import clusters
import hedgerow

# The package's own, and the front page of the repository.
READMES = [pathlib.Path(__file__).parents[up] / "README.md" for up in (1, 3)]
PROGRAMS = [
    program
    for readme in READMES
    for program in re.findall(r"```python\n(.*?)```", readme.read_text(), re.S)
]


@pytest.fixture(autouse=True)
def modules():
    saved = {name: module for name, module in sys.modules.items() if "immutables" in name}
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "immutables"]:
        del sys.modules[name]
    sys.modules.update(saved)


def program_with(line):
    """The program that has a line."""
    program, = (program for program in PROGRAMS if line in program.splitlines())
    return program


@pytest.mark.keeps_maps  # Models hold the default values of their fields.
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_a_readme(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # Some write files.
    for module in re.findall(r"^(?:from|import) (\w+)", program, re.M):
        pytest.importorskip(module)
    needs_ray = "import ray\n" in program
    with clusters.ray_cluster(2) if needs_ray else contextlib.nullcontext():
        run_and_compare(program)


def run_and_compare(program):
    names = {"hedgerow": hedgerow}
    exec(program, names)
    for line in program.splitlines():
        expression, _, value = line.partition("  #")
        # A comment with a call or a bracket in it is a value; any other is prose.
        if re.match(r"\s*[\[(]|\s*hedgerow\.Map", value):
            expression = expression.partition(" = ")[2] or expression
            assert eval(expression, names) == eval(value, names), line


def test_that_the_readmes_have_programs_with_values():
    assert len(PROGRAMS) == 11
    assert sum("  #" in line for program in PROGRAMS for line in program.splitlines()) >= 15
