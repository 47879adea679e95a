"""The extension module. What programs use of it is in `hedgerow`; the rest is for tests."""

from collections.abc import Iterator
from typing import Any, final
from typing_extensions import Self

from hedgerow import Delta as Delta
from hedgerow import Image as Image
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
    "Delta",
    "Image",
    "ImageIterator",
    "Map",
    "MapItems",
    "MapIterator",
    "MapKeys",
    "MapMutation",
    "MapValues",
    "Set",
    "SetMutation",
    "_Part",
    "_at_exit",
    "_check",
    "_entries",
    "_keyed",
    "_map",
    "_on_collection",
    "_parts",
    "_registered_rows",
    "_set_limits",
    "compact",
    "stats",
]

@final
class ImageIterator(Iterator[Any]):
    def __iter__(self) -> Self: ...
    def __next__(self) -> Any: ...
    def __length_hint__(self) -> int: ...

@final
class MapIterator(Iterator[Any]):
    def __iter__(self) -> Self: ...
    def __next__(self) -> Any: ...
    def __length_hint__(self) -> int: ...

@final
class _Part: ...

def _at_exit() -> None: ...
def _check() -> None: ...
def _entries(*keys_and_values: Any) -> _Part: ...
def _keyed(keys: tuple[Any, ...], /, *values: Any) -> _Part: ...
def _map(*part_or_keys_and_values: Any) -> Map[Any, Any]: ...
def _on_collection(phase: str, info: dict[str, int], /) -> None: ...
def _parts(*parts: _Part) -> _Part: ...
def _registered_rows() -> int: ...
def _set_limits(words: int | None = None, entries: int | None = None) -> None: ...
