"""The stubs match the extension (stubtest), and mypy reports what it should about programs.

The diagnostics of immutables' own `check-immu.test` are here in the words of today's mypy.
"""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import textwrap

import pytest

FOLDER = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """Runs a module of mypy. All runs share one cache."""
    cache = tmp_path_factory.mktemp("mypy")
    environment = {**os.environ, "MYPY_CACHE_DIR": str(cache), "PYTHONPATH": ""}

    def run(*arguments, cwd):
        return subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, env=environment,
                              capture_output=True, text=True)

    return run


@pytest.mark.slow
def test_the_stubs_match_the_extension(run, tmp_path):
    allowed = ["--allowlist", str(FOLDER / "typing" / "stubtest_allowed.txt")]
    if importlib.util.find_spec("ray") is None:
        (tmp_path / "without_ray.txt").write_text("hedgerow.ray\n")
        allowed += ["--allowlist", str(tmp_path / "without_ray.txt")]
    result = run("mypy.stubtest", "hedgerow", *allowed, cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_the_package_itself_passes_in_strict_mode(run, tmp_path):
    result = run("mypy", "--strict", "-p", "hedgerow", cwd=tmp_path)
    assert result.returncode == 0, result.stdout


def diagnostics(text):
    """mypy's messages without file and codes, one a line, with the line number."""
    found = re.findall(r"^program\.py:(\d+): (error|note): (.*?)(?:  \[[\w-]+\])?$", text, re.M)
    # mypy adds a note about where a function is defined to some errors only.
    return [(int(line), kind, words)
            for line, kind, words in found if " defined in " not in words]


def expected(program):
    """What `# E: words` and `# N: words` at the ends of lines expect; `...` matches anything."""
    kinds = {"E": "error", "N": "note"}
    return [(number, kinds[match[1]], match[2])
            for number, line in enumerate(program.splitlines(), 1)
            for match in re.finditer(r"# ([EN]): (.*?)(?=\s+# [EN]: |$)", line)]


@pytest.mark.parametrize("name", ["check_immutables", "check_more"])
def test_diagnostics(run, name, tmp_path):
    program = textwrap.dedent((FOLDER / "typing" / f"{name}.txt").read_text())
    (tmp_path / "program.py").write_text(program)
    result = run("mypy", "--strict", "program.py", cwd=tmp_path)
    found, wanted = diagnostics(result.stdout), expected(program)
    places = [[(line, kind) for line, kind, _ in each] for each in (found, wanted)]
    assert places[0] == places[1], result.stdout + result.stderr
    for (_, _, words), (line, _, pattern) in zip(found, wanted):
        # Newer versions of mypy print dict[int, int] for Dict[int, int], and X | Y for Union.
        plain = re.escape(pattern).replace(r"\.\.\.", ".*")
        assert re.fullmatch(plain, words), f"line {line}: {words}"


def test_every_expected_diagnostic_is_read():
    program = (FOLDER / "typing" / "check_immutables.txt").read_text()
    assert len(expected(program)) >= 20
