"""What the installed package must do, with nothing else installed: `python smoke.py`.

For wheels, in an environment that has no compiler and no pytest.
"""

import copy
import importlib.metadata
import pathlib
import pickle
import sys

import hedgerow
import hedgerow.immutables
from hedgerow import Map

FOLDER = pathlib.Path(hedgerow.__file__).parent
assert FOLDER.is_relative_to(sys.prefix), f"imported from {FOLDER}, and not the installed one"
assert (FOLDER / "py.typed").exists() and (FOLDER / "__init__.pyi").exists()

METADATA = importlib.metadata.metadata("hedgerow")
assert hedgerow.__version__ == METADATA["Version"]
assert METADATA["License-Expression"] == "Apache-2.0 OR MIT"
LICENSES = [str(path) for path in importlib.metadata.files("hedgerow") if "LICENSE" in path.name]
assert len(LICENSES) == len(METADATA.get_all("License-File")) == 2, LICENSES

old = Map({number: str(number) for number in range(1000)})
new = old.set("c", [3]).set(5, "five").delete(7)
assert (len(old), len(new), new["c"], new.get(7)) == (1000, 1000, [3], None)
changes = [("added", "c", [3]), ("changed", 5, "5", "five"), ("removed", 7, "7")]
assert sorted(old.diff(new), key=lambda change: change[0]) == changes
with new.mutate() as mutation:
    mutation["d"] = 4
    del mutation["c"]
assert sorted(new.diff(mutation.finish())) == [("added", "d", 4), ("removed", "c", [3])]
assert pickle.loads(pickle.dumps(new)) == copy.deepcopy(new) == new

hedgerow.immutables.install()
import immutables  # noqa: E402

assert immutables.Map is Map
hedgerow._hedgerow._check()
