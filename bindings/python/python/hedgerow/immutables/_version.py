"""The version of immutables that is stood in for."""

from typing import Final

__version__: Final = "0.21"
