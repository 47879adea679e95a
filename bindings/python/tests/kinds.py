"""The kinds of key that `perf/python_map.py` measures."""

import pathlib
import sys

PERF = pathlib.Path(__file__).resolve().parents[3] / "perf"
sys.path.insert(0, str(PERF))
try:
    from python_keys import KINDS, fresh, keys_of  # noqa: F401
finally:
    sys.path.remove(str(PERF))
