"""Immutable maps and sets with cheap versions: drop-ins for `immutables.Map` and `frozenset`.

    >>> from hedgerow import Map, Set
    >>> old = Map(a=1, b=2)
    >>> new = old.set("c", 3).delete("a")
    >>> old["a"], new.get("a"), len(old), len(new)
    (1, None, 2, 2)
    >>> sorted(old.diff(new))
    [('added', 'c', 3), ('removed', 'a', 1)]

Setting and deleting give a new map that shares all but one path of the tree with the old one.
Many changes at once are made through a mutation:

    >>> with new.mutate() as mutation:
    ...     mutation["d"] = 4
    ...     del mutation["b"]
    >>> sorted(mutation.finish().items())
    [('c', 3), ('d', 4)]

A `Set` takes the place of `frozenset` in the same way:

    >>> tags = Set(["red", "green"])
    >>> sorted(tags.add("blue") - {"red"})
    ['blue', 'green']

All maps and sets of an interpreter share one store. `stats()` says what it holds, and `compact()`
moves it together, which makes iteration faster after many changes.
"""

from collections.abc import ItemsView as _ItemsView
from collections.abc import Iterable as _Iterable
from collections.abc import KeysView as _KeysView
from collections.abc import Mapping as _Mapping
from collections.abc import Set as _AbstractSet
from collections.abc import ValuesView as _ValuesView
from typing import Literal as _Literal
from typing import Protocol as _Protocol
from typing import TypeVar as _TypeVar
from typing import Union as _Union

from . import _interpreter as _interpreter
from ._hedgerow import Delta, Image, Map, MapItems, MapKeys, MapMutation, MapValues
from ._hedgerow import Set, SetMutation, compact, stats
from ._merge import ABSENT, MergeConflict, _Absent

__all__ = [
    "ABSENT",
    "Change",
    "Delta",
    "Image",
    "IterableItems",
    "Map",
    "MapItems",
    "MapKeys",
    "MapMutation",
    "MapValues",
    "MergeConflict",
    "Set",
    "SetMutation",
    "compact",
    "stats",
]

_K = _TypeVar("_K")
_V = _TypeVar("_V")
_K_co = _TypeVar("_K_co", covariant=True)
_V_co = _TypeVar("_V_co", covariant=True)

#: One element of what `Map.diff` returns; the first item says which of the three it is.
Change = _Union[
    tuple[_Literal["added"], _K, _V],
    tuple[_Literal["removed"], _K, _V],
    tuple[_Literal["changed"], _K, _V, _V],
]


class IterableItems(_Protocol[_K_co, _V_co]):
    """Anything whose `items()` gives pairs, as maps are built from; for annotations."""

    def items(self) -> _Iterable[tuple[_K_co, _V_co]]:
        """Pairs of key and value."""
        ...


def __getattr__(name: str) -> str:
    # Rarely used, and slower to import than everything else here.
    if name == "__version__":
        from importlib.metadata import version

        return version("hedgerow")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# Classes of an extension cannot inherit from these; registering gives isinstance the right answer.
_Mapping.register(Map)
_Mapping.register(Image)
_KeysView.register(MapKeys)
_ItemsView.register(MapItems)
_ValuesView.register(MapValues)
_AbstractSet.register(Set)

# Here, so that the first image is opened as quickly as the next one.
from . import _image as _image  # noqa: E402

# Last, because the stand-in imports this module's names.
from . import immutables as immutables  # noqa: E402
