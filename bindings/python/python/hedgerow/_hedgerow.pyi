"""The extension module. What programs use of it is in `hedgerow`; the rest is for tests."""

from collections.abc import Iterator
from typing import Any, final
from typing_extensions import Self

from hedgerow import Map as Map
from hedgerow import MapItems as MapItems
from hedgerow import MapKeys as MapKeys
from hedgerow import MapMutation as MapMutation
from hedgerow import MapValues as MapValues
from hedgerow import Set as Set
from hedgerow import SetMutation as SetMutation
from hedgerow import compact as compact
from hedgerow import stats as stats

__all__ = [
    "Map",
    "MapItems",
    "MapIterator",
    "MapKeys",
    "MapMutation",
    "MapValues",
    "Set",
    "SetMutation",
    "_at_exit",
    "_check",
    "_on_collection",
    "_registered_rows",
    "_set_limits",
    "compact",
    "stats",
]

@final
class MapIterator(Iterator[Any]):
    def __iter__(self) -> Self: ...
    def __next__(self) -> Any: ...
    def __length_hint__(self) -> int: ...

def _at_exit() -> None: ...
def _check() -> None: ...
def _on_collection(phase: str, info: dict[str, int], /) -> None: ...
def _registered_rows() -> int: ...
def _set_limits(words: int | None = None, entries: int | None = None) -> None: ...
