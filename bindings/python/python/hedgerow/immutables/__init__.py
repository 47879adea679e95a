"""A stand-in for the package `immutables`, version 0.21, over hedgerow.

One line switches a program over, before anything of it imports immutables:

    import hedgerow.immutables; hedgerow.immutables.install()

From then on `import immutables`, `from immutables import Map` and the submodules that programs and
pickles name (`immutables._map`, `immutables.map`, ...) give hedgerow's. The differences are listed
in the README of hedgerow's Python package, under "Coming from immutables".
"""

import sys

from hedgerow import Map as Map

from ._protocols import IterableItems as IterableItems
from ._protocols import MapItems as MapItems
from ._protocols import MapKeys as MapKeys
from ._protocols import MapMutation as MapMutation
from ._protocols import MapValues as MapValues
from ._version import __version__ as __version__

__all__ = ("Map",)


def install() -> None:
    """Makes `import immutables` mean this package, for the rest of the process.

    Modules of the real immutables that are loaded already are dropped from `sys.modules`; whoever
    holds one of them, or a map of theirs, keeps it.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "immutables"]:
        del sys.modules[name]
    # Submodules are found through this package's own path, each when it is first asked for.
    sys.modules["immutables"] = sys.modules[__name__]
