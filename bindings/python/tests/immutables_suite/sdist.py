"""The source distribution of immutables 0.21, from the package index or the cache."""

import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

REQUIREMENT = "immutables==0.21"
FOLDER = "immutables-0.21"


class NotThere(Exception):
    """The index cannot be reached."""


def folder():
    """The unpacked distribution; fetched when it is not in the cache."""
    cache = _cache()
    unpacked = cache / FOLDER
    if not unpacked.exists():
        # In a folder of its own, since other processes may fetch it as well.
        with tempfile.TemporaryDirectory(dir=cache) as own:
            own = pathlib.Path(own)
            _fetch(own)
            with tarfile.open(own / f"{FOLDER}.tar.gz") as tar:
                tar.extractall(own, filter="data")
            # The last step, so that an interrupted run does not leave half of it under the name.
            try:
                (own / FOLDER).rename(unpacked)
            except OSError:
                # Another process was first.
                if not unpacked.exists():
                    raise
    return unpacked


def _cache():
    default = pathlib.Path(__file__).parents[4] / "target" / "python-tests"
    cache = pathlib.Path(os.environ.get("HEDGEROW_TEST_CACHE", default))
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _fetch(folder):
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    command = [*pip, "--no-binary", ":all:", "--no-deps", "--dest", str(folder), REQUIREMENT]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        raise NotThere(f"pip cannot fetch the sdist of {REQUIREMENT}: {run.stderr.strip()[-300:]}")
