"""The names immutables has for annotations; with it they are protocols, here the classes."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from hedgerow import MapItems as MapItems
from hedgerow import MapKeys as MapKeys
from hedgerow import MapMutation as MapMutation
from hedgerow import MapValues as MapValues

_K_co = TypeVar("_K_co", covariant=True)
_V_co = TypeVar("_V_co", covariant=True)


class IterableItems(Protocol[_K_co, _V_co]):
    """Anything whose `items()` gives pairs."""

    def items(self) -> Iterable[tuple[_K_co, _V_co]]:
        """Pairs of key and value."""
        ...
