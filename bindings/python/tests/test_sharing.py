"""The programs of docs/sharing.md run, each as a process, and print what the page says."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pytest

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "sharing.md"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text(), re.S)
PROGRAMS = [(program, BLOCKS[at + 1]) for at, (kind, program) in enumerate(BLOCKS)
            if kind == "python"]
NAMES = re.findall(r"`(\w+\.py)`", PAGE.read_text())

# What has to have run in the same folder.
BEFORE = {"look.py": ["make.py"]}


@pytest.fixture(scope="module")
def folder():
    # Not pytest's, for Ray's sockets have to have short names.
    with tempfile.TemporaryDirectory(prefix="sharing-") as folder:
        yield pathlib.Path(folder)


def test_that_every_program_has_a_name_and_an_output():
    assert len(PROGRAMS) == len(NAMES) == len(set(NAMES)) == 5
    assert all(kind == "text" for _, (kind, _) in PROGRAMS)


@pytest.mark.parametrize("name", NAMES)
def test_a_program_of_the_page(name, folder):
    for other in [*BEFORE.get(name, []), name]:
        program, (_, printed) = PROGRAMS[NAMES.index(other)]
        run(folder, other, program, printed)


def run(folder, name, program, printed):
    for module in ["ray", "distributed"]:
        if re.search(rf"^(?:from|import) (?:dask\.)?{module}\b", program, re.M):
            pytest.importorskip(module)
    (folder / name).write_text(program)
    environment = {**os.environ, "HOME": str(folder), "RAY_TMPDIR": str(folder),
                   "RAY_USAGE_STATS_ENABLED": "0", "PYTHONWARNINGS": "ignore"}
    ran = subprocess.run([sys.executable, name], cwd=folder, text=True, env=environment,
                         capture_output=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == printed
